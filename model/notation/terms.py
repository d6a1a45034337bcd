"""Terms: what guards and properties say about the states of machines.

A term is plain immutable data with one meaning; each engine translates it in one short function. Guards are evaluated
over the states *before* a step. `after`, `unchanged` and `happens` speak of a step and are for properties only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from typing import NoReturn, TypeVar, dataclass_transform
from weakref import WeakValueDictionary

from model.notation.errors import DeclarationError, Place, written


class States(Enum):
    """Base of every machine's enumeration of states; `A | B` is the set of both.

    A state has no truth value (`A or B` would be A): asking for it raises DeclarationError.
    """

    def __bool__(self) -> NoReturn:
        problem = f"{self} has no truth value, so Python's and, or, not and if would drop a state"
        raise DeclarationError(written(), problem, "Join states with |")

    def __or__(self, other: States | frozenset[States]) -> frozenset[States]:
        return frozenset({self}) | (other if isinstance(other, frozenset) else {other})

    __ror__ = __or__


SomeStates = States | frozenset[States]
"""One state, or several joined with `|`."""


def as_set(states: SomeStates) -> frozenset[States]:
    """The states as a set, be it of one."""
    return states if isinstance(states, frozenset) else frozenset({states})


@dataclass(frozen=True)
class Sort:
    """A kind of thing there is: the host (`of` is None), its members of one kind, or the parts of one member."""

    name: str
    of: Sort | None = None

    def __repr__(self) -> str:
        return self.name


HOST = Sort("host")


class Term:
    """Base of all terms: `&`, `|` and `~` combine them.

    A term has no truth value and no order: Python's `and`, `or`, `not`, `if` and chained comparisons would silently drop a
    condition, so they raise DeclarationError. `==` tells whether two terms are written alike.
    """

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        problem = "a term has no truth value, so Python's and, or, not and if would drop a condition"
        raise DeclarationError(written(), problem, "Write &, | and ~, or implies(premise, conclusion)")

    def __lt__(self, other: object) -> NoReturn:
        raise DeclarationError(written(), "terms have no order", "Write implies(...), iff(...) or same(...)")

    __le__ = __gt__ = __ge__ = __lt__

    def __rand__(self, other: object) -> NoReturn:
        refuse_unless_terms(other)
        raise AssertionError("a term on the left is asked first")

    __ror__ = __rand__

    def __and__(self, other: Term) -> Term:
        return all_of(self, other)

    def __or__(self, other: Term) -> Term:
        return any_of(self, other)

    def __invert__(self) -> Term:
        if isinstance(self, Const):
            return Const(not self.value)
        return self.body if isinstance(self, Not) else Not(self)

    def __reduce__(self) -> tuple[type[Term], tuple[object, ...]]:
        """What is written, and nothing that was worked out: where it is read there may be one such already."""
        return type(self), tuple(found for name, found in self.__dict__.items() if not name.startswith("_"))


Kind = TypeVar("Kind", bound=Term)


@dataclass_transform(frozen_default=True)
def _written(kind: type[Kind]) -> type[Kind]:
    """A frozen dataclass of which there is one object for each text: terms that are written alike are one and the same, so that they are
    found and told apart at once, and what is worked out of one is known of all. One that nobody has is forgotten."""
    made = dataclass(frozen=True, eq=False, init=False)(kind)
    names = tuple(kind.__annotations__)
    known = WeakValueDictionary[tuple[object, ...], Kind]()

    def the_one(_: type[Kind], *given: object, **named: object) -> Kind:
        if named:
            given += tuple(named.pop(name) for name in names[len(given) :] if name in named)
        found = known.get(given)
        if found is None or named:
            if named or len(given) != len(names):
                raise TypeError(f"{made.__name__} takes {' and '.join(names)}, each once")
            known[given] = found = object.__new__(made)
            found.__dict__.update(zip(names, given, strict=True))
        return found

    made.__new__ = the_one  # type: ignore[method-assign, assignment]  # in place of the one that makes another each time
    return made


@_written
class Const(Term):
    """True, or false, whatever happens."""

    value: bool


@_written
class In(Term):
    """Machine `actor` is in one of `states` (names)."""

    actor: str
    states: frozenset[str]


@_written
class Same(Term):
    """Two machines are in states of the same name."""

    left: str
    right: str


@_written
class Not(Term):
    """The body does not hold."""

    body: Term


@_written
class And(Term):
    """All parts hold."""

    parts: tuple[Term, ...]


@_written
class Or(Term):
    """One of the parts holds at least."""

    parts: tuple[Term, ...]


@_written
class Every(Term):
    """The body, said of each member of the sort (of a part: each part of the member that the term is about)."""

    sort: Sort
    body: Term


@_written
class Some(Term):
    """The body, said of one member of the sort at least; see `Every`."""

    sort: Sort
    body: Term


@_written
class After(Term):
    """The body, said of the states after the step."""

    body: Term


@_written
class Unchanged(Term):
    """The step leaves this machine where it was."""

    actor: str


@_written
class Happens(Term):
    """The step is one of `events`; under a quantifier, an event of one member happens to that member only."""

    events: frozenset[str]


TRUE, FALSE = Const(True), Const(False)


def refuse_unless_terms(*things: object, place: Place | None = None) -> None:
    """Raises DeclarationError at what is no term: a comparison of terms, say, is True or False and not what they compare.
    place: where it was written, if not where the notation was called."""
    for thing in things:
        if not isinstance(thing, Term):
            remedy = "Write machine.is_(state), same(...) or iff(...), and join terms with &, | and ~"
            raise DeclarationError(place or written(), f"{thing!r} is no term", remedy)


def refuse_unless_sort(sort: object) -> None:
    """Raises DeclarationError at what is no sort that has members."""
    if not isinstance(sort, Sort) or sort == HOST:
        problem = f"{sort!r} is no sort of which there are several"
        raise DeclarationError(written(), problem, "Name a Sort of members or of their parts")


def all_of(*terms: Term) -> Term:
    """Conjunction, flattened, with constants folded away."""
    parts: dict[Term, None] = {}
    refuse_unless_terms(*terms)
    for term in terms:
        if term == FALSE:
            return FALSE
        for part in term.parts if isinstance(term, And) else (term,):
            if part != TRUE:
                parts[part] = None
    return _folded(tuple(parts), TRUE, And)


def any_of(*terms: Term) -> Term:
    """Disjunction, flattened, with constants folded away."""
    parts: dict[Term, None] = {}
    refuse_unless_terms(*terms)
    for term in terms:
        if term == TRUE:
            return TRUE
        for part in term.parts if isinstance(term, Or) else (term,):
            if part != FALSE:
                parts[part] = None
    return _folded(tuple(parts), FALSE, Or)


def _folded(parts: tuple[Term, ...], nothing: Term, joined: type[And] | type[Or]) -> Term:
    if not parts:
        return nothing
    return parts[0] if len(parts) == 1 else joined(parts)


def implies(premise: Term, conclusion: Term) -> Term:
    """Where the premise holds, so does the conclusion."""
    refuse_unless_terms(premise, conclusion)
    return any_of(~premise, conclusion)


def iff(left: Term, right: Term) -> Term:
    """Both hold, or neither."""
    return implies(left, right) & implies(right, left)


def every(sort: Sort, body: Term) -> Term:
    """The body, said of each member of the sort; true of none.

    A run has at least one member of the replicated sort, so there a constant body decides; a member may have no parts,
    so over parts only TRUE does.
    """
    refuse_unless_sort(sort)
    refuse_unless_terms(body)
    decided = body == TRUE or (isinstance(body, Const) and sort.of == HOST)
    return body if decided else Every(sort, body)


def some(sort: Sort, body: Term) -> Term:
    """The body, said of one member of the sort at least; false of none. See `every`."""
    refuse_unless_sort(sort)
    refuse_unless_terms(body)
    decided = body == FALSE or (isinstance(body, Const) and sort.of == HOST)
    return body if decided else Some(sort, body)


def after(body: Term) -> Term:
    """The body, said of the states after the step (properties only). Raises DeclarationError if it speaks of a step itself."""
    refuse_unless_terms(body)
    if speaks_of_a_step(body):
        raise DeclarationError(written(), "after(...) of what speaks of a step", "Say after(...) of states only")
    return After(body)


def happens(*events: str) -> Term:
    """The step is one of these events (properties only)."""
    for name in events:
        if not isinstance(name, str):
            raise DeclarationError(written(), f"{name!r} is no name of an event", "Write happens(name, name) or *names")
    if not events:
        raise DeclarationError(written(), "no event is named, so it never happens", "Name the events")
    return Happens(frozenset(events))


def children(term: Term) -> tuple[Term, ...]:
    """The terms directly below this one."""
    match term:
        case Not(body) | Every(_, body) | Some(_, body) | After(body):
            return (body,)
        case And(parts) | Or(parts):
            return parts
        case _:
            return ()


def rebuilt(term: Term, each: Callable[[Term], Term]) -> Term:
    """The term with something else in place of each term directly below it; one with nothing below it as it stands."""
    match term:
        case Not(body):
            return ~each(body)
        case And(parts):
            return all_of(*map(each, parts))
        case Or(parts):
            return any_of(*map(each, parts))
        case Every(sort, body):
            return every(sort, each(body))
        case Some(sort, body):
            return some(sort, each(body))
        case After(body):
            return After(each(body))
        case _:
            return term


def walk(term: Term) -> Iterator[Term]:
    """The term and all terms below it."""
    yield term
    for child in children(term):
        yield from walk(child)


Worked = TypeVar("Worked")


def _kept(work: Callable[[Term], Worked]) -> Callable[[Term], Worked]:
    """What is worked out of a term is kept with it: there is one object for each text."""
    name = f"_{work.__name__}"

    @wraps(work)
    def of(term: Term) -> Worked:
        known: Worked | None = term.__dict__.get(name)
        if known is None:
            known = term.__dict__[name] = work(term)
        return known

    return of


@_kept
def machines_of(term: Term) -> frozenset[str]:
    """The names of the machines that the term speaks of."""
    match term:
        case In(actor, _) | Unchanged(actor):
            return frozenset({actor})
        case Same(left, right):
            return frozenset({left, right})
        case _:
            return frozenset[str]().union(*map(machines_of, children(term)))


@_kept
def events_of(term: Term) -> frozenset[str]:
    """The names of the events that the term speaks of."""
    return term.events if isinstance(term, Happens) else frozenset[str]().union(*map(events_of, children(term)))


@_kept
def speaks_of_a_step(term: Term) -> bool:
    """Whether the term is about a step, not about states."""
    return isinstance(term, (After, Unchanged, Happens)) or any(map(speaks_of_a_step, children(term)))


@_kept
def quantifiers(term: Term) -> tuple[Sort, ...]:
    """The sort of each quantifier in the term."""
    own = (term.sort,) if isinstance(term, (Every, Some)) else ()
    return sum(map(quantifiers, children(term)), own)
