"""VSS: what the service around the writer fixes."""

from model.actors.child import ChildSnapshot, child_session, child_snapshot, child_writers
from model.actors.image import Outcome, image, outcome
from model.actors.method import Method, method
from model.actors.power import note, power
from model.actors.requester import Requester, requester
from model.actors.restore import FileRestoreStatus, file_restore_status
from model.actors.vss import OtherWriter, Provider, Vss, other_writer, provider, vss
from model.actors.writer import (
    FAILED_IN_SNAPSHOT,
    NOT_REACHED,
    Doing,
    LastError,
    Process,
    Returned,
    WriterState,
    doing,
    last_error,
    process,
    returned,
    writer_state,
)
from model.facts import FLUSH_AND_HOLD_SECONDS, FREEZE_WINDOW_SECONDS, PREPARE_FOR_SNAPSHOT_SECONDS
from model.named import fired, happens
from model.notation import after, every, implies, some, unchanged
from model.readings import READ_2, READ_11, READ_14, AbortWindow, LaterEvents, UndoingFails
from model.sorts import vm
from properties.kinds import Seen, always, fact, possible, precedes, seen, step
from properties.promises.method import fits_as_read
from properties.vocabulary import (
    REPORTED_VETOES,
    SESSION_STARTS,
    VETOES,
    backup_succeeds,
    by_others,
    chosen,
    completed,
    has_vhd,
    restoring,
    to_be_restored,
    writer_failed,
)

_NAMES = (
    "UNKNOWN", "STABLE", "WAITING_FOR_FREEZE", "WAITING_FOR_THAW", "WAITING_FOR_POST_SNAPSHOT",
    "WAITING_FOR_BACKUP_COMPLETE", "FAILED_AT_IDENTIFY", "FAILED_AT_PREPARE_BACKUP", "FAILED_AT_PREPARE_SNAPSHOT",
    "FAILED_AT_FREEZE", "FAILED_AT_THAW", "FAILED_AT_POST_SNAPSHOT", "FAILED_AT_BACKUP_COMPLETE",
    "FAILED_AT_PRE_RESTORE", "FAILED_AT_POST_RESTORE", "FAILED_AT_BACKUPSHUTDOWN",
)  # fmt: skip

writer_state_numbers = fact(
    "The writer states have the numbers of VSS_WRITER_STATE.",
    lambda: tuple((name, WriterState[name].value, number) for number, name in enumerate(_NAMES)),
    shows="VSS-1",
)

unreached_states_are_listed = fact(
    "Exactly the writer states that no move leads to are listed as not reached.",
    lambda: (
        (
            "states without a move",
            {state.name for state in NOT_REACHED},
            set(_NAMES) - {m.dest.name for m in writer_state.moves if m.dest is not None} - set(writer_state.starts),
        ),
    ),
    shows="VSS-1",
)

stable_with_an_error = possible(
    "A writer can be Stable and carry a last error.",
    requester.is_(Requester.AT_REST)
    & writer_state.is_(WriterState.STABLE)
    & ~last_error.is_(LastError.NO_ERROR)
    & happens("backup_initialized"),
    shows="VSS-2",
    needs=("management_service_restarts",),
)

failed_without_an_error = possible(
    "A writer can be Failed with no last error.",
    writer_failed & last_error.is_(LastError.NO_ERROR) & happens("status_shows_failure", "snapshot_set_failed"),
    shows="VSS-2 VSS-12",
)

_FIVE_CODES = (
    LastError.INCONSISTENTSNAPSHOT | LastError.OUTOFRESOURCES | LastError.TIMEOUT | LastError.RETRYABLE
    | LastError.NONRETRYABLE
)  # fmt: skip
writer_raises_five_codes = step(
    "Whatever the writer itself reports is one of the five codes that a writer may raise.",
    implies(
        happens(*REPORTED_VETOES, "post_snapshot_failed", "post_restore_failed"), after(last_error.is_(_FIVE_CODES))
    ),
    shows="VSS-3",
    witness=fired("prepare_for_snapshot_vetoed"),
)

