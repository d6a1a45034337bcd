"""A closed set of views as one shared decision diagram over the machines, so that a solver meets each part of it once.

First the host's machines, then those of the VM that move, then its configuration: of that, all that is alike to what was
looked at. So the diagram speaks of every configuration, though only one of each kind was looked at, and a solver confirms
that too.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import z3

from proofs.solvers.symbolic import Symbolic
from proofs.views.saturation import Views
from proofs.world.alike import Alike

Key = tuple[Hashable, ...]
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


@dataclass
class _Maker:
    known: dict[object, Node] = field(default_factory=dict)
    nodes: dict[Node, tuple[int, tuple[tuple[frozenset[Hashable], Node], ...]]] = field(default_factory=dict)

    def node(self, rows: Sequence[Key], depth: int, width: int) -> Node:
        """The node for rows that agree in all columns before this one."""
        if depth == width:
            return 1
        by_value: dict[Hashable, list[Key]] = {}
        for row in rows:
            by_value.setdefault(row[depth], []).append(row)
        to: dict[Node, set[Hashable]] = {}
        for value, inner in by_value.items():
            to.setdefault(self.node(inner, depth + 1, width), set()).add(value)
        branches = tuple(sorted(((frozenset(values), child) for child, values in to.items()), key=lambda b: b[1]))
        key = (depth, branches)
        if key not in self.known:
            self.known[key] = len(self.nodes) + 2
            self.nodes[self.known[key]] = key
        return self.known[key]


def diagram(views: Views, form: int = 0) -> Diagram:
    """The diagram of a set of views. What exact views know of the guards is not in it."""
    compiled = views.compiled
    groups = compiled.alike(form)
    configured = {name for group in groups for name in group.names}
    hosts, vms = compiled.host_vars, compiled.vm_vars[form]
    moving = [name for name in vms.names if name not in configured]
    rows = set[Key]()
    split: dict[int, Key] = {}
    for place, here in views.at.items():
        host = tuple(hosts.decode(compiled.hosts[views.host(place)])[name] for name in hosts.names)
        for vm in here:
            if compiled.locals[vm][0] != form:
                continue
            if vm not in split:
                states = vms.decode(compiled.locals[vm][1])
                config = tuple(_class_of(group, states) for group in groups)
                split[vm] = (*(states[name] for name in moving), *config)
            rows.add((*host, *split[vm]))
    return diagram_of((*hosts.names, *moving, *groups), rows)


def diagram_of(columns: Sequence[str | Alike], rows: Iterable[Key]) -> Diagram:
    """The diagram of rows with these columns."""
    maker, chosen = _Maker(), _in_order(rows)
    return Diagram(tuple(columns), maker.node(chosen, 0, len(columns)) if chosen else 0, maker.nodes)


def _in_order(rows: Iterable[Key]) -> list[Key]:
    """Rows in an order that does not depend on how they came: by what their values are as text."""
    chosen = list(rows)
    place = [{v: i for i, v in enumerate(sorted(set(values), key=repr))} for values in zip(*chosen, strict=True)]
    return sorted(chosen, key=lambda row: [places[value] for places, value in zip(place, row, strict=True)])


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

    @cached_property
    def whole(self) -> z3.BoolRef:
        for number, (depth, branches) in self.of.nodes.items():
            column = self.of.columns[depth]
            parts = []
            for values, child in branches:
                test = self._in_classes(column, values) if isinstance(column, Alike) else self._in(column, values)
                below = self._made[child]
                parts.append(test if child == 1 else z3.And(test, below))
            self._made[number] = parts[0] if len(parts) == 1 else z3.Or(parts)
        return self._made[self.of.root]

    def _in(self, name: str, values: frozenset[Hashable]) -> z3.BoolRef:
        symbolic = self.symbolic
        expr = symbolic.state_of(name, self.vm, then=self.then)
        return symbolic.is_in(expr, symbolic.actor(name), map(str, values))

    def _in_classes(self, group: Alike, values: frozenset[Hashable]) -> z3.BoolRef:
        """One of the configurations of these classes: as a small diagram of its own."""
        rows = _in_order(row for members in values if isinstance(members, tuple) for row in members)
        maker = _Maker()
        root = maker.node(rows, 0, len(group.names))
        made = dict(self._made)
        for number, (depth, branches) in maker.nodes.items():
            tests = [z3.And(self._in(group.names[depth], states), made[child]) for states, child in branches]
            made[number] = tests[0] if len(tests) == 1 else z3.Or(tests)
        return made[root]
