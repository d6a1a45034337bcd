"""What is read off a text: facts that the model has a machine for, and remarks on the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from model.notation import Actor, States

Words = frozenset[str]


@dataclass(frozen=True)
class Place:
    """Where something stands: a file (or what was said at the command line), and the line in it, from 1 (0: the whole)."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True)
class Fact:
    """A machine of the model was seen in one of these states. of: whose machine, a VM's by its name, the host's if empty. said: the
    words that say so, as they may be printed. now: it is so at the time of the observation; else a log has it from before. weak: it
    supports what else is seen, and alone says nothing of this writer."""

    machine: str
    states: Words
    place: Place
    said: str
    of: str = ""
    now: bool = True
    weak: bool = False


class Kind(Enum):
    """What a remark is about."""

    OTHER_WRITER = "another writer's line"
    BEYOND = "outside the document"
    OPEN = "left open"
    NOTE = "note"
    TIME = "time"


@dataclass(frozen=True)
class Remark:
    """Something in a text that is no fact of the model. says: what it is; holds: what can be said all the same (or nothing). fault: the
    fault of the model that it speaks for, if it does."""

    kind: Kind
    place: Place
    says: str
    holds: str = ""
    fault: str = ""


DATED, IN_UTC, DAYLESS, UNREAD = "a date", "a date in UTC", "a time of day", ""
"""What a time is counted from; else the words that stand beside it."""


@dataclass(frozen=True)
class Moment:
    """A time in seconds, by the clock of the file that says it, counted from what `since` names: only times since the same can be
    compared, and none that is unread. other: the same with day and month the other way round, where that is open. entry: the line
    at which the log's entry begins whose date it is, which tells no two events of it apart."""

    since: str = UNREAD
    time: float = 0.0
    other: float = 0.0
    entry: int = 0

    def until(self, later: Moment) -> float | None:
        """The seconds from here to another one; None: it is not known."""
        seconds, otherwise = later.time - self.time, later.other - self.other
        known = self.since == later.since != UNREAD and (not self.entry or self.entry != later.entry)
        return seconds if known and abs(seconds - otherwise) < 1e-6 else None


@dataclass(frozen=True)
class Mark:
    """An event of the protocol was seen at a time."""

    event: str
    when: Moment
    place: Place
    said: str


@dataclass(frozen=True)
class Case:
    """Facts that count only if something is so which the text does not say, such as that a line is of this writer."""

    condition: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Seen:
    """All that was read off one text, or several."""

    facts: tuple[Fact, ...] = ()
    remarks: tuple[Remark, ...] = ()
    cases: tuple[Case, ...] = ()
    marks: tuple[Mark, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.facts or self.remarks or self.cases or self.marks)


MOST_FACTS, MOST_REMARKS, MOST_CASES, MOST_MARKS = 200, 60, 4, 400
"""How much is taken from what was read: facts, remarks and times, the last ones; cases, which are each answered, the first ones."""


def together(found: Iterable[Seen]) -> Seen:
    """What was read off several texts; what is said twice is said once. Where there is more than can be answered, it is said."""
    facts: dict[object, Fact] = {}
    remarks: dict[tuple[Kind, str], Remark] = {}
    cases: dict[object, Case] = {}
    marks: list[Mark] = []
    for seen in found:
        marks += seen.marks
        for fact in seen.facts:
            facts.setdefault((fact.machine, fact.states, fact.of if fact.of != "a VM" else fact.place, fact.now), fact)
        for case in seen.cases:
            cases.setdefault(frozenset((one.machine, one.states, one.of) for one in case.facts), case)
        for remark in seen.remarks:
            remarks.setdefault((remark.kind, remark.says), remark)
    told = list(remarks.values())
    for what, many, most in (("facts", len(facts), MOST_FACTS), ("cases", len(cases), MOST_CASES)):
        if many > most:
            first = next(one for group in (facts.values(), *(case.facts for case in cases.values())) for one in group)
            told.append(
                Remark(
                    Kind.OPEN, Place(first.place.file), f"there are {many:,} {what}, of which {most} are taken", _FEWER
                )
            )
    return Seen(
        tuple(facts.values())[-MOST_FACTS:], tuple(told[-MOST_REMARKS:]), tuple(cases.values())[:MOST_CASES], tuple(_last(marks)),
    )  # fmt: skip


def _last(marks: Sequence[Mark]) -> Iterator[Mark]:
    """The last times; of those before, one of each kind in each file, unread: there was more than is looked at."""
    before, last = marks[:-MOST_MARKS], marks[-MOST_MARKS:]
    yield from {(one.event, one.place.file): replace(one, when=Moment()) for one in before}.values()
    yield from last


_FEWER = "Give what was printed or logged around the failed backup."


def fact(
    actor: Actor,
    states: States | Iterable[States],
    place: Place,
    said: str,
    of: str = "",
    now: bool = True,
    weak: bool = False,
) -> Fact:
    """A fact about a machine of the model, in its own states."""
    chosen = (states,) if isinstance(states, States) else tuple(states)
    return Fact(actor.name, frozenset(state.name for state in chosen), place, said, of, now, weak)
