"""The Hyper-V VSS writer: what it is doing, what it reports, what its handlers returned; three things, never one."""

from model.actors.requester import BEFORE_IDENTIFY, Context, context, requester
from model.actors.volumes import INCONSISTENT_VM
from model.actors.vss import HadPostSnapshot, Vss, had_post_snapshot, vss
from model.named import Events, on, stays
from model.notation import Actor, States, some
from model.readings import READ_2, LaterEvents
from model.sorts import vm


class Doing(States):
    NOTHING = "between events"
    PREPARE_FOR_SNAPSHOT = "in OnPrepareSnapshot"
    FREEZE = "in OnFreeze"
    THAW = "in OnThaw"
    POST_SNAPSHOT = "in OnPostSnapshot"
    ABORT = "in OnAbort"
    BACKUP_SHUTDOWN = "in OnBackupShutdown"
    PRE_RESTORE = "in OnPreRestore"
    CHECKING_STATUSES = "in OnPostRestore: asking for the file restore statuses"
    REGISTERING = "in OnPostRestore: registering VMs"
    COMPARING_PLACES = "in OnPostRestore: comparing the places of VHDs"
    CONNECTING = "in OnPostRestore: updating the network configuration"


D = Doing

doing = Actor(
    "doing",
    Doing,
    starts=D.NOTHING,
    says="Which event the writer is processing right now.",
    leaves_out=(
        "The insides of OnIdentify, OnPrepareBackup and OnBackupComplete: nothing of this writer's own is said of "
        "them, so each is one step.",
    ),
)


class WriterState(States):
    """VSS_WRITER_STATE; the value is the number that vssadmin prints."""

    UNKNOWN = 0
    STABLE = 1
    WAITING_FOR_FREEZE = 2
    WAITING_FOR_THAW = 3
    WAITING_FOR_POST_SNAPSHOT = 4
    WAITING_FOR_BACKUP_COMPLETE = 5
    FAILED_AT_IDENTIFY = 6
    FAILED_AT_PREPARE_BACKUP = 7
    FAILED_AT_PREPARE_SNAPSHOT = 8
    FAILED_AT_FREEZE = 9
    FAILED_AT_THAW = 10
    FAILED_AT_POST_SNAPSHOT = 11
    FAILED_AT_BACKUP_COMPLETE = 12
    FAILED_AT_PRE_RESTORE = 13
    FAILED_AT_POST_RESTORE = 14
    FAILED_AT_BACKUPSHUTDOWN = 15


W = WriterState

WAITING = (
    W.WAITING_FOR_FREEZE | W.WAITING_FOR_THAW | W.WAITING_FOR_POST_SNAPSHOT | W.WAITING_FOR_BACKUP_COMPLETE
)  # fmt: skip
FAILED_IN_SNAPSHOT = (
    W.FAILED_AT_PREPARE_SNAPSHOT | W.FAILED_AT_FREEZE | W.FAILED_AT_THAW | W.FAILED_AT_POST_SNAPSHOT
)  # fmt: skip
FAILED = FAILED_IN_SNAPSHOT | W.FAILED_AT_POST_RESTORE

NOT_REACHED = {
    W.UNKNOWN: "means an error of the writer that the text says nothing about",
    W.FAILED_AT_IDENTIFY: "a writer that fails at Identify is missing from the list, so no requester meets it",
    W.FAILED_AT_PREPARE_BACKUP: "the text gives this writer nothing to do in PrepareForBackup that could fail",
    W.FAILED_AT_BACKUP_COMPLETE: "the text gives this writer nothing to do in BackupComplete that could fail",
    W.FAILED_AT_PRE_RESTORE: "no fault of turning off or deleting a VM is in the list of faults (Q20)",
    W.FAILED_AT_BACKUPSHUTDOWN: "the text gives this writer nothing to do in BackupShutdown that could fail",
}
"""Writer states that no move leads to, each with its reason (VSS-1)."""

