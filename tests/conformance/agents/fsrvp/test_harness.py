"""Faults of the harness itself, planted, are noticed in the runs that were recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.agents.asked import PASSES, Ask, Told, as_told
from conformance.agents.fsrvp import rules
from conformance.agents.fsrvp.pair import Pair
from conformance.agents.fsrvp.run import FSRVP
from conformance.agents.lockstep import Disagreement
from tests.conformance.agents.replays import Plant, replay_all


def swallows_a_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = Pair._answered
    monkeypatch.setattr(
        Pair, "_answered", lambda self, asked, told: None if asked.call == rules.ADD else answered(self, asked, told)
    )


def takes_a_time_out_for_a_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    """What passes is taken for a commit that is done."""
    answered = Pair._answered
    monkeypatch.setattr(Pair, "_answered", lambda self, asked, told: answered(self, _as_commit(asked), told))


def _as_commit(asked: Ask) -> Ask:
    return replace(asked, call=rules.COMMIT) if asked.call == PASSES else asked


def takes_a_refused_call_for_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.agents.fsrvp.pair.as_told", lambda line: replace(as_told(line), status=0))


def counts_a_snapshot_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(line: bytes) -> Told:
        told = as_told(line)
        return replace(told, snapshots=told.snapshots + told.snapshots[:1])

    monkeypatch.setattr("conformance.agents.fsrvp.pair.as_told", twice)


def forgets_which_sets_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.agents.fsrvp.pair.as_told", lambda line: replace(as_told(line), sets=frozenset()))


def hears_of_another_share(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(line: bytes) -> Told:
        told = as_told(line)
        return replace(told, snapshots=tuple((number, 1 - share) for number, share in told.snapshots))

    monkeypatch.setattr("conformance.agents.fsrvp.pair.as_told", other)


PLANTS: tuple[Plant, ...] = (
    swallows_a_reply, takes_a_time_out_for_a_reply, takes_a_refused_call_for_done, counts_a_snapshot_twice,
    forgets_which_sets_are_known, hears_of_another_share,
)  # fmt: skip


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_fault_of_the_harness_is_noticed(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    with pytest.raises(Disagreement):
        replay_all(FSRVP)
