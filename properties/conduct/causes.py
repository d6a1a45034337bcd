"""Nothing fails without a cause: each failure is put down to what brought it about."""

from model.actors.child import ChildSnapshot, child_snapshot
from model.actors.image import Image, image
from model.actors.method import Method, Progress, method, progress
from model.actors.power import Note, note
from model.actors.requester import Context, context
from model.actors.volumes import Volumes, volumes
from model.actors.vss import OtherWriter, Provider, Vss, other_writer, provider, vss
from model.actors.writer import Doing, Process, doing, process
from model.named import Events, fired, happens
from model.notation import after, every, implies, some, unchanged
from model.readings import (
    READ_1,
    READ_4,
    READ_5,
    READ_9,
    READ_15,
    AfterAVeto,
    AfterOneFails,
    GivenBack,
    MethodOutdated,
    WhichVMs,
)
from model.sorts import vm
from properties.kinds import precedes, step
from properties.promises.method import fits_as_read
from properties.vocabulary import (
    SESSION_STARTS,
    VETOES,
    by_others,
    chosen,
    gone,
    has_vhd,
    meant,
    preparing,
    to_be_restored,
    undoing,
    writer_failed,
)

_SETTLED: Events = (
    "vm_saved", "vm_has_nothing_to_save", "vm_lacks_a_volume", "vm_needs_auto_recovery", "vm_no_longer_fits", "vm_is_gone",
    "vm_cannot_be_saved", "child_backup_begins",
)  # fmt: skip
_GIVEN_UP: Events = (
    "vm_lacks_a_volume", "vm_needs_auto_recovery", "vm_no_longer_fits", "vm_is_gone", "vm_cannot_be_saved", "guest_snapshot_fails",
)  # fmt: skip
_UNDONE: Events = ("image_rolled_back", "roll_back_fails", "image_cannot_be_rolled_back", "roll_back_skipped")

a_veto_needs_a_failed_vm = step(
    "The writer fails in PrepareForSnapshot only if a VM could not be saved or make its snapshot.",
    implies(happens(*VETOES), some(vm, progress.is_(Progress.FAILED))),
    shows="BAK-7 BAK-13",
    witness=fired("prepare_for_snapshot_vetoed"),
)

every_vm_is_tried_before_a_veto = step(
    "The writer fails in PrepareForSnapshot only when it has nothing left to do for any VM that READ-5 means, chosen or not.",
    implies(happens(*VETOES), every(vm, ~meant | progress.is_(Progress.FAILED | Progress.READY | Progress.STUCK))),
    shows="READ-9 READ-5 BAK-13",
    derived=True,
    witness=fired("prepare_for_snapshot_vetoed"),
)

an_unchosen_vm_spoils_no_backup = step(
    "The writer fails in PrepareForSnapshot only if a VM that was chosen could not be saved or make its snapshot.",
    implies(happens(*VETOES), some(vm, chosen & progress.is_(Progress.FAILED))),
    shows="BAK-13 READ-5 READ-6",
    derived=True,
    witness=fired("prepare_for_snapshot_vetoed"),
)

a_vm_fails_for_a_reason = step(
    "A VM is given up as inconsistent only if a volume is missing, for want of auto-recovery only if the context forbids it, as "
    "gone only if it is, as unfit only if it no longer fits.",
    every(
        vm,
        implies(happens("vm_lacks_a_volume"), chosen & volumes.is_(Volumes.ONE_MISSING))
        & implies(happens("vm_needs_auto_recovery"), context.is_(Context.NO_AUTORECOVERY))
        & implies(happens("vm_is_gone"), gone)
        & implies(happens("vm_no_longer_fits"), method.is_(Method.CHILD_VM_SNAPSHOT) & ~fits_as_read),
    ),
    shows="BAK-12 BAK-13 BAK-15 VSS-9",
    witness=fired("vm_needs_auto_recovery"),
)

