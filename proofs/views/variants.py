"""For which VMs one stands: how many configurations it has, and those of them that a term tells apart although no guard does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from model.notation.terms import Term, machines_of
from proofs.world.compiled import Compiled
from proofs.world.stand_ins import Put
from proofs.world.world import fold

States = tuple[str, ...]


def stands_for(compiled: Compiled, vm: int) -> int:
    """For how many configurations a VM state stands. Raises ValueError where that depends on how the VM came there."""
    form, states = compiled.locals[vm]
    now = compiled.vm_vars[form].decode(states)
    found = 1
    for group in compiled.alike(form):
        if group.settled:
            found *= len(group.like[tuple(now[name] for name in group.names)])
        elif any(len(members) > 1 for members in group.like.values()):
            raise ValueError(
                f"{' and '.join(group.names)} may move: how many configurations a state stands for is open"
            )
    return found


class Variants:
    """What a term can tell apart of a VM although no guard does: its VM states with other configurations put in. A VM has
    exactly the steps of each of its variants."""

    def __init__(self, compiled: Compiled, term: Term) -> None:
        self.compiled = compiled
        said = compiled.world.folded(term)
        self._bodies = {form: compiled.bodies(form, said) for form in set(compiled.first)}
        self._puts: dict[tuple[int, States], list[tuple[int, Put]]] = {}
        self._ways: dict[tuple[int, States], frozenset[object]] = {}
        self._known: dict[int, tuple[int, ...]] = {}
        self._said: dict[tuple[Term, tuple[str | None, ...]], Term] = {}
        self._reads = {body: sorted(machines_of(body)) for bodies in self._bodies.values() for body in bodies}

    def of(self, vm: int) -> tuple[int, ...]:
        """The VM's states, itself among them; also of the VMs of other kinds for which it stands."""
        found = self._known.get(vm)
        if found is None:
            form, states = self.compiled.locals[vm]
            config = self.compiled.stand_ins.config(form, states)
            if (form, config) not in self._puts:
                self._puts[form, config] = list(self._put(form, config))
            found = self._known[vm] = tuple(
                self.compiled.local_id(other, tuple(states[k] if moves else k for moves, k in put))
                for other, put in self._puts[form, config]
            )
        return found

    def ways(self, vm: int) -> frozenset[object]:
        """The ways in which the term reads a VM's configuration, or one of those for which it stands: once these are filled in."""
        form, states = self.compiled.locals[vm]
        config = self.compiled.stand_ins.config(form, states)
        if (form, config) not in self._ways:
            self._ways[form, config] = frozenset(self._read(form, config))
        return self._ways[form, config]

    def of_step(self, vm: int, vm2: int) -> Iterable[tuple[int, int]]:
        """The same before and after a step: configuration stays, so the variants come in the same order."""
        return zip(self.of(vm), self.of(vm2), strict=True)

    def _put(self, form: int, config: States) -> Iterator[tuple[int, Put]]:
        """What to put in for a VM's configuration: one of all configurations of which the term reads the same."""
        for other, configured in self._read(form, config).values():
            yield other, self.compiled.stand_ins.put(form, other, configured)

    def _read(self, form: int, config: States) -> dict[object, tuple[int, States]]:
        """For each way in which the term reads a configuration for which this one stands, the first such, with its form."""
        compiled, found = self.compiled, dict[object, tuple[int, States]]()
        for other, configured in compiled.stand_ins.members(form, config):
            names, bodies = compiled.stand_ins.constant[other], self._bodies[compiled.first[other]]
            for at in self._alike(other, dict(zip(names, configured, strict=True))):
                said = tuple([self._filled(body, at) for body in bodies])
                found.setdefault(said, (other, tuple(at.values())))
        return found

    def _filled(self, body: Term, at: Mapping[str, str]) -> Term:
        """What a body says with a configuration filled in: worked out once for all that it reads of one."""
        key = (body, tuple([at.get(name) for name in self._reads[body]]))
        if key not in self._said:
            self._said[key] = fold(body, {name: frozenset({at[name]}) for name in self._reads[body] if name in at})
        return self._said[key]

    def _alike(self, form: int, at: Mapping[str, str]) -> Iterator[dict[str, str]]:
        """A configuration, with all put in that is alike for VMs of this kind, as far as the term reads it."""
        read = {name for body in self._bodies[self.compiled.first[form]] for name in machines_of(body)}
        chosen = []
        for group in self.compiled.alike(form):
            if group.settled and read & set(group.names):
                told = [i for i, name in enumerate(group.names) if name in read]
                told_apart = {tuple(one[i] for i in told): one for one in group.like[tuple(at[n] for n in group.names)]}
                chosen.append([dict(zip(group.names, one, strict=True)) for one in told_apart.values()])
        for parts in product(*chosen):
            yield {**at, **{name: state for part in parts for name, state in part.items()}}
