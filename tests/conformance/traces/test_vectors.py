"""The vectors, read by a reader that knows their schema and nothing of the model: it counts what they cover from the files alone."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conformance.traces.answers import Accepted
from conformance.traces.form import Reader, member_of, name_of
from conformance.traces.read import Lines
from conformance.traces.replayed import answered
from conformance.traces.vectors import write
from conformance.traces.vectors.cover import covered
from conformance.traces.vectors.goals import FINDING, FROM, MOVE, WITNESS, Candidate, Goal, moves
from conformance.traces.vectors.unreachable import UNREACHABLE, unreachable
from model.notation import Run, Shape
from model.protocol import PROTOCOL
from proofs.answers.column_cache import protocol_content
from proofs.answers.verdict import RunFound
from proofs.world.world import Column
from shadowproof.tell.traces import vectors
from tests.helpers.nightly import nightly


@cache
def made() -> write.Made:
    assert write.kept_recipes(protocol_content()) is not None, "the protocol has changed: shadowproof vectors --record"
    return vectors.made()


def read(vector: dict[str, Any]) -> tuple[set[tuple[str, ...]], int]:
    """A reader of its own: the moves that a vector takes, and its steps. What moves must move from where it was, and each event must
    have been possible."""
    now, may, found = dict(vector["start"]["states"]), vector["start"]["possible"], set[tuple[str, ...]]()
    for step in vector["steps"]:
        assert step["event"] in may
        for machine, state in step["states"].items():
            assert now[machine] != state
            found.add((machine.partition("@")[0], step["event"].partition("@")[0], now[machine], state))
        now |= step["states"]
        if step["returns"] is not None:
            assert now["returned"] == step["returns"]
        may = step["possible"]
    return found, len(vector["steps"])


def test_another_reader_finds_every_move_that_they_say_they_take() -> None:
    """Moves that lead where a machine is already are seen by nobody who looks at states alone."""
    seen: set[tuple[str, ...]] = set()
    for one in made().vectors:
        found, steps = read(json.loads(json.dumps(one.data)))
        assert steps <= 80, one.name
        seen |= found
    said = {
        (m, e, a, b)
        for one in made().vectors
        for text in one.data["shows"]["move"]
        for m, e, a, b in [_parts(text)]
        if a != b
    }
    assert seen == said | {one for one in seen if PROTOCOL.actors[one[0]].observer}
    assert len(seen) >= 500


def _parts(text: str) -> tuple[str, str, str, str]:
    machine, _, rest = text.partition(": ")
    event, _, rest = rest.partition(" from ")
    source, _, dest = rest.partition(" to ")
    return machine, event, source, dest


def test_they_fit_the_published_schema() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(vectors.schema_text()))
    for one in made().vectors[::8]:
        validator.validate(one.data)


def test_what_is_possible_is_what_the_machines_say() -> None:
    for one in made().vectors[::20]:
        head = Reader().header(
            {**{k: one.data[k] for k in ("vms", "faults", "readings")}, "schema": "shadowproof-trace/1"}, "f"
        )
        starts = {member_of(name, ""): state for name, state in one.data["start"]["states"].items()}
        now = Run(PROTOCOL, head.shapes, starts, head.faults or frozenset())
        for step in one.data["steps"]:
            now.fire(*member_of(step["event"], ""))
        assert [name_of(*act) for act in now.enabled()] == one.data["steps"][-1]["possible"]


def test_they_are_replayed_in_itf() -> None:
    for one in made().vectors[::12]:
        found = answered(Lines(one.name, BytesIO(one.itf.encode())))
        assert isinstance(found, Accepted)
        assert found.events == len(one.data["steps"])


def test_what_is_missing_is_named_with_the_reason() -> None:
    found = made()
    for kind, least in ((MOVE, 1.0), (FROM, 0.8), (WITNESS, 1.0), (FINDING, 1.0)):
        shown, of = found.count(kind)
        assert shown >= least * of > 0, kind
    assert all(found.missing.values())
    shown_ = set[Goal]().union(*(one.shows for one in found.vectors))
    assert found.wanted - shown_ == found.missing.keys()
    assert len([goal for goal in found.wanted if goal.kind in {MOVE, FROM}]) == len(set(moves()))


def test_of_the_moves_by_state_nearly_all_are_shown_or_known_to_be_unreachable() -> None:
    """Counted both ways: by row 100 %; by row and state what is shown, what closed views exclude, and what is left open, by name."""
    missing = {goal: why for goal, why in made().missing.items() if goal.kind == FROM}
    assert {goal.kind for goal in made().missing} == {FROM}
    left = {goal.name for goal, why in missing.items() if why != UNREACHABLE}
    assert left <= OPEN
    assert all(why in (UNREACHABLE, write.WHY) for why in missing.values())
    shown, of = made().count(FROM)
    assert shown + len(missing) == of
    assert shown >= 729


OPEN = {
    "port: cluster_fails_over from NEW to NONE",
    "port: network_updated from OLD to NEW",
}
"""Of network adapters: closed sets do not exclude these, and no search has shown them."""


def test_one_of_those_that_are_said_to_be_unreachable_is_so_by_closed_views() -> None:
    asked = Goal(FROM, "other_writer: restore_dropped from FAILED to STABLE")
    assert made().missing[asked] == UNREACHABLE
    assert unreachable({asked}) == {asked}


@nightly
@pytest.mark.timeout(3_000)
def test_what_a_vector_takes_is_not_excluded() -> None:
    """Of vectors in small circumstances, of which alone it is said."""
    small = [one for one in made().vectors if len(one.data["faults"]) + len(one.data["readings"]) <= 1]
    taken = {
        goal for one in small[::40] for goal in one.shows if goal.kind == FROM and not goal.name.startswith("port")
    }
    assert len(taken) > 50
    assert not unreachable(taken)


@nightly
@pytest.mark.timeout(3_000)
def test_all_that_is_said_to_be_unreachable_is_so() -> None:
    asked = {goal for goal, why in made().missing.items() if why == UNREACHABLE}
    assert len(asked) >= 100
    assert unreachable(asked) == asked


def test_none_of_them_is_needless() -> None:
    """But for what another shows each would be missed."""
    counts: dict[Goal, int] = {}
    for one in made().vectors:
        for goal in one.shows & made().wanted:
            counts[goal] = counts.get(goal, 0) + 1
    needless = [one.name for one in made().vectors if all(counts[goal] > 1 for goal in one.shows & made().wanted)]
    assert not needless


def test_the_same_protocol_gives_the_same_bytes(tmp_path: Path) -> None:
    few = write.Made(made().vectors[:3], made().wanted, made().missing)
    for folder in ("a", "b"):
        vectors.written(few, tmp_path / folder)
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(names) == 8
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in names)
    chosen, missing = write.kept_recipes(protocol_content()) or ([], {})
    assert write.recipes(chosen, missing, protocol_content()) == write.RECIPES.read_text("utf-8")


def test_recipes_of_another_protocol_are_none(tmp_path: Path) -> None:
    assert write.kept_recipes("0" * 64) is None
    (tmp_path / "x").write_text("[", "utf-8")
    assert write.kept_recipes(protocol_content(), tmp_path / "x") is None


@pytest.mark.parametrize(
    ("shows", "wanted"),
    [(["ab", "abc", "c"], [1]), (["ab", "bc", "cd"], [0, 2]), (["abc", "ad", "be", "cf"], [1, 2, 3])],
)
def test_few_runs_cover_and_needless_ones_are_dropped(shows: list[str], wanted: list[int]) -> None:
    run = RunFound((Shape({}),), {}, (("x", ()),))
    candidates = [Candidate(Column(), run) for _ in shows]
    goals = {k: frozenset(Goal(MOVE, letter) for letter in text) for k, text in enumerate(shows)}
    assert covered(candidates, goals) == wanted


def test_the_schemas_are_there() -> None:
    for name in ("trace-1", "replay-1", "vector-1"):
        jsonschema.Draft202012Validator.check_schema(
            json.loads(files("shadowproof").joinpath(f"schema/{name}.json").read_text("utf-8"))
        )
