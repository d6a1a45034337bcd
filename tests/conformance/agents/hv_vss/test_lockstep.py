"""The unmodified daemon in lockstep with the machines: every finding is so, and in drawn sessions nothing is that they do not allow."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from conformance.agents.hv_vss.findings import FINDINGS
from conformance.agents.hv_vss.network import NETWORK
from conformance.agents.hv_vss.run import draw, try_all
from conformance.agents.hv_vss.sessions import Tally
from tests.conformance.agents.hv_vss.product import children, the_daemon
from tests.helpers.nightly import AT_NIGHT

EXAMPLES = 5_000 if AT_NIGHT else int(os.environ.get("SHADOWPROOF_AGENT_SESSIONS", "1200"))
ROUNDS = 20 if AT_NIGHT else 1
"""Of so many sessions each: Hypothesis keeps in mind what it has drawn."""

RARE = {"able_unheard", "cover_tried", "mount_uncovered"}
"""Events that neither a finding takes nor every so many sessions come to."""


@pytest.fixture
def nothing_is_left(tmp_path: Path) -> Iterator[None]:
    """Afterwards no process is left, nothing listens, and what this machine has mounted can be written to."""
    before = children(os.getpid()), listening()
    yield
    assert (children(os.getpid()), listening()) == before
    for folder in (tmp_path, Path.cwd()):
        with TemporaryFile(dir=folder) as file:
            file.write(b"not frozen")
            os.fsync(file.fileno())


def listening() -> int:
    """How many sockets of this process there are, of whatever kind."""
    found = 0
    for path in list(Path("/proc/self/fd").iterdir()):
        with suppress(OSError):
            found += str(path.readlink()).startswith("socket:")
    return found


@pytest.mark.usefixtures("nothing_is_left")
def test_every_finding_is_so_with_the_daemon() -> None:
    with the_daemon() as daemon:
        found = try_all(daemon)
    assert [one.finding.name for one in found if not one.seen] == []
    assert len(found) == len(FINDINGS) >= 18


@pytest.mark.usefixtures("nothing_is_left")
@pytest.mark.timeout(0 if AT_NIGHT else 300)
def test_drawn_sessions_do_nothing_that_the_machines_do_not_allow() -> None:
    """And what they came to, which differs a little from run to run: Hypothesis draws what it has seen in the modules that are there."""
    tally, told = Tally(), set[str]()
    for _ in range(ROUNDS):
        with the_daemon() as daemon:
            told.update(*(one.events for one in try_all(daemon)))
            assert draw(daemon, EXAMPLES, tally, seeded=not AT_NIGHT) is None
    assert tally.sessions >= EXAMPLES * ROUNDS
    assert tally.calls >= 15 * tally.sessions
    if tally.sessions >= 1000:
        assert NETWORK.events.keys() - tally.events.keys() - told <= RARE
        assert len(tally.events) >= 44
        assert len(tally.rows) >= 150
