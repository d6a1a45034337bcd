"""Why does nothing happen? From the machines that wait, back over the events that would move them, to the tables that have no row.

Whoever left a row out (or took one out) reads so which: "vm 1 is running, and vm_saved has no row from RUNNING in power".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from model.notation import HOST, Network, Term, words
from model.notation.events import Event
from model.notation.run import Index, Run
from model.notation.terms import And, Every, In, Not, Or, Same, Some
from shadowproof.tell.argument import Moment, Recorded, plain, whose

Machine = tuple[str, Index]
"""A machine by its name, and the member that it is of."""

MOST = 3
"""Rows that are named: those fewest events away from what waits."""


@dataclass(frozen=True)
class Hole:
    """An event whose condition holds, and which one machine forbids: its table has no row for it from its state, or none that fits."""

    event: str
    machine: str
    index: Index
    state: str

    def said(self, network: Network) -> str:
        """`vm 1 is running, and vm_saved has no row from RUNNING in power, only from PAUSED (model/actors/power.py:66)`."""
        actor = network.actors[self.machine]
        who = whose(network, self.index, actor.sort)
        is_ = who if self.machine == "power" else f"{plain(self.machine)} of {who}"
        row = next((move.place for move in actor.moves if move.event == self.event), actor.place)
        guards = [rule.when for rule in actor.rules(self.event, self.state)]
        if guards:
            lacking = f"no row from {self.state} that fits in {self.machine}, where they need {' or '.join(map(words, guards))}"
        else:
            sources = [source for source in actor.states if actor.rules(self.event, source)]
            only = f", only from {', '.join(sources)}" if sources else ""
            lacking = f"no row from {self.state} in {self.machine}{only}"
        return f"{is_} is {plain(self.state)}, and {self.event} has {lacking} ({row})"


def holes(recorded: Recorded, waiting: Iterable[Machine], without: Collection[str]) -> list[Hole]:
    """The rows whose lack keeps these machines where they are, at the end of a run: those fewest events away. without: events that are
    nobody's duty."""
    search, reached = _Search(recorded, without), list(dict.fromkeys(waiting))
    seen, found = set(reached), list[Hole]()
    while reached and not found:
        onward: list[Machine] = []
        for machine in reached:
            for event, at in search.moving(machine):
                hole, more = search.why_not(event, at)
                found += [hole] if hole is not None and hole not in found else []
                onward += more
        reached = [one for one in dict.fromkeys(onward) if one not in seen]
        seen.update(reached)
    return found[:MOST]


class _Search:
    def __init__(self, recorded: Recorded, without: Collection[str]) -> None:
        self.network: Network = recorded.network
        self.run: Run = recorded.run
        self.there = Moment(recorded, len(recorded.steps))
        self.without = without

    def moving(self, machine: Machine) -> Iterator[tuple[Event, Index]]:
        """Events that are no fault, and would take the machine out of its state; and whom each would happen to."""
        name, index = machine
        actor, state = self.network.actors[name], self.run.state(name, index)
        for event in map(self.network.events.__getitem__, actor.events):
            leaves = any(rule.dest not in {None, state} for rule in actor.rules(event.name, state))
            if leaves and event.fair and event.fault is None and event.name not in self.without:
                yield from ((event, at) for at in self._members(event) if at[: len(index)] == index[: len(at)])

    def _members(self, event: Event) -> list[Index]:
        return [()] if event.scope.all or event.scope.sort == HOST else self.run.members(event.scope.sort)

    def why_not(self, event: Event, at: Index) -> tuple[Hole | None, list[Machine]]:
        """The row that lacks; or the machines that would have to move before the event may happen."""
        if not self.there.holds(event.when, at):
            return None, list(self._deciding(event.when, at, value=False))
        blocking = self.run.blocking(event.name, at)
        if blocking is None:
            return None, []
        actor, index = blocking
        state = self.run.state(actor.name, index)
        guards = [rule.when for rule in actor.rules(event.name, state)]
        onward = [one for guard in guards for one in self._deciding(guard, index or at, value=False)]
        return Hole(event.name, actor.name, index, state), onward

    def _deciding(self, term: Term, at: Index, *, value: bool) -> Iterator[Machine]:
        """The machines of which some would have to move before a term, said of a member, has another value than this."""
        match term:
            case In(machine, _):
                yield self.there.recorded.key(machine, at)
            case Same(left, right):
                yield self.there.recorded.key(left, at)
                yield self.there.recorded.key(right, at)
            case Not(body):
                yield from self._deciding(body, at, value=not value)
            case And(parts) | Or(parts):
                for part in parts:
                    if self.there.holds(part, at) == value:
                        yield from self._deciding(part, at, value=value)
            case Every(sort, body) | Some(sort, body):
                for member in self.there.recorded.members(sort, at):
                    if self.there.holds(body, member) == value:
                        yield from self._deciding(body, member, value=value)
