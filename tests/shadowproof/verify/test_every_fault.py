"""`verify --inventory FILE --every-fault`: the promises for the VMs of a host, in the column of each fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from proofs.answers.verdict import HOLDS, REFUTED, RunFound, Verdict
from proofs.verdicts.columns import BASE, fault_columns
from proofs.verdicts.suite import Task
from shadowproof.cli import app
from shadowproof.verify import verify
from shadowproof.verify.coverage import Covered
from shadowproof.verify.report import schema_text
from tests.helpers.vms import DYNAMIC, vhds, vm

BREAKS = "requester_vanishes"
NAMES = ("no-vm-left-saved", "writer-identity")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    """What is judged: one fault breaks one promise. Each judgement takes minutes by itself."""
    tasks: list[Task] = []

    def judged(task: Task, **_: Any) -> list[Verdict]:
        tasks.append(task)
        column, names, scope = task
        assert scope.shapes
        run = RunFound((scope.shapes[0],), {}, (("backup_initialized", ()),))
        broken = {NAMES[0]} if BREAKS in column.faults else set()
        return [
            Verdict(name, column.name, REFUTED, "said", run=run)
            if name in broken
            else Verdict(name, column.name, HOLDS, "said")
            for name in names
        ]

    monkeypatch.setattr(verify, "judge_in_shares", judged)
    monkeypatch.setattr(verify, "covered", lambda *_: pytest.fail("each kind alone is asked of one column"))
    return tasks


def test_every_fault_is_judged_for_the_vms_of_the_host(tmp_path: Path, asked: list[Task]) -> None:
    host, out = tmp_path / "host.json", tmp_path / "out.json"
    host.write_text(json.dumps([vm(Name="web"), vm(Name="db", **vhds(DYNAMIC))]), "utf-8")
    wanted = [part for name in NAMES for part in ("-p", name)]
    command = ["verify", "-i", str(host), "--every-fault", *wanted, "--no-cache"]
    failing = " ".join(CliRunner().invoke(app, [*command, "--failing"]).stdout.split())
    assert f"{NAMES[0]} under {BREAKS}: broken after 1 step" in failing
    assert "such as web" in failing
    assert "each kind alone" not in failing
    asked.clear()
    done = CliRunner().invoke(app, [*command, "--json", str(out)])
    assert done.exit_code == 1, done.output
    assert [column for column, _, _ in asked] == [BASE, *fault_columns()]
    assert {tuple(names) for _, names, _ in asked} == {NAMES}
    assert {len(scope.shapes or ()) for _, _, scope in asked} == {2}
    text = " ".join(done.stdout.split())
    assert "Host: 2 VMs of 2 kinds" in text
    assert f"{NAMES[0]}: holds without faults; broken in 1 of {len(fault_columns()) + 1} columns: {BREAKS}" in text
    assert f"{NAMES[1]}: holds without faults; broken in none" in text
    assert "each kind alone" not in text
    assert "Nothing is worse than recorded for VMs of every kind. The record leaves" in text
    assert len(json.loads(out.read_text("utf-8"))["verdicts"]) == 2 * (len(fault_columns()) + 1)


def test_what_a_host_breaks_and_vms_of_every_kind_keep_is_worse_than_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2026-12-01: it was not compared with the record, whatever was broken."""
    host, out = tmp_path / "host.json", tmp_path / "out.json"
    host.write_text(json.dumps([vm(Name="web")]), "utf-8")

    def judged(task: Task, **_: Any) -> list[Verdict]:
        column, names, scope = task
        run = RunFound((scope.shapes[0],), {}, (("backup_initialized", ()),))
        broken = Verdict("every-session-ends", column.name, REFUTED, "a run was replayed", run=run)
        return [broken if name == broken.property else Verdict(name, column.name, HOLDS, "said") for name in names]

    monkeypatch.setattr(verify, "judge_in_shares", judged)
    monkeypatch.setattr(verify, "covered", lambda found, *_: Covered(found, {}))
    command = ["verify", "-i", str(host), "-p", "every-session-ends", "-p", "no-vm-left-saved", "--no-cache"]
    done = CliRunner().invoke(app, [*command, "--json", str(out), "--junit", str(tmp_path / "out.xml")])
    assert done.exit_code == 1, done.output
    text = " ".join(done.stdout.split())
    assert (
        "Worse than recorded: 1 verdict on 1 promise every-session-ends: holds → refuted under no fault, 1 step" in text
    )
    assert "Worse than recorded for VMs of every kind: every-session-ends. Not shown" in text
    assert "worse: every-session-ends: holds → refuted" in done.stderr
    written = json.loads(out.read_text("utf-8"))
    jsonschema.validate(written, json.loads(schema_text()))
    assert written["compared_with_record"]
    assert [one["kind"] for one in written["changes"]] == ["worse"]
    assert "recorded is holds" in (tmp_path / "out.xml").read_text("utf-8")
