"""Machine and agent in lockstep: each call of an agent is answered by a guest that is played, and is a step that machines must allow.

What happens around them happens to both. After each step they are compared. What a call means, and when an agent rests, each protocol
says for itself (`Lockstep`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from conformance.agents import calls
from conformance.agents.calls import Agent, Answer, Call, Over
from conformance.agents.mounts import OTHER, Mounts
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
    """Machine and agent do not agree: in which file systems, after what, and about what."""

    systems: tuple[int, ...]
    happened: tuple[Disturbance, ...]
    last: Call | Over | None
    said: str
    acts: tuple[Act, ...] = ()

    def __str__(self) -> str:
        return self.said


class Machines:
    """The network's machines, with so many file systems: quick, by tables; whatever they refuse is said by the machines
    themselves. broken: promises that the run breaks, each with the number of steps after which it does so first."""

    def __init__(
        self,
        network: Network,
        judges: Promises,
        starts: Mapping[tuple[str, Index], str],
        size: int,
        faults: frozenset[str],
    ) -> None:
        self.network, self.starts, self.faults, self._judges = network, dict(starts), faults, judges
        self.shapes = [Shape({})] * size
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
    """An agent, and the machines that say what it may do. systems: numbers of file systems in the catalogue. faults: what may go wrong.
    watch: hears of each call."""

    REFUSED_BY: ClassVar[Mapping[str, frozenset[str]]]
    """For what can be refused, the faults that allow it."""

    def __init__(
        self,
        agent: Agent,
        systems: Sequence[int],
        guest: Mounts,
        machines: Machines,
        watch: Callable[[Call, Answer], None] | None = None,
    ) -> None:
        self.agent, self.systems, self.watch = agent, tuple(systems), watch
        self.machines, self._mounts = machines, guest
        self.happened: list[Disturbance] = []
        self.last: Call | Over | None = None
        self._open: list[tuple[Act | None, Act | None]] = []
        self._folder = {path: n for n, one in enumerate(guest.systems) for path in one.paths}
        self._path = ""
        self._in_a_folder = False

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
        at_once = what.name.startswith("refuse_") and what.after is None
        if not at_once and not self.go(what.after):
            return False
        if what.name.startswith("mount_") and self._in_a_folder:
            self.go(1)
        self.happened.append(what)
        if not (self._refuses(what) if what.name.startswith("refuse_") else self.befalls(what)):
            self.happened.pop()
            return False
        self.compare()
        return True

    def _refuses(self, what: Disturbance) -> bool:
        kind, number = what.name.removeprefix("refuse_"), what.number
        if not self.machines.faults >= self.REFUSED_BY[kind]:
            return False
        if kind not in {calls.OPEN, calls.FREEZES, calls.THAWS}:
            self._mounts.refuse_once(kind)
        elif number is None or not 0 <= number < len(self.systems):
            return False
        else:
            self._mounts.refuse(kind, number, what.error)
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

    # -- what only the next calls tell ------------------------------------------------------------------------------------

    def settle(self, *, well: bool) -> None:
        """It shows what the agent took refusals for that may be none: for done (well), or for a failure. Where it may not take them for
        done, they are failures."""
        for done, failure in self._open:
            act = done if well and (done is None or self.machines.may(done)) else failure
            if act is not None and self.machines.can(act):
                self.machines.fire(act)
        self._open.clear()

    def forget_detached(self) -> None:
        """What is frozen and not in the mount table any more is not thawed by an agent that has only looked there."""
        for number in range(len(self.systems)):
            if self.machines.can(forgotten := ("detached_forgotten", (number,))):
                self.machines.fire(forgotten)

    def fire(self, acts: Sequence[Act], said: str) -> None:
        """One of these events happens: the first that can. Raises Disagreement where none can."""
        for act in acts:
            if self.machines.can(act):
                self.machines.fire(act)
                return
        raise self.disagree(f"{said}: {self.machines.why_not(acts)}")

    # -- comparing --------------------------------------------------------------------------------------------------------

    def compare_frozen(self) -> None:
        """What is frozen, and by whom."""
        for number in range(len(self.systems)):
            known = _BY_WHOM[self._mounts.frozen.get(number)]
            is_ = self.machines.state("frozen", (number,))
            if is_ != known:
                raise self.disagree(
                    f"{self._mounts.systems[number].paths[0]} is {known} in the guest, and {is_} in the machine"
                )

    def of_folder(self, number: int) -> Index:
        """Whose freezing or thawing it is: what the path that was opened should lead to, where it leads to something else."""
        return (number if number != OTHER else self._folder[self._path],)

    def disagree(self, said: str) -> Disagreement:
        return Disagreement(self.systems, tuple(self.happened), self.last, said, tuple(self.machines.acts))


_BY_WHOM = {None: "FREE", "agent": "BY_AGENT", "other": "BY_OTHER"}


def _told(call: Call) -> str:
    return f"{call.what} {call.path or call.control or call.data.hex()}".rstrip()
