"""A network: actors that take part in events together, and the checks that refuse nonsense when it is put together.

A step is one event. Every machine that knows it takes part and moves at the same instant, judged on the states before
the step; a machine that knows it and has no row that fits blocks it. What is not in a table stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, cached_property, lru_cache
from itertools import combinations
from typing import Any

from model.notation.decide import possible
from model.notation.errors import DeclarationError, Place, caller, written
from model.notation.events import Event, Fault
from model.notation.machines import Actor, Move
from model.notation.terms import (
    HOST,
    Every,
    In,
    Same,
    Some,
    Sort,
    Term,
    Unchanged,
    all_of,
    children,
    machines_of,
    refuse_unless_terms,
    speaks_of_a_step,
    walk,
)


@dataclass(frozen=True, eq=False)
class Network:
    """The whole protocol: actors, events, faults, what may hold at the start, and the ids that rules may cite.

    `at_start`: terms over one member of the replicated sort (and its parts) that every initial state fulfils. Networks
    are told apart by identity, so that engines may keep what they compiled of each.
    """

    actors: Mapping[str, Actor]
    events: Mapping[str, Event]
    faults: Mapping[str, Fault]
    at_start: tuple[Term, ...] = ()
    known_ids: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def replicated(self) -> Sort:
        """The sort of which a run may have any number. LookupError if all machines are the host's."""
        for actor in self.actors.values():
            for sort in _lineage(actor.sort):
                if sort.of == HOST:
                    return sort
        raise LookupError("this network has machines of the host only")

    @cached_property
    def parts(self) -> tuple[Sort, ...]:
        """The sorts of which each member of the replicated sort may have any number."""
        found = {actor.sort for actor in self.actors.values() if actor.sort.of not in {None, HOST}}
        return tuple(sorted(found, key=lambda sort: sort.name))

    def of_sort(self, sort: Sort) -> tuple[Actor, ...]:
        """The machines that each member of the sort has."""
        return tuple(actor for actor in self.actors.values() if actor.sort == sort)

    def participants(self, event: str) -> tuple[Actor, ...]:
        """The machines that know the event."""
        return self._participants.get(event, ())

    @cached_property
    def states(self) -> Mapping[str, tuple[str, ...]]:
        """The states of each machine."""
        return {name: actor.states for name, actor in self.actors.items()}

    @cached_property
    def _participants(self) -> Mapping[str, tuple[Actor, ...]]:
        found: dict[str, list[Actor]] = {}
        for actor in self.actors.values():
            for event in actor.machine.events:
                found.setdefault(event, []).append(actor)
        return {event: tuple(actors) for event, actors in found.items()}

    def with_observers(self, observers: Iterable[Actor], like: Network | None = None) -> Network:
        """The same network, watched by more observers (checked again). like: one that is watched by most of them (see `build`)."""
        rules = (*self.actors.values(), *observers), self.events.values(), self.faults.values()
        return build(*rules, self.at_start, self.known_ids, like=like or self)


def build(
    actors: Iterable[Actor],
    events: Iterable[Event],
    faults: Iterable[Fault] = (),
    at_start: Iterable[Term] = (),
    known_ids: Iterable[str] = (),
    *,
    like: Network | None = None,
) -> Network:
    """Put a network together. like: one of which a guard or a table that is the same here, and reads the same machines, need not be
    looked at again. Raises DeclarationError at nonsense: where it stands and what to change."""
    network = Network(
        _by_name(actors, Actor),
        _by_name(events, Event),
        _by_name(faults, Fault),
        tuple(at_start),
        frozenset(known_ids),
    )
    refuse_unless_terms(*network.at_start)
    if not network.actors:
        raise DeclarationError(caller(), "the network has no machine", "Give it its actors")
    _check_sorts(network)
    _check_moves(network)
    _check_events(network)
    _check_faults(network)
    for event in network.events.values():
        before = _before(like, event)
        if before is None or before.when is not event.when or not _same(like, network, machines_of(event.when)):
            bound = {HOST} if event.scope.all else _lineage(event.scope.sort)
            _check_term(network, event.when, bound, event.place, f"event {event.name}")
        for actor in network.participants(event.name):
            if before is None or not _same(like, network, _speaks_of(actor, event.name)):
                _check_part(network, event, actor)
    for term in network.at_start:
        _check_term(network, term, _lineage(network.replicated), caller(), "at_start")
        for name in sorted(machines_of(term)):
            if network.actors[name].sort == HOST:
                problem = f"at_start reads {name} of the host, but it speaks of one member at a time"
                raise DeclarationError(caller(), problem, "Give the host's machine fewer states to start in")
    return network


