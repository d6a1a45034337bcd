"""A real agent, if it is here and can be caged; else the test skips and says why. Where CI has fetched it, nothing skips."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import NoReturn

import pytest

from conformance.agents.cage import cage
from conformance.agents.cage.cage import Cage, CageError, Unsafe
from conformance.agents.calls import Agent
from conformance.agents.drawn import Tally
from conformance.agents.fsrvp.run import FSRVP
from conformance.agents.held import Subject, play, try_all
from conformance.agents.recorded import load
from conformance.agents.samba.instance import NoSamba
from conformance.agents.started import PATIENCE, started, why_not_here

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


NO_NAMESPACES = "SHADOWPROOF_NO_NAMESPACES"
"""Says that this machine makes none, so that what takes them may skip: CI has tried, and said so."""


def cannot(reason: str, excused: str = "") -> NoReturn:
    """Skips; fails where CI says that the agent must run, and does not excuse it."""
    if os.environ.get(NO_SKIP) and not (excused and os.environ.get(excused)):
        pytest.fail(f"the agent must run here, and cannot: {reason}")
    pytest.skip(reason)


def needs_a_cage() -> None:
    """Skips where no program can be caged. A filter that does not hold is a failure everywhere."""
    if reason := cage.why_not_here():
        cannot(reason)
    try:
        with Cage(["/bin/true"]) as tried:
            tried.check()
            tried.start()
            tried.text(0)
    except Unsafe:
        raise
    except CageError as reason:
        cannot(str(reason))


@contextmanager
def running(subject: Subject, patience: float = PATIENCE) -> Iterator[Agent]:
    """The agent of a protocol."""
    found, excused = subject.program(), NO_NAMESPACES if subject is FSRVP else ""
    if found is None:
        cannot(f"{subject.package} is not unpacked: fetch it as .ci/run does, or name the program in {subject.where}")
    if reason := why_not_here(subject):
        cannot(reason, excused)
    if subject is not FSRVP:
        needs_a_cage()
    try:
        agent = started(subject, found, patience)
    except NoSamba as reason:
        cannot(str(reason), excused)
    with agent as found_running:
        yield found_running


def played(subject: Subject, agent: Agent, tally: Tally) -> set[str]:
    """What is known of an agent, tried on it: every finding, and whatever happened in the sessions that were recorded, each of which takes
    a move that none before it took. The events that happened; the moves are counted. Raises Disagreement."""
    told = set[str]().union(*(one.events for one in try_all(subject, agent)))
    reused = subject.reused(agent)
    for session in load(subject.runs)[1]:
        pair, _ = play(subject, reused, session.name, session.systems, session.happened)
        told.update(name for name, _ in pair.machines.acts)
        tally.rows.update(pair.machines.rows)
    return told


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
