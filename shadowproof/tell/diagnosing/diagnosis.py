"""`shadowproof diagnose`: from what was read to an answer, as data; its text is in `diagnosis_text.py`."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance import kept
from conformance.texts.facts import Case, Fact, Kind, Place, Remark, Seen, together
from conformance.texts.lines import bytes_of, decoded, shown
from conformance.texts.read import read_file, refuse_contradictions, said
from conformance.timing import Span, remarks, spans
from model.actors.power import Power, power
from model.actors.writer import NOT_REACHED, WriterState, writer_state
from model.protocol import FAULTS, PROTOCOL, READINGS

if TYPE_CHECKING:
    from conformance.diagnosis import Diagnosis, Explanation, Near, Situation
    from conformance.guidance import Advice, Question
    from conformance.observed import Observation
    from conformance.possible import Possible
    from conformance.runs import Found
    from proofs.world.world import Column

SCHEMA = "shadowproof-diagnose/1"
NO_FAULT = "no fault"
"""The name of the circumstances in which nothing goes wrong."""

TOLD_IN_FULL = 3
"""Situations of which all is worked out; the others are named."""

NOT_SHOWN = (
    "The model is of a document: that a product behaves so is shown by captures and real agents only.",
    "What is impossible is so for any number of VMs, in the circumstances that were looked at: no fault, one fault or one other "
    "reading, and pairs where nothing smaller fits. What is possible is so by the run that is told.",
    "Where more than two VMs were seen in states of their own, a run tells of two.",
    "Likelier means fewer faults, then what earlier entries support, then a shorter run: no frequency of anything.",
    "The model is untimed: what took how long, where a text says so, puts explanations in order and excludes none. Two sessions at a "
    "time, and VMs in transition, are not in it.",
)

Json = dict[str, Any]


def seen_in(paths: Sequence[Path], sees: Sequence[str]) -> Seen:
    """All that the files say, with what a person knows. A file of JSON is read as an inventory. Raises ReadError."""
    texts = [path for path in paths if not _is_json(path)]
    found = [read_file(path) for path in texts]
    found += [_inventory(path) for path in paths if path not in texts]
    found += [said(sees)]
    refuse_contradictions(found)
    return together(found)


def _is_json(path: Path) -> bool:
    if str(path) == "-" or path.suffix.lower() == ".evtx":
        return False
    name = shown(str(path))
    content = bytes_of(path)
    if b"\0" in content and content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return False
    start = decoded(content, name).lstrip("\ufeff \t\r\n")[:1]
    return start in ("{", "[") and path.suffix.lower() == ".json"


def _inventory(path: Path) -> Seen:
    """The power states of a host's VMs, as an inventory gives them."""
    from shadowproof.host.inventory import InventoryError, read_inventory  # noqa: PLC0415 - only where one is given

    name = shown(str(path))
    try:
        host = read_inventory(path)
    except InventoryError as problem:
        remark = Remark(Kind.OPEN, Place(name), f"no inventory of VMs: {problem}")
        return Seen((), (remark,))
    facts = [
        Fact(machine, frozenset(of.values), Place(name), of.source, one.label)
        for one in host.machines
        for machine, of in (("power", one.power), ("integration", one.integration))
        if of.known
    ]
    return Seen(tuple(facts), tuple(Remark(Kind.NOTE, Place(name), note) for note in host.notes[:3]))


def answer(seen: Seen, *, thorough: bool, stories: bool, progress: Callable[[str], None]) -> Json:
    """The answer to what was seen. stories: with the run of each explanation, not of the first only."""
    gc.disable()  # searches make tuples and no garbage in cycles: looking for it takes a sixth of the time
    try:
        return _answer(seen, thorough=thorough, stories=stories, progress=progress)
    finally:
        gc.enable()


