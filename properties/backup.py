"""BAK: what a backup does to the VMs, and what it must never do."""

from model.actors.child import ChildSnapshot, LiveDisk, child_session, child_snapshot, child_writers, live_disk
from model.actors.conditions import DiskKind, disk_kind
from model.actors.due import Due, power_due
from model.actors.image import Image, InBackup, Outcome, image, in_backup, outcome
from model.actors.method import Method, Progress, method, progress
from model.actors.power import Note, Power, earlier, note, power
from model.actors.requester import Context, Requester, context, requester
from model.actors.volumes import Volumes, volumes
from model.actors.writer import Doing, Process, WriterState, doing, process, writer_state
from model.notation import after, any_of, every, happens, implies, same, some, unchanged
from model.readings import READ_1, READ_10, GivenBack, StateBefore
from model.sorts import disk, vm
from properties.kinds import always, fired, independent, possible, precedes, step
from properties.vocabulary import (
    CHILD_EVENTS,
    at_rest,
    backup_succeeds,
    by_others,
    chosen,
    completed,
    in_metadata,
    preparing,
    undoing,
)

_remembers = process.is_(Process.SERVING)
_off_or_saved = power.is_(Power.OFF | Power.SAVED)
_backed_up = outcome.is_(Outcome.BACKED_UP)
_used_child_snapshot = ~child_snapshot.is_(ChildSnapshot.NONE)
_rolled_back = image.is_(Image.ROLLED_BACK)
_one_failed = some(vm, progress.is_(Progress.FAILED))
_prepared = happens("prepare_for_snapshot_succeeded")

work_in_prepare_for_snapshot = step(
    "The writer saves VMs and starts child backups in PrepareForSnapshot, and nowhere else.",
    implies(happens("vm_saved", "child_backup_begins"), preparing),
    shows="BAK-2",
    witness=fired("vm_saved"),
)

undone_in_post_snapshot = step(
    "What PrepareForSnapshot did is undone in PostSnapshot; after a failure, in Abort.",
    implies(happens("vm_given_back"), undoing | doing.is_(Doing.ABORT)),
    shows="BAK-2 READ-1",
    witness=fired("vm_given_back"),
)

saved_state_saves_every_vm = step(
    "When PrepareForSnapshot succeeds, no VM of the Saved State method in the writer metadata is running or paused.",
    implies(_prepared, every(vm, ~method.is_(Method.SAVED_STATE) | ~power.is_(Power.RUNNING | Power.PAUSED))),
    shows="BAK-3 READ-5",
    witness=_prepared & some(vm, ~note.is_(Note.NOTHING)),
)

vms_at_rest_are_not_touched = step(
    "A VM that is off or saved already is neither saved nor given back.",
    every(
        vm, implies(happens("vm_saved"), ~_off_or_saved) & implies(happens("vm_given_back"), ~note.is_(Note.NOTHING))
    ),
    shows="BAK-3 BAK-9",
    derived=True,
    witness=fired("vm_has_nothing_to_save"),
)

child_runs_a_whole_backup = precedes(
    "The requester in the child is done only after the child's snapshot is made.",
    first=("child_snapshot_taken",),
    then=("child_backup_completes",),
    since=("child_backup_begins",),
    at=vm,
    shows="BAK-4",
    witness=fired("child_backup_completes"),
)

child_events_within_prepare_for_snapshot = step(
    "Every VSS event in a child happens while the host's writer processes PrepareForSnapshot.",
    implies(happens(*CHILD_EVENTS, "child_gives_up"), preparing),
    shows="BAK-5",
    witness=fired("child_backup_completes"),
)

host_work_is_invisible_to_the_child = step(
    "Making the copies and rolling the image back moves nothing that the child can see.",
    implies(
        happens("shadow_copies_committed", "image_rolled_back", "post_snapshot_delivered"),
        every(vm, unchanged(child_session, child_writers, power)),
    ),
    shows="BAK-6",
    witness=fired("image_rolled_back"),
)

prepared_only_when_all_are_done = step(
    "PrepareForSnapshot succeeds only when every chosen VM is saved, was off or saved already, or has its snapshot.",
    implies(_prepared, every(vm, ~chosen | _off_or_saved | _used_child_snapshot)),
    shows="BAK-7",
    witness=_prepared,
)

nothing_moves_in_freeze_and_thaw = step(
    "While the writer processes Freeze or Thaw, it changes nothing of any VM.",
    implies(
        doing.is_(Doing.FREEZE | Doing.THAW) & ~by_others,
        every(vm, unchanged(power, note, progress, child_session, child_writers, child_snapshot, image)),
    ),
    shows="BAK-8",
    witness=fired("freeze_returned"),
)

back_in_prior_state = always(
    "When a backup is over, every VM has the power state it had before, but for what others than the writer did.",
    implies(at_rest, every(vm, power_due.is_(Due.NOT_RECORDED) | same(power, power_due))),
    shows="BAK-9 READ-1 READ-2 READ-3 READ-10",
    witness=happens("backup_shutdown_returned") & some(vm, ~power_due.is_(Due.GONE)),
)

