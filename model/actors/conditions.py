"""The five conditions of Child VM Snapshot (MET-3 to MET-7), each on its own, and the parts of a VM they look at."""

from model.actors.power import Power, power
from model.named import on
from model.notation import Actor, States, all_of, every, some
from model.readings import READ_12, READ_13, SpreadVHDs, WhichDisks
from model.sorts import disk, vm


class GuestSystem(States):
    OTHER = "a guest operating system that can have the backup integration service"
    WINDOWS_2000 = "Windows 2000"


system = Actor(
    "system",
    GuestSystem,
    of=vm,
    starts=GuestSystem,
    says="The guest's operating system, as far as the document distinguishes it.",
    leaves_out=(
        "Linux guests, which take part online without auto-recovery: the document speaks of the Windows service only.",
        "Conditions that products add (services in the guest, shadow storage elsewhere, a SCSI controller): not in the "
        "document.",
    ),
)


class Integration(States):
    RUNNING = "the backup integration service is installed and running"
    STOPPED = "installed, not running"
    NOT_INSTALLED = "not installed"


integration = Actor(
    "integration",
    Integration,
    of=vm,
    starts=Integration,
    says="The service Hyper-V Volume Shadow Copy Requestor in the child.",
)

integration.table(on("integration_service_stops", Integration.RUNNING, Integration.STOPPED))


class SnapshotLocation(States):
    SAME_VOLUME = "on the same host volume as all VHD files"
    OTHER_VOLUME = "on a host volume that holds none of the VHD files"
    VHDS_SPREAD = "on the volume of one VHD file, while others lie elsewhere"


snapshot_location = Actor(
    "snapshot_location",
    SnapshotLocation,
    of=vm,
    starts=SnapshotLocation,
    says="Where the VM's snapshot files are kept.",
)


class DiskKind(States):
    VHD = "a VHD file on a host volume"
    PASS_THROUGH = "a pass-through disk"  # noqa: S105 - a kind of disk, no password
    ISCSI = "an iSCSI disk that the child connected"


disk_kind = Actor(
    "disk_kind", DiskKind, of=disk, starts=DiskKind, says="What a disk of the child is, seen from the host."
)


class DiskLayout(States):
    BASIC = "basic disk"
    DYNAMIC = "dynamic disk"


disk_layout = Actor("disk_layout", DiskLayout, of=disk, starts=DiskLayout, says="How the child has laid out the disk.")


class FileSystem(States):
    CAPABLE = "a file system that supports snapshots, such as NTFS"
    NOT_CAPABLE = "a file system that does not support snapshots, such as FAT32"


file_system = Actor(
    "file_system", FileSystem, of=disk, starts=FileSystem, says="Whether the disk's file system supports snapshots."
)

HAS_VHD = some(disk, disk_kind.is_(DiskKind.VHD))
"""Some disk of the VM is a VHD file on a host volume: only such a disk has an image in the shadow copy (BAK-10)."""

counts = READ_12.actor.is_(WhichDisks.ALL_DISKS) | disk_kind.is_(DiskKind.VHD)
"""Whether the conditions look at a disk (READ-12)."""

MET_3 = integration.is_(Integration.RUNNING) & ~system.is_(GuestSystem.WINDOWS_2000)
MET_4 = power.is_(Power.RUNNING)
MET_5 = snapshot_location.is_(SnapshotLocation.SAME_VOLUME) | (
    snapshot_location.is_(SnapshotLocation.VHDS_SPREAD) & READ_13.actor.is_(SpreadVHDs.MET)
)
MET_6 = every(disk, ~counts | disk_layout.is_(DiskLayout.BASIC))
MET_7 = every(disk, ~counts | file_system.is_(FileSystem.CAPABLE))

CONDITIONS = {"MET-3": MET_3, "MET-4": MET_4, "MET-5": MET_5, "MET-6": MET_6, "MET-7": MET_7}
FITS_CHILD_SNAPSHOT = all_of(*CONDITIONS.values())
"""MET-2: Child VM Snapshot needs all five."""

NO_SERVICE_ON_WINDOWS_2000 = ~system.is_(GuestSystem.WINDOWS_2000) | integration.is_(Integration.NOT_INSTALLED)
"""Holds at the start: Windows 2000 has no such service (MET-3)."""
