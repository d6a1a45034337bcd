"""`verify --watch`: each save is judged anew in a process of its own; what is broken for a while ends nothing; an interrupt ends all.

Most of it is tried with a stand-in for the command, which loads a rule and says what it is.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console

from shadowproof.outside.failure import CLOSED_PIPE
from shadowproof.verify.loop import watch
from shadowproof.verify.loop.watch import WatchError, different, look, refuse_streams, settled
from tests.helpers.copies import copied
from tests.helpers.nightly import nightly
from tests.shadowproof.test_stopping import HEARS, members, until

ROOT = Path(__file__).parents[4]

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
ENVIRONMENT["PYTHONPATH"] = str(ROOT)

STAND_IN = """
import sys, time
from pathlib import Path
from model.rule import RULE
assert sys.argv[-4::2] == ["--watcher", "--last"]
print("judged", RULE, *sys.argv[1:-4], Path(sys.argv[-1]).name, flush=True)
if RULE == "long":
    while True:
        time.sleep(1)
sys.exit({"good": 0, "poor": 1, "pipe": 141}[RULE])
"""

WATCH = (
    HEARS
    + """
from pathlib import Path
from rich.console import Console
from shadowproof.outside.stopping import told_to_end
from shadowproof.verify.loop.watch import watch
with told_to_end():
    watch(["verify", "--watch", "-p", "x"], Console(stderr=True, width=200), Path(sys.argv[1]))
"""
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("model", "properties", "shadowproof"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    (tmp_path / "shadowproof" / "__main__.py").write_text(STAND_IN, "utf-8")
    rule(tmp_path, "good")
    return tmp_path


def rule(root: Path, value: str) -> None:
    """Save the rule, as editors do: a new file in place of the old one."""
    part = root / "model" / "rule.part"
    part.write_text(f"RULE = {value!r}\n", "utf-8")
    part.replace(root / "model" / "rule.py")


class Watched:
    """A command that watches; both of its streams as one, read as they come."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def to(self, start: str) -> list[str]:
        """All lines up to the next one that begins so."""
        assert self.process.stdout is not None
        lines: list[str] = []
        while not (lines and lines[-1].startswith(start)):
            line = self.process.stdout.readline()
            assert line, lines
            lines.append(line.rstrip())
        return lines


