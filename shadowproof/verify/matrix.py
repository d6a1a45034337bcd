"""`verify --tables`: every promise with what breaks it, every finding, every column, as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED, Verdict
from proofs.verdicts.columns import ALL_FAULTS, fault_columns, title
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, SHELVES, group_of, is_conduct
from shadowproof.verify.comparison import findings
from shadowproof.verify.report import Verification, assumptions, column_text

KINDS = (HOLDS, REFUTED, UNDECIDED, NOT_EXERCISED)

_SIGN = {
    HOLDS: "[green]holds[/]",
    REFUTED: "[red]REFUTED[/]",
    UNDECIDED: "[yellow]undecided[/]",
    NOT_EXERCISED: "[dim]not exercised[/]",
}


def print_tables(done: Verification, console: Console) -> None:
    """One table of the one column that was judged; else one for each group of promises, then the columns."""
    for table in _tables(done):
        print_table(table, console)
    if len(done.verdicts) > 1 and (untold := _untold(_Matrix(done))):
        console.print(f"\n{untold}")


def _untold(matrix: _Matrix) -> str:
    """How much conduct the tables do not tell, and what is not known of it; empty: they tell all."""
    names = {name for name in matrix.names if not matrix.is_told(name)}
    if not names:
        return ""
    together = matrix.done.verdicts.get(ALL_FAULTS, ())
    open_ = sum(one.property in names and one.verdict == UNDECIDED for one in together)
    said = f"; with all faults together {open_} of them {'is' if open_ == 1 else 'are'} undecided" if open_ else ""
    number = (
        "1 property of how the model conducts itself, which"
        if len(names) == 1
        else (f"{len(names)} properties of how the model conducts itself, each of which")
    )
    return f"Not in the tables: {number} holds, and fails nowhere{said}."


def print_table(table: Table, console: Console) -> None:
    """A table whose lines end with what is said in them."""
    with console.capture() as captured:
        console.print(table)
    lines = (line.rstrip(" ") for line in captured.get().splitlines())
    console.file.write("\n".join([*lines, ""]))


def _tables(done: Verification) -> Iterator[Table]:
    if len(done.verdicts) == 1:
        yield _of_column(done)
    else:
        matrix = _Matrix(done)
        for file in SHELVES:
            group = file.__name__.rsplit(".", 1)[1]
            members = [name for name in matrix.names if group_of(name) == group]
            told = [name for name in members if matrix.is_told(name)]
            if told:
                yield matrix.table(group, told)
    yield _of_columns(done)


def _sign(found: Verdict) -> str:
    if PROPERTIES[found.property].kind == "possible" and found.verdict == REFUTED:
        return "[red]UNREACHABLE[/]"
    return _SIGN[found.verdict]


def _new(heading: str, right: Callable[[str], bool], *headings: str) -> Table:
    table = Table(title=heading, title_justify="left", box=None, pad_edge=False)
    for one in headings:
        name = one in {"property", "column"}
        table.add_column(one, justify="right" if right(one) else "left", overflow="fold", no_wrap=name)
    return table


def _of_column(done: Verification) -> Table:
    ((column, verdicts),) = done.verdicts.items()
    counted = ("states", "steps", "depth", "run")
    headings = ("property", "verdict", "assurance", *counted)
    table = _new(f"Assuming: {column_text(column)}", lambda one: one in counted, *headings)
    for found in verdicts:
        assumed = " and ".join(assumptions(PROPERTIES[found.property]))
        said = [found.assurance, *([f"assuming {assumed}"] if assumed else []), *(["cached"] if found.cached else [])]
        length = "" if found.length is None else str(found.length)
        counts = (f"{found.states:,}", f"{found.steps:,}", str(found.depth), length)
        table.add_row(found.property, _sign(found), "; ".join(said), *counts)
    return table


@dataclass(frozen=True)
class _Matrix:
    """Promises down, circumstances across."""

    done: Verification

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(found.property for found in self.done.all_verdicts))

    def is_told(self, name: str) -> bool:
        """Whether tables tell of a property: a promise always; conduct where it is broken anywhere, is undecided elsewhere than with all
        faults together (where a bounded search leaves most open), or holds nowhere."""
        found = {column: one.verdict for (of, column), one in self.done.by_cell.items() if of == name}
        open_ = any(verdict == UNDECIDED for column, verdict in found.items() if column != ALL_FAULTS)
        return not is_conduct(name) or open_ or REFUTED in found.values() or HOLDS not in found.values()

    def table(self, group: str, members: list[str]) -> Table:
        base = next(iter(self.done.verdicts))
        cells, smallest = self.done.by_cell, findings(self.done.by_cell)
        table = Table(title=f"\n{group}", title_justify="left", box=None, pad_edge=False)
        for heading in ("property", title(base), "assurance", "faults", "fails under (steps of the run)"):
            names = heading in {"property", title(base), "faults"}
            table.add_column(
                heading, justify="right" if heading == "faults" else "left", no_wrap=names, overflow="fold"
            )
        for name in members:
            found = cells.get((name, base))
            broken = [_failing(column, cells[name, column]) for n, column in smallest if n == name and column != base]
            signs = ("", "") if found is None else (_sign(found), _assured(found))
            table.add_row(name, *signs, _survived(name, cells), ", ".join(broken) or "[dim]-[/]")
        return table


def _assured(found: Verdict) -> str:
    return found.assurance + ("; fair" if assumptions(PROPERTIES[found.property]) else "")


def _survived(name: str, cells: Mapping[tuple[str, Column], Verdict]) -> str:
    alone = [cells[name, column].verdict for column in fault_columns() if (name, column) in cells]
    exercised = [verdict for verdict in alone if verdict != NOT_EXERCISED]
    return f"{exercised.count(HOLDS)}/{len(exercised)}"


def _failing(column: Column, found: Verdict) -> str:
    return title(column) + ("" if found.length is None else f" ({found.length})")


def _of_columns(done: Verification) -> Table:
    headings = ("column", "VMs", *KINDS, "largest search", "seconds")
    table = _new("\nColumns", lambda one: one != "column", *headings)
    for column, verdicts in done.verdicts.items():
        counts = [str(sum(found.verdict == kind for found in verdicts)) for kind in KINDS]
        largest = max((found.states for found in verdicts), default=0)
        scope, seconds = done.scopes.get(column), done.seconds.get(column)
        vms, spent = "" if scope is None else str(scope.vms), "" if seconds is None else f"{seconds:.1f}"
        table.add_row(title(column), vms, *counts, f"{largest:,}", spent)
    return table
