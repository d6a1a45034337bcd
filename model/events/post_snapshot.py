"""PostSnapshot: saved VMs go back, images are rolled back; and giving back wherever else a reading puts it."""

from model.actors.child import ChildSnapshot, child_snapshot
from model.actors.conditions import HAS_VHD
from model.actors.image import ONE_CANNOT, Image, image
from model.actors.method import Progress, progress
from model.actors.power import Note, Power, note, power
from model.actors.requester import Context, Requester, context, requester
from model.actors.vss import Provider, Vss, provider, vss
from model.actors.writer import Doing, Process, WriterState, doing, process, writer_state
from model.events.prepare_for_snapshot import given_back_inside
from model.notation import all_, event, every, some
from model.readings import READ_1, READ_6, READ_8, GivenBack, SnapshotReleased, WithoutAutoRecovery
from model.sorts import vm

undoing = doing.is_(Doing.POST_SNAPSHOT)
vetoed = writer_state.is_(WriterState.FAILED_AT_PREPARE_SNAPSHOT)
gives_back_on_abort = ~vetoed | READ_1.actor.is_(GivenBack.ON_ABORT | GivenBack.INSIDE)
gives_back_on_shutdown = vetoed & READ_1.actor.is_(GivenBack.ON_SHUTDOWN)
giving_back = (
    undoing
    | doing.is_(Doing.ABORT) & gives_back_on_abort
    | doing.is_(Doing.BACKUP_SHUTDOWN) & gives_back_on_shutdown
    | doing.is_(Doing.PREPARE_FOR_SNAPSHOT) & given_back_inside
)
"""Where the writer gives saved VMs back: PostSnapshot, and the place that READ-1 names after a failure."""

noted = ~note.is_(Note.NOTHING) & ~progress.is_(Progress.STUCK)
nothing_noted = every(vm, ~noted)
snapshot_lost = READ_8.actor.is_(SnapshotReleased.SESSION_ENDS) & image.is_(Image.AT_REST | Image.CRASH_CONSISTENT)
has_child_image = (
    progress.is_(Progress.READY)
    & ~child_snapshot.is_(ChildSnapshot.NONE)
    & (image.is_(Image.HOLDS_SNAPSHOT) | snapshot_lost & HAS_VHD)
)
"""The image should hold the child's snapshot: it does, or the snapshot went with the child's session (READ-8)."""

skipped = context.is_(Context.NO_AUTORECOVERY) & READ_6.actor.is_(WithoutAutoRecovery.SKIPPED)
recoverable = image.is_(Image.HOLDS_SNAPSHOT) & (provider.is_(Provider.CAN) | ~HAS_VHD)
one_stuck = some(vm, progress.is_(Progress.STUCK))
undone = nothing_noted & every(vm, ~has_child_image)

EVENTS = (
    *event(
        "post_snapshot_delivered",
        at=all_(vm),
        when=requester.is_(Requester.SNAPSHOTTING) & doing.is_(Doing.NOTHING) & process.is_(Process.SERVING),
        by="BAK-1 READ-2 READ-8",
        says="VSS delivers PostSnapshot; the host copy exists, so a child's own snapshot is no longer kept.",
    ),
    *event(
        "vm_given_back",
        at=vm,
        when=giving_back & noted & power.is_(Power.SAVED),
        by="BAK-2 BAK-9 READ-1",
        says="A VM that this writer put into a saved state goes back to the state it had before.",
        or_fault="vm_cannot_be_resumed",
    ),
    *event(
        "nothing_left_to_give_back",
        at=vm,
        when=giving_back & noted & ~power.is_(Power.SAVED),
        by="BAK-9",
        says="Somebody else has changed a VM that this writer saved: there is nothing left to give back.",
    ),
    *event(
        "image_rolled_back",
        at=vm,
        when=undoing & has_child_image & ~skipped & recoverable,
        by="BAK-2 BAK-10 BAK-6 BAK-11",
        says="The image of each VHD file in the shadow copy is rolled back to the child's snapshot; without one there is nothing to do.",
    ),
    *event(
        "roll_back_fails",
        at=vm,
        when=undoing & has_child_image & ~skipped & recoverable & ONE_CANNOT,
        by="BAK-10 READ-11",
        says="One VHD file in the shadow copy, or several, or all of them, cannot be rolled back, although nothing forbids it.",
        fault="roll_back_fails",
    ),
    *event(
        "image_cannot_be_rolled_back",
        at=vm,
        when=undoing & has_child_image & ~skipped & ~recoverable,
        by="BAK-10 BAK-12 VSS-11",
        says="The image does not hold the child's snapshot, or the provider cannot auto-recover it.",
    ),
    *event(
        "roll_back_skipped",
        at=vm,
        when=undoing & has_child_image & skipped,
        by="READ-6",
        says="The context forbids auto-recovery, and the roll back is left out.",
    ),
    *event(
        "post_snapshot_succeeded",
        when=undoing & undone & ~one_stuck,
        by="BAK-9 BAK-10",
        says="The writer returns from PostSnapshot: every VM is given back, every child's image rolled back or (READ-6) left.",
    ),
    *event(
        "post_snapshot_failed",
        when=undoing & undone & one_stuck,
        by="BAK-9 BAK-10 READ-11 VSS-3",
        says="A VM could not be given back or an image not rolled back: the writer reports a failure.",
    ),
    *event(
        "snapshot_set_made",
        when=vss.is_(Vss.POST_SNAPSHOT) & doing.is_(Doing.NOTHING),
        by="BAK-1 VSS-5",
        says="DoSnapshotSet returns with success.",
    ),
)
