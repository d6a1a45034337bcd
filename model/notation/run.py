"""Run a network: every actor's own `transitions` machine executes its table.

The run takes events by name. An event that is not enabled is refused, nothing changes, and the refusal says why.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from weakref import WeakKeyDictionary

from model.notation.events import Event
from model.notation.machines import Actor
from model.notation.network import Network
from model.notation.terms import (
    HOST,
    TRUE,
    And,
    Const,
    Every,
    In,
    Not,
    Or,
    Same,
    Some,
    Sort,
    Term,
)
from model.notation.words import words

Index = tuple[int, ...]
"""Whose machine: () the host's, (i,) member i's, (i, j) that of part j of member i."""


class NotEnabled(ValueError):
    """The event cannot happen now; the message says which machine or guard forbids it."""


class _Instance:
    """The model object that a `transitions` machine moves; the machine gives it what is named here."""

    state: Enum
    trigger: Callable[..., bool]
    may_trigger: Callable[..., bool]


class _Instances(threading.local):
    """For each actor the one object that its machine moves, in this thread. Which state it is in stands in the run: it is put there
    when it is asked. To make one takes longer than all that a run asks of it."""

    def __init__(self) -> None:
        self.of_actor: WeakKeyDictionary[Actor, _Instance] = WeakKeyDictionary()

    def put(self, actor: Actor, state: str) -> _Instance:
        """The actor's object, in this state."""
        model = self.of_actor.get(actor)
        if model is None:
            model = self.of_actor[actor] = _Instance()
            actor.machine.add_model(model, initial=actor.enum[state])
            actor.machine.remove_model(model)  # it would hold every thread's
        model.state = actor.enum[state]
        return model


_INSTANCES = _Instances()


@dataclass(frozen=True)
class Shape:
    """How many parts of each sort one member has."""

    parts: Mapping[str, int]


