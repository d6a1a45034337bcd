"""States of machines as numbers with a digit for each machine, and classes of states that are alike in some places: what an event
reads of a state, and no more, tells what it does there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from model.notation.terms import Every, In, Same, Some, Term, Unchanged, children
from proofs.world.compiled import Compiled
from proofs.world.layout import States, Variables

Number = TypeVar("Number", bound=np.generic)
Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]

NOWHERE = -1


class TooWide(ValueError):
    """A state does not fit into a number, or an event asks too many bits: other engines have to do. The message says which."""


def grown(
    array: npt.NDArray[Number], rows: int, columns: int = 0, fill: int = 0, used: tuple[int, ...] = ()
) -> npt.NDArray[Number]:
    """An array with room for more, filled so. What is filled with zeros is memory that is not taken before it is written to; so no
    more is copied than what is used (all, if it is not said)."""
    shape = rows if array.ndim == 1 else (rows, columns)
    found = np.zeros(shape, array.dtype) if not fill else np.full(shape, fill, array.dtype)
    part = tuple(slice(size) for size in used or array.shape)
    found[part] = array[part]
    return found


@dataclass(frozen=True)
class Reads:
    """What is read: places among the host's machines, among a VM's, and numbers of bits."""

    host: tuple[int, ...]
    vm: tuple[int, ...]
    bits: tuple[int, ...]


def reads_of(compiled: Compiled, terms: Iterable[Term], names: Iterable[str] = ()) -> Reads:
    """What terms read that are said of a VM of the first form (or of the host), and machines beside them."""
    at_host, at_vm = compiled.host_vars.at, compiled.vm_vars[0].at
    number = {(every, body): k for k, (every, body, _) in enumerate(compiled.state_bits)}
    read, bits = set(names), set[int]()
    waiting = list(terms)
    while waiting:
        match waiting.pop():
            case In(actor, _) | Unchanged(actor):
                read.add(actor)
            case Same(left, right):
                read |= {left, right}
            case Every(sort, body) | Some(sort, body) as term if sort == compiled.sort:
                bits.add(number[isinstance(term, Every), body])
            case term:
                waiting += children(term)
    return Reads(
        tuple(sorted(at_host[name] for name in read if name in at_host)),
        tuple(sorted(at_vm[name] for name in read if name in at_vm)),
        tuple(sorted(bits)),
    )


class Digits:
    """States of machines as numbers, with a digit for each machine."""

    def __init__(self, variables: Variables) -> None:
        sizes = [len(actor.states) for actor in variables.actors]
        self.sizes = np.array(sizes, dtype=np.int64)
        if prod(sizes) >= 1 << 62:
            raise TooWide(f"{len(sizes)} machines have too many states together for a number")
        self.strides = np.array([prod(sizes[:i]) for i in range(len(sizes))], dtype=np.int64)

    def number(self, states: Sequence[int]) -> int:
        return int(np.dot(np.asarray(states, dtype=np.int64), self.strides)) if len(states) else 0

    def change(self, before: Sequence[int], after: Sequence[int]) -> int:
        """The difference between two states as numbers."""
        return sum(
            (two - one) * int(stride)
            for one, two, stride in zip(before, after, self.strides, strict=True)
            if one != two
        )


class Classes:
    """States that are alike in some places, numbered as they are met; of each class one example."""

    def __init__(self, places: Sequence[int], digits: Digits) -> None:
        self.places = list(places)
        self.strides = digits.strides[self.places]
        self._numbers: dict[int, int] = {}
        self.examples: list[States] = []
        self.known = np.zeros(0, dtype=np.int32)

    def of(self, states: npt.NDArray[np.int16]) -> Small:
        """The classes of states, one a row."""
        codes = states[:, self.places].astype(np.int64) @ self.strides
        values, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
        found = np.empty(len(values), dtype=np.int32)
        for i, (value, at) in enumerate(zip(values.tolist(), first.tolist(), strict=True)):
            found[i] = self._number(value, tuple(states[at].tolist()))
        classes: Small = found[inverse.reshape(-1)]
        return classes

    def of_one(self, states: States) -> int:
        code = sum(states[i] * int(stride) for i, stride in zip(self.places, self.strides, strict=True))
        return self._number(code, states)

    def _number(self, code: int, states: States) -> int:
        number = self._numbers.get(code)
        if number is None:
            number = self._numbers[code] = len(self.examples)
            self.examples.append(states)
        return number
