"""Promises as items of somebody's own suite: beside its tests, failing where `verify` fails, each where its promise stands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ASKED = ["--shadowproof-promise", "no-partial-backup", "--shadowproof-promise", "MET-4"]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "shadowproof.suite", "-p", "no:cacheprovider", "-v", *arguments, str(folder)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SHADOWPROOF_CACHE": str(folder / "kept"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_what_is_not_as_recorded_fails_and_what_holds_does_not(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text("def test_own():\n    assert True\n", "utf-8")
    done = run(tmp_path, *ASKED, "--shadowproof-column", "failure_ignored + volume_missing")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "test_own.py::test_own PASSED" in done.stdout
    assert "::child-snapshot-needs-a-running-vm PASSED" in done.stdout
    assert "shadowproof::failure_ignored + volume_missing::no-partial-backup FAILED" in done.stdout
    assert "   1 backup_initialized  (model/events/prepare_session.py:" in done.stdout
    assert "1 failed, " in done.stdout


def test_only_what_is_chosen_is_judged_and_mistakes_are_said(tmp_path: Path) -> None:
    done = run(tmp_path, "--collect-only", "-k", "partial", "--shadowproof-column", "each")
    assert done.returncode == 0
    assert "Promise no-partial-backup" in done.stdout
    assert "MET-4" not in done.stdout
    wrong = run(tmp_path, "--collect-only", "--shadowproof-column", "guest_hang")
    assert wrong.returncode == 4
    assert "Did you mean guest_hangs" in wrong.stdout + wrong.stderr


def test_several_processes_take_whole_columns(tmp_path: Path) -> None:
    """Judging is left out: it would be done once in each process that has an item of a column."""
    columns = ("no fault", "guest_hangs", "READ-1=NEVER + guest_hangs")
    (tmp_path / "conftest.py").write_text(
        "from shadowproof import suite\nsuite.Promise.runtest = lambda self: None\n", "utf-8"
    )
    asked = [word for column in columns for word in ("--shadowproof-column", column)]
    done = run(
        tmp_path, *ASKED, "--shadowproof-promise", "MET-1", *asked, "-p", "xdist", "-n", "2", "--dist", "loadgroup"
    )
    ran = re.findall(r"\[(gw\d)\] .*PASSED shadowproof::([^:]+)::([\w-]+)", done.stdout)
    promises = {promise for _, _, promise in ran}
    assert len(promises) > 2
    assert len(ran) == len(promises) * len(columns), done.stdout + done.stderr
    assert len({(worker, column) for worker, column, _ in ran}) == len(columns)
