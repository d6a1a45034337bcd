"""Work bounded by what is counted, not by a clock: a machine that does other things as well counts the same."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from inspect import CO_GENERATOR
from types import FrameType
from typing import Any


class TooMuch(AssertionError):
    """More work was done than is allowed. It is raised in the middle of it, so that nobody waits for its end."""


_OWN = {__file__, contextlib.__file__}


@contextmanager
def calls(most: int) -> Iterator[None]:
    """Within, at most so many Python functions are called (generators, each time they go on, included). Raises TooMuch."""
    left, before = most, sys.getprofile()

    def count(frame: FrameType, what: str, _: Any) -> None:
        nonlocal left
        left -= what == "call" and frame.f_code.co_filename not in _OWN
        # Raised while Python ends a generator that nobody holds, it would be lost, and nobody would count any more.
        if left < 0 and not frame.f_code.co_flags & CO_GENERATOR:
            raise TooMuch(f"more than {most:,} calls")

    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(before)
    if left < 0:
        raise TooMuch(f"more than {most:,} calls")
