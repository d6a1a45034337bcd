"""`shadowproof obligations`: what a requester must do after each kind of failure, and which promise breaks if somebody fails
in a duty. The first is run on the machines, the second read from the record; typed by hand is only each fault's `duty`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from model.notation import Fault
from model.protocol import BY_ID, FAULTS, PROTOCOL
from model.versions import option
from proofs.answers.record import Record, load
from proofs.answers.verdict import HOLDS, REFUTED, UNDECIDED
from proofs.verdicts.columns import BASE
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from shadowproof.duties.aftermath import Aftermath, Aftermaths, Step, Way, aftermaths, is_requesters
from shadowproof.outside.spelling import many
from shadowproof.pages.layout import slug
from shadowproof.pages.overviews import markdown

SCHEMA = "shadowproof-obligations/1"

NO_SUCH_PROMISE = "no promise of this list breaks"
NOT_RECORDED = f"not recorded: shadowproof accept{option()} --reason TEXT"
NO_CALL = "nothing: there is no session any more"
AS_ABOVE = "the same"
LATER = "A failure that strikes after the last answer, and leaves the session open, is not noticed in it."


@dataclass(frozen=True)
class Broken:
    """A promise that holds without faults and fails with one: the steps of the shortest run (None: no run reaches it)."""

    property: str
    says: str
    steps: int | None


@dataclass(frozen=True)
class Duty:
    """A duty, the fault of failing in it, the ids that its events cite, and the promises that break by it."""

    fault: Fault
    by: tuple[str, ...]
    recorded: bool
    breaks: tuple[Broken, ...]
    undecided: tuple[str, ...]


def duties(record: Record) -> tuple[Duty, ...]:
    """Every fault that somebody has a duty to prevent, the requester's first, with what the record says of it."""
    return tuple(_duty(fault, record) for fault in sorted(FAULTS, key=lambda f: not is_requesters(f)) if fault.duty)


def _duty(fault: Fault, record: Record) -> Duty:
    events = [e for e in PROTOCOL.events.values() if e.fault == fault.name or e.name in fault.silences]
    cited = {name for event in events for name in event.by}
    column = Column(frozenset({fault.name})).name
    cells = {name: cell for name in PROPERTIES if (cell := record.cell(name, column)) is not None}
    kept = [name for name in cells if (base := record.cell(name, BASE.name)) is not None and base.verdict == HOLDS]
    return Duty(
        fault,
        tuple(name for name in (*BY_ID, *sorted(cited - BY_ID.keys())) if name in cited),
        bool(cells),
        tuple(Broken(n, PROPERTIES[n].says, cells[n].length) for n in kept if cells[n].verdict == REFUTED),
        tuple(name for name in kept if cells[name].verdict == UNDECIDED),
    )


def steps_text(broken: Broken) -> str:
    return "no run reaches it" if broken.steps is None else many(broken.steps, "step")


def _outcome(duty: Duty) -> str:
    """What is to be said of a duty besides the promises that break."""
    if not duty.recorded:
        return NOT_RECORDED
    undecided = f"undecided: {', '.join(duty.undecided)}" if duty.undecided else ""
    return undecided if duty.breaks or undecided else NO_SUCH_PROMISE


def print_obligations(record: Record, console: Console) -> None:
    """Both tables, for a terminal."""
    _print_aftermaths(aftermaths(), console)
    _print_duties(duties(record), console)
    console.print(
        f"Steps are those of the shortest run, as recorded; tell it with: shadowproof explain PROPERTY --fault NAME{option()}",
        style="dim",
        highlight=False,
    )


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 1, 0))
    for heading, ratio in zip(headings, (3, 3, 5), strict=True):
        table.add_column(heading, ratio=ratio)
    return table


def _lines(*pairs: tuple[str, str]) -> Text:
    """Names, each with what is said of it below it."""
    return Text("\n").join(Text.assemble((name, "bold"), f"\n{says}" if says else "") for name, says in pairs)


def _told_text(way: Way) -> str:
    return way.learned_by.says + (" The writer's status shows a failure." if way.status_is_bad else "")


def _print_aftermaths(found: Aftermaths, console: Console) -> None:
    table = _table("After each kind of failure", "the requester learns by", "of", "and has to go on with")
    for row in found.known:
        for way in row.ways:
            duty = _lines(*((call.event, call.says) for call in row.calls)) if row.calls else Text(NO_CALL)
            table.add_row(
                _lines((way.learned_by.event, _told_text(way))),
                Text("\n".join(failure.name for failure in way.failures)),
                duty if way == row.ways[0] else Text(AS_ABOVE),
            )
    for steps, by, what in (
        (found.unanswered, "no answer, perhaps for ever", "nothing that it must do ends the wait"),
        (found.unnoticed, "nothing", "what it would do anyway"),
    ):
        if steps:
            table.add_row(Text(by), Text("\n".join(step.event for step in steps)), Text(what))
    console.print(table)
    console.print(LATER + "\n", style="dim", highlight=False)


