"""CONTRIBUTING.md, followed to the letter on a copy of the project: each change loads, and `verify` says what it does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.copies import copied
from tests.helpers.nightly import nightly
from tests.shadowproof.verify.test_changed import git

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def shown(section: str) -> str:
    """The piece of Python that a section of CONTRIBUTING.md shows."""
    _, _, rest = PAGE.partition(f"## {section}\n")
    (piece, *_) = re.findall(r"^```python\n(.*?)^```$", rest, re.MULTILINE | re.DOTALL)
    return str(piece)


class Copy:
    """A copy of the project under version control, and the command as it is there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        copied(root, "model", "properties", "proofs", "shadowproof")
        shutil.copy(ROOT / "pyproject.toml", root)
        for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"]):
            git(root, *arguments)

    def says(self, *arguments: str, status: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "shadowproof", *arguments],
            cwd=self.root, env={**os.environ, "PYTHONPATH": str(self.root)}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == status, done.stdout + done.stderr
        return " ".join((done.stdout or done.stderr).split())

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{file}: {old}"
        path.write_text(text.replace(old, new), "utf-8")

    def add(self, file: str, text: str) -> None:
        path = self.root / file
        path.write_text((path.read_text("utf-8") if path.exists() else "") + text, "utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def a_rule(copy: Copy) -> None:
    """The writer shall save paused VMs only: what must be true elsewhere, and from where to where."""
    copy.edit(
        "model/events/prepare_for_snapshot.py", "power.is_(Power.RUNNING | Power.PAUSED)", "power.is_(Power.PAUSED)"
    )
    copy.edit(
        "model/actors/power.py", 'on("vm_saved", P.RUNNING | P.PAUSED, P.SAVED)', 'on("vm_saved", P.PAUSED, P.SAVED)'
    )


def a_property(copy: Copy) -> None:
    copy.add(
        "properties/promises/giving_back.py",
        "\n\n" + shown("Add a property").replace("no_vm_left_saved", "nobody_left_saved"),
    )


def an_actor(copy: Copy) -> None:
    copy.add(
        "model/actors/tape.py",
        '''"""Where the requester keeps what it copied."""

from model.notation import Actor, States, on


class Tape(States):
    EMPTY = "nothing on it"
    WRITTEN = "a backup on it"


tape = Actor("tape", Tape, starts=Tape.EMPTY, says="Where the requester keeps what it copied.")
tape.table(on("files_copied", Tape.EMPTY | Tape.WRITTEN, Tape.WRITTEN))
''',
    )
    copy.edit("model/protocol.py", "    restore,\n", "    restore,\n    tape,\n")
    copy.edit("model/protocol.py", "cluster, due,\n)", "cluster, due, tape,\n)")


def a_fault(copy: Copy) -> None:
    """It strikes by itself; and the table of the tape says what it does."""
    an_actor(copy)
    copy.edit(
        "model/faults.py", "FAULTS = (\n", 'FAULTS = (\n    Fault("tape_lost", _REQUESTER, "The tape is lost."),\n'
    )
    before = '    *event(\n        "integration_service_stops",'
    lost = '    *event("tape_lost", by="BAK-1", says="The tape is lost.", fault="tape_lost"),\n'
    copy.edit("model/events/disturbances.py", before, lost + before)
    copy.edit("model/actors/tape.py", "Tape.WRITTEN))\n", 'Tape.WRITTEN), on("tape_lost", Tape.WRITTEN, Tape.EMPTY))\n')


def a_reading(copy: Copy) -> None:
    """Whether a VM that is off has been dealt with."""
    file = "model/readings.py"
    states = 'class OffVMs(States):\n    DONE = "yes"\n    NOT = "no"\n\n\n'
    copy.edit(file, "def _reading(\n", f"{states}def _reading(\n")
    copy.edit(file, "READINGS = (\n", f"{shown('Add a fault or a reading')}\nREADINGS = (\n")
    copy.edit(file, "READ_15, READ_16, READ_17,\n)", "READ_15, READ_16, READ_17, READ_18,\n)")
    file = "model/events/prepare_for_snapshot.py"
    copy.edit(
        file,
        "import READ_1, READ_9, AfterOneFails, GivenBack",
        "import READ_1, READ_9, READ_18, AfterOneFails, GivenBack, OffVMs",
    )
    copy.edit(
        file, "BY_SAVED_STATE & power.is_(Power.OFF | Power.SAVED),\n        by=\"BAK-3 CLU-2\"",
        "BY_SAVED_STATE & (power.is_(Power.SAVED) | power.is_(Power.OFF) & READ_18.actor.is_(OffVMs.DONE)),\n"
        "        by=\"BAK-3 CLU-2 READ-18\"",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "asked", "names"),
    [
        (a_rule, ("show", "vm_saved"), "vm_saved"),
        (a_property, ("list", "properties"), "nobody-left-saved"),
        (an_actor, ("list", "actors"), "tape"),
        (a_fault, ("list", "faults"), "tape_lost"),
        (a_reading, ("list", "readings"), "READ-18"),
    ],
)
def test_what_is_added_is_there(copy: Copy, change: Callable[[Copy], None], asked: tuple[str, ...], names: str) -> None:
    change(copy)
    assert names in copy.says(*asked)


