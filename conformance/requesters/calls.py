"""The protocol's events as calls: how a run reads to whoever wrote the requester."""

from __future__ import annotations

from collections.abc import Iterator

from model.protocol import PROTOCOL
from proofs.answers.verdict import RunFound

CALL_OF = {
    "backup_initialized": "InitializeForBackup",
    "context_set": "SetContext",
    "context_set_without_autorecovery": "SetContext, with NO_AUTORECOVERY",
    "writer_metadata_gathered": "GatherWriterMetadata",
    "snapshot_set_started": "StartSnapshotSet",
    "vm_chosen": "AddComponent, AddToSnapshotSet",
    "volume_missing": "AddComponent, AddToSnapshotSet, but not of every volume",
    "prepared_for_backup": "PrepareForBackup",
    "snapshot_set_begun": "DoSnapshotSet",
    "snapshot_set_made": "DoSnapshotSet returns: done",
    "snapshot_set_failed": "DoSnapshotSet returns: failed",
    "status_is_good": "(no writer has failed)",
    "status_shows_failure": "GatherWriterStatus: a writer has failed",
    "failure_ignored": "(a writer has failed; it does not look, or does not mind)",
    "files_copied": "Copy",
    "copy_fails": "Copy: fails",
    "success_reported": "SetBackupSucceeded(true)",
    "failure_reported": "SetBackupSucceeded(false)",
    "success_not_reported": "(no SetBackupSucceeded)",
    "failed_copy_reported_as_success": "Copy: fails; SetBackupSucceeded(true)",
    "backup_completed": "BackupComplete",
    "completed_after_failure": "BackupComplete: refused",
    "backup_aborted": "AbortBackup",
    "requester_aborts": "AbortBackup",
    "released": "Release",
    "released_unprepared": "Release",
    "released_without_abort": "Release",
    "released_early": "Release",
    "released_while_waiting": "Release, while DoSnapshotSet runs",
    "requester_vanishes": "(its process ends)",
    "restore_initialized": "InitializeForRestore, GatherWriterMetadata",
    "vm_chosen_for_restore": "SetSelectedForRestore",
    "vm_chosen_for_restore_elsewhere": "SetSelectedForRestore, AddNewTarget",
    "vm_chosen_for_restore_to_a_third_place": "SetSelectedForRestore, AddNewTarget",
    "released_unrestored": "Release",
    "pre_restore_called": "PreRestore",
    "restore_given_up": "Release",
    "post_restore_called": "PostRestore",
    "post_restore_despite_failure": "SetFileRestoreStatus(NONE), PostRestore",
    "post_restore_never_called": "Release, without PostRestore",
    "file_restore_status_set": "SetFileRestoreStatus",
    "file_status_forgotten": "(no SetFileRestoreStatus)",
    "restore_released": "Release",
}
"""What a requester calls, by event; what is in brackets is no call."""


def told_in_calls(run: RunFound) -> Iterator[str]:
    """A run, a line a step: calls at the margin, what comes of them further in."""
    for number, (name, index) in enumerate(run.steps, 1):
        vm = f" (VM {index[0] + 1})" if index else ""
        if name in CALL_OF:
            yield f"{number:>3}  {CALL_OF[name]}{vm}"
        else:
            event = PROTOCOL.events[name]
            says = PROTOCOL.faults[event.fault].says if event.fault is not None else event.says
            yield f"{number:>3}      {name}{vm}: {says}"
