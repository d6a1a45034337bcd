"""When something happened, where a text says so: entries of event logs with a date, lines of a program's log that begin with a time.

Only what is between two times matters, so a file's clock is taken as it is: its zone, and the order of day and month where that is
open, are nobody's guess. Times of two files are never compared: their clocks may differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from conformance.texts.facts import Mark, Seen
from conformance.texts.lines import Line

GAVE_UP = "released_while_waiting"

_SET = r"(?:DoSnapshotSet|(?:shadow copy|snapshot) set|VSS snapshots?)"
_LATE = r"(?:timed out|timeout|giv(?:es|ing) up|gave up)"
_BEGINS = r"(?:calling|call to|starting|begin(?:ning)?|creating|generat(?:e|ing))"
_INSTANCE = r"Shadow copy instance\b.{0,12}\bfreeze"

_MARKS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.I), event)
    for pattern, event in (
        (
            rf"I/O is frozen on database|{_INSTANCE} started|\bOnFreeze\b|\bFreeze (?:was )?(?:delivered|received)",
            "freeze_delivered",
        ),
        (
            rf"I/O was resumed on database|{_INSTANCE} (?:ended|stopped)|\bOnThaw\b|\bThaw (?:was )?(?:delivered|received)",
            "thaw_delivered",
        ),
        (rf"{_SET}.{{0,60}}\b{_LATE}|{_LATE}.{{0,60}}{_SET}", GAVE_UP),
        (rf"{_SET}\b.{{0,60}}\b(?:failed|failure|error)\b", "snapshot_set_failed"),
        (rf"{_SET}\b.{{0,60}}\b(?:succeeded|completed|returned|created|done)\b", "snapshot_set_made"),
        (
            rf"\b{_BEGINS}\b.{{0,20}}{_SET}|\bDoSnapshotSet\b.{{0,10}}\b(?:called|started|begins?|starts?)\b",
            "snapshot_set_begun",
        ),
    )
)
"""What a line shows to have happened; the first that fits."""

_CLOCK = r"(?P<H>\d{1,2}):(?P<M>\d\d):(?P<S>\d\d)(?:[.,](?P<f>\d{1,9}))?(?:\s?(?P<half>[AP]M))?"
_DATES = (
    re.compile(rf"\b(?P<y>\d{{4}})-(?P<m>\d\d)-(?P<d>\d\d)[T ]+{_CLOCK}", re.I),
    re.compile(rf"\b(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}})/(?P<y>\d{{4}}),?\s+{_CLOCK}", re.I),
    re.compile(rf"\b(?P<d>\d{{1,2}})\.(?P<m>\d{{1,2}})\.(?P<y>\d{{4}}),?\s+{_CLOCK}", re.I),
    re.compile(rf"(?<![\d:]){_CLOCK}(?![\d:])", re.I),
)
_DATED = re.compile(r"^(?:Date|Logged|Time ?Created|TimeGenerated)\b\s*:?", re.I)
_ENTRY = re.compile(r"^(?:Log Name\s*:|Event ID\b|Event\[\d+\])", re.I)
_NEAR = 60
"""Signs at the head of a line in which its time stands."""


def read(lines: Sequence[Line]) -> Seen:
    """What happened when. An entry's date is that of the lines up to the next entry; else a line has its own."""
    marks: list[Mark] = []
    dates = _dates_of_entries(lines)
    days, before = 0, 0.0
    for at, line in enumerate(lines):
        event = next((name for pattern, name in _MARKS if pattern.search(line.text)), None)
        found = (_time(line.text[:_NEAR]) or dates.get(at)) if event is not None else None
        if event is None or found is None:
            continue
        if found < DAY:  # times of day alone go round
            days += found + days * DAY < before - DAY / 2
            found = before = found + days * DAY
        marks.append(Mark(event, found, line.place, line.said))
    return Seen(marks=tuple(marks))


DAY = 86_400.0


def _dates_of_entries(lines: Sequence[Line]) -> dict[int, float]:
    """For each line of a log's entry the entry's date, which may stand before or after it. A new entry begins at its heading, or at
    a second date."""
    found: dict[int, float] = {}
    for first, end in _entries(lines):
        date = next((t for line in lines[first:end] if _DATED.match(line.text) and (t := _time(line.text))), None)
        if date is not None:
            found.update(dict.fromkeys(range(first, end), date))
    return found


def _entries(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    start, heads = 0, set[str]()
    for at, line in enumerate(lines):
        kind = next((name for name, pattern in (("head", _ENTRY), ("date", _DATED)) if pattern.match(line.text)), "")
        head = line.text.partition(":")[0].casefold() if kind == "head" else kind
        if kind and head in heads:
            yield start, at
            start, heads = at, set()
        if kind:
            heads.add(head)
    yield start, len(lines)


def _time(text: str) -> float | None:
    """Seconds since a beginning of the clock's own; of a time of day alone, since midnight: less than a day."""
    for pattern in _DATES:
        found = pattern.search(text)
        if found is None:
            continue
        told = found.groupdict()
        hour = int(told["H"])
        if told["half"]:
            hour = hour % 12 + (12 if told["half"].upper() == "PM" else 0)
        year, month, day = (int(told.get(part) or 1) for part in "ymd")
        if month > 12 >= day:
            month, day = day, month  # as the rest of the world writes it
        try:
            moment = datetime(year, month, day, hour, int(told["M"]), int(told["S"]), tzinfo=UTC)
        except ValueError:
            return None
        return (moment - _BEGINNING).total_seconds() + float(f"0.{told['f'] or 0}")
    return None


_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
"""Which zone a file's clock is of nobody knows, nor needs to."""
