"""Faults of the harness itself, to be planted; and all that was recorded of an agent, to be replayed with them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conformance.agents import calls
from conformance.agents.held import Subject, replay
from conformance.agents.mounts import Mounts
from conformance.agents.recorded import load

Plant = Callable[[pytest.MonkeyPatch], None]


def replay_all(subject: Subject) -> None:
    """Every session that was recorded of an agent. Raises Disagreement, and Differs."""
    for session in load(subject.runs)[1]:
        replay(subject, session)


def thaws_two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    control = Mounts.control

    def twice(guest: Mounts, what: str, number: int) -> int:
        error = control(guest, what, number)
        if what == calls.THAWS and not error and guest.frozen:
            guest.frozen.popitem()
        return error

    monkeypatch.setattr(Mounts, "control", twice)


def takes_a_refused_call_for_done(monkeypatch: pytest.MonkeyPatch) -> None:
    control = Mounts.control

    def done(guest: Mounts, what: str, number: int) -> int:
        error = control(guest, what, number)
        if error and what == calls.FREEZES and number < len(guest.systems):
            guest.frozen.setdefault(number, "agent")
        return error

    monkeypatch.setattr(Mounts, "control", done)


def forgets_who_froze(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mounts, "others_freeze", lambda guest, number: guest.frozen.__setitem__(number, "agent"))


OF_MOUNTS = (thaws_two_at_once, takes_a_refused_call_for_done, forgets_who_froze)
"""Faults of what every agent that freezes is played."""
