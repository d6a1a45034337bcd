"""Whether a mutant is no different at all in a column: on every view that the right network's closed set holds, the changed rules
take the same steps. Then the set is closed for the mutant too, and by induction every run of any number of VMs, each with any
number of parts, is a run of both.

Both are said for any number of parts (`any_parts.py`). What the changed rules say of the parts that are not watched, and the right
ones do not, may be whatever it can be on each view. What nobody waits for is left out of the set, unless the rules move it; and so
is what most questions can do without, which only adds views to it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from model.notation import Network
from model.notation.run import Shape
from model.notation.terms import FALSE, Happens, In, Term, machines_of
from model.views import LEFT_OUT_WHERE_NOT_ASKED
from proofs.mutants.changed_rules import At, Pair, Projected, Rules
from proofs.views.saturation import TooManyViews, saturate
from proofs.world.any_number.any_parts import AnyParts, NotForAnyNumber, Presence
from proofs.world.compiled import Compiled
from proofs.world.layout import States
from proofs.world.world import Column, Slice, World, fold, shown

LIMIT = 400_000
"""Views at most; beyond, nothing is known."""


class SameViews:
    """The closed sets of a column that mutants are held against. network: with its observers. start: one VM that may be. mutants: all
    that will be asked of, in the terms of the network. known: what was found in other columns in which a rule is looked at in the
    same states."""

    def __init__(
        self,
        network: Network,
        column: Column,
        start: Mapping[str, frozenset[str]],
        mutants: Sequence[Rules],
        known: dict[object, bool] | None = None,
    ) -> None:
        self.column, self.start = column, start
        self.shape = Shape({sort.name: 1 for sort in network.parts})
        self._worlds: dict[bool, World] = {}
        self._sets: dict[frozenset[str], ClosedSet] = {}
        self._known = known if known is not None else {}
        self._readings = dict(column.readings)
        self._said: dict[str, Rules] = {}
        self._refused = ""
        asked = [one for one in mutants if one.mutant.events and one.tolerated(column)]
        try:
            self.any_parts = AnyParts(
                network, column, (), [(one.changed, one.mutant.events, one.mutant.machine) for one in asked]
            )
        except NotForAnyNumber as reason:
            self._refused = f"{reason} in {column}"
            return
        for one, changed in zip(asked, self.any_parts.changed, strict=True):
            self._said[one.mutant.name] = Rules(self.any_parts.network, one.mutant, changed)
        self.told_apart = tuple(dict.fromkeys(term for one in self._said.values() for term in one.told_apart))

    def why_not(self, rules: Rules) -> str:
        """Why the mutant is not known to be the same here; empty: it is."""
        if not rules.mutant.events:
            return f"{rules.mutant.machine} starts elsewhere"
        if not rules.tolerated(self.column):
            return ""
        if self._refused:
            return self._refused
        said = self._said[rules.mutant.name]
        found = self._set(said)
        if found.problem:
            return found.problem
        return f"it is different on a view in {self.column}" if self._differs(rules, said, found) else ""

    def _differs(self, rules: Rules, said: Rules, found: ClosedSet) -> bool:
        world, machines = found.world, said.machines & found.part.machines
        more = [name for name in self.any_parts.network.actors if name in said.machines & self.any_parts.more]
        reach = tuple((name, world.reach[name]) for name in sorted(said.taking_part))
        key = (
            rules.mutant.name,
            rules.tolerated(self.column),
            world.leaves_out,
            tuple((name, self._meaning(name)) for name in sorted({*machines, *more})),
            tuple((name, state) for name, state in self.column.readings if name in rules.taking_part),
            reach,
            found.views.key(machines),
        )
        if key not in self._known:
            pair = Pair(said, world, found.part.machines | set(more), self.shape, self.start)
            at = self._with(more, machines, found.views.to(machines), found.names(machines))
            self._known[key] = pair.differ(at, alone=False)
        return self._known[key]

    def _meaning(self, name: str) -> object:
        if name not in self.any_parts.meaning:
            return None
        sort, body, then = self.any_parts.meaning[name]
        return sort, shown(body), then

    def _with(self, more: Sequence[str], machines: Collection[str], at: At, names: Sequence[str]) -> At:
        """Views, with each way in which machines that they leave out may be: those that hold of parts that are not watched. Where
        there is no part, all others are so."""
        if not more:
            return at
        actors, meaning = self.any_parts.network.actors, self.any_parts.meaning
        here = {*machines, *more}
        limits = [t for t in self.any_parts.network.at_start if machines_of(t) <= here and machines_of(t) & set(more)]
        presence = {name: self.any_parts.presence(meaning[name][0]).name for name in more}

        def fits(states: Mapping[str, str]) -> bool:
            filled = {name: frozenset({state}) for name, state in states.items()}
            none = (name for name in more if states.get(presence[name]) == Presence.ABSENT.name)
            return all(states[name] == "FIT" for name in none) and all(fold(t, filled) != FALSE for t in limits)

        def ways(vm: States) -> Iterator[States]:
            for chosen in product(*(range(len(actors[name].states)) for name in more)):
                both = [*zip(names, vm, strict=True), *zip(more, chosen, strict=True)]
                if fits({name: actors[name.split("#")[0]].states[number] for name, number in both}):
                    yield (*vm, *chosen)

        return {host: [way for vm in vms for way in ways(vm)] for host, vms in at.items()}

    @property
    def views(self) -> int:
        """How many views there are in all sets that were needed."""
        return sum(found.size for found in self._sets.values())

    def _set(self, rules: Rules) -> ClosedSet:
        """The closed set of all that decides what may happen, and of what the changed rules move."""
        whole = bool(rules.machines & LEFT_OUT_WHERE_NOT_ASKED)
        if whole not in self._worlds:
            out = frozenset[str]() if whole else LEFT_OUT_WHERE_NOT_ASKED
            self._worlds[whole] = World(self.any_parts.network, self.column, out)
        world = self._worlds[whole]
        events = Happens(frozenset(event.name for event in world.events))  # perhaps none is left
        names = sorted(rules.machines - self.any_parts.more)
        moved = (In(name, frozenset(sorted(world.reach[name])[:1])) for name in names)
        part = world.cone([events, *moved])
        part = replace(part, machines=part.machines | self._set_off(rules, world))
        if part.machines not in self._sets:
            self._sets[part.machines] = ClosedSet(world, part, self.shape, self.told_apart)
        return self._sets[part.machines]

    def _set_off(self, rules: Rules, world: World) -> frozenset[str]:
        """The machine that the mutant changes, if it stays in one state for ever, so that no set needs it, but has other rows there
        than in the right network: it may be set off."""
        name = rules.mutant.machine
        if not name or len(world.reach[name]) > 1:
            return frozenset()
        (state,) = world.reach[name]
        right, wrong = (of.actors[name] for of in (rules.network, rules.changed))
        events = rules.tolerated(self.column)
        return frozenset({name} if any(right.rules(e, state) != wrong.rules(e, state) for e in events) else ())


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
        self._names = compiled.vm_vars[0].names
        self.views = Projected(compiled.host_vars, compiled.vm_vars[0], at)

    def names(self, machines: Collection[str]) -> list[str]:
        """The variables of a VM as far as these machines go, in their order."""
        return [name for name in self._names if name.split("#")[0] in machines]
