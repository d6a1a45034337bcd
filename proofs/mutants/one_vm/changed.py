"""A mutant's runs beside those of the right network: the states in which its rules take other steps, what it reaches from there, and
what that shows. Everywhere else its steps, and what they show, are the right network's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import rustworkx as rx

from proofs.mutants.changed_rules import Pair, Rules
from proofs.mutants.one_vm.baseline import Baseline, Marked, Out
from proofs.search.endless import Out as Act
from proofs.search.endless import find_lasso
from proofs.search.plain import successors
from proofs.search.symmetry import State
from proofs.world.compiled import Compiled
from proofs.world.world import Slice, World

MOST = 4_000
"""States of one mutant that are visited, beyond as many as the right network has: what kills it is found among the first few thousand."""

FURTHER = 8
"""Steps that a search of a mutant goes on after it has found something broken: for what else breaks of it."""


@dataclass
class Found:
    """A mutant's runs in one column beside those of the right network. broken: what it breaks, with the number of steps it takes.
    complete: every state was visited, so that what is missing is missing."""

    broken: dict[str, int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    healed: tuple[str, ...] = ()
    complete: bool = True


class Changed:
    """The changed rules of a mutant over the numbers of the right network in a column."""

    def __init__(self, base: Baseline, rules: Rules) -> None:
        self.base, self.mutant, network = base, rules.mutant, rules.changed
        self.network = network
        fires = [name for name in rules.tolerated(base.column) if name in base.number]
        self.events = frozenset(base.number[name] for name in fires)
        self.unlike = self._unlike(rules)
        self.different = bool(self.unlike) or not self.mutant.events
        self._steps: Translated | None = None
        if self.unlike:
            world = World(rules.small(network, fires), base.column, reach=base.world.reach)
            part = Slice(base.part.machines, frozenset(fires))
            self._steps = Translated(base, Compiled(world, part, (base.shape,), (), (base.allowed,), reduce=False))
        self.fair = list(base.fair)
        for name in fires:
            self.fair[base.number[name]] &= network.events[name].fair

    def _unlike(self, rules: Rules) -> frozenset[int]:
        """The states that the right network reaches, by their numbers, in which anything is different."""
        if not self.events:
            return frozenset()
        base = self.base
        pair = Pair(rules, base.world, base.part.machines, base.shape, base.allowed, base.right_sides)
        classes = base.classes(pair.machines)
        unlike = {number for (host, vm), number in classes.each.items() if pair.differ(host, vm)}
        return frozenset(i for i, number in enumerate(classes.of) if number in unlike) if unlike else frozenset()

    def starts(self) -> list[State]:
        """The base's start states, with the mutant's own where it starts a machine elsewhere."""
        base, of_machine = self.base, self.mutant.machine
        if not of_machine or self.mutant.events:
            return base.starts
        now = self.network.actors[of_machine].starts[0]
        host_vars, vm_vars = base.compiled.host_vars, base.compiled.vm_vars[0]
        found: list[State] = []
        for host, vm in base.starts:
            of_host = host_vars.decode(base.compiled.hosts[host])
            of_vm = vm_vars.decode(base.compiled.locals[vm][1])
            of_host |= {name: now for name in of_host if name == of_machine}
            of_vm |= {name: now for name in of_vm if name.split("#")[0] == of_machine}
            here = base.compiled.host_id(host_vars.encode(of_host))
            found.append((here, base.compiled.local_id(0, vm_vars.encode(of_vm))))
        return found

    def visit(self) -> Found:
        """Every reachable state of the mutant; of one that breaks something those a little further on, for what else breaks."""
        found = _Visit(self).found
        self.base.forget()
        return found

    def out(self, state: State) -> list[Out]:
        """The mutant's steps out of a state, with their marks."""
        right = self.base.out(state)
        if self._steps is None:
            return right
        return [step for step in right if step[0] not in self.events] + self._steps.out(state)


