"""What a declaration can get wrong, and where it was written."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """A file and a line of the declaration."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def caller(depth: int = 2) -> Place:
    """The place that called the function which calls this one (`depth` frames up)."""
    frame = sys._getframe(depth)
    path = Path(frame.f_code.co_filename)
    parts = path.parts
    for root in ("model", "properties", "proofs", "tests"):
        if root in parts:
            return Place("/".join(parts[len(parts) - 1 - parts[::-1].index(root) :]), frame.f_lineno)
    return Place(path.name, frame.f_lineno)


class DeclarationError(ValueError):
    """A declaration makes no sense: the message names the place and what to change."""

    def __init__(self, place: Place | None, problem: str, remedy: str) -> None:
        super().__init__(f"{place or 'model'}: {problem}. {remedy}.")
        self.place = place
