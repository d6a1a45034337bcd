"""The kinds of property. Each is one plain sentence, the requirements it shows, a term, and a witness.

The witness says what must have fired for the property to mean anything. No witness, no verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

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
from model.notation.errors import Place, caller

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


def _ids(shows: str) -> tuple[str, ...]:
    return tuple(shows.split())


def always(says: str, term: Term, *, shows: str, witness: Term, derived: bool = False) -> Always:
    return Always(says=says, term=term, shows=_ids(shows), witness=witness, derived=derived)


def step(
    says: str, term: Term, *, shows: str, witness: Term, derived: bool = False, observers: Sequence[Actor] = ()
) -> Step:
    return Step(says=says, term=term, shows=_ids(shows), witness=witness, derived=derived, observers=tuple(observers))


def possible(
    says: str, term: Term, *, shows: str, derived: bool = False, needs: Sequence[str] = (), needs_vms: int = 1
) -> Possible:
    """`needs`: faults without which it is not expected to be possible, and is not asked; `needs_vms`: likewise."""
    return Possible(
        says=says, term=term, shows=_ids(shows), witness=term, derived=derived, needs=tuple(needs), needs_vms=needs_vms
    )


def ends(says: str, rest: Term, *, without: Sequence[str], shows: str, witness: Term, derived: bool = False) -> Ends:
    return Ends(says=says, rest=rest, without=tuple(without), shows=_ids(shows), witness=witness, derived=derived)


def independent(says: str, of: Sequence[Actor], events: Sequence[str], *, shows: str, witness: Term) -> Independent:
    return Independent(says=says, of=tuple(of), events=tuple(events), shows=_ids(shows), witness=witness)


def fact(says: str, constants: Callable[[], Sequence[tuple[str, object, object]]], *, shows: str) -> Fact:
    return Fact(says=says, constants=constants, shows=_ids(shows))


class Seen(States):
    """The states of the observer behind `precedes`."""

    NOT_YET = "not yet in this session"
    HAPPENED = "has happened in this session"


def seen(*events: str, since: Sequence[str], at: Sort = HOST) -> Actor:
    """An observer: whether one of `events` has happened since the latest `since`."""
    observer = Actor(
        f"seen {' or '.join(events)} since {' or '.join(since)}",
        Seen,
        of=at,
        starts=Seen.NOT_YET,
        observer=True,
        says=f"Whether {' or '.join(events)} has happened.",
    )
    return observer.table(
        *(on(event, Seen.NOT_YET | Seen.HAPPENED, Seen.HAPPENED) for event in events),
        *(on(event, Seen.HAPPENED, Seen.NOT_YET) for event in since if event not in events),
        stays(*dict.fromkeys((*events, *since))),
    )


def precedes(
    says: str,
    first: Sequence[str],
    then: Sequence[str],
    *,
    since: Sequence[str],
    at: Sort = HOST,
    shows: str,
    witness: Term,
    derived: bool = False,
) -> Step:
    """`then` happens only after `first`, counted from the latest `since` (for each member of `at`, or for the host)."""
    observer = seen(*first, since=since, at=at)
    rule = implies(happens(*then), observer.is_(Seen.HAPPENED))
    return Step(
        says=says,
        term=rule if at == HOST else every(at, rule),
        shows=_ids(shows),
        witness=witness,
        derived=derived,
        observers=(observer,),
        kind="precedes",
    )


def refines(
    says: str,
    spec: Actor,
    off_spec: States,
    *,
    sees: Sequence[Actor],
    shows: str,
    witness: Term,
    allowed: Sequence[str] = (),
    derived: bool = False,
) -> Step:
    """What the machines `sees` go through is a run of the simpler machine `spec`, an observer that goes to `off_spec`
    where the simpler machine could not follow; and no event outside its alphabet (or `allowed`) moves any of them."""
    alphabet = (*spec.events, *allowed)
    nothing_else = implies(~happens(*alphabet), unchanged(*sees))
    term = nothing_else & ~after(spec.is_(off_spec))
    return Step(
        says=says,
        term=every(spec.sort, term) if spec.sort != HOST else term,
        shows=_ids(shows),
        witness=witness,
        derived=derived,
        observers=(spec,),
        kind="refines",
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
