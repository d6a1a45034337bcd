"""What was recorded of the agent is replayed where it is not: the machines allow every call, and every finding is so. And faults of the
harness itself, planted, are noticed in those runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from conformance.agents import calls
from conformance.agents.calls import Answer, Call
from conformance.agents.findings import Finding
from conformance.agents.held import replay
from conformance.agents.lockstep import Disagreement
from conformance.agents.qemu_ga.findings import FINDINGS
from conformance.agents.qemu_ga.guest import Guest, Host
from conformance.agents.qemu_ga.network import NETWORK
from conformance.agents.qemu_ga.pair import Pair
from conformance.agents.qemu_ga.run import QEMU_GA
from conformance.agents.recorded import Differs, Recorded, load


@cache
def sessions() -> list[Recorded]:
    return load(QEMU_GA.runs)[1]


def test_every_recorded_session_is_one_that_the_machines_allow() -> None:
    events: set[str] = set()
    for session in sessions():
        pair = replay(QEMU_GA, session)
        pair.machines.executed()
        events |= {name for name, _ in pair.machines.acts}
    assert len(sessions()) >= len(FINDINGS) + 50
    assert len(events) >= len(NETWORK.events) - 10


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: finding.name)
def test_every_finding_was_recorded(finding: Finding) -> None:
    (session,) = [one for one in sessions() if one.name == finding.name]
    assert finding.promise in replay(QEMU_GA, session).machines.broken


def test_what_it_was_recorded_of_is_said() -> None:
    about, _ = load(QEMU_GA.runs)
    assert about["agent"] == "qemu-ga"
    assert about["package"].startswith("qemu-guest-agent ")
    assert len(about["sha256"]) == 64


def replay_all() -> None:
    for session in sessions():
        replay(QEMU_GA, session)


# -- faults of the harness ------------------------------------------------------------------------------------------------


def swallows_a_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    says = Pair._says
    monkeypatch.setattr(Pair, "_says", lambda pair, line: None if b'"return": 1}' in line else says(pair, line))


def counts_a_thaw_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    control = Pair._control

    def twice(pair: Pair, call: Call, answer: Answer) -> None:
        control(pair, call, answer)
        pair._done += call.control == calls.THAWS and not answer.error

    monkeypatch.setattr(Pair, "_control", twice)


def thaws_two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    control = Guest.control

    def twice(guest: Guest, what: str, number: int) -> int:
        error = control(guest, what, number)
        if what == calls.THAWS and not error and guest.frozen:
            guest.frozen.popitem()
        return error

    monkeypatch.setattr(Guest, "control", twice)


def takes_a_time_out_for_a_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Host, "gives_up", lambda host: host.hears(b'{"return": 1}'))


def takes_a_refusal_for_done(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Host._told
    monkeypatch.setattr(Host, "_told", lambda host, line: "FROZEN" if b"error" in line else told(host, line))


def takes_a_refused_call_for_done(monkeypatch: pytest.MonkeyPatch) -> None:
    control = Guest.control

    def done(guest: Guest, what: str, number: int) -> int:
        error = control(guest, what, number)
        if error and what == calls.FREEZES and number < len(guest.systems):
            guest.frozen.setdefault(number, "agent")
        return error

    monkeypatch.setattr(Guest, "control", done)


def hears_what_is_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    def hears(host: Host, line: bytes) -> None:
        if host.wants in {"FREEZE", "LIST", "THAW"}:
            host.believed = host._told(line)
        host.wants = "NOTHING"

    monkeypatch.setattr(Host, "hears", hears)


def forgets_the_state_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Guest, "_remove", lambda guest, path: 0)


def forgets_who_froze(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Guest, "others_freeze", lambda guest, number: guest.frozen.__setitem__(number, "agent"))


HARNESS = [
    swallows_a_reply, counts_a_thaw_twice, thaws_two_at_once, takes_a_time_out_for_a_reply, takes_a_refusal_for_done,
    takes_a_refused_call_for_done, hears_what_is_for_another, forgets_the_state_file, forgets_who_froze,
]  # fmt: skip


@pytest.mark.parametrize("plant", HARNESS, ids=lambda plant: plant.__name__)
def test_a_fault_of_the_harness_is_noticed(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with pytest.raises(Disagreement):
        replay_all()


def test_a_guest_that_answers_otherwise_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Guest, "is_a_folder", lambda guest, path: False)
    with pytest.raises((Differs, Disagreement)):
        replay_all()
