"""VSS on the host: the service that delivers the events, its provider, and another writer."""

from model.named import on, stays
from model.notation import Actor, States
from model.readings import READ_14, AbortWindow


class Vss(States):
    IDLE = "nothing under way"
    PREPARE_FOR_SNAPSHOT = "PrepareForSnapshot is delivered"
    FREEZE = "Freeze is delivered"
    COMMITTED = "the provider has made the shadow copies"
    THAW = "Thaw is delivered"
    POST_SNAPSHOT = "PostSnapshot is delivered"
    MADE = "DoSnapshotSet has returned with success"
    STOPPED = "DoSnapshotSet fails, without an Abort"
    ABORT_DUE = "the snapshot set is given up; Abort is about to be delivered to this writer"
    ABORTED = "Abort is delivered to this writer"
    PRE_RESTORE = "PreRestore is delivered"
    POST_RESTORE = "PostRestore is delivered"


V = Vss

BEFORE_COMMIT = V.PREPARE_FOR_SNAPSHOT | V.FREEZE
BEFORE_POST_SNAPSHOT = BEFORE_COMMIT | V.COMMITTED | V.THAW

vss = Actor(
    "vss",
    Vss,
    starts=V.IDLE,
    says="How far VSS has come with the snapshot set or the restore of this session.",
    leaves_out=(
        "Removal of writer sessions that nobody ended after two days (event 12289); every session here is ended.",
        "Abort to the other writers: whether this writer gets one is judged by what it has had itself (VSS-6).",
    ),
)


class HadPostSnapshot(States):
    NO = "this writer has not had PostSnapshot in this session"
    YES = "this writer has had PostSnapshot in this session"


had_post_snapshot = Actor(
    "had_post_snapshot",
    HadPostSnapshot,
    starts=HadPostSnapshot.NO,
    says="What VSS keeps of this writer: whether PostSnapshot was delivered to it, so that it gets no Abort any more (VSS-6).",
)

_may_abort = READ_14.actor.is_(AbortWindow.ANY_TIME)
_not_had = had_post_snapshot.is_(HadPostSnapshot.NO)

