"""How a refusal is tested: in its words, at the one line of the test that is wrong."""

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from model.notation import (
    HOST,
    Actor,
    DeclarationError,
    Event,
    Fault,
    Sort,
    build,
)
from tests.model.notation.house import House, Mode


@contextmanager
def refused(problem: str, remedy: str) -> Iterator[None]:
    """What is done inside is refused in these words, at the one line of the test that is marked as planted."""
    test = sys._getframe(2).f_code
    lines, first = inspect.getsourcelines(test)
    (planted,) = (number for number, line in enumerate(lines, first) if line.rstrip().endswith("# planted"))
    with pytest.raises(DeclarationError) as refusal:
        yield
    place = f"tests/model/notation/{Path(test.co_filename).name}:{planted}"
    assert str(refusal.value) == f"{place}: {problem}. {remedy}."
    assert str(refusal.value.place) == place


def put_together(h: House, *actors: Actor, events: tuple[Event, ...] = (), faults: tuple[Fault, ...] = ()) -> None:
    """The house with more in it."""
    build((*h.actors, *actors), (*h.events, *events), (*h.faults, *faults), (), {"H-1", "H-2"})


def toggle(name: str, of: Sort = HOST, *, observer: bool = False) -> Actor:
    """One more machine of two states."""
    return Actor(name, Mode, of=of, starts=Mode.DAY, says="One more.", observer=observer)