class _Visit:
    """One search of a mutant, by the numbers of the right network's graph; further states have the numbers after them. reached: in the
    order in which they are. outs, targets: of the states in which the mutant takes other steps, and of those beyond the graph."""

    def __init__(self, changed: Changed) -> None:
        self.changed, self.base, self.graph = changed, changed.base, changed.base.graph
        self.found = Found()
        self.reached: list[int] = []
        self.outs: dict[int, list[Out]] = {}
        self.targets: dict[int, list[int]] = {}
        self._more: list[State] = []
        self._numbers: dict[State, int] = {}
        self._watched = sum(bit for mark, bit in self.base.marks.bit.items() if not mark.witness) & ~self.graph.marks
        self._marks = 0
        self._go()
        if self.found.complete:
            self._compare()
            if not self.found.broken:
                self._turns()

    def _go(self) -> None:
        """One level of states after the other."""
        graph, unlike, reached = self.graph, self.changed.unlike, self.reached
        known = graph.expanded
        level = list(dict.fromkeys(self._number(state) for state in self.changed.starts()))
        seen, depth = set(level), 0
        while level:
            reached += level
            following: list[int] = []
            for i in level:
                targets = self._look(i, depth) if i >= known or i in unlike else graph.targets[i]
                for to in targets:
                    if to not in seen:
                        seen.add(to)
                        following.append(to)
            broken = self.found.broken
            enough = broken and depth > min(broken.values()) + FURTHER
            if enough or len(seen) > known + MOST:
                self.found.complete = not following
                return
            level, depth = following, depth + 1

    def _look(self, number: int, depth: int) -> list[int]:
        """What is not the right network's: note what a state and its steps show, and say where they lead."""
        base, state = self.base, self._state(number)
        out = self.outs[number] = self.changed.out(state)
        marks = base.marks_of(state) | base.waits(state, out, self.changed.fair)
        self._note(marks, depth)
        for step in out:
            marks |= step[3]
            self._note(step[3], depth + 1)
        self._marks |= marks
        targets = self.targets[number] = [self._number(step[1]) for step in out]
        return targets

    def _note(self, marks: int, depth: int) -> None:
        marks &= self._watched
        while marks:
            lowest = marks & -marks
            self.found.broken.setdefault(self.base.marks.meaning[lowest.bit_length() - 1].property, depth)
            marks ^= lowest

    def _number(self, state: State) -> int:
        found = self.graph.number.get(state)
        if found is None:
            found = self._numbers.get(state)
        if found is None:
            found = self._numbers[state] = len(self.graph.states) + len(self._more)
            self._more.append(state)
        return found

    def _state(self, number: int) -> State:
        of_graph = len(self.graph.states)
        return self.graph.states[number] if number < of_graph else self._more[number - of_graph]

    def _compare(self) -> None:
        """What the right network shows, and the mutant does not."""
        marks, shows = self._marks, self.graph.shows
        for i in self.reached:
            if i not in self.outs:
                marks |= shows[i]
        lost, meaning = self.graph.marks & ~marks, self.base.marks.meaning
        self.found.missing = tuple(m.property for i, m in enumerate(meaning) if m.witness and lost >> i & 1)
        self.found.healed = tuple(m.property for i, m in enumerate(meaning) if not m.witness and lost >> i & 1)

    def _turns(self) -> None:
        """Runs that go round for ever, fair to every event."""
        base = self.base
        for i, one in enumerate(base.ends):
            if not self.graph.marks & base.marks.bit[Marked(one.name, witness=False)] and (circles := self._circles(i)):
                nodes = [number for number in self.reached if number in circles]
                lasso = find_lasso(nodes, lambda node, i=i: self._acts(node, i), lambda _: False)  # type: ignore[misc]  # i is bound
                if lasso is not None:
                    self.found.broken[one.name] = len(lasso.loop)

    def _circles(self, end: int) -> set[int]:
        """The states of circles without rest through a state in which not every step is the right network's: all others are circles of
        the right network, as fair there as here."""
        steps = [step for step in self.base.circling(end) if step[0] not in self.outs]
        for number, out in self.outs.items():
            if not self._rests(number, end):
                found = zip(out, self.targets[number], strict=True)
                steps += [
                    (number, to) for step, to in found if self.base.is_endless(step, end) and not self._rests(to, end)
                ]
        graph: rx.PyDiGraph[int, None] = rx.PyDiGraph()
        graph.add_nodes_from(list(range(len(self.graph.states) + len(self._more))))
        graph.add_edges_from_no_data(steps)
        if rx.is_directed_acyclic_graph(graph):
            return set()
        ours = self.outs.keys()
        circles = [set(one) for one in rx.strongly_connected_components(graph) if len(one) > 1]
        circles += [{number} for number, to in steps if number == to]
        return set[int]().union(*(circle for circle in circles if circle & ours))

    def _rests(self, number: int, end: int) -> bool:
        return self.base.rests(self._state(number))[end]

    def _acts(self, node: int, end: int) -> Iterator[Act[int]]:
        """The steps out of a state that a property of what comes in the end lets happen."""
        base = self.base
        ours = node in self.outs
        out, targets = (self.outs, self.targets) if ours else (self.graph.outs, self.graph.targets)
        for step, target in zip(out[node], targets[node], strict=True):
            event = base.compiled.events[step[0]]
            if event.name not in base.ends[end].without:
                yield Act((step[0], step[2][4]), target, self.changed.fair[step[0]], event.fault is None)


class Translated:
    """The steps of changed rules, in the numbers of the right network."""

    def __init__(self, base: Baseline, compiled: Compiled) -> None:
        self.base, self.compiled = base, compiled
        self._hosts: dict[int, int] = {}
        self._vms: dict[int, int] = {}

    def out(self, state: State) -> list[Out]:
        """The steps out of a state, with their marks."""
        base, found = self.base, list[Out]()
        bits = base.compiled.bits_of_all(state[0], state[1:])
        for edge, target in successors(self.compiled, (self._host(state[0]), self._vm(state[1])), sort=False):
            event = base.number[self.compiled.events[edge[0]].name]
            then = self._back(target)
            moved = edge[2] >= 0
            translated = (event, then[0], state[1] if moved else -1, then[1] if moved else -1, edge[4])
            found.append((event, then, translated, base.marks.of_step(translated, state, bits, then)))
        return found

    def _host(self, host: int) -> int:
        if host not in self._hosts:
            self._hosts[host] = self.compiled.host_id(self.base.compiled.hosts[host])
        return self._hosts[host]

    def _vm(self, vm: int) -> int:
        if vm not in self._vms:
            self._vms[vm] = self.compiled.local_id(*self.base.compiled.locals[vm])
        return self._vms[vm]

    def _back(self, state: State) -> State:
        base = self.base.compiled
        return (base.host_id(self.compiled.hosts[state[0]]), base.local_id(*self.compiled.locals[state[1]]))
