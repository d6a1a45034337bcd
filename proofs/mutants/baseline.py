"""A network in one column as it should be: every state of one VM of a few kinds, its steps, and what each shows of every
property. Mutants are held against it: what a changed rule does not touch is not worked out again.

Nothing is folded away that a change of a rule could bring about, so the numbers of states are those of every mutant as well.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from model.notation.machines import Actor
from model.notation.network import Network
from model.notation.run import Shape
from model.notation.terms import Term
from proofs.mutants.changed_rules import Projected, RightSides
from proofs.mutants.few_kinds import Start
from proofs.search.plain import Look, successors
from proofs.search.symmetry import Edge, State
from proofs.world.compiled import Compiled
from proofs.world.predicates import Step
from proofs.world.world import Column, Slice, World
from properties.kinds import Always, Ends, Property
from properties.kinds import Step as StepProperty

Out = tuple[int, State, Edge, int]
"""A step: its event's number, where it leads, the edge, and its marks."""

MOST = 8_000
"""States of the right network in one column that are looked at."""

MOST_REMEMBERED = 50_000
"""States beyond those of the right network of which steps are remembered."""


def everything(network: Network) -> dict[str, frozenset[str]]:
    """All states of every machine that moves at all."""
    return {actor.name: frozenset(actor.states) for actor in network.actors.values() if actor.moves}


class Unfolded(World):
    """A world in which every machine that knows an event may be moved by it: what a mutant makes of the event is judged by the
    same tests."""

    def moves(self, actor: Actor, event: str) -> bool:
        return event in actor.machine.events


@lru_cache(maxsize=2)
def unfolded(network: Network, column: Column) -> Unfolded:
    """That of a column, in which nothing is ruled out. Kept, as long as columns are looked at in turn: what its terms say is the same for
    VMs of every shape."""
    return Unfolded(network, column, reach=everything(network))


@dataclass(frozen=True)
class Marked:
    """What a bit of a mark stands for: a property that is broken, or (witness) one that is exercised."""

    property: str
    witness: bool


class Marks(Look):
    """What states and steps show, as bits: broken statements, and witnesses that fire."""

    def __init__(self, compiled: Compiled, properties: Sequence[Property]) -> None:
        self.meaning: list[Marked] = []
        states: dict[str, Term] = {}
        steps: dict[str, Term] = {}
        for one in properties:
            if isinstance(one, Always):
                states[self._bit(one, witness=False)] = ~one.term
            elif isinstance(one, StepProperty):
                steps[self._bit(one, witness=False)] = ~one.term
            elif isinstance(one, Ends):
                self._bit(one, witness=False)
            steps[self._bit(one, witness=True)] = one.witness
        super().__init__(compiled, states, steps)
        self.bit = {mark: 1 << i for i, mark in enumerate(self.meaning)}
        self._of_state: dict[tuple[int, int], int] = {}
        self._of_step: dict[tuple[int, int, int, int, int, int], int] = {}

    def _bit(self, one: Property, *, witness: bool) -> str:
        self.meaning.append(Marked(one.name, witness))
        return str(len(self.meaning) - 1)

    def of_state(self, host: int, bits: int) -> int:
        """The statements about states that a state breaks."""
        key = (host, bits)
        found = self._of_state.get(key)
        if found is None:
            step = Step(self.compiled.hosts[host], (), 0, bits)
            found = self._of_state[key] = sum(1 << int(name) for name, test in self.states if test(step))
        return found

    def of_step(self, edge: Edge, state: State, bits: int, target: State) -> int:
        """The statements about steps that a step breaks, and the witnesses that it fires."""
        compiled, (event, host2, *_) = self.compiled, edge
        if event not in self.steps:
            return 0
        within = self._within(edge, state, target) if self.of_members[event] else 0
        bits2 = compiled.bits_of_all(host2, target[1:]) if compiled.reads_bits_after.get(event) else 0
        key = (event, state[0], bits, host2, bits2, within)
        found = self._of_step.get(key)
        if found is None:
            hosts, name = compiled.hosts, compiled.events[event].name
            step = Step(hosts[state[0]], (), 0, bits, hosts[host2], (), bits2, within, name)
            found = self._of_step[key] = sum(1 << int(one) for one, test in self.steps[event] if test(step))
        return found

    def _within(self, edge: Edge, state: State, target: State) -> int:
        """The bits of quantified terms about the step, read off where it leads: a mutant's step leads elsewhere."""
        found = 0
        for i, (before, after) in enumerate(zip(state[1:], target[1:], strict=True)):
            here = edge[4] in {-1, i}
            found |= self.compiled.bits_of_step(edge[0], state[0], before, target[0], after, here)
        return found


