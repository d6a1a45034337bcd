"""Wrong protocols, each with one rule changed, and the property that must refute it.

A property that lets its wrong protocol pass is too weak, or says nothing.
"""

from model.actors.child import ChildSession, ChildWriters, LiveDisk, child_writers
from model.actors.cluster import Cluster
from model.actors.conditions import CONDITIONS
from model.actors.image import Recovery, recovery
from model.actors.method import DONE_PREPARING, MAY_USE_CHILD_SNAPSHOT, Method, Progress, method, progress
from model.actors.parts import Port, Switch, switch
from model.actors.power import Note, Power, note, power
from model.actors.requester import Requester
from model.actors.restore import (
    PER_VM,
    TO_BE_RESTORED,
    FileRestoreStatus,
    Link,
    Place,
    Restored,
    file_restore_status,
    place,
)
from model.actors.volumes import IN_SET, INCONSISTENT_VM, Selected, selected
from model.actors.vss import OtherWriter, Provider, Vss, other_writer, provider
from model.actors.writer import Doing, Returned, doing, failed, returned
from model.events.freeze_and_thaw import between_events, somebody_failed
from model.events.post_snapshot import giving_back, noted, recoverable
from model.events.prepare_for_snapshot import all_done, one_failed, over, preparing
from model.events.restore import some_not_all
from model.notation import TRUE, all_of, every
from model.sorts import vm
from tests.wrong_protocols.changes import (
    Change,
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
    unfair,
    without_fault,
)

C, D, G, M, N, P, R, V, X = ChildSession, Doing, Progress, Method, Note, Power, Requester, Vss, Restored


def published_without(condition: str) -> Change:
    """Identify publishes Child VM Snapshot without looking at one of the five conditions."""
    fits = all_of(*(term for name, term in CONDITIONS.items() if name != condition))
    return table(
        "method",
        dropped("writer_metadata_gathered"),
        row("writer_metadata_gathered", M.UNPUBLISHED, M.CHILD_VM_SNAPSHOT, fits),
        row("writer_metadata_gathered", M.UNPUBLISHED, M.SAVED_STATE, ~fits & ~power.is_(P.GONE)),
    )


METHODS = (
    Wrong(
        "MET-3-overlooked", "Child VM Snapshot is published for a child without the integration service.",
        published_without("MET-3"), "child-snapshot-needs-the-service", 3,
    ),
    Wrong(
        "MET-4-overlooked", "Child VM Snapshot is published for a VM that does not run.",
        published_without("MET-4"), "child-snapshot-needs-a-running-vm", 3,
    ),
    Wrong(
        "MET-5-overlooked", "Child VM Snapshot is published although the snapshot files lie on another volume.",
        published_without("MET-5"), "child-snapshot-needs-one-volume", 3,
    ),
    Wrong(
        "MET-6-overlooked", "Child VM Snapshot is published for a child with a dynamic disk.",
        published_without("MET-6"), "child-snapshot-needs-basic-disks", 3,
    ),
    Wrong(
        "MET-7-overlooked", "Child VM Snapshot is published for a child with a file system without snapshots.",
        published_without("MET-7"), "child-snapshot-needs-capable-file-systems", 3,
    ),
    Wrong(
        "vms-that-are-off-are-not-published", "Identify leaves out VMs that are off.",
        table(
            "method",
            lambda rows: tuple(r for r in rows if r.dest != M.SAVED_STATE),
            row("writer_metadata_gathered", M.UNPUBLISHED, M.SAVED_STATE, power.is_(P.PAUSED | P.SAVED)),
        ),
        "one-of-two-methods", 3,
    ),
)  # fmt: skip

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
        "no-autorecovery-tolerated", "Child VM Snapshot is used with NO_AUTORECOVERY in the context.",
        guard("child_backup_begins", without=MAY_USE_CHILD_SNAPSHOT), "auto-recovery-required", 29,
    ),
    Wrong(
        "missing-volume-overlooked", "A VM is saved although one of its volumes is not in the snapshot set.",
        guard("vm_saved", without=~INCONSISTENT_VM), "every-volume-in-the-set", 9, faults=("volume_missing",),
    ),
    Wrong(
        "unchosen-children-are-skipped", "Children that were not chosen are left out of PrepareForSnapshot.",
        both(
            guard("child_backup_begins", needs=_chosen),
            guard("prepare_for_snapshot_succeeded", without=all_done, needs=_all_done_or_an_unchosen_child),
        ),
        "every-child-has-its-snapshot", 9, vms=2,
    ),
    Wrong(
        "a-veto-before-all-are-tried", "The writer fails as soon as one VM has failed, whatever is left to be tried.",
        guard("prepare_for_snapshot_vetoed", without=over), "every-vm-is-tried-before-a-veto", 9, vms=2,
    ),
    Wrong(
        "tried-again-for-ever", "A VM that would need auto-recovery is tried again, and again.",
        table("progress", leads_to("vm_needs_auto_recovery", G.PENDING)), "every-session-ends", 8, repeats=1,
    ),
)  # fmt: skip

