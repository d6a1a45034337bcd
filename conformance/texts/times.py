"""When something happened, where a text says so: entries of event logs with a date, lines of a program's log that begin with a time.

Only what is between two times matters, so a file's clock is taken as it is, and times of two files are never compared. What is not
understood is compared with nothing; a date of a form that is not read, with times beside the same words only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from conformance.texts.facts import DATED, DAYLESS, IN_UTC, Mark, Moment, Seen
from conformance.texts.lines import Line
from conformance.texts.words import Saying

GAVE_UP = "released_while_waiting"

_SET = r"(?:DoSnapshotSet|(?:shadow copy|snapshot) set|VSS snapshots?)"
_OF_SET = rf"\b{_SET}\b.{{0,60}}"
_INSTANCE = r"Shadow copy instance\b.{0,12}\bfreeze"
_LATE = (
    r"(?:timed out|gave up|giving up|time-?out (?:has |was |is )?(?:expired|reached|exceeded|elapsed|occurred)"
    r"|(?:reached|exceeded|hit|ran into) (?:an? |the |its )?time-?out)\b"
)
_GOES_ON = (
    r"(?!\W{0,3}(?:has |is |was )?(?:not\b|never\b|return|complete|done|end|finish|fail|succe|took|time-?out|handler))"
)
"""What does not follow a call's name where the call begins: denials, words of its end, or of settings."""

_MARKS = (
    (Saying(rf"I/O is frozen on database|{_INSTANCE} started"), "freeze_delivered"),
    (Saying(r"OnFreeze\b", after=_GOES_ON), "freeze_delivered"),
    (Saying(r"Freeze (?:was )?(?:delivered|received)\b"), "freeze_delivered"),
    (Saying(rf"I/O was resumed on database|{_INSTANCE} (?:ended|stopped)"), "thaw_delivered"),
    (Saying(r"OnThaw\b", after=_GOES_ON), "thaw_delivered"),
    (Saying(r"Thaw (?:was )?(?:delivered|received)\b"), "thaw_delivered"),
    (Saying(_LATE, before=_OF_SET), GAVE_UP),
    (Saying(_LATE, after=rf".{{0,60}}{_SET}"), GAVE_UP),
    (Saying("time-?out", before=rf"\b{_SET}:\s*", after=r"\W*$"), GAVE_UP),
    (
        Saying(r"(?:failed|failure|errors?|0x8[0-9a-f]{7}L?|VSS_E_\w{3,60}|E_[A-Z]{4,20})\b", before=_OF_SET),
        "snapshot_set_failed",
    ),
    (Saying(r"returned\b", before=_OF_SET, after=r"[\s:=(]*(?:0x0+|0|S_OK)\b(?:\s*\(S_OK)?"), "snapshot_set_made"),
    (Saying(r"(?:succeeded|completed|returned|created|done)\b", before=_OF_SET), "snapshot_set_made"),
    (
        Saying(r"(?:calling|call to|starting|begin(?:ning)?|creating|generat(?:e|ing))\b", after=rf".{{0,20}}{_SET}"),
        "snapshot_set_begun",
    ),
    (Saying(r"(?:called|started|begins?|starts?)\b", before=r"\bDoSnapshotSet\b.{0,10}"), "snapshot_set_begun"),
)
"""What a line shows to have happened; the first that fits."""

_MAY_BE = re.compile("freeze|frozen|thaw|resumed|snapshot|shadow copy", re.I)
"""What is in every line that shows any of it."""

_CLOCK = r"(?P<H>\d{1,2}):(?P<M>\d\d):(?P<S>\d\d)(?:[.,](?P<f>\d{1,9}))?(?![\d:])(?:\s?(?P<half>[AP])\.?\s?M\b\.?)?"
_HOURS = r"[+-](?:0\d|1[0-4])"
_ZONE = (
    rf"(?:\s?(?P<zone>(?:UTC|GMT)?\s?{_HOURS}:?(?:00|15|30|45)(?![\d:])|Z\b|UTC\b|GMT\b)|(?P<hours>{_HOURS})(?![\d:]))?"
)
_DATES = (
    re.compile(rf"(?<![\d/.-])(?P<y>\d{{4}})(?P<by>[-/.])(?P<m>\d\d?)(?P=by)(?P<d>\d\d?)[T ,]+{_CLOCK}{_ZONE}", re.I),
    re.compile(rf"(?<![\d/.-])(?P<d>\d\d?)\.(?P<m>\d\d?)\.(?P<y>\d{{4}}),?\s+{_CLOCK}{_ZONE}", re.I),
    re.compile(rf"(?<![\d/.-])(?P<m>\d\d?)(?P<by>[-/])(?P<d>\d\d?)(?P=by)(?P<y>\d{{4}}),?\s+{_CLOCK}{_ZONE}", re.I),
)
"""Dates with times, as they are understood; the last with day and month in either order."""

_OPEN_ORDER = _DATES[-1]
_ALONE = re.compile(rf"(?<![\d:]){_CLOCK}{_ZONE}", re.I)
_LIKE_A_TIME = re.compile(r"\b\d{1,2}:\d\d\b")
_NO_DATE = re.compile(
    r"(?:[\W_]|\b(?:INFO|INFORMATION|WARN|WARNING|ERR|ERROR|DEBUG|TRACE|FATAL|NOTICE|VERBOSE)\b)*", re.I
)
"""What may stand before a time of day without being a date."""

