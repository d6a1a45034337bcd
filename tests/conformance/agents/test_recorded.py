"""What was recorded of each agent is replayed where it is not: the machines allow every call, and every finding is so."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from conformance.agents.findings import Finding
from conformance.agents.fsrvp.findings import SEEN
from conformance.agents.fsrvp.run import FSRVP
from conformance.agents.held import Subject, replay
from conformance.agents.hv_vss.run import HV_VSS
from conformance.agents.qemu_ga.run import QEMU_GA
from conformance.agents.recorded import Recorded, RecordError, load

SUBJECTS = ((HV_VSS, 6), (QEMU_GA, 10), (FSRVP, 14))
"""Agents, and how many events of their networks no recorded run takes, at most."""
SHOWN = [
    pytest.param(subject, one, id=one.name)
    for subject, _ in SUBJECTS
    for one in subject.findings
    if subject is not FSRVP or one.name in SEEN
]


@cache
def _loaded(path: Path) -> list[Recorded]:
    return load(path)[1]


def sessions(subject: Subject) -> list[Recorded]:
    return _loaded(subject.runs)


@pytest.mark.parametrize(("subject", "left"), SUBJECTS, ids=lambda one: getattr(one, "agent", ""))
def test_every_recorded_session_is_one_that_the_machines_allow(subject: Subject, left: int) -> None:
    events: set[str] = set()
    for session in sessions(subject):
        pair = replay(subject, session)
        pair.machines.executed()
        events |= {name for name, _ in pair.machines.acts}
    assert len(sessions(subject)) >= len(subject.findings) + 50
    assert len(events) >= len(subject.network.events) - left


@pytest.mark.parametrize(("subject", "finding"), SHOWN)
def test_every_finding_was_recorded(subject: Subject, finding: Finding) -> None:
    (session,) = [one for one in sessions(subject) if one.name == finding.name]
    assert finding.promise in replay(subject, session).machines.broken


@pytest.mark.parametrize("subject", [one for one, _ in SUBJECTS], ids=lambda subject: subject.agent)
def test_what_it_was_recorded_of_is_said(subject: Subject) -> None:
    about, _ = load(subject.runs)
    assert about["agent"] == subject.agent
    assert about["package"].startswith(f"{subject.package} ")
    assert len(about["sha256"]) == 64


@pytest.mark.parametrize("text", ["", "{}\n[1]\n", '{}\n{"name": 1}\n', "no JSON"])
def test_what_is_no_record_is_refused_in_a_sentence(text: str, tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecordError, match="holds no recorded runs"):
        load(path)
