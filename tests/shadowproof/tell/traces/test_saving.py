"""Every run that is printed can be kept, in both forms, and is accepted when it is replayed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from shadowproof.cli import app

PLAYED = ("play", "--vm", "power=PAUSED", "backup_initialized", "context_set", "writer_metadata_gathered")
TOLD: dict[str, tuple[str, ...]] = {
    "explain": ("explain", "no-vm-left-saved", "--fault", "requester_vanishes"),
    "play": PLAYED,
    "simulate": ("simulate", "restore", "--seed", "3"),
    "diagnose": ("diagnose", "--see", "vss=MADE", "--see", "requester=COPIED"),
}


def run(*words: str, into: str | None = None) -> Any:
    return CliRunner().invoke(app, list(words), input=into)


@pytest.mark.parametrize("ending", [".itf.json", ".jsonl"])
@pytest.mark.parametrize("words", TOLD.values(), ids=TOLD)
def test_a_run_that_is_told_is_kept_and_accepted(words: tuple[str, ...], ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"run{ending}"
    told = run(*words, "--save", str(file))
    assert told.exit_code in (0, 1)
    assert told.stdout == run(*words).stdout
    done = run("replay", str(file))
    assert done.exit_code == 0
    assert "accepted" in done.stdout


def test_a_run_goes_through_a_pipe() -> None:
    kept = run(*PLAYED, "--save", "-")
    lines = [json.loads(line) for line in kept.stdout.splitlines()]
    assert [line.get("event") for line in lines[2:]] == list(PLAYED[3:])
    assert "play:" in kept.stderr
    assert run("replay", "-", into=kept.stdout).exit_code == 0


def test_where_several_runs_are_told_each_is_kept_under_a_number(tmp_path: Path) -> None:
    words = ("diagnose", "--see", "writer_state=FAILED_AT_THAW", "--stories")
    told = run(*words, "--save", str(tmp_path / "run.jsonl"))
    names = sorted(path.name for path in tmp_path.iterdir())
    stories = told.stdout.count("The shortest run to it with")
    assert len(names) == stories > 1
    assert {"run-1.jsonl", f"run-{stories}.jsonl"} <= set(names)
    done = run("replay", *(str(tmp_path / name) for name in names))
    assert done.stdout.count(": accepted: ") == stories
    assert f"{stories} runs are told, and stdout takes one" in str(run(*words, "--save", "-").exception)


def test_what_has_no_form_or_no_run_is_refused(tmp_path: Path) -> None:
    for words, said in (
        ((*PLAYED, "--save", str(tmp_path / "run.txt")), "Name a file that ends in"),
        (("explain", "no-vm-left-saved", "--save", str(tmp_path / "x.jsonl")), "there is no run"),
    ):
        refused = run(*words)
        assert said in str(refused.exception)
        assert not list(tmp_path.iterdir())


def test_a_trace_in_itf_has_what_readers_of_itf_ask_for(tmp_path: Path) -> None:
    """Each state has a value for each variable, and nothing but texts and lists: no mark that a reader may not know."""
    file = tmp_path / "run.itf.json"
    run(*PLAYED, "--save", str(file))
    data = json.loads(file.read_text("utf-8"))
    assert data["#meta"]["format"] == "ITF"
    assert all(set(state) == {"#meta", *data["vars"]} for state in data["states"])
    assert [state["#meta"]["index"] for state in data["states"]] == list(range(4))
    assert [state["event"] for state in data["states"]] == ["", *PLAYED[3:]]
    assert data["states"][0]["power"] == ["PAUSED"]
    assert data["states"][0]["port"] == [["NONE"]]
