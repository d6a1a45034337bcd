"""Which of the possible events lead towards an aim: those of a plan that is made as if what one event brings stayed
(`proofs.sample.within`), until none of it is left to do; then another is made.

A plan is no promise (two machines may need to be in one another's way first), so steering is a bias and never a rule; the rest is
left to chance.
"""

from __future__ import annotations

from proofs.sample.board import Row
from proofs.sample.walk import Walk
from proofs.sample.within import Within

Aim = Row | str
"""A row of a table, or the name of an event."""


PLANS = 8
"""Plans that are made for one aim: each takes as long as some steps, and what eight miss is left to chance."""


class Guide:
    """Steers one run: `towards(aim)` gives the possible acts that bring it nearer, as far as tables tell."""

    def __init__(self, walk: Walk) -> None:
        self.walk, self.board = walk, walk.board
        self.tolerated = [k for k, is_so in enumerate(walk.tolerated) if is_so]
        self._aim: Aim | None = None
        self._plan: frozenset[int] = frozenset()
        self._since = self._made = 0

    def towards(self, aim: Aim) -> list[int]:
        """The possible acts of the plan for the aim, the aim itself first of all; none: the tables know of no way."""
        if found := [k for k in self._acts(aim) if k in self.walk.possible and self._is(k, aim)]:
            return found
        if aim != self._aim:
            self._aim, self._made, self._plan = aim, 0, frozenset()
        if not self._left() and self._made < PLANS:
            self._made, self._since = self._made + 1, len(self.walk.steps)
            self._plan = Within(self.board, self.walk.states, self.tolerated).plan(aim)
        return sorted(self._left())

    def _left(self) -> frozenset[int]:
        """What of the plan can happen now, and has not happened since it was made."""
        done = {self.board.number[act] for act in self.walk.steps[self._since :]}
        return self._plan & self.walk.possible - done

    def _acts(self, aim: Aim) -> list[int]:
        return self.board.of_event.get(aim if isinstance(aim, str) else aim.event, [])

    def _is(self, number: int, aim: Aim) -> bool:
        """Whether an act that is possible is the aim: for a row, whether it would be taken."""
        if isinstance(aim, str):
            return True
        states = self.walk.states
        return any(
            part.actor.name == aim.machine and states[part.place] == aim.source and part.dest(states) == aim.dest
            for part in self.board.parts[number]
        )
