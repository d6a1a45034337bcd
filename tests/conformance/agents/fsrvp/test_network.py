"""The network of remote shadow copies: every rule is cited, every event happens, and without a fault every promise holds but one."""

from __future__ import annotations

import pytest

from conformance.agents.fsrvp.network import NETWORK
from conformance.agents.fsrvp.promises import PROMISES
from conformance.agents.fsrvp.rules import RULES
from conformance.agents.judged import runs_of
from model.notation import Shape, happens
from proofs.search.plain import explore
from proofs.views.proof import prove
from proofs.world.world import Column
from tests.helpers.networks.whole import compiled_whole

FOR_ANY_NUMBER = ("one-set-at-a-time", "one-client-at-a-time", "undone-means-undone", "no-snapshot-unknown")
"""What closed sets of views show; others they leave open, and every state of up to two sets with two shares is searched."""

BY_THE_TEXT = {"in-progress-has-a-context"}
"""What the text breaks by itself: undoing one set ends the context of another."""


def test_every_rule_is_cited() -> None:
    assert {name for event in NETWORK.events.values() for name in event.by} == RULES.keys()


def test_every_event_happens_to_two_sets_with_one_share() -> None:
    wanted = {name: happens(name) for name in NETWORK.events}
    compiled = compiled_whole(NETWORK, [Shape({"copy": 1})], Column(frozenset(NETWORK.faults)))
    assert explore(compiled, 2, steps=wanted, until=dict.fromkeys(wanted)).hits.keys() == NETWORK.events.keys()


@pytest.mark.parametrize("name", FOR_ANY_NUMBER)
def test_where_nothing_goes_wrong_a_promise_holds_for_any_number_of_sets_and_shares(name: str) -> None:
    found = prove(NETWORK, Column(), [PROMISES[name]])[name]
    assert (found.holds, found.exercised) == (True, True)


def test_where_nothing_goes_wrong_every_promise_holds_that_the_text_does_not_break() -> None:
    assert runs_of(NETWORK, Column(), PROMISES.values()).keys() == BY_THE_TEXT


def test_a_store_that_makes_no_snapshot_breaks_nothing_and_one_that_deletes_none_leaves_some() -> None:
    assert runs_of(NETWORK, Column(frozenset({"store_fails"})), PROMISES.values()).keys() == BY_THE_TEXT
    asked = [PROMISES[name] for name in ("no-snapshot-unknown", "whole-or-gone")]
    assert runs_of(NETWORK, Column(frozenset({"store_keeps"})), asked).keys() == {one.name for one in asked}