writer_state = Actor(
    "writer_state",
    WriterState,
    starts=W.STABLE,
    says="What the writer reports: its VSS_WRITER_STATE.",
    leaves_out=tuple(f"State {state.value} {state.name} is not reached: {why}." for state, why in NOT_REACHED.items()),
)


class Process(States):
    SERVING = "knows the session"
    RESTARTED = "restarted since the session began, and so no part of it any more"


process = Actor(
    "process",
    Process,
    starts=Process.SERVING,
    says="Whether the management service, which is the writer's process, still knows the session.",
)

failed = writer_state.is_(FAILED_IN_SNAPSHOT)
gets_events = process.is_(Process.SERVING) & (~failed | READ_2.actor.is_(LaterEvents.YES))
"""Whether VSS still calls this writer's handlers on the way forward (READ-2)."""

doing.table(
    on("snapshot_set_begun", D.NOTHING, D.PREPARE_FOR_SNAPSHOT, when=process.is_(Process.SERVING)),
    stays("snapshot_set_begun"),
    on("prepare_for_snapshot_succeeded", D.PREPARE_FOR_SNAPSHOT, D.NOTHING),
    on("prepare_for_snapshot_vetoed", D.PREPARE_FOR_SNAPSHOT, D.NOTHING),
    on("prepare_for_snapshot_vetoed_returning_true", D.PREPARE_FOR_SNAPSHOT, D.NOTHING),
    on("prepare_for_snapshot_failed_unreported", D.PREPARE_FOR_SNAPSHOT, D.NOTHING),
    on("freeze_delivered", D.NOTHING, D.FREEZE, when=gets_events),
    on("freeze_returned", D.FREEZE, D.NOTHING),
    on("thaw_delivered", D.NOTHING, D.THAW, when=gets_events),
    on("thaw_returned", D.THAW, D.NOTHING),
    on("post_snapshot_delivered", D.NOTHING, D.POST_SNAPSHOT, when=gets_events),
    stays("freeze_delivered", "thaw_delivered", "post_snapshot_delivered"),
    on("post_snapshot_succeeded", D.POST_SNAPSHOT, D.NOTHING),
    on("post_snapshot_failed", D.POST_SNAPSHOT, D.NOTHING),
    on("abort_delivered", D.NOTHING, D.ABORT),
    on("abort_returned", D.ABORT, D.NOTHING),
    on("released", D.NOTHING, D.BACKUP_SHUTDOWN),
    on("released_unprepared", D.NOTHING, D.BACKUP_SHUTDOWN),
    on("released_without_abort", D.NOTHING, D.BACKUP_SHUTDOWN),
    on("released_early", D.NOTHING, D.BACKUP_SHUTDOWN),
    on("shutdown_after_vanishing", D.NOTHING, D.BACKUP_SHUTDOWN),
    on("backup_shutdown_returned", D.BACKUP_SHUTDOWN, D.NOTHING),
    on("backup_shutdown_returned", D.NOTHING, D.NOTHING, when=process.is_(Process.RESTARTED)),
    on("pre_restore_called", D.NOTHING, D.PRE_RESTORE, when=process.is_(Process.SERVING)),
    on("pre_restore_returned", D.PRE_RESTORE, D.NOTHING),
    on("post_restore_called", D.NOTHING, D.CHECKING_STATUSES, when=process.is_(Process.SERVING)),
    on("post_restore_despite_failure", D.NOTHING, D.CHECKING_STATUSES, when=process.is_(Process.SERVING)),
    stays("pre_restore_called", "post_restore_called", "post_restore_despite_failure"),
    on("file_restore_statuses_accepted", D.CHECKING_STATUSES, D.REGISTERING),
    on("post_restore_failed", D.CHECKING_STATUSES | D.CONNECTING, D.NOTHING),
    on("registrations_finished", D.REGISTERING, D.COMPARING_PLACES),
    on("places_finished", D.COMPARING_PLACES, D.CONNECTING),
    on("post_restore_succeeded", D.CONNECTING, D.NOTHING),
    on("management_service_restarts", frozenset(D) - {D.NOTHING}, D.NOTHING),
    on("host_loses_power", frozenset(D) - {D.NOTHING}, D.NOTHING),
    stays("management_service_restarts", "host_loses_power"),
)  # fmt: skip

