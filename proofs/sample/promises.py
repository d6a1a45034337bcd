"""What a run is held to, step by step: every always- and step-property, and that nobody is left waiting or turning for ever.

Which properties a column is held to is read off the record: one that is recorded as kept there, or where the readings are
the same and all these faults and more are tolerated (whoever tolerates less has fewer runs).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from model.notation import FALSE, TRUE, Network, Term, after
from model.notation.terms import (
    After,
    Happens,
    Unchanged,
    machines_of,
    rebuilt,
)
from proofs.answers.record import Record
from proofs.answers.verdict import HOLDS, NOT_EXERCISED
from proofs.sample.board import Act, Board
from proofs.sample.ground import Test, test
from proofs.sample.walk import Begin, Taken, Walk
from proofs.world.world import Column
from properties.kinds import Always, Ends, Property, Step


class Broken(AssertionError):
    """A run breaks a promise. `promise`: its name. `run`: what it began with and the steps it took, where they are known."""

    def __init__(self, promise: str, how: str) -> None:
        super().__init__(f"{promise} is broken: {how}")
        self.promise = promise
        self.run: tuple[Begin, tuple[Act, ...]] | None = None


def judged_in(
    column: Column, promises: Sequence[Property], record: Record, columns: Iterable[Column]
) -> list[Property]:
    """The properties that runs of a column are held to. `columns`: the recorded ones."""
    wider = [c.name for c in columns if c.faults >= column.faults and sorted(c.readings) == sorted(column.readings)]
    cells = ((found, record.cell(found.name, name)) for found in promises for name in wider)
    kept = {found.name for found, cell in cells if cell is not None and cell.verdict in {HOLDS, NOT_EXERCISED}}
    return [found for found in promises if found.name in kept]


class Promises:
    """Properties that runs are held to."""

    def __init__(self, members: Sequence[Property]) -> None:
        self.members = tuple(members)
        self._tests: dict[tuple[Board, int], tuple[tuple[Property, Test], ...]] = {}

    def tests(self, board: Board, number: int) -> tuple[tuple[Property, Test], ...]:
        """The promises that a step of one act may break, each with its test; those that it cannot break are left out."""
        found = self._tests.get((board, number))
        if found is None:
            asked = ((promise, _test_of(board, number, promise)) for promise in self.members)
            found = self._tests[board, number] = tuple(
                (promise, holds) for promise, holds in asked if holds is not None
            )
        return found


def _test_of(board: Board, number: int, promise: Property) -> Test | None:
    """A promise as a test of the steps of one act, worked out once for each board; None: such a step cannot break it."""
    if not isinstance(promise, (Always, Step)):
        return None
    key = (number, promise.name)
    if key not in board.promised:
        name = board.acts[number][0]
        term = after(promise.term) if isinstance(promise, Always) else promise.term
        said = board.places.ground(_about(board.network, term, name), (), board.happening(board.acts[number]))
        board.promised[key] = None if said is True else test(said)
    return board.promised[key]


@lru_cache(maxsize=100_000)
def _moved(network: Network, event: str) -> frozenset[str]:
    """The machines that an event may lead elsewhere."""
    return frozenset(
        actor.name
        for actor in network.participants(event)
        if any(rule.dest not in (None, state) for state in actor.states for rule in actor.rules(event, state))
    )


@lru_cache(maxsize=100_000)
def _about(network: Network, term: Term, event: str) -> Term:
    """A term about steps, for those of one event: most promises speak of a few events, and say nothing of the others. Kept:
    parts of terms occur in several promises, and an event happens to several members."""
    match term:
        case Happens(events):
            return term if event in events else FALSE
        case Unchanged(actor):
            return term if actor in _moved(network, event) else TRUE
        case After(body):
            return term if machines_of(body) & _moved(network, event) else body
        case _:
            return rebuilt(term, lambda part: _about(network, part, event))


class Watch:
    """Holds one run to the promises. `held`: how often each was really asked."""

    def __init__(self, network: Network, walk: Walk, promises: Promises, held: Counter[str]) -> None:
        self.walk, self.held, self.promises = walk, held, promises
        places = walk.board.places
        at_once = [(p, places.ground(p.term, ())) for p in promises.members if isinstance(p, Always)]
        for promise, said in at_once:
            if not test(said)(walk.states, walk.states):
                raise Broken(promise.name, "at the start")
        silenced = frozenset[str]().union(*(network.faults[f].silences for f in walk.begin.column.faults))
        events = [network.events[name] for name, _ in walk.board.acts]
        self.fair = frozenset(k for k, e in enumerate(events) if e.fair and e.name not in silenced)
        self.endings = [_Ending(promise, self) for promise in promises.members if isinstance(promise, Ends)]

    def step(self, taken: Taken) -> None:
        """Judge a step. Raises Broken."""
        for promise, holds in self.promises.tests(self.walk.board, taken.number):
            self.held[promise.name] += 1
            if not holds(taken.before, taken.after):
                raise Broken(promise.name, f"by {taken.act[0]} at {taken.act[1]}")
        for ending in self.endings:
            ending.step(taken)


class _Ending:
    """Holds a run to what must come in the end: it must not wait for ever, nor come round with nobody treated unfairly."""

    def __init__(self, promise: Ends, watch: Watch) -> None:
        self.promise, self.watch = promise, watch
        walk = watch.walk
        self.rests = test(walk.board.places.ground(promise.rest, ()))
        names = [walk.network.events[name] for name, _ in walk.board.acts]
        self.over = frozenset(k for k, e in enumerate(names) if e.fault is not None or e.name in promise.without)
        self.since: dict[tuple[str, ...], int] = {}
        self.taken: list[int] = []
        self.owed: list[frozenset[int]] = []
        self._here(tuple(walk.states))

    def step(self, taken: Taken) -> None:
        if taken.number in self.over:
            self._forget()
        else:
            self.taken.append(taken.number)
        self._here(taken.after)

    def _forget(self) -> None:
        self.since.clear()
        self.taken.clear()
        self.owed.clear()

    def _here(self, states: tuple[str, ...]) -> None:
        """Judge where the run has come to: since it last rested it must not have been here before, all of it fair."""
        if self.rests(states, states):
            self._forget()
            return
        owed = frozenset(self.watch.walk.possible & self.watch.fair)
        if not owed - self.over:
            raise Broken(self.promise.name, "nobody need do anything any more, and this is no rest")
        before = self.since.get(states)
        if before is not None:
            always = frozenset.intersection(*self.owed[before:])
            if always <= set(self.taken[before:]):
                raise Broken(self.promise.name, f"the last {len(self.taken) - before} steps repeat for ever")
        self.since[states] = len(self.taken)
        self.owed.append(owed)
