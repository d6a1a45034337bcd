"""Faults of the harness itself, planted, are noticed in the runs that were recorded."""

from __future__ import annotations

import pytest

from conformance.agents import calls
from conformance.agents.calls import Answer, Call
from conformance.agents.lockstep import Disagreement
from conformance.agents.qemu_ga.guest import Guest, Host
from conformance.agents.qemu_ga.pair import Pair
from conformance.agents.qemu_ga.run import QEMU_GA
from conformance.agents.recorded import Differs
from tests.conformance.agents.replays import OF_MOUNTS, Plant, replay_all


def swallows_a_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    says = Pair._says
    monkeypatch.setattr(Pair, "_says", lambda pair, line: None if b'"return": 1}' in line else says(pair, line))


def counts_a_thaw_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    control = Pair._control

    def twice(pair: Pair, call: Call, answer: Answer) -> None:
        control(pair, call, answer)
        pair._done += call.control == calls.THAWS and not answer.error

    monkeypatch.setattr(Pair, "_control", twice)


def takes_a_time_out_for_a_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Host, "gives_up", lambda host: host.hears(b'{"return": 1}'))


def takes_a_refusal_for_done(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Host._told
    monkeypatch.setattr(Host, "_told", lambda host, line: "FROZEN" if b"error" in line else told(host, line))


def hears_what_is_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    def hears(host: Host, line: bytes) -> None:
        if host.wants in {"FREEZE", "LIST", "THAW"}:
            host.believed = host._told(line)
        host.wants = "NOTHING"

    monkeypatch.setattr(Host, "hears", hears)


def forgets_the_state_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Guest, "_remove", lambda guest, path: 0)


PLANTS: tuple[Plant, ...] = (
    swallows_a_reply,
    counts_a_thaw_twice,
    takes_a_time_out_for_a_reply,
    takes_a_refusal_for_done,
    hears_what_is_for_another,
    forgets_the_state_file,
    *OF_MOUNTS,
)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_fault_of_the_harness_is_noticed(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    with pytest.raises(Disagreement):
        replay_all(QEMU_GA)


def test_a_guest_that_answers_otherwise_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Guest, "is_a_folder", lambda guest, path: False)
    with pytest.raises((Differs, Disagreement)):
        replay_all(QEMU_GA)
