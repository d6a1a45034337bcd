"""Each wrong protocol is refuted by the property named for it; the right one is not."""

from functools import cache

import pytest

from model.notation import Network
from model.protocol import PROTOCOL
from proofs.answers.verdict import CLOSED, HOLDS, NOT_EXERCISED, REFUTED, Verdict
from proofs.verdicts.check import check
from proofs.views.proof import prove
from proofs.world.scope import Scope
from proofs.world.slices import as_asked
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Possible
from tests.helpers.by_views import shown_by_views
from tests.helpers.nightly import in_turn
from tests.wrong_protocols.changes import Wrong
from tests.wrong_protocols.protocols import BY_TOPIC, OUT_OF_REACH, PROTOCOLS, WRONG_FROM_THREE

FEW = 5_000
"""Views."""

ASKED_FOR = {
    "MET-6-some", "unchosen-children-are-skipped", "a-veto-before-all-are-tried", "an-operator-without-the-fault",
    "copied-with-one-kind-of-disk", "failover-leaves-the-vm", "abort-for-all-writers-at-once", "one-vhd-is-rolled-back",
}  # fmt: skip
"""Those that a reviewer planted by hand when nothing noticed them: none is ever to go."""

each = pytest.mark.parametrize("wrong", PROTOCOLS, ids=lambda wrong: wrong.name)


def one_in_eight(turn: int) -> pytest.MarkDecorator:
    """Every wrong protocol is refuted in every run; in further ways it is asked in turn."""
    return pytest.mark.parametrize("wrong", in_turn(PROTOCOLS, turn, 8), ids=lambda wrong: wrong.name)


def judged(wrong: Wrong, vms: int) -> Verdict:
    scope = Scope(vms=vms, shapes=wrong.shapes)
    (verdict,) = check(wrong.column, [wrong.refuted_by], scope, network=changed(wrong))
    return verdict


@cache
def changed(wrong: Wrong) -> Network:
    return wrong.change(PROTOCOL)


@cache
def judged_right(wrong: Wrong) -> Verdict:
    """With two VMs at least, as the record is: the witness may take another VM than what is wrong does."""
    return by_views_and_searches(wrong, PROTOCOL, max(wrong.vms, 2))


def by_views_and_searches(wrong: Wrong, network: Network, vms: int) -> Verdict:
    scope = Scope(vms=vms, proofs=True, counts=False)
    (verdict,) = check(wrong.column, [wrong.refuted_by], scope, network=network)
    return verdict


@each
def test_is_refuted(wrong: Wrong) -> None:
    found = judged(wrong, wrong.vms)
    assert found.verdict == REFUTED, f"{wrong.says} {wrong.refuted_by} says {found.verdict}: {found.reason}"
    assert found.run is not None
    assert found.length == wrong.length
    if wrong.repeats is None:
        assert found.run.loop is None
    else:
        assert found.run.loop == wrong.length - wrong.repeats


@pytest.mark.parametrize("wrong", in_turn(PROTOCOLS, 0, 16), ids=lambda wrong: wrong.name)
def test_no_views_prove_it(wrong: Wrong) -> None:
    """Whatever is shown for any number of VMs holds for few, and here it does not: neither plain views show it nor exact ones,
    as far as there are not too many of them."""
    network, asked = as_asked(PROPERTIES[wrong.refuted_by], watched(changed(wrong)))
    proof = prove(network, wrong.column, [asked])[asked.name]
    assert not proof.holds
    assert proof.problem
    assert proof.exercised, "the views rule out a run that there is"
    assert not any(shown_by_views(network, wrong.column, [asked], exact=True, limit=FEW).values())


@one_in_eight(1)
def test_is_refuted_where_views_are_asked_first(wrong: Wrong) -> None:
    """Nobody says how many disks it takes: where views leave it open, VMs with two are searched as well."""
    found = by_views_and_searches(wrong, changed(wrong), wrong.vms)
    assert found.verdict == REFUTED, f"{wrong.says} {wrong.refuted_by} says {found.verdict}: {found.reason}"
    assert found.length == wrong.length
    assert found.assurance != CLOSED


@one_in_eight(2)
def test_the_right_protocol_is_not_refuted(wrong: Wrong) -> None:
    """It is proved for any number of VMs, or only a fault puts the promise to the test."""
    found = judged_right(wrong)
    assert (found.verdict, found.assurance) in {(HOLDS, CLOSED), (NOT_EXERCISED, CLOSED)}, found.reason
    assert found.views


@pytest.mark.parametrize("wrong", [w for w in PROTOCOLS if w.vms > 1], ids=lambda wrong: wrong.name)
def test_takes_as_many_vms_as_it_says(wrong: Wrong) -> None:
    assert judged(wrong, wrong.vms - 1).verdict != REFUTED


def test_the_rest_of_the_protocol_is_left_as_it_was() -> None:
    tables = {name: actor.moves for name, actor in PROTOCOL.actors.items()}
    events = dict(PROTOCOL.events)
    for wrong in (*PROTOCOLS, *OUT_OF_REACH):
        changed = wrong.change(PROTOCOL)
        assert {n for n, a in changed.actors.items() if a.moves != tables[n]} | {
            n for n, e in changed.events.items() if e != events[n]
        }, f"{wrong.name} changes nothing"
    assert {name: actor.moves for name, actor in PROTOCOL.actors.items()} == tables
    assert dict(PROTOCOL.events) == events


def test_there_are_enough_of_them() -> None:
    names = [wrong.name for wrong in (*PROTOCOLS, *OUT_OF_REACH)] + [wrong.name for wrong in WRONG_FROM_THREE]
    assert len(set(names)) == len(names) >= 95
    assert len(PROTOCOLS) >= 80
    assert all(BY_TOPIC.values())
    assert {wrong.name for wrong in PROTOCOLS} >= ASKED_FOR


def test_what_no_run_shows_stands_apart() -> None:
    assert len(OUT_OF_REACH) >= 10
    assert all(isinstance(PROPERTIES[wrong.refuted_by], Possible) for wrong in OUT_OF_REACH)
    assert not any(isinstance(PROPERTIES[wrong.refuted_by], Possible) for wrong in PROTOCOLS)
