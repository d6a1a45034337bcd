"""Sets of states said in few words: boxes, in each of which every machine is in one of some states, whatever the others are in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import permutations

Values = tuple[str, ...]
Box = tuple[frozenset[str], ...]
"""For each machine the states it may be in."""

_ORDERS, _POINTS = 24, 6
"""Orders of the machines in which a box is widened; states that one is widened from."""


def boxes(wanted: Collection[Values], others: Collection[Values], reach: Sequence[frozenset[str]]) -> list[Box]:
    """Few boxes in which all that is wanted is, and none of the others; reach: for each machine all its states."""
    return _Covering(wanted, others, reach).boxes()


def has(box: Box, one: Values) -> bool:
    """Whether a state is in a box."""
    return all(state in states for state, states in zip(one, box, strict=True))


class _Covering:
    """What is wanted, and the others, as bits; for each machine and state, those that have it."""

    def __init__(self, wanted: Collection[Values], others: Collection[Values], reach: Sequence[frozenset[str]]) -> None:
        self.every = [*sorted(wanted), *others]
        self.wanted, self.others = (1 << len(wanted)) - 1, (1 << len(self.every)) - (1 << len(wanted))
        self.reach = reach
        self.having: list[dict[str, int]] = [dict.fromkeys(states, 0) for states in reach]
        for i, one in enumerate(self.every):
            for have, state in zip(self.having, one, strict=True):
                have[state] |= 1 << i

    def boxes(self) -> list[Box]:
        found, left = list[Box](), self.wanted
        while left:
            points = [i for i in range(self.wanted.bit_length()) if left >> i & 1][:_POINTS]
            grown = {self._grown(self.every[i], order): None for i in points for order in self._orders()}
            worth = [((self._bits(box) & left).bit_count(), *self._words(box)) for box in grown]
            best = max(range(len(worth)), key=worth.__getitem__)
            found.append(list(grown)[best])
            left &= ~self._bits(found[-1])
        for box in list(found):
            rest = [other for other in found if other is not box]
            together = 0
            for other in rest:
                together |= self._bits(other)
            if rest and not self.wanted & ~together:
                found = rest
        return found

    def _orders(self) -> Iterable[tuple[int, ...]]:
        places = tuple(range(len(self.reach)))
        found = list(permutations(places)) if len(places) <= 5 else [places[i:] + places[:i] for i in places]
        return found[:: max(1, len(found) // _ORDERS)]

    def _bits(self, box: Sequence[frozenset[str]]) -> int:
        found = -1
        for have, states in zip(self.having, box, strict=True):
            if len(states) < len(have):
                bits = 0
                for state in states:
                    bits |= have[state]
                found &= bits
        return found & (self.wanted | self.others)

    def _words(self, box: Box) -> tuple[int, int]:
        """How many machines it says nothing of, and how few states it names."""
        free = sum(len(states) == len(every) for states, every in zip(box, self.reach, strict=True))
        return free, -sum(
            min(len(states), len(every) - len(states)) for states, every in zip(box, self.reach, strict=True)
        )

    def _grown(self, one: Values, order: Sequence[int]) -> Box:
        """The box of one state, made wider as long as it has none of the others: a machine at once, or state after state."""
        box = [frozenset({state}) for state in one]
        for place in order:
            if not self._bits([*box[:place], self.reach[place], *box[place + 1 :]]) & self.others:
                box[place] = self.reach[place]
                continue
            for state in sorted(self.reach[place] - box[place]):
                wider = [*box[:place], box[place] | {state}, *box[place + 1 :]]
                bits = self._bits(wider)
                if not bits & self.others and bits != self._bits(box):
                    box[place] = wider[place]
        return tuple(box)
