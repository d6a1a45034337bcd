"""Which duties a requester leaves out, and the least change of its table that mends it.

A duty is left out where a fault of a requester happens in a run that breaks a promise. Each such fault has its mend in the table;
mends are put in until nothing is broken any more that the model's own requester keeps, and each is taken out again that is not needed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from conformance.requesters.judge import REQUESTERS, VOLUME, Broken, Judged, judge
from conformance.requesters.machine import Own
from conformance.requesters.profile import (
    ABORT,
    COMPLETE,
    COPY,
    DO_SNAPSHOT_SET,
    NOT_SUCCEEDED,
    RELEASE,
    RESTORE_CALLS,
    STATUS,
    SUCCEEDED,
    Profile,
    Row,
)  # fmt: skip
from model.protocol import PROTOCOL
from proofs.answers.record import Record
from proofs.answers.verdict import REFUTED

_ABORTS: tuple[str, ...] = (ABORT, RELEASE)
_OUTCOMES = {
    "failed": "fails",
    "writer_failed": "shows a failed writer",
    "cancelled": "is cancelled",
    "timed_out": "takes too long",
}
_REPORTS: tuple[str, ...] = (NOT_SUCCEEDED, COMPLETE, RELEASE)


@dataclass(frozen=True, order=True)
class Change:
    """One change of a table. kind: "answer" (outcome of a call), "row" (a call that is not made), "setting"."""

    kind: str
    call: str
    outcome: str = ""
    answer: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        to = ", ".join(self.answer)
        match self.kind:
            case "status":
                return f"it calls {STATUS} after {DO_SNAPSHOT_SET}, and answers a failed writer with {to}"
            case "row":
                return f"it calls {self.call}"
            case "setting":
                return "it adds every volume that holds a chosen VM's files to the set"
            case _:
                return f"where {self.call} {_OUTCOMES[self.outcome]}, it calls {to}"

    def on(self, profile: Profile) -> Profile:
        """The profile with this change."""
        match self.kind:
            case "status":
                row = profile.status_row
                if row is None:
                    return profile.with_row(Row(STATUS, {"writer_failed": self.answer}), DO_SNAPSHOT_SET)
                return profile.with_answer(STATUS, "writer_failed", self.answer, DO_SNAPSHOT_SET)
            case "row":
                after = SUCCEEDED if self.call == COMPLETE and profile.row(SUCCEEDED) is not None else COPY
                after = after if profile.row(after) is not None else DO_SNAPSHOT_SET
                return profile.with_row(Row(self.call), after)
            case "setting":
                return replace(profile, all_volumes=True)
            case "restore":
                rows = [row for row in profile.restore_rows if row.call != STATUS]
                at = [row.call for row in rows].index("PreRestore") + 1
                row = Row(STATUS, {"writer_failed": self.answer})
                return replace(profile, restore_rows=(*rows[:at], row, *rows[at:]))
            case _:
                changed = profile.with_answer(self.call, self.outcome, self.answer)
                return replace(changed, reports="false") if self.call == COPY else changed


def _change(profile: Profile, fault: str, broken: Broken) -> Change | None:
    """What mends a fault of a requester, where it happened."""
    outcome = {Own.CANCELLED: "cancelled", Own.TOO_LATE: "timed_out"}.get(broken.circumstance.own)
    stops = "cancelled" if broken.circumstance.own is Own.COPY_CANCELLED else "failed"
    seen = broken.run is not None and any(name == "status_shows_failure" for name, _ in broken.run.steps)
    match fault:
        case "failure_ignored":
            return Change("status", STATUS, "writer_failed", _ABORTS)
        case "released_without_abort":
            return (
                Change("status", STATUS, "writer_failed", _ABORTS)
                if seen
                else Change("answer", DO_SNAPSHOT_SET, "failed", _ABORTS)
            )
        case "completed_after_failure":
            return Change("answer", DO_SNAPSHOT_SET, "failed", _ABORTS)
        case "released_while_waiting" | "requester_vanishes" if outcome:
            return Change("answer", DO_SNAPSHOT_SET, outcome, _ABORTS)
        case "released_early" | "requester_aborts" | "copy_fails" if profile.row(COMPLETE) is None:
            return Change("row", COMPLETE)
        case "released_early" | "failed_copy_reported_as_success" | "copy_fails" if profile.row(COPY) is not None:
            return Change("answer", COPY, stops, _REPORTS)
        case "success_not_reported" if profile.row(SUCCEEDED) is None:
            return Change("row", SUCCEEDED)
        case "success_not_reported":
            return Change("answer", COPY, stops, _REPORTS)
        case "post_restore_despite_failure" if any(row.call == "PreRestore" for row in profile.restore_rows):
            return Change("restore", RESTORE_CALLS[2], "writer_failed", (RELEASE,))
    return Change("setting", "AddToSnapshotSet") if fault == VOLUME else None


def faults_in(broken: Broken) -> list[str]:
    """The faults of a requester that happen in a run, the last first."""
    steps = reversed(broken.run.steps) if broken.run is not None else ()
    found = (PROTOCOL.events[name].fault for name, _ in steps)
    return list(dict.fromkeys(one for one in found if one is not None and one in REQUESTERS | {VOLUME}))


def to_blame(profile: Profile, broken: Broken, record: Record) -> str:
    """The fault of a requester that a broken promise comes from: of those in its run, the last that breaks this promise in the record.
    Who looks at the status and completes all the same has looked, and fails to abort."""
    faults = faults_in(broken)
    alone = [one for one in faults if (c := record.cell(broken.promise, one)) is not None and c.verdict == REFUTED]
    found = next(iter(alone or faults), "")
    row = profile.status_row
    looks = row is not None and not isinstance(row.answer("writer_failed"), str)
    return "released_without_abort" if found == "failure_ignored" and looks else found


@dataclass(frozen=True)
class Mended:
    """The changes that mend a requester (none: nothing is to be mended), and what stays broken or open all the same."""

    changes: tuple[Change, ...]
    left: tuple[Broken, ...]


def mend(judged: Judged, record: Record) -> Mended:
    """The least change of the table after which nothing is broken that the model's own requester keeps."""
    changes: list[Change] = []
    left = judged.own_doing
    for _ in range(6):
        new = {
            change
            for one in left
            for fault in faults_in(one)
            if (change := _change(_with(judged.profile, changes), fault, one))
        }
        new -= set(changes)
        if not new:
            break
        changes = [*changes, *sorted(new)]
        left = _again(judged, changes, record).own_doing
    if left:
        return Mended(tuple(changes), left)
    for change in list(changes):
        fewer = [one for one in changes if one != change]
        if fewer and not _again(judged, fewer, record, runs=False).own_doing:
            changes = fewer
    return Mended(tuple(changes), ())


def _with(profile: Profile, changes: Iterable[Change]) -> Profile:
    for change in changes:
        profile = change.on(profile)
    return profile


def _again(judged: Judged, changes: Iterable[Change], record: Record, *, runs: bool = True) -> Judged:
    """The judgement of a changed table, in the circumstances in which something was broken."""
    only = [one for one in judged.circumstances if any(b.circumstance == one for b in judged.own_doing)]
    return judge(_with(judged.profile, changes), record, only, runs=runs)
