"""The closed set of views of many columns at once: each view carries the set of columns in which it is reachable.

The rules are those of `saturation.py`, and every fact in them carries its columns. A VM moves in the columns in which it is where
it is, in which all VMs together may contribute what the event asks, and in which the event may happen; who stands by does so in
the columns in which it is there itself *and* somebody moves. What takes part in a step is joined by *and*, ways to the same
view by *or*. Every rule acts on each column's bit alone, so the views with a column's bit are the least set closed under that
column's rules: its own closed set.

What VMs may contribute is asked event by event, as far as the event asks. For a closed set that is no coarser: whatever views
contribute together, any other view of the same host state may be there as well.

The cost is counted in visits of host states and in views.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from proofs.views.labelled.digits import NOWHERE, grown
from proofs.views.labelled.label_kernel import (
    PAGE,
    Ints,
    LabelTable,
    Small,
    Views,
    Words,
    all_anew,
    chained,
    gather,
    hand_on,
    label_number,
    labels_of,
    met_with,
    visit,
)
from proofs.views.labelled.projection import Projected
from proofs.views.saturation import TooManyViews
from proofs.world.compiled import Compiled

WORD = 64

MOST_VIEWS = 20_000_000
"""Views of one closed set."""


def words_of(label: int, words: int) -> Words:
    """A label as words of 64 bits."""
    return np.array([label >> WORD * w & (1 << WORD) - 1 for w in range(words)], dtype=np.uint64)


def label_of(words: Words) -> int:
    """The label that the words are."""
    return sum(int(word) << WORD * w for w, word in enumerate(words.tolist()))


class Labels:
    """Labels that have a number: each set of columns once. 0 is the number of that of no column. columns: how many there are."""

    def __init__(self, columns: int, room: int = 64) -> None:
        self.columns, self.words = columns, -(-columns // WORD)
        self._known: list[int] = []
        self._numbers: dict[int, int] = {}
        self.table = _room_for(room, self.words)
        self.number(0)

    def __len__(self) -> int:
        return int(self.table.many[0])

    def label(self, number: int) -> int:
        """The label that has a number."""
        if number >= len(self._known):
            self._known += map(label_of, self.table.words[len(self._known) : len(self)])
        return self._known[number]

    def number(self, label: int) -> int:
        """The number of a label."""
        if label not in self._numbers:
            while (found := label_number(words_of(label, self.words), self.table)) < 0:
                self.more()
            self._numbers[label] = found
        return self._numbers[label]

    def more(self) -> None:
        """Twice as many labels as there is room for."""
        table = _room_for(2 * len(self.table.words), self.words)
        for words in self.table.words[: len(self)]:
            label_number(words, table)
        self.table = table

    def is_full(self) -> bool:
        """Whether there is no room for another label."""
        return len(self) == len(self.table.words)

    def any_of(self, numbers: Small) -> int:
        """The union of labels."""
        found = 0
        for number in np.unique(numbers).tolist():
            found |= self.label(number)
        return found

    def met_with(self, numbers: Small, number: int) -> Small:
        """What each of these labels has in common with one."""
        found = np.empty(len(numbers), dtype=np.int32)
        while not met_with(numbers, number, self.table, found):
            self.more()
        return found

    def each(self, asked: Callable[[int, int], int], one: Small, two: Small) -> Small:
        """What is asked of two labels, side by side."""
        pairs, back = np.unique(one.astype(np.int64) << 32 | two, return_inverse=True)
        found = [self.number(asked(self.label(pair >> 32), self.label(pair & 0xFFFFFFFF))) for pair in pairs.tolist()]
        return np.array(found, dtype=np.int32)[back]

    def gathered(self, kinds: Ints, of: Small) -> Iterator[tuple[int, int]]:
        """Each kind that occurs (what is below 0 is none), and the union of the labels beside it."""
        slots = 1024
        while True:
            table = np.full((slots, 2), NOWHERE, dtype=np.int64)
            keys, found = np.zeros(slots, dtype=np.int64), np.zeros(slots, dtype=np.int32)
            many = gather(kinds, of, self.table, table, keys, found)
            if many >= 0:
                break
            if self.is_full():
                self.more()
            else:
                slots *= 8
        for kind, number in zip(keys[:many].tolist(), found[:many].tolist(), strict=True):
            yield kind, self.label(number)

    def counted(self, numbers: Small) -> list[int]:
        """By column, in how many of the labels it is."""
        of_label = np.bincount(numbers, minlength=len(self))
        found = np.zeros(self.columns, dtype=np.int64)
        for number in np.flatnonzero(of_label).tolist():
            bits = np.unpackbits(self.table.words[number].view(np.uint8), bitorder="little")[: self.columns]
            found += bits.astype(np.int64) * of_label[number]
        counts: list[int] = found.tolist()
        return counts


MOST_REMEMBERED = 1 << 15
"""Pairs of labels of which it is remembered what they have in common, and as many of what they are together; a power of two."""


def _room_for(many: int, words: int) -> LabelTable:
    """An empty table with room for so many labels."""
    known = np.full((2, MOST_REMEMBERED, 2), NOWHERE, dtype=np.int64)
    table = np.full(2 * many, NOWHERE, dtype=np.int32)
    of_many, scratch = np.zeros((many, words), dtype=np.uint64), np.zeros(words, dtype=np.uint64)
    return LabelTable(of_many, table, np.zeros(1, dtype=np.int64), known, scratch)


@dataclass
class Place:
    """A host state: its branches, as the kernel takes them, with what became of them; and what its VMs contribute."""

    numbers: list[int]
    branches: Small
    done: Words
    taken: Small
    fired: Small
    stood: Small
    asks: Small
    begins: dict[int, int]
    kinds: Words
    masks: Words


class Labelled:
    """A closed set, closed when it is made. views: the views, as arrays, with the columns in which each is reachable. places: by
    host state.

    allowed: by event the columns in which it may happen (all, if it is not named). starting: for each start the columns in which
    runs begin there.
    limit: views at most. Raises TooManyViews, TooWide.
    """

    def __init__(
        self,
        compiled: Compiled,
        columns: int,
        allowed: Mapping[str, int],
        starting: Sequence[int],
        limit: int = MOST_VIEWS,
    ) -> None:
        self.compiled, self.columns, self.limit = compiled, columns, limit
        self.labels = Labels(columns)
        self.words = self.labels.words
        self.steps = Projected(compiled)
        everywhere = (1 << columns) - 1
        self.allowed = np.array(
            [words_of(allowed.get(event.name, everywhere), self.words) for event in compiled.events], dtype=np.uint64
        ).reshape(len(compiled.events), self.words)
        self.places: dict[int, Place] = {}
        self._counts = np.zeros(2, dtype=np.int64)
        self.views = Views(
            np.zeros(0, np.int32), np.zeros(0, np.uint8), np.zeros(0, np.int32), np.zeros(0, np.int32),
            np.zeros((0, 0), np.int32), np.zeros((0, 2), np.int32), np.zeros(0, np.int32), np.zeros(0, np.int32),
        )  # fmt: skip
        self.visits = 0
        self._close(starting)

    def __len__(self) -> int:
        """The number of views that are reachable in any column."""
        return int(self._counts[0])

    @cached_property
    def counts(self) -> list[int]:
        """By column, the number of views that are reachable in it."""
        return self.labels.counted(self.views.cells[: self._counts[1], 1])

    def views_in(self, column: int) -> int:
        """The number of views that are reachable in one column."""
        return self.counts[column]

    def rows(self, host: int) -> Ints:
        """The views of a host state, as rows of `views`."""
        return chained(int(self.views.first[host]), self.views.after)

    def labels_of(self, host: int, rows: Ints) -> Small:
        """The labels of views of a host state, by their rows."""
        return labels_of(host, rows, self.views)

    def all_views(self) -> Iterator[tuple[int, int, int]]:
        """(host, VM, label) of every view."""
        for host in self.places:
            rows = self.rows(host)
            for vm, number in zip(self.views.vms[rows].tolist(), self.labels_of(host, rows).tolist(), strict=True):
                yield host, self.steps.local(vm), self.labels.label(number)

    # -- closing ------------------------------------------------------------------------------------------------------

    def _close(self, starting: Sequence[int]) -> None:
        self._room()
        for start, label in zip(self.compiled.starts, starting, strict=True):
            if label:
                vm = self.steps.number(self.compiled.locals[start][1])
                self._room()
                for host in self.compiled.start_hosts:
                    number = self.labels.number(label)
                    while not hand_on(number, host, vm, self.views, self._counts, self.labels.table):
                        self._more()
        while (waiting := np.flatnonzero(self.views.waiting >= 0)).size:
            if self.steps.count[0] > self.steps.met:
                self.steps.meet_vms()
            for host in waiting.tolist():
                self._visit(host)

    def _visit(self, host: int) -> None:
        if host not in self.places:
            self._meet(host)
        if self.steps.new_branches[host]:
            self._extend(host)
        self._room()
        place, steps = self.places[host], self.steps
        self.visits += 1
        while not visit(
            host, self.views, self._counts, steps.vms, steps.count, steps.met, self.allowed, place.branches,
            self.labels.table, place.done, place.taken, place.fired, place.stood, place.asks, place.kinds, place.masks,
        ):  # fmt: skip
            self._more()
            place.done[:] = 0
            place.stood[:] = 0
            all_anew(host, self.views)

    def _room(self) -> None:
        """Room for every host state and VM that has a number, or gets one."""
        views, hosts, pages = self.views, len(self.compiled.hosts), -(-len(self.steps.vms.codes) // PAGE)
        if hosts > len(views.first) or pages > views.pages.shape[1]:
            more = hosts + max(64, hosts) if hosts > len(views.first) else len(views.first)
            first, waiting = (grown(a, more, fill=NOWHERE) for a in (views.first, views.waiting))
            self.views = views._replace(
                first=first, waiting=waiting, pages=grown(views.pages, more, pages, fill=NOWHERE)
            )

    def _more(self) -> None:
        """More room for what there was none for."""
        if self.steps.is_full():
            self.steps.room()
            self._room()
        if self.labels.is_full():
            self.labels.more()
        if len(self) == len(self.views.vms):
            self._more_views()
        if (size := len(self.views.cells)) == self._counts[1]:
            self.views = self.views._replace(cells=grown(self.views.cells, max(64 * PAGE, 2 * size), 2))

    def _more_views(self) -> None:
        """Twice as many views as there is room for. Raises TooManyViews."""
        views, size = self.views, len(self.views.vms)
        if size >= self.limit:
            raise TooManyViews(f"more than {self.limit:,} views in {self.columns} columns")
        more = max(1024, size)
        self.views = views._replace(
            vms=grown(views.vms, size + more),
            dirty=grown(views.dirty, size + more),
            queue=grown(views.queue, size + more),
            after=grown(views.after, size + more),
        )

    def _meet(self, host: int) -> None:
        self.steps.meet_host(host)
        none, few = np.zeros((0, self.words), dtype=np.uint64), np.zeros(0, dtype=np.int32)
        branches, asks = np.zeros((0, 7), dtype=np.int32), np.zeros((0, 4), dtype=np.int32)
        self.places[host] = Place([], branches, none, few, few, few, asks, {}, none, none)

    def _extend(self, host: int) -> None:
        """Give a host state the branches that it has got."""
        place, steps = self.places[host], self.steps
        new, steps.new_branches[host] = steps.new_branches[host], []
        rows, asks = [], []
        for b in new:
            branch = steps.branches[b]
            contribution = branch.asking.asks
            row = steps.own_row(contribution, host)
            if id(contribution) not in place.begins:
                begin, size = len(place.masks), 1 << len(contribution.bits)
                place.begins[id(contribution)] = begin
                place.masks, place.kinds = (self._longer(a, size) for a in (place.masks, place.kinds))
                asks.append((row, begin, begin + size, 0))
            begin = place.begins[id(contribution)]
            local = int(branch.asking.local)
            rows.append((branch.row, steps.host_after(host, b), local, branch.asking.event, row, begin, branch.value))
        place.numbers += new
        place.branches = np.concatenate([place.branches, np.array(rows, dtype=np.int32)])
        if asks:
            place.asks = np.concatenate([place.asks, np.array(asks, dtype=np.int32)])
        place.done = self._longer(place.done, len(new))
        place.taken, place.fired, place.stood = (
            grown(a, len(place.numbers)) for a in (place.taken, place.fired, place.stood)
        )

    def _longer(self, rows: Words, by: int) -> Words:
        return grown(rows, len(rows) + by, self.words)
