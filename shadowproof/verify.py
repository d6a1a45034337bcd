"""`shadowproof verify`: which columns are judged, how far, and what is printed of it."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from proofs.check import Scope
from proofs.columns import ALL_FAULTS, BASE, combined_columns, every_column, fault_columns, title
from proofs.confirm import confirm, confirmed
from proofs.confirm import tasks as tasks_for_solvers
from proofs.known import replays
from proofs.record import Record
from proofs.replay import EnginesDisagree
from proofs.shares import judge_in_shares
from proofs.slices import as_asked
from proofs.suite import judge_columns
from proofs.verdict import CLOSED, HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED, Verdict
from proofs.world import Column
from properties.catalogue import FILES, PROPERTIES, group_of, watched
from shadowproof.covered import about_kinds, about_run, covered, headline, named_in
from shadowproof.files import write_whole
from shadowproof.host import Kind
from shadowproof.report import Verification, assumptions, column_text
from shadowproof.spelling import in_full

Task = tuple[Column, Sequence[str], Scope]


BOUND_OF_ALL_FAULTS = 5_000
"""States of one VM that are searched with all faults together; `--full` searches them all."""


def recorded_tasks(names: Sequence[str], vms: int = 2, *, full: bool = False) -> list[Task]:
    """Every column of the record; where a reading meets a fault, the properties that speak of the reading; for all faults
    together, so many states of one VM. `full`: every state of as many VMs everywhere."""
    combined = set(combined_columns())
    tasks: list[Task] = []
    for column in every_column():
        asked = [name for name in names if column not in combined or column.readings[0][0] in PROPERTIES[name].shows]
        if asked:
            tasks.append((column, asked, Scope(vms=vms, proofs=True, counts=full)))
    tasks.append((ALL_FAULTS, names, Scope(vms=vms) if full else Scope(vms=1, limit=BOUND_OF_ALL_FAULTS)))
    return tasks


def judge(
    tasks: Sequence[Task],
    record: Record,
    *,
    compared: bool,
    console: Console,
    cache: Path | None = None,
    kinds: Sequence[Kind] | None = None,
) -> Verification:
    """Judge all tasks, with a progress bar on the console. cache: the folder of what was judged before. kinds: the VMs of the
    host that is judged, in one column."""
    seconds: dict[Column, float] = {}
    heavy_first = sorted(tasks, key=lambda task: (-len(task[0].faults & _HEAVY), -task[2].vms))
    with Progress(
        TextColumn("judging"), BarColumn(), MofNCompleteColumn(), TextColumn("columns"), TimeElapsedColumn(),
        TextColumn("{task.fields[last]}"), console=console, transient=True,
    ) as progress:  # fmt: skip
        bar = progress.add_task("", total=len(tasks), last="")

        def done(column: Column, _: list[Verdict], spent: float) -> None:
            seconds[column] = spent
            progress.update(bar, advance=1, last=f"last: {title(column)}")

        try:
            if kinds is None:
                verdicts = judge_columns(heavy_first, progress=done, cache=cache)
            else:
                ((column, names, scope),), begun = tasks, time.perf_counter()
                verdicts = {column: judge_in_shares((column, names, scope), cache=cache)}
                done(column, verdicts[column], time.perf_counter() - begun)
        except KeyboardInterrupt:
            kept = "are kept: run the same again, and it goes on there" if cache else "lost, since there is no cache"
            console.print(f"Interrupted: {len(seconds)} of {len(tasks)} columns were judged, and {kept}.")
            raise
    in_order = with_single_faults({column: verdicts[column] for column, _, _ in tasks})
    if BASE in in_order and any(scope.proofs for column, _, scope in tasks if column == BASE):
        in_order[BASE] = _confirmed(in_order[BASE], console, cache)
    scopes, host = {column: scope for column, _, scope in tasks}, None
    if kinds is not None:
        ((column, found),) = in_order.items()
        with console.status("judging each kind alone"):
            host = covered(kinds, column, found, scopes[column], cache)
    return Verification(in_order, scopes, seconds, record, compared, host)


def _confirmed(found: list[Verdict], console: Console, cache: Path | None) -> list[Verdict]:
    """The verdicts of the column without faults, with what solvers confirm of them."""
    work = tasks_for_solvers(BASE, [one.property for one in found if one.assurance == CLOSED])
    if not work:
        return found
    with Progress(
        TextColumn("confirming"), BarColumn(), MofNCompleteColumn(), TextColumn("closed sets"), TimeElapsedColumn(),
        console=console, transient=True,
    ) as progress:  # fmt: skip
        bar = progress.add_task("", total=len(work))
        sets = confirm(work, cache=cache, progress=lambda _: progress.update(bar, advance=1))
    return confirmed(found, sets)


def with_single_faults(verdicts: dict[Column, list[Verdict]]) -> dict[Column, list[Verdict]]:
    """What one fault breaks is broken with all faults tolerated too, by the same run, which is replayed so. Of that and of
    what all faults together were found to break, the shorter run counts."""
    shortest: dict[str, Verdict] = {}
    for column, found in verdicts.items():
        for one in found:
            if len(column.faults) == 1 and not column.readings and one.verdict == REFUTED and one.run is not None:
                shortest[one.property] = min(one, shortest.get(one.property, one), key=lambda v: v.length or 0)
    return {
        column: [_broken_by_one(cell, shortest.get(cell.property)) for cell in found] if column == ALL_FAULTS else found
        for column, found in verdicts.items()
    }


def _broken_by_one(cell: Verdict, one: Verdict | None) -> Verdict:
    if one is None or one.run is None or (cell.run is not None and len(cell.run.steps) <= len(one.run.steps)):
        return cell
    network, _ = as_asked(PROPERTIES[one.property], watched())
    if not replays(one.run, network, ALL_FAULTS.faults):
        raise EnginesDisagree(f"{one.property} is broken under {one.column}, by a run that all faults do not allow")
    cached = cell.cached or one.cached
    return replace(
        cell,
        verdict=REFUTED,
        assurance=one.assurance,
        engine=one.engine,
        vms=one.vms,
        run=one.run,
        reason=one.reason,
        cached=cached,
    )


_HEAVY = frozenset(
    {"integration_service_stops", "operator_changes_vm", "requester_vanishes", "management_service_restarts"}
)
"""Faults whose columns take longest: begun first, so that no core waits at the end."""


def print_verification(done: Verification, console: Console) -> None:
    """The tables and lists that a person reads."""
    if done.host is not None:
        console.print(headline(done.host), highlight=False)
    if len(done.verdicts) == 1:
        _print_column(done, console)
    else:
        _print_matrix(done, console)
    _print_findings(done, console)
    _print_columns(done, console)
    _print_summary(done, console)


_SIGN = {
    HOLDS: "[green]holds[/]",
    REFUTED: "[red]REFUTED[/]",
    UNDECIDED: "[yellow]undecided[/]",
    NOT_EXERCISED: "[dim]not exercised[/]",
}


def _sign(found: Verdict) -> str:
    if PROPERTIES[found.property].kind == "possible" and found.verdict == REFUTED:
        return "[red]UNREACHABLE[/]"
    return _SIGN[found.verdict]


def _print_column(done: Verification, console: Console) -> None:
    ((column, verdicts),) = done.verdicts.items()
    table = Table(title=f"Assuming: {column_text(column)}", title_justify="left", box=None, pad_edge=False)
    for heading in ("property", "verdict", "assurance", "states", "steps", "depth", "run"):
        table.add_column(heading, justify="right" if heading in {"states", "steps", "depth", "run"} else "left")
    for found in verdicts:
        assumed = (
            "; assuming " + " and ".join(assumptions(PROPERTIES[found.property]))
            if assumptions(PROPERTIES[found.property])
            else ""
        )
        length = "" if found.length is None else str(found.length)
        table.add_row(
            found.property,
            _sign(found),
            found.assurance + assumed + ("; cached" if found.cached else ""),
            f"{found.states:,}",
            f"{found.steps:,}",
            str(found.depth),
            length,
        )
    console.print(table)


def _print_matrix(done: Verification, console: Console) -> None:
    by_cell = {(v.property, column): v for column, found in done.verdicts.items() for v in found}
    names = list(dict.fromkeys(v.property for v in done.all_verdicts))
    base = next(iter(done.verdicts))
    for file in FILES:
        group = file.__name__.rsplit(".", 1)[1]
        members = [name for name in names if group_of(name) == group]
        if not members:
            continue
        table = Table(title=f"\n{group}", title_justify="left", box=None, pad_edge=False)
        table.add_column("property", no_wrap=True)
        table.add_column(title(base), no_wrap=True)
        table.add_column("assurance")
        table.add_column("faults", justify="right", no_wrap=True)
        table.add_column("fails under (steps of the shortest run)")
        for name in members:
            found = by_cell[name, base]
            alone = [by_cell[name, c] for c in fault_columns() if (name, c) in by_cell]
            exercised = [v for v in alone if v.verdict != NOT_EXERCISED]
            survived = sum(v.verdict == HOLDS for v in exercised)
            broken = [
                f"{title(c)}{'' if by_cell[name, c].length is None else f' ({by_cell[name, c].length})'}"
                for c in done.verdicts
                if c != base
                and (name, c) in by_cell
                and by_cell[name, c].verdict == REFUTED
                and _minimal(c, name, by_cell)
            ]
            assured = found.assurance + ("" if not assumptions(PROPERTIES[name]) else "; fair")
            table.add_row(name, _sign(found), assured, f"{survived}/{len(exercised)}", ", ".join(broken) or "[dim]-[/]")
        console.print(table)


def _minimal(column: Column, name: str, by_cell: dict[tuple[str, Column], Verdict]) -> bool:
    """Whether no column with fewer faults or other readings already breaks the property."""
    if len(column.faults) > 1:
        parts = [Column(frozenset({fault})) for fault in column.faults]
    elif column.faults and column.readings:
        parts = [Column(column.faults), Column(readings=column.readings)]
    else:
        return True
    return not any(by_cell[name, part].verdict == REFUTED for part in parts if (name, part) in by_cell)


def findings(done: Verification) -> list[tuple[Column, Verdict]]:
    """Every failure of a property that no smaller column shows already."""
    by_cell = {(v.property, column): v for column, found in done.verdicts.items() for v in found}
    return [
        (column, by_cell[name, column])
        for name, column in by_cell
        if by_cell[name, column].verdict == REFUTED and _minimal(column, name, by_cell)
    ]


def first_line(column: Column, found: Verdict) -> str:
    """The first line of explanation of a finding."""
    property_ = PROPERTIES[found.property]
    if found.run is None:
        return f"{property_.says} No run reaches it."
    last = found.run.steps[-1][0] if found.run.steps else "the start"
    ending = f"; {found.reason}" if found.reason else ""
    return f"broken after {len(found.run.steps)} steps, by {last}{ending}: {property_.says}"


def _print_findings(done: Verification, console: Console) -> None:
    found = findings(done)
    if not found:
        return
    console.print(
        f"\n[bold]Findings[/] ({len(found)}; explain one with: shadowproof explain PROPERTY --fault NAME --reading ID=VALUE)"
    )
    named: list[str] = []
    for column, verdict in found:
        console.print(f"  {verdict.property} under {title(column)}", highlight=False)
        console.print(f"      [dim]{first_line(column, verdict)}[/]", highlight=False)
        if done.host is not None and verdict.run is not None:
            for said in (about_run(done.host, verdict.run), about_kinds(done.host, verdict.property)):
                console.print(f"      [dim]{escape(said)}[/]", highlight=False)
            named += named_in(done.host, verdict.run)
    for said in in_full(named):
        console.print(f"  [dim]{escape(said)}[/]", highlight=False)


def _print_columns(done: Verification, console: Console) -> None:
    table = Table(title="\nColumns", title_justify="left", box=None, pad_edge=False)
    for heading in ("column", "VMs", "holds", "refuted", "undecided", "not exercised", "largest search", "seconds"):
        table.add_column(heading, justify="left" if heading == "column" else "right")
    for column, verdicts in done.verdicts.items():
        counts = [sum(v.verdict == kind for v in verdicts) for kind in (HOLDS, REFUTED, UNDECIDED, NOT_EXERCISED)]
        largest = max((v.states for v in verdicts), default=0)
        table.add_row(
            title(column),
            str(done.scopes[column].vms),
            *map(str, counts),
            f"{largest:,}",
            f"{done.seconds[column]:.1f}",
        )
    console.print(table)


def _print_summary(done: Verification, console: Console) -> None:
    verdicts = done.all_verdicts
    counts = {kind: sum(v.verdict == kind for v in verdicts) for kind in (HOLDS, REFUTED, UNDECIDED, NOT_EXERCISED)}
    console.print(
        f"\n{len(verdicts):,} verdicts: " + ", ".join(f"{n:,} {kind}" for kind, n in counts.items()), highlight=False
    )
    if cached := sum(found.cached for found in verdicts):
        console.print(f"{cached:,} of {len(verdicts):,} verdicts from the cache", highlight=False)
    if done.compared:
        different = done.differences
        for one in different[:40]:
            console.print(
                f"  [red]{one}[/]" if one.kind in {"worse", "not recorded"} else f"  [yellow]{one}[/]", highlight=False
            )
        if len(different) > 40:
            console.print(f"  … and {len(different) - 40} more")
        console.print(
            "[green]Every verdict is as recorded.[/]"
            if not different
            else f"[red]{len(different)} verdicts are not as recorded.[/] If that is meant: shadowproof accept --reason TEXT"
        )
    else:
        console.print("Not compared with the record: this is not a recorded question.")
    console.print("Not shown: " + " ".join(done.not_shown), style="dim", highlight=False)


def write_json(path: Path, data: object) -> None:
    write_whole(path, json.dumps(data, indent=1, ensure_ascii=False) + "\n")
