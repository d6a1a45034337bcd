"""One network for many columns, and for many networks that differ in some rules: readings are compiled away, and so is which network
a column is of, into variants of events.

What an event's guard and the rows for it read of readings is filled in, once for each combination that some column has. Equal
results are one variant, which carries the set of columns that it belongs to: those with such readings, that tolerate the
event's fault. A variant that can never happen, for its guard is false or a machine that takes part has lost every row for it
(such a machine blocks: it must not be taken for one that does not take part), is left out. Properties that read a reading are
split likewise. What is left is an ordinary network, in which every fault is tolerated; only who closes views of it, or judges
them, has to know which event belongs to which columns.

A set of columns is a number, with a bit for each.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from model.notation.events import Event, Fault, Scope
from model.notation.machines import Actor, Move
from model.notation.network import Network, build
from model.notation.terms import (
    FALSE,
    HOST,
    Happens,
    Term,
    machines_of,
    rebuilt,
)
from proofs.world.world import Column, fold
from properties.kinds import Always, Ends, Possible, Property, Step, terms_of

Label = int
"""A set of columns: bit c stands for the column of that number."""

Fixed = dict[str, frozenset[str]]


@dataclass(frozen=True)
class Split:
    """A property as it reads in some columns: under a name of its own."""

    asked: Property
    found: Property
    label: Label


@dataclass(frozen=True)
class AsRead:
    """An event as it reads in some columns. rows: for it, of each machine that takes part. label: the columns."""

    when: Term
    fair: bool
    rows: Mapping[str, tuple[Move, ...]]
    label: Label

    @property
    def says(self) -> Hashable:
        """All that it says, wherever that is."""
        return self.when, self.fair, frozenset(self.rows.items())


class Family:
    """A network in many columns at once. changed: for each column the network that it is of, where that is not the first: one with
    other rules for the same events, of the same machines, which start alike. allowed: for each event of `network` the columns in which
    it may happen. silenced: for each column the events that may never come, although nothing forbids them. Raises ValueError at no
    column, at one that is named twice, at one of which the network knows nothing, and at a network that may not be of the family."""

    def __init__(self, network: Network, columns: Sequence[Column], changed: Sequence[Network] = ()) -> None:
        each = list(zip(columns, changed or [network] * len(columns), strict=True))
        if not columns or len(set(each)) < len(columns):
            raise ValueError("a family is of one column at least, each named once")
        self.origin, self.columns = network, tuple(columns)
        self.all: Label = (1 << len(columns)) - 1
        self._of_network: dict[Network, Label] = {}
        for bit, (_, of) in enumerate(each):
            if not may_be_of_one_family(network, of):
                raise ValueError("a family is of networks that have the same machines and events, and start alike")
            self._of_network[of] = self._of_network.get(of, 0) | 1 << bit
        self._readings = {a.name: a.starts[0] for a in network.of_sort(HOST) if not a.moves}
        self._fixed = [self._fixed_in(column) for column in columns]
        self.variants: dict[str, list[str]] = {}
        self.allowed: dict[str, Label] = {}
        self._moves: dict[str, list[Move]] = {name: [] for name in network.actors if name not in self._readings}
        events = [one for event in network.events.values() for one in self._variants_of(event)]
        events += [self._never(actor) for actor in network.of_sort(HOST) if actor.moves and not self._moves[actor.name]]
        actors = [self._actor(actor) for actor in network.actors.values() if actor.name not in self._readings]
        self.network = build(actors, events, self._faults(events), network.at_start)
        self.column = Column(frozenset(self.network.faults))
        self.silenced = [
            frozenset(
                name
                for fault in column.faults
                for silent in network.faults[fault].silences
                for name in self.variants[silent]
            )
            for column in columns
        ]

    def _fixed_in(self, column: Column) -> Fixed:
        for fault in sorted(column.faults - self.origin.faults.keys()):
            raise ValueError(f"the network has no fault {fault}: it would be judged without one")
        fixed = dict(column.readings)
        for reading, state in fixed.items():
            if reading not in self._readings or state not in self.origin.actors[reading].states:
                raise ValueError(f"the network has no reading {reading}={state}: it would be judged by the default")
        return {name: frozenset({fixed.get(name, default)}) for name, default in self._readings.items()}

    def _by_reading(self, names: Iterable[str]) -> Iterator[tuple[Fixed, Label]]:
        """The states that these readings have in some column, with the columns."""
        read = sorted(names & self._readings.keys())
        found: dict[tuple[frozenset[str], ...], Label] = {}
        for bit, fixed in enumerate(self._fixed):
            states = tuple(fixed[name] for name in read)
            found[states] = found.get(states, 0) | 1 << bit
        for states, label in found.items():
            yield dict(zip(read, states, strict=True)), label

    # -- events -------------------------------------------------------------------------------------------------------

    def as_read(self, network: Network, event: str, within: Label | None = None) -> list[AsRead]:
        """An event of this network, or of one that has other rules for it, as those of the columns read it in which it can happen;
        equal readings of it are one. within: the columns that are asked (None: all)."""
        declared, within = network.events[event], self.all if within is None else within
        tolerating = sum(
            1 << bit
            for bit, column in enumerate(self.columns)
            if declared.fault is None or declared.fault in column.faults
        )
        rows = _rows_for(network, event)
        read = machines_of(declared.when).union(*(machines_of(m.when) for moves in rows.values() for m in moves))
        found: dict[Hashable, AsRead] = {}
        for fixed, label in self._by_reading(read):
            when = fold(declared.when, fixed)
            filled = {name: tuple(_filled(moves, fixed)) for name, moves in rows.items()}
            if label & tolerating & within and when != FALSE and self._can_take_part(filled):
                _join(found, AsRead(when, declared.fair, filled, label & tolerating & within))
        return list(found.values())

    def _variants_of(self, event: Event) -> Iterator[Event]:
        """The event as it is in the columns in which it can happen; the rows for it are put with the others."""
        self.variants[event.name] = []
        found: dict[Hashable, AsRead] = {}
        for network, label in self._networks_with(event.name):
            for one in self.as_read(network, event.name, label):
                _join(found, one)
        for number, one in enumerate(found.values(), 1):
            name = event.name if number == 1 else f"{event.name}, as read otherwise ({number})"
            self.variants[event.name].append(name)
            self.allowed[name] = one.label
            for actor, moves in one.rows.items():
                self._moves[actor] += (replace(move, event=name) for move in moves)
            yield replace(event, name=name, when=one.when, fair=one.fair)

    def _networks_with(self, event: str) -> list[tuple[Network, Label]]:
        """The networks that have something else to say of an event, with the columns that are of one that says so."""
        found: list[tuple[object, Network, Label]] = []
        for network, label in self._of_network.items():
            said = (network.events[event].when, network.events[event].fair, _rows_for(network, event))
            known = next((i for i, (other, _, _) in enumerate(found) if other == said), None)
            if known is None:
                found.append((said, network, label))
            else:
                found[known] = (said, found[known][1], found[known][2] | label)
        return [(network, label) for _, network, label in found]

    def _can_take_part(self, rows: Mapping[str, Sequence[Move]]) -> bool:
        """Whether each machine has a row left: one that has none stands in the event's way."""
        return all(rows.values())

    def _never(self, actor: Actor) -> Event:
        """What keeps a machine of the host that moves in none of the columns from being taken for a reading."""
        name = f"{actor.name} moves in no column"
        self.allowed[name] = 0
        self._moves[actor.name].append(Move(name, None, None, FALSE, actor.place))
        return Event(name, Scope(HOST), FALSE, (), "It never happens.", None, fair=False, place=actor.place)

    def _actor(self, actor: Actor) -> Actor:
        starts = frozenset(state for state in actor.enum if state.name in actor.starts)
        new = Actor(actor.name, actor.enum, of=actor.sort, starts=starts, says=actor.says, observer=actor.observer)
        new.place = actor.place
        return new.table(*self._moves[actor.name]) if self._moves[actor.name] else new

    def _faults(self, events: Iterable[Event]) -> Iterator[Fault]:
        """The faults that any of the events belongs to, or that silence any."""
        used = {event.fault for event in events}
        for fault in self.origin.faults.values():
            silences = frozenset(name for silent in fault.silences for name in self.variants[silent])
            if fault.name in used or silences:
                yield replace(fault, silences=silences)

    # -- properties ---------------------------------------------------------------------------------------------------

    def split(self, found: Property) -> list[Split]:
        """A property as it reads in each of the columns; equal readings of it are one."""
        by_term: dict[tuple[Term, ...], Label] = {}
        for fixed, label in self._by_reading(frozenset().union(*map(machines_of, terms_of(found)))):
            terms = tuple(self._said(term, fixed) for term in terms_of(found))
            by_term[terms] = by_term.get(terms, 0) | label
        return [
            Split(found, self._worded(found, terms, number), label)
            for number, (terms, label) in enumerate(by_term.items(), 1)
        ]

    def _said(self, term: Term, fixed: Fixed) -> Term:
        """A term of the network, of its events' variants."""
        return fold(_mapped(term, self._happens), fixed)

    def _happens(self, term: Happens) -> Term:
        names = frozenset(name for event in term.events for name in self.variants[event])
        return Happens(names) if names else FALSE

    def _worded(self, found: Property, terms: Sequence[Term], number: int) -> Property:
        name = found.name if number == 1 else f"{found.name} ({number})"
        said, witness = terms
        match found:
            case Always() | Step() | Possible():
                return replace(found, name=name, term=said, witness=witness)
            case Ends():
                without = tuple(name for event in found.without for name in self.variants[event])
                return replace(found, name=name, rest=said, witness=witness, without=without)
        raise TypeError(f"{found.name}: views say nothing of {found.kind}")


