"""Each finding on the machines: the promise breaks in its column, in as many steps as it says, and not without what is the server's, or
the text's, own."""

from __future__ import annotations

import json

import pytest

from conformance.agents.findings import PRODUCT, Finding
from conformance.agents.fsrvp.findings import FINDINGS, PROTOCOL, SEEN
from conformance.agents.fsrvp.network import ENVIRONMENT, NETWORK, OF_THE_AGENT, OF_THE_PROTOCOL
from conformance.agents.fsrvp.promises import PROMISES
from conformance.agents.fsrvp.run import FSRVP
from conformance.agents.judged import runs_of
from proofs.world.world import Column

SHOW_NOTHING = {"other_client", "store_fails"}
"""Faults of the environment that break nothing by themselves."""


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: finding.name)
def test_the_promise_breaks_by_this_and_not_without(finding: Finding) -> None:
    """Without: in no state of up to two sets with up to two shares."""
    promise = PROMISES[finding.promise]
    found = runs_of(NETWORK, Column(finding.faults), [promise])
    assert len(found[finding.promise].steps) == finding.steps
    if finding.own:
        assert runs_of(NETWORK, Column(finding.faults - {finding.own}), [promise]) == {}


def test_what_a_server_or_the_text_does_of_its_own_is_a_finding_each() -> None:
    owns = {fault.name for fault in (*OF_THE_AGENT, *OF_THE_PROTOCOL)}
    assert {one.own for one in FINDINGS if one.own} == owns
    shown = frozenset().union(*(one.faults for one in FINDINGS))
    assert {fault.name for fault in ENVIRONMENT} - shown == SHOW_NOTHING
    assert all(one.whose == PRODUCT for one in FINDINGS if one.own in {fault.name for fault in OF_THE_AGENT})
    assert {one.whose for one in FINDINGS if one.name not in SEEN} == {PROTOCOL}


def test_the_first_disagreements_are_kept_each_with_whose_it_was() -> None:
    kept = [json.loads(line) for line in (FSRVP.evidence / "first.jsonl").read_text("utf-8").splitlines()]
    names = {one.name for one in FINDINGS}
    assert {one["whose"] for one in kept} == {"ours", "the agent"}
    assert all(one["finding"] in names for one in kept if one["whose"] == "the agent")
    assert sum(one["whose"] == "ours" for one in kept) == 3
