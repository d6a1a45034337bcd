"""Inside the child: an ordinary VSS backup, run by the requester service there."""

from model.actors.child import ChildSession, child_session
from model.notation import event
from model.sorts import vm

EVENTS = (
    *event("child_prepares_for_backup", at=vm, by="BAK-4", says="PrepareForBackup in the child."),
    *event("child_prepares_for_snapshot", at=vm, by="BAK-4", says="PrepareForSnapshot in the child."),
    *event("child_freezes", at=vm, by="BAK-4 GEN-2", says="Freeze in the child: its own writers hold still."),
    *event(
        "child_snapshot_taken", at=vm, by="BAK-4 BAK-10", says="The child's snapshot is made, inside its VHD files."
    ),
    *event("child_thaws", at=vm, by="BAK-4", says="Thaw in the child: its own writers go on."),
    *event("child_post_snapshot", at=vm, by="BAK-4", says="PostSnapshot in the child."),
    *event(
        "child_backup_completes",
        at=vm,
        by="BAK-4 BAK-5 READ-8",
        says="BackupComplete in the child: the requester there is done and the writer on the host learns of it.",
    ),
    *event(
        "guest_snapshot_fails",
        at=vm,
        by="BAK-4 BAK-13",
        says="The child's backup fails in one of its phases up to PostSnapshot (a writer of the child vetoes, or its provider fails); "
        "the VM runs on.",
        fault="guest_snapshot_fails",
    ),
    *event(
        "child_gives_up",
        at=vm,
        when=child_session.is_(ChildSession.ORPHANED),
        by="BAK-4 VSS-4",
        says="VSS in the child aborts a backup that nobody drives any more, and thaws its writers.",
    ),
)
