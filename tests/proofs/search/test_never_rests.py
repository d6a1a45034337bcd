"""Whether the machines go on for ever: what searches find is so, and nothing that comes to rest, is unfair, or does not turn."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from model.notation import HOST, Actor, Run, States, build, on, stays
from model.notation.terms import TRUE
from proofs.answers.verdict import RunFound
from proofs.search.never_rests import never_rests
from proofs.verdicts.check import check
from proofs.world.scope import Scope
from properties.kinds import Ends
from tests.helpers.networks.endless import CASES, NO_PARTS, At, Case, happens, network, work
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


@pytest.mark.parametrize("case", [case for case in ENDLESS if case.repeats], ids=lambda case: case.name)
def test_a_turn_by_what_does_not_come_again_is_none(case: Case) -> None:
    run = found(case)
    assert run.loop is not None
    without = tuple({event for event, _ in run.steps[run.loop :]})
    assert not never_rests(network(case), run, case.column.faults, replace(case.property, without=without))


class Counted(States):
    ONCE = "one"
    TWICE = "two"
    OFTEN = "many"


def test_a_turn_after_which_what_rest_is_said_of_has_moved_on_is_none() -> None:
    """The machine is back where it was; who counts its turns is not, and rest is said of the count."""
    turns = Actor("host", At, starts=At.A, says="What the host is at.").table(
        on("goes", At.A, At.B), on("comes", At.B, At.A)
    )
    count = Actor("count", Counted, starts=Counted.ONCE, says="How often it came.", observer=True)
    count.table(
        on("comes", Counted.ONCE, Counted.TWICE),
        on("comes", Counted.TWICE, Counted.OFTEN),
        stays("comes"),
    )
    events = [happens("goes", at=HOST), happens("comes", at=HOST), happens("works")]
    made = build([turns, count, work(stays("works"))], events, [], [], ["T-1"])
    run = RunFound((), {}, (("goes", ()), ("comes", ())), 0)
    host_at, counted = (
        Ends(says="It ends.", shows=(), witness=TRUE, name="it", rest=rest)
        for rest in (turns.is_(At.C), count.is_(Counted.OFTEN))
    )
    assert never_rests(made, run, frozenset(), host_at)
    assert not never_rests(made, run, frozenset(), counted)
