"""What only two disks show to be wrong is refuted, with a run that the machines of the wrong protocol took; with one disk nothing is
seen of it, and nothing is shown for any number."""

from functools import cache

import pytest

from model.notation import Network
from model.protocol import PROTOCOL
from proofs.answers.verdict import CLOSED, HOLDS, REFUTED, Verdict
from proofs.verdicts.check import check
from proofs.views.proof import prove
from proofs.world.scope import Scope
from proofs.world.slices import as_asked
from properties.catalogue import PROPERTIES, watched
from tests.helpers.nightly import nightly
from tests.wrong_protocols.changes import Wrong
from tests.wrong_protocols.protocols import PROTOCOLS

TWO_DISKS = [wrong for wrong in PROTOCOLS if wrong.disks > 1]

AT_NIGHT = {"shadow-copy-of-vhds-only-vms", "MET-7-some"}
"""Of the first views are many; of the other they are as of MET-6-some."""

each = pytest.mark.parametrize("wrong", TWO_DISKS, ids=lambda wrong: wrong.name)


@cache
def changed(wrong: Wrong) -> Network:
    return wrong.change(PROTOCOL)


def judged(wrong: Wrong, network: Network, *, views: bool) -> Verdict:
    scope = Scope(vms=1, proofs=views, counts=False)
    (verdict,) = check(wrong.column, [wrong.refuted_by], scope, network=network)
    return verdict


@each
def test_is_refuted_by_a_run_of_a_vm_with_two_disks(wrong: Wrong) -> None:
    found = judged(wrong, changed(wrong), views=True)
    assert found.verdict == REFUTED, f"{wrong.says} {wrong.refuted_by} says {found.verdict}, {found.assurance}"
    assert found.run is not None
    assert (found.length, [shape.parts["disk"] for shape in found.run.shapes]) == (wrong.length, [2])


@each
def test_one_disk_does_not_show_it_and_the_verdict_says_so(wrong: Wrong) -> None:
    found = judged(wrong, changed(wrong), views=False)
    assert found.verdict == HOLDS
    assert found.assurance == "every state of up to 1 VM, each with one disk"


@pytest.mark.parametrize(
    "wrong",
    [pytest.param(one, id=one.name, marks=[nightly] if one.name in AT_NIGHT else []) for one in TWO_DISKS],
)
def test_no_views_show_it(wrong: Wrong) -> None:
    network, asked = as_asked(PROPERTIES[wrong.refuted_by], watched(changed(wrong)))
    for harder in (False, True):
        assert not prove(network, wrong.column, [asked], harder=harder)[asked.name].holds


@each
def test_the_right_protocol_is_closed_for_any_number_of_parts(wrong: Wrong) -> None:
    found = judged(wrong, PROTOCOL, views=True)
    assert (found.verdict, found.assurance) == (HOLDS, CLOSED)


def test_there_are_enough_of_them() -> None:
    assert len(TWO_DISKS) >= 4
