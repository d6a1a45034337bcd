"""The host's image of a VM's VHD files in the shadow copy, and what ends up in the backup."""

from model.actors.child import ChildSnapshot, child_snapshot
from model.actors.conditions import DiskKind, disk_kind
from model.actors.power import Power, power
from model.actors.volumes import IN_SET
from model.notation import Actor, States, on, stays
from model.sorts import disk, vm


class Image(States):
    NONE = "no image of its VHD files"
    AT_REST = "taken while the VM was off or saved"
    CRASH_CONSISTENT = "taken while the VM ran, with no snapshot of the child in it"
    HOLDS_SNAPSHOT = "taken while the VM ran, with the child's snapshot in it"
    ROLLED_BACK = "rolled back to the child's snapshot"


Img = Image
TAKEN = Img.AT_REST | Img.CRASH_CONSISTENT | Img.HOLDS_SNAPSHOT | Img.ROLLED_BACK
_ends = ("abort_returned", "backup_shutdown_returned", "host_loses_power")

image = Actor(
    "image",
    Image,
    of=vm,
    starts=Img.NONE,
    says="What the shadow copy holds of this VM.",
    leaves_out=("Whether a persistent shadow copy outlives the session (Q8): here it goes with the session.",),
)

_at_rest = power.is_(Power.OFF | Power.SAVED)
_live = power.is_(Power.RUNNING | Power.PAUSED)
_holds = child_snapshot.is_(ChildSnapshot.TAKEN)

image.table(
    on("shadow_copies_committed", Img.NONE, Img.AT_REST, when=IN_SET & _at_rest),
    on("shadow_copies_committed", Img.NONE, Img.HOLDS_SNAPSHOT, when=IN_SET & _live & _holds),
    on("shadow_copies_committed", Img.NONE, Img.CRASH_CONSISTENT, when=IN_SET & _live & ~_holds),
    on("image_rolled_back", Img.HOLDS_SNAPSHOT, Img.ROLLED_BACK),
    *(on(end, TAKEN, Img.NONE) for end in _ends),
    stays("shadow_copies_committed", *_ends),
)


class Outcome(States):
    NOTHING = "nothing copied"
    COPIED = "its files are copied from the shadow copy"
    BACKED_UP = "reported with SetBackupSucceeded"


U = Outcome

outcome = Actor(
    "outcome",
    Outcome,
    of=vm,
    starts=U.NOTHING,
    says="What the requester has of this VM in this session's backup.",
    leaves_out=("Failures of single components (SetFailure, C4): the document's rule is all or nothing.",),
)

outcome.table(
    on("files_copied", U.NOTHING, U.COPIED, when=IN_SET),
    on("success_reported", U.COPIED, U.BACKED_UP),
    on("backup_shutdown_returned", U.COPIED | U.BACKED_UP, U.NOTHING),
    on("host_loses_power", U.COPIED | U.BACKED_UP, U.NOTHING),
    stays("files_copied", "success_reported", "backup_shutdown_returned", "host_loses_power"),
)


class InBackup(States):
    NO = "not in the shadow copy"
    YES = "in the shadow copy"


in_backup = Actor(
    "in_backup", InBackup, of=disk, starts=InBackup.NO, says="Whether this session's shadow copy holds the disk."
)

in_backup.table(
    on("shadow_copies_committed", InBackup.NO, InBackup.YES, when=IN_SET & disk_kind.is_(DiskKind.VHD)),
    *(on(end, InBackup.YES, InBackup.NO) for end in _ends),
    stays("shadow_copies_committed", *_ends),
)
