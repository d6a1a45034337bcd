"""What a run may come to from where it is, as far as each machine's own table tells; and what would lead there.

Each machine by itself: it may come to any state that one of its rows leads to, if the row's guard and its event's can hold of
states that the others have come to, be it at another time (what planners call relaxed). So what is not within reach here never
happens; what is, may all the same not. Everything has a round, the first in which it may be so: what leads there in fewest
rounds is a plan that is worth trying.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from model.notation import Network
from proofs.sample.board import Board, Row, board_of
from proofs.sample.ground import Agree, All, Any, Ground, Is
from proofs.sample.walk import Begin

NEVER = 1_000_000
"""A round that does not come."""

Place = tuple[int, str]
"""A machine, by its place, in a state."""


Test = Callable[[int], bool]
"""Whether something can hold of states that were come to: each state of each machine is a bit."""


@dataclass(frozen=True)
class _Lead:
    """A row that leads a machine elsewhere; source, dest: the bits of its states."""

    source: int
    dest: int
    may: Test
    to: Place
    by: tuple[int, str, Ground]


class _Graph:
    """A board's guards and rows as tests of bits, worked out once: everything is asked often, until nothing new is come to."""

    def __init__(self, board: Board) -> None:
        self._known: dict[int, Test] = {}
        states = [board.network.actors[name].states for name, _ in board.places.keys]
        bits = iter(range(sum(map(len, states))))
        self.bits = [{state: 1 << next(bits) for state in own} for own in states]
        self.guards = [self._test(guard) for guard in board.guards]
        self.leads = [
            tuple(
                _Lead(
                    self.bits[part.place][source],
                    self.bits[part.place][dest],
                    self._test(when),
                    (part.place, dest),
                    (number, source, when),
                )
                for part in parts
                for source, dest, when in part.leads
            )
            for number, parts in enumerate(board.parts)
        ]

    def _test(self, said: Ground) -> Test:
        """Tables say the same of many rows (the board keeps it, so its identity does), and it is worked out once."""
        if id(said) not in self._known:
            self._known[id(said)] = self._made(said)
        return self._known[id(said)]

    def _made(self, said: Ground) -> Test:
        match said:
            case Is(place, wanted):
                mask = sum(self.bits[place][state] for state in wanted)
                return lambda reached: bool(reached & mask)
            case All(parts):
                return _all(tuple(map(self._made, parts)))
            case Any(parts):
                return _any(tuple(map(self._made, parts)))
            case Agree(left, right, equal):
                pairs = [
                    _all((self._made(Is(left, frozenset({one}))), self._made(Is(right, frozenset({two})))))
                    for one in self.bits[left]
                    for two in self.bits[right]
                    if (one == two) == equal
                ]
                return _any(tuple(pairs))
            case value:
                return lambda _reached: bool(value)


def _all(tests: tuple[Test, ...]) -> Test:
    def judge(reached: int) -> bool:
        for one in tests:  # noqa: SIM110 - this loop is where plans spend their time
            if not one(reached):
                return False
        return True

    return judge


def _any(tests: tuple[Test, ...]) -> Test:
    def judge(reached: int) -> bool:
        for one in tests:  # noqa: SIM110 - likewise
            if one(reached):
                return True
        return False

    return judge


@lru_cache(maxsize=200)
def _graph_of(board: Board) -> _Graph:
    return _Graph(board)


