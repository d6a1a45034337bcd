"""What random runs have come to, in words: how often each event and each row, and which share of the explored states."""

from __future__ import annotations

from dataclasses import dataclass

from proofs.sample.board import Row
from proofs.sample.tally import Tally


@dataclass(frozen=True)
class Visited:
    """How many of the explored states were visited. of: which states those are."""

    visited: int
    explored: int
    of: str

    @property
    def share(self) -> float:
        return self.visited / self.explored

    def __str__(self) -> str:
        return f"{self.visited:,} of {self.explored:,} explored states visited ({self.share:.1%}): {self.of}"


@dataclass(frozen=True)
class Floor:
    """What runs must come to: shares of all events, of all rows that lead somewhere, and of the explored states."""

    events: float
    moves: float
    visited: float


def of_move(move: tuple[Row, ...]) -> str:
    """A row of a table, with the sources that it may be taken from."""
    first = move[0]
    return f"{first.machine}: {first.event} from {' or '.join(row.source for row in move)} to {first.dest}"


def digest(tally: Tally, visited: Visited) -> list[str]:
    """The counts, in a few lines."""
    events, moves = len(tally.network.events), len(tally.moves())
    asked = [count for count in tally.held.values() if count]
    return [
        f"{tally.runs:,} runs, {sum(tally.events.values()):,} steps, the longest run {tally.longest} steps",
        f"events fired: {events - len(tally.events_missing())} of {events}",
        f"moves fired: {moves - len(tally.moves_missing())} of {moves}",
        str(visited),
        f"promises asked {sum(asked):,} times; {tally.refused:,} events that were not possible were tried and refused",
    ]


def whole(tally: Tally, visited: Visited) -> str:
    """Everything: the counts, then each event and each row with how often it happened, rarest first."""
    lines = [*digest(tally, visited), "", "events, rarest first:"]
    lines += [
        f"{tally.events[name]:>8,}  {name}" for name in sorted(tally.network.events, key=lambda n: tally.events[n])
    ]
    lines += ["", "moves, rarest first:"]
    lines += [f"{tally.fired(move):>8,}  {of_move(move)}" for move in sorted(tally.moves(), key=tally.fired)]
    return "\n".join(lines)


def below(tally: Tally, visited: Visited, floor: Floor) -> list[str]:
    """What is below the floor, each with what is missing; nothing: all of it is reached."""
    found = []
    events, moves = len(tally.network.events), len(tally.moves())
    lost, untaken = tally.events_missing(), tally.moves_missing()
    if events - len(lost) < floor.events * events:
        found.append(f"{len(lost)} of {events} events never fired: {', '.join(lost)}")
    if moves - len(untaken) < floor.moves * moves:
        told = "; ".join(map(of_move, untaken))
        found.append(f"{len(untaken)} of {moves} moves never fired, allowed are {1 - floor.moves:.0%}: {told}")
    if visited.share < floor.visited:
        found.append(f"{visited}; the floor is {floor.visited:.1%}")
    return found
