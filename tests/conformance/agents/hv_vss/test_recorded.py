"""What was recorded of the daemon is replayed where it is not: the machines allow every call, and every finding is so. And faults of the
harness itself, planted, are noticed in those runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from conformance.agents import calls
from conformance.agents.calls import Answer, Call
from conformance.agents.findings import Finding
from conformance.agents.held import replay
from conformance.agents.hv_vss.findings import FINDINGS
from conformance.agents.hv_vss.guest import Driver, Guest
from conformance.agents.hv_vss.network import NETWORK
from conformance.agents.hv_vss.pair import Pair
from conformance.agents.hv_vss.run import HV_VSS
from conformance.agents.lockstep import Disagreement
from conformance.agents.recorded import Differs, Recorded, RecordError, load


@cache
def sessions() -> list[Recorded]:
    return load(HV_VSS.runs)[1]


def test_every_recorded_session_is_one_that_the_machines_allow() -> None:
    events: set[str] = set()
    for session in sessions():
        pair = replay(HV_VSS, session)
        pair.machines.executed()
        events |= {name for name, _ in pair.machines.acts}
    assert len(sessions()) >= len(FINDINGS) + 50
    assert len(events) >= len(NETWORK.events) - 6


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: finding.name)
def test_every_finding_was_recorded(finding: Finding) -> None:
    (session,) = [one for one in sessions() if one.name == finding.name]
    assert finding.promise in replay(HV_VSS, session).machines.broken


def test_what_it_was_recorded_of_is_said() -> None:
    about, _ = load(HV_VSS.runs)
    assert about["agent"] == "hv_vss_daemon"
    assert about["package"].startswith("hyperv-daemons ")
    assert len(about["sha256"]) == 64


def replay_all() -> None:
    for session in sessions():
        replay(HV_VSS, session)


# -- faults of the harness ------------------------------------------------------------------------------------------------


def swallows_a_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    step = Pair.step
    monkeypatch.setattr(
        Pair, "step", lambda pair, call, answer: None if call.data[:1] in {b"\0", b"\5"} else step(pair, call, answer)
    )


def counts_a_thaw_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    control = Guest.control

    def twice(guest: Guest, what: str, number: int) -> int:
        error = control(guest, what, number)
        if what == calls.THAWS and not error and guest.frozen:
            guest.frozen.popitem()
        return error

    monkeypatch.setattr(Guest, "control", twice)


def takes_a_time_out_for_a_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Driver, "timer", lambda driver: driver.tell(0))


def takes_a_refused_call_for_done(monkeypatch: pytest.MonkeyPatch) -> None:
    control = Guest.control

    def done(guest: Guest, what: str, number: int) -> int:
        error = control(guest, what, number)
        if error and what == calls.FREEZES and number not in guest.frozen:
            guest.frozen[number] = "agent"
        return error

    monkeypatch.setattr(Guest, "control", done)


def hears_what_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    step = Pair.step
    monkeypatch.setattr(Pair, "step", lambda pair, call, answer: step(pair, call, _well(call, answer)))


def _well(call: Call, answer: Answer) -> Answer:
    return Answer() if call.what == calls.WRITE else answer


def forgets_who_froze(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Guest, "others_freeze", lambda guest, number: guest.frozen.__setitem__(number, "agent"))


HARNESS = [
    swallows_a_reply, counts_a_thaw_twice, takes_a_time_out_for_a_reply, takes_a_refused_call_for_done,
    hears_what_cannot_be_written, forgets_who_froze,
]  # fmt: skip


@pytest.mark.parametrize("plant", HARNESS, ids=lambda plant: plant.__name__)
def test_a_fault_of_the_harness_is_noticed(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with pytest.raises(Disagreement):
        replay_all()


def test_a_guest_that_answers_otherwise_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Driver, "write", lambda driver, data: 0)
    with pytest.raises((Differs, Disagreement)):
        replay_all()


@pytest.mark.parametrize("text", ["", "{}\n[1]\n", '{}\n{"name": 1}\n', "no JSON"])
def test_what_is_no_record_is_refused_in_a_sentence(text: str, tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecordError, match="holds no recorded runs"):
        load(path)
