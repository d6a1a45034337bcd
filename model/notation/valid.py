"""Whether a term says anything: whether some states, or some step, that tables left aside there could be make it true.

Quantifiers speak of as many members as they can tell apart, the states after a step are those of machines of their own, and a
step is one event. So what is called impossible here is impossible for any number of members, whatever the tables say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import cast

from model.notation.decide import Known, Said, Search, narrowed, possible
from model.notation.network import Network
from model.notation.terms import (
    HOST,
    After,
    Every,
    Happens,
    Some,
    Sort,
    Term,
    Unchanged,
    events_of,
    machines_of,
    quantifiers,
    speaks_of_a_step,
)

Member = tuple[int, ...]
"""A member by its number, or one of its parts by both numbers; the host is ()."""

_STEP, _OTHER = "the step", "another event"
_THE_STEP = (_STEP, (), False)


def can_hold(network: Network, term: Term, about: Sort = HOST) -> bool:
    """Whether the term, said of one member of the sort `about`, can be true.

    An impossible term that takes too many cases is called possible; one that is called impossible is.
    """
    sorts = quantifiers(term)
    if not sorts and not speaks_of_a_step(term):  # of the one that it is about
        return possible(term, {name: network.actors[name].states for name in machines_of(term)}, limit=LIMIT)
    search = _OfMembers(network, sorts, events_of(term), about)
    return search.finds(term, _At(search.first))


LIMIT = 2_000
"""Cases that are tried before a term is taken for possible: none of the protocol needs a tenth of them."""


def valid(network: Network, term: Term, about: Sort = HOST) -> bool:
    """Whether the term is true by itself: of all states, or of every step that there could be."""
    return not can_hold(network, ~term, about)


@dataclass(frozen=True)
class _At:
    """Of whom a term is said, and whether after the step."""

    member: Member = ()
    later: bool = False


Name = tuple[str, Member, bool]
"""A machine: its actor's name, whose it is, and whether it is meant as it is after the step. Of the step itself, and of who is there,
the name is none of an actor's."""

_THERE, _NOT_THERE = frozenset({"THERE"}), frozenset({"NOT_THERE"})


class _OfMembers(Search):
    """Looks for ways in which a term is true of members as far as they can be told apart, and of one step."""

    def __init__(self, network: Network, sorts: tuple[Sort, ...], events: frozenset[str], about: Sort) -> None:
        """sorts: of each quantifier. As many members can be told apart: one for each that may ask for one of its own."""
        super().__init__({}, LIMIT)
        self.network, self.sorts, self.about = network, sorts, about
        others = (_OTHER,) if network.events.keys() - events else ()
        self.events = (*sorted(events), *others)

    @property
    def first(self) -> Member:
        """The member that the term is about."""
        return () if self.about == HOST else (0,) if self.about == self.network.replicated else (0, 0)

    def states_of(self, name: object) -> Iterable[object]:
        actor, _, _ = cast("Name", name)
        if actor == _STEP:
            return self.events
        return self.network.actors[actor].states if actor in self.network.actors else _THERE | _NOT_THERE

    def name(self, actor: str, of: object) -> Name:
        at = cast("_At", of)
        sort = self.network.actors[actor].sort
        whose = () if sort == HOST else at.member[:1] if sort == self.network.replicated else at.member
        return actor, whose, at.later

    def more_ways(self, term: Term, of: object, wanted: bool, known: Known) -> Iterator[Known]:
        at = cast("_At", of)
        match term:
            case After(body):
                yield from self.ways((body, replace(at, later=True), None), wanted, known)
            case Unchanged(actor):
                yield from self.same(*self._before_and_after(actor, at), wanted, known)
            case Happens(events):
                these = frozenset(name for name in events if self._happens_to(name, at.member))
                now = self.now(_THE_STEP, known)
                yield from narrowed(known, _THE_STEP, now & these if wanted else now - these)
            case Every(sort, body) | Some(sort, body):
                of_each = self._of_each(sort, body, at)
                if isinstance(term, Every) == wanted:
                    yield from self.all(of_each, wanted, known)
                else:
                    for of_one in of_each:
                        yield from self._there(of_one, wanted, known)
            case _:
                raise TypeError(f"no term: {term!r}")

    def ways_of_one(self, said: Said, wanted: bool, known: Known) -> Iterator[Known]:
        """Who is not there is as wanted."""
        _, _, there = said
        yield from narrowed(known, there, self.now(there, known) & _NOT_THERE)
        yield from self._there(said, wanted, known)

    def _there(self, said: Said, wanted: bool, known: Known) -> Iterator[Known]:
        """The ways in which a term is as wanted of one who is there."""
        term, of, there = said
        left = [known] if there is None else narrowed(known, there, self.now(there, known) & _THERE)
        for less in left:
            yield from self.ways((term, of, None), wanted, less)

    def more_atoms(self, term: Term, of: object) -> frozenset[object]:
        at = cast("_At", of)
        match term:
            case After(body):
                return self.atoms((body, replace(at, later=True), None))
            case Unchanged(actor):
                return frozenset(self._before_and_after(actor, at))
            case Every(sort, body) | Some(sort, body):
                return frozenset[object]().union(*map(self.atoms, self._of_each(sort, body, at)))
        return frozenset({_THE_STEP})

    def _before_and_after(self, actor: str, at: _At) -> tuple[Name, Name]:
        return self.name(actor, at), self.name(actor, replace(at, later=True))

    def _happens_to(self, name: str, member: Member) -> bool:
        """An event of one member happens, if it does, to the first: which one it is makes no difference."""
        event = self.network.events[name]
        return event.scope.all or event.scope.sort == HOST or member[:1] in {(), (0,)}

    def _of_each(self, sort: Sort, body: Term, at: _At) -> tuple[Said, ...]:
        """What is said of each member of a sort, if it is there. One of the replicated sort always is; so is the part that the term is
        about."""
        of, first = ((), 0) if sort == self.network.replicated else (at.member[:1], 1)
        several = [(*of, number) for number in range(first, self.sorts.count(sort) + 1)]
        if first and sort == self.about and of == (0,):
            several = [(0, 0), *several]
        sure = {(0,), (0, 0)}
        return tuple(
            (body, replace(at, member=one), None if one in sure else (f"@{sort.name}", one, False)) for one in several
        )
