"""Whether a mutant is no different at all in a column: on every view that the right network's closed set holds, the changed rules
take the same steps. Then the set is closed for the mutant too, and by induction every run of any number of VMs, each with any
number of parts, is a run of both.

Both are said for any number of parts (`any_parts.py`). What the changed rules say of the parts that are not watched, and the right
ones do not, may be whatever it can be on each view. What nobody waits for is left out of the set, unless the rules move it; and so
is what most questions can do without, which only adds views to it.

A set is closed for one column (`ClosedSet`), or for many at once (`labelled_sets.py`), which takes as long as for a few.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import product
from typing import Protocol

from model.notation import Network
from model.notation.run import Shape
from model.notation.terms import FALSE, Happens, In, Term, machines_of
from model.views import LEFT_OUT_WHERE_NOT_ASKED
from proofs.mutants.changed_rules import At, Pair, Projected, Rules, slice_of
from proofs.mutants.labelled_sets import LabelledSets
from proofs.views.saturation import TooManyViews, saturate
from proofs.world.any_number.any_parts import AnyParts, NotForAnyNumber, Presence
from proofs.world.compiled import Compiled
from proofs.world.layout import States
from proofs.world.world import Column, Slice, World, fold, shown

LIMIT = 400_000
"""Views at most; beyond, nothing is known."""


MOST_SETS = 2
"""Closed sets of one column that are kept, where there are many columns, and most is asked of sets of all of them."""


class Said:
    """Mutants in the terms for any number of parts: what columns with the same readings have in common. network: with its
    observers. Raises NotForAnyNumber."""

    def __init__(self, network: Network, column: Column, mutants: Sequence[Rules]) -> None:
        changed = [(one.changed, one.mutant.events, one.mutant.machine) for one in mutants]
        self.any_parts = AnyParts(network, column, (), changed)
        pairs = zip(mutants, self.any_parts.changed, strict=True)
        self.rules = {one.mutant.name: Rules(self.any_parts.network, one.mutant, changed) for one, changed in pairs}


class Closed(Protocol):
    """A closed set of views, of one column. machines: those of the column's network that it has. size: its views. problem: why there
    is none."""

    problem: str
    size: int

    @property
    def machines(self) -> frozenset[str]: ...
    def to(self, machines: frozenset[str]) -> At:
        """The views, as far as these machines go."""
        ...

    def key(self, machines: frozenset[str]) -> object:
        """The same for the same views, as far as these machines go."""
        ...

    def names(self, machines: Collection[str]) -> list[str]:
        """The variables of a VM as far as these machines go, in their order."""
        ...


class SameViews:
    """The closed sets of a column that mutants are held against. network: with its observers. start: one VM that may be. mutants: all
    that will be asked of, in the terms of the network. known: what was found in other columns in which a rule is looked at in the
    same states. said: the mutants in the terms for any number of parts, if they are known. sets: closed for this column among others."""

    def __init__(
        self,
        network: Network,
        column: Column,
        start: Mapping[str, frozenset[str]],
        mutants: Sequence[Rules],
        known: dict[object, bool] | None = None,
        *,
        said: Said | None = None,
        sets: LabelledSets | None = None,
    ) -> None:
        self.column, self.start, self.labelled = column, start, sets
        self.shape = Shape({sort.name: 1 for sort in network.parts})
        self._worlds: dict[bool, World] = {}
        self._sets: dict[tuple[frozenset[str], tuple[Term, ...]], ClosedSet] = {}
        self._known = known if known is not None else {}
        self._readings = dict(column.readings)
        self._said: dict[str, Rules] = {}
        self._refused = ""
        try:
            said = said or Said(
                network, column, [one for one in mutants if one.mutant.events and one.tolerated(column)]
            )
        except NotForAnyNumber as reason:
            self._refused = f"{reason} in {column}"
            return
        self.any_parts, self._said = said.any_parts, said.rules
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
        differs = self._differs(rules, said, world, found)
        return f"it is different on a view in {self.column}" if differs else "", found.size

    def _differs(self, rules: Rules, said: Rules, world: World, found: Closed) -> bool:
        machines = said.machines & found.machines
        more = [name for name in self.any_parts.network.actors if name in said.machines & self.any_parts.more]
        reach = tuple((name, world.reach[name]) for name in sorted(said.taking_part))
        key = (
            rules.mutant.name,
            rules.tolerated(self.column),
            world.leaves_out,
            tuple((name, self._meaning(name)) for name in sorted({*machines, *more})),
            tuple((name, state) for name, state in self.column.readings if name in rules.taking_part),
            reach,
            found.key(machines),
        )
        if key not in self._known:
            pair = Pair(said, world, found.machines | set(more), self.shape, self.start)
            at = self._with(more, machines, found.to(machines), found.names(machines))
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

        asked = {*more, *presence.values(), *(name for term in limits for name in machines_of(term))}
        known: dict[object, bool] = {}

        def fits(states: Mapping[str, str]) -> bool:
            key = tuple((name, state) for name, state in states.items() if name.split("#")[0] in asked)
            if key not in known:
                filled = {name: frozenset({state}) for name, state in key}
                none = (name for name in more if states.get(presence[name]) == Presence.ABSENT.name)
                known[key] = all(states[name] == "FIT" for name in none) and all(
                    fold(term, filled) != FALSE for term in limits
                )
            return known[key]

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

    def _world(self, rules: Rules) -> World:
        """The column without what nobody waits for, unless the rules move it."""
        whole = bool(rules.machines & LEFT_OUT_WHERE_NOT_ASKED)
        if whole not in self._worlds:
            out = frozenset[str]() if whole else LEFT_OUT_WHERE_NOT_ASKED
            self._worlds[whole] = World(self.any_parts.network, self.column, out)
        return self._worlds[whole]

    def _set(self, rules: Rules, world: World) -> Closed:
        """The closed set of all that decides what may happen, and of what the changed rules move."""
        if self.labelled and (known := self.labelled.of(rules, self.any_parts, self.column, world.leaves_out)):
            return known
        events = Happens(frozenset(event.name for event in world.events))  # perhaps none is left
        names = sorted(rules.machines - self.any_parts.more)
        moved = (In(name, frozenset(sorted(world.reach[name])[:1])) for name in names)
        part = slice_of(world, [events, *moved], self._set_off(rules, world))
        terms = rules.told_apart if self.labelled else self.told_apart
        key = (part.machines, terms)
        if key not in self._sets:
            if self.labelled and len(self._sets) >= MOST_SETS:
                self._sets.pop(next(iter(self._sets)))
            self._sets[key] = ClosedSet(world, part, self.shape, terms)
        return self._sets[key]

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

    def key(self, machines: frozenset[str]) -> object:
        """The same for the same views, as far as these machines go."""
        return self._views.key(machines)

    def names(self, machines: Collection[str]) -> list[str]:
        """The variables of a VM as far as these machines go, in their order."""
        return [name for name in self._names if name.split("#")[0] in machines]
