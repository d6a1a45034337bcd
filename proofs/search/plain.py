"""Breadth first over every reachable state of a given number of VMs; the shortest run to whatever is looked for.

VMs are interchangeable (no term can name one), so a state keeps its VMs sorted: one state stands for all its permutations.
That swapping VMs commutes with every step is checked all the while, of one state in so many.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations_with_replacement, product
from typing import Any

from model.notation.terms import Term
from proofs.search.symmetry import Edge, State, check_compiled
from proofs.world.compiled import Compiled
from proofs.world.predicates import Step, Test

ONE_IN = 2048
"""Of so many sorted states one is checked for swaps: a hundredth of the time of a search."""


class LimitReached(RuntimeError):
    """More states than allowed. The message says how far the search came; what it found so far is `explored`."""

    def __init__(self, explored: Any, depth: int, limit: int) -> None:
        super().__init__(f"{explored.states:,} states at depth {depth}, and more to come (limit {limit:,})")
        self.explored = explored


@dataclass(frozen=True)
class Hit:
    """Where something looked for was found first: a state, or a step out of a state."""

    state: State
    edge: Edge | None = None


@dataclass
class Explored:
    """What a search found: the first hit for each thing looked for, and the counts."""

    compiled: Compiled
    before: dict[State, tuple[State, Edge] | None]
    hits: dict[str, Hit]
    steps: int
    depth: int
    targets: dict[State, list[tuple[Edge, State]]] = field(default_factory=dict)

    @property
    def states(self) -> int:
        return len(self.before)

    def run_to(self, hit: Hit) -> tuple[State, list[Edge]]:
        """The shortest run to a hit: its start, and its steps."""
        edges = [] if hit.edge is None else [hit.edge]
        state = hit.state
        while (found := self.before[state]) is not None:
            state, edge = found
            edges.append(edge)
        return state, edges[::-1]


def starts(compiled: Compiled, vms: int, *, sort: bool = True) -> list[State]:
    """The start states for a number of VMs. Raises ValueError at none: of no VM everything holds."""
    if vms < 1:
        raise ValueError(f"a search of {vms} VMs: at least one is needed")
    locals_ = sorted(compiled.starts)
    choose = combinations_with_replacement(locals_, vms) if sort else product(locals_, repeat=vms)
    chosen = list(choose)
    return [(host, *vm_states) for host in compiled.start_hosts for vm_states in chosen]


def successors(
    compiled: Compiled, state: State, *, sort: bool = True, only: Container[int] | None = None
) -> list[tuple[Edge, State]]:
    """Every step out of a state. only: of those events, by their places in the network."""
    host, vms = state[0], state[1:]
    bits = compiled.bits_of_all(host, vms)
    found: list[tuple[Edge, State]] = []
    for event, host2 in compiled.host_steps(host, bits):
        if only is not None and event not in only:
            continue
        if compiled.for_all[event]:
            moved = [compiled.all_step(event, host, bits, vm) for vm in vms]
            if sort:
                moved.sort()
            found.append(((event, host2, -1, -1, -1), (host2, *moved)))
        else:
            found.append(((event, host2, -1, -1, -1), (host2, *vms)))
    last = -1
    for i, vm in enumerate(vms):
        if sort and vm == last:
            continue
        last = vm
        rest = vms[:i] + vms[i + 1 :]
        for event, host2, vm2 in compiled.vm_steps(host, bits, vm):
            if only is not None and event not in only:
                continue
            if not sort:
                target = (host2, *vms[:i], vm2, *vms[i + 1 :])
            elif len(rest) == 1:
                target = (host2, vm2, rest[0]) if vm2 <= rest[0] else (host2, rest[0], vm2)
            else:
                target = (host2, *sorted((vm2, *rest)))
            found.append(((event, host2, vm, vm2, i), target))
    return found


Wanted = Mapping[str, int | None]
"""What a search is to find, by name, each with the most steps that a run to it may take (None: any number)."""


def is_enough(wanted: Wanted | None, hits: Mapping[str, Hit], depth: int) -> bool:
    """Whether a search that knows every run of up to `depth` steps has found each thing wanted, or would find it too late."""
    if wanted is None:
        return False
    return all(name in hits or (most is not None and most <= depth) for name, most in wanted.items())


def explore(
    compiled: Compiled,
    vms: int,
    *,
    states: Mapping[str, Term] | None = None,
    steps: Mapping[str, Term] | None = None,
    sort: bool = True,
    keep_graph: bool = False,
    limit: int = 50_000_000,
    until: Wanted | None = None,
) -> Explored:
    """Visit every reachable state of `vms` VMs. states, steps: what to look for, by name (the first hit of each is kept,
    which breadth first makes a nearest one). until: stop when these (one at least) are found, each as far as it is wanted; what
    is not looked for is never found. Raises LimitReached beyond `limit` states, and NotInterchangeable where states are sorted
    and a VM is special."""
    if until is not None and not until:
        raise ValueError("a search until nothing is found: name what it is to find, or let it end by itself")
    look = Look(compiled, states or {}, steps or {})
    before: dict[State, tuple[State, Edge] | None] = {}
    result = Explored(compiled, before, look.hits, 0, 0)
    swapped = Swapped(compiled, ONE_IN) if sort and vms > 1 else None
    level: list[State] = []
    for state in starts(compiled, vms, sort=sort):
        if state not in before:
            before[state] = None
            look.at_state(state)
            level.append(state)
    while level and not is_enough(until, look.hits, result.depth):
        following: list[State] = []
        if swapped is not None:
            swapped.check(len(level), level.__getitem__)
        for state in level:
            out = successors(compiled, state, sort=sort)
            result.steps += len(out)
            if keep_graph:
                result.targets[state] = out
            if look.steps_wanted:
                look.at_steps(state, out)
            for edge, target in out:
                if target not in before:
                    before[target] = (state, edge)
                    look.at_state(target)
                    following.append(target)
        if len(before) > limit:
            raise LimitReached(result, result.depth + 1, limit)
        level = following
        result.depth += bool(following)
    return result


class Swapped:
    """Checks that VMs are interchangeable, of one sorted state in so many, beginning with the first."""

    def __init__(self, compiled: Compiled, one_in: int) -> None:
        self.compiled, self.one_in, self.skip = compiled, one_in, 0
        self.steps = partial(successors, compiled, sort=False)

    def check(self, size: int, state: Callable[[int], State]) -> None:
        """Look at those states of a level of this size whose turn it is. Raises NotInterchangeable."""
        if turn := range(self.skip, size, self.one_in):
            check_compiled(self.compiled, self.steps, map(state, turn))
        self.skip = (self.skip - size) % self.one_in


class Look:
    """Watches for the first hit of each term; answers are remembered by what they depend on."""

    def __init__(self, compiled: Compiled, states: Mapping[str, Term], steps: Mapping[str, Term]) -> None:
        self.compiled, self.hits = compiled, dict[str, Hit]()
        self.states = [(name, compiled.state_test(term)) for name, term in states.items()]
        self.steps: dict[int, list[tuple[str, Test]]] = {}
        for name, term in steps.items():
            for event, test in compiled.step_tests(term).items():
                self.steps.setdefault(event, []).append((name, test))
        self.steps_wanted = bool(self.steps)
        self.of_members = [bool(compiled.step_bits.get(event.name)) for event in compiled.events]
        self._at_state: set[tuple[int, int]] = set()
        self._at_step: set[tuple[int, int, int, int, int, int]] = set()
        compiled.settle()

    def at_state(self, state: State) -> None:
        if not self.states:
            return
        bits = self.compiled.bits_of_all(state[0], state[1:])
        key = (state[0], bits)
        if key in self._at_state:
            return
        self._at_state.add(key)
        step = Step(self.compiled.hosts[state[0]], (), 0, bits)
        for name, test in self.states:
            if name not in self.hits and test(step):
                self.hits[name] = Hit(state)

    def at_steps(self, state: State, out: Sequence[tuple[Edge, State]]) -> None:
        compiled, host, vms = self.compiled, state[0], state[1:]
        bits = compiled.bits_of_all(host, vms)
        for edge, target in out:
            event, host2 = edge[0], edge[1]
            if event not in self.steps:
                continue
            of_step = self._bits_of_step(edge, host, vms, bits) if self.of_members[event] else 0
            bits2 = compiled.bits_of_all(host2, target[1:]) if compiled.reads_bits_after[event] else 0
            self.at_step((event, host, bits, host2, bits2, of_step), state, edge)

    def at_step(self, key: tuple[int, int, int, int, int, int], state: State, edge: Edge) -> None:
        """Judge a step by all that the terms can depend on: event, host and bits before, host and bits after, step bits."""
        if key in self._at_step:
            return
        self._at_step.add(key)
        compiled, (event, host, bits, host2, bits2, of_step) = self.compiled, key
        name = compiled.events[event].name
        step = Step(compiled.hosts[host], (), 0, bits, compiled.hosts[host2], (), bits2, of_step, name)
        for wanted, test in self.steps[event]:
            if wanted not in self.hits and test(step):
                self.hits[wanted] = Hit(state, edge)

    def _bits_of_step(self, edge: Edge, host: int, vms: Sequence[int], bits: int) -> int:
        compiled = self.compiled
        event, host2, vm, vm2, _ = edge
        found = 0
        if vm < 0:
            for one in vms:
                after = compiled.all_step(event, host, bits, one) if compiled.for_all[event] else one
                found |= compiled.bits_of_step(event, host, one, host2, after, True)
            return found
        found = compiled.bits_of_step(event, host, vm, host2, vm2, True)
        moved = False
        for one in vms:
            if one == vm and not moved:
                moved = True
            else:
                found |= compiled.bits_of_step(event, host, one, host2, one, False)
        return found
