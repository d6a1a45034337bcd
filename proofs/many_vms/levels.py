"""Sets of tuples, one entry a VM, as decision diagrams with one level a VM; levels that repeat are kept once.

A node says which entries lead to which node. Entries are small numbers, and a set of them (a label) is one integer with a bit
for each. Nodes after which the same may follow are one node, so equal sets are equal diagrams. A diagram that leads back to
its own nodes holds tuples of any length, in any order: those of all entries of a label are one node, for any number of VMs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import TypeVar

Label = int
"""A set of entries: bit k stands for entry k."""

Task = TypeVar("Task", bound=Hashable)


class TooManyNodes(RuntimeError):
    """There is no room for more nodes. The message says for how many there was."""


class Room:
    """How many nodes may be made altogether, and how many there may be in one set."""

    def __init__(self, nodes: float = inf, in_one: float = inf) -> None:
        self.nodes, self.in_one = nodes, in_one
        self.made = 0

    def take(self, in_one: int) -> None:
        """Make room for one more node, of a set that has so many. Raises TooManyNodes."""
        self.made += 1
        if in_one > self.in_one or self.made > self.nodes:
            raise TooManyNodes(f"{self.in_one if in_one > self.in_one else self.nodes:,} nodes")


@dataclass(frozen=True)
class Node:
    """Whether a tuple may end here, and where each entry leads: disjoint labels, ordered, with the number of a node."""

    end: bool
    to: tuple[tuple[Label, int], ...]


@dataclass(frozen=True)
class Tuples:
    """A set of tuples. nodes: the first is where every tuple begins; without nodes the set is empty."""

    nodes: tuple[Node, ...] = ()

    def __len__(self) -> int:
        return len(self.nodes)

    @property
    def entries(self) -> Label:
        """Every entry that occurs."""
        return joined(label for node in self.nodes for label, _ in node.to)


@dataclass(frozen=True)
class Option:
    """What an entry may become. own: the entries; bits: what each of them contributes to the mask; new: all that they may
    become (any of them any of these)."""

    own: Label
    bits: int
    new: Label


@dataclass(frozen=True)
class Change:
    """What becomes of tuples whose entries together contribute exactly `mask`. options: for a label, its entries' options.
    once: one entry changes and the others stay; otherwise every entry changes."""

    options: Callable[[Label], Sequence[Option]]
    mask: int = 0
    once: bool = False


def any_length(label: Label) -> Tuples:
    """All tuples of these entries, of every length from one on."""
    return Tuples((Node(False, ((label, 1),)), Node(True, ((label, 1),))))


def of_levels(labels: Sequence[Label]) -> Tuples:
    """All tuples with an entry of each label, in this order."""
    return Tuples((*(Node(False, ((label, i + 1),)) for i, label in enumerate(labels)), Node(True, ())))


def joined(labels: Iterable[Label]) -> Label:
    """The union of labels."""
    found = 0
    for label in labels:
        found |= label
    return found


def entries_of(label: Label) -> Iterator[int]:
    """The entries of a label, one by one."""
    while label:
        lowest = label & -label
        yield lowest.bit_length() - 1
        label ^= lowest


def union(one: Tuples, other: Tuples, room: Room | None = None) -> Tuples:
    """Every tuple of both."""
    if one == other or not one.nodes or not other.nodes:
        return one if one.nodes else other
    both = (one, other)

    def out(task: tuple[int, int]) -> Iterator[tuple[Label, tuple[int, int]]]:
        which, at = task
        return ((label, (which, target)) for label, target in both[which].nodes[at].to)

    return _determined([(0, 0), (1, 0)], out, lambda task: both[task[0]].nodes[task[1]].end, room)


def image(tuples: Tuples, change: Change, room: Room | None = None) -> Tuples:
    """What becomes of the tuples. Raises TooManyNodes."""
    nodes, mask, options = tuples.nodes, change.mask, change.options

    def out(task: tuple[int, int, bool]) -> Iterator[tuple[Label, tuple[int, int, bool]]]:
        at, bits, due = task
        for label, target in nodes[at].to:
            for option in options(label):
                if option.bits & ~mask:
                    continue
                if change.once:
                    yield option.own, (target, bits | option.bits, due)
                if option.new and (due or not change.once):
                    yield option.new, (target, bits | option.bits, False)

    def end(task: tuple[int, int, bool]) -> bool:
        at, bits, due = task
        return nodes[at].end and bits == mask and not due

    return _determined([(0, 0, change.once)] if nodes else [], out, end, room)


# -- nodes -----------------------------------------------------------------------------------------------------------------


def _determined(
    start: Collection[Task],
    out: Callable[[Task], Iterable[tuple[Label, Task]]],
    end: Callable[[Task], bool],
    room: Room | None,
) -> Tuples:
    """The diagram of what any of several tasks holds, from where each of them leads."""
    numbers: dict[frozenset[Task], int] = {frozenset(start): 0}
    rows: list[dict[int, Label]] = []
    ends: list[bool] = []
    for tasks in (waiting := list(numbers)):
        row: dict[int, Label] = {}
        for after, label in _apart(pair for task in tasks for pair in out(task)):
            if after not in numbers:
                numbers[after] = len(numbers)
                waiting.append(after)
            row[numbers[after]] = label
        rows.append(row)
        ends.append(any(end(task) for task in tasks))
        if room is not None:
            room.take(len(rows))
    return _least(rows, ends)


def _apart(pairs: Iterable[tuple[Label, Task]]) -> Iterator[tuple[frozenset[Task], Label]]:
    """Labels that overlap, cut into disjoint ones, with all the tasks that each of them leads to."""
    whole: dict[Task, Label] = {}
    for label, task in pairs:
        whole[task] = whole.get(task, 0) | label
    parts: dict[frozenset[Task], Label] = {}
    for task, label in whole.items():
        alone, cut = label, dict[frozenset[Task], Label]()
        for tasks, known in parts.items():
            if both := known & label:
                alone &= ~known
                cut[tasks | {task}] = both
            if rest := known & ~label:
                cut[tasks] = rest
        if alone:
            cut[frozenset({task})] = alone
        parts = cut
    yield from parts.items()


def _least(rows: Sequence[Mapping[int, Label]], ends: Sequence[bool]) -> Tuples:
    """The same with as few nodes as can be, numbered from the first on as they are met."""
    useful = _leading_to_an_end(rows, ends)
    kept = [{target: label for target, label in row.items() if target in useful} for row in rows]
    same = _same_upwards(kept, ends)
    numbers = {same[0]: 0}
    nodes: list[Node] = []
    first = {number: at for at, number in reversed(list(enumerate(same)))}
    for number in (waiting := [same[0]] if 0 in useful else []):
        merged = _merged(kept[first[number]], same)
        for target in (targets := sorted(merged, key=merged.__getitem__)):
            if target not in numbers:
                numbers[target] = len(numbers)
                waiting.append(target)
        nodes.append(Node(ends[first[number]], tuple((merged[target], numbers[target]) for target in targets)))
    return Tuples(tuple(nodes))


def _leading_to_an_end(rows: Sequence[Mapping[int, Label]], ends: Sequence[bool]) -> set[int]:
    sources: list[list[int]] = [[] for _ in rows]
    for at, row in enumerate(rows):
        for target in row:
            sources[target].append(at)
    found = {at for at, end in enumerate(ends) if end}
    waiting = list(found)
    while waiting:
        new = [at for at in sources[waiting.pop()] if at not in found]
        found.update(new)
        waiting += new
    return found


def _merged(row: Mapping[int, Label], same: Sequence[int]) -> dict[int, Label]:
    found: dict[int, Label] = {}
    for target, label in row.items():
        found[same[target]] = found.get(same[target], 0) | label
    return found


_ITSELF = -1


def _last_first(rows: Sequence[Mapping[int, Label]]) -> list[int]:
    """The nodes, each after all that it leads to but itself. Where entries may be swapped no two nodes lead to one another:
    an entry that goes round would count modulo something, and no change does."""
    order: dict[int, None] = {}
    path = [(0, iter(rows[0]))]
    entered = {0}
    while path:
        at, targets = path[-1]
        for target in targets:
            if target not in entered:
                entered.add(target)
                path.append((target, iter(rows[target])))
                break
            if target not in order and target != at:
                raise ValueError("a set of tuples of any length has to hold them in any order")
        else:
            order[at] = None
            path.pop()
    return list(order)


def _same_upwards(rows: Sequence[Mapping[int, Label]], ends: Sequence[bool]) -> list[int]:
    """For each node the number of its class; all that it leads to have theirs before, but for itself."""
    known: dict[object, int] = {}
    same, classes = [_ITSELF] * len(rows), 0
    for at in _last_first(rows):
        end, row = ends[at], _merged(rows[at], same)
        found = known.get(_row(end, row, _ITSELF))
        if found is None and _ITSELF in row:  # perhaps it is as good as one that it leads to
            found = next((other for other in row if known.get(_row(end, row, other)) == other), None)
        if found is None:
            found, classes = classes, classes + 1
            known[_row(end, row, _ITSELF)] = known[_row(end, row, found)] = found
        same[at] = found
    return same


def _row(end: bool, row: Mapping[int, Label], itself: int) -> object:
    """What makes a node what it is. itself: the class that it has for itself."""
    others = {target: label for target, label in row.items() if target != _ITSELF}
    if _ITSELF in row:
        others[itself] = others.get(itself, 0) | row[_ITSELF]
    return end, frozenset(others.items())
