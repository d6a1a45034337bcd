"""The findings: where a promise fails, told from the record, with what it means for a reader."""

from __future__ import annotations

from collections.abc import Sequence

from proofs.answers.column_cache import protocol_content
from proofs.answers.record import Cell, Record, load
from proofs.answers.runs import Kept, Runs, load_for
from proofs.answers.verdict import REFUTED
from proofs.verdicts.columns import ALL_FAULTS, BASE, combined_columns, fault_columns, meaning, reading_columns, title
from proofs.world.slices import as_asked
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from shadowproof.ask import options
from shadowproof.tell.story import story


def columns_with_findings(record: Record) -> list[tuple[Column, list[tuple[str, Cell]]]]:
    """The columns of one fault, one reading, or both, with the properties that fail in them and in no part of them."""
    found = []
    for column in (BASE, *fault_columns(), *reading_columns(), *combined_columns(), ALL_FAULTS):
        rows = [
            (name, cell)
            for name in PROPERTIES
            if (cell := record.cell(name, column.name)) is not None
            and cell.verdict == REFUTED
            and not any(_refuted(record, name, part) for part in parts(column))
        ]
        if rows:
            found.append((column, rows))
    return found


def breaking(record: Record) -> dict[str, list[str]]:
    """By property the headings of the page below which it is told that it fails."""
    found: dict[str, list[str]] = {}
    for column, rows in columns_with_findings(record):
        for name, _ in rows:
            found.setdefault(name, []).append(title(column))
    return found


def parts(column: Column) -> list[Column]:
    """The columns that a column is made of, if it is made of several; else the one without any fault."""
    if len(column.faults) > 1:
        return [Column(frozenset({fault})) for fault in sorted(column.faults)]
    if column.faults and column.readings:
        return [Column(column.faults), Column(readings=column.readings)]
    return [] if column == BASE else [BASE]


def _refuted(record: Record, name: str, column: Column) -> bool:
    cell = record.cell(name, column.name)
    return cell is not None and cell.verdict == REFUTED


def page() -> str:
    """The page of findings, from the record, told with the runs that are kept with it."""
    record, runs = load(), load_for(protocol_content())
    found = columns_with_findings(record)
    lines = [
        "# Findings",
        "",
        "Where a promise fails, by the circumstances under which it does. Each row is the shortest run that was found with up to",
        "two VMs, replayed by the machines, with its steps and its VMs; of each circumstance the shortest is told, and",
        "`shadowproof explain` tells any. A property is listed where it fails, and not again where more faults or readings are added",
        "to what breaks it already; so what fails without any fault is told once.",
        "",
    ]
    base = [name for column, rows in found if column == BASE for name, _ in rows]
    if base:
        lines += [f"**Without any fault, under the default readings, these fail: {', '.join(base)}.**", ""]
    else:
        lines += ["Without any fault, under the default readings, every promise that is exercised holds.", ""]
    for column, rows in found:
        lines += [f"## {title(column)}", ""]
        if means := meaning(column):
            lines += [means, ""]
        lines += ["| property | promise | shows | steps | VMs |", "|---|---|---|---|---|"]
        lines += [_row(name, cell, runs.of(name, column.name)) for name, cell in rows]
        lines += ["", *_told(column, rows, runs), ""]
    return "\n".join(lines).rstrip() + "\n"


def _row(name: str, cell: Cell, kept: Kept | None) -> str:
    found = PROPERTIES[name]
    steps = "no run reaches it" if cell.length is None else str(cell.length)
    vms = "" if kept is None else str(len(kept.run.shapes))
    return f"| [{name}](properties.md#{name}) | {found.says} | {' '.join(found.shows)} | {steps} | {vms} |"


def _told(column: Column, rows: Sequence[tuple[str, Cell]], runs: Runs) -> list[str]:
    """The story of the column's shortest run; where none is kept of this protocol, how to have one told."""
    kept = [one for name, _ in rows if (one := runs.of(name, column.name)) is not None]
    if kept:
        shortest = min(kept, key=lambda one: len(one.run.steps))
        network, _ = as_asked(PROPERTIES[shortest.property], watched())
        text = story(shortest.run, network, PROPERTIES[shortest.property], column, shortest.verdict())
        return ["```text", text.rstrip(), "```"]
    return [f"Tell one: `shadowproof explain {rows[0][0]} {options(column)}`"] if column != ALL_FAULTS else []