_MONTH = r"(?:jan|feb|m[a\u00e4]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-z]{0,6}\b"
_WEEKDAY = (
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)(?:[a-z]{0,3}day)?|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch"
    r"|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche)\b"
)
_DAY_FOLLOWS = re.compile(
    rf"[\s,;()\[\]|-]*(?:{_WEEKDAY}|{_MONTH}|\d{{1,4}}[-/.]\d|\d\d?\.?\s{_MONTH}|[^\x00-\x7f\W]{{1,4}}(?!\w))", re.I
)
"""What makes another time of the one before it: a day, or a half of the day in another language."""

_ZONE_FOLLOWS = re.compile(r"\s?\(?(?:[ACEMNP][SD]T|(?:C|E|W)ES?T|AE[SD]T|BST|IST|JST|MSK)\b", re.I)
_DATED = re.compile(r"^(?:Date|Logged|Time ?Created|TimeGenerated)\b\s*:?", re.I)
_ENTRY = re.compile(r"^(?:Log Name\s*:|Event ID\b|Event\[\d+\])", re.I)
_NEAR = 60
"""Signs at the head of a line in which its time begins."""

DAY = 86_400.0
Orders = tuple[str, ...]
"""Which of the two numbers before a year may be the month: "first", "second"."""


def read(lines: Sequence[Line]) -> Seen:
    """What happened when. An entry's date is that of the lines up to the next entry; else a line has its own."""
    events = {at: event for at, line in enumerate(lines) if (event := _event(line.text)) is not None}
    if not events:
        return Seen()
    orders = _orders(lines)
    dates = _dates_of_entries(lines, orders)
    marks: list[Mark] = []
    days, before = 0, 0.0
    for at, event in events.items():
        when = _moment(lines[at].text, orders) or dates.get(at) or Moment()
        if when.since == DAYLESS:  # times of day alone go round
            days += when.time + days * DAY < before - DAY / 2
            before = when.time + days * DAY
            when = Moment(DAYLESS, before, before)
        marks.append(Mark(event, when, lines[at].place, lines[at].said))
    return Seen(marks=tuple(marks))


def _event(text: str) -> str | None:
    if _MAY_BE.search(text) is None:
        return None
    return next((event for saying, event in _MARKS if saying.is_in(text)), None)


def _orders(lines: Sequence[Line]) -> Orders:
    """In which orders of day and month all dates of a text are dates."""
    left: Orders = ("first", "second")
    for line in lines:
        if (one := _OPEN_ORDER.search(line.text)) is not None:
            possible = [order for order in left if int(one["m" if order == "first" else "d"]) <= 12]
            left = tuple(possible) or left
    return left


def _dates_of_entries(lines: Sequence[Line], orders: Orders) -> dict[int, Moment]:
    """For each line of a log's entry the entry's date, which may stand before or after it. A new entry begins at its heading, or at
    a second date."""
    dates: dict[int, Moment] = {}
    for first, end in _entries(lines):
        of = (_moment(line.text, orders) for line in lines[first:end] if _DATED.match(line.text))
        when = next((one for one in of if one is not None), None)
        if when is not None:
            dates.update(dict.fromkeys(range(first, end), replace(when, entry=lines[first].place.line)))
    return dates


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


def _moment(text: str, orders: Orders) -> Moment | None:
    """The time at the head of a line; None: there is none. One that is not understood is unread."""
    for pattern in (*_DATES, _ALONE):
        one = pattern.search(text)
        if one is not None and one.start() < _NEAR:
            break
    else:
        return Moment() if _LIKE_A_TIME.search(text[:_NEAR]) is not None else None
    clock = _clock(one)
    if clock is None or _DAY_FOLLOWS.match(text, one.end()) is not None:
        return Moment()
    follows = _ZONE_FOLLOWS.match(text, one.end())
    zone = follows[0].strip(" (") if follows is not None else ""
    if pattern is _ALONE:
        before = text[: one.start()].strip()
        words = " ".join(
            filter(None, ("" if _NO_DATE.fullmatch(before) else before, one["zone"] or one["hours"], zone))
        )
        return Moment(words or DAYLESS, clock, clock)
    told = [_date(one, order) for order in (orders if pattern is _OPEN_ORDER else ("first",))]
    if None in told:
        return Moment()
    ahead = _ahead(one["zone"] or one["hours"])
    times = [day + clock - (ahead or 0.0) for day in told if day is not None]
    return Moment(zone or (DATED if ahead is None else IN_UTC), times[0], times[-1])


def _clock(one: re.Match[str]) -> float | None:
    """Seconds since midnight; None: no clock shows that."""
    hour, minute, second = int(one["H"]), int(one["M"]), int(one["S"])
    if one["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if one["half"].upper() == "P" else 0)
    if hour > 23 or minute > 59 or second > 60:
        return None
    return hour * 3_600 + minute * 60 + second + float(f"0.{one['f'] or 0}")


def _date(one: re.Match[str], order: str) -> float | None:
    """Seconds from a beginning to that midnight; None: no calendar has it."""
    month, day = (int(one["m"]), int(one["d"])) if order == "first" else (int(one["d"]), int(one["m"]))
    try:
        return date(int(one["y"]), month, day).toordinal() * DAY
    except ValueError:
        return None


def _ahead(zone: str | None) -> float | None:
    """Seconds by which a zone is ahead of UTC; None: no zone is told."""
    if zone is None:
        return None
    sign = "-" if "-" in zone else "+"
    digits = re.sub(r"\D", "", zone).ljust(4, "0")
    return float(f"{sign}{int(digits[:2]) * 3_600 + int(digits[2:4]) * 60}")
