"""Phrases that several properties use. They speak of machines and events, never of the terms that the events are
guarded by: a property that repeated a guard would follow every mistake in it."""

from model.actors.conditions import DiskKind, disk_kind
from model.actors.method import Method, method
from model.actors.power import Power, power
from model.actors.requester import RESTORE_OPEN, Requester, requester
from model.actors.volumes import Selected, selected
from model.actors.writer import FAILED_IN_SNAPSHOT, Doing, doing, writer_state
from model.named import Events, happens
from model.notation import some
from model.readings import READ_5, WhichVMs
from model.sorts import disk

at_rest = requester.is_(Requester.AT_REST)
completed = requester.is_(Requester.COMPLETED)
restoring = requester.is_(RESTORE_OPEN)
preparing = doing.is_(Doing.PREPARE_FOR_SNAPSHOT)
undoing = doing.is_(Doing.POST_SNAPSHOT)
chosen = selected.is_(Selected.FOR_BACKUP)
to_be_restored = selected.is_(Selected.FOR_RESTORE)
in_metadata = ~method.is_(Method.UNPUBLISHED)
meant = in_metadata & (READ_5.actor.is_(WhichVMs.EVERY_VM) | chosen)
"""The VMs that PrepareForSnapshot is about: each one in the writer metadata, or each chosen one, as READ-5 says."""
has_vhd = some(disk, disk_kind.is_(DiskKind.VHD))
gone = power.is_(Power.GONE)
writer_failed = writer_state.is_(FAILED_IN_SNAPSHOT)

CHILD_EVENTS: Events = (
    "child_backup_begins", "child_prepares_for_backup", "child_prepares_for_snapshot", "child_freezes",
    "child_snapshot_taken", "child_thaws", "child_post_snapshot", "child_backup_completes",
)  # fmt: skip
OTHERS: Events = (
    "operator_starts_vm", "operator_stops_vm", "operator_saves_vm", "operator_pauses_vm", "guest_crashes",
    "child_gives_up", "integration_service_stops", "management_service_restarts", "host_loses_power",
    "cluster_fails_over", "vm_fails_over", "cluster_saves_vm", "cluster_resumes_vm", "cluster_takes_vm_offline",
    "cluster_brings_vm_online", "cluster_moves_vm_back",
)  # fmt: skip
by_others = happens(*OTHERS)
"""Steps that neither the writer nor VSS nor the requester takes."""

SESSION_STARTS: Events = ("backup_initialized", "restore_initialized")
VETOES: Events = (
    "prepare_for_snapshot_vetoed", "prepare_for_snapshot_vetoed_returning_true",
    "prepare_for_snapshot_failed_unreported",
)  # fmt: skip
REPORTED_VETOES: Events = ("prepare_for_snapshot_vetoed", "prepare_for_snapshot_vetoed_returning_true")
RELEASES: Events = (
    "released", "released_unprepared", "released_without_abort", "released_early", "shutdown_after_vanishing",
)  # fmt: skip
backup_succeeds = happens("backup_completed")