def _answer(seen: Seen, *, thorough: bool, stories: bool, progress: Callable[[str], None]) -> Json:
    took = spans(seen.marks)
    spoken = frozenset(one.fault for one in seen.remarks if one.fault)
    told: Json = {
        "schema": SCHEMA,
        "facts": [_fact(one) for one in seen.facts],
        "remarks": [_remark(one) for one in (*seen.remarks, *remarks(took))],
        **_diagnosed(seen.facts, took, spoken, thorough=thorough, stories=stories, progress=progress),
    }
    told["cases"] = [
        {"condition": case.condition, "facts": [_fact(one) for one in case.facts],
         **_diagnosed(_in_case(seen, case), took, spoken, 1, thorough=thorough, stories=False, progress=progress)}
        for case in seen.cases
    ]  # fmt: skip
    told["not_shown"] = [*NOT_SHOWN]
    return told


def _in_case(seen: Seen, case: Case) -> tuple[Fact, ...]:
    """The facts of a case with the others, where they go together."""
    machines = {one.machine for one in case.facts}
    return (*(one for one in seen.facts if one.machine not in machines and one.now), *case.facts)


def _diagnosed(
    facts: Sequence[Fact], took: Sequence[Span], spoken: frozenset[str], full: int = TOLD_IN_FULL, *, thorough: bool, stories: bool,
    progress: Callable[[str], None],
) -> Json:  # fmt: skip
    """The situations that fit these facts; full: of how many of them all is worked out."""
    if not any(not one.weak for one in facts):
        return _untold()
    from conformance.diagnosis import diagnose  # noqa: PLC0415 - slow to load, and not needed for an answer that is kept
    from conformance.observed import observation  # noqa: PLC0415 - slow to load, and not needed for an answer that is kept

    progress("looking for what fits, and for the runs that show it")
    possible = kept.possible()
    seen = observation(facts, possible)
    if seen is None:
        return _untold()
    seen = replace(seen, spans=tuple(took), spoken=spoken)
    found = diagnose(seen, possible, thorough=thorough)
    widened = False
    if not found.situations and not found.open and not _never_reached(seen):
        progress("nothing smaller fits: two things at a time")
        pairs = kept.possible(pairs=True)
        wider = diagnose(seen, pairs, thorough=thorough)
        widened = True
        if wider.situations or wider.open:
            found, possible = wider, pairs
    if found.situations and shows_no_failure(_seen(seen), found.situations[0].explanations[0].column.name):
        full = 1
    return {
        "fits": None if found.open and not found.situations else bool(found.situations),
        "open": [{"says": one.says, "columns": [_column(column) for column in one.unseen]} for one in found.open],
        "seen": _seen(seen),
        "in_full": full,
        "situations": _situations(found, possible, full, stories),
        "nearest": [_near(one) for one in found.near],
        "widened": widened,
    }


def _untold() -> Json:
    """What there is to say where nothing was seen that the model has."""
    none: Json = {"host": {}, "vms": [], "logged": False}
    return {"fits": None, "seen": none, "in_full": 0, "open": [], "situations": [], "nearest": [], "widened": False}


def _never_reached(seen: Observation) -> bool:
    states = seen.host.get(writer_state.name, frozenset())
    return bool(states) and states <= {state.name for state in NOT_REACHED}


def shows_no_failure(seen: Json, likeliest: str) -> bool:
    """Whether only VMs were seen, none of them saved, and what explains that best is no fault. seen: as data."""
    is_saved = any(Power.SAVED.name in one.get(power.name, ()) for one in seen["vms"])
    return not seen["host"] and not is_saved and likeliest == NO_FAULT


# -- as data --------------------------------------------------------------------------------------------------------------


def _fact(one: Fact) -> Json:
    return {"machine": one.machine, "states": sorted(one.states), "of": one.of, "place": str(one.place), "said": one.said,
            "now": one.now, "weak": one.weak}  # fmt: skip


def _remark(one: Remark) -> Json:
    return {"kind": one.kind.value, "place": str(one.place), "says": one.says, "holds": one.holds}


def _seen(seen: Observation) -> Json:
    return {
        "host": {name: sorted(states) for name, states in seen.host.items()},
        "vms": [{name: sorted(states) for name, states in one.items()} for one in seen.vms],
        "logged": not any(one.now for one in seen.facts),
    }


