"""Verdicts against the record, as data: what became worse, what better, what is merely different; by promise, smallest
circumstances first. It knows nothing of how they were judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from proofs.answers.record import BETTER, DIFFERENT, NEW, WORSE, Cell, Record, kind_of
from proofs.answers.verdict import CLOSED, HOLDS, NOT_EXERCISED, PROVED, REFUTED, UNDECIDED, Verdict, reaches
from proofs.world.world import Column

Verdicts = Mapping[Column, Sequence[Verdict]]

KINDS = (WORSE, NEW, BETTER, DIFFERENT)
"""In the order in which they are told."""

_GRAVEST = (REFUTED, UNDECIDED, NOT_EXERCISED, HOLDS)


@dataclass(frozen=True)
class Change:
    """A verdict that is not the recorded one. was: the recorded one; "": there is none."""

    column: Column
    was: str
    found: Verdict

    @property
    def kind(self) -> str:
        return kind_of(self.was, self.found.verdict) if self.was else NEW

    @property
    def size(self) -> tuple[int, float]:
        return size_of(self.column, self.found)


@dataclass(frozen=True)
class Group:
    """What became of one promise: the same change in one column or many. changes: smallest first. judged: in how many columns
    the promise was judged."""

    promise: str
    changes: tuple[Change, ...]
    judged: int

    @property
    def first(self) -> Change:
        return self.changes[0]

    @property
    def told(self) -> tuple[Change, ...]:
        """Those that no smaller column among them shows already."""
        columns = [change.column for change in self.changes]
        return tuple(one for one in self.changes if not any(smaller(other, one.column) for other in columns))


@dataclass(frozen=True)
class Compared:
    """Verdicts against a record. groups: in the order in which they are told. known: how many of the verdicts the record has.
    assurances, lengths: of the verdicts that are as recorded, those with another assurance, and those with a run of another length.
    unknown: verdicts on what the record does not ask. gone: promises of the record that there are no more."""

    groups: tuple[Group, ...]
    known: int
    assurances: int
    lengths: int
    unknown: tuple[Verdict, ...]
    gone: tuple[str, ...]

    def of(self, kind: str) -> tuple[Group, ...]:
        return tuple(group for group in self.groups if group.first.kind == kind)

    def number(self, kind: str) -> int:
        """How many verdicts changed so."""
        return sum(len(group.changes) for group in self.of(kind))

    @property
    def as_recorded(self) -> bool:
        """Whether every verdict that the record has is as it says."""
        return not self.groups and not self.gone

    @property
    def exactly(self) -> bool:
        """Whether assurances and lengths of runs are as recorded, too."""
        return self.as_recorded and not self.assurances and not self.lengths

    @property
    def status(self) -> int:
        """1 if something is worse than recorded, is not recorded though it should be, is no more, or differs and is no better; or
        if what the record does not ask is refuted. Else 3 if something is undecided that was decided, or was never asked. Else 0."""
        changes = [change for group in self.groups for change in group.changes if change.kind != BETTER]
        undecided = [change for change in changes if change.kind == DIFFERENT and change.found.verdict == UNDECIDED]
        if self.gone or len(undecided) < len(changes) or any(one.verdict == REFUTED for one in self.unknown):
            return 1
        return 3 if undecided or any(one.verdict == UNDECIDED for one in self.unknown) else 0


def size_of(column: Column, found: Verdict | Cell) -> tuple[int, float]:
    """How much must come together for a verdict, then in how many steps."""
    steps = float("inf") if found.length is None else found.length
    return len(column.faults) + len(column.readings), steps


def smaller(one: Column, other: Column) -> bool:
    """Whether one column is what another has, with fewer faults or other readings."""
    return one != other and one.faults <= other.faults and set(one.readings) <= set(other.readings)


def compared(
    verdicts: Verdicts, record: Record, *, whole: bool, promises: Sequence[str] = (), solvers: bool = True
) -> Compared:
    """What the record says of these verdicts. whole: they are what the record asks, so that it has to have each; else what it
    has not is a question of its own. promises: all that there are, where all were judged (none: not all were). solvers: they were
    asked; if not, what they would have confirmed is no difference."""
    order = {name: number for number, name in enumerate(record.cells)}
    changes: list[Change] = []
    unknown: list[Verdict] = []
    known = assurances = lengths = 0
    for column, found in verdicts.items():
        for one in found:
            cell, kind = record.cell(one.property, one.column), record.kind(one)
            if kind == NEW and not whole:
                unknown.append(one)
                continue
            known += cell is not None
            if cell is None or kind:
                changes.append(Change(column, "" if cell is None else cell.verdict, one))
            elif not record.of_every_kind:
                same = cell.assurance == one.assurance or (
                    not solvers and (cell.assurance, one.assurance) == (PROVED, CLOSED)
                )
                assurances += not same
                lengths += same and cell.length != one.length
    judged = Counter(one.property for found in verdicts.values() for one in found)
    groups = sorted(_grouped(changes, judged), key=lambda group: _rank(group, order))
    gone = tuple(name for name in record.cells if whole and promises and name not in promises)
    return Compared(tuple(groups), known, assurances, lengths, tuple(unknown), gone)


def of_every_kind(record: Record, vms: int) -> Record:
    """What of the record no VMs whatever may break: what is recorded as kept, or as never put to the test, of VMs of every kind, in any
    number or in as many as `vms`."""
    kept = {HOLDS, NOT_EXERCISED}
    cells = {
        name: {
            column: cell for column, cell in columns.items() if cell.verdict in kept and reaches(cell.assurance, vms)
        }
        for name, columns in record.cells.items()
    }
    return Record(cells, record.reasons, of_every_kind=True)


def _grouped(changes: Sequence[Change], judged: Mapping[str, int]) -> Iterator[Group]:
    def alike(change: Change) -> tuple[str, str, str]:
        return change.found.property, change.was, change.found.verdict

    for (name, _, _), members in groupby(sorted(changes, key=alike), key=alike):
        yield Group(name, tuple(sorted(members, key=lambda change: change.size)), judged[name])


def _rank(group: Group, order: Mapping[str, int]) -> tuple[int, int, tuple[int, float], int]:
    """Worse first, the gravest of it first, then what takes least."""
    first = group.first
    gravity = _GRAVEST.index(first.found.verdict)
    return KINDS.index(first.kind), gravity, first.size, order.get(group.promise, len(order))


def findings(cells: Mapping[tuple[str, Column], Verdict | Cell]) -> dict[tuple[str, Column], Verdict | Cell]:
    """What is refuted, and in no smaller column of these."""
    refuted: dict[str, list[Column]] = {}
    for (name, column), cell in cells.items():
        if cell.verdict == REFUTED:
            refuted.setdefault(name, []).append(column)
    return {
        (name, column): cells[name, column]
        for name, column in cells
        if column in refuted.get(name, []) and not any(smaller(other, column) for other in refuted[name])
    }
