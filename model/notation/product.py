"""Two runs at once, to say that something does not depend on some machines.

`two_runs` puts a network together with a renamed copy of itself in which only the machines `of` may differ: each of them
gets a twin, "in the other run", and so does each observer, for an observer watches one run; all others are shared. A run
of it is two runs that agree on every shared machine all the time, and take the same event at the same time, but for an
event that leaves every shared machine where it is: that one may happen in one run alone. (Without this exception twins
that start alike stay alike, since a machine's next state is determined, and nothing would ever be seen to depend on them.)
A step on whose outcome the runs disagree is none of its steps: beyond it nothing is compared.

`differs` is true of such a state if one of some events can happen in one run and not in the other, or moves a shared
machine differently in the two. That it never is, in the product, is what "independent" says. If nothing that matters to
the events reads the machines `of`, and none of them can stand in their way, it is FALSE already, and independence holds
because of that.

Not compared: two runs that come to agree again after having disagreed, or after other events; they may have brought the
machines `of` into a pair of states that the product does not reach.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from model.notation.events import Event
from model.notation.machines import Actor, Move
from model.notation.network import Network, build
from model.notation.terms import (
    FALSE,
    HOST,
    TRUE,
    After,
    And,
    Every,
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
    rebuilt,
    some,
    walk,
)


def two_runs(network: Network, of: Sequence[str]) -> Network:
    """The product of the network with a copy in which only the machines `of` may differ. LookupError: no such machine."""
    return _TwoRuns(network, tuple(of)).product()


def differs(network: Network, of: Sequence[str], events: Sequence[str]) -> Term:
    """The term, about states of the product: one of `events` can happen in one run only, or does something else in the
    other to a shared machine. LookupError: no such machine, or no such event."""
    runs = _TwoRuns(network, tuple(of))
    for name in events:
        if name not in network.events:
            raise LookupError(f"no event {name}")
    return any_of(*(runs.differ(network.events[name]) for name in events))


def in_the_other_run(name: str) -> str:
    """What a machine's twin is called."""
    return f"{name} in the other run"


def in_one_run_alone(name: str) -> str:
    """What an event is called where it happens in the first run and not in the other."""
    return f"{name} in one run alone"


def in_the_other_run_alone(name: str) -> str:
    """What an event is called where it happens in the other run and not in the first."""
    return f"{name} in the other run alone"


@dataclass(frozen=True)
class _TwoRuns:
    """The network, and the machines that may differ in the two runs."""

    network: Network
    of: tuple[str, ...]

    @cached_property
    def twins(self) -> Mapping[str, str]:
        """The names of the machines that have twins, with those of the twins."""
        for name in self.of:
            if name not in self.network.actors:
                raise LookupError(f"no machine {name}")
        observers = (actor.name for actor in self.network.actors.values() if actor.observer)
        return {name: in_the_other_run(name) for name in dict.fromkeys((*self.of, *observers))}

    def other(self, term: Term) -> Term:
        """What the term says of the first run, said of the other."""
        return _renamed(term, self.twins)

    # -- the product --------------------------------------------------------------------------------------------------

    def product(self) -> Network:
        alone = {event.name: found for event in self.network.events.values() if (found := self._alone(event))}
        events = (
            one for event in self.network.events.values() for one in (self._of_both(event), *alone.get(event.name, ()))
        )
        at_start = self.network.at_start
        return build(
            (one for actor in self.network.actors.values() for one in self._machines(actor, alone)),
            events,
            self.network.faults.values(),
            dict.fromkeys((*at_start, *map(self.other, at_start))),
            self.network.known_ids,
        )

    def _machines(self, actor: Actor, alone: Mapping[str, object]) -> Iterator[Actor]:
        """A shared machine as it is (both runs agree on where it goes), or one machine in each of the two runs."""
        if actor.name not in self.twins:
            yield actor
            return
        rows = actor.moves
        private = [move for move in rows if move.event in alone]
        yield _copy(actor, actor.name, [*rows, *(replace(m, event=in_one_run_alone(m.event)) for m in private)])
        private = [replace(move, event=in_the_other_run_alone(move.event)) for move in private]
        yield _copy(
            actor, self.twins[actor.name], [replace(move, when=self.other(move.when)) for move in (*rows, *private)]
        )

    def _of_both(self, event: Event) -> Event:
        """The event where both runs take it: both can, and they agree on where the shared machines go."""
        return replace(event, when=all_of(event.when, self.other(event.when), ~self._moves_differ(event)))

    def _alone(self, event: Event) -> tuple[Event, ...]:
        """The event where one run takes it alone, if it can leave every shared machine where it is."""
        if not any(actor.name in self.of for actor in self.network.participants(event.name)):
            return ()
        when = all_of(event.when, *(~_within(actor, event, ~_stays_put(actor, event)) for actor in self._shared(event)))
        if when == FALSE:
            return ()
        here = replace(event, name=in_one_run_alone(event.name), when=when)
        return here, replace(event, name=in_the_other_run_alone(event.name), when=self.other(when))

    # -- what may differ ----------------------------------------------------------------------------------------------

    def differ(self, event: Event) -> Term:
        """One run can take the event and the other cannot, or both can, and disagree on where a shared machine goes."""
        blocking = (actor for actor in self.network.participants(event.name) if actor.blocks(event.name))
        needs = all_of(event.when, *(_fits(actor, event) for actor in blocking))
        conjuncts = needs.parts if isinstance(needs, And) else (needs,)
        alike = all_of(*(part for part in conjuncts if self.other(part) == part))
        unlike = all_of(*(part for part in conjuncts if self.other(part) != part))
        found = any_of(alike & self._either(unlike), needs & self._moves_differ(event))
        return found if event.scope.all else _some_below(event.scope.sort, (HOST,), found)

    def _moves_differ(self, event: Event) -> Term:
        """Some shared machine that takes part would go elsewhere in the other run."""
        return any_of(*(_within(actor, event, self._goes_elsewhere(actor, event)) for actor in self._shared(event)))

    def _goes_elsewhere(self, actor: Actor, event: Event) -> Term:
        found: dict[Term, set[str]] = {}
        for state in actor.states:
            reasons = (self._either(when) for when in _moves(actor, event, state).values())
            found.setdefault(any_of(*reasons), set()).add(state)
        return any_of(*(In(actor.name, frozenset(states)) & reason for reason, states in found.items()))

    def _shared(self, event: Event) -> list[Actor]:
        """The machines that take part and are the same in both runs."""
        return [actor for actor in self.network.participants(event.name) if actor.name not in self.twins]

    def _either(self, term: Term) -> Term:
        """The term holds in one of the runs and not in the other."""
        other = self.other(term)
        return FALSE if other == term else any_of(term & ~other, ~term & other)


