"""Runs in which a property is put to the test, handed on from column to column.

A run is a run of every column that tolerates its faults and reads its events alike: more faults only add events. So it is looked
for once, in the column without faults if there is one, and elsewhere only where it might not be one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from model.notation.network import Network
from model.notation.terms import HOST, machines_of
from proofs.answers.verdict import RunFound
from proofs.world.world import Column
from properties.kinds import Possible, Property


@dataclass(frozen=True)
class Seen:
    """A run at whose last step the witness of a property fires, found in a column."""

    column: Column
    run: RunFound


class Witnesses:
    """What is known of a network. known: by property the runs."""

    def __init__(self, network: Network, known: Mapping[str, Sequence[Seen]]) -> None:
        self.network, self.known = network, known
        self._readings = {actor.name: actor.starts[0] for actor in network.of_sort(HOST) if not actor.moves}
        self._at_start = self._read_by(machines_of(term) for term in network.at_start)
        self._of_event: dict[str, frozenset[str]] = {}

    def has(self, found: Property, column: Column) -> bool:
        """Whether one of the runs that are known is one of this column too."""
        return any(self._is_run_of(seen, found, column) for seen in self.known.get(found.name, ()))

    def _is_run_of(self, seen: Seen, found: Property, column: Column) -> bool:
        events = {event for event, _ in seen.run.steps}
        faults = {self.network.events[event].fault for event in events} - {None}
        if not faults <= column.faults:
            return False
        differing = {name for name in self._readings if self._state(name, seen.column) != self._state(name, column)}
        read = self._at_start.union(machines_of(found.witness), *map(self._read_in, events))
        return not differing & read

    def _state(self, reading: str, column: Column) -> str:
        return dict(column.readings).get(reading, self._readings[reading])

    def _read_in(self, event: str) -> frozenset[str]:
        """The readings that an event's guard reads, and the rows for it of who takes part."""
        if event not in self._of_event:
            rows = (
                machines_of(move.when)
                for actor in self.network.participants(event)
                for move in actor.moves
                if move.event == event
            )
            self._of_event[event] = self._read_by([machines_of(self.network.events[event].when), *rows])
        return self._of_event[event]

    def _read_by(self, names: Iterable[frozenset[str]]) -> frozenset[str]:
        return frozenset().union(*names) & self._readings.keys()


def to_be_seen(found: Property) -> Possible:
    """The question whether the witness of a property can fire."""
    return Possible(says=found.says, shows=found.shows, witness=found.witness, name=found.name, term=found.witness)
