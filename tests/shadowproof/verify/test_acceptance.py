"""`shadowproof accept`: the record and the runs that refute are written together, of the same verdicts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from proofs.answers import exercising, record, runs
from proofs.answers.cache import use
from proofs.answers.column_cache import protocol_content
from proofs.answers.exercising import Exercise
from proofs.answers.record import Record
from proofs.answers.verdict import HOLDS, REFUTED, RunFound, Verdict
from proofs.verdicts import all_together
from proofs.views.proof import Proof
from proofs.world.scope import Scope
from proofs.world.world import Column
from shadowproof.ask import AskError
from shadowproof.outside.files import OutputError
from shadowproof.verify import acceptance
from shadowproof.verify.report import Verification

VANISHES = Column(frozenset({"requester_vanishes"}))
RUN = RunFound((), {}, (("backup_initialized", ()), ("requester_vanishes", ())))
BROKEN = Verdict("no-vm-left-saved", VANISHES.name, REFUTED, "a run was replayed", vms=2, states=9, run=RUN)
TEST = Exercise(VANISHES.name, ("no-partial-backup",), (1,), RUN)
Heard = Callable[[Column, list[Exercise]], None]
KEPT = Verdict("no-partial-backup", VANISHES.name, HOLDS, "closed for any number of VMs", "views", states=7, views=3)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the record and the runs go; what is judged is said, not searched."""
    (tmp_path / "proofs").mkdir()
    monkeypatch.setattr(record, "PATH", tmp_path / "proofs" / "record.json")
    monkeypatch.setattr(runs, "PATH", tmp_path / "proofs" / "runs.json")
    monkeypatch.setattr(exercising, "PATH", tmp_path / "proofs" / "exercising.json")
    monkeypatch.setattr(all_together, "PATH", tmp_path / "proofs" / "all_faults.json")
    monkeypatch.setattr(acceptance, "_all_faults", lambda: {"p": Proof("p", holds=True, exercised=True, views=3)})
    found = {VANISHES: [BROKEN, KEPT]}

    def judged(tasks: object, old: Record, *, exercised: Heard, **_: object) -> Verification:
        exercised(VANISHES, [TEST])
        return Verification(found, {VANISHES: Scope()}, {}, old, compared=True)

    monkeypatch.setattr(acceptance, "judge", judged)
    monkeypatch.setattr(acceptance, "open_cache", lambda *_: None)
    use(None)
    return tmp_path / "proofs"


def accepted(reason: str | None = "why", asking: Callable[[str], str] | None = None, *, show_only: bool = False) -> str:
    console = Console(file=StringIO(), width=200)
    acceptance.accept_now(reason, console, asking=asking, show_only=show_only)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_the_record_and_the_runs_are_written_of_the_same_verdicts(folder: Path) -> None:
    said = accepted()
    assert "2 verdicts recorded anew." in said
    assert (
        f"Not recorded: 2 verdicts on 2 promises\n  {BROKEN.property}: refuted under requester_vanishes, 2 steps"
        in said
    )
    assert "Kept: 1 refuting run in proofs/answers/runs.json." in said
    found, kept = record.load(record.PATH), runs.load(runs.PATH)
    cells = {name: columns[VANISHES.name] for name, columns in found.cells.items()}
    assert cells == {one.property: record.Cell.of(one) for one in (BROKEN, KEPT)}
    assert list(kept.kept) == [(BROKEN.property, BROKEN.column)]
    assert kept.kept[BROKEN.property, BROKEN.column].run == RUN
    assert kept.protocol == protocol_content()
    assert all_together.load(protocol_content(), all_together.PATH)["p"].views == 3
    assert [one["reason"] for one in found.reasons] == ["why"]
    assert exercising.load(exercising.PATH) == [TEST]


@pytest.mark.parametrize(("protocol", "anew"), [(None, True), ("another", True), (protocol_content(), False)])
def test_of_a_changed_protocol_runs_are_searched_for_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch, protocol: str | None, *, anew: bool
) -> None:
    """Those that are kept need not be the shortest any more, and what is recorded says how long the shortest is."""
    if protocol is not None:
        runs.PATH.write_text(runs.dump(runs.Runs(protocol, {})), "utf-8")
    asked = []

    def judged(tasks: object, old: Record, **how: object) -> Verification:
        asked.append(how["anew"])
        return Verification({}, {}, {}, old, compared=True)

    monkeypatch.setattr(acceptance, "judge", judged)
    accepted(show_only=True)
    assert asked == [anew]


