"""An argument as a table: down the side the phases of a session, across what the machines of a VM can be in each.

The table is plain data, that can be kept and printed; and what is printed is what solvers are asked about (`Lemma`): that it
holds at the start, that each event keeps it, and that the promise follows from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import z3

from proofs.solvers.diagram import Formula, diagram_of
from proofs.solvers.symbolic import Symbolic

Cells = tuple[tuple[str, ...], ...]
"""For each machine the states that it may be in; none named: any."""


PAIR, SAME = "~", ("same", "differs")
"""A column of two machines that are compared: their names so joined, and what it may be."""


@dataclass(frozen=True)
class Line:
    """What some events do in a phase. to: the phases they lead to, by number from 1; none: they cannot happen in it. needs: the
    rules without which it would not be so, in words; makes: what becomes of machines. by: the requirements of these events.
    order: whether it is the order of the host alone that this is about. rules: the same rules as labels."""

    events: tuple[str, ...]
    to: tuple[int, ...]
    needs: tuple[str, ...]
    makes: tuple[str, ...]
    by: tuple[str, ...]
    order: bool
    rules: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Row:
    """A phase. hosts: what the host's machines are in it, one way or the other (none: it is all the rest); vms: what a VM's
    machines can be in it, one way or the other. begins: the events by which it begins."""

    hosts: tuple[Cells, ...]
    vms: tuple[Cells, ...]
    begins: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Table:
    """Why a property holds for any number of VMs.

    hosts, vms: the machines that are looked at; order: all that the host's are in together; states: for each machine of a VM all
    that it can be. throughout: what a VM's are in all rows; never: what they are together in none (of a row, this need not be
    said). free: machines that matter to the property and are left free. confirmed: by which solvers, in how many obligations.
    seconds: of computing.
    """

    property: str
    column: str
    hosts: tuple[str, ...]
    vms: tuple[str, ...]
    order: tuple[tuple[str, ...], ...]
    rows: tuple[Row, ...]
    states: Cells
    throughout: Cells
    never: tuple[Cells, ...]
    free: tuple[str, ...]
    views: int
    confirmed: tuple[tuple[str, int], ...]
    seconds: float

    def without(self, number: int) -> Table:
        """The table without one of its rows."""
        return replace(self, rows=tuple(row for i, row in enumerate(self.rows) if i != number))

    def occurring(self, place: int) -> tuple[str, ...]:
        """The states that a machine of the host is in at all, by its place among `hosts`."""
        return tuple(dict.fromkeys(sorted(states[place] for states in self.order)))


@dataclass(frozen=True)
class Lemma:
    """A table as a statement about the host and one VM."""

    of: Table

    @property
    def machines(self) -> frozenset[str]:
        return frozenset((*self.of.hosts, *self.of.vms))

    def formula(self, symbolic: Symbolic, vm: z3.ExprRef, *, then: bool = False) -> z3.BoolRef:
        """That host and VM are as some row says, and the host in its order; before a step each machine is where it can be at all."""
        table, context = self.of, symbolic.context
        if not table.rows:
            return z3.BoolVal(False, context)
        order = Formula(diagram_of(table.hosts, table.order), symbolic, vm, then=then).whole
        vms = [name for name in table.vms if PAIR not in name]
        states = {name: symbolic.host_then(name) if then else symbolic.host_now(name) for name in table.hosts}
        states |= {name: symbolic.vm_then(name, vm) if then else symbolic.vm_now(name, vm) for name in vms}
        said = [self._either(symbolic, states, table.hosts, row.hosts) for row in table.rows]
        rest = z3.Not(z3.Or([z3.BoolVal(False, context), *(one for one in said if one is not None)]))
        rows = [
            z3.And(rest if phase is None else phase, self._either(symbolic, states, table.vms, row.vms))
            for phase, row in zip(said, table.rows, strict=True)
        ]
        can = [] if then else symbolic.reach([vm])
        common = [self._either(symbolic, states, table.vms, (table.throughout,))]
        common += [z3.Not(self._either(symbolic, states, table.vms, (cells,))) for cells in table.never]
        return z3.And(order, *common, z3.Or(rows), *can)

    @staticmethod
    def _either(
        symbolic: Symbolic, now: Mapping[str, z3.ExprRef], names: Sequence[str], boxes: Sequence[Cells]
    ) -> z3.BoolRef | None:
        if not boxes:
            return None

        def box(cells: Cells) -> Iterator[z3.BoolRef]:
            for name, states in zip(names, cells, strict=True):
                if states and PAIR in name:
                    one, two = name.split(PAIR)
                    same = symbolic.same(one, now[one], two, now[two])
                    yield same if states == SAME[:1] else z3.Not(same)
                elif states:
                    yield symbolic.is_in(now[name], symbolic.actor(name), states)

        true = z3.BoolVal(True, symbolic.context)
        return z3.Or([z3.And([true, *box(cells)]) for cells in boxes])
