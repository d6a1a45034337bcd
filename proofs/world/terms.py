"""Terms as they are said: of one VM with its parts written out, and of the steps of one event."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from model.notation.decide import possible
from model.notation.events import Event
from model.notation.network import Network
from model.notation.run import Shape
from model.notation.terms import (
    FALSE,
    HOST,
    TRUE,
    After,
    And,
    Every,
    Happens,
    In,
    Not,
    Or,
    Same,
    Some,
    Sort,
    Term,
    Unchanged,
    all_of,
    any_of,
    children,
    machines_of,
    rebuilt,
    speaks_of_a_step,
)
from proofs.world.world import World


def part_name(actor: str, index: int) -> str:
    """The variable of a part's machine inside its VM."""
    return f"{actor}#{index}"


def expand(term: Term, shape: Shape, part_of: Mapping[str, Sort], index: Mapping[Sort, int]) -> Term:
    """The term for a VM of one shape: quantifiers over its parts written out, machines of a part named with its number.

    part_of: the sort of every machine that belongs to a part. index: which part the term is about, by sort.
    """

    def name(actor: str) -> str:
        sort = part_of.get(actor)
        return part_name(actor, index[sort]) if sort is not None and sort in index else actor

    def again(inner: Term) -> Term:
        return expand(inner, shape, part_of, index)

    match term:
        case In(actor, states):
            return In(name(actor), states)
        case Unchanged(actor):
            return Unchanged(name(actor))
        case Same(left, right):
            return Same(name(left), name(right))
        case Every(sort, body) | Some(sort, body) if sort.of != HOST:
            count = shape.parts.get(sort.name, 0)
            members = [expand(body, shape, part_of, {**index, sort: j}) for j in range(count)]
            return all_of(*members) if isinstance(term, Every) else any_of(*members)
        case Every() | Some():
            return term
        case _:
            return rebuilt(term, again)


def of_event(world: World, term: Term, event: Event) -> Term:
    """A term about steps, for steps of one event: what the event cannot change is decided."""
    if not speaks_of_a_step(term):
        return term
    actors = world.network.actors
    moved = frozenset(name for name in machines_of(term) if world.moves(actors[name], event.name))
    return _of_steps(term, event.name, not event.scope.all and event.scope.sort != HOST, moved)


@lru_cache(maxsize=1 << 17)
def _of_steps(term: Term, event: str, of_one: bool, moved: frozenset[str]) -> Term:
    """The same by what it depends on, since many worlds ask it. of_one: the event happens to one VM, or a part of one. moved: the machines
    that it moves."""
    match term:
        case Happens(events):
            if event not in events:
                return FALSE
            return term if of_one else TRUE
        case Unchanged(actor):
            return term if actor in moved else TRUE
        case After(body):
            return term if machines_of(body) & moved else body
        case And(parts) if any(isinstance(one, Happens) and event not in one.events for one in parts):
            return FALSE
        case _:
            return rebuilt(term, lambda part: _of_steps(part, event, of_one, moved) if speaks_of_a_step(part) else part)


@lru_cache(maxsize=1 << 14)
def only_at(term: Term, holds: bool = True) -> frozenset[str] | None:
    """The events of whose steps alone a term can be true (or, where it does not hold, false); None: it may be so at any."""
    match term:
        case Happens(events):
            return events if holds else None
        case Not(body):
            return only_at(body, not holds)
        case And(parts) | Or(parts):
            asked = [only_at(part, holds) for part in parts]
            named = [events for events in asked if events is not None]
            if isinstance(term, And) == holds:
                return frozenset.intersection(*named) if named else None
            return frozenset[str]().union(*named) if len(named) == len(asked) else None
        case Every(sort, body) | Some(sort, body) if sort.of == HOST or isinstance(term, Some) == holds:
            # there is a member of which it is so: of VMs always, of their parts where one is asked for
            return only_at(body, holds)
    return None


def can_hold(network: Network, term: Term) -> bool:
    """False only if the term contradicts itself, whatever the step does and whatever is said of other members."""
    return _can_hold(term, tuple((name, tuple(network.states[name])) for name in sorted(machines_of(term))))


@lru_cache(maxsize=1 << 17)
def _can_hold(term: Term, states: tuple[tuple[str, tuple[str, ...]], ...]) -> bool:
    """The same by what it depends on: the states of the machines that are read."""
    match term:
        case Not(Every(_, body)):
            return _can_hold(~body, states)
        case Some(_, body):
            return _can_hold(body, states)
        case Or(parts):
            return any(_can_hold(part, states) for part in parts)
        case _:
            return possible(term, dict(states))


def closed(term: Term, sort: Sort) -> bool:
    """Whether a term speaks of VMs under quantifiers only."""
    if isinstance(term, (Every, Some)) and term.sort == sort:
        return True
    return bool(children(term)) and all(closed(child, sort) for child in children(term))
