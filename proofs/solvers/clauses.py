"""Clauses: short statements that hold of every view, by which a property can be argued.

A clause says that some states of a few machines (three, seldom four) never come together: of the host and of one VM. Whether it
holds of a closed set of views is looked up, never guessed; which of the many clauses are worth saying is for the argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

import z3

from model.notation.terms import HOST, In, Not, Sort, Term, all_of, every, implies
from proofs.solvers.diagram import Diagram, Formula, diagram_of
from proofs.solvers.symbolic import Symbolic
from proofs.views.saturation import Views
from proofs.world.alike import Alike

MOST = 4
"""Machines that a clause speaks of, at most."""

Cube = tuple[tuple[str, frozenset[str]], ...]
"""Machines with states, in the order of the network."""


@dataclass(frozen=True)
class Clause:
    """These machines are never in these states together (of the host, and of one VM)."""

    never: Cube

    @property
    def machines(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.never)

    def formula(self, symbolic: Symbolic, vm: z3.ExprRef, *, then: bool = False) -> z3.BoolRef:
        """The clause as a formula about the host and one VM, before or after a step."""
        parts = []
        for name, states in self.never:
            expr = symbolic.state_of(name, vm, then=then)
            parts.append(symbolic.is_in(expr, symbolic.actor(name), states))
        return z3.Not(z3.And(parts)) if len(parts) > 1 else z3.Not(parts[0])


@dataclass(frozen=True, eq=False)
class HostOrder:
    """The host's machines are together in no other states than those of the views: how a session goes, told by itself."""

    of: Diagram
    machines: frozenset[str]
    hosts: int

    def formula(self, symbolic: Symbolic, vm: z3.ExprRef, *, then: bool = False) -> z3.BoolRef:
        """The lemma as a formula, before or after a step."""
        return Formula(self.of, symbolic, vm, then=then).whole


Lemma = Clause | HostOrder


def host_order(views: Views) -> HostOrder:
    """The lemma about the host alone."""
    hosts = views.compiled.host_vars
    found = {tuple(hosts.decode(views.compiled.hosts[views.host(place)]).values()) for place in views.at}
    return HostOrder(diagram_of(hosts.names, found), frozenset(hosts.names), len(found))


class _Bits:
    """For each machine and state, the rows that have it as bits; and how many rows there are."""

    def __init__(self, rows: Iterable[Mapping[str, str]]) -> None:
        self.having: dict[tuple[str, str], int] = {}
        self.size = 0
        for states in rows:
            for item in states.items():
                self.having[item] = self.having.get(item, 0) | 1 << self.size
            self.size += 1


