"""What a session is: the requester's calls in their order, what each leaves behind, and that nothing of it is left in the end."""

from model.actors.child import (
    ChildSession,
    ChildSnapshot,
    ChildWriters,
    LiveDisk,
    child_session,
    child_snapshot,
    child_writers,
    live_disk,
)
from model.actors.image import Image, InBackup, Outcome, image, in_backup, outcome
from model.actors.method import Method, Progress, method, progress
from model.actors.parts import Target, target
from model.actors.power import Earlier, earlier
from model.actors.requester import Context, Requester, context, requester
from model.actors.restore import FileRestoreStatus, Files, Place, Restored, file_restore_status, files, place, restored
from model.actors.volumes import Selected, Volumes, selected, volumes
from model.actors.vss import HadPostSnapshot, OtherWriter, Vss, had_post_snapshot, other_writer, vss
from model.actors.writer import (
    LastError,
    Process,
    Returned,
    WriterState,
    last_error,
    process,
    returned,
    writer_state,
)
from model.named import EventName, fired, happens, on, stays
from model.notation import Actor, Move, States, after, every, iff, implies, some, unchanged
from model.sorts import disk, vm
from properties.kinds import always, possible, refines, step
from properties.vocabulary import CHILD_EVENTS, SESSION_STARTS, at_rest, gone, to_be_restored


class Calls(States):
    """A requester's calls, as the overviews of a backup and of a restore order them."""

    NONE = "no session"
    INITIALIZE = "InitializeForBackup"
    CONTEXT = "SetContext"
    GATHER = "GatherWriterMetadata"
    START_SET = "StartSnapshotSet, AddToSnapshotSet and AddComponent"
    PREPARE = "PrepareForBackup"
    DO_SET = "DoSnapshotSet"
    MADE = "DoSnapshotSet returned well"
    FAILED = "DoSnapshotSet returned badly, or the status is bad"
    GOOD = "the status has been looked at, or not"
    COPY = "the files are copied, or could not be"
    REPORT = "SetBackupSucceeded"
    COMPLETE = "BackupComplete"
    ABORT = "AbortBackup"
    RELEASE = "released"
    CHOOSE = "InitializeForRestore, then components are chosen"
    PRE_RESTORE = "PreRestore"
    RESTORE_FILES = "the files are restored, their statuses set"
    POST_RESTORE = "PostRestore"
    OVER = "the restore is over"
    OUT_OF_ORDER = "no session goes like this"


K = Calls
_EVERY = frozenset(Calls)
_ORDER: dict[EventName, tuple[frozenset[States] | States, Calls]] = {
    "backup_initialized": (K.NONE, K.INITIALIZE),
    "context_set": (K.INITIALIZE, K.CONTEXT),
    "context_set_without_autorecovery": (K.INITIALIZE, K.CONTEXT),
    "writer_metadata_gathered": (K.CONTEXT, K.GATHER),
    "snapshot_set_started": (K.GATHER, K.START_SET),
    "vm_chosen": (K.START_SET, K.START_SET),
    "volume_missing": (K.START_SET, K.START_SET),
    "released_unprepared": (K.GATHER | K.START_SET, K.RELEASE),
    "prepared_for_backup": (K.START_SET, K.PREPARE),
    "snapshot_set_begun": (K.PREPARE, K.DO_SET),
    "snapshot_set_made": (K.DO_SET, K.MADE),
    "snapshot_set_failed": (K.DO_SET, K.FAILED),
    "status_is_good": (K.MADE, K.GOOD),
    "status_shows_failure": (K.MADE, K.FAILED),
    "failure_ignored": (K.MADE, K.GOOD),
    "files_copied": (K.GOOD, K.COPY),
    "copy_fails": (K.GOOD, K.COPY),
    "success_reported": (K.COPY, K.REPORT),
    "failure_reported": (K.COPY, K.REPORT),
    "failed_copy_reported_as_success": (K.GOOD, K.REPORT),
    "success_not_reported": (K.COPY, K.REPORT),
    "backup_completed": (K.REPORT, K.COMPLETE),
    "backup_aborted": (K.FAILED, K.ABORT),
    "requester_aborts": (K.START_SET | K.PREPARE | K.DO_SET | K.MADE | K.GOOD | K.COPY | K.REPORT, K.ABORT),
    "released": (K.COMPLETE | K.ABORT, K.RELEASE),
    "released_without_abort": (K.FAILED, K.RELEASE),
    "released_early": (K.START_SET | K.PREPARE | K.MADE | K.GOOD | K.COPY | K.REPORT, K.RELEASE),
    "backup_shutdown_returned": (K.RELEASE, K.NONE),
    "restore_initialized": (K.NONE, K.CHOOSE),
    "vm_chosen_for_restore": (K.CHOOSE, K.CHOOSE),
    "vm_chosen_for_restore_elsewhere": (K.CHOOSE, K.CHOOSE),
    "vm_chosen_for_restore_to_a_third_place": (K.CHOOSE, K.CHOOSE),
    "released_unrestored": (K.CHOOSE, K.OVER),
    "pre_restore_called": (K.CHOOSE, K.PRE_RESTORE),
    "pre_restore_finished": (K.PRE_RESTORE, K.RESTORE_FILES),
    "restore_given_up": (K.PRE_RESTORE, K.OVER),
    "post_restore_despite_failure": (K.PRE_RESTORE, K.POST_RESTORE),
    "post_restore_called": (K.RESTORE_FILES, K.POST_RESTORE),
    "post_restore_never_called": (K.RESTORE_FILES, K.OVER),
    "post_restore_finished": (K.POST_RESTORE, K.OVER),
    "restore_released": (K.OVER, K.NONE),
}
_BACKUP = _EVERY - {K.NONE, K.RELEASE, K.CHOOSE, K.PRE_RESTORE, K.RESTORE_FILES, K.POST_RESTORE, K.OVER, K.OUT_OF_ORDER}
_RESTORE = K.CHOOSE | K.PRE_RESTORE | K.RESTORE_FILES | K.POST_RESTORE | K.OVER
_ENDS: dict[EventName, tuple[frozenset[States], Calls]] = {
    "shutdown_after_vanishing": (_BACKUP, K.RELEASE),
    "restore_dropped": (_RESTORE, K.NONE),
    "host_loses_power": (_EVERY - {K.OUT_OF_ORDER}, K.NONE),
}