FREEZE_AND_THAW = (
    Wrong(
        "saved-in-freeze", "VMs are saved in Freeze, for a shorter pause.",
        both(
            guard("vm_saved", without=preparing, needs=doing.is_(D.FREEZE)),
            guard("prepare_for_snapshot_succeeded", without=all_done),
        ),
        "work-in-prepare-for-snapshot", 10,
    ),
    Wrong(
        "given-back-in-freeze", "Saved VMs are given back in Freeze already.",
        guard("vm_given_back", without=giving_back, needs=giving_back | doing.is_(D.FREEZE)),
        "nothing-moves-in-freeze-and-thaw", 11,
    ),
    Wrong(
        "returning-true-is-success", "Freeze is delivered to a writer that reported a failure and returned TRUE.",
        table("doing", guarded_by("freeze_delivered", ~failed | returned.is_(Returned.TRUE))), "true-is-not-success", 10,
    ),
    Wrong(
        "copies-before-freeze-returns", "The shadow copies are made while the writer is still in Freeze.",
        guard("shadow_copies_committed", without=between_events), "copies-are-made-after-freeze", 11,
    ),
    Wrong(
        "thaw-before-the-copies", "Thaw is delivered before the shadow copies are made.",
        table("vss", starts_from("thaw_delivered", V.FREEZE | V.COMMITTED)), "copies-are-made-before-thaw", 11,
    ),
    Wrong(
        "pass-through-disks-copied", "The shadow copies hold pass-through and iSCSI disks.",
        table("in_backup", guarded_by("shadow_copies_committed", IN_SET)), "only-vhds-are-in-the-backup", 11,
    ),
)  # fmt: skip

POST_SNAPSHOT = (
    Wrong(
        "every-saved-vm-is-started", "A VM that is given back runs, whatever the note says.",
        table("power", dropped("vm_given_back"), row("vm_given_back", P.SAVED, P.RUNNING)), "given-back-as-before", 16,
    ),
    Wrong(
        "every-saved-vm-is-given-back", "A VM that was saved before the backup is given back too.",
        both(
            guard("vm_given_back", without=noted),
            table("power", row("vm_given_back", P.SAVED, P.RUNNING, note.is_(N.NOTHING))),
            table("note", ignored("vm_given_back")),
        ),
        "only-saved-vms-are-given-back", 16,
    ),
    Wrong(
        "live-disk-rolled-back", "The disks that the VM goes on using are rolled back.",
        table(
            "live_disk",
            row("image_rolled_back", LiveDisk.WRITTEN_ON, LiveDisk.AT_SNAPSHOT),
            ignored("image_rolled_back"),
        ),
        "live-disk-is-never-rolled-back", 23,
    ),
    Wrong(
        "roll-back-needs-the-childs-writers", "An image is rolled back only if the child has writers of its own.",
        guard("image_rolled_back", needs=~child_writers.is_(ChildWriters.ABSENT)),
        "roll-back-independent-of-child-writers", 22,
    ),
    Wrong(
        "one-vhd-is-rolled-back", "Of the VHDs of a VM those that cannot be rolled back are passed over.",
        table("in_backup", guarded_by("image_rolled_back", recovery.is_(Recovery.WORKS)), ignored("image_rolled_back")),
        "every-vhd-is-rolled-back", 24,
    ),
    Wrong(
        "a-vm-without-a-vhd-is-given-up", "An image is given up for want of auto-recovery although it has no VHD.",
        guard("image_cannot_be_rolled_back", without=~recoverable, needs=provider.is_(Provider.CANNOT)),
        "only-a-vhd-cannot-be-rolled-back", 24, faults=("provider_cannot_auto_recover",),
    ),
    Wrong(
        "saved-vms-are-forgotten", "PostSnapshot succeeds without giving anything back.",
        guard("post_snapshot_succeeded", without=every(vm, ~noted)), "no-vm-left-saved", 23,
    ),
)  # fmt: skip

END_OF_BACKUP = (
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
        "abort-for-all-writers-at-once", "Where the other writers have had PostSnapshot, Abort goes to none, the failed one included.",
        table("vss", starts_from("backup_aborted", V.STOPPED | V.ABORTED)), "abort-reaches-a-writer-that-failed", 16,
    ),
    Wrong(
        "abort-for-none-leaves-vms-saved", "The same, seen by what it does to the VMs.",
        table("vss", starts_from("backup_aborted", V.STOPPED | V.ABORTED)), "no-vm-left-saved", 19, vms=2,
    ),
    Wrong(
        "asked-before-do-snapshot-set-returns", "A veto is learned of while DoSnapshotSet still runs.",
        table("requester", row("status_shows_failure", R.SNAPSHOTTING, R.FAILURE_SEEN)),
        "asked-nothing-inside-do-snapshot-set", 10,
    ),
    Wrong(
        "refused-and-yet-over", "BackupComplete after a failure is refused, and yet ends the session for the requester.",
        table("requester", dropped("completed_after_failure", R.SNAPSHOT_FAILED),
              row("completed_after_failure", R.SNAPSHOT_FAILED, R.COMPLETED)),
        "a-refused-backup-complete-ends-nothing", 15, faults=("completed_after_failure", "provider_fails"),
    ),
    Wrong(
        "an-operator-without-the-fault", "Operators start VMs by hand in a world without faults.",
        without_fault("operator_starts_vm"), "power-is-changed-by-the-writer-or-the-cluster-only", 2,
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
        "orphaned-child-stays-frozen", "A child's backup that nobody drives any more need not be given up.",
        unfair("child_gives_up"), "no-guest-left-frozen", 21, faults=("integration_service_stops",), repeats=0,
    ),
)  # fmt: skip

