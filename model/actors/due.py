"""Observers: machines that only watch, for the properties' sake."""

from model.actors.power import Power, power
from model.named import EventName, Events, on, stays
from model.notation import Actor, States
from model.readings import READ_17, LeftOfFailover
from model.sorts import vm


class Due(States):
    """The names are those of Power, so that `same` can compare the two."""

    NOT_RECORDED = "no backup to compare with"
    OFF = "off"
    RUNNING = "running"
    PAUSED = "paused"
    SAVED = "saved"
    GONE = "not here"


D, P = Due, Power
RECORDED = D.OFF | D.RUNNING | D.PAUSED | D.SAVED | D.GONE
_through_the_cluster: dict[EventName, Due] = {
    "cluster_saves_vm": D.SAVED, "cluster_resumes_vm": D.RUNNING, "cluster_takes_vm_offline": D.OFF,
    "cluster_moves_vm_back": D.RUNNING,
}  # fmt: skip

power_due = Actor(
    "power_due",
    Due,
    of=vm,
    starts=D.NOT_RECORDED,
    observer=True,
    says="The power state a VM had when the backup began, or that others than the writer gave it since; none in a restore.",
)

power_due.table(
    *(
        on("backup_initialized", frozenset(D), due, when=power.is_(state))
        for due, state in (
            (D.OFF, P.OFF), (D.RUNNING, P.RUNNING), (D.PAUSED, P.PAUSED), (D.SAVED, P.SAVED), (D.GONE, P.GONE),
        )
    ),
    on("restore_initialized", RECORDED, D.NOT_RECORDED),
    *(on(other, RECORDED, due) for other, due in _through_the_cluster.items()),
    on("cluster_brings_vm_online", RECORDED, D.RUNNING, when=power.is_(P.OFF | P.SAVED)),
    on("vm_fails_over", RECORDED, D.GONE, when=READ_17.actor.is_(LeftOfFailover.NOTHING)),
    on("cluster_fails_over", RECORDED, D.GONE),
    on("guest_crashes", RECORDED, D.OFF),
    on("operator_starts_vm", RECORDED, D.RUNNING),
    on("operator_stops_vm", RECORDED, D.OFF),
    on("operator_saves_vm", RECORDED, D.SAVED),
    on("operator_pauses_vm", RECORDED, D.PAUSED),
    on("host_loses_power", D.RUNNING | D.PAUSED, D.OFF, when=power.is_(P.RUNNING | P.PAUSED)),
    stays(
        "backup_initialized", "restore_initialized", *_through_the_cluster, "cluster_brings_vm_online", "vm_fails_over",
        "cluster_fails_over", "guest_crashes", "operator_starts_vm", "operator_stops_vm", "operator_saves_vm", "operator_pauses_vm",
        "host_loses_power",
    ),
)  # fmt: skip


class SavedBy(States):
    NOBODY = "not saved, or saved by somebody else"
    WRITER = "put into a saved state by the writer, and left in it since"


saved_by = Actor(
    "saved_by",
    SavedBy,
    of=vm,
    starts=SavedBy.NOBODY,
    observer=True,
    says="Whether it was the writer that saved a VM, whatever the writer itself still knows of it.",
)

_no_longer: Events = (
    "vm_given_back", "vm_turned_off", "vm_deleted", "operator_starts_vm", "operator_stops_vm", "cluster_resumes_vm",
    "cluster_takes_vm_offline", "cluster_brings_vm_online", "cluster_fails_over",
)  # fmt: skip

saved_by.table(
    on("vm_saved", SavedBy.NOBODY, SavedBy.WRITER),
    *(on(end, SavedBy.WRITER, SavedBy.NOBODY) for end in _no_longer),
    on("vm_fails_over", SavedBy.WRITER, SavedBy.NOBODY, when=READ_17.actor.is_(LeftOfFailover.NOTHING)),
    stays("vm_saved", *_no_longer, "vm_fails_over"),
)
