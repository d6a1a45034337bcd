"""How a VM is backed up: the method published at Identify, and how far PrepareForSnapshot and PostSnapshot \
have come."""

from model.actors.conditions import FITS_CHILD_SNAPSHOT
from model.actors.power import Power, power
from model.actors.requester import Context, context
from model.actors.volumes import INCONSISTENT_VM, Selected, selected
from model.named import Events, on, stays
from model.notation import Actor, States
from model.readings import READ_4, READ_5, READ_6, MethodOutdated, WhichVMs, WithoutAutoRecovery
from model.sorts import vm


class Method(States):
    UNPUBLISHED = "not in the writer metadata"
    SAVED_STATE = "Saved State"
    CHILD_VM_SNAPSHOT = "Child VM Snapshot"


M = Method
_ends: Events = ("backup_shutdown_returned", "host_loses_power")

method = Actor(
    "method",
    Method,
    of=vm,
    starts=M.UNPUBLISHED,
    says="The method published for the VM at Identify (the caption of its component).",
    leaves_out=("Selection of files inside a component, and writer metadata that grows too long (event 8193).",),
)

method.table(
    on("writer_metadata_gathered", M.UNPUBLISHED, M.CHILD_VM_SNAPSHOT, when=FITS_CHILD_SNAPSHOT),
    on("writer_metadata_gathered", M.UNPUBLISHED, M.SAVED_STATE, when=~FITS_CHILD_SNAPSHOT & ~power.is_(Power.GONE)),
    *(on(end, M.SAVED_STATE | M.CHILD_VM_SNAPSHOT, M.UNPUBLISHED) for end in _ends),
    stays("writer_metadata_gathered", *_ends),
)


class Progress(States):
    PENDING = "nothing done for this VM yet"
    IN_CHILD = "the requester in the child is at work"
    READY = "saved, had nothing to save, or has its snapshot"
    FAILED = "could not be saved or snapshotted"
    UNDONE = "its image is rolled back, or left as it is (READ-6)"
    STUCK = "could not be given back or rolled back"


G = Progress

progress = Actor(
    "progress", Progress, of=vm, starts=G.PENDING, says="How far the writer has come with this VM in this backup."
)

progress.table(
    on("vm_saved", G.PENDING, G.READY),
    on("vm_has_nothing_to_save", G.PENDING, G.READY),
    on("child_backup_begins", G.PENDING, G.IN_CHILD),
    on("child_backup_completes", G.IN_CHILD, G.READY),
    on("vm_cannot_be_saved", G.PENDING, G.FAILED),
    on("vm_lacks_a_volume", G.PENDING, G.FAILED),
    on("vm_needs_auto_recovery", G.PENDING, G.FAILED),
    on("vm_no_longer_fits", G.PENDING, G.FAILED),
    on("vm_is_gone", G.PENDING, G.FAILED),
    on("guest_snapshot_fails", G.IN_CHILD, G.FAILED),
    on("guest_crashes", G.IN_CHILD, G.FAILED),
    *(
        on(lost, G.IN_CHILD, G.FAILED)
        for lost in (
            "integration_service_stops", "operator_stops_vm", "operator_saves_vm", "operator_pauses_vm",
            "cluster_fails_over", "management_service_restarts",
        )
    ),
    stays(
        "guest_crashes", "integration_service_stops", "operator_stops_vm", "operator_saves_vm", "operator_pauses_vm",
        "cluster_fails_over", "management_service_restarts",
    ),
    on("image_rolled_back", G.READY, G.UNDONE),
    on("roll_back_skipped", G.READY, G.UNDONE),
    on("roll_back_fails", G.READY, G.STUCK),
    on("image_cannot_be_rolled_back", G.READY, G.STUCK),
    on("vm_cannot_be_resumed", frozenset(G), G.STUCK),
    *(on(end, frozenset(G) - {G.PENDING}, G.PENDING) for end in _ends),
    stays(*_ends),
)  # fmt: skip

CONCERNED = ~method.is_(M.UNPUBLISHED) & (READ_5.actor.is_(WhichVMs.EVERY_VM) | selected.is_(Selected.FOR_BACKUP))
"""The VMs that PrepareForSnapshot is about (READ-5)."""

_published_child = method.is_(M.CHILD_VM_SNAPSHOT)
_anew, _fails = READ_4.actor.is_(MethodOutdated.ANEW), READ_4.actor.is_(MethodOutdated.FAILS)
_unfit = _published_child & ~FITS_CHILD_SNAPSHOT
_recoverable = ~context.is_(Context.NO_AUTORECOVERY) | READ_6.actor.is_(WithoutAutoRecovery.SKIPPED)

WAITS = progress.is_(G.PENDING) & CONCERNED & ~power.is_(Power.GONE) & ~INCONSISTENT_VM
"""PrepareForSnapshot has yet to decide how to treat this VM, and nothing bars it outright."""

BY_CHILD = FITS_CHILD_SNAPSHOT & (_published_child | _anew)
"""This VM is backed up by Child VM Snapshot (READ-4 where the published method is out of date)."""

OUT_OF_DATE = _unfit & _fails
BY_SAVED_STATE = ~BY_CHILD & ~OUT_OF_DATE
MAY_USE_CHILD_SNAPSHOT = _recoverable
DONE_PREPARING = ~CONCERNED | progress.is_(G.READY | G.FAILED | G.STUCK)
