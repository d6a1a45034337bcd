"""A network in one column as it should be: every state of one VM of a few kinds, its steps, and what each shows of every
property. Mutants are held against it: what a changed rule does not touch is not worked out again (`changed.py`).

Nothing is folded away that a change of a rule could bring about, so the numbers of states are those of every mutant as well.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from operator import or_

from model.notation.machines import Actor
from model.notation.network import Network
from model.notation.run import Shape
from model.notation.terms import Term
from proofs.mutants.changed_rules import RightSides
from proofs.mutants.few_kinds import Start
from proofs.search.plain import Look, successors
from proofs.search.symmetry import Edge, State
from proofs.world.compiled import Compiled
from proofs.world.layout import States, Variables
from proofs.world.parts import ONE_OF_EACH
from proofs.world.predicates import Step
from proofs.world.world import Column, Slice, World
from properties.kinds import Always, Ends, Property
from properties.kinds import Step as StepProperty

Out = tuple[int, State, Edge, int]
"""A step: its event's number, where it leads, the edge, and its marks."""

ENOUGH = 8_000
"""States of the right network in one column, from which on no further start is looked at."""

ENOUGH_OF_MORE_SHAPES = 4_000
"""The same of VMs that have not one part of each sort."""

ENOUGH_WITHOUT_FAULTS = 30_000
"""The same without faults and by the default readings, where nearly all mutants are looked at."""

FURTHER = 1_000
"""States of the last start that are looked at beyond those: most lead to no more."""

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
        self._classes: dict[frozenset[str], Classes] = {}
        self._circling: dict[int, list[tuple[int, int]]] = {}
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
        graph = self.graph
        if len(self._out) > graph.expanded + MOST_REMEMBERED:
            self._out = dict(zip(graph.states, graph.outs, strict=False))

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
        """Every state of one start after the other, until that is enough."""
        found, enough = Graph(), ENOUGH if self.shape == ONE_OF_EACH else ENOUGH_OF_MORE_SHAPES
        if self.column == Column():
            enough = ENOUGH_WITHOUT_FAULTS
        for start in self.starts:
            if len(found.states) > enough:
                break
            self._follow(found, start, enough + FURTHER)
        self.starts = [start for start in self.starts if start in found.number]
        return found

    def _follow(self, graph: Graph, start: State, most: int) -> None:
        """Every state that a start leads to, until there are so many."""
        graph.add(start)
        while graph.expanded < len(graph.states):
            if len(graph.states) > most:
                graph.whole = False
                return
            state = graph.states[graph.expanded]
            out = self.out(state)
            shows = self.marks_of(state) | self.waits(state, out, self.fair)
            for step in out:
                shows |= step[3]
            graph.expand(out, shows)

    def classes(self, machines: frozenset[str]) -> Classes:
        """The states that were looked at, as far as some machines go."""
        if machines not in self._classes:
            self._classes[machines] = Classes(self.compiled, self.graph.states[: self.graph.expanded], machines)
        return self._classes[machines]

    def circling(self, number: int) -> list[tuple[int, int]]:
        """Of a property of what comes in the end, by its number: the steps from one state that is no rest to another, by their numbers
        in the graph, that an endless run may take."""
        if number not in self._circling:
            graph, steps = self.graph, list[tuple[int, int]]()
            rests = [self.rests(state)[number] for state in graph.states]
            for i, (targets, out) in enumerate(zip(graph.targets, graph.outs, strict=True)):
                if not rests[i]:
                    found = zip(targets, out, strict=True)
                    steps += [(i, to) for to, step in found if not rests[to] and self.is_endless(step, number)]
            self._circling[number] = steps
        return self._circling[number]

    def is_endless(self, step: Out, number: int) -> bool:
        """Whether an endless run may take a step time and again, as a property of what comes in the end asks of it."""
        event = self.compiled.events[step[0]]
        return event.fault is None and event.name not in self.ends[number].without


class Graph:
    """What is reachable, by numbers, in the order in which it is met. expanded: of so many states, the first, the steps are known. outs,
    targets: for each of those its steps, and the numbers of where they lead. shows: its marks, with those of its steps. whole: all that
    is reachable is here."""

    def __init__(self) -> None:
        self.states: list[State] = []
        self.number: dict[State, int] = {}
        self.outs: list[list[Out]] = []
        self.targets: list[list[int]] = []
        self.shows: list[int] = []
        self.whole = True

    @property
    def expanded(self) -> int:
        return len(self.outs)

    @cached_property
    def marks(self) -> int:
        """The marks of all of it."""
        return reduce(or_, self.shows, 0)

    def add(self, state: State) -> int:
        """The number of a state."""
        found = self.number.get(state)
        if found is None:
            found = self.number[state] = len(self.states)
            self.states.append(state)
        return found

    def expand(self, out: list[Out], shows: int) -> None:
        """Take in the steps of the next state."""
        self.outs.append(out)
        self.targets.append([self.add(step[1]) for step in out])
        self.shows.append(shows)


class Classes:
    """States as far as some machines go. of: for each state its class, by number. each: the classes, with what is seen of host and VM."""

    def __init__(self, compiled: Compiled, states: Sequence[State], machines: frozenset[str]) -> None:
        hosts, vms = (_seen(variables, machines) for variables in (compiled.host_vars, compiled.vm_vars[0]))
        self.each: dict[tuple[States, States], int] = {}
        self.of: list[int] = []
        of_host, of_vm = dict[int, States](), dict[int, States]()
        for host, vm in states:
            if host not in of_host:
                of_host[host] = hosts(compiled.hosts[host])
            if vm not in of_vm:
                of_vm[vm] = vms(compiled.locals[vm][1])
            seen = (of_host[host], of_vm[vm])
            self.of.append(self.each.setdefault(seen, len(self.each)))


def _seen(variables: Variables, machines: frozenset[str]) -> Callable[[States], States]:
    places = [i for i, name in enumerate(variables.names) if name.split("#")[0] in machines]
    return lambda states: tuple(states[i] for i in places)
