"""The channel's network: every rule is cited, every event happens, and the driver keeps to one request at a time."""

from __future__ import annotations

from functools import cache

import pytest

from conformance.agents.hv_vss.network import NETWORK
from conformance.agents.hv_vss.rules import RULES
from model.notation import Shape
from proofs.search.plain import Explored, explore
from proofs.world.world import Column
from tests.helpers.networks.whole import compiled_whole


@cache
def explored() -> Explored:
    return explore(compiled_whole(NETWORK, [Shape({})], Column(frozenset(NETWORK.faults))), 1, keep_graph=True)


def test_every_rule_is_cited() -> None:
    assert {name for event in NETWORK.events.values() for name in event.by} == RULES.keys()


def test_every_event_happens_to_a_guest_with_one_file_system() -> None:
    found = explored()
    happened = {found.compiled.events[edge[0]].name for out in found.targets.values() for edge, _ in out}
    assert happened == NETWORK.events.keys()


@pytest.mark.parametrize(("driver", "asked"), [("READY", "NOTHING"), ("INIT", "NOTHING"), ("ABSENT", "NOTHING")])
def test_a_request_is_outstanding_only_while_the_agent_has_it(driver: str, asked: str) -> None:
    found = explored()
    states = [found.compiled.host_vars.decode(found.compiled.hosts[state[0]]) for state in found.before]
    assert {one["asked"] for one in states if one["driver"] == driver} == {asked}
