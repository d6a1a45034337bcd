"""Sets of tuples as diagrams, against plain sets of Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations, product
from random import Random

import pytest

from proofs.many_vms.levels import (
    Change,
    Label,
    Node,
    Option,
    Room,
    TooManyNodes,
    Tuples,
    any_length,
    entries_of,
    image,
    of_levels,
    union,
)
from proofs.many_vms.tallies import count, count_sorted, masks, masks_of_levels, tuple_with

ENTRIES, LENGTH = 4, 3
BITS = (0, 1, 2, 3)
"""What each entry contributes."""

Set = frozenset[tuple[int, ...]]


def diagram(tuples: Set) -> Tuples:
    found = Tuples()
    for one in tuples:
        found = union(found, of_levels([1 << entry for entry in one]))
    return found


def by_chance(random: Random) -> Set:
    return frozenset(
        tuple(random.randrange(ENTRIES) for _ in range(LENGTH)) for _ in range(random.randrange(ENTRIES**LENGTH))
    )


def options(becomes: Sequence[Label]) -> Callable[[Label], list[Option]]:
    return lambda label: [Option(1 << e, BITS[e], becomes[e]) for e in entries_of(label)]


def mask_of(one: Sequence[int]) -> int:
    found = 0
    for entry in one:
        found |= BITS[entry]
    return found


def changed(tuples: Set, becomes: Sequence[Label], mask: int, *, once: bool) -> Set:
    found: set[tuple[int, ...]] = set()
    for one in tuples:
        if mask_of(one) != mask:
            continue
        moves = [tuple(entries_of(becomes[entry])) for entry in one]
        if once:
            found |= {(*one[:i], new, *one[i + 1 :]) for i in range(LENGTH) for new in moves[i]}
        else:
            found |= set(product(*moves))
    return frozenset(found)


@pytest.mark.parametrize("seed", range(30))
def test_sets_by_chance(seed: int) -> None:
    random = Random(seed)
    one, other = by_chance(random), by_chance(random)
    becomes = [random.randrange(1 << ENTRIES) for _ in range(ENTRIES)]
    first, second = diagram(one), diagram(other)
    assert union(first, second) == diagram(one | other)
    assert (first == second) == (one == other)
    for mask, once in product(range(4), (False, True)):
        change = Change(options(becomes), mask, once)
        assert image(first, change) == diagram(changed(one, becomes, mask, once=once)), (mask, once)


@pytest.mark.parametrize("seed", range(30))
def test_what_a_set_holds(seed: int) -> None:
    random = Random(seed)
    drawn = by_chance(random)
    symmetric = frozenset(other for one in drawn for other in permutations(one))
    whole = (1 << ENTRIES) - 1
    levels = [random.choice((whole, 0b0111, 0b1101)) for _ in range(LENGTH)]
    inside = [one for one in drawn if all(level >> entry & 1 for level, entry in zip(levels, one, strict=True))]
    found, weights = diagram(drawn), [random.randrange(5) for _ in range(ENTRIES)]

    def weight(label: Label) -> int:
        return sum(weights[entry] for entry in entries_of(label))

    def bits(label: Label) -> set[int]:
        return {BITS[entry] for entry in entries_of(label)}

    assert count(found, levels, weight) == (len(inside), sum(weights[entry] for one in inside for entry in one))
    assert count_sorted(diagram(symmetric), [(whole, LENGTH)]) == len({tuple(sorted(one)) for one in symmetric})
    assert set(masks(found, bits)) == set(map(mask_of, drawn))
    assert masks_of_levels(found, levels, bits) == set(map(mask_of, inside))
    single = {mask_of(one) for one in inside if sum(BITS[entry] & 1 for entry in one) == 1}
    assert masks_of_levels(found, levels, bits, once=1) == single
    for mask in set(map(mask_of, inside)):
        example = tuple_with(found, levels, bits, mask)
        assert example in inside
        assert mask_of(example) == mask


def test_levels_that_repeat_are_one_node() -> None:
    """All tuples of two entries; then one entry of them has become another one, and in the end any of them may have."""
    some = any_length(0b0011)
    one = image(some, Change(lambda label: [Option(label, 0, 0b0100)], once=True))
    assert [count(one, [0b1111] * n)[0] for n in (1, 2, 3)] == [1, 2 * 2, 3 * 2 * 2]
    assert len(one) == 2
    every = image(some, Change(lambda label: [Option(label, 0, label | 0b0100)]))
    assert every == any_length(0b0111)
    assert union(every, one) == every
    assert count(every, [0b0111] * 500)[0] == 3**500


def test_the_shortest_tuples_are_known() -> None:
    assert masks(any_length(0b0111), lambda label: {BITS[entry] for entry in entries_of(label)}) == {
        0: 1,
        1: 1,
        2: 1,
        3: 2,
    }


def test_nodes_that_lead_nowhere_are_left_out() -> None:
    """Entry 0 becomes nothing: no tuple with it is left, and no node for what could have come before it."""
    two = diagram(frozenset({(1, 0), (1, 1), (2, 0)}))
    assert image(two, Change(lambda label: [Option(label & ~1, 0, label & ~1)])) == of_levels([2, 2])
    assert image(two, Change(lambda label: [])) == Tuples()
    assert Tuples((Node(False, ()),)) != Tuples()


def test_there_is_no_room() -> None:
    wide = Change(lambda label: [Option(label, 0, 1)], once=True)
    with pytest.raises(TooManyNodes, match=r"^3 nodes$"):
        image(of_levels([3] * 10), wide, Room(in_one=3))
    room = Room(nodes=60)
    image(of_levels([3] * 10), wide, room)
    assert 20 < room.made < 60
    again = Room(nodes=room.made - 1)
    with pytest.raises(TooManyNodes, match=rf"^{room.made - 1} nodes$"):
        image(of_levels([3] * 10), wide, again)


def any_lengths(random: Random) -> Tuples:
    """Some change of all tuples of some entries, whatever their length."""
    found = any_length(random.randrange(1, 1 << ENTRIES))
    for _ in range(random.randrange(4)):
        becomes = [random.randrange(1, 1 << ENTRIES) for _ in range(ENTRIES)]
        mask = random.choice(sorted(masks(found, lambda label: {BITS[entry] for entry in entries_of(label)})))
        found = image(found, Change(options(becomes), mask, once=random.random() < 0.5))
    return found


def inside(found: Tuples, length: int) -> Set:
    """The tuples of one length, one by one."""
    paths: list[tuple[tuple[int, ...], int]] = [((), 0)] if found.nodes else []
    for _ in range(length):
        paths = [((*one, e), to) for one, at in paths for label, to in found.nodes[at].to for e in entries_of(label)]
    return frozenset(one for one, at in paths if found.nodes[at].end)


@pytest.mark.parametrize("seed", range(60))
def test_sets_of_any_length_by_chance(seed: int) -> None:
    """For each length as plain sets; and equal sets are equal diagrams, however they came about."""
    random = Random(seed)
    one, two, three = (any_lengths(random) for _ in range(3))
    becomes, once = [random.randrange(1 << ENTRIES) for _ in range(ENTRIES)], random.random() < 0.5
    both = union(one, two)
    assert inside(both, LENGTH) == inside(one, LENGTH) | inside(two, LENGTH)
    assert union(two, one) == both
    assert union(both, three) == union(one, union(two, three))
    assert union(both, one) == both
    for mask in range(4):
        change = Change(options(becomes), mask, once)
        assert inside(image(one, change), LENGTH) == changed(inside(one, LENGTH), becomes, mask, once=once)
        assert image(both, change) == union(image(one, change), image(two, change))


def test_tuples_of_any_length_stand_in_any_order() -> None:
    last = Tuples((Node(False, ((1, 0), (2, 1))), Node(True, ((1, 0), (2, 1)))))
    assert inside(last, 2) == {(0, 1), (1, 1)}
    with pytest.raises(ValueError, match="in any order"):
        union(last, any_length(4))