no_vm_left_saved = always(
    "When no session is open, no VM is still saved by the writer.",
    implies(at_rest, every(vm, note.is_(Note.NOTHING) | ~power.is_(Power.SAVED))),
    shows="BAK-9 READ-1",
    witness=fired("vm_saved"),
)

only_saved_vms_are_given_back = precedes(
    "Only a VM that this writer saved is given back.",
    first=("vm_saved",),
    then=("vm_given_back",),
    since=("vm_given_back", "nothing_left_to_give_back", "vm_deleted"),
    at=vm,
    shows="BAK-9",
    witness=fired("vm_given_back"),
)

given_back_is_forgotten = step(
    "The writer notes the state of each VM that it saves, and forgets it when the VM is given back or is no longer saved.",
    every(
        vm,
        implies(happens("vm_saved"), after(~note.is_(Note.NOTHING) & power.is_(Power.SAVED)))
        & implies(happens("vm_given_back", "nothing_left_to_give_back"), after(note.is_(Note.NOTHING))),
    ),
    shows="BAK-9",
    witness=fired("vm_given_back"),
)

noted_by_the_writer_only = step(
    "The writer's note of a VM changes only when it saves it, gives it back, finds it changed or deletes it, and when memory is lost.",
    every(
        vm,
        unchanged(note)
        | happens("vm_saved", "vm_given_back", "nothing_left_to_give_back", "vm_deleted")
        | happens("management_service_restarts", "host_loses_power"),
    ),
    shows="BAK-9 READ-3",
    witness=fired("vm_saved"),
)

nothing_left_only_if_changed = step(
    "The writer leaves a VM that it saved as it is only if somebody else has changed it since.",
    every(vm, implies(happens("nothing_left_to_give_back"), ~note.is_(Note.NOTHING) & ~power.is_(Power.SAVED))),
    shows="BAK-9",
    witness=fired("nothing_left_to_give_back"),
)

_looks_at = {"backup_initialized": StateBefore.SESSION_START, "writer_metadata_gathered": StateBefore.IDENTIFY}
state_before_is_looked_at_once = step(
    "The writer looks at a VM's state before the backup at the moment that READ-10 names, and at no other.",
    every(
        vm,
        unchanged(earlier)
        | happens("backup_shutdown_returned", "host_loses_power")
        | any_of(
            *(
                happens(event) & READ_10.actor.is_(moment) & after(same(earlier, power))
                for event, moment in _looks_at.items()
            )
        ),
    ),
    shows="BAK-9 READ-10",
    witness=fired("backup_shutdown_returned"),
)

given_back_as_before = step(
    "A VM that is given back gets the state it had before.",
    every(vm, implies(happens("vm_given_back"), after(same(power, power_due)))),
    shows="BAK-9 READ-10",
    witness=fired("vm_given_back"),
)

_noted_as = {
    Note.RUNNING: Power.RUNNING, Note.PAUSED: Power.PAUSED, Note.OFF: Power.OFF, Note.SAVED: Power.SAVED,
}  # fmt: skip
given_back_as_noted = step(
    "A VM that is given back gets the state that the writer noted when it saved it.",
    every(
        vm,
        implies(
            happens("vm_given_back"),
            any_of(*(note.is_(noted) & after(power.is_(state)) for noted, state in _noted_as.items())),
        ),
    ),
    shows="BAK-9 READ-10",
    witness=fired("vm_given_back"),
)

_vetoed = writer_state.is_(WriterState.FAILED_AT_PREPARE_SNAPSHOT)
_given_up = note.is_(Note.NOTHING) | progress.is_(Progress.STUCK)

given_back_where_the_reading_says = step(
    "Saved VMs are given back in PostSnapshot, and after a veto where READ-1 says: on Abort, inside PrepareForSnapshot, on "
    "BackupShutdown or never. What could not be given back is not tried again, and the event there is over only when none is left.",
    every(
        vm,
        implies(
            happens("vm_given_back", "vm_cannot_be_resumed", "nothing_left_to_give_back"),
            ~_given_up
            & (
                undoing
                | doing.is_(Doing.ABORT) & (~_vetoed | READ_1.actor.is_(GivenBack.ON_ABORT | GivenBack.INSIDE))
                | doing.is_(Doing.BACKUP_SHUTDOWN) & _vetoed & READ_1.actor.is_(GivenBack.ON_SHUTDOWN)
                | preparing & READ_1.actor.is_(GivenBack.INSIDE)
            ),
        ),
    )
    & implies(
        happens("backup_shutdown_returned") & _vetoed & READ_1.actor.is_(GivenBack.ON_SHUTDOWN) & _remembers,
        every(vm, _given_up),
    )
    & implies(
        happens("vm_given_back", "vm_cannot_be_resumed", "nothing_left_to_give_back") & preparing,
        every(vm, ~chosen | progress.is_(Progress.READY | Progress.FAILED | Progress.STUCK)),
    ),
    shows="READ-1 BAK-9",
    witness=fired("vm_given_back"),
)

