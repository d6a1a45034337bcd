"""A real agent, if it is here and can be caged; else the test skips and says why. Where CI has fetched it, nothing skips."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import NoReturn

import pytest

from conformance.agents.cage.cage import Cage, CageError, Unsafe, why_not_here
from conformance.agents.cage.calls import Caged
from conformance.agents.held import Subject

NO_SKIP = "SHADOWPROOF_AGENTS_MUST_RUN"


def children(of: int) -> set[int]:
    """The processes that a process has started."""
    found = set()
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == of:
                found.add(int(folder.name))
        except OSError:
            continue
    return found


def cannot(reason: str) -> NoReturn:
    """Skips; fails where CI says that the agent must run."""
    if os.environ.get(NO_SKIP):
        pytest.fail(f"the agent must run here, and cannot: {reason}")
    pytest.skip(reason)


def needs_a_cage() -> None:
    """Skips where no program can be caged. A filter that does not hold is a failure everywhere."""
    if reason := why_not_here():
        cannot(reason)
    try:
        with Cage(["/bin/true"]) as cage:
            cage.check()
            cage.start()
            cage.text(0)
    except Unsafe:
        raise
    except CageError as reason:
        cannot(str(reason))


@contextmanager
def running(subject: Subject, patience: float = 20.0) -> Iterator[Caged]:
    """The agent of a protocol."""
    found = subject.program()
    if found is None:
        cannot(f"{subject.package} is not unpacked: fetch it as .ci/run does, or name the program in {subject.where}")
    needs_a_cage()
    with Caged(subject.started(found), patience, subject.libraries(found)) as caged:
        yield caged


def listening() -> int:
    """How many sockets of this process there are, of whatever kind."""
    found = 0
    for path in list(Path("/proc/self/fd").iterdir()):
        with suppress(OSError):
            found += str(path.readlink()).startswith("socket:")
    return found


@contextmanager
def nothing_left(folder: Path) -> Iterator[None]:
    """Afterwards no process is left, nothing listens, and what this machine has mounted can be written to."""
    before = children(os.getpid()), listening()
    yield
    assert (children(os.getpid()), listening()) == before
    for place in (folder, Path.cwd()):
        with TemporaryFile(dir=place) as file:
            file.write(b"not frozen")
            os.fsync(file.fileno())
