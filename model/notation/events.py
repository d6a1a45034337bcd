"""Events: what happens, to whom, when, by which requirement; and what may fail instead."""

from __future__ import annotations

from dataclasses import dataclass, field

from model.notation.errors import Place, caller
from model.notation.terms import HOST, TRUE, Sort, Term


@dataclass(frozen=True)
class Scope:
    """To whom an event happens: the host, one VM with its parts, one part, or all VMs with their parts."""

    sort: Sort
    all: bool = False

    def __str__(self) -> str:
        return f"all {self.sort.name}s" if self.all else self.sort.name


def all_(sort: Sort) -> Scope:
    """The scope of an event that happens to every member of the sort at once."""
    return Scope(sort, all=True)


@dataclass(frozen=True)
class Fault:
    """Something the environment may do in a run that tolerates it.

    `kind` "event": the events that carry its name happen. "silence": the events named in `silences` may never come,
    although nothing forbids them (lost fairness, not a dead end).
    """

    name: str
    where: str
    says: str
    silences: frozenset[str] = frozenset()
    place: Place = field(default_factory=lambda: caller(3), compare=False)


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


def event(  # noqa: PLR0913 - a declaration with named fields
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
    """Declare an event.

    at: to whom it happens. when: what must hold elsewhere before it. by: requirement or reading ids, space-separated.
    says: one sentence in the words of the field. fault: it happens only in runs that tolerate this fault. or_fault: in the
    same place the fault of this name may happen instead. fair: if it stays possible for ever, it happens (False: nobody
    need do it).
    """
    scope = at if isinstance(at, Scope) else Scope(at)
    ids = tuple(by.split())
    place = caller()
    made = [Event(name, scope, when, ids, says, fault, fair and fault is None, place)]
    if or_fault is not None:
        made.append(Event(or_fault, scope, when, ids, f"Instead of {name}: the fault of this name.", or_fault, False, place))
    return tuple(made)
