"""What can happen in a run, worked out once for a network and so many members: every event with each member that it may
happen to, whose machines take part, and what each looks at.

A walk asks again only what a step may have changed; whether it asks rightly is seen when the machines themselves are asked
(`Run.fire` takes what is said to be possible, and refuses the rest).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from model.notation import HOST, Event, Network, Shape
from model.notation.machines import Actor
from model.notation.run import Index
from proofs.sample.ground import Ground, Happening, Is, Places, States, Test, every_one, reads, some_one, test

Act = tuple[str, Index]
"""An event, and the member that it happens to."""


@dataclass(frozen=True)
class Row:
    """A row of a table that leads somewhere, as a run meets it: on `event` the machine goes from `source` to `dest`."""

    machine: str
    event: str
    source: str
    dest: str

    def __str__(self) -> str:
        return f"{self.machine}: {self.event} from {self.source} to {self.dest}"


class Part:
    """One machine's part in an event: by its state, the rows that may fit, each with its ground guard."""

    def __init__(self, places: Places, actor: Actor, index: Index, event: Event, at: Index) -> None:
        self.actor, self.place = actor, places.place[actor.name, index]
        about = index or at
        self.rows: dict[str, tuple[tuple[Ground, str | None], ...]] = {
            state: tuple((places.guard(rule.when, about), rule.dest) for rule in actor.rules(event.name, state))
            for state in actor.states
        }
        self._tests: dict[str, tuple[tuple[Test, str | None], ...]] = {}

    def dest(self, states: States) -> str | None:
        """Where the row that fits leads (None: it lets the machine stay), judged on the states before the step."""
        state = states[self.place]
        if state not in self._tests:
            self._tests[state] = tuple((test(when), dest) for when, dest in self.rows[state])
        return next((dest for fits, dest in self._tests[state] if fits(states, states)), None)

    @cached_property
    def leads(self) -> tuple[tuple[str, str, Ground], ...]:
        """Of the rows that lead elsewhere: whence, where to, and when."""
        return tuple((a, b, when) for a, rows in self.rows.items() for when, b in rows if b is not None and b != a)

    @cached_property
    def fits(self) -> Ground:
        """In which states, and when, the machine does not stand in the event's way."""
        free = [state for state, rows in self.rows.items() if any(when is True for when, _ in rows)]
        found: list[Ground] = [Is(self.place, frozenset(free))] if free else []
        for state, rows in self.rows.items():
            if rows and state not in free:
                found.append(every_one([Is(self.place, frozenset({state})), some_one(when for when, _ in rows)]))
        return True if len(free) == len(self.rows) else some_one(found)


class Board:
    """Every act of a run with these shapes. Acts, parts and guards stand in lists, by the act's number."""

    def __init__(self, network: Network, shapes: Sequence[Shape]) -> None:
        self.network, self.places = network, Places(network, shapes)
        self.acts: list[Act] = []
        self.parts: list[tuple[Part, ...]] = []
        self.guards: list[Ground] = []
        for event in network.events.values():
            for at in [()] if event.scope.all else self.places.members(event.scope.sort):
                parts = tuple(Part(self.places, *one, event, at) for one in self._taking_part(event, at))
                self.acts.append((event.name, at))
                self.parts.append(parts)
                self.guards.append(every_one([self.places.ground(event.when, at), *(part.fits for part in parts)]))
        self.number = {act: k for k, act in enumerate(self.acts)}
        self.promised: dict[tuple[int, str], Test | None] = {}
        self.tests: list[Test] = [test(guard) for guard in self.guards]
        self.asked_by: list[list[int]] = [[] for _ in self.places.keys]
        for k, guard in enumerate(self.guards):
            for place in reads(guard):
                self.asked_by[place].append(k)

    @cached_property
    def of_event(self) -> dict[str, list[int]]:
        """The acts of each event."""
        found: dict[str, list[int]] = {}
        for k, (name, _) in enumerate(self.acts):
            found.setdefault(name, []).append(k)
        return found

    @cached_property
    def near(self) -> list[list[int]]:
        """For each place the acts that may go another way by where its machine is: in their guards, their rows, or as its own."""
        found: list[list[int]] = [[] for _ in self.places.keys]
        for k, (guard, parts) in enumerate(zip(self.guards, self.parts, strict=True)):
            rows = [when for part in parts for ways in part.rows.values() for when, _ in ways]
            for place in sorted({*reads(guard), *(part.place for part in parts)}.union(*map(reads, rows))):
                found[place].append(k)
        return found

    def _taking_part(self, event: Event, at: Index) -> list[tuple[Actor, Index]]:
        found: list[tuple[Actor, Index]] = []
        for actor in self.network.participants(event.name):
            if actor.sort == HOST:
                found.append((actor, ()))
            elif event.scope.all:
                found += [(actor, member) for member in self.places.members(actor.sort)]
            elif len(at) == 2 and actor.sort != self.network.replicated:
                found.append((actor, at))
            else:
                found += [(actor, member) for member in self.places.members(actor.sort, at[:1])]
        return found

    def happening(self, act: Act) -> Happening:
        """The step that an act makes, for terms about it."""
        parts = self.parts[self.number[act]]
        moved = frozenset(p.place for p in parts if any(d for rows in p.rows.values() for _, d in rows))
        return Happening(*act, moved)

    def of_fault(self, act: Act) -> str | None:
        return self.network.events[act[0]].fault


@lru_cache(maxsize=200)
def board(network: Network, shapes: tuple[tuple[tuple[str, int], ...], ...]) -> Board:
    return Board(network, [Shape(dict(parts)) for parts in shapes])


def board_of(network: Network, shapes: Sequence[Shape]) -> Board:
    """The board for these shapes, made once."""
    return board(network, tuple(tuple(sorted(shape.parts.items())) for shape in shapes))


def rows_of(network: Network) -> tuple[tuple[Row, ...], ...]:
    """Every row of every table that leads somewhere, observers aside; for each all the sources that it may be taken from."""
    return tuple(
        tuple(
            Row(actor.name, move.event, source.name, move.dest.name)
            for source in sorted(move.sources or (), key=lambda state: state.name)
        )
        for actor in network.actors.values()
        if not actor.observer
        for move in actor.moves
        if move.dest is not None
    )