saved_only_by_its_method = step(
    "A VM is treated by Saved State only if that is its method, or if it no longer fits Child VM Snapshot.",
    every(
        vm,
        implies(
            happens("vm_saved", "vm_has_nothing_to_save", "vm_cannot_be_saved"),
            method.is_(Method.SAVED_STATE) | method.is_(Method.CHILD_VM_SNAPSHOT) & ~fits_as_read,
        ),
    ),
    shows="BAK-3 BAK-4 MET-1 READ-4",
    witness=fired("vm_saved"),
)

_published_child = method.is_(Method.CHILD_VM_SNAPSHOT)
_anew, _fails = READ_4.actor.is_(MethodOutdated.ANEW), READ_4.actor.is_(MethodOutdated.FAILS)

a_vm_is_treated_as_it_fits = step(
    "A VM that fits Child VM Snapshot when PrepareForSnapshot comes to it is snapshotted if that method was published or READ-4 decides "
    "anew, and is saved else; one that no longer fits is saved, or given up where READ-4 says so.",
    every(
        vm,
        implies(
            happens("child_backup_begins", "vm_needs_auto_recovery"),
            fits_as_read & (_published_child | _anew) & volumes.is_(Volumes.ALL_IN_SET),
        )
        & implies(
            happens("vm_saved", "vm_has_nothing_to_save", "vm_cannot_be_saved"),
            ~(fits_as_read & (_published_child | _anew)) & ~(_published_child & ~fits_as_read & _fails),
        )
        & implies(happens("vm_no_longer_fits"), _published_child & ~fits_as_read & _fails),
    ),
    shows="READ-4 READ-12 READ-13 BAK-3 BAK-4 VSS-9",
    witness=fired("vm_saved"),
)

only_the_vms_that_the_reading_means_are_treated = step(
    "PrepareForSnapshot settles only VMs of the writer metadata: any of them, or chosen ones only, as READ-5 says.",
    every(
        vm,
        implies(
            happens(*_SETTLED),
            ~method.is_(Method.UNPUBLISHED) & (READ_5.actor.is_(WhichVMs.EVERY_VM) | chosen),
        ),
    ),
    shows="READ-5 BAK-13",
    witness=fired("vm_saved"),
)

a_veto_comes_last = step(
    "When the writer fails in PrepareForSnapshot no child is at work; and where READ-1 says so, what it saved is given back before.",
    implies(
        happens(*VETOES),
        every(
            vm,
            ~progress.is_(Progress.IN_CHILD)
            & (~READ_1.actor.is_(GivenBack.INSIDE) | note.is_(Note.NOTHING) | progress.is_(Progress.STUCK)),
        ),
    ),
    shows="READ-1 READ-9 BAK-13",
    witness=fired("prepare_for_snapshot_vetoed"),
)

vms_are_settled_in_prepare_for_snapshot = step(
    "A VM is settled in PrepareForSnapshot only, and once in a session at most: saved, snapshotted, left as it is, or given up.",
    every(
        vm,
        implies(happens(*_SETTLED), preparing & progress.is_(Progress.PENDING) & after(~progress.is_(Progress.PENDING)))
        & (
            progress.is_(Progress.PENDING)
            | after(~progress.is_(Progress.PENDING))
            | happens("backup_shutdown_returned", "host_loses_power")
        ),
    ),
    shows="BAK-2 BAK-7",
    witness=fired("vm_has_nothing_to_save"),
)

a_settled_vm_is_settled = step(
    "A VM that is saved, has nothing to save or has its child's backup complete is ready; one that is given up has failed; one whose "
    "child works is at work; and after PostSnapshot its image is done or it is stuck.",
    every(
        vm,
        implies(
            happens("vm_saved", "vm_has_nothing_to_save", "child_backup_completes"), after(progress.is_(Progress.READY))
        )
        & implies(happens(*_GIVEN_UP), after(progress.is_(Progress.FAILED)))
        & implies(happens("child_backup_begins"), after(progress.is_(Progress.IN_CHILD)))
        & implies(happens("image_rolled_back", "roll_back_skipped"), after(progress.is_(Progress.UNDONE)))
        & implies(
            happens("vm_cannot_be_resumed", "roll_back_fails", "image_cannot_be_rolled_back"),
            after(progress.is_(Progress.STUCK)),
        ),
    ),
    shows="BAK-7 BAK-13 READ-11",
    witness=fired("vm_saved"),
)

