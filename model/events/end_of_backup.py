"""After DoSnapshotSet: status, copy, BackupComplete; or failure, AbortBackup, Abort; and BackupShutdown at the end."""

from model.actors.requester import Requester, requester
from model.actors.vss import OtherWriter, Vss, other_writer, vss
from model.actors.writer import Doing, Process, WriterState, doing, failed, process, writer_state
from model.events.freeze_and_thaw import goes_on
from model.events.post_snapshot import gives_back_on_abort, gives_back_on_shutdown, nothing_noted
from model.notation import all_, event
from model.readings import READ_11, UndoingFails
from model.sorts import vm

between_events = doing.is_(Doing.NOTHING)
lost = process.is_(Process.RESTARTED)
copy_counts = writer_state.is_(WriterState.FAILED_AT_POST_SNAPSHOT) & READ_11.actor.is_(UndoingFails.COPY_COUNTS)
status_bad = lost | failed & ~copy_counts | other_writer.is_(OtherWriter.FAILED)
set_has_failed = ~vss.is_(Vss.PREPARE_FOR_SNAPSHOT) | lost | ~goes_on
"""DoSnapshotSet fails at PrepareForSnapshot only for want of the writer, or where a veto is said to end it (READ-15)."""

EVENTS = (
    *event(
        "snapshot_set_failed",
        when=between_events & set_has_failed,
        by="VSS-5 VSS-8 VSS-13 BAK-13 READ-15",
        says="DoSnapshotSet returns with a failure: after Abort, or without one if the writers have had PostSnapshot or never had Freeze.",
    ),
    *event(
        "status_is_good",
        when=~status_bad,
        by="BAK-13 VSS-13 READ-11",
        says="The requester gathers the writers' status: none has failed, and it goes on.",
    ),
    *event(
        "status_shows_failure",
        when=status_bad,
        by="BAK-13 VSS-13 READ-11",
        says="The requester gathers the writers' status and finds a failure.",
    ),
    *event(
        "failure_ignored",
        when=status_bad,
        by="BAK-13 VSS-13",
        says="A writer has failed, and the requester goes on: it never looks at the status, or does not mind.",
        fault="failure_ignored",
    ),
    *event(
        "files_copied",
        at=all_(vm),
        by="BAK-1",
        says="The requester copies the files of the chosen VMs that are in the shadow copy with all their volumes.",
    ),
    *event(
        "copy_fails",
        by="BAK-13",
        says="The files cannot be copied from the shadow copy.",
        fault="copy_fails",
    ),
    *event(
        "success_reported",
        at=all_(vm),
        by="BAK-1 BAK-13",
        says="The requester calls SetBackupSucceeded for every component it copied.",
    ),
    *event(
        "failure_reported",
        by="BAK-1 BAK-13",
        says="The copy has failed: the requester calls SetBackupSucceeded with false for every component.",
    ),
    *event(
        "failed_copy_reported_as_success",
        at=all_(vm),
        by="BAK-13",
        says="The copy fails, and the requester calls SetBackupSucceeded all the same for every chosen VM that is in the shadow copy.",
        fault="failed_copy_reported_as_success",
    ),
    *event(
        "success_not_reported",
        by="BAK-1",
        says="The requester leaves SetBackupSucceeded out.",
        fault="success_not_reported",
    ),
    *event("backup_completed", by="BAK-1 VSS-8", says="BackupComplete is delivered and returns."),
    *event(
        "completed_after_failure",
        by="VSS-14",
        says="The requester calls BackupComplete after DoSnapshotSet has failed, or after AbortBackup: it is refused (bad state).",
        fault="completed_after_failure",
    ),
    *event(
        "backup_aborted",
        by="VSS-5 VSS-6 VSS-8 READ-14",
        says="The requester calls AbortBackup after a failure; in the window of READ-14 it reaches a writer that has not had PostSnapshot.",
    ),
    *event(
        "requester_aborts",
        by="VSS-5 VSS-6 READ-14",
        says="The requester calls AbortBackup of its own accord, or because it gives up waiting for DoSnapshotSet.",
        fault="requester_aborts",
    ),
    *event(
        "abort_delivered",
        when=between_events,
        by="VSS-5 VSS-6",
        says="VSS delivers Abort to this writer.",
    ),
    *event(
        "abort_returned",
        at=all_(vm),
        when=doing.is_(Doing.ABORT) & (nothing_noted | ~gives_back_on_abort),
        by="VSS-5 VSS-6 READ-1",
        says="The writer returns from Abort, having given back the VMs that it saved; after a veto, where READ-1 says so. No copy is left.",
    ),
    *event(
        "released",
        when=between_events & ~vss.is_(Vss.ABORT_DUE),
        by="BAK-1",
        says="The requester releases its object; BackupShutdown is delivered.",
    ),
    *event(
        "released_without_abort",
        when=between_events,
        by="VSS-8",
        says="The requester releases its object after a failure without AbortBackup; BackupShutdown is delivered.",
        fault="released_without_abort",
    ),
    *event(
        "released_early",
        when=between_events,
        by="VSS-7",
        says="The requester releases its object before BackupComplete; BackupShutdown is delivered.",
        fault="released_early",
    ),
    *event(
        "released_while_waiting",
        by="VSS-7 VSS-13",
        says="The requester gives up waiting for DoSnapshotSet and releases its object.",
        fault="released_while_waiting",
    ),
    *event(
        "requester_vanishes",
        by="VSS-7",
        says="The requester's process dies.",
        fault="requester_vanishes",
    ),
    *event(
        "shutdown_after_vanishing",
        when=between_events,
        by="VSS-7",
        says="VSS notices that the requester is gone: BackupShutdown is delivered, and nothing else.",
    ),
    *event(
        "backup_shutdown_returned",
        at=all_(vm),
        when=requester.is_(Requester.RELEASED) & (nothing_noted | ~gives_back_on_shutdown),
        by="BAK-1 VSS-7",
        says="The writer returns from BackupShutdown: the session is over and its shadow copy is gone.",
    ),
)
