"""The phases of a session, named as the document names its events, in their order: by them arguments tell when something is so.

It decides nothing of what may happen, so no rule reads it, and no verdict depends on it.
"""

from collections.abc import Mapping

from model.actors.requester import Requester
from model.actors.vss import Vss
from model.actors.writer import Doing
from model.notation import States

R, V, D = Requester, Vss, Doing

_IN_THE_SET = "DoSnapshotSet"
_BY_REQUESTER: Mapping[str, tuple[States, ...]] = {
    "between sessions": (R.AT_REST,),
    "before Identify": (R.INITIALIZED, R.CONTEXT_SET),
    "after Identify": (R.METADATA_GATHERED, R.CHOOSING),
    "PrepareForBackup": (R.PREPARED,),
    _IN_THE_SET: (R.SNAPSHOTTING,),
    "after a failure": (R.SNAPSHOT_FAILED, R.COMPLETE_REFUSED, R.FAILURE_SEEN),
    "the copy of the files": (R.SNAPSHOT_MADE, R.COPYING, R.COPIED, R.COPY_FAILED, R.REPORTED),
    "BackupComplete": (R.COMPLETED,),
    "Abort": (R.ABORTED,),
    "BackupShutdown": (R.RELEASED, R.VANISHED),
    "before PreRestore": (R.RESTORE_INITIALIZED,),
    "PreRestore": (R.PRE_RESTORING,),
    "the restore of the files": (R.RESTORING_FILES,),
    "PostRestore": (R.POST_RESTORING,),
    "the end of a restore": (R.RESTORED, R.RESTORE_VANISHED),
}
_INSIDE: Mapping[str, tuple[States, ...]] = {
    "PrepareForSnapshot": (V.PREPARE_FOR_SNAPSHOT, D.PREPARE_FOR_SNAPSHOT),
    "Freeze": (V.FREEZE, V.COMMITTED, D.FREEZE),
    "Thaw": (V.THAW, D.THAW),
    "PostSnapshot": (V.POST_SNAPSHOT, D.POST_SNAPSHOT),
    "Abort": (V.ABORT_DUE, V.ABORTED, D.ABORT),
    "BackupShutdown": (D.BACKUP_SHUTDOWN,),
    "PreRestore": (V.PRE_RESTORE, D.PRE_RESTORE),
    "PostRestore": (V.POST_RESTORE, D.CHECKING_STATUSES, D.REGISTERING, D.COMPARING_PLACES, D.CONNECTING),
}
"""What VSS delivers and the writer processes says more than that the requester is inside DoSnapshotSet, or than nothing."""


def _in_order() -> tuple[str, ...]:
    names = list(_BY_REQUESTER)
    inside = [name for name in _INSIDE if name not in names]
    place = names.index(_IN_THE_SET) + 1
    return (*names[:place], *inside, *names[place:])


PHASES = _in_order()


def phase_of(host: Mapping[str, str]) -> str:
    """The phase that the host's machines are in, of those machines that are known; "" where these do not tell."""
    by_requester = next((name for name, of in _BY_REQUESTER.items() if _is(host, "requester", of)), "")
    if by_requester not in {"", _IN_THE_SET}:
        return by_requester
    inside = (name for machine in ("doing", "vss") for name, of in _INSIDE.items() if _is(host, machine, of))
    return next(inside, by_requester)


def _is(host: Mapping[str, str], machine: str, states: tuple[States, ...]) -> bool:
    kind = {"requester": R, "vss": V, "doing": D}[machine]
    return host.get(machine) in {state.name for state in states if type(state) is kind}
