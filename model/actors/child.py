"""Inside a child VM: the requester service, the child's own writers, and the snapshot they make."""

from model.named import Events, on, stays
from model.notation import Actor, States
from model.readings import READ_8, SnapshotReleased
from model.sorts import vm


class ChildSession(States):
    IDLE = "no backup in the child"
    METADATA_GATHERED = "the child's writers have identified themselves"
    PREPARED = "PrepareForBackup done in the child"
    SNAPSHOTTING = "PrepareForSnapshot done in the child"
    FROZEN = "the child's writers are frozen"
    COMMITTED = "the child's snapshot is made"
    THAWED = "the child's writers are thawed"
    FINISHING = "PostSnapshot done in the child"
    ORPHANED = "the host or the service no longer drives the child's backup"


C = ChildSession

BEFORE_ITS_END = C.METADATA_GATHERED | C.PREPARED | C.SNAPSHOTTING | C.FROZEN | C.COMMITTED | C.THAWED
ACTIVE = C.METADATA_GATHERED | C.PREPARED | C.SNAPSHOTTING | C.FROZEN | C.COMMITTED | C.THAWED | C.FINISHING
_lost: Events = (
    "operator_stops_vm",
    "operator_saves_vm",
    "operator_pauses_vm",
    "cluster_fails_over",
    "host_loses_power",
)
_orphaned: Events = ("integration_service_stops", "management_service_restarts")

child_session = Actor(
    "child_session",
    ChildSession,
    of=vm,
    starts=C.IDLE,
    says="The whole VSS backup that the requester service carries out inside the child.",
    leaves_out=(
        "The child's own snapshot context and backup type (Q9): the document gives none.",
        "Another backup that the child runs by itself at the same time (BAK-14 leaves it to the child).",
    ),
)

child_session.table(
    on("child_backup_begins", C.IDLE, C.METADATA_GATHERED),
    on("child_prepares_for_backup", C.METADATA_GATHERED, C.PREPARED),
    on("child_prepares_for_snapshot", C.PREPARED, C.SNAPSHOTTING),
    on("child_freezes", C.SNAPSHOTTING, C.FROZEN),
    on("child_snapshot_taken", C.FROZEN, C.COMMITTED),
    on("child_thaws", C.COMMITTED, C.THAWED),
    on("child_post_snapshot", C.THAWED, C.FINISHING),
    on("child_backup_completes", C.FINISHING, C.IDLE),
    on("guest_snapshot_fails", BEFORE_ITS_END, C.IDLE),
    on("guest_crashes", ACTIVE, C.IDLE),
    on("child_gives_up", C.ORPHANED, C.IDLE),
    *(on(orphaned, ACTIVE, C.ORPHANED) for orphaned in _orphaned),
    *(on(lost, ACTIVE | C.ORPHANED, C.IDLE) for lost in _lost),
    stays("guest_crashes", *_orphaned, *_lost),
)


class ChildWriters(States):
    STABLE = "at rest"
    ABSENT = "the child has no writer of its own"
    PREPARED = "told that a backup is coming"
    FROZEN = "frozen"
    THAWED = "thawed, waiting for the end of the backup"


K = ChildWriters
TAKING_PART = K.PREPARED | K.FROZEN | K.THAWED
_ended: Events = ("child_backup_completes", "guest_snapshot_fails", "guest_crashes", "child_gives_up", *_lost)

child_writers = Actor(
    "child_writers",
    ChildWriters,
    of=vm,
    starts=K.STABLE | K.ABSENT,
    says="The writers inside the child, taken together.",
    leaves_out=("A child's writer that fails without failing the child's backup.",),
)

child_writers.table(
    on("child_prepares_for_backup", K.STABLE, K.PREPARED),
    on("child_freezes", K.PREPARED, K.FROZEN),
    on("child_thaws", K.FROZEN, K.THAWED),
    *(on(end, TAKING_PART, K.STABLE) for end in _ended),
    stays("child_prepares_for_backup", "child_freezes", "child_thaws", *_ended),
)


class ChildSnapshot(States):
    NONE = "none"
    TAKEN = "taken and kept"
    RELEASED = "taken and released"


T = ChildSnapshot
_dropped = READ_8.actor.is_(SnapshotReleased.SESSION_ENDS)

child_snapshot = Actor(
    "child_snapshot",
    ChildSnapshot,
    of=vm,
    starts=T.NONE,
    says="The snapshot of the child's volumes, which lies inside its VHD files; when it is released READ-8 says.",
)

child_snapshot.table(
    on("child_snapshot_taken", T.NONE | T.RELEASED, T.TAKEN),
    on("child_backup_completes", T.TAKEN, T.RELEASED, when=_dropped),
    on("guest_snapshot_fails", T.TAKEN, T.RELEASED),
    on("post_snapshot_delivered", T.TAKEN, T.RELEASED),
    on("abort_returned", T.TAKEN, T.RELEASED),
    *(on(end, T.TAKEN | T.RELEASED, T.NONE) for end in ("backup_shutdown_returned", "host_loses_power")),
    stays(
        "child_backup_completes",
        "guest_snapshot_fails",
        "post_snapshot_delivered",
        "abort_returned",
        "backup_shutdown_returned",
        "host_loses_power",
    ),
)


class LiveDisk(States):
    NO_SNAPSHOT = "no snapshot was made in it"
    AT_SNAPSHOT = "as it was when the child's snapshot was taken"
    WRITTEN_ON = "written to since the child's snapshot"


L = LiveDisk

live_disk = Actor(
    "live_disk",
    LiveDisk,
    of=vm,
    starts=L.NO_SNAPSHOT,
    says="The disks the VM goes on using, measured against the child's latest snapshot.",
)

live_disk.table(
    on("child_snapshot_taken", frozenset(L), L.AT_SNAPSHOT),
    on("child_thaws", L.AT_SNAPSHOT, L.WRITTEN_ON),
    on("vm_deleted", L.AT_SNAPSHOT | L.WRITTEN_ON, L.NO_SNAPSHOT),
    stays("child_thaws", "vm_deleted"),
)