class Within:
    """From these states (by place), with these acts tolerated."""

    def __init__(self, board: Board, states: Sequence[str], tolerated: Iterable[int]) -> None:
        self.board = board
        self.rounds: list[dict[str, int]] = [{state: 0} for state in states]
        """For each machine the states that it may come to, with their rounds."""
        self.acts: dict[int, int] = {}
        """The acts that may happen, with their rounds."""
        self._by: dict[Place, tuple[int, str, Ground]] = {}
        self._close(frozenset(tolerated))

    def reaches(self, aim: Row | str) -> bool:
        """Whether an event can happen, or a row be taken."""
        return any(True for _ in self._ways(aim))

    def plan(self, aim: Row | str) -> frozenset[int]:
        """Acts that together lead to an aim, itself among them, if what one of them brings stays; none: it is never reached."""
        ways = min(self._ways(aim), key=lambda way: way[0], default=None)
        if ways is None:
            return frozenset()
        _, number, wanted = ways
        found, open_, met = {number}, [*wanted, self.board.guards[number]], set[Place]()
        while open_:
            for at in self._cheapest(open_.pop()):
                if at in met or self.rounds[at[0]][at[1]] == 0:
                    continue
                met.add(at)
                by, source, when = self._by[at]
                found.add(by)
                open_ += [self.board.guards[by], Is(at[0], frozenset({source})), when]
        return frozenset(found)

    def _ways(self, aim: Row | str) -> Iterator[tuple[int, int, list[Ground]]]:
        """The acts that are the aim, each with its round and what it wants besides its guard."""
        event = aim if isinstance(aim, str) else aim.event
        for number in self.board.of_event.get(event, ()):
            if number not in self.acts:
                continue
            if isinstance(aim, str):
                yield self.acts[number], number, []
                continue
            for part in self.board.parts[number]:
                if part.actor.name == aim.machine and aim.source in self.rounds[part.place]:
                    for when, dest in part.rows[aim.source]:
                        here: list[Ground] = [Is(part.place, frozenset({aim.source})), when]
                        last = max(self.acts[number], *map(self._round, here))
                        if dest == aim.dest and last < NEVER:
                            yield last, number, here

    def _close(self, tolerated: frozenset[int]) -> None:
        graph = _graph_of(self.board)
        reached = sum(graph.bits[place][state] for place, known in enumerate(self.rounds) for state in known)
        waiting, now = sorted(tolerated), 0
        while waiting:
            led: dict[Place, tuple[int, str, Ground]] = {}
            new = 0
            for number in waiting:
                if number not in self.acts:
                    if not graph.guards[number](reached):
                        continue
                    self.acts[number] = now
                for lead in graph.leads[number]:
                    if reached & lead.source and not (reached | new) & lead.dest and lead.may(reached):
                        new |= lead.dest
                        led[lead.to] = lead.by
            now, reached = now + 1, reached | new
            for place, state in led:
                self.rounds[place][state] = now
            self._by |= led
            near = {k for place, _ in led for k in self.board.near[place]}
            waiting = sorted(near & tolerated)

    def _round(self, said: Ground) -> int:
        """The first round in which this may hold."""
        match said:
            case Is(place, wanted):
                return min((far for state, far in self.rounds[place].items() if state in wanted), default=NEVER)
            case All(parts):
                last = 0
                for part in parts:
                    last = max(last, self._round(part))
                    if last == NEVER:
                        return NEVER
                return last
            case Any(parts):
                return min(map(self._round, parts), default=NEVER)
            case Agree():
                return min((far for far, _, _ in self._agreeing(said)), default=NEVER)
            case _:
                return 0 if said else NEVER

    def _agreeing(self, said: Agree) -> Iterator[tuple[int, str, str]]:
        for one, far in self.rounds[said.left].items():
            for two, farther in self.rounds[said.right].items():
                if (one == two) == said.equal:
                    yield max(far, farther), one, two

    def _cheapest(self, said: Ground) -> Iterator[Place]:
        """Which machines have to be where for this to hold in the first round in which it may."""
        match said:
            case Is(place, wanted):
                known = self.rounds[place]
                yield place, min((state for state in known if state in wanted), key=lambda state: (known[state], state))
            case All(parts):
                for part in parts:
                    yield from self._cheapest(part)
            case Any(parts):
                yield from self._cheapest(min(parts, key=self._round))
            case Agree(left, right):
                _, one, two = min(self._agreeing(said))
                yield left, one
                yield right, two
            case _:
                return


def within_of(network: Network, begin: Begin) -> Within:
    """Of a run that begins so."""
    board, faults = board_of(network, begin.shapes), begin.column.faults
    tolerated = [k for k, act in enumerate(board.acts) if (fault := board.of_fault(act)) is None or fault in faults]
    return Within(board, [begin.starts[key] for key in board.places.keys], tolerated)
