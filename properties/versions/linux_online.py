"""Version linux-online: an online backup that needs no auto-recovery."""

from collections.abc import Mapping

from model.actors.child import ChildSnapshot, ChildWriters, child_snapshot, child_writers
from model.actors.image import Image, InBackup, Outcome, image, in_backup, outcome
from model.actors.method import Progress, progress
from model.actors.power import Note, Power, note, power
from model.actors.requester import Context, context
from model.actors.volumes import Volumes, volumes
from model.actors.vss import Provider, provider
from model.named import fired, happens
from model.notation import after, every, implies, some, unchanged
from model.sorts import disk, vm
from properties.kinds import possible, step
from properties.vocabulary import backup_succeeds, chosen

_ROLL_BACK = "Nothing is rolled back in this version, so nothing can be said of it."
_NO_VSS_IN_THE_GUEST = "There is no VSS in a Linux guest, and no writer: the guest is probed, freezes and thaws."

LEFT_OUT: Mapping[str, str] = {
    "image-is-rolled-back": _ROLL_BACK,
    "every-vhd-is-rolled-back": _ROLL_BACK,
    "rolled-back-is-said-of-vhds": _ROLL_BACK,
    "a-child-that-stopped-is-rolled-back": _ROLL_BACK,
    "roll-back-in-post-snapshot-only": _ROLL_BACK,
    "live-disk-is-never-rolled-back": _ROLL_BACK,
    "roll-back-independent-of-child-writers": _ROLL_BACK,
    "images-are-settled-in-post-snapshot": _ROLL_BACK,
    "a-roll-back-fails-for-a-reason": _ROLL_BACK,
    "only-a-recoverable-image-is-rolled-back": _ROLL_BACK,
    "host-work-is-invisible-to-the-child": "It is put to the test by a roll back, of which there is none.",
    "child-snapshot-backup-succeeds": f"{_ROLL_BACK} In its place: online-backup-succeeds.",
    "auto-recovery-required": "The guest needs no auto-recovery. In its place: online-backup-needs-no-auto-recovery.",
    "provider-defeats-child-snapshots": "Nothing is recovered. In its place: the-provider-does-not-defeat-an-online-backup.",
    "shadow-copy-holds-the-chosen-as-they-are": "An image that holds the child's snapshot has it to be rolled back to. In its place: "
    "the-copy-holds-what-the-checkpoint-keeps.",
    "post-snapshot-is-over-when-all-is-undone": "An image is settled when it is made. In its place: "
    "post-snapshot-is-over-when-all-is-given-back.",
    "child-writers-take-part": _NO_VSS_IN_THE_GUEST,
    "child-runs-a-whole-backup": f"{_NO_VSS_IN_THE_GUEST} In its place: the-checkpoint-is-of-a-frozen-guest.",
    "child-sees-an-ordinary-backup": _NO_VSS_IN_THE_GUEST,
    "guest-service-name": "The name is that of the Windows service.",
}
"""Promises of the document that this version does not have, and why."""

_ends = happens("shadow_copies_committed", "abort_returned", "backup_shutdown_returned", "host_loses_power")
_online = (
    outcome.is_(Outcome.BACKED_UP) & ~child_snapshot.is_(ChildSnapshot.NONE) & some(disk, in_backup.is_(InBackup.YES))
)
_complete = chosen & volumes.is_(Volumes.ALL_IN_SET)
_kept, _off_or_saved = child_snapshot.is_(ChildSnapshot.TAKEN), power.is_(Power.OFF | Power.SAVED)

online_backup_succeeds = possible(
    "A guest can be backed up online, with its VHDs as they were when it was frozen.",
    backup_succeeds & some(vm, _online & image.is_(Image.SETTLED)),
    shows="LIN-2 LIN-4 LIN-5 READ-8",
)

online_backup_needs_no_auto_recovery = possible(
    "A guest can be backed up online with NO_AUTORECOVERY in the context.",
    backup_succeeds & context.is_(Context.NO_AUTORECOVERY) & some(vm, _online),
    shows="LIN-1 READ-6",
    derived=True,
)

the_provider_does_not_defeat_an_online_backup = possible(
    "With a provider that cannot auto-recover, a guest can be backed up online.",
    backup_succeeds & provider.is_(Provider.CANNOT) & some(vm, _online),
    shows="LIN-1 LINUX-1",
    derived=True,
    needs=("provider_cannot_auto_recover",),
)

nothing_is_written_to_the_copy = step(
    "Once it is made, the shadow copy of a VM stays as it is until it goes.",
    every(vm, unchanged(image)) | _ends,
    shows="LIN-4",
    witness=fired("post_snapshot_succeeded"),
)

post_snapshot_is_over_when_all_is_given_back = step(
    "The writer returns from PostSnapshot only when each VM that it saved is given back or stuck; with success only if none is stuck.",
    implies(
        happens("post_snapshot_succeeded", "post_snapshot_failed"),
        every(vm, note.is_(Note.NOTHING) | progress.is_(Progress.STUCK)),
    )
    & implies(happens("post_snapshot_succeeded"), every(vm, ~progress.is_(Progress.STUCK))),
    shows="BAK-9 READ-11 LINUX-1",
    witness=fired("post_snapshot_succeeded"),
)

the_checkpoint_is_of_a_frozen_guest = step(
    "The host makes its checkpoint while the file systems of the guest are frozen.",
    every(vm, implies(happens("child_snapshot_taken"), child_writers.is_(ChildWriters.FROZEN))),
    shows="LIN-2 LIN-3",
    witness=fired("child_snapshot_taken"),
)

the_copy_holds_what_the_checkpoint_keeps = step(
    "Of each VM that was chosen with all its volumes the shadow copy has an image as the VM is: settled with its checkpoint; without one "
    "off or saved, or running; and of no other VM.",
    implies(
        happens("shadow_copies_committed"),
        every(
            vm,
            (_complete | unchanged(image))
            & (
                ~_complete
                | _kept & after(image.is_(Image.SETTLED))
                | ~_kept & _off_or_saved & after(image.is_(Image.AT_REST))
                | ~_kept & ~_off_or_saved & after(image.is_(Image.CRASH_CONSISTENT))
            ),
        ),
    ),
    shows="LIN-4 BAK-15",
    witness=fired("shadow_copies_committed"),
)