def test_the_record_has_no_count_in_it(folder: Path) -> None:
    accepted()
    data = json.loads(record.PATH.read_text("utf-8"))
    assert data["cell"] == ["verdict", "assurance", "length"]
    assert data["cells"][BROKEN.property][VANISHES.name] == [REFUTED, "a run was replayed", 2]
    assert "Nothing had changed" in accepted("again")
    assert [one["reason"] for one in record.load(record.PATH).reasons] == ["why", "again"]


def test_a_record_of_another_shape_is_made_anew(folder: Path) -> None:
    record.PATH.write_text('{"schema": "shadowproof-record/2", "reasons": [], "cells": {}}', "utf-8")
    accepted()
    assert record.load(record.PATH).cells.keys() == {BROKEN.property, KEPT.property}


def test_the_reason_is_asked_for_when_the_difference_is_shown(folder: Path) -> None:
    asked = []

    def asking(question: str) -> str:
        assert not record.PATH.exists()
        asked.append(question)
        return " since \n"

    said = accepted(None, asking)
    assert [one.startswith("Why is that right?") for one in asked] == [True]
    assert "To be recorded: 2 not recorded; 1 refuting run." in said
    assert [one["reason"] for one in record.load(record.PATH).reasons] == ["since"]


def test_where_nobody_is_there_to_ask_it_is_refused_before_anything_is_judged(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acceptance, "judge", lambda *_, **__: pytest.fail("it was judged"))
    with pytest.raises(AskError, match="Write --reason"):
        accepted(None)


@pytest.mark.parametrize("answer", ["", "\n", "  \n"])
def test_who_gives_no_answer_writes_nothing(folder: Path, answer: str) -> None:
    with pytest.raises(AskError, match="Nothing is written"):
        accepted(None, lambda _: answer)
    assert list(folder.iterdir()) == []


def test_what_would_be_recorded_is_shown_in_kinds_and_in_words(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accepted()
    before = record.PATH.read_text("utf-8")
    longer = replace(BROKEN, run=replace(RUN, steps=(*RUN.steps, RUN.steps[0])))
    now = {VANISHES: [longer, replace(KEPT, assurance="proved for any number of VMs")]}

    def judged(tasks: object, old: Record, *, exercised: Heard, **_: object) -> Verification:
        exercised(VANISHES, [TEST])
        return Verification(now, {VANISHES: Scope()}, {}, old, compared=True)

    monkeypatch.setattr(acceptance, "judge", judged)
    said = accepted(None, show_only=True).splitlines()
    assert said == [
        "Same verdict, another assurance: 1 time closed for any number of VMs → proved for any number of VMs",
        "Same verdict and assurance, a run of another length: 1 time",
        "To be recorded: 2 different; 1 refuting run.",
        "Nothing is written.",
    ]
    assert record.PATH.read_text("utf-8") == before


def test_to_show_it_no_sets_are_closed_with_all_faults_together(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[object] = []

    def close(*asked: object) -> dict[str, Proof]:
        closed.append(asked)
        return {}

    monkeypatch.setattr(acceptance, "_all_faults", dict)
    monkeypatch.setattr(acceptance, "shown_anew", close)
    said = accepted(None, show_only=True)
    assert "Not recorded: 2 verdicts on 2 promises" in said
    assert "What holds with all faults together is not shown" in said
    assert not closed
    assert "is not shown" not in accepted()
    assert len(closed) == 1


def test_where_nothing_differs_nothing_is_asked(folder: Path) -> None:
    accepted()
    before = record.PATH.read_text("utf-8")
    said = accepted(None, lambda _: pytest.fail("it was asked"))
    assert said.splitlines() == ["Verdicts, assurances and runs are all as recorded.", "Nothing is written."]
    assert record.PATH.read_text("utf-8") == before


def test_where_only_runs_are_of_another_protocol_they_are_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule was changed, and no verdict by it."""
    accepted()
    monkeypatch.setattr(acceptance, "protocol_content", lambda: "another")
    assert "To be recorded: no other verdict; 1 refuting run." in accepted(None, lambda _: "it is said otherwise")
    assert runs.load(runs.PATH).protocol == "another"


def test_without_a_reason_nothing_is_written(folder: Path) -> None:
    with pytest.raises(AskError, match="reason"):
        accepted(" ")
    assert list(folder.iterdir()) == []


def test_where_the_runs_cannot_be_written_nothing_is_judged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs.PATH.mkdir()
    monkeypatch.setattr(acceptance, "judge", lambda *_, **__: pytest.fail("it was judged"))
    with pytest.raises(OutputError, match=r"runs\.json is a folder"):
        accepted()
    assert not record.PATH.exists()