class _Rows:
    """Rows of bits, put together block by block: each is as long as there are rows, however many blocks there are."""

    def __init__(self) -> None:
        self.size = 0
        self._blocks: dict[tuple[str, str], list[tuple[int, int]]] = {}

    def add(self, host: Mapping[str, str], vm: _Bits) -> None:
        """The rows of one host state, and of a VM in each of its configurations."""
        every = (1 << vm.size) - 1
        for item, bits in (*((item, every) for item in host.items()), *vm.having.items()):
            self._blocks.setdefault(item, []).append((self.size, bits))
        self.size += vm.size

    def bits(self) -> Iterator[tuple[tuple[str, str], int]]:
        """For each machine and state the rows that have it."""
        for item, blocks in self._blocks.items():
            found = bytearray(self.size // 8 + 1)
            for start, bits in blocks:
                shifted, at = bits << start % 8, start // 8
                end = at + (shifted.bit_length() + 7) // 8
                found[at:end] = (int.from_bytes(found[at:end], "little") | shifted).to_bytes(end - at, "little")
            yield item, int.from_bytes(found, "little")


class Views01:
    """A closed set of views as a table of bits: for each machine and state, the views that have it."""

    def __init__(self, views: Views, form: int = 0) -> None:
        self.compiled = compiled = views.compiled
        self.hosts, self.vms = compiled.host_vars, compiled.vm_vars[form]
        self.order = {name: i for i, name in enumerate((*self.hosts.names, *self.vms.names))}
        self.having: dict[str, dict[str, int]] = {name: {} for name in self.order}
        groups = compiled.alike(form)
        self.configuration = frozenset(name for group in groups for name in group.names)
        pairs = [(views.host(place), vm) for place, here in views.at.items() for vm in here]
        pairs = [pair for pair in dict.fromkeys(pairs) if compiled.locals[pair[1]][0] == form]
        rows, of_vm = _Rows(), dict[int, _Bits]()
        for host, vm in pairs:
            if vm not in of_vm:
                of_vm[vm] = _Bits(self._alike(groups, vm))
            rows.add(self.hosts.decode(compiled.hosts[host]), of_vm[vm])
        self.size = rows.size
        for (name, state), bits in rows.bits():
            self.having[name][state] = bits

    def _alike(self, groups: Sequence[Alike], vm: int) -> Iterator[dict[str, str]]:
        """The states of a VM's machines, with every configuration that is alike."""
        states = self.vms.decode(self.compiled.locals[vm][1])
        own = [tuple(states[name] for name in group.names) for group in groups]
        for chosen in product(*(group.like.get(now, (now,)) for group, now in zip(groups, own, strict=True))):
            config = {
                n: s for group, now in zip(groups, chosen, strict=True) for n, s in zip(group.names, now, strict=True)
            }
            yield {**states, **config}

    def with_states(self, name: str, states: Iterable[str]) -> int:
        """The views in which the machine is in one of the states."""
        found = 0
        for state in states:
            found |= self.having[name].get(state, 0)
        return found

    @cached_property
    def everywhere(self) -> int:
        return (1 << self.size) - 1

    def matching(self, cube: Iterable[tuple[str, frozenset[str]]]) -> int:
        """The views that a cube matches."""
        found = self.everywhere
        for name, states in cube:
            found &= self.with_states(name, states)
        return found

    def excluding(self, state: Mapping[str, str], liked: Sequence[str], most: int = 10) -> list[Clause]:
        """Clauses that hold of all views and exclude this state, the shortest first, and of those the most telling: that
        speak of machines that are liked, not of configuration, and of many states. At most so many of each length."""
        rank = frozenset(liked)
        bits = {name: self.having[name].get(one, 0) for name, one in state.items()}
        found: list[Clause] = []
        for count in range(1, MOST + 1):
            worth: dict[Cube, tuple[int, int, int]] = {}
            for chosen in combinations(state, count):
                left = self.everywhere
                for name in chosen:
                    left &= bits[name]
                    if not left:
                        break
                if left or (count > 1 and self._shorter(chosen, bits)):
                    continue
                strange = sum(name not in rank for name in chosen)
                config = sum(name in self.configuration for name in chosen)
                cube = self._widened({name: frozenset({state[name]}) for name in chosen})
                worth[cube] = strange, config, -sum(len(states) for _, states in cube)
            found += [Clause(cube) for cube in sorted(worth, key=lambda one: worth[one])[:most]]
            if found:
                break
        return found

    def _shorter(self, chosen: Sequence[str], bits: Mapping[str, int]) -> bool:
        """Whether fewer of these machines exclude the state already."""
        for fewer in combinations(chosen, len(chosen) - 1):
            found = self.everywhere
            for name in fewer:
                found &= bits[name]
            if not found:
                return True
        return False

    def _widened(self, cube: dict[str, frozenset[str]]) -> Cube:
        """The cube with every state added that no view has together with the rest of it."""
        for name in sorted(cube, key=lambda one: self.order[one]):
            others = self.matching((n, s) for n, s in cube.items() if n != name)
            states = self.compiled.world.network.actors[name.split("#")[0]].states
            cube[name] = cube[name] | {s for s in states if not self.having[name].get(s, 0) & others}
        return tuple(sorted(cube.items(), key=lambda item: self.order[item[0]]))


@dataclass(frozen=True)
class IfThen:
    """A clause in whichever of its equal forms names the fewest states, and denies the least: if some machines are in these states,
    another is in one of those.
    of: the sorts of which it is said of every member, the outermost first."""

    premises: tuple[Term, ...]
    conclusion: Term
    of: tuple[Sort, ...]


def if_then(clause: Clause, symbolic: Symbolic) -> IfThen:
    """The clause, said so."""
    network, reach = symbolic.world.network, symbolic.world.reach
    literals = [(name.split("#")[0], states & reach[name.split("#")[0]]) for name, states in clause.never]

    def is_in(name: str, states: frozenset[str]) -> Term:
        others = reach[name] - states
        return ~In(name, others) if len(others) < len(states) else In(name, states)

    def concluding(last: int) -> IfThen:
        name, states = literals[last]
        premises = tuple(is_in(n, s) for i, (n, s) in enumerate(literals) if i != last)
        return IfThen(premises, is_in(name, reach[name] - states), tuple(of) if sorts - {HOST} else ())

    def unwieldy(last: int) -> tuple[int, int, int]:
        found = concluding(last)
        denied = sum(isinstance(one, Not) for one in (*found.premises, found.conclusion))
        return len(reach[literals[last][0]] - literals[last][1]), denied, -last

    sorts = {network.actors[n].sort for n, _ in literals}
    of = [network.replicated, *(part for part in network.parts if part in sorts)]
    return concluding(min(range(len(literals)), key=unwieldy))


def term_of(clause: Clause, symbolic: Symbolic) -> Term:
    """The clause as a term."""
    found = if_then(clause, symbolic)
    said = implies(all_of(*found.premises), found.conclusion)
    for sort in reversed(found.of):
        said = every(sort, said)
    return said
