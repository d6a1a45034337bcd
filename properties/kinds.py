"""The kinds of property. Each is one plain sentence, the requirements it shows, a term, and a witness.

The witness says what must have fired for the property to mean anything. No witness, no verdict. What can be told to be wrong of
a property by itself is refused here; what takes the network, in `checked.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from model.notation import (
    FALSE,
    HOST,
    Actor,
    Sort,
    States,
    Term,
    after,
    every,
    happens,
    implies,
    on,
    stays,
    unchanged,
)
from model.notation.errors import DeclarationError, Place, caller, refuse_unless_names, refuse_unless_said
from model.notation.terms import refuse_unless_terms, speaks_of_a_step

fired = happens
"""The witness "one of these events happened"; combine it with `&` to say in which states."""


@dataclass(frozen=True, kw_only=True)
class Property:
    """Base of all kinds. `shows`: requirement and reading ids. `derived`: shows what is inferred, not stated."""

    says: str
    shows: tuple[str, ...]
    witness: Term = FALSE
    derived: bool = False
    name: str = ""
    place: Place = field(default_factory=lambda: caller(4), compare=False)
    kind: str = ""
    observers: tuple[Actor, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Always(Property):
    """`term` holds in every reachable state."""

    term: Term
    kind: str = "always"


@dataclass(frozen=True, kw_only=True)
class Step(Property):
    """`term` holds of every step: states before, event, states after."""

    term: Term
    kind: str = "step"


@dataclass(frozen=True, kw_only=True)
class Ends(Property):
    """Every run comes to a state in which `rest` holds, provided that it meets finitely many faults, that none of
    the events `without` happens again, and that an event which stays possible for ever, and is not said to be unfair,
    happens."""

    rest: Term
    without: tuple[str, ...] = ()
    kind: str = "ends"


@dataclass(frozen=True, kw_only=True)
class Possible(Property):
    """Some run has a step of which `term` holds. Asked only in columns that tolerate one of `needs`, if there are
    any."""

    term: Term
    needs: tuple[str, ...] = ()
    needs_vms: int = 1
    kind: str = "possible"


@dataclass(frozen=True, kw_only=True)
class Independent(Property):
    """In two runs that differ only in machines of `of`, the same `events` can happen, and do the same."""

    of: tuple[Actor, ...]
    events: tuple[str, ...]
    kind: str = "independent"


@dataclass(frozen=True, kw_only=True)
class Fact(Property):
    """Constants are what the document says: (what, as it is, as it should be)."""

    constants: Callable[[], Sequence[tuple[str, object, object]]]
    kind: str = "fact"


Kind = TypeVar("Kind", bound=Property)


def _ids(shows: str) -> tuple[str, ...]:
    if not isinstance(shows, str):
        raise DeclarationError(caller(3), f"{shows!r} is no text of ids", 'Write shows="ID ID"')
    return tuple(shows.split())


def _checked(found: Kind) -> Kind:
    """The property, if it has its parts. Raises DeclarationError else."""
    place, what = found.place, f'the property "{found.says}"'
    refuse_unless_said(found.says, place, "the sentence of the property")
    if not found.shows:
        raise DeclarationError(place, f"{what} shows nothing", 'Name what it shows: shows="ID ID"')
    refuse_unless_terms(found.witness, *terms_of(found), place=place)
    if found.witness == FALSE and not isinstance(found, (Fact, Possible)):
        remedy = 'Name what must have fired for it to mean anything: witness=fired("event")'
        raise DeclarationError(place, f"{what} has no witness", remedy)
    if isinstance(found, Always) and speaks_of_a_step(found.term):
        remedy = "Say it of steps with step(...), or of states only"
        raise DeclarationError(place, f"{what} holds always, but its term speaks of a step", remedy)
    if isinstance(found, Ends) and speaks_of_a_step(found.rest):
        raise DeclarationError(place, f"{what} ends in a step, which is no rest", "Say of which states it ends in")
    return found


def _named(names: Sequence[str], what: str, *, some: bool = True) -> tuple[str, ...]:
    """Names that a property was given. Raises DeclarationError, two calls up, at a text and (if there must be some) at none."""
    refuse_unless_names(names, caller(3), what, f'Write {what}=("name", "name")')
    if some and not names:
        raise DeclarationError(caller(3), f"{what} names nothing", f"Name one at least in {what}")
    return tuple(names)


def _machines(actors: object, what: str) -> tuple[Actor, ...]:
    """Machines that a property was given: one at least. Raises DeclarationError, two calls up, at anything else."""
    several = tuple(actors) if isinstance(actors, Sequence) else ()
    if not several or not all(isinstance(one, Actor) for one in several):
        problem = f"{what}: {actors!r} is no list of machines"
        raise DeclarationError(caller(3), problem, f"Write {what}=(machine, machine)")
    return several


def always(says: str, term: Term, *, shows: str, witness: Term = FALSE, derived: bool = False) -> Always:
    return _checked(Always(says=says, term=term, shows=_ids(shows), witness=witness, derived=derived))


def step(
    says: str,
    term: Term,
    *,
    shows: str,
    witness: Term = FALSE,
    derived: bool = False,
    observers: Sequence[Actor] = (),
) -> Step:
    own = _machines(observers, "observers") if observers else ()
    return _checked(Step(says=says, term=term, shows=_ids(shows), witness=witness, derived=derived, observers=own))


def possible(
    says: str,
    term: Term,
    *,
    shows: str,
    derived: bool = False,
    needs: Sequence[str] = (),
    needs_vms: int = 1,
    observers: Sequence[Actor] = (),
) -> Possible:
    """`needs`: faults without which it is not expected to be possible, and is not asked; `needs_vms`: likewise."""
    faults = _named(needs, "needs", some=False)
    if needs_vms < 1:
        raise DeclarationError(caller(), f"needs_vms: there is no run of {needs_vms} members", "Write 1 or more")
    return _checked(
        Possible(
            says=says,
            term=term,
            shows=_ids(shows),
            witness=term,
            derived=derived,
            needs=faults,
            needs_vms=needs_vms,
            observers=tuple(observers),
        )
    )


def ends(
    says: str, rest: Term, *, without: Sequence[str], shows: str, witness: Term = FALSE, derived: bool = False
) -> Ends:
    gone = _named(without, "without", some=False)
    return _checked(Ends(says=says, rest=rest, without=gone, shows=_ids(shows), witness=witness, derived=derived))


def independent(
    says: str, of: Sequence[Actor], events: Sequence[str], *, shows: str, witness: Term = FALSE
) -> Independent:
    machines, names = _machines(of, "of"), _named(events, "events")
    return _checked(Independent(says=says, of=machines, events=names, shows=_ids(shows), witness=witness))


def fact(says: str, constants: Callable[[], Sequence[tuple[str, object, object]]], *, shows: str) -> Fact:
    if not callable(constants):
        raise DeclarationError(caller(), f"{constants!r} is no function", "Write lambda: ((what, is, should be), ...)")
    return _checked(Fact(says=says, constants=constants, shows=_ids(shows)))


class Seen(States):
    """The states of the observer behind `precedes`."""

    NOT_YET = "not yet in this session"
    HAPPENED = "has happened in this session"


def seen(*events: str, since: Sequence[str], at: Sort = HOST, place: Place | None = None) -> Actor:
    """An observer: whether one of `events` has happened since the latest `since`. place: where it was asked for."""
    observer = Actor(
        f"seen {' or '.join(events)} since {' or '.join(since)}",
        Seen,
        of=at,
        starts=Seen.NOT_YET,
        observer=True,
        says=f"Whether {' or '.join(events)} has happened.",
    )
    observer.place = place or caller()
    forgotten = [event for event in dict.fromkeys(since) if event not in events]
    rows = (
        *(on(event, Seen.NOT_YET | Seen.HAPPENED, Seen.HAPPENED) for event in dict.fromkeys(events)),
        *(on(event, Seen.HAPPENED, Seen.NOT_YET) for event in forgotten),
        *(row for event in forgotten for row in stays(event)),
    )
    return observer.table(*(replace(row, place=observer.place) for row in rows))


def precedes(
    says: str,
    first: Sequence[str],
    then: Sequence[str],
    *,
    since: Sequence[str],
    at: Sort = HOST,
    shows: str,
    witness: Term = FALSE,
    derived: bool = False,
) -> Step:
    """`then` happens only after `first`, counted from the latest `since` (for each member of `at`, or for the host)."""
    before, after_it, latest = _named(first, "first"), _named(then, "then"), _named(since, "since", some=False)
    if twice := sorted(set(before) & set(after_it)):
        problem = f"{', '.join(twice)} cannot come before itself"
        raise DeclarationError(caller(), problem, "Name other events in then than in first")
    observer = seen(*before, since=latest, at=at, place=caller())
    rule = implies(happens(*after_it), observer.is_(Seen.HAPPENED))
    return _checked(
        Step(
            says=says,
            term=rule if at == HOST else every(at, rule),
            shows=_ids(shows),
            witness=witness,
            derived=derived,
            observers=(observer,),
            kind="precedes",
        )
    )


def refines(
    says: str,
    spec: Actor,
    off_spec: States,
    *,
    sees: Sequence[Actor],
    shows: str,
    witness: Term = FALSE,
    allowed: Sequence[str] = (),
    derived: bool = False,
) -> Step:
    """What the machines `sees` go through is a run of the simpler machine `spec`, an observer that goes to `off_spec`
    where the simpler machine could not follow; and no event outside its alphabet (or `allowed`) moves any of them."""
    (simpler,), machines = _machines((spec,), "spec"), _machines(sees, "sees")
    if not isinstance(off_spec, simpler.enum):
        remedy = f"Use one of {', '.join(simpler.states)}"
        raise DeclarationError(caller(), f"off_spec: {off_spec!r} is no state of {simpler.name}", remedy)
    alphabet = (*simpler.events, *_named(allowed, "allowed", some=False))
    nothing_else = implies(~happens(*alphabet), unchanged(*machines))
    term = nothing_else & ~after(simpler.is_(off_spec))
    return _checked(
        Step(
            says=says,
            term=every(simpler.sort, term) if simpler.sort != HOST else term,
            shows=_ids(shows),
            witness=witness,
            derived=derived,
            observers=(simpler,),
            kind="refines",
        )
    )


def terms_of(found: Property) -> tuple[Term, ...]:
    """What has to be looked at to judge a property, its witness included."""
    match found:
        case Always(term=term) | Step(term=term) | Possible(term=term):
            return (term, found.witness)
        case Ends(rest=rest):
            return (rest, found.witness)
        case _:
            return ()
