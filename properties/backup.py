"""BAK: what a backup does to the VMs, and what it must never do."""

from model.actors.child import ChildSnapshot, LiveDisk, child_session, child_snapshot, child_writers, live_disk
from model.actors.conditions import DiskKind, disk_kind
from model.actors.due import Due, SavedBy, power_due, saved_by
from model.actors.image import Image, InBackup, Outcome, image, in_backup, outcome
from model.actors.method import Method, Progress, method, progress
from model.actors.power import Note, Power, earlier, note, power
from model.actors.requester import Context, Requester, context, requester
from model.actors.volumes import Volumes, volumes
from model.actors.writer import Doing, Process, WriterState, doing, process, writer_state
from model.notation import after, all_of, any_of, every, happens, implies, same, some, unchanged
from model.readings import READ_1, READ_10, GivenBack, StateBefore
from model.sorts import disk, vm
from properties.kinds import Seen, always, fired, independent, possible, precedes, seen, step
from properties.method import fits_as_read
from properties.refinement import Ordinary, child_view
from properties.vocabulary import (
    CHILD_EVENTS,
    SESSION_STARTS,
    at_rest,
    backup_succeeds,
    by_others,
    chosen,
    completed,
    gone,
    has_vhd,
    in_metadata,
    meant,
    preparing,
    undoing,
    writer_failed,
)

_remembers = process.is_(Process.SERVING)
_off_or_saved = power.is_(Power.OFF | Power.SAVED)
_backed_up = outcome.is_(Outcome.BACKED_UP)
_used_child_snapshot = ~child_snapshot.is_(ChildSnapshot.NONE)
_no_image_of_vhds = image.is_(Image.NONE) | ~has_vhd
_settled = image.is_(Image.SETTLED)
_one_failed = some(vm, progress.is_(Progress.FAILED))
_prepared = happens("prepare_for_snapshot_succeeded")

_ROLL_BACK = ("image_rolled_back", "roll_back_fails", "image_cannot_be_rolled_back", "roll_back_skipped")

work_in_prepare_for_snapshot = step(
    "The writer saves VMs and starts child backups in PrepareForSnapshot, and nowhere else.",
    implies(happens("vm_saved", "child_backup_begins"), preparing),
    shows="BAK-2",
    witness=fired("vm_saved"),
)

undone_in_post_snapshot = step(
    "What PrepareForSnapshot did is undone in PostSnapshot and nowhere else, but for saved VMs, which Abort gives back too.",
    implies(happens("vm_given_back"), undoing | doing.is_(Doing.ABORT))
    & implies(happens("image_rolled_back"), undoing),
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
    "A VM that is off, or that others than the writer have saved, is neither saved nor given back.",
    every(
        vm,
        implies(happens("vm_saved"), ~_off_or_saved)
        & implies(happens("vm_given_back"), power.is_(Power.SAVED) & saved_by.is_(SavedBy.WRITER)),
    ),
    shows="BAK-3 BAK-9",
    derived=True,
    witness=fired("vm_has_nothing_to_save"),
)

child_runs_a_whole_backup = step(
    "The requester in the child is done only after PrepareForBackup, PrepareForSnapshot, Freeze, the child's snapshot, Thaw and "
    "PostSnapshot in the child, in this order.",
    every(vm, implies(happens("child_backup_completes"), child_view.is_(Ordinary.POST_SNAPSHOT))),
    shows="BAK-4",
    witness=fired("child_backup_completes"),
    observers=(child_view,),
)

child_events_within_prepare_for_snapshot = step(
    "Every VSS event in a child happens while the host's writer processes PrepareForSnapshot.",
    implies(happens(*CHILD_EVENTS, "child_gives_up"), preparing),
    shows="BAK-5",
    witness=fired("child_backup_completes"),
)

host_work_is_invisible_to_the_child = step(
    "Making the copies and rolling an image back, or not, moves nothing that a child can see: its power, its disks, its snapshot, its "
    "backup or its writers. PostSnapshot lets its snapshot go, and moves nothing else of that.",
    implies(
        happens("shadow_copies_committed", "post_snapshot_delivered", *_ROLL_BACK),
        every(vm, unchanged(child_session, child_writers, power, live_disk)),
    )
    & implies(happens("shadow_copies_committed", *_ROLL_BACK), every(vm, unchanged(child_snapshot))),
    shows="BAK-6",
    witness=fired("image_rolled_back"),
)