def _before(like: Network | None, event: Event) -> Event | None:
    """The event in the other network, if it happens to the same there."""
    before = like and like.events.get(event.name)
    return before if before and before.scope == event.scope else None


def _same(like: Network | None, network: Network, names: Iterable[str]) -> bool:
    """Whether the machines of these names are the other network's too."""
    return like is not None and all(like.actors.get(name) is network.actors.get(name) for name in names)


@cache
def _speaks_of(actor: Actor, event: str) -> tuple[str, ...]:
    """The machine by its name, and those that its rows for an event read."""
    return (actor.name, *sorted({name for row in _rows(actor, event) for name in machines_of(row.when)}))


def satisfiable(network: Network, term: Term) -> bool:
    """Whether some states of the machines make the term true (quantified terms count as free bits)."""
    return possible(term, network.states)


def check_scope(network: Network, term: Term, bound: Collection[Sort], place: Place | None, what: str) -> None:
    """Raises DeclarationError if it is open which member a machine belongs to.

    A quantifier puts its member in the place of the one that the term was about: below it only that member's machines
    can be read, and those of what it belongs to.
    """
    match term:
        case Every(sort, body) | Some(sort, body):
            if sort.of is not None and sort.of not in bound:
                raise DeclarationError(place, f"{what}: whose {sort}s?", f"Quantify over the {sort.of} first")
            if any(isinstance(part, (Every, Some)) and part.sort == sort for part in walk(body)):
                raise DeclarationError(place, f"{what}: {sort} is quantified twice", "Drop the inner quantifier")
            check_scope(network, body, _lineage(sort), place, what)
        case In() | Same() | Unchanged():
            for name in sorted(machines_of(term)):
                owner = network.actors[name].sort
                if owner not in bound:
                    problem = f"{what}: reads {name} of a {owner} without a quantifier"
                    raise DeclarationError(place, problem, f"Write every({owner}, ...) or some({owner}, ...)")
        case _:
            for child in children(term):
                check_scope(network, child, bound, place, what)


def _lineage(sort: Sort) -> tuple[Sort, ...]:
    """The sort and what it is part of, up to the host: whose machines a term about one member can read."""
    return (sort,) if sort.of is None else (sort, *_lineage(sort.of))


_REMEDIES: Mapping[type, str] = {
    Actor: "Give Actor(...) and no other",
    Event: "Write *event(...), which is one or two",
    Fault: "Give Fault(...) and no other",
}