post_snapshot_is_over_when_all_is_undone = step(
    "The writer returns from PostSnapshot only when each VM is given back or stuck, and each image rolled back, left as it is or "
    "stuck; with success only if none is stuck.",
    implies(
        happens("post_snapshot_succeeded", "post_snapshot_failed"),
        every(
            vm,
            _given_up & ~(progress.is_(Progress.READY) & _used_child_snapshot & ~image.is_(Image.NONE)),
        ),
    )
    & implies(happens("post_snapshot_succeeded"), every(vm, ~progress.is_(Progress.STUCK))),
    shows="BAK-9 BAK-10 READ-11",
    witness=fired("post_snapshot_succeeded"),
)

image_is_rolled_back = step(
    "When PostSnapshot succeeds, every image of a VM with a child snapshot is rolled back to that snapshot.",
    implies(
        happens("post_snapshot_succeeded"),
        every(vm, ~_used_child_snapshot | image.is_(Image.NONE) | _rolled_back),
    ),
    shows="BAK-10 READ-6",
    witness=happens("post_snapshot_succeeded") & some(vm, _used_child_snapshot & chosen),
)

child_snapshot_backup_succeeds = possible(
    "A Child VM Snapshot backup can succeed, with the image rolled back.",
    backup_succeeds & some(vm, _backed_up & _rolled_back),
    shows="BAK-10 READ-8",
)

roll_back_in_post_snapshot_only = step(
    "An image is rolled back in PostSnapshot and at no other time.",
    every(vm, _rolled_back | ~after(_rolled_back) | undoing),
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
    events=("image_rolled_back", "image_cannot_be_rolled_back"),
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
    "A backup without Child VM Snapshot can succeed with NO_AUTORECOVERY in the context.",
    backup_succeeds & context.is_(Context.NO_AUTORECOVERY),
    shows="BAK-12",
    derived=True,
)

no_partial_backup = always(
    "If one VM fails to be saved or to create its snapshot, no VM is backed up.",
    implies(_one_failed, every(vm, ~_backed_up)),
    shows="BAK-13 READ-9",
    witness=happens("prepare_for_snapshot_vetoed") & _one_failed,
)

backup_is_of_all_chosen = always(
    "A backup that completes holds every VM that was chosen.",
    implies(completed, every(vm, ~chosen | _backed_up)),
    shows="BAK-13",
    witness=backup_succeeds,
)

failed_undoing_spoils_the_backup = always(
    "If a VM cannot be given back or its image not be rolled back, no VM is backed up.",
    implies(some(vm, progress.is_(Progress.STUCK)), every(vm, ~_backed_up)),
    shows="READ-11 BAK-13",
    witness=fired("post_snapshot_failed"),
)

backed_up_images_are_consistent = always(
    "What is backed up was off or saved when it was copied, or is rolled back to the child's snapshot.",
    every(vm, ~_backed_up | image.is_(Image.AT_REST | Image.ROLLED_BACK)),
    shows="BAK-3 BAK-10 READ-6",
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
    "the VM is (off or saved, running with its child's snapshot, running without), and of no other VM or its disks.",
    implies(
        happens("shadow_copies_committed"),
        requester.is_(Requester.SNAPSHOTTING)
        & every(
            vm,
            (_complete | unchanged(image))
            & (_complete | every(disk, after(in_backup.is_(InBackup.NO))))
            & (
                ~_complete
                | _off_or_saved & after(image.is_(Image.AT_REST))
                | power.is_(Power.GONE)
                | child_snapshot.is_(ChildSnapshot.TAKEN) & after(image.is_(Image.HOLDS_SNAPSHOT))
                | ~child_snapshot.is_(ChildSnapshot.TAKEN) & after(image.is_(Image.CRASH_CONSISTENT))
            ),
        ),
    ),
    shows="BAK-15 BAK-14 BAK-10",
    witness=fired("shadow_copies_committed"),
)

reported_is_what_was_copied = step(
    "The requester copies the files of the VMs that were chosen with all their volumes, and reports success for those that it copied.",
    every(
        vm,
        implies(happens("files_copied"), _complete & after(outcome.is_(Outcome.COPIED)) | unchanged(outcome))
        & implies(happens("files_copied") & _complete, after(outcome.is_(Outcome.COPIED)))
        & implies(
            happens("success_reported"),
            outcome.is_(Outcome.COPIED) & after(_backed_up) | ~outcome.is_(Outcome.COPIED) & unchanged(outcome),
        ),
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

copies_are_made_after_freeze = precedes(
    "The shadow copies are made only after the writer has returned from Freeze.",
    first=("freeze_returned",),
    then=("shadow_copies_committed",),
    since=("backup_initialized",),
    shows="BAK-15 BAK-1",
    witness=fired("shadow_copies_committed"),
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
