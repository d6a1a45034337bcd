"""The Linux guest's online backup on a host of 2012 R2, without auto-recovery, as far as public sources carry it.

Every guest is a Linux guest here. What is not overridden is as the document has it. The names of rules stay: `child_writers` are the
guest's file systems, `child_snapshot` is the host's checkpoint, and Child VM Snapshot is what the writer calls online.
"""

from model.actors.child import ChildSession, ChildSnapshot, ChildWriters, child_snapshot
from model.actors.conditions import HAS_VHD, GuestSystem
from model.actors.image import Image, image
from model.actors.method import Progress, progress
from model.actors.power import Power, power
from model.actors.volumes import IN_SET
from model.actors.vss import Provider, provider
from model.events.post_snapshot import nothing_noted, one_stuck, undoing
from model.named import on, stays
from model.notation import Actor, States, Term, every
from model.notation.overrides import event_gone, event_is, fault_is, machine_instead, machine_is, machine_new, rows_are
from model.readings import Reading
from model.sorts import vm
from model.versions.version import Version


class Refused(States):
    SKIPPED = "nothing is vetoed: the guest has asked for no auto-recovery"
    VETO = "veto in PrepareForSnapshot"


class NoAutoRecovery(States):
    BACKED_UP = "it is backed up: there is nothing to recover"
    DEFEATED = "PostSnapshot fails for it, as for a guest that is recovered"


class Abandoned(States):
    THAWS = "it thaws by itself"
    STAYS_FROZEN = "it stays frozen until somebody thaws it"


READ_6 = Reading(
    Actor(
        "READ-6", Refused, starts=Refused, says="The context carries NO_AUTORECOVERY and a guest is backed up online."
    ),
    "Q16",
    means={
        "VETO": "The veto of the document, kept for a guest that needs no auto-recovery, defeats a backup that could succeed."
    },
)
LINUX_1 = Reading(
    Actor(
        "LINUX-1",
        NoAutoRecovery,
        starts=NoAutoRecovery,
        says="The provider cannot auto-recover, and the guest has asked for no auto-recovery: what becomes of it?",
    ),
    "VSS-11",
    ("provider_cannot_auto_recover",),
)
LINUX_2 = Reading(
    Actor(
        "LINUX-2",
        Abandoned,
        starts=Abandoned,
        says="The host no longer drives the backup of a guest whose file systems are frozen: who thaws them?",
    ),
    "Q3",
    ("management_service_restarts", "integration_service_stops"),
)

_defeated: Term = (
    progress.is_(Progress.READY)
    & image.is_(Image.SETTLED)
    & HAS_VHD
    & provider.is_(Provider.CANNOT)
    & LINUX_1.actor.is_(NoAutoRecovery.DEFEATED)
)
_C, _K, _T = ChildSession, ChildWriters, ChildSnapshot
_holds, _at_rest = child_snapshot.is_(_T.TAKEN), power.is_(Power.OFF | Power.SAVED)
_THREE_REQUESTS = (
    "The host asks a Linux guest three things in turn: whether it can be backed up hot, to freeze, and to thaw."
)
_NO_ROLL_BACK = (
    "The guest answers that it takes part without auto-recovery, and no VHD is mounted on the host to be rolled back."
)

