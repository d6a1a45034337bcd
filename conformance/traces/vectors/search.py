"""The shortest run to each thing there is to show: breadth first, with one VM, in the smallest circumstances first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from conformance.traces.form import Allowed, Header, Key
from conformance.traces.table import State, Steps
from conformance.traces.vectors.goals import Candidate, Goal, Shown
from conformance.traces.vectors.write import candidate, shows
from model.protocol import FAULTS, READINGS
from proofs.answers.verdict import RunFound
from proofs.world.world import Column

MOST_STATES = 4_000
"""States of one search."""

STARTS: tuple[Mapping[str, str], ...] = (
    {"power": "RUNNING", "switch": "THERE", "port": "OLD"},
    {"power": "PAUSED"},
    {"power": "SAVED"},
    {"power": "OFF"},
    {"power": "RUNNING", "cluster": "ONLINE", "switch": "THERE", "port": "OLD"},
    {"power": "PAUSED", "cluster": "ONLINE"},
    {"power": "SAVED", "cluster": "SAVED"},
    {"power": "OFF", "cluster": "OFFLINE"},
    {"power": "GONE", "cluster": "FAILED_OVER", "switch": "THERE", "port": "NONE"},
    {"power": "GONE", "port": "NONE"},
    {"power": "PAUSED", "disk_kind": "PASS_THROUGH"},
    {"power": "RUNNING", "recovery": "FAILS"},
)
"""How the VM starts: what is not said is as usual. Each is tried where something is missing that it may show."""

_TO_SET = "backup_initialized context_set writer_metadata_gathered snapshot_set_started vm_chosen@1 prepared_for_backup snapshot_set_begun "
_CHILD = (
    "child_backup_begins@2 child_prepares_for_backup@2 child_prepares_for_snapshot@2 child_freezes@2 child_snapshot_taken@2 "
    "child_thaws@2 child_post_snapshot@2 child_backup_completes@2 prepare_for_snapshot_succeeded "
)
_COPY = "freeze_delivered freeze_returned shadow_copies_committed thaw_delivered thaw_returned post_snapshot_delivered "
_TWO = ({"start": {"power": "PAUSED"}}, {"start": {"power": "RUNNING"}})

BY_HAND: tuple[Mapping[str, Any], ...] = (
    {
        "vms": _TWO,
        "events": _TO_SET.replace("@1", "@1 vm_chosen@2") + "vm_saved@1 " + _CHILD + _COPY + "vm_given_back@1 image_rolled_back@2 "
        "post_snapshot_succeeded snapshot_set_made status_is_good files_copied success_reported backup_completed released "
        "backup_shutdown_returned",
    },
    {"vms": _TWO, "events": _TO_SET + "vm_saved@1 " + _CHILD.rstrip()},
    {"vms": _TWO, "events": "restore_initialized vm_chosen_for_restore@1 pre_restore_called vm_turned_off@1 vm_deleted@1"},
    {
        "vms": ({"parts": {"disk": 2, "adapter": 1}, "start": {"power": "RUNNING", "recovery#1": "FAILS"}},),
        "faults": ["roll_back_fails"],
        "events": _TO_SET + _CHILD.replace("@2", "@1") + _COPY + "roll_back_fails@1",
    },
)  # fmt: skip
"""Runs that take two VMs, or two disks: too many states to look for them."""

OF_FAULTS = (STARTS[0], STARTS[1], STARTS[4], STARTS[-1])
"""Those that are tried with faults: a child's snapshot, a saved state, a cluster, a VHD that cannot be rolled back."""

PAIRS = (
    "integration_service_stops host_loses_power", "integration_service_stops operator_changes_vm",
    "integration_service_stops cluster_fails_over", "other_writer_fails_in_pre_restore post_restore_despite_failure",
    "files_restored_in_part host_loses_power", "files_restored_in_part requester_vanishes", "files_not_restored host_loses_power",
    "files_not_restored requester_vanishes", "file_status_forgotten host_loses_power", "file_status_forgotten requester_vanishes",
    "copy_fails released_early", "copy_fails requester_aborts", "copy_fails requester_vanishes", "copy_fails success_not_reported",
    "copy_fails host_loses_power", "vm_cannot_be_resumed host_loses_power", "vm_cannot_be_resumed management_service_restarts",
    "freeze_window_overrun host_loses_power", "freeze_window_overrun management_service_restarts",
    "registration_fails host_loses_power", "registration_fails requester_vanishes", "provider_fails requester_aborts",
    "provider_fails released_without_abort completed_after_failure", "provider_fails requester_vanishes completed_after_failure",
    "management_service_restarts host_loses_power", "management_service_restarts requester_vanishes",
    "provider_fails host_loses_power", "volume_missing host_loses_power", "volume_missing management_service_restarts",
)  # fmt: skip
"""Faults that bring about what others need to happen."""

