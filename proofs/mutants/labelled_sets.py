"""The closed sets that mutants are held against, of many columns at once: each view carries the columns in which it is reachable
(`proofs/views/labelled`), and what one column has of them is read off.

The family's network says each rule as its columns read it; where it and a column's own network have a machine of other parts,
which of them it is the same as is told by what it says, not by its name. What cannot be said so is not known here: `of` gives
None, and a set of that column alone has to do.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from model.notation import Network
from model.notation.run import Shape
from model.notation.terms import HOST, Const, Happens, In, Same, Term, Unchanged, machines_of, rebuilt
from proofs.mutants.changed_rules import At, Rules, slice_of
from proofs.views.labelled.digits import TooWide
from proofs.views.labelled.family import Family
from proofs.views.labelled.label_kernel import Ints, Words
from proofs.views.labelled.labels import WORD, Labelled
from proofs.views.labelled.starts import starts_by_column
from proofs.views.saturation import TooManyViews
from proofs.world.any_number.any_parts import AnyParts
from proofs.world.compiled import Compiled
from proofs.world.layout import States
from proofs.world.world import Column, Slice, World, fold

LIMIT = 16_000_000
"""Views at most, in all columns together: those of rules about ports and disks are the largest, and of columns one by one they take
many times as long."""

MOST_TERMS = 24
"""What a mutant may tell apart of how VMs start, in all columns together: with more, sets of one column are the smaller ones."""

MOST_SETS = 3
"""Closed sets that are kept at a time: mutants of one set are asked about one after the other."""


class LabelledSets:
    """Closed sets of columns of a network (with its observers), for mutants that are asked about in the terms of each column. closed:
    how many were made. Raises NotForAnyNumber."""

    def __init__(self, network: Network, columns: Sequence[Column]) -> None:
        self.bit = {column: i for i, column in enumerate(columns)}
        self.family = Family(network, columns)
        self.closed = 0
        self._sets: dict[tuple[object, ...], LabelledSet | None] = {}
        self._begun: dict[tuple[object, ...], tuple[object, ...]] = {}
        self._worlds: dict[frozenset[str], World] = {}
        self._cones: dict[tuple[object, ...], Slice] = {}
        self._kept: list[AnyParts] = []
        self._names: dict[int, Callable[[str], str | None]] = {}
        self._terms: dict[str, dict[Term, None] | None] = {}
        self.any_parts = AnyParts(self.family.network, self.family.column, ())

    def of(self, rules: Rules, column: AnyParts, where: Column, leaves_out: frozenset[str]) -> InColumn | None:
        """The closed set for a mutant's rules, said for any number of parts in one of the columns; None: it cannot be had so."""
        name_of = self._name_of(column)
        own = [name for name in rules.machines - column.more if not self._is_reading(name)]
        machines = {named for name in own if (named := name_of(name)) is not None}
        terms = self._terms[rules.mutant.name]
        if terms is None or len(machines) < len(own):
            return None
        found = self._set(machines, rules.mutant.machine, tuple(terms), leaves_out)
        if found is None:
            return None
        key = (self.bit[where], id(column))
        if key not in found.columns:
            found.columns[key] = InColumn(found, self.bit[where], column, name_of)
        return found.columns[key]

    def _is_reading(self, name: str) -> bool:
        actor = self.family.origin.actors.get(name)
        return actor is not None and actor.sort == HOST and not actor.moves

    def _name_of(self, column: AnyParts) -> Callable[[str], str | None]:
        """The name in the family's network of a machine of a column's; None: it has none."""
        if id(column) not in self._names:
            self._kept.append(column)  # so that nothing else has its id
            meaning, actors = column.meaning, self.any_parts.network.actors
            family = {key: name for name, key in self.any_parts.meaning.items()}

            def name_of(name: str) -> str | None:
                if name in meaning:
                    return family.get(meaning[name])
                return name if name in actors or self._is_reading(name) else None

            self._names[id(column)] = name_of
        return self._names[id(column)]

    def tell_apart(self, rules: Rules, column: AnyParts, where: Column) -> None:
        """Note what a mutant's rules, said for any number of parts in some column, tell apart of how VMs start: its sets do so too."""
        known = self._terms.setdefault(rules.mutant.name, {})
        if known is None:
            return
        name_of, readings, actors = self._name_of(column), dict(where.readings), self.family.origin.actors
        for term in rules.told_apart:
            read = filter(self._is_reading, machines_of(term))
            folded = fold(term, {name: frozenset({readings.get(name, actors[name].starts[0])}) for name in read})
            for said in _whatever(folded, machines_of(folded) & column.more, column.network):
                names = {name: name_of(name) for name in machines_of(said)}
                if None in names.values() or len(known) == MOST_TERMS:
                    self._terms[rules.mutant.name] = None
                    return
                if not isinstance(said, Const):
                    known[_renamed(said, {name: found for name, found in names.items() if found})] = None

    def _set(
        self, machines: Iterable[str], changed: str, terms: tuple[Term, ...], leaves_out: frozenset[str]
    ) -> LabelledSet | None:
        if leaves_out not in self._worlds:
            self._worlds[leaves_out] = World(self.any_parts.network, self.family.column, leaves_out)
        world = self._worlds[leaves_out]
        names, set_off = tuple(sorted(machines)), changed if len(world.reach.get(changed, ())) == 1 else ""
        if (leaves_out, names, set_off) not in self._cones:
            events = Happens(frozenset(event.name for event in world.events))
            moved = (In(name, frozenset(sorted(world.reach[name])[:1])) for name in names)
            self._cones[leaves_out, names, set_off] = slice_of(world, [events, *moved], set_off)
        part = self._cones[leaves_out, names, set_off]
        begun = self._begun.get((leaves_out, part, terms))
        if begun is not None and begun in self._sets:
            return self._sets[begun]
        try:
            compiled, starts = self._starts(world, part, terms)
        except TooWide:
            return None
        begun = self._begun[leaves_out, part, terms] = (
            leaves_out,
            part,
            tuple(compiled.locals[vm] for vm in compiled.starts),
            tuple(starts),
        )
        if begun not in self._sets:
            if len(self._sets) >= MOST_SETS:
                self._sets.pop(next(iter(self._sets)))
            self.closed += 1
            self._sets[begun] = self._closed(compiled, part, starts)
        return self._sets[begun]

    def _starts(self, world: World, part: Slice, terms: Sequence[Term]) -> tuple[Compiled, list[int]]:
        """A slice, and the columns in which each of its starts is begun from: a closed set hangs on nothing else, whatever terms tell
        starts apart. Raises TooWide."""
        compiled = Compiled(world, part, (Shape({sort.name: 1 for sort in world.network.parts}),), terms)
        return compiled, starts_by_column(compiled, self._allowed(part), len(self.family.columns), terms)

    def _allowed(self, part: Slice) -> dict[str, int]:
        return {name: self.family.allowed[name] for name in sorted(part.events) if name in self.family.allowed}

    def _closed(self, compiled: Compiled, part: Slice, starts: list[int]) -> LabelledSet | None:
        columns = len(self.family.columns)
        try:
            closed = Labelled(compiled, columns, self._allowed(part), starts, LIMIT)
            return LabelledSet(self.closed, part, closed)
        except (TooManyViews, TooWide):
            return None