@contextmanager
def watched(text: str, *arguments: str) -> Iterator[Watched]:
    process = subprocess.Popen(
        [sys.executable, "-c", text, *arguments], env=ENVIRONMENT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        yield Watched(process)
    finally:
        for left in members(process.pid):
            os.kill(left, signal.SIGKILL)
        process.communicate()


def test_each_save_is_judged_anew_and_what_is_broken_goes_by(root: Path) -> None:
    with watched(WATCH, str(root)) as run:
        assert run.to("Status")[:2] == [
            "judged good verify -p x --no-solvers last.json",
            "Status 0. Judges anew when a file in model or properties is saved; Ctrl-C ends.",
        ]
        rule(root, "poor")
        assert run.to("Status 1.")[:2] == ["Saved: model/rule.py", "judged poor verify -p x --no-solvers last.json"]
        (root / "model" / "rule.py").write_text("RULE = (\n", "utf-8")
        assert any("SyntaxError" in line for line in run.to("Status 1."))
        (root / "properties" / "more.py").touch()
        rule(root, "good")
        assert run.to("Status 0.")[0] == "Saved: model/rule.py, properties/more.py"
        run.process.send_signal(signal.SIGINT)
        assert run.process.wait() == 130
        assert not members(run.process.pid)


def test_two_saves_of_one_size_in_one_second_are_told_apart(root: Path) -> None:
    path = root / "model" / "rule.py"
    with watched(WATCH, str(root)) as run:
        run.to("Status 0.")
        at = path.stat()
        rule(root, "poor")
        os.utime(path, ns=(at.st_atime_ns, at.st_mtime_ns))
        assert "judged poor verify -p x --no-solvers last.json" in run.to("Status")


@pytest.mark.parametrize(("told", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_save_ends_what_is_judged_and_so_does_an_interrupt(root: Path, told: signal.Signals, status: int) -> None:
    rule(root, "long")
    with watched(WATCH, str(root)) as run:
        run.to("judged long")
        rule(root, "good")
        assert run.to("Status 0.")[0] == "Stopped, since there was saved: model/rule.py"
        assert len(members(run.process.pid)) == 1
        rule(root, "long")
        run.to("judged long")
        run.process.send_signal(told)
        assert run.process.wait() == status
        assert not members(run.process.pid)


def test_where_nobody_reads_on_it_ends(root: Path) -> None:
    rule(root, "pipe")
    with watched(WATCH, str(root)) as run:
        assert run.to("BrokenPipeError")
        assert run.process.wait() == 1


def test_what_is_looked_at(root: Path) -> None:
    folders = [root / "model", root / "properties"]
    before = settled(folders)
    assert {path.name for path in before} == {"__init__.py", "rule.py"}
    assert different(before, look(folders)) == []
    (root / "model" / ".#rule.py").symlink_to("nowhere")
    (root / "model" / ".rule.py").touch()
    (root / "model" / "notes.txt").touch()
    assert different(before, look(folders)) == []
    rule(root, "long")
    (root / "properties" / "__init__.py").unlink()
    (root / "properties" / "new.py").touch()
    assert different(before, look(folders)) == [
        root / "model" / "rule.py", root / "properties" / "__init__.py", root / "properties" / "new.py",
    ]  # fmt: skip


def test_a_stream_is_read_or_written_once_only() -> None:
    for files in ((Path("-"), None), (None, Path("-"))):
        with pytest.raises(WatchError, match="Name one"):
            refuse_streams(*files)
    refuse_streams(Path("out.json"), None)


# -- the command itself, on a copy of the project -------------------------------------------------------------------------

COMMAND = HEARS + "sys.path.insert(0, sys.argv.pop(1)); from shadowproof.cli import main; main()"
ASKED = ("verify", "--watch", "--no-fault", "-p", "given-back-as-before", "-p", "no-vm-left-saved")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return copied(tmp_path, "model", "properties", "proofs", "shadowproof")


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def test_a_broken_model_is_told_in_one_line_and_who_judges_ends_with_who_watches(copy: Path) -> None:
    power = copy / "model" / "actors" / "power.py"
    edited(power, "\npower = Actor(", "\npower = Actor((")
    with watched(COMMAND, str(copy), "verify", "--watch", "--no-cache") as run:
        told, status = run.to("Status")
        assert told.startswith("shadowproof: model/actors/power.py:")
        assert told.endswith("'(' was never closed. Mend that line.")
        assert status.startswith("Status 2.")
        edited(power, "\npower = Actor((", "\npower = Actor(")
        run.to("Saved: model/actors/power.py")
        until(lambda: len(members(run.process.pid)) > 1)
        run.process.kill()
        until(lambda: not members(run.process.pid))


@nightly
def test_what_a_save_makes_worse_and_better_is_told(copy: Path) -> None:
    power = copy / "model" / "actors" / "power.py"
    right = power.read_text("utf-8")
    with watched(COMMAND, str(copy), *ASKED, "--cache", str(copy / "kept")) as run:
        assert "Every verdict is as recorded." in run.to("Status 0.")
        edited(power, '"vm_given_back", P.SAVED, P.PAUSED', '"vm_given_back", P.SAVED, P.RUNNING')
        lines = run.to("Status 1.")
        assert "worse: given-back-as-before: holds → refuted under no fault, 16 steps" in lines
        assert lines.index("Worse than at the last run: 1 verdict on 1 promise") < lines.index(
            "Worse than recorded: 1 verdict on 1 promise"
        )
        power.write_text(power.read_text("utf-8") + "\n", "utf-8")
        lines = run.to("Status 1.")
        assert "still worse: given-back-as-before: holds → refuted under no fault, 16 steps" in lines
        assert "No verdict is another one than at the last run." in lines
        power.write_text(right, "utf-8")
        lines = run.to("Status 0.")
        assert "Better than at the last run: 1 verdict on 1 promise" in lines
        run.process.send_signal(signal.SIGINT)
        assert run.process.wait() == 130


@pytest.mark.parametrize(("more", "asked"), [([], True), (["--exact"], False), (["--no-solvers"], True)])
def test_solvers_are_left_out_but_where_all_is_to_be_exactly_so(
    root: Path, monkeypatch: pytest.MonkeyPatch, more: list[str], *, asked: bool
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], *_: object) -> int:
        commands.append(command)
        return CLOSED_PIPE

    monkeypatch.setattr(watch, "_run", run)
    with pytest.raises(BrokenPipeError):
        watch.watch(["verify", "--watch", *more], Console(), root)
    assert commands[0].count("--no-solvers") == asked