def column_words(column: Column) -> list[str]:
    """What a column's faults and readings say, a sentence each."""
    faults = {fault.name: fault.says for fault in FAULTS}
    readings = {one.actor.name: one.actor for one in READINGS}
    told = [faults[name] for name in sorted(column.faults)]
    for name, value in column.readings:
        actor = readings[name]
        said = str(actor.enum[value].value)
        told.append(f"{actor.says} {said[:1].upper()}{said[1:]}.")
    return told


def _column(column: Column) -> Json:
    return {
        "faults": sorted(column.faults),
        "readings": dict(column.readings),
        "name": column.name,
        "says": column_words(column),
    }


def _run(found: Found, column: Column) -> Json:
    from conformance.traces.saved import as_data  # noqa: PLC0415 - slow to load, and not needed for an answer that is kept

    return as_data(found.run, column)


def _story(found: Found, column: Column) -> list[str]:
    from shadowproof.tell.argument import Recorded  # noqa: PLC0415 - slow to load, and not needed for an answer that is kept
    from shadowproof.tell.story import told  # noqa: PLC0415 - slow to load, and not needed for an answer that is kept

    return told(Recorded(found.run, PROTOCOL, column), column)


def _situations(found: Diagnosis, possible: Possible, full: int, stories: bool) -> list[Json]:
    from conformance.guidance import advise, tell_apart  # noqa: PLC0415 - slow to load, and not needed for an answer that is kept

    first = found.situations[:full]
    advice = [*advise(found, first)] if first else []
    return [
        _situation(
            one, advice[at] if at < len(first) else None, tell_apart(found, possible, one) if at < len(first) else None,
            told=at == 0, stories=stories,
        )
        for at, one in enumerate(found.situations)
    ]  # fmt: skip


def _situation(one: Situation, advice: Advice | None, question: Question | None, *, told: bool, stories: bool) -> Json:
    return {
        "says": one.says,
        "explanations": [
            _explanation(each, stories or (told and each is one.explanations[0])) for each in one.explanations
        ],
        "unseen": [_column(column) for column in one.unseen],
        "left": [
            {"what": left.what, "within": [c.name for c in left.within], "elsewhere": [c.name for c in left.elsewhere]}
            for left in one.left
        ],
        "advice": _advice(advice, stories) if advice is not None else None,
        "question": _question(question) if question is not None else None,
    }


def _explanation(one: Explanation, story: bool) -> Json:
    return {**_column(one.column), "steps": len(one.found.run.steps), "vms": len(one.found.run.shapes),
            "supported": one.supported, "timed": one.timed, "run": _run(one.found, one.column),
            "story": _story(one.found, one.column) if story else []}  # fmt: skip


def _advice(advice: Advice, stories: bool) -> Json:
    faults = {fault.name: fault for fault in FAULTS}
    way = None if advice.way is None else [
        {"event": move.event, "by": move.by, "vm": move.vm, "says": PROTOCOL.events[move.event].says} for move in advice.way
    ]  # fmt: skip
    never = [
        {
            "fault": one.fault,
            "event": one.event,
            "says": PROTOCOL.events[one.event].says,
            "means": faults[one.fault].means,
        }
        for one in advice.never
    ]
    return {"at_stake": advice.at_stake, "column": advice.column.name, "steps": len(advice.found.run.steps),
            "vms": len(advice.found.run.shapes), "way": way, "never": never, "run": _run(advice.found, advice.column),
            "story": _story(advice.found, advice.column) if stories else []}  # fmt: skip


def _question(question: Question) -> Json:
    return {
        "what": question.what,
        "command": question.command,
        "machine": question.machine,
        "answers": [
            {"states": sorted(states), "columns": [c.name for c in columns]} for states, columns in question.answers
        ],
    }


def _near(near: Near) -> Json:
    why = [
        NOT_REACHED[state]
        for one in near.dropped
        if one.machine == writer_state.name
        for state in WriterState
        if state.name in one.states and state in NOT_REACHED
    ]
    return {
        "dropped": [_fact(one) for one in near.dropped],
        "instead": {machine: sorted(states) for machine, states in near.instead},
        "columns": [_column(column) for column in near.columns[:6]],
        "why": why,
    }


def schema_text() -> str:
    """The published schema of the answer."""
    return files("shadowproof.schema").joinpath("diagnose-1.json").read_text("utf-8")
