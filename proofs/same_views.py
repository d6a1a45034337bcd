"""Whether a mutant is no different at all in a column: on every view that the right network's closed set holds, the changed rules
take the same steps. Then the set is closed for the mutant too, and by induction every run of any number of VMs is a run of both.

Observers, and what most questions can do without, are left out of the set: that only adds views to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from model.notation import Network
from model.notation.run import Shape
from model.notation.terms import Term
from model.views import LEFT_OUT_WHERE_NOT_ASKED
from proofs.changed_rules import Pair, Projected, Rules
from proofs.compile import Compiled
from proofs.saturate import TooManyViews, saturate
from proofs.world import Column, Slice, World

LIMIT = 400_000
"""Views at most; beyond, nothing is known."""


class SameViews:
    """The closed sets of a column that mutants are held against: without what most questions can do without, or (for the rules
    that read it) with everything. network: with its observers. start: one VM that may be."""

    def __init__(self, network: Network, column: Column, shape: Shape, start: Mapping[str, frozenset[str]]) -> None:
        self.network, self.column, self.shape, self.start = network, column, shape, start
        self._sets: dict[tuple[bool, tuple[Term, ...]], ClosedSet] = {}

    def why_not(self, rules: Rules) -> str:
        """Why the mutant is not known to be the same here; empty: it is."""
        if not rules.mutant.events:
            return f"{rules.mutant.machine} starts elsewhere"
        if not rules.tolerated(self.column):
            return ""
        found = self._set(rules)
        if found.problem:
            return found.problem
        pair = Pair(rules, found.world, found.kept, self.shape, self.start)
        return (
            f"it is different on a view in {self.column}"
            if pair.differ(found.views.to(pair.machines), alone=False)
            else ""
        )

    @property
    def views(self) -> int:
        """How many views there are in all sets that were needed."""
        return sum(found.size for found in self._sets.values())

    def _set(self, rules: Rules) -> ClosedSet:
        """The closed set in which configurations are told apart that the changed rules tell apart."""
        key = (bool(rules.machines & LEFT_OUT_WHERE_NOT_ASKED), rules.told_apart)
        if key not in self._sets:
            out = frozenset[str]() if key[0] else LEFT_OUT_WHERE_NOT_ASKED
            self._sets[key] = ClosedSet(World(self.network, self.column, out), self.shape, rules.told_apart)
        return self._sets[key]


class ClosedSet:
    """The closed views of the right network in a world, with all machines but observers."""

    def __init__(self, world: World, shape: Shape, terms: Sequence[Term]) -> None:
        self.world = world
        moving = {a.name for a in world.network.actors.values() if not a.observer and len(world.reach[a.name]) > 1}
        self.kept = frozenset(moving - world.leaves_out)
        compiled = Compiled(world, Slice(self.kept, frozenset(e.name for e in world.events)), (shape,), terms)
        self.problem, self.size, at = "", 0, {}
        try:
            found = saturate(compiled, LIMIT)
        except TooManyViews as reason:
            self.problem = f"{reason} in {world.column}"
        else:
            self.size = len(found)
            at = {compiled.hosts[host]: [compiled.locals[vm][1] for vm in vms] for host, vms in found.at.items()}
        self.views = Projected(compiled.host_vars, compiled.vm_vars[0], at)


__all__ = ["SameViews"]