def _rows() -> list[Move]:
    """Each call from where it may come; from anywhere else, out of order."""
    rows: list[Move] = []
    for name, (sources, dest) in (_ORDER | _ENDS).items():
        fitting = sources if isinstance(sources, frozenset) else frozenset({sources})
        rows += [on(name, fitting, dest), on(name, _EVERY - fitting, K.OUT_OF_ORDER)]
    return rows


calls = Actor("calls", Calls, starts=K.NONE, observer=True, says="A requester's calls in the order of VSS.")
calls.table(*_rows(), stays("requester_vanishes", "released_while_waiting"))

requester_calls_in_order = refines(
    "The requester's calls come in the order of a VSS backup or a VSS restore, one session after another.",
    calls,
    K.OUT_OF_ORDER,
    sees=(requester,),
    allowed=(),
    shows="BAK-1 RST-3 VSS-7 VSS-8",
    witness=fired("backup_completed"),
)

a_backup_is_completed_or_aborted = step(
    "After BackupComplete the backup is complete, after AbortBackup it is aborted.",
    implies(happens("backup_completed"), after(requester.is_(Requester.COMPLETED)))
    & implies(happens("backup_aborted", "requester_aborts"), after(requester.is_(Requester.ABORTED))),
    shows="BAK-1 VSS-8",
    witness=fired("backup_completed"),
)

_fresh = writer_state.is_(WriterState.STABLE) & last_error.is_(LastError.NO_ERROR) & returned.is_(Returned.NOTHING)

a_backup_may_come_first = possible(
    "A backup can begin with a writer of which nothing has been asked yet.",
    happens("backup_initialized") & _fresh,
    shows="BAK-1",
)

a_restore_may_come_first = possible(
    "A restore can begin with a writer of which nothing has been asked yet.",
    happens("restore_initialized") & _fresh,
    shows="RST-1",
)

a_vanished_requester_is_gone = step(
    "A requester whose process has died makes no call any more.",
    implies(
        requester.is_(Requester.VANISHED | Requester.RESTORE_VANISHED),
        unchanged(requester) | happens("shutdown_after_vanishing", "restore_dropped", "host_loses_power"),
    )
    & implies(happens("requester_vanishes"), after(requester.is_(Requester.VANISHED | Requester.RESTORE_VANISHED))),
    shows="VSS-7",
    witness=fired("requester_vanishes"),
)

context_is_what_was_set = step(
    "The context is what the requester set, and the next session begins with the default again.",
    implies(happens("context_set"), after(context.is_(Context.AUTORECOVERABLE)))
    & implies(happens("context_set_without_autorecovery"), after(context.is_(Context.NO_AUTORECOVERY)))
    & (unchanged(context) | happens("context_set_without_autorecovery", "backup_shutdown_returned", "host_loses_power"))
    & implies(happens(*SESSION_STARTS), context.is_(Context.AUTORECOVERABLE)),
    shows="BAK-12",
    witness=fired("context_set_without_autorecovery"),
)

