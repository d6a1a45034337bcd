"""Which machines and events a property depends on, and which properties are judged together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from math import prod

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
    return [_of(world, members) for world, members in found.values()]


MOST_JOINED = 12
"""Groups that are judged together."""

GROWTH = 6
"""How many times as many VM states there may be, in about, where groups are judged together."""

_ADDED = 1.3
"""By what a machine of a VM that starts in one state multiplies the VM states that are met, in about."""


def apart(group: Group) -> list[Group]:
    """The properties of a group that look at the same machines of the host: where many watch each something of their own, host
    states may be as many as all that they can have seen together."""
    found = dict[frozenset[str], list[Property]]()
    for one in group.members:
        part = group.world.cone(terms_of(one), whole_events=needs_every_event(one, group.world))
        hosts = frozenset(name for name in part.machines if group.world.network.actors[name].sort == HOST)
        found.setdefault(hosts, []).append(one)
    return [_of(group.world, members) for members in found.values()]


def joined(found: Iterable[Group], growth: float = GROWTH) -> list[list[Group]]:
    """Groups in sets that are judged together for less than one by one: the groups of a set are of one world. Most of what a group takes
    goes into what most of them look at; and what a machine of its own has seen is nearly told by where the others are, unless VMs start
    with it in several states. With more machines no less is shown. What must come in the end is judged by itself: its argument depends on
    all that is looked at."""
    by_world: dict[World, list[Group]] = {}
    by_themselves = []
    for one in found:
        if any(isinstance(member, Ends) for member in one.members):
            by_themselves.append([one])
        else:
            by_world.setdefault(one.world, []).append(one)
    return by_themselves + [of for world, members in by_world.items() for of in _joined(world, members, growth)]


def _joined(world: World, found: Sequence[Group], growth: float) -> list[list[Group]]:
    looks = {one: _looks_at(one) for one in found}
    of_most = {what for what, many in Counter(chain(*looks.values())).items() if 2 * many > len(found)}
    looks = {one: seen - of_most for one, seen in looks.items()}
    sets: list[tuple[list[Group], frozenset[_Seen]]] = []
    for one in sorted(found, key=lambda group: _growth(world, looks[group])):
        for i, (members, seen) in enumerate(sets):
            if len(members) < MOST_JOINED and _growth(world, seen | looks[one]) <= growth:
                members.append(one)
                sets[i] = members, seen | looks[one]
                break
        else:
            sets.append(([one], looks[one]))
    return [members for members, _ in sets]


_Seen = tuple[str, bool]
"""A machine that a group looks at; and whether its properties read it, a constant, themselves."""


def _looks_at(group: Group) -> frozenset[_Seen]:
    named = {name for one in group.members for term in terms_of(one) for name in machines_of(term)}
    return frozenset(
        {(name, False) for name in group.part.machines} | {(n, True) for n in named & group.world.constant}
    )


def _growth(world: World, seen: Iterable[_Seen]) -> float:
    """How many times as many VM states there are, in about, if these are looked at as well."""
    of_vms = [name for name, _ in seen if world.network.actors[name].sort != HOST]
    return prod(len(world.starts[name]) if len(world.starts[name]) > 1 else _ADDED for name in of_vms)


def union(groups: Sequence[Group]) -> Group:
    """The properties of groups of one world on one slice."""
    return groups[0] if len(groups) == 1 else _of(groups[0].world, [one for group in groups for one in group.members])


def _of(world: World, members: Sequence[Property]) -> Group:
    terms = [term for one in members for term in terms_of(one)]
    part = world.cone(terms, whole_events=any(needs_every_event(one, world) for one in members))
    return Group(world, part, tuple(members))
