"""How long things took, where a text says when: held against the published windows and the limits of requesters (`model/windows.py`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from conformance.texts.facts import DATED, IN_UTC, Kind, Mark, Remark
from conformance.texts.times import GAVE_UP
from model.windows import FREEZE_TO_THAW, REQUESTERS_WAITS, Window


@dataclass(frozen=True)
class Span:
    """From one mark to another it took so many seconds. window: what it is held against: of several limits the last that it reached, or
    (reached: none was) the first. is_last: nothing of its kind comes after it in its file, as far as all times there are understood."""

    window: Window
    seconds: float
    opened: Mark
    closed: Mark
    is_last: bool = False

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
        """The fault that the time speaks against; empty: none. A requester's own limit is not known, so it excludes nothing; nor does
        what is of an earlier session of a log."""
        return self.window.fault if self.window.strict and not self.reached and self.is_last else ""


def spans(marks: Sequence[Mark]) -> list[Span]:
    """What took how long, in each file by itself: from an event to the next that ends it, where none of its kind comes between."""
    found: list[Span] = []
    for file in dict.fromkeys(one.place.file for one in marks):
        own = sorted((one for one in marks if one.place.file == file), key=lambda one: one.when.time)
        for since in dict.fromkeys(one.when.since for one in own):
            comparable = [one for one in own if one.when.since == since]
            found += [_as_last(one, own) for one in (*_freezes(comparable), *_waits(comparable))]
    return found


def _freezes(marks: Sequence[Mark]) -> Iterator[Span]:
    """Several databases freeze in one session: it is timed from the first of them until as many have thawed. One that never ended is
    left where a later one begins."""
    first: Mark | None = None
    many = 0
    for one in marks:
        if one.event == FREEZE_TO_THAW.opens:
            if first is None or one.when.time - first.when.time > LATER:
                first, many = one, 0
            many += 1
        elif one.event in FREEZE_TO_THAW.closes and first is not None:
            many -= 1
            if not many:
                yield from _span(first, one, (FREEZE_TO_THAW,))
                first = None


def _waits(marks: Sequence[Mark]) -> Iterator[Span]:
    """A requester has one set at a time: it is timed from where it was begun last."""
    first: Mark | None = None
    for one in marks:
        if one.event == REQUESTERS_WAITS[0].opens:
            first = one
        elif one.event in (*REQUESTERS_WAITS[0].closes, GAVE_UP) and first is not None:
            yield from _span(first, one, REQUESTERS_WAITS)
            first = None


LATER = 900.0
"""Seconds after which what begins, or ends, is of another session: half as long again as the longest limit."""


def _span(first: Mark, last: Mark, windows: Sequence[Window]) -> Iterator[Span]:
    """The time between two marks, where it is known and is of one session."""
    seconds = first.when.until(last.when)
    if seconds is not None and seconds <= LATER:
        reached = [one for one in windows if seconds > one.seconds]
        yield Span(reached[-1] if reached else windows[0], seconds, first, last)


def _as_last(span: Span, marks: Sequence[Mark]) -> Span:
    """The span, and whether it is the last of its kind in its file: its times have dates, and so have all others of its kind there, in
    one way, and none is later."""
    kind = (span.window.opens, *span.window.closes)
    of_kind = [one.when for one in marks if one.event in kind]
    last = span.closed.when
    dated = last.since in (DATED, IN_UTC) and all(one.since == last.since for one in of_kind)
    latest = all(one.time <= last.time and one.other <= last.other for one in of_kind)
    return replace(span, is_last=dated and latest)


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
        return f"So the fault {one.excludes} does not explain this session, if the log is the host's and not a guest's."
    if one.window.strict:
        return "It excludes nothing: it is not known to be of the last session of this log."
    if one.reached:
        return "It came to its end all the same, so the requester of this log has waited."
    return f"None was reached: {one.window.fault} fits only a requester that waits less."
