"""Which of the possible events lead towards an aim: what the aim lacks, which events would bring it, what those lack, and so
on down to events that can happen now.

Distances are those in each machine's own table, worked out once. They are no promise (two machines may need to be in one
another's way first), so steering is a bias and never a rule; the rest is left to chance.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random

from model.notation import Network
from model.notation.machines import Actor
from proofs.sample.board import Row
from proofs.sample.ground import Agree, All, Any, Ground, Is, test
from proofs.sample.walk import Walk

Aim = Row | str
"""A row of a table, or the name of an event."""

Want = tuple[int, frozenset[str]]
"""A machine, by its place, and the states one of which it should come to."""

FAR = 10_000
WHIM = 3.0
"""Moves by which a farther alternative may be preferred."""

TRIES = 2
MOST = 50
"""Events that are asked for their reasons in one try."""

DEPTH = 14
"""How many events a chain of reasons may have."""


@dataclass(frozen=True)
class Way:
    """One edge of a machine's table."""

    event: str
    when: Ground
    dest: str


class Ways:
    """The machines' own tables as graphs, without the events that a run does not tolerate."""

    def __init__(self, network: Network, events: frozenset[str]) -> None:
        self.network, self.events = network, events
        self._out: dict[str, dict[str, list[tuple[str, str]]]] = {}
        self._far: dict[tuple[str, frozenset[str]], dict[str, int]] = {}

    def out(self, actor: Actor) -> dict[str, list[tuple[str, str]]]:
        """For each state the events that may lead out of it, with where they lead."""
        if actor.name not in self._out:
            self._out[actor.name] = {
                state: [
                    (event, rule.dest)
                    for event in actor.events
                    if event in self.events
                    for rule in actor.rules(event, state)
                    if rule.dest is not None and rule.dest != state
                ]
                for state in actor.states
            }
        return self._out[actor.name]

    def distances(self, actor: Actor, targets: frozenset[str]) -> dict[str, int]:
        """How many of its own moves each state of a machine is away from one of `targets`."""
        key = (actor.name, targets)
        if key not in self._far:
            found = {state: 0 for state in actor.states if state in targets}
            queue = deque(found)
            back: dict[str, list[str]] = {}
            for state, out in self.out(actor).items():
                for _, dest in out:
                    back.setdefault(dest, []).append(state)
            while queue:
                here = queue.popleft()
                for state in back.get(here, ()):
                    if state not in found:
                        found[state] = found[here] + 1
                        queue.append(state)
            self._far[key] = found
        return self._far[key]


_WAYS: dict[tuple[Network, frozenset[str]], Ways] = {}


def ways_of(network: Network, faults: frozenset[str]) -> Ways:
    events = frozenset(e.name for e in network.events.values() if e.fault is None or e.fault in faults)
    return _WAYS.setdefault((network, events), Ways(network, events))


