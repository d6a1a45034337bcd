"""The unmodified daemon in lockstep with the machines: every finding is so, and in drawn sessions nothing is that they do not allow."""

from __future__ import annotations

import os

from conformance.agents.hv_vss.findings import FINDINGS
from conformance.agents.hv_vss.network import NETWORK
from conformance.agents.hv_vss.run import draw, try_all
from conformance.agents.hv_vss.sessions import Tally
from tests.conformance.agents.hv_vss.product import the_daemon
from tests.helpers.nightly import AT_NIGHT

EXAMPLES = 100_000 if AT_NIGHT else int(os.environ.get("SHADOWPROOF_AGENT_SESSIONS", "1200"))

RARE = {
    "detached_forgotten",
    "einval_taken_for_thawed",
    "gives_up_frozen",
    "not_undone",
    "mount_uncovered",
    "cover_tried",
    "starts_again_frozen",
}
"""Events that so few sessions need not come to; every finding that takes one is tried by itself."""


def test_every_finding_is_so_with_the_daemon() -> None:
    with the_daemon() as daemon:
        found = try_all(daemon)
    assert [one.finding.name for one in found if not one.seen] == []
    assert len(found) == len(FINDINGS) >= 18


def test_drawn_sessions_do_nothing_that_the_machines_do_not_allow() -> None:
    """The same sessions in each run of CI, others each night; and what they came to."""
    tally = Tally()
    with the_daemon() as daemon:
        assert draw(daemon, EXAMPLES, tally, seeded=not AT_NIGHT) is None
    assert tally.sessions >= EXAMPLES
    assert tally.calls >= 15 * EXAMPLES
    if EXAMPLES >= 1000:
        assert NETWORK.events.keys() - tally.events.keys() <= RARE
        assert len(tally.rows) >= 160
