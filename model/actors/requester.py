"""The requester on the host: backup software, one session after another."""

from model.named import on, stays
from model.notation import Actor, States
from model.readings import READ_14, AbortWindow


class Requester(States):
    AT_REST = "no session"
    INITIALIZED = "InitializeForBackup called"
    CONTEXT_SET = "SetContext called"
    METADATA_GATHERED = "GatherWriterMetadata called"
    CHOOSING = "StartSnapshotSet called; components and volumes are being added"
    PREPARED = "PrepareForBackup called"
    SNAPSHOTTING = "inside DoSnapshotSet"
    SNAPSHOT_MADE = "DoSnapshotSet succeeded"
    SNAPSHOT_FAILED = "DoSnapshotSet failed"
    COMPLETE_REFUSED = "DoSnapshotSet failed, and a BackupComplete all the same was refused"
    FAILURE_SEEN = "DoSnapshotSet succeeded, and the status shows a failed writer"
    COPYING = "files are being copied"
    COPIED = "files copied from the shadow copy"
    COPY_FAILED = "the copy of the files failed"
    REPORTED = "SetBackupSucceeded called for each component, or left out"
    COMPLETED = "BackupComplete called"
    ABORTED = "AbortBackup called"
    RELEASED = "the object is released, or its owner is gone: BackupShutdown"
    VANISHED = "gone in the middle of a backup: the process died, or the object was released while DoSnapshotSet ran"
    RESTORE_INITIALIZED = "InitializeForRestore and GatherWriterMetadata called; components are being chosen"
    PRE_RESTORING = "inside PreRestore"
    RESTORING_FILES = "files are being restored and their statuses set"
    POST_RESTORING = "inside PostRestore"
    RESTORED = "the restore is over, well or not"
    RESTORE_VANISHED = "the process died during a restore"


R = Requester

IN_BACKUP = (
    R.INITIALIZED | R.CONTEXT_SET | R.METADATA_GATHERED | R.CHOOSING | R.PREPARED | R.SNAPSHOTTING | R.SNAPSHOT_MADE
    | R.SNAPSHOT_FAILED | R.COMPLETE_REFUSED | R.FAILURE_SEEN | R.COPYING | R.COPIED | R.COPY_FAILED | R.REPORTED | R.COMPLETED | R.ABORTED
)  # fmt: skip
AFTER_FAILURE = R.SNAPSHOT_FAILED | R.COMPLETE_REFUSED | R.FAILURE_SEEN
BEFORE_IDENTIFY = R.INITIALIZED | R.CONTEXT_SET
BEFORE_COMPLETE = R.SNAPSHOT_MADE | R.COPYING | R.COPIED | R.COPY_FAILED | R.REPORTED
BACKUP_OPEN = IN_BACKUP | R.RELEASED | R.VANISHED
IN_RESTORE = R.RESTORE_INITIALIZED | R.PRE_RESTORING | R.RESTORING_FILES | R.POST_RESTORING | R.RESTORED
RESTORE_OPEN = IN_RESTORE | R.RESTORE_VANISHED

requester = Actor(
    "requester",
    Requester,
    starts=R.AT_REST,
    says="What the requester on the host has called so far in this session.",
    leaves_out=(
        "Two sessions at the same time (part of Q25): one requester runs one session after another.",
        "SaveAsXML and the stored documents: a restore finds the documents of some earlier backup.",
        "The status that is gathered after PrepareForBackup, BackupComplete, PreRestore and PostRestore: in the first two this "
        "writer does not fail, and after the others nothing hangs on it but which call comes next.",
    ),
)

