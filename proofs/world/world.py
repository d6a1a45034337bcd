"""A world: the network in one column, with readings fixed, faults chosen, and what cannot happen folded away.

Folding is exact: a state that no start and no row with a satisfiable guard leads to is unreachable, so a guard may take
it for false. What is left is what the engines look at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import ClassVar
from weakref import WeakKeyDictionary

from model.notation.decide import possible
from model.notation.events import Event
from model.notation.machines import Actor, Rule
from model.notation.network import Network
from model.notation.terms import (
    FALSE,
    HOST,
    TRUE,
    After,
    And,
    Const,
    Every,
    Happens,
    In,
    Not,
    Or,
    Same,
    Some,
    Term,
    Unchanged,
    all_of,
    any_of,
    events_of,
    every,
    machines_of,
    rebuilt,
    some,
)


@dataclass(frozen=True)
class Column:
    """One set of circumstances: which faults a run tolerates, and which readings differ from the default."""

    faults: frozenset[str] = frozenset()
    readings: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        parts = [*(f"{reading}={state}" for reading, state in self.readings), *sorted(self.faults)]
        return " + ".join(parts) if parts else "no fault"

    def is_part_of(self, other: Column) -> bool:
        """Whether the other has all of its faults and readings, and more."""
        return self != other and self.faults <= other.faults and set(self.readings) <= set(other.readings)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Slice:
    """The machines and events that can influence something, by name."""

    machines: frozenset[str]
    events: frozenset[str]


@dataclass(frozen=True, eq=False)
class Rows:
    """What a machine may do at an event: for each state that it can be in, the rows that may fit, guards folded."""

    by_state: Mapping[str, tuple[Rule, ...]]

    @cached_property
    def fit(self) -> bool:
        """Whether one of them may fit at all."""
        return any(self.by_state.values())

    @cached_property
    def dests(self) -> frozenset[str]:
        """Where they lead."""
        return frozenset(rule.dest for rules in self.by_state.values() for rule in rules if rule.dest is not None)

    @cached_property
    def move(self) -> bool:
        """Whether one of them leads elsewhere."""
        return any(rule.dest not in (None, state) for state, rules in self.by_state.items() for rule in rules)

    @cached_property
    def reads(self) -> frozenset[str]:
        """The machines that they read."""
        guards = (machines_of(rule.when) for rules in self.by_state.values() for rule in rules)
        return frozenset[str]().union(*guards)

    @cached_property
    def as_text(self) -> str:
        """All of them."""
        return str({s: [(rule.dest, shown(rule.when)) for rule in rules] for s, rules in self.by_state.items()})


@cache
def _read(actor: Actor, event: str) -> tuple[str, ...]:
    """The machines that decide which rows may fit at an event: this one, and those that its rows read."""
    guards = {rule.when for state in actor.states for rule in actor.rules(event, state)}
    return (actor.name, *sorted({name for when in guards for name in machines_of(when)} - {actor.name}))


@lru_cache(maxsize=1 << 16)
def _rows(actor: Actor, event: str, reached: tuple[frozenset[str] | None, ...]) -> Rows:
    """The rows of a machine for an event where those that decide it can be in these states. Kept, since the same is asked
    again and again: columns differ in what few machines can come to."""
    reach = {name: states for name, states in zip(_read(actor, event), reached, strict=True) if states is not None}
    own = reach[actor.name]
    return Rows({state: _fitting(actor.rules(event, state), reach) for state in actor.states if state in own})


def _fitting(rules: Iterable[Rule], reach: Mapping[str, frozenset[str]]) -> tuple[Rule, ...]:
    """The rows that may fit, their guards folded; a row that always fits hides those after it."""
    found: list[Rule] = []
    for rule in rules:
        when = fold(rule.when, reach)
        if when != FALSE:
            found.append(Rule(rule.dest, when))
        if when == TRUE:
            break
    return tuple(found)


class Folded:
    """What a network's guards come to, where machines can be in these states and others. Kept, as rows are."""

    of: ClassVar[WeakKeyDictionary[Network, Folded]] = WeakKeyDictionary()

    def __init__(self, network: Network) -> None:
        self._when = {event.name: event.when for event in network.events.values()}
        self._reads = {name: tuple(sorted(machines_of(when))) for name, when in self._when.items()}
        self._states = network.states
        self._guards: dict[tuple[object, ...], Term] = {}
        self._blocks: WeakKeyDictionary[Rows, bool] = WeakKeyDictionary()

    def guard(self, event: str, reach: Mapping[str, frozenset[str]], leaves_out: frozenset[str] = frozenset()) -> Term:
        """The guard of an event without the machines that are left out, folded."""
        key = (event, leaves_out, *map(reach.get, self._reads[event]))
        if key not in self._guards:
            self._guards[key] = fold(widened(self._when[event], leaves_out), reach)
        return self._guards[key]

    def blocks(self, rows: Rows) -> bool:
        """Whether in some state none of the rows fits for sure."""
        if rows not in self._blocks:
            self._blocks[rows] = any(
                possible(~any_of(*(rule.when for rule in rules)), self._states) for rules in rows.by_state.values()
            )
        return self._blocks[rows]


