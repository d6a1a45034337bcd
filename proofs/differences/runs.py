"""Shortest runs that one of two networks has and the other has not: both are walked side by side, breadth first, over pairs of states
that look alike, with one VM that has one part of each sort.

A pair looks alike if each machine that both networks have is in the same state. A run differs at the first step that one network allows
and the other does not, or that leads to states that do not look alike; what comes after it is not looked at. Only what can influence
the changed rules is walked over, so that both have every step that matters, and no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from model.notation import Network, Shape, words
from model.notation.run import Index, Run
from model.notation.terms import FALSE, Happens, In, Term, machines_of
from proofs.answers.verdict import RunFound
from proofs.differences.rules import NO_RUN_SHOWS, Changed
from proofs.search.plain import starts, successors
from proofs.search.replay import replay
from proofs.search.symmetry import Edge, State
from proofs.world.compiled import Compiled
from proofs.world.world import Column, Slice, World, fold

MOST = 30_000
"""Pairs of states of one search."""

ADDED, REMOVED, ELSEWHERE = "added", "removed", "leads elsewhere"

Pair = tuple[State, State]
Path = tuple[Pair, Edge, Edge]


@dataclass(frozen=True)
class Difference:
    """A run that one network has and the other has not, or that leads to another state there. kind: ADDED: the head has it; REMOVED: the
    base; ELSEWHERE: both. run: of the network that has it (of both: of the head), its last step the one that differs. why: what the
    other says to that step."""

    event: str
    kind: str
    column: Column
    run: RunFound
    why: str


@dataclass(frozen=True)
class Searched:
    """What one search found. differences: the nearest of each event and kind; pairs: how many were looked at; closed: there are no
    more. problem: why nothing was searched."""

    column: Column
    differences: tuple[Difference, ...] = ()
    pairs: int = 0
    closed: bool = True
    problem: str = ""


def search(base: Network, head: Network, rules: Sequence[Changed], column: Column, most: int = MOST) -> Searched:
    """Where the two part first, in one column; of faults and readings that a network does not have, it is looked at without."""
    shape = Shape({sort.name: 1 for sort in dict.fromkeys((*base.parts, *head.parts))})
    part = _part(base, head, rules, column)
    try:
        ours, theirs = (_Side(of, column, part, shape) for of in (base, head))
    except ValueError as problem:
        return Searched(column, problem=str(problem), closed=False)
    return _Walk(ours, theirs, wanted=frozenset(rule.name for rule in rules if rule.differs)).found(column, most)


def _part(base: Network, head: Network, rules: Sequence[Changed], column: Column) -> Slice:
    """What can influence the changed rules, in either network."""
    machines: set[str] = set()
    events: set[str] = set()
    for of in (base, head):
        world = World(of, known(of, column))
        named = frozenset(rule.name for rule in rules) & {event.name for event in world.events}
        moved = [name for rule in rules for name in rule.machines if name in of.actors]
        terms: list[Term] = [In(name, frozenset({of.actors[name].states[0]})) for name in moved]
        part = world.cone([*terms, *([Happens(named)] if named else [])])
        machines |= part.machines | {name for name in moved if of.actors[name].moves}
        events |= part.events
    return Slice(frozenset(machines), frozenset(events))


def known(network: Network, column: Column) -> Column:
    """The column as far as the network knows it."""
    readings = tuple(
        (name, state)
        for name, state in column.readings
        if name in network.actors and state in network.actors[name].states
    )
    return Column(column.faults & network.faults.keys(), readings)


class _Side:
    """One of the two networks, in small numbers."""

    def __init__(self, network: Network, column: Column, part: Slice, shape: Shape) -> None:
        world = World(network, known(network, column))
        own = Slice(part.machines & network.actors.keys(), part.events & {event.name for event in world.events})
        self.network = network
        self.compiled = Compiled(world, own, (shape,))
        self.starts = starts(self.compiled, 1)
        self._seen: dict[State, Mapping[str, str]] = {}

    def states(self, state: State) -> Mapping[str, str]:
        """The state of each machine."""
        found = self._seen.get(state)
        if found is None:
            compiled = self.compiled
            host = compiled.host_vars.decode(compiled.hosts[state[0]])
            found = self._seen[state] = host | compiled.vm_vars[0].decode(compiled.locals[state[1]][1])
        return found

    def steps(self, state: State) -> dict[str, list[tuple[Edge, State]]]:
        """The steps out of a state by their event's name."""
        found: dict[str, list[tuple[Edge, State]]] = {}
        for edge, target in successors(self.compiled, state):
            found.setdefault(self.compiled.events[edge[0]].name, []).append((edge, target))
        return found

    def like(self, states: Mapping[str, str]) -> State | None:
        """A start in which these machines are so, and the others as they are first; None: there is none."""
        compiled, network = self.compiled, self.network
        variables = (compiled.host_vars, compiled.vm_vars[0])
        full: dict[str, str] = {}
        for name in (name for one in variables for name in one.names):
            machine = network.actors[name.split("#")[0]]
            full[name] = states.get(name, machine.starts[0])
            if full[name] not in machine.starts:
                return None
        at = {name: frozenset({state}) for name, state in full.items()}
        if any(fold(term, at) == FALSE for term in network.at_start):
            return None
        host, vm = (one.encode(full) for one in variables)
        return compiled.host_id(host), compiled.local_id(0, vm)


