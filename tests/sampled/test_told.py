"""A test that a random run fails says which run, and how to have it told: of our protocol, and of no other."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from model.protocol import PROTOCOL
from proofs.sample.promises import Broken
from proofs.sample.walk import Begin
from proofs.verdicts.columns import BASE
from shadowproof.cli import app
from shadowproof.tell.playing.start import vm_starts
from tests.sampled.told import told

ROOT = Path(__file__).parents[2]

FAILS = """
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from dataclasses import replace
from model.notation import happens
from proofs.sample.machine import machine_for
from proofs.sample.promises import Promises
from proofs.sample.settings import Setup
from proofs.sample.tally import Tally
from proofs.verdicts.columns import BASE
from properties.kinds import step
from tests.sampled.protocol import NETWORK
from tests.sampled.usual import USUAL

def test_it():
    wrong = step("No context.", ~happens("context_set"), shows="BAK-1", witness=happens("context_set"))
    promises = Promises([replace(wrong, name="no-context-is-set")])
    near = Setup(NETWORK, USUAL, members=1, parts=1, columns=(BASE,), aims=("context_set",))
    machine = machine_for("Told", near, lambda column: promises, Tally(NETWORK, steering=False))
    limits = settings(max_examples=20, stateful_step_count=6, deadline=None, derandomize=True, database=None)
    run_state_machine_as_test(machine, settings=settings(limits, phases=[Phase.generate]))
"""


def test_pytest_says_which_run_and_how_to_have_it_told(tmp_path: Path) -> None:
    for name in ("conftest.py", "test_it.py"):
        (tmp_path / name).write_text(
            FAILS if name == "test_it.py" else (ROOT / "tests" / "conftest.py").read_text("utf-8"), "utf-8"
        )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path / "test_it.py")],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "no-context-is-set is broken: by context_set" in done.stdout
    assert "the run that breaks it" in done.stdout
    assert "1  backup_initialized" in done.stdout
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("Tell it again: "))
    _, *typed = shlex.split(line.removeprefix("Tell it again: "))
    again = CliRunner().invoke(app, typed)
    assert again.exit_code == 0
    assert "Refused" not in again.stdout
    assert again.stdout.splitlines()[0] in done.stdout


def test_of_another_protocol_nothing_is_told() -> None:
    shapes, starts = vm_starts([], PROTOCOL)
    broken = Broken("a-promise", "by something")
    assert told(broken) == ""
    broken.run = Begin(BASE, shapes, starts), (("hill_climbed", (0,)),)
    assert told(broken) == ""
    broken.run = Begin(BASE, shapes, {("hill", ()): "HIGH"}), ()
    assert told(broken) == ""
    broken.run = Begin(BASE, shapes, starts | {("power", (0,)): "EATEN"}), ()
    assert told(broken) == ""
    broken.run = Begin(BASE, shapes, starts), (("backup_initialized", ()),)
    assert told(broken).endswith("Tell it again: shadowproof play backup_initialized")
