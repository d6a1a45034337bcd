"""Which rules say something else, as a reader says it: what an event needs now and no longer, where a machine goes otherwise, and
whether the event may so happen more often, less often, or just as before.

That two rules say the same in other words is decided over all states of the machines, reachable or not, for any number of VMs; where
that takes too many cases, or hangs on what quantifiers say together, the rule counts as another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from model.notation import Actor, Event, Network, words
from model.notation.decide import possible
from model.notation.errors import Place
from model.notation.machines import Rule
from model.notation.terms import HOST, TRUE, And, In, Sort, Term, all_of, any_of, every, machines_of
from proofs.world.fewer_runs import CASES, effects
from proofs.world.world import shown


class Kind(Enum):
    """What became of a rule."""

    NEW = "is new"
    GONE = "is no more"
    MORE = "may happen more often"
    LESS = "may happen less often"
    OTHERWISE = "may happen in other circumstances"
    LEADS = "leads elsewhere"
    FAIRNESS = "is as free to stay away as it was not, or the other way round"
    STARTS = "starts otherwise"
    SILENCES = "keeps other events from coming"
    WORDS = "says the same in other words"


NO_RUN_SHOWS = frozenset({Kind.STARTS, Kind.FAIRNESS, Kind.SILENCES})
"""What becomes of a rule that no walk over both networks shows: it is not which step comes next."""


@dataclass(frozen=True)
class Changed:
    """A rule that is not as it was: an event, how a machine starts or what every VM starts with, or what a fault keeps from coming. by:
    the requirements and readings that it cites now (of one that is no more: cited). what: how it differs, a phrase each."""

    name: str
    kind: Kind
    by: tuple[str, ...]
    place: Place
    what: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether it may do something else."""
        return self.kind is not Kind.WORDS


def changed(base: Network, head: Network) -> list[Changed]:
    """Every rule of which the two networks do not say word for word the same, in the order of the head; those that are no more last."""
    both = Both(base, head)
    found = [one for name in head.events if (one := both.event(name)) is not None]
    found += [one for actor in head.actors.values() if (one := both.starts(actor)) is not None]
    found += [*both.all_start(), *both.silences()]
    gone = [event for name, event in base.events.items() if name not in head.events]
    return [*found, *(Changed(event.name, Kind.GONE, event.by, event.place, (event.says,)) for event in gone)]


