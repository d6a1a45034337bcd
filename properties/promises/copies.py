"""BAK: what is in a backup that succeeds, and what is never said to be."""

from model.actors.child import ChildSnapshot, child_snapshot
from model.actors.conditions import DiskKind, disk_kind
from model.actors.image import Image, InBackup, Outcome, image, in_backup, outcome
from model.actors.method import Progress, progress
from model.actors.power import Power, power
from model.actors.requester import Requester, requester
from model.actors.volumes import Volumes, volumes
from model.actors.writer import Doing, doing
from model.named import fired, happens
from model.notation import after, every, implies, some, unchanged
from model.sorts import disk, vm
from properties.kinds import Seen, always, possible, precedes, seen, step
from properties.vocabulary import (
    SESSION_STARTS,
    backup_succeeds,
    chosen,
    in_metadata,
    writer_failed,
)

_off_or_saved = power.is_(Power.OFF | Power.SAVED)
_backed_up = outcome.is_(Outcome.BACKED_UP)
_one_failed = some(vm, progress.is_(Progress.FAILED))
_prepared = happens("prepare_for_snapshot_succeeded")

no_partial_backup = always(
    "If one VM fails to be saved or to create its snapshot, no VM is backed up.",
    implies(_one_failed, every(vm, ~_backed_up)),
    shows="BAK-13 READ-9",
    witness=happens("prepare_for_snapshot_vetoed") & _one_failed,
)

_failure_reported = seen("failure_reported", since=SESSION_STARTS)
backup_is_of_all_chosen = step(
    "A backup that completes holds every VM that was chosen; or, if the requester has reported that its copy failed, none.",
    implies(
        backup_succeeds,
        _failure_reported.is_(Seen.NOT_YET) & every(vm, ~chosen | _backed_up)
        | _failure_reported.is_(Seen.HAPPENED) & every(vm, ~_backed_up),
    ),
    shows="BAK-13",
    witness=backup_succeeds & some(vm, _backed_up),
    observers=(_failure_reported,),
)

success_is_of_all_chosen = step(
    "Where success is reported, it is for every VM that was chosen.",
    implies(happens("success_reported", "failed_copy_reported_as_success"), every(vm, ~chosen | after(_backed_up))),
    shows="BAK-13",
    witness=fired("success_reported"),
)

success_follows_a_copy = precedes(
    "Success is reported only after the files were copied.",
    first=("files_copied",),
    then=("success_reported", "failed_copy_reported_as_success"),
    since=SESSION_STARTS,
    shows="BAK-13",
    derived=True,
    witness=fired("success_reported"),
)

a_copy_that_failed_is_reported_so = possible(
    "A backup whose copy failed, and is reported so, completes with no VM backed up.",
    backup_succeeds & _failure_reported.is_(Seen.HAPPENED) & every(vm, ~_backed_up) & some(vm, chosen),
    shows="BAK-13",
    derived=True,
    needs=("copy_fails",),
    observers=(_failure_reported,),
)

failed_undoing_spoils_the_backup = always(
    "If a VM cannot be given back or its image not be rolled back, no VM is backed up.",
    implies(some(vm, progress.is_(Progress.STUCK)), every(vm, ~_backed_up)),
    shows="READ-11 BAK-13",
    witness=fired("post_snapshot_failed"),
)

backed_up_images_are_consistent = always(
    "What is backed up was off or saved when the shadow copy was made, or holds no VHD that is not back at the child's snapshot.",
    every(vm, ~_backed_up | image.is_(Image.AT_REST | Image.SETTLED)),
    shows="BAK-3 BAK-10 CLU-1 READ-6 READ-17",
    derived=True,
    witness=backup_succeeds,
)

only_vhds_are_in_the_backup = always(
    "No pass-through or iSCSI disk is in the backup.",
    every(vm, every(disk, in_backup.is_(InBackup.NO) | disk_kind.is_(DiskKind.VHD))),
    shows="BAK-14",
    witness=happens("shadow_copies_committed") & some(vm, chosen & some(disk, ~disk_kind.is_(DiskKind.VHD))),
)

