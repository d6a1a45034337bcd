"""Which machines and events a property depends on, and which properties are judged together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from model.notation.network import Network, satisfiable
from model.notation.product import differs, two_runs
from model.notation.terms import (
    FALSE,
    HOST,
    TRUE,
    After,
    And,
    Every,
    Happens,
    Not,
    Or,
    Some,
    Term,
    Unchanged,
    events_of,
    every,
    machines_of,
    rebuilt,
    some,
)
from model.views import LEFT_OUT_WHERE_NOT_ASKED
from proofs.world.world import Column, Slice, World, fold
from properties.kinds import Always, Ends, Independent, Property, Step, terms_of


def as_asked(found: Property, network: Network) -> tuple[Network, Property]:
    """The property as engines judge it: "independent" is "never differs" in the product of the network with itself."""
    return _in_two_runs(found, network) if isinstance(found, Independent) else (network, found)


@cache
def _in_two_runs(found: Independent, network: Network) -> tuple[Network, Property]:
    of = tuple(actor.name for actor in found.of)
    term = ~differs(network, of, found.events)
    always = Always(says=found.says, shows=found.shows, witness=found.witness, name=found.name, term=term)
    return two_runs(network, of), always


@dataclass(frozen=True)
class Group:
    """Properties that are judged on one slice of one world."""

    world: World
    part: Slice
    members: tuple[Property, ...]


class Worlds:
    """A network in one column: with everything, and without what most questions can do without."""

    def __init__(self, network: Network, column: Column) -> None:
        self.whole = World(network, column)
        self.part = World(network, column, LEFT_OUT_WHERE_NOT_ASKED)

    def smallest_for(self, found: Property) -> World:
        """The smaller world, where the property may be judged in it."""
        return self.part if can_do_without(found, self.part) else self.whole


def can_do_without(found: Property, world: World) -> bool:
    """Whether a property may be judged in a world that leaves machines out: neither it nor any row it depends on reads one
    that is left out, nor does its witness name an event that one could keep from happening (a run to it shows little); and, if
    it is about what must come in the end, none of them can stand in the way of a fair event."""
    if isinstance(found, Ends) and any(event.fair and world.is_widened(event) for event in world.events):
        return False
    terms = terms_of(found)
    if any(machines_of(term) & world.leaves_out for term in terms):
        return False
    named = events_of(found.witness)
    if any(event.name in named and world.is_widened(event) for event in world.events):
        return False
    return world.can_leave_out(world.cone(terms, whole_events=needs_every_event(found, world)))


def needs_every_event(found: Property, world: World) -> bool:
    """Whether even a step that moves nothing the property speaks of may decide it: in the end every step counts, and a
    statement about steps may be broken by a step at which nothing happens."""
    if isinstance(found, Step):
        return satisfiable(world.network, ~fold(of_still(found.term, world.network, lambda _: True), world.reach))
    return isinstance(found, Ends)


def of_still(term: Term, network: Network, still: Callable[[str], bool]) -> Term:
    """What a statement about steps says of one at which nothing happens to whom it is about, and these machines stay."""

    def again(inner: Term) -> Term:
        return of_still(inner, network, still)

    match term:
        case Happens():
            return FALSE
        case Unchanged(actor):
            return TRUE if still(actor) else term
        case After(body):
            return body if all(map(still, machines_of(body))) else term
        case Not() | And() | Or():
            return rebuilt(term, again)
        case Every(sort, body):
            said = again(body)
            return every(sort, said) if satisfiable(network, ~said) else TRUE
        case Some(sort, body):
            said = again(body)
            return some(sort, said) if satisfiable(network, said) else FALSE
        case _:
            return term


def groups(asked: Iterable[tuple[World, Property]], *, late: bool = False) -> list[Group]:
    """Judge together the properties that look at the same machines of a VM and tell the same configurations apart; of what must
    come in the end, those that look at the same machines of the host as well: a circle is closed when all that are looked at are
    back, so the steps of it that are told would depend on what else is asked. late: what they tell apart of configurations is put
    in afterwards (but for what must come in the end), so it may differ."""
    found: dict[object, tuple[World, list[Property]]] = {}
    for world, judged in asked:
        terms = terms_of(judged)
        every_event = needs_every_event(judged, world)
        sliced = world.cone(terms, whole_events=every_event)
        named = {name for term in terms for name in machines_of(term)} & world.constant
        told_apart = frozenset(name for name in named if len(world.starts[name]) > 1)
        of_vms = frozenset(n for n in sliced.machines if world.network.actors[n].sort != HOST)
        if late and not isinstance(judged, Ends):
            told_apart, of_vms = frozenset(), of_vms - world.constant
        in_the_end = sliced.machines if isinstance(judged, Ends) else None
        key = (world, told_apart, of_vms, in_the_end, every_event)
        found.setdefault(key, (world, []))[1].append(judged)
    joined = []
    for world, members in found.values():
        terms = tuple(term for judged in members for term in terms_of(judged))
        part = world.cone(terms, whole_events=any(needs_every_event(m, world) for m in members))
        joined.append(Group(world, part, tuple(members)))
    return joined