nothing_of_a_session_is_left_on_the_host = always(
    "When no session is open, the context is the default, VSS is idle and knows of no PostSnapshot, and neither another writer's failure "
    "nor the loss of this one's process is carried over.",
    implies(
        at_rest,
        context.is_(Context.AUTORECOVERABLE)
        & vss.is_(Vss.IDLE)
        & had_post_snapshot.is_(HadPostSnapshot.NO)
        & other_writer.is_(OtherWriter.STABLE)
        & process.is_(Process.SERVING),
    ),
    shows="BAK-1 RST-1",
    derived=True,
    witness=fired("backup_shutdown_returned"),
)

nothing_of_a_backup_is_left = always(
    "When no session is open, no VM is chosen or published, none is on its way, and there is no image, copy or kept snapshot of it.",
    implies(
        at_rest,
        every(
            vm,
            selected.is_(Selected.NO)
            & volumes.is_(Volumes.ALL_IN_SET)
            & method.is_(Method.UNPUBLISHED)
            & progress.is_(Progress.PENDING)
            & earlier.is_(Earlier.UNKNOWN)
            & image.is_(Image.NONE)
            & outcome.is_(Outcome.NOTHING)
            & child_snapshot.is_(ChildSnapshot.NONE)
            & every(disk, in_backup.is_(InBackup.NO)),
        ),
    ),
    shows="BAK-1 BAK-10 VSS-7",
    derived=True,
    witness=fired("backup_shutdown_returned"),
)

nothing_of_a_restore_is_left = always(
    "When no session is open, no VM is chosen for a restore, and no file, status, place or registration of one is pending.",
    implies(
        at_rest,
        every(
            vm,
            selected.is_(Selected.NO)
            & files.is_(Files.NOT_RESTORED)
            & file_restore_status.is_(FileRestoreStatus.NOT_YET)
            & place.is_(Place.DEFAULT)
            & every(disk, target.is_(Target.AS_CONFIGURED))
            & restored.is_(Restored.NO),
        ),
    ),
    shows="RST-1 RST-4 VSS-6",
    derived=True,
    witness=fired("restore_released"),
)

sessions_do_not_overlap = step(
    "A session begins only when none is open.",
    implies(happens(*SESSION_STARTS), at_rest),
    shows="BAK-1 RST-1",
    derived=True,
    witness=fired(*SESSION_STARTS),
)

a_vm_is_chosen_once = step(
    "The requester chooses each VM once: for the backup one that was published, for a restore one to its default place or to another.",
    every(
        vm,
        implies(
            happens("vm_chosen", "volume_missing"), selected.is_(Selected.NO) & after(selected.is_(Selected.FOR_BACKUP))
        )
        & implies(happens("vm_chosen", "volume_missing"), ~method.is_(Method.UNPUBLISHED))
        & implies(
            happens(
                "vm_chosen_for_restore", "vm_chosen_for_restore_elsewhere", "vm_chosen_for_restore_to_a_third_place"
            ),
            selected.is_(Selected.NO) & after(selected.is_(Selected.FOR_RESTORE)),
        )
        & implies(happens("vm_chosen_for_restore"), after(place.is_(Place.DEFAULT)))
        & implies(happens("vm_chosen_for_restore_elsewhere"), after(place.is_(Place.SECOND)))
        & implies(happens("vm_chosen_for_restore_to_a_third_place"), after(place.is_(Place.THIRD))),
    ),
    shows="BAK-15 RST-2 RST-6",
    witness=fired("vm_chosen"),
)

choices_stand_until_the_session_ends = step(
    "A VM that was chosen, for a backup or for a restore, stays so until the session is over.",
    every(
        vm,
        selected.is_(Selected.NO)
        | unchanged(selected)
        | happens("backup_shutdown_returned", "restore_released", "restore_dropped", "host_loses_power"),
    ),
    shows="BAK-13 RST-2",
    witness=fired("backup_shutdown_returned"),
)

child_writers_follow_the_childs_backup = step(
    "The child's writers, where it has any, are told, frozen and thawed with the child's backup, and are stable when it ends.",
    every(
        vm,
        child_writers.is_(ChildWriters.ABSENT)
        | implies(happens("child_prepares_for_backup"), after(child_writers.is_(ChildWriters.PREPARED)))
        & implies(happens("child_freezes"), after(child_writers.is_(ChildWriters.FROZEN)))
        & implies(happens("child_thaws"), after(child_writers.is_(ChildWriters.THAWED)))
        & implies(after(child_session.is_(ChildSession.IDLE)), after(child_writers.is_(ChildWriters.STABLE))),
    ),
    shows="BAK-4 GEN-2",
    witness=fired("child_freezes"),
)