not_responding_is_said_by_vss = step(
    "NOT_RESPONDING comes from VSS, when the writer's process is gone; STATUS_NOT_AVAILABLE never comes.",
    (
        last_error.is_(LastError.NOT_RESPONDING)
        | ~after(last_error.is_(LastError.NOT_RESPONDING))
        | happens("management_service_restarts")
    )
    & after(~last_error.is_(LastError.STATUS_NOT_AVAILABLE)),
    shows="VSS-3",
    witness=fired("management_service_restarts"),
)

time_limits = fact(
    "The bounds on Freeze to Thaw and on held writes are those of VSS; PrepareForSnapshot has none.",
    lambda: (
        ("Freeze to Thaw, seconds", FREEZE_WINDOW_SECONDS, 60),
        ("held writes, seconds", FLUSH_AND_HOLD_SECONDS, 10),
        ("PrepareForSnapshot, seconds", PREPARE_FOR_SNAPSHOT_SECONDS, None),
    ),
    shows="VSS-4",
)

abort_has_a_cause = precedes(
    "Abort is delivered only after AbortBackup, a failed or late Freeze or Thaw, or a failure of provider or VSS.",
    first=(
        "backup_aborted", "requester_aborts", "provider_fails", "freeze_window_overrun", "other_writer_fails_in_freeze",
        "other_writer_fails_in_thaw", "writer_lost",
    ),
    then=("abort_delivered",),
    since=(*SESSION_STARTS, "abort_delivered"),
    shows="VSS-5",
    witness=fired("abort_delivered"),
)  # fmt: skip

veto_alone_causes_no_abort = step(
    "A writer's failure in PrepareForSnapshot or PostSnapshot, this one's or another's, does not make an Abort due, nor does the return "
    "of a DoSnapshotSet that failed.",
    implies(
        happens(
            *VETOES,
            "post_snapshot_failed",
            "snapshot_set_failed",
            "other_writer_fails_in_prepare_for_snapshot",
            "other_writer_fails_in_post_snapshot",
        )
        & ~vss.is_(Vss.ABORT_DUE),
        after(~vss.is_(Vss.ABORT_DUE)),
    ),
    shows="VSS-5",
    witness=fired("prepare_for_snapshot_vetoed"),
)

_post_snapshot_seen = seen("post_snapshot_succeeded", "post_snapshot_failed", since=SESSION_STARTS)
no_abort_after_post_snapshot = step(
    "Abort is not delivered to a writer that has processed PostSnapshot, nor while it does.",
    implies(happens("abort_delivered"), _post_snapshot_seen.is_(Seen.NOT_YET) & ~doing.is_(Doing.POST_SNAPSHOT)),
    shows="VSS-6 READ-14",
    witness=fired("abort_delivered"),
    observers=(_post_snapshot_seen,),
)

_vetoed = writer_state.is_(WriterState.FAILED_AT_PREPARE_SNAPSHOT)
_not_had = _post_snapshot_seen.is_(Seen.NOT_YET) & ~doing.is_(Doing.POST_SNAPSHOT)
_in_time = READ_14.actor.is_(AbortWindow.ANY_TIME)
abort_reaches_a_writer_that_failed = step(
    "Unless the window that READ-14 names is over, AbortBackup after a failure makes an Abort due to a writer that failed in "
    "PrepareForSnapshot and has not had PostSnapshot, whatever the other writers have had; AbortBackup without a failure makes one due to "
    "any writer that has not had PostSnapshot.",
    implies(happens("backup_aborted") & _vetoed & _not_had & _in_time, after(vss.is_(Vss.ABORT_DUE)))
    & implies(happens("requester_aborts") & _not_had, after(vss.is_(Vss.ABORT_DUE))),
    shows="VSS-6 READ-14 READ-2",
    witness=happens("backup_aborted") & _vetoed,
    observers=(_post_snapshot_seen,),
)

an_abort_that_is_too_late_reaches_nobody = step(
    "Outside the window that READ-14 names AbortBackup makes no Abort due.",
    implies(happens("backup_aborted") & READ_14.actor.is_(AbortWindow.UNTIL_RETURN), unchanged(vss)),
    shows="READ-14 VSS-6",
    witness=fired("backup_aborted"),
)