writer_state.table(
    on("writer_metadata_gathered", WAITING | FAILED, W.STABLE),
    on("restore_initialized", WAITING | FAILED, W.STABLE),
    on("prepared_for_backup", W.STABLE, W.STABLE),
    on("prepare_for_snapshot_succeeded", W.STABLE, W.WAITING_FOR_FREEZE),
    on("prepare_for_snapshot_vetoed", W.STABLE, W.FAILED_AT_PREPARE_SNAPSHOT),
    on("prepare_for_snapshot_vetoed_returning_true", W.STABLE, W.FAILED_AT_PREPARE_SNAPSHOT),
    on("prepare_for_snapshot_failed_unreported", W.STABLE, W.FAILED_AT_PREPARE_SNAPSHOT),
    on("freeze_returned", W.WAITING_FOR_FREEZE, W.WAITING_FOR_THAW),
    on("thaw_returned", W.WAITING_FOR_THAW, W.WAITING_FOR_POST_SNAPSHOT),
    on("freeze_window_overrun", WAITING, W.FAILED_AT_FREEZE, when=vss.is_(Vss.FREEZE)),
    on("freeze_window_overrun", WAITING, W.FAILED_AT_THAW, when=~vss.is_(Vss.FREEZE)),
    on("post_snapshot_succeeded", W.WAITING_FOR_POST_SNAPSHOT, W.WAITING_FOR_BACKUP_COMPLETE),
    on("post_snapshot_failed", WAITING, W.FAILED_AT_POST_SNAPSHOT),
    on("backup_completed", W.WAITING_FOR_BACKUP_COMPLETE, W.STABLE),
    on("abort_returned", WAITING, W.STABLE),
    on("backup_shutdown_returned", WAITING, W.STABLE),
    on("post_restore_failed", W.STABLE, W.FAILED_AT_POST_RESTORE),
    on("post_restore_succeeded", W.STABLE, W.STABLE),
    on("management_service_restarts", WAITING | FAILED, W.STABLE),
    on("host_loses_power", WAITING | FAILED, W.STABLE),
    stays(
        "writer_metadata_gathered", "restore_initialized", "prepare_for_snapshot_succeeded", "freeze_returned",
        "thaw_returned", "freeze_window_overrun", "post_snapshot_succeeded", "post_snapshot_failed", "backup_completed",
        "abort_returned", "backup_shutdown_returned", "management_service_restarts", "host_loses_power",
    ),
)  # fmt: skip

_known = ~requester.is_(BEFORE_IDENTIFY)

process.table(
    on("management_service_restarts", Process.SERVING, Process.RESTARTED, when=_known),
    on("management_service_restarts", Process.SERVING, Process.SERVING, when=~_known),
    on("backup_shutdown_returned", Process.RESTARTED, Process.SERVING),
    on("restore_released", Process.RESTARTED, Process.SERVING),
    on("restore_dropped", Process.RESTARTED, Process.SERVING),
    on("host_loses_power", Process.RESTARTED, Process.SERVING),
    stays("backup_shutdown_returned", "restore_released", "restore_dropped", "host_loses_power"),
)


had_post_snapshot.table(
    on("post_snapshot_delivered", HadPostSnapshot.NO, HadPostSnapshot.YES, when=gets_events),
    on("backup_shutdown_returned", HadPostSnapshot.YES, HadPostSnapshot.NO),
    on("host_loses_power", HadPostSnapshot.YES, HadPostSnapshot.NO),
    stays("post_snapshot_delivered", "backup_shutdown_returned", "host_loses_power"),
)


