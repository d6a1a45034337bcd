"""Windows of time: how long something may take between two events, as far as anybody has published it.

The model is untimed: it says what may follow what, never when. These are data beside it, for whoever holds a run with times against
the model (`conformance/traces`) or reads the times in a log (`conformance/passing`).
"""

from __future__ import annotations

from dataclasses import dataclass

from model.facts import FLUSH_AND_HOLD_SECONDS, FREEZE_WINDOW_SECONDS


@dataclass(frozen=True)
class Window:
    """From an event to the next of some others, so many seconds at most. says: in a sentence. strict: a run that takes longer is
    none; else it is remarkable, and `else_` says what else may explain it. by: the requirement; source: where the number is from.
    between: what is timed, in a word or two; fault: the fault of the model that taking longer is."""

    name: str
    opens: str
    closes: tuple[str, ...]
    seconds: int
    says: str
    source: str
    by: str = "VSS-4"
    strict: bool = False
    else_: str = ""
    between: str = ""
    fault: str = ""


FREEZE_TO_THAW = Window(
    "freeze-to-thaw",
    "freeze_delivered",
    ("thaw_delivered",),
    FREEZE_WINDOW_SECONDS,
    "From Freeze to Thaw a writer waits 60 seconds at most, then VSS gives the snapshot set up.",
    "CVssWriter::Initialize (dwTimeoutFreeze by default), CVssWriter::OnFreeze",
    strict=True,
    between="Freeze to Thaw",
    fault="freeze_window_overrun",
)

FLUSH_AND_HOLD = Window(
    "flush-and-hold",
    "freeze_returned",
    ("shadow_copies_committed",),
    FLUSH_AND_HOLD_SECONDS,
    "Writes are held for 10 seconds at most, then VSS lets go and the copy fails.",
    "Shadow Copy Creation for Providers",
    else_="The model has flush, hold and commit as one step, and other writers may still be in Freeze, before writes are held.",
    between="flush and hold",
    fault="provider_fails",
)

_WAITS = (
    (60, "a requester that waits 60 seconds at most (Duplicati with Vanara; qemu-ga for the Frozen event)"),
    (120, "a requester that waits 120 seconds at most (restic by default)"),
    (180, "a requester that waits 180 seconds at most"),
    (600, "a requester that waits 10 minutes at most (bareos-fd, burp)"),
)

REQUESTERS_WAITS = tuple(
    Window(
        f"do-snapshot-set-{seconds}",
        "snapshot_set_begun",
        ("snapshot_set_made", "snapshot_set_failed"),
        seconds,
        f"DoSnapshotSet takes longer than {who}.",
        "the requesters' tables of calls (conformance/requesters/examples), or common practice where none is named",
        else_="How long a requester waits is its own affair: PrepareForSnapshot has no published bound.",
        between="DoSnapshotSet",
        fault="released_while_waiting",
    )
    for seconds, who in _WAITS
)

WINDOWS = (FREEZE_TO_THAW, FLUSH_AND_HOLD, *REQUESTERS_WAITS)
