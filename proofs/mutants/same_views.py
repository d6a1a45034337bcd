"""Whether a mutant is no different at all in a column: on every view that the right network's closed set holds, the changed rules
take the same steps. Then the set is closed for the mutant too, and by induction every run of any number of VMs, each with any
number of parts, is a run of both.

Both are said for any number of parts (`any_parts.py`), and of those that are not watched by `other_parts.py`. What nobody waits for
is left out of the set, unless the rules move it; and so is what most questions can do without, which only adds views to it.

A set is closed here for one column; for many at once, which takes as long as for a few, in `labelled_sets.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from model.notation import Network
from model.notation.run import Shape
from model.notation.terms import Happens, In, Term
from model.views import LEFT_OUT_WHERE_NOT_ASKED
from proofs.mutants.changed_rules import At, Pair, Projected, Rules, slice_of
from proofs.views.saturation import TooManyViews, saturate
from proofs.world.any_number.any_parts import AnyParts, NotForAnyNumber
from proofs.world.any_number.other_parts import OtherParts
from proofs.world.compiled import Compiled
from proofs.world.world import Column, Slice, World

LIMIT = 400_000
"""Views at most; beyond, nothing is known."""


class SameViews:
    """The closed sets of a column that mutants are held against. network: with its observers. start: one VM that may be. mutants: all
    that will be asked of."""

    def __init__(
        self, network: Network, column: Column, start: Mapping[str, frozenset[str]], mutants: Sequence[Rules]
    ) -> None:
        self.column, self.start = column, start
        self.shape = Shape({sort.name: 1 for sort in network.parts})
        self._worlds: dict[bool, World] = {}
        self._sets: dict[frozenset[str], ClosedSet] = {}
        self._said: dict[str, Rules] = {}
        self._refused = ""
        asked = [one for one in mutants if one.mutant.events and one.tolerated(column)]
        changed = [(one.changed, one.mutant.events, one.mutant.machine) for one in asked]
        try:
            self.any_parts = AnyParts(network, column, (), changed)
        except NotForAnyNumber as reason:
            self._refused = f"{reason} in {column}"
            return
        for one, said in zip(asked, self.any_parts.changed, strict=True):
            self._said[one.mutant.name] = Rules(self.any_parts.network, one.mutant, said)
        self.others = OtherParts(self.any_parts)
        self.told_apart = tuple(dict.fromkeys(term for one in self._said.values() for term in one.told_apart))

    def why_not(self, rules: Rules) -> str:
        """Why the mutant is not known to be the same here; empty: it is."""
        return self.compared(rules)[0]

    def compared(self, rules: Rules) -> tuple[str, int]:
        """The same, and how many views were looked at."""
        if rules.starts_elsewhere:
            return f"{rules.mutant.machine} starts elsewhere", 0
        if not rules.tolerated(self.column):
            return "", 0
        if self._refused:
            return self._refused, 0
        said = self._said[rules.mutant.name]
        world = self._world(said)
        found = self._set(said, world)
        if found.problem:
            return found.problem, 0
        differs = self._differs(said, world, found)
        return f"it is different on a view in {self.column}" if differs else "", found.size

    def _differs(self, said: Rules, world: World, found: ClosedSet) -> bool:
        machines = said.machines & found.machines
        more = [name for name in self.any_parts.network.actors if name in said.machines & self.any_parts.more]
        pair = Pair(said, world, found.machines | set(more), self.shape, self.start)
        at = {host: dict.fromkeys(vms, 1) for host, vms in found.to(machines).items()}
        return bool(pair.where(self.others.beside(more, machines, at, found.names(machines)), 1))

    def _world(self, rules: Rules) -> World:
        """The column without what nobody waits for, unless the rules move it."""
        whole = bool(rules.machines & LEFT_OUT_WHERE_NOT_ASKED)
        if whole not in self._worlds:
            out = frozenset[str]() if whole else LEFT_OUT_WHERE_NOT_ASKED
            self._worlds[whole] = World(self.any_parts.network, self.column, out)
        return self._worlds[whole]

    def _set(self, rules: Rules, world: World) -> ClosedSet:
        """The closed set of all that decides what may happen, and of what the changed rules move."""
        events = Happens(frozenset(event.name for event in world.events))  # perhaps none is left
        names = sorted(rules.machines - self.any_parts.more)
        moved = (In(name, frozenset(sorted(world.reach[name])[:1])) for name in names)
        part = slice_of(world, [events, *moved], self._set_off(rules, world))
        if part.machines not in self._sets:
            self._sets[part.machines] = ClosedSet(world, part, self.shape, self.told_apart)
        return self._sets[part.machines]

    def _set_off(self, rules: Rules, world: World) -> str:
        """The machine that the mutant changes, if it stays in one state for ever, so that no set needs it, but has other rows there
        than in the right network: it may be set off. Empty: none."""
        name = rules.mutant.machine
        if not name or len(world.reach[name]) > 1:
            return ""
        (state,) = world.reach[name]
        right, wrong = (of.actors[name] for of in (rules.network, rules.changed))
        events = rules.tolerated(self.column)
        return name if any(right.rules(e, state) != wrong.rules(e, state) for e in events) else ""


class ClosedSet:
    """The closed views of a slice of the right network in one column."""

    def __init__(self, world: World, part: Slice, shape: Shape, terms: Sequence[Term]) -> None:
        self.machines = part.machines
        compiled = Compiled(world, part, (shape,), terms)
        self.problem, self.size, at = "", 0, {}
        try:
            found = saturate(compiled, LIMIT)
        except TooManyViews as reason:
            self.problem = f"{reason} in {world.column}"
        else:
            self.size = len(found)
            at = {compiled.hosts[host]: [compiled.locals[vm][1] for vm in vms] for host, vms in found.at.items()}
        self._names = compiled.vm_vars[0].names
        self._views = Projected(compiled.host_vars, compiled.vm_vars[0], at)

    def to(self, machines: frozenset[str]) -> At:
        """The views, as far as these machines go."""
        return self._views.to(machines)

    def names(self, machines: Collection[str]) -> list[str]:
        """The variables of a VM as far as these machines go, in their order."""
        return [name for name in self._names if name.split("#")[0] in machines]
