"""The inner loop without numba: Python works with numbers of numpy there, which have an end, and must find the same place."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from proofs.views.labelled import label_kernel

KEYS = (0, 1, 41, 2**31 - 1, (7 << 32) | 3, (2**30 << 32) | 2**30)


def plain(function: Any) -> Any:
    """A function as it stands, whether it was compiled or not."""
    return getattr(function, "py_func", function)


@pytest.mark.parametrize("number", [np.int32, np.int64])
def test_a_key_has_the_same_place_whoever_looks_for_it(number: Any) -> None:
    table = np.full((64, 2), -1, np.int64)
    for key in KEYS:
        if key <= np.iinfo(number).max:
            at = plain(label_kernel.row_of)(table, number(key))
            assert at == label_kernel.row_of(table, key)
            table[at] = key, 1


def looks(table: Any, keys: list[int]) -> int:
    """How many slots are looked at to put keys into a table."""
    found, taken = 0, set[int]()
    for key in keys:
        begin = label_kernel.row_of(np.full_like(table, -1), key)
        at = label_kernel.row_of(table, key)
        assert at not in taken
        taken.add(at)
        table[at] = key, 1
        found += (at - begin) % len(table) + 1
    return found


def test_keys_that_follow_one_another_lie_together() -> None:
    table = np.full((1 << 12, 2), -1, np.int64)
    for host in range(20):
        places = [label_kernel.row_of(table, host << 32 | vm) for vm in range(64)]
        assert all(two == one + 1 for i, (one, two) in enumerate(pairwise(places), 1) if i % 8)


@pytest.mark.parametrize("apart", [1, 8, 64])
def test_a_table_that_is_half_full_is_not_searched_for_long(apart: int) -> None:
    keys = [host << 32 | vm * apart for host in range(64) for vm in range(32)]
    assert looks(np.full((2 * len(keys), 2), -1, np.int64), keys) < 6 * len(keys)