@dataclass
class _Walk:
    """Both networks, side by side. wanted: the rules of which a difference is looked for (none: any, to the end)."""

    base: _Side
    head: _Side
    wanted: frozenset[str]
    before: dict[Pair, Path | None] = field(default_factory=dict)
    hits: dict[tuple[str, str], tuple[Pair, Edge | None, Edge | None]] = field(default_factory=dict)

    def found(self, column: Column, most: int) -> Searched:
        level = list(dict.fromkeys(self._starts()))
        if not level:
            return Searched(column, problem="no start looks alike in both", closed=False)
        self.before = dict.fromkeys(level)
        closed = True
        while level and not (self.wanted and self.wanted <= {event for event, _ in self.hits}):
            following: list[Pair] = []
            for pair in level:
                for target, path in self._out(pair):
                    if target not in self.before:
                        self.before[target] = path
                        following.append(target)
            level = following
            if len(self.before) > most:
                closed = False
                break
        differences = tuple(self._told(event, kind, column) for event, kind in self.hits)
        return Searched(column, differences, len(self.before), closed and not level)

    def _starts(self) -> Iterator[Pair]:
        """Starts that look alike: those that either of the two tells apart."""
        for state in self.base.starts:
            other = self.head.like(self.base.states(state))
            if other is not None:
                yield state, other
        for state in self.head.starts:
            other = self.base.like(self.head.states(state))
            if other is not None:
                yield other, state

    def _out(self, pair: Pair) -> Iterator[tuple[Pair, Path]]:
        """The steps that both have, and lead to what looks alike; the others are noted."""
        ours, theirs = self.base.steps(pair[0]), self.head.steps(pair[1])
        for name in {**ours, **theirs}:
            was, now = ours.get(name, []), theirs.get(name, [])
            if not was or not now:
                edge = (was or now)[0][0]
                kind = REMOVED if was else ADDED
                self.hits.setdefault((name, kind), (pair, edge if was else None, edge if now else None))
                continue
            left = list(now)
            for edge, target in was:
                same = next((one for one in left if self._alike(target, one[1])), None)
                if same is None:
                    self.hits.setdefault((name, ELSEWHERE), (pair, edge, now[0][0]))
                else:
                    left.remove(same)
                    yield (target, same[1]), (pair, edge, same[0])
            if left and len(now) > len(was):
                self.hits.setdefault((name, ELSEWHERE), (pair, was[0][0], left[0][0]))

    def _alike(self, one: State, other: State) -> bool:
        ours, theirs = self.base.states(one), self.head.states(other)
        return all(theirs[name] == state for name, state in ours.items() if name in theirs)

    def _told(self, event: str, kind: str, column: Column) -> Difference:
        """The run, executed by the machines of the network that has it; and what the other one's say."""
        pair, was, now = self.hits[event, kind]
        last = pair
        steps: list[tuple[Edge, Edge]] = []
        while (path := self.before[pair]) is not None:
            pair = path[0]
            steps.append((path[1], path[2]))
        steps.reverse()
        at = 0 if now is None else 1
        side, other = (self.head, self.base) if at else (self.base, self.head)
        edge = (was, now)[at]
        common = [one[at] for one in steps]
        run = _short(side.network, replay(side.compiled, pair[at], [*common, edge] if edge is not None else common))
        if kind == ELSEWHERE:
            return Difference(event, kind, column, run, self._elsewhere(last, was, now))
        prefix = replay(other.compiled, pair[1 - at], [one[1 - at] for one in steps])
        return Difference(event, kind, column, run, _why_not(other, prefix, run.steps[-1]))

    def _elsewhere(self, pair: Pair, was: Edge | None, now: Edge | None) -> str:
        """Which machines go elsewhere, in words."""
        sides = []
        for side, state, edge in zip((self.base, self.head), pair, (was, now), strict=True):
            sides.append(next(side.states(target) for one, target in successors(side.compiled, state) if one == edge))
        before, after = sides
        moved = [name for name, state in before.items() if name in after and after[name] != state]
        return "; ".join(
            f"{words(In(name, frozenset({after[name]})))} then, was {words(In(name, frozenset({before[name]})))[len(name) :].strip()}"
            for name in moved
        )


