"""BAK: what a backup does to the VMs, and what it must never do."""

from model.actors.child import ChildSnapshot, child_session, child_snapshot, child_writers, live_disk
from model.actors.due import SavedBy, saved_by
from model.actors.image import image
from model.actors.method import Method, method, progress
from model.actors.power import Note, Power, note, power
from model.actors.writer import Doing, doing
from model.named import Events, fired, happens
from model.notation import every, implies, some, unchanged
from model.sorts import vm
from properties.kinds import step
from properties.promises.method import fits_as_read
from properties.promises.refinement import Ordinary, child_view
from properties.vocabulary import (
    CHILD_EVENTS,
    by_others,
    chosen,
    gone,
    meant,
    preparing,
    undoing,
)

_off_or_saved = power.is_(Power.OFF | Power.SAVED)
_used_child_snapshot = ~child_snapshot.is_(ChildSnapshot.NONE)
_prepared = happens("prepare_for_snapshot_succeeded")
_ROLL_BACK: Events = ("image_rolled_back", "roll_back_fails", "image_cannot_be_rolled_back", "roll_back_skipped")

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
