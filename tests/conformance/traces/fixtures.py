"""Makes `valid/` and `invalid/`: for each requirement a run of the model, and the same run with its last line changed, which that
requirement forbids. Made again with: python -m tests.conformance.traces.fixtures
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from conformance.traces.answers import Accepted, Rejected
from conformance.traces.read import Lines
from conformance.traces.replayed import answered
from conformance.traces.saved import jsonl, lines

FOLDER = Path(__file__).parent
EXPECTED = FOLDER / "expected.json"


@dataclass(frozen=True)
class Base:
    """A run of the model: how its VMs start, which faults and readings it has, its events."""

    events: str
    vms: Sequence[Mapping[str, Any]] = ({"start": {"power": "PAUSED"}},)
    faults: tuple[str, ...] = ()
    readings: Mapping[str, str] = field(default_factory=dict)

    @property
    def header(self) -> dict[str, Any]:
        more = {"readings": dict(self.readings)} if self.readings else {}
        vms = [dict(one) for one in self.vms]
        return {"schema": "shadowproof-trace/1", "vms": vms, "faults": list(self.faults), **more, "complete": True}


_TO_SET = "backup_initialized context_set writer_metadata_gathered snapshot_set_started vm_chosen@1 prepared_for_backup snapshot_set_begun "
_COPY = "freeze_delivered freeze_returned shadow_copies_committed thaw_delivered thaw_returned post_snapshot_delivered "
_END = (
    "post_snapshot_succeeded snapshot_set_made status_is_good files_copied success_reported backup_completed released"
)
_CHILD = (
    "child_backup_begins@1 child_prepares_for_backup@1 child_prepares_for_snapshot@1 child_freezes@1 child_snapshot_taken@1 child_thaws@1 "
    "child_post_snapshot@1 child_backup_completes@1 prepare_for_snapshot_succeeded "
)
_RESTORE = "pre_restore_called vm_turned_off@1 vm_deleted@1 pre_restore_returned other_writer_processes_pre_restore pre_restore_finished "
_REGISTER = (
    "post_restore_called file_restore_statuses_accepted vm_registered@1 registrations_finished vhd_places_compared@1 places_finished "
    "network_updated@1 post_restore_succeeded post_restore_finished restore_released"
)
_RUNNING = ({"start": {"power": "RUNNING"}},)
_CLUSTERED = ({"start": {"power": "PAUSED", "cluster": "ONLINE"}},)
_FAILED = _TO_SET + "vm_cannot_be_saved@1 "
_AFTER_VETO = "freeze_delivered shadow_copies_committed thaw_delivered post_snapshot_delivered snapshot_set_made status_shows_failure "
_OFF = "pre_restore_called vm_deleted@1 pre_restore_returned other_writer_processes_pre_restore pre_restore_finished "

SAVED = Base(_TO_SET + "vm_saved@1 prepare_for_snapshot_succeeded " + _COPY + "vm_given_back@1 " + _END)
SNAPPED = Base(_TO_SET + _CHILD + _COPY + "image_rolled_back@1 " + _END, _RUNNING)
VETOED = Base(_FAILED + "prepare_for_snapshot_vetoed " + _AFTER_VETO + "backup_aborted", faults=("vm_cannot_be_saved",))
UNREPORTED = Base(_FAILED + "prepare_for_snapshot_failed_unreported", faults=("vm_cannot_be_saved",))
TRUE = Base(_FAILED + "prepare_for_snapshot_vetoed_returning_true", faults=("vm_cannot_be_saved",))
REFUSED = Base(
    _TO_SET
    + "vm_saved@1 prepare_for_snapshot_succeeded freeze_delivered freeze_returned provider_fails abort_delivered vm_given_back@1 "
    "abort_returned snapshot_set_failed completed_after_failure",
    faults=("provider_fails", "completed_after_failure"),
)
PASSED_THROUGH = Base(SAVED.events, ({"start": {"power": "PAUSED", "disk_kind#1": "PASS_THROUGH"}},))
STOPPED = Base(
    "backup_initialized context_set writer_metadata_gathered",
    ({"start": {"power": "RUNNING", "integration": "STOPPED"}},),
)
STOPS = Base(
    "backup_initialized context_set writer_metadata_gathered integration_service_stops@1", _RUNNING, ("integration_service_stops",)
)  # fmt: skip
CLUSTERED = Base(SAVED.events, _CLUSTERED)
RESTORED = Base(
    "restore_initialized vm_chosen_for_restore_elsewhere@1 vhd_goes_elsewhere@1.1 " + _RESTORE
    + "files_restored@1 file_restore_status_set@1 " + _REGISTER,
    ({"start": {"power": "RUNNING", "switch#1": "THERE", "port#1": "OLD"}},),
)  # fmt: skip
IN_PART = Base(
    "restore_initialized vm_chosen_for_restore@1 " + _RESTORE
    + "files_restored_in_part@1 file_restore_status_set@1 post_restore_called post_restore_failed",
    _RUNNING, ("files_restored_in_part",),
)  # fmt: skip
FORGOTTEN = Base(
    "restore_initialized vm_chosen_for_restore@1 " + _RESTORE + "files_restored@1 file_status_forgotten@1",
    _RUNNING, ("file_status_forgotten",),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """What is wrong: after `event` of the run machines are said to be in these states; or, where `instead` is named, that happens in
    its place; or the event comes so many seconds late."""

    base: Base
    event: str
    states: Mapping[str, str] = field(default_factory=dict)
    instead: str = ""
    late: float = 0


def claims(base: Base, event: str, **states: str) -> Case:
    """name_1 stands for name@1, name_1_1 for name@1.1."""
    named = {key.replace("__", "@", 1).replace("__", "."): state for key, state in states.items()}
    return Case(base, event, named)


CASES: dict[str, Case] = {
    "GEN-1": claims(SAVED, "backup_initialized", requester="AT_REST"),
    "GEN-2": claims(SNAPPED, "child_freezes@1", child_writers__1="PREPARED"),
    "MET-1": claims(SAVED, "writer_metadata_gathered", method__1="UNPUBLISHED"),
    "MET-2": claims(STOPPED, "writer_metadata_gathered", method__1="CHILD_VM_SNAPSHOT"),
    "MET-3": claims(STOPS, "integration_service_stops@1", integration__1="RUNNING"),
    "BAK-1": Case(SAVED, "prepared_for_backup", instead="freeze_delivered"),
    "BAK-2": Case(SAVED, "snapshot_set_begun", instead="vm_saved@1"),
    "BAK-3": Case(SAVED, "vm_saved@1", instead="vm_has_nothing_to_save@1"),
    "BAK-4": Case(SNAPPED, "child_freezes@1", instead="child_snapshot_taken@1"),
    "BAK-5": Case(SNAPPED, "freeze_delivered", instead="child_backup_completes@1"),
    "BAK-6": claims(SNAPPED, "image_rolled_back@1", child_session__1="METADATA_GATHERED"),
    "BAK-7": Case(SAVED, "vm_saved@1", instead="prepare_for_snapshot_succeeded"),
    "BAK-8": claims(SAVED, "freeze_returned", power__1="PAUSED"),
    "BAK-9": claims(SAVED, "vm_given_back@1", power__1="RUNNING"),
    "BAK-10": claims(SNAPPED, "image_rolled_back@1", live_disk__1="AT_SNAPSHOT"),
    "BAK-11": claims(SNAPPED, "image_rolled_back@1", child_writers__1="FROZEN"),
    "BAK-12": claims(SNAPPED, "context_set", context="NO_AUTORECOVERY"),
    "BAK-13": Case(VETOED, "status_shows_failure", instead="status_is_good"),
    "BAK-14": claims(PASSED_THROUGH, "shadow_copies_committed", in_backup__1__1="YES"),
    "BAK-15": claims(SAVED, "shadow_copies_committed", image__1="NONE"),
    "RST-1": claims(RESTORED, "restore_initialized", child_session__1="METADATA_GATHERED"),
    "RST-2": Case(RESTORED, "vm_deleted@1", instead="pre_restore_returned"),
    "RST-3": Case(RESTORED, "other_writer_processes_pre_restore", instead="pre_restore_finished"),
    "RST-4": Case(IN_PART, "post_restore_failed", instead="file_restore_statuses_accepted"),
    "RST-5": claims(RESTORED, "vm_registered@1", power__1="GONE"),
    "RST-6": claims(RESTORED, "vm_registered@1", link__1="DEFAULT"),
    "RST-7": claims(RESTORED, "vhd_places_compared@1", configured_place__1__1="DIFFERS"),
    "RST-8": claims(RESTORED, "network_updated@1", port__1__1="NONE"),
    "RST-9": Case(RESTORED, "vm_registered@1", instead="registrations_finished"),
    "CLU-1": Case(CLUSTERED, "vm_saved@1", instead="vm_fails_over@1"),
    "CLU-2": Case(CLUSTERED, "vm_saved@1", instead="cluster_saves_vm@1"),
    "CLU-3": Case(CLUSTERED, "context_set", instead="cluster_takes_vm_offline@1"),
    "VSS-2": claims(UNREPORTED, "prepare_for_snapshot_failed_unreported", writer_state="STABLE"),
    "VSS-3": claims(VETOED, "prepare_for_snapshot_vetoed", last_error="NOT_RESPONDING"),
    "VSS-4": Case(SAVED, "thaw_delivered", late=60),
    "VSS-5": Case(SAVED, "freeze_delivered", instead="snapshot_set_failed"),
    "VSS-6": Case(SAVED, "status_is_good", instead="abort_delivered"),
    "VSS-7": Case(SAVED, "files_copied", instead="shutdown_after_vanishing"),
    "VSS-8": Case(VETOED, "backup_aborted", instead="backup_completed"),
    "VSS-9": claims(STOPS, "integration_service_stops@1", method__1="SAVED_STATE"),
    "VSS-10": claims(FORGOTTEN, "file_status_forgotten@1", file_restore_status__1="ALL"),
    "VSS-11": Case(SNAPPED, "image_rolled_back@1", instead="image_cannot_be_rolled_back@1"),
    "VSS-12": claims(TRUE, "prepare_for_snapshot_vetoed_returning_true", writer_state="WAITING_FOR_FREEZE"),
    "VSS-13": Case(SAVED, "snapshot_set_made", instead="status_is_good"),
    "VSS-14": claims(REFUSED, "completed_after_failure", requester="COMPLETED"),
}

NONE = {
    "GEN-3": "constants: no run has them",
    "MET-4": "a condition that Identify reads: what it leads to is MET-2's case",
    "MET-5": "likewise",
    "MET-6": "likewise",
    "MET-7": "likewise",
    "VSS-1": "numbers of states: a state that there is not is no trace at all",
}
"""Requirements that no run can break by itself, with the reason."""


def pair(case: Case) -> tuple[str, str]:
    """The valid and the invalid trace of a case."""
    events = case.base.events.split()
    until = events[: events.index(case.event) + 1]
    head = case.base.header
    good: list[dict[str, Any]] = [{"event": event} for event in until]
    bad: list[dict[str, Any]] = [dict(one) for one in good]
    if case.instead:
        bad[-1] = {"event": case.instead}
    elif case.late:
        good = [{"time": n, **one} for n, one in enumerate(good)]
        bad = [*({"time": n, **one} for n, one in enumerate(bad[:-1])), {"time": len(bad) - 1 + case.late, **bad[-1]}]
    else:
        true = _states(head, until)
        good[-1] = {**good[-1], "states": {key: true[key] for key in case.states}}
        bad[-1] = {**bad[-1], "states": dict(case.states)}
    return jsonl([head, *good]), jsonl([head, *bad])


def _states(head: Mapping[str, Any], events: Sequence[str]) -> dict[str, str]:
    """The states of all machines at the end of a run."""
    found = answered(Lines("run", BytesIO(jsonl([head, *({"event": event} for event in events)]).encode())))
    assert isinstance(found, Accepted), found
    assert found.run is not None
    now: dict[str, str] = {}
    for line in lines(found.run, found.column):
        now |= line.get("states", {})
    return now


def expected(invalid: str, name: str) -> dict[str, Any]:
    """Where and why a trace is rejected."""
    found = answered(Lines(name, BytesIO(invalid.encode())))
    assert isinstance(found, Rejected), (name, found)
    return {"line": found.line.number, "why": list(found.why), "nearest": list(found.instead), "by": list(found.by)}


def made() -> dict[str, str]:
    """Every file, by its name below this folder."""
    files = {}
    for name, case in CASES.items():
        files[f"valid/{name}.jsonl"], files[f"invalid/{name}.jsonl"] = pair(case)
    told = {name: expected(files[f"invalid/{name}.jsonl"], name) for name in CASES}
    files[EXPECTED.name] = json.dumps(told, indent=1) + "\n"
    return files


if __name__ == "__main__":
    for file, text in made().items():
        (FOLDER / file).parent.mkdir(exist_ok=True)
        (FOLDER / file).write_text(text, "utf-8")
