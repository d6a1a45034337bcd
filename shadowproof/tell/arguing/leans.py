"""What an argument leans on: the rules of the protocol that it takes, and the protocol without one of them."""

from __future__ import annotations

from dataclasses import dataclass

from model.actors.requester import requester
from model.actors.vss import vss
from model.notation import TRUE, Network, Term, all_of, stays
from model.notation.changes import conjuncts, rows_of, with_event, with_rows, with_table
from model.protocol import PROTOCOL
from proofs.verdicts.columns import BASE
from proofs.why.argue import closed_for
from proofs.why.tables.table import Table
from proofs.why.tell import condition, effect
from proofs.world.compiled import Compiled
from proofs.world.slices import as_asked
from proofs.world.world import World, fold
from properties.catalogue import PROPERTIES, watched
from shadowproof.ask import AskError

WHO = ("the writer and its VMs", "VSS", "the requester")


@dataclass(frozen=True)
class Fact:
    """A rule that an argument takes. label: as the engines have it; says: in words; who: whose it is; order: whether it only keeps the
    order of the session. number: by which it is asked for."""

    number: int
    label: tuple[str, ...]
    says: str
    who: str
    by: tuple[str, ...]
    order: bool

    @property
    def event(self) -> str:
        return self.label[1]


def compiled_for(name: str) -> Compiled:
    """The slice that a property is argued on. Raises NoReason."""
    network, asked = as_asked(PROPERTIES[name], watched(None))
    return closed_for(network, BASE, asked).views.compiled


def facts(table: Table, compiled: Compiled) -> list[Fact]:
    """The rules that a table takes, each once: first those that a promise hangs on, then those that keep the order."""
    found: dict[tuple[str, ...], bool] = {}
    for row in table.rows:
        for line in row.lines:
            for label in line.rules:
                order = line.order or (label[0] != "when" and label[2] in table.hosts and bool(line.to))
                found[label] = found.get(label, True) and order
    ordered = sorted(found, key=lambda label: (found[label], _who(label[1]), label[1]))
    return [
        Fact(number, label, _says(label, compiled), WHO[_who(label[1])], PROTOCOL.events[label[1]].by, found[label])
        for number, label in enumerate(ordered, 1)
        if label[1] in PROTOCOL.events
    ]


def _says(label: tuple[str, ...], compiled: Compiled) -> str:
    kind, event, _ = label
    return (
        f"{event}: {effect(label, compiled)}" if kind == "moves" else f"{event} only where {condition(label, compiled)}"
    )


def _who(event: str) -> int:
    """Whose step an event is: the requester's if it is a call of it, VSS's if it moves VSS, else the writer's."""
    if event in requester.events and event not in vss.events:
        return 2
    return 1 if event in vss.events else 0


def without(fact: Fact, compiled: Compiled) -> Network:
    """The protocol without one rule. Raises AskError where the rule cannot be taken away by itself."""
    kind, event, which = fact.label
    if kind == "when":
        return with_event(PROTOCOL, event, when=_guard_without(event, int(which), compiled.world))
    actor = which.split("#")[0]
    rows = rows_of(PROTOCOL, actor)
    if kind == "moves":
        rows = tuple(row for row in rows if row.event != event)
    return with_table(PROTOCOL, actor, with_rows(*rows, *stays(event)))


def _guard_without(event: str, number: int, world: World) -> Term:
    """An event's guard without one of the conditions that are left of it in a column."""
    parts = conjuncts(PROTOCOL.events[event].when)
    stems = [i for i, part in enumerate(parts) for left in conjuncts(fold(part, world.reach)) if left != TRUE]
    if len(stems) != len(conjuncts(world.when[event])):
        raise AskError(f"A rule of {event} cannot be taken away by itself: several are one in this column.")
    return all_of(*(part for i, part in enumerate(parts) if i != stems[number]))
