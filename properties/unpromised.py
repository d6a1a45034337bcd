"""What no property promises, although a rule says it: mutants that may survive, by the pattern of their names, and why.

Each line is a hole that was looked at and left: because the document promises nothing there, or because nobody could tell.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

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
_OWNER = "What an owner may do between sessions is free: nothing promises that he can."

_LESS = ("never", "drop-move *", "narrow-source *", "drop-stays *", "drop-alternative *", "negate-condition *")
_FAULTS = (
    "vm_cannot_be_saved", "vm_cannot_be_resumed", "guest_snapshot_fails", "guest_crashes", "integration_service_stops",
    "provider_fails", "freeze_window_overrun", "requester_aborts", "released_without_abort", "file_status_forgotten",
    "files_restored_in_part", "files_not_restored", "post_restore_never_called", "registration_fails", "switch_gone",
    "operator_starts_vm", "operator_stops_vm", "operator_saves_vm", "operator_pauses_vm", "cluster_fails_over",
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
    "vm_registered: redirect power *": "The document does not say in which power state a restored VM is registered.",
    "cluster_brings_vm_online: drop-stays power": _OWNER,
    "cluster_brings_vm_online: narrow-source cluster *": _OWNER,
    "cluster_takes_vm_offline: narrow-source cluster *": _OWNER,
    "cluster_takes_vm_offline: drop-stays power": _OWNER,
    "live_disk: start-elsewhere *": "The live disk is compared with a child's snapshot, and before there is one with nothing.",
    **_patterns(_FAULTS, _LESS, _FAULT_STRIKES_LESS),
}


def why_unpromised(name: str) -> str:
    """The reason why no property need kill a mutant; empty: there is none."""
    return next((why for pattern, why in UNPROMISED.items() if fnmatchcase(name, pattern)), "")