class LastError(States):
    """The writer's failure code, apart from its state (VSS-2)."""

    NO_ERROR = 0x00000000
    INCONSISTENTSNAPSHOT = 0x800423F0
    OUTOFRESOURCES = 0x800423F1
    TIMEOUT = 0x800423F2
    RETRYABLE = 0x800423F3
    NONRETRYABLE = 0x800423F4
    NOT_RESPONDING = 0x80042319
    STATUS_NOT_AVAILABLE = 0x80042409


E = LastError
ANY_ERROR = frozenset(LastError) - {E.NO_ERROR}

last_error = Actor(
    "last_error",
    LastError,
    starts=E.NO_ERROR,
    says="The last error that was reported for the writer.",
    leaves_out=(
        "Which failure code fits which failure: the document names none. Here a volume outside the set is "
        "INCONSISTENTSNAPSHOT, a context without auto-recovery and a failed restore NONRETRYABLE, an overrun window "
        "TIMEOUT, the rest RETRYABLE.",
        "OUTOFRESOURCES is not reached: no failure of the list is said to be a lack of resources.",
        "STATUS_NOT_AVAILABLE is not reached: it needs used-up session slots.",
    ),
)

_inconsistent = some(vm, INCONSISTENT_VM)
_vetoes: Events = ("prepare_for_snapshot_vetoed", "prepare_for_snapshot_vetoed_returning_true")
_unrecoverable = ~_inconsistent & context.is_(Context.NO_AUTORECOVERY)
_transient = ~_inconsistent & ~context.is_(Context.NO_AUTORECOVERY)

last_error.table(
    on("writer_metadata_gathered", ANY_ERROR, E.NO_ERROR),
    on("restore_initialized", ANY_ERROR, E.NO_ERROR),
    *(on(veto, frozenset(E), E.INCONSISTENTSNAPSHOT, when=_inconsistent) for veto in _vetoes),
    *(on(veto, frozenset(E), E.NONRETRYABLE, when=_unrecoverable) for veto in _vetoes),
    *(on(veto, frozenset(E), E.RETRYABLE, when=_transient) for veto in _vetoes),
    on("freeze_window_overrun", frozenset(E), E.TIMEOUT, when=~failed),
    on("post_snapshot_failed", frozenset(E), E.RETRYABLE),
    on("post_restore_failed", frozenset(E), E.NONRETRYABLE),
    on("management_service_restarts", frozenset(E), E.NOT_RESPONDING),
    on("host_loses_power", ANY_ERROR, E.NO_ERROR),
    stays("writer_metadata_gathered", "restore_initialized", "freeze_window_overrun", "host_loses_power"),
)


class Returned(States):
    NOTHING = "no handler of this session has returned yet"
    TRUE = "the last handler returned TRUE"
    FALSE = "the last handler returned FALSE"


returned = Actor(
    "returned",
    Returned,
    starts=Returned.NOTHING,
    says="What the writer's last handler returned: not the same as success (VSS-12, C1).",
    leaves_out=(
        "Return values of Freeze, Thaw, Abort, PreRestore and BackupShutdown: those handlers do not fail here.",
    ),
)

returned.table(
    *(
        on(name, frozenset(Returned), Returned.TRUE)
        for name in (
            "prepare_for_snapshot_succeeded", "prepare_for_snapshot_vetoed_returning_true", "post_snapshot_succeeded",
            "post_restore_succeeded",
        )
    ),
    *(
        on(name, frozenset(Returned), Returned.FALSE)
        for name in (
            "prepare_for_snapshot_vetoed", "prepare_for_snapshot_failed_unreported", "post_snapshot_failed",
            "post_restore_failed",
        )
    ),
    *(
        on(name, Returned.TRUE | Returned.FALSE, Returned.NOTHING)
        for name in ("backup_initialized", "restore_initialized", "host_loses_power")
    ),
    stays("backup_initialized", "restore_initialized", "host_loses_power"),
)  # fmt: skip
