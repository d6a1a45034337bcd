"""A VM in a restore: its files and their status, where it goes, and how far PostRestore has come with it."""

from model.actors.volumes import Selected, selected
from model.named import EventName, Events, on, stays
from model.notation import Actor, States
from model.readings import READ_7, MixedStatuses
from model.sorts import vm

_ends: Events = ("restore_released", "restore_dropped", "host_loses_power")


class Files(States):
    NOT_RESTORED = "not restored in this session"
    WHOLE = "all restored"
    IN_PART = "restored in part"
    NOT_AT_ALL = "the restore of the files failed, nothing on disk"


F = Files

files = Actor(
    "files",
    Files,
    of=vm,
    starts=F.NOT_RESTORED,
    says="The files of a VM that is being restored.",
    leaves_out=(
        "Whether deleting a VM deletes its VHD files (part of Q19): the files are restored over whatever is there.",
    ),
)

files.table(
    on("files_restored", F.NOT_RESTORED, F.WHOLE),
    on("files_restored_in_part", F.NOT_RESTORED, F.IN_PART),
    on("files_not_restored", F.NOT_RESTORED, F.NOT_AT_ALL),
    *(on(end, F.WHOLE | F.IN_PART | F.NOT_AT_ALL, F.NOT_RESTORED) for end in _ends),
    stays(*_ends),
)


class FileRestoreStatus(States):
    """VSS_FILE_RESTORE_STATUS, and before it the time in which the requester has yet to deal with this VM."""

    NOT_YET = "the requester has not come to it"
    UNDEFINED = 0
    NONE = 1
    ALL = 2
    FAILED = 3


Z = FileRestoreStatus

file_restore_status = Actor(
    "file_restore_status",
    FileRestoreStatus,
    of=vm,
    starts=Z.NOT_YET,
    says="What the requester reported with SetFileRestoreStatus, and GetFileRestoreStatus answers.",
)

file_restore_status.table(
    on("file_restore_status_set", Z.NOT_YET, Z.ALL, when=files.is_(F.WHOLE)),
    on("file_restore_status_set", Z.NOT_YET, Z.FAILED, when=files.is_(F.IN_PART)),
    on("file_restore_status_set", Z.NOT_YET, Z.NONE, when=files.is_(F.NOT_AT_ALL)),
    on("file_status_forgotten", Z.NOT_YET, Z.UNDEFINED),
    on("post_restore_despite_failure", Z.NOT_YET, Z.NONE, when=selected.is_(Selected.FOR_RESTORE)),
    *(on(end, Z.UNDEFINED | Z.NONE | Z.ALL | Z.FAILED, Z.NOT_YET) for end in _ends),
    stays("post_restore_despite_failure", *_ends),
)


class Place(States):
    DEFAULT = "the default place"
    SECOND = "another place"
    THIRD = "a third place"


place = Actor("place", Place, of=vm, starts=Place.DEFAULT, says="Where this restore puts the VM.")

_elsewhere: dict[EventName, Place] = {
    "vm_chosen_for_restore_elsewhere": Place.SECOND, "vm_chosen_for_restore_to_a_third_place": Place.THIRD,
}  # fmt: skip

place.table(
    *(on(chosen, Place.DEFAULT, there) for chosen, there in _elsewhere.items()),
    *(on(end, Place.SECOND | Place.THIRD, Place.DEFAULT) for end in _ends),
    stays(*_elsewhere, *_ends),
)


class Link(States):
    """The names are those of Place, so that `same` can compare the two."""

    DEFAULT = "no symbolic link in the default place"
    SECOND = "a symbolic link in the default place points to the other place"
    THIRD = "a symbolic link in the default place points to the third place"


link = Actor(
    "link",
    Link,
    of=vm,
    starts=Link.DEFAULT,
    says="The symbolic link in the default place of a VM that lives elsewhere, and where it points.",
    leaves_out=("A default place that is already taken, and a VM id that is already registered (Q24).",),
)

link.table(
    *(
        on("vm_registered", frozenset(Link), Link[there.name], when=place.is_(there))
        for there in Place
    ),
    on("vm_deleted", Link.SECOND | Link.THIRD, Link.DEFAULT),
    stays("vm_deleted"),
)  # fmt: skip


class Restored(States):
    NO = "not registered in this session"
    REGISTERED = "registered"
    PLACES_COMPARED = "the places of its VHDs are compared and corrected"
    CONNECTED = "its network configuration is updated"
    FAILED = "could not be registered"


X = Restored

restored = Actor(
    "restored",
    Restored,
    of=vm,
    starts=X.NO,
    says="How far PostRestore has come with this VM.",
    leaves_out=(
        "Failures of the steps after registration (Q23): the faults name only the registration.",
        "The power state after a restore: a registered VM is off here; the document promises none.",
    ),
)

restored.table(
    on("vm_registered", X.NO, X.REGISTERED),
    on("registration_fails", X.NO, X.FAILED),
    on("vhd_places_compared", X.REGISTERED, X.PLACES_COMPARED),
    on("network_updated", X.PLACES_COMPARED, X.CONNECTED),
    *(on(end, X.REGISTERED | X.PLACES_COMPARED | X.CONNECTED | X.FAILED, X.NO) for end in _ends),
    stays(*_ends),
)

TO_BE_RESTORED = selected.is_(Selected.FOR_RESTORE)
NOT_ALL = TO_BE_RESTORED & ~file_restore_status.is_(Z.ALL)
TO_BE_REGISTERED = TO_BE_RESTORED & file_restore_status.is_(Z.ALL)
PER_VM = READ_7.actor.is_(MixedStatuses.PER_VM)
