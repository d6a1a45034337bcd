"""What no property promises, although a rule says it: mutants that may survive, by the pattern of their names, and why.

Each line is a hole that was looked at and left: because the document promises nothing there, or because nobody could tell.
"""

_ONE_OF_SEVERAL = (
    "Another way on is fair and stays possible as well: that one of them is taken is promised, not which one."
)
_CODES = (
    "The document does not say which failure is worth a retry: RETRYABLE and NONRETRYABLE are a choice of the model."
)

UNPROMISED: dict[str, str] = {
    "context_set*: unfair": _ONE_OF_SEVERAL,
    "vm_chosen*: unfair": _ONE_OF_SEVERAL,
    "prepare_for_snapshot_vetoed*: unfair": _ONE_OF_SEVERAL,
    "prepare_for_snapshot_failed_unreported: unfair": _ONE_OF_SEVERAL,
    "last_error: swap-states RETRYABLE and NONRETRYABLE": _CODES,
    "last_error: start-elsewhere *": "Every session begins by clearing it, and nobody reads it before.",
    "returned: start-elsewhere *": "Every session begins by clearing it, and nobody reads it before.",
    "vm_registered: redirect power *": "The document does not say in which power state a restored VM is registered.",
    "cluster_brings_vm_online: drop-stays power": "What an owner may do between sessions is free: nothing promises that he can.",
}