asked_nothing_inside_do_snapshot_set = step(
    "From the start of DoSnapshotSet to its return the requester does nothing but wait, give up, or die.",
    implies(
        requester.is_(Requester.SNAPSHOTTING),
        unchanged(requester)
        | happens(
            "snapshot_set_made", "snapshot_set_failed", "requester_aborts", "released_while_waiting", "requester_vanishes",
            "host_loses_power",
        ),
    )
    & implies(
        happens("status_is_good", "status_shows_failure", "failure_ignored"), requester.is_(Requester.SNAPSHOT_MADE)
    ),
    shows="VSS-13",
    witness=fired("snapshot_set_made"),
)  # fmt: skip

a_failure_is_seen_in_the_status = step(
    "A requester goes on to the copy only if the status shows no failed writer, unless it ignores the status; one whose process has "
    "started again does not respond.",
    implies(
        happens("status_is_good"),
        ~writer_state.is_(FAILED_IN_SNAPSHOT - {WriterState.FAILED_AT_POST_SNAPSHOT})
        & ~other_writer.is_(OtherWriter.FAILED)
        & process.is_(Process.SERVING)
        & (~writer_failed | READ_11.actor.is_(UndoingFails.COPY_COUNTS)),
    ),
    shows="VSS-13 BAK-13 READ-11",
    witness=fired("status_shows_failure"),
)

a_refused_backup_complete_ends_nothing = step(
    "BackupComplete after DoSnapshotSet has failed, or after AbortBackup, is refused: VSS and the writer stay as they are, and the "
    "session is not over.",
    implies(
        happens("completed_after_failure"),
        unchanged(vss, doing, writer_state, last_error, returned)
        & (
            requester.is_(Requester.SNAPSHOT_FAILED) & after(requester.is_(Requester.COMPLETE_REFUSED))
            | requester.is_(Requester.ABORTED) & unchanged(requester)
        ),
    ),
    shows="VSS-14 VSS-8",
    witness=fired("completed_after_failure"),
)

no_abort_in_a_restore = step(
    "There is no Abort in a restore.",
    implies(happens("abort_delivered"), ~restoring),
    shows="VSS-6",
    witness=fired("restore_initialized"),
)

_abort_seen = seen("abort_returned", since=SESSION_STARTS)
repeated_abort_changes_nothing = step(
    "A second Abort of a session changes nothing of any VM.",
    implies(
        doing.is_(Doing.ABORT) & _abort_seen.is_(Seen.HAPPENED) & ~by_others,
        every(vm, unchanged(power, note, child_session, child_writers, child_snapshot, image)),
    ),
    shows="VSS-6",
    witness=happens("abort_returned") & _abort_seen.is_(Seen.HAPPENED),
    observers=(_abort_seen,),
)

_vanished_seen = seen("requester_vanishes", "released_while_waiting", since=(*SESSION_STARTS, "host_loses_power"))
vanished_requester_gets_shutdown_only = step(
    "After the requester has vanished, or has released its object inside DoSnapshotSet, VSS delivers BackupShutdown, in a backup, and "
    "nothing else but an Abort that was due already.",
    implies(
        _vanished_seen.is_(Seen.HAPPENED),
        ~happens(
            "prepared_for_backup", "snapshot_set_begun", "freeze_delivered", "shadow_copies_committed", "thaw_delivered",
            "post_snapshot_delivered", "backup_completed", "files_copied", "success_reported", "pre_restore_called",
            "post_restore_called",
        )
        & (vss.is_(Vss.ABORT_DUE) | after(~vss.is_(Vss.ABORT_DUE))),
    ),
    shows="VSS-7",
    witness=fired("shutdown_after_vanishing"),
    observers=(_vanished_seen,),
)  # fmt: skip

