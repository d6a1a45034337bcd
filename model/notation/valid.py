"""Whether a term says anything: whether some states, or some step, that tables left aside there could be make it true.

Quantifiers are written out over as many members as they can tell apart, the states after a step are machines of their own,
and a step is one event. So what is called impossible here is impossible for any number of members, whatever the tables say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from model.notation.decide import possible
from model.notation.network import Network
from model.notation.terms import (
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
    events_of,
    machines_of,
    rebuilt,
    speaks_of_a_step,
    walk,
)

Member = tuple[int, ...]
"""A member by its number, or one of its parts by both numbers; the host is ()."""

_STEP, _OTHER = "the step", "another event"


def can_hold(network: Network, term: Term, about: Sort = HOST) -> bool:
    """Whether the term, said of one member of the sort `about`, can be true.

    An impossible term that takes too many cases is called possible; one that is called impossible is.
    """
    counts = _counts(term)
    if not counts and not speaks_of_a_step(term):  # it is written out as it stands
        return possible(term, {name: network.actors[name].states for name in machines_of(term)}, limit=LIMIT)
    written = _Written(network, counts, events_of(term), about)
    plain = written.out(term, _At(written.first))
    return possible(plain, {name: written.states(name) for name in machines_of(plain)}, limit=LIMIT)


LIMIT = 2_000
"""Cases that are tried before a term is taken for possible: none of the protocol needs a tenth of them."""


def valid(network: Network, term: Term, about: Sort = HOST) -> bool:
    """Whether the term is true by itself: of all states, or of every step that there could be."""
    return not can_hold(network, ~term, about)


def _counts(term: Term) -> Counter[Sort]:
    """How many members of each sort can be told apart: one for each quantifier that may ask for one of its own."""
    return Counter(part.sort for part in walk(term) if isinstance(part, (Every, Some)))


@dataclass(frozen=True)
class _At:
    """Of whom a term is said, and whether after the step."""

    member: Member = ()
    later: bool = False


class _Written:
    """Writes a term out, without quantifiers, over machines that each have a name of their own."""

    def __init__(self, network: Network, counts: Mapping[Sort, int], events: frozenset[str], about: Sort) -> None:
        self.network, self.counts, self.about = network, counts, about
        others = (_OTHER,) if network.events.keys() - events else ()
        self.events = (*sorted(events), *others)

    @property
    def first(self) -> Member:
        """The member that the term is about."""
        return () if self.about == HOST else (0,) if self.about == self.network.replicated else (0, 0)

    def states(self, name: str) -> tuple[str, ...]:
        """The states of a machine that a written-out term speaks of."""
        if name == _STEP:
            return self.events
        actor, _, _ = name.partition("@")
        return self.network.actors[actor].states if actor else ("THERE", "NOT_THERE")

    def out(self, term: Term, at: _At) -> Term:
        match term:
            case In(actor, states):
                return In(self._machine(actor, at), states)
            case Same(left, right):
                return Same(self._machine(left, at), self._machine(right, at))
            case Unchanged(actor):
                return Same(self._machine(actor, at), self._machine(actor, replace(at, later=True)))
            case Happens(events):
                return In(_STEP, frozenset(name for name in events if self._happens_to(name, at.member)))
            case After(body):
                return self.out(body, replace(at, later=True))
            case Not() | And() | Or():
                return rebuilt(term, lambda part: self.out(part, at))
            case Every(sort, body):
                members = self._members(sort, at)
                return all_of(*(any_of(~there, self.out(body, one)) for one, there in members))
            case Some(sort, body):
                members = self._members(sort, at)
                return any_of(*(all_of(there, self.out(body, one)) for one, there in members))
        return term

    def _machine(self, actor: str, at: _At) -> str:
        sort = self.network.actors[actor].sort
        whose = () if sort == HOST else at.member[:1] if sort == self.network.replicated else at.member
        return f"{actor}@{'.'.join(map(str, whose))}{'+' if at.later else ''}"

    def _happens_to(self, name: str, member: Member) -> bool:
        """An event of one member happens, if it does, to the first: which one it is makes no difference."""
        event = self.network.events[name]
        return event.scope.all or event.scope.sort == HOST or member[:1] in {(), (0,)}

    def _members(self, sort: Sort, at: _At) -> list[tuple[_At, Term]]:
        """The members of a sort, each with the term that it is there. One of the replicated sort always is; so is the part
        that the term is about."""
        of, first = ((), 0) if sort == self.network.replicated else (at.member[:1], 1)
        several = [(*of, number) for number in range(first, self.counts[sort] + 1)]
        if first and sort == self.about and of == (0,):
            several = [(0, 0), *several]
        sure = {(0,), (0, 0)}
        return [(replace(at, member=one), TRUE if one in sure else self._there(sort, one)) for one in several]

    def _there(self, sort: Sort, member: Member) -> Term:
        return In(f"@{sort.name} {member}", frozenset({"THERE"}))
