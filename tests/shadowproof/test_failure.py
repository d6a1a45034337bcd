"""How a command ends whose tool itself fails: status 4 in one sentence, never a verdict's status, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shadowproof.outside.failure import ROOT, TRACEBACK, told
from tests.helpers.command import shadowproof

FULL = Path("/dev/full")

FAILS = """
import shadowproof.pages.listing as listing
def broken(what):
    {what}
listing.listing = broken
"""


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("{}['x']", "KeyError: 'x'"),
        ("raise MemoryError", "not enough memory"),
        ("assert False, 'two engines'", "AssertionError: two engines"),
        ("raise OSError(28, 'No space left on device', 'here')", "here: No space left on device"),
        ("import json; json.loads('{')", "JSONDecodeError"),
        ("recur = lambda: recur(); recur()", "RecursionError"),
    ],
)
def test_a_fault_of_the_tool_is_status_4_and_one_sentence(what: str, says: str) -> None:
    done = shadowproof("list", "properties", before=FAILS.format(what=what))
    assert done.returncode == 4, done.stderr
    assert done.stderr.startswith("shadowproof: the tool itself failed: ")
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


def test_a_traceback_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TRACEBACK, "1")
    assert "Traceback" in shadowproof("list", "properties", before=FAILS.format(what="{}['x']")).stderr


KILLED = """
import os, signal, joblib
from shadowproof import cli
from proofs.verdicts import suite
def one(number):
    os.kill(os.getpid(), signal.SIGKILL)
def judged(tasks, *, progress, **more):
    (column, names, scope), *_ = tasks
    progress(column, [], 0.5)
    joblib.Parallel(n_jobs=2)(joblib.delayed(one)(number) for number in range(4))
if __name__ == "__main__":
    suite.judge_columns = judged
    cli.main()
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX systems")
def test_a_killed_worker_is_status_4_and_says_what_was_judged(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, "verify", "-p", "MET-4", "--no-cache", "--json", str(tmp_path / "out.json")],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    assert done.returncode == 4, done.stderr
    assert "a process that worked for it was killed" in done.stderr
    assert "what was judged before that, if anything, is kept, where there is a cache." in done.stderr
    assert "Failed: 1 of " in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not FULL.exists(), reason="there is no device that is always full")
@pytest.mark.parametrize("arguments", [("requirements",), ("list", "events"), ("--help",), ("verify", "--schema")])
def test_a_full_stdout_is_status_4(arguments: tuple[str, ...]) -> None:
    with FULL.open("wb") as full:
        done = shadowproof(*arguments, stdout=full)
    assert done.returncode == 4
    assert done.stderr.count("\n") == 1
    assert "No space left on device" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="a shell closes it so on POSIX systems")
@pytest.mark.parametrize("arguments", ["list events", "requirements", "--help", "list events --version linux-online"])
def test_a_closed_stdout_is_status_4(arguments: str) -> None:
    """2026-12-01: it printed nothing, and its status was 0."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -m shadowproof {arguments} >&-', sys.executable],  # noqa: S607 - sh is wherever this system has it
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (4, ""), done.stderr
    assert done.stderr.endswith(
        "shadowproof: the tool itself failed: standard output is closed, and there is something to write. "
        "Leave it open, or send it to a file.\n"
    )
    said = ["sh", "-c", f'exec "$0" -m shadowproof {arguments} >&- 2>&-', sys.executable]
    assert subprocess.run(said, cwd=ROOT, check=False).returncode == 4


@pytest.mark.skipif(os.name != "posix", reason="a shell closes it so on POSIX systems")
def test_a_closed_stdout_is_no_matter_where_nothing_is_written(tmp_path: Path) -> None:
    out = tmp_path / "all.json"
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -m shadowproof export --to json -o "{out}" >&-', sys.executable],  # noqa: S607 - likewise
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert (done.returncode, out.exists()) == (0, True), done.stderr


@pytest.mark.skipif(os.name != "posix", reason="pipes close so on POSIX systems")
@pytest.mark.parametrize("arguments", [("requirements",), ("list", "events"), ("--help",)])
def test_a_closed_pipe_ends_as_in_a_shell_and_silently(arguments: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        done = shadowproof(*arguments, stdout=closed)
    assert (done.returncode, done.stderr) == (141, "")


def test_what_is_ours_is_bad_input_and_what_is_not_is_no_message_of_ours() -> None:
    assert told(ValueError("Name a file."))[1] == 2
    with pytest.raises(ValueError, match="invalid literal") as caught:  # in a room that is no room of the project
        int("x".join("12"))
    assert told(caught.value)[1] == 4


@pytest.mark.parametrize("text", ["on(", "undefined_name", "'x' + 1"])
def test_a_slip_in_a_rule_is_bad_input_with_its_line(text: str, tmp_path: Path) -> None:
    """A user writes there; Python refuses it, and the line is what helps."""
    for room in ("model", "properties", "proofs", "conformance", "shadowproof"):
        (tmp_path / room).symlink_to(ROOT / room)
    (tmp_path / "model").unlink()
    subprocess.run(["cp", "-r", str(ROOT / "model"), str(tmp_path / "model")], check=True)  # noqa: S607 - cp is wherever this system has it
    faults = tmp_path / "model" / "faults.py"
    lines = faults.read_text("utf-8").count("\n")
    faults.write_text(faults.read_text("utf-8") + f"{text}\n", "utf-8")
    (tmp_path / "shadowproof").unlink()
    subprocess.run(["cp", "-r", str(ROOT / "shadowproof"), str(tmp_path / "shadowproof")], check=True)  # noqa: S607 - likewise
    done = subprocess.run(
        [sys.executable, "-m", "shadowproof", "list", "faults"], cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)}, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith(f"shadowproof: model/faults.py:{lines + 1}: ")
    assert len(done.stderr.strip().splitlines()) == 1


HABITS = {"--version": "shadowproof", "-h": "verify"}


@pytest.mark.parametrize("option", HABITS)
def test_habits(option: str) -> None:
    done = shadowproof(option)
    assert (done.returncode, HABITS[option] in done.stdout) == (0, True)
    assert not done.stderr
