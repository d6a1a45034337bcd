"""Runs that try an event and go back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from model.notation import Run


@contextmanager
def undone(run: Run) -> Iterator[None]:
    """What is done inside is taken back: every machine is put back into the state it had."""
    before = run.states()
    yield
    run._states.update(before)
