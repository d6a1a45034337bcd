"""An agent held against the machines: what was found with the one of Debian 12 is tried on it, then sessions are drawn."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from conformance.agents.calls import Agent, Over
from conformance.agents.hv_vss.findings import FINDINGS, Finding
from conformance.agents.hv_vss.network import NETWORK
from conformance.agents.hv_vss.pair import Disagreement, Disturbance, Pair
from conformance.agents.hv_vss.recorded import Recorded, Recording
from conformance.agents.hv_vss.sessions import Reused, Tally, sessions
from proofs.sample.board import rows_of

WHERE = "SHADOWPROOF_HV_VSS_DAEMON"
"""The variable of the environment that names the agent's program."""

MOVES = frozenset((row.machine, row.event, row.source, row.dest) for rows in rows_of(NETWORK) for row in rows)
"""Every move that a table of the machines has."""

USUAL = ("/usr/sbin/hv_vss_daemon", "/usr/lib/hyperv/hv_vss_daemon")
STEPS = 8
"""Things that happen in one session, at most, besides its start."""


def program(named: Path | None = None) -> Path | None:
    """The agent's program: the one that is named, the one of the environment, or where it is usually installed; None: nowhere."""
    places = [named] if named is not None else [Path(one) for one in (os.environ.get(WHERE), *USUAL) if one]
    return next((one for one in places if one.is_file()), None)


_CHANGES = "share/doc/hyperv-daemons/changelog.Debian.gz"
_VERSION = re.compile(r"^[\w.+-]+ \(([\w.+~:-]+)\)")


def about(path: Path) -> dict[str, str]:
    """What is recorded of a program: its hash, its package's version where that lies beside it (as Debian has it), and the id of its build
    where a tool to read it is there."""
    found = {"agent": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    with (
        suppress(OSError, EOFError, UnicodeDecodeError),
        gzip.open(path.absolute().parents[1] / _CHANGES, "rt") as file,
    ):
        if version := _VERSION.match(file.readline(200)):
            found["package"] = f"hyperv-daemons {version[1]}"
    try:
        said = subprocess.run(["readelf", "-n", str(path)], capture_output=True, text=True, check=False).stdout  # noqa: S603, S607 - no shell
    except OSError:
        return found
    ids = [line.split()[-1] for line in said.splitlines() if "Build ID" in line]
    return found | {"build": ids[0]} if ids else found


@dataclass(frozen=True)
class Tried:
    """A finding, tried on an agent: whether it is so with it, in how many steps of the machines (0: it is not), the session, and the
    events that happened in it."""

    finding: Finding
    seen: int
    session: Recorded
    events: frozenset[str]


class NoAgent(ValueError):
    """A program that is no agent of this channel: says what it did, and what to do."""


def check(agent: Agent) -> None:
    """Let it start, and see that it announces itself and waits. Raises NoAgent, and Disagreement where it does that wrongly."""
    reused = Reused(agent)
    pair = Pair(reused, (0,))
    pair.happens(Disturbance("agent_starts"))
    pair.go()
    if pair.machines.state("agent") == "GONE":
        status = pair.last.status if isinstance(pair.last, Over) else 0
        how = f"with status {status}" if status >= 0 else f"by signal {-status}"
        raise NoAgent(
            f"The program ends {how} before it waits for a request, so it is no agent of this channel. Name hv_vss_daemon."
        )


def play(agent: Reused, name: str, systems: tuple[int, ...], done: Sequence[Disturbance]) -> tuple[Pair, Recorded]:
    """Let an agent go through one session, and record it. Raises Disagreement where the agent does what the machines do not allow."""
    recording = Recording(agent)
    pair = Pair(recording, systems)
    for one in done:
        pair.happens(one)
    pair.go()
    session = recording.session(name, pair)
    if pair.machines.state("agent") != "GONE":
        agent.park()
    return pair, session


def tried(agent: Reused, finding: Finding) -> Tried:
    """Try a finding. Raises Disagreement, as `play` does."""
    pair, session = play(agent, finding.name, finding.systems, finding.done)
    events = frozenset(name for name, _ in pair.machines.acts)
    return Tried(finding, pair.machines.broken.get(finding.promise, 0), session, events)


def try_all(agent: Agent) -> list[Tried]:
    """Try every finding on an agent."""
    reused = Reused(agent)
    return [tried(reused, finding) for finding in FINDINGS]


def draw(
    agent: Agent,
    examples: int,
    tally: Tally,
    *,
    seeded: bool = True,
    shrink: bool = True,
    faults: frozenset[str] | None = None,
) -> Disagreement | None:
    """Draw so many sessions; the disagreement that is left after shrinking, if there is one. seeded: the same sessions each time.
    shrink: look for the least one. faults: what may go wrong (None: anything)."""
    limits = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        derandomize=seeded,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    try:
        run_state_machine_as_test(sessions(agent, tally, faults=faults), settings=limits)
    except Disagreement as found:
        return found
    return None


def record(agent: Agent, drawn: int) -> list[Recorded]:
    """Every finding, and so many sessions that are drawn, each as recorded. Raises Disagreement."""
    found = [one.session for one in try_all(agent)]
    scripts: list[tuple[tuple[int, ...], tuple[Disturbance, ...]]] = []
    tally = Tally(heard=lambda pair: scripts.append((pair.systems, tuple(pair.happened))))
    if (problem := draw(agent, drawn, tally)) is not None:
        raise problem
    reused = Reused(agent)
    return found + [play(reused, f"drawn {n}", *script)[1] for n, script in enumerate(scripts[:drawn], 1)]
