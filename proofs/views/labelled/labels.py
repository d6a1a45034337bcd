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

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from proofs.views.labelled.digits import NOWHERE, grown
from proofs.views.labelled.label_kernel import (
    Ints,
    Small,
    Views,
    Words,
    all_anew,
    chained,
    count,
    hand_on,
    rehash,
    visit,
)
from proofs.views.labelled.projection import Projected
from proofs.views.saturation import TooManyViews
from proofs.world.compiled import Compiled

WORD = 64


def words_of(label: int, words: int) -> Words:
    """A label as words of 64 bits."""
    return np.array([label >> WORD * w & (1 << WORD) - 1 for w in range(words)], dtype=np.uint64)


def label_of(words: Words) -> int:
    """The label that the words are."""
    return sum(int(word) << WORD * w for w, word in enumerate(words.tolist()))


def any_of(rows: Words) -> int:
    """The label that is the union of rows."""
    return label_of(np.bitwise_or.reduce(rows, axis=0)) if len(rows) else 0


@dataclass
class Place:
    """A host state: its branches, as the kernel takes them, with what became of them; and what its VMs contribute."""

    numbers: list[int]
    branches: Small
    done: Words
    fired: Words
    stood: Words
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
        limit: int = 20_000_000,
    ) -> None:
        self.compiled, self.columns, self.limit = compiled, columns, limit
        self.words = -(-columns // WORD)
        self.steps = Projected(compiled)
        everywhere = (1 << columns) - 1
        self.allowed = np.array(
            [words_of(allowed.get(event.name, everywhere), self.words) for event in compiled.events], dtype=np.uint64
        ).reshape(len(compiled.events), self.words)
        self.places: dict[int, Place] = {}
        self._counts = np.zeros(1, dtype=np.int64)
        self.views = Views(
            np.zeros(0, np.int32), np.zeros((0, self.words), np.uint64), np.zeros(0, np.uint8), np.zeros(0, np.int32),
            np.zeros(0, np.int32), np.full((1024, 2), NOWHERE, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int32),
        )  # fmt: skip
        self.visits = 0
        self._close(starting)

    def __len__(self) -> int:
        """The number of views that are reachable in any column."""
        return int(self._counts[0])

    @cached_property
    def counts(self) -> list[int]:
        """By column, the number of views that are reachable in it."""
        found: list[int] = count(self.views.labels[: len(self)], self.columns).tolist()
        return found

    def views_in(self, column: int) -> int:
        """The number of views that are reachable in one column."""
        return self.counts[column]

    def rows(self, host: int) -> Ints:
        """The views of a host state, as rows of `views`."""
        return chained(int(self.views.first[host]), self.views.after)

    def all_views(self) -> Iterator[tuple[int, int, int]]:
        """(host, VM, label) of every view."""
        for host in self.places:
            for row in self.rows(host).tolist():
                yield host, self.steps.local(int(self.views.vms[row])), label_of(self.views.labels[row])

    # -- closing ------------------------------------------------------------------------------------------------------

    def _close(self, starting: Sequence[int]) -> None:
        self._room()
        for start, label in zip(self.compiled.starts, starting, strict=True):
            if label:
                vm = self.steps.number(self.compiled.locals[start][1])
                for host in self.compiled.start_hosts:
                    while not hand_on(words_of(label, self.words), host, vm, self.views, self._counts):
                        self._more_views()
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
            place.done, place.fired, place.stood, place.asks, place.kinds, place.masks,
        ):  # fmt: skip
            if steps.is_full():
                steps.room()
            if len(self) == len(self.views.vms):
                self._more_views()
            place.done[:] = place.stood[:] = 0
            all_anew(host, self.views)

    def _room(self) -> None:
        """Room for every host state that has a number."""
        views, hosts = self.views, len(self.compiled.hosts)
        if hosts > len(views.first):
            more = max(64, hosts)
            first, waiting = (grown(a, hosts + more, fill=NOWHERE) for a in (views.first, views.waiting))
            self.views = views._replace(first=first, waiting=waiting)

    def _more_views(self) -> None:
        """Twice as many views as there is room for. Raises TooManyViews."""
        views, size = self.views, len(self.views.vms)
        if size >= self.limit:
            raise TooManyViews(f"more than {self.limit:,} views in {self.columns} columns")
        more = max(1024, size)
        table = np.full((2 * (size + more), 2), NOWHERE, dtype=np.int64)
        rehash(views.table, table)
        self.views = views._replace(
            vms=grown(views.vms, size + more),
            labels=grown(views.labels, size + more, self.words),
            dirty=grown(views.dirty, size + more),
            queue=grown(views.queue, size + more),
            after=grown(views.after, size + more),
            table=table,
        )

    def _meet(self, host: int) -> None:
        self.steps.meet_host(host)
        none = np.zeros((0, self.words), dtype=np.uint64)
        self.places[host] = Place(
            [], np.zeros((0, 7), dtype=np.int32), none, none, none, np.zeros((0, 4), dtype=np.int32), {}, none, none
        )

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
        place.done, place.fired, place.stood = (
            self._longer(a, len(new)) for a in (place.done, place.fired, place.stood)
        )

    def _longer(self, rows: Words, by: int) -> Words:
        return grown(rows, len(rows) + by, self.words)
