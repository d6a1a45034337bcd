"""A requester as a table: the calls it makes, in their order, and what it does about each outcome of each.

An answer to an outcome is to go on ("next"), to die ("dies"), to wait until the call is over and then end ("after"), or the calls that
end the session, the last of which is Release. A call that is not made has no row.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

MOST_ROWS = 64
MOST_CALLS = 12
"""Calls of one answer."""

NEXT, DIES, AFTER, FAIL = "next", "dies", "after", "fail"
RELEASE, ABORT, COMPLETE, DELETE = "Release", "AbortBackup", "BackupComplete", "DeleteSnapshots"
STATUS, SUCCEEDED, NOT_SUCCEEDED = "GatherWriterStatus", "SetBackupSucceeded", "SetBackupSucceeded(false)"
DO_SNAPSHOT_SET, COPY, PREPARE = "DoSnapshotSet", "Copy", "PrepareForBackup"

BEFORE = (
    "InitializeForBackup", "SetBackupState", "SetContext", "GatherWriterMetadata", "AddComponent", "StartSnapshotSet",
    "AddToSnapshotSet", STATUS,
)  # fmt: skip
"""Calls before PrepareForBackup, whose order makes no difference to this writer."""

CALLS = (*BEFORE, PREPARE, DO_SNAPSHOT_SET, COPY, SUCCEEDED, NOT_SUCCEEDED, COMPLETE, ABORT, DELETE, RELEASE)
RESTORE_CALLS = (
    "InitializeForRestore", "GatherWriterMetadata", STATUS, "SetSelectedForRestore", "PreRestore", "Restore files",
    "SetFileRestoreStatus(ALL)", "PostRestore", RELEASE,
)  # fmt: skip
OUTCOMES = ("failed", "writer_failed", "cancelled", "timed_out")

Answer = str | tuple[str, ...]


class ProfileError(ValueError):
    """A profile makes no sense; one sentence with the place and the remedy."""


@dataclass(frozen=True)
class Row:
    """One call: what comes after each outcome (none: the next row). then: what ends the session once a call that was cancelled is
    over. line: where it stands (0: not known)."""

    call: str
    answers: Mapping[str, Answer] = field(default_factory=dict)
    then: Answer = NEXT
    note: str = ""
    line: int = field(default=0, compare=False, repr=False)

    def place(self, file: str) -> str:
        """Where it stands, as it is told."""
        return f"{file}:{self.line}" if self.line else file

    def answer(self, outcome: str) -> Answer:
        return self.answers.get(outcome, NEXT)


@dataclass(frozen=True)
class Profile:
    """A requester. no_autorecovery: whether its context carries it ("option": as it is asked to). all_volumes: whether it adds every
    volume that holds a chosen VM's files. reports: what it says of a copy that failed where it goes on: "true", "false" or "never".
    components: whether it chooses components (else there is none of which it could report anything).
    facts: what else is told of it: version, source, role, what is certain and what inferred."""

    name: str
    rows: tuple[Row, ...]
    restore_rows: tuple[Row, ...] = ()
    no_autorecovery: str = "false"
    all_volumes: bool = True
    reports: str = "never"
    components: bool = True
    facts: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)

    def row(self, call: str, after: str = "") -> Row | None:
        """The first row of a call (after that of another call, if one is named)."""
        begun = not after
        for row in self.rows:
            if begun and row.call == call:
                return row
            begun = begun or row.call == after
        return None

    def between(self, first: str, last: str) -> list[Row]:
        """The rows between those of two calls."""
        names = [row.call for row in self.rows]
        start = names.index(first) + 1 if first in names else 0
        end = names.index(last, start) if last in names[start:] else len(names)
        return list(self.rows[start:end])

    @property
    def status_row(self) -> Row | None:
        """Where it gathers the writers' status after DoSnapshotSet, before it copies."""
        return next((row for row in self.between(DO_SNAPSHOT_SET, COPY) if row.call == STATUS), None)

    @property
    def calls(self) -> list[str]:
        return [row.call for row in self.rows]

    def with_answer(self, call: str, outcome: str, answer: Answer, after: str = "") -> Profile:
        """The same with another answer in one row."""
        row = self.row(call, after)
        if row is None:
            raise ProfileError(f"{self.name} makes no call {call}. Add its row first.")
        new = replace(row, answers={**row.answers, outcome: answer})
        rows = list(self.rows)
        rows[[one is row for one in rows].index(True)] = new
        return replace(self, rows=tuple(rows))

    def with_row(self, row: Row, after: str) -> Profile:
        """The same with one row more, after the last row of a call."""
        last = max(at for at, one in enumerate(self.rows) if one.call == after)
        return replace(self, rows=(*self.rows[: last + 1], row, *self.rows[last + 1 :]))

    def without(self, call: str, after: str) -> Profile:
        """The same without a call after another."""
        first = self.calls.index(after)
        return replace(self, rows=tuple(r for at, r in enumerate(self.rows) if at <= first or r.call != call))