prepared_only_when_all_are_done = step(
    "PrepareForSnapshot succeeds only when every VM that READ-5 means, chosen or not, is saved (or has failed over since), was off or "
    "saved already, or has its snapshot.",
    implies(_prepared, every(vm, ~meant | _off_or_saved | _used_child_snapshot | gone & ~note.is_(Note.NOTHING))),
    shows="BAK-7 READ-5",
    witness=_prepared,
)

every_child_has_its_snapshot = step(
    "When PrepareForSnapshot succeeds, every VM that READ-5 means, chosen or not, has its snapshot if it was published with Child VM "
    "Snapshot and still fits it.",
    implies(
        _prepared, every(vm, ~meant | ~method.is_(Method.CHILD_VM_SNAPSHOT) | ~fits_as_read | _used_child_snapshot)
    ),
    shows="BAK-7 BAK-4 READ-5",
    witness=_prepared & some(vm, method.is_(Method.CHILD_VM_SNAPSHOT) & ~chosen),
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
    "When no session is open, no VM is still in the saved state that the writer put it into, whether the writer knows of it or not.",
    implies(at_rest, every(vm, saved_by.is_(SavedBy.NOBODY) | ~power.is_(Power.SAVED))),
    shows="BAK-9 READ-1 READ-3 READ-14 READ-15",
    witness=fired("vm_saved"),
)

power_is_changed_by_the_writer_or_the_cluster_only = step(
    "While a session is open the power state of a VM changes only by what the writer does, or through the cluster service.",
    every(
        vm,
        at_rest
        | unchanged(power)
        | happens("vm_saved", "vm_given_back", "vm_turned_off", "vm_deleted", "vm_registered")
        | happens("cluster_saves_vm", "vm_fails_over"),
    ),
    shows="BAK-9 VSS-9",
    derived=True,
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
    "The writer keeps a note of each VM that it saves, and drops it when it gives the VM back or finds it no longer saved.",
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
    "The writer finds nothing left to give back only of a VM that it has a note of, and that is saved no longer.",
    every(vm, implies(happens("nothing_left_to_give_back"), ~note.is_(Note.NOTHING) & ~power.is_(Power.SAVED))),
    shows="BAK-9",
    witness=fired("nothing_left_to_give_back"),
)

_looks_at = {"backup_initialized": StateBefore.SESSION_START, "writer_metadata_gathered": StateBefore.IDENTIFY}
state_before_is_looked_at_once = step(
    "Where READ-10 has the writer look before PrepareForSnapshot, it looks at the state of each VM that is here at that moment, and at "
    "no other.",
    every(
        vm,
        all_of(
            *(
                implies(happens(event) & READ_10.actor.is_(moment) & ~gone, after(same(earlier, power)))
                for event, moment in _looks_at.items()
            )
        ),
    )
    & every(
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
    "Saved VMs are given back in PostSnapshot, or on Abort; after a veto where READ-1 says: on Abort, inside PrepareForSnapshot once "
    "every VM is settled, on BackupShutdown or never. What could not be given back is not tried again, and Abort or BackupShutdown, where "
    "VMs are given back there, is over only when none is left.",
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
        happens("abort_returned") & (~_vetoed | READ_1.actor.is_(GivenBack.ON_ABORT | GivenBack.INSIDE)),
        every(vm, _given_up),
    )
    & implies(
        happens("backup_shutdown_returned") & _vetoed & READ_1.actor.is_(GivenBack.ON_SHUTDOWN) & _remembers,
        every(vm, _given_up),
    )
    & implies(
        happens("vm_given_back", "vm_cannot_be_resumed", "nothing_left_to_give_back") & preparing,
        every(vm, ~meant | progress.is_(Progress.READY | Progress.FAILED | Progress.STUCK)),
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
            _given_up & ~(progress.is_(Progress.READY) & _used_child_snapshot & ~_no_image_of_vhds),
        ),
    )
    & implies(happens("post_snapshot_succeeded"), every(vm, ~progress.is_(Progress.STUCK))),
    shows="BAK-9 BAK-10 READ-11",
    witness=fired("post_snapshot_succeeded"),
)

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

_failure_reported = seen("failure_reported", since=SESSION_STARTS)
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
