"""Wrong protocols that break the half of a sentence that a property once left out of its term."""

from model.actors.child import ChildSession, ChildSnapshot, LiveDisk
from model.actors.cluster import Cluster
from model.actors.image import Outcome
from model.actors.method import Method, Progress, method, progress
from model.actors.requester import Requester
from model.actors.restore import TO_BE_RESTORED, FileRestoreStatus, Files, Link, Restored, link
from model.actors.volumes import IN_SET
from model.actors.vss import Vss
from model.actors.writer import Doing, LastError, doing
from model.events.post_snapshot import one_stuck, undoing
from model.notation import FALSE, TRUE, States, some
from model.notation.terms import SomeStates
from model.sorts import vm
from tests.wrong_protocols.changes import (
    TableChange,
    Wrong,
    both,
    dropped,
    guard,
    guarded_by,
    ignored,
    leads_to,
    row,
    starts_from,
    table,
)


def also(event: str, source: SomeStates, dest: States) -> TableChange:
    """Not a rule of this machine until now: the event moves it, and else leaves it alone."""
    return lambda rows: ignored(event)(row(event, source, dest)(rows))


BACKUP = (
    Wrong(
        "rolled-back-on-abort", "An image may be rolled back outside PostSnapshot.",
        guard("image_rolled_back", without=undoing), "undone-in-post-snapshot", 20,
    ),
    Wrong(
        "no-freeze-in-the-child", "The child's snapshot is taken without a Freeze.",
        table("child_session", starts_from("child_snapshot_taken", ChildSession.SNAPSHOTTING)),
        "child-runs-a-whole-backup", 14,
    ),
    Wrong(
        "live-disk-rolled-back-with-the-image", "Rolling the image back rolls back the live disk.",
        table("live_disk", also("image_rolled_back", LiveDisk.WRITTEN_ON, LiveDisk.AT_SNAPSHOT)),
        "host-work-is-invisible-to-the-child", 23,
    ),
    Wrong(
        "abort-returns-early", "Abort is over although saved VMs are left.",
        guard("abort_returned", instead=doing.is_(Doing.ABORT)), "given-back-where-the-reading-says", 14,
        faults=("provider_fails",),
    ),
    Wrong(
        "settled-twice", "PostSnapshot makes a VM pending again.",
        table("progress", also("post_snapshot_delivered", Progress.READY, Progress.PENDING)),
        "vms-are-settled-in-prepare-for-snapshot", 15,
    ),
    Wrong(
        "restart-ends-the-childs-backup", "A service that restarts ends the child's backup in good order.",
        table("child_session", leads_to("management_service_restarts", ChildSession.IDLE)),
        "a-restart-forgets-the-session", 9, faults=("management_service_restarts",),
    ),
    Wrong(
        "snapshot-kept-after-the-end", "BackupShutdown lets a child's snapshot be.",
        table("child_snapshot", dropped("backup_shutdown_returned")), "child-snapshot-is-released-with-the-backup", 19,
        faults=("requester_vanishes",),
    ),
    Wrong(
        "child-goes-on-without-the-service", "A child's backup goes on although the service there has stopped.",
        table("child_session", dropped("integration_service_stops"), ignored("integration_service_stops")),
        "no-child-backup-without-the-service", 10, faults=("integration_service_stops",),
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
        "abort-without-a-failure-reaches-nobody", "AbortBackup without a failure makes no Abort due.",
        table("vss", leads_to("requester_aborts", Vss.STOPPED)), "abort-reaches-a-writer-that-failed", 7,
        faults=("requester_aborts",),
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
        "reported-out-of-nothing", "A VM counts as reported before it is copied.",
        table("outcome", also("image_rolled_back", Outcome.NOTHING, Outcome.BACKED_UP)),
        "reported-is-what-was-copied", 23,
    ),
)  # fmt: skip

RESTORE = (
    Wrong(
        "turned-off-outside-pre-restore", "A VM about to be restored is turned off before PreRestore.",
        guard("vm_turned_off", instead=TO_BE_RESTORED), "pre-restore-touches-the-chosen-only", 3,
    ),
    Wrong(
        "files-restored-again", "The status makes the files count as not restored.",
        table("files", also("file_restore_status_set", Files.WHOLE, Files.NOT_RESTORED)),
        "files-are-restored-once", 8,
    ),
    Wrong(
        "status-forgotten-in-between", "The network's update makes the status count as not set.",
        table(
            "file_restore_status",
            also("network_updated", FileRestoreStatus.ALL, FileRestoreStatus.NOT_YET),
        ),
        "a-status-is-set-once-the-files-are-dealt-with", 15,
    ),
    Wrong(
        "no-status-despite-the-failure", "PostRestore is called although no status was set.",
        table("file_restore_status", dropped("post_restore_despite_failure")), "statuses-are-set-for-the-chosen", 6,
        faults=("post_restore_despite_failure", "other_writer_fails_in_pre_restore"),
    ),
    Wrong(
        "link-lost-in-post-restore", "The network's update removes the link.",
        table("link", also("network_updated", Link.SECOND, Link.DEFAULT)), "link-exactly-when-elsewhere", 16,
    ),
    Wrong(
        "places-before-all-are-registered", "Places are compared while VMs are left to register.",
        guard("registrations_finished", instead=doing.is_(Doing.REGISTERING)), "steps-of-post-restore-do-not-overlap", 16,
        vms=2,
    ),
    Wrong(
        "registered-by-its-status", "A VM counts as registered once its status is set.",
        table("restored", also("file_restore_status_set", Restored.NO, Restored.REGISTERED)),
        "a-vm-goes-through-post-restore-step-by-step", 8,
    ),
    Wrong(
        "no-error-for-a-failed-restore", "PostRestore fails without one of the five codes.",
        table("last_error", leads_to("post_restore_failed", LastError.NO_ERROR)), "writer-raises-five-codes", 10,
        faults=("files_not_restored",),
    ),
)  # fmt: skip

