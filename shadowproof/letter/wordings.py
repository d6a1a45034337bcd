"""Proposed wordings as variants of the protocol: which readings each settles, and what else it has otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from model.actors.child import ACTIVE, ChildSession
from model.actors.cluster import Cluster
from model.actors.due import SavedBy
from model.actors.method import Progress, progress
from model.actors.power import Note, Power, note, power
from model.actors.restore import TO_BE_REGISTERED, TO_BE_RESTORED, Restored, restored
from model.actors.writer import Doing, doing
from model.events.post_snapshot import noted, nothing_noted
from model.events.prepare_for_snapshot import preparing
from model.events.restore import pre_restoring
from model.notation import event, every, on, stays
from model.notation.overrides import Override, event_is, event_new, rows_are
from model.sorts import vm
from proofs.world.world import Column

_PROPOSED = "proposed"


@dataclass(frozen=True)
class Wording:
    """A proposed wording. readings: those that it settles; overrides: what else it has otherwise, as a version has it. helps: the
    circumstances in which it is tried (faults, and readings that the wording leaves to others). takes: what the variant takes for
    granted, in a sentence."""

    readings: tuple[tuple[str, str], ...] = ()
    overrides: tuple[Override, ...] = ()
    helps: tuple[Column, ...] = ()
    takes: str = ""


def _fault(*names: str) -> tuple[Column, ...]:
    return tuple(Column(frozenset({name})) for name in names)


def _reading(name: str, state: str, *faults: str) -> Column:
    return Column(frozenset(faults), ((name, state),))


_SAVED = power.is_(Power.SAVED)
_AT_SHUTDOWN = doing.is_(Doing.BACKUP_SHUTDOWN)
_NOTED = _AT_SHUTDOWN & noted
_WHY = "BackupShutdown gives back all that the writer still has a note of, whether it vetoed or not."
_GIVEN_BACK_ON_SHUTDOWN = (
    event_is("vm_given_back", also=_NOTED & _SAVED, why=_WHY, source=_PROPOSED),
    event_is("vm_cannot_be_resumed", also=_NOTED & _SAVED, why=_WHY, source=_PROPOSED),
    event_is("nothing_left_to_give_back", also=_NOTED & ~_SAVED, why=_WHY, source=_PROPOSED),
    event_is("backup_shutdown_returned", only=nothing_noted, why=_WHY, source=_PROPOSED),
)

_KEPT = "A VM keeps its registration until its files are known to be there; PreRestore only turns it off."
_TURNED_OFF = power.is_(Power.OFF | Power.GONE)
_KEPT_UNTIL_RESTORED = (
    event_is(
        "vm_deleted",
        when=doing.is_(Doing.REGISTERING) & TO_BE_REGISTERED & restored.is_(Restored.NO),
        why=_KEPT,
        source=_PROPOSED,
    ),
    event_is(
        "pre_restore_returned",
        when=pre_restoring & every(vm, ~TO_BE_RESTORED | _TURNED_OFF),
        why=_KEPT,
        source=_PROPOSED,
    ),
)

_BEFORE = {Note.RUNNING: Power.RUNNING, Note.PAUSED: Power.PAUSED, Note.OFF: Power.OFF, Note.SAVED: Power.SAVED}
_AT_START = "The note is kept with the VM, and the service, when it starts, acts on it: both are one step here."


def _given_back_by(restart: str) -> tuple[Override, ...]:
    """A restart in which the service gives back all that its note names. What runs where a host loses power is off."""
    lost = on(restart, Power.RUNNING | Power.PAUSED, Power.OFF) if restart == "host_loses_power" else ()
    back = (on(restart, Power.SAVED, state, when=note.is_(was)) for was, state in _BEFORE.items())
    forgotten = on(restart, frozenset(_BEFORE), Note.NOTHING)
    no_longer = on(restart, SavedBy.WRITER, SavedBy.NOBODY, when=~note.is_(Note.NOTHING))
    return (
        rows_are("power", restart, lost, *back, stays(restart), why=_AT_START, source=_PROPOSED),
        rows_are("note", restart, forgotten, stays(restart), why=_AT_START, source=_PROPOSED),
        rows_are("saved_by", restart, no_longer, stays(restart), why=_AT_START, source=_PROPOSED),
    )


_THROUGH_CLUSTER = (
    "The writer tells the cluster service of the saved state, and of its end, so that nothing is taken for failed."
)
_C = Cluster
_SAVED_THROUGH_CLUSTER = (
    rows_are(
        "cluster", "vm_saved", on("vm_saved", _C.ONLINE, _C.SAVED), stays("vm_saved"),
        why=_THROUGH_CLUSTER, source=_PROPOSED,
    ),
    rows_are(
        "cluster", "vm_given_back", on("vm_given_back", _C.SAVED, _C.ONLINE), stays("vm_given_back"),
        why=_THROUGH_CLUSTER, source=_PROPOSED,
    ),
)  # fmt: skip

_SILENT, _IN_TIME = "child_counts_as_failed", "A child that does not answer in time is given up, and its VM has failed."
_SILENT_CHILD_FAILS = (
    event_new(
        event(
            _SILENT,
            at=vm,
            when=preparing & progress.is_(Progress.IN_CHILD),
            by="BAK-13",
            says="A child has not answered within the stated time: it counts as one that failed to create its snapshot.",
        ),
        why=_IN_TIME,
        source=_PROPOSED,
    ),
    rows_are("progress", _SILENT, on(_SILENT, Progress.IN_CHILD, Progress.FAILED), why=_IN_TIME, source=_PROPOSED),
    rows_are(
        "child_session", _SILENT, on(_SILENT, ACTIVE, ChildSession.ORPHANED), stays(_SILENT),
        why=_IN_TIME, source=_PROPOSED,
    ),
)  # fmt: skip

_TWICE = "BackupShutdown tries once more what PostSnapshot, or Abort, could not give back."
_stuck = progress.is_(Progress.STUCK) & ~note.is_(Note.NOTHING)
_TRIED_AGAIN = (
    event_is("vm_given_back", also=_AT_SHUTDOWN & _stuck & _SAVED, why=_TWICE, source=_PROPOSED),
    event_is("nothing_left_to_give_back", also=_AT_SHUTDOWN & _stuck & ~_SAVED, why=_TWICE, source=_PROPOSED),
    event_is("backup_shutdown_returned", only=~_AT_SHUTDOWN | every(vm, ~_stuck), why=_TWICE, source=_PROPOSED),
)

WORDINGS: Mapping[str, Wording] = {
    "given-back-before-it-returns": Wording(
        readings=(("READ-1", "INSIDE"),),
        helps=(_reading("READ-14", "UNTIL_RETURN"), *_fault("released_without_abort", "failure_ignored")),
    ),
    "given-back-at-shutdown": Wording(
        overrides=_GIVEN_BACK_ON_SHUTDOWN,
        helps=(_reading("READ-14", "UNTIL_RETURN"), *_fault("requester_vanishes", "released_while_waiting")),
    ),
    "registered-until-restored": Wording(
        overrides=_KEPT_UNTIL_RESTORED,
        helps=_fault(
            "files_not_restored", "files_restored_in_part", "file_status_forgotten", "post_restore_never_called",
            "other_writer_fails_in_pre_restore", "registration_fails",
        ),
    ),
    "given-back-at-the-start": Wording(
        overrides=(*_given_back_by("management_service_restarts"), *_given_back_by("host_loses_power")),
        helps=_fault("management_service_restarts", "host_loses_power"),
        takes="The service gives back in the step in which it starts.",
    ),
    "saved-through-the-cluster": Wording(overrides=_SAVED_THROUGH_CLUSTER, helps=(Column(),)),
    "chosen-vms-only": Wording(readings=(("READ-5", "SELECTED"),), helps=(Column(),)),
    "snapshot-kept-for-the-copy": Wording(
        readings=(("READ-8", "COPY_EXISTS"),), helps=(_reading("READ-8", "SESSION_ENDS"),)
    ),
    "silent-child-fails": Wording(
        overrides=_SILENT_CHILD_FAILS,
        helps=_fault("guest_hangs"),
        takes="The model has no clock: a child may be given up at any moment.",
    ),
    "tried-again-at-shutdown": Wording(
        readings=(("READ-11", "NONE_BACKED_UP"),),
        overrides=_TRIED_AGAIN,
        helps=(
            *_fault("vm_cannot_be_resumed"),
            _reading("READ-11", "COPY_COUNTS", "vm_cannot_be_resumed"),
            _reading("READ-11", "COPY_COUNTS", "roll_back_fails"),
        ),
        takes="The second try succeeds; one that fails as well leaves the VM saved.",
    ),
    "no-auto-recovery-fails": Wording(readings=(("READ-6", "VETO"),), helps=(_reading("READ-6", "SKIPPED"),)),
    "conditions-and-ports": Wording(
        readings=(("READ-12", "ALL_DISKS"), ("READ-13", "NOT_MET"), ("READ-16", "EACH")),
        helps=(_reading("READ-12", "VHDS"), _reading("READ-13", "MET"), _reading("READ-16", "ALL_OR_NONE")),
    ),
}  # fmt: skip
"""By name."""
