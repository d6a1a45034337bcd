"""The failover cluster: what its owner may do between sessions."""

from model.actors.power import Power, power
from model.actors.requester import Requester, requester
from model.notation import event
from model.sorts import vm

at_rest = requester.is_(Requester.AT_REST)

EVENTS = (
    *event(
        "cluster_saves_vm",
        at=vm,
        when=at_rest,
        by="CLU-2",
        says="The owner saves the VM through the cluster service.",
        fair=False,
    ),
    *event(
        "cluster_resumes_vm",
        at=vm,
        when=at_rest,
        by="CLU-2",
        says="Whoever saved the VM through the cluster service resumes it.",
        fair=False,
    ),
    *event(
        "cluster_takes_vm_offline",
        at=vm,
        when=at_rest,
        by="CLU-3",
        says="The owner takes the VM's resource offline.",
        fair=False,
    ),
    *event(
        "cluster_brings_vm_online",
        at=vm,
        when=at_rest & ~power.is_(Power.GONE),
        by="CLU-3",
        says="The owner brings the VM's resource online on this host.",
        fair=False,
    ),
)
