"""Whether one part of a VM can stand for several of them, in whatever is asked: found out of the terms, each time it is wanted.

Guards and properties see parts in quantifiers only. "Every part is so" is, of two parts, that both are; so a part stands for two
if it is so exactly where both are, of everything that is ever said of a part (of "some part is so": where neither is otherwise),
whatever the rest of the network is like, now and after whatever happens. Then it stands for any number, one after the other; and
a part stands for its likes, which stay like it. An event that happens to single parts would tell likes apart: then none does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from model.notation.events import Event
from model.notation.machines import Actor
from model.notation.network import Network, satisfiable
from model.notation.terms import (
    FALSE,
    HOST,
    TRUE,
    After,
    And,
    Const,
    Every,
    In,
    Not,
    Or,
    Same,
    Some,
    Sort,
    Term,
    Unchanged,
    after,
    all_of,
    any_of,
    rebuilt,
    some,
    speaks_of_a_step,
)
from properties.kinds import Fact, Independent, Possible, Property, terms_of

Options = Mapping[str, Collection[str]]
"""The states that each machine of a part may start in; one that is not named may start as the network says."""

State = tuple[str, ...]
Three = tuple[State, State, State]
"""A part, and the two that it is to stand for."""


@dataclass(frozen=True)
class _Outcome:
    """Where an event leads a part, and when."""

    then: State
    when: Term


class OneForAll:
    """What parts of a sort can stand for others where these properties are asked of a network in which only these faults happen."""

    def __init__(self, network: Network, sort: Sort, asked: Iterable[Property], faults: Collection[str]) -> None:
        self.network, self.sort = network, sort
        self.actors = network.of_sort(sort)
        self._at = {actor.name: i for i, actor in enumerate(self.actors)}
        self.events = [e for e in network.events.values() if e.fault is None or e.fault in faults]
        self.moved_alone = any(event.scope.sort == sort for event in self.events)
        self._taking = [event for event in self.events if self._part_in(event)]
        asked = [one for one in asked if not isinstance(one, Fact)]
        self.opaque = any(self._at.keys() & {a.name for a in one.of} for one in asked if isinstance(one, Independent))
        said = {one.name: terms_of(one)[:1] for one in asked}
        claimed = [term for one in asked if not isinstance(one, Possible) for term in said[one.name]]
        claimed += self._guards()
        seen = [term for one in asked if isinstance(one, Possible) for term in said[one.name]]
        seen += [one.witness for one in asked]
        bodies = dict.fromkeys(body for term in (*claimed, *seen) for body in self._bodies(term))
        self._seen_only = bodies.keys() - {body for term in claimed for body in self._bodies(term)}
        self._seen_only -= {body for term in seen for body in self._bodies(_without_some(term))}
        self._of_states = [body for body in bodies if not speaks_of_a_step(body)]
        self._of_steps = [body for body in bodies if speaks_of_a_step(body)]
        self._good: set[Three] = set()
        self._bad: set[Three] = set()
        self._outcomes: dict[tuple[str, State], list[_Outcome]] = {}
        self._filled: dict[tuple[Term, State, State], Term] = {}

    # -- what is asked ----------------------------------------------------------------------------------------------------

    def starts(self, options: Options) -> list[State]:
        """How a part may start."""
        chosen = [[s for s in actor.starts if s in options.get(actor.name, actor.starts)] for actor in self.actors]
        parts = [part for term in self.network.at_start for part in _conjuncts(term)]
        said = [part.body for part in parts if isinstance(part, Every) and part.sort == self.sort]
        return [one for one in product(*chosen) if all(self._fill(body, one, one) != FALSE for body in said)]

    def likes(self, options: Options) -> int | None:
        """How many parts, each of which may start so, show what any number of them does; None: no number is known to."""
        return None if self.moved_alone or self.opaque else len(self.starts(options))

    def stands(self, options: Sequence[Options], merged: Options) -> bool:
        """Whether one part, which may start as `merged` says, stands for all of these together, however each may start."""
        if self.moved_alone or self.opaque:
            return False
        goal, now = self.starts(merged), frozenset(self.starts(options[0]))
        if len(options) == 1:
            return now <= set(goal)
        for number, one in enumerate(options[1:], 2):
            among = goal if number == len(options) else self.starts({})
            found = {self._stand_in(a, b, among) for a in now for b in self.starts(one)}
            if None in found:
                return False
            now = frozenset(state for state in found if state is not None)
        return True

    def for_none(self, merged: Options) -> bool:
        """Whether a part that may start so shows what a VM without any does: that everything is true of every part. Not of what
        only has to be seen of some part once, of which the VM without any shows less."""
        if self.moved_alone or self.opaque:
            return False
        return any(self._says_nothing(one) for one in self.starts(merged))

    # -- what stands for what ---------------------------------------------------------------------------------------------

    def _stand_in(self, one: State, two: State, among: Sequence[State]) -> State | None:
        return next((m for m in among if self._holds((m, one, two))), None)

    def _holds(self, three: Three) -> bool:
        """Whether the first stands for the two others, now and after whatever happens."""
        seen, waiting = {three}, [three]
        while waiting:
            now = waiting.pop()
            if now in self._good:
                continue
            if now in self._bad or not all(self._agree(body, now, now) for body in self._of_states):
                self._bad |= {three, now}
                return False
            for then in self._after(now):
                if not all(self._agree(body, now, then) for body in self._of_steps):
                    self._bad.add(three)
                    return False
                if then not in seen:
                    seen.add(then)
                    waiting.append(then)
        self._good |= seen
        return True

    def _agree(self, body: Term, now: Three, then: Three) -> bool:
        one, *both = (self._fill(body, before, after_) for before, after_ in zip(now, then, strict=True))
        return _same(self.network, one, all_of(*both))

    def _after(self, now: Three) -> Iterator[Three]:
        """Where one event may lead all three; nothing happens to them in those that no machine of theirs knows."""
        yield now
        for event in self._taking:
            for one, two, three in product(*(self._leads(event, state) for state in now)):
                if satisfiable(self.network, all_of(one.when, two.when, three.when)):
                    yield one.then, two.then, three.then

    def _says_nothing(self, state: State) -> bool:
        seen, waiting = {state}, [state]
        while waiting:
            now = waiting.pop()
            leads = {now, *(found.then for event in self._taking for found in self._leads(event, now))}
            said = [self._fill(body, now, now) for body in self._of_states if body not in self._seen_only]
            steps = [body for body in self._of_steps if body not in self._seen_only]
            said += [self._fill(body, now, then) for body in steps for then in leads]
            if not all(_same(self.network, one, TRUE) for one in said):
                return False
            waiting += leads - seen
            seen |= leads
        return True

    def _leads(self, event: Event, state: State) -> list[_Outcome]:
        key = (event.name, state)
        if key not in self._outcomes:
            found = [_Outcome((), TRUE)]
            for actor in self.actors:
                ways = list(self._ways(actor, event.name, state))
                found = [_Outcome((*a.then, b), all_of(a.when, when)) for a in found for b, when in ways]
            self._outcomes[key] = [one for one in found if one.when != FALSE]
        return self._outcomes[key]

    def _ways(self, actor: Actor, event: str, state: State) -> Iterator[tuple[str, Term]]:
        """Where the event leads one machine of a part, and when: the first row that fits decides."""
        now = state[self._at[actor.name]]
        otherwise: Term = TRUE
        if event in actor.machine.events:
            for rule in actor.rules(event, now):
                when = self._fill(rule.when, state, state)
                yield now if rule.dest is None else rule.dest, all_of(otherwise, when)
                otherwise = all_of(otherwise, ~when)
        if satisfiable(self.network, otherwise):
            yield now, otherwise

    # -- terms ------------------------------------------------------------------------------------------------------------

    def _part_in(self, event: Event) -> list[Actor]:
        return [actor for actor in self.network.participants(event.name) if actor.sort == self.sort]

    def _guards(self) -> Iterator[Term]:
        for event in self.events:
            yield event.when
            for actor in self.network.participants(event.name):
                for state in actor.states:
                    yield from (rule.when for rule in actor.rules(event.name, state))
        yield from self.network.at_start

    def _bodies(self, term: Term) -> Iterator[Term]:
        """What is said of every part: of some part, that it is not so. That a part's machine stays is said of every part."""
        match term:
            case Every(sort, body) | Some(sort, body) if sort == self.sort:
                yield body if isinstance(term, Every) else ~body
                yield from self._bodies(body)
            case Unchanged(actor) if actor in self._at:
                yield term
            case Not(body) | Every(_, body) | Some(_, body):
                yield from self._bodies(body)
            case After(body):
                yield from (after(inner) for inner in self._bodies(body))
            case And(parts) | Or(parts):
                for part in parts:
                    yield from self._bodies(part)

    def _fill(self, body: Term, now: State, then: State) -> Term:
        """What is said of a part that is in one state before a step, and in another afterwards."""
        key = (body, now, then)
        if key not in self._filled:
            self._filled[key] = self._with(body, now, then)
        return self._filled[key]

    def _with(self, term: Term, now: State, then: State) -> Term:
        at = self._at
        match term:
            case In(actor, states) if actor in at:
                return Const(now[at[actor]] in states)
            case Same(left, right) if left in at and right in at:
                return Const(now[at[left]] == now[at[right]])
            case Same(left, right) if left in at or right in at:
                own, other = (left, right) if left in at else (right, left)
                return In(other, frozenset({now[at[own]]}))
            case Unchanged(actor) if actor in at:
                return Const(now[at[actor]] == then[at[actor]])
            case After(body):
                return _later(self._with(body, then, then))
            case Every() | Some():
                return term
            case _:
                return rebuilt(term, lambda part: self._with(part, now, then))


def _without_some(term: Term) -> Term:
    """What a term says besides that something is so of some part, where it says that outright."""
    match term:
        case And(parts):
            return all_of(*map(_without_some, parts))
        case Or(parts):
            return any_of(*map(_without_some, parts))
        case Some(sort, body) if sort.of != HOST:
            return TRUE
        case Some(sort, body):
            return some(sort, _without_some(body))
        case _:
            return term


def _later(term: Term) -> Term:
    return term if isinstance(term, Const) else after(term)


def _same(network: Network, one: Term, two: Term) -> bool:
    """Whether two terms are true of the same states. What is quantified in them is open, each quantifier by itself."""
    if one == two:
        return True
    return not satisfiable(network, one & ~two) and not satisfiable(network, two & ~one)


def _conjuncts(term: Term) -> tuple[Term, ...]:
    return term.parts if isinstance(term, And) else (term,)
