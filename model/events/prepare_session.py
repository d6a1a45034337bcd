"""From InitializeForBackup to PrepareForBackup: the session begins, the writer identifies itself, the requester \
chooses."""

from model.actors.method import Method, method
from model.actors.requester import Requester, requester
from model.actors.volumes import Selected, selected
from model.notation import all_, event, some
from model.sorts import vm

EVENTS = (
    *event(
        "backup_initialized",
        at=all_(vm),
        by="BAK-1 GEN-1",
        says="The requester begins a backup session.",
        fair=False,
    ),
    *event(
        "context_set",
        by="BAK-12",
        says="The requester sets a context that leaves auto-recovery possible.",
    ),
    *event(
        "context_set_without_autorecovery",
        by="BAK-12 READ-6",
        says="The requester sets a context that carries VSS_VOLSNAP_ATTR_NO_AUTORECOVERY.",
    ),
    *event(
        "writer_metadata_gathered",
        at=all_(vm),
        by="BAK-1 MET-1 MET-2 VSS-9",
        says="Identify: the writer publishes every VM that exists, with its method.",
    ),
    *event("snapshot_set_started", by="BAK-1", says="The requester calls StartSnapshotSet."),
    *event(
        "vm_chosen",
        at=vm,
        when=~method.is_(Method.UNPUBLISHED),
        by="BAK-13 BAK-15",
        says="The requester adds a VM's component, and every volume that holds its files.",
        or_fault="volume_missing",
    ),
    *event(
        "released_unprepared",
        when=~some(vm, selected.is_(Selected.FOR_BACKUP)),
        by="BAK-1",
        says="The requester wanted the writer metadata only, or chooses nothing: it releases its object before PrepareForBackup.",
    ),
    *event(
        "prepared_for_backup",
        when=requester.is_(Requester.CHOOSING) & some(vm, selected.is_(Selected.FOR_BACKUP)),
        by="BAK-1",
        says="PrepareForBackup is delivered and returns.",
    ),
)