def _short(network: Network, run: RunFound) -> RunFound:
    """The run without the starts that go without saying."""
    starts = {key: state for key, state in run.starts.items() if state != network.actors[key[0]].starts[0]}
    return replace(run, starts=starts)


def _why_not(side: _Side, prefix: RunFound, step: tuple[str, Index]) -> str:
    """Why a network refuses a step, as its machines say it."""
    run = Run(side.network, prefix.shapes, prefix.starts, side.compiled.world.column.faults)
    for name, member in prefix.steps:
        run.fire(name, member)
    return run.why_not(*step) or "it allows it, for another part"


def columns_to_search(base: Network, head: Network, rules: Sequence[Changed]) -> list[Column]:
    """Where a changed rule may show: without faults; with the fault that it belongs to; under each reading that it asks about; and with
    all faults. Fewest first, so that what is told takes least."""
    found = [Column()]
    for rule in rules:
        if not rule.differs:
            continue
        for of in (base, head):
            event = of.events.get(rule.name)
            if event is None:
                continue
            faults = frozenset({event.fault} if event.fault else ())
            found.append(Column(faults))
            found += [Column(faults, (one,)) for one in _readings(of, rule.name)]
    found.append(Column(frozenset(base.faults) | frozenset(head.faults)))
    return list(dict.fromkeys(found))


def _readings(of: Network, event: str) -> Iterator[tuple[str, str]]:
    """Each other value of each reading that an event's rules ask about."""
    world = World(of, Column(frozenset(of.faults)))
    for name in sorted(asked_by(of, event)):
        if world.is_reading(name):
            yield from ((name, state) for state in of.actors[name].states[1:])


def asked_by(of: Network, event: str) -> frozenset[str]:
    """The machines that an event's guard and rows read."""
    from_rows = (row.when for actor in of.participants(event) for row in actor.moves if row.event == event)
    return frozenset(name for term in (of.events[event].when, *from_rows) for name in machines_of(term))


def first_differences(base: Network, head: Network, rules: Sequence[Changed]) -> list[Searched]:
    """The searches of the columns in which a rule that differs may show, until each has shown. A rule that is gone shows where it is in
    the base."""
    left = {rule.name: rule for rule in rules if rule.differs and rule.kind not in NO_RUN_SHOWS}
    found: list[Searched] = []
    for column in columns_to_search(base, head, rules):
        if not left:
            break
        asked = [rule for rule in left.values() if _may_happen(base, head, rule, column)]
        if not asked:
            continue
        done = search(base, head, asked, column)
        found.append(done)
        for one in done.differences:
            left.pop(one.event, None)
    return found


def _may_happen(base: Network, head: Network, rule: Changed, column: Column) -> bool:
    events = [event for of in (base, head) if (event := of.events.get(rule.name)) is not None]
    return any(event.fault is None or event.fault in column.faults for event in events)
