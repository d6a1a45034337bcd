"""From a closed set to the table that argues for a property: localised, said with less, each line with what it needs."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product

from model.notation.terms import Same, walk
from proofs.solvers.obligations import Confirming
from proofs.solvers.solvers import SOLVERS, Answers, ask
from proofs.views.proof import Closed
from proofs.why.confirmed import confirmed_by
from proofs.why.tables.boxes import Box, boxes
from proofs.why.tables.free import NoReason, Rules, Values
from proofs.why.tables.localise import localised
from proofs.why.tables.needed import Leads, Needed, Phase
from proofs.why.tables.table import PAIR, SAME, Cells, Lemma, Line, Row, Table
from proofs.why.tables.views import Localised
from proofs.why.tables.widen import phases, widened
from proofs.why.tell import condition, effect
from properties.kinds import Always, Property, Step

LIMIT = 60.0
"""Seconds of computing in which a table is found, or is not."""

MOST_ROWS = 12

FEW = 3
"""Boxes from which on it is tried to say less of a phase."""


def table_for(closed: Closed, seconds: float = LIMIT) -> Table:
    """The table that argues for the one property of a closed set, which both solvers have confirmed. seconds: of computing, at most,
    to find it. Raises NoReason."""
    begun = time.process_time()
    (found,) = closed.members
    if not isinstance(found, (Always, Step)):
        raise NoReason(f"{found.name} is no statement about states or steps: its argument is no table")
    rules = Rules(closed.views.compiled)
    rules.deadline = begun + seconds
    of = localised(rules, found, closed.views).of
    table = _Building(closed, of, found).table()
    each = confirmed_by(confirmed(closed, table), "the table")
    return replace(table, confirmed=each, seconds=round(time.process_time() - begun, 1))


def confirmed(closed: Closed, table: Table, solvers: Sequence[str] = SOLVERS) -> Answers:
    """What solvers say of a table: that it holds at the start, that each event keeps it, and that the promise follows."""
    return ask(Confirming(closed, argument=(Lemma(table),)), solvers)


class Saying:
    """What a VM may be, said in boxes; of machines that the promise compares, whether they are the same."""

    def __init__(self, names: Sequence[str], compared: Iterable[Same]) -> None:
        self.names = tuple(names)
        pairs = (f"{one.left}{PAIR}{one.right}" for one in compared if {one.left, one.right} <= set(names))
        self.pairs = tuple(dict.fromkeys(pairs))
        self._many: dict[frozenset[Values], bool] = {}
        self.places = [[self.names.index(name) for name in pair.split(PAIR)] for pair in self.pairs]

    def wider(self, vm: Values) -> Values:
        """With what is compared."""
        return (*vm, *(SAME[vm[one] != vm[two]] for one, two in self.places))

    def reach(self, anywhere: Sequence[Collection[str]]) -> list[frozenset[str]]:
        return [*map(frozenset, anywhere), *[frozenset(SAME)] * len(self.pairs)]

    def boxes(
        self, vms: Collection[Values], others: Iterable[Values], anywhere: Sequence[Collection[str]]
    ) -> list[Box]:
        """Boxes in which these VMs are, and none of the others."""
        return boxes({self.wider(vm) for vm in vms}, [self.wider(vm) for vm in others], self.reach(anywhere))

    def many(self, vms: frozenset[Values], anywhere: Sequence[Values]) -> bool:
        """Whether it takes many boxes to say what a VM may be."""
        if vms not in self._many:
            others = (vm for vm in product(*map(sorted, anywhere)) if vm not in vms)
            self._many[vms] = len(self.boxes(vms, others, anywhere)) >= FEW
        return self._many[vms]


class _Building:
    def __init__(self, closed: Closed, of: Localised, found: Property) -> None:
        self.closed, self.of, self.found = closed, of, found
        self.compiled = closed.views.compiled
        terms = [one for one in walk(found.term) if isinstance(one, Same)] if isinstance(found, (Always, Step)) else []
        self.taken: dict[tuple[str, int], set[int]] = {}
        self.told = told = Saying(of.vms, terms)
        self.pairs = told.pairs
        self.phases = [
            Phase(tuple(hosts), vms) for vms, hosts in phases(widened(of, found, closed.views, told.many)).items()
        ]
        every = [vm for phase in self.phases for vm in phase.vms]
        self.throughout = [frozenset(vm[i] for vm in every) for i in range(len(of.vms))]
        if len(self.phases) > MOST_ROWS:
            raise NoReason(f"the table would have {len(self.phases)} rows, more than {MOST_ROWS}")

    def table(self) -> Table:
        of, rules = self.of, self.of.rules
        needed = Needed(of, self.found, self.phases)
        leads, self.taken = needed.leads(), self._taken(needed.row)
        order = self._in_order(leads)
        number = {old: new for new, old in enumerate(order)}
        hosts = self._host_boxes()
        never, cells = self._vm_cells()
        rows = []
        for old in order:
            begins = dict.fromkeys(one.event for one in leads if old in self._real(one) and one.phase != old)
            mine = [one for one in leads if one.phase == old]
            rows.append(
                Row(
                    hosts[old],
                    cells[old],
                    tuple(begins),
                    tuple(self._lines(mine, number)),
                )
            )
        every = (*rules.host_names, *rules.vm_names)
        return Table(
            self.found.name,
            rules.world.column.name,
            of.hosts,
            (*of.vms, *self.pairs),
            tuple(sorted(host for phase in self.phases for host in phase.hosts)),
            tuple(rows),
            (*(tuple(sorted(rules.reach[name])) for name in of.vms), *[SAME] * len(self.pairs)),
            self._throughout(),
            never,
            tuple(name for name in every if name not in of.kept),
            len(self.closed.views),
            (),
            0.0,
        )

    def _taken(self, row: Mapping[Values, int]) -> dict[tuple[str, int], set[int]]:
        """From which phases to which each event leads in the closed set of all machines: what is left free leads to more."""
        compiled, views, of = self.compiled, self.closed.views, self.of
        places = [compiled.host_vars.names.index(name) for name in of.hosts]
        phase: dict[int, int | None] = {}

        def number(host: int) -> int | None:
            if host not in phase:
                known = compiled.host_vars.decode(compiled.hosts[host])
                states = [known[name] for name in compiled.host_vars.names]
                phase[host] = row.get(tuple(states[place] for place in places))
            return phase[host]

        found: dict[tuple[str, int], set[int]] = {}
        for event, steps in views.by_event.items():
            for one, two in {(step.host, step.host2) for step in steps}:
                before, after = number(one), number(two)
                if before is not None and after is not None:
                    found.setdefault((compiled.events[event].name, before), set()).add(after)
        return found

    def _real(self, one: Leads) -> list[int]:
        """The phases that an event leads to, of those that it could lead to with machines left free."""
        taken = self.taken.get((one.event, one.phase), set())
        return [to for to in one.to if to in taken]

    def _in_order(self, leads: Sequence[Leads]) -> list[int]:
        """The phases in the order in which a session first comes to them."""
        starts = {host for host, _ in self.of.starts()}
        found = [i for i, phase in enumerate(self.phases) if starts & set(phase.hosts)]
        for old in found:
            found += [to for one in leads if one.phase == old for to in self._real(one) if to not in found]
        return [*dict.fromkeys(found), *(i for i in range(len(self.phases)) if i not in found)]

    def _vm_cells(self) -> tuple[tuple[Cells, ...], list[tuple[Cells, ...]]]:
        """What never is so of a VM, in no phase; and what it may be in each. Either all of it is said phase by phase, or what is
        common to all is said once, whichever takes fewer boxes."""
        told, reach = self.told, self.told.reach(self.throughout)
        every = list(product(*map(sorted, self.throughout)))
        together = frozenset[Values]().union(*(phase.vms for phase in self.phases))
        outside = [vm for vm in every if vm not in together]

        def said(others: Collection[Values]) -> list[list[Box]]:
            phases = (phase.vms for phase in self.phases)
            return [told.boxes(vms, [vm for vm in others if vm not in vms], self.throughout) for vms in phases]

        never = told.boxes(outside, together, self.throughout) if outside else []
        apart, common = said(every), said(together)
        if sum(map(len, apart)) <= sum(map(len, common)) + len(never):
            never, common = [], apart
        in_cells = [tuple(_cells(box, reach) for box in found) for found in common]
        return tuple(_cells(box, reach) for box in never), in_cells

    def _throughout(self) -> Cells:
        reach = self.of.rules.reach
        here = zip(self.of.vms, self.throughout, strict=True)
        return (
            *(() if states >= reach[name] else tuple(sorted(states)) for name, states in here),
            *[()] * len(self.pairs),
        )

    def _host_boxes(self) -> list[tuple[Cells, ...]]:
        """What the host's machines are in each phase; of the phase that takes the most words, that it is all the rest."""
        every = [host for phase in self.phases for host in phase.hosts]
        occurring = [frozenset(host[i] for host in every) for i in range(len(self.of.hosts))]
        found = []
        for phase in self.phases:
            others = [host for other in self.phases if other is not phase for host in other.hosts]
            told = boxes(phase.hosts, others, occurring)
            found.append(tuple(_cells(box, occurring) for box in told))
        longest = max(range(len(found)), key=lambda i: sum(len(c) for box in found[i] for c in box) + len(found[i]))
        found[longest] = ()
        return found

    def _lines(self, leads: Iterable[Leads], number: dict[int, int]) -> list[Line]:
        """What events do in one phase; those that do the same for the same reasons together."""
        found: dict[tuple[object, ...], Line] = {}
        for one in leads:
            line = self._line(one, number)
            key = (line.to, line.needs, line.makes, line.order)
            old = found.get(key)
            if old is not None:
                events = tuple(dict.fromkeys((*old.events, *line.events)))
                ids = tuple(dict.fromkeys((*old.by, *line.by)))
                line = Line(events, line.to, line.needs, line.makes, ids, line.order, (*old.rules, *line.rules))
            found[key] = line
        return sorted(found.values(), key=lambda line: (line.order, not line.to))

    def _line(self, one: Leads, number: dict[int, int]) -> Line:
        world, names = self.compiled.world, self.of.rules.actors
        here, event = number[one.phase], world.network.events[one.event]
        to = tuple(sorted(number[phase] + 1 for phase in self._real(one) or one.to))
        happening = next(h for h in self.of.rules.happenings if h.event.name == one.event)
        of_host = [rule for rule in one.rules if rule[0] != "when" and rule[2] in self.of.hosts]
        only_if_free = bool(one.to) and not self._real(one)
        leads_on = any(phase != here + 1 for phase in to) and not only_if_free
        moves_vm = not only_if_free and any(
            name in self.of.vms and world.moves(actor, one.event) for name, actor in happening.vm
        )
        order = not leads_on and not moves_vm and (bool(to) or not any(rule[0] == "when" for rule in one.rules))
        told = one.rules if not to or order else [rule for rule in one.rules if rule not in of_host]
        needs = tuple(dict.fromkeys(condition(r, self.compiled) for r in told if r[0] != "moves"))
        makes = tuple(
            effect(r, self.compiled) for r in one.rules if r[0] == "moves" and r[2] in names and r not in of_host
        )
        return Line((one.event,), to, needs, makes, event.by, order, one.rules)


def _cells(box: Box, reach: Sequence[frozenset[str]]) -> Cells:
    """A box as cells: machines that may be in any of their states have none named."""
    return tuple(() if states >= every else tuple(sorted(states)) for states, every in zip(box, reach, strict=True))
