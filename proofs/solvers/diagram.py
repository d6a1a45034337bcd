"""A closed set of views as one shared decision diagram over the machines, so that a solver meets each part of it once.

First the host's machines, then those of the VM that move, then its configuration: of that, all that is alike to what was
looked at. So the diagram speaks of every configuration, though only one of each kind was looked at, and a solver confirms
that too.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import z3

from proofs.solvers.symbolic import Symbolic
from proofs.views.saturation import Views
from proofs.world.alike import Alike

Key = tuple[Hashable, ...]
Numbers = npt.NDArray[np.int64]
Node = int
"""0 is false, 1 is true; the others are numbered as they are made."""


@dataclass
class Diagram:
    """The set of views, for VMs of one form. columns: what is decided in turn: a machine's name, or a group of them."""

    columns: tuple[str | Alike, ...]
    root: Node
    nodes: dict[Node, tuple[int, tuple[tuple[frozenset[Hashable], Node], ...]]]

    def __len__(self) -> int:
        return len(self.nodes)


def diagram(views: Views, form: int = 0) -> Diagram:
    """The diagram of a set of views. What exact views know of the guards is not in it."""
    compiled = views.compiled
    groups = compiled.alike(form)
    configured = {name for group in groups for name in group.names}
    hosts, vms = compiled.host_vars, compiled.vm_vars[form]
    moving = [name for name in vms.names if name not in configured]
    places = [
        (views.host(place), [vm for vm in here if compiled.locals[vm][0] == form]) for place, here in views.at.items()
    ]
    seen = sorted({vm for _, here in places for vm in here})
    of_vms = [compiled.locals[vm][1] for vm in seen]
    at = {name: i for i, name in enumerate(vms.names)}
    classes = [_numbered([_class_of(group, vms.decode(states)) for states in of_vms]) for group in groups]
    split = np.array([[states[at[name]] for name in moving] for states in of_vms], np.int64).reshape(
        len(seen), len(moving)
    )
    split = np.column_stack([split, *(numbers for _, numbers in classes)])
    number = {vm: i for i, vm in enumerate(seen)}
    which = np.array([number[vm] for _, here in places for vm in here], np.int64)
    host = np.repeat(np.arange(len(places)), [len(here) for _, here in places])
    host_states = np.array([compiled.hosts[one] for one, _ in places], np.int64).reshape(len(places), len(hosts.names))
    values = [
        *(actor.states for actor in (*hosts.actors, *(vms.actors[at[name]] for name in moving))),
        *(found for found, _ in classes),
    ]
    return _of_table((*hosts.names, *moving, *groups), values, np.column_stack([host_states[host], split[which]]))


def diagram_of(columns: Sequence[str | Alike], rows: Iterable[Key]) -> Diagram:
    """The diagram of rows with these columns."""
    chosen = list(rows)
    coded = [_numbered(values) for values in zip(*chosen, strict=True)]
    table = np.array([numbers for _, numbers in coded], np.int64).reshape(len(columns), len(chosen)).T
    return _of_table(columns, [values for values, _ in coded], table)


def _numbered(column: Sequence[Hashable]) -> tuple[list[Hashable], Numbers]:
    """The values of a column, and of each row the number of its own: in an order that does not depend on how they came, by what
    they are as text."""
    values = sorted(set(column), key=repr)
    number = {value: i for i, value in enumerate(values)}
    return values, np.array([number[value] for value in column], np.int64)


def _of_table(columns: Sequence[str | Alike], values: Sequence[Sequence[Hashable]], table: Numbers) -> Diagram:
    """The diagram of rows of numbers. values: of each column what its numbers mean."""
    if not len(columns) or not len(table):
        return Diagram(tuple(columns), int(len(table) > 0), {})
    rows = np.unique(table, axis=0)
    nodes: dict[Node, tuple[int, tuple[tuple[frozenset[Hashable], Node], ...]]] = {}
    leads = np.ones(len(rows), np.int64)
    for depth in reversed(range(len(columns))):
        begins = _begins(rows[:, :depth])
        ends = [*begins[1:], len(rows)]
        branches = np.column_stack([rows[:, depth], leads])
        made: dict[bytes, Node] = {}
        of_group = []
        for begin, end in zip(begins, ends, strict=True):
            key = branches[begin:end].tobytes()
            if key not in made:
                made[key] = len(nodes) + 2
                nodes[made[key]] = (depth, _branches(branches[begin:end].tolist(), values[depth]))
            of_group.append(made[key])
        rows, leads = rows[begins], np.array(of_group, np.int64)
    return Diagram(tuple(columns), int(leads[0]), nodes)


def _begins(rows: Numbers) -> Numbers:
    """Where those begin that are the same; there are some, in order."""
    changes = (rows[1:] != rows[:-1]).any(axis=1)
    return np.concatenate([[0], np.flatnonzero(changes) + 1])


def _branches(
    pairs: Sequence[tuple[int, Node]], values: Sequence[Hashable]
) -> tuple[tuple[frozenset[Hashable], Node], ...]:
    to: dict[Node, set[Hashable]] = {}
    for value, child in pairs:
        to.setdefault(child, set()).add(values[value])
    return tuple((frozenset(to[child]), child) for child in sorted(to))


def _class_of(group: Alike, states: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    now = tuple(states[name] for name in group.names)
    return group.like.get(now, (now,))


class Formula:
    """A diagram as a formula about the host and one named VM, now or then; nodes are shared."""

    def __init__(self, of: Diagram, symbolic: Symbolic, vm: z3.ExprRef, *, then: bool = False) -> None:
        self.of, self.symbolic, self.vm, self.then = of, symbolic, vm, then
        self._made: dict[Node, z3.BoolRef] = {
            0: z3.BoolVal(False, symbolic.context),
            1: z3.BoolVal(True, symbolic.context),
        }
        self._of_classes: dict[tuple[tuple[str, ...], frozenset[Hashable]], z3.BoolRef] = {}

    @cached_property
    def whole(self) -> z3.BoolRef:
        for number, (depth, branches) in self.of.nodes.items():
            column = self.of.columns[depth]
            parts = []
            for values, child in branches:
                test, below = self._in(column, values), self._made[child]
                parts.append(test if child == 1 else below if z3.is_true(test) else z3.And(test, below))
            self._made[number] = parts[0] if len(parts) == 1 else z3.Or(parts)
        return self._made[self.of.root]

    def _in(self, column: str | Alike, values: frozenset[Hashable]) -> z3.BoolRef:
        symbolic = self.symbolic
        if isinstance(column, Alike):
            return self._in_classes(column, values)
        expr = symbolic.state_of(column, self.vm, then=self.then)
        return symbolic.is_in(expr, symbolic.actor(column), map(str, values))

    def _in_classes(self, group: Alike, values: frozenset[Hashable]) -> z3.BoolRef:
        """One of the configurations of these classes: as a small diagram of its own."""
        key = group.names, values
        if key not in self._of_classes:
            rows = [row for members in values if isinstance(members, tuple) for row in members]
            own = Formula(diagram_of(group.names, rows), self.symbolic, self.vm, then=self.then)
            self._of_classes[key] = own.whole
        return self._of_classes[key]
