"""Does a run never come to rest, as the machines of `transitions` say? So a run that was found in some circumstances can be tried in
others, where more may happen, with no search: what hangs on all that could come after is asked of the states of its turn alone."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from model.notation.network import Network
from model.notation.run import Index, NotEnabled, Run
from model.notation.terms import machines_of
from proofs.answers.verdict import RunFound
from properties.kinds import Ends

Frame = Mapping[tuple[str, Index], str]


def never_rests(network: Network, run: RunFound, faults: frozenset[str], found: Ends) -> bool:
    """Whether the machines take the steps of a run where these faults are tolerated; whether it then turns for ever, or waits, at rest
    in none of the states of its turn; and whether it is fair (`proofs/search/endless.py` says when)."""
    if run.loop is None:
        return False
    turn = run.steps[run.loop :]
    own = {name for name, event in network.events.items() if event.fault is None}.difference(found.without)
    if any(event not in own for event, _ in turn):
        return False
    try:
        now = Run(network, run.shapes, run.starts, faults)
        for event, at in run.steps[: run.loop]:
            now.fire(event, at)
        begin, owed = _looked_at(found, now), _owed(now, found)
        rests = now.holds(found.rest)
        for event, at in turn:
            now.fire(event, at)
            owed &= _owed(now, found)
            rests = rests or now.holds(found.rest)
    except (NotEnabled, ValueError):
        return False
    return not rests and not owed - {*turn} and _looked_at(found, now) == begin


def _owed(now: Run, found: Ends) -> set[Hashable]:
    """What can happen now, and must if it stays possible."""
    silent = frozenset[str]().union(*(now.network.faults[fault].silences for fault in now.faults))
    gone = silent.union(found.without)
    return {(event, at) for event, at in now.enabled() if now.network.events[event].fair and event not in gone}


def _looked_at(found: Ends, now: Run) -> Frame:
    """The states of all machines but observers, which stand in nobody's way; of those too, where rest is said of one."""
    actors = now.network.actors
    if any(actors[name].observer for name in machines_of(found.rest)):
        return now.states()
    return {key: state for key, state in now.states().items() if not actors[key[0]].observer}
