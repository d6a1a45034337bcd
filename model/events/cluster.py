"""The failover cluster: what it takes for a failure, and what a VM's owner may do through it."""

from model.actors.power import Note, Power, note, power
from model.actors.requester import Requester, requester
from model.notation import event
from model.sorts import vm

R = Requester
at_rest = requester.is_(R.AT_REST)
before_prepare_for_snapshot = at_rest | requester.is_(R.METADATA_GATHERED | R.CHOOSING | R.PREPARED)
"""Nothing says when a VM is saved through the cluster, but that it is before PrepareForSnapshot (CLU-2)."""

EVENTS = (
    *event(
        "vm_fails_over",
        at=vm,
        when=~note.is_(Note.NOTHING),
        by="CLU-1 READ-17",
        says="The cluster takes a VM that the writer has saved for failed: its applications fail over to another node.",
        fair=False,
    ),
    *event(
        "cluster_saves_vm",
        at=vm,
        when=before_prepare_for_snapshot,
        by="CLU-2",
        says="The owner saves the VM, running or paused, through the cluster service.",
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
    *event(
        "cluster_moves_vm_back",
        at=vm,
        when=at_rest,
        by="CLU-1",
        says="The owner moves a VM that is another node's back to this host, where it runs.",
        fair=False,
    ),
)
