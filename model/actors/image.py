"""The host's image of a VM's VHD files in the shadow copy, and what ends up in the backup."""

from model.actors.child import ChildSnapshot, child_snapshot
from model.actors.conditions import DiskKind, disk_kind
from model.actors.power import Power, power
from model.actors.volumes import IN_SET
from model.named import Events, on, stays
from model.notation import Actor, States, some
from model.sorts import disk, vm


class Image(States):
    NONE = "no image of the VM"
    AT_REST = "taken while the VM was off or saved"
    CRASH_CONSISTENT = "taken while the VM ran, here or on another node, with no snapshot of the child in it"
    HOLDS_SNAPSHOT = "taken with the child's snapshot in the VM's VHD files, if it has any"
    SETTLED = "nothing in it is left to roll back: each VHD file in it is back at the child's snapshot"


Img = Image
TAKEN = Img.AT_REST | Img.CRASH_CONSISTENT | Img.HOLDS_SNAPSHOT | Img.SETTLED
_ends: Events = ("abort_returned", "backup_shutdown_returned", "host_loses_power")

image = Actor(
    "image",
    Image,
    of=vm,
    starts=Img.NONE,
    says="What the shadow copy holds of this VM.",
    leaves_out=("Whether a persistent shadow copy outlives the session (Q8): here it goes with the session.",),
)

_at_rest = power.is_(Power.OFF | Power.SAVED)
_holds = child_snapshot.is_(ChildSnapshot.TAKEN)

image.table(
    on("shadow_copies_committed", Img.NONE, Img.HOLDS_SNAPSHOT, when=IN_SET & _holds),
    on("shadow_copies_committed", Img.NONE, Img.AT_REST, when=IN_SET & ~_holds & _at_rest),
    on("shadow_copies_committed", Img.NONE, Img.CRASH_CONSISTENT, when=IN_SET & ~_holds & ~_at_rest),
    on("image_rolled_back", Img.HOLDS_SNAPSHOT, Img.SETTLED),
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
    on("failed_copy_reported_as_success", U.NOTHING, U.BACKED_UP, when=IN_SET),
    on("backup_shutdown_returned", U.COPIED | U.BACKED_UP, U.NOTHING),
    on("host_loses_power", U.COPIED | U.BACKED_UP, U.NOTHING),
    stays(
        "files_copied", "success_reported", "failed_copy_reported_as_success", "backup_shutdown_returned", "host_loses_power",
    ),
)  # fmt: skip


class InBackup(States):
    NO = "not in the shadow copy"
    YES = "in the shadow copy, as it was"
    ROLLED_BACK = "in the shadow copy, rolled back to the child's snapshot"


B = InBackup

in_backup = Actor("in_backup", B, of=disk, starts=B.NO, says="What this session's shadow copy holds of the disk.")


class Recovery(States):
    WORKS = "it is rolled back even where another VHD of the VM is not"
    FAILS = "it is one of those that are not rolled back"


recovery = Actor(
    "recovery",
    Recovery,
    of=disk,
    starts=Recovery,
    says="Which VHDs of a VM are not rolled back where auto-recovery fails (fault roll_back_fails): one, or several, or all.",
)

ONE_CANNOT = some(disk, disk_kind.is_(DiskKind.VHD) & recovery.is_(Recovery.FAILS))

in_backup.table(
    on("shadow_copies_committed", B.NO, B.YES, when=IN_SET & disk_kind.is_(DiskKind.VHD)),
    on("image_rolled_back", B.YES, B.ROLLED_BACK),
    on("roll_back_fails", B.YES, B.ROLLED_BACK, when=recovery.is_(Recovery.WORKS)),
    *(on(end, B.YES | B.ROLLED_BACK, B.NO) for end in _ends),
    stays("shadow_copies_committed", "image_rolled_back", "roll_back_fails", *_ends),
)
