"""What no property promises, although a rule says it: mutants that may survive, by the pattern of their names, and why.

Each line is a hole that was looked at and left: because the document promises nothing there, or because nobody could tell.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from model.named import Events

_ONE_OF_SEVERAL = (
    "Another way on is fair and stays possible as well: that one of them is taken is promised, not which one."
)
_CODES = (
    "The document does not say which failure is worth a retry: RETRYABLE and NONRETRYABLE are a choice of the model."
)
_FAULT_STRIKES_LESS = (
    "A fault is what may go wrong, not what must: one that strikes in other states, or in fewer, is another assumption about the "
    "world and breaks no promise."
)
_FAULT_STRIKES_MORE = (
    "The fault strikes in more states than it is said to, and every promise that is kept under it is kept there too."
)
_EARLY_LOOK = "Only where READ-10 looks early and an operator has changed the VM since: which state is then the one before is not said."
_NO_SWITCH = (
    "Switch by switch, an adapter that has no switch and one whose switch is gone get no port alike. Where READ-16 wants every switch "
    "there they differ; but there port-exactly-where-the-switch-is breaks anyway, and nothing else tells the two apart."
)
_NOT_MOVED = (
    "Only where the cluster moves a VM that has just been registered, and it takes such a VM for failed: closed views that leave the "
    "cluster out do not see that."
)
_WHEN_INSIDE = (
    "Only under READ-1 inside: when in PrepareForSnapshot a VM is given back is not said. One of these lets a session wait for ever, "
    "with three VMs at least: there every-session-ends is undecided within the limits, and no run shows it."
)
_OWNER = "What an owner may do through the cluster service is free: nothing promises that he can."
_PORTS = (
    "Ports are promised of a VM whose network PostRestore updates. What they are once it fails over or is moved, when it comes back, and "
    "after the session of the restore, in which they were new, nobody says."
)
_AFTER_FAILURE = "A requester whose snapshot set failed aborts or releases it, whether it tried BackupComplete or not: no more is promised."
_OVER = "A restore is over whether the requester releases its components or is gone: which of the two it does is not promised."
_PLACES = (
    "Where a VHD is to go is a requester's free choice, which PostRestore reads of VHDs of restored VMs only: that it can be made is not "
    "promised, nor when it is made in vain."
)
_FAULT_LEAVES = "What a fault leaves behind is assumed, too: left otherwise it breaks no promise that is kept under it."

_LESS = ("never", "drop-move *", "narrow-source *", "drop-stays *", "drop-alternative *", "negate-condition *")
FAULTS: Events = (
    "vm_cannot_be_saved", "vm_cannot_be_resumed", "guest_snapshot_fails", "guest_crashes", "provider_fails",
    "freeze_window_overrun", "requester_aborts", "released_without_abort", "released_early", "post_restore_never_called",
    "switch_gone", "operator_starts_vm", "operator_stops_vm", "operator_saves_vm", "cluster_fails_over",
    "management_service_restarts", "host_loses_power",
)  # fmt: skip


def _patterns(events: Iterable[str], changes: Iterable[str], why: str) -> dict[str, str]:
    return {f"{event}: {change}": why for event in events for change in changes}


UNPROMISED: dict[str, str] = {
    "context_set*: unfair": _ONE_OF_SEVERAL,
    "vm_chosen*: unfair": _ONE_OF_SEVERAL,
    "prepare_for_snapshot_vetoed*: unfair": _ONE_OF_SEVERAL,
    "prepare_for_snapshot_failed_unreported: unfair": _ONE_OF_SEVERAL,
    "prepare_for_snapshot_vetoed*: drop-alternative *": _ONE_OF_SEVERAL,
    "prepare_for_snapshot_failed_unreported: drop-alternative *": _ONE_OF_SEVERAL,
    "prepare_for_snapshot_vetoed*: swap-quantifier *": _ONE_OF_SEVERAL,
    "prepare_for_snapshot_failed_unreported: swap-quantifier *": _ONE_OF_SEVERAL,
    "prepare_for_snapshot_vetoed*: drop-move last_error *": _ONE_OF_SEVERAL,
    "last_error: swap-states RETRYABLE and NONRETRYABLE": _CODES,
    "*: redirect last_error * to RETRYABLE, to NONRETRYABLE": _CODES,
    "last_error: start-elsewhere *": "Every session begins by clearing it, and nobody reads it before.",
    "returned: start-elsewhere *": "Every session begins by clearing it, and nobody reads it before.",
    "cluster_brings_vm_online: drop-stays power": _OWNER,
    "cluster_brings_vm_online: narrow-source cluster *": _OWNER,
    "cluster_takes_vm_offline: narrow-source cluster *": _OWNER,
    "cluster_takes_vm_offline: drop-stays power": _OWNER,
    "cluster_saves_vm: narrow-source power *, not from RUNNING": _OWNER,
    "cluster_moves_vm_back: never": _OWNER,
    "live_disk: start-elsewhere *": "The live disk is compared with a child's snapshot, and before there is one with nothing.",
    "vm_cannot_be_saved: drop-condition power *": _FAULT_STRIKES_MORE,
    "vm_cannot_be_resumed: drop-condition power *": _FAULT_STRIKES_MORE,
    "provider_fails: drop-condition *": _FAULT_STRIKES_MORE,
    "freeze_window_overrun: drop-condition *": _FAULT_STRIKES_MORE,
    "requester_aborts: drop-condition *": _FAULT_STRIKES_MORE,
    "vm_saved: redirect note * to OFF, to SAVED": _EARLY_LOOK,
    "vm_saved: swap-states note OFF and SAVED": _EARLY_LOOK,
    "vm_registered: widen-source restored *": _NOT_MOVED,
    "vm_registered: redirect cluster FAILED_OVER to LEFT_BEHIND, to NOT_CLUSTERED": (
        "Whether a VM that is registered anew belongs to the cluster still is not said; its resource is left behind either way."
    ),
    "vm_given_back: drop-alternative *": _WHEN_INSIDE,
    "configured_place: start-elsewhere *": "Before a restore nobody reads it, and PostRestore corrects it.",
    "link: start-elsewhere *": "Before a restore nobody reads it, and PostRestore corrects it.",
    "snapshot_set_started: unfair": "A requester may stop before it starts a snapshot set: nobody promises that there is a backup.",
    "vhd_goes_elsewhere: widen-source target *": "What was chosen may be chosen again: nothing is different afterwards.",
    "vhd_goes_elsewhere: drop-condition *": _PLACES,
    "vhd_goes_elsewhere: negate-condition *": _PLACES,
    "snapshot_set_failed: redirect requester * to SNAPSHOT_FAILED, to COMPLETE_REFUSED": _AFTER_FAILURE,
    "requester: swap-states SNAPSHOT_FAILED and COMPLETE_REFUSED": _AFTER_FAILURE,
    "requester: swap-states COMPLETE_REFUSED and FAILURE_SEEN": _AFTER_FAILURE,
    "released_unrestored: redirect requester * to RESTORED, to RESTORE_VANISHED": _OVER,
    "post_restore_finished: redirect requester * to RESTORED, to RESTORE_VANISHED": _OVER,
    "snapshot_set_made: redirect vss * to MADE, to STOPPED": (
        "How DoSnapshotSet ended the requester knows; of VSS itself only a requester's faults tell it, and no promise says which way."
    ),
    "released_unrestored: unfair": _ONE_OF_SEVERAL,
    "released_unrestored: never": "That a requester may choose nothing is allowed, not promised; to choose a VM is another way on.",
    "cluster_saves_vm: drop-alternative requester is at rest": _OWNER,
    "post_snapshot_failed: swap-quantifier for some disk: disk kind is vhd": (
        "Only under READ-8 session ends, of a VM with disks of several kinds: what PostSnapshot settles before it fails is not promised."
    ),
    "nothing_left_to_give_back: drop-alternative not (method is *": _WHEN_INSIDE,
    "vm_fails_over: widen-source power *": "Only where an operator turned it off: a cluster may move a VM that is off as well.",
    "vm_fails_over: * port*": _PORTS,
    "cluster_fails_over: * port*": _PORTS,
    "cluster_moves_vm_back: * port*": _PORTS,
    "restore_released: * port*": _PORTS,
    "restore_dropped: * port*": _PORTS,
    "host_loses_power: * port*": _PORTS,
    "network_updated: narrow-source port *, not from OLD": (
        "Ports go with a VM that is deleted. One that a restored VM has still is seen of views, and in no run of one VM without a fault."
    ),
    "network_updated: drop-alternative port *, no adapter has: switch is gone": _NO_SWITCH,
    "roll_back_fails: * in_backup*": _FAULT_LEAVES,
    "guest_snapshot_fails: * child_snapshot*": _FAULT_LEAVES,
    "requester_aborts: redirect vss *": _FAULT_LEAVES,
    "failed_copy_reported_as_success: drop-condition outcome *": _FAULT_LEAVES,
    "guest_crashes: drop-condition *": _FAULT_STRIKES_MORE,
    "switch_gone: widen-source switch *": _NO_SWITCH,
    "switch_gone: swap-states switch *": _NO_SWITCH,
    **_patterns(FAULTS, _LESS, _FAULT_STRIKES_LESS),
}


def why_unpromised(name: str) -> str:
    """The reason why no property need kill a mutant; empty: there is none."""
    return next((why for pattern, why in UNPROMISED.items() if fnmatchcase(name, pattern)), "")