requester.table(
    on("backup_initialized", R.AT_REST, R.INITIALIZED),
    on("context_set", R.INITIALIZED, R.CONTEXT_SET),
    on("context_set_without_autorecovery", R.INITIALIZED, R.CONTEXT_SET),
    on("writer_metadata_gathered", R.CONTEXT_SET, R.METADATA_GATHERED),
    on("snapshot_set_started", R.METADATA_GATHERED, R.CHOOSING),
    on("vm_chosen", R.CHOOSING, R.CHOOSING),
    on("volume_missing", R.CHOOSING, R.CHOOSING),
    on("released_unprepared", R.METADATA_GATHERED | R.CHOOSING, R.RELEASED),
    on("prepared_for_backup", R.CHOOSING, R.PREPARED),
    on("snapshot_set_begun", R.PREPARED, R.SNAPSHOTTING),
    on("snapshot_set_made", R.SNAPSHOTTING, R.SNAPSHOT_MADE),
    on("snapshot_set_failed", R.SNAPSHOTTING, R.SNAPSHOT_FAILED),
    on("status_is_good", R.SNAPSHOT_MADE, R.COPYING),
    on("status_shows_failure", R.SNAPSHOT_MADE, R.FAILURE_SEEN),
    on("failure_ignored", R.SNAPSHOT_MADE, R.COPYING),
    on("files_copied", R.COPYING, R.COPIED),
    on("copy_fails", R.COPYING, R.COPY_FAILED),
    on("success_reported", R.COPIED, R.REPORTED),
    on("failure_reported", R.COPY_FAILED, R.REPORTED),
    on("failed_copy_reported_as_success", R.COPYING, R.REPORTED),
    on("success_not_reported", R.COPIED | R.COPY_FAILED, R.REPORTED),
    on("backup_completed", R.REPORTED, R.COMPLETED),
    on("backup_aborted", AFTER_FAILURE, R.ABORTED),
    on("completed_after_failure", R.SNAPSHOT_FAILED, R.COMPLETE_REFUSED),
    on("completed_after_failure", R.ABORTED, R.ABORTED),
    on("requester_aborts", R.CHOOSING, R.ABORTED, when=READ_14.actor.is_(AbortWindow.UNTIL_RETURN)),
    on("requester_aborts", R.PREPARED | R.SNAPSHOTTING, R.ABORTED),
    on("requester_aborts", BEFORE_COMPLETE, R.ABORTED, when=READ_14.actor.is_(AbortWindow.ANY_TIME)),
    on("released", R.COMPLETED | R.ABORTED, R.RELEASED),
    on("released_without_abort", AFTER_FAILURE, R.RELEASED),
    on("released_early", R.CHOOSING | R.PREPARED | BEFORE_COMPLETE, R.RELEASED),
    on("released_while_waiting", R.SNAPSHOTTING, R.VANISHED),
    on("requester_vanishes", IN_BACKUP, R.VANISHED),
    on("requester_vanishes", IN_RESTORE, R.RESTORE_VANISHED),
    on("shutdown_after_vanishing", R.VANISHED, R.RELEASED),
    on("backup_shutdown_returned", R.RELEASED, R.AT_REST),
    on("restore_initialized", R.AT_REST, R.RESTORE_INITIALIZED),
    on("released_unrestored", R.RESTORE_INITIALIZED, R.RESTORED),
    on("vm_chosen_for_restore", R.RESTORE_INITIALIZED, R.RESTORE_INITIALIZED),
    on("vm_chosen_for_restore_elsewhere", R.RESTORE_INITIALIZED, R.RESTORE_INITIALIZED),
    on("vm_chosen_for_restore_to_a_third_place", R.RESTORE_INITIALIZED, R.RESTORE_INITIALIZED),
    on("pre_restore_called", R.RESTORE_INITIALIZED, R.PRE_RESTORING),
    on("pre_restore_finished", R.PRE_RESTORING, R.RESTORING_FILES),
    on("restore_given_up", R.PRE_RESTORING, R.RESTORED),
    on("post_restore_despite_failure", R.PRE_RESTORING, R.POST_RESTORING),
    on("post_restore_called", R.RESTORING_FILES, R.POST_RESTORING),
    on("post_restore_never_called", R.RESTORING_FILES, R.RESTORED),
    on("post_restore_finished", R.POST_RESTORING, R.RESTORED),
    on("restore_released", R.RESTORED, R.AT_REST),
    on("restore_dropped", R.RESTORE_VANISHED, R.AT_REST),
    on("host_loses_power", BACKUP_OPEN | RESTORE_OPEN, R.AT_REST),
    stays("host_loses_power"),
)  # fmt: skip


class Context(States):
    AUTORECOVERABLE = "the context lets the shadow copies be auto-recovered"
    NO_AUTORECOVERY = "the context carries VSS_VOLSNAP_ATTR_NO_AUTORECOVERY"


context = Actor(
    "context",
    Context,
    starts=Context.AUTORECOVERABLE,
    says="The shadow copy context of this session, as far as auto-recovery goes.",
    leaves_out=("Contexts without writers: they never reach the Hyper-V writer.",),
)

context.table(
    on("context_set_without_autorecovery", Context.AUTORECOVERABLE, Context.NO_AUTORECOVERY),
    on("backup_shutdown_returned", Context.NO_AUTORECOVERY, Context.AUTORECOVERABLE),
    on("host_loses_power", Context.NO_AUTORECOVERY, Context.AUTORECOVERABLE),
    stays("backup_shutdown_returned", "host_loses_power"),
)
