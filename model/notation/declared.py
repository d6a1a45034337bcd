"""What a declared network must not have in it, though engines could judge it: rules and sentences that say nothing.

`build` refuses what makes no sense. A changed network, of which an event may never happen, makes sense; written down as a
protocol it is a mistake.
"""

from __future__ import annotations

from collections.abc import Sequence

from model.notation.errors import DeclarationError, Place, caller
from model.notation.events import Event
from model.notation.machines import Actor, Move
from model.notation.network import Network
from model.notation.nothing import idle
from model.notation.terms import HOST, TRUE, In, Sort, Term, all_of, every, machines_of
from model.notation.valid import can_hold


def declared(network: Network) -> Network:
    """The network as it is. Raises DeclarationError at a sentence that is none, at an event that cites nothing, at a guard that
    always holds or never, at a row or an event that moves nothing, and at a machine that is what nobody says it is: where it stands and
    what to change."""
    place = caller()
    _check_sentences(network)
    _check_starts(network, place)
    for event in network.events.values():
        if not event.by:
            raise DeclarationError(event.place, f"event {event.name} cites nothing", 'Name what it comes from: by="ID"')
        about = HOST if event.scope.all else event.scope.sort
        _check_guard(network, event.when, about, event.place, f"event {event.name}")
        rows = [
            (actor, row) for actor in network.participants(event.name) for row in actor.moves if row.event == event.name
        ]
        if all(_stands(row) for _, row in rows):
            raise DeclarationError(
                event.place, f"event {event.name} moves no machine", "Let a row lead to another state"
            )
        for actor in network.participants(event.name):
            check_rows(network, event, actor)
    _check_readings(network)
    return network


def refuse_unless_sentence(text: str, place: Place | None, what: str) -> None:
    """Raises DeclarationError at what is no sentence."""
    if not any(map(str.isalpha, text)) or text.strip() != text or not text.endswith((".", "?")):
        raise DeclarationError(place, f"{what}: {text!r} is no sentence", "Say it in words, and end with a full stop")


def check_rows(network: Network, event: Event, actor: Actor) -> None:
    """One machine's rows for one event: each may be taken, or not, and does what the others do not."""
    what, scope = f"{actor.name} on {event.name}", event.scope
    rows = [row for row in actor.moves if row.event == event.name]
    judged = scope.sort if actor.sort == HOST and not scope.all else actor.sort
    may_stay = [row for row in rows if row.dest is None]
    _check_stays(actor, rows, may_stay, what)
    for row in rows:
        sources = sorted(row.sources or (), key=lambda state: state.name)
        for state in sources if actor.name in machines_of(row.when) else sources[:1]:  # else they make no difference
            known = In(actor.name, frozenset({state.name}))
            _check_guard(network, row.when, judged, row.place, f"{what} in {state.name}", known)
        if may_stay and _stands(row) and row.dest is not None:
            problem = f"{what}: the row leaves the machine in {row.dest.name}, as stays does without it"
            raise DeclarationError(row.place, problem, "Drop the row, or let it lead elsewhere")


def _check_stays(actor: Actor, rows: Sequence[Move], may_stay: Sequence[Move], what: str) -> None:
    if len(may_stay) > 1:
        raise DeclarationError(may_stay[1].place, f"{what}: it stays twice", "Drop one of them")
    if may_stay and len(rows) == 1 and not actor.observer:
        problem = f"{what}: it stays, whatever it is in, so the event is nothing to it"
        raise DeclarationError(may_stay[0].place, problem, "Drop the event from stays, or give it a row")
    sure = {state for row in rows if row.when == TRUE for state in row.sources or ()}
    if may_stay and sure == set(actor.enum):
        problem = f"{what}: some row fits in every state, so it never stays"
        raise DeclarationError(may_stay[0].place, problem, "Drop the event from stays")


def _stands(row: Move) -> bool:
    """Whether the row leaves its machine where it is, wherever that is."""
    return row.dest is None or row.sources == frozenset({row.dest})


def _check_guard(network: Network, term: Term, about: Sort, place: Place, what: str, known: Term = TRUE) -> None:
    if term != TRUE and (problem := idle(network, term, about, known)) is not None:
        remedy = "Drop what decides nothing, or say what was meant"
        raise DeclarationError(place, f"{what}: of its guard, {problem}", remedy)


def _check_sentences(network: Network) -> None:
    for kind, things in (("actor", network.actors), ("event", network.events), ("fault", network.faults)):
        for thing in things.values():
            refuse_unless_sentence(thing.says, thing.place, f"{kind} {thing.name}")
    for fault in network.faults.values():
        for what, text in (("the duty", fault.duty), ("the meaning", fault.means)):
            if text:
                refuse_unless_sentence(text, fault.place, f"{what} of fault {fault.name}")


def _check_readings(network: Network) -> None:
    """A machine of the host that may start in several states and stays there is a reading: columns say which, else it is the first."""
    for actor in network.of_sort(HOST):
        if not actor.moves and len(actor.starts) > 1 and actor.name not in network.known_ids:
            problem = f"{actor.name} may start in several states and never moves: only its first would be judged"
            raise DeclarationError(
                actor.place, problem, "Give it rows or a single start, or make it a reading in model/readings.py"
            )


def _check_starts(network: Network, place: Place) -> None:
    """What holds at the start decides something, and leaves some start."""
    if not network.at_start:
        return
    for term in network.at_start:
        _check_guard(network, term, network.replicated, place, "at_start")
    starts = [
        In(actor.name, frozenset(actor.starts))
        for actor in network.actors.values()
        if actor.sort in {HOST, network.replicated}
    ]
    of_parts = [
        every(sort, all_of(*(In(actor.name, frozenset(actor.starts)) for actor in network.of_sort(sort))))
        for sort in network.parts
    ]
    if not can_hold(network, all_of(*starts, *of_parts, *network.at_start), network.replicated):
        raise DeclarationError(place, "at_start leaves no state to start in", "Let some start fulfil all its terms")
