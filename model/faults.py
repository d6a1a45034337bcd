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
        means="PrepareForSnapshot has no bound (VSS-4), so one child that never answers holds the whole backup for "
        "ever, and AbortBackup cannot cut in while the writer is inside its handler.",
    ),
    Fault(
        "guest_crashes",
        _CHILD,
        "The guest crashes during its backup, or before the host's copy; the VM is off.",
        means="A VM whose guest crashes goes off in the middle of a session: neither the writer nor the cluster did it, and "
        "neither can prevent it.",
    ),
    Fault(
        "integration_service_stops",
        _CHILD,
        "The backup integration service stops.",
        duty="Keep the backup integration service in a child running while a backup is open.",
        means="A child whose requester dies is thawed by its own VSS, at a time the host does not choose: one VSS "
        "event of the child outside PrepareForSnapshot (BAK-5).",
    ),
    Fault("vm_cannot_be_saved", _HOST, "A VM cannot be put into a saved state."),
    Fault(
        "vm_cannot_be_resumed",
        _HOST,
        "A VM that the writer saved cannot be given back.",
        means="Nothing ever tries again: the VM stays saved, and the writer's note of it stays too, so that a later "
        "backup may give back a VM that its owner has saved since.",
    ),
    Fault(
        "operator_changes_vm",
        _HOST,
        "An operator starts, stops, saves or pauses a VM by hand.",
        duty="Leave the power state of the VMs alone while a session is open.",
        means="The writer trusts what it saw: a VM that somebody starts, stops or saves meanwhile is copied in the "
        "wrong state, or given back to a state nobody wants any more.",
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
        means="The note of the state before is lost (READ-3), so the VMs that were saved stay saved; and a child "
        "whose backup nobody drives any more thaws by itself, outside PrepareForSnapshot. A restore that is cut short "
        "leaves the chosen VMs deleted.",
    ),
    Fault(
        "host_loses_power",
        _HOST,
        "The host loses power and starts again.",
        means="VMs that the writer had saved stay saved, since the note is lost with the process. A restore that is cut "
        "short leaves the chosen VMs deleted.",
    ),
    Fault(
        "registration_fails",
        _HOST,
        "A restored VM cannot be registered.",
        means="The VM was deleted in PreRestore; if it cannot be registered it is gone (Q23).",
    ),
    Fault(
        "cluster_fails_over",
        _HOST,
        "The cluster moves a VM to another node, for reasons of its own.",
        means="A VM that the cluster moves away in the middle of a session is beyond the writer's reach.",
    ),
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
    Fault(
        "other_writer_fails_in_pre_restore",
        _VSS,
        "Another writer fails in PreRestore.",
        means="This writer has deleted its VMs by then, and a restore has no Abort (Q20).",
    ),
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
        means="BackupShutdown is all that the writer gets (VSS-7), and by default it gives nothing back there: VMs "
        "stay saved (Q3). A restore that loses its requester leaves the chosen VMs deleted.",
    ),
    Fault(
        "failure_ignored",
        _REQUESTER,
        "The requester goes on although the status shows a failed writer, or never looks at it.",
        duty="Gather the writers' status after DoSnapshotSet, and give the backup up if one has failed.",
        means="A veto does not end DoSnapshotSet (READ-15): a requester that never looks at the status, or does not "
        "mind, makes a partial backup and leaves the vetoing writer's VMs saved. BAK-13 and BAK-9 rest on the "
        "requester's asking.",
    ),
    Fault(
        "released_without_abort",
        _REQUESTER,
        "The requester releases after a failure without AbortBackup.",
        duty="After DoSnapshotSet has failed, or a writer has, call AbortBackup before releasing the object.",
        means="A veto in PrepareForSnapshot causes no Abort (VSS-5): only AbortBackup gives the VMs back that were "
        "saved before another one failed (Q1).",
    ),
    Fault(
        "released_early",
        _REQUESTER,
        "The requester releases its object before BackupComplete, on purpose.",
        duty="Release the object only after BackupComplete, or after AbortBackup.",
        means="BackupShutdown without Abort and without BackupComplete: the writer that vetoed gives nothing back "
        "there.",
    ),
    Fault(
        "released_while_waiting",
        _REQUESTER,
        "The requester gives up waiting inside DoSnapshotSet, and releases its object.",
        duty="Wait for DoSnapshotSet; whoever gives up waiting calls AbortBackup before releasing the object.",
        means="An object released inside DoSnapshotSet yields BackupShutdown only, as a death does (VSS-7).",
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
        means="The writer cannot know: what counts as backed up is what the requester reports.",
    ),
    Fault(
        "success_not_reported",
        _REQUESTER,
        "The requester never calls SetBackupSucceeded.",
        duty="Call SetBackupSucceeded for each component: with true where it was copied, with false where not.",
        means="A backup completes of which nobody vouches for a component.",
    ),
    Fault(
        "completed_after_failure",
        _REQUESTER,
        "The requester calls BackupComplete after a failure.",
        duty="Do not take BackupComplete for AbortBackup: after a failure it is refused and ends nothing.",
        means="BackupComplete is refused and ends nothing (VSS-14): who takes it for the end must still abort.",
    ),
    Fault(
        "post_restore_never_called",
        _REQUESTER,
        "The requester never calls PostRestore.",
        duty="Once PreRestore has succeeded, call PostRestore before releasing the object.",
        means="The VMs stay deleted (Q22).",
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
        means="UNDEFINED is not ALL: nothing is registered, and the VMs stay deleted (VSS-10).",
    ),
    Fault(
        "files_restored_in_part",
        _FILES,
        "Some of a VM's files are restored, some are not.",
        duty="Restore all files of a VM: some of them count as none.",
        means="PostRestore fails, as it must; the VMs were deleted before (Q19).",
    ),
    Fault(
        "files_not_restored",
        _FILES,
        "None of a VM's files are restored.",
        duty="Make sure before PreRestore, which deletes the VMs, that their files can be restored.",
        means="PostRestore fails, as it must; the VMs were deleted before (Q19).",
    ),
    Fault(
        "volume_missing",
        _FILES,
        "A volume that holds a VM's files is not added to the snapshot set.",
        duty="Add every volume that holds a chosen VM's files to the snapshot set.",
    ),
    Fault("switch_gone", _FILES, "A virtual switch is removed."),
)

WITHOUT_FAULT = (
    "A VM that a cluster holds for online and that the writer saves directly is taken for failed (S41 to S43): it is "
    "another node's before the shadow copy is made, and the backup succeeds all the same, with an image of files in "
    "use. The document's own advice (S44) is the way out. And a VM that nobody chose can veto the backup of all the "
    "others: PrepareForSnapshot is about each VM in the writer metadata (S17, READ-5), so under NO_AUTORECOVERY one "
    "unchosen VM that would use Child VM Snapshot spoils a Saved State backup (READ-6)."
)
"""What it means that promises fail with no fault at all, under the default readings."""
