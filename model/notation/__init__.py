"""The notation: terms, machines, events, networks, runs. It has no word of any protocol in it."""

from model.notation.declared import declared
from model.notation.errors import DeclarationError
from model.notation.events import Event, Fault, Scope, all_, event
from model.notation.machines import Actor, Move, on, same, stays, unchanged
from model.notation.network import Network, build
from model.notation.run import NotEnabled, Run, Shape
from model.notation.terms import (
    FALSE,
    HOST,
    TRUE,
    Sort,
    States,
    Term,
    after,
    all_of,
    any_of,
    every,
    happens,
    iff,
    implies,
    some,
)
from model.notation.words import words

__all__ = [
    "FALSE",
    "HOST",
    "TRUE",
    "Actor",
    "DeclarationError",
    "Event",
    "Fault",
    "Move",
    "Network",
    "NotEnabled",
    "Run",
    "Scope",
    "Shape",
    "Sort",
    "States",
    "Term",
    "after",
    "all_",
    "all_of",
    "any_of",
    "build",
    "declared",
    "event",
    "every",
    "happens",
    "iff",
    "implies",
    "on",
    "same",
    "some",
    "stays",
    "unchanged",
    "words",
]
