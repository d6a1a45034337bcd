"""A run set in lanes: a column for the numbers of its steps, one for the host, one for each VM."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from operator import gt
from textwrap import wrap

NUMBER = 7
"""The width of the step numbers' column."""


@dataclass(frozen=True)
class Line:
    """One line of the story: the steps it tells, and what stands in each lane (host first)."""

    first: int
    last: int
    lanes: tuple[str, ...]

    @property
    def number(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"


def in_lanes(told: Sequence[Line], spell: Callable[[str], str], width: int) -> list[str]:
    """The lines set in columns, wrapped inside them where the page is too narrow."""
    lines = [replace(line, lanes=tuple(map(spell, line.lanes))) for line in told]
    widths = [max(len(line.lanes[lane]) for line in lines) + 2 for lane in range(len(lines[0].lanes))]
    names = [_longest(line.lanes[lane] for line in lines) for lane in range(len(widths))]
    while sum(widths) > width - NUMBER and any(map(gt, widths, names)):
        _, first = max((wide, -lane) for lane, wide in enumerate(widths) if wide > names[lane])
        widths[-first] -= 1
    text = []
    for line in lines:
        cells = [wrap(cell, wide - 2, subsequent_indent="  ") for cell, wide in zip(line.lanes, widths, strict=True)]
        for row, lanes in enumerate(zip_longest(*cells, fillvalue="")):
            number = line.number if row == 0 and line.first else ""
            set_out = "".join(f"{lane:{wide}}" for lane, wide in zip(lanes, widths, strict=True))
            text.append(f"{number:>{NUMBER - 2}}  {set_out}".rstrip())
    return text


def _longest(cells: Iterable[str]) -> int:
    """How wide a lane must be for no name in it to be cut."""
    return max((len(word) + 4 for cell in cells for word in cell.split()), default=4)