VERSION = Version(
    "linux-online",
    "The online backup of Linux guests, without auto-recovery, on a host of Windows Server 2012 R2.",
    sources={
        "LIN-1": "torvalds/linux, include/uapi/linux/hyperv.h and drivers/hv/hv_snapshot.c: of the host's operations FREEZE, THAW and "
        "HOT_BACKUP reach the daemon, all others are answered by the driver without work; the answer to HOT_BACKUP carries the flag "
        "VSS_HBU_NO_AUTO_RECOVERY.",
        "LIN-2": "torvalds/linux, commit 96dd86fa5881 (the driver's first), its message: once the mounted file systems of the guest are "
        "frozen, the host makes its snapshot, a differencing disk is committed meanwhile, and then the file systems are thawed.",
        "LIN-3": "torvalds/linux, tools/hv/hv_vss_daemon.c: the daemon freezes every file system that is mounted from a device, and thaws "
        "them; there is no VSS in the guest, and no writer.",
        "LIN-4": "Public articles on backup with Windows Server 2012 R2 (aidanfinn.com p=15759, workinghardinit.work 2014-09-03): the host "
        "makes a checkpoint, takes the shadow copy of the volume, and drops the checkpoint; no VHD is mounted on the host.",
        "LIN-5": "microsoft/lis-test, WS2012R2: with the VSS integration service and the daemon a Linux guest is backed up online, without "
        "either it is offline.",
    },
    overrides=(
        machine_is(
            "system",
            starts=GuestSystem.OTHER,
            says="The guest's operating system: Linux, which can have the backup integration service.",
            why="The version is about Linux guests.",
            source="LIN-5",
        ),
        machine_is(
            "integration",
            says="The VSS integration service and, in the guest, the daemon hv_vss_daemon that answers it.",
            why="A Linux guest has a daemon in the place of the Windows service.",
            source="LIN-3 LIN-5",
        ),
        machine_is(
            "child_session",
            says="The host's requests to the guest, from the probe to the end of the backup.",
            why=_THREE_REQUESTS,
            source="LIN-1",
        ),
        machine_is(
            "child_writers",
            starts=_K.STABLE,
            says="The mounted file systems of the guest, taken together: prepared is probed, frozen is frozen.",
            why="There is no VSS in a Linux guest, and so no writer: what holds still is its file systems, which every guest has.",
            source="LIN-3",
        ),
        machine_is(
            "child_snapshot",
            says="The host's checkpoint of the VM, made while the guest is frozen; when it is dropped READ-8 says.",
            why="Nothing is made inside the guest's VHD files: from the checkpoint on writes go to a differencing disk of the host.",
            source="LIN-2 LIN-4",
        ),
        event_is(
            "child_backup_begins",
            says="The writer begins the online backup of a VM whose guest runs the daemon.",
            why="The daemon in the guest carries out requests; it is no requester.",
            source="LIN-1 LIN-3",
        ),
        event_is(
            "child_prepares_for_backup",
            says="HOT_BACKUP: the guest answers that it can be backed up, and needs no auto-recovery.",
            by="LIN-1",
            why=_THREE_REQUESTS,
            source="LIN-1",
        ),
        event_gone("child_prepares_for_snapshot", why=_THREE_REQUESTS, source="LIN-1"),
        event_is(
            "child_freezes",
            says="FREEZE: the guest freezes its mounted file systems.",
            by="LIN-1 LIN-3",
            why=_THREE_REQUESTS,
            source="LIN-1 LIN-3",
        ),
        rows_are(
            "child_session",
            "child_freezes",
            on("child_freezes", _C.PREPARED, _C.FROZEN),
            why="FREEZE follows the probe.",
            source="LIN-1",
        ),
        event_is(
            "child_snapshot_taken",
            says="The host makes its checkpoint of the VM while the guest is frozen.",
            by="LIN-2 LIN-4",
            why="It is the host that makes a snapshot, not the guest.",
            source="LIN-2 LIN-4",
        ),
        event_is("child_thaws", says="THAW: the guest thaws its file systems.", by="LIN-1", why=_THREE_REQUESTS, source="LIN-1"),
        event_gone("child_post_snapshot", why=_THREE_REQUESTS, source="LIN-1"),
        event_is(
            "child_backup_completes",
            says="The host is done with the guest: BU_COMPLETE, which the driver answers without work.",
            by="LIN-1 BAK-5 READ-8",
            why="The end is the host's word, and nothing to the guest.",
            source="LIN-1",
        ),
        rows_are(
            "child_session",
            "child_backup_completes",
            on("child_backup_completes", _C.THAWED, _C.IDLE),
            why="Nothing comes between THAW and the end.",
            source="LIN-1",
        ),
        event_is(
            "guest_snapshot_fails",
            says="The guest's part fails (a file system cannot be frozen or thawed, or no answer comes in time); the VM runs on.",
            by="LIN-1 LIN-3 BAK-13",
            why="What can fail in the guest is a request.",
            source="LIN-1 LIN-3",
        ),
        machine_new(LINUX_2.actor, why="Neither daemon nor driver has a timer that thaws: who does is not said.", source="LIN-1 LIN-3"),
        event_is(
            "child_gives_up",
            only=LINUX_2.actor.is_(Abandoned.THAWS),
            says="The guest thaws its file systems, since nobody drives the backup any more (LINUX-2).",
            by="LINUX-2",
            why="In the document it is VSS in the child that aborts and thaws.",
            source="LIN-3",
        ),
        rows_are(
            "image",
            "shadow_copies_committed",
            on("shadow_copies_committed", Image.NONE, Image.SETTLED, when=IN_SET & _holds),
            on("shadow_copies_committed", Image.NONE, Image.AT_REST, when=IN_SET & ~_holds & _at_rest),
            on("shadow_copies_committed", Image.NONE, Image.CRASH_CONSISTENT, when=IN_SET & ~_holds & ~_at_rest),
            stays("shadow_copies_committed"),
            why="Since the checkpoint nothing is written to the VHD files, so the copy has them as they were when the guest was frozen.",
            source="LIN-2 LIN-4",
        ),
        event_gone("image_rolled_back", why=_NO_ROLL_BACK, source="LIN-1 LIN-4"),
        event_gone("roll_back_fails", why=_NO_ROLL_BACK, source="LIN-1 LIN-4"),
        event_gone("roll_back_skipped", why=_NO_ROLL_BACK, source="LIN-1 LIN-4"),
        machine_instead(
            READ_6.actor,
            why="Nothing has to be recovered, so the veto of the document has no reason left; that it is gone is not said.",
            source="LIN-1",
        ),
        machine_new(
            LINUX_1.actor,
            why="That such a provider defeats an online backup is said of hosts up to 2012, and of 2012 R2 is nothing said.",
            source="LIN-4",
        ),
        event_is(
            "image_cannot_be_rolled_back",
            when=undoing & _defeated,
            says="The provider cannot auto-recover, and the host fails the VM although its guest asked for no auto-recovery (LINUX-1).",
            by="LINUX-1",
            why=_NO_ROLL_BACK,
            source="LIN-1 LIN-4",
        ),
        event_is(
            "post_snapshot_succeeded",
            when=undoing & nothing_noted & every(vm, ~_defeated) & ~one_stuck,
            says="The writer returns from PostSnapshot: every VM is given back.",
            by="BAK-9 LINUX-1",
            why=_NO_ROLL_BACK,
            source="LIN-1 LIN-4",
        ),
        event_is(
            "post_snapshot_failed",
            when=undoing & nothing_noted & every(vm, ~_defeated) & one_stuck,
            says="A VM could not be given back: the writer reports a failure.",
            by="BAK-9 READ-11 LINUX-1 VSS-3",
            why=_NO_ROLL_BACK,
            source="LIN-1 LIN-4",
        ),
        event_is(
            "post_snapshot_delivered",
            says="VSS delivers PostSnapshot; the shadow copy exists, and the checkpoint is dropped.",
            why="The checkpoint is dropped when the shadow copy of the volume is made.",
            source="LIN-4",
        ),
        fault_is(
            "provider_cannot_auto_recover",
            duty="",
            why="Nothing is recovered, so no duty is known that would need such a provider (LINUX-1).",
            source="LIN-1",
        ),
    ),
    readings=(READ_6, LINUX_1, LINUX_2),
    leaves_open={
        "when the guest is frozen": "That freezing, checkpoint and thawing lie within the host's PrepareForSnapshot is the document's word "
        "(BAK-5) for its own guests; no source says it of a Linux guest, and the version keeps it.",
        "disks of the guest": "Whether a host bars a Linux guest by disk layout or file system (MET-6, MET-7) is not said: the daemon asks "
        "for neither. The version keeps both conditions.",
        "a SCSI controller": "Hosts of 2012 R2 refuse to back up a VM online that has no SCSI controller (event 10103), since a disk is "
        "attached to its guest for the fix-up; whether a Linux guest, which has none, is refused too is not said. It is not modelled.",
        "when the checkpoint is dropped": "That it is after the volume's copy is said of Windows guests; READ-8 has the other possibility.",
        "guests of both kinds": "A host with Windows and Linux guests is not modelled: of a Windows guest on 2012 R2 other things are said "
        "(a fix-up by AutoRecovery.avhdx inside the guest).",
        "time": "A Linux guest has 10 seconds to freeze with old drivers, and 15 minutes with newer ones; guards know no time.",
    },
    without_fault="A VM that a cluster holds for online and that the writer saves directly is taken for failed, as in the document. An "
    "online backup of a Linux guest needs no auto-recovery, so NO_AUTORECOVERY in the context spoils nothing, unless READ-6 says so: no VM "
    "fails without a fault, and what needs a failed writer or an Abort is not reached.",
)  # fmt: skip