class Both:
    """Two networks side by side."""

    def __init__(self, base: Network, head: Network) -> None:
        self.base, self.head = base, head
        self.states = {
            name: tuple(
                dict.fromkeys(state for of in (base, head) if name in of.actors for state in of.actors[name].states)
            )
            for name in (*base.actors, *head.actors)
        }

    def starts(self, actor: Actor) -> Changed | None:
        was = self.base.actors.get(actor.name)
        if was is None or actor.observer or (was.starts, was.states) == (actor.starts, actor.states):
            return None
        what = f"{_list(was.starts)} was where it starts, {_list(actor.starts)} is"
        if was.states != actor.states:
            what = f"its states were {_list(was.states)}, they are {_list(actor.states)}"
        return Changed(actor.name, Kind.STARTS, (), actor.place, (what,), (actor.name,))

    def all_start(self) -> Iterator[Changed]:
        """What must hold of every VM at the start."""
        was, now = (all_of(*of.at_start) for of in (self.base, self.head))
        what = tuple(_guards(was, now))
        if not what and shown(was) == shown(now):
            return
        actors = {**self.base.actors, **self.head.actors}
        apart = {shown(term) for term in self.base.at_start} ^ {shown(term) for term in self.head.at_start}
        terms = (term for term in (*self.head.at_start, *self.base.at_start) if shown(term) in apart)
        machines = tuple(dict.fromkeys(name for term in terms for name in sorted(machines_of(term))))
        place = actors[machines[0]].place if machines else next(iter(actors.values())).place
        kind = Kind.STARTS if self._possible((now & ~was) | (was & ~now)) else Kind.WORDS
        yield Changed(f"every {self.head.replicated}", kind, (), place, what, machines)

    def silences(self) -> Iterator[Changed]:
        """The events of both that may never come where a fault of both is tolerated: of one that is new or no more that is told."""
        both = self.head.events.keys() & self.base.events.keys()
        for name in (name for name in self.head.faults if name in self.base.faults):
            was, now = (of.faults[name].silences & both for of in (self.base, self.head))
            if was != now:
                phrases = ((now - was, "now keeps"), (was - now, "no longer keeps"))
                what = tuple(f"{says} {_list(sorted(names))} from coming" for names, says in phrases if names)
                yield Changed(f"fault {name}", Kind.SILENCES, (), self.head.faults[name].place, what)

    def event(self, name: str) -> Changed | None:
        head, base = self.head.events[name], self.base.events.get(name)
        if base is None:
            machines = tuple(actor.name for actor in self.head.participants(name))
            return Changed(name, Kind.NEW, head.by, head.place, (head.says, *_needs(head)), machines)
        rows = [*self._rows(base, head)]
        guard = shown(base.when) != shown(head.when)
        scope = (base.scope, base.fault) != (head.scope, head.fault)
        if not rows and not guard and not scope and base.fair == head.fair:
            return None
        what = [*(_guards(base.when, head.when) if guard else ()), *(text for _, text in rows)]
        if scope:
            what.append(f"happened to {base.scope}{_fault(base)}, happens to {head.scope}{_fault(head)}")
        machines = tuple(dict.fromkeys(machine for machine, _ in rows))
        place = head.place if guard or not machines else _row_place(self.head, self.base, machines[0], name)
        return Changed(name, self._kind(base, head, guard, machines, scope), head.by, place, tuple(what), machines)

    def _rows(self, base: Event, head: Event) -> Iterator[tuple[str, str]]:
        """For each machine whose rows on an event differ, how."""
        names = dict.fromkeys(
            actor.name for of, event in ((self.head, head), (self.base, base)) for actor in of.participants(event.name)
        )
        for name in names:
            told: dict[tuple[str, str], list[str]] = {}
            for state in self.states[name]:
                was, now = (_rules(of, name, head.name, state) for of in (self.base, self.head))
                if _text(was) != _text(now):
                    told.setdefault(_apart(was, now), []).append(state)
            for (before, after), states in told.items():
                yield name, f"{_state(name)} in {_list(states)}: {after}{f' (was: {before})' if before else ''}"

    def _kind(self, base: Event, head: Event, guard: bool, machines: Sequence[str], scope: bool) -> Kind:
        if scope:
            return Kind.OTHERWISE
        was, now = (self._enabled(of, event, guard, machines) for of, event in ((self.base, base), (self.head, head)))
        more, less = self._possible(now & ~was), self._possible(was & ~now)
        if more or less:
            return Kind.OTHERWISE if more and less else Kind.MORE if more else Kind.LESS
        if any(self._leads_elsewhere(name, head, was) for name in machines):
            return Kind.LEADS
        return Kind.WORDS if base.fair == head.fair else Kind.FAIRNESS

    def _possible(self, term: Term) -> bool:
        return possible(term, self.states, limit=CASES)

    def _enabled(self, of: Network, event: Event, guard: bool, machines: Sequence[str]) -> Term:
        """When an event may happen, as far as what differs goes."""
        about = HOST if event.scope.all else event.scope.sort
        terms = [event.when] if guard else []
        for name in machines:
            actor = of.actors.get(name)
            if actor is not None and event.name in actor.machine.events:
                fits = any_of(
                    *(
                        In(name, frozenset({state})) & any_of(*(rule.when for rule in actor.rules(event.name, state)))
                        for state in actor.states
                    )
                )
                terms.append(_of_each(fits, actor.sort, about))
        return all_of(*terms)

    def _leads_elsewhere(self, name: str, event: Event, enabled: Term) -> bool:
        """Whether a machine may go to different states, where the event may happen."""
        local = (
            name in self.head.actors and self.head.actors[name].sort in {HOST, event.scope.sort} and not event.scope.all
        )
        for state in self.states[name]:
            sides = [_effects(_rules(of, name, event.name, state), state) for of in (self.base, self.head)]
            here = In(name, frozenset({state})) & (enabled if local else TRUE)
            for dest in {*sides[0], *sides[1]}:
                was, now = (side.get(dest, ~TRUE) for side in sides)
                if self._possible(here & ((was & ~now) | (now & ~was))):
                    return True
        return False


