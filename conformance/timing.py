"""How long things took, where a text says when: held against the published windows and the limits of requesters (`model/windows.py`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conformance.texts.facts import Kind, Mark, Remark
from conformance.texts.times import GAVE_UP
from model.windows import FREEZE_TO_THAW, REQUESTERS_WAITS, Window


@dataclass(frozen=True)
class Span:
    """From one mark to another it took so many seconds. window: what it is held against: of several limits the last that it reached, or
    (reached: none was) the first."""

    window: Window
    seconds: float
    opened: Mark
    closed: Mark

    @property
    def reached(self) -> bool:
        return self.seconds > self.window.seconds

    @property
    def gave_up(self) -> bool:
        """Whether the text says that a requester did not wait, or got a failure: so that its limit may be why."""
        return self.closed.event in (GAVE_UP, "snapshot_set_failed")

    @property
    def fits(self) -> str:
        """The fault that the time fits; empty: none."""
        return self.window.fault if self.reached and (self.window.strict or self.gave_up) else ""

    @property
    def excludes(self) -> str:
        """The fault that the time speaks against; empty: none. A requester's own limit is not known, so it excludes nothing."""
        return self.window.fault if self.window.strict and not self.reached else ""


def spans(marks: Sequence[Mark]) -> list[Span]:
    """What took how long, in each file by itself: from an event to the next that ends it, where none of its kind comes between."""
    found: list[Span] = []
    for file in dict.fromkeys(one.place.file for one in marks):
        own = sorted((one for one in marks if one.place.file == file), key=lambda one: one.time)
        found += _pairs(own, FREEZE_TO_THAW.opens, FREEZE_TO_THAW.closes, (FREEZE_TO_THAW,))
        waits = REQUESTERS_WAITS
        found += _pairs(own, waits[0].opens, (*waits[0].closes, GAVE_UP), waits)
    return found


def _pairs(marks: Sequence[Mark], opens: str, closes: Sequence[str], windows: Sequence[Window]) -> Iterator[Span]:
    """Several databases freeze in one session: it is timed from the first of them until as many have thawed. One that never ended is
    left where a later one begins."""
    first: Mark | None = None
    many = 0
    for one in marks:
        if one.event == opens:
            if first is None or one.time - first.time > LATER:
                first, many = one, 0
            many += 1
        elif one.event in closes and first is not None:
            many -= 1
            if not many or one.event == GAVE_UP:
                yield _span(first, one, windows)
                first, many = None, 0


LATER = 600.0
"""Seconds after which what begins is of another session."""


def _span(first: Mark, last: Mark, windows: Sequence[Window]) -> Span:
    seconds = last.time - first.time
    reached = [one for one in windows if seconds > one.seconds]
    return Span(reached[-1] if reached else windows[0], seconds, first, last)


def remarks(found: Sequence[Span]) -> list[Remark]:
    return [_remark(one) for one in found[-MOST:]]


MOST = 12
"""Spans that are told, at most: the last ones."""


def _remark(one: Span) -> Remark:
    says = f"{one.window.between} took {one.seconds:,.10g} s (to {one.closed.place})"
    return Remark(Kind.TIME, one.opened.place, f"{says}; {_limit(one)}", _holds(one))


def _limit(one: Span) -> str:
    if one.window.strict:
        return f"the limit of a writer that sets none of its own is {one.window.seconds} s"
    if one.reached:
        return f"longer than {one.window.says.partition(' longer than ')[2].rstrip('.')}"
    limits = ", ".join(f"{window.seconds}" for window in REQUESTERS_WAITS)
    return f"the common limits of requesters are {limits} s"


def _holds(one: Span) -> str:
    if one.fits:
        return f"This fits the fault {one.fits}."
    if one.excludes:
        return f"So the fault {one.excludes} does not explain this session."
    if one.reached:
        return "It came to its end all the same, so the requester of this log has waited."
    return f"None was reached: {one.window.fault} fits only a requester that waits less."
