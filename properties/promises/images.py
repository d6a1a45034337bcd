"""BAK: images are rolled back to the child's snapshot, and what that takes of the context."""

from model.actors.child import ChildSnapshot, LiveDisk, child_snapshot, child_writers, live_disk
from model.actors.image import Image, InBackup, Outcome, image, in_backup, outcome
from model.actors.method import Method, method
from model.actors.power import Power, power
from model.actors.requester import Context, context
from model.named import Events, fired, happens
from model.notation import after, every, implies, some
from model.sorts import disk, vm
from properties.kinds import always, independent, possible, step
from properties.vocabulary import (
    backup_succeeds,
    chosen,
    completed,
    has_vhd,
    undoing,
)

_backed_up = outcome.is_(Outcome.BACKED_UP)
_used_child_snapshot = ~child_snapshot.is_(ChildSnapshot.NONE)
_no_image_of_vhds = image.is_(Image.NONE) | ~has_vhd
_settled = image.is_(Image.SETTLED)
_ROLL_BACK: Events = ("image_rolled_back", "roll_back_fails", "image_cannot_be_rolled_back", "roll_back_skipped")

image_is_rolled_back = step(
    "When PostSnapshot succeeds, every image of a VM with a child snapshot, and with a VHD, is rolled back to that snapshot.",
    implies(
        happens("post_snapshot_succeeded"),
        every(vm, ~_used_child_snapshot | _no_image_of_vhds | _settled),
    ),
    shows="BAK-10 READ-6",
    witness=happens("post_snapshot_succeeded") & some(vm, _used_child_snapshot & chosen),
)

every_vhd_is_rolled_back = step(
    "When PostSnapshot succeeds, every VHD in the shadow copy of a VM with a child snapshot is rolled back to that snapshot.",
    implies(
        happens("post_snapshot_succeeded"),
        every(vm, ~_used_child_snapshot | every(disk, ~in_backup.is_(InBackup.YES))),
    ),
    shows="BAK-10 READ-6",
    witness=happens("post_snapshot_succeeded") & some(vm, _used_child_snapshot & chosen),
)

rolled_back_is_said_of_vhds = always(
    "An image is settled only if no VHD in it is left as it was: what is rolled back are VHDs, and a VM without one has nothing to "
    "roll back.",
    every(
        vm,
        ~_settled | every(disk, ~in_backup.is_(InBackup.YES)),
    ),
    shows="BAK-10",
    derived=True,
    witness=fired("image_rolled_back"),
)

a_child_that_stopped_is_rolled_back = possible(
    "A VM that has stopped since its child's snapshot was taken is rolled back all the same: the snapshot lies in its VHDs.",
    some(vm, happens("image_rolled_back") & power.is_(Power.OFF)),
    shows="BAK-10",
    derived=True,
    needs=("guest_crashes", "operator_changes_vm"),
)

child_snapshot_backup_succeeds = possible(
    "A Child VM Snapshot backup can succeed, with the image rolled back.",
    backup_succeeds & some(vm, _backed_up & some(disk, in_backup.is_(InBackup.ROLLED_BACK))),
    shows="BAK-10 READ-8",
)

roll_back_in_post_snapshot_only = step(
    "An image is rolled back in PostSnapshot and at no other time.",
    every(vm, _settled | ~after(_settled) | undoing),
    shows="BAK-10 BAK-2",
    witness=fired("image_rolled_back"),
)

live_disk_is_never_rolled_back = step(
    "The live disk never goes back to the child's snapshot; only the copy does.",
    every(
        vm,
        ~live_disk.is_(LiveDisk.WRITTEN_ON)
        | ~after(live_disk.is_(LiveDisk.AT_SNAPSHOT))
        | happens("child_snapshot_taken"),
    ),
    shows="BAK-10",
    derived=True,
    witness=happens("image_rolled_back") & some(vm, live_disk.is_(LiveDisk.WRITTEN_ON)),
)

roll_back_independent_of_child_writers = independent(
    "Whether and how an image is rolled back does not depend on the child's own writers.",
    of=(child_writers,),
    events=_ROLL_BACK,
    shows="BAK-11",
    witness=fired("image_rolled_back"),
)

auto_recovery_required = always(
    "A backup that used Child VM Snapshot for any VM never succeeds with NO_AUTORECOVERY in the context.",
    implies(completed & context.is_(Context.NO_AUTORECOVERY), every(vm, ~_used_child_snapshot)),
    shows="BAK-12 READ-6",
    witness=happens("snapshot_set_begun")
    & context.is_(Context.NO_AUTORECOVERY)
    & some(vm, method.is_(Method.CHILD_VM_SNAPSHOT)),
)

saved_state_needs_no_auto_recovery = possible(
    "A Saved State backup, without Child VM Snapshot for any VM, can succeed with NO_AUTORECOVERY in the context.",
    backup_succeeds
    & context.is_(Context.NO_AUTORECOVERY)
    & some(vm, _backed_up & method.is_(Method.SAVED_STATE))
    & every(vm, ~_used_child_snapshot),
    shows="BAK-12",
    derived=True,
)
