"""`verify --watch`: judge anew whenever a file of the model or of the properties is saved.

Each run is a process of its own, so that the model is loaded anew. Nothing here loads it: a file that is broken for a while ends
one run, with its sentence, and not the watching. Files are looked at, not announced: they are few, and it works on any file system.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

from rich.console import Console

from shadowproof.outside.failure import CLOSED_PIPE, ROOT, SPECIFIED
from shadowproof.outside.files import STDIO

EVERY = 0.25
"""Seconds between two looks at the files."""

PATIENCE = 10
"""Seconds in which a run has to end that is told to."""

Look = Mapping[Path, tuple[int, int, int]]
"""Of each file what changes when it is saved."""


class WatchError(ValueError):
    """What is asked cannot be watched; the message says what to write instead."""


def refuse_streams(*files: Path | None) -> None:
    """Raises WatchError if one of the files is stdin or stdout, which are there once only."""
    if STDIO in files:
        raise WatchError("--watch reads and writes anew at each save, so - is no file for it. Name one.")


def watch(arguments: Sequence[str], console: Console, root: Path = ROOT) -> NoReturn:
    """Judge at once and after each save, until interrupted. arguments: of the command, --watch among them. root: of the checkout
    whose files are watched. Raises BrokenPipeError if nobody reads on what is printed."""
    folders = [root / name for name in SPECIFIED]
    with TemporaryDirectory(prefix="shadowproof-") as kept:
        asked = [one for one in arguments if one not in {"--watch", "--no-solvers"}]
        mine = [
            *([] if "--exact" in asked else ["--no-solvers"]),
            "--watcher",
            str(os.getpid()),
            "--last",
            str(Path(kept) / "last.json"),
        ]
        command = [sys.executable, "-P", "-m", "shadowproof", *asked, *mine]
        now = settled(folders)
        while True:
            status = _run(command, root, lambda now=now: look(folders) != now)  # type: ignore[misc] # mypy infers no type for it
            if status == CLOSED_PIPE:
                raise BrokenPipeError
            if status is not None:
                _say(
                    console,
                    f"Status {status}. Judges anew when a file in {' or '.join(SPECIFIED)} is saved; Ctrl-C ends.",
                )
                while look(folders) == now:
                    time.sleep(EVERY)
            before, now = now, settled(folders)
            saved = different(before, now)
            _forget_compiled(saved)
            names = ", ".join(path.relative_to(root).as_posix() for path in saved) or "nothing after all"
            _say(console, f"{'Stopped, since there was saved' if status is None else 'Saved'}: {names}")


def look(folders: Iterable[Path]) -> Look:
    """All Python files there, now. Those that editors keep for themselves begin with a dot."""
    found = {}
    for folder in folders:
        for path in folder.rglob("[!.]*.py"):
            with suppress(OSError):  # it has just gone
                at = path.stat()
                found[path] = (at.st_mtime_ns, at.st_size, at.st_ino)
    return found


def settled(folders: Sequence[Path]) -> Look:
    """What two looks in turn agree on: an editor may write several files, or a new one in place of an old one."""
    before = look(folders)
    while True:
        time.sleep(EVERY)
        now = look(folders)
        if now == before:
            return now
        before = now


def different(before: Look, now: Look) -> list[Path]:
    """The files that were saved, are new or are gone."""
    return sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))


def _forget_compiled(paths: Iterable[Path]) -> None:
    """Python takes what it has compiled for a file's content if size and second are the same, which two saves may share."""
    for path in paths:
        with suppress(OSError):
            Path(cache_from_source(str(path))).unlink()


def _run(command: Sequence[str], root: Path, outdated: Callable[[], bool]) -> int | None:
    """The exit status of a run; None: it was ended, since it is outdated. In a group of its own: an interrupt of the terminal is
    heard here alone, and passed on once."""
    places = os.pathsep.join([str(root), *filter(None, [os.environ.get("PYTHONPATH")])])
    run = subprocess.Popen(  # noqa: S603 - this interpreter, this command
        command, stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": places}, process_group=0
    )
    try:
        while True:
            with suppress(subprocess.TimeoutExpired):
                return run.wait(EVERY)
            if outdated():
                return None
    finally:
        _end(run)


def _end(run: subprocess.Popen[bytes]) -> None:
    if run.poll() is None:
        run.terminate()
        try:
            run.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()


def _say(console: Console, text: str) -> None:
    console.print(text, style="dim", highlight=False, soft_wrap=True, markup=False)
