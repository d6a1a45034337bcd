"""Random runs of our protocol, every step of them judged: what they come to has a floor, and the floor is one that can fail."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import Phase, settings

from proofs.sample.machine import machine_for
from proofs.sample.report import Floor, Visited, below, digest, whole
from proofs.sample.rounds import STEPS, in_rounds
from proofs.sample.tally import Tally
from tests.sampled.protocol import NETWORK, OneVm, judges, setup

PROFILE = os.environ.get("HYPOTHESIS_PROFILE") or ("pr" if os.environ.get("CI") else "dev")
ROUNDS = {"dev": 2, "pr": 45, "nightly": 300}[PROFILE]
FLOOR = Floor(events=1.0, moves=0.95, visited=0.02)
"""Of the profile `pr`: all events, 95 of 100 rows, and a share of the explored states somewhat below what was measured."""

Runs = machine_for("Runs", setup(), judges(), Tally(NETWORK))
TestRuns = Runs.TestCase
"""One test of Hypothesis, as `make fuzz` takes it."""
TestRuns.settings = settings(
    max_examples=max(5, settings().max_examples // 10), stateful_step_count=STEPS, deadline=None
)


@cache
def sampled() -> tuple[Tally, Visited]:
    """All rounds of this profile, once."""
    one = OneVm()
    tally = Tally(NETWORK, steering=PROFILE == "nightly", visits=one)
    phases = [Phase.generate, Phase.target, Phase.shrink]

    def enough() -> bool:
        return PROFILE == "pr" and not below(tally, one.visited(tally.visited), replace(FLOOR, moves=0.97))

    for _ in in_rounds("Round", setup(), judges(), tally, ROUNDS, enough, phases=phases):
        pass
    return tally, one.visited(tally.visited)


@pytest.mark.xdist_group("sampled")
def test_every_event_and_nearly_every_move_fires(record_property: Callable[[str, object], None]) -> None:
    tally, visited = sampled()
    record_property("sampled", "\n".join(digest(tally, visited)))
    record_property("sampled in full", whole(tally, visited))
    if PROFILE == "dev":
        assert tally.runs >= 10
        assert sum(tally.events.values()) >= 500
    else:
        assert not below(tally, visited, FLOOR)