_failure_seen = seen(
    "snapshot_set_failed", "status_shows_failure", "backup_aborted", "requester_aborts", since=SESSION_STARTS
)
no_backup_complete_after_failure = step(
    "BackupComplete is not called after a failed DoSnapshotSet, nor once the status has shown a failed writer, nor after AbortBackup.",
    implies(happens("backup_completed", "completed_after_failure"), _failure_seen.is_(Seen.NOT_YET)),
    shows="VSS-8 VSS-14",
    witness=fired("snapshot_set_failed", "status_shows_failure"),
    observers=(_failure_seen,),
)

abort_needs_no_backup_complete = possible(
    "After AbortBackup a session ends without BackupComplete.",
    happens("released") & requester.is_(Requester.ABORTED),
    shows="VSS-8",
)

method_is_fixed_at_identify = step(
    "A VM's published method changes at Identify only, until the session is over.",
    every(vm, unchanged(method) | happens("writer_metadata_gathered", "backup_shutdown_returned", "host_loses_power")),
    shows="VSS-9",
    witness=fired("writer_metadata_gathered"),
)

vm_may_change_after_identify = possible(
    "A VM that was published with Child VM Snapshot can be saved in PrepareForSnapshot, because it has changed and fits it no longer.",
    some(vm, happens("vm_saved") & method.is_(Method.CHILD_VM_SNAPSHOT) & ~fits_as_read),
    shows="VSS-9 READ-4",
    needs=("integration_service_stops", "operator_changes_vm"),
)

a_forgotten_status_is_not_all = step(
    "VSS_RS_UNDEFINED, VSS_RS_NONE and VSS_RS_FAILED each keep PostRestore from succeeding.",
    implies(
        happens("post_restore_succeeded"),
        every(
            vm,
            ~to_be_restored
            | ~file_restore_status.is_(FileRestoreStatus.UNDEFINED | FileRestoreStatus.NONE | FileRestoreStatus.FAILED),
        ),
    ),
    shows="VSS-10 RST-4",
    witness=happens("post_restore_failed")
    & some(
        vm, file_restore_status.is_(FileRestoreStatus.UNDEFINED | FileRestoreStatus.NONE | FileRestoreStatus.FAILED)
    ),
)

restore_status_numbers = fact(
    "The file restore statuses have the numbers of VSS_FILE_RESTORE_STATUS.",
    lambda: tuple(
        (name, FileRestoreStatus[name].value, k) for k, name in enumerate(("UNDEFINED", "NONE", "ALL", "FAILED"))
    ),
    shows="VSS-10",
)

provider_defeats_child_snapshots = always(
    "With a provider that cannot auto-recover, no VM is backed up by a backup that used Child VM Snapshot for a chosen VM with a VHD.",
    implies(
        completed
        & provider.is_(Provider.CANNOT)
        & some(vm, chosen & has_vhd & ~child_snapshot.is_(ChildSnapshot.NONE)),
        every(vm, ~outcome.is_(Outcome.BACKED_UP)),
    ),
    shows="VSS-11",
    witness=happens("image_cannot_be_rolled_back") & provider.is_(Provider.CANNOT),
)

provider_does_not_defeat_saved_state = possible(
    "With a provider that cannot auto-recover, a Saved State backup can succeed.",
    backup_succeeds
    & provider.is_(Provider.CANNOT)
    & some(vm, outcome.is_(Outcome.BACKED_UP) & method.is_(Method.SAVED_STATE) & has_vhd),
    shows="VSS-11",
    needs=("provider_cannot_auto_recover",),
)

true_is_not_success = step(
    "Freeze is not delivered to a writer that has reported a failure, even if its handler returned TRUE, unless READ-2 says that it gets "
    "the later events.",
    implies(
        happens("freeze_delivered") & writer_failed & READ_2.actor.is_(LaterEvents.NO), after(~doing.is_(Doing.FREEZE))
    ),
    shows="VSS-12 READ-2",
    witness=fired("prepare_for_snapshot_vetoed_returning_true"),
)

failed_and_returned_true = possible(
    "A handler can return TRUE after it has reported a failure.",
    writer_failed & returned.is_(Returned.TRUE) & happens("status_shows_failure", "snapshot_set_failed"),
    shows="VSS-12",
)