def _print_duties(found: Sequence[Duty], console: Console) -> None:
    table = _table("If a duty is not done", "duty", "else (fault, where, by what)", "promises that break")
    for duty in found:
        broken = [(f"{one.property} ({steps_text(one)})", one.says) for one in duty.breaks]
        if outcome := _outcome(duty):
            broken.append((outcome, ""))
        table.add_row(
            Text(duty.fault.duty),
            Text.assemble((duty.fault.name, "bold"), f"\n{duty.fault.where}\n{' '.join(duty.by)}"),
            _lines(*broken),
        )
    console.print(table)


def as_json(record: Record) -> dict[str, Any]:
    """Both tables as data."""
    found = aftermaths()
    return {
        "schema": SCHEMA,
        "after_failures": [
            {
                "ways": [
                    {
                        "learned_by": _named(way.learned_by),
                        "status_is_bad": way.status_is_bad,
                        "failures": [
                            {"name": failure.name, "says": failure.says, "steps": len(failure.run.steps)}
                            for failure in way.failures
                        ],
                    }
                    for way in row.ways
                ],
                "calls": [_named(call) for call in row.calls],
            }
            for row in found.known
        ],
        "unanswered": [_named(step) for step in found.unanswered],
        "unnoticed": [_named(step) for step in found.unnoticed],
        "duties": [
            {
                "duty": duty.fault.duty,
                "fault": duty.fault.name,
                "says": duty.fault.says,
                "where": duty.fault.where,
                "by": list(duty.by),
                "recorded": duty.recorded,
                "breaks": [{"property": one.property, "says": one.says, "steps": one.steps} for one in duty.breaks],
                "undecided": list(duty.undecided),
            }
            for duty in duties(record)
        ],
    }


def _named(step: Step) -> dict[str, str]:
    return {"name": step.event, "says": step.says}


def page() -> str:
    """docs/generated/obligations.md. Raises RecordError where the record cannot be read."""
    return page_of(load())


def page_of(record: Record) -> str:
    found = aftermaths()
    rows = [
        (
            f"{_link(way.learned_by.event, 'events')}: {_told_text(way)}",
            ", ".join(_of_failure(failure.name) for failure in way.failures),
            _calls_text(row) if way == row.ways[0] else AS_ABOVE,
        )
        for row in found.known
        for way in row.ways
    ]
    blocks = [
        "# What a requester must do",
        f"For makers of backup software. Everything here is read off the machines and the record: `shadowproof obligations{option()}`.",
        "## After each kind of failure",
        "How a requester learns of a failure that is not its own, and all that it has to do from there to the end of the "
        "session, if nothing more goes wrong.",
        markdown(("it learns by", "of", "and has to go on with"), rows),
    ]
    for steps, what in (
        (found.unanswered, "No answer may ever come, and nothing that the requester must do ends the wait, after"),
        (found.unnoticed, "No answer tells the requester of these, and it does what it would do anyway"),
    ):
        if steps:
            blocks.append(f"{what}: {', '.join(_of_failure(step.event) for step in steps)}.")
    blocks.append(LATER)
    blocks += [
        "## If a duty is not done",
        "Each duty with the fault of failing in it, and the promises that hold without faults and break with this one: steps "
        f"of the shortest run. Tell one with `shadowproof explain PROPERTY --fault NAME{option()}`.",
    ]
    for where, group in groupby(duties(record), key=lambda duty: duty.fault.where):
        blocks += [
            f"### {where[0].upper()}{where[1:]}",
            markdown(("duty", "fault", "by", "promises that break"), map(_row, group)),
        ]
    return "\n\n".join(blocks) + "\n"


def _calls_text(row: Aftermath) -> str:
    return "<br>".join(f"{_link(call.event, 'events')}: {call.says}" for call in row.calls) or NO_CALL


def _row(duty: Duty) -> tuple[str, str, str, str]:
    broken = [f"{_link(one.property, 'properties')}: {one.says} ({steps_text(one)})" for one in duty.breaks]
    by = ", ".join(f"[{n}]({'requirements' if n in BY_ID else 'readings-and-faults'}.md#{slug(n)})" for n in duty.by)
    fault = _link(duty.fault.name, "readings-and-faults")
    return duty.fault.duty, fault, by, "<br>".join(filter(None, [*broken, _outcome(duty)]))


def _of_failure(name: str) -> str:
    return _link(name, "readings-and-faults" if name in PROTOCOL.faults else "events")


def _link(name: str, page: str) -> str:
    return f"[`{name}`]({page}.md#{slug(name)})"
