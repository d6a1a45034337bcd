"""Any number of parts: a network in which each member has one part of each sort that is watched, and any others unseen.

Members see their parts under quantifiers only. So "every part is so" is: the watched part is so, and all others are; and
whether all others are is a machine of its own: configuration where the parts' machines never move, else one that changes
whenever it likes. The watched part may be any of them, and may be absent. Every run of a member with any number of parts
is a run of this network, so what is proved of it holds for any number; a run of it that breaks something shows nothing.

A property that claims something of every part is broken if one part breaks it, and that part may be the watched one: there
the others need not be asked. Of several such claims one is chosen: for the rest the others are asked as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import permutations

from model.notation import HOST, Actor, Event, Network, Sort, States, build, event, every, on, some
from model.notation.network import satisfiable
from model.notation.terms import (
    After,
    And,
    Every,
    Not,
    Or,
    Some,
    Term,
    Unchanged,
    after,
    all_of,
    any_of,
    children,
    events_of,
    machines_of,
    rebuilt,
    speaks_of_a_step,
    walk,
)
from proofs.world.world import Column, fold
from properties.kinds import Always, Ends, Possible, Property, Step


class NotForAnyNumber(ValueError):
    """Something in the network or the property speaks of a part in a way that one watched part cannot stand for."""


Claim = tuple[Term, bool]
"""What is said of every part, and whether it is said of the moment after a step."""


class Others(States):
    FIT = "they fit"
    BREAK = "they do not"


class Presence(States):
    THERE = "the watched part is there"
    ABSENT = "there is none"


class AnyParts:
    """The network for any number of parts in one column's readings, and properties in its terms: of each property the
    variants, any one of which shows the property. changed: other rules, each a network's of these events and this machine, to be
    said in the same terms; `more` are the machines that only they need. Raises NotForAnyNumber."""

    def __init__(
        self,
        network: Network,
        column: Column,
        properties: Iterable[Property],
        changed: Iterable[tuple[Network, Sequence[str], str]] = (),
    ) -> None:
        self._network = network
        readings = dict(column.readings)
        self._readings = {
            actor.name: frozenset({readings.get(actor.name, actor.starts[0])})
            for actor in network.of_sort(HOST)
            if not actor.moves
        }
        self._presence = {
            sort: Actor(
                f"presence of the {sort}", Presence, of=sort, starts=Presence, says="Whether there is a part to watch."
            )
            for sort in network.parts
        }
        self._others: dict[tuple[Sort, Term, bool], Actor] = {}
        self._flips: list[Event] = []
        _refuse_unless_parts_move_alone(network)
        self.variants = {found.name: tuple(self._variants(found)) for found in properties}
        actors = [self._actor(actor) for actor in network.actors.values()]
        events = [replace(one, when=self._term(one.when)) for one in network.events.values()]
        at_start = [self._term(term, claims=_claims(term)) for term in map(_pushed, network.at_start)]
        known = set(self._others)
        rules = [self._rules(*one) for one in changed]
        self.more = frozenset(actor.name for key, actor in self._others.items() if key not in known)
        self.network = build(
            [*actors, *self._presence.values(), *self._others.values()],
            [*events, *self._flips],
            network.faults.values(),
            [*at_start, *self._implied()],
        )
        self.changed = [
            replace(self.network, actors={**self.network.actors, **actors}, events={**self.network.events, **events})
            for actors, events in rules
        ]

    @property
    def meaning(self) -> dict[str, tuple[Sort, Term, bool]]:
        """What the machines say that stand for parts which are not watched: of which sort, whether what is so of all of them, and
        whether after a step."""
        return {actor.name: key for key, actor in self._others.items()}

    def presence(self, sort: Sort) -> Actor:
        """The machine that says whether there is a part of a sort at all."""
        return self._presence[sort]

    def _rules(
        self, network: Network, events: Sequence[str], machine: str
    ) -> tuple[dict[str, Actor], dict[str, Event]]:
        """These events, and this machine, if one is named, in the terms for any number of parts."""
        _refuse_unless_parts_move_alone(network)
        actors = {machine: self._actor(network.actors[machine])} if machine else {}
        said = (network.events[name] for name in events)
        return actors, {one.name: replace(one, when=self._term(one.when)) for one in said}

    def _actor(self, actor: Actor) -> Actor:
        if not any(_of_parts(move.when) for move in actor.moves):
            return actor
        chosen = frozenset(state for state in actor.enum if state.name in actor.starts)
        new = Actor(actor.name, actor.enum, of=actor.sort, starts=chosen, says=actor.says, observer=actor.observer)
        return new.table(*(replace(move, when=self._term(move.when)) for move in actor.moves))

    def _variants(self, found: Property) -> Iterator[Property]:
        new = replace(found, witness=self._term(found.witness))
        match new:
            case Always(term=term) | Step(term=term):
                asked = {part.actor for part in walk(term) if isinstance(part, Unchanged)}
                if any(self._network.actors[name].sort in self._presence for name in asked):
                    raise NotForAnyNumber(f"{found.name} asks whether a part's machine moves")
                claims = _claims(plain := _pushed(fold(term, self._readings)))
                if any(self._network.events[name].scope.sort in self._presence for name in events_of(term)):
                    claims = []  # the event may happen to another part than the one that breaks the claim
                for claim in [[claim] for claim in claims] or [[]]:
                    yield replace(new, term=self._term(plain, claims=claim))
            case Possible(term=term):
                yield replace(new, term=self._term(term))
            case Ends(rest=rest):
                yield replace(new, rest=self._term(rest))
            case _:
                yield new

    def _term(self, term: Term, *, then: bool = False, claims: Sequence[Claim] = ()) -> Term:
        """The term with what it says of all parts said of the watched one and of the others (in `claims`: not of the others)."""

        def again(inner: Term, then: bool = then) -> Term:
            return self._term(inner, then=then, claims=claims)

        match term:
            case Every(sort, body) | Some(sort, body) if sort.of != HOST:
                if any(isinstance(part, (Every, Some)) for part in walk(body)):
                    raise NotForAnyNumber(f"parts are quantified within a quantifier over {sort}s")
                there = self._presence[sort].is_(Presence.THERE)
                body = fold(body, self._readings)
                if (term, then) in claims:
                    return every(sort, any_of(~there, body))
                if isinstance(term, Every):
                    others = self._others_for(sort, _pushed(body), then=then)
                    return every(sort, any_of(~there, body)) & others.is_(Others.FIT)
                others = self._others_for(sort, _pushed(~body), then=then)
                return some(sort, all_of(there, body)) | others.is_(Others.BREAK)
            case After(body):
                return after(again(body, then=True))
            case _:
                return rebuilt(term, again)

    def _implied(self) -> Iterator[Term]:
        """Where others that fit one thing must fit another, and neither ever changes."""
        still = [(key, actor) for key, actor in self._others.items() if not actor.moves]
        for ((sort, body, _), one), ((sort2, body2, _), two) in permutations(still, 2):
            if sort == sort2 and not satisfiable(self._network, body & ~body2):
                yield ~one.is_(Others.FIT) | two.is_(Others.FIT)

    def _others_for(self, sort: Sort, body: Term, *, then: bool) -> Actor:
        """The machine that says whether the body holds of all other parts."""
        moving = speaks_of_a_step(body) or any(self._network.actors[name].moves for name in machines_of(body))
        key = (sort, body, then and moving)
        if key not in self._others:
            number = len(self._others) + 1
            owner = sort.of
            if owner is None:
                raise NotForAnyNumber(f"{sort} is no sort of parts")
            actor = Actor(f"other {sort}s, {number}", Others, of=owner, starts=Others, says="Whether all others fit.")
            if moving:
                flip = f"other {sort}s change, {number}"
                actor.table(on(flip, Others.FIT, Others.BREAK), on(flip, Others.BREAK, Others.FIT))
                self._flips += event(flip, at=owner, by="", says="Parts that are not watched change.", fair=False)
            self._others[key] = actor
        return self._others[key]


def _of_parts(term: Term) -> bool:
    return any(isinstance(part, (Every, Some)) and part.sort.of != HOST for part in walk(term))


def _refuse_unless_parts_move_alone(network: Network) -> None:
    for found in network.events.values():
        if found.scope.sort in network.parts:
            for actor in network.participants(found.name):
                if actor.sort != found.scope.sort:
                    raise NotForAnyNumber(f"{found.name} of one {found.scope.sort} moves {actor.name} as well")


def _pushed(term: Term, *, holds: bool = True) -> Term:
    """The same with negations at the leaves, and what is said of every part in one place said in one quantifier."""
    match term:
        case Not(body):
            return _pushed(body, holds=not holds)
        case And(parts) | Or(parts):
            inner = [_pushed(part, holds=holds) for part in parts]
            return _joined(inner) if isinstance(term, And) == holds else any_of(*inner)
        case Every(sort, body) | Some(sort, body):
            quantifier = every if isinstance(term, Every) == holds else some
            return quantifier(sort, _pushed(body, holds=holds))
        case After(body):
            return after(_pushed(body, holds=holds))
        case _:
            return term if holds else ~term


def _joined(terms: Iterable[Term]) -> Term:
    bodies: dict[Sort, list[Term]] = {}
    rest: list[Term] = []
    for term in terms:
        if isinstance(term, Every) and term.sort.of != HOST:
            bodies.setdefault(term.sort, []).append(term.body)
        else:
            rest.append(term)
    return all_of(*rest, *(every(sort, all_of(*found)) for sort, found in bodies.items()))


def _claims(term: Term, *, then: bool = False) -> list[Claim]:
    """What a term with its negations at the leaves says of every part, and whether after the step. What it says time and again of one
    moment is one claim: the part that breaks it there breaks it everywhere."""
    if isinstance(term, Every) and term.sort.of != HOST:
        return [(term, then)]
    inner = (_claims(part, then=then or isinstance(term, After)) for part in children(term))
    return list(dict.fromkeys(claim for claims in inner for claim in claims))
