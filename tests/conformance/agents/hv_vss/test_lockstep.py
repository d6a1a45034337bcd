"""The unmodified daemon in lockstep with the machines: every finding is so, and in drawn sessions nothing is that they do not allow."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.agents.drawn import Tally
from conformance.agents.held import draw, try_all
from conformance.agents.hv_vss.findings import FINDINGS
from conformance.agents.hv_vss.network import NETWORK
from conformance.agents.hv_vss.run import HV_VSS
from tests.conformance.agents.product import nothing_left, played, running
from tests.helpers.nightly import AT_NIGHT

EXAMPLES = 5_000 if AT_NIGHT else int(os.environ.get("SHADOWPROOF_AGENT_SESSIONS", "500"))
ROUNDS = 20 if AT_NIGHT else 1
"""Of so many sessions each: Hypothesis keeps in mind what it has drawn. A session is an interleaving: it begins anew, and up to ten things
happen to the unmodified agent at any call of it. How many differ in what happened is told apart.
By day a tenth, besides all that was recorded."""

LEAST_DIFFERENT, LEAST_MOVES = (2_850, 195) if AT_NIGHT else (300, 172)
"""What they come to at least: of five thousand sessions 3,056 different ones were measured, and 202 moves of the machines; of five
hundred 328, and with what was recorded 179 moves."""
FEW = 2
"""Events that neither a finding takes nor so many sessions come to, at most: none was measured."""


@pytest.fixture
def nothing_is_left(tmp_path: Path) -> Iterator[None]:
    with nothing_left(tmp_path):
        yield


@pytest.mark.usefixtures("nothing_is_left")
def test_every_finding_is_so_with_the_daemon() -> None:
    with running(HV_VSS) as daemon:
        found = try_all(HV_VSS, daemon)
    assert [one.finding.name for one in found if not one.seen] == []
    assert len(found) == len(FINDINGS) >= 18


@pytest.mark.usefixtures("nothing_is_left")
@pytest.mark.timeout(0 if AT_NIGHT else 900)
def test_drawn_sessions_do_nothing_that_the_machines_do_not_allow() -> None:
    """And what they came to, which differs a little from run to run: Hypothesis draws what it has seen in the modules that are there."""
    tally, told = Tally(), set[str]()
    for _ in range(ROUNDS):
        with running(HV_VSS) as daemon:
            told |= played(HV_VSS, daemon, tally)
            assert draw(HV_VSS, daemon, EXAMPLES, tally, seeded=not AT_NIGHT) is None
    assert tally.sessions >= EXAMPLES * ROUNDS
    assert tally.calls >= 15 * tally.sessions
    if AT_NIGHT or tally.sessions >= 500:
        assert len(tally.different) >= LEAST_DIFFERENT
        assert len(NETWORK.events.keys() - tally.events.keys() - told) <= FEW
        assert len(tally.rows) >= LEAST_MOVES