def test_nonsense_is_refused_with_the_line(copy: Copy) -> None:
    row = 'on("vm_saved", P.RUNNING | P.PAUSED, P.SAVED)'
    copy.edit("model/actors/power.py", row, 'on("vm_eaten", P.PAUSED, P.SAVED)')
    (line,) = (
        n for n, text in enumerate((ROOT / "model/actors/power.py").read_text("utf-8").splitlines(), 1) if row in text
    )
    said = copy.says("list", "actors", status=2)
    assert f"model/actors/power.py:{line}" in said
    assert "vm_eaten" in said


@nightly
def test_a_changed_rule_is_named_with_what_became_worse_and_why(copy: Copy) -> None:
    a_rule(copy)
    said = copy.says("verify", "--no-fault", "-p", "every-session-ends", "-p", "auto-recovery-required", status=1)
    assert "Changed since HEAD: vm_saved changed in power (BAK-2 BAK-3 CLU-1 READ-4 READ-5" in said
    assert (
        "Worse than recorded: 1 verdict on 1 promise every-session-ends: holds → refuted under no fault, 7 steps"
        in said
    )
    told = copy.says("explain", "every-session-ends", status=1)
    assert "waits for ever" in told
    assert "vm_saved" in copy.says("mutate", "--since", "HEAD", "--list")


@nightly
def test_a_property_that_is_added_is_judged_and_is_no_recorded_question(copy: Copy) -> None:
    a_property(copy)
    said = copy.says("verify", "--no-fault", "-p", "nobody-left-saved", "-p", "no-vm-left-saved")
    assert "nobody-left-saved: holds" in said
    assert "1 of 2 verdicts are as recorded; the others are no recorded question." in said


@nightly
def test_an_actor_that_nobody_reads_changes_nothing(copy: Copy) -> None:
    an_actor(copy)
    assert "Every verdict is as recorded." in copy.says("verify", "--no-fault", "-p", "BAK-9")


@nightly
def test_a_fault_that_is_added_has_a_column_and_changes_no_other(copy: Copy) -> None:
    a_fault(copy)
    asked = ("-p", "no-partial-backup", "-p", "every-session-ends")
    assert "Assuming: tape_lost" in copy.says("verify", *asked, "--fault", "tape_lost")
    assert "Every verdict is as recorded." in copy.says("verify", *asked, "--fault", "guest_snapshot_fails")
    assert "tape_lost (fault)" in copy.says("simulate", "--seed", "1", "--vm", "power=PAUSED", "--fault", "tape_lost")


@nightly
def test_a_reading_that_is_added_changes_nothing_by_default(copy: Copy) -> None:
    a_reading(copy)
    asked = ("-p", "every-session-ends", "-p", "no-partial-backup")
    assert "every verdict is as recorded" in copy.says("verify", *asked, "--no-fault").lower()
    said = copy.says("verify", *asked, "--reading", "READ-18=NOT", status=1)
    assert "Assuming: READ-18=NOT every-session-ends: REFUTED" in said
