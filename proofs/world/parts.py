"""How many parts VMs have where states are searched: searches see few, and say how many.

What nothing looks at may be there in any number. Of what something looks at, one part of each sort is searched first; where
views, which know any number of parts, leave something open, also VMs without any and VMs with two: it takes two parts for
"some" and "every" to say different things.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from model.notation.network import Network
from model.notation.run import Shape
from model.notation.terms import Every, Some, Sort, Term, walk
from proofs.world.world import Slice, World, fold
from properties.kinds import Ends, Property, terms_of

ONE_OF_EACH = Shape({"disk": 1, "adapter": 1})
"""A VM with one disk and one network adapter."""

MORE = 2
"""Parts of a sort, where one is not enough."""


def sorts_looked_at(world: World, part: Slice, terms: Iterable[Term]) -> tuple[Sort, ...]:
    """The sorts of parts of which anything is looked at: their machines, their events, or only whether there are any."""
    network = world.network
    events = [event for event in world.events if event.name in part.events]
    sorts = {event.scope.sort for event in events} | {network.actors[name].sort for name in part.machines}
    if not sorts >= set(network.parts):
        taking = (
            (actor, e.name) for e in events for actor in network.participants(e.name) if actor.name in part.machines
        )
        rules = (world.rules(actor, event) for actor, event in taking)
        asked = [rule.when for rows in rules for found in rows.values() for rule in found]
        asked += [world.when[event.name] for event in events]
        asked += [fold(term, world.reach) for term in terms]
        sorts |= {inner.sort for term in asked for inner in walk(term) if isinstance(inner, (Every, Some))}
    return tuple(sort for sort in network.parts if sort in sorts)


def with_more(world: World, part: Slice, asked: Sequence[Property]) -> tuple[Shape, ...]:
    """VMs with none to `MORE` parts of each sort that is looked at, and one of the others; no shape where nothing is looked at.

    What comes in the end is searched with one part at most where a fair event happens to a part: searches do not tell to which,
    and so cannot say that it was not left out for ever.
    """
    sorts = sorts_looked_at(world, part, [term for one in asked for term in terms_of(one)])
    if not sorts:
        return ()
    single = set[Sort]()
    if any(isinstance(one, Ends) for one in asked):
        single = {event.scope.sort for event in world.events if event.fair}
    counts = [range((1 if sort in single else MORE) + 1) if sort in sorts else (1,) for sort in world.network.parts]
    names = [sort.name for sort in world.network.parts]
    return tuple(Shape(dict(zip(names, chosen, strict=True))) for chosen in product(*counts))


def bound(sorts: Iterable[Sort], shapes: Sequence[Shape]) -> str:
    """How many parts of these sorts VMs of these shapes have, as the end of a sentence; empty where there are no such sorts."""
    said = [_counted(sort, {shape.parts.get(sort.name, 0) for shape in shapes}) for sort in sorts]
    return f", each with {' and '.join(said)}" if said else ""


def _counted(sort: Sort, counts: set[int]) -> str:
    most = max(counts)
    number = {0: "no", 1: "one"}.get(most, str(most))
    return f"{'up to ' if len(counts) > 1 and most > 1 else ''}{number} {sort}{'s' if most > 1 else ''}"


def of_parts(network: Network) -> frozenset[str]:
    """The machines that belong to parts, by name."""
    return frozenset(actor.name for actor in network.actors.values() if actor.sort in network.parts)
