"""What a set of tuples holds: how many tuples, what their entries contribute together, and a tuple that contributes it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import groupby, pairwise

from proofs.many_vms.levels import Label, Tuples, entries_of


def count(tuples: Tuples, levels: Sequence[Label], weight: Callable[[Label], int] = int.bit_count) -> tuple[int, int]:
    """How many tuples there are with an entry of each of these levels; and the sum of the weights of all their entries."""
    ways = {0: (1, 0)} if tuples.nodes else {}
    found = dict[tuple[Label, Label], tuple[int, int]]()
    for level in levels:
        then: dict[int, tuple[int, int]] = {}
        for at, (number, weighed) in ways.items():
            for label, target in tuples.nodes[at].to:
                key = (label, level)
                if key not in found:
                    found[key] = ((label & level).bit_count(), weight(label & level))
                size, heavy = found[key]
                if size:
                    before = then.get(target, (0, 0))
                    then[target] = (before[0] + number * size, before[1] + weighed * size + number * heavy)
        ways = then
    ends = [pair for at, pair in ways.items() if tuples.nodes[at].end]
    return sum(number for number, _ in ends), sum(weighed for _, weighed in ends)


def count_sorted(tuples: Tuples, blocks: Sequence[tuple[Label, int]]) -> int:
    """How many tuples there are up to swapping entries within a block: (its entries, its length). With every tuple the set
    has to hold those with entries of a block swapped."""
    ways = {0: 1} if tuples.nodes else {}
    for entries, length in blocks:
        by_length: list[dict[int, int]] = [ways, *({} for _ in range(length))]
        for entry in entries_of(entries & tuples.entries):
            leads = {
                at: target for at, node in enumerate(tuples.nodes) for label, target in node.to if label >> entry & 1
            }
            for shorter, longer in pairwise(by_length):
                for at, number in shorter.items():
                    if at in leads:
                        longer[leads[at]] = longer.get(leads[at], 0) + number
        ways = by_length[length]
    return sum(number for at, number in ways.items() if tuples.nodes[at].end)


def masks(tuples: Tuples, bits: Callable[[Label], Collection[int]]) -> dict[int, int]:
    """All that the entries of a tuple, of whatever length, may contribute together; each with the length of the shortest
    tuple that does. bits: what one entry of a label may contribute."""
    seen = {(0, 0): 0} if tuples.nodes else {}
    for at, mask in (waiting := list(seen)):
        for label, target in tuples.nodes[at].to:
            for more in bits(label):
                if (after := (target, mask | more)) not in seen:
                    seen[after] = seen[at, mask] + 1
                    waiting.append(after)
    found: dict[int, int] = {}
    for (at, mask), length in seen.items():
        if tuples.nodes[at].end:
            found.setdefault(mask, length)
    return found


def masks_of_levels(
    tuples: Tuples, levels: Sequence[Label], bits: Callable[[Label], Collection[int]], once: int = 0
) -> set[int]:
    """The same for tuples with an entry of each of these levels. once: bits that exactly one entry contributes."""
    here = {(0, 0)} if tuples.nodes else set()
    for level, alike in groupby(levels):
        for _ in alike:
            then = _one_level(tuples, here, level, bits, once)
            if then == here:
                break  # nor does any further level of this kind change anything
            here = then
    return {mask for at, mask in here if tuples.nodes[at].end and mask & once == once}


def _one_level(
    tuples: Tuples, here: Iterable[tuple[int, int]], level: Label, bits: Callable[[Label], Collection[int]], once: int
) -> set[tuple[int, int]]:
    return {
        (target, mask | more)
        for at, mask in here
        for label, target in tuples.nodes[at].to
        if label & level
        for more in bits(label & level)
        if not mask & more & once
    }


def tuple_with(
    tuples: Tuples, levels: Sequence[Label], bits: Callable[[Label], Collection[int]], mask: int
) -> tuple[int, ...]:
    """A tuple with an entry of each of these levels that together contribute exactly `mask`, as some do."""
    reached: list[set[tuple[int, int]]] = [{(0, 0)}]
    for level in levels:
        reached.append(_one_level(tuples, reached[-1], level, bits, 0))
    now = next((at, known) for at, known in sorted(reached[-1]) if known == mask and tuples.nodes[at].end)
    found: list[int] = []
    for level, here in zip(reversed(levels), reversed(reached[:-1]), strict=True):
        entry, now = next(
            (entry, (at, known))
            for at, known in sorted(here)
            for label, target in tuples.nodes[at].to
            if target == now[0]
            for entry in entries_of(label & level)
            for more in bits(1 << entry)
            if known | more == now[1]
        )
        found.append(entry)
    return tuple(reversed(found))
