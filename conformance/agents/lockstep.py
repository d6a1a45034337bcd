"""Machine and agent in lockstep: each call of an agent is answered by what is played to it, and is a step that machines must allow.

What happens around them happens to both. After each step they are compared. What a call means, and when an agent rests, each protocol
says for itself (`Lockstep`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from conformance.agents import calls
from conformance.agents.calls import Agent, Answer, Call, Over
from model.notation import Network, Run, Shape
from model.notation.run import Index
from proofs.sample.board import board_of
from proofs.sample.promises import Promises

Act = tuple[str, Index]

MOST_CALLS = 2_000
"""Calls of one operation, beyond which an agent is taken to go on for ever."""

_TELLING = frozenset(
    {calls.CONTROL, calls.READ, calls.WRITE, calls.OPEN, calls.CLOSE, calls.REMOVE, calls.SPAWN, calls.REAP}
)
"""Calls that are counted, where something is to happen after so many."""


@dataclass(frozen=True)
class Disturbance:
    """Something that happens around the agent, once it has made so many telling calls (None: once it rests)."""

    name: str
    number: int | None = None
    after: int | None = None
    error: int = 0


@dataclass
class Disagreement(Exception):
    """Machine and agent do not agree: with which systems (of files, or shares), after what, and about what."""

    systems: tuple[int, ...]
    happened: tuple[Disturbance, ...]
    last: Call | Over | None
    said: str
    acts: tuple[Act, ...] = ()

    def __str__(self) -> str:
        return self.said


class Machines:
    """The network's machines, with members of these shapes: quick, by tables; whatever they refuse is said by the machines
    themselves. broken: promises that the run breaks, each with the number of steps after which it does so first."""

    def __init__(
        self,
        network: Network,
        judges: Promises,
        starts: Mapping[tuple[str, Index], str],
        shapes: Sequence[Shape],
        faults: frozenset[str],
    ) -> None:
        self.network, self.starts, self.faults, self._judges = network, dict(starts), faults, judges
        self.shapes = list(shapes)
        self.board = board_of(network, self.shapes)
        self._place = self.board.places.place
        self.states = [starts.get(key, network.actors[key[0]].starts[0]) for key in self.board.places.keys]
        self.acts: list[Act] = []
        self.broken: dict[str, int] = {}
        self.rows: Counter[tuple[str, str, str, str]] = Counter()

    def state(self, machine: str, at: Index = ()) -> str:
        return self.states[self._place[machine, at]]

    def can(self, act: Act) -> bool:
        number = self.board.number.get(act)
        if number is None:
            return False
        return self.may(act) and self.board.tests[number](self.states, self.states)

    def may(self, act: Act) -> bool:
        """Whether it is none of the faults that are left out."""
        fault = self.network.events[act[0]].fault
        return fault is None or fault in self.faults

    def fire(self, act: Act) -> None:
        number, before = self.board.number[act], tuple(self.states)
        moved = [(part, dest) for part in self.board.parts[number] if (dest := part.dest(self.states)) is not None]
        for part, dest in moved:
            self.rows[part.actor.name, act[0], self.states[part.place], dest] += 1
        for part, dest in moved:
            self.states[part.place] = dest
        self.acts.append(act)
        for promise, holds in self._judges.tests(self.board, number):
            if promise.name not in self.broken and not holds(before, self.states):
                self.broken[promise.name] = len(self.acts)

    def executed(self) -> Run:
        """The run so far, executed by the machines of `transitions`. Raises AssertionError where they are not where the tables are."""
        run = Run(self.network, self.shapes, self.starts, self.faults)
        for act in self.acts:
            run.fire(*act)
        if [run.state(*key) for key in self.board.places.keys] != self.states:
            raise AssertionError("the machines are not where their tables are")
        return run

    def why_not(self, acts: Iterable[Act]) -> str:
        run = self.executed()
        return "; or ".join(run.why_not(*act) or "it is possible" for act in acts)


class Lockstep(ABC):
    """An agent, and the machines that say what it may do. systems: numbers of what it is about, in its protocol's catalogue. watch: hears
    of each call."""

    def __init__(
        self,
        agent: Agent,
        systems: Sequence[int],
        machines: Machines,
        watch: Callable[[Call, Answer], None] | None = None,
    ) -> None:
        self.agent, self.systems, self.machines, self.watch = agent, tuple(systems), machines, watch
        self.happened: list[Disturbance] = []
        self.last: Call | Over | None = None

    # -- what a protocol says for itself ----------------------------------------------------------------------------------

    @abstractmethod
    def answer(self, call: Call) -> Answer | None:
        """What a call comes back with. None: it waits, and nothing has come."""

    @abstractmethod
    def step(self, call: Call, answer: Answer) -> None:
        """Which events a call was, of which one must be possible; none: it tells nothing."""

    @abstractmethod
    def befalls(self, what: Disturbance) -> bool:
        """Let something happen to both. False: it cannot happen now."""

    @abstractmethod
    def rests(self) -> None:
        """The agent waits, and nothing has come: the machine must have nothing left to do."""

    @abstractmethod
    def is_over(self, found: Over) -> None:
        """The agent has ended by itself."""

    @abstractmethod
    def is_known(self, path: str) -> bool:
        """Whether a path is of the protocol, so that opening it is counted: those a program starts with are not."""

    @abstractmethod
    def compare(self) -> None:
        """Both sides are the same in whatever can be seen. Raises Disagreement."""

    # -- what happens around the agent ----------------------------------------------------------------------------------

    def happens(self, what: Disturbance) -> bool:
        """Let something happen to both; False: it cannot happen now, and nothing did."""
        return self.go(what.after) and self.at_once(what, self.befalls)

    def at_once(self, what: Disturbance, befalls: Callable[[Disturbance], bool]) -> bool:
        """Let it happen, before the agent goes on."""
        self.happened.append(what)
        if not befalls(what):
            self.happened.pop()
            return False
        self.compare()
        return True

    def dies(self) -> None:
        """What was told to end ends, and makes no call before."""
        found = self.agent.next()
        if not isinstance(found, Over):
            raise self.disagree(f"a signal that ends a process came, and the agent goes on to {_told(found)}")

    # -- the agent's calls ------------------------------------------------------------------------------------------------

    def go(self, most: int | None = None) -> bool:
        """Answer the agent's calls: until it rests, or so many that tell. False: there is no agent, or it rested before."""
        if self.machines.state("agent") == "GONE":
            return most is None
        told = 0
        for _ in range(MOST_CALLS):
            if most is not None and told == most:
                return True
            found = self.agent.next()
            self.last = found
            if isinstance(found, Over):
                self.is_over(found)
                return most is None
            answer = self.answer(found)
            if answer is None:
                self.rests()
                return most is None
            told += found.what in _TELLING and (found.what != calls.OPEN or self.is_known(found.path))
            self.agent.answer(answer)
            if self.watch is not None:
                self.watch(found, answer)
            self.step(found, answer)
            self.compare()
        raise self.disagree(f"the agent has made {MOST_CALLS:,} calls, and does not come to rest")

    def called(self, state: str) -> str:
        """What the agent's machine is at, in words."""
        return str(self.machines.network.actors["agent"].enum[state].value)

    def fire(self, acts: Sequence[Act], said: str) -> None:
        """One of these events happens: the first that can. Raises Disagreement where none can."""
        for act in acts:
            if self.machines.can(act):
                self.machines.fire(act)
                return
        raise self.disagree(f"{said}: {self.machines.why_not(acts)}")

    def disagree(self, said: str) -> Disagreement:
        return Disagreement(self.systems, tuple(self.happened), self.last, said, tuple(self.machines.acts))


def _told(call: Call) -> str:
    return f"{call.what} {call.path or call.control or call.data.hex()}".rstrip()
