"""Wrong protocols of the failover cluster."""

from model.actors.cluster import Cluster
from model.actors.power import Power
from model.notation import TRUE
from tests.wrong_protocols.changes import Wrong, both, guard, ignored, leads_to, row, table

P = Power


CLUSTER = (
    Wrong(
        "told-cluster-fails-over-in-a-restore", "Deleting a VM fails it over although its resource is offline.",
        table("cluster", row("vm_deleted", Cluster.OFFLINE, Cluster.FAILED_OVER)),
        "offline-resource-does-not-fail-over", 4,
    ),
    Wrong(
        "offline-resource-is-moved", "The cluster moves a VM whose resource is offline.",
        table("cluster", row("cluster_fails_over", Cluster.OFFLINE, Cluster.FAILED_OVER)),
        "offline-resource-does-not-fail-over", 2, faults=("cluster_fails_over",),
    ),
    Wrong(
        "failover-leaves-the-vm", "A VM that is another node's after a failover stays here all the same.",
        table("power", leads_to("vm_fails_over", P.SAVED)), "failed-over-is-not-here", 9,
    ),
    Wrong(
        "fails-over-unsaved", "A VM that the writer has not saved fails over.",
        guard("vm_fails_over", instead=TRUE), "no-other-failover", 2, faults=("operator_changes_vm",),
    ),
    Wrong(
        "told-cluster-fails-over-in-a-backup", "A VM saved through the cluster service fails over in a backup.",
        table(
            "cluster",
            row("vm_has_nothing_to_save", Cluster.SAVED, Cluster.FAILED_OVER),
            ignored("vm_has_nothing_to_save"),
        ),
        "saved-through-the-cluster-is-left-saved", 8,
    ),
    Wrong(
        "saved-through-the-cluster-fails-over", "A VM that was saved through the cluster service is taken for failed.",
        both(
            guard("vm_fails_over", instead=TRUE),
            table("cluster", row("vm_fails_over", Cluster.SAVED, Cluster.FAILED_OVER)),
        ),
        "saved-through-the-cluster-is-left-saved", 2,
    ),
)  # fmt: skip
