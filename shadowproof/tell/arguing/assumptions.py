"""`shadowproof assumptions`: what a promise takes. What breaks it, and the rules that its argument needs."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from model.protocol import PROTOCOL
from model.versions import option
from proofs.answers.record import Record
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED
from proofs.verdicts.columns import BASE, combined_columns, fault_columns, reading_columns, title
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from shadowproof.ask import options
from shadowproof.outside.spelling import many
from shadowproof.tell.arguing.leans import WHO, Fact
from shadowproof.verify.report import assumptions as fairness

_SHORT = {HOLDS: "holds", REFUTED: "fails", UNDECIDED: "undecided", NOT_EXERCISED: "not exercised"}


def circumstances(name: str, record: Record) -> Iterator[str]:
    """What the recorded matrix says of a property: where it fails, and where it is open."""
    base = record.cell(name, BASE.name)
    if base is not None:
        yield f"no fault, default readings: {_SHORT[base.verdict]}, {base.assurance}"
    for kind, columns in (
        ("fault", fault_columns()), ("reading", reading_columns()), ("reading with a fault", combined_columns()),
    ):  # fmt: skip
        cells = {column: record.cell(name, column.name) for column in columns}
        known = {column: cell for column, cell in cells.items() if cell is not None}
        fails = [_failing(column, cell.length) for column, cell in known.items() if cell.verdict == REFUTED]
        open_ = [title(column) for column, cell in known.items() if cell.verdict == UNDECIDED]
        if known:
            held = sum(cell.verdict == HOLDS for cell in known.values())
            yield f"{kind}: holds in {held} of {len(known)}" + (f"; fails under {', '.join(fails)}" if fails else "")
        if open_:
            yield f"{kind}: undecided under {', '.join(open_)}"


def _failing(column: Column, length: int | None) -> str:
    return title(column) + (f" ({length})" if length is not None else "")


def of_property(name: str, record: Record, *, current: bool) -> Iterator[str]:
    """What one property takes as it is recorded, line by line. current: the record is of the protocol as it is."""
    said = PROPERTIES[name]
    yield from _wrapped(f'{name}: "{said.says}" ({" ".join(said.shows)})', "")
    yield ""
    for line in fairness(said):
        yield f"  assumes {line}"
    yield from _broken(name, record)
    if record.cell(name, BASE.name) is None:
        yield f"  The record does not know it. Ask: shadowproof verify -p {name}{option()}"
    elif not current:
        yield f"  So it was before the protocol, or a property, was changed. As it is now: shadowproof verify -p {name}{option()}"


def status(name: str, record: Record) -> int:
    """The exit status that the recorded verdict without faults has."""
    cell = record.cell(name, BASE.name)
    return 3 if cell is None else {HOLDS: 0, REFUTED: 1, NOT_EXERCISED: 2}.get(cell.verdict, 3)


def of_argument(name: str, found: Sequence[Fact], problem: str, *, everything: bool) -> Iterator[str]:
    """The rules that the argument for a property leans on; without one, why there is none. everything: also those that keep the
    order of the session."""
    if problem:
        yield from _wrapped(f"The rules that it takes are not known: {problem}.", "  ")
    else:
        yield from _rules(name, found, everything=everything)


def _rules(name: str, found: Sequence[Fact], *, everything: bool) -> Iterator[str]:
    shown = [fact for fact in found if everything or not fact.order]
    yield from _wrapped(
        f"Its argument (shadowproof why {name}{option()}) takes these rules; without any one of them it does not go through as it is told. "
        f"What becomes of the promise then: shadowproof why-not {name}{option()} --without NUMBER",
        "  ",
    )
    for who in WHO:
        mine = [fact for fact in shown if fact.who == who]
        if mine:
            yield f"\n  {who}"
        for fact in mine:
            yield from _wrapped(f"{fact.says} ({' '.join(fact.by[:3])})", f"  {fact.number:>3} ")
    if more := len(found) - len(shown):
        yield f"\n  and {many(more, 'rule')} that keep the order of the session (--all)"


def _broken(name: str, record: Record) -> Iterator[str]:
    """What the recorded matrix says of a property: what breaks it, and what else it leans on."""
    for line in circumstances(name, record):
        yield from _wrapped(line, "  ")
    for column in (*fault_columns(), *reading_columns()):
        cell = record.cell(name, column.name)
        if cell is not None and cell.verdict == REFUTED:
            duty = next((PROTOCOL.faults[fault].duty for fault in column.faults), "")
            asked = f"shadowproof why-not {name} {options(column)}"
            yield from _wrapped(f"{asked}{f': {duty}' if duty else ''}", "    ")


def _wrapped(text: str, first: str) -> list[str]:
    return textwrap.wrap(text, 116, initial_indent=first, subsequent_indent=" " * (len(first) + 2))


def print_matrix(record: Record, console: Console) -> None:
    """Every property, and what breaks it, of the smallest circumstances only."""
    table = Table(box=None, pad_edge=False)
    table.add_column("property", no_wrap=True)
    table.add_column("no fault")
    table.add_column("faults it survives", justify="right")
    table.add_column("what breaks it (steps of the shortest run)")
    known = [cell for name in record.cells if (cell := record.cell(name, BASE.name)) is not None]
    assured = Counter(cell.assurance for cell in known if cell.verdict == HOLDS)
    usual = max(assured, key=lambda one: assured[one], default="")
    for name in record.cells:
        base = record.cell(name, BASE.name)
        alone = [cell for column in fault_columns() if (cell := record.cell(name, column.name)) is not None]
        exercised = [cell for cell in alone if cell.verdict != NOT_EXERCISED]
        held = sum(cell.verdict == HOLDS for cell in exercised)
        broken = [
            _failing(column, cell.length)
            for column in (*fault_columns(), *reading_columns(), *combined_columns())
            if (cell := record.cell(name, column.name)) is not None and cell.verdict == REFUTED
        ]
        shown = "" if base is None else _SHORT[base.verdict]
        if base is not None and base.assurance != usual and base.verdict != NOT_EXERCISED:
            shown += f"; {base.assurance}"
        table.add_row(name, shown, f"{held}/{len(exercised)}", ", ".join(broken) or "[dim]-[/]")
    console.print(table)
    if usual:
        console.print(f"\nWhat holds is: {usual}, where no row says otherwise.", highlight=False)
    console.print(
        f"The rules that one of them takes: shadowproof assumptions PROPERTY --argument{option()}", style="dim"
    )
