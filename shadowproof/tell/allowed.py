"""What if it were allowed? A session waits for ever; one row more, or one condition less, and the machines of `transitions` go on from
there: does the session come to rest?

So it is told apart what lacks from what merely is not so yet. Of two things that would help, that one is told which brings the other
about: where a VM is not saved, that it may not be, and not that PrepareForSnapshot does not return.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from model.notation import TRUE, Network
from model.notation.changes import guard_without, with_event, with_table
from model.notation.errors import DeclarationError
from model.notation.machines import Move
from model.notation.run import Index, Run
from model.notation.terms import States
from properties.kinds import Ends
from shadowproof.tell.argument import Recorded
from shadowproof.tell.blocked import Condition, Hole, Lack, Machine, lacks

MOST = 2
"""What is told, where several things would help."""

STATES = 300
"""States that are tried after one thing is allowed. A session takes some thirty steps from anywhere to its end."""

Step = tuple[str, Index]


@dataclass(frozen=True)
class _Helps:
    """What lacks, and the steps to rest once it is allowed."""

    lack: Lack
    steps: tuple[Step, ...]

    def brings(self, other: _Helps) -> bool:
        """Whether what the other lacks comes about by itself on this way, and not the other way round."""
        return _step(other) in self.steps[1:] and _step(self) not in other.steps


def _step(one: _Helps) -> Step:
    return one.lack.event, one.lack.at


def missing(recorded: Recorded, waiting: Iterable[Machine], found: Ends) -> list[Lack]:
    """What alone keeps a run that waits, at its end, from coming to rest; that first with which it still does most, which others
    only cut short. None where no single thing does. waiting: the machines that are not at rest."""
    helping = list(_helping(recorded, lacks(recorded, waiting, found.without), found))
    first = [one for one in helping if not any(other.brings(one) for other in helping)]
    return [one.lack for one in sorted(first or helping, key=lambda one: -len(one.steps))][:MOST]


def _helping(recorded: Recorded, found: Iterable[Lack], property: Ends) -> Iterator[_Helps]:
    for lack in found:
        allowing = (network for change in _allowing(recorded.network, lack) if (network := _built(change)) is not None)
        ways = (_to_rest(recorded, (lack.event, lack.at), network, property) for network in allowing)
        yield from (_Helps(lack, way) for way in islice(filter(None, ways), 1))


def _built(change: Callable[[], Network]) -> Network | None:
    """The changed protocol; None where the notation refuses it."""
    try:
        return change()
    except DeclarationError:
        return None


def _allowing(network: Network, lack: Lack) -> Iterator[Callable[[], Network]]:
    """The protocol with a condition less, or with a row more: to each state that the event leads to from any of its states."""
    match lack:
        case Condition(event, _, needs):
            yield partial(with_event, network, event, when=guard_without(network, event, needs))
        case Hole(event, _, machine, _, state):
            actor = network.actors[machine]
            source = frozenset({actor.enum[state]})
            rows = [move for move in actor.moves if move.event == event]
            left = [
                one
                for move in actor.moves
                if (one := move if move not in rows else _not_from(source, move)) is not None
            ]
            for dest in dict.fromkeys(move.dest for move in rows):
                yield partial(with_table, network, machine, [*left, Move(event, source, dest, TRUE, actor.place)])


def _not_from(source: frozenset[States], row: Move) -> Move | None:
    """The row from its other states only."""
    if row.sources is None:
        return row
    return replace(row, sources=row.sources - source) if row.sources - source else None


def _to_rest(recorded: Recorded, step: Step, network: Network, found: Ends) -> tuple[Step, ...] | None:
    """The steps from the end of the run, beginning with this one, to a state of rest; None where none is found."""
    run = Run(network, recorded.run.shapes, recorded.states[0], recorded.run.faults)
    run.put(recorded.states[-1])
    if run.why_not(*step) is not None:
        return None  # it lacks more than this
    run.fire(*step)
    own = {name for name, event in network.events.items() if event.fair and event.fault is None}.difference(
        found.without
    )
    ways: list[tuple[dict[Machine, str], tuple[Step, ...]]] = [(run.states(), (step,))]
    seen = set[frozenset[tuple[Machine, str]]]()
    while ways and len(seen) < STATES:
        states, way = ways.pop()
        if (one := frozenset(states.items())) in seen:
            continue
        seen.add(one)
        run.put(states)
        if run.holds(found.rest):
            return way
        onward = []
        for event, at in run.enabled():
            if event in own:
                run.put(states)
                run.fire(event, at)
                onward.append((run.states(), (*way, (event, at))))
        ways += reversed(onward)
    return None
