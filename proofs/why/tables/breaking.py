"""Where an argument breaks: the table of one column, held against the events of another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from model.notation.network import Network
from model.notation.terms import In
from proofs.views.proof import ForAnyNumber, prepared
from proofs.why.tables.boxes import has
from proofs.why.tables.free import NoReason, Rules, Values
from proofs.why.tables.needed import Needed, Phase
from proofs.why.tables.table import PAIR, SAME, Cells, Table
from proofs.why.tables.views import Localised
from proofs.world.slices import Group, as_asked
from proofs.world.world import Column
from properties.kinds import Property, terms_of


@dataclass(frozen=True)
class Break:
    """An event that leads out of a table. row: where it does, by number from 1. to: the phase that the host is then in; 0: none.
    moved: what becomes of the machines that the table is about, those that move; vm: what the VM that no row has is then."""

    event: str
    row: int
    to: int
    moved: tuple[tuple[str, str], ...]
    vm: tuple[tuple[str, str], ...]


def breaks_of(network: Network, column: Column, found: Property, table: Table) -> list[Break]:
    """The events that lead out of a table, or break the promise, in a column it was not made for; in the order of the protocol.
    Raises NoReason where the table speaks of machines that do not matter there."""
    in_network, asked = as_asked(found, network)
    rules = Rules(prepared(_group(in_network, column, asked, table)))
    of = Localised(rules, frozenset((*table.hosts, *table.vms)))
    phases = list(phases_of(table))
    needed = Needed(of, asked, phases)
    broken = []
    for one in rules.happenings:
        for number in range(len(phases)):
            out = needed.out_of(one, number)
            if out is not None:
                (host, vm), (host2, vm2) = out
                pairs = [*zip(of.hosts, host, host2, strict=True), *zip(of.vms, vm, vm2, strict=True)]
                moved = tuple((name, after) for name, before, after in pairs if before != after)
                vms = tuple(zip(of.vms, vm2, strict=True))
                broken.append(Break(one.event.name, number + 1, needed.row.get(host2, -1) + 1, moved, vms))
    return broken


def _group(network: Network, column: Column, asked: Property, table: Table) -> Group:
    """What the property is judged on in this column, with all that the table speaks of."""
    machines = {name.split("#")[0] for name in (*table.hosts, *table.vms) if PAIR not in name}
    for whole in (False, True):
        for group in ForAnyNumber(network, column, [asked]).groups([asked], whole=whole):
            actors = group.world.network.actors
            if machines <= actors.keys() and not machines & group.world.leaves_out:
                about = (In(name, frozenset(actors[name].states[:1])) for name in sorted(machines))
                return replace(group, part=group.world.cone([*terms_of(asked), *about]))
    raise NoReason("the argument without it speaks of machines that there are not here")


def phases_of(table: Table) -> Iterator[Phase]:
    """The phases of a table, written out."""
    names = [name for name in table.vms if PAIR not in name]
    pairs = [[names.index(one) for one in name.split(PAIR)] for name in table.vms if PAIR in name]
    every = [cell or states for cell, states in zip(table.throughout, table.states, strict=True)]
    vms = {vm: (*vm, *(SAME[vm[a] != vm[b]] for a, b in pairs)) for vm in product(*every[: len(names)])}
    allowed = {vm: wide for vm, wide in vms.items() if not any(_is_in(wide, cells) for cells in table.never)}
    left = set(table.order)
    hosts: dict[int, list[Values]] = {}
    for number, row in enumerate(table.rows):
        if row.hosts:
            hosts[number] = [host for host in table.order if any(_is_in(host, cells) for cells in row.hosts)]
            left -= set(hosts[number])
    for number, row in enumerate(table.rows):
        here = frozenset(vm for vm, wide in allowed.items() if any(_is_in(wide, cells) for cells in row.vms))
        yield Phase(tuple(hosts.get(number, sorted(left))), here)


def _is_in(one: Values, cells: Cells) -> bool:
    return has(tuple(frozenset(cell) or frozenset({state}) for cell, state in zip(cells, one, strict=True)), one)


def on_the_run(breaks: Iterable[Break], events: Collection[str]) -> list[Break]:
    """Those first whose events a run has, in its order."""
    order = {event: i for i, event in enumerate(dict.fromkeys(events))}
    return sorted(breaks, key=lambda one: order.get(one.event, len(order)))