def _check_known(network: Network, column: Column) -> None:
    """Raises ValueError at a column of which the network knows nothing: it would be judged as another one, in which all may
    hold."""
    for fault in sorted(column.faults - network.faults.keys()):
        raise ValueError(f"the network has no fault {fault}: it would be judged without one")
    for reading, state in column.readings:
        if reading not in network.actors or state not in network.actors[reading].states:
            raise ValueError(f"the network has no reading {reading}={state}: it would be judged by the default")


class World:
    """The network in one column. `reach`: for each machine the states it can possibly be in.

    leaves_out: machines that are not looked at, and so stand in nobody's way: the world has all runs of the network and
    more. What holds of every run of it holds of the network; a run that breaks something has to be replayed.
    reach: further states that machines are taken to be able to be in, so that nothing is folded away that a change of a rule
    could bring about.
    """

    def __init__(
        self,
        network: Network,
        column: Column,
        leaves_out: frozenset[str] = frozenset(),
        reach: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self.network, self.column, self.leaves_out = network, column, leaves_out
        _check_known(network, column)
        fixed = dict(column.readings)
        self.reach: dict[str, frozenset[str]] = {
            name: frozenset(
                {fixed[name]} if name in fixed else {actor.starts[0]} if self.is_reading(name) else actor.starts
            )
            for name, actor in network.actors.items()
        }
        self.starts = dict(self.reach)
        self.reach |= {name: self.reach[name] | more for name, more in (reach or {}).items()}
        self.events = [e for e in network.events.values() if e.fault is None or e.fault in column.faults]
        self._cones: dict[tuple[tuple[Term, ...], bool], Slice] = {}
        self._terms: dict[Term, Term] = {}
        self._told: dict[tuple[str, str], str] = {}
        self._rows_of: dict[tuple[str, str], Rows] | None = None  # only when nothing is reached that was not before
        self._folded = Folded.of.get(network) or Folded.of.setdefault(network, Folded(network))
        while self._grow():
            pass
        self._rows_of = {}
        self.events = [e for e in self.events if self._possible(e.name)]
        self.when = {e.name: self._folded.guard(e.name, self.reach, leaves_out) for e in self.events}

    def folded(self, term: Term) -> Term:
        """The term with everything decided that the column decides; what is asked again, of another slice say, is remembered."""
        if term not in self._terms:
            self._terms[term] = fold(term, self.reach)
        return self._terms[term]

    def is_reading(self, name: str) -> bool:
        """A machine of the host that never moves is fixed in a column."""
        actor = self.network.actors[name]
        return actor.sort == HOST and not actor.moves

    def content(self, part: Slice) -> str:
        """All of a slice that an engine can see, as text: two slices with the same content have the same runs."""
        silenced = sorted(name for fault in self.column.faults for name in self.network.faults[fault].silences)
        lines = [repr(sorted(self.leaves_out)), repr(silenced), *map(shown, self.network.at_start)]
        bound = {name for term in self.network.at_start for name in machines_of(term)}
        lines += [f"start {name} {sorted(self.starts[name])}" for name in sorted(bound - part.machines)]
        for name in sorted(part.machines):
            actor = self.network.actors[name]
            known = (
                actor.sort,
                actor.states,
                sorted(self.starts[name]),
                sorted(self.reach[name]),
                name in self.constant,
            )
            lines.append(f"{name} {known}")
        for event in self.events:
            if event.name in part.events:
                lines.append(self._told_of(event, None))
                taking = self.network.participants(event.name)
                lines += [self._told_of(event, actor) for actor in taking if actor.name in part.machines]
        return "\n".join(lines)

    def _told_of(self, event: Event, actor: Actor | None) -> str:
        """An event as text, or what a machine does in it; what slices have in common is put in words once."""
        key = (event.name, "" if actor is None else actor.name)
        if key not in self._told:
            self._told[key] = self._in_words(event, actor)
        return self._told[key]

    def _in_words(self, event: Event, actor: Actor | None) -> str:
        if actor is None:
            return f"{event.name} {event.scope} {event.fair} {event.fault} {shown(self.when[event.name])}"
        return f"  {actor.name} {self._rows(actor, event.name).as_text}"

    def _possible(self, event: str) -> bool:
        when = self._folded.guard(event, self.reach)
        return when != FALSE and all(self._rows(actor, event).fit for actor in self.network.participants(event))

    def _rows(self, actor: Actor, event: str) -> Rows:
        known = self._rows_of
        if known is None:
            return _rows(actor, event, tuple(map(self.reach.get, _read(actor, event))))
        found = known.get((actor.name, event))
        if found is None:
            found = known[actor.name, event] = _rows(actor, event, tuple(map(self.reach.get, _read(actor, event))))
        return found

    def _grow(self) -> bool:
        grown = False
        for event in self.events:
            if not self._possible(event.name):
                continue
            for actor in self.network.participants(event.name):
                now = self.reach[actor.name]
                if not (found := self._rows(actor, event.name).dests) <= now:
                    self.reach[actor.name] = now | found
                    grown = True
        return grown

    def is_widened(self, event: Event) -> bool:
        """Whether a machine that is left out could keep the event from happening."""
        return bool(machines_of(event.when) & self.leaves_out) or any(
            actor.name in self.leaves_out and self.blocks(actor, event.name)
            for actor in self.network.participants(event.name)
        )

    def can_leave_out(self, part: Slice) -> bool:
        """Leaving machines out only adds runs: no row of a machine in the slice may read one that is left out."""
        return not any(
            self._rows(actor, event).reads & self.leaves_out
            for event in part.events
            for actor in self.network.participants(event)
            if actor.name in part.machines
        )

    def rules(self, actor: Actor, event: str) -> Mapping[str, tuple[Rule, ...]]:
        """The rows of a machine for an event, by state, guards folded; states that cannot be reached are left out."""
        return self._rows(actor, event).by_state

    def moves(self, actor: Actor, event: str) -> bool:
        """Whether the event can really move this machine."""
        return self._rows(actor, event).move

    def blocks(self, actor: Actor, event: str) -> bool:
        """Whether this machine can stand in the event's way: in some state no row fits for sure."""
        return self._folded.blocks(self._rows(actor, event))

    @cached_property
    def constant(self) -> frozenset[str]:
        """Machines that no event of this column moves."""
        return frozenset(
            actor.name
            for actor in self.network.actors.values()
            if not any(self.moves(actor, e.name) for e in self.events if e.name in actor.machine.events)
        )

    @cached_property
    def _reads(self) -> dict[str, frozenset[str]]:
        """For each event, the machines that its guard reads, and those that can block it with what their rows read."""
        found: dict[str, frozenset[str]] = {}
        for event in self.events:
            reads = set(machines_of(self.when[event.name]))
            for actor in self.network.participants(event.name):
                if actor.name not in self.leaves_out and self.blocks(actor, event.name):
                    reads.add(actor.name)
            found[event.name] = frozenset(reads)
        return found

    @cached_property
    def _moved(self) -> dict[str, dict[str, frozenset[str]]]:
        """For each event and machine that takes part, what the machine's rows read; whether it moves is `_movers`."""
        return {
            event.name: {
                actor.name: self._rows(actor, event.name).reads
                for actor in self.network.participants(event.name)
                if actor.name not in self.leaves_out
            }
            for event in self.events
        }

    @cached_property
    def _movers(self) -> dict[str, frozenset[str]]:
        return {
            event.name: frozenset(a.name for a in self.network.participants(event.name) if self.moves(a, event.name))
            for event in self.events
        }

    def cone(self, terms: Iterable[Term], *, whole_events: bool = False) -> Slice:
        """The machines that can influence the terms: exact, since every machine that can block an event that matters
        is in it. `whole_events`: keep enough that no event disappears (for liveness). What is asked again is remembered."""
        key = (tuple(terms), whole_events)
        if key not in self._cones:
            self._cones[key] = self._cone(*key)
        return self._cones[key]

    def _cone(self, terms: tuple[Term, ...], whole_events: bool) -> Slice:
        terms = tuple(map(self.folded, terms))
        kept = {name for term in terms for name in machines_of(term)}
        named = {name for term in terms for name in events_of(term)}
        done: set[str] = set()
        while True:
            before = len(kept), len(done)
            for event in self.events:
                name = event.name
                if not (whole_events or name in named or self._movers[name] & kept):
                    continue
                done.add(name)
                kept |= self._reads[name]
                for actor, reads in self._moved[name].items():
                    if actor in kept:
                        kept |= reads
            if (len(kept), len(done)) == before:
                return Slice(frozenset(name for name in kept if self._matters(name, done)), frozenset(done))

    def _matters(self, name: str, events: set[str]) -> bool:
        """A machine with one reachable state matters only where it can block."""
        if name in self.leaves_out:
            return False
        actor = self.network.actors[name]
        return len(self.reach[name]) > 1 or any(
            self.blocks(actor, event) for event in events & actor.machine.events.keys()
        )


def widened(term: Term, leaves_out: frozenset[str], *, positive: bool = True) -> Term:
    """A guard without the machines that are left out: whatever they would demand is taken for granted."""
    match term:
        case In() | Same() if machines_of(term) & leaves_out:
            return Const(positive)
        case Not(body):
            return ~widened(body, leaves_out, positive=not positive)
        case And(parts):
            return all_of(*(widened(part, leaves_out, positive=positive) for part in parts))
        case Or(parts):
            return any_of(*(widened(part, leaves_out, positive=positive) for part in parts))
        case Every(sort, body):
            return every(sort, widened(body, leaves_out, positive=positive))
        case Some(sort, body):
            return some(sort, widened(body, leaves_out, positive=positive))
        case _:
            return term


@lru_cache(maxsize=1 << 14)
def shown(term: Term) -> str:
    """A term as text that does not depend on the order in which sets happen to be kept."""
    match term:
        case In(actor, states):
            return f"{actor} in {sorted(states)}"
        case Not(body):
            return f"not({shown(body)})"
        case And(parts):
            return f"and({', '.join(map(shown, parts))})"
        case Or(parts):
            return f"or({', '.join(map(shown, parts))})"
        case Every(sort, body):
            return f"every {sort}({shown(body)})"
        case Some(sort, body):
            return f"some {sort}({shown(body)})"
        case After(body):
            return f"after({shown(body)})"
        case Happens(events):
            return f"happens {sorted(events)}"
        case _:
            return repr(term)


def fold(term: Term, reach: Mapping[str, frozenset[str]]) -> Term:
    """The term with everything decided that `reach` decides."""
    if not any(name in reach for name in machines_of(term)):
        return term
    match term:
        case In(actor, states):
            found = reach.get(actor)
            if found is None:
                return term
            return TRUE if found <= states else FALSE if not found & states else term
        case Same(left, right):
            if left in reach and right in reach:
                one, two = reach[left], reach[right]
                if not one & two:
                    return FALSE
                if len(one) == len(two) == 1:
                    return TRUE
            for known, other in ((left, right), (right, left)):
                if len(reach.get(known, ())) == 1:
                    return fold(In(other, reach[known]), reach)
            return term
        case After(body):
            inner = fold(body, reach)
            return inner if isinstance(inner, Const) else After(inner)
        case Unchanged(actor):
            return TRUE if len(reach.get(actor, frozenset({"", " "}))) == 1 else term
        case _:
            return rebuilt(term, lambda part: fold(part, reach))


def fold_own(term: Term, reach: Mapping[str, frozenset[str]]) -> Term:
    """The same of a term that is said of one VM, with its parts written out: what is said of every VM, or of some, is not said of this
    one, whatever states it is in."""
    match term:
        case Every() | Some():
            return term
        case Not() | And() | Or():
            return rebuilt(term, lambda part: fold_own(part, reach))
        case After(body):
            inner = fold_own(body, reach)
            return inner if isinstance(inner, Const) else After(inner)
        case _:
            return fold(term, reach)
