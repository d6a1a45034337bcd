"""`explain --walk`, `diagnose --walk` and `requester --walk`: the page opens at the first run that is told, as `walk --run` opens what is
kept of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from conformance.traces.form import TraceError
from shadowproof.cli import app
from shadowproof.tell import requester
from shadowproof.walk.write import write_told

SEEN = ("diagnose", "--see", "vss=MADE", "--see", "requester=COPIED")
ENDS = '"start":"'
RUN = {
    "schema": "shadowproof-trace/1", "complete": True, "faults": [], "vms": [{"start": {"power": "PAUSED"}}],
    "events": ["backup_initialized", "context_set"],
}  # fmt: skip


def run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


def start(text: str) -> str:
    """The link that a page begins with."""
    return str(json.JSONDecoder().raw_decode(text, text.index(ENDS) + len(ENDS) - 1)[0])


def test_the_page_of_a_diagnosis_is_that_of_the_run_that_is_kept(tmp_path: Path) -> None:
    page, kept, walked = (tmp_path / name for name in ("page.html", "run.jsonl", "walked.html"))
    told = run(*SEEN, "--walk", str(page), "--save", str(kept))
    assert told.exit_code == 0
    said = f"Written: {page}. Open it in a browser; it begins with the first run that is told: "
    assert told.stdout == run(*SEEN).stdout + said + told.stdout.partition(said)[2]
    assert run("walk", "--run", str(kept), "-o", str(walked)).exit_code == 0
    assert page.read_bytes() == walked.read_bytes()
    assert start(page.read_text("utf-8")).partition("run=")[2].startswith("backup_initialized")


def test_a_counterexample_that_is_told_opens_in_the_page(tmp_path: Path) -> None:
    page, asked = tmp_path / "page.html", ("explain", "no-vm-left-saved", "--fault", "requester_vanishes")
    told = run(*asked, "--walk", str(page))
    said = f"Written: {page}. Open it in a browser; it begins with the first run that is told"
    assert (told.exit_code, told.stdout) == (1, f"{run(*asked).stdout}{said}\n")
    assert start(page.read_text("utf-8")).endswith(
        "vm_saved@1,prepare_for_snapshot_succeeded,shutdown_after_vanishing,backup_shutdown_returned"
    )
    assert "fault=requester_vanishes" in start(page.read_text("utf-8"))
    none = run("explain", "no-vm-left-saved", "--walk", str(tmp_path / "none.html"))
    assert "there is no run to be walked. Leave it out." in str(none.exception)
    assert not (tmp_path / "none.html").exists()


def test_a_page_on_stdout_stands_alone_there(tmp_path: Path) -> None:
    told = run(*SEEN, "--walk", "-")
    assert told.stdout.startswith("<!doctype html>")
    assert "Written: -" in told.stderr
    both = run(*SEEN, "--walk", "-", "--json", "-")
    assert "is asked to hold two things" in str(both.exception)


def test_the_page_of_a_requester_opens_at_the_first_promise_that_it_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = next(one for one in json.loads(requester.RECORDED.read_text("utf-8")) if one["leaves_out"])
    broken, *others = judged["leaves_out"]
    told = {**judged, "leaves_out": [{**broken, "run": RUN}, *({**one, "run": {}} for one in others)]}
    monkeypatch.setattr(requester, "answer", lambda *_: told)
    page = tmp_path / "page.html"
    done = run("requester", "vshadow", "--walk", str(page))
    assert f"with the first run that is told: {broken['fault']} breaks {broken['promise']}" in done.stdout
    assert start(page.read_text("utf-8")).endswith("run=backup_initialized,context_set")
    assert "start=power@1:PAUSED" in start(page.read_text("utf-8"))


def test_where_no_run_is_told_nothing_is_written(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    with pytest.raises(TraceError, match=r"there is no run to be walked\. Leave it out"):
        write_told(page, [])
    given = run(*SEEN, "--walk", str(tmp_path))
    assert "is a folder" in str(given.exception)
    assert not list(tmp_path.iterdir())
