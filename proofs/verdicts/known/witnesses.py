"""Runs that show something, handed on from column to column.

A run is a run of every column that tolerates its faults and reads its events alike: more faults only add events. So it is looked
for once, in the column without faults if there is one, and elsewhere only where it might not be one. What it shows there (that
something can happen; that a promise is broken) it shows here; only of a run that never rests the machines are asked again whether it is
fair, where more may happen. It is the shortest in the smallest column that shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from model.notation.network import Network
from model.notation.run import Index, NotEnabled, Run
from model.notation.terms import HOST, machines_of
from proofs.answers.verdict import RunFound
from proofs.search.never_rests import never_rests
from proofs.world.world import Column
from properties.kinds import Ends, Possible, Property, terms_of

States = Mapping[tuple[str, Index], str]
"""The state of every machine."""

WITNESS = "witness"
"""What a run shows at whose last step the witness of a property fires."""


@dataclass(frozen=True, eq=False)
class Seen:
    """A run that was found in a column; shows: the verdict that it decides, or WITNESS. last: the states before its last step and after
    it (None: not known). vms: with up to so many there is none that is shorter (0: as many as it has). reason: what else is to be said
    of the verdict."""

    column: Column
    run: RunFound
    shows: str = WITNESS
    last: tuple[States, States] | None = None
    vms: int = 0
    reason: str = ""


class Witnesses:
    """What is known of a network. known: by property the runs, those of smaller columns first."""

    def __init__(self, network: Network, known: Mapping[str, Sequence[Seen]]) -> None:
        self.network, self.known = network, known
        self._readings = {actor.name: actor.starts[0] for actor in network.of_sort(HOST) if not actor.moves}
        self._at_start = self._read_by(machines_of(term) for term in network.at_start)
        self._of_event: dict[str, frozenset[str]] = {}

    def has(self, found: Property, column: Column) -> bool:
        """Whether one of the runs that are known puts the property to the test in this column too."""
        return any(
            seen.shows == WITNESS and self.is_run_of(seen, found, column) for seen in self.known.get(found.name, ())
        )

    def deciding(self, found: Property, column: Column) -> Seen | None:
        """A run that decides in this column, found in it or in a smaller one, as it begins here; None: none is known."""
        for seen in self.known.get(found.name, ()):
            if seen.shows != WITNESS:
                if seen.column == column:
                    return seen
                if seen.column.is_part_of(column) and self.is_run_of(seen, found, column):
                    return replace(seen, run=self._moved(seen.run, column))
        return None

    def is_run_of(self, seen: Seen, found: Property, column: Column) -> bool:
        """Whether a run is one of this column too, and shows the same of the property: of what it ends with nothing else is said."""
        if isinstance(found, Ends) and seen.run.loop is not None:
            return never_rests(self.network, self._moved(seen.run, column), column.faults, found)
        events = {event for event, _ in seen.run.steps}
        faults = {self.network.events[event].fault for event in events} - {None}
        if not faults <= column.faults:
            return False
        differing = {name for name in self._readings if self._state(name, seen.column) != self._state(name, column)}
        if differing & self._read_by_property(found):
            return False
        return not differing & self._read_in_run(seen) or self._goes_alike(seen, column)

    def may_matter(self, seen: Seen, found: Property) -> frozenset[str]:
        """The readings on which it may hang whether a run shows the same of the property in another column."""
        return self._read_in_run(seen) | self._read_by_property(found)

    def _read_in_run(self, seen: Seen) -> frozenset[str]:
        return self._at_start.union(*(self._read_in(event) for event, _ in seen.run.steps))

    def _read_by_property(self, found: Property) -> frozenset[str]:
        return self._read_by(map(machines_of, (found.witness, *terms_of(found))))

    def _goes_alike(self, seen: Seen, column: Column) -> bool:
        """Whether the machines take the same steps in this column, and end the last one as it ended there."""
        last = last_step(self.network, self._moved(seen.run, column), column.faults)
        if last is None or seen.last is None:
            return False
        kept = [key for key in seen.run.starts if key[0] not in self._readings]
        return all(here[key] == there[key] for here, there in zip(last, seen.last, strict=True) for key in kept)

    def _moved(self, run: RunFound, column: Column) -> RunFound:
        """The run as it begins in a column: with its readings."""
        fixed: dict[tuple[str, Index], str] = {
            (name, at): self._state(name, column) for name, at in run.starts if name in self._readings
        }
        return replace(run, starts={**run.starts, **fixed})

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


def executed(network: Network, run: RunFound, faults: frozenset[str]) -> list[States] | None:
    """The states before the first step of a run and after each, as the machines of `transitions` take them; None: they refuse one."""
    try:
        now = Run(network, run.shapes, run.starts, faults)
        found: list[States] = [now.states()]
        for event, index in run.steps:
            now.fire(event, index)
            found.append(now.states())
    except (NotEnabled, ValueError):
        return None
    return found


def last_step(network: Network, run: RunFound, faults: frozenset[str]) -> tuple[States, States] | None:
    """The states before the last step of a run and after it; None: the machines refuse a step. A run without steps begins and ends
    where it is."""
    found = executed(network, run, faults)
    return None if found is None else (found[-2:][0], found[-1])


def to_be_seen(found: Property) -> Possible:
    """The question whether the witness of a property can fire."""
    return Possible(says=found.says, shows=found.shows, witness=found.witness, name=found.name, term=found.witness)
