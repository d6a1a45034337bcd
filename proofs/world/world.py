"""A world: the network in one column, with readings fixed, faults chosen, and what cannot happen folded away.

Folding is exact: a state that no start and no row with a satisfiable guard leads to is unreachable, so a guard may take
it for false. What is left is what the engines look at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from model.notation.events import Event
from model.notation.machines import Actor, Rule
from model.notation.network import Network, satisfiable
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

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Slice:
    """The machines and events that can influence something, by name."""

    machines: frozenset[str]
    events: frozenset[str]


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
        self._rules: dict[tuple[str, str], dict[str, tuple[Rule, ...]]] = {}
        self._blocks: dict[tuple[str, str], bool] = {}
        while self._grow():
            pass
        self._rules.clear()
        self.events = [e for e in self.events if self._possible(e.name, fold(e.when, self.reach))]
        self.when = {e.name: fold(self._widened(e.when), self.reach) for e in self.events}

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
                lines.append(f"{event.name} {event.scope} {event.fair} {event.fault} {shown(self.when[event.name])}")
                for actor in self.network.participants(event.name):
                    if actor.name in part.machines:
                        rows = {
                            s: [(r.dest, shown(r.when)) for r in rules]
                            for s, rules in self.rules(actor, event.name).items()
                        }
                        lines.append(f"  {actor.name} {rows}")
        return "\n".join(lines)

    def _possible(self, event: str, when: Term) -> bool:
        return when != FALSE and all(
            any(self._live(actor, event, state) for state in self.reach[actor.name])
            for actor in self.network.participants(event)
        )

    def _live(self, actor: Actor, event: str, state: str) -> tuple[Rule, ...]:
        """The rows that may fit in a state, their guards folded; a row that always fits hides those after it."""
        found: list[Rule] = []
        for rule in actor.rules(event, state):
            when = fold(rule.when, self.reach)
            if when != FALSE:
                found.append(Rule(rule.dest, when))
            if when == TRUE:
                break
        return tuple(found)

    def _grow(self) -> bool:
        grown = False
        for event in self.events:
            if not self._possible(event.name, fold(event.when, self.reach)):
                continue
            for actor in self.network.participants(event.name):
                now = self.reach[actor.name]
                new = {r.dest for s in now for r in self._live(actor, event.name, s) if r.dest is not None} - now
                if new:
                    self.reach[actor.name] = now | new
                    grown = True
        return grown

    def _widened(self, term: Term, *, positive: bool = True) -> Term:
        """An event's guard without the machines that are left out: whatever they would demand is taken for granted."""
        match term:
            case In() | Same() if machines_of(term) & self.leaves_out:
                return Const(positive)
            case Not(body):
                return ~self._widened(body, positive=not positive)
            case And(parts):
                return all_of(*(self._widened(part, positive=positive) for part in parts))
            case Or(parts):
                return any_of(*(self._widened(part, positive=positive) for part in parts))
            case Every(sort, body):
                return every(sort, self._widened(body, positive=positive))
            case Some(sort, body):
                return some(sort, self._widened(body, positive=positive))
            case _:
                return term

    def is_widened(self, event: Event) -> bool:
        """Whether a machine that is left out could keep the event from happening."""
        return bool(machines_of(event.when) & self.leaves_out) or any(
            actor.name in self.leaves_out and self.blocks(actor, event.name)
            for actor in self.network.participants(event.name)
        )

    def can_leave_out(self, part: Slice) -> bool:
        """Leaving machines out only adds runs: no row of a machine in the slice may read one that is left out."""
        return not any(
            machines_of(rule.when) & self.leaves_out
            for event in part.events
            for actor in self.network.participants(event)
            if actor.name in part.machines
            for rules in self.rules(actor, event).values()
            for rule in rules
        )

    def rules(self, actor: Actor, event: str) -> dict[str, tuple[Rule, ...]]:
        """The rows of a machine for an event, by state, guards folded; states that cannot be reached are left out."""
        key = (actor.name, event)
        if key not in self._rules:
            self._rules[key] = {
                state: self._live(actor, event, state) for state in actor.states if state in self.reach[actor.name]
            }
        return self._rules[key]

    def moves(self, actor: Actor, event: str) -> bool:
        """Whether the event can really move this machine."""
        return any(r.dest not in (None, s) for s, rules in self.rules(actor, event).items() for r in rules)

    def blocks(self, actor: Actor, event: str) -> bool:
        """Whether this machine can stand in the event's way: in some state no row fits for sure."""
        key = (actor.name, event)
        if key not in self._blocks:
            self._blocks[key] = any(
                satisfiable(self.network, ~any_of(*(rule.when for rule in rules)))
                for rules in self.rules(actor, event).values()
            )
        return self._blocks[key]

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
                actor.name: frozenset(
                    name
                    for rules in self.rules(actor, event.name).values()
                    for rule in rules
                    for name in machines_of(rule.when)
                )
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
        is in it. `whole_events`: keep enough that no event disappears (for liveness)."""
        terms = [fold(term, self.reach) for term in terms]
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
            possible = reach.get(actor)
            if possible is None:
                return term
            return TRUE if possible <= states else FALSE if not possible & states else term
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
        case Not(body):
            return ~fold(body, reach)
        case And(parts):
            return all_of(*(fold(part, reach) for part in parts))
        case Or(parts):
            return any_of(*(fold(part, reach) for part in parts))
        case Every(sort, body):
            return every(sort, fold(body, reach))
        case Some(sort, body):
            return some(sort, fold(body, reach))
        case After(body):
            inner = fold(body, reach)
            return inner if isinstance(inner, Const) else After(inner)
        case Unchanged(actor):
            return TRUE if len(reach.get(actor, frozenset({"", " "}))) == 1 else term
        case _:
            return term
