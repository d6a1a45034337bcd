"""Of which statements about states and steps counts are pinned, and the network with what they watch and nothing else.

A property that comes later changes none of the counts: it would watch with machines of its own, which make more states.
"""

from __future__ import annotations

from model.notation import Network
from model.protocol import PROTOCOL
from properties.catalogue import PROPERTIES
from properties.kinds import Always, Step

_NAMES = """
    vms-are-handled-through-vss no-child-backup-without-the-service frozen-only-in-a-child-backup one-of-two-methods
    saved-state-is-the-default child-snapshot-where-all-five-hold child-snapshot-needs-the-service
    child-snapshot-needs-a-running-vm child-snapshot-needs-one-volume child-snapshot-needs-basic-disks
    child-snapshot-needs-capable-file-systems work-in-prepare-for-snapshot undone-in-post-snapshot
    saved-state-saves-every-vm vms-at-rest-are-not-touched child-runs-a-whole-backup
    child-events-within-prepare-for-snapshot host-work-is-invisible-to-the-child prepared-only-when-all-are-done
    nothing-moves-in-freeze-and-thaw back-in-prior-state no-vm-left-saved only-saved-vms-are-given-back
    given-back-as-before image-is-rolled-back roll-back-in-post-snapshot-only live-disk-is-never-rolled-back
    auto-recovery-required no-partial-backup backup-is-of-all-chosen failed-undoing-spoils-the-backup
    backed-up-images-are-consistent only-vhds-are-in-the-backup every-vhd-is-in-the-backup
    copies-are-made-after-freeze copies-are-made-before-thaw every-volume-in-the-set backup-touches-metadata-only
    child-sees-an-ordinary-backup writer-sees-an-ordinary-backup restore-leaves-children-alone
    pre-restore-deletes-the-chosen vms-are-turned-off-before-deletion pre-restore-touches-the-chosen-only
    files-after-own-pre-restore files-after-every-pre-restore not-all-means-failure failure-is-reported-and-false
    registered-only-if-all none-registered-if-one-is-not-all every-restored-vm-is-registered no-vm-is-lost
    link-exactly-when-elsewhere places-are-right-in-the-end place-differs-only-where-restored-elsewhere
    port-exactly-where-the-switch-is registration-before-places statuses-before-registration places-before-network
    steps-of-post-restore-do-not-overlap clustered-vm-touched-in-a-restore-fails-over no-other-failover
    saved-through-the-cluster-is-left-saved offline-resource-does-not-fail-over no-failover-between-sessions-but-of-what-is-left-saved
    writer-raises-five-codes not-responding-is-said-by-vss abort-has-a-cause veto-alone-causes-no-abort
    no-abort-after-post-snapshot no-abort-in-a-restore repeated-abort-changes-nothing
    vanished-requester-gets-shutdown-only no-backup-complete-after-failure method-is-fixed-at-identify
    a-forgotten-status-is-not-all provider-defeats-child-snapshots true-is-not-success
""".split()  # noqa: SIM905 - so many names are read more easily without quotation marks

PINNED = [PROPERTIES[name] for name in _NAMES]
"""In the order of the catalogue when they were counted."""

LATER = [
    found for name, found in PROPERTIES.items() if isinstance(found, (Always, Step)) and name not in frozenset(_NAMES)
]
"""Those that have been added since."""


def _watched() -> Network:
    observers = {observer.name: observer for found in PINNED for observer in found.observers}
    return PROTOCOL.with_observers(observers.values())


NETWORK = _watched()
