"""The faults: what the environment may do in a run that tolerates it."""

from model.notation import Fault

_CHILD, _HOST, _VSS = "in a child", "on the host", "in VSS"
_REQUESTER, _FILES = "requester", "files and network"

CHILD_EVENTS = frozenset(
    {
        "child_prepares_for_backup", "child_prepares_for_snapshot", "child_freezes", "child_snapshot_taken",
        "child_thaws", "child_post_snapshot", "child_backup_completes",
    }
)  # fmt: skip

FAULTS = (
    Fault(
        "guest_snapshot_fails",
        _CHILD,
        "The child's backup fails, in any of its phases up to PostSnapshot; the VM runs on.",
    ),
    Fault(
        "guest_hangs",
        _CHILD,
        "The child's next step may never come, though nothing forbids it.",
        CHILD_EVENTS,
        duty="In a child, carry the backup through or end it as failed: the host waits in PrepareForSnapshot without a bound.",
    ),
    Fault("guest_crashes", _CHILD, "The guest crashes during its backup, or before the host's copy; the VM is off."),
    Fault(
        "integration_service_stops",
        _CHILD,
        "The backup integration service stops.",
        duty="Keep the backup integration service in a child running while a backup is open.",
    ),
    Fault("vm_cannot_be_saved", _HOST, "A VM cannot be put into a saved state."),
    Fault("vm_cannot_be_resumed", _HOST, "A VM that the writer saved cannot be given back."),
    Fault(
        "operator_changes_vm",
        _HOST,
        "An operator starts, stops, saves or pauses a VM by hand.",
        duty="Leave the power state of the VMs alone while a session is open.",
    ),
    Fault(
        "roll_back_fails",
        _HOST,
        "One VHD file in the shadow copy, or all, cannot be rolled back, although nothing forbids it.",
    ),
    Fault(
        "management_service_restarts",
        _HOST,
        "The management service, the writer's process, restarts during a session.",
        duty="Do not restart the Virtual Machine Management service while a session is open.",
    ),
    Fault("host_loses_power", _HOST, "The host loses power and starts again."),
    Fault("registration_fails", _HOST, "A restored VM cannot be registered."),
    Fault("cluster_fails_over", _HOST, "The cluster moves a VM to another node, for reasons of its own."),
    Fault("provider_fails", _VSS, "The provider fails, before, during or after the commit."),
    Fault(
        "provider_cannot_auto_recover",
        _VSS,
        "The provider turns out, between sessions, not to auto-recover shadow copies.",
        duty="Make the shadow copies with a provider that can auto-recover them.",
    ),
    Fault("freeze_window_overrun", _VSS, "Freeze to Thaw takes longer than the window allows."),
    Fault("other_writer_fails_in_prepare_for_snapshot", _VSS, "Another writer fails in PrepareForSnapshot."),
    Fault("other_writer_fails_in_freeze", _VSS, "Another writer fails in Freeze."),
    Fault("other_writer_fails_in_thaw", _VSS, "Another writer fails in Thaw."),
    Fault("other_writer_fails_in_post_snapshot", _VSS, "Another writer fails in PostSnapshot."),
    Fault("other_writer_fails_in_pre_restore", _VSS, "Another writer fails in PreRestore."),
    Fault(
        "requester_aborts",
        _REQUESTER,
        "The requester calls AbortBackup where it may.",
        duty="Call AbortBackup only after a failure; without one, go on to BackupComplete.",
    ),
    Fault(
        "requester_vanishes",
        _REQUESTER,
        "The requester's process dies.",
        duty="Stay alive until the session is over: nobody goes on in a dead requester's place.",
    ),
    Fault(
        "failure_ignored",
        _REQUESTER,
        "The requester goes on although the status shows a failed writer, or never looks at it.",
        duty="Gather the writers' status after DoSnapshotSet, and give the backup up if one has failed.",
    ),
    Fault(
        "released_without_abort",
        _REQUESTER,
        "The requester releases after a failure without AbortBackup.",
        duty="After DoSnapshotSet has failed, or a writer has, call AbortBackup before releasing the object.",
    ),
    Fault(
        "released_early",
        _REQUESTER,
        "The requester releases its object before BackupComplete, on purpose.",
        duty="Release the object only after BackupComplete, or after AbortBackup.",
    ),
    Fault(
        "released_while_waiting",
        _REQUESTER,
        "The requester gives up waiting inside DoSnapshotSet, and releases its object.",
        duty="Wait for DoSnapshotSet; whoever gives up waiting calls AbortBackup before releasing the object.",
    ),
    Fault(
        "copy_fails",
        _REQUESTER,
        "The files cannot be copied from the shadow copy, and the requester reports so.",
        duty="Make sure that the files can be copied from the shadow copy: a copy that fails is no backup.",
    ),
    Fault(
        "failed_copy_reported_as_success",
        _REQUESTER,
        "The copy fails, and the requester reports success.",
        duty="Call SetBackupSucceeded with true only for what was copied.",
    ),
    Fault(
        "success_not_reported",
        _REQUESTER,
        "The requester never calls SetBackupSucceeded.",
        duty="Call SetBackupSucceeded for each component: with true where it was copied, with false where not.",
    ),
    Fault(
        "completed_after_failure",
        _REQUESTER,
        "The requester calls BackupComplete after a failure.",
        duty="Do not take BackupComplete for AbortBackup: after a failure it is refused and ends nothing.",
    ),
    Fault(
        "post_restore_never_called",
        _REQUESTER,
        "The requester never calls PostRestore.",
        duty="Once PreRestore has succeeded, call PostRestore before releasing the object.",
    ),
    Fault(
        "post_restore_despite_failure",
        _REQUESTER,
        "The requester calls PostRestore although a writer failed in PreRestore.",
        duty="When a writer has failed in PreRestore, give the restore up.",
    ),
    Fault(
        "file_status_forgotten",
        _REQUESTER,
        "The requester forgets to set a file restore status.",
        duty="Before PostRestore, set the file restore status of every VM that is being restored.",
    ),
    Fault(
        "files_restored_in_part",
        _FILES,
        "Some of a VM's files are restored, some are not.",
        duty="Restore all files of a VM: some of them count as none.",
    ),
    Fault(
        "files_not_restored",
        _FILES,
        "None of a VM's files are restored.",
        duty="Make sure before PreRestore, which deletes the VMs, that their files can be restored.",
    ),
    Fault(
        "volume_missing",
        _FILES,
        "A volume that holds a VM's files is not added to the snapshot set.",
        duty="Add every volume that holds a chosen VM's files to the snapshot set.",
    ),
    Fault("switch_gone", _FILES, "A virtual switch is removed."),
)
