"""A profile as one more machine of the protocol: it takes part in what the requester does, and allows only what its table has.

Its states are those of the requester with what is left of the calls that end the session. The requester's own machine stays as it is:
what neither allows does not happen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import cast

from conformance.requesters.profile import (
    ABORT,
    AFTER,
    COMPLETE,
    COPY,
    DIES,
    DO_SNAPSHOT_SET,
    FAIL,
    NEXT,
    NOT_SUCCEEDED,
    RELEASE,
    STATUS,
    SUCCEEDED,
    Answer,
    Profile,
)  # fmt: skip
from model.actors.requester import BACKUP_OPEN, IN_BACKUP, IN_RESTORE, RESTORE_OPEN, Requester, requester
from model.notation import Actor, States, build, on, stays
from model.notation.errors import Place
from model.notation.machines import Move
from model.notation.network import Network
from model.notation.terms import FALSE
from model.protocol import PROTOCOL

R = Requester
NAME = "profile"
STATUSES = ("file_restore_status_set", "file_status_forgotten")
CONTROLLED = frozenset({*requester.events, *STATUSES})
"""The events that a profile decides about."""


class Own(Enum):
    """What may befall the requester itself, of which its table says what it does."""

    NOTHING = "nothing befalls the requester"
    CANCELLED = "somebody cancels while DoSnapshotSet runs"
    TOO_LATE = "DoSnapshotSet takes longer than the requester waits"
    COPY_FAILS = "the copy of the files fails"
    COPY_CANCELLED = "somebody cancels the copy"
    KILLED = "its process is killed"
    NO_AUTORECOVERY = "it is asked for a context that carries NO_AUTORECOVERY"


Plan = tuple[str, ...] | None
Node = tuple[Requester, Plan]
STOP = "(the copy stops)"


@dataclass(frozen=True)
class Conduct:
    """What a profile may do next, in one of the things that may befall it: in backups, or in restores."""

    profile: Profile
    own: Own
    restores: bool = False

    def moves(self, node: Node) -> Iterator[tuple[str, Node]]:
        """Each event it allows, and where it is then."""
        at, plan = node
        if at in BACKUP_OPEN | RESTORE_OPEN:
            yield "host_loses_power", (R.AT_REST, None)
        if self.own is Own.KILLED and at in IN_BACKUP:
            yield "requester_vanishes", (R.VANISHED, None)
        if self.own is Own.KILLED and at in IN_RESTORE:
            yield "requester_vanishes", (R.RESTORE_VANISHED, None)
        yield from self._before(at)
        yield from self._in_the_set(at, plan)
        yield from self._copying(at, plan)
        yield from self._ending(at, plan)
        yield from self._restoring(at)

    def _before(self, at: R) -> Iterator[tuple[str, Node]]:
        match at:
            case R.AT_REST:
                if self.restores:
                    yield "restore_initialized", (R.RESTORE_INITIALIZED, None)
                else:
                    yield "backup_initialized", (R.INITIALIZED, None)
            case R.INITIALIZED:
                carries = self.profile.no_autorecovery == "true" or self.own is Own.NO_AUTORECOVERY
                yield "context_set_without_autorecovery" if carries else "context_set", (R.CONTEXT_SET, None)
            case R.CONTEXT_SET:
                yield "writer_metadata_gathered", (R.METADATA_GATHERED, None)
            case R.METADATA_GATHERED:
                yield "snapshot_set_started", (R.CHOOSING, None)
                yield "released_unprepared", (R.RELEASED, None)
            case R.CHOOSING:
                yield "vm_chosen", (R.CHOOSING, None)
                if not self.profile.all_volumes:
                    yield "volume_missing", (R.CHOOSING, None)
                yield "released_unprepared", (R.RELEASED, None)
                yield "prepared_for_backup", (R.PREPARED, None)
            case R.PREPARED:
                yield "snapshot_set_begun", (R.SNAPSHOTTING, None)

    def _in_the_set(self, at: R, plan: Plan) -> Iterator[tuple[str, Node]]:
        row = self.profile.row(DO_SNAPSHOT_SET)
        assert row is not None  # noqa: S101 - a profile is checked when it is read
        if at is R.SNAPSHOTTING:
            failed: Node = (R.SNAPSHOT_FAILED, self._to_the_end(row.answer("failed")))
            outcome = {Own.CANCELLED: "cancelled", Own.TOO_LATE: "timed_out"}.get(self.own)
            answer = row.answer(outcome) if outcome else NEXT
            yield "snapshot_set_made", (R.SNAPSHOT_MADE, self._after(row.then) if answer == AFTER else None)
            yield "snapshot_set_failed", failed
            yield from self._gives_up_waiting(answer)
        elif at is R.SNAPSHOT_MADE and plan is not None:
            if plan[0] in (COMPLETE, SUCCEEDED, NOT_SUCCEEDED):
                for event in ("status_is_good", "failure_ignored"):
                    yield event, (R.COPYING, (STOP, *plan))
            else:
                yield from self._gives_up(plan)
        elif at is R.SNAPSHOT_MADE:
            yield "status_is_good", (R.COPYING, None)
            yield from self._learns_of_a_failure()

    def _after(self, then: Answer) -> Plan:
        return None if isinstance(then, str) else _plan(then)

    def _learns_of_a_failure(self) -> Iterator[tuple[str, Node]]:
        """What comes of a writer that has failed: it never looks, it goes on, or it ends the session."""
        row = self.profile.status_row
        answer = row.answer("writer_failed") if row is not None else NEXT
        if isinstance(answer, str):
            yield "failure_ignored", (R.COPYING, None)
            return
        plan = _plan(answer)
        if plan[0] in (COMPLETE, SUCCEEDED, NOT_SUCCEEDED):
            yield "failure_ignored", (R.COPYING, (STOP, *plan))  # the set was made, so that BackupComplete is accepted
        else:
            yield "status_shows_failure", (R.FAILURE_SEEN, plan)

    def _gives_up_waiting(self, answer: Answer) -> Iterator[tuple[str, Node]]:
        if answer == DIES:
            yield "requester_vanishes", (R.VANISHED, None)
        elif not isinstance(answer, str):
            left = [
                call for call in _plan(answer) if call in (ABORT, RELEASE)
            ]  # while the call runs, VSS refuses others
            if left[0] == ABORT:
                yield "requester_aborts", (R.ABORTED, tuple(left[1:]))
            else:
                yield "released_while_waiting", (R.VANISHED, None)

    def _gives_up(self, plan: tuple[str, ...]) -> Iterator[tuple[str, Node]]:
        if plan[0] == ABORT:
            yield "requester_aborts", (R.ABORTED, plan[1:])
        else:
            yield "released_early", (R.RELEASED, None)

    def _copying(self, at: R, plan: Plan) -> Iterator[tuple[str, Node]]:
        if at is R.COPYING and plan is not None:
            yield "copy_fails", (R.COPY_FAILED, plan[1:])
        elif at is R.COPYING:
            yield "files_copied", (R.COPIED, None)
            row = self.profile.row(COPY)
            outcome = {Own.COPY_FAILS: "failed", Own.COPY_CANCELLED: "cancelled"}.get(self.own)
            if row is not None and outcome:
                yield from self._copy_stops(row.answer(outcome), failed=outcome == "failed")
        elif at is R.COPY_FAILED and plan is not None:
            yield from self._ends_after_copy(plan)
        elif at is R.COPIED:
            yield self._reports(), (R.REPORTED, None)

    def _reports(self) -> str:
        return "success_reported" if self.profile.row(SUCCEEDED) is not None else "success_not_reported"

    def _copy_stops(self, answer: Answer, *, failed: bool) -> Iterator[tuple[str, Node]]:
        if answer == DIES:
            yield "requester_vanishes", (R.VANISHED, None)
        elif isinstance(answer, str):
            if failed and self.profile.reports == "true":
                yield "failed_copy_reported_as_success", (R.REPORTED, None)
            elif failed:
                report = (NOT_SUCCEEDED,) if self.profile.reports == "false" else ()
                yield "copy_fails", (R.COPY_FAILED, (*report, *self._rest()))
        elif not failed and answer[0] in (ABORT, RELEASE):
            yield from self._gives_up(_plan(answer))
        else:
            yield "copy_fails", (R.COPY_FAILED, _plan(answer))

    def _rest(self) -> tuple[str, ...]:
        """What is called after the copy, whatever came of it."""
        return tuple(row.call for row in self.profile.rows if row.call in (COMPLETE, RELEASE))

    def _ends_after_copy(self, plan: tuple[str, ...]) -> Iterator[tuple[str, Node]]:
        match plan[0]:
            case "SetBackupSucceeded(false)":
                yield "failure_reported", (R.REPORTED, plan[1:])
            case "BackupComplete":
                yield "success_not_reported", (R.REPORTED, plan)
            case _:
                yield from self._gives_up(plan)

    def _to_the_end(self, answer: Answer) -> Plan:
        """The calls that follow where DoSnapshotSet has failed: those of the answer, or of the rows that are left."""
        if answer == DIES:
            return (DIES,)
        if not isinstance(answer, str):
            return _plan(answer)
        row = self.profile.row(COMPLETE)
        left = [COMPLETE] if row is not None else []
        refused = row.answer("failed") if row is not None else NEXT
        return (*left, *(_plan(refused) if not isinstance(refused, str) else (RELEASE,)))

    def _ending(self, at: R, plan: Plan) -> Iterator[tuple[str, Node]]:
        match at:
            case R.SNAPSHOT_FAILED | R.COMPLETE_REFUSED | R.FAILURE_SEEN:
                yield from self._after_failure(at, plan or (RELEASE,))
            case R.ABORTED:
                left = plan or (RELEASE,)
                if left[0] == COMPLETE:
                    yield "completed_after_failure", (R.ABORTED, left[1:])
                else:
                    yield "released", (R.RELEASED, None)
            case R.REPORTED if plan is not None:
                if plan[0] == COMPLETE:
                    yield "backup_completed", (R.COMPLETED, None)
                else:
                    yield from self._gives_up(plan)
            case R.REPORTED if self.profile.row(COMPLETE) is not None:
                yield "backup_completed", (R.COMPLETED, None)
            case R.REPORTED:
                yield "released_early", (R.RELEASED, None)
            case R.COMPLETED:
                yield "released", (R.RELEASED, None)
            case R.RELEASED:
                yield "backup_shutdown_returned", (R.AT_REST, None)
            case R.VANISHED:
                yield "shutdown_after_vanishing", (R.RELEASED, None)

    def _after_failure(self, at: R, plan: tuple[str, ...]) -> Iterator[tuple[str, Node]]:
        match plan[0]:
            case "AbortBackup":
                yield "backup_aborted", (R.ABORTED, plan[1:])
            case "BackupComplete" if at is R.SNAPSHOT_FAILED:
                yield "completed_after_failure", (R.COMPLETE_REFUSED, plan[1:])
            case "dies":
                yield "requester_vanishes", (R.VANISHED, None)
            case "Release":
                yield "released_without_abort", (R.RELEASED, None)
            case _:
                yield from self._after_failure(at, plan[1:] or (RELEASE,))

    def _restoring(self, at: R) -> Iterator[tuple[str, Node]]:
        calls = [row.call for row in self.profile.restore_rows]
        match at:
            case R.RESTORE_INITIALIZED:
                for event in (
                    "vm_chosen_for_restore",
                    "vm_chosen_for_restore_elsewhere",
                    "vm_chosen_for_restore_to_a_third_place",
                ):
                    yield event, (at, None)
                yield "released_unrestored", (R.RESTORED, None)
                yield "pre_restore_called", (R.PRE_RESTORING, None)
            case R.PRE_RESTORING:
                yield "pre_restore_finished", (R.RESTORING_FILES, None)
                yield from self._writer_failed_in_pre_restore(calls)
            case R.RESTORING_FILES if "PostRestore" in calls:
                yield "post_restore_called", (R.POST_RESTORING, None)
            case R.RESTORING_FILES:
                yield "post_restore_never_called", (R.RESTORED, None)
            case R.POST_RESTORING:
                yield "post_restore_finished", (R.RESTORED, None)
            case R.RESTORED:
                yield "restore_released", (R.AT_REST, None)
            case R.RESTORE_VANISHED:
                yield "restore_dropped", (R.AT_REST, None)

    def _writer_failed_in_pre_restore(self, calls: list[str]) -> Iterator[tuple[str, Node]]:
        after = calls.index("PreRestore") + 1 if "PreRestore" in calls else 0
        row = self.profile.restore_rows[after] if calls[after : after + 1] == [STATUS] else None
        answer = row.answer("writer_failed") if row is not None else FAIL
        if isinstance(answer, str):
            yield "post_restore_despite_failure", (R.POST_RESTORING, None)
        else:
            yield "restore_given_up", (R.RESTORED, None)


def _plan(answer: Answer) -> tuple[str, ...]:
    """The calls of an answer that mean something to the writer; DeleteSnapshots, say, does not."""
    return tuple(call for call in answer if call in (ABORT, COMPLETE, RELEASE, NOT_SUCCEEDED)) or (RELEASE,)


def network_of(profile: Profile, own: Own, *, restores: bool = False) -> Network:
    """The protocol with this requester in it, which backs up, or restores."""
    conduct = Conduct(profile, own, restores)
    nodes: dict[Node, str] = {}
    steps: list[tuple[str, Node, Node]] = []
    waiting: list[Node] = [(R.AT_REST, None)]
    while waiting:
        node = waiting.pop()
        if node in nodes:
            continue
        nodes[node] = _name(node, len(nodes))
        for event, target in conduct.moves(node):
            steps.append((event, node, target))
            waiting.append(target)
    meanings = {name: _meaning(node, name) for node, name in nodes.items()}
    states = cast(type[States], States("ProfileStates", meanings))  # type: ignore[call-arg]  # an enumeration made by a call
    actor = Actor(
        NAME, states, starts=states[nodes[R.AT_REST, None]], says=f"What the requester {profile.name} allows itself."
    )
    rows = [on(event, states[nodes[a]], states[nodes[b]]) for event, a, b in steps]
    rows += [stays(event)[0] for event in _statuses(profile)]
    used = {move.event for move in rows}
    never = [Move(event, None, None, FALSE, Place("profile", 0)) for event in sorted(CONTROLLED - used)]
    actor.table(*rows, *never)
    return build(
        [*PROTOCOL.actors.values(), actor], PROTOCOL.events.values(), PROTOCOL.faults.values(), PROTOCOL.at_start,
        PROTOCOL.known_ids,
    )  # fmt: skip


def _statuses(profile: Profile) -> tuple[str, ...]:
    sets = any(row.call.startswith("SetFileRestoreStatus") for row in profile.restore_rows)
    return STATUSES[:1] if sets else STATUSES[1:]


def _name(node: Node, number: int) -> str:
    at, plan = node
    return at.name if plan is None else f"{at.name}_{re.sub(r'[^A-Z]', '', '_'.join(plan).upper())[:20]}_{number}"


def _meaning(node: Node, name: str) -> str:
    at, plan = node
    left = f", and then: {', '.join(plan)}" if plan else ""
    return f"{at.value}{left} ({name})" if plan is not None else at.value
