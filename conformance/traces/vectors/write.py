"""Vectors as data: each run with the states, the returns and the possible events that are expected; and the file that keeps which runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from conformance.traces.form import SCHEMA as TRACE
from conformance.traces.form import USUAL, Key, name_of
from conformance.traces.replayed import steps_of
from conformance.traces.saved import header, itf_of, of_data
from conformance.traces.table import Steps
from conformance.traces.vectors.goals import (
    FINDING,
    FROM,
    WITNESS,
    Candidate,
    Goal,
    Shown,
    moves,
    recorded,
    witnesses,
)
from model.actors.writer import returned
from model.notation import Run
from model.notation.run import Shape
from model.protocol import PROTOCOL, VERSION
from proofs.answers.runs import Kept
from proofs.answers.verdict import RunFound
from proofs.sample.settings import defaults
from proofs.world.world import Column

RECIPES = Path(__file__).parent / "recipes.json"
SCHEMA, RECIPES_SCHEMA, INDEX_SCHEMA = "shadowproof-vector/1", "shadowproof-recipes/1", "shadowproof-vectors/1"

KINDS = {"move": FROM, "witness": WITNESS, "finding": FINDING}
"""What a vector says that it shows."""

NOT_SHOWN = (
    "A product that passes them behaves as the model in these runs: in others nothing is shown.",
    "With one VM, and two where a finding takes two; a VM has one disk and one network adapter where nothing else is said.",
    "The model is untimed, and of a document: what products do besides stands in no vector.",
)

WHY = "open: no run of one VM in no, one, or some pairs of faults or another reading shows it, and no closed set excludes it"
"""Why something is missing that is not known to be unreachable."""


@dataclass(frozen=True)
class Vector:
    """A run as it is written: a name for its files, what it shows, its data, and the same in ITF."""

    name: str
    shows: frozenset[Goal]
    data: Mapping[str, Any]
    itf: str


@dataclass(frozen=True)
class Made:
    """All vectors, with what there was to show; missing: what none of them shows, and why."""

    vectors: tuple[Vector, ...]
    wanted: frozenset[Goal]
    missing: Mapping[Goal, str]

    def count(self, kind: str) -> tuple[int, int]:
        """How many of a kind are shown, of how many that can be."""
        wanted = {goal for goal in self.wanted if goal.kind == kind}
        shown = set[Goal]().union(*(one.shows for one in self.vectors)) & wanted
        return len(shown), len(wanted)


def everything(kept: Sequence[Kept]) -> frozenset[Goal]:
    """All that there is to show."""
    findings = {goal for one in recorded(kept) for goal in one.findings}
    return frozenset({*moves(), *witnesses().values(), *findings})


def shapes_key(shapes: Iterable[Shape]) -> tuple[tuple[tuple[str, int], ...], ...]:
    return tuple(tuple(sorted(shape.parts.items())) for shape in shapes)


def shows(one: Candidate) -> frozenset[Goal]:
    """What a candidate shows."""
    return frozenset(_shown(shapes_key(one.run.shapes)).of(one.run) | set(one.findings))


@lru_cache(maxsize=4)
def _shown(shapes: tuple[tuple[tuple[str, int], ...], ...]) -> Shown:
    """What steps show, asked of many runs."""
    return Shown(steps_of(shapes))


def vector(number: int, one: Candidate) -> Vector:
    """The vector of a run. Raises NotEnabled if the machines refuse it."""
    last, at = one.run.steps[-1]
    name = f"{number:03}-{name_of(last, at).replace('@', '-').replace('.', '-').replace('_', '-')}"
    found = shows(one)
    head, expected = header(one.run, one.column, name), _expected(one.run, one.column)
    lines = [
        {"states": expected["start"]["states"]},
        *({"event": s["event"], "states": s["states"]} for s in expected["steps"]),
    ]
    data = {
        "schema": SCHEMA,
        "version": VERSION.name,
        "name": name,
        "shows": {kind: sorted(goal.name for goal in found if goal.kind == of) for kind, of in KINDS.items()},
        "vms": head["vms"],
        "faults": head["faults"],
        "readings": head["readings"],
        **expected,
    }
    return Vector(name, found, data, itf_of(one.run, head, lines))


def _expected(run: RunFound, column: Column) -> dict[str, Any]:
    """The states as the machines have them, and what they say is possible, which the tables tell quicker."""
    starts = dict(run.starts) | {(name, ()): value for name, value in column.readings}
    now, steps = Run(PROTOCOL, run.shapes, starts, column.faults), steps_of(shapes_key(run.shapes))
    states, told = now.states(), []
    first = {
        "states": {name_of(*key): state for key, state in states.items()},
        "possible": _possible(steps, states, column),
    }
    for event, at in run.steps:
        now.fire(event, at)
        after = now.states()
        handler = after[returned.name, ()] if event in returned.events else "NOTHING"
        told.append(
            {
                "event": name_of(event, at),
                "returns": None if handler == "NOTHING" else handler,
                "states": {name_of(*key): state for key, state in after.items() if state != states[key]},
                "possible": _possible(steps, after, column),
            }
        )
        states = after
    return {"start": first, "steps": told}


def _possible(steps: Steps, states: Mapping[Key, str], column: Column) -> list[str]:
    numbers = steps.possible(tuple(states[key] for key in steps.keys))
    return [name_of(*steps.board.acts[k]) for k in numbers if steps.fault[k] is None or steps.fault[k] in column.faults]


# -- which runs ------------------------------------------------------------------------------------------------------------


def recipes(chosen: Sequence[Candidate], missing: Mapping[Goal, str], protocol: str) -> str:
    """The runs that were chosen, as text."""
    lines = [json.dumps(_recipe(one)) for one in chosen]
    told = [json.dumps([goal.kind, goal.name, why]) for goal, why in sorted(missing.items())]
    joined = {"runs": ",\n".join(lines), "missing": ",\n".join(told)}
    head = f'"schema": {json.dumps(RECIPES_SCHEMA)},\n"protocol": {json.dumps(protocol)},\n'
    return "{\n" + head + f'"runs": [\n{joined["runs"]}\n],\n"missing": [\n{joined["missing"]}\n]\n}}\n'


def _recipe(one: Candidate) -> dict[str, Any]:
    """A run as it is kept: of its start what is not as usual."""
    head = header(one.run, one.column)
    usual = defaults(PROTOCOL, one.run.shapes)
    vms = []
    for number, vm in enumerate(head["vms"]):
        keys = {text: (number, *(int(part) - 1 for part in text.split("#")[1:])) for text in vm["start"]}
        odd = {text: state for text, state in vm["start"].items() if usual[text.partition("#")[0], keys[text]] != state}
        vms.append({**({} if vm["parts"] == USUAL else {"parts": dict(sorted(vm["parts"].items()))}), "start": odd})
    return {
        "faults": head["faults"],
        "readings": head["readings"],
        "vms": vms,
        "events": " ".join(name_of(*step) for step in one.run.steps),
        "findings": [goal.name for goal in one.findings],
    }


def kept_recipes(protocol: str, path: Path = RECIPES) -> tuple[list[Candidate], dict[Goal, str]] | None:
    """The runs that are kept, and what they miss; None: they are of another protocol, or cannot be read."""
    try:
        data = json.loads(path.read_text("utf-8"))
        if data["schema"] != RECIPES_SCHEMA or data["protocol"] != protocol:
            return None
        missing = {Goal(kind, name): why for kind, name, why in data["missing"]}
        return [candidate(one) for one in data["runs"]], missing
    except (OSError, ValueError, KeyError, TypeError):
        return None


def candidate(data: Mapping[str, Any]) -> Candidate:
    """A run of a recipe. Raises TraceError."""
    head = {key: data[key] for key in ("vms", "faults", "readings")}
    run, column = of_data({"schema": TRACE, **head, "complete": True, "events": data["events"].split()}, RECIPES.name)
    return Candidate(column, run, tuple(Goal(FINDING, name) for name in data["findings"]))