child_writers_move_with_its_backup_only = step(
    "Nothing but the child's own backup, and its end, moves the child's writers; a child that has none gets none.",
    every(
        vm,
        unchanged(child_writers)
        | happens(*CHILD_EVENTS)
        | ~child_session.is_(ChildSession.IDLE) & after(child_session.is_(ChildSession.IDLE)),
    )
    & every(vm, implies(child_writers.is_(ChildWriters.ABSENT), after(child_writers.is_(ChildWriters.ABSENT)))),
    shows="BAK-4 BAK-6",
    witness=fired("child_freezes"),
)

child_snapshot_is_kept_for_the_copy = step(
    "A child's snapshot, once it is taken, is kept until the host's copy exists, the child's own backup fails, or the backup is given up.",
    every(
        vm,
        implies(happens("child_snapshot_taken"), after(child_snapshot.is_(ChildSnapshot.TAKEN)))
        & (
            ~child_snapshot.is_(ChildSnapshot.TAKEN)
            | after(child_snapshot.is_(ChildSnapshot.TAKEN))
            | happens(
                "post_snapshot_delivered",
                "abort_returned",
                "backup_shutdown_returned",
                "host_loses_power",
                "guest_snapshot_fails",
            )
        ),
    ),
    shows="BAK-10 READ-8",
    witness=fired("child_snapshot_taken"),
)

live_disk_goes_on = step(
    "When the child's snapshot is taken the live disk is as in the snapshot; when the child thaws it is written on; it goes with the VM.",
    every(
        vm,
        implies(happens("child_snapshot_taken"), after(live_disk.is_(LiveDisk.AT_SNAPSHOT)))
        & implies(happens("child_thaws"), after(live_disk.is_(LiveDisk.WRITTEN_ON)))
        & implies(happens("vm_deleted"), after(live_disk.is_(LiveDisk.NO_SNAPSHOT))),
    ),
    shows="BAK-10",
    derived=True,
    witness=fired("child_thaws"),
)

no_snapshot_out_of_nothing = step(
    "A child has a snapshot, kept or released, only after it was taken in this session.",
    every(
        vm,
        ~child_snapshot.is_(ChildSnapshot.NONE)
        | after(child_snapshot.is_(ChildSnapshot.NONE))
        | happens("child_snapshot_taken"),
    ),
    shows="BAK-4 BAK-10",
    witness=fired("child_snapshot_taken"),
)

child_snapshot_is_released_with_the_backup = step(
    "Once the host's copy exists, or the backup is given up, the child's snapshot is kept no longer.",
    implies(
        happens("post_snapshot_delivered", "abort_returned", "backup_shutdown_returned", "host_loses_power"),
        every(vm, after(~child_snapshot.is_(ChildSnapshot.TAKEN))),
    ),
    shows="BAK-10 READ-8",
    derived=True,
    witness=fired("post_snapshot_delivered"),
)

status_says_what_was_restored = step(
    "A file restore status that is set is VSS_RS_ALL exactly if all files are restored, VSS_RS_FAILED if some, VSS_RS_NONE if none.",
    every(
        vm,
        implies(
            happens("file_restore_status_set"),
            iff(files.is_(Files.WHOLE), after(file_restore_status.is_(FileRestoreStatus.ALL)))
            & iff(files.is_(Files.IN_PART), after(file_restore_status.is_(FileRestoreStatus.FAILED)))
            & iff(files.is_(Files.NOT_AT_ALL), after(file_restore_status.is_(FileRestoreStatus.NONE))),
        )
        & implies(happens("file_status_forgotten"), after(file_restore_status.is_(FileRestoreStatus.UNDEFINED))),
    ),
    shows="RST-4 VSS-10",
    witness=fired("file_restore_status_set"),
)

statuses_are_set_for_the_chosen = step(
    "PostRestore is called only when the requester has dealt with the status of every chosen VM.",
    implies(
        happens("post_restore_called", "post_restore_despite_failure"),
        every(vm, ~to_be_restored | after(~file_restore_status.is_(FileRestoreStatus.NOT_YET))),
    ),
    shows="RST-4",
    witness=fired("post_restore_called"),
)

a_registered_vm_is_here = step(
    "Registering a restored VM makes the management service know it, if it did not.",
    every(vm, implies(happens("vm_registered"), after(~gone))),
    shows="RST-5",
    witness=fired("vm_registered"),
)

restore_to_the_default_place_succeeds = possible(
    "A VM can be restored to its default place.",
    happens("post_restore_succeeded") & some(vm, to_be_restored & place.is_(Place.DEFAULT)),
    shows="RST-5 RST-6",
)
