"""Sessions that Hypothesis draws: what happens around an agent, in any order, at any call of it. A disagreement shrinks.

What a host may ask, each protocol's own sessions draw; what is here is what befalls any agent.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from conformance.agents.calls import Agent, Answer, Call, Over
from conformance.agents.lockstep import Disagreement, Disturbance, Lockstep
from conformance.agents.mounts import CATALOGUE
from model.notation import Network

STEPS = 10
"""Things that are tried in one session, at most, besides its start: not all of them can happen."""

AFTER = st.sampled_from((None, None, None, 1, 2, 3, 4, 5, 6, 8, 10, 13))
NUMBER = st.integers(0, 3)
SYSTEMS = st.lists(st.integers(0, len(CATALOGUE) - 1), min_size=1, max_size=4, unique=True)


Said = TypeVar("Said", bound=Callable[..., None])


def drawn(**arguments: SearchStrategy[Any]) -> Callable[[Said], Said]:
    """A thing that may happen in a session, with what is drawn for it. What is called `begins` happens first, and once."""

    def marked(said: Said) -> Said:
        said.drawn = arguments  # type: ignore[attr-defined]  # a mark on a method
        return said

    return marked


class Reused(ABC):
    """An agent that is not started anew for each session: between them it is led to where a new one would be, with nothing frozen that it
    knows of. That takes a twentieth of the time."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self.is_parked = False
        self.started = 0

    def start(self) -> None:
        if not self.is_parked:
            self.agent.start()
            self.started += 1
        self.is_parked = False

    def next(self) -> Call | Over:
        return self.agent.next()

    def answer(self, answer: Answer) -> None:
        self.agent.answer(answer)

    def kill(self, number: int) -> None:
        self.agent.kill(number)

    @abstractmethod
    def park(self) -> None:
        """Lead it there."""


@dataclass
class Tally:
    """What sessions came to."""

    sessions: int = 0
    different: set[int] = field(default_factory=set)
    """The sessions in which not the same happened, to the same systems, as in another: for each a number."""
    happened: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    rows: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    calls: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    """Promises that were broken, and by how many sessions."""
    heard: Callable[[Lockstep], None] = lambda pair: None
    """Hears of each session when it is over."""


class Drawn(ABC):
    """One session. A protocol's own adds what its host asks (each `drawn`); `draw` gives it an agent."""

    agent: ClassVar[Reused]
    tally: ClassVar[Tally]
    network: ClassVar[Network]
    faults: ClassVar[frozenset[str]]
    pair_of: ClassVar[Callable[..., Lockstep]]

    pair: Lockstep
    agrees: bool
    """Whether machine and agent did, when something happened last."""

    begins: ClassVar[Callable[..., None]]
    """How it begins."""

    def begin(self, systems: list[int], *, mortal: bool) -> None:
        """With these systems. mortal: the agent's process may be ended, which is seldom so, as another takes its time."""
        self.mortal = mortal
        self.pair = type(self).pair_of(
            self.agent, systems, network=self.network, faults=self.faults, watch=self._counted
        )
        self.happens("agent_starts")

    def _counted(self, call: Call, answer: Answer) -> None:
        self.tally.calls += 1

    def happens(self, name: str, number: int | None = None, after: int | None = None, error: int = 0) -> None:
        """Let something happen to the pair, if it can."""
        self.agrees = False
        if self.pair.happens(Disturbance(name, number, after, error)):
            self.tally.happened[name] += 1
        self.agrees = True

    def is_(self, machine: str, states: str | Container[str], *at: int) -> bool:
        """Whether a machine is in this state, or one of these."""
        found = self.pair.machines.state(machine, at)
        return found == states if isinstance(states, str) else found in states

    def ends(self) -> None:
        """Let the agent come to rest, count, and lead it to where it can be used again."""
        try:
            if self.agrees:
                self.pair.go()
        finally:
            self.tally.sessions += 1
            self.tally.different.add(hash((self.pair.systems, tuple(self.pair.happened))))
            self.tally.events.update(name for name, _ in self.pair.machines.acts)
            self.tally.rows.update(self.pair.machines.rows)
            self.tally.broken.update(self.pair.machines.broken.keys())
            self.tally.heard(self.pair)
            self.agent.park()


class DrawnGuest(Drawn):
    """One session of an agent that freezes file systems: some of the catalogue's."""

    @drawn(systems=SYSTEMS, mortal=st.sampled_from((False, False, False, False, True)))
    def begins(self, systems: list[int], mortal: bool) -> None:
        self.begin(systems, mortal=mortal)

    def happens(self, name: str, number: int | None = None, after: int | None = None, error: int = 0) -> None:
        """As it is; a number that no file system has is another's."""
        super().happens(name, None if number is None else number % len(self.pair.systems), after, error)

    @drawn(mounts=st.booleans(), covers=st.booleans(), number=NUMBER, after=AFTER)
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
        self.happens(name, number, after)


def draw(
    sessions: type[Drawn],
    agent: Reused,
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
        deadline=None,
        database=None,
        derandomize=seeded,
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    known = frozenset(sessions.network.faults) if faults is None else faults
    of_agent = type("Sessions", (sessions,), {"agent": agent, "tally": tally, "faults": known})
    things = [
        thing for name in dir(sessions) if hasattr(thing := getattr(sessions, name), "drawn") and name != "begins"
    ]
    thing = st.one_of(st.none(), *(st.tuples(st.just(one), st.fixed_dictionaries(one.drawn)) for one in things))

    @limits
    @given(st.fixed_dictionaries(sessions.begins.drawn), st.tuples(*[thing] * STEPS))  # type: ignore[attr-defined]  # the mark
    def session(start: dict[str, Any], steps: tuple[tuple[Callable[..., None], dict[str, Any]] | None, ...]) -> None:
        one = of_agent()
        try:
            one.begins(**start)
            for what, arguments in filter(None, steps):
                what(one, **arguments)
        finally:
            one.ends()

    try:
        session()
    except Disagreement as found:
        return found
    return None
