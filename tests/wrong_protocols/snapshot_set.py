"""Wrong protocols of the snapshot set: Freeze and Thaw, in which the writer does nothing, and PostSnapshot, which undoes."""

from model.actors.child import ChildWriters, LiveDisk, child_writers
from model.actors.conditions import DiskKind, disk_kind
from model.actors.image import InBackup, Recovery, recovery
from model.actors.power import Note, Power, note
from model.actors.volumes import IN_SET
from model.actors.vss import Provider, Vss, provider
from model.actors.writer import Doing, Returned, doing, failed, returned
from model.events.freeze_and_thaw import between_events
from model.events.post_snapshot import giving_back, noted, recoverable, undoing
from model.events.prepare_for_snapshot import all_done, preparing
from model.notation import every
from model.sorts import disk, vm
from tests.wrong_protocols.changes import (
    Wrong,
    also,
    both,
    dropped,
    guard,
    guarded_by,
    ignored,
    row,
    starts_from,
    table,
)

D, N, P, V = Doing, Note, Power, Vss

_vhds_only = every(disk, disk_kind.is_(DiskKind.VHD))

FREEZE_AND_THAW = (
    Wrong(
        "saved-in-freeze", "VMs are saved in Freeze, for a shorter pause.",
        both(
            guard("vm_saved", without=preparing, needs=doing.is_(D.FREEZE)),
            guard("prepare_for_snapshot_succeeded", without=all_done),
        ),
        "work-in-prepare-for-snapshot", 10,
    ),
    Wrong(
        "given-back-in-freeze", "Saved VMs are given back in Freeze already.",
        guard("vm_given_back", without=giving_back, needs=giving_back | doing.is_(D.FREEZE)),
        "nothing-moves-in-freeze-and-thaw", 11,
    ),
    Wrong(
        "returning-true-is-success", "Freeze is delivered to a writer that reported a failure and returned TRUE.",
        table("doing", guarded_by("freeze_delivered", ~failed | returned.is_(Returned.TRUE))), "true-is-not-success", 10,
    ),
    Wrong(
        "copies-before-freeze-returns", "The shadow copies are made while the writer is still in Freeze.",
        guard("shadow_copies_committed", without=between_events), "copies-are-made-after-freeze", 11,
    ),
    Wrong(
        "thaw-before-the-copies", "Thaw is delivered before the shadow copies are made.",
        table("vss", starts_from("thaw_delivered", V.FREEZE | V.COMMITTED)), "copies-are-made-before-thaw", 11,
    ),
    Wrong(
        "pass-through-disks-copied", "The shadow copies hold pass-through and iSCSI disks.",
        table("in_backup", guarded_by("shadow_copies_committed", IN_SET)), "only-vhds-are-in-the-backup", 11,
    ),
    Wrong(
        "shadow-copy-of-vhds-only-vms", "A VHD is left out of the shadow copy where its VM has a disk of another kind too.",
        table(
            "in_backup",
            guarded_by("shadow_copies_committed", IN_SET & disk_kind.is_(DiskKind.VHD) & _vhds_only, InBackup.NO),
        ),
        "every-vhd-is-in-the-backup", 11, disks=2,
    ),
)  # fmt: skip

POST_SNAPSHOT = (
    Wrong(
        "every-saved-vm-is-started", "A VM that is given back runs, whatever the note says.",
        table("power", dropped("vm_given_back"), row("vm_given_back", P.SAVED, P.RUNNING)), "given-back-as-before", 16,
    ),
    Wrong(
        "every-saved-vm-is-given-back", "A VM that was saved before the backup is given back too.",
        both(
            guard("vm_given_back", without=noted),
            table("power", row("vm_given_back", P.SAVED, P.RUNNING, note.is_(N.NOTHING))),
            table("note", ignored("vm_given_back")),
        ),
        "only-saved-vms-are-given-back", 16,
    ),
    Wrong(
        "saved-vms-are-forgotten", "PostSnapshot succeeds without giving anything back.",
        guard("post_snapshot_succeeded", without=every(vm, ~noted)), "no-vm-left-saved", 23,
    ),
    Wrong(
        "rolled-back-on-abort", "An image may be rolled back outside PostSnapshot.",
        guard("image_rolled_back", without=undoing), "undone-in-post-snapshot", 20,
    ),
    Wrong(
        "live-disk-rolled-back", "The disks that the VM goes on using are rolled back.",
        table(
            "live_disk",
            row("image_rolled_back", LiveDisk.WRITTEN_ON, LiveDisk.AT_SNAPSHOT),
            ignored("image_rolled_back"),
        ),
        "live-disk-is-never-rolled-back", 23,
    ),
    Wrong(
        "live-disk-rolled-back-with-the-image", "Rolling the image back rolls back the live disk.",
        table("live_disk", also("image_rolled_back", LiveDisk.WRITTEN_ON, LiveDisk.AT_SNAPSHOT)),
        "host-work-is-invisible-to-the-child", 23,
    ),
    Wrong(
        "roll-back-needs-the-childs-writers", "An image is rolled back only if the child has writers of its own.",
        guard("image_rolled_back", needs=~child_writers.is_(ChildWriters.ABSENT)),
        "roll-back-independent-of-child-writers", 22,
    ),
    Wrong(
        "one-vhd-is-rolled-back", "Of the VHDs of a VM those that cannot be rolled back are passed over.",
        table("in_backup", guarded_by("image_rolled_back", recovery.is_(Recovery.WORKS)), ignored("image_rolled_back")),
        "every-vhd-is-rolled-back", 24,
    ),
    Wrong(
        "a-vm-without-a-vhd-is-given-up", "An image is given up for want of auto-recovery although it has no VHD.",
        guard("image_cannot_be_rolled_back", without=~recoverable, needs=provider.is_(Provider.CANNOT)),
        "only-a-vhd-cannot-be-rolled-back", 24, faults=("provider_cannot_auto_recover",),
    ),
)  # fmt: skip
