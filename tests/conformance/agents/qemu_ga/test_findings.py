"""Each finding on the machines: the promise breaks in its column, in as many steps as it says, and not without what is the agent's own."""

from __future__ import annotations

import json

import pytest

from conformance.agents.findings import PRODUCT, Finding
from conformance.agents.judged import judged
from conformance.agents.qemu_ga.findings import FINDINGS
from conformance.agents.qemu_ga.network import ENVIRONMENT, NETWORK, OF_THE_AGENT
from conformance.agents.qemu_ga.promises import PROMISES
from conformance.agents.qemu_ga.run import QEMU_GA
from proofs.world.world import Column

SHOW_NOTHING = {"agent_told_to_end", "cannot_be_thawed", "channel_dirty", "hook_fails"}
"""Faults of the environment under which an agent that does what it should keeps every promise, and this one does too."""


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: finding.name)
def test_the_promise_breaks_by_this_and_not_without(finding: Finding) -> None:
    promise = PROMISES[finding.promise]
    found = judged(NETWORK, Column(finding.faults), [promise])[finding.promise]
    assert found.run is not None
    assert len(found.run.steps) == finding.steps
    if finding.own:
        assert judged(NETWORK, Column(finding.faults - {finding.own}), [promise])[finding.promise].holds


def test_what_an_agent_does_of_its_own_is_a_finding_each() -> None:
    assert {one.own for one in FINDINGS if one.own} == {fault.name for fault in OF_THE_AGENT}
    shown = frozenset().union(*(one.faults for one in FINDINGS))
    assert {fault.name for fault in ENVIRONMENT} - shown == SHOW_NOTHING
    assert all(one.whose == PRODUCT for one in FINDINGS if one.own)


def test_the_first_disagreements_are_kept_each_with_whose_it_was() -> None:
    kept = [json.loads(line) for line in (QEMU_GA.evidence / "first.jsonl").read_text("utf-8").splitlines()]
    names = {one.name for one in FINDINGS}
    assert {one["whose"] for one in kept} == {"ours", "the agent"}
    assert all(one["finding"] in names for one in kept if one["whose"] == "the agent")
    assert sum(one["whose"] == "ours" for one in kept) == 4