def _by_name(things: Iterable[Any], kind: type[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    called = kind.__name__.lower()
    for thing in things:
        if not isinstance(thing, kind):
            raise DeclarationError(written(), f"{thing!r} is no {called}", _REMEDIES[kind])
        if thing.name in found:
            raise DeclarationError(thing.place, f"{called} {thing.name} is declared twice", "Rename or remove one")
        found[thing.name] = thing
    return found


def _check_sorts(network: Network) -> None:
    for actor in network.actors.values():
        if actor.sort != HOST and network.replicated not in {actor.sort, actor.sort.of}:
            problem = f"{actor.name} is of {actor.sort}, but a run has members of one sort and their parts only"
            raise DeclarationError(actor.place, problem, "Give it to the host, to a member or to a part of one")


def _check_moves(network: Network) -> None:
    for actor in network.actors.values():
        for move in actor.moves:
            if move.event not in network.events:
                problem = f"{actor.name} moves on {move.event}, which nothing declares"
                meant = get_close_matches(move.event, network.events, 1, 0.8)
                remedy = f"Write {meant[0]}, or declare it" if meant else "Declare it"
                raise DeclarationError(move.place, problem, f"{remedy} with event(...)")


def _check_events(network: Network) -> None:
    for event in network.events.values():
        if not network.participants(event.name):
            raise DeclarationError(event.place, f"no machine knows event {event.name}", "Give a machine a move on it")
        for name in event.by:
            if network.known_ids and name not in network.known_ids:
                problem = f"event {event.name} cites {name}, which is no requirement"
                raise DeclarationError(event.place, problem, "Use an id of the reference")
        if event.fault is not None and event.fault not in network.faults:
            raise DeclarationError(event.place, f"fault {event.fault} is not declared", "Declare it among the faults")


def _check_faults(network: Network) -> None:
    used = {event.fault for event in network.events.values()}
    for fault in network.faults.values():
        for name in sorted(fault.silences - network.events.keys()):
            problem = f"{fault.name} silences {name}, an unknown event"
            raise DeclarationError(fault.place, problem, "Use the name of an event")
        if fault.name not in used and not fault.silences:
            problem = f"no event belongs to fault {fault.name}"
            raise DeclarationError(fault.place, problem, "Add the event or drop the fault")


def _check_part(network: Network, event: Event, actor: Actor) -> None:
    """One machine's part in one event: that the event reaches it, its guards, its determinism, whether it may block."""
    what, scope = f"{actor.name} on {event.name}", event.scope
    rows = _rows(actor, event.name)
    above = {HOST} if scope.all else set(_lineage(scope.sort))
    below = {sort for sort in network.parts if sort.of == scope.sort}
    if actor.sort not in {scope.sort} | above | below:
        problem = f"{what}: an event at {scope} cannot move a machine of a {actor.sort}"
        raise DeclarationError(rows[0].place, problem, "Change the scope of the event")
    judged = scope.sort if actor.sort == HOST and not scope.all else actor.sort
    for row in rows:
        _check_term(network, row.when, _lineage(judged), row.place, what, observes=actor.observer)
    _check_alternatives(network, actor, event.name, what)
    if not actor.blocks(event.name):
        return
    if (actor.sort != HOST) if scope.all else (actor.sort in below):
        problem = f"{what}: an event at {scope} waits for no single {actor.sort}, but this table can block it"
        raise DeclarationError(rows[0].place, problem, f'Add stays("{event.name}") to the table')
    if actor.observer:
        problem = f"{what}: an observer only watches, but this table can block the event"
        raise DeclarationError(rows[0].place, problem, f'Add stays("{event.name}") to the table')


def _check_alternatives(network: Network, actor: Actor, event: str, what: str) -> None:
    """In each state at most one row fits, `stays` aside: it gives way to the others."""
    read = _speaks_of(actor, event)[1:]
    if found := _both_fit(actor, event, tuple((name, network.states[name]) for name in read)):
        state, one, two = found
        problem = f"{what} in {state}: two moves are possible at once, this one and that of {one.place}"
        raise DeclarationError(two.place, problem, "Make their guards exclude one another")


@lru_cache(maxsize=1 << 14)
def _both_fit(
    actor: Actor, event: str, states: tuple[tuple[str, tuple[str, ...]], ...]
) -> tuple[str, Move, Move] | None:
    """A state and two rows that may fit there at once, if there are any. states: those of the machines that rows read. Kept,
    since networks that differ in a rule have most tables in common."""
    for state in actor.enum:
        firm = [row for row in _rows(actor, event) if row.sources is not None and state in row.sources]
        for one, two in combinations(firm, 2):
            if possible(all_of(one.when, two.when), dict(states)):
                return state.name, one, two
    return None


@cache
def _rows(actor: Actor, event: str) -> tuple[Move, ...]:
    return tuple(move for move in actor.moves if move.event == event)


def _check_term(
    network: Network, term: Term, bound: Collection[Sort], place: Place, what: str, *, observes: bool = False
) -> None:
    """A guard reads states before the step, of machines that there are; only an observer's guard reads observers."""
    if speaks_of_a_step(term):
        raise DeclarationError(place, f"{what}: a guard speaks of the step itself", "Use states before the step only")
    for name in sorted(machines_of(term)):
        if name not in network.actors:
            problem = f"{what}: no machine of the network is called {name}"
            raise DeclarationError(place, problem, "Add the actor to the network")
        if network.actors[name].observer and not observes:
            problem = f"{what}: the guard reads the observer {name}"
            raise DeclarationError(place, problem, "Read a machine of the protocol")
    check_scope(network, term, bound, place, what)
