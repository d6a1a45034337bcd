"""PrepareForSnapshot: where the writer saves VMs, or waits while the requester in the child makes a snapshot."""

from model.actors.child import ChildSession, child_session
from model.actors.method import (
    BY_CHILD,
    BY_SAVED_STATE,
    CONCERNED,
    DONE_PREPARING,
    MAY_USE_CHILD_SNAPSHOT,
    OUT_OF_DATE,
    WAITS,
    Progress,
    progress,
)
from model.actors.power import Note, Power, note, power
from model.actors.volumes import INCONSISTENT_VM
from model.actors.writer import Doing, doing
from model.notation import event, every, some
from model.readings import READ_1, READ_9, AfterOneFails, GivenBack
from model.sorts import vm

preparing = doing.is_(Doing.PREPARE_FOR_SNAPSHOT)
one_failed = some(vm, progress.is_(Progress.FAILED))
goes_on = READ_9.actor.is_(AfterOneFails.TRY_THE_REST) | ~one_failed
all_done = every(vm, DONE_PREPARING)
none_under_way = every(vm, DONE_PREPARING | progress.is_(Progress.PENDING))
over = all_done | READ_9.actor.is_(AfterOneFails.STOP) & one_failed & none_under_way
"""PrepareForSnapshot has nothing more to do for any VM (READ-9)."""

given_back_inside = READ_1.actor.is_(GivenBack.INSIDE) & one_failed & over
vetoes = (
    preparing
    & over
    & one_failed
    & (~READ_1.actor.is_(GivenBack.INSIDE) | every(vm, note.is_(Note.NOTHING) | progress.is_(Progress.STUCK)))
)
"""The writer is about to report a failure: under READ-1 "inside", after giving back what it saved."""

EVENTS = (
    *event(
        "snapshot_set_begun", by="BAK-1", says="The requester calls DoSnapshotSet; PrepareForSnapshot is delivered."
    ),
    *event(
        "vm_saved",
        at=vm,
        when=preparing & goes_on & WAITS & BY_SAVED_STATE & power.is_(Power.RUNNING | Power.PAUSED),
        by="BAK-2 BAK-3 CLU-1 READ-4 READ-5",
        says="The writer puts a VM that it treats by Saved State into a saved state and notes the state before.",
        or_fault="vm_cannot_be_saved",
    ),
    *event(
        "vm_has_nothing_to_save",
        at=vm,
        when=preparing & goes_on & WAITS & BY_SAVED_STATE & power.is_(Power.OFF | Power.SAVED),
        by="BAK-3 CLU-2",
        says="A VM that is treated by Saved State is off or saved already.",
    ),
    *event(
        "vm_lacks_a_volume",
        at=vm,
        when=preparing & goes_on & progress.is_(Progress.PENDING) & CONCERNED & INCONSISTENT_VM,
        by="BAK-15",
        says="A chosen VM has a volume outside the snapshot set: it fails as inconsistent.",
    ),
    *event(
        "vm_needs_auto_recovery",
        at=vm,
        when=preparing & goes_on & WAITS & BY_CHILD & ~MAY_USE_CHILD_SNAPSHOT,
        by="BAK-12 READ-6",
        says="A VM would use Child VM Snapshot, but the context forbids auto-recovery.",
    ),
    *event(
        "vm_no_longer_fits",
        at=vm,
        when=preparing & goes_on & WAITS & OUT_OF_DATE,
        by="VSS-9 READ-4",
        says="A VM no longer fits the Child VM Snapshot method that was published for it.",
    ),
    *event(
        "vm_is_gone",
        at=vm,
        when=preparing
        & goes_on
        & progress.is_(Progress.PENDING)
        & CONCERNED
        & ~INCONSISTENT_VM
        & power.is_(Power.GONE),
        by="BAK-13",
        says="A VM of the writer metadata is no longer on this host.",
    ),
    *event(
        "child_backup_begins",
        at=vm,
        when=preparing & goes_on & WAITS & BY_CHILD & MAY_USE_CHILD_SNAPSHOT & child_session.is_(ChildSession.IDLE),
        by="BAK-2 BAK-4 GEN-2",
        says="The requester in the child begins a VSS backup of the child.",
    ),
    *event(
        "prepare_for_snapshot_succeeded",
        when=preparing & all_done & ~one_failed,
        by="BAK-7",
        says="The writer returns from PrepareForSnapshot: every VM that READ-5 means is saved, had nothing to save, or has its snapshot.",
    ),
    *event(
        "prepare_for_snapshot_vetoed",
        when=vetoes,
        by="BAK-7 BAK-13 VSS-3 VSS-12",
        says="A VM failed: the writer calls SetWriterFailure and returns FALSE.",
    ),
    *event(
        "prepare_for_snapshot_vetoed_returning_true",
        when=vetoes,
        by="BAK-7 BAK-13 VSS-12",
        says="A VM failed: the writer calls SetWriterFailure and returns TRUE.",
    ),
    *event(
        "prepare_for_snapshot_failed_unreported",
        when=vetoes,
        by="BAK-7 BAK-13 VSS-2 VSS-12",
        says="A VM failed: the writer returns FALSE without naming a failure.",
    ),
)
