"""States of machines as rows of an array, and what terms say of all of them at once: a term reads few machines, so it is filled in
once for each combination of their states that occurs."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from math import prod

import numpy as np
import numpy.typing as npt

from model.notation.terms import And, Not, Or, Term, all_of, any_of, children, machines_of
from proofs.world.world import fold_own

Codes = npt.NDArray[np.int64]
"""A number for each row: two rows have the same where nothing tells them apart."""

MOST = 1 << 62
"""More than that no number of `Codes` holds."""


class Rows:
    """Rows of states. states: by machine those that it may be in. numbers: a column for each machine, of places among its states."""

    def __init__(self, states: Mapping[str, Sequence[str]], numbers: Codes) -> None:
        self.states = {name: tuple(found) for name, found in states.items()}
        self.numbers = numbers
        self._at = {name: i for i, name in enumerate(states)}

    @classmethod
    def product(cls, states: Mapping[str, Sequence[str]]) -> Rows:
        """Every combination of states, the last machine's changing fastest."""
        sizes = [len(found) for found in states.values()]
        return cls(states, np.indices(sizes, dtype=np.int64).reshape(len(sizes), prod(sizes)).T)

    @classmethod
    def of(cls, states: Mapping[str, Sequence[str]], rows: Iterable[Mapping[str, str]]) -> Rows:
        """These rows, each with the states by name."""
        number = {name: {state: i for i, state in enumerate(found)} for name, found in states.items()}
        numbers = [[number[name][row[name]] for name in states] for row in rows]
        return cls(states, np.array(numbers, dtype=np.int64).reshape(len(numbers), len(states)))

    def __len__(self) -> int:
        return len(self.numbers)

    def row(self, i: int) -> tuple[str, ...]:
        return tuple(found[k] for found, k in zip(self.states.values(), self.numbers[i].tolist(), strict=True))

    def only(self, chosen: npt.NDArray[np.bool_]) -> Rows:
        return Rows(self.states, self.numbers[chosen])

    def told(self, name: str, says: Mapping[str, Hashable]) -> Codes:
        """What is told of a machine's state, as numbers; of the states that are not named, nothing is."""
        numbers: dict[Hashable, int] = {}
        told = [numbers.setdefault(says.get(state), len(numbers)) for state in self.states[name]]
        return np.array(told, dtype=np.int64)[self.numbers[:, self._at[name]]]

    def read(self, term: Term, known: Mapping[str, frozenset[str]] | None = None) -> tuple[Codes, list[Term]]:
        """What a term says with the states of each row filled in, as numbers of terms. known: the states that are filled in (None: all).

        It is worked out for each combination of the states that it reads."""
        read, back = self.within(machines_of(term))
        told, terms = read._read(term, known)
        return told[back], terms

    def within(self, names: frozenset[str]) -> tuple[Rows, Codes]:
        """The combinations of states of these machines that occur, each once, and for each row which of them it has."""
        kept = sorted(names & self._at.keys())
        places, states = [self._at[name] for name in kept], {name: self.states[name] for name in kept}
        if prod(map(len, states.values())) >= MOST:
            return Rows(states, self.numbers[:, places]), np.arange(len(self))
        codes = np.zeros(len(self), dtype=np.int64)
        for name, place in zip(kept, places, strict=True):
            codes = codes * len(self.states[name]) + self.numbers[:, place]
        _, first, back = np.unique(codes, return_index=True, return_inverse=True)
        return Rows(states, self.numbers[first][:, places]), back.reshape(-1)

    def _read(self, term: Term, known: Mapping[str, frozenset[str]] | None) -> tuple[Codes, list[Term]]:
        """It is put together of what the terms below it say: of these few differ, whatever the states are."""
        parts = children(term) if isinstance(term, (And, Or, Not)) else ()
        if not parts:
            return self._filled(term, known)
        read = [self._read(part, known) for part in parts]
        codes = together([codes for codes, _ in read], len(self))
        _, first = np.unique(codes, return_index=True)
        numbers: dict[Term, int] = {}
        told = np.empty(len(first), dtype=np.int64)
        for i, row in enumerate(first.tolist()):
            said = [terms[codes[row]] for codes, terms in read]
            whole = ~said[0] if isinstance(term, Not) else all_of(*said) if isinstance(term, And) else any_of(*said)
            told[i] = numbers.setdefault(whole, len(numbers))
        return told[codes], list(numbers)

    def _filled(self, term: Term, known: Mapping[str, frozenset[str]] | None) -> tuple[Codes, list[Term]]:
        names = sorted(machines_of(term) & self._at.keys())
        codes = np.zeros(len(self), dtype=np.int64)
        if not names:
            return codes, [term]
        for name in names:
            fills = np.array([known is None or s in known[name] for s in self.states[name]])
            own = self.numbers[:, self._at[name]]
            codes = codes * (len(fills) + 1) + np.where(fills[own], own + 1, 0)
        values, first, back = np.unique(codes, return_index=True, return_inverse=True)
        numbers: dict[Term, int] = {}
        told = np.empty(len(values), dtype=np.int64)
        for i, row in enumerate(first.tolist()):
            at = {name: self.states[name][self.numbers[row, self._at[name]]] for name in names}
            filled = {n: frozenset({s}) for n, s in at.items() if known is None or s in known[n]}
            told[i] = numbers.setdefault(fold_own(term, filled), len(numbers))
        return told[back.reshape(-1)], list(numbers)


def together(told: Iterable[Codes], rows: int) -> Codes:
    """Rows that nothing told of them tells apart, numbered as they are met first."""
    found, many = np.zeros(rows, dtype=np.int64), 1
    for codes in told:
        if rows and (more := int(codes.max()) + 1) > 1:
            if many * more >= MOST:
                values, back = np.unique(found, return_inverse=True)
                found, many = back.reshape(-1), len(values)
            found, many = found * more + codes, many * more
    _, first, back = np.unique(found, return_index=True, return_inverse=True)
    order = np.empty(len(first), dtype=np.int64)
    order[np.argsort(first)] = np.arange(len(first))
    return order[back.reshape(-1)]
