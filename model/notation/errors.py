"""What a declaration can get wrong, and where it was written."""

from __future__ import annotations

import sys
from dataclasses import dataclass
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
    path = Path(frame.f_code.co_filename)
    file = path.relative_to(_ROOT).as_posix() if path.is_relative_to(_ROOT) else path.name
    return Place(file, frame.f_lineno)


class DeclarationError(ValueError):
    """A declaration makes no sense: the message names the place and what to change."""

    def __init__(self, place: Place | None, problem: str, remedy: str) -> None:
        super().__init__(f"{place or 'model'}: {problem}. {remedy}.")
        self.place = place
