"""What runs have come to, counted: events that happened, rows that were taken, states that were visited, promises asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from model.notation import Network
from proofs.sample.board import Row, rows_of
from proofs.sample.walk import Taken, Walk


@dataclass
class Tally:
    """Counts over many runs.

    known: states of earlier rounds (fixed while Hypothesis draws, so that a run is a function of what was drawn).
    steering: whether Hypothesis is to look for unseen states by itself (`target`).
    visits: which explored state a walk is in (None: it counts for none), for the share of explored states that is visited.
    """

    network: Network
    known: frozenset[Hashable] = frozenset()
    steering: bool = True
    visits: Callable[[Walk], Hashable | None] | None = None
    runs: int = 0
    events: Counter[str] = field(default_factory=Counter)
    rows: Counter[Row] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    longest: int = 0
    visited: set[Hashable] = field(default_factory=set)
    states: set[Hashable] = field(default_factory=set)

    def begins(self, walk: Walk) -> Callable[[], int]:
        """A run begins. Gives a function that counts the states of this run that no earlier round has seen."""
        self.runs += 1
        own: set[Hashable] = set()
        self._own = own
        self._note(walk)
        return lambda: len(own - self.known)

    def _note(self, walk: Walk) -> None:
        state = hash((walk.begin.shapes and len(walk.begin.shapes), tuple(walk.states)))
        self._own.add(state)
        self.states.add(state)
        if self.visits is not None and (found := self.visits(walk)) is not None:
            self.visited.add(found)

    def steps(self, walk: Walk, taken: Taken, rows: Iterable[Row]) -> None:
        """One step of a run."""
        self.events[taken.act[0]] += 1
        self.rows.update(rows)
        self.longest = max(self.longest, len(walk.steps))
        self._note(walk)

    def next_round(self) -> None:
        """What has been seen so far is known from now on."""
        self.known = frozenset(self.states)

    # -- what is missing ----------------------------------------------------------------------------------------------

    def events_missing(self) -> list[str]:
        return [name for name in self.network.events if not self.events[name]]

    def moves(self) -> Sequence[tuple[Row, ...]]:
        """Every row of a table that leads somewhere, with the sources that it may be taken from; observers aside."""
        return rows_of(self.network)

    def fired(self, move: tuple[Row, ...]) -> int:
        """How often a row was taken, from whichever of its sources."""
        return sum(self.rows[row] for row in move)

    def moves_missing(self) -> list[tuple[Row, ...]]:
        return [move for move in self.moves() if not self.fired(move)]
