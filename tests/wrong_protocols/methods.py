"""Wrong protocols of the method: whom Identify publishes, and by which of the two."""

from model.actors.conditions import CONDITIONS, DiskLayout, FileSystem, counts, disk_layout, file_system
from model.actors.method import Method
from model.actors.power import Power, power
from model.notation import TRUE, Term, all_of, some
from model.sorts import disk
from tests.wrong_protocols.changes import Change, Wrong, dropped, row, table

M, P = Method, Power


def published_with(condition: str, instead: Term = TRUE) -> Change:
    """Identify publishes Child VM Snapshot with another condition (none at all) in the place of one of the five."""
    fits = all_of(*(instead if name == condition else term for name, term in CONDITIONS.items()))
    return table(
        "method",
        dropped("writer_metadata_gathered"),
        row("writer_metadata_gathered", M.UNPUBLISHED, M.CHILD_VM_SNAPSHOT, fits),
        row("writer_metadata_gathered", M.UNPUBLISHED, M.SAVED_STATE, ~fits & ~power.is_(P.GONE)),
    )


METHODS = (
    Wrong(
        "MET-3-overlooked", "Child VM Snapshot is published for a child without the integration service.",
        published_with("MET-3"), "child-snapshot-needs-the-service", 3,
    ),
    Wrong(
        "MET-4-overlooked", "Child VM Snapshot is published for a VM that does not run.",
        published_with("MET-4"), "child-snapshot-needs-a-running-vm", 3,
    ),
    Wrong(
        "MET-5-overlooked", "Child VM Snapshot is published although the snapshot files lie on another volume.",
        published_with("MET-5"), "child-snapshot-needs-one-volume", 3,
    ),
    Wrong(
        "MET-6-overlooked", "Child VM Snapshot is published for a child with a dynamic disk.",
        published_with("MET-6"), "child-snapshot-needs-basic-disks", 3,
    ),
    Wrong(
        "MET-6-some", "Child VM Snapshot is published where some disk is basic.",
        published_with("MET-6", some(disk, ~counts | disk_layout.is_(DiskLayout.BASIC))),
        "child-snapshot-needs-basic-disks", 3, disks=2,
    ),
    Wrong(
        "MET-7-overlooked", "Child VM Snapshot is published for a child with a file system without snapshots.",
        published_with("MET-7"), "child-snapshot-needs-capable-file-systems", 3,
    ),
    Wrong(
        "MET-7-some", "Child VM Snapshot is published where some disk has a file system that supports snapshots.",
        published_with("MET-7", some(disk, ~counts | file_system.is_(FileSystem.CAPABLE))),
        "child-snapshot-needs-capable-file-systems", 3, disks=2,
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
