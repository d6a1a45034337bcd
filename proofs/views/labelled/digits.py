"""States of machines as numbers with a digit for each machine, and classes of states that are alike in some places: what an event
reads of a state, and no more, tells what it does there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from operator import mul
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from model.notation.terms import Every, In, Same, Some, Term, Unchanged, children
from proofs.views.labelled.label_kernel import Small, classify, rehash
from proofs.world.compiled import Compiled
from proofs.world.layout import States, Variables

Number = TypeVar("Number", bound=np.generic)

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
        self._strides = [prod(sizes[:i]) for i in range(len(sizes))]
        self.strides = np.array(self._strides, dtype=np.int64)

    def number(self, states: Sequence[int]) -> int:
        return sum(map(mul, states, self._strides))

    def change(self, before: Sequence[int], after: Sequence[int]) -> int:
        """The difference between two states as numbers."""
        found = 0
        for one, two, stride in zip(before, after, self._strides, strict=True):
            if one != two:
                found += (two - one) * stride
        return found


class Classes:
    """States that are alike in some places, numbered as they are met; of each class one example."""

    def __init__(self, places: Sequence[int], digits: Digits) -> None:
        self.places = list(places)
        self.strides = digits.strides[self.places]
        self.examples: list[States] = []


class HostClasses(Classes):
    """Classes of states that are met one by one."""

    def __init__(self, places: Sequence[int], digits: Digits) -> None:
        super().__init__(places, digits)
        self._digits = list(zip(self.places, self.strides.tolist(), strict=True))
        self._numbers: dict[int, int] = {}

    def of(self, states: States) -> int:
        code = 0
        for place, stride in self._digits:
            code += states[place] * stride
        number = self._numbers.get(code)
        if number is None:
            number = self._numbers[code] = len(self.examples)
            self.examples.append(states)
        return number


class VmClasses(Classes):
    """Classes of states that are met many at once. number: which of the classes of its slice it is."""

    def __init__(self, places: Sequence[int], digits: Digits, number: int = 0) -> None:
        super().__init__(places, digits)
        self.number = number
        self._places = np.array(self.places, dtype=np.int64)
        self._table = np.full((64, 2), NOWHERE, dtype=np.int64)
        self._count = np.zeros(1, dtype=np.int64)

    def of(self, states: npt.NDArray[np.int16]) -> Small:
        """The classes of states, one a row."""
        had = len(self.examples)
        found, first = np.empty(len(states), dtype=np.int32), np.empty(had + len(states), dtype=np.int64)
        while not classify(states, self._places, self.strides, self._table, self._count, found, first):
            table = np.full((4 * len(self._table), 2), NOWHERE, dtype=np.int64)
            rehash(self._table, table)
            self._table = table
        self.examples += map(tuple, states[first[had : int(self._count[0])]].tolist())
        return found
