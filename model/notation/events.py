"""Events: what happens, to whom, when, by which requirement; and what may fail instead."""

from __future__ import annotations

from dataclasses import dataclass, field

from model.notation.errors import (
    DeclarationError,
    Place,
    caller,
    refuse_unless_names,
    refuse_unless_said,
)
from model.notation.terms import HOST, TRUE, Sort, Term, refuse_unless_sort, refuse_unless_terms


@dataclass(frozen=True)
class Scope:
    """To whom an event happens: the host, one member with its parts, one part, or all members with their parts."""

    sort: Sort
    all: bool = False

    def __str__(self) -> str:
        return f"all {self.sort.name}s" if self.all else self.sort.name


def all_(sort: Sort) -> Scope:
    """The scope of an event that happens to every member of the sort at once."""
    refuse_unless_sort(sort)
    return Scope(sort, all=True)


@dataclass(frozen=True)
class Fault:
    """Something the environment may do in a run that tolerates it.

    The events that carry its name may happen, and the events named in `silences` may never come, although nothing
    forbids them (lost fairness, not a dead end). `where` says in which corner of the environment it arises; `duty`, in
    one sentence, what somebody there must do so that it does not occur (empty: it is nobody's to prevent); `means`, what
    it means that promises fail where it is tolerated (empty: none does by it alone).
    """

    name: str
    where: str
    says: str
    silences: frozenset[str] = frozenset()
    duty: str = ""
    means: str = ""
    place: Place = field(default_factory=lambda: caller(3), compare=False)

    def __post_init__(self) -> None:
        for what, text in (("name", self.name), ("corner", self.where), ("sentence", self.says)):
            refuse_unless_said(text, self.place, f"fault {self.name}: its {what}")
        remedy = "Write frozenset({name, name})"
        refuse_unless_names(self.silences, self.place, f"fault {self.name} silences", remedy)


@dataclass(frozen=True)
class Event:
    """One named step of the network. See `event`."""

    name: str
    scope: Scope
    when: Term
    by: tuple[str, ...]
    says: str
    fault: str | None
    fair: bool
    place: Place = field(compare=False)


def _refuse_unless_placed(name: str, at: object, by: object, place: Place) -> None:
    if not isinstance(by, str):
        raise DeclarationError(place, f"event {name} cites {by!r}, which is no text", 'Write by="ID ID"')
    if not isinstance(at, (Sort, Scope)):
        raise DeclarationError(place, f"event {name}: {at!r} is no sort", "Write at=sort or at=all_(sort)")


def event(
    name: str,
    *,
    at: Sort | Scope = HOST,
    when: Term = TRUE,
    by: str,
    says: str,
    fault: str | None = None,
    or_fault: str | None = None,
    fair: bool = True,
) -> tuple[Event, ...]:
    """Declare an event, and the fault that may happen in its place.

    at: to whom it happens. when: what must hold elsewhere before it. by: requirement or reading ids, space-separated.
    says: one sentence in the words of the field. fault: it happens only in runs that tolerate this fault. or_fault: in
    the same place the fault of this name may happen instead. fair: if it stays possible for ever, it happens (False:
    nobody need do it). Raises DeclarationError at what is no sort, no term, or empty.
    """
    place = caller()
    refuse_unless_said(name, place, "the name of an event")
    refuse_unless_said(says, place, f"event {name}: its sentence")
    _refuse_unless_placed(name, at, by, place)
    refuse_unless_terms(when)
    scope = at if isinstance(at, Scope) else Scope(at)
    ids = tuple(by.split())
    usual = Event(name, scope, when, ids, says, fault, fair and fault is None, place)
    if or_fault is None:
        return (usual,)
    instead = f"Instead of {name}: the fault of this name."
    return (usual, Event(or_fault, scope, when, ids, instead, or_fault, fair=False, place=place))
