"""Breadth first over every reachable state of a given number of VMs; the shortest run to whatever is looked for.

VMs are interchangeable (no term can name one), so a state keeps its VMs sorted: one state stands for all its permutations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations_with_replacement, product

from model.notation.terms import Term
from proofs.compile import Compiled, Step

State = tuple[int, ...]
"""The host's number, then the VMs' numbers."""

Edge = tuple[int, int, int, int]
"""An event's number, the host afterwards, the VM's number before (-1: no single VM), the VM's number after."""


class LimitReached(RuntimeError):
    """More states than allowed: nothing is decided. The message says how far the search came."""


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
    """The start states for a number of VMs."""
    locals_ = sorted(compiled.starts)
    choose = combinations_with_replacement(locals_, vms) if sort else product(locals_, repeat=vms)
    chosen = list(choose)
    return [(host, *vm_states) for host in compiled.start_hosts for vm_states in chosen]


def successors(compiled: Compiled, state: State, *, sort: bool = True) -> list[tuple[Edge, State]]:
    """Every step out of a state."""
    host, vms = state[0], state[1:]
    bits = 0
    for vm in vms:
        bits |= compiled.bits(host, vm)
    found: list[tuple[Edge, State]] = []
    for event, host2 in compiled.host_steps(host, bits):
        after = [compiled.all_step(event, host, bits, vm) for vm in vms] if compiled.for_all[event] else list(vms)
        if sort:
            after.sort()
        found.append(((event, host2, -1, -1), (host2, *after)))
    for i, vm in enumerate(vms):
        if sort and i and vms[i - 1] == vm:
            continue
        for event, host2, vm2 in compiled.vm_steps(host, bits, vm):
            after = list(vms)
            after[i] = vm2
            if sort:
                after.sort()
            found.append(((event, host2, vm, vm2), (host2, *after)))
    return found


def explore(
    compiled: Compiled,
    vms: int,
    *,
    states: Mapping[str, Term] | None = None,
    steps: Mapping[str, Term] | None = None,
    sort: bool = True,
    keep_graph: bool = False,
    limit: int = 50_000_000,
) -> Explored:
    """Visit every reachable state of `vms` VMs. states, steps: what to look for, by name (the first hit of each is kept,
    which breadth first makes a nearest one). Raises LimitReached beyond `limit` states."""
    look = _Look(compiled, states or {}, steps or {})
    before: dict[State, tuple[State, Edge] | None] = {}
    result = Explored(compiled, before, look.hits, 0, 0)
    level: list[State] = []
    for state in starts(compiled, vms, sort=sort):
        if state not in before:
            before[state] = None
            look.at_state(state)
            level.append(state)
    while level:
        following: list[State] = []
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
            raise LimitReached(f"{len(before):,} states at depth {result.depth + 1}, and more to come (limit {limit:,})")
        level = following
        result.depth += bool(following)
    return result


class _Look:
    """Watches for the first hit of each term; answers are remembered by what they depend on."""

    def __init__(self, compiled: Compiled, states: Mapping[str, Term], steps: Mapping[str, Term]) -> None:
        self.compiled, self.hits = compiled, dict[str, Hit]()
        self._states = [(name, compiled.state_test(term)) for name, term in states.items()]
        self._steps: dict[int, list[tuple[str, object]]] = {}
        for name, term in steps.items():
            for event, test in compiled.step_tests(term).items():
                self._steps.setdefault(event, []).append((name, test))
        self.steps_wanted = bool(self._steps)
        self._at_state: dict[tuple[int, int], tuple[str, ...]] = {}
        self._at_step: dict[tuple[int, int, int, int, int, int], tuple[str, ...]] = {}
        self._needs_after = any(compiled.reads_bits_after.get(event) for event in self._steps)
        compiled.settle()

    def _bits(self, host: int, vms: Iterable[int]) -> int:
        bits = 0
        for vm in vms:
            bits |= self.compiled.bits(host, vm)
        return bits

    def at_state(self, state: State) -> None:
        if not self._states:
            return
        bits = self._bits(state[0], state[1:])
        key = (state[0], bits)
        names = self._at_state.get(key)
        if names is None:
            step = Step(self.compiled.hosts[state[0]], (), 0, bits)
            names = self._at_state[key] = tuple(name for name, test in self._states if test(step))
            for name in names:
                self.hits.setdefault(name, Hit(state))

    def at_steps(self, state: State, out: Sequence[tuple[Edge, State]]) -> None:
        compiled, host, vms = self.compiled, state[0], state[1:]
        bits = self._bits(host, vms)
        for edge, target in out:
            event, host2, vm, vm2 = edge
            tests = self._steps.get(event)
            if tests is None:
                continue
            of_step = self._bits_of_step(edge, host, vms, bits)
            bits2 = self._bits(host2, target[1:]) if self._needs_after else 0
            key = (event, host, bits, host2, bits2, of_step)
            if key in self._at_step:
                continue
            step = Step(
                compiled.hosts[host], (), 0, bits, compiled.hosts[host2], (), bits2, of_step, compiled.events[event].name
            )
            self._at_step[key] = names = tuple(name for name, test in tests if test(step))  # type: ignore[operator]
            for name in names:
                self.hits.setdefault(name, Hit(state, edge))

    def _bits_of_step(self, edge: Edge, host: int, vms: Sequence[int], bits: int) -> int:
        compiled = self.compiled
        event, host2, vm, vm2 = edge
        name = compiled.events[event].name
        if not compiled.step_bits.get(name):
            return 0
        found = 0
        if vm < 0:
            for one in vms:
                after = compiled.all_step(event, host, bits, one) if compiled.for_all[event] else one
                found |= compiled.bits_of_step(name, host, one, host2, after, True)
            return found
        others = list(vms)
        others.remove(vm)
        found |= compiled.bits_of_step(name, host, vm, host2, vm2, True)
        for one in others:
            found |= compiled.bits_of_step(name, host, one, host2, one, False)
        return found


__all__ = ["Edge", "Explored", "Hit", "LimitReached", "State", "explore", "starts", "successors"]
