"""A network: actors that take part in events together, and the checks that refuse nonsense when it is put together.

A step is one event. Every machine that knows it takes part and moves at the same instant, judged on the states before
the step; a machine that knows it and has no row that fits blocks it. What is not in a table stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

from model.notation.errors import DeclarationError, Place
from model.notation.events import Event, Fault
from model.notation.machines import Actor
from model.notation.terms import (
    HOST,
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
    all_of,
    events_of,
    machines_of,
    speaks_of_a_step,
    walk,
)


@dataclass(frozen=True)
class Network:
    """The whole protocol: actors, events, faults, what may hold at the start, and the ids that rules may cite.

    `at_start`: terms over one VM (and its parts) that every initial state fulfils.
    """

    actors: Mapping[str, Actor]
    events: Mapping[str, Event]
    faults: Mapping[str, Fault]
    at_start: tuple[Term, ...] = ()
    known_ids: frozenset[str] = field(default_factory=frozenset)

    @property
    def sorts(self) -> tuple[Sort, ...]:
        """All sorts but the host, the replicated one (VM) before its parts."""
        found = {actor.sort: None for actor in self.actors.values() if actor.sort != HOST}
        return tuple(sorted(found, key=lambda sort: (sort.of is not None and sort.of != HOST, sort.name)))

    @property
    def replicated(self) -> Sort:
        """The sort of which a run may have any number: the VMs."""
        return self.sorts[0]

    @property
    def parts(self) -> tuple[Sort, ...]:
        """The sorts of which each VM may have any number."""
        return self.sorts[1:]

    def of_sort(self, sort: Sort) -> tuple[Actor, ...]:
        return tuple(actor for actor in self.actors.values() if actor.sort == sort)

    def participants(self, event: str) -> tuple[Actor, ...]:
        """The machines that know the event."""
        return tuple(actor for actor in self.actors.values() if event in actor.machine.events)

    def with_observers(self, observers: Iterable[Actor]) -> Network:
        """The same network, watched by more observers (checked again)."""
        return build(
            (*self.actors.values(), *observers), self.events.values(), self.faults.values(), self.at_start, self.known_ids
        )


def build(
    actors: Iterable[Actor],
    events: Iterable[Event],
    faults: Iterable[Fault] = (),
    at_start: Iterable[Term] = (),
    known_ids: Iterable[str] = (),
) -> Network:
    """Put a network together; refuse nonsense with the place and what to change (DeclarationError)."""
    network = Network(
        _by_name(actors, "actor"),
        _by_name(events, "event"),
        _by_name(faults, "fault"),
        tuple(at_start),
        frozenset(known_ids),
    )
    _check_names(network)
    for event in network.events.values():
        _check_term(network, event.when, event.scope.all, event.scope.sort, event.place, f"event {event.name}")
        for actor in network.participants(event.name):
            _check_part(network, event, actor)
    for term in network.at_start:
        _check_term(network, term, False, network.replicated, None, "at_start")
    return network


def _by_name(things: Iterable[Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for thing in things:
        if thing.name in found:
            raise DeclarationError(thing.place, f"{kind} {thing.name} is declared twice", "Rename or remove one")
        found[thing.name] = thing
    return found


def _check_names(network: Network) -> None:
    known: set[str] = set()
    for actor in network.actors.values():
        for move in actor.moves:
            known.add(move.event)
            if move.event not in network.events:
                raise DeclarationError(
                    move.place, f"{actor.name} moves on {move.event}, which nothing declares", "Declare it with event(...)"
                )
    for event in network.events.values():
        if event.name not in known:
            raise DeclarationError(event.place, f"no machine knows event {event.name}", "Give a machine a move on it")
        for name in event.by:
            if network.known_ids and name not in network.known_ids:
                raise DeclarationError(
                    event.place, f"event {event.name} cites {name}, which is no requirement", "Use an id of the reference"
                )
        if event.fault is not None and event.fault not in network.faults:
            raise DeclarationError(event.place, f"fault {event.fault} is not declared", "Declare it among the faults")
    used = {event.fault for event in network.events.values()}
    for fault in network.faults.values():
        if fault.silences - network.events.keys():
            raise DeclarationError(fault.place, f"{fault.name} silences an unknown event", "Use the name of an event")
        if fault.name not in used and not fault.silences:
            raise DeclarationError(fault.place, f"no event belongs to fault {fault.name}", "Add the event or drop the fault")


def _check_part(network: Network, event: Event, actor: Actor) -> None:
    """One machine's part in one event: its place, its guards, its determinism."""
    scope, place = event.scope, next(m.place for m in actor.moves if m.event == event.name)
    what = f"{actor.name} on {event.name}"
    reaches = {
        False: {HOST, scope.sort, scope.sort.of} | {s for s in network.parts if s.of == scope.sort},
        True: {HOST, scope.sort} | {s for s in network.parts if s.of == scope.sort},
    }[scope.all]
    if actor.sort not in reaches:
        raise DeclarationError(
            place, f"{what}: an event at {scope} cannot move a machine of a {actor.sort}", "Change the scope of the event"
        )
    judged = scope.sort if actor.sort == HOST and not scope.all else actor.sort
    for state in actor.states:
        rules = actor.rules(event.name, state)
        for rule in rules:
            _check_term(network, rule.when, False, judged, place, what)
        firm = [rule for rule in rules if rule.dest is not None]
        for one, two in combinations(firm, 2):
            if satisfiable(network, all_of(one.when, two.when)):
                raise DeclarationError(
                    place, f"{what} in {state}: two moves are possible at once", "Make their guards exclude one another"
                )
    waits = scope.all and actor.sort != HOST
    waits = waits or (actor.sort not in {HOST, scope.sort, scope.sort.of} and scope.sort != HOST)
    if waits and actor.blocks(event.name):
        raise DeclarationError(
            place,
            f"{what}: an event at {scope} waits for no single {actor.sort}, but this table can block it",
            f'Add stays("{event.name}") to the table',
        )


