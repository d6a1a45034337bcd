"""Whether the machines go on for ever: what searches find is so, and nothing that comes to rest, is unfair, or does not turn."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from model.notation import Run
from proofs.answers.verdict import RunFound
from proofs.search.never_rests import never_rests
from proofs.verdicts.check import check
from proofs.world.scope import Scope
from tests.helpers.networks.endless import CASES, NO_PARTS, Case, network
from tests.helpers.networks.tiny import named

ENDLESS = [case for case in CASES if not case.ends]


@pytest.fixture(autouse=True)
def _no_observers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofs.verdicts.check.watched", lambda made: made)
    monkeypatch.setattr("proofs.verdicts.check._JUDGED", {})


def found(case: Case) -> RunFound:
    scope = Scope(vms=case.vms, shapes=(NO_PARTS,))
    (one,) = check(case.column, scope=scope, network=network(case), properties=named(it=case.property))
    assert one.run is not None
    return one.run


@pytest.mark.parametrize("case", ENDLESS, ids=lambda case: case.name)
def test_what_a_search_finds_never_rests(case: Case) -> None:
    made, run = network(case), found(case)
    assert never_rests(made, run, case.column.faults, case.property)
    assert not never_rests(made, replace(run, loop=None), case.column.faults, case.property)
    nowhere = replace(run, steps=(*run.steps, ("nothing_of_that_name", ())))
    assert not never_rests(made, nowhere, case.column.faults, case.property)


@pytest.mark.parametrize("case", [case for case in CASES if case.ends], ids=lambda case: case.name)
def test_no_walk_of_what_ends_is_taken_for_endless(case: Case) -> None:
    """Every part of some walks, as what would be repeated; the last, an empty one, as waiting."""
    made, draw = network(case), random.Random(7)
    for _ in range(20):
        now, steps = Run(made, [NO_PARTS] * case.vms, {}, case.column.faults), list[tuple[str, tuple[int, ...]]]()
        starts = now.states()
        while len(steps) < 12 and (can := now.enabled()):
            steps.append(draw.choice(can))
            now.fire(*steps[-1])
        for end in range(len(steps) + 1):
            for loop in range(end + 1):
                run = RunFound(tuple([NO_PARTS] * case.vms), starts, tuple(steps[:end]), loop)
                assert not never_rests(made, run, case.column.faults, case.property), run
