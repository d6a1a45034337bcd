"""Each finding on the machines: the promise breaks in its column, in as many steps as it says, and not without what is the agent's own."""

from __future__ import annotations

import pytest

from conformance.agents.findings import DRIVER, PRODUCT, Finding
from conformance.agents.hv_vss.findings import FINDINGS
from conformance.agents.hv_vss.network import ENVIRONMENT, NETWORK, OF_THE_AGENT
from conformance.agents.hv_vss.promises import PROMISES
from conformance.agents.judged import judged
from proofs.world.world import Column


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
    assert {fault.name for fault in ENVIRONMENT} <= frozenset().union(*(one.faults for one in FINDINGS))
    assert sum(one.whose == DRIVER for one in FINDINGS) == 3
    assert all(one.whose == PRODUCT for one in FINDINGS if one.own)


def test_where_nothing_goes_wrong_every_promise_holds_for_any_number_of_file_systems() -> None:
    found = judged(NETWORK, Column(frozenset({"cannot_be_frozen"})), PROMISES.values())
    broken = {name for name, one in found.items() if not one.holds}
    assert broken == {"nothing-written-is-left-out"}
    assert {name for name, one in found.items() if not one.exercised} == {"nothing-forgotten-at-reset"}
