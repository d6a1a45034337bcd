"""Visit every state of a few VMs, kept apart or interchangeable, by whichever engine can: exact counts, depth, and the first
state of whatever is looked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from itertools import combinations_with_replacement, product
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from model.notation.terms import Term
from proofs.counts.by_axes import visit_with_numpy
from proofs.counts.result import TooMuchMemory, Visited, check_memory
from proofs.counts.tables import STAY, Joined, Move, Tables
from proofs.search.plain import LimitReached
from proofs.search.swift import explore_swiftly

if TYPE_CHECKING:
    from proofs.counts.by_rank import Flat

MEMORY = 4 << 30
"""Bytes that a visit may take, if nothing is said."""

ENGINES = ("numpy", "numba")


def visit(
    tables: Tables,
    vms: int,
    *,
    apart: bool = False,
    look: Mapping[str, Term] | None = None,
    memory: int = MEMORY,
    engine: str | None = None,
) -> Visited:
    """Visit every state of `vms` VMs. apart: tell states apart that differ only in which VM is which. look: terms about states,
    by name; a nearest state of each is noted. memory: bytes at most. engine: "numpy" or "numba"; if nothing is said, the
    quicker one of those that are installed. Raises TooMuchMemory before anything is taken (the swift search: when the states
    that it met take so much), and ValueError if an engine cannot."""
    if vms < 1:
        raise ValueError(f"a visit of {vms} VMs: at least one is needed")
    if engine is None:
        engine = "numba" if not apart and find_spec("numba") else "numpy"
    if engine not in ENGINES:
        raise ValueError(f"there is no engine {engine}: use {' or '.join(ENGINES)}")
    if engine == "numba" and not find_spec("numba"):
        raise ValueError("numba is not installed: install the extra packages of shadowproof[fast]")
    if engine == "numba":
        return _visit_with_numba(tables, vms, apart, look or {}, memory)
    return (visit_with_numpy if apart else _visit_swiftly)(tables, vms, look or {}, memory)


_A_STATE = 100
"""Bytes that the swift search takes for each state that it keeps."""


def _visit_swiftly(tables: Tables, vms: int, look: Mapping[str, Term], memory: int) -> Visited:
    try:
        found = explore_swiftly(tables.compiled, vms, states=look, limit=memory // _A_STATE)
    except LimitReached as reached:
        raise TooMuchMemory(f"{reached}: more than {memory / 2**20:,.0f} MiB hold") from None
    hits = {name: hit.state for name, hit in found.hits.items()}
    return Visited("numpy", found.states, found.steps, found.depth, hits)


def size_of(tables: Tables, vms: int, apart: bool) -> list[int]:
    """How many states could be at each place."""
    counts = map(len, tables.alphabets)
    return [n**vms if apart else comb(n + vms - 1, vms) for n in counts]


def _visit_with_numba(tables: Tables, vms: int, apart: bool, look: Mapping[str, Term], memory: int) -> Visited:
    from proofs.counts import by_rank  # noqa: PLC0415 - loading numba takes a second

    check_memory(3 * sum(size_of(tables, vms, apart)) // 8, memory)
    flat = flattened(tables, vms, apart, look)
    size = -(-int(flat.first[-1]) // 8)
    seen, now, following = (np.zeros(size, np.uint8) for _ in range(3))
    hits = np.full(len(look), -1, np.int64)
    states = 0
    for place, digits in tables.starts:
        chosen = product(digits, repeat=vms) if apart else combinations_with_replacement(digits, vms)
        for start in map(np.array, chosen):
            number = by_rank.rank_of(flat, place, start, vms, apart)
            if not seen[number >> 3] >> (number & 7) & 1:
                seen[number >> 3] |= 1 << (number & 7)
                now[number >> 3] |= 1 << (number & 7)
                by_rank.look(flat, place, start, vms, number, hits)
                states += 1
    steps, depth, new = 0, -1, states
    while new:
        depth += 1
        taken, new = by_rank.visit_level(flat, now, following, seen, vms, apart, hits)
        steps, states = steps + taken, states + new
        now, following = following, now
    found = {name: _state(tables, flat, int(hits[k]), vms, apart) for k, name in enumerate(look) if hits[k] >= 0}
    return Visited("numba", states, steps, depth, found)


def _state(tables: Tables, flat: Flat, number: int, vms: int, apart: bool) -> tuple[int, ...]:
    from proofs.counts import by_rank  # noqa: PLC0415 - loading numba takes a second

    place = int(np.searchsorted(flat.first, number, side="right")) - 1
    digits = np.zeros(vms, np.int64)
    by_rank.digits_of(flat, place, number, digits, vms, apart)
    return tables.state(place, tuple(int(digit) for digit in digits))


class _Rows:
    """Rows of moves, one after the other; maps of digits that are alike are kept once."""

    def __init__(self) -> None:
        self.ends, self.place2, self.digit2, self.others = [0], list[int](), list[int](), list[int]()
        self.maps: list[int] = []
        self._known: dict[tuple[int, ...], int] = {STAY: -1}

    def add(self, moves: Iterable[Move]) -> None:
        for move in moves:
            if move.others not in self._known:
                self._known[move.others] = len(self.maps)
                self.maps += move.others
            self.place2.append(move.place)
            self.digit2.append(-1 if move.digit is None else move.digit)
            self.others.append(self._known[move.others])
        self.ends.append(len(self.place2))


def flattened(tables: Tables, vms: int, apart: bool, look: Mapping[str, Term]) -> Flat:
    """The tables as flat arrays."""
    from proofs.counts.by_rank import Flat  # noqa: PLC0415 - loading numba takes a second

    places = range(len(tables.hosts))
    digits = [len(alphabet) for alphabet in tables.alphabets]
    looked = (
        tables.looked_for(look) if look else [(Joined((0,), (0,) * n, ((0,),)), [frozenset[str]()]) for n in digits]
    )
    rows, host_at, host_rows, vm_at, vm_rows = _Rows(), list[int](), [0], list[int](), [0]
    for p in places:
        host_at.append(len(host_rows) - 1)
        for moves in tables.of_host[p]:
            rows.add(moves)
            host_rows.append(len(rows.place2))
    vm_rows = [len(rows.place2)]
    for p in places:
        vm_at.append(len(vm_rows) - 1)
        for of_mask in tables.of_vm[p]:
            for moves in of_mask:
                rows.add(moves)
                vm_rows.append(len(rows.place2))
    names = list(look)
    flags = [sum(1 << names.index(name) for name in found) for _, holds in looked for found in holds]
    rank = [[comb(n, i + 1) for n in range(max(digits) + vms)] for i in range(vms)]
    return Flat(
        first=_ints(_offsets(size_of(tables, vms, apart))),
        digits=_ints(digits),
        own_at=_ints(_offsets(digits)[:-1]),
        own=_ints(own for guards in tables.guards for own in guards.own),
        sets=_ints(len(guards.sets) for guards in tables.guards),
        union_at=_ints(_offsets([len(guards.sets) ** 2 for guards in tables.guards])[:-1]),
        union=_ints(one for guards in tables.guards for row in guards.union for one in row),
        host_at=_ints(host_at),
        host_rows=_ints(host_rows),
        vm_at=_ints(vm_at),
        vm_rows=_ints(vm_rows),
        place2=_ints(rows.place2),
        digit2=_ints(rows.digit2),
        others=_ints(rows.others),
        maps=_ints(rows.maps),
        rank=np.array(rank, np.int64),
        look_own=_ints(own for seen, _ in looked for own in seen.own),
        look_sets=_ints(len(seen.sets) for seen, _ in looked),
        look_at=_ints(_offsets([len(seen.sets) ** 2 for seen, _ in looked])[:-1]),
        look_union=_ints(one for seen, _ in looked for row in seen.union for one in row),
        look_flag_at=_ints(_offsets([len(seen.sets) for seen, _ in looked])[:-1]),
        look_flags=_ints(flags),
    )


def _ints(numbers: Iterable[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.fromiter(numbers, np.int64)


def _offsets(sizes: Sequence[int]) -> list[int]:
    found = [0]
    for size in sizes:
        found.append(found[-1] + size)
    return found