class Run:
    """One run of the network.

    `shapes`: one for each member of the replicated sort. `starts`: the initial state of a machine, by name and index; a
    machine that is not named starts in the first of its start states. `faults`: those that this run tolerates. Raises
    ValueError if the run cannot start so.
    """

    def __init__(
        self,
        network: Network,
        shapes: Sequence[Shape],
        starts: Mapping[tuple[str, Index], str] | None = None,
        faults: frozenset[str] = frozenset(),
    ) -> None:
        self.network, self.shapes, self.faults = network, tuple(shapes), faults
        self._states: dict[tuple[str, Index], str] = {}
        left = dict(starts or {})
        for actor in network.actors.values():
            for index in self.members(actor.sort):
                state = left.pop((actor.name, index), actor.starts[0])
                if state not in actor.starts:
                    raise ValueError(f"{actor.name} cannot start in {state}; it starts in {', '.join(actor.starts)}")
                self._states[actor.name, index] = state
        if left:
            raise ValueError(f"no machine {next(iter(left))} in this run")
        for term in network.at_start:
            for member in self.members(network.replicated):
                if not self.holds(term, member):
                    raise ValueError(f"{network.replicated} {member[0] + 1} cannot start so: {words(term)}")

    def members(self, sort: Sort, of: Index = ()) -> list[Index]:
        """The members of a sort (below `of`, if it is given)."""
        if sort == HOST:
            return [()]
        if sort == self.network.replicated:
            return [(i,) for i in range(len(self.shapes))] if not of else [of[:1]]
        owners = [of[:1]] if of else [(i,) for i in range(len(self.shapes))]
        return [(*owner, j) for owner in owners for j in range(self.shapes[owner[0]].parts.get(sort.name, 0))]

    def state(self, actor: str, index: Index = ()) -> str:
        """The state (by name) that a machine is in."""
        return self._states[actor, index]

    def states(self) -> dict[tuple[str, Index], str]:
        """The state of every machine."""
        return dict(self._states)

    def put(self, states: Mapping[tuple[str, Index], str]) -> None:
        """Every machine in a state that a run with the same shapes brought it to. Raises ValueError where machines are others."""
        if states.keys() != self._states.keys():
            raise ValueError("these are not the machines of this run")
        self._states = dict(states)

    def _model(self, actor: Actor, index: Index) -> _Instance:
        """The machine that is to be asked, where this run has it."""
        return _INSTANCES.put(actor, self._states[actor.name, index])

    def _read(self, actor: str, at: Index) -> str:
        sort = self.network.actors[actor].sort
        if sort == HOST:
            return self.state(actor)
        return self.state(actor, at[:1] if sort == self.network.replicated else at)

    def holds(self, term: Term, at: Index = ()) -> bool:
        """Evaluate a term now, said of the member `at`."""
        match term:
            case Const(value):
                return value
            case In(actor, states):
                return self._read(actor, at) in states
            case Same(left, right):
                return self._read(left, at) == self._read(right, at)
            case Not(body):
                return not self.holds(body, at)
            case And(parts):
                return all(self.holds(part, at) for part in parts)
            case Or(parts):
                return any(self.holds(part, at) for part in parts)
            case Every(sort, body):
                return all(self.holds(body, member) for member in self._range(sort, at))
            case Some(sort, body):
                return any(self.holds(body, member) for member in self._range(sort, at))
        raise TypeError(f"{term} speaks of a step; a run has states only")

    def _range(self, sort: Sort, at: Index) -> list[Index]:
        return self.members(sort) if sort == self.network.replicated else self.members(sort, at)

    def _taking_part(self, event: Event, at: Index) -> Iterator[tuple[Actor, Index]]:
        """The instances that take part: the host's, and those of the members that the event happens to."""
        for actor in self.network.participants(event.name):
            if actor.sort == HOST:
                yield actor, ()
            elif event.scope.all:
                yield from ((actor, member) for member in self.members(actor.sort))
            elif len(at) == 2 and actor.sort != self.network.replicated:
                yield actor, at
            else:
                yield from ((actor, member) for member in self.members(actor.sort, at[:1]))

    def _happens_to(self, event: Event) -> list[Index]:
        return [()] if event.scope.all else self.members(event.scope.sort)

    def why_not(self, name: str, at: Index = ()) -> str | None:
        """Why the event cannot happen to the member `at` now; None if it can."""
        event = self.network.events.get(name)
        if event is None:
            return f"there is no event {name}"
        if at not in self._happens_to(event):
            return f"{name} happens to {event.scope}, and there is no such member as {at}"
        if event.fault is not None and event.fault not in self.faults:
            return f"{name} is a fault, and this run does not tolerate {event.fault}"
        if not self.holds(event.when, at):
            failing = event.when.parts if isinstance(event.when, And) else (event.when,)
            return f"{name} needs: {'; '.join(words(part) for part in failing if not self.holds(part, at))}"
        blocking = self.blocking(name, at)
        if blocking is None:
            return None
        actor, index = blocking
        rules = actor.rules(name, self.state(actor.name, index))
        wants = " or ".join(words(rule.when) for rule in rules if rule.when != TRUE)
        reason = f"and needs {wants}" if wants else "where it has no move"
        return f"{actor.name} blocks {name}: it is in {self.state(actor.name, index)}, {reason}"

    def blocking(self, name: str, at: Index = ()) -> tuple[Actor, Index] | None:
        """The first machine that takes part in an event and has no row in its table that fits now; None: each has one."""
        for actor, index in self._taking_part(self.network.events[name], at):
            if not self._model(actor, index).may_trigger(name, holds=self._judge(index, at)):
                return actor, index
        return None

    def _judge(self, index: Index, at: Index) -> Callable[[Term], bool]:
        """How a machine's guards are judged now: of itself; the host's of the member that the event happens to."""
        about = index or at
        return lambda term: self.holds(term, about)

    def enabled(self) -> list[tuple[str, Index]]:
        """Every event that can happen now, with the member that it can happen to."""
        return [
            (event.name, at)
            for event in self.network.events.values()
            for at in self._happens_to(event)
            if self._can(event, at)
        ]

    def _can(self, event: Event, at: Index) -> bool:
        """What `why_not` says, without its words."""
        tolerated = event.fault is None or event.fault in self.faults
        return tolerated and self.holds(event.when, at) and self.blocking(event.name, at) is None

    def fire(self, name: str, at: Index = ()) -> None:
        """Let an event happen (to the member `at`). Raises NotEnabled, and changes nothing, if it cannot."""
        reason = self.why_not(name, at)
        if reason is not None:
            raise NotEnabled(reason)
        event = self.network.events[name]
        taking_part = list(self._taking_part(event, at))
        before = [self._decided(actor, index, name, at) for actor, index in taking_part]
        for (actor, index), verdicts in zip(taking_part, before, strict=True):
            model = self._model(actor, index)
            model.trigger(name, holds=verdicts.__getitem__)
            self._states[actor.name, index] = model.state.name

    def _decided(self, actor: Actor, index: Index, name: str, at: Index) -> dict[Term, bool]:
        """Every guard of the machine's rows, judged now: `fire` asks before any machine moves."""
        judge = self._judge(index, at)
        return {rule.when: judge(rule.when) for rule in actor.rules(name, self.state(actor.name, index))}
