"""How long things took, held against the published windows (`model/windows.py`); where a trace says when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from model.windows import WINDOWS, Window


@dataclass(frozen=True)
class Over:
    """A window was overrun: it took so many seconds, up to this line (0: it is not known which)."""

    window: Window
    seconds: float
    line: int = 0

    @property
    def said(self) -> str:
        """In a sentence."""
        more = f" {self.window.else_}" if self.window.else_ else ""
        return f"{self.window.says} Here it took {self.seconds:g} seconds ({self.window.by}).{more}"


class Clocks:
    """Windows that are open while a run with times is followed."""

    def __init__(self, windows: Iterable[Window] = WINDOWS) -> None:
        self._opens: dict[str, list[Window]] = {}
        self._closes: dict[str, list[Window]] = {}
        for one in windows:
            self._opens.setdefault(one.opens, []).append(one)
            for name in one.closes:
                self._closes.setdefault(name, []).append(one)
        self.events = frozenset({*self._opens, *self._closes})
        self._since: dict[str, float] = {}

    def at(self, event: str, time: float | None, line: int = 0) -> list[Over]:
        """An event, and when it was seen (None: nobody says). The windows that it closes too late."""
        found = []
        for one in self._closes.get(event, ()):
            since = self._since.pop(one.name, None)
            if since is not None and time is not None and time - since > one.seconds:
                found.append(Over(one, time - since, line))
        for one in self._opens.get(event, ()):
            self._since.pop(one.name, None)
            if time is not None:
                self._since[one.name] = time
        return found


def worst(found: Sequence[Over]) -> list[Over]:
    """Of windows from the same event to the same ones the longest that was overrun, each time it was."""
    kept: dict[tuple[str, int], Over] = {}
    for one in found:
        key = one.window.opens + "".join(one.window.closes), one.line
        if key not in kept or kept[key].window.seconds < one.window.seconds:
            kept[key] = one
    return list(kept.values())
