"""Restore: PreRestore, the files, PostRestore in its order."""

from model.actors.conditions import DiskKind, disk_kind
from model.actors.power import Power, power
from model.actors.requester import Requester, requester
from model.actors.restore import (
    NOT_ALL,
    PER_VM,
    TO_BE_REGISTERED,
    TO_BE_RESTORED,
    FileRestoreStatus,
    Files,
    Restored,
    file_restore_status,
    files,
    restored,
)
from model.actors.vss import OtherWriter, Vss, other_writer, vss
from model.actors.writer import Doing, Process, doing, process
from model.notation import Term, all_, event, every, some
from model.sorts import disk, vm

pre_restoring = doing.is_(Doing.PRE_RESTORE)
between_events = doing.is_(Doing.NOTHING)
lost = process.is_(Process.RESTARTED)
restoring_files = requester.is_(Requester.RESTORING_FILES)
all_statuses_set = every(vm, ~TO_BE_RESTORED | ~file_restore_status.is_(FileRestoreStatus.NOT_YET))
some_not_all = some(vm, NOT_ALL)
one_unregistered = some(vm, restored.is_(Restored.FAILED))


def _none_left_at(*stages: Restored) -> Term:
    return every(vm, ~TO_BE_REGISTERED | ~restored.is_(frozenset(stages)))


