"""`shadowproof cuts`: the smallest combinations of faults and readings that break a promise; and what each breaks alone."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from importlib.resources import files
from textwrap import wrap
from typing import Any

from rich.console import Console
from rich.markup import escape

from model.protocol import FAULTS, READINGS, VERSION
from model.versions import option
from proofs.answers.column_cache import protocol_content
from proofs.answers.record import Record
from proofs.answers.verdict import REFUTED
from proofs.verdicts.columns import fault_columns, meaning
from proofs.verdicts.combined.cuts import MOST, Cuts, can_be_cut, combined, cut_sets, elements, up_to
from proofs.verdicts.combined.kept_cuts import PATH, KeptCutsError, dump, load
from proofs.verdicts.combined.pairs import parts
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from shadowproof.ask import AskError, options
from shadowproof.outside.files import write_whole
from shadowproof.outside.spelling import many
from shadowproof.outside.telling import telling
from shadowproof.verify.printing import print_lines

SCHEMA = "shadowproof-cuts/1"

NOT_SHOWN = (
    "A reading is another way to take the document: a combination with one is no fault of anybody.",
    "What breaks a promise only together with more faults and readings than were combined is not shown.",
)


def size(number: int) -> int:
    """How many are combined at most. Raises AskError."""
    if not 1 <= number <= MOST:
        raise AskError(f"--size {number}: combinations of 1 to {MOST} can be asked for. Write --size 2, say.")
    return number


def cut(
    names: Sequence[str], most: int, *, faults_only: bool, of_faults: int = 0, jobs: int, console: Console
) -> list[Cuts]:
    """The cut sets of each property, with a progress bar on the console. Raises AskError at one that nothing can cut, and at too many
    combinations."""
    for name in names:
        if problem := can_be_cut(name):
            raise AskError(f"{problem} Ask for another property.")
    try:
        combined(most, faults_only, of_faults)
    except ValueError as problem:
        raise AskError(f"--size {most}: {problem} Add --faults, or write --size 2.") from None
    found = []
    for name in names:
        console.print(
            f"Judging what breaks {name}, up to {up_to(most, of_faults)} at a time. That takes a minute, or more.",
            highlight=False,
        )
        with telling(console, name, "") as told:

            def done(what: str, judged: int, total: int) -> None:
                told(judged, total, what)

            found.append(cut_sets(name, most, faults_only=faults_only, of_faults=of_faults, jobs=jobs, progress=done))
    return found


def print_cuts(found: Cuts, console: Console) -> None:
    """What a person reads of one property."""
    console.print(f"[bold]{found.property}[/]: {escape(PROPERTIES[found.property].says)}", highlight=False)
    for size in range(max(found.size, found.of_faults) + 1):
        sets = [(column, one) for column, one in found.sets if len(parts(column)) == size]
        if not sets:
            continue
        if size == 0:
            (_, one) = sets[0]
            console.print(f"  broken without any fault, in {many(one.length, 'step')}", highlight=False)
            continue
        console.print(f"  broken by {'each of these alone' if size == 1 else f'these {size} together only'}:")
        for column, one in sets:
            console.print(f"    {column.name} ({many(one.length, 'step')})", highlight=False, soft_wrap=True)
            for line in wrap(meaning(column), max(40, console.width - 6), break_on_hyphens=False):
                console.print(f"      [dim]{escape(line)}[/]", highlight=False, soft_wrap=True)
    if found.open:
        console.print(f"  open, {len(found.open)}: {'; '.join(column.name for column in found.open)}", highlight=False)
    kind = f"{many(found.columns, 'combination')} of up to {found.reach}"
    console.print(
        f"  {kind} were looked at: in {found.closed:,} nothing breaks it, for any number of VMs; the others hold one of these.",
        highlight=False,
    )
    if found.sets:
        column = found.sets[-1][0]
        console.print(f"  a run: shadowproof explain {found.property} {options(column)}".rstrip(), highlight=False)


def print_alone(record: Record, console: Console, *, faults_only: bool = False) -> None:
    """Each fault and each reading, and the promises that it breaks alone, as recorded: read as engineers of safety do. A terminal
    has lines as wide as it is; elsewhere each fault is one line, so that grep finds all that is said of it."""
    base = {name for name in PROPERTIES if _refuted(record, name, Column())}
    lines = ["What each fault breaks alone (steps of the shortest run):"]
    if not faults_only:
        lines = ["What each fault, and each other reading, breaks alone (steps of the shortest run):"]
    lines += [_alone(record, column, base) for column in (fault_columns() if faults_only else elements())]
    lines += [
        f"Broken without any fault, and so not told again: {', '.join(sorted(base)) or 'none'}.",
        *_only_together(faults_only=faults_only),
        f"What breaks another promise only together: shadowproof cuts PROPERTY{option()}",
    ]
    if console.is_terminal:
        print_lines(lines, console)
        return
    for line in lines:
        console.print(escape(line), highlight=False, soft_wrap=True)


def _only_together(*, faults_only: bool) -> list[str]:
    """The kept cut sets of more than one."""
    try:
        kept = load(protocol_content())
    except KeptCutsError as problem:
        return [str(problem)]
    if not kept:
        return [f"What is kept of cut sets is of another protocol. Make it anew: shadowproof cuts --record{option()}"]
    lines = []
    for name, one in kept.items():
        sets = [c for c in one.sets if len(parts(c.column)) > 1 and not (faults_only and c.column.readings)]
        found = "; ".join(f"{cut.column.name} ({cut.steps})" for cut in sets)
        lines.append(f"  {name}: {found or 'nothing'}")
    return ["What breaks a headline promise only together, of all pairs, and of any three faults:", *lines]


def record(found: Sequence[Cuts]) -> None:
    """Keep cut sets."""
    write_whole(PATH, dump(protocol_content(), found))


def _alone(record: Record, column: Column, base: Collection[str]) -> str:
    broken = [
        f"{name} ({cell.length})"
        for name in PROPERTIES
        if name not in base and _refuted(record, name, column) and (cell := record.cell(name, column.name))
    ]
    return f"  {column.name} breaks {', '.join(broken) or 'nothing'}. {_says(column)}"


def _refuted(record: Record, name: str, column: Column) -> bool:
    cell = record.cell(name, column.name)
    return cell is not None and cell.verdict == REFUTED and PROPERTIES[name].kind != "possible"


def _says(column: Column) -> str:
    if column.faults:
        return next(fault.says for fault in FAULTS if fault.name in column.faults)
    ((name, _),) = column.readings
    return next(reading.actor.says for reading in READINGS if reading.actor.name == name)


def as_text(found: Sequence[Cuts]) -> str:
    """Everything, for a program: see the schema."""
    return (
        json.dumps({"schema": SCHEMA, "version": VERSION.name, "cuts": [_as_json(one) for one in found]}, indent=1)
        + "\n"
    )


def _as_json(found: Cuts) -> dict[str, Any]:
    return {
        "property": found.property,
        "size": found.size,
        **({"faults at most": found.of_faults} if found.of_faults else {}),
        "combinations": found.columns,
        "closed": found.closed,
        "sets": [{**_named(column), "steps": one.length} for column, one in found.sets],
        "open": [_named(column) for column in found.open],
        "not shown": list(NOT_SHOWN),
    }


def _named(column: Column) -> dict[str, Any]:
    return {"faults": sorted(column.faults), "readings": dict(column.readings)}


def schema_text() -> str:
    """The JSON schema of what `--json` writes."""
    return files("shadowproof").joinpath("schema/cuts-1.json").read_text("utf-8")