every_vhd_is_in_the_backup = step(
    "The shadow copies hold every VHD of a chosen VM whose volumes are in the set.",
    implies(
        happens("shadow_copies_committed"),
        every(
            vm,
            ~chosen
            | ~volumes.is_(Volumes.ALL_IN_SET)
            | every(disk, ~disk_kind.is_(DiskKind.VHD) | after(in_backup.is_(InBackup.YES))),
        ),
    ),
    shows="BAK-15 BAK-14",
    witness=happens("shadow_copies_committed") & some(vm, chosen & some(disk, disk_kind.is_(DiskKind.VHD))),
)

_complete = chosen & volumes.is_(Volumes.ALL_IN_SET)

shadow_copy_holds_the_chosen_as_they_are = step(
    "The provider makes shadow copies while the requester waits for them: of each VM that was chosen with all its volumes an image as "
    "the VM is (with its child's snapshot; without one off or saved, or running), and of no other VM or its disks.",
    implies(
        happens("shadow_copies_committed"),
        requester.is_(Requester.SNAPSHOTTING)
        & every(
            vm,
            (_complete | unchanged(image))
            & (_complete | every(disk, after(in_backup.is_(InBackup.NO))))
            & (
                ~_complete
                | child_snapshot.is_(ChildSnapshot.TAKEN) & after(image.is_(Image.HOLDS_SNAPSHOT))
                | ~child_snapshot.is_(ChildSnapshot.TAKEN) & _off_or_saved & after(image.is_(Image.AT_REST))
                | ~child_snapshot.is_(ChildSnapshot.TAKEN) & ~_off_or_saved & after(image.is_(Image.CRASH_CONSISTENT))
            ),
        ),
    ),
    shows="BAK-15 BAK-14 BAK-10",
    witness=fired("shadow_copies_committed"),
)

reported_is_what_was_copied = step(
    "The requester copies the files of the VMs that were chosen with all their volumes, and reports success for those that it copied, "
    "and for no other.",
    every(
        vm,
        implies(happens("files_copied"), _complete & after(outcome.is_(Outcome.COPIED)) | unchanged(outcome))
        & implies(happens("files_copied") & _complete, after(outcome.is_(Outcome.COPIED)))
        & implies(
            happens("success_reported"),
            outcome.is_(Outcome.COPIED) & after(_backed_up) | ~outcome.is_(Outcome.COPIED) & unchanged(outcome),
        )
        & (_backed_up | ~after(_backed_up) | outcome.is_(Outcome.COPIED)),
    ),
    shows="BAK-13 BAK-1",
    derived=True,
    witness=fired("success_reported"),
)

no_shadow_copy_is_left_after_an_abort = step(
    "After Abort the shadow copy holds no VM and no disk, and a child's snapshot that was kept for it is released.",
    implies(
        happens("abort_returned"),
        every(
            vm,
            after(image.is_(Image.NONE))
            & every(disk, after(in_backup.is_(InBackup.NO)))
            & implies(child_snapshot.is_(ChildSnapshot.TAKEN), after(child_snapshot.is_(ChildSnapshot.RELEASED))),
        ),
    ),
    shows="VSS-5 BAK-10 READ-8",
    derived=True,
    witness=fired("abort_returned"),
)

_frozen = seen("freeze_returned", since=("backup_initialized",))
copies_are_made_after_freeze = step(
    "The shadow copies are made only after the writer, unless it has failed before, has returned from Freeze.",
    implies(
        happens("shadow_copies_committed"),
        ~doing.is_(Doing.FREEZE) & (writer_failed | _frozen.is_(Seen.HAPPENED)),
    ),
    shows="BAK-15 BAK-1",
    witness=fired("shadow_copies_committed"),
    observers=(_frozen,),
)

copies_are_made_before_thaw = precedes(
    "Thaw comes only after the shadow copies are made.",
    first=("shadow_copies_committed",),
    then=("thaw_delivered",),
    since=("backup_initialized",),
    shows="BAK-15 BAK-1",
    witness=fired("thaw_delivered"),
)

every_volume_in_the_set = step(
    "PrepareForSnapshot succeeds only if every chosen VM has all its volumes in the snapshot set.",
    implies(_prepared, every(vm, ~chosen | volumes.is_(Volumes.ALL_IN_SET))),
    shows="BAK-15",
    derived=True,
    witness=fired("vm_lacks_a_volume"),
)

backup_touches_metadata_only = step(
    "A backup saves or snapshots no VM that is not in the writer metadata.",
    every(vm, implies(happens("vm_saved", "child_backup_begins"), in_metadata)),
    shows="BAK-3 BAK-4",
    witness=fired("vm_saved"),
)
