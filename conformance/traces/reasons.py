"""Why a line is no step of any run: what forbids it in the state that comes nearest, and which requirements say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from conformance.traces.answers import Rejected
from conformance.traces.clocks import Over
from conformance.traces.form import Line, name_of
from conformance.traces.table import State, Steps
from model.notation.terms import machines_of
from proofs.sample.ground import Test, test
from properties.catalogue import PROPERTIES
from properties.kinds import Always

MOST_POSSIBLE = 40


def contradicted(steps: Steps, state: State, line: Line) -> list[str]:
    """The machines that are not as a line says in a state, each with what it is."""
    return [
        f"{name_of(*key)} is {state[steps.place[key]]}"
        for key, allowed in line.states
        if state[steps.place[key]] not in allowed
    ]


def distance(steps: Steps, state: State, line: Line) -> int:
    """How many things stand in the way of a line in a state."""
    if not line.event:
        return len(contradicted(steps, state, line))
    number = steps.number((line.event, line.at))
    if number not in steps.possible(state):
        return 100 + len(steps.lacking(state, (line.event, line.at)))
    return len(contradicted(steps, steps.after(state, number), line))


def rejected(
    steps: Steps,
    states: Iterable[State],
    line: Line,
    after: int,
    tried: str,
    possible: Iterable[State],
    over: Sequence[Over] = (),
) -> Rejected:
    """What forbids a line where the run is in one of these states, the likelier first, or after steps that nobody saw. possible: the
    states in which it is without such steps. over: a window that is overrun, and nothing else."""
    nearest = min(states, key=lambda state: distance(steps, state, line))
    could = sorted(
        {number for state in possible for number in steps.possible(state)},
        key=lambda k: (steps.fault[k] is not None, k),
    )
    event = steps.network.events.get(line.event)
    by = list(dict.fromkeys([*(one.window.by for one in over), *(event.by if event is not None and not over else ())]))
    why, instead = [one.said for one in over], list[str]()
    claimed = nearest
    if not over and event is not None:
        act = (line.event, line.at)
        number = steps.number(act)
        if number in steps.possible(nearest):
            claimed = steps.after(nearest, number)
            instead = contradicted(steps, claimed, line)
            why = [f"{name_of(*act)} does not lead there"]
        else:
            why = steps.lacking(nearest, act)
    elif not over:
        instead = contradicted(steps, nearest, line)
        why = ["no event leads there"]
        by = _leading(steps, nearest, line)
    broken = _broken(steps, claimed, line)
    promised = [one for name in broken for one in PROPERTIES[name].shows]
    named = tuple(map(steps.said, could[:MOST_POSSIBLE]))
    by = list(dict.fromkeys([*by, *promised]))
    return Rejected(line, after, tuple(why), tuple(by), tried, tuple(broken), named, tuple(instead))


def _leading(steps: Steps, state: State, line: Line) -> list[str]:
    """The requirements of the events that lead the machines which contradict a line to where it has them."""
    found: dict[str, None] = {}
    for (name, at), allowed in line.states:
        now = state[steps.place[name, at]]
        if now not in allowed:
            actor = steps.network.actors[name]
            for event in actor.events:
                if any(rule.dest in allowed for rule in actor.rules(event, now)):
                    found |= dict.fromkeys(steps.network.events[event].by)
    return list(found)


def _broken(steps: Steps, state: State, line: Line) -> list[str]:
    """The promises that would be broken if all were as in the state, but for what the line says; and are not without it."""
    if not line.states:
        return []
    claimed = list(state)
    for key, allowed in line.states:
        if claimed[steps.place[key]] not in allowed:
            claimed[steps.place[key]] = min(allowed)
    return [name for name, holds in _promises(steps) if holds(state, state) and not holds(claimed, claimed)]


@lru_cache(maxsize=8)
def _promises(steps: Steps) -> tuple[tuple[str, Test], ...]:
    """What is promised of every state, where no observer is asked."""
    known = steps.network.actors.keys()
    return tuple(
        (name, test(steps.board.places.ground(one.term)))
        for name, one in PROPERTIES.items()
        if isinstance(one, Always) and machines_of(one.term) <= known
    )
