"""Protocols that go wrong with three VMs only: searches of one and of two VMs pass them, those of three do not."""

from __future__ import annotations

import pytest

import proofs.verdicts.check
from model.notation import Network
from model.protocol import PROTOCOL
from proofs.answers.verdict import HOLDS, REFUTED, Verdict
from proofs.verdicts.check import check
from proofs.verdicts.columns import BASE
from proofs.views.proof import prove
from proofs.world.scope import Scope
from tests.helpers.by_views import shown_by_views
from tests.helpers.nightly import nightly
from tests.wrong_protocols.three_vms import OURS, WRONG_FROM_THREE, ThreeVms

AT_NIGHT = {"odd-ones-left-saved", "third-vm-not-noted"}
"""Of which the search of three VMs takes long."""

each = pytest.mark.parametrize("wrong", WRONG_FROM_THREE, ids=lambda wrong: wrong.name)


@pytest.fixture(autouse=True)
def _no_observers(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of these promises needs one, and some of these networks have none of the events that they watch."""
    monkeypatch.setattr(proofs.verdicts.check, "watched", lambda network: network)


def judged(wrong: ThreeVms, network: Network, vms: int) -> Verdict:
    scope = Scope(vms=vms, fewest=vms)
    (found,) = check(BASE, scope=scope, network=network, properties={wrong.name: wrong.property})
    return found


@each
@pytest.mark.parametrize("vms", [1, 2])
def test_fewer_vms_do_not_show_it(wrong: ThreeVms, vms: int) -> None:
    """The promise is put to the test there, and holds."""
    assert vms < wrong.vms
    assert judged(wrong, wrong.network, vms).verdict == HOLDS


@each
def test_is_refuted(wrong: ThreeVms) -> None:
    found = judged(wrong, wrong.network, wrong.vms)
    assert found.verdict == REFUTED, f"{wrong.says} The search says {found.verdict}: {found.reason}"
    assert found.run is not None
    assert found.length == wrong.length
    assert {index[0] for _, index in found.run.steps if index} == set(range(wrong.vms)), "some VM does nothing"


@each
def test_no_views_prove_it(wrong: ThreeVms) -> None:
    """Neither plain ones nor exact ones, as far as there are not too many of them."""
    proof = prove(wrong.network, BASE, [wrong.property])[wrong.name]
    assert not proof.holds
    assert proof.problem
    assert proof.exercised, "the views rule out a run that there is"
    assert not any(shown_by_views(wrong.network, BASE, [wrong.property], exact=True, limit=5_000).values())


@pytest.mark.parametrize(
    "wrong",
    [pytest.param(one, id=one.name, marks=[nightly] if one.name in AT_NIGHT else []) for one in WRONG_FROM_THREE],
)
def test_a_third_vm_is_asked_where_views_and_two_do_not_decide(wrong: ThreeVms) -> None:
    scope = Scope(vms=2, proofs=True, counts=False)
    (found,) = check(BASE, scope=scope, network=wrong.network, properties={wrong.name: wrong.property})
    assert found.verdict == REFUTED, found.reason
    assert found.run is not None
    assert (len(found.run.shapes), found.length) == (wrong.vms, wrong.length)


@each
@pytest.mark.parametrize("vms", [1, 2, 3])
def test_the_right_one_holds(wrong: ThreeVms, vms: int) -> None:
    assert judged(wrong, wrong.right, vms).verdict == HOLDS


@pytest.mark.parametrize("wrong", OURS, ids=lambda wrong: wrong.name)
def test_the_machine_that_counts_changes_nothing_by_itself(wrong: ThreeVms) -> None:
    """The right one is our protocol: one machine more, which nobody heeds and which blocks nothing."""
    (machine,) = (actor for name, actor in wrong.right.actors.items() if name not in PROTOCOL.actors)
    assert dict(wrong.right.events) == dict(PROTOCOL.events)
    assert not any(machine.blocks(name) for name in PROTOCOL.events)
    assert {name for name, actor in wrong.network.actors.items() if actor.moves != wrong.right.actors[name].moves} | {
        name for name, event in wrong.network.events.items() if event != wrong.right.events[name]
    }


def test_there_are_enough_of_them() -> None:
    assert len({wrong.name for wrong in WRONG_FROM_THREE}) == len(WRONG_FROM_THREE) >= 5
    assert len(OURS) >= 3