EVENTS = (
    *event(
        "restore_initialized",
        at=all_(vm),
        by="RST-1 GEN-1",
        says="The requester begins a restore session; GatherWriterMetadata wakes the writers.",
        fair=False,
    ),
    *event(
        "vm_chosen_for_restore", at=vm, by="RST-2", says="The requester chooses a VM to restore to its default place."
    ),
    *event(
        "vm_chosen_for_restore_elsewhere",
        at=vm,
        by="RST-2 RST-6",
        says="The requester chooses a VM to restore to another place.",
    ),
    *event(
        "vm_chosen_for_restore_to_a_third_place",
        at=vm,
        by="RST-2 RST-6",
        says="The requester chooses a VM to restore to a third place, neither the default nor the other one.",
    ),
    *event(
        "vhd_goes_elsewhere",
        at=disk,
        when=requester.is_(Requester.RESTORE_INITIALIZED) & TO_BE_RESTORED & disk_kind.is_(DiskKind.VHD),
        by="RST-7",
        says="The requester decides to restore a disk's VHD file, if it is one, to another place than the VM's configuration names.",
        fair=False,
    ),
    *event(
        "released_unrestored",
        when=~some(vm, TO_BE_RESTORED),
        by="RST-1",
        says="The requester chooses nothing to restore, and the restore is over.",
    ),
    *event(
        "pre_restore_called",
        when=some(vm, TO_BE_RESTORED) & between_events,
        by="RST-2",
        says="The requester calls PreRestore; it is delivered to every writer.",
    ),
    *event(
        "vm_turned_off",
        at=vm,
        when=pre_restoring & TO_BE_RESTORED,
        by="RST-2 CLU-1",
        says="A VM that is about to be restored is turned off.",
    ),
    *event(
        "vm_deleted",
        at=vm,
        when=pre_restoring & TO_BE_RESTORED,
        by="RST-2 CLU-1",
        says="A VM that is about to be restored is deleted.",
    ),
    *event(
        "pre_restore_returned",
        when=pre_restoring & every(vm, ~TO_BE_RESTORED | power.is_(Power.GONE)),
        by="RST-2",
        says="The writer returns from PreRestore: every VM about to be restored is deleted.",
    ),
    *event(
        "other_writer_processes_pre_restore",
        when=vss.is_(Vss.PRE_RESTORE),
        by="RST-3",
        says="Another writer processes PreRestore.",
        or_fault="other_writer_fails_in_pre_restore",
    ),
    *event(
        "pre_restore_finished",
        when=between_events & other_writer.is_(OtherWriter.PRE_RESTORED) & ~lost,
        by="RST-3",
        says="Every writer has processed PreRestore: the requester goes on to the files.",
    ),
    *event(
        "restore_given_up",
        when=between_events & (other_writer.is_(OtherWriter.FAILED) | lost),
        by="RST-3 VSS-6",
        says="A writer failed in PreRestore: the requester gives the restore up; nothing undoes what was deleted.",
    ),
    *event(
        "post_restore_despite_failure",
        at=all_(vm),
        when=between_events & (other_writer.is_(OtherWriter.FAILED) | lost),
        by="RST-3 RST-4",
        says="A writer failed in PreRestore: the requester sets every status to VSS_RS_NONE and calls PostRestore all the same.",
        fault="post_restore_despite_failure",
    ),
    *event(
        "files_restored",
        at=vm,
        when=restoring_files & TO_BE_RESTORED,
        by="RST-3",
        says="A VM's files are restored.",
        or_fault="files_restored_in_part",
    ),
    *event(
        "files_not_restored",
        at=vm,
        when=restoring_files & TO_BE_RESTORED,
        by="RST-3 VSS-10",
        says="The restore of a VM's files fails.",
        fault="files_not_restored",
    ),
    *event(
        "file_restore_status_set",
        at=vm,
        when=restoring_files & TO_BE_RESTORED & ~files.is_(Files.NOT_RESTORED),
        by="RST-4 VSS-10",
        says="The requester sets a VM's file restore status.",
        or_fault="file_status_forgotten",
    ),
    *event(
        "post_restore_called",
        when=all_statuses_set & between_events,
        by="RST-4",
        says="The requester calls PostRestore; it is delivered to every writer.",
    ),
    *event(
        "post_restore_never_called",
        when=all_statuses_set,
        by="RST-4",
        says="The requester ends the restore without PostRestore.",
        fault="post_restore_never_called",
    ),
    *event(
        "file_restore_statuses_accepted",
        when=PER_VM | ~some_not_all,
        by="RST-4 RST-9 READ-7",
        says="Every file restore status is VSS_RS_ALL (or, under READ-7, each VM is judged by its own).",
    ),
    *event(
        "vm_registered",
        at=vm,
        when=doing.is_(Doing.REGISTERING) & TO_BE_REGISTERED,
        by="RST-5 RST-6",
        says="A restored VM is registered; one that was restored to another place gets its symbolic link.",
        or_fault="registration_fails",
    ),
    *event(
        "registrations_finished",
        when=_none_left_at(Restored.NO),
        by="RST-9",
        says="Every restored VM has been registered, or could not be.",
    ),
    *event(
        "vhd_places_compared",
        at=vm,
        when=doing.is_(Doing.COMPARING_PLACES),
        by="RST-7",
        says="The place of every VHD of a VM is compared with the configuration, which is corrected where they differ.",
    ),
    *event(
        "places_finished",
        when=_none_left_at(Restored.REGISTERED),
        by="RST-9",
        says="The places of the VHDs of all registered VMs have been compared.",
    ),
    *event(
        "network_updated",
        at=vm,
        when=doing.is_(Doing.CONNECTING),
        by="RST-8 READ-16",
        says="A VM gets a new port on each switch that it was connected to and that still exists, or (READ-16) none if one is gone.",
    ),
    *event(
        "post_restore_succeeded",
        when=_none_left_at(Restored.NO, Restored.REGISTERED, Restored.PLACES_COMPARED)
        & ~some_not_all
        & ~one_unregistered,
        by="RST-4 RST-9",
        says="The writer returns TRUE from PostRestore.",
    ),
    *event(
        "post_restore_failed",
        when=some_not_all & ~PER_VM & doing.is_(Doing.CHECKING_STATUSES)
        | _none_left_at(Restored.NO, Restored.REGISTERED, Restored.PLACES_COMPARED)
        & (some_not_all | one_unregistered)
        & doing.is_(Doing.CONNECTING),
        by="RST-4 READ-7",
        says="The writer calls SetWriterFailure and returns FALSE from PostRestore.",
    ),
    *event("post_restore_finished", when=between_events, by="RST-4", says="PostRestore returns to the requester."),
    *event(
        "restore_released",
        at=all_(vm),
        when=between_events,
        by="RST-1",
        says="The requester releases its object: the restore is over.",
    ),
    *event(
        "restore_dropped",
        at=all_(vm),
        when=between_events,
        by="VSS-6 VSS-7",
        says="The requester is gone: the restore is dropped where it stands; there is no Abort in a restore.",
    ),
)
