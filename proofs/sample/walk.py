"""One run, step by step, on the `transitions` machines; and what of it is known at every moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from model.notation import Network, NotEnabled, Run, Shape
from model.notation.run import Index
from proofs.sample.board import Act, Board, Row, board_of
from proofs.world.world import Column

Starts = Mapping[tuple[str, Index], str]


@dataclass(frozen=True)
class Begin:
    """What a run begins with: the faults it tolerates and the readings, its members' shapes, every machine's start."""

    column: Column
    shapes: tuple[Shape, ...]
    starts: Starts = field(hash=False)
    defaults: Starts = field(default_factory=dict, hash=False, repr=False)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Hypothesis prints a dataclass field by field unless it is told otherwise."""
        printer.text(repr(self))

    def __repr__(self) -> str:
        """As a person wants it: what is not as it is by default."""
        told = [f"column={str(self.column)!r}"]
        for i, shape in enumerate(self.shapes):
            own = {n + "".join(f"#{j}" for j in at[1:]): s for (n, at), s in self.starts.items() if at[:1] == (i,)}
            usual = {n + "".join(f"#{j}" for j in at[1:]): s for (n, at), s in self.defaults.items() if at[:1] == (i,)}
            parts = [f"{count} {name}" for name, count in shape.parts.items() if count]
            odd = [f"{name}={state}" for name, state in own.items() if usual.get(name) != state]
            told.append(f"member {i}: {', '.join(parts + odd) or 'as by default'}")
        return f"<{'; '.join(told)}>"


@dataclass(frozen=True)
class Taken:
    """One step as it was: its number in the board, and the states before and after."""

    number: int
    act: Act
    before: tuple[str, ...]
    after: tuple[str, ...]


class Walk:
    """A run under way. `states`: of every machine, by place; `possible`: the numbers of the acts that can happen now."""

    def __init__(self, network: Network, begin: Begin) -> None:
        self.network, self.begin = network, begin
        self.run = Run(network, begin.shapes, begin.starts, begin.column.faults)
        self.board: Board = board_of(network, begin.shapes)
        self.states = [self.run.state(*key) for key in self.board.places.keys]
        self.tolerated = [
            (fault := self.board.of_fault(act)) is None or fault in begin.column.faults for act in self.board.acts
        ]
        self.possible: set[int] = set()
        self.steps: list[Act] = []
        self.seen: Counter[str] = Counter()
        self._ask(range(len(self.board.acts)))

    def _ask(self, numbers: Iterator[int] | range | set[int]) -> None:
        states, tests, tolerated = self.states, self.board.tests, self.tolerated
        for k in numbers:
            if tolerated[k] and tests[k](states, states):
                self.possible.add(k)
            else:
                self.possible.discard(k)

    def take(self, act: Act) -> Taken:
        """Let an act happen. Raises NotEnabled if the machines refuse it."""
        number, board = self.board.number[act], self.board
        before = tuple(self.states)
        self.run.fire(*act)
        asked: set[int] = set()
        for part in board.parts[number]:
            state = self.run.state(*board.places.keys[part.place])
            if state != before[part.place]:
                self.states[part.place] = state
                asked.update(board.asked_by[part.place])
        self._ask(asked)
        self.steps.append(act)
        self.seen[act[0]] += 1
        return Taken(number, act, before, tuple(self.states))

    def rows(self, taken: Taken) -> Iterator[Row]:
        """The rows that a step took, those that let a machine stay aside; observers' rows as well."""
        for part in self.board.parts[taken.number]:
            dest = part.dest(taken.before)
            if dest is not None:
                yield Row(part.actor.name, taken.act[0], taken.before[part.place], dest)

    def is_refused(self, number: int) -> bool:
        """Whether the machines refuse an act."""
        try:
            self.run.fire(*self.board.acts[number])
        except NotEnabled:
            return True
        return False

    def is_as_known(self) -> bool:
        """Whether every machine is in the state that it was last seen in."""
        return [self.run.state(*key) for key in self.board.places.keys] == self.states
