"""Processes that work for this one end with it, however it ends: nobody is left behind who goes on working and writing."""

from __future__ import annotations

import os
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import ParamSpec, TypeVar

from proofs.computer.garbage import look_seldom_for_garbage

Asked = ParamSpec("Asked")
Found = TypeVar("Found")

_EVERY = 0.2
"""Seconds between two looks whether the parent is still there."""

_WATCHING = threading.Event()

_EARLY_STOPS = (r"\d+ tasks (have been|which were) ", "A worker stopped while some jobs were given to the executor")
"""How the warnings begin that joblib has for it."""


def for_this_process(work: Callable[Asked, Found]) -> Callable[Asked, Found]:
    """The same work, to be done by a child of this process: whoever does it ends when this process does."""
    return partial(_worked, os.getpid(), work)


def _worked(parent: int, work: Callable[Asked, Found], *args: Asked.args, **named: Asked.kwargs) -> Found:
    if os.getpid() != parent and not _WATCHING.is_set():
        look_seldom_for_garbage()
    end_with(parent)
    return work(*args, **named)


@contextmanager
def early_stops_are_meant() -> Iterator[None]:
    """Within, joblib warns of nobody who stops early: it takes that for a mistake. Here a cache is full, a solver errs, or a person has
    seen enough; and a worker who has taken much memory is replaced, which it thinks may be a leak."""
    with warnings.catch_warnings():
        for message in _EARLY_STOPS:
            warnings.filterwarnings("ignore", message, UserWarning)
        yield


def end_with(parent: int) -> None:
    """End this process as soon as its parent is gone: killed, it can tell nobody. In the parent itself nothing happens."""
    if os.getpid() != parent and not _WATCHING.is_set():
        _WATCHING.set()
        threading.Thread(target=_watch, args=(parent,), name="ends with its parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:  # an orphan has another parent at once, also while the dead one is not yet buried
        time.sleep(_EVERY)
    os._exit(1)