def _of_each(term: Term, sort: Sort, about: Sort) -> Term:
    """What is said of a machine's member, said of that which the event happens to."""
    while sort not in {HOST, about} and sort.of is not None:
        term, sort = every(sort, term), sort.of
    return term


def _rules(of: Network, name: str, event: str, state: str) -> tuple[Rule, ...] | None:
    """A machine's rows; None: the event is nothing to it."""
    actor = of.actors.get(name)
    if actor is None or event not in actor.machine.events:
        return None
    return actor.rules(event, state)


def _effects(rules: tuple[Rule, ...] | None, state: str) -> dict[str, Term]:
    """For each state that rows may lead to, when they do; a machine to which the event is nothing stays."""
    return {state: TRUE} if rules is None else effects(rules, state)


def _text(rules: tuple[Rule, ...] | None) -> object:
    return None if rules is None else [(rule.dest, shown(rule.when)) for rule in rules]


def _apart(was: tuple[Rule, ...] | None, now: tuple[Rule, ...] | None) -> tuple[str, str]:
    """Where rows lead and led, in words, those left out that are the same in both."""
    if was and now:
        texts = [{(rule.dest, shown(rule.when)) for rule in rules} for rules in (was, now)]
        old, new = (
            tuple(rule for rule in rules if (rule.dest, shown(rule.when)) not in others)
            for rules, others in ((was, texts[1]), (now, texts[0]))
        )
        if not old and not new:
            return "", "the same rows in another order"
        if old and new:
            return _leads(old), _leads(new)
    return _leads(was), _leads(now)


def _leads(rules: tuple[Rule, ...] | None) -> str:
    """Where rows lead, in words."""
    if rules is None:
        return "it is nothing to it"
    if not rules:
        return "it blocks"
    said = []
    for rule in rules:
        where = "stays" if rule.dest is None else f"goes to {_state(rule.dest)}"
        said.append(where if rule.when == TRUE else f"{where} if {words(rule.when)}")
    return "; else ".join(said)


def _guards(was: Term, now: Term) -> Iterator[str]:
    """What a guard demands now, and no longer."""
    old, new = (term.parts if isinstance(term, And) else (term,) for term in (was, now))
    texts = {shown(part) for part in old}, {shown(part) for part in new}
    for part in new:
        if shown(part) not in texts[0] and part != TRUE:
            yield f"now needs that {words(part)}"
    for part in old:
        if shown(part) not in texts[1] and part != TRUE:
            yield f"no longer needs that {words(part)}"


def _needs(event: Event) -> list[str]:
    return [] if event.when == TRUE else [f"needs that {words(event.when)}"]


def _fault(event: Event) -> str:
    return f", by fault {event.fault}" if event.fault else ""


def _row_place(head: Network, base: Network, machine: str, event: str) -> Place:
    """Where the first row stands that a machine has for an event; else the machine."""
    actor = head.actors.get(machine) or base.actors[machine]
    return next((row.place for row in actor.moves if row.event == event), actor.place)


def _state(name: str) -> str:
    return name.lower().replace("_", " ")


def _list(names: Sequence[str]) -> str:
    return ", ".join(map(_state, names))