_pre_restored = other_writer.is_(OtherWriter.PRE_RESTORED)
_status_is_all = file_restore_status.is_(FileRestoreStatus.ALL)

RESTORE = (
    Wrong(
        "another-vm-deleted", "PreRestore deletes a VM that was not chosen.",
        guard("vm_deleted", without=TO_BE_RESTORED), "pre-restore-touches-the-chosen-only", 4, vms=2,
    ),
    Wrong(
        "files-before-the-other-writer", "Files are restored before another writer has processed PreRestore.",
        guard("pre_restore_finished", without=_pre_restored), "files-after-every-pre-restore", 6,
    ),
    Wrong(
        "registered-despite-a-status", "A VM none of whose files were restored is registered.",
        both(
            guard("file_restore_statuses_accepted", instead=TRUE),
            guard("vm_registered", without=_status_is_all),
        ),
        "registered-only-if-all", 11, faults=("files_not_restored",),
    ),
    Wrong(
        "mixed-statuses-accepted", "One VM is registered although another one's status is not VSS_RS_ALL.",
        guard("file_restore_statuses_accepted", without=PER_VM | ~some_not_all),
        "none-registered-if-one-is-not-all", 14, vms=2, faults=("files_not_restored",),
    ),
    Wrong(
        "link-always", "Every registered VM gets a symbolic link.",
        table("link", dropped("vm_registered"), row("vm_registered", frozenset(Link), Link.SECOND)),
        "link-exactly-when-elsewhere", 11,
    ),
    Wrong(
        "link-to-an-earlier-place", "A symbolic link points to where an earlier restore could have put the VM.",
        table("link", dropped("vm_registered"), row("vm_registered", frozenset(Link), Link.SECOND, ~place.is_(Place.DEFAULT)),
              row("vm_registered", frozenset(Link), Link.DEFAULT, place.is_(Place.DEFAULT))),
        "link-exactly-when-elsewhere", 11,
    ),
    Wrong(
        "old-ports-are-kept", "A restored VM that has a port already gets no new one.",
        both(
            table("port", dropped("network_updated"), row("network_updated", Port.NONE, Port.NEW, switch.is_(Switch.THERE))),
            table("port", dropped("vm_deleted")),
        ),
        "port-exactly-where-the-switch-is", 17,
    ),
    Wrong(
        "places-not-corrected", "The places of VHDs are compared, and the configuration left as it is.",
        table("configured_place", dropped("vhd_places_compared")), "places-are-right-in-the-end", 17,
    ),
    Wrong(
        "network-before-places", "The network is updated while the places of VHDs are being compared.",
        both(
            guard("network_updated", instead=doing.is_(D.COMPARING_PLACES | D.CONNECTING)),
            table("restored", starts_from("network_updated", X.REGISTERED | X.PLACES_COMPARED)),
        ),
        "places-before-network", 13,
    ),
    Wrong(
        "port-to-a-switch-that-is-gone", "A port is made for a switch that no longer exists.",
        table("port", guarded_by("network_updated", switch.is_(Switch.THERE | Switch.GONE))),
        "port-exactly-where-the-switch-is", 16, faults=("switch_gone",),
    ),
)  # fmt: skip

CLUSTER = (
    Wrong(
        "told-cluster-fails-over-in-a-restore", "Deleting a VM fails it over although its resource is offline.",
        table("cluster", row("vm_deleted", Cluster.OFFLINE, Cluster.FAILED_OVER)),
        "offline-resource-does-not-fail-over", 4,
    ),
    Wrong(
        "failover-leaves-the-vm", "A VM that is another node's after a failover stays here all the same.",
        table("power", leads_to("vm_fails_over", P.SAVED)), "failed-over-is-not-here", 9,
    ),
    Wrong(
        "told-cluster-fails-over-in-a-backup", "A VM saved through the cluster service fails over in a backup.",
        table(
            "cluster",
            row("vm_has_nothing_to_save", Cluster.SAVED, Cluster.FAILED_OVER),
            ignored("vm_has_nothing_to_save"),
        ),
        "saved-through-the-cluster-is-left-saved", 8,
    ),
)  # fmt: skip

PROTOCOLS = (
    *METHODS, *PREPARE_FOR_SNAPSHOT, *FREEZE_AND_THAW, *POST_SNAPSHOT, *END_OF_BACKUP, *RESTORE, *CLUSTER,
)  # fmt: skip