class LabelledSet:
    """Closed views of a slice with the columns in which each is reachable. number: told apart by. part: the slice. views: by column,
    how many. columns: what columns have of it."""

    def __init__(self, number: int, part: Slice, closed: Labelled) -> None:
        self.number, self.part, self.views = number, part, closed.counts
        self.columns: dict[tuple[int, int], InColumn] = {}
        compiled, steps = closed.compiled, closed.steps
        self.host_vars, self.vm_vars = compiled.host_vars, compiled.vm_vars[0]
        self._places: dict[tuple[tuple[str, ...], tuple[str, ...]], _Seen] = {}
        rows, hosts = [], []
        for host in closed.places:
            found = closed.rows(host)
            rows.append(found)
            hosts.append(np.full(len(found), host, dtype=np.int64))
        self._hosts = np.array(compiled.hosts, dtype=np.int64).reshape(len(compiled.hosts), -1)
        self._of_host = np.concatenate(hosts)
        every = np.concatenate(rows)
        self._of_vm = closed.views.vms[every].astype(np.int64)
        self._vms = steps.states[: steps.met].astype(np.int64)
        self._labels = closed.views.labels[every]

    def seen(self, host: tuple[str, ...], vm: tuple[str, ...]) -> _Seen:
        """The views as far as these variables of host and VM go."""
        if (host, vm) not in self._places:
            of_host, hosts = _numbered(self._hosts[:, [self.host_vars.at[name] for name in host]])
            of_vm, vms = _numbered(self._vms[:, [self.vm_vars.at[name] for name in vm]])
            codes = of_host[self._of_host] * len(vms) + of_vm[self._of_vm]
            order = np.argsort(codes, kind="stable")
            values, first = np.unique(codes[order], return_index=True)
            labels = np.bitwise_or.reduceat(self._labels[order], first, axis=0)
            self._places[host, vm] = _Seen(values // len(vms), values % len(vms), hosts, vms, labels)
        return self._places[host, vm]


def _numbered(states: Ints) -> tuple[Ints, list[States]]:
    """The number of each row among those that differ, and these."""
    if not states.shape[1]:
        return np.zeros(len(states), dtype=np.int64), [()]
    found, numbers = np.unique(states, axis=0, return_inverse=True)
    return numbers.reshape(-1).astype(np.int64), [tuple(row) for row in found.tolist()]


@dataclass(frozen=True)
class _Seen:
    """Views, as far as some machines go: numbers of host and VM states, these, and the columns of each."""

    of_host: Ints
    of_vm: Ints
    hosts: list[States]
    vms: list[States]
    labels: Words

    def has(self, bit: int) -> Ints:
        """Which of them a column has."""
        return np.flatnonzero(self.labels[:, bit // WORD] >> np.uint64(bit % WORD) & np.uint64(1))


class InColumn:
    """What one column has of a labelled set, by the names of the column's own network."""

    problem = ""

    def __init__(self, found: LabelledSet, bit: int, column: AnyParts, name_of: Callable[[str], str | None]) -> None:
        self._found, self._bit, self._network, self._name_of = found, bit, column.network, name_of
        self.size = found.views[bit]
        own = (name for name in column.network.actors if name not in column.more)
        self.machines = frozenset(name for name in own if name_of(name) in found.part.machines)

    def _variables(self, machines: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The variables of host and VM that these machines are in the set, in the order in which the column has the machines."""
        actors = [actor for actor in self._network.actors.values() if actor.name in machines]
        host = tuple(self._named(actor.name, "") for actor in actors if actor.sort == HOST)
        vm = tuple(self._named(a.name, "#0" if a.sort in self._network.parts else "") for a in actors if a.sort != HOST)
        return host, vm

    def _named(self, name: str, part: str) -> str:
        return f"{self._name_of(name)}{part}"

    def to(self, machines: frozenset[str]) -> At:
        """The views, as far as these machines go."""
        seen, at = self._found.seen(*self._variables(machines)), dict[States, list[States]]()
        for i in seen.has(self._bit).tolist():
            at.setdefault(seen.hosts[seen.of_host[i]], []).append(seen.vms[seen.of_vm[i]])
        return at

    def key(self, machines: frozenset[str]) -> object:
        """The same for the same views, as far as these machines go."""
        variables = self._variables(machines)
        return self._found.number, variables, self._found.seen(*variables).has(self._bit).tobytes()

    def names(self, machines: Collection[str]) -> list[str]:
        """The variables of a VM as far as these machines go, in their order."""
        actors = [a for a in self._network.actors.values() if a.name in machines and a.sort != HOST]
        return [f"{a.name}#0" if a.sort in self._network.parts else a.name for a in actors]


def _whatever(term: Term, names: Collection[str], network: Network) -> Iterator[Term]:
    """A term with these machines in each of their states: what it says besides."""
    every = sorted(names)
    states = [network.actors[name].states for name in every]
    for chosen in product(*states):
        yield fold(term, {name: frozenset({state}) for name, state in zip(every, chosen, strict=True)})


def _renamed(term: Term, names: Mapping[str, str]) -> Term:
    match term:
        case In(actor, states):
            return In(names[actor], states)
        case Same(left, right):
            return Same(names[left], names[right])
        case Unchanged(actor):
            return Unchanged(names[actor])
        case _:
            return rebuilt(term, lambda part: _renamed(part, names))
