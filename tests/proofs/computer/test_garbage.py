"""Garbage in cycles is looked for after a piece of work, and no garbage is kept for good."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from weakref import ref

import pytest

from proofs.computer import garbage
from proofs.computer.garbage import EVERY, GROWN, SELDOM, looked_for_afterwards


class Ring:
    """An object that only looking for garbage finds."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(garbage, "_PIECES", count(1))
    monkeypatch.setattr(garbage, "_KEPT", [0])
    monkeypatch.setattr(garbage, "GROWN", GROWN)  # as it was when this was imported: the tests have more later
    yield
    gc.freeze()


def test_what_is_garbage_within_is_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "SELDOM", 0)
    with looked_for_afterwards():
        assert not gc.isenabled()
        ring = ref(Ring())
        assert ring() is not None
    assert ring() is None
    assert gc.isenabled()


def test_what_is_garbage_later_is_gone_after_some_pieces() -> None:
    with looked_for_afterwards():
        kept = [Ring()]
    ring = ref(kept.pop())
    after: list[bool] = []
    for _ in range(EVERY):
        with looked_for_afterwards():
            pass
        after.append(ring() is None)
    assert not after[0]
    assert after[-1]


def test_little_is_not_worth_a_look_of_its_own() -> None:
    gc.collect()
    with looked_for_afterwards():
        ring = ref(Ring())
    assert ring() is not None
    for _ in range(EVERY):
        with looked_for_afterwards():
            pass
    assert ring() is None


def test_what_was_looked_at_is_not_looked_at_again_before_there_is_more() -> None:
    for _ in range(EVERY):
        with looked_for_afterwards():
            pass
    with looked_for_afterwards():
        kept = [Ring()]
    ring = ref(kept.pop())
    for _ in range(EVERY):
        with looked_for_afterwards():
            pass
    assert ring() is not None
    more = [Ring() for _ in range(gc.get_freeze_count())]
    for _ in range(EVERY):
        with looked_for_afterwards():
            pass
    assert ring() is None
    assert more


def test_who_does_without_looking_is_left_alone() -> None:
    gc.disable()
    try:
        with looked_for_afterwards():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_work_that_fails_leaves_it_as_it_was() -> None:
    with pytest.raises(ValueError, match="no"), looked_for_afterwards():
        raise ValueError("no")
    assert gc.isenabled()


def test_a_command_looks_seldom() -> None:
    asked = "import gc, sys; sys.argv = ['shadowproof', '--version']; import atexit; "
    asked += "atexit.register(lambda: print(gc.get_threshold()[0], gc.get_freeze_count() > 0)); "
    asked += "from shadowproof.cli import main; main()"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[-1] == f"{SELDOM} True"