def checked(profile: Profile, place: str) -> Profile:
    """The profile as it is. Raises ProfileError at what VSS has no order for, and at sessions that never end."""
    calls = profile.calls
    if not 0 < len(calls) <= MOST_ROWS or len(profile.restore_rows) > MOST_ROWS:
        raise ProfileError(
            f"{place}: a profile has 1 to {MOST_ROWS} rows, one a call. Write a row for each call it makes."
        )
    for needed in (DO_SNAPSHOT_SET, RELEASE):
        rows = [row for row in profile.rows if row.call == needed]
        if len(rows) != 1:
            where = rows[1].place(place) if rows else place
            raise ProfileError(f"{where}: a backup makes the call {needed} once. Write its row once.")
    if calls[-1] != RELEASE:
        after = profile.rows[calls.index(RELEASE) + 1]
        raise ProfileError(f"{after.place(place)}: the row after {RELEASE} is never reached. Put {RELEASE} last.")
    made = calls.index(DO_SNAPSHOT_SET)
    for at, row in enumerate(profile.rows):
        wrong = row.call in (COPY, SUCCEEDED, NOT_SUCCEEDED, COMPLETE, ABORT, DELETE) and at < made
        wrong = wrong or (row.call in (*BEFORE[:-1], PREPARE) and at > made)
        if wrong:
            raise ProfileError(
                f"{row.place(place)}: {row.call} cannot stand where it does: VSS refuses it. Move it to its side of {DO_SNAPSHOT_SET}."
            )
    for row in profile.rows:
        _check_answers(row, row.place(place))
    return profile


def _check_answers(row: Row, place: str) -> None:
    for answer in (*row.answers.values(), row.then):
        if isinstance(answer, str):
            if answer not in (NEXT, DIES, AFTER, FAIL):
                raise ProfileError(
                    f"{place}: {row.call}: {answer!r} is no answer. Write next, dies, after, or the calls up to Release."
                )
            continue
        if not answer or answer[-1] != RELEASE or len(answer) > MOST_CALLS or answer.count(RELEASE) > 1:
            raise ProfileError(
                f"{place}: {row.call}: what ends a session is at most {MOST_CALLS} calls, the last of them Release."
            )
        for call in answer:
            known_call(call, CALLS, place)


def known_call(call: str, calls: Sequence[str], place: str) -> str:
    """The call, if there is one of that name. Raises ProfileError."""
    return known("call", call, calls, place)


def known(what: str, name: str, names: Sequence[str], place: str) -> str:
    """The name, if it is one of these. Raises ProfileError."""
    if name in names:
        return name
    close = difflib.get_close_matches(name, names, 1, 0.5)
    raise ProfileError(
        f"{place}: there is no {what} {name!r}. {f'Did you mean {close[0]}?' if close else 'Write one of: ' + ', '.join(names)}"
    )


def answers_of(texts: Mapping[str, str]) -> Iterator[tuple[str, Answer]]:
    """Answers as a table writes them: `next`, or calls with signs between them."""
    for outcome in OUTCOMES:
        text = texts.get(outcome, "").strip()
        if text:
            parts = tuple(part.strip() for part in text.replace(",", ";").split(";") if part.strip())
            yield outcome, (parts[0] if len(parts) == 1 and parts[0] in (NEXT, DIES, AFTER, FAIL) else parts)