class Baseline:
    """The right network in a column. network: with its observers. starts: the VMs that are looked at, each by itself."""

    def __init__(
        self, network: Network, column: Column, properties: Sequence[Property], shape: Shape, starts: Sequence[Start]
    ) -> None:
        self.network, self.column, self.shape = network, column, shape
        self.world = unfolded(network, column)
        machines = frozenset(name for name, reach in self.world.reach.items() if len(reach) > 1)
        self.part = Slice(machines, frozenset(event.name for event in self.world.events))
        self.allowed = {name: frozenset({state}) for name, state in starts[0].items()}
        self.compiled = compiled = Compiled(self.world, self.part, (shape,), (), (self.allowed,), reduce=False)
        self.marks = Marks(compiled, properties)
        self.ends = [one for one in properties if isinstance(one, Ends)]
        self._rests = [compiled.state_test(one.rest) for one in self.ends]
        compiled.settle()
        vars_ = compiled.vm_vars[0]
        self.starts: list[State] = [
            (host, compiled.local_id(0, vars_.encode({name: start[name] for name in vars_.names})))
            for host in compiled.start_hosts
            for start in starts
        ]
        self.number = {event.name: i for i, event in enumerate(compiled.events)}
        silenced = frozenset[str]().union(*(network.faults[fault].silences for fault in column.faults))
        self.fair = [event.fair and event.name not in silenced for event in compiled.events]
        self._out: dict[State, list[Out]] = {}
        self._resting: dict[tuple[int, int], tuple[bool, ...]] = {}
        self.right_sides = RightSides()
        self.graph = self._visit()

    def out(self, state: State) -> list[Out]:
        """The right network's steps out of a state, reachable or not, with their marks."""
        found = self._out.get(state)
        if found is None:
            bits = self.compiled.bits_of_all(state[0], state[1:])
            found = [
                (edge[0], target, edge, self.marks.of_step(edge, state, bits, target))
                for edge, target in successors(self.compiled, state, sort=False)
            ]
            self._out[state] = found
        return found

    def forget(self) -> None:
        """Remember of the steps of unreachable states only so many."""
        if len(self._out) > len(self.graph.states) + MOST_REMEMBERED:
            self._out = {state: self._out[state] for state in self.graph.states}

    def marks_of(self, state: State) -> int:
        """The statements about states that a state breaks."""
        return self.marks.of_state(state[0], self.compiled.bits_of_all(state[0], state[1:]))

    def rests(self, state: State) -> tuple[bool, ...]:
        """For each property of what comes in the end, whether a state is rest."""
        bits = self.compiled.bits_of_all(state[0], state[1:])
        key = (state[0], bits)
        found = self._resting.get(key)
        if found is None:
            step = Step(self.compiled.hosts[state[0]], (), 0, bits)
            found = self._resting[key] = tuple(rest(step) for rest in self._rests)
        return found

    def waits(self, state: State, out: Collection[Out], fair: Sequence[bool]) -> int:
        """The properties of what comes in the end that a run breaks which waits in this state for ever."""
        found = 0
        for one, rests in zip(self.ends, self.rests(state), strict=True):
            if not rests and not any(fair[step[0]] and self.event(step) not in one.without for step in out):
                found |= self.marks.bit[Marked(one.name, witness=False)]
        return found

    def event(self, step: Out) -> str:
        return self.compiled.events[step[0]].name

    def _visit(self) -> Graph:
        """Every state of one start after the other, until there are MOST of them."""
        seen, marks = dict[State, None](), 0
        for start in self.starts:
            queue = [] if start in seen else [start]
            seen[start] = None
            for state in queue:
                out = self.out(state)
                marks |= self.marks_of(state) | self.waits(state, out, self.fair)
                for _, target, _, mark in out:
                    marks |= mark
                    if target not in seen:
                        seen[target] = None
                        queue.append(target)
                if len(seen) > MOST:
                    self.starts = [start for start in self.starts if start in seen]
                    return Graph(frozenset(self._out), marks, whole=False)
        return Graph(frozenset(seen), marks)

    @cached_property
    def projected(self) -> Projected:
        """The reachable states, as far as some machines go."""
        compiled, at = self.compiled, dict[tuple[int, ...], list[tuple[int, ...]]]()
        for host, vm in self.graph.states:
            at.setdefault(compiled.hosts[host], []).append(compiled.locals[vm][1])
        return Projected(compiled.host_vars, compiled.vm_vars[0], at)

    @cached_property
    def fired(self) -> frozenset[str]:
        """The events that happen."""
        return frozenset(self.event(step) for state in self.graph.states for step in self.out(state))


@dataclass(frozen=True)
class Graph:
    """What is reachable, and the marks of all of it. whole: all that is reachable is here."""

    states: frozenset[State]
    marks: int
    whole: bool = True
