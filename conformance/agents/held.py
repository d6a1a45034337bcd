"""An agent held against the machines of its protocol: what was found with one is tried on it, then sessions are drawn."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from conformance.agents import drawn, recorded
from conformance.agents.calls import Agent, Over
from conformance.agents.drawn import Drawn, Reused, Tally
from conformance.agents.findings import Finding
from conformance.agents.lockstep import Disagreement, Disturbance, Lockstep
from conformance.agents.mounts import CATALOGUE
from conformance.agents.recorded import Recorded, Recording
from model.notation import Network
from proofs.sample.board import rows_of


@dataclass(frozen=True)
class Subject:
    """A protocol, and the agent that its evidence is of. agent, package: what program and package are called; where: the variable of the
    environment that names the program; usual: where it is usually installed; arguments: what it is started with; not_shown: what none of
    it shows; waits: what an agent does when it rests; evidence: the folder of what was recorded."""

    agent: str
    package: str
    where: str
    usual: tuple[str, ...]
    arguments: tuple[str, ...]
    not_shown: str
    waits: str
    network: Network
    pair: Callable[..., Lockstep]
    sessions: type[Drawn]
    reused: Callable[[Agent], Reused]
    findings: tuple[Finding, ...]
    evidence: Path
    systems: tuple[str, ...] = tuple(one.paths[0] for one in CATALOGUE)
    """What sessions have some of, as it is called: file systems, or shares."""

    @cached_property
    def moves(self) -> frozenset[tuple[str, str, str, str]]:
        """Every move that a table of the machines has."""
        return frozenset(
            (row.machine, row.event, row.source, row.dest) for rows in rows_of(self.network) for row in rows
        )

    def started(self, path: Path) -> list[str]:
        """What a program of its is started with."""
        return [str(path.absolute()), *self.arguments]

    def libraries(self, path: Path) -> str:
        """Where libraries lie that were unpacked with a program."""
        return str(path.absolute().parents[1] / "lib/x86_64-linux-gnu")

    @property
    def runs(self) -> Path:
        """The runs that were recorded."""
        return self.evidence / "runs.jsonl"

    def program(self, named: Path | None = None) -> Path | None:
        """The agent's program: the one that is named, the one of the environment, or where it is usually installed; None: nowhere."""
        places = (
            [named] if named is not None else [Path(one) for one in (os.environ.get(self.where), *self.usual) if one]
        )
        return next((one for one in places if one.is_file()), None)

    def about(self, path: Path) -> dict[str, str]:
        """What is recorded of a program: its hash, its package's version where that lies beside it (as Debian has it), and the id of its
        build where a tool to read it is there."""
        found = {"agent": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for folder in path.absolute().parents[1:3]:
            changes = folder / "share/doc" / self.package / "changelog.Debian.gz"
            with suppress(OSError, EOFError, UnicodeDecodeError), gzip.open(changes, "rt") as file:
                if version := _VERSION.match(file.readline(200)):
                    found["package"] = f"{self.package} {version[1]}"
        try:
            said = subprocess.run(["readelf", "-n", str(path)], capture_output=True, text=True, check=False).stdout  # noqa: S603, S607 - no shell
        except OSError:
            return found
        ids = [line.split()[-1] for line in said.splitlines() if "Build ID" in line]
        return found | {"build": ids[0]} if ids else found


_VERSION = re.compile(r"^[\w.+-]+ \(([\w.+~:-]+)\)")


@dataclass(frozen=True)
class Tried:
    """A finding, tried on an agent: whether it is so with it, in how many steps of the machines (0: it is not), the session, and the
    events that happened in it."""

    finding: Finding
    seen: int
    session: Recorded
    events: frozenset[str]


class NoAgent(ValueError):
    """A program that is no agent of this protocol: says what it did, and what to do."""


def check(subject: Subject, agent: Agent) -> None:
    """Let it start, and see that it waits for a request. Raises NoAgent, and Disagreement where it does something else."""
    pair = subject.pair(subject.reused(agent), (0,))
    pair.happens(Disturbance("agent_starts"))
    try:
        pair.go()
    except Disagreement:
        if not isinstance(pair.last, Over):
            raise
    if isinstance(pair.last, Over):
        status = pair.last.status
        how = f"with status {status}" if status >= 0 else f"by signal {-status}"
        raise NoAgent(
            f"The program ends {how} before it waits for a request, so it is no agent of this channel. Name {subject.agent}."
        )


def play(
    subject: Subject, agent: Reused, name: str, systems: tuple[int, ...], done: Sequence[Disturbance]
) -> tuple[Lockstep, Recorded]:
    """Let an agent go through one session, and record it. Raises Disagreement where the agent does what the machines do not allow."""
    recording = Recording(agent)
    pair = subject.pair(recording, systems)
    recording.is_known = pair.is_known
    for one in done:
        pair.happens(one)
    pair.go()
    session = recording.session(name, pair)
    agent.park()
    return pair, session


def tried(subject: Subject, agent: Reused, finding: Finding) -> Tried:
    """Try a finding. Raises Disagreement, as `play` does."""
    pair, session = play(subject, agent, finding.name, finding.systems, finding.done)
    events = frozenset(name for name, _ in pair.machines.acts)
    return Tried(finding, pair.machines.broken.get(finding.promise, 0), session, events)


def try_all(subject: Subject, agent: Agent) -> list[Tried]:
    """Try every finding on an agent."""
    reused = subject.reused(agent)
    return [tried(subject, reused, finding) for finding in subject.findings]


def draw(
    subject: Subject,
    agent: Agent,
    examples: int,
    tally: Tally,
    *,
    seeded: bool = True,
    shrink: bool = True,
    faults: frozenset[str] | None = None,
) -> Disagreement | None:
    """Draw sessions with an agent, as `drawn.draw` does."""
    reused = subject.reused(agent)
    return drawn.draw(subject.sessions, reused, examples, tally, seeded=seeded, shrink=shrink, faults=faults)


DRAWN_FOR_ONE = 20
"""Sessions that are drawn for each that is recorded."""


def record(subject: Subject, agent: Agent, most: int) -> list[Recorded]:
    """Every finding, and so many drawn sessions at most, each of which takes a move that none before it took. Raises Disagreement."""
    found = [one.session for one in try_all(subject, agent)]
    scripts: list[tuple[tuple[int, ...], tuple[Disturbance, ...]]] = []
    taken: set[tuple[str, str, str, str]] = set()

    def hears(pair: Lockstep) -> None:
        if pair.machines.rows.keys() - taken:
            taken.update(pair.machines.rows)
            scripts.append((pair.systems, tuple(pair.happened)))

    if (problem := draw(subject, agent, most * DRAWN_FOR_ONE, Tally(heard=hears))) is not None:
        raise problem
    reused = subject.reused(agent)
    for number, script in enumerate(scripts, 1):
        session = play(subject, reused, f"drawn {number}", *script)[1]
        if len(found) < most + len(subject.findings) and _is_whole(subject, session):
            found.append(session)
    return found


def _is_whole(subject: Subject, session: Recorded) -> bool:
    """Whether a session can be replayed: what could not happen in it is not recorded, and may have let the agent go on."""
    try:
        replay(subject, session)
    except recorded.Differs:
        return False
    return True


def replay(subject: Subject, session: Recorded) -> Lockstep:
    """A recorded session, put to the guest and the machines again. Raises Disagreement and Differs, as `recorded.replay` does."""
    return recorded.replay(session, subject.pair)
