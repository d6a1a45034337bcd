"""What rows and promises of this protocol are written with: `on`, `stays`, `happens` and `fired` of the notation, for the names of its own
events alone. An editor completes those names, and mypy refuses a mistyped one before anything is loaded."""

from __future__ import annotations

from typing import Protocol

from model import notation
from model.event_names import EventName
from model.notation import TRUE, Move, States, Term
from model.notation.terms import SomeStates

__all__ = ["EventName", "Events", "fired", "happens", "on", "stays"]

Events = tuple[EventName, ...]
"""Several events that are spoken of together."""


class _On(Protocol):
    def __call__(self, event: EventName, source: SomeStates, dest: States, when: Term = TRUE) -> Move: ...


class _Stays(Protocol):
    def __call__(self, event: EventName, *more: EventName) -> tuple[Move, ...]: ...


class _Happens(Protocol):
    def __call__(self, *events: EventName) -> Term: ...


on: _On = notation.on
stays: _Stays = notation.stays
happens: _Happens = notation.happens
fired: _Happens = notation.happens
"""Of a witness: one of these events must have happened."""
