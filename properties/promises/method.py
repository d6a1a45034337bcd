"""MET: how the method of a VM is chosen."""

from model.actors.child import ChildSnapshot, child_snapshot
from model.actors.conditions import (
    DiskKind,
    DiskLayout,
    FileSystem,
    GuestSystem,
    Integration,
    SnapshotLocation,
    disk_kind,
    disk_layout,
    file_system,
    integration,
    snapshot_location,
    system,
)
from model.actors.image import Outcome, outcome
from model.actors.method import Method, method
from model.actors.power import Power, power
from model.facts import GUEST_SERVICE_NAME
from model.named import happens
from model.notation import Term, after, every, implies, some
from model.readings import READ_12, READ_13, SpreadVHDs, WhichDisks
from model.sorts import disk, vm
from properties.kinds import Step, fact, possible, step
from properties.vocabulary import backup_succeeds, gone

identify = happens("writer_metadata_gathered")
published_child = method.is_(Method.UNPUBLISHED) & after(method.is_(Method.CHILD_VM_SNAPSHOT))
_uses_child_snapshot = published_child | happens("child_backup_begins")

service_runs = integration.is_(Integration.RUNNING) & ~system.is_(GuestSystem.WINDOWS_2000)
vm_runs = power.is_(Power.RUNNING)
same_volume = snapshot_location.is_(SnapshotLocation.SAME_VOLUME)
all_basic = every(disk, disk_layout.is_(DiskLayout.BASIC))
all_capable = every(disk, file_system.is_(FileSystem.CAPABLE))
all_five = service_runs & vm_runs & same_volume & all_basic & all_capable
_counts = READ_12.actor.is_(WhichDisks.ALL_DISKS) | disk_kind.is_(DiskKind.VHD)
fits_as_read = (
    service_runs
    & vm_runs
    & (same_volume | snapshot_location.is_(SnapshotLocation.VHDS_SPREAD) & READ_13.actor.is_(SpreadVHDs.MET))
    & every(disk, ~_counts | disk_layout.is_(DiskLayout.BASIC))
    & every(disk, ~_counts | file_system.is_(FileSystem.CAPABLE))
)
"""The five conditions, as READ-12 and READ-13 read them."""


_no_child_snapshot = child_snapshot.is_(ChildSnapshot.NONE)


def _needed(says: str, condition: Term, shows: str) -> Step:
    return step(
        says,
        every(vm, implies(_uses_child_snapshot, condition)),
        shows=shows,
        witness=some(vm, published_child),
    )


one_of_two_methods = step(
    "Identify publishes every VM that exists with one of the two methods.",
    implies(identify, every(vm, gone | after(~method.is_(Method.UNPUBLISHED)))),
    shows="MET-1",
    witness=identify,
)

only_vms_that_exist_are_published = step(
    "Identify publishes no VM that the management service does not know.",
    implies(identify, every(vm, ~gone | after(method.is_(Method.UNPUBLISHED)))),
    shows="MET-1",
    witness=identify & some(vm, gone),
)

saved_state_is_the_default = step(
    "A VM that misses one of the five conditions is published with Saved State.",
    implies(identify, every(vm, all_five | gone | after(method.is_(Method.SAVED_STATE)))),
    shows="MET-1 MET-2 READ-12 READ-13",
    derived=True,
    witness=identify & some(vm, ~all_five & ~gone),
)

child_snapshot_where_all_five_hold = step(
    "A VM that fulfils all five conditions is published with Child VM Snapshot.",
    implies(identify, every(vm, ~all_five | after(method.is_(Method.CHILD_VM_SNAPSHOT)))),
    shows="MET-2",
    witness=identify & some(vm, all_five),
)

child_snapshot_needs_the_service = _needed(
    "Child VM Snapshot is used only where the backup integration service runs in the child, never on Windows 2000.",
    service_runs,
    "MET-3 MET-2",
)
child_snapshot_needs_a_running_vm = _needed(
    "Child VM Snapshot is used only for a VM that runs.", vm_runs, "MET-4 MET-2"
)
child_snapshot_needs_one_volume = _needed(
    "Child VM Snapshot is used only where the snapshot files lie on the volume of the VHD files.",
    same_volume,
    "MET-5 MET-2 READ-13",
)
child_snapshot_needs_basic_disks = _needed(
    "Child VM Snapshot is used only where the child has no dynamic disk.", all_basic, "MET-6 MET-2 READ-12"
)
child_snapshot_needs_capable_file_systems = _needed(
    "Child VM Snapshot is used only where every disk of the child has a file system that supports snapshots.",
    all_capable,
    "MET-7 MET-2 READ-12",
)

guest_service_name = fact(
    "The service in the child has the name that the document gives.",
    lambda: (("guest service", GUEST_SERVICE_NAME, "Hyper-V Volume Shadow Copy Requestor"),),
    shows="MET-3",
)

mixed_methods_succeed = possible(
    "One backup can succeed with VMs of both methods.",
    backup_succeeds
    & some(vm, outcome.is_(Outcome.BACKED_UP) & method.is_(Method.CHILD_VM_SNAPSHOT) & ~_no_child_snapshot)
    & some(vm, outcome.is_(Outcome.BACKED_UP) & method.is_(Method.SAVED_STATE) & _no_child_snapshot),
    shows="MET-1",
    needs_vms=2,
)
