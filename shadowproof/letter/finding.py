"""A finding as text: its sentences, readings, circumstances, the shortest run as a story, what is seen of it, and whether the
wording helps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from model.protocol import PROTOCOL, READINGS
from model.readings import Reading
from proofs.answers.record import Record
from proofs.answers.runs import Kept as KeptRun
from proofs.answers.runs import Runs
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED
from proofs.verdicts.columns import BASE
from proofs.verdicts.combined.combinations import Kept, reading
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from shadowproof.ask import options
from shadowproof.letter import story
from shadowproof.letter.findings import FINDINGS, Finding
from shadowproof.letter.proving import held_without
from shadowproof.letter.wordings import WORDINGS
from shadowproof.letter.words import (
    circumstance,
    concerned,
    folded,
    listed,
    named,
    paragraph,
    question,
    read_as,
    value,
)
from shadowproof.outside.spelling import many
from shadowproof.tell.requester import RECORDED

Broken = Sequence[tuple[Column, Sequence[str]]]
"""The columns of a finding that break something, with what they break."""

_KEPT = {HOLDS: "kept", REFUTED: "not kept", NOT_EXERCISED: "it does not come to that"}


def mended(one: Finding, found: Kept) -> list[dict[str, Any]]:
    """What its wording mends, circumstance by circumstance, as it is kept."""
    return list(found.wordings.get(one.variant, ())) if one.variant else []


def held(of: Broken, record: Record) -> list[str]:
    """What is broken there and holds where nobody errs."""
    return held_without(dict.fromkeys(name for _, names in of for name in names), record)


def finding(one: Finding, of: Broken, record: Record, runs: Runs, found: Kept) -> list[str]:
    """All of it. found: what is kept of wordings."""
    lines = of_finding(one, of, record, runs)
    lines += paragraph(f"*What is seen of it.* {one.evidence} How certain: {one.certainty}.{_requesters(of)}")
    lines += paragraph(f"*Who is harmed.* {one.harmed}")
    lines += paragraph(f"*Write instead.* {one.wording}")
    return [*lines, *proof(one, of, record, found)]


def of_finding(one: Finding, of: Broken, record: Record, runs: Runs) -> list[str]:
    """What is wrong, in which sentences, how it can be read, where it breaks something, and the shortest run that shows it."""
    lines = [*paragraph(f"*What is wrong.* {one.problem}"), "*The sentences*, in our words:", ""]
    lines += [line for said in concerned(one) for line in folded(f"* {said}", "  ")]
    lines += ["", *paragraph(f"*The promise that breaks.* {PROPERTIES[one.promise].says} (`{one.promise}`)")]
    lines += [*_readings(one, of, record), "*When it breaks*, and what else does then:", ""]
    together: dict[tuple[str, ...], list[str]] = {}
    for column, names in of:
        together.setdefault(tuple(names), []).append(circumstance(column))
    for names, where in sorted(together.items(), key=lambda pair: one.promise not in pair[0]):
        lines += _item([f"{said}." for said in where], f"Broken: {named(_first(one.promise, names))}.")
    return [*lines, "", *_run(one, of, record, runs)]


def _item(where: Sequence[str], said: str) -> list[str]:
    """What is so in several circumstances alike: an item, with an item below it for each of them where they are several."""
    if len(where) == 1:
        return folded(f"* {where[0]} {said}", "  ")
    below = [line for one in where for line in folded(f"  * {one}", "    ")]
    return [*folded(f"* {said} So in each of these:", "  "), *below]


def _first(name: str, names: Sequence[str]) -> list[str]:
    return [*(one for one in names if one == name), *(one for one in names if one != name)]


def _readings(one: Finding, of: Broken, record: Record) -> list[str]:
    """The silent points of a finding, with what becomes of a promise by each of their readings."""
    lines = []
    for point in READINGS:
        if (asked := _asked(point, one, of, record)) is None:
            continue
        promise, faults = asked
        fates = [_fate(promise, Column(faults, _read(point, state)), record) for state in point.actor.states]
        first, *others = (f"“{value(point.actor.name, state)}”" for state in point.actor.states)
        told = [f"{first} (as taken here; {fates[0]})", *(f"{o} ({f})" for o, f in zip(others, fates[1:], strict=True))]
        where = [f"of `{promise}`"] if promise != one.promise else []
        where += [f"if {PROTOCOL.faults[name].says[:1].lower()}{PROTOCOL.faults[name].says[1:-1]}" for name in faults]
        asked_of = f"({', '.join(where)}) " if where else ""
        lines += folded(f"* {point.actor.name}. {question(point.actor.name)} {asked_of}{', '.join(told)}.", "  ")
    if not lines:
        return paragraph("*How it can be read.* No silent point speaks of it: it is so however they are read.")
    return [*paragraph("*How it can be read*, and whether the promise is kept then:"), *lines, ""]


def _asked(point: Reading, one: Finding, of: Broken, record: Record) -> tuple[str, frozenset[str]] | None:
    """The promise and the faults by which a silent point is told of a finding: where nobody errs, if the promise hangs on it there; else
    as it is read in a circumstance of it; else, where the promise speaks of it, under a fault by which it matters. None: it is not."""
    name = point.actor.name
    fates = {_fate(one.promise, Column(readings=_read(point, state)), record) for state in point.actor.states}
    if BASE in [column for column, _ in of] and {_KEPT[HOLDS], _KEPT[REFUTED]} <= fates:
        return one.promise, frozenset()
    read = [(column, names) for column, names in of if name in dict(column.readings)]
    if read:
        column, names = min(read, key=lambda pair: one.promise not in pair[1])
        return _first(one.promise, names)[0], column.faults
    faults = [fault for column, _ in of for fault in sorted(column.faults) if fault in point.matters_under]
    return (one.promise, frozenset(faults[:1])) if faults and name in PROPERTIES[one.promise].shows else None


def _read(point: Reading, state: str) -> tuple[tuple[str, str], ...]:
    return () if state == point.default else ((point.actor.name, state),)


def _fate(promise: str, column: Column, record: Record) -> str:
    """What becomes of a promise in a column; one that is recorded there by its parts only is as it is with its faults."""
    cell = record.cell(promise, column.name) or record.cell(promise, Column(column.faults).name)
    return "not asked" if cell is None else _KEPT.get(cell.verdict, cell.verdict)


def _requesters(of: Broken) -> str:
    """Which published requesters, as their source was read, leave out a duty without which something breaks."""
    known = json.loads(RECORDED.read_text("utf-8"))
    leaving = {one["name"]: {left["fault"] for left in one["leaves_out"]} for one in known}
    faults = dict.fromkeys(name for column, _ in of for name in sorted(column.faults))
    told = [
        f"`{fault}` {listed(names)}"
        for fault in faults
        if (names := [name for name, left in leaving.items() if fault in left])
    ]
    return (
        f" Of {many(len(known), 'program')} whose calls stand here as tables, these leave it to happen: {'; '.join(told)}."
        if told
        else ""
    )


def _run(one: Finding, of: Broken, record: Record, runs: Runs) -> list[str]:
    """The shortest run that is kept of the finding: of its promise where that fails, and of a reading rather than of a fault alone,
    since there the readings differ."""
    known = [(column, run) for column, names in of for name in names if (run := runs.of(name, column.name)) is not None]
    wanted = [pair for pair in known if pair[1].property == one.promise] or known
    if not wanted:
        return []
    column, run = min(wanted, key=lambda pair: (not pair[0].readings, len(pair[1].run.steps)))
    lines = paragraph(f"*The shortest run*, of {many(len(run.run.steps), 'step')}. {circumstance(column)}.")
    lines += ["```text", *(line for told in story.told(run, column) for line in folded(told, "       ")), "```", ""]
    lines += paragraph(f"Then it is broken that: {PROPERTIES[run.property].says}{_otherwise(run, column, record)}")
    return [*lines, *paragraph(f"In full: `{f'shadowproof explain {run.property} {options(column)}'.rstrip()}`")]


def _otherwise(run: KeptRun, column: Column, record: Record) -> str:
    """What becomes of the promise by the reading that is taken here, in the same circumstances."""
    cell = record.cell(run.property, Column(column.faults).name)
    if not column.readings or cell is None or cell.verdict != HOLDS:
        return ""
    taken = read_as({name: (reading(name).default,) for name, _ in column.readings})
    return f" With {taken} instead it is kept ({cell.assurance})."


def proof(one: Finding, of: Broken, record: Record, found: Kept) -> list[str]:
    """That the wording helps: what its variant mends, and costs; of a wording that changes no rule, what holds where it is heeded."""
    if not one.variant:
        return paragraph(
            "*Does it help?* There is no variant to be made. The wording changes no rule of the protocol; it asks of others what these "
            f"faults leave undone. Without the faults hold, for any number of VMs: {named(held(of, record))}."
        )
    lines = ["*Does it help?* The protocol with this wording, judged anew:", ""]
    together: dict[str, list[str]] = {}
    for tried in mended(one, found):
        given = tried["circumstance"]
        where = circumstance(Column(frozenset(given["faults"]), tuple(given["readings"].items())))
        together.setdefault(_tried(tried), []).append(f"{where} ({many(tried['judged'], 'promise')} judged).")
    for said, circumstances in together.items():
        lines += _item(circumstances, said)
    lines += ["", *_given_up(one, found)]
    return [*lines, *paragraph(f"*Taken for granted*: {takes}")] if (takes := WORDINGS[one.variant].takes) else lines


def _tried(tried: dict[str, Any]) -> str:
    """What a wording mends in one circumstance, and what it does not."""
    said = (
        f"Now hold: {named(tried['mended'])} ({'; '.join(tried['assurance'])})"
        if tried["mended"]
        else "It does not help"
    )
    elsewhere = {one.promise: number for number, one in enumerate(FINDINGS, 1) if BASE.name in one.circumstances}
    still = [name for name in tried["still"] if name not in elsewhere]
    others = [str(elsewhere[name]) for name in tried["still"] if name in elsewhere]
    said += f"; still broken: {named(still)}" if still else ""
    return said + (f"; what {listed(others)} tell{'s' if len(others) == 1 else ''} of stays." if others else ".")


def _given_up(one: Finding, found: Kept) -> list[str]:
    """The promises that the wording breaks, in words."""
    lost = dict.fromkeys(name for tried in mended(one, found) for name in tried["lost"])
    if not lost:
        return []
    lines = ["*Given up*, since the wording says otherwise:", ""]
    return [*lines, *(line for name in lost for line in folded(f"* `{name}`: {PROPERTIES[name].says}", "  ")), ""]
