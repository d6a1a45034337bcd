"""The inner loop without numba: Python works with numbers of numpy there, which have an end, and must find the same place."""

from __future__ import annotations

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
