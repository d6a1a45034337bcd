"""Sessions that Hypothesis draws: what happens around an agent, in any order, at any call of it. A disagreement shrinks."""

from __future__ import annotations

import errno
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from conformance.agents import calls
from conformance.agents.calls import Agent, Answer, Call, Over
from conformance.agents.hv_vss import guest as played
from conformance.agents.hv_vss.guest import CATALOGUE
from conformance.agents.hv_vss.network import NETWORK
from conformance.agents.hv_vss.pair import MOST_CALLS, Disturbance, Pair
from model.notation import Network


class Reused:
    """An agent that is not started anew for each session: between them it is led to where it is about to open the device, with nothing
    frozen that it knows of. That takes a twentieth of the time."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._parked = False
        self.started = 0

    def start(self) -> None:
        if not self._parked:
            self._agent.start()
            self.started += 1
        self._parked = False

    def next(self) -> Call | Over:
        return self._agent.next()

    def answer(self, answer: Answer) -> None:
        self._agent.answer(answer)

    def kill(self, number: int) -> None:
        self._agent.kill(number)

    def park(self) -> None:
        """Lead it there: its line is lost, there is nothing in the mount table, and nothing is frozen."""
        for _ in range(MOST_CALLS):
            call = self._agent.next()
            if isinstance(call, Over):
                return
            if call.what == calls.OPEN and call.path == played.DEVICE:
                self._parked = True
                return
            self._agent.answer(
                _LOST.get(call.what, Answer(data=b"") if call.path in played.TABLES else Answer(errno.ENOENT))
            )


_LOST = {
    calls.WAIT: Answer(hung_up=True),
    calls.READ: Answer(errno.EBADF),
    calls.WRITE: Answer(errno.EBADF),
    calls.CLOSE: Answer(),
    calls.CONTROL: Answer(errno.EINVAL),
}


@dataclass
class Tally:
    """What sessions came to."""

    sessions: int = 0
    happened: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    rows: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    calls: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    """Promises that were broken, and by how many sessions."""
    heard: Callable[[Pair], None] = lambda pair: None
    """Hears of each session when it is over."""


_AFTER = st.sampled_from((None, None, None, 1, 2, 3, 4, 5, 6, 8, 10, 13))
_NUMBER = st.integers(0, 3)
_SYSTEMS = st.lists(st.integers(0, len(CATALOGUE) - 1), min_size=1, max_size=4, unique=True)
_ERRORS = {
    "open": (errno.EACCES, errno.EIO),
    "freeze": (errno.EIO, errno.EOPNOTSUPP, errno.EPERM, errno.EBUSY, errno.EINVAL),
    "thaw": (errno.EIO, errno.EPERM, errno.EINVAL, errno.EBUSY),
}
_REFUSALS = (*((what, error) for what, errors in _ERRORS.items() for error in errors), ("table", 0))


class Sessions(RuleBasedStateMachine):
    """One session. Made by `sessions`."""

    agent: ClassVar[Reused]
    tally: ClassVar[Tally]
    network: ClassVar[Network]
    faults: ClassVar[frozenset[str]]

    pair: Pair
    agrees: bool
    """Whether machine and agent did, when something happened last."""

    @initialize(systems=_SYSTEMS, mortal=st.sampled_from((False, False, False, False, True)))
    def begins(self, systems: list[int], mortal: bool) -> None:
        """mortal: the agent's process may be ended, which is seldom so, as another takes its time."""
        self.mortal = mortal
        self.pair = Pair(self.agent, systems, network=self.network, faults=self.faults, watch=self._counted)
        self._happens("agent_starts")

    def _counted(self, call: Call, answer: Answer) -> None:
        self.tally.calls += 1

    def _happens(self, name: str, number: int | None = None, after: int | None = None, error: int = 0) -> None:
        if number is not None and number >= len(self.pair.systems):
            number %= len(self.pair.systems)
        self.agrees = False
        if self.pair.happens(Disturbance(name, number, after, error)):
            self.tally.happened[name] += 1
        self.agrees = True

    def _is(self, machine: str, state: str) -> bool:
        return self.pair.machines.state(machine) == state

    @rule(what=st.sampled_from(("freeze", "thaw", "freeze", "thaw", "freeze", "probe")), after=_AFTER)
    def host_asks(self, what: str, after: int | None) -> None:
        self._happens(f"host_asks_{what}", after=after)

    @rule(after=st.integers(0, 13), asks=st.sampled_from((None, "host_asks_thaw", "host_asks_freeze")))
    def timer_fires(self, after: int, asks: str | None) -> None:
        """It fires, and the host, which was told that it failed, may ask for something else at once."""
        self._happens("timer_fires", after=after)
        if asks is not None:
            self._happens(asks, after=0)

    @rule(mounts=st.booleans(), covers=st.booleans(), number=_NUMBER, after=_AFTER)
    def others(self, mounts: bool, covers: bool, number: int, after: int | None) -> None:
        """Somebody else mounts, unmounts, freezes or thaws: whichever of two it can be now."""
        at = (number % len(self.pair.systems),)
        if mounts:
            away = "mount_covered" if covers else "mount_detached"
            name = {"THERE": away, "COVERED": "mount_uncovered"}.get(
                self.pair.machines.state("reach", at), "mount_made"
            )
        else:
            name = "somebody_freezes" if self.pair.machines.state("frozen", at) == "FREE" else "somebody_thaws"
        self._happens(name, number, after)

    @rule(what=st.sampled_from(_REFUSALS), number=_NUMBER)
    def refused(self, what: tuple[str, int], number: int) -> None:
        """The next call of this kind will be refused."""
        self._happens(f"refuse_{what[0]}", number, error=what[1])

    @rule(after=_AFTER, loaded_after=st.sampled_from((0, 0, 0, 1, 2, 3, 5, None)))
    def driver_reloaded(self, after: int | None, loaded_after: int | None) -> None:
        """Unloaded, and loaded again after so many calls of the agent, or not before something else happens."""
        self._happens("driver_unloaded", after=after)
        if loaded_after is not None:
            self._happens("driver_loaded", after=loaded_after)

    @rule(after=_AFTER, what=st.sampled_from(("guest_sleeps", "guest_sleeps", "driver_loaded", "agent_starts")))
    def disturbed(self, after: int | None, what: str) -> None:
        self._happens(what, after=after)

    @precondition(lambda self: self.mortal)
    @rule(after=_AFTER, number=st.sampled_from((signal.SIGTERM, signal.SIGKILL)))
    def agent_killed(self, after: int | None, number: int) -> None:
        self._happens("agent_killed", after=after, error=number)
        self._happens("agent_starts")

    def teardown(self) -> None:
        if not hasattr(self, "pair"):
            return
        try:
            if self.agrees:
                self.pair.go()
        finally:
            self.tally.sessions += 1
            self.tally.events.update(name for name, _ in self.pair.machines.acts)
            self.tally.rows.update(self.pair.machines.rows)
            self.tally.broken.update(self.pair.machines.broken.keys())
            self.tally.heard(self.pair)
            if not self._is("agent", "GONE"):
                self.agent.park()


def sessions(
    agent: Agent, tally: Tally, network: Network = NETWORK, faults: frozenset[str] | None = None
) -> type[RuleBasedStateMachine]:
    """The class of sessions with an agent. tally: what is counted. faults: what may go wrong (None: anything)."""
    known = frozenset(network.faults) if faults is None else faults
    members = {"agent": Reused(agent), "tally": tally, "network": network, "faults": known, "__module__": __name__}
    return type("Drawn", (Sessions,), members)
