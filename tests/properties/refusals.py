"""What the tests of refused properties share: how a property is loaded, and what its refusal must say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from examples.small_backup import NETWORK, H, P, R, phase, power, result, vm
from model.notation import Actor, DeclarationError, States, every, on, some, stays
from properties.checked import checked
from properties.kinds import Property, fired

SAVED = fired("vm_saved")
over = phase.is_(H.DONE | H.ABORTED)
good = every(vm, result.is_(R.GOOD))
vm_saved = some(vm, power.is_(P.SAVED))

Case = tuple[Callable[[], object], str, str]
"""What loads a wrong property, what is said to be wrong with it, what to do."""


class Told(States):
    NO = "no"
    YES = "yes"
    WRONG = "wrongly"


def watch(*events: str, observer: bool = True, name: str = "told") -> Actor:
    """A machine that goes on with these events, once."""
    made = Actor(name, Told, starts=Told.NO, observer=observer, says="Whether it was told.")
    return made.table(*(row for event in events for row in (on(event, Told.NO, Told.YES), *stays(event))))


def load(found: Property) -> None:
    """As a file of properties is loaded."""
    checked({"it": replace(found, name="it")}, NETWORK)


def refused_where_it_was_written(case: Case) -> None:
    """The case is refused in these words, at a line of its own."""
    wrong, problem, remedy = case
    with pytest.raises(DeclarationError) as refusal:
        wrong()
    assert problem in str(refusal.value)
    assert remedy in str(refusal.value)
    assert refusal.value.place is not None
    code, root = wrong.__code__, Path(__file__).parents[2]
    assert root / refusal.value.place.file == Path(code.co_filename)
    assert refusal.value.place.line in {line for _, _, line in code.co_lines() if line is not None}
