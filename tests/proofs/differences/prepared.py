"""Six changes of the small backup protocol, of which it is known what each does."""

from __future__ import annotations

from dataclasses import replace

from examples.small_backup import (
    NETWORK,
    G,
    H,
    P,
    asleep,
    by_guest,
    by_host,
    guest,
    phase,
    power,
    prior,
    vm,
)
from model.notation import Actor, Fault, Move, Network, States, build, event, on
from model.notation.changes import rows_of, with_event, with_table


def refactored() -> Network:
    """A guard said in other words, a row taken apart, and rows in another order: nothing else."""
    once = with_event(NETWORK, "vm_saved", when=~(~by_host | asleep))
    rows = [row for row in rows_of(once, "power") if row.event != "vm_saved"]
    apart = (on("vm_saved", P.PAUSED, P.SAVED), on("vm_saved", P.RUNNING, P.SAVED))
    return with_table(once, "power", [*reversed(rows), *apart])


def weakened() -> Network:
    """A VM may be given back at any time."""
    return with_event(NETWORK, "vm_given_back", when=phase.is_(frozenset(H)))


def strengthened() -> Network:
    """Only a running VM is saved."""
    return with_event(NETWORK, "vm_saved", when=by_host & ~asleep & prior.is_(P.RUNNING))


class Aborts(States):
    MAY = "it may"
    NEVER = "it never does"


def with_reading() -> Network:
    """Whether the host may give up for reasons of its own is left open; that it may is the default."""
    reading = Actor("READ-X", Aborts, starts=Aborts, says="Whether the host may give up by itself.")
    one = NETWORK.events["host_aborts"]
    events = [replace(e, when=reading.is_(Aborts.MAY)) if e is one else e for e in NETWORK.events.values()]
    return build([*NETWORK.actors.values(), reading], events, at_start=NETWORK.at_start)


def with_fault() -> Network:
    """A guest may hang."""
    hangs = Fault("guest_hangs", "guest", "The guest hangs while it is frozen.")
    happens = event("guest_hangs", at=vm, when=by_guest, by="SB-5", says="It hangs.", fault="guest_hangs")
    table = with_table(NETWORK, "guest", [*rows_of(NETWORK, "guest")])
    rows = [*rows_of(table, "guest"), on("guest_hangs", G.FROZEN, G.FAILED)]
    actors = [_with_rows(one, rows) if one.name == "guest" else one for one in table.actors.values()]
    return build(actors, [*NETWORK.events.values(), *happens], [hangs], NETWORK.at_start)


def without_actor() -> Network:
    """Nobody keeps in mind whether a snapshot can be recovered: each that was taken is good."""
    gone = "recovery"
    events = []
    for one in NETWORK.events.values():
        if one.name == "guest_snapshot_accepted":
            events.append(replace(one, when=by_guest & guest.is_(G.SNAPSHOTTED)))
        elif one.name == "guest_snapshot_refused":
            events.append(replace(one, when=by_guest & guest.is_(G.FAILED)))
        else:
            events.append(one)
    return build([a for a in NETWORK.actors.values() if a.name != gone], events, at_start=NETWORK.at_start)


def _with_rows(actor: Actor, rows: list[Move]) -> Actor:
    new = Actor(
        actor.name, actor.enum, of=actor.sort, says=actor.says,
        starts=frozenset(state for state in actor.enum if state.name in actor.starts),
    )  # fmt: skip
    return new.table(*rows)


def elsewhere() -> Network:
    """A VM that is given back is off, whatever it was."""
    rows = [row for row in rows_of(NETWORK, "power") if row.event != "vm_given_back"]
    return with_table(NETWORK, "power", [*rows, on("vm_given_back", frozenset(P), P.OFF)])


__all__ = [
    "NETWORK",
    "elsewhere",
    "power",
    "refactored",
    "strengthened",
    "weakened",
    "with_fault",
    "with_reading",
    "without_actor",
]


def with_faults(first: str, second: str, *, swapped: bool = False) -> Network:
    """That a VM cannot be saved, and that a guest fails, takes a fault each, or that of the other (swapped). first, second: the events
    that these keep from coming."""
    names = ["one", "other"]
    faults = [
        Fault(name, "guest", "It fails.", frozenset(told.split()))
        for name, told in zip(names, (first, second), strict=True)
    ]
    needs = dict(zip(("vm_cannot_be_saved", "guest_fails"), names[::-1] if swapped else names, strict=True))
    events = [replace(e, fault=needs[e.name], fair=False) if e.name in needs else e for e in NETWORK.events.values()]
    return build(NETWORK.actors.values(), events, faults, NETWORK.at_start)
