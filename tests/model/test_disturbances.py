"""What disturbs a session is a fault: without its mark it would happen in the world without faults, and change no verdict there
that anybody looks at."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from model.events import EVENT_FILES, disturbances
from model.faults import FAULTS
from model.notation import Event
from model.protocol import PROTOCOL
from proofs.verdicts.columns import BASE
from proofs.world.world import Column, World

MARKED = [event.name for file in EVENT_FILES for event in file.EVENTS if event.fault is not None]

ONLY_AFTER = {"post_restore_despite_failure": ("management_service_restarts", "other_writer_fails_in_pre_restore")}
"""What only answers a failure that another fault brings about, with each fault that does."""


def unmarked(events: Iterable[Event]) -> list[str]:
    """The events that no fault of the model is the reason of."""
    faults = {fault.name for fault in FAULTS}
    return [event.name for event in events if event.fault not in faults or event.fair]


def happening(*faults: str) -> set[str]:
    """What can happen in the column of these faults."""
    return {event.name for event in World(PROTOCOL, Column(frozenset(faults))).events}


def test_every_disturbance_carries_a_fault() -> None:
    assert len(disturbances.EVENTS) >= 10
    assert unmarked(disturbances.EVENTS) == []


@pytest.mark.parametrize("name", [event.name for event in disturbances.EVENTS])
def test_one_without_its_mark_is_noticed(name: str) -> None:
    events = [replace(event, fault=None) if event.name == name else event for event in disturbances.EVENTS]
    assert unmarked(events) == [name]


def test_the_world_without_faults_has_none_of_them() -> None:
    assert len(MARKED) >= 20
    free = {event.name for event in World(PROTOCOL, BASE).events}
    assert free
    assert free.isdisjoint(MARKED)


@pytest.mark.parametrize("name", MARKED)
def test_each_is_in_the_column_of_its_fault_and_in_no_other_faults(name: str) -> None:
    fault = PROTOCOL.events[name].fault
    assert fault is not None
    assert (name in happening(fault)) == (name not in ONLY_AFTER)
    assert name not in happening(*(one.name for one in FAULTS if one.name != fault))


@pytest.mark.parametrize(("name", "after"), [(name, one) for name, found in ONLY_AFTER.items() for one in found])
def test_what_answers_a_failure_happens_with_the_fault_that_brings_it_about(name: str, after: str) -> None:
    fault = PROTOCOL.events[name].fault
    assert fault is not None
    assert name in happening(fault, after)
