"""The network as data: by its schema, whole, small, of the same protocol whatever is said of it; and `export --to json`."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from model.notation import build
from model.notation.changes import with_event
from model.protocol import PROTOCOL
from model.readings import READINGS
from model.who import WHO
from properties.catalogue import PROPERTIES, watched
from shadowproof.cli import app
from shadowproof.walk.document import digest, document, protocol_document, schema_text

MOST_BYTES, MOST_PACKED = 300_000, 60_000


def exported(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["export", *arguments])
    return done.exit_code, done.output if done.exception is None else str(done.exception)


@pytest.fixture(scope="module")
def written() -> str:
    status, text = exported("--to", "json")
    assert status == 0, text
    return text


@pytest.fixture(scope="module")
def data(written: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written)
    return found


def test_it_is_as_the_published_schema_says(data: dict[str, Any]) -> None:
    status, schema = exported("--schema")
    assert (status, schema) == (0, schema_text())
    jsonschema.validate(data, json.loads(schema))


@pytest.mark.parametrize(
    ("where", "wrong"), [("digest", "x"), ("terms", [{"in": "power"}]), ("machines", []), ("events", [{}]), ("more", 1)]
)
def test_the_schema_refuses(data: dict[str, Any], where: str, wrong: object) -> None:
    """Of the beginning of each list: the whole takes seconds to be looked at."""
    schema = json.loads(schema_text())
    short = {key: value[:3] if isinstance(value, list) else value for key, value in data.items()}
    jsonschema.validate(short, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**short, where: wrong}, schema)


def test_everything_is_in_it(data: dict[str, Any]) -> None:
    assert [one["name"] for one in data["machines"]] == list(watched().actors)
    assert [one["name"] for one in data["events"]] == list(PROTOCOL.events)
    assert [one["name"] for one in data["properties"]] == list(PROPERTIES)
    assert [one["name"] for one in data["readings"]] == [reading.actor.name for reading in READINGS]
    assert {one["name"]: one["who"] for one in data["events"]} == {name: who.name for name, who in WHO.items()}
    assert all(one["phase"] in data["phases"] for one in data["events"])
    for machine in data["machines"]:
        actor = watched().actors[machine["name"]]
        assert [state for state, _ in machine["states"]] == list(actor.states)
        for event in actor.events:
            rows = {state: row["to"] for row in machine["rows"][event] for state in row["from"]}
            for state in actor.states:
                assert [dest for dest, _ in rows.get(state, [])] == [rule.dest for rule in actor.rules(event, state)]


def test_a_term_stands_once_and_after_those_below_it(data: dict[str, Any]) -> None:
    terms = data["terms"]
    assert len({json.dumps(term) for term in terms}) == len(terms) >= 500
    for number, term in enumerate(terms):
        below = [
            *term.get("and", []),
            *term.get("or", []),
            *(term[key] for key in ("not", "after", "body") if key in term),
        ]
        assert all(one < number for one in below)


def test_it_is_small(written: str) -> None:
    assert 100_000 < len(written.encode()) <= MOST_BYTES
    assert len(gzip.compress(written.encode(), 9)) <= MOST_PACKED


def test_a_change_reads_as_a_change(written: str) -> None:
    """A line for each machine, event, promise and term."""
    assert max(map(len, written.splitlines())) <= 20_000
    assert sum(line.startswith('{"name":"vm_saved"') for line in written.splitlines()) == 1


def test_the_digest_is_over_what_decides_runs_and_no_sentence() -> None:
    said = [replace(event, says="Said otherwise.") for event in PROTOCOL.events.values()]
    reworded = build(PROTOCOL.actors.values(), said, PROTOCOL.faults.values(), PROTOCOL.at_start)
    assert digest(reworded) == digest(PROTOCOL) == protocol_document()["digest"]
    unfair = with_event(PROTOCOL, "vm_saved", fair=False)
    assert digest(unfair) != digest(PROTOCOL)
    assert document(unfair)["digest"] == digest(unfair)


def test_it_is_written_to_a_file_whole(tmp_path: Path, written: str) -> None:
    target = tmp_path / "network.json"
    assert exported("--to", "json", "-o", str(target)) == (0, "")
    assert target.read_text("utf-8") == written


@pytest.mark.parametrize(
    "more", [("--fault", "requester_vanishes"), ("-p", "MET-4"), ("--vms", "2"), ("--protocol", "small-backup")]
)
def test_other_choices_are_refused(more: tuple[str, ...]) -> None:
    status, said = exported("--to", "json", *more)
    assert status != 0
    assert "Leave everything but --output out." in said


def test_a_tool_must_be_named() -> None:
    status, said = exported()
    assert status != 0
    assert "say for which tool" in said
