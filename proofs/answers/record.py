"""The record: the verdict expected of every property in every column, generated, reviewed, and kept with the reasons for
its changes. A property that fails in a column is a finding about the protocol; it is recorded, not hidden.

Only what is an answer is kept: verdict, assurance, and how many steps the run has that shows it. That is the shortest in the smallest
circumstances that show it; larger ones, of which it is a run too, have the same. How many states and views it took belongs to the
search, and changes with what else is asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from model.versions import option, suffix
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED, Verdict

PATH = Path(__file__).parent / f"record{suffix()}.json"
"""Of the version that this process speaks of: what is recorded of one says nothing of another."""
SCHEMA = "shadowproof-record/3"
_MAKE = f"shadowproof accept{option()} --reason ..."
WORSE, BETTER, DIFFERENT, NEW = "worse", "better", "different", "not recorded"
_RANK = {HOLDS: 0, NOT_EXERCISED: 1, UNDECIDED: 2, REFUTED: 3}


def kind_of(was: str, now: str) -> str:
    """Whether a verdict in place of a recorded one is worse, better or merely different. What was refuted, and is undecided or not
    exercised now, is no better: nothing shows that it holds."""
    if now == HOLDS and was != HOLDS:
        return BETTER
    return WORSE if _RANK[now] > _RANK[was] else DIFFERENT


@dataclass(frozen=True)
class Cell:
    """What is recorded of one property in one column. length: the steps of the run that shows it, where one does."""

    verdict: str
    assurance: str
    length: int | None

    @staticmethod
    def of(found: Verdict) -> Cell:
        return Cell(*(getattr(found, name) for name in Cell.__dataclass_fields__))


@dataclass(frozen=True)
class Difference:
    """A cell that is not as recorded, and whether that is worse, better or merely different."""

    property: str
    column: str
    kind: str
    expected: Cell | None
    found: Cell

    def __str__(self) -> str:
        was = "nothing" if self.expected is None else self.expected.verdict
        if self.expected is not None and self.expected.verdict == self.found.verdict:
            changed = [
                f"{name} {old} is now {new}"
                for name, old, new in (
                    (n, getattr(self.expected, n), getattr(self.found, n)) for n in Cell.__dataclass_fields__
                )
                if old != new
            ]
            return f"{self.kind}: {self.property} in {self.column}: still {was}; {', '.join(changed)}"
        return f"{self.kind}: {self.property} in {self.column}: {was} recorded, {self.found.verdict} found"


@dataclass(frozen=True)
class Record:
    """All recorded cells, by property and column, and the reasons given for changes, oldest first. of_every_kind: they are of VMs of
    every kind, and what is held against them is of VMs of some."""

    cells: Mapping[str, Mapping[str, Cell]]
    reasons: tuple[Mapping[str, Any], ...] = ()
    of_every_kind: bool = False

    def cell(self, property_: str, column: str) -> Cell | None:
        return self.cells.get(property_, {}).get(column)

    def kind(self, found: Verdict) -> str:
        """What a verdict is beside the recorded one: "": no other; NEW: there is none. Of VMs of some kind, what VMs of every kind keep
        can only be refuted; whether they keep it, where that is undecided, the record does not ask."""
        cell = self.cell(found.property, found.column)
        if cell is None or (self.of_every_kind and found.verdict == UNDECIDED):
            return NEW
        other = found.verdict == REFUTED if self.of_every_kind else found.verdict != cell.verdict
        return kind_of(cell.verdict, found.verdict) if other else ""

    def differences(self, found: Iterable[Verdict]) -> list[Difference]:
        """Every verdict that is not as recorded, by itself, in its assurance, or in the length of its run."""
        different = []
        for verdict in found:
            expected, now = self.cell(verdict.property, verdict.column), Cell.of(verdict)
            if expected == now:
                continue
            kind = NEW if expected is None else kind_of(expected.verdict, now.verdict)
            different.append(Difference(verdict.property, verdict.column, kind, expected, now))
        return different


class RecordError(ValueError):
    """The record cannot be read; the message names the file and the remedy."""


def load(path: Path = PATH) -> Record:
    """Read the record; of a version that has none yet it is empty. Raises RecordError."""
    if suffix() and path == PATH and not path.exists():
        return Record({})
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise RecordError(f"{path.name} is missing. Make it with: {_MAKE}") from None
    except (OSError, ValueError) as problem:
        raise RecordError(f"{path.name} cannot be read ({problem}). Restore it from version control.") from None
    return _record_of(text, path.name)


@lru_cache(maxsize=2)
def _record_of(text: str, name: str) -> Record:
    """What a text says, read once: some commands ask for everything with a name."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise RecordError(f"{name} cannot be read ({problem}). Restore it from version control.") from None
    try:
        if data["schema"] != SCHEMA:
            raise RecordError(f"{name} has schema {data['schema']}, not {SCHEMA}. Make it anew with: {_MAKE}")
        cells = {
            promise: {column: Cell(*cell) for column, cell in columns.items()}
            for promise, columns in data["cells"].items()
        }
        if not any(cells.values()):
            raise RecordError(f"{name} holds no verdict. Make it anew with: {_MAKE}")
        return Record(cells, tuple(data["reasons"]))
    except (KeyError, TypeError, AttributeError) as problem:
        raise RecordError(
            f"{name} has not the shape of a record ({problem!r}). Restore it from version control."
        ) from None


def dump(record: Record) -> str:
    """The record as text: one line a cell, so that a change reads as a change."""
    lines = ["{", f'"schema": {json.dumps(SCHEMA)},']
    lines.append(f'"cell": {json.dumps(list(Cell.__dataclass_fields__))},')
    lines.append('"reasons": [')
    lines.append(",\n".join(f"  {json.dumps(reason)}" for reason in record.reasons))
    lines.append('],\n"cells": {')
    blocks = []
    for name, columns in record.cells.items():
        rows = ",\n".join(
            f"    {json.dumps(column)}: {json.dumps([getattr(cell, n) for n in Cell.__dataclass_fields__])}"
            for column, cell in columns.items()
        )
        blocks.append(f"  {json.dumps(name)}: {{\n{rows}\n  }}")
    lines.append(",\n".join(blocks))
    lines.append("}\n}")
    return "\n".join(lines) + "\n"


def updated(old: Record, found: Iterable[Verdict], reason: Mapping[str, Any]) -> Record:
    """The record with these verdicts in place of what it had for their cells, and the reason kept."""
    cells = {name: dict(columns) for name, columns in old.cells.items()}
    for verdict in found:
        cells.setdefault(verdict.property, {})[verdict.column] = Cell.of(verdict)
    return Record(cells, (*old.reasons, reason))
