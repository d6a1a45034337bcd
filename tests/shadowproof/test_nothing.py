"""The command: a gate over nothing is an error, exit status 2, and never a pass."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from model.protocol import PROTOCOL
from proofs.answers.cache import use
from proofs.answers.record import SCHEMA, Record
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED, Verdict
from proofs.verdicts.columns import BASE
from proofs.world.scope import Scope
from proofs.world.world import Column
from shadowproof.cli import main
from shadowproof.commands import app
from shadowproof.host.kinds import scope_of
from shadowproof.pages.overviews import bare
from shadowproof.sweep import Asked, Swept
from shadowproof.verify.report import Verification

NEVER = "not-responding-is-said-by-vss"
"""A property whose witness takes a fault."""


@pytest.fixture(autouse=True)
def _no_cache_left_in_use() -> Iterator[None]:
    """Commands that end early leave their cache in use, in a process that goes on."""
    yield
    use(None)


def said(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, " ".join(done.output.split())


def refusal(arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setattr("sys.argv", ["shadowproof", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    return capsys.readouterr().err


class TestExitStatus2:
    @pytest.mark.parametrize(
        ("arguments", "hint"),
        [
            (["verify", "-p", ""], "no property"),
            (["verify", "--vms", "0", "-p", "MET-4"], "at least one VM"),
            (["explain", "MET-4", "--vms", "0"], "at least one VM"),
            (["count", "--vms", "0"], "at least one VM"),
            (["count", "-p", "writer-identity"], "nothing to count"),
            (["sweep", "--vms", "0"], "at least one VM"),
            (["sweep", "--limit", "0"], "at least one state"),
            (["sweep", "--jobs", "0"], "at least one process"),
            (["prove", "-p", "writer-identity"], "nothing to ask"),
            (["prove", "-p", "every-session-ends"], "nothing to ask"),
            (["prove", "-p", "MET-4", "--limit", "0"], "more than 0"),
            (["prove", "-p", "MET-4", "--limit", "inf"], "more than 0"),
            (["prove", "-p", "MET-4", "--limit", "nan"], "more than 0"),
            (["prove", "-p", "MET-4", "--solver", ""], "no solver"),
            (["why", "MET-4", "--limit", "0"], "more than 0"),
            (["export", "--to", "promela", "-p", "writer-identity"], "only statements about states and steps"),
        ],
        ids=lambda one: " ".join(one) if isinstance(one, list) else "",
    )
    def test_of_a_question_with_nothing_in_it(
        self, arguments: list[str], hint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert hint in refusal(arguments, monkeypatch, capsys)

    @pytest.mark.parametrize("text", ["[]", "{}", '{"VMs": []}', "[null]", ""])
    @pytest.mark.parametrize("command", [["verify"], ["method"]], ids="".join)
    def test_of_a_host_without_vms(
        self, command: list[str], text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        path = tmp_path / "host.json"
        path.write_text(text, "utf-8")
        told = refusal([*command, "--inventory", str(path)], monkeypatch, capsys)
        assert "holds no VM" in told or "is empty" in told

    def test_of_no_kinds_of_vms(self) -> None:
        with pytest.raises(ValueError, match="0 VMs: at least one"):
            scope_of([])

    def test_of_a_record_without_verdicts(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "record.json"
        path.write_text(json.dumps({"schema": SCHEMA, "reasons": [], "cells": {}}), "utf-8")
        monkeypatch.setattr("proofs.answers.record.load.__defaults__", (path,))
        for arguments in (["verify"], ["obligations"], ["assumptions"]):
            assert "holds no verdict" in refusal(arguments, monkeypatch, capsys)

    def test_of_a_proof_that_confirms_nothing(self) -> None:
        """2026-11-27: what fails in a column was "0 statements proved", with exit status 0."""
        status, text = said("prove", "-p", "no-vm-left-saved", "--fault", "requester_vanishes", "--no-cache")
        assert (status, "0 statements proved" in text) == (2, True)
        assert said("prove", "-p", "MET-4", "--solver", "z3", "--no-cache")[0] == 0

    def test_of_what_is_not_exercised(self) -> None:
        """2026-11-27: `why` told that such a promise holds for any number of VMs."""
        status, text = said("verify", "-p", NEVER, "--fault", "guest_hangs", "--no-cache")
        assert (status, "1 not exercised" in text, "0 holds" in text) == (2, True, True)
        assert said("explain", NEVER, "--fault", "guest_hangs")[0] == 2
        status, text = said("why", NEVER)
        assert (status, "cannot fire" in text, "holds for any" in text) == (3, True, False)


def verdict(said_: str, column: Column = BASE) -> Verdict:
    return Verdict("no-vm-left-saved", column.name, said_, "nothing")


def test_the_status_of_a_verification() -> None:
    def status(*found: str) -> int:
        return Verification({BASE: [verdict(one) for one in found]}, {BASE: Scope()}, {}, Record({}), False).status

    assert [status(), status(NOT_EXERCISED), status(NOT_EXERCISED, NOT_EXERCISED)] == [2, 2, 2]
    assert [status(HOLDS, NOT_EXERCISED), status(REFUTED, NOT_EXERCISED), status(UNDECIDED)] == [0, 1, 3]
    assert Verification({}, {}, {}, Record({}), compared=True).status == 2


def test_the_status_of_a_sweep() -> None:
    """2026-11-27: a sweep that put nothing to the test, or decided nothing, passed with --fail-on-new."""
    pair = Column(frozenset({"guest_hangs", "volume_missing"}))
    wanted = Asked(("faults",), (), ("no-vm-left-saved",), Scope())

    def status(found: str | None, alone: str = HOLDS, *, fail_on_new: bool = True) -> int:
        parts = [Column(frozenset({fault})) for fault in sorted(pair.faults)]
        swept = Swept(
            wanted, {pair: [verdict(found, pair)] if found else [], **{p: [verdict(alone, p)] for p in parts}}
        )
        swept.asked.__dict__["pairs"] = (pair,)
        return swept.status(fail_on_new=fail_on_new)

    assert [status(None), status(NOT_EXERCISED), status(NOT_EXERCISED, fail_on_new=False)] == [2, 2, 2]
    assert [status(HOLDS), status(REFUTED), status(REFUTED, REFUTED), status(UNDECIDED)] == [0, 1, 0, 3]
    assert [status(REFUTED, fail_on_new=False), status(UNDECIDED, fail_on_new=False)] == [0, 0]


def test_requirements_that_are_not_there_are_not_all_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not bare(PROTOCOL)
    monkeypatch.setattr("shadowproof.pages.overviews.REQUIREMENTS", ())
    with pytest.raises(ValueError, match="no requirements"):
        bare(PROTOCOL)