progress_is_made_by_its_events_only = step(
    "How far the writer has come with a VM changes only by what happens to that VM, and when the session is over.",
    every(
        vm,
        unchanged(progress)
        | happens(
            *_SETTLED,
            *_UNDONE,
            "child_backup_completes",
            "vm_cannot_be_resumed",
            "guest_snapshot_fails",
            "backup_shutdown_returned",
        )
        | by_others,
    ),
    shows="BAK-2 BAK-7",
    witness=fired("vm_saved"),
)

images_are_settled_in_post_snapshot = step(
    "Images are rolled back, or not, in PostSnapshot, and only those of VMs with a snapshot of the child.",
    every(
        vm,
        implies(
            happens(*_UNDONE),
            undoing & progress.is_(Progress.READY) & ~image.is_(Image.NONE) & ~child_snapshot.is_(ChildSnapshot.NONE),
        ),
    ),
    shows="BAK-2 BAK-10",
    witness=fired("image_rolled_back"),
)

a_roll_back_fails_for_a_reason = step(
    "An image is given up as impossible to roll back only if the child's snapshot is not in it or the provider cannot auto-recover, and "
    "left as it is only with NO_AUTORECOVERY in the context.",
    every(
        vm,
        implies(
            happens("image_cannot_be_rolled_back"), ~image.is_(Image.HOLDS_SNAPSHOT) | provider.is_(Provider.CANNOT)
        )
        & implies(happens("roll_back_skipped"), context.is_(Context.NO_AUTORECOVERY)),
    ),
    shows="BAK-10 VSS-11 READ-6",
    witness=fired("image_rolled_back"),
)

only_a_vhd_cannot_be_rolled_back = step(
    "An image is given up as not to be rolled back only if the VM has a VHD.",
    every(vm, implies(happens("image_cannot_be_rolled_back", "roll_back_fails"), has_vhd)),
    shows="BAK-10 VSS-11",
    derived=True,
    witness=fired("image_cannot_be_rolled_back", "roll_back_fails"),
)

only_a_recoverable_image_is_rolled_back = step(
    "An image is rolled back only if it holds the child's snapshot, and provider and context let it be auto-recovered; the provider "
    "does not matter where there is no VHD.",
    every(
        vm,
        implies(
            happens("image_rolled_back"),
            image.is_(Image.HOLDS_SNAPSHOT)
            & (provider.is_(Provider.CAN) | ~has_vhd)
            & ~context.is_(Context.NO_AUTORECOVERY),
        ),
    ),
    shows="BAK-10 BAK-12 VSS-11 READ-6",
    witness=fired("image_rolled_back"),
)

post_snapshot_fails_for_a_reason = step(
    "The writer fails in PostSnapshot only if a VM could not be given back or its image not be rolled back.",
    implies(happens("post_snapshot_failed"), some(vm, progress.is_(Progress.STUCK)) & doing.is_(Doing.POST_SNAPSHOT)),
    shows="READ-11 VSS-5",
    witness=fired("post_snapshot_failed"),
)

_vss_fails: Events = (
    "provider_fails", "freeze_window_overrun", "other_writer_fails_in_prepare_for_snapshot", "other_writer_fails_in_freeze",
    "other_writer_fails_in_thaw", "other_writer_fails_in_post_snapshot", "management_service_restarts",
)  # fmt: skip

ANOTHER_FAILS: Events = (
    "other_writer_fails_in_prepare_for_snapshot", "other_writer_fails_in_freeze", "other_writer_fails_in_thaw",
    "other_writer_fails_in_post_snapshot", "other_writer_fails_in_pre_restore",
)  # fmt: skip
another_writers_failure_is_seen = step(
    "Another writer that fails in an event of a session has failed for the rest of it.",
    implies(happens(*ANOTHER_FAILS), after(other_writer.is_(OtherWriter.FAILED)))
    & (
        ~other_writer.is_(OtherWriter.FAILED)
        | after(other_writer.is_(OtherWriter.FAILED))
        | happens("backup_shutdown_returned", "restore_released", "restore_dropped", "host_loses_power")
    ),
    shows="VSS-5 RST-3",
    witness=fired(*ANOTHER_FAILS),
)

