"""`shadowproof prove`: solvers confirm what closed sets of views show; the obligations as SMT-LIB text."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from pathlib import Path

from rich.console import Console
from rich.table import Table

from proofs.solvers.confirm import Set, Task, confirm, tasks
from proofs.solvers.solvers import versions
from proofs.verdicts.columns import every_column
from proofs.world.world import Column
from shadowproof.ask import AskError
from shadowproof.outside.spelling import many
from shadowproof.verify.progress import announce, confirming
from shadowproof.verify.report import column_text


def check_folder(folder: Path) -> None:
    """Make the folder for SMT-LIB files. Raises AskError if that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as problem:
        raise AskError(
            f"{folder} cannot hold SMT-LIB files ({problem.strerror}). Name a folder that is writable."
        ) from None


def check_limit(limit: float) -> float:
    """Raises AskError at a limit that no obligation can keep."""
    if not 0 < limit < inf:
        raise AskError(
            "--limit is in seconds for one obligation, and more than 0 (and not for ever). The slowest takes a few hundredths."
        )
    return limit


def columns(chosen: Column, *, every: bool, one: bool = False) -> list[Column]:
    """The columns to confirm. one: the column without faults was asked for. Raises AskError if one is named as well as all asked for."""
    if every and (one or chosen != Column()):
        raise AskError(
            "--all is about every column; with --fault, --reading or --no-fault there is one. Leave --all out."
        )
    return every_column() if every else [chosen]


def prove(
    asked: Sequence[Column],
    names: Sequence[str],
    solvers: Sequence[str],
    *,
    limit: float,
    texts: Path | None,
    cache: Path | None,
    console: Console,
) -> list[Set]:
    """Ask the solvers, with a progress bar on the console. Raises AskError where there is nothing to ask."""
    versions(solvers)
    work: list[Task] = [task for column in asked for task in tasks(column, names)]
    if not work:
        raise AskError("There is nothing to ask solvers: only statements about states and steps have obligations.")
    announce(console, len(work), f"Asking {' and '.join(solvers)} about {len(work)} closed sets")
    with confirming(console, len(work)) as hears:
        return confirm(work, solvers, limit=limit, texts=texts, cache=cache, progress=hears)


def print_sets(sets: Sequence[Set], asked: Sequence[Column], names: Sequence[str], console: Console) -> int:
    """What was confirmed, and what was not. Returns the exit status: 0 all of it, 2 there was nothing to confirm, 3 not all."""
    table = Table(box=None, pad_edge=False, show_edge=False)
    for heading in ("column", "properties", "views", "nodes", "obligations"):
        table.add_column(heading, justify="left" if heading in {"column", "properties"} else "right")
    solvers = sets[0].solvers if sets else ()
    for solver in solvers:
        table.add_column(f"{solver} s", justify="right")
    table.add_column("confirmed")
    for one in sets:
        most = (
            f"{one.properties[0]} and {len(one.properties) - 1} more" if len(one.properties) > 1 else one.properties[0]
        )
        seconds = [f"{spent:.1f}" for spent in one.seconds]
        said = "[yellow]not all[/]" if one.open else "[green]yes[/]"
        table.add_row(
            one.column, most, f"{one.views:,}", f"{one.nodes:,}", f"{one.obligations:,}", *seconds,
            said + (" [dim](cached)[/]" if one.cached else ""),
        )  # fmt: skip
    console.print(table)
    for one in sets:
        for solver, kind, about, said in one.open:
            console.print(f"  [yellow]{solver} says {said}[/] to {kind} {about} in {one.column}", highlight=False)
    proved = {(one.column, name) for one in sets for name in one.properties if one.confirms(name)}
    which = (
        ", ".join(f"{solver} {version}" for solver, version in versions(solvers).items()) if solvers else "no solver"
    )
    where = column_text(asked[0]) if len(asked) == 1 else many(len(asked), "column")
    console.print(
        f"\n{many(len(proved), 'statement')} proved for any number of VMs, disks and adapters ({where}): "
        f"{many(sum(one.obligations for one in sets), 'obligation')} of {many(len(sets), 'closed set')}, {which}.",
        highlight=False,
    )
    missing = [name for name in names if not any(name == shown for _, shown in proved)]
    if missing and len(asked) == 1:
        kinds = "facts, what is possible, what comes in the end, or what fails here"
        console.print(f"Nothing is proved of: {', '.join(missing)} ({kinds}).", style="dim", highlight=False)
    if not sets:
        return 2
    return 3 if any(one.open for one in sets) else 0
