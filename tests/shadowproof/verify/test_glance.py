"""What runs of one VM break is told in seconds, before a commit; and nothing is said to hold by that."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from model.notation import Shape
from proofs.answers.record import Record, updated
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED, RunFound, Verdict
from proofs.verdicts.columns import BASE
from shadowproof.verify import glance
from shadowproof.verify.glance import told_of, worse_at_a_glance
from tests.helpers.command import shadowproof
from tests.helpers.copies import copied

NAME, OTHER, FACT = "no-vm-left-saved", "no-partial-backup", "writer-identity"
RUN = RunFound((Shape({}),), {}, (("it", ()), ("it", ())))


def verdict(name: str, said: str, *, by_run: bool = False) -> Verdict:
    found = Verdict(name, BASE.name, said, "nothing")
    return replace(found, run=RUN) if by_run else found


RECORD = updated(Record({}), [verdict(NAME, HOLDS), verdict(OTHER, REFUTED, by_run=True), verdict(FACT, HOLDS)], {})


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (verdict(NAME, REFUTED, by_run=True), True),
        (verdict(NAME, REFUTED), False),  # what only has to be possible may take another VM
        (verdict(NAME, UNDECIDED), False),
        (verdict(NAME, NOT_EXERCISED), False),
        (verdict(OTHER, REFUTED, by_run=True), False),
        (verdict(OTHER, HOLDS), False),
        (verdict(FACT, REFUTED), True),
        (verdict("every-session-ends", REFUTED, by_run=True), True),
    ],
)
def test_only_what_is_shown_to_be_worse_is_told(found: Verdict, told: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glance, "check", lambda *_: [found])
    assert worse_at_a_glance([found.property], RECORD) == [found] * told


def test_what_is_told() -> None:
    (line,) = told_of([verdict(NAME, REFUTED, by_run=True)], RECORD, "2 promises")
    assert line == f"worse: {NAME}: holds → refuted under no fault, 2 steps; shadowproof explain {NAME}"
    (line,) = told_of([], RECORD, "2 promises")
    assert "(2 promises)" in line
    assert "not shown" in line


def test_nothing_is_worse_in_the_protocol_as_it_is() -> None:
    done = shadowproof("verify", "--glance", "-p", "every-session-ends", "-p", NAME)
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (0, 1, "")
    done = shadowproof("verify", "--glance", "--quiet", "-p", FACT)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    "more",
    [
        ["--full"],
        ["--fault", "guest_hangs"],
        ["--vms", "3"],
        ["--junit", "it.xml"],
        ["--exact"],
        ["--anew"],
        ["--no-solvers"],
    ],
)
def test_it_is_asked_of_nothing_else(more: list[str]) -> None:
    done = shadowproof("verify", "--glance", *more)
    assert done.returncode == 2
    assert "Leave all out but -p and --quiet" in done.stderr


def test_a_rule_that_is_dropped_is_told(tmp_path: Path) -> None:
    """A paused VM is not saved any more: the writer waits for it for ever."""
    copied(tmp_path, "model", "properties", "proofs", "conformance", "shadowproof", "examples")
    power = tmp_path / "model" / "actors" / "power.py"
    text = power.read_text("utf-8")
    row = 'on("vm_saved", P.RUNNING | P.PAUSED, P.SAVED)'
    assert row in text
    power.write_text(text.replace(row, 'on("vm_saved", P.RUNNING, P.SAVED)'), "utf-8")
    command = [sys.executable, "-m", "shadowproof", "verify", "--glance", "--quiet", "-p", "every-session-ends"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    said = "worse: every-session-ends: holds → refuted under no fault, 7 steps; shadowproof explain every-session-ends"
    assert done.stdout == f"{said}\n"
