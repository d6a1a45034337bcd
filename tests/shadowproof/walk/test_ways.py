"""What the page's interpreter says of ways on: what would have kept a promise, what leads safely to rest, which files it reads."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from conformance.traces.saved import as_itf, as_jsonl
from model.protocol import PROTOCOL
from proofs.answers.runs import Kept
from proofs.verdicts.columns import ALL_FAULTS
from proofs.world.world import Column
from shadowproof.tell.playing.play import main_protocol, play
from shadowproof.tell.playing.start import Wanted
from shadowproof.walk.runs import column_of, opened, recorded
from tests.helpers.nightly import AT_NIGHT
from tests.shadowproof.walk.asked import ENGINE, answers, needs_node, protocol, setup

pytestmark = needs_node

NAMES = [one["name"] for one in protocol()["properties"]]
OF_ONE_RUN = [
    pair
    for pair in zip(recorded(), opened()["findings"], strict=True)
    if protocol()["properties"][NAMES.index(pair[0].property)]["term"] is not None
    and column_of(pair[0].column) not in {Column(), ALL_FAULTS}
    and len(pair[0].run.shapes) == 1
]
FINDINGS = OF_ONE_RUN if AT_NIGHT else OF_ONE_RUN[::16]
"""Recorded runs that a step breaks, each with what is told of it in the page; at night all."""


def asked(kind: str, *questions: dict[str, Any], engine: Path = ENGINE) -> list[dict[str, Any]]:
    (found,) = answers([protocol()], [{"kind": kind, "document": 0, **one} for one in questions], engine)
    return found


def begun(one: Kept) -> dict[str, Any]:
    return setup(one.run.shapes, one.run.starts, column_of(one.column))


def of_run(one: Kept) -> list[str]:
    return [Wanted(event, at, "").name for event, at in one.run.steps]


WITHOUT_FAULTS = {one.property: one.run.steps for one in recorded() if column_of(one.column) == Column()}
"""Of promises that are broken without any fault. Such a run is recorded of other columns too, where a fault may make a shorter one."""


def disagreeing(engine: Path) -> list[str]:
    """Where what the page would say kept a promise is otherwise than the record, or than a recorded run, which is the shortest."""
    questions = [{"setup": begun(one), "promise": NAMES.index(one.property)} for one, _ in FINDINGS]
    found = []
    for (one, told), answer in zip(FINDINGS, asked("kept", *questions, engine=engine), strict=True):
        needed, column = told[3], column_of(one.column)
        parts = [*([[name], []] for name in sorted(column.faults)), *([[], [name]] for name, _ in column.readings)]
        kept = [
            [faults, [name for name, _ in readings]]
            for faults, readings, length in answer.get("without", [])
            if length is None
        ]
        length, known = answer.get("length"), len(one.run.steps)
        is_shorter = length is not None and length < known and WITHOUT_FAULTS.get(one.property) == one.run.steps
        if length != known and not is_shorter:
            found.append(f"{one.property}, {one.column}: {length} steps, not {known}")
        found += [f"{one.property}, {one.column}: {parts[number]}" for number in needed if parts[number] not in kept]
    return found


def test_without_what_the_record_says_is_needed_nothing_breaks_the_promise() -> None:
    assert len(FINDINGS) >= 8
    assert sum(bool(told[3]) for _, told in FINDINGS) >= 4
    assert disagreeing(ENGINE) == []


@cache
def midway() -> list[tuple[Kept, list[str]]]:
    """A recorded run up to where a fault would lead to rest sooner, and to where rest is sooner than a VM given back; at night many."""
    some = [one for one in recorded() if (one.property, one.column) == ("no-vm-left-saved", "requester_vanishes")]
    some += [one for one in recorded() if len(one.run.shapes) == 1][::4] if AT_NIGHT else []
    return [(one, of_run(one)[:steps]) for one in some for steps in (6, 8)]


def unsafe(engine: Path) -> list[str]:
    """Ways to rest that the machines refuse, that do not end at rest, that take a fault, or that break what was not broken."""
    cases = midway()
    ways = asked("rest", *({"setup": begun(one), "run": run, "mending": False} for one, run in cases), engine=engine)
    found = [_wrong(one, run, answer["way"]) for (one, run), answer in zip(cases, ways, strict=True) if answer["way"]]
    return [one for one in found if one]


def _wrong(one: Kept, run: list[str], way: list[str]) -> str:
    column, subject = column_of(one.column), main_protocol()
    done = [
        play(subject, one.run.shapes, one.run.starts, column, [_wanted(name) for name in [*run, *more]])
        for more in ([], way)
    ]
    before, after = ({told.property.name for told in each.broken} for each in done)
    if done[1].refused:
        return f"{way} is refused at {done[1].refused[0].wanted.name}"
    if any(PROTOCOL.events[_wanted(name).event].fault for name in way):
        return f"{way} takes a fault"
    if not done[1].at_rest:
        return f"{way} ends before rest"
    return f"{way} breaks {sorted(after - before)}" if after - before else ""


def _wanted(name: str) -> Wanted:
    event, _, at = name.partition("@")
    return Wanted(event, tuple(int(one) - 1 for one in at.split(".") if one), "")


def test_ways_to_rest_are_safe() -> None:
    assert len(midway()) >= 2
    assert unsafe(ENGINE) == []


@pytest.mark.parametrize(
    ("right", "wrong", "notices"),
    [
        ("act.event.fault !== null || ", "", unsafe),
        ("!broken.has(promise) && promise.breaks(before, after, act)", "false", unsafe),
        ("faults: setup.faults.filter((one) => !faults.includes(one))", "faults: setup.faults", disagreeing),
        (
            'if (property.of === "states") return (_, after)',
            'if (property.of === "steps") return (_, after)',
            disagreeing,
        ),
    ],
)
def test_wrong_ways_are_noticed(tmp_path: Path, right: str, wrong: str, notices: Any) -> None:
    engine = tmp_path / "engine"
    shutil.copytree(ENGINE, engine)
    text = (engine / "ways.js").read_text("utf-8")
    assert text.count(right) == 1
    (engine / "ways.js").write_text(text.replace(right, wrong), "utf-8")
    assert notices(engine)


def test_a_search_that_is_bounded_says_so() -> None:
    one, run = midway()[0]
    (told,) = asked("rest", {"setup": begun(one), "run": run, "mending": False, "limit": 1})
    assert told == {"way": None, "full": True}


def test_saved_runs_open_in_the_page() -> None:
    some = recorded()[3]
    for one in (some, replace(some, run=replace(some.run, loop=2))):
        column, run = column_of(one.column), one.run
        texts = {"a.itf.json": as_itf(run, column), "a.jsonl": as_jsonl(run, column)}
        found = asked("file", *({"name": name, "text": text} for name, text in texts.items()))
        for name, answer in zip(texts, found, strict=True):
            assert (answer["run"], answer["steps"], answer["notes"]) == (of_run(one), len(run.steps), [])
            assert answer["faults"] == sorted(column.faults)
            assert answer["loop"] == (run.loop if name == "a.itf.json" and run.loop != len(run.steps) else None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "x is no JSON"),
        ('{"schema": "other"}', "x is no run of schema shadowproof-play/1, and no trace"),
        ('{"schema": "shadowproof-network/1"}', "x is no run of schema shadowproof-play/1, and no trace"),
        ('{"vars": ["x"], "states": [{"x": 1}]}', "The trace has no variable that is a machine of this protocol"),
        ('{"vars": [], "states": [null]}', "The trace has no variable that is a machine of this protocol"),
        ('{"schema": "shadowproof-trace/1", "vms": 3}', "x has not the shape of a run of schema shadowproof-trace/1."),
        (
            '{"schema": "shadowproof-trace/1"}\n{"event": 5',
            "x has not the shape of a run of schema shadowproof-trace/1.",
        ),
        ('{"schema": "shadowproof-play/1"}', "x has not the shape of a run of schema shadowproof-play/1."),
        *(
            (
                f'{{"schema": "{schema}", "version": "other", "vms": [{{}}], "events": []}}',
                "a run of version other of the",
            )
            for schema in ("shadowproof-play/1", "shadowproof-trace/1")
        ),
        ("# nothing\n", "x holds no event."),
    ],
)
def test_what_is_no_run_is_refused_in_words(text: str, said: str) -> None:
    (answer,) = asked("file", {"name": "x", "text": text})
    assert said in answer["refused"]


def test_what_a_trace_leaves_out_is_not_made_up() -> None:
    lines = [{"schema": "shadowproof-trace/1"}, {"event": "backup_initialized"}, {"event": "vm_saved"}]
    (answer,) = asked("file", {"name": "x", "text": "\n".join(map(json.dumps, lines))})
    assert answer["stopped"] == "The run stops after step 1: vm_saved@1 cannot happen there."
    assert "what nobody saw is not filled in here" in answer["notes"][0]
