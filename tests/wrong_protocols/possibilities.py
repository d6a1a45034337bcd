"""Wrong protocols in which something cannot happen that is said to be possible: there is no run to show."""

from model.actors.child import ChildSnapshot
from model.actors.cluster import Cluster
from model.actors.method import Method, method
from model.actors.requester import Requester
from model.actors.restore import Link, link
from model.actors.volumes import IN_SET
from model.notation import FALSE, some
from model.sorts import vm
from tests.wrong_protocols.changes import Wrong, dropped, guard, guarded_by, leads_to, row, table

_child_only = table("outcome", guarded_by("files_copied", IN_SET & method.is_(Method.CHILD_VM_SNAPSHOT)))
_published = some(vm, ~method.is_(Method.UNPUBLISHED))

OUT_OF_REACH = (
    Wrong(
        "no-saved-state-without-auto-recovery", "Only VMs of Child VM Snapshot are copied.",
        _child_only, "saved-state-needs-no-auto-recovery", 0,
    ),
    Wrong(
        "no-saved-state-with-this-provider", "Only VMs of Child VM Snapshot are copied.",
        _child_only, "provider-does-not-defeat-saved-state", 0, faults=("provider_cannot_auto_recover",),
    ),
    Wrong(
        "no-snapshot-to-tell-the-methods-by", "PostSnapshot leaves no sign that Child VM Snapshot was used.",
        table("child_snapshot", leads_to("post_snapshot_delivered", ChildSnapshot.NONE)), "mixed-methods-succeed", 0,
        vms=2,
    ),
    Wrong(
        "no-end-without-a-vm", "A backup of no VM is never released.",
        guard("released_unprepared", needs=_published), "a-backup-of-no-vm-ends", 0,
    ),
    Wrong(
        "no-end-of-a-restore-of-nothing", "A requester that chooses nothing to restore chooses for ever.",
        table("requester", leads_to("released_unrestored", Requester.RESTORE_INITIALIZED)), "a-restore-of-nothing-ends", 0,
    ),
    Wrong(
        "no-end-of-a-failed-copy", "Who reports a failed copy never comes to BackupComplete.",
        table("requester", leads_to("failure_reported", Requester.RELEASED)), "a-copy-that-failed-is-reported-so", 0,
        faults=("copy_fails",),
    ),
    Wrong(
        "saved-is-enough", "A VM saved through the cluster is not taken for failed when a restore turns it off.",
        table("cluster", dropped("vm_turned_off", Cluster.SAVED)), "saved-is-not-offline", 0,
    ),
    Wrong(
        "offline-for-ever", "A VM that is restored is offline no longer.",
        table("cluster", row("vm_registered", Cluster.OFFLINE, Cluster.LEFT_BEHIND)), "online-again-after-a-restore", 0,
    ),
    Wrong(
        "linked-once", "A VM that has a link cannot be restored to a third place.",
        guard("vm_chosen_for_restore_to_a_third_place", needs=link.is_(Link.DEFAULT)), "a-link-can-change-its-target", 0,
    ),
    Wrong(
        "every-vhd-as-configured", "No VHD is ever restored to another place.",
        guard("vhd_goes_elsewhere", needs=FALSE), "restore-elsewhere-succeeds", 0,
    ),
)  # fmt: skip
