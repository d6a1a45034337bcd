"""A network as text: all that a verdict can depend on, and nothing that it cannot."""

from __future__ import annotations

from collections.abc import Iterator

from model.notation.machines import Actor
from model.notation.network import Network
from proofs.world.world import shown


def content_of(network: Network) -> Iterator[str]:
    """All of a network that a verdict can depend on, as text: no word that is only for readers, no place in a file, no order
    in which sets happen to be kept. The order of declaration is in it: it decides which of several shortest runs is told."""
    for actor in network.actors.values():
        yield f"machine {actor.name} {_lineage(actor)} {actor.states} {actor.starts} {actor.observer}"
        yield from _rows(actor)
    for event in network.events.values():
        scope = f"{event.scope.sort!r} {event.scope.all}"
        yield f"event {event.name} {scope} {event.fault} {event.fair} {shown(event.when)}"
    for fault in network.faults.values():
        yield f"fault {fault.name} {sorted(fault.silences)}"
    yield from (f"at start {shown(term)}" for term in network.at_start)


def _lineage(actor: Actor) -> list[str]:
    """The names of the sort, and of what it is part of."""
    sort, found = actor.sort, [actor.sort.name]
    while sort.of is not None:
        sort = sort.of
        found.append(sort.name)
    return found


def _rows(actor: Actor) -> Iterator[str]:
    """A machine's table as the engines read it: by event and state, in the order in which rows are tried."""
    for event in actor.events:
        for state in actor.states:
            rules = [f"{rule.dest} if {shown(rule.when)}" for rule in actor.rules(event, state)]
            yield f"  {event} {state} {rules}"
