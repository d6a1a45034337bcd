"""After DoSnapshotSet: status, copy, BackupComplete; or failure, AbortBackup, Abort; and BackupShutdown at the end."""

from model.actors.requester import Requester, requester
from model.actors.vss import OtherWriter, Vss, other_writer, vss
from model.actors.writer import Doing, Process, WriterState, doing, failed, process, writer_state
from model.events.post_snapshot import gives_back_on_abort, gives_back_on_shutdown, nothing_noted
from model.notation import all_, event
from model.readings import READ_11, UndoingFails
from model.sorts import vm

between_events = doing.is_(Doing.NOTHING)
lost = process.is_(Process.RESTARTED)
copy_counts = writer_state.is_(WriterState.FAILED_AT_POST_SNAPSHOT) & READ_11.actor.is_(UndoingFails.COPY_COUNTS)
status_bad = lost | failed & ~copy_counts
veto_counts = ~vss.is_(Vss.PREPARE_FOR_SNAPSHOT) | between_events & (
    failed | lost | other_writer.is_(OtherWriter.FAILED)
)

EVENTS = (
    *event(
        "snapshot_set_failed",
        when=between_events & veto_counts,
        by="VSS-5 VSS-8 BAK-13",
        says="DoSnapshotSet returns with a failure: after a veto without an Abort, else after Abort.",
    ),
    *event(
        "status_is_good",
        when=~status_bad | writer_state.is_(WriterState.FAILED_AT_PREPARE_SNAPSHOT),
        by="BAK-13 READ-11",
        says="The requester gathers the writer's status and goes on: it is good, or its veto has been ignored already.",
    ),
    *event(
        "status_shows_failure",
        when=status_bad & ~writer_state.is_(WriterState.FAILED_AT_PREPARE_SNAPSHOT),
        by="BAK-13 READ-11",
        says="The requester gathers the writer's status and finds a failure.",
    ),
    *event(
        "files_copied", at=all_(vm), by="BAK-1", says="The requester copies the chosen VMs' files from the shadow copy."
    ),
    *event(
        "success_reported",
        at=all_(vm),
        by="BAK-1 BAK-13",
        says="The requester calls SetBackupSucceeded for every component it copied.",
    ),
    *event("backup_completed", by="BAK-1 VSS-8", says="BackupComplete is delivered and returns."),
    *event(
        "backup_aborted",
        by="VSS-5 VSS-6 VSS-8",
        says="The requester calls AbortBackup after a failure.",
    ),
    *event(
        "requester_aborts",
        by="VSS-5 VSS-6 READ-14",
        says="The requester calls AbortBackup of its own accord.",
        fault="requester_aborts",
    ),
    *event(
        "abort_delivered",
        when=between_events,
        by="VSS-5 VSS-6",
        says="VSS delivers Abort.",
    ),
    *event(
        "abort_returned",
        at=all_(vm),
        when=doing.is_(Doing.ABORT) & (nothing_noted | ~gives_back_on_abort),
        by="VSS-5 VSS-6 READ-1",
        says="The writer returns from Abort, having undone what Thaw and PostSnapshot would have undone.",
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
