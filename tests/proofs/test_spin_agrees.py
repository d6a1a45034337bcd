"""SPIN and we, on every slice of the protocol: the same states and steps, and the same properties are broken.

A slice is what one group of properties is judged on. SPIN visits every state of our Promela text, with each statement about
states and steps of the group asserted; VMs start in one representative of each class of configurations. What it counts is
what our plain search counts without sorting VMs, and both are pinned; so is what the sorted search counts.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from proofs.columns import BASE
from proofs.compile import Compiled
from proofs.explore import explore
from proofs.promela import promela
from proofs.prove import ONE_OF_EACH
from proofs.slices import Group, Worlds, groups
from proofs.world import Column, World
from properties.catalogue import watched
from properties.kinds import Always, Property, Step, terms_of
from tests.proofs.nightly import nightly
from tests.proofs.pinned import LATER, NETWORK, PINNED
from tests.proofs.spin import needs_spin, seen
from tests.proofs.whole import whole


@dataclass(frozen=True)
class Pinned:
    """A slice, called by its first property, with how many are judged on it. one, two: states and steps of so many VMs, told
    apart; with the depth; sorted: of two that are interchangeable. broken: those of the properties that do not hold."""

    column: Column
    first: str
    properties: int
    one: tuple[int, int]
    depth_of_one: int
    two: tuple[int, int]
    sorted: tuple[int, int]
    depth_of_two: int
    broken: Collection[str] = ()


VANISHES, MISSING, STOPS = (
    Column(frozenset({name})) for name in ("requester_vanishes", "volume_missing", "integration_service_stops")
)
SKIPPED = Column(readings=(("READ-6", "SKIPPED"),))

MOST = "vms-are-handled-through-vss"
CLUSTERED = "clustered-vm-touched-in-a-restore-fails-over"

SLICES = (
    Pinned(BASE, MOST, 36, (948, 1_260), 50, (27_462, 39_312), (14_205, 20_105), 59),
    Pinned(BASE, "no-child-backup-without-the-service", 1, (706, 839), 30, (27_792, 35_517), (14_249, 18_090), 40),
    Pinned(BASE, "frozen-only-in-a-child-backup", 5, (948, 1_136), 30, (50_280, 65_280), (25_614, 33_086), 40),
    Pinned(BASE, "saved-state-is-the-default", 2, (474, 568), 30, (12_570, 16_320), (6_522, 8_383), 40),
    Pinned(BASE, "child-snapshot-needs-the-service", 1, (706, 839), 30, (27_792, 35_517), (14_249, 18_090), 40),
    Pinned(BASE, "child-snapshot-needs-one-volume", 1, (706, 839), 30, (27_792, 35_517), (14_249, 18_090), 40),
    Pinned(BASE, "child-snapshot-needs-basic-disks", 1, (706, 839), 30, (27_792, 35_517), (14_249, 18_090), 40),
    Pinned(BASE, "child-snapshot-needs-capable-file-systems", 1, (706, 839), 30, (27_792, 35_517), (14_249, 18_090), 40),
    Pinned(BASE, "child-runs-a-whole-backup", 1, (629, 766), 54, (20_871, 27_575), (10_750, 14_087), 66),
    Pinned(BASE, "back-in-prior-state", 2, (485, 615), 30, (12_963, 18_886), (6_724, 9_677), 40),
    Pinned(BASE, "only-saved-vms-are-given-back", 1, (474, 568), 30, (12_570, 16_320), (6_522, 8_383), 40),
    Pinned(BASE, "live-disk-is-never-rolled-back", 1, (617, 753), 54, (21_007, 28_103), (10_812, 14_345), 65),
    Pinned(BASE, "no-partial-backup", 4, (474, 568), 30, (12_570, 16_320), (6_522, 8_383), 40),
    Pinned(BASE, "only-vhds-are-in-the-backup", 2, (948, 1_136), 30, (50_280, 65_280), (25_614, 33_086), 40),
    Pinned(BASE, "child-sees-an-ordinary-backup", 1, (948, 1_136), 30, (50_280, 65_280), (25_614, 33_086), 40),
    Pinned(BASE, "writer-sees-an-ordinary-backup", 1, (474, 568), 30, (12_570, 16_320), (6_522, 8_383), 40),
    Pinned(BASE, "no-vm-is-lost", 1, (512, 630), 30, (13_766, 18_616), (7_139, 9_549), 40),
    Pinned(BASE, "link-exactly-when-elsewhere", 1, (864, 1_042), 49, (39_968, 54_408), (20_416, 27_604), 66),
    Pinned(BASE, "places-are-right-in-the-end", 1, (948, 1_136), 30, (50_280, 65_280), (25_614, 33_086), 40),
    Pinned(BASE, "place-differs-only-where-restored-elsewhere", 1, (948, 1_136), 30, (50_280, 65_280), (25_614, 33_086),
        40),
    Pinned(BASE, "port-exactly-where-the-switch-is", 1, (974, 1_164), 30, (51_924, 67_228), (26_449, 34_069), 40),
    Pinned(BASE, "registration-before-places", 1, (764, 914), 49, (33_024, 42_076), (16_894, 21_405), 66),
    Pinned(BASE, "places-before-network", 1, (764, 914), 49, (33_024, 42_076), (16_894, 21_405), 66),
    Pinned(BASE, CLUSTERED, 5, (1_132, 1_310), 42, (69_778, 89_750), (35_455, 45_402), 54),
    Pinned(VANISHES, MOST, 37, (3_314, 6_280), 50, (152_350, 319_148), (77_832, 161_888), 66,
        broken={"no-vm-left-saved"}),
    Pinned(MISSING, MOST, 37, (1_436, 1_896), 50, (53_564, 72_808), (27_500, 37_123), 59),
    Pinned(STOPS, MOST, 37, (2_554, 4_776), 68, (186_478, 456_252), (94_516, 229_358), 76,
        broken={"child-events-within-prepare-for-snapshot"}),
    Pinned(SKIPPED, MOST, 36, (938, 1_196), 50, (28_904, 40_268), (14_921, 20_559), 59,
        broken={"auto-recovery-required", "image-is-rolled-back"}),
)  # fmt: skip
"""Every slice of the column without faults, and the one with most properties of some other columns."""

WHOLE = Pinned(BASE, "the whole network", len(PINNED), (339_012, 430_920), 76, (0, 0), (0, 0), 0)
"""With one VM. Two VMs of its 1,920 classes have 3,686,400 starts."""

IN_EVERY_RUN = {
    (BASE, MOST),
    (BASE, CLUSTERED),
}


@cache
def slices_of(column: Column) -> dict[str, Group]:
    """The slices of a column, but for one on which everything holds because nothing can happen."""
    worlds = Worlds(NETWORK, column)
    found = groups((worlds.smallest_for(one), one) for one in PINNED)
    return {group.members[0].name: group for group in found if group.part.machines}


def compiled(group: Group) -> Compiled:
    return Compiled(group.world, group.part, (ONE_OF_EACH,), [term for one in group.members for term in terms_of(one)])


def assert_same(
    source: Compiled,
    vms: int,
    asked: list[Property],
    expected: tuple[int, int, int],
    broken: Collection[str],
    folder: Path,
) -> None:
    """SPIN and our search find these states, steps and depth (which SPIN does not say), and break these."""
    states = {one.name: ~one.term for one in asked if isinstance(one, Always)}
    steps = {one.name: ~one.term for one in asked if isinstance(one, Step)}
    ours = explore(source, vms, states=states, steps=steps, sort=False)
    assert (ours.states, ours.steps, ours.depth) == expected
    made = promela(source, vms, asked)
    spins = seen(made.text, folder)
    assert (spins.states - made.more_states, spins.transitions - made.more_transitions) == expected[:2]
    assert spins.broken == set(ours.hits) == set(broken)


each = pytest.mark.parametrize(
    "pinned",
    [
        pytest.param(
            one, id=f"{one.first}, {one.column}", marks=[nightly] * ((one.column, one.first) not in IN_EVERY_RUN)
        )
        for one in SLICES
    ],
)


@needs_spin
@pytest.mark.parametrize("vms", [1, 2])
@each
def test_spin_counts_what_we_count_and_breaks_what_we_break(pinned: Pinned, vms: int, tmp_path: Path) -> None:
    group = slices_of(pinned.column)[pinned.first]
    assert len(group.members) == pinned.properties
    expected = (*pinned.one, pinned.depth_of_one) if vms == 1 else (*pinned.two, pinned.depth_of_two)
    assert_same(compiled(group), vms, list(group.members), expected, pinned.broken, tmp_path)


@nightly
@pytest.mark.slow
@pytest.mark.timeout(3_000)
@needs_spin
def test_the_whole_network(tmp_path: Path) -> None:
    world = World(NETWORK, BASE)
    source = Compiled(world, whole(world), (ONE_OF_EACH,), [term for one in PINNED for term in terms_of(one)])
    assert_same(source, 1, [*PINNED], (*WHOLE.one, WHOLE.depth_of_one), WHOLE.broken, tmp_path)


@nightly
@needs_spin
@pytest.mark.parametrize("vms", [1, 2])
def test_later_properties(vms: int, tmp_path: Path) -> None:
    """They are asked as well; their counts are compared, and not pinned."""
    worlds = Worlds(watched(), BASE)
    for group in groups((worlds.smallest_for(one), one) for one in LATER):
        if group.part.machines:
            source = compiled(group)
            ours = explore(source, vms, sort=False)
            assert_same(source, vms, list(group.members), (ours.states, ours.steps, ours.depth), (), tmp_path)


@each
def test_sorted_vms(pinned: Pinned) -> None:
    found = explore(compiled(slices_of(pinned.column)[pinned.first]), 2)
    assert (found.states, found.steps, found.depth) == (*pinned.sorted, pinned.depth_of_two)
    assert pinned.two[0] / 2 < found.states < pinned.two[0]


def test_no_slice_without_faults_is_left_out() -> None:
    pinned = [one for one in SLICES if one.column == BASE]
    assert {one.first for one in pinned} == slices_of(BASE).keys()
    assert sum(one.properties for one in pinned) >= len(PINNED) - 5 >= 70
    assert {(one.column, one.first) for one in SLICES} >= IN_EVERY_RUN
