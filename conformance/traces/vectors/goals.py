"""What vectors are to show: moves, witnesses of promises, recorded findings; and what one run shows of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from conformance.traces.saved import of_the_protocol
from conformance.traces.table import State, Steps
from model.notation.terms import events_of, machines_of
from model.protocol import PROTOCOL
from proofs.answers.runs import Kept
from proofs.answers.verdict import RunFound
from proofs.sample.board import rows_of
from proofs.sample.ground import Test, test
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from properties.kinds import Fact, Independent

MOVE, FROM, WITNESS, FINDING = "move", "move from a state", "witness", "finding"


@dataclass(frozen=True, order=True)
class Goal:
    """Something to be shown. kind: of what; name: which."""

    kind: str
    name: str


@cache
def rows() -> dict[tuple[str, str, str, str], Goal]:
    """For each row of a table, from each of the states that it starts from: the move that it is, whichever state it starts from."""
    found: dict[tuple[str, str, str, str], Goal] = {}
    for row in rows_of(PROTOCOL):
        first = row[0]
        goal = Goal(
            MOVE, f"{first.machine}: {first.event} from {' or '.join(one.source for one in row)} to {first.dest}"
        )
        for one in row:
            found.setdefault((one.machine, one.event, one.source, one.dest), goal)
    return found


def move(machine: str, event: str, source: str, dest: str) -> Goal:
    return Goal(FROM, f"{machine}: {event} from {source} to {dest}")


def moves() -> list[Goal]:
    """Every row of every table that leads somewhere, and the same from each state that it starts from; observers aside."""
    return [*dict.fromkeys(rows().values()), *(move(*one) for one in rows())]


def witnesses() -> dict[str, Goal]:
    """What must have happened for a promise to mean anything, where one run can show it and no observer is asked."""
    known = PROTOCOL.actors.keys()
    return {
        name: Goal(WITNESS, name)
        for name, one in PROPERTIES.items()
        if not isinstance(one, (Fact, Independent)) and machines_of(one.witness) <= known and events_of(one.witness)
    }


def finding(one: Kept) -> Goal:
    return Goal(FINDING, f"{one.property} ({one.column})")


def column_of(one: Kept) -> Column:
    """The circumstances of a kept run."""
    named = one.column.split(" + ") if one.column != Column().name else []
    readings = tuple((name, value) for name, _, value in (part.partition("=") for part in named) if value)
    return Column(frozenset(name for name in named if "=" not in name), readings)


@dataclass(frozen=True)
class Candidate:
    """A run that may become a vector, and the findings that it is the record's run of."""

    column: Column
    run: RunFound
    findings: tuple[Goal, ...] = ()


def recorded(kept: Sequence[Kept]) -> list[Candidate]:
    """The runs behind what the record says is refuted, each once; those of two runs at once, and those of all faults together, aside."""
    found: dict[tuple[Column, str], Candidate] = {}
    for one in kept:
        column = column_of(one)
        if any(event not in PROTOCOL.events for event, _ in one.run.steps) or len(column.faults) > 2:
            continue
        run = of_the_protocol(one.run)
        key = column, repr((run.shapes, sorted(run.starts.items()), run.steps))
        known = found.get(key)
        found[key] = Candidate(column, run, (*(known.findings if known else ()), finding(one)))
    return list(found.values())


class Shown:
    """What steps of runs with these members show."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self._witnesses: dict[int, list[tuple[Goal, Test]]] = {}

    def by(self, before: State, number: int, after: State) -> Iterator[Goal]:
        """What one step shows."""
        for row in self.steps.moves(before, number):
            if row in rows():
                yield move(*row)
                yield rows()[row]
        for goal, holds in self._of(number):
            if holds(before, after):
                yield goal

    def of(self, run: RunFound) -> set[Goal]:
        """What a run shows, findings aside."""
        state = tuple(self.start(run))
        found: set[Goal] = set()
        for act in run.steps:
            number = self.steps.number(act)
            after = self.steps.after(state, number)
            found.update(self.by(state, number, after))
            state = after
        return found

    def start(self, run: RunFound) -> list[str]:
        """The state of every machine at a run's start."""
        return [run.starts.get(key, self.steps.network.actors[key[0]].starts[0]) for key in self.steps.keys]

    def _of(self, number: int) -> list[tuple[Goal, Test]]:
        if number not in self._witnesses:
            act = self.steps.board.acts[number]
            step = self.steps.board.happening(act)
            self._witnesses[number] = [
                (goal, test(self.steps.board.places.ground(PROPERTIES[name].witness, (), step)))
                for name, goal in witnesses().items()
                if act[0] in events_of(PROPERTIES[name].witness)
            ]
        return self._witnesses[number]
