"""`shadowproof explain`: the story of the shortest run."""

from __future__ import annotations

from collections.abc import Callable

from proofs.check import Scope, check
from proofs.columns import fault_columns, reading_columns, title
from proofs.record import RecordError, load
from proofs.slices import as_asked
from proofs.verdict import HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED
from proofs.world import Column
from properties.catalogue import PROPERTIES, watched
from shadowproof.report import column_text
from shadowproof.story import story


def explained(name: str, column: Column, vms: int, spell: Callable[[str], str] = str) -> tuple[str, int]:
    """The story and the exit status: a run that breaks the property is 1, none is 0. spell: see `story`."""
    (found,) = check(column, [name], Scope(vms=vms, proofs=True, counts=False))
    property_ = PROPERTIES[name]
    network, _ = as_asked(property_, watched())
    if found.run is not None:
        held = holds_when(name, column) if found.verdict == REFUTED else []
        text = story(found.run, network, property_, column, found, held, spell)
        return text, 1 if found.verdict == REFUTED else 0
    head = f"{name}: {property_.says}"
    if found.verdict == HOLDS:
        return (
            f"{head}\nHolds ({found.assurance}), assuming {column_text(column)}. There is no run to tell. {_broken_elsewhere(name)}",
            0,
        )
    if found.verdict == NOT_EXERCISED:
        return f"{head}\nNot exercised, assuming {column_text(column)}: {found.reason}. {_broken_elsewhere(name)}", 2
    status = 3 if found.verdict == UNDECIDED else 1
    return (
        f"{head}\n{found.verdict.capitalize()} ({found.assurance}), assuming {column_text(column)}: {found.reason}.",
        status,
    )


def _broken_elsewhere(name: str) -> str:
    """Under which single faults and readings the record has a run that breaks the property."""
    try:
        record = load()
    except RecordError:
        return ""
    options = []
    for column in (*fault_columns(), *reading_columns()):
        cell = record.cell(name, column.name)
        if cell is not None and cell.verdict == REFUTED:
            options.append(
                " ".join(
                    [*(f"--fault {f}" for f in column.faults), *(f"--reading {r}={v}" for r, v in column.readings)]
                )
            )
    return f"It fails with: {', '.join(options)}." if options else ""


def holds_when(name: str, column: Column) -> list[str]:
    """What would keep the property: each fault or reading of the column without which it holds."""
    found = []
    for fault in sorted(column.faults):
        (without,) = check(Column(column.faults - {fault}, column.readings), [name])
        if without.verdict == HOLDS:
            found.append(f"without the fault {fault}")
    for reading, value in column.readings:
        rest = Column(column.faults, tuple(r for r in column.readings if r[0] != reading))
        (without,) = check(rest, [name])
        if without.verdict == HOLDS:
            default = watched().actors[reading].starts[0]
            found.append(f"under {reading}={default} instead of {value}")
    return found


__all__ = ["explained", "holds_when", "title"]
