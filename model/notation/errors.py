"""What a declaration can get wrong, and where it was written."""

from __future__ import annotations

import sys
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parents[2]
"""The folder that holds `model`, `tests` and the other rooms: places are named from here."""


@dataclass(frozen=True)
class Place:
    """A file and a line of the declaration."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def caller(depth: int = 2) -> Place:
    """The place `depth` frames up: 2 is where the function that asks was called (a comprehension is a frame too)."""
    frame = sys._getframe(depth)
    return Place(_named(frame.f_code.co_filename), frame.f_lineno)


@cache
def _named(file: str) -> str:
    """A file of code, from the folder of all rooms."""
    path = Path(file)
    return path.relative_to(_ROOT).as_posix() if path.is_relative_to(_ROOT) else path.name


def written() -> Place:
    """The place of the innermost call that is not the notation's own: where a term was written, through any helper here."""
    depth = 2
    while (sys._getframe(depth).f_globals.get("__name__") or "").rpartition(".")[0] == __name__.rpartition(".")[0]:
        depth += 1
    return caller(depth + 1)


class DeclarationError(ValueError):
    """A declaration makes no sense: the message names the place and what to change."""

    def __init__(self, place: Place | None, problem: str, remedy: str) -> None:
        super().__init__(f"{place or 'model'}: {problem}. {remedy}.")
        self.place = place


def refuse_unless_said(text: object, place: Place, what: str) -> None:
    """Raises DeclarationError at an empty text in the place of a name or a sentence."""
    if not isinstance(text, str) or not text.strip():
        raise DeclarationError(place, f"{what} is empty", "Say it in words")


def refuse_unless_names(names: object, place: Place, what: str, remedy: str) -> None:
    """Raises DeclarationError at what is no collection of names: a text, say, which would be one of letters."""
    if isinstance(names, str) or not isinstance(names, Collection) or not all(isinstance(n, str) for n in names):
        raise DeclarationError(place, f"{what}: {names!r} is no list of names", remedy)
