"""In which columns a start is begun from: where nothing tells two starts apart in a column, one of them does.

A slice for many columns keeps starts apart that any of its columns tells apart. Here each column has its own classes: two starts
are one in it if all that its events ask of a VM is the same once the states are filled in that stay as they are in it, and if
whatever else can move is in the same state. A VM from the one then does what a VM from the other does, and contributes the same
(`alike.py` says why, of a column alone). So views of one of each class are enough, in that column.

What only properties read is not told apart by the slice (`variants.py`): a start stands for several configurations. Of a class as
many starts are kept as it takes to have every way in which properties read any of it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

import numpy as np

from model.notation.terms import Term, machines_of
from proofs.views.variants import Variants
from proofs.world.compiled import Compiled
from proofs.world.rows import Codes, Rows, together
from proofs.world.world import fold

Settled = dict[str, frozenset[str]]
Profile = tuple[frozenset[str], ...]
"""For each machine of a VM the states in which it stays."""
_Told = tuple[frozenset[str], Codes, int]
"""Machines, what is told of their states with which VMs start, as numbers, and the columns in which anything asks it."""


def starts_by_column(compiled: Compiled, allowed: Mapping[str, int], columns: int, terms: Iterable[Term]) -> list[int]:
    """For each start of a slice, in its order, the columns in which it is begun from. allowed: by event the columns in which it may
    happen (all, if it is not named). terms: all that properties ask."""
    return _Starts(compiled, allowed, columns, terms).labels()


class _Starts:
    def __init__(self, compiled: Compiled, allowed: Mapping[str, int], columns: int, terms: Iterable[Term]) -> None:
        self.compiled, self.columns, everywhere = compiled, columns, (1 << columns) - 1
        self.allowed = {event.name: allowed.get(event.name, everywhere) for event in compiled.events}
        vars_ = compiled.vm_vars[0]
        states = {name: actor.states for name, actor in zip(vars_.names, vars_.actors, strict=True)}
        self.rows = Rows(states, np.array([compiled.locals[vm][1] for vm in compiled.starts], dtype=np.int64))
        self._within: dict[frozenset[str], tuple[Rows, Codes, Hashable]] = {}
        self.asked = dict.fromkeys(self._bodies(compiled.terms), everywhere)
        for event in compiled.events:
            for term in compiled.asked_by(0, event):
                self.asked[term] = self.asked.get(term, 0) | self.allowed[event.name]
        self.late = [term for term in terms if term not in compiled.terms]
        self.read_late = self._read_late()
        self.moved = {name: self._moved(name) for name in vars_.names}

    def labels(self) -> list[int]:
        found = [0] * len(self.rows)
        read, by_profile = self._read(), dict[Profile, list[tuple[Codes, int]]]()
        chosen: dict[tuple[Profile, tuple[int, ...]], list[int]] = {}
        for bit in range(self.columns):
            settled = {
                name: frozenset(s for s in self.rows.states[name] if not moved.get(s, 0) >> bit & 1)
                for name, moved in self.moved.items()
            }
            profile = tuple(settled.values())
            if profile not in by_profile:
                by_profile[profile] = self._few(self._told(settled))
            asked = tuple(i for i, (_, label) in enumerate(by_profile[profile]) if label >> bit & 1)
            if (profile, asked) not in chosen:
                classes = together((by_profile[profile][i][0] for i in asked), len(self.rows))
                chosen[profile, asked] = _chosen(classes, read)
            for i in chosen[profile, asked]:
                found[i] |= 1 << bit
        return found

    def _moved(self, name: str) -> dict[str, int]:
        """For each state of a machine the columns in which some event may lead it elsewhere."""
        actor, found = self.compiled.vm_vars[0].actors[self.compiled.vm_vars[0].at[name]], dict[str, int]()
        for event in self.compiled.events:
            if event.name in actor.machine.events:
                for state, rules in self.compiled.world.rules(actor, event.name).items():
                    if any(rule.dest not in {None, state} for rule in rules):
                        found[state] = found.get(state, 0) | self.allowed[event.name]
        return found

    def _told(self, settled: Settled) -> Iterator[_Told]:
        """What tells starts apart where these states are settled, each with the columns in which anything asks it."""
        everywhere = (1 << self.columns) - 1
        for name, actor in zip(self.compiled.vm_vars[0].names, self.compiled.vm_vars[0].actors, strict=True):
            stays, names = settled[name] if name not in self.read_late else frozenset[str](), frozenset({name})
            rows, _, _ = self._rows_of(names)
            yield names, rows.told(name, {state: state for state in actor.states if state not in stays}), everywhere
            for event in self.compiled.events:
                if event.name in actor.machine.events:
                    rules = self.compiled.world.rules(actor, event.name)
                    told = {state: found for state, found in rules.items() if state in stays}
                    yield names, rows.told(name, told), self.allowed[event.name]
        for term, label in self.asked.items():
            names = machines_of(term).intersection(self.rows.states)
            yield names, self._codes(term, names, {name: settled[name] for name in names}), label

    def _rows_of(self, names: frozenset[str]) -> tuple[Rows, Codes, Hashable]:
        """The states of these machines with which VMs start, which of them each start has, and what they are known by."""
        if names not in self._within:
            rows, back = self.rows.within(names)
            self._within[names] = rows, back, (tuple(rows.states.items()), rows.numbers.tobytes())
        return self._within[names]

    def _codes(self, term: Term, names: frozenset[str], known: Settled) -> Codes:
        """What a term says of the states of the machines that it reads, as numbers; what is asked again of another slice is
        remembered."""
        rows, _, which = self._rows_of(names)
        key = (which, term, tuple(sorted(known.items())))
        if key not in _CODES:
            if len(_CODES) >= MOST_REMEMBERED:
                _CODES.clear()
            _CODES[key] = rows.read(term, known)[0]
        return _CODES[key]

    def _few(self, told: Iterable[_Told]) -> list[tuple[Codes, int]]:
        """The same said shortly, of starts: what tells them apart alike is one, and what does so in every column is."""
        columns: dict[tuple[frozenset[str], bytes], tuple[Codes, int]] = {}
        for names, codes, label in told:
            kinds = together([codes], len(codes))
            if kinds.any():
                _, known = columns.get((names, kinds.tobytes()), (kinds, 0))
                columns[names, kinds.tobytes()] = kinds, known | label
        found = [(kinds[self._rows_of(names)[1]], label) for (names, _), (kinds, label) in columns.items()]
        everywhere = (1 << self.columns) - 1
        base = together((codes for codes, label in found if label == everywhere), len(self.rows))
        return [(base, everywhere), *((codes, label) for codes, label in found if label != everywhere)]

    def _bodies(self, terms: Iterable[Term]) -> list[Term]:
        return [body for term in terms for body in self.compiled.bodies(0, fold(term, self.compiled.world.reach))]

    def _read_late(self) -> frozenset[str]:
        """The machines that only properties read, but for those whose states are put in: where some column settles what others move, no
        start may stand for one that a property tells from it."""
        read = (machines_of(body) for body in self._bodies(self.late))
        return frozenset[str]().union(*read).difference(self.compiled.stand_ins.constant[0])

    def _read(self) -> list[frozenset[object]]:
        """For each start, how properties read the configurations for which it stands."""
        compiled = self.compiled
        configs = [compiled.stand_ins.config(*compiled.locals[vm]) for vm in compiled.starts]
        examples = dict(zip(configs, compiled.starts, strict=True))
        found: dict[tuple[str, ...], frozenset[object]] = dict.fromkeys(examples, frozenset())
        for number, term in enumerate(self.late):
            variants = Variants(compiled, term)
            for config, vm in examples.items():
                found[config] |= {(number, way) for way in variants.ways(vm)}
        return [found[config] for config in configs]


_CODES: dict[Hashable, Codes] = {}
MOST_REMEMBERED = 10_000


def _chosen(classes: Codes, read: Sequence[frozenset[object]]) -> list[int]:
    """The starts that stand for all of their classes."""
    had: dict[int, set[object]] = {}
    found = []
    for i, kind in enumerate(classes.tolist()):
        if kind not in had or not read[i] <= had[kind]:
            had.setdefault(kind, set()).update(read[i])
            found.append(i)
    return found
