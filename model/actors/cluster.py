"""A VM's resource in a failover cluster, and its owner, who may or may not tell the cluster beforehand."""

from model.actors.power import Power, power
from model.named import on, stays
from model.notation import Actor, States
from model.readings import READ_17, LeftOfFailover
from model.sorts import vm


class Cluster(States):
    NOT_CLUSTERED = "no cluster resource"
    ONLINE = "online on this node"
    SAVED = "its state was saved through the cluster service"
    OFFLINE = "taken offline"
    FAILED_OVER = "another node's: it failed over, or was moved"
    LEFT_BEHIND = "taken for failed, its applications are failed over, and yet there is a VM of it on this host"


C = Cluster

cluster = Actor(
    "cluster",
    Cluster,
    of=vm,
    starts=C.NOT_CLUSTERED | C.ONLINE | C.SAVED | C.OFFLINE | C.FAILED_OVER,
    says="What the cluster service holds of this VM.",
    leaves_out=("Ownership of shared volumes, and backups that a cluster serialises.",),
)

cluster.table(
    on("vm_fails_over", C.ONLINE, C.FAILED_OVER, when=READ_17.actor.is_(LeftOfFailover.NOTHING)),
    on("vm_fails_over", C.ONLINE, C.LEFT_BEHIND, when=READ_17.actor.is_(LeftOfFailover.AS_IT_WAS)),
    on("vm_turned_off", C.ONLINE | C.SAVED, C.LEFT_BEHIND),
    on("vm_deleted", C.ONLINE | C.SAVED | C.LEFT_BEHIND, C.FAILED_OVER),
    on("vm_registered", C.FAILED_OVER, C.LEFT_BEHIND),
    stays("vm_turned_off", "vm_deleted", "vm_registered"),
    on("cluster_saves_vm", C.ONLINE, C.SAVED),
    on("cluster_resumes_vm", C.SAVED, C.ONLINE),
    on("cluster_takes_vm_offline", C.ONLINE | C.SAVED, C.OFFLINE),
    on("cluster_brings_vm_online", C.OFFLINE | C.LEFT_BEHIND, C.ONLINE),
    on("cluster_moves_vm_back", C.FAILED_OVER, C.ONLINE),
    on("cluster_fails_over", C.ONLINE, C.FAILED_OVER),
)

FITS_POWER = (
    (~cluster.is_(C.ONLINE) | power.is_(Power.RUNNING | Power.PAUSED))
    & (~cluster.is_(C.SAVED) | power.is_(Power.SAVED))
    & (~cluster.is_(C.OFFLINE) | power.is_(Power.OFF | Power.GONE))
    & (~cluster.is_(C.FAILED_OVER) | power.is_(Power.GONE))
)
"""Holds at the start: what the cluster believes of a VM is so."""
