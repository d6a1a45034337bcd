"""Wrong protocols of the end of a backup: the status, the copy and its report, BackupComplete; or a failure, and Abort."""

from model.actors.conditions import DiskLayout, disk_layout
from model.actors.image import Outcome
from model.actors.method import Progress, progress
from model.actors.requester import Requester
from model.actors.volumes import IN_SET
from model.actors.vss import Vss
from model.actors.writer import Doing, doing
from model.events.freeze_and_thaw import somebody_failed
from model.events.post_snapshot import one_stuck
from model.notation import every
from model.sorts import disk
from tests.wrong_protocols.changes import (
    Wrong,
    also,
    both,
    dropped,
    guard,
    guarded_by,
    leads_to,
    row,
    starts_from,
    table,
    without_fault,
)

R, V = Requester, Vss


_one_kind = every(disk, disk_layout.is_(DiskLayout.BASIC)) | every(disk, disk_layout.is_(DiskLayout.DYNAMIC))
"""A VM of one disk always is; no term counts disks, so this is how a rule comes to need a single one."""

COPY_AND_REPORT = (
    Wrong(
        "asked-before-do-snapshot-set-returns", "A veto is learned of while DoSnapshotSet still runs.",
        table("requester", row("status_shows_failure", R.SNAPSHOTTING, R.FAILURE_SEEN)),
        "asked-nothing-inside-do-snapshot-set", 10,
    ),
    Wrong(
        "copied-with-one-kind-of-disk", "A VM with disks of two layouts is left out when files are copied.",
        table("outcome", guarded_by("files_copied", IN_SET & _one_kind)), "reported-is-what-was-copied", 19, disks=2,
    ),
    Wrong(
        "reported-out-of-nothing", "A VM counts as reported before it is copied.",
        table("outcome", also("image_rolled_back", Outcome.NOTHING, Outcome.BACKED_UP)),
        "reported-is-what-was-copied", 23,
    ),
    Wrong(
        "the-rest-is-backed-up", "Where the provider cannot auto-recover, the other VMs are backed up all the same.",
        both(
            guard("post_snapshot_succeeded", without=~one_stuck),
            table("outcome", guarded_by("success_reported", ~progress.is_(Progress.STUCK))),
        ),
        "provider-defeats-child-snapshots", 32, vms=2, faults=("provider_cannot_auto_recover",),
    ),
    Wrong(
        "refused-and-yet-over", "BackupComplete after a failure is refused, and yet ends the session for the requester.",
        table("requester", dropped("completed_after_failure", R.SNAPSHOT_FAILED),
              row("completed_after_failure", R.SNAPSHOT_FAILED, R.COMPLETED)),
        "a-refused-backup-complete-ends-nothing", 15, faults=("completed_after_failure", "provider_fails"),
    ),
    Wrong(
        "complete-after-failure", "BackupComplete is called after a failed DoSnapshotSet.",
        table("requester", starts_from("backup_completed", R.REPORTED | R.FAILURE_SEEN)),
        "no-backup-complete-after-failure", 16,
    ),
    Wrong(
        "complete-after-vanishing", "BackupComplete is delivered for a requester that has vanished.",
        table("requester", starts_from("backup_completed", R.REPORTED | R.VANISHED)),
        "vanished-requester-gets-shutdown-only", 3, faults=("requester_vanishes",),
    ),
    Wrong(
        "veto-is-never-told", "After a veto DoSnapshotSet does not return.",
        guard("freeze_delivered", needs=~somebody_failed), "every-session-ends", 9, repeats=0,
    ),
    Wrong(
        "an-operator-without-the-fault", "Operators start VMs by hand in a world without faults.",
        without_fault("operator_starts_vm"), "power-is-changed-by-the-writer-or-the-cluster-only", 2,
    ),
)  # fmt: skip

ABORT = (
    Wrong(
        "abort-after-post-snapshot", "AbortBackup makes an Abort due after PostSnapshot as well.",
        table(
            "vss",
            dropped("requester_aborts", V.MADE),
            row("requester_aborts", V.POST_SNAPSHOT | V.MADE, V.ABORT_DUE),
        ),
        "no-abort-after-post-snapshot", 18, faults=("requester_aborts",),
    ),
    Wrong(
        "veto-causes-abort", "A veto in PrepareForSnapshot makes an Abort due.",
        table("vss", row("prepare_for_snapshot_vetoed", V.PREPARE_FOR_SNAPSHOT, V.ABORT_DUE)),
        "veto-alone-causes-no-abort", 9,
    ),
    Wrong(
        "another-writers-veto-aborts", "Another writer's failure in PrepareForSnapshot makes an Abort due.",
        table("vss", leads_to("other_writer_fails_in_prepare_for_snapshot", Vss.ABORT_DUE)),
        "veto-alone-causes-no-abort", 8, faults=("other_writer_fails_in_prepare_for_snapshot",),
    ),
    Wrong(
        "another-writers-thaw-fails-alone", "Another writer's failure in Thaw makes no Abort due.",
        table("vss", leads_to("other_writer_fails_in_thaw", Vss.STOPPED)), "a-call-that-fails-leaves-what-comes-next", 13,
        faults=("other_writer_fails_in_thaw",),
    ),
    Wrong(
        "abort-for-all-writers-at-once", "Where the other writers have had PostSnapshot, Abort goes to none, the failed one included.",
        table("vss", starts_from("backup_aborted", V.STOPPED | V.ABORTED)), "abort-reaches-a-writer-that-failed", 16,
    ),
    Wrong(
        "abort-for-none-leaves-vms-saved", "The same, seen by what it does to the VMs.",
        table("vss", starts_from("backup_aborted", V.STOPPED | V.ABORTED)), "no-vm-left-saved", 19, vms=2,
    ),
    Wrong(
        "abort-without-a-failure-reaches-nobody", "AbortBackup without a failure makes no Abort due.",
        table("vss", leads_to("requester_aborts", Vss.STOPPED)), "abort-reaches-a-writer-that-failed", 7,
        faults=("requester_aborts",),
    ),
    Wrong(
        "abort-returns-early", "Abort is over although saved VMs are left.",
        guard("abort_returned", instead=doing.is_(Doing.ABORT)), "given-back-where-the-reading-says", 14,
        faults=("provider_fails",),
    ),
)  # fmt: skip
