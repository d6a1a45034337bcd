"""What a wrong protocol is, and the ways in which a rule is changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from model.notation import TRUE, Network, States, Term, all_of, on, stays
from model.notation.changes import (
    Rows,
    guard_without,
    rows_of,
    with_dest,
    with_event,
    with_guard,
    with_rows,
    with_sources,
    with_table,
    without_row,
)
from model.notation.run import Shape
from model.notation.terms import SomeStates
from proofs.verdicts.columns import BASE
from proofs.world.parts import ONE_OF_EACH
from proofs.world.world import Column

Change = Callable[[Network], Network]
TableChange = Callable[[Rows], Rows]


@dataclass(frozen=True)
class Wrong:
    """A wrong protocol: its name, what is wrong in one sentence, how it is changed, and what must refute it.

    faults: those of the column. vms: as many as it takes, and disks: as many as each has; with one disk "some" and "every" say the
    same. length: of the shortest run that breaks the property (0: it is broken by there being none).
    repeats: for a session that never ends, how many steps go round for ever (0: it waits).
    """

    name: str
    says: str
    change: Change
    refuted_by: str
    length: int
    vms: int = 1
    disks: int = 1
    faults: tuple[str, ...] = ()
    repeats: int | None = None

    @property
    def column(self) -> Column:
        return Column(frozenset(self.faults)) if self.faults else BASE

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The parts of its VMs."""
        return (Shape({**ONE_OF_EACH.parts, "disk": self.disks}),)


def both(*changes: Change) -> Change:
    """One rule that stands in several places."""

    def change(network: Network) -> Network:
        for one in changes:
            network = one(network)
        return network

    return change


def guard(event: str, *, without: Term = TRUE, needs: Term = TRUE, instead: Term | None = None) -> Change:
    """An event's guard: without a condition, with one more, or another one instead."""

    def change(network: Network) -> Network:
        if instead is not None:
            return with_event(network, event, when=instead)
        kept = network.events[event].when if without == TRUE else guard_without(network, event, without)
        return with_event(network, event, when=all_of(kept, needs))

    return change


def unfair(event: str) -> Change:
    """An event that nobody need do."""
    return lambda network: with_event(network, event, fair=False)


def without_fault(event: str) -> Change:
    """An event that belongs to a fault happens without it."""
    return lambda network: with_event(network, event, fault=None)


def table(actor: str, *changes: TableChange) -> Change:
    """A machine's table: its rows changed, one change after the other."""

    def change(network: Network) -> Network:
        rows = rows_of(network, actor)
        for one in changes:
            rows = one(rows)
        return with_table(network, actor, rows)

    return change


def row(event: str, source: SomeStates, dest: States, when: Term = TRUE) -> TableChange:
    """One row more, on top."""
    return lambda rows: with_rows(on(event, source, dest, when=when), rows)


def ignored(event: str) -> TableChange:
    """Wherever no other row fits, the event leaves the machine as it is."""
    return lambda rows: with_rows(rows, stays(event))


def also(event: str, source: SomeStates, dest: States) -> TableChange:
    """Not a rule of this machine until now: the event moves it, and else leaves it alone."""
    return lambda rows: ignored(event)(row(event, source, dest)(rows))


def dropped(event: str, source: States | None = None) -> TableChange:
    return lambda rows: without_row(rows, event, source)


def leads_to(event: str, dest: States, source: States | None = None) -> TableChange:
    return lambda rows: with_dest(rows, event, dest, source)


def guarded_by(event: str, when: Term, source: States | None = None) -> TableChange:
    return lambda rows: with_guard(rows, event, when, source)


def starts_from(event: str, sources: SomeStates) -> TableChange:
    return lambda rows: with_sources(rows, event, sources)
