"""Commands that are told to end, or killed: nobody who works for them is left behind, and nothing is half-written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from proofs.computer.processes import for_this_process
from tests.helpers.nightly import nightly

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="who is left behind is read off /proc")

ROOT = Path(__file__).parents[2]
HEARS = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests in the background had it ignored
"""
COMMAND = HEARS + "from shadowproof.cli import main; main()"
COMMANDS = {
    "verify": ["verify", "--no-cache"],
    "sweep": ["sweep", "--no-cache", "--jobs", "2"],
    "mutate": ["mutate", "--jobs", "2"],
    "prove": ["prove", "--no-cache"],
}
"""Each takes minutes, with several processes."""

AT_WORK = 100
"""Hundredths of a second that a process has worked by then: to load what it needs takes about seventy."""


def members(session: int) -> dict[int, int]:
    """The living processes of a session (the dead that nobody has buried not counted), and how long each has worked, in
    hundredths of a second."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, of, *more = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(of) == session and state not in "ZX":
            found[int(stat.parent.name)] = int(more[7]) + int(more[8])
    return found


def at_work(process: subprocess.Popen[str]) -> bool:
    """Whether two processes that were started have loaded what they need, and are at what they were given."""
    worked = members(process.pid)
    worked.pop(process.pid, 0)
    return process.poll() is not None or sum(hundredths > AT_WORK for hundredths in worked.values()) >= 2


def until(so: Callable[[], object]) -> None:
    """Waits; pytest-timeout ends what would never come."""
    while not so():
        time.sleep(0.02)


@contextmanager
def begun(text: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", text, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        for left in members(process.pid):
            os.kill(left, signal.SIGKILL)
        process.communicate()


TOLD = [pytest.param(name, signal.SIGTERM, marks=[] if name == "verify" else [nightly]) for name in COMMANDS]
TOLD.append(pytest.param("verify", signal.SIGINT, marks=nightly))


@pytest.mark.parametrize(("name", "told"), TOLD)
def test_told_to_end_a_command_ends_with_all_who_work_for_it(tmp_path: Path, name: str, told: signal.Signals) -> None:
    written = ["--smtlib", str(tmp_path / "smt")] if name == "prove" else ["--json", str(tmp_path / "out.json")]
    with begun(COMMAND, *COMMANDS[name], *written) as process:
        until(lambda: at_work(process))
        process.send_signal(told)
        out, errors = process.communicate()
        assert process.returncode == 128 + told, errors
        assert "Traceback" not in errors
        assert out == ""
        until(lambda: not members(process.pid))
    assert not list(tmp_path.glob("out.json*"))
    assert not list(tmp_path.glob(".out.json*"))
    assert not [path for path in tmp_path.rglob("*.part") if path.stat().st_size]


@nightly
@pytest.mark.parametrize("name", ["verify", "mutate"])
def test_who_works_for_a_command_that_is_killed_ends_as_well(name: str) -> None:
    with begun(COMMAND, *COMMANDS[name]) as process:
        until(lambda: at_work(process))
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        until(lambda: not members(process.pid))


FOR_ME = """
import sys, time
from pathlib import Path
import joblib
from proofs.computer.processes import for_this_process
def work(path):
    Path(path).touch()
    while True:
        time.sleep(0.01)
if __name__ == "__main__":
    joblib.Parallel(n_jobs=2)(joblib.delayed(for_this_process(work))(path) for path in sys.argv[1:])
"""


def test_whatever_is_worked_at(tmp_path: Path) -> None:
    """That commands work so is seen by day in `verify --watch`, where who watches is killed."""
    files = [tmp_path / "one", tmp_path / "two"]
    with begun(FOR_ME, *map(str, files)) as process:
        until(lambda: all(file.exists() for file in files) or process.poll() is not None)
        assert len(members(process.pid)) >= 3
        process.kill()
        process.communicate()
        until(lambda: not members(process.pid))


def test_what_is_done_here_goes_on_here() -> None:
    before = threading.active_count()
    assert for_this_process(divmod)(7, 2) == (3, 1)
    assert threading.active_count() == before


ENDS = """
import os, signal, sys
from shadowproof.outside.stopping import told_to_end
signal.signal(signal.SIGINT, signal.default_int_handler)
if sys.argv[2] == "ignored":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with told_to_end():
    try:
        os.kill(os.getpid(), int(sys.argv[1]))
        print("went on")
    except KeyboardInterrupt:
        print("interrupted")
    sys.exit(7)
"""


ENDINGS = [
    (signal.SIGTERM, "heard", 143, "interrupted"),
    (signal.SIGINT, "heard", 130, "interrupted"),
    (signal.SIGTERM, "ignored", 7, "went on"),
]


@pytest.mark.parametrize(("told", "usual", "status", "says"), ENDINGS)
def test_the_status_says_which_signal_it_was(told: signal.Signals, usual: str, status: int, says: str) -> None:
    with begun(ENDS, str(int(told)), usual) as process:
        out, _ = process.communicate()
        assert (process.returncode, out) == (status, f"{says}\n")