class Guide:
    """Steers one run: `towards(aim)` gives the possible acts that bring it nearer, as far as tables tell."""

    def __init__(self, walk: Walk) -> None:
        self.walk, self.board = walk, walk.board
        self.ways = ways_of(walk.network, walk.begin.column.faults)
        self.pick = Random(0)
        self.actors = [walk.network.actors[name] for name, _ in self.board.places.keys]

    @cached_property
    def _by_event(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for k, (name, _) in enumerate(self.board.acts):
            found.setdefault(name, []).append(k)
        return found

    def towards(self, aim: Aim, pick: Random) -> list[int]:
        """The possible acts that the aim waits for, the aim itself first of all; none: the tables know of no way."""
        self.pick = pick
        acts = self._by_event.get(aim if isinstance(aim, str) else aim.event, [])
        for k in pick.sample(acts * TRIES, len(acts) * TRIES):
            for wants in self._wants_of(k, aim):
                if not wants:
                    if k in self.walk.possible:
                        return [k]
                    continue
                found = self._serving(wants, {k}, DEPTH)
                if found:
                    return sorted(found)
        return []

    def _wants_of(self, number: int, aim: Aim) -> Iterator[list[Want]]:
        """What is lacking before an act may happen (and take this row): in one of the ways in which it may."""
        if not self.walk.tolerated[number]:
            return
        lacking = self.lacking(self.board.guards[number])
        if lacking is None:
            return
        if isinstance(aim, str):
            yield lacking
            return
        for part in self.board.parts[number]:
            if part.actor.name != aim.machine:
                continue
            for when, dest in part.rows.get(aim.source, ()):
                if dest == aim.dest:
                    more = self.lacking(All((Is(part.place, frozenset({aim.source})), when)))
                    if more is not None:
                        yield _joined(lacking, more)

    def lacking(self, said: Ground) -> list[Want] | None:
        """Which machines must come where before this holds; None: never, as far as their tables tell."""
        states = self.walk.states
        match said:
            case bool():
                return [] if said else None
            case Is(place, wanted):
                return [] if states[place] in wanted else self._can(place, wanted)
            case Agree(left, right, equal):
                if (states[left] == states[right]) == equal:
                    return []
                if equal:
                    return self._can(left, frozenset({states[right]})) or self._can(right, frozenset({states[left]}))
                others = frozenset(self.actors[left].states) - {states[right]}
                return self._can(left, others)
            case All(parts):
                found: list[Want] = []
                for part in parts:
                    more = self.lacking(part)
                    if more is None:
                        return None
                    found = _joined(found, more)
                return found
            case Any(parts):
                options = [wants for part in parts if (wants := self.lacking(part)) is not None]
                return min(options, key=lambda wants: self._cost(wants) + self._whim(), default=None)
            case _:
                return None

    def _can(self, place: int, wanted: frozenset[str]) -> list[Want] | None:
        known = self.ways.distances(self.actors[place], wanted)
        return [(place, wanted)] if self.walk.states[place] in known else None

    def _whim(self) -> float:
        """A table knows its own moves only: what looks near may be far. So the nearest is not always taken."""
        return self.pick.random() * WHIM

    def _cost(self, wants: list[Want]) -> int:
        return sum(self._far(*want) for want in wants)

    def _far(self, place: int, wanted: frozenset[str]) -> int:
        return self.ways.distances(self.actors[place], wanted).get(self.walk.states[place], FAR)

    def _serving(self, wants: Iterable[Want], asked: set[int], depth: int) -> set[int]:
        """The possible acts that serve one of these wants."""
        found: set[int] = set()
        for want in wants:
            found |= self._to(want, asked, depth)
        return found

    def _to(self, want: Want, asked: set[int], depth: int) -> set[int]:
        """The possible acts that bring a machine nearer to where it should be, or that such an act waits for."""
        place, wanted = want
        actor, index = self.actors[place], self.board.places.keys[place][1]
        known, state = self.ways.distances(actor, wanted), self.walk.states[place]
        out = sorted({(known[dest], event, dest) for event, dest in self.ways.out(actor)[state] if dest in known})
        later: list[tuple[int, str]] = []
        found: set[int] = set()
        for far, event, dest in out:
            for k in self._by_event[event]:
                if not any(part.place == place for part in self.board.parts[k]):
                    continue
                if k not in self.walk.possible:
                    later.append((k, dest))
                elif far < known[state] and self._leads(k, place, dest):
                    found.add(k)
                elif far < known[state]:
                    later.append((k, dest))
        if found or depth == 0:
            return found
        nearer = [(k, dest) for k, dest in later if known[dest] < known[state]]
        for k, dest in nearer or later:
            if k in asked or len(asked) >= MOST:
                continue
            asked.add(k)
            name = self.board.acts[k][0]
            for wants in self._wants_of(k, Row(actor.name, name, state, dest) if len(index) < 2 else name):
                found |= self._serving(wants, asked, depth - 1)
            if found:
                return found
        return found

    def _leads(self, number: int, place: int, dest: str) -> bool:
        part = next(part for part in self.board.parts[number] if part.place == place)
        return part.dest(self.walk.states) == dest


def _joined(one: list[Want], two: list[Want]) -> list[Want]:
    """Both, the wants about one machine as one where they overlap."""
    found = dict(one)
    for place, wanted in two:
        both = found.get(place, wanted) & wanted
        found[place] = both or wanted
    return list(found.items())


__all__ = ["Aim", "Guide", "test", "ways_of"]
