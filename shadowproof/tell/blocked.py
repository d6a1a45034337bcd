"""Why does nothing happen? From the machines that wait, back over the events that would move them, to what one of those lacks: a row of
a table, or a condition of its own.

Whoever took a row out, or asked for more, reads so which: "vm 1 is running, and vm_saved has no row from RUNNING in power". That it is
this which lacks is tried out (`allowed.py`): told is only that without which the session may come to rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from model.notation import HOST, Network, Term, all_of, words
from model.notation.changes import conjuncts
from model.notation.events import Event
from model.notation.run import Index, Run
from model.notation.terms import And, Every, In, Not, Or, Same, Some
from shadowproof.tell.argument import Moment, Recorded, plain, whose

Machine = tuple[str, Index]
"""A machine by its name, and the member that it is of."""

FOUND = 40
"""Lacks after which none further away is looked for."""

NAMED = 3
"""Machines of which it is said how they are, where a condition does not hold for several."""


@dataclass(frozen=True)
class Lack:
    """An event that one thing alone forbids. at: the member that it would happen to."""

    event: str
    at: Index

    def said(self, there: Moment) -> str:
        """What lacks, of whom, and where it stands."""
        raise NotImplementedError


@dataclass(frozen=True)
class Hole(Lack):
    """A row: the event's condition holds, and one machine's table has no row for it from its state, or none that fits."""

    machine: str
    index: Index
    state: str

    def said(self, there: Moment) -> str:
        """`vm 1 is running, and vm_saved has no row from RUNNING in power, only from PAUSED (model/actors/power.py:66)`."""
        network = there.recorded.network
        actor = network.actors[self.machine]
        row = next((move.place for move in actor.moves if move.event == self.event), actor.place)
        guards = [rule.when for rule in actor.rules(self.event, self.state)]
        if guards:
            lacking = f"no row from {self.state} that fits in {self.machine}, where they need {' or '.join(map(words, guards))}"
        else:
            sources = [source for source in actor.states if actor.rules(self.event, source)]
            only = f", only from {', '.join(sources)}" if sources else ""
            lacking = f"no row from {self.state} in {self.machine}{only}"
        return f"{_is(there, (self.machine, self.index))}, and {self.event} has {lacking} ({row})"


@dataclass(frozen=True)
class Condition(Lack):
    """A condition of the event: all tables have rows that fit, and this one of what it needs does not hold."""

    needs: Term

    def said(self, there: Moment) -> str:
        """`vm 1 is running, and vm_saved needs that power is paused (model/events/prepare_for_snapshot.py:43)`."""
        network = there.recorded.network
        wrong = list(dict.fromkeys(deciding(there, self.needs, self.at, value=False)))[:NAMED]
        event = network.events[self.event]
        return f"{' and '.join(_is(there, one) for one in wrong)}, and {self.event} needs that {words(self.needs)} ({event.place})"


def _is(there: Moment, machine: Machine) -> str:
    """`vm 1 is running`, `note of vm 1 is nothing`."""
    name, index = machine
    who = whose(there.recorded.network, index, there.recorded.network.actors[name].sort)
    return f"{who if name == 'power' else f'{plain(name)} of {who}'} is {plain(there.recorded.run.state(name, index))}"


def lacks(recorded: Recorded, waiting: Iterable[Machine], without: Collection[str]) -> list[Lack]:
    """What keeps these machines where they are, at the end of a run: nearest first, by how many events it is away. Not that one of them
    has no row itself: it waits for something else. without: events that are nobody's duty."""
    search, reached = _Search(recorded, without), list(dict.fromkeys(waiting))
    seen, found = set(reached), dict[Lack, None]()
    while reached and len(found) < FOUND:
        onward: list[Machine] = []
        for machine in reached:
            for event, at in search.moving(machine):
                lack, more = search.why_not(event, at)
                if lack is not None and not (isinstance(lack, Hole) and (lack.machine, lack.index) in seen):
                    found.setdefault(lack)
                onward += more
        reached = [one for one in dict.fromkeys(onward) if one not in seen]
        seen.update(reached)
    return list(found)


def dead_ends(recorded: Recorded, waiting: Iterable[Machine], without: Collection[str]) -> list[str]:
    """Which of the machines are where no row of their own leads on, as sentences."""
    search = _Search(recorded, without)
    stuck = [machine for machine in waiting if not any(search.moving(machine))]
    return [
        f"{_is(search.there, (name, index))}, and no row of {name} leads on from {search.run.state(name, index)} "
        f"({recorded.network.actors[name].place})"
        for name, index in stuck
        if recorded.network.actors[name].moves
    ]


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

    def why_not(self, event: Event, at: Index) -> tuple[Lack | None, list[Machine]]:
        """What alone lacks; and the machines that would have to move before the event may happen."""
        blocking = self.run.blocking(event.name, at)
        needs = [part for part in conjuncts(event.when) if not self.there.holds(part, at)]
        if needs:
            lack = Condition(event.name, at, needs[0]) if len(needs) == 1 and blocking is None else None
            return lack, list(deciding(self.there, all_of(*needs), at, value=False))
        if blocking is None:
            return None, []
        actor, index = blocking
        state = self.run.state(actor.name, index)
        guards = [rule.when for rule in actor.rules(event.name, state)]
        onward = [one for guard in guards for one in deciding(self.there, guard, index or at, value=False)]
        return Hole(event.name, at, actor.name, index, state), [(actor.name, index), *onward]


def deciding(there: Moment, term: Term, at: Index, *, value: bool) -> Iterator[Machine]:
    """The machines of which some would have to move before a term, said of a member, has another value than this."""
    match term:
        case In(machine, _):
            yield there.recorded.key(machine, at)
        case Same(left, right):
            yield there.recorded.key(left, at)
            yield there.recorded.key(right, at)
        case Not(body):
            yield from deciding(there, body, at, value=not value)
        case And(parts) | Or(parts):
            for part in parts:
                if there.holds(part, at) == value:
                    yield from deciding(there, part, at, value=value)
        case Every(sort, body) | Some(sort, body):
            for member in there.recorded.members(sort, at):
                if there.holds(body, member) == value:
                    yield from deciding(there, body, member, value=value)
