"""What the requester chose for this session: VMs, with the host volumes that hold their files."""

from model.named import Events, on, stays
from model.notation import Actor, States
from model.sorts import vm


class Selected(States):
    NO = "not chosen in this session"
    FOR_BACKUP = "its component is in the Backup Components Document"
    FOR_RESTORE = "its component is chosen for the restore"


S = Selected
_ends: Events = ("backup_shutdown_returned", "restore_released", "restore_dropped", "host_loses_power")

selected = Actor("selected", Selected, of=vm, starts=S.NO, says="Whether the requester chose this VM in this session.")

selected.table(
    on("vm_chosen", S.NO, S.FOR_BACKUP),
    on("volume_missing", S.NO, S.FOR_BACKUP),
    on("vm_chosen_for_restore", S.NO, S.FOR_RESTORE),
    on("vm_chosen_for_restore_elsewhere", S.NO, S.FOR_RESTORE),
    on("vm_chosen_for_restore_to_a_third_place", S.NO, S.FOR_RESTORE),
    *(on(end, S.FOR_BACKUP | S.FOR_RESTORE, S.NO) for end in _ends),
    stays(*_ends),
)


class Volumes(States):
    ALL_IN_SET = "every volume that holds its files would be in the snapshot set"
    ONE_MISSING = "one volume that holds its files is not in the snapshot set"


volumes = Actor(
    "volumes",
    Volumes,
    of=vm,
    starts=Volumes.ALL_IN_SET,
    says="Whether the requester added every volume that this VM needs to the snapshot set.",
    leaves_out=("The 64 volumes that a snapshot set may have at most.",),
)

volumes.table(
    on("volume_missing", Volumes.ALL_IN_SET, Volumes.ONE_MISSING),
    on("backup_shutdown_returned", Volumes.ONE_MISSING, Volumes.ALL_IN_SET),
    on("host_loses_power", Volumes.ONE_MISSING, Volumes.ALL_IN_SET),
    stays("backup_shutdown_returned", "host_loses_power"),
)

INCONSISTENT_VM = selected.is_(S.FOR_BACKUP) & volumes.is_(Volumes.ONE_MISSING)
IN_SET = selected.is_(S.FOR_BACKUP) & volumes.is_(Volumes.ALL_IN_SET)
