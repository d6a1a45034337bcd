"""An outside checker comes to our verdicts: SPIN refutes every wrong protocol, and not the right one.

SPIN is given the slice as Promela, in the column and with the VMs that the wrong protocol takes. It visits every state and
counts the assertions that fail; states and transitions are counted as well, so no search stops early. What comes in the end
is asked as `tests/helpers/spin_ends.py` says.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path

import pytest

from model.notation import Network
from model.notation.run import Shape
from model.protocol import PROTOCOL
from proofs.export.promela import promela
from proofs.search.plain import explore
from proofs.verdicts.columns import BASE
from proofs.world.compiled import Compiled
from proofs.world.parts import ONE_OF_EACH
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Ends, Independent, Property, Step
from tests.helpers.nightly import nightly
from tests.helpers.spin import Asserted, asserted, needs_spin
from tests.helpers.spin_ends import Asked
from tests.wrong_protocols.changes import Wrong
from tests.wrong_protocols.in_promela import slice_for
from tests.wrong_protocols.protocols import BY_TOPIC, PROTOCOLS, WRONG_FROM_THREE
from tests.wrong_protocols.three_vms import ThreeVms

pytestmark = needs_spin

ENDS = tuple(wrong for wrong in PROTOCOLS if isinstance(PROPERTIES[wrong.refuted_by], Ends))
ASSERTED = tuple(wrong for wrong in PROTOCOLS if wrong not in ENDS)

UNFAIR_CIRCLES = frozenset({"orphaned-child-stays-frozen"})
"""Where the right protocol can go round for ever too, but not fairly: a child may be asked about time and again and never give
up its backup. SPIN knows no fairness between events, so there it says only that nobody waits for ever."""

THREE_VMS = {
    "third-vm-not-noted": ((883_426, 1_502_815), (343_578, 607_949)),
    "three-failures-are-none": ((333_429, 518_446), (333_331, 518_341)),
    "odd-ones-left-saved": ((1_236_039, 2_124_484), (333_331, 518_341)),
    "third-mark": ((29, 32), (20, 20)),
    "seen-by-way-of-another": ((20, 23), (14, 17)),
}
"""States and transitions that SPIN counts with three VMs, of the wrong protocol and of the right one."""

IN_EVERY_RUN = frozenset(
    {
        *(topic[0].name for topic in list(BY_TOPIC.values())[::2]),
        "MET-6-some",  # with two disks
        "abort-after-post-snapshot",  # with a fault
        "complete-after-vanishing",  # with more events than any other
        "mixed-statuses-accepted",  # with two VMs, and a fault
        "another-vm-deleted",  # with two VMs
        "files-before-the-other-writer",  # with an observer
        "roll-back-needs-the-childs-writers",  # of two runs at once
        "third-vm-not-noted",  # with three VMs
        "third-mark",
        "seen-by-way-of-another",
    }
)
"""At night all are asked, and the right protocol for each; the compiler takes a second for one. In every run the right protocol
is asked in `tests/proofs/export/test_spin_agrees.py`."""


def _each(wrongs: Sequence[Wrong] | Sequence[ThreeVms], chosen: Collection[str]) -> pytest.MarkDecorator:
    found = [pytest.param(one, id=one.name, marks=[] if one.name in chosen else [nightly]) for one in wrongs]
    return pytest.mark.parametrize("wrong", found)


each = _each(ASSERTED, IN_EVERY_RUN)
each_end = _each(ENDS, {"orphaned-child-stays-frozen", "veto-is-never-told"})
each_of_three = _each(WRONG_FROM_THREE, IN_EVERY_RUN)


def by_spin(compiled: Compiled, vms: int, asked: Sequence[Property], folder: Path) -> Asserted:
    return asserted(promela(compiled, vms, asked).text, folder)


def by_us(compiled: Compiled, vms: int, asked: Sequence[Property]) -> tuple[int, int, set[str]]:
    """What SPIN should count, and the properties that are broken."""
    made = promela(compiled, vms, asked)
    states = {one.name: ~one.term for one in asked if isinstance(one, Always)}
    steps = {one.name: ~one.term for one in asked if isinstance(one, Step)}
    found = explore(compiled, vms, states=states, steps=steps, sort=False)
    return found.states + made.more_states, found.steps + made.more_transitions, set(found.hits)


@each
def test_is_refuted(wrong: Wrong, tmp_path: Path) -> None:
    network = watched(wrong.change(PROTOCOL))
    compiled, asked = slice_for(network, wrong.column, [PROPERTIES[wrong.refuted_by]], wrong.shapes)
    spins = by_spin(compiled, wrong.vms, asked, tmp_path)
    assert spins.failures, f"{wrong.says} SPIN visits {spins.states:,} states, and no assertion fails"
    assert (spins.states, spins.transitions, {wrong.refuted_by}) == by_us(compiled, wrong.vms, asked)


RIGHT: dict[tuple[Column, int, int, bool], list[str]] = {}
"""What is asked of the right protocol together: one column, so many VMs with so many disks, of one run or of two."""
for _wrong in ASSERTED:
    _alone = isinstance(PROPERTIES[_wrong.refuted_by], Independent)
    RIGHT.setdefault((_wrong.column, _wrong.vms, _wrong.disks, _alone), []).append(_wrong.refuted_by)


@nightly
@pytest.mark.parametrize(
    ("asked_in", "names"), RIGHT.items(), ids=[f"{c}, {n} VMs, {d} disks{', two runs' * two}" for c, n, d, two in RIGHT]
)
def test_the_right_protocol_is_not(asked_in: tuple[Column, int, int, bool], names: list[str], tmp_path: Path) -> None:
    column, vms, disks, _ = asked_in
    shapes = (Shape({**ONE_OF_EACH.parts, "disk": disks}),)
    compiled, asked = slice_for(watched(), column, [PROPERTIES[name] for name in dict.fromkeys(names)], shapes)
    spins = by_spin(compiled, vms, asked, tmp_path)
    assert not spins.failures
    assert (spins.states, spins.transitions, set()) == by_us(compiled, vms, asked)


@nightly
@pytest.mark.parametrize("wrong", ASSERTED, ids=lambda wrong: wrong.name)
def test_the_right_protocol_is_not_in_the_very_slice(wrong: Wrong, tmp_path: Path) -> None:
    compiled, asked = slice_for(watched(), wrong.column, [PROPERTIES[wrong.refuted_by]], wrong.shapes)
    spins = by_spin(compiled, wrong.vms, asked, tmp_path)
    assert not spins.failures
    assert (spins.states, spins.transitions, set()) == by_us(compiled, wrong.vms, asked)


@each_of_three
def test_is_refuted_with_three_vms(wrong: ThreeVms, tmp_path: Path) -> None:
    compiled, asked = slice_for(wrong.network, BASE, [wrong.property])
    spins = by_spin(compiled, wrong.vms, asked, tmp_path)
    assert spins.failures, wrong.says
    assert (spins.states, spins.transitions) == THREE_VMS[wrong.name][0]


@nightly
@pytest.mark.parametrize("wrong", WRONG_FROM_THREE, ids=lambda wrong: wrong.name)
@pytest.mark.parametrize("vms", [1, 2, 3])
def test_three_vms_and_fewer_of_both(wrong: ThreeVms, vms: int, tmp_path: Path) -> None:
    """Fewer do not show it; and our explorer counts what SPIN counts."""
    for network, counts in zip((wrong.network, wrong.right), THREE_VMS[wrong.name], strict=True):
        compiled, asked = slice_for(network, BASE, [wrong.property])
        spins = by_spin(compiled, vms, asked, tmp_path)
        broken = {wrong.name} if vms == wrong.vms and network is wrong.network else set()
        assert bool(spins.failures) == bool(broken)
        assert (spins.states, spins.transitions, broken) == by_us(compiled, vms, asked)
        assert vms != wrong.vms or (spins.states, spins.transitions) == counts


@cache
def ends_asked(network: Network, column: Column, name: str, vms: int) -> Asked:
    found = PROPERTIES[name]
    assert isinstance(found, Ends)
    return Asked(slice_for(network, column, [found])[0], vms, found)


@each_end
def test_what_never_comes_to_rest_is_refuted(wrong: Wrong, tmp_path: Path) -> None:
    asked = ends_asked(watched(wrong.change(PROTOCOL)), wrong.column, wrong.refuted_by, wrong.vms)
    waits = wrong.repeats == 0
    assert asked.waits(tmp_path) == waits
    assert waits or asked.turns(tmp_path)


@nightly
@pytest.mark.parametrize("wrong", ENDS, ids=lambda wrong: wrong.name)
def test_the_right_protocol_comes_to_rest(wrong: Wrong, tmp_path: Path) -> None:
    asked = ends_asked(watched(), wrong.column, wrong.refuted_by, wrong.vms)
    assert not asked.waits(tmp_path)
    assert asked.turns(tmp_path) == (wrong.name in UNFAIR_CIRCLES)


def test_none_is_left_out() -> None:
    assert {*ASSERTED, *ENDS} == set(PROTOCOLS)
    assert len(ASSERTED) + len(ENDS) + len(WRONG_FROM_THREE) >= 85
    assert {*IN_EVERY_RUN} <= {*(one.name for one in ASSERTED), *(one.name for one in WRONG_FROM_THREE)}
    assert THREE_VMS.keys() == {wrong.name for wrong in WRONG_FROM_THREE}
