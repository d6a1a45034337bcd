"""Kept runs: written and read as they are, of one protocol only, and refused where they are damaged."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from model.notation import Run, happens
from proofs.answers import runs
from proofs.answers.record import RecordError
from proofs.answers.runs import NONE, Kept, Runs, dump, load, load_for, runs_of
from proofs.answers.verdict import HOLDS, REFUTED, UNDECIDED, RunFound, Verdict
from properties.kinds import possible
from tests.helpers.networks.tiny import HARBOUR, ONE_OAR, named

STARTS = {("gate", ()): "OPEN", ("place", (0,)): "IN", ("oars", (0, 0)): "ABOARD"}
SUNK = RunFound((ONE_OAR,), STARTS, (("boat_leaves", (0,)), ("storm", (0,))))
OTHER = named(sunk=possible(".", happens("storm"), shows="T-1"), out=possible(".", happens("storm"), shows="T-1"))


def verdict(name: str, column: str = "storm", verdict: str = REFUTED, run: RunFound | None = SUNK) -> Verdict:
    return Verdict(name, column, verdict, "a run was replayed", vms=2, run=run, reason="it is gone")


def kept(*found: Verdict) -> Runs:
    return runs_of(found, HARBOUR, "f" * 64, OTHER)


def test_what_is_refuted_by_a_run_is_kept_property_by_property() -> None:
    found = kept(
        verdict("sunk"), verdict("out"), verdict("sunk", "all faults"),
        verdict("out", "a", UNDECIDED, None), verdict("out", "b", REFUTED, None), verdict("out", "c", HOLDS),
    )  # fmt: skip
    assert list(found.kept) == [("sunk", "storm"), ("sunk", "all faults"), ("out", "storm")]
    assert found.of("sunk", "storm") == Kept("sunk", "storm", 2, "it is gone", RunFound((ONE_OAR,), {}, SUNK.steps))
    assert found.of("sunk", "calm") is None


def test_a_start_that_is_kept_in_short_is_the_same_start() -> None:
    one = kept(verdict("sunk")).of("sunk", "storm")
    assert one is not None
    faults = frozenset({"storm"})
    short, long = (Run(HARBOUR, run.shapes, run.starts, faults) for run in (one.run, SUNK))
    assert short.states() == long.states() == STARTS
    assert one.verdict().run == one.run
    assert (one.verdict().verdict, one.verdict().length, one.verdict().vms) == (REFUTED, 2, 2)


@pytest.mark.parametrize(("vms", "told"), [(1, True), (2, True), (3, False)])
def test_a_run_is_the_shortest_up_to_the_bound_it_was_looked_for(vms: int, told: bool) -> None:
    assert (kept(verdict("sunk")).up_to("sunk", "storm", vms) is not None) == told


def test_a_run_of_two_vms_is_none_of_one() -> None:
    two = RunFound((ONE_OAR, ONE_OAR), {}, SUNK.steps)
    found = kept(verdict("sunk", run=two))
    assert [found.up_to("sunk", "storm", vms) is not None for vms in (1, 2, 3)] == [False, True, False]


def written(folder: Path, *, made: Runs | None = None) -> Path:
    path = folder / "runs.json"
    endless = RunFound((ONE_OAR,), {("place", (0,)): "IN"}, (("boat_leaves", (0,)),), loop=1)
    path.write_text(dump(made or kept(verdict("sunk"), verdict("out", run=endless))), "utf-8")
    return path


def test_runs_survive_writing_and_reading_and_are_as_the_schema_says(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert dump(load(path)) == path.read_text("utf-8")
    found = load(path).of("out", "storm")
    assert found is not None
    assert found.run.loop == 1
    schema = json.loads(files("shadowproof").joinpath("schema/runs-1.json").read_text("utf-8"))
    jsonschema.validate(json.loads(path.read_text("utf-8")), schema)
    jsonschema.validate(json.loads(runs.PATH.read_text("utf-8")), schema)


def test_of_another_protocol_there_are_none(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert len(load_for("f" * 64, path).kept) == 2
    assert load_for("0" * 64, path) is NONE
    assert load_for("f" * 64, tmp_path / "nowhere.json") is NONE


def _damaged(key: str, value: object) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(dump(kept(verdict("sunk"))))
    return {**data, "runs": [{**data["runs"][0], key: value}]}


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"schema": "other"}', '{"schema": "shadowproof-runs/1", "runs": 3}',
     '{"schema": "shadowproof-runs/1", "runs": [{}]}', json.dumps(_damaged("vms", "two")), json.dumps(_damaged("run", {}))],
)  # fmt: skip
def test_damaged_runs_are_refused_with_a_remedy(tmp_path: Path, text: str) -> None:
    path = tmp_path / "runs.json"
    path.write_text(text, "utf-8")
    with pytest.raises(RecordError, match=r"runs\.json .*shadowproof accept"):
        load(path)


def test_missing_runs_are_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"runs\.json is missing.*shadowproof accept"):
        load(tmp_path / "runs.json")