a_failure_is_ignored_only_if_there_is_one = precedes(
    "The requester ignores a failure only if a writer has failed, or this writer's process started again.",
    first=(*VETOES, *ANOTHER_FAILS, "post_snapshot_failed", "management_service_restarts"),
    then=("failure_ignored",),
    since=SESSION_STARTS,
    shows="VSS-13",
    derived=True,
    witness=fired("failure_ignored"),
)

a_veto_ends_the_set_as_the_reading_says = step(
    "After a failure in PrepareForSnapshot the snapshot set goes on, or DoSnapshotSet fails and Freeze never comes, as READ-15 says.",
    implies(
        happens("snapshot_set_failed") & vss.is_(Vss.PREPARE_FOR_SNAPSHOT),
        READ_15.actor.is_(AfterAVeto.FAILS) | process.is_(Process.RESTARTED),
    )
    & implies(
        happens("freeze_delivered") & (writer_failed | other_writer.is_(OtherWriter.FAILED)),
        READ_15.actor.is_(AfterAVeto.GOES_ON),
    ),
    shows="READ-15 VSS-5",
    witness=fired("prepare_for_snapshot_vetoed"),
)

the_rest_is_tried_as_the_reading_says = step(
    "After one VM has failed another one is still tried only under the reading that says so.",
    implies(
        happens(*_SETTLED) & some(vm, progress.is_(Progress.FAILED)),
        READ_9.actor.is_(AfterOneFails.TRY_THE_REST),
    ),
    shows="READ-9",
    witness=fired("prepare_for_snapshot_vetoed"),
)

a_snapshot_set_fails_for_a_reason = precedes(
    "DoSnapshotSet fails only after a writer has failed, the provider has, the window was overrun, or the writer's process was lost.",
    first=(*VETOES, *_vss_fails),
    then=("snapshot_set_failed",),
    since=SESSION_STARTS,
    shows="VSS-5 VSS-8",
    witness=fired("snapshot_set_failed"),
)

a_bad_status_has_a_reason = precedes(
    "The requester finds a failure in the writers' status only after a writer has failed, or this one's process has started again.",
    first=(*VETOES, *ANOTHER_FAILS, "post_snapshot_failed", "management_service_restarts"),
    then=("status_shows_failure",),
    since=SESSION_STARTS,
    shows="BAK-13 VSS-5 VSS-13",
    witness=fired("status_shows_failure"),
)

a_writer_is_lost_for_a_reason = precedes(
    "VSS gives a snapshot set up for want of the writer only after its process has started again.",
    first=("management_service_restarts",),
    then=("writer_lost",),
    since=SESSION_STARTS,
    shows="VSS-5",
    witness=fired("writer_lost"),
)

an_abort_follows_a_failure = precedes(
    "A requester that follows the rules calls AbortBackup only after a failure.",
    first=("snapshot_set_failed", "status_shows_failure"),
    then=("backup_aborted",),
    since=SESSION_STARTS,
    shows="VSS-5 VSS-8",
    witness=fired("backup_aborted"),
)

a_restore_is_given_up_for_a_reason = precedes(
    "A restore is given up after PreRestore only if another writer failed in it, or this writer's process started again.",
    first=("other_writer_fails_in_pre_restore", "management_service_restarts"),
    then=("restore_given_up",),
    since=SESSION_STARTS,
    shows="RST-3",
    witness=fired("restore_given_up"),
)

sessions_are_about_something = step(
    "PrepareForBackup is called only if a VM was chosen for the backup, PreRestore only if one was chosen to be restored; and a session "
    "is over before them only if none was.",
    implies(happens("prepared_for_backup"), some(vm, chosen))
    & implies(happens("released_unprepared"), every(vm, ~chosen))
    & implies(happens("released_unrestored"), every(vm, ~to_be_restored))
    & implies(happens("pre_restore_called"), some(vm, to_be_restored)),
    shows="BAK-1 RST-2",
    derived=True,
    witness=fired("prepared_for_backup"),
)
