"""Inner loops compiled to machine code where numba is installed; without it the same code runs, slowly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])
try:
    from numba import njit

    COMPILED = True
except ImportError:  # numba is an optional package
    COMPILED = False


def machine_code(function: Function) -> Function:
    """The function compiled when it is called first, and kept on disk; as it stands, where numba is not installed."""
    return cast(Function, njit(cache=True)(function)) if COMPILED else function


def inner_loop(function: Function) -> Function:
    """The same of a function that makes no arrays: it does not count who holds those that it is given, which would take most of the
    time of one that is called often."""
    return cast(Function, njit(cache=True, _nrt=False)(function)) if COMPILED else function  # type: ignore[call-overload]  # not told