vss.table(
    on("snapshot_set_begun", V.IDLE, V.PREPARE_FOR_SNAPSHOT),
    on("other_writer_fails_in_prepare_for_snapshot", V.PREPARE_FOR_SNAPSHOT, V.PREPARE_FOR_SNAPSHOT),
    on("freeze_delivered", V.PREPARE_FOR_SNAPSHOT, V.FREEZE),
    on("other_writer_fails_in_freeze", V.FREEZE, V.ABORT_DUE),
    on("shadow_copies_committed", V.FREEZE, V.COMMITTED),
    on("provider_fails", V.FREEZE | V.COMMITTED | V.THAW, V.ABORT_DUE),
    on("provider_fails", V.POST_SNAPSHOT, V.STOPPED),
    on("freeze_window_overrun", V.FREEZE | V.COMMITTED | V.THAW, V.ABORT_DUE),
    on("thaw_delivered", V.COMMITTED, V.THAW),
    on("other_writer_fails_in_thaw", V.THAW, V.ABORT_DUE),
    on("post_snapshot_delivered", V.THAW, V.POST_SNAPSHOT),
    on("other_writer_fails_in_post_snapshot", V.POST_SNAPSHOT, V.POST_SNAPSHOT),
    on("snapshot_set_made", V.POST_SNAPSHOT, V.MADE),
    on("writer_lost", V.FREEZE | V.COMMITTED | V.THAW, V.ABORT_DUE),
    on("snapshot_set_failed", V.PREPARE_FOR_SNAPSHOT | V.STOPPED, V.STOPPED),
    on("snapshot_set_failed", V.ABORTED, V.ABORTED),
    on("backup_aborted", V.STOPPED | V.ABORTED | V.MADE, V.ABORT_DUE, when=_may_abort & _not_had),
    stays("backup_aborted"),
    on("requester_aborts", V.IDLE | BEFORE_POST_SNAPSHOT | V.ABORT_DUE | V.ABORTED, V.ABORT_DUE),
    on("requester_aborts", V.POST_SNAPSHOT | V.STOPPED | V.MADE, V.ABORT_DUE, when=_not_had),
    on("requester_aborts", V.POST_SNAPSHOT | V.MADE, V.MADE, when=~_not_had),
    on("requester_aborts", V.STOPPED, V.STOPPED, when=~_not_had),
    on("abort_delivered", V.ABORT_DUE, V.ABORTED),
    on("released", V.MADE | V.STOPPED | V.ABORTED, V.IDLE),
    on("released_without_abort", V.MADE | V.STOPPED | V.ABORTED, V.IDLE),
    on("released_early", V.IDLE | V.MADE, V.IDLE),
    on(
        "shutdown_after_vanishing",
        BEFORE_POST_SNAPSHOT | V.POST_SNAPSHOT | V.MADE | V.STOPPED | V.ABORT_DUE | V.ABORTED,
        V.IDLE,
    ),
    stays("shutdown_after_vanishing"),
    on("pre_restore_called", V.IDLE, V.PRE_RESTORE),
    on("pre_restore_finished", V.PRE_RESTORE, V.IDLE),
    on("restore_given_up", V.PRE_RESTORE, V.IDLE),
    on("post_restore_despite_failure", V.PRE_RESTORE, V.POST_RESTORE),
    on("post_restore_called", V.IDLE, V.POST_RESTORE),
    on("post_restore_finished", V.POST_RESTORE, V.IDLE),
    on("restore_dropped", V.PRE_RESTORE | V.POST_RESTORE, V.IDLE),
    stays("restore_dropped"),
    on(
        "host_loses_power",
        BEFORE_POST_SNAPSHOT | V.POST_SNAPSHOT | V.MADE | V.STOPPED | V.ABORT_DUE | V.ABORTED | V.PRE_RESTORE
        | V.POST_RESTORE,
        V.IDLE,
    ),
    stays("host_loses_power"),
)  # fmt: skip


class Provider(States):
    CAN = "can auto-recover a shadow copy"
    CANNOT = "cannot auto-recover a shadow copy"


provider = Actor(
    "provider",
    Provider,
    starts=Provider.CAN,
    says="Whether the provider of the shadow copies can auto-recover them.",
    leaves_out=("LUN resynchronisation by a provider: a restore of volumes without the writer.",),
)

provider.table(on("provider_cannot_auto_recover", Provider.CAN, Provider.CANNOT))


class OtherWriter(States):
    STABLE = "no failure"
    FAILED = "failed in an event of this session"
    PRE_RESTORED = "has processed PreRestore"


Other = OtherWriter

other_writer = Actor(
    "other_writer",
    OtherWriter,
    starts=Other.STABLE,
    says="Another writer on the host, standing for all of them.",
    leaves_out=("What the other writer does with its own data.",),
)

other_writer.table(
    on("other_writer_fails_in_prepare_for_snapshot", Other.STABLE, Other.FAILED),
    on("other_writer_fails_in_freeze", Other.STABLE, Other.FAILED),
    on("other_writer_fails_in_thaw", Other.STABLE, Other.FAILED),
    on("other_writer_fails_in_post_snapshot", Other.STABLE, Other.FAILED),
    on("other_writer_processes_pre_restore", Other.STABLE, Other.PRE_RESTORED),
    on("other_writer_fails_in_pre_restore", Other.STABLE, Other.FAILED),
    on("backup_shutdown_returned", Other.FAILED, Other.STABLE),
    on("restore_released", Other.FAILED | Other.PRE_RESTORED, Other.STABLE),
    on("restore_dropped", Other.FAILED | Other.PRE_RESTORED, Other.STABLE),
    on("host_loses_power", Other.FAILED | Other.PRE_RESTORED, Other.STABLE),
    stays("backup_shutdown_returned", "restore_released", "restore_dropped", "host_loses_power"),
)
