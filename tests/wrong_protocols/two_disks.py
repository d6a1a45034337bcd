"""Wrong protocols that only a VM with two disks shows to be wrong: with one disk "some" and "every" say the same."""

from model.actors.conditions import (
    CONDITIONS,
    DiskKind,
    DiskLayout,
    FileSystem,
    counts,
    disk_kind,
    disk_layout,
    file_system,
)
from model.actors.image import InBackup
from model.actors.method import Method
from model.actors.power import Power, power
from model.actors.volumes import IN_SET
from model.notation import Term, all_of, every, some
from model.sorts import disk
from tests.wrong_protocols.changes import Change, Wrong, dropped, guarded_by, row, table

M = Method
_one_kind = every(disk, disk_layout.is_(DiskLayout.BASIC)) | every(disk, disk_layout.is_(DiskLayout.DYNAMIC))
_vhds_only = every(disk, disk_kind.is_(DiskKind.VHD))


def published_with(condition: str, instead: Term) -> Change:
    """Identify publishes Child VM Snapshot with another condition in the place of one of the five."""
    fits = all_of(*(instead if name == condition else term for name, term in CONDITIONS.items()))
    return table(
        "method",
        dropped("writer_metadata_gathered"),
        row("writer_metadata_gathered", M.UNPUBLISHED, M.CHILD_VM_SNAPSHOT, fits),
        row("writer_metadata_gathered", M.UNPUBLISHED, M.SAVED_STATE, ~fits & ~power.is_(Power.GONE)),
    )


TWO_DISKS = (
    Wrong(
        "MET-6-some", "Child VM Snapshot is published where some disk is basic.",
        published_with("MET-6", some(disk, ~counts | disk_layout.is_(DiskLayout.BASIC))),
        "child-snapshot-needs-basic-disks", 3,
    ),
    Wrong(
        "MET-7-some", "Child VM Snapshot is published where some disk has a file system that supports snapshots.",
        published_with("MET-7", some(disk, ~counts | file_system.is_(FileSystem.CAPABLE))),
        "child-snapshot-needs-capable-file-systems", 3,
    ),
    Wrong(
        "copied-with-one-kind-of-disk", "A VM with disks of two layouts is left out when files are copied.",
        table("outcome", guarded_by("files_copied", IN_SET & _one_kind)), "reported-is-what-was-copied", 19,
    ),
    Wrong(
        "shadow-copy-of-vhds-only-vms", "A VHD is left out of the shadow copy where its VM has a disk of another kind too.",
        table(
            "in_backup",
            guarded_by("shadow_copies_committed", IN_SET & disk_kind.is_(DiskKind.VHD) & _vhds_only, InBackup.NO),
        ),
        "every-vhd-is-in-the-backup", 11,
    ),
)  # fmt: skip
