"""Run a network: every actor's own `transitions` machine executes its table.

The run takes events by name. An event that is not enabled is refused, nothing changes, and the refusal says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

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
"""Whose machine: () the host's, (i,) VM i's, (i, j) that of part j of VM i."""


class NotEnabled(ValueError):
    """The event cannot happen now; the message says which machine or guard forbids it."""


class _Instance:
    """The model object that a `transitions` machine moves."""

    state: object


@dataclass(frozen=True)
class Shape:
    """How many parts of each sort one VM has."""

    parts: Mapping[str, int]


class Run:
    """One run of the network. `shapes`: one for each VM. `starts`: the initial state of a machine, by name and index;
    a machine that is not named starts in the first of its start states. `faults`: those that this run tolerates."""

    def __init__(
        self,
        network: Network,
        shapes: Sequence[Shape],
        starts: Mapping[tuple[str, Index], str] | None = None,
        faults: frozenset[str] = frozenset(),
    ) -> None:
        self.network, self.shapes, self.faults = network, tuple(shapes), faults
        self._models: dict[tuple[str, Index], _Instance] = {}
        starts = dict(starts or {})
        for actor in network.actors.values():
            for index in self.members(actor.sort):
                state = starts.pop((actor.name, index), actor.starts[0])
                if state not in actor.starts:
                    raise ValueError(f"{actor.name} cannot start in {state}; it starts in {', '.join(actor.starts)}")
                model = _Instance()
                actor.machine.add_model(model, initial=actor.enum[state])
                self._models[actor.name, index] = model
        if starts:
            raise ValueError(f"no machine {next(iter(starts))} in this run")
        for term in network.at_start:
            for vm in self.members(network.replicated):
                if not self.holds(term, vm):
                    raise ValueError(f"VM {vm[0] + 1} cannot start so: {words(term)}")

    def members(self, sort: Sort, of: Index = ()) -> list[Index]:
        """The members of a sort (below `of`, if it is given)."""
        if sort == HOST:
            return [()]
        if sort == self.network.replicated:
            return [(i,) for i in range(len(self.shapes))] if not of else [of[:1]]
        owners = [of[:1]] if of else [(i,) for i in range(len(self.shapes))]
        return [(*vm, j) for vm in owners for j in range(self.shapes[vm[0]].parts.get(sort.name, 0))]

    def state(self, actor: str, index: Index = ()) -> str:
        """The state (by name) that a machine is in."""
        found = self._models[actor, index].state
        return str(getattr(found, "name", found))

    def states(self) -> dict[tuple[str, Index], str]:
        """The state of every machine."""
        return {key: self.state(*key) for key in self._models}

    def _read(self, actor: str, at: Index) -> str:
        sort = self.network.actors[actor].sort
        return self.state(actor, () if sort == HOST else at[:1] if sort == self.network.replicated else at)

    def holds(self, term: Term, at: Index = ()) -> bool:  # noqa: PLR0911 - one line a kind of term
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

    def why_not(self, name: str, at: Index = ()) -> str | None:
        """Why the event cannot happen to the member `at` now; None if it can."""
        event = self.network.events.get(name)
        if event is None:
            return f"there is no event {name}"
        expected = () if event.scope.all else self.members(event.scope.sort)
        if (at not in expected) if expected else at != ():
            return f"{name} happens to a {event.scope}, not to {at}"
        if event.fault is not None and event.fault not in self.faults:
            return f"{name} is a fault, and this run does not tolerate {event.fault}"
        if not self.holds(event.when, at):
            failing = event.when.parts if isinstance(event.when, And) else (event.when,)
            return f"{name} needs: {'; '.join(words(part) for part in failing if not self.holds(part, at))}"
        for actor, index in self._taking_part(event, at):
            if not self._models[actor.name, index].may_trigger(name, holds=self._judge(index, at)):  # type: ignore[attr-defined]
                rules = actor.rules(name, self.state(actor.name, index))
                wants = " or ".join(words(rule.when) for rule in rules if rule.when != TRUE)
                reason = f"and needs {wants}" if wants else "where it has no move"
                return f"{actor.name} blocks {name}: it is in {self.state(actor.name, index)}, {reason}"
        return None

    def _judge(self, index: Index, at: Index):  # type: ignore[no-untyped-def]  # noqa: ANN202
        place = index or at
        return lambda term: self.holds(term, place)

    def enabled(self) -> list[tuple[str, Index]]:
        """Every event that can happen now, with the member that it can happen to."""
        return [
            (event.name, at)
            for event in self.network.events.values()
            for at in ([()] if event.scope.all else self.members(event.scope.sort))
            if self.why_not(event.name, at) is None
        ]

    def fire(self, name: str, at: Index = ()) -> None:
        """Let an event happen (to the member `at`). Raises NotEnabled, and changes nothing, if it cannot."""
        reason = self.why_not(name, at)
        if reason is not None:
            raise NotEnabled(reason)
        event = self.network.events[name]
        taking_part = list(self._taking_part(event, at))
        before = {(actor.name, index): self._decided(actor, index, name, at) for actor, index in taking_part}
        for actor, index in taking_part:
            verdicts = before[actor.name, index]
            self._models[actor.name, index].trigger(name, holds=verdicts.__getitem__)  # type: ignore[attr-defined]

    def _decided(self, actor: Actor, index: Index, name: str, at: Index) -> dict[Term, bool]:
        """Every guard of the machine's rows, judged on the states before the step."""
        judge = self._judge(index, at)
        return {rule.when: judge(rule.when) for rule in actor.rules(name, self.state(actor.name, index))}