def may_be_of_one_family(network: Network, other: Network) -> bool:
    """Whether two networks differ in the rules for events only: a machine of the host that no longer moves must not be taken for a
    reading, which a column fixes in one of several states, nor a reading for one that moves."""
    readings, fixed = ({a.name for a in of.of_sort(HOST) if not a.moves} for of in (network, other))
    still = all(len(other.actors[name].starts) == 1 for name in fixed - readings)
    return _alike(network) == _alike(other) and readings <= fixed and still


def _alike(of: Network) -> tuple[object, ...]:
    """What all networks of a family have in common."""
    return (
        {actor.name: (actor.sort, actor.states, actor.starts, actor.observer) for actor in of.actors.values()},
        {event.name: (event.scope, event.fault) for event in of.events.values()},
        {fault.name: fault.silences for fault in of.faults.values()},
        of.at_start,
    )


def _rows_for(network: Network, event: str) -> dict[str, list[Move]]:
    """The rows for an event, of each machine that takes part."""
    return {actor.name: [m for m in actor.moves if m.event == event] for actor in network.participants(event)}


def _join(found: dict[Hashable, AsRead], one: AsRead) -> None:
    """Take in what an event says in some columns."""
    known = found.get(one.says)
    found[one.says] = one if known is None else replace(known, label=known.label | one.label)


def _filled(moves: Iterable[Move], fixed: Fixed) -> Iterator[Move]:
    """The rows with readings filled in; those that can never fit are left out."""
    for move in moves:
        when = fold(move.when, fixed)
        if when != FALSE:
            yield replace(move, when=when)


def _mapped(term: Term, happens: Callable[[Happens], Term]) -> Term:
    """The term with what it says of events said of others."""

    if isinstance(term, Happens):
        return happens(term)
    return rebuilt(term, lambda part: _mapped(part, happens))