def _check_term(network: Network, term: Term, of_all: bool, sort: Sort, place: Place | None, what: str) -> None:
    if speaks_of_a_step(term):
        raise DeclarationError(place, f"{what}: a guard speaks of the step itself", "Use states before the step only")
    for name in machines_of(term):
        if name not in network.actors:
            raise DeclarationError(place, f"{what}: no machine is called {name}", "Use the actor's own is_()")
        if network.actors[name].observer and not (what.split(" ")[0] in network.actors and network.actors[what.split(" ")[0]].observer):
            raise DeclarationError(place, f"{what}: the guard reads the observer {name}", "Read a machine of the protocol")
    check_scope(network, term, {HOST} if of_all else _lineage(sort), place, what)


def _lineage(sort: Sort | None) -> set[Sort]:
    found = {HOST}
    while sort is not None:
        found.add(sort)
        sort = sort.of
    return found


def check_scope(network: Network, term: Term, bound: set[Sort], place: Place | None, what: str) -> None:
    """Every machine of a VM or part must stand under a quantifier, or belong to the one the term is about."""
    match term:
        case Every(sort, body) | Some(sort, body):
            if sort.of is not None and sort.of != HOST and sort.of not in bound:
                raise DeclarationError(place, f"{what}: whose {sort}s?", f"Quantify over the {sort.of} first")
            if sort in bound and sort in network.sorts[:1] and any(isinstance(p, (Every, Some)) and p.sort == sort for p in walk(body)):
                raise DeclarationError(place, f"{what}: {sort} is quantified twice", "Drop the inner quantifier")
            check_scope(network, body, bound | {sort}, place, what)
        case In() | Same():
            for name in machines_of(term):
                if network.actors[name].sort not in bound:
                    owner = network.actors[name].sort
                    raise DeclarationError(
                        place, f"{what}: reads {name} of a {owner} without a quantifier", f"Write every({owner}, ...) or some(...)"
                    )
        case _:
            from model.notation.terms import children

            for child in children(term):
                check_scope(network, child, bound, place, what)


def satisfiable(network: Network, term: Term) -> bool:
    """Whether some states of the machines make the term true (quantified terms count as free bits)."""
    names = sorted(machines_of(_without_quantifiers(term)))
    bits = sorted({p for p in _top_quantifiers(term)}, key=repr)
    for states in product(*(network.actors[name].states for name in names)):
        at = dict(zip(names, states, strict=True))
        for values in product((False, True), repeat=len(bits)):
            if _truth(term, at, dict(zip(bits, values, strict=True))):
                return True
    return False


def _top_quantifiers(term: Term) -> list[Term]:
    if isinstance(term, (Every, Some)):
        return [term]
    from model.notation.terms import children

    return [found for child in children(term) for found in _top_quantifiers(child)]


def _without_quantifiers(term: Term) -> Term:
    match term:
        case Every() | Some():
            return Const(True)
        case Not(body):
            return Not(_without_quantifiers(body))
        case And(parts):
            return And(tuple(map(_without_quantifiers, parts)))
        case Or(parts):
            return Or(tuple(map(_without_quantifiers, parts)))
        case _:
            return term


def _truth(term: Term, at: Mapping[str, str], bits: Mapping[Term, bool]) -> bool:
    match term:
        case Const(value):
            return value
        case In(actor, states):
            return at[actor] in states
        case Same(left, right):
            return at[left] == at[right]
        case Not(body):
            return not _truth(body, at, bits)
        case And(parts):
            return all(_truth(part, at, bits) for part in parts)
        case Or(parts):
            return any(_truth(part, at, bits) for part in parts)
        case _:
            return bits[term]


def events_cited(network: Network, term: Term) -> frozenset[str]:
    """Events that a term names and the network does not have."""
    return events_of(term) - network.events.keys()
