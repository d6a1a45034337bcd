"""Many runs in rounds: each round is a test of Hypothesis by itself, and aims at what no round before it has come to.

Rounds are small on purpose. Hypothesis makes variations of each run once it has seen ten, five to one; runs as long as these,
which differ in what they begin with, show more when each is drawn anew. And what has fired may bias a round only if it stays
fixed while Hypothesis draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from proofs.sample.machine import Judges, Sampled, machine_for
from proofs.sample.promises import Broken
from proofs.sample.settings import Setup
from proofs.sample.steer import Aim
from proofs.sample.tally import Tally

RUNS = 10
"""Runs of one round."""

STEPS = 80
"""Steps of one run."""


def missing(setup: Setup, tally: Tally, number: int) -> tuple[Aim, ...]:
    """The aims of a round: the events and rows not come to yet, each row from another of its sources in each round. Every other
    round aims at events only, as long as any is missing: among many rows they would hardly be drawn."""

    def to_be_had(aim: Aim) -> bool:
        return setup.reach is None or bool(setup.reach.get(aim))

    aims: list[Aim] = [name for name in tally.events_missing() if to_be_had(name)]
    if aims and number % 2:
        return tuple(aims)
    for move in tally.moves_missing():
        sources = [row for row in move if to_be_had(row)]
        aims += [sources[(number + i) % len(sources)] for i in range(min(2, len(sources)))]
    return tuple(dict.fromkeys(aims))


def in_rounds(
    name: str,
    setup: Setup,
    judges: Judges,
    tally: Tally,
    rounds: int,
    enough: Callable[[], bool] = lambda: False,
    **others: Any,
) -> Iterator[type[Sampled]]:
    """Run rounds until it is enough; yields the machines of each. `others`: further settings of Hypothesis."""
    chosen: dict[str, Any] = {
        "max_examples": RUNS,
        "stateful_step_count": STEPS,
        "deadline": None,
        "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    } | others
    for number in range(rounds):
        if enough():
            return
        aims = missing(setup, tally, number) or setup.aims
        machine = machine_for(f"{name}{number + 1}", replace(setup, aims=aims, _in_column={}), judges, tally)
        run_state_machine_as_test(machine, settings=settings(**chosen))
        tally.next_round()
        yield machine


def attack(
    name: str, setup: Setup, judges: Judges, tally: Tally, rounds: int, **others: Any
) -> tuple[type[Sampled], Broken] | None:
    """Run rounds until a promise is broken: the machine whose run broke it (`failed`), and how. The run is not shrunk."""
    chosen = {"phases": [Phase.generate], "report_multiple_bugs": False} | others
    for number in range(rounds):
        aims = missing(setup, tally, number) or setup.aims
        machine = machine_for(f"{name}{number + 1}", replace(setup, aims=aims, _in_column={}), judges, tally)
        try:
            run_state_machine_as_test(machine, settings=settings(**_of_attack(chosen)))
        except Broken as broken:
            return machine, broken
        tally.next_round()
    return None


def _of_attack(others: dict[str, Any]) -> dict[str, Any]:
    return {
        "max_examples": RUNS,
        "stateful_step_count": STEPS,
        "deadline": None,
        "database": None,
        "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    } | others
