"""What `shadowproof replay` and `vectors` say, as text and by their schemas, with the exit status."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from conformance.traces.vectors.write import kept_recipes
from proofs.answers.column_cache import protocol_content
from shadowproof.cli import app
from shadowproof.outside.failure import told
from shadowproof.tell.traces import vectors

HERE = Path(__file__).parents[3] / "conformance" / "traces"
HEAD = '{"schema": "shadowproof-trace/1", "faults": [], "vms": [{"start": {"power": "PAUSED", "integration": "RUNNING"}}]}\n'


def run(*words: str, into: str | None = None) -> Any:
    return CliRunner().invoke(app, list(words), input=into)


def test_a_rejected_trace_is_told_with_place_rule_and_what_was_possible() -> None:
    done = run("replay", str(HERE / "valid/BAK-8.jsonl"), str(HERE / "invalid/BAK-8.jsonl"))
    assert done.exit_code == 1
    for said in ("BAK-8.jsonl: accepted: 11 events", "REJECTED at line 12: freeze_returned, power@1 PAUSED", "nearest: power@1 is SAVED",
                 "forbidden by BAK-8: In Freeze and Thaw the writer does nothing.", "possible there: freeze_returned", "Not shown:",
                 "Bounds:"):  # fmt: skip
        assert said in " ".join(done.stdout.split()), said


def test_what_nobody_saw_is_told() -> None:
    done = run("replay", "-", into=HEAD + '{"event": "vm_saved@1"}\n')
    assert done.exit_code == 0
    assert "stdin: accepted: a run of 8 steps with 1 VM explains it (no fault)" in done.stdout
    assert "Nobody saw: steps 1-7." in done.stdout


def test_json_is_by_the_schema(tmp_path: Path) -> None:
    out = tmp_path / "a.json"
    late = tmp_path / "late.jsonl"
    late.write_text(
        HEAD + '{"time": 0, "event": "snapshot_set_begun"}\n{"time": 700, "event": "snapshot_set_made"}\n', "utf-8"
    )
    done = run(
        "replay",
        *(str(HERE / name) for name in ("valid/RST-6.jsonl", "invalid/RST-6.jsonl")),
        str(late),
        "--json",
        str(out),
    )
    assert done.exit_code == 1
    data = json.loads(out.read_text("utf-8"))
    schema = json.loads(files("shadowproof").joinpath("schema/replay-1.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(data)
    assert [one["answer"] for one in data["traces"]] == ["accepted", "rejected", "accepted"]
    assert data["traces"][2]["windows"][0]["window"] == "do-snapshot-set-600"
    assert "RST-6" in data["traces"][1]["by"]


def test_every_fixture_fits_the_published_schema() -> None:
    shown = run("replay", "--schema")
    validator = jsonschema.Draft202012Validator(json.loads(shown.stdout))
    paths = sorted(HERE.glob("*valid/*.jsonl"))
    assert len(paths) >= 80
    for path in paths[::6]:
        for line in path.read_text("utf-8").splitlines():
            validator.validate(json.loads(line))
    assert not validator.is_valid({"evnt": "x"})


@pytest.mark.parametrize(
    ("words", "into", "said"),
    [
        (("replay",), None, "Which trace?"),
        (("replay", "-"), "\x1b[2J", "begins no trace"),
        (("replay", "-", "--together", "9"), HEAD, "write a number from 0 to 3"),
        (("replay", "-", "-", "--save", "x.jsonl"), HEAD, "Name one trace"),
    ],
)
def test_bad_input_is_one_sentence_and_status_2(words: tuple[str, ...], into: str | None, said: str) -> None:
    done = run(*words, into=into)
    sentence, status = told(done.exception)
    assert said in sentence
    assert status == 2
    assert sentence.isprintable()


def test_a_folder_that_is_not_empty_is_refused_before_anything_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "made", lambda *_, **__: pytest.fail("vectors were made"))
    done = run("vectors", "--out", ".")
    sentence, status = told(done.exception)
    assert "not empty" in sentence
    assert status == 2


def test_vectors_say_what_they_cover(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three of them: all are looked at in tests/conformance/traces/test_vectors.py."""
    chosen, missing = kept_recipes(protocol_content()) or ([], {})
    monkeypatch.setattr(vectors, "kept_recipes", lambda _: (chosen[:3], missing))
    done = run("vectors", "--out", str(tmp_path / "v"))
    assert done.exit_code == 0
    index = json.loads((tmp_path / "v" / "index.json").read_text("utf-8"))
    names = {path.name for path in (tmp_path / "v").iterdir()}
    assert names == {
        "index.json",
        "vector.schema.json",
        *(one[key] for one in index["vectors"] for key in ("file", "itf")),
    }
    moves = index["coverage"]["moves"]
    assert f"moves: {moves['shown']} of {moves['of']}" in done.stdout
    assert "Not shown:" in done.stdout
    assert all(one["why"] for one in index["missing"])
