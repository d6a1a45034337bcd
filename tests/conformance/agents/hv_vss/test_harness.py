"""Faults of the harness itself, planted, are noticed in the runs that were recorded."""

from __future__ import annotations

import pytest

from conformance.agents import calls
from conformance.agents.calls import Answer, Call
from conformance.agents.hv_vss.guest import Driver
from conformance.agents.hv_vss.pair import Pair
from conformance.agents.hv_vss.run import HV_VSS
from conformance.agents.lockstep import Disagreement
from conformance.agents.recorded import Differs
from tests.conformance.agents.replays import OF_MOUNTS, Plant, replay_all


def swallows_a_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    step = Pair.step
    monkeypatch.setattr(
        Pair, "step", lambda pair, call, answer: None if call.data[:1] in {b"\0", b"\5"} else step(pair, call, answer)
    )


def takes_a_time_out_for_a_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Driver, "timer", lambda driver: driver.tell(0))


def hears_what_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    step = Pair.step
    monkeypatch.setattr(Pair, "step", lambda pair, call, answer: step(pair, call, _well(call, answer)))


def _well(call: Call, answer: Answer) -> Answer:
    return Answer() if call.what == calls.WRITE else answer


PLANTS: tuple[Plant, ...] = (swallows_a_reply, takes_a_time_out_for_a_reply, hears_what_cannot_be_written, *OF_MOUNTS)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_fault_of_the_harness_is_noticed(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    with pytest.raises(Disagreement):
        replay_all(HV_VSS)


def test_a_guest_that_answers_otherwise_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Driver, "write", lambda driver, data: 0)
    with pytest.raises((Differs, Disagreement)):
        replay_all(HV_VSS)