MIXED = (
    ("", "READ-17", "AS_IT_WAS", STARTS[5:6]),
    ("", "READ-10", "SESSION_START", STARTS[2:4]),
    ("operator_changes_vm", "READ-10", "SESSION_START", STARTS[2:3]),
    ("host_loses_power", "READ-10", "IDENTIFY", STARTS[:4]),
    ("integration_service_stops", "READ-4", "FAILS", STARTS[:1]),
    ("requester_aborts", "READ-14", "UNTIL_RETURN", STARTS[:1]),
)
"""Faults under another reading, and the starts that matter there."""


def searched(
    steps: Steps, wanted: Iterable[Goal], told: Callable[[int, int, str], None] | None = None
) -> dict[Goal, Candidate]:
    """For each goal that was reached, a shortest run of those that were looked at."""
    found: dict[Goal, Candidate] = {}
    left = set(wanted)
    plan = list(_plan())
    shown = Shown(steps)
    for recipe in BY_HAND:
        one = candidate({"faults": [], "readings": {}, "findings": [], **recipe, "vms": list(recipe["vms"])})
        found.update(dict.fromkeys(shows(one) & left, one))
    for done, (column, starts) in enumerate(plan):
        for start in starts:
            if not left or not _may_help(column, left):
                break
            for goal, run in list(_explored(steps, shown, column, start, left)):
                found[goal] = Candidate(column, run)
                left.discard(goal)
        if told is not None:
            told(done + 1, len(plan), column.name)
    return found


def _plan() -> Iterator[tuple[Column, tuple[Mapping[str, str], ...]]]:
    """Circumstances with starts: none; each fault; each other reading; then faults with what is behind them."""
    yield Column(), STARTS
    for fault in FAULTS:
        yield Column(frozenset({fault.name})), OF_FAULTS
    for one in READINGS:
        for other in one.others:
            yield Column(readings=((one.actor.name, other),)), STARTS[:2]
    for pair in PAIRS:
        yield Column(frozenset(pair.split())), OF_FAULTS
    for faults, reading, value, starts in MIXED:
        yield Column(frozenset(faults.split()), ((reading, value),)), starts


def _may_help(column: Column, left: set[Goal]) -> bool:
    """Whether something is missing that is of the events of the column's faults."""
    if not column.faults or column.readings:
        return True
    return any(_is_of(goal, fault) for goal in left for fault in column.faults)


def _is_of(goal: Goal, fault: str) -> bool:
    return any(word in EVENTS_OF.get(fault, ()) for word in goal.name.split())


def _events_of() -> dict[str, frozenset[str]]:
    from model.protocol import PROTOCOL  # noqa: PLC0415 - read once

    found: dict[str, set[str]] = {}
    for event in PROTOCOL.events.values():
        if event.fault is not None:
            found.setdefault(event.fault, set()).add(event.name)
    return {fault: frozenset(events) for fault, events in found.items()}


EVENTS_OF = _events_of()
"""The events of each fault."""


def _explored(
    steps: Steps, shown: Shown, column: Column, start: Mapping[str, str], left: set[Goal]
) -> Iterator[tuple[Goal, RunFound]]:
    """Each goal that is reached here, with the run."""
    said: dict[Key, Allowed] = {key: frozenset({start[key[0]]}) for key in steps.keys if key[0] in start}
    starts = steps.starts(Header(starts=said, readings=column.readings, complete=True))
    before: dict[State, tuple[State, int] | None] = dict.fromkeys(starts[:1])
    level = list(before)
    may = [fault is None or fault in column.faults for fault in steps.fault]
    reached: set[Goal] = set()
    while level and len(before) <= MOST_STATES:
        following = []
        for state in level:
            for number in steps.possible(state):
                if not may[number]:
                    continue
                after = steps.after(state, number)
                for goal in shown.by(state, number, after):
                    if goal in left and goal not in reached:
                        reached.add(goal)
                        yield goal, _run(steps, before, state, number)
                if after not in before:
                    before[after] = (state, number)
                    following.append(after)
        level = following


def _run(steps: Steps, before: Mapping[State, tuple[State, int] | None], state: State, last: int) -> RunFound:
    acts = [last]
    while (found := before[state]) is not None:
        state = found[0]
        acts.append(found[1])
    starts = dict(zip(steps.keys, state, strict=True))
    return RunFound(steps.shapes, starts, tuple(steps.board.acts[number] for number in reversed(acts)))