CLUSTER = (
    Wrong(
        "fails-over-unsaved", "A VM that the writer has not saved fails over.",
        guard("vm_fails_over", instead=TRUE), "no-other-failover", 2, faults=("operator_changes_vm",),
    ),
    Wrong(
        "saved-through-the-cluster-fails-over", "A VM that was saved through the cluster service is taken for failed.",
        both(
            guard("vm_fails_over", instead=TRUE),
            table("cluster", row("vm_fails_over", Cluster.SAVED, Cluster.FAILED_OVER)),
        ),
        "saved-through-the-cluster-is-left-saved", 2,
    ),
    Wrong(
        "offline-resource-is-moved", "The cluster moves a VM whose resource is offline.",
        table("cluster", row("cluster_fails_over", Cluster.OFFLINE, Cluster.FAILED_OVER)),
        "offline-resource-does-not-fail-over", 2, faults=("cluster_fails_over",),
    ),
)  # fmt: skip

BROKEN = (*BACKUP, *RESTORE, *CLUSTER)
"""Each breaks an always- or a step-property."""

_child_only = table("outcome", guarded_by("files_copied", IN_SET & method.is_(Method.CHILD_VM_SNAPSHOT)))
_published = some(vm, ~method.is_(Method.UNPUBLISHED))

OUT_OF_REACH = (
    Wrong(
        "no-saved-state-without-auto-recovery", "Only VMs of Child VM Snapshot are copied.",
        _child_only, "saved-state-needs-no-auto-recovery", 0,
    ),
    Wrong(
        "no-saved-state-with-this-provider", "Only VMs of Child VM Snapshot are copied.",
        _child_only, "provider-does-not-defeat-saved-state", 0, faults=("provider_cannot_auto_recover",),
    ),
    Wrong(
        "no-snapshot-to-tell-the-methods-by", "PostSnapshot leaves no sign that Child VM Snapshot was used.",
        table("child_snapshot", leads_to("post_snapshot_delivered", ChildSnapshot.NONE)), "mixed-methods-succeed", 0,
        vms=2,
    ),
    Wrong(
        "no-end-without-a-vm", "A backup of no VM is never released.",
        guard("released_unprepared", needs=_published), "a-backup-of-no-vm-ends", 0,
    ),
    Wrong(
        "no-end-of-a-restore-of-nothing", "A requester that chooses nothing to restore chooses for ever.",
        table("requester", leads_to("released_unrestored", Requester.RESTORE_INITIALIZED)), "a-restore-of-nothing-ends", 0,
    ),
    Wrong(
        "no-end-of-a-failed-copy", "Who reports a failed copy never comes to BackupComplete.",
        table("requester", leads_to("failure_reported", Requester.RELEASED)), "a-copy-that-failed-is-reported-so", 0,
        faults=("copy_fails",),
    ),
    Wrong(
        "saved-is-enough", "A VM saved through the cluster is not taken for failed when a restore turns it off.",
        table("cluster", dropped("vm_turned_off", Cluster.SAVED)), "saved-is-not-offline", 0,
    ),
    Wrong(
        "offline-for-ever", "A VM that is restored is offline no longer.",
        table("cluster", row("vm_registered", Cluster.OFFLINE, Cluster.LEFT_BEHIND)), "online-again-after-a-restore", 0,
    ),
    Wrong(
        "linked-once", "A VM that has a link cannot be restored to a third place.",
        guard("vm_chosen_for_restore_to_a_third_place", needs=link.is_(Link.DEFAULT)), "a-link-can-change-its-target", 0,
    ),
    Wrong(
        "every-vhd-as-configured", "No VHD is ever restored to another place.",
        guard("vhd_goes_elsewhere", needs=FALSE), "restore-elsewhere-succeeds", 0,
    ),
)  # fmt: skip
"""Each makes something impossible that is said to be possible, so there is no run to show."""
