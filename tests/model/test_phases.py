"""Each moment of a session has a phase, called as the document calls what happens in it."""

from collections import Counter

import pytest

from model.actors.requester import Requester
from model.actors.vss import Vss
from model.actors.writer import Doing
from model.phases import _BY_REQUESTER, _INSIDE, PHASES, phase_of

_NO_EVENT = {Vss.IDLE, Vss.MADE, Vss.STOPPED, Doing.NOTHING}


def test_each_call_of_the_requester_is_in_one_phase() -> None:
    assert Counter(state for of in _BY_REQUESTER.values() for state in of) == Counter(Requester)


def test_what_is_delivered_or_processed_is_in_one_phase() -> None:
    told = Counter(state for of in _INSIDE.values() for state in of)
    assert told == Counter(state for state in (*Vss, *Doing) if state not in _NO_EVENT)


def test_the_phases_are_in_the_order_of_a_session_each_once() -> None:
    assert len(set(PHASES)) == len(PHASES)
    assert set(PHASES) == {*_BY_REQUESTER, *_INSIDE}
    order = [
        PHASES.index(name)
        for name in ("PrepareForBackup", "PrepareForSnapshot", "Freeze", "Thaw", "PostSnapshot", "BackupComplete")
    ]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("host", "phase"),
    [
        ({"requester": "SNAPSHOTTING", "doing": "PREPARE_FOR_SNAPSHOT"}, "PrepareForSnapshot"),
        ({"requester": "SNAPSHOTTING", "doing": "NOTHING", "vss": "FREEZE"}, "Freeze"),
        ({"requester": "SNAPSHOTTING"}, "DoSnapshotSet"),
        ({"requester": "COPYING", "vss": "MADE"}, "the copy of the files"),
        ({"doing": "POST_SNAPSHOT"}, "PostSnapshot"),
        ({"doing": "NOTHING"}, ""),
        ({"writer_state": "STABLE"}, ""),
    ],
)
def test_a_phase_is_told_by_what_is_known(host: dict[str, str], phase: str) -> None:
    assert phase_of(host) == phase
