"""Wrong protocols of PrepareForSnapshot: VMs are saved, or the requesters in the children make their snapshots."""

from model.actors.child import ChildSession
from model.actors.method import DONE_PREPARING, MAY_USE_CHILD_SNAPSHOT, Method, Progress, method, progress
from model.actors.volumes import INCONSISTENT_VM, Selected, selected
from model.events.prepare_for_snapshot import all_done, one_failed, over
from model.notation import every
from model.sorts import vm
from tests.wrong_protocols.changes import (
    Wrong,
    also,
    both,
    dropped,
    guard,
    ignored,
    leads_to,
    starts_from,
    table,
    unfair,
)

C, G, M = ChildSession, Progress, Method

_all_done_or_in_child = every(vm, DONE_PREPARING | progress.is_(G.IN_CHILD))
_chosen = selected.is_(Selected.FOR_BACKUP)
_all_done_or_an_unchosen_child = every(vm, DONE_PREPARING | method.is_(M.CHILD_VM_SNAPSHOT) & ~_chosen)

PREPARE_FOR_SNAPSHOT = (
    Wrong(
        "one-failure-is-ignored", "PrepareForSnapshot succeeds although one VM failed.",
        guard("prepare_for_snapshot_succeeded", without=~one_failed), "no-partial-backup", 20,
    ),
    Wrong(
        "prepare-for-snapshot-returns-early", "PrepareForSnapshot succeeds before every VM has been dealt with.",
        guard("prepare_for_snapshot_succeeded", without=all_done), "prepared-only-when-all-are-done", 8,
    ),
    Wrong(
        "missing-volume-overlooked", "A VM is saved although one of its volumes is not in the snapshot set.",
        guard("vm_saved", without=~INCONSISTENT_VM), "every-volume-in-the-set", 9, faults=("volume_missing",),
    ),
    Wrong(
        "a-veto-before-all-are-tried", "The writer fails as soon as one VM has failed, whatever is left to be tried.",
        guard("prepare_for_snapshot_vetoed", without=over), "every-vm-is-tried-before-a-veto", 9, vms=2,
    ),
    Wrong(
        "tried-again-for-ever", "A VM that would need auto-recovery is tried again, and again.",
        table("progress", leads_to("vm_needs_auto_recovery", G.PENDING)), "every-session-ends", 8, repeats=1,
    ),
    Wrong(
        "settled-twice", "PostSnapshot makes a VM pending again.",
        table("progress", also("post_snapshot_delivered", Progress.READY, Progress.PENDING)),
        "vms-are-settled-in-prepare-for-snapshot", 15,
    ),
    Wrong(
        "no-autorecovery-tolerated", "Child VM Snapshot is used with NO_AUTORECOVERY in the context.",
        guard("child_backup_begins", without=MAY_USE_CHILD_SNAPSHOT), "auto-recovery-required", 29,
    ),
)  # fmt: skip

CHILDREN = (
    Wrong(
        "unchosen-children-are-skipped", "Children that were not chosen are left out of PrepareForSnapshot.",
        both(
            guard("child_backup_begins", needs=_chosen),
            guard("prepare_for_snapshot_succeeded", without=all_done, needs=_all_done_or_an_unchosen_child),
        ),
        "every-child-has-its-snapshot", 9, vms=2,
    ),
    Wrong(
        "child-still-at-work", "PrepareForSnapshot succeeds while requesters in children are at work.",
        guard("prepare_for_snapshot_succeeded", without=all_done, needs=_all_done_or_in_child),
        "child-events-within-prepare-for-snapshot", 10,
    ),
    Wrong(
        "child-skips-its-snapshot", "The requester in the child is done without having made a snapshot.",
        table("child_session", starts_from("child_backup_completes", C.PREPARED | C.FINISHING)),
        "child-runs-a-whole-backup", 10,
    ),
    Wrong(
        "no-freeze-in-the-child", "The child's snapshot is taken without a Freeze.",
        table("child_session", starts_from("child_snapshot_taken", ChildSession.SNAPSHOTTING)),
        "child-runs-a-whole-backup", 14,
    ),
    Wrong(
        "child-goes-on-without-the-service", "A child's backup goes on although the service there has stopped.",
        table("child_session", dropped("integration_service_stops"), ignored("integration_service_stops")),
        "no-child-backup-without-the-service", 10, faults=("integration_service_stops",),
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
        "orphaned-child-stays-frozen", "A child's backup that nobody drives any more need not be given up.",
        unfair("child_gives_up"), "no-guest-left-frozen", 21, faults=("integration_service_stops",), repeats=0,
    ),
)  # fmt: skip
