"""Visit every state of a few VMs, kept apart, with numpy: for each place one array of bits, with an axis for each VM.

A move of one VM is then a shift along its axis, of all states at once. The last VM is packed into machine words. How large
the arrays are is known before: the number of VM states at a place, to the power of the number of VMs.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.notation.terms import Term
from proofs.counts.result import Visited, check_memory
from proofs.counts.tables import STAY, Joined, Move, Tables

Words = npt.NDArray[np.unsignedinteger]
_COPIES = 5
"""Arrays that a level takes: states seen, states of this level, of the next, and two that come and go."""


@dataclass(frozen=True)
class _Layout:
    """How the states of one place are packed: VMs, digits a VM, words for the last VM, bits in each."""

    vms: int
    digits: int

    @property
    def bits(self) -> int:
        return 8 if self.digits <= 8 else 16 if self.digits <= 16 else 32 if self.digits <= 32 else 64

    @property
    def words(self) -> int:
        return -(-self.digits // self.bits)

    @property
    def shape(self) -> tuple[int, ...]:
        return (*(self.digits,) * (self.vms - 1), self.words)

    @property
    def size(self) -> int:
        """In bytes."""
        return math.prod(self.shape) * self.bits // 8

    def zeros(self) -> Words:
        return np.zeros(self.shape, f"uint{self.bits}")

    def word(self, digit: int) -> tuple[int, int]:
        """The word and the bit of a digit of the last VM."""
        return divmod(digit, self.bits)

    def set_of(self, digits: Iterable[int]) -> Words:
        """A set of digits, as the last VM is packed."""
        row = np.zeros(self.words, f"uint{self.bits}")
        for digit in digits:
            word, bit = self.word(digit)
            row[word] |= row.dtype.type(1 << bit)
        return row


def shifts(before: _Layout, after: _Layout, moved: Iterable[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    """Moves of digits of the last VM, many at once: (word, bits that move, how far, word afterwards)."""
    found: dict[tuple[int, int, int], int] = {}
    for one, two in moved:
        (word, bit), (word2, bit2) = before.word(one), after.word(two)
        found[word, bit2 - bit, word2] = found.get((word, bit2 - bit, word2), 0) | 1 << bit
    return [(word, bits, far, word2) for (word, far, word2), bits in found.items()]


def _shift(source: Words, how: Sequence[tuple[int, int, int, int]], target: Words) -> None:
    for word, bits, far, word2 in how:
        chosen = source[..., word] & source.dtype.type(bits)
        chosen = chosen.astype(target.dtype, copy=False) if target.dtype.itemsize > source.dtype.itemsize else chosen
        if far > 0:
            chosen <<= chosen.dtype.type(far)
        elif far < 0:
            chosen >>= chosen.dtype.type(-far)
        target[..., word2] |= chosen.astype(target.dtype, copy=False)


class _Place:
    """One place: its layout, its moves, and what its VMs contribute together."""

    def __init__(self, tables: Tables, place: int, vms: int) -> None:
        self.layout = _Layout(vms, len(tables.alphabets[place]))
        self.guards = tables.guards[place]
        self._prefixes: dict[int, npt.NDArray[np.integer]] = {}
        of_vm: dict[tuple[int, Move, int], set[int]] = {}
        of_host: dict[Move, set[int]] = {}
        for k in range(len(self.guards.sets)):
            for move in tables.of_host[place][k]:
                of_host.setdefault(move, set()).add(k)
            for digit, moves in enumerate(tables.of_vm[place][k]):
                for move, times in Counter(moves).items():
                    for once in range(times):  # two parts of a VM that move alike are two steps
                        of_vm.setdefault((digit, move, once), set()).add(k)
        possible = [
            frozenset(k for k, found in enumerate(self.guards.sets) if not self.guards.sets[own] & ~found)
            for own in self.guards.own
        ]
        every = frozenset(range(len(self.guards.sets)))
        self.of_vm: dict[frozenset[int], list[tuple[int, Move]]] = {}
        for (digit, move, _), where in of_vm.items():
            gate = every if where == possible[digit] else frozenset(where)
            self.of_vm.setdefault(gate, []).append((digit, move))
        self.of_host: dict[frozenset[int], list[Move]] = {}
        for move, where in of_host.items():
            self.of_host.setdefault(frozenset(where), []).append(move)

    def where(self, states: Words, seen: Joined, allowed: frozenset[int]) -> Words:
        """Those of the states whose VMs together contribute one of the allowed sets of bits."""
        if len(allowed) == len(seen.sets):
            return states
        layout = self.layout
        nothing = [
            layout.set_of(d for d, own in enumerate(seen.own) if (own if u is None else seen.union[u][own]) in allowed)
            for u in (*range(len(seen.sets)), None)
        ]
        rows: Words = np.stack(nothing)[self._prefix(seen)]
        return states & rows

    def _prefix(self, seen: Joined) -> npt.NDArray[np.integer]:
        """What all VMs but the last contribute together, for each of their states; with one VM, nothing."""
        key = id(seen)
        if key not in self._prefixes:
            small = np.uint8 if len(seen.sets) < 255 else np.uint32
            own = np.array(seen.own, small)
            union = np.array([*seen.union, range(len(seen.sets))], small)
            found: npt.NDArray[np.integer] = np.array(len(seen.sets), small)
            for _ in range(self.layout.vms - 1):
                found = union[found[..., None], own]
            self._prefixes[key] = found
        return self._prefixes[key]


class _Search:
    def __init__(self, tables: Tables, vms: int, look: Mapping[str, Term], memory: int) -> None:
        self.tables, self.vms = tables, vms
        layouts = [_Layout(vms, len(alphabet)) for alphabet in tables.alphabets]
        check_memory(_COPIES * sum(layout.size for layout in layouts), memory)
        self.places = [_Place(tables, p, vms) for p in range(len(tables.hosts))]
        self.looked_for = tables.looked_for(look) if look else []
        self.hits: dict[str, tuple[int, ...]] = {}

    def run(self) -> Visited:
        seen: dict[int, Words] = {}
        level: dict[int, Words] = {}
        for place, digits in self.tables.starts:
            array = self._at(level, place)
            array[np.ix_(*[digits] * (self.vms - 1))] = self.places[place].layout.set_of(digits)
        depth = -1
        while level:
            depth += 1
            for place, states in level.items():
                self._at(seen, place)[...] |= states
                self._look(place, states)
            level = self._next(level, seen)
        steps = sum(self._steps(place, array) for place, array in seen.items())
        return Visited("numpy", sum(map(_count, seen.values())), steps, depth, self.hits)

    def _at(self, arrays: dict[int, Words], place: int) -> Words:
        if place not in arrays:
            arrays[place] = self.places[place].layout.zeros()
        return arrays[place]

    def _next(self, level: dict[int, Words], seen: Mapping[int, Words]) -> dict[int, Words]:
        """The states one step further that were not seen before."""
        following: dict[int, Words] = {}
        for p, states in level.items():
            place = self.places[p]
            for gate, moves in place.of_host.items():
                chosen = place.where(states, place.guards, gate)
                for move in moves:
                    self._carry(p, chosen, move, range(self.vms), self._at(following, move.place))
            for gate, moved in place.of_vm.items():
                self._move(p, place.where(states, place.guards, gate), moved, following)
        for p in following.keys() & seen.keys():
            following[p] &= ~seen[p]
        return {p: states for p, states in following.items() if states.any()}

    def _move(self, p: int, states: Words, moved: Sequence[tuple[int, Move]], following: dict[int, Words]) -> None:
        """One VM moves by itself: each VM in turn."""
        stay = sorted({(digit, move.digit) for digit, move in moved if move.others == STAY and move.digit is not None})
        if stay:
            target = self._at(following, p)
            for axis in range(self.vms - 1):
                for digit, digit2 in stay:
                    target[_on(axis, digit2)] |= states[_on(axis, digit)]
            layout = self.places[p].layout
            _shift(states, shifts(layout, layout, stay), target)
        for digit, move in moved:
            if move.others != STAY:
                for mover in range(self.vms):
                    self._carry_with(p, states, mover, digit, move, self._at(following, move.place))

    def _carry_with(self, p: int, states: Words, mover: int, digit: int, move: Move, target: Words) -> None:
        """One VM moves and the host with it: the digits of the others mean the same VM states at another place."""
        layout, layout2, digit2 = self.places[p].layout, self.places[move.place].layout, move.digit or 0
        if mover < self.vms - 1:
            others = [axis for axis in range(self.vms) if axis != mover]
            chosen = np.zeros(
                (*(1 if a == mover else layout.digits for a in range(self.vms - 1)), layout.words), states.dtype
            )
            chosen[_on(mover, 0)] = states[_on(mover, digit)]
            self._carry(p, chosen, move, others, target, _on(mover, slice(digit2, digit2 + 1)))
            return
        only = layout.zeros()
        _shift(states, shifts(layout, layout, [(digit, digit)]), only)
        moved = _along(only, range(self.vms - 1), move.others, layout2.digits)
        _shift(moved, shifts(layout, layout2, [(digit, digit2)]), target)

    def _carry(
        self, p: int, states: Words, move: Move, axes: Iterable[int], target: Words, where: tuple[slice | int, ...] = ()
    ) -> None:  # fmt: skip
        """The digits of these VMs become others."""
        if move.others == STAY:
            target[(*where, ...)] |= states
            return
        layout, layout2 = self.places[p].layout, self.places[move.place].layout
        moved = _along(states, (axis for axis in axes if axis < self.vms - 1), move.others, layout2.digits)
        pairs = [(one, two) for one, two in enumerate(move.others) if two >= 0]
        _shift(moved, shifts(layout, layout2, pairs), target[(*where, ...)])

    def _steps(self, p: int, states: Words) -> int:
        """How many steps lead out of these states: VMs are interchangeable, so the steps of one VM count for each."""
        place, found = self.places[p], 0
        for gate, moves in place.of_host.items():
            found += len(moves) * _count(place.where(states, place.guards, gate))
        for gate, moved in place.of_vm.items():
            chosen = place.where(states, place.guards, gate)
            times = Counter(digit for digit, _ in moved)
            for digit, count in times.items():
                if self.vms > 1:
                    found += self.vms * count * _count(chosen[digit])
                else:
                    word, bit = place.layout.word(digit)
                    found += count * (int(chosen[word]) >> bit & 1)
        return found

    def _look(self, p: int, states: Words) -> None:
        """Note the first state in which each looked-for term holds."""
        if not self.looked_for:
            return
        seen, holds = self.looked_for[p]
        for name in frozenset[str]().union(*holds) - self.hits.keys():
            allowed = frozenset(k for k, found in enumerate(holds) if name in found)
            chosen = self.places[p].where(states, seen, allowed)
            if chosen.any():
                self.hits[name] = self.tables.state(p, self._first(p, chosen))

    def _first(self, p: int, states: Words) -> tuple[int, ...]:
        *others, word = (int(i) for i in np.unravel_index(int(np.flatnonzero(states)[0]), states.shape))
        value = int(states[(*others, word)])
        return (*others, word * self.places[p].layout.bits + (value & -value).bit_length() - 1)


def _count(states: Words) -> int:
    return int(np.bitwise_count(states).sum(dtype=np.int64))


def _on(axis: int, digit: int | slice) -> tuple[int | slice, ...]:
    return (*(slice(None),) * axis, digit)


def _along(states: Words, axes: Iterable[int], digits: Sequence[int], count: int) -> Words:
    """The states with the digits of some VMs (not the last) mapped to others."""
    for axis in axes:
        shape = list(states.shape)
        shape[axis] = count
        after = np.zeros(shape, states.dtype)
        for digit, digit2 in enumerate(digits):
            if digit2 >= 0:
                after[_on(axis, digit2)] |= states[_on(axis, digit)]
        states = after
    return states


def visit_with_numpy(tables: Tables, vms: int, look: Mapping[str, Term], memory: int) -> Visited:
    """Visit every state of `vms` VMs, kept apart. look: terms about states; the first state of each is noted. memory: bytes
    at most. Raises TooMuchMemory before anything is taken."""
    return _Search(tables, vms, look, memory).run()
