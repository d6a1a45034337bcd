"""A configuration that several readings of one network are asked about, and how its states are written: machine by machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

from model.notation import HOST, Network, Shape
from model.notation.run import Index
from proofs.search.symmetry import State as Numbers
from proofs.world.compiled import Compiled
from proofs.world.world import Column
from tests.helpers.networks.whole import compiled_whole
from tests.helpers.readings.evaluate import Moment

State = tuple[str, ...]
"""The state of every machine by name, in the order of `Setting.keys`: those of the host, then those of each VM."""

Key = tuple[str, Index]
"""A machine: its actor's name, and whose it is."""


@dataclass(frozen=True, eq=False)
class Setting:
    """A network in one column with so many VMs of one shape. allowed: the start states that machines of a VM may have, where not
    any; of a machine of a part under its actor's name, for each part. With one part of each sort at most, for an event is known
    by its VM."""

    network: Network
    column: Column
    vms: int
    allowed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    shape: Shape = field(default_factory=lambda: Shape({"disk": 1, "adapter": 1}))

    @property
    def shapes(self) -> Sequence[Shape]:
        return (self.shape,) * self.vms

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """Every machine, whether an engine looks at it or not."""
        host = [(actor.name, ()) for actor in self.network.of_sort(HOST)]
        return (*host, *((name, (i, *part)) for i in range(self.vms) for name, part in self._of_a_vm))

    @cached_property
    def _of_a_vm(self) -> list[tuple[str, Index]]:
        own: list[Key] = [(actor.name, ()) for actor in self.network.of_sort(self.network.replicated)]
        parts: list[Key] = [
            (actor.name, (j,))
            for sort in self.network.parts
            for j in range(self.shape.parts.get(sort.name, 0))
            for actor in self.network.of_sort(sort)
        ]
        return sorted(own + parts)

    @cached_property
    def place(self) -> dict[Key, int]:
        """Where a machine stands in a state."""
        return {key: number for number, key in enumerate(self.keys)}

    def swapped(self, state: State) -> State:
        """The one of all permutations of the VMs that stands for them."""
        host, size = len(self.keys) - self.vms * len(self._of_a_vm), len(self._of_a_vm)
        return (
            *state[:host],
            *(one for vm in sorted(state[i : i + size] for i in self._firsts(host, size)) for one in vm),
        )

    def of_vm(self, state: State, vm: int) -> State:
        """The states of one VM's machines."""
        host, size = len(self.keys) - self.vms * len(self._of_a_vm), len(self._of_a_vm)
        return state[host + vm * size : host + (vm + 1) * size]

    def _firsts(self, host: int, size: int) -> range:
        return range(host, host + self.vms * size, size)

    @cached_property
    def starts(self) -> frozenset[State]:
        """The start states by the declarations alone: each machine in any that it may have, as far as `at_start` holds."""
        readings = dict(self.column.readings)
        choices: list[Iterable[str]] = []
        for name, at in self.keys:
            actor = self.network.actors[name]
            if not at:
                fixed = readings.get(name) or (None if actor.moves else actor.starts[0])
                choices.append([fixed] if fixed else actor.starts)
            else:
                choices.append([state for state in actor.starts if state in self.allowed.get(name, actor.starts)])
        found = set()
        for states in product(*choices):
            moment = self.moment(states, states)
            if all(moment.holds(term, (i,)) for term in self.network.at_start for i in range(self.vms)):
                found.add(states)
        return frozenset(found)

    def moment(self, before: State, after: State, event: str = "", at: Index = ()) -> Moment:
        """A step for the evaluator."""
        one, two = (dict(zip(self.keys, states, strict=True)) for states in (before, after))
        return Moment(self.network, self.shapes, one, two, event, at)

    # -- engines' numbers ---------------------------------------------------------------------------------------------

    @cached_property
    def compiled(self) -> Compiled:
        """The whole network for the engines; nothing is cut away, and no configuration stands for others."""
        allowed = {
            name + "#0" * (len(at) == 1 and self.network.actors[name].sort in self.network.parts): self.allowed[name]
            for name, at in self._of_a_vm
            if name in self.allowed
        }
        return compiled_whole(self.network, [self.shape], self.column, allowed=[allowed])

    def in_words(self, compiled: Compiled, numbers: Numbers) -> State:
        """An engine's state. A machine that it does not look at is in the only state that the engine thinks possible."""
        host = compiled.host_vars.decode(compiled.hosts[numbers[0]])
        own = [compiled.vm_vars[0].decode(compiled.locals[vm][1]) for vm in numbers[1:]]
        found = []
        for name, at in self.keys:
            known = own[at[0]] if at else host
            variable = f"{name}#{at[1]}" if len(at) == 2 else name
            if variable in known:
                found.append(known[variable])
            else:
                (only,) = compiled.world.reach[name]
                found.append(only)
        return tuple(found)

    def in_numbers(self, compiled: Compiled, state: State) -> Numbers:
        """A state as an engine has it."""
        named = dict(zip(self.keys, state, strict=True))
        host = compiled.host_id(compiled.host_vars.encode({name: named[name, ()] for name in compiled.host_vars.names}))
        found = [host]
        for i in range(self.vms):
            own = {}
            for variable in compiled.vm_vars[0].names:
                name, _, part = variable.partition("#")
                own[variable] = named[name, (i, int(part)) if part else (i,)]
            found.append(compiled.local_id(0, compiled.vm_vars[0].encode(own)))
        return tuple(found)

    def said(self, state: State) -> str:
        """A state in words: all machines that are not as they are at some start."""
        first = min(self.starts)
        other = [
            f"{name}{' of VM ' + str(at[0] + 1) if at else ''} is {one}"
            for (name, at), one, usual in zip(self.keys, state, first, strict=True)
            if one != usual
        ]
        return "; ".join(other) or "everything is as at the start"
