"""CLU: what happens to a VM that is a resource of a failover cluster."""

from model.actors.cluster import Cluster, cluster
from model.actors.power import Power, power
from model.actors.requester import BACKUP_OPEN, requester
from model.notation import after, every, happens, implies, some, unchanged
from model.sorts import vm
from properties.kinds import fired, possible, step
from properties.vocabulary import by_others, restoring

_online, _saved, _offline = (cluster.is_(state) for state in (Cluster.ONLINE, Cluster.SAVED, Cluster.OFFLINE))
_failed_over = cluster.is_(Cluster.FAILED_OVER)
_BY_OWNER = ("cluster_saves_vm", "cluster_resumes_vm", "cluster_takes_vm_offline", "cluster_brings_vm_online")
_directly = happens("vm_saved", "vm_turned_off", "vm_deleted")

clustered_vm_touched_directly_fails_over = step(
    "A VM that is online in a cluster and is saved by the writer, or online or saved there and turned off or deleted, is taken for failed.",
    every(
        vm,
        implies(_directly & _online, after(_failed_over))
        & implies(happens("vm_turned_off", "vm_deleted") & _saved, after(_failed_over)),
    ),
    shows="CLU-1 CLU-3",
    witness=happens("vm_saved") & some(vm, _online),
)

no_other_failover = step(
    "No VM fails over but one that the writer touched directly while the cluster had not been told.",
    every(vm, _failed_over | ~after(_failed_over) | _directly & (_online | _saved)),
    shows="CLU-1",
    witness=happens("vm_saved") & some(vm, _online),
)

cluster_is_not_asked = possible(
    "The writer saves a VM without regard to the cluster it belongs to.",
    happens("vm_saved") & some(vm, _online),
    shows="CLU-1",
)

saved_through_the_cluster_is_left_saved = step(
    "A backup leaves a VM alone that was saved through the cluster service: no failover, and nothing given back.",
    implies(requester.is_(BACKUP_OPEN) & ~by_others, every(vm, ~_saved | after(_saved) & unchanged(power))),
    shows="CLU-2",
    witness=happens("vm_has_nothing_to_save") & some(vm, _saved),
)

who_saved_it_resumes_it = possible(
    "A VM that was saved through the cluster service is resumed by whoever saved it, after the backup.",
    happens("cluster_resumes_vm") & some(vm, _saved & power.is_(Power.SAVED)),
    shows="CLU-2",
    derived=True,
)

offline_resource_does_not_fail_over = step(
    "A restore does not fail over a VM whose resource was taken offline first.",
    implies(restoring & ~by_others, every(vm, ~_offline | after(_offline))),
    shows="CLU-3",
    witness=happens("vm_deleted") & some(vm, _offline),
)

saved_is_not_offline = possible(
    "In a restore, saving a VM through the cluster service beforehand is not enough: it fails over all the same.",
    happens("vm_turned_off") & some(vm, _saved),
    shows="CLU-3 CLU-2",
    derived=True,
)

failover_on_request_only = step(
    "Between sessions nothing fails over.",
    implies(~requester.is_(BACKUP_OPEN) & ~restoring & ~by_others, every(vm, _failed_over | ~after(_failed_over))),
    shows="CLU-1",
    derived=True,
    witness=fired("cluster_saves_vm"),
)

owner_tells_the_cluster = step(
    "What the owner does through the cluster service, the cluster knows: saved, resumed, taken offline or brought online; and the "
    "cluster moves only a VM that is here and online.",
    every(
        vm,
        implies(happens("cluster_saves_vm"), after(_saved & power.is_(Power.SAVED)))
        & implies(happens("cluster_resumes_vm"), after(_online & power.is_(Power.RUNNING)))
        & implies(happens("cluster_takes_vm_offline"), after(_offline & power.is_(Power.OFF | Power.GONE)))
        & implies(happens("cluster_brings_vm_online"), ~power.is_(Power.GONE) & after(_online))
        & implies(happens("cluster_brings_vm_online") & ~power.is_(Power.PAUSED), after(power.is_(Power.RUNNING)))
        & implies(happens(*_BY_OWNER), ~cluster.is_(Cluster.NOT_CLUSTERED))
        & implies(happens("cluster_saves_vm"), _online & power.is_(Power.RUNNING))
        & implies(happens("cluster_resumes_vm"), _saved & power.is_(Power.SAVED))
        & implies(happens("cluster_fails_over"), _online & ~power.is_(Power.GONE) & after(power.is_(Power.GONE))),
    ),
    shows="CLU-2 CLU-3",
    derived=True,
    witness=fired("cluster_takes_vm_offline"),
)

owner_acts_between_sessions = step(
    "The owner saves, resumes, takes offline or brings online through the cluster service only while no session is open.",
    implies(
        happens(*_BY_OWNER),
        ~requester.is_(BACKUP_OPEN) & ~restoring,
    ),
    shows="CLU-2 CLU-3",
    derived=True,
    witness=fired("cluster_takes_vm_offline"),
)

online_again_after_a_restore = possible(
    "A VM whose resource was taken offline for a restore can be brought online afterwards.",
    happens("cluster_brings_vm_online") & some(vm, _offline & power.is_(Power.OFF)),
    shows="CLU-3",
    derived=True,
)
