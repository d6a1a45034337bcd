"""What takes too long for every run, and is asked at night: with HYPOTHESIS_PROFILE=nightly."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest

AT_NIGHT = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"

nightly = pytest.mark.skipif(not AT_NIGHT, reason="takes too long for every run: set HYPOTHESIS_PROFILE=nightly")


def in_turn(cases: Iterable[object], turn: int, of: int) -> list[object]:
    """Cases that are asked in several ways: in each run one in so many of them in each way, at night all of them in every way."""
    return [pytest.param(case, marks=[] if number % of == turn else [nightly]) for number, case in enumerate(cases)]