def _copy(actor: Actor, name: str, moves: Sequence[Move]) -> Actor:
    """A machine with the same states, starts and place in the network, another name and another table."""
    starts = frozenset(state for state in actor.enum if state.name in actor.starts)
    found = Actor(
        name,
        actor.enum,
        of=actor.sort,
        starts=starts,
        says=actor.says,
        observer=actor.observer,
        leaves_out=actor.leaves_out,
    )
    found.place = actor.place
    return found.table(*moves) if moves else found


def _moves(actor: Actor, event: Event, state: str) -> dict[str, Term]:
    """Where the machine goes from a state, and when; staying by a fallback is going where it is."""
    rules = actor.rules(event.name, state)
    found: dict[str, Term] = {}
    for rule in rules:
        if rule.dest is not None:
            found[rule.dest] = found.get(rule.dest, FALSE) | rule.when
    taken = any_of(*found.values())
    left = any_of(*(rule.when for rule in rules if rule.dest is None))
    if left != FALSE:
        found[state] = found.get(state, FALSE) | left & ~taken
    return found


def _stays_put(actor: Actor, event: Event) -> Term:
    """The machine lets the event happen, and stays where it is."""
    return _by_state(actor, {state: _moves(actor, event, state).get(state, FALSE) for state in actor.states})


def _fits(actor: Actor, event: Event) -> Term:
    """The machine lets the event happen."""
    return _by_state(actor, {s: any_of(*(rule.when for rule in actor.rules(event.name, s))) for s in actor.states})


def _by_state(actor: Actor, terms: Mapping[str, Term]) -> Term:
    """What is asked of the machine depends on the state it is in."""
    found: dict[Term, set[str]] = {}
    for state, term in terms.items():
        found.setdefault(term, set()).add(state)
    if set(found) == {TRUE}:
        return TRUE
    return any_of(*(In(actor.name, frozenset(states)) & term for term, states in found.items()))


def _within(actor: Actor, event: Event, term: Term) -> Term:
    """The term about a machine, said of those of its kind to which the event happens: of one of them at least."""
    return _some_below(actor.sort, (HOST,) if event.scope.all else _lineage(event.scope.sort), term)


def _lineage(sort: Sort) -> tuple[Sort, ...]:
    return (sort,) if sort.of is None else (sort, *_lineage(sort.of))


def _some_below(sort: Sort, bound: Sequence[Sort], term: Term) -> Term:
    """The term, said of one member of the sort, and of one of what that is part of, as far as they are not bound."""
    while sort not in bound and sort.of is not None:
        term, sort = _one(sort, term), sort.of
    return term


def _one(sort: Sort, body: Term) -> Term:
    """`some`, where the body may speak of all members of the sort: nothing is quantified twice, so that is put outside."""
    inner = next((part for part in walk(body) if isinstance(part, (Every, Some)) and part.sort == sort), None)
    if inner is None:
        return some(sort, body)
    cases = ((inner, TRUE), (~inner, FALSE))
    return any_of(*(case & _one(sort, _replaced(body, inner, value)) for case, value in cases))


def _replaced(term: Term, known: Term, value: Term) -> Term:
    """The term with all that is `known` decided, and folded."""
    if term == known:
        return value
    match term:
        case After():
            return term
        case _:
            return rebuilt(term, lambda part: _replaced(part, known, value))


def _renamed(term: Term, names: Mapping[str, str]) -> Term:
    """The term with machines renamed."""

    def again(inner: Term) -> Term:
        return _renamed(inner, names)

    match term:
        case In(actor, states):
            return In(names.get(actor, actor), states)
        case Same(left, right):
            return Same(names.get(left, left), names.get(right, right))
        case Unchanged(actor):
            return Unchanged(names.get(actor, actor))
        case Not(body):
            return Not(again(body))
        case And(parts):
            return And(tuple(map(again, parts)))
        case Or(parts):
            return Or(tuple(map(again, parts)))
        case Every(sort, body):
            return Every(sort, again(body))
        case Some(sort, body):
            return Some(sort, again(body))
        case After(body):
            return After(again(body))
        case _:
            return term
