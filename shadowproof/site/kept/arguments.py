"""Arguments that are kept for the site: why a promise holds for any number of VMs, as `shadowproof why` prints it; of what is possible a
run that shows it, as `shadowproof explain` tells it.

They take some ten seconds of computing each, so they are worked out by `shadowproof docs --arguments` and kept with the protocol that
they are of: as data, so that they are told in the words of now. Of another protocol they say nothing, and the page shows the command
instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import joblib

from model.versions import option
from proofs.answers.cache import in_use, use_where_possible
from proofs.answers.column_cache import protocol_content
from proofs.answers.json_form import from_json, to_json
from proofs.answers.record import Record, load
from proofs.answers.runs import bare
from proofs.answers.verdict import HOLDS, Verdict
from proofs.computer.processes import early_stops_are_meant, for_this_process
from proofs.verdicts.columns import BASE, every_column
from proofs.why.ending import Ending
from proofs.why.tables.free import NoReason
from proofs.why.tables.table import Table
from proofs.why.wording import Needed, Told
from proofs.world.slices import as_asked
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Fact, Possible, Property
from shadowproof.ask import options
from shadowproof.outside import telling
from shadowproof.site.runs import walked
from shadowproof.tell.arguing.argued import Argued, in_words, worked_out
from shadowproof.tell.explain import answers
from shadowproof.tell.story import story
from shadowproof.walk.runs import column_of, link

PATH = Path(__file__).with_name("arguments.json")
SCHEMA = "shadowproof-arguments/2"
SECONDS = 45
"""Of computing, at most, for a table, and for clauses where there is none."""
VMS = 2
"""At most, in a run that shows what is possible."""

_BY: Mapping[str, type[Table | Told | Ending]] = {"table": Table, "clauses": Told, "ending": Ending}
"""What argues, by what it is called in the file."""


def asked() -> tuple[str, ...]:
    """The properties for which there is something to argue: all but comparisons of constants, which are their own argument."""
    return tuple(name for name, found in PROPERTIES.items() if not isinstance(found, Fact))


def work_out(progress: telling.Told, jobs: int = -1) -> str:
    """The text of PATH, worked out now: a line a property, so that a change reads as a change. jobs: processes (-1: one a core)."""
    names, lines, folder = asked(), list[str](), in_use().folder
    workers = joblib.Parallel(n_jobs=jobs, return_as="generator", batch_size=1)
    with (
        early_stops_are_meant(),
        closing(workers(joblib.delayed(for_this_process(_line))(name, folder) for name in names)) as arriving,
    ):
        for number, (name, line) in enumerate(zip(names, arriving, strict=True), 1):
            lines.append(line)
            progress(number, len(names), name)
    head = f'"schema": {json.dumps(SCHEMA)},\n"protocol": {json.dumps(protocol_content())}'
    return f'{{\n{head},\n"arguments": {{\n' + ",\n".join(lines) + "\n}\n}\n"


def _line(name: str, folder: Path | None) -> str:
    use_where_possible(folder)
    column = _where(name, load())
    told = _run if isinstance(PROPERTIES[name], Possible) else _argument
    found = {"none": "it holds nowhere"} if column is None else {"column": column.name, **told(name, column)}
    return f"{json.dumps(name)}: {json.dumps(found, separators=(',', ':'))}"


def _where(name: str, record: Record) -> Column | None:
    """Where it is argued: without faults and by default readings, if it holds there; else in the first circumstance that puts it to the
    test and in which it holds."""
    cells = ((column, record.cell(name, column.name)) for column in every_column())
    return next((column for column, cell in cells if cell is not None and cell.verdict == HOLDS), None)


def _argument(name: str, column: Column) -> dict[str, Any]:
    try:
        argued = worked_out(name, column, SECONDS)
    except NoReason as problem:
        return {"none": str(problem)}
    by = _told_of(argued.by)
    (kind,) = (kind for kind, one in _BY.items() if isinstance(by, one))
    return {kind: to_json(by), **({"why_not": argued.why_not} if argued.why_not else {})}


def _told_of(by: Table | Told | Ending) -> Table | Told | Ending:
    """Without the rules as labels, of which nothing is told: they are more than half of it."""
    if isinstance(by, Table):
        rows = (replace(row, lines=tuple(replace(line, rules=()) for line in row.lines)) for row in by.rows)
        return replace(by, rows=tuple(rows))
    if isinstance(by, Told):
        clauses = (replace(one, kept=_bare(one.kept)) for one in by.clauses)
        return replace(by, clauses=tuple(clauses), follows=_bare(by.follows))
    return by


def _bare(several: tuple[Needed, ...]) -> tuple[Needed, ...]:
    return tuple(replace(one, rules=()) for one in several)


def _run(name: str, column: Column) -> dict[str, Any]:
    (verdict,) = answers([name], column, VMS)
    if verdict.run is None:
        return {"none": f"{name} {verdict.verdict}: no run of up to {VMS} VMs shows it"}
    network, _ = as_asked(PROPERTIES[name], watched())
    return {"run": to_json(replace(verdict, run=bare(verdict.run, network), seconds=0.0))}


@dataclass(frozen=True)
class Kept:
    """What is kept of a property: an argument, or the verdict with its run, and in which column; or why there is neither."""

    column: Column
    of: Argued | Verdict | str


@cache
def kept() -> Mapping[str, Kept]:
    """What is kept, by property; nothing, where it is of another protocol or cannot be read."""
    try:
        data = json.loads(PATH.read_text("utf-8"))
        of_now = data["schema"] == SCHEMA and data["protocol"] == protocol_content()
        return {str(name): _read(one) for name, one in data["arguments"].items()} if of_now else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _read(data: Mapping[str, Any]) -> Kept:
    """Raises ValueError and KeyError at what is none of them."""
    column = column_of(data["column"]) if "column" in data else BASE
    if "none" in data:
        return Kept(column, str(data["none"]))
    if "run" in data:
        return Kept(column, from_json(Verdict, data["run"]))
    (kind,) = data.keys() - {"column", "why_not"}
    return Kept(column, Argued(from_json(_BY[kind], data[kind]), cached=False, why_not=str(data.get("why_not", ""))))


def argument(found: Property) -> Iterator[str]:
    """The blocks of a page that say why a property holds; none, where constants are compared: they are their own argument."""
    if isinstance(found, Fact):
        return
    yield "## A run that shows it" if isinstance(found, Possible) else "## Why it holds"
    asked = "explain" if isinstance(found, Possible) else "why"
    match kept().get(found.name):
        case None:
            yield f"It is told on the command line: `shadowproof {asked} {found.name}{option()}`"
        case Kept(column, Argued() as argued):
            yield f"As `{' '.join(filter(None, ('shadowproof why', found.name, options(column))))}` argues it, for any number of VMs:"
            yield _block(in_words(found, argued, column, 2))
        case Kept(column, Verdict(run=run) as verdict) if run is not None:
            network, property_ = as_asked(found, watched())
            yield _block([story(run, network, property_, column, verdict)])
            yield walked(link(run.shapes, run.starts, column, run.steps, run.loop), "property/one.md")
        case Kept(_, problem):
            yield f"No argument is told: {problem}."


def _block(lines: Sequence[str]) -> str:
    return "```text\n" + "\n".join(lines).rstrip() + "\n```"
