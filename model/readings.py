"""Where the document is silent: each silent point is a machine that never moves, fixed for a run.

The first state of each is the default: the literal text where it speaks, else the general VSS rule, else the reading
under which the stated promises can be kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from model.notation import Actor, DeclarationError, States
from model.notation.declared import refuse_unless_sentence
from model.notation.errors import Place, caller


@dataclass(frozen=True)
class Reading:
    """One silent point: its machine, the question it answers, the faults under which it makes a difference of its own, and by
    value what it means that promises fail under it.

    What fails under the default fails without any fault, and is told in `faults.py`. Raises DeclarationError where the meaning is
    of no other value, or is no sentence.
    """

    actor: Actor
    question: str
    matters_under: tuple[str, ...] = ()
    means: Mapping[str, str] = field(default_factory=dict, compare=False)
    place: Place = field(default_factory=lambda: caller(3), compare=False)

    def __post_init__(self) -> None:
        name = self.actor.name
        for value, text in self.means.items():
            if value not in self.others:
                problem = f"{name} says what {value!r} means, which is no value of it other than the default"
                raise DeclarationError(self.place, problem, f"Use one of {', '.join(self.others)}")
            refuse_unless_sentence(text, self.place, f"the meaning of {name}={value}")
        object.__setattr__(self, "means", MappingProxyType(dict(self.means)))

    @property
    def default(self) -> str:
        return self.actor.states[0]

    @property
    def others(self) -> tuple[str, ...]:
        return self.actor.states[1:]


class GivenBack(States):
    ON_ABORT = "on Abort"
    INSIDE = "inside PrepareForSnapshot"
    ON_SHUTDOWN = "on BackupShutdown"
    NEVER = "never"


class LaterEvents(States):
    NO = "no"
    YES = "yes"


class NoteSurvives(States):
    LOST = "lost"
    KEPT = "kept"


class MethodOutdated(States):
    SAVED_STATE = "Saved State is used"
    ANEW = "decided anew, either way"
    FAILS = "the VM fails"


class WhichVMs(States):
    EVERY_VM = "every VM in the writer metadata"
    SELECTED = "only those selected in the Backup Components Document"


class WithoutAutoRecovery(States):
    VETO = "veto in PrepareForSnapshot"
    SKIPPED = "roll back skipped"


class MixedStatuses(States):
    ALL_OR_NOTHING = "all or nothing"
    PER_VM = "per VM"


class SnapshotReleased(States):
    COPY_EXISTS = "after the host copy exists"
    SESSION_ENDS = "when the child's session ends"


class AfterOneFails(States):
    TRY_THE_REST = "try the rest"
    STOP = "stop at once"


class StateBefore(States):
    PREPARE_FOR_SNAPSHOT = "at PrepareForSnapshot"
    SESSION_START = "at session start"
    IDENTIFY = "at Identify"


class UndoingFails(States):
    NONE_BACKED_UP = "no VM is backed up"
    COPY_COUNTS = "the copy counts"


class WhichDisks(States):
    ALL_DISKS = "all disks of the child"
    VHDS = "VHDs only"


class SpreadVHDs(States):
    NOT_MET = "not met"
    MET = "met by the volume of any VHD"


class AbortWindow(States):
    ANY_TIME = "any time after PrepareForBackup"
    UNTIL_RETURN = "from StartSnapshotSet up to DoSnapshotSet's return"


class AfterAVeto(States):
    GOES_ON = "it goes on: the other writers get their events, and the status shows the failed writer"
    FAILS = "DoSnapshotSet fails, and Freeze is never delivered"


class WhichSwitches(States):
    EACH = "switch by switch"
    ALL_OR_NONE = "ports only if every switch is there"


class LeftOfFailover(States):
    NOTHING = "nothing: it is another node's now"
    AS_IT_WAS = "the VM as the writer left it"


def _reading(
    name: str,
    states: type[States],
    says: str,
    question: str,
    *matters_under: str,
    means: Mapping[str, str] = MappingProxyType({}),
) -> Reading:
    return Reading(Actor(name, states, starts=states, says=says), question, matters_under, means, caller())


READ_1 = _reading(
    "READ-1",
    GivenBack,
    "Another VM fails in PrepareForSnapshot: when are the VMs already saved given back?",
    "Q1",
    means={
        "INSIDE": "Giving back inside PrepareForSnapshot keeps every promise but the letter of BAK-2 and BAK-9, which place it "
        "in PostSnapshot.",
        "ON_SHUTDOWN": "Giving back in BackupShutdown keeps every promise but the letter of BAK-2 and BAK-9.",
        "NEVER": "Then one VM's failure leaves all the others saved, without any fault of the requester: the document needs a "
        "place to give them back, and names none.",
    },
)
READ_2 = _reading(
    "READ-2",
    LaterEvents,
    "The snapshot set goes on after a veto: does the failed writer get the later events?",
    "Q2",
)
READ_3 = _reading(
    "READ-3",
    NoteSurvives,
    "Does the writer's note of the state before survive a restart of the management service?",
    "Q4",
    "management_service_restarts",
    "host_loses_power",
)
READ_4 = _reading(
    "READ-4",
    MethodOutdated,
    "A VM no longer fits the method published for it when PrepareForSnapshot comes.",
    "Q13",
    "integration_service_stops",
    "operator_changes_vm",
)
READ_5 = _reading(
    "READ-5",
    WhichVMs,
    "Which VMs are saved or snapshotted in PrepareForSnapshot?",
    "Q14",
    means={
        "SELECTED": "S17 says each VM in the writer metadata; saving only the chosen ones is kinder, and not what it says.",
    },
)
READ_6 = _reading(
    "READ-6",
    WithoutAutoRecovery,
    "The context carries NO_AUTORECOVERY and a VM would use Child VM Snapshot.",
    "Q16",
    means={
        "SKIPPED": "Skipping the roll back lets a backup succeed that holds crash consistent images: BAK-12 needs the veto.",
    },
)
READ_7 = _reading(
    "READ-7",
    MixedStatuses,
    "A restore with mixed file restore statuses.",
    "Q21",
    "files_restored_in_part",
    "file_status_forgotten",
    means={
        "PER_VM": "Registering the VMs that are whole breaks the all-or-nothing wording of the status check.",
    },
)
READ_8 = _reading(
    "READ-8",
    SnapshotReleased,
    "When is the child's own snapshot released?",
    "Q29",
    means={
        "SESSION_ENDS": "BAK-5 and BAK-10 pull against each other: if the child's snapshot goes with the child's session, which lies "
        "inside PrepareForSnapshot, the host's copy is made too late to hold it, and no Child VM Snapshot backup can "
        "ever succeed.",
    },
)
READ_9 = _reading(
    "READ-9",
    AfterOneFails,
    "One VM fails in PrepareForSnapshot: are the others still tried?",
    "READ-9",
    "vm_cannot_be_saved",
    "guest_snapshot_fails",
    means={
        "STOP": "The veto comes before every VM has been tried, which is just what this reading says: the promise rests on the "
        "default.",
    },
)
READ_10 = _reading(
    "READ-10", StateBefore, "Which state is the state before the backup started?", "READ-10", "operator_changes_vm"
)
READ_11 = _reading(
    "READ-11",
    UndoingFails,
    "Roll back or resume fails in PostSnapshot: what becomes of the backup?",
    "Q7",
    "roll_back_fails",
    "vm_cannot_be_resumed",
    means={
        "COPY_COUNTS": "A copy may count although a VM was not given back or an image not rolled back.",
    },
)
READ_12 = _reading(
    "READ-12",
    WhichDisks,
    "Which disks do the conditions on layout and file system range over?",
    "Q27",
    means={
        "VHDS": "A dynamic or FAT pass-through disk no longer bars Child VM Snapshot: against the letter of S12 and S13.",
    },
)
READ_13 = _reading(
    "READ-13",
    SpreadVHDs,
    "VHDs lie on several volumes: can the snapshot file location be on the same one?",
    "Q30",
    means={
        "MET": "VHDs on several volumes no longer bar Child VM Snapshot: against the letter of S11.",
    },
)
READ_14 = _reading(
    "READ-14",
    AbortWindow,
    "When may the requester call AbortBackup?",
    "C3",
    "requester_aborts",
    means={
        "UNTIL_RETURN": "A veto does not end DoSnapshotSet, and the requester learns of it only afterwards (VSS-13), when "
        "AbortBackup comes too late to reach anybody; under READ-2 a failed writer gets no PostSnapshot either. So "
        "no requester whatever has a way to have the saved VMs given back: one of READ-1, READ-2, READ-14 and "
        "READ-15 must be otherwise.",
    },
)
READ_15 = _reading(
    "READ-15",
    AfterAVeto,
    "A writer fails in PrepareForSnapshot: what becomes of the snapshot set?",
    "Q2",
    "other_writer_fails_in_prepare_for_snapshot",
    "released_without_abort",
    "failure_ignored",
)
READ_16 = _reading(
    "READ-16",
    WhichSwitches,
    "One of several switches that a VM was connected to is gone: which ports are made?",
    "READ-16",
    "switch_gone",
    means={
        "ALL_OR_NONE": "One switch that is gone leaves the adapters on all the others without a port, against the letter of S40.",
    },
)
READ_17 = _reading(
    "READ-17",
    LeftOfFailover,
    "A VM failed over because the writer touched it: what is left of it on this host?",
    "Q26",
)

READINGS = (
    READ_1, READ_2, READ_3, READ_4, READ_5, READ_6, READ_7, READ_8, READ_9, READ_10, READ_11, READ_12, READ_13, READ_14,
    READ_15, READ_16, READ_17,
)  # fmt: skip
