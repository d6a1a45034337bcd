"""The page's interpreter is one more engine, and comes to what the others come to: like-for-like counts, every recorded run, random
runs of the protocol and of networks by chance, with all that can happen and what every promise is worth."""

from __future__ import annotations

from collections import Counter

import pytest

from model.protocol import PROTOCOL
from proofs.answers import runs
from proofs.search.swift import explore_swiftly
from proofs.world.parts import ONE_OF_EACH
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from shadowproof.walk.document import document
from tests.helpers.networks.tiny import HARBOUR
from tests.helpers.networks.whole import compiled_whole
from tests.helpers.nightly import AT_NIGHT, nightly
from tests.shadowproof.walk.asked import (
    ENGINE,
    Asked,
    Failed,
    answers,
    by_chance,
    counts,
    explained,
    needs_node,
    of_every_start,
    protocol,
    recorded,
    sampled,
)

pytestmark = needs_node

VANISHES = Column(frozenset({"requester_vanishes", "switch_gone"}), (("READ-3", "LOST"),))
ABORTS = Column(frozenset({"requester_aborts"}))


def test_states_and_steps_of_one_and_two_vms_are_as_many() -> None:
    asked = counts(
        (1, Column(), {}),
        (1, VANISHES, {"power": "RUNNING PAUSED", "switch": "THERE GONE", "port": "OLD NONE"}),
        (2, ABORTS, {"power": "PAUSED"}),
    )
    assert [one["states"] for one in asked.expected] == [503, 2_928, 9_731]
    assert asked.wrong() == []


def test_every_recorded_run_breaks_its_promise_by_its_last_step() -> None:
    """One in some; at night all."""
    asked = recorded(one_in=1 if AT_NIGHT else 8)
    assert len(asked.questions) >= 30
    assert len(runs.load().kept) >= 240
    assert asked.wrong() == []


def test_a_link_is_read_before_anything_that_can_happen_is_grounded() -> None:
    """Which start is meant is tried out; grounding every event each time made the page open late."""
    link = "vms=disk1adapter1&start=power@1:RUNNING,disk_kind@1.1:DYNAMIC,cluster@1:FAILED_OVER&run=backup_initialized,context_set"
    (given,) = answers([protocol()], [{"kind": "grounded", "document": 0, "link": link}], ENGINE)
    assert given == [{"read": 0, "followed": 1, "steps": 2}]


def test_random_runs_of_the_protocol() -> None:
    asked = sampled(range(2), 60)
    happened = Counter(name.partition("@")[0] for one in asked.questions for name in one["run"])
    assert len(happened) >= 30
    assert happened.total() >= 100
    assert asked.wrong() == []


def test_random_runs_of_networks_by_chance() -> None:
    asked = by_chance(range(20), 25)
    assert sum(len(one["run"]) for one in asked.questions) >= 300
    assert asked.wrong() == []


@pytest.mark.parametrize(
    "turn", [pytest.param(120, id="some"), pytest.param(1, id="all", marks=[nightly, pytest.mark.slow])]
)
def test_reasons_are_given_in_the_commands_own_words(turn: int) -> None:
    """Why a promise is broken, and why each event that cannot happen then cannot."""
    told = [one for one in runs.load().kept.values() if PROPERTIES[one.property].kind != "ends"]
    asked = explained(told[::turn])
    assert sum(len(one["refused"]) for one in asked.expected) >= 80 * len(asked.questions) >= 160
    assert asked.wrong() == []


def test_a_small_network_is_counted_by_hand() -> None:
    """One boat without oars, no fault: open-in, open-out, shut-out, shut-in."""
    boat: dict[str, object] = {"members": [{"parts": {}, "starts": {}}], "readings": {}, "faults": []}
    asked = Asked([document(HARBOUR)])
    asked.add({"states": 4, "steps": 5, "depth": 3}, kind="counted", setups=[boat])
    assert asked.wrong() == []


def test_another_documents_schema_is_refused_in_words() -> None:
    with pytest.raises(Failed, match="this is no document of schema shadowproof-network/1"):
        answers([{"schema": "shadowproof-network/2"}], [], ENGINE)


@nightly
@pytest.mark.slow
@pytest.mark.timeout(3_000)
def test_more_random_runs() -> None:
    assert sampled(range(1_000, 1_060), 120).wrong() == []
    assert by_chance(range(1_000, 2_500), 40).wrong() == []


@nightly
@pytest.mark.slow
@pytest.mark.timeout(3_000)
def test_every_state_of_one_vm() -> None:
    """From every start that there is."""
    asked, starts = Asked([document(PROTOCOL)]), of_every_start()
    compiled = compiled_whole(PROTOCOL, [ONE_OF_EACH], Column())
    found = explore_swiftly(compiled, 1)
    assert len(starts) == len(compiled.starts) >= 10_000
    asked.add({"states": found.states, "steps": found.steps, "depth": found.depth}, kind="counted", setups=starts)
    assert found.states >= 1_000_000
    assert asked.wrong() == []
