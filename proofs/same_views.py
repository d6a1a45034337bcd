"""Whether a mutant is no different at all in a column: on every view that the right network's closed set holds, the changed rules
take the same steps. Then the set is closed for the mutant too, and by induction every run of any number of VMs is a run of both.

What nobody waits for is left out of the set, unless the rules move it; and so is what most questions can do without, which only
adds views to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from model.notation import Network
from model.notation.run import Shape
from model.notation.terms import Happens, In, Term
from model.views import LEFT_OUT_WHERE_NOT_ASKED
from proofs.changed_rules import Pair, Projected, Rules
from proofs.compile import Compiled
from proofs.saturate import TooManyViews, saturate
from proofs.world import Column, Slice, World

LIMIT = 400_000
"""Views at most; beyond, nothing is known."""


class SameViews:
    """The closed sets of a column that mutants are held against. network: with its observers. start: one VM that may be.
    told_apart: what any of the mutants says of configuration that the right network does not. known: what was found in other columns
    in which a rule is looked at in the same states."""

    def __init__(
        self,
        network: Network,
        column: Column,
        shape: Shape,
        start: Mapping[str, frozenset[str]],
        told_apart: Sequence[Term] = (),
        known: dict[object, bool] | None = None,
    ) -> None:
        self.network, self.column, self.shape, self.start, self.told_apart = network, column, shape, start, told_apart
        self._worlds: dict[bool, World] = {}
        self._sets: dict[frozenset[str], ClosedSet] = {}
        self._known = known if known is not None else {}

    def why_not(self, rules: Rules) -> str:
        """Why the mutant is not known to be the same here; empty: it is."""
        if not rules.mutant.events:
            return f"{rules.mutant.machine} starts elsewhere"
        if not rules.tolerated(self.column):
            return ""
        found = self._set(rules)
        if found.problem:
            return found.problem
        return f"it is different on a view in {self.column}" if self._differs(rules, found) else ""

    def _differs(self, rules: Rules, found: ClosedSet) -> bool:
        world, machines = found.world, rules.machines & found.part.machines
        reach = tuple((name, world.reach[name]) for name in sorted(rules.taking_part))
        key = (
            rules.mutant.name,
            rules.tolerated(self.column),
            world.leaves_out,
            machines,
            reach,
            found.views.key(machines),
        )
        if key not in self._known:
            pair = Pair(rules, world, found.part.machines, self.shape, self.start)
            self._known[key] = pair.differ(found.views.to(pair.machines), alone=False)
        return self._known[key]

    @property
    def views(self) -> int:
        """How many views there are in all sets that were needed."""
        return sum(found.size for found in self._sets.values())

    def _set(self, rules: Rules) -> ClosedSet:
        """The closed set of all that decides what may happen, and of what the changed rules move."""
        whole = bool(rules.machines & LEFT_OUT_WHERE_NOT_ASKED)
        if whole not in self._worlds:
            out = frozenset[str]() if whole else LEFT_OUT_WHERE_NOT_ASKED
            self._worlds[whole] = World(self.network, self.column, out)
        world = self._worlds[whole]
        events = Happens(frozenset(event.name for event in world.events))  # perhaps none is left
        moved = (In(name, frozenset(sorted(world.reach[name])[:1])) for name in sorted(rules.machines))
        part = world.cone([events, *moved])
        if part.machines not in self._sets:
            self._sets[part.machines] = ClosedSet(world, part, self.shape, self.told_apart)
        return self._sets[part.machines]


class ClosedSet:
    """The closed views of a slice of the right network."""

    def __init__(self, world: World, part: Slice, shape: Shape, terms: Sequence[Term]) -> None:
        self.world, self.part = world, part
        compiled = Compiled(world, part, (shape,), terms)
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
