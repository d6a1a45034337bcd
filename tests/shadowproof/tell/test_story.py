"""Stories of real runs, compared to the letter, and what every story must keep to."""

import re
from functools import cache
from pathlib import Path

import pytest

from model.notation import States, every, implies
from model.notation.terms import Every, Term
from proofs.answers.verdict import HOLDS, REFUTED, RunFound, Verdict
from proofs.verdicts.check import check
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Ends, Step
from shadowproof.tell.argument import Moment, Recorded
from shadowproof.tell.story import FAILURES, TELLING, WIDTH, story
from tests.golden import assert_golden

GOLDEN = Path(__file__).parents[1] / "golden"


def _fault(name: str) -> Column:
    return Column(frozenset({name}))


def _reading(name: str, state: str) -> Column:
    return Column(readings=((name, state),))


RELEASED_WITHOUT_ABORT = _fault("released_without_abort")
GIVEN_BACK_INSIDE = Column(RELEASED_WITHOUT_ABORT.faults, (("READ-1", "INSIDE"),))

CASES = {
    ("no-vm-left-saved", _fault("requester_vanishes")): {"without the fault requester_vanishes": Column()},
    ("back-in-prior-state", RELEASED_WITHOUT_ABORT): {
        "without the fault released_without_abort": Column(),
        "under reading READ-1=INSIDE": GIVEN_BACK_INSIDE,
    },
    ("every-session-ends", _fault("guest_hangs")): {"without the fault guest_hangs": Column()},
    ("child-snapshot-backup-succeeds", _reading("READ-8", "SESSION_ENDS")): {
        "under reading READ-8=COPY_EXISTS": Column()
    },
    ("auto-recovery-required", _reading("READ-6", "SKIPPED")): {"under reading READ-6=VETO": Column()},
    ("no-vm-is-lost", _fault("other_writer_fails_in_pre_restore")): {},
}
"""Refuted cases, with what is said of the circumstances in which the property holds, and the column that shows it."""

IDS = [name for name, _ in CASES]
WITH_RUN = [case for case in CASES if case[0] != "child-snapshot-backup-succeeds"]


@cache
def _verdict(name: str, column: Column) -> Verdict:
    return check(column, [name], Scope(vms=2))[0]


def _told(name: str, column: Column) -> str:
    verdict = _verdict(name, column)
    return story(verdict.run, watched(), PROPERTIES[name], column, verdict, tuple(CASES.get((name, column), ())))


def _run(name: str, column: Column) -> RunFound:
    run = _verdict(name, column).run
    assert run is not None
    return run


@pytest.mark.parametrize(("name", "column"), CASES, ids=IDS)
def test_golden(name: str, column: Column) -> None:
    assert _verdict(name, column).verdict == REFUTED
    assert_golden(GOLDEN / f"{name}.txt", _told(name, column))


@pytest.mark.parametrize(("name", "column"), CASES, ids=IDS)
def test_holds_where_the_story_says_so(name: str, column: Column) -> None:
    for where in CASES[name, column].values():
        assert _verdict(name, where).verdict == HOLDS


@pytest.mark.parametrize(("name", "column"), CASES, ids=IDS)
def test_fits_the_page_and_ends_in_one_line_feed(name: str, column: Column) -> None:
    told = _told(name, column)
    assert max(map(len, told.splitlines())) <= WIDTH
    assert told.endswith(".\n")
    assert not told.endswith("\n\n")
    assert not re.search(r"[ \t]$", told, re.MULTILINE)


@pytest.mark.parametrize(("name", "column"), WITH_RUN, ids=[name for name, _ in WITH_RUN])
def test_every_step_is_counted_once(name: str, column: Column) -> None:
    counted: list[int] = []
    for first, last in re.findall(r"^ *(\d+)(?:-(\d+))?  ", _told(name, column), re.MULTILINE):
        counted += range(int(first), int(last or first) + 1)
    assert counted == list(range(1, len(_run(name, column).steps) + 1))


@pytest.mark.parametrize(("name", "column"), WITH_RUN, ids=[name for name, _ in WITH_RUN])
def test_the_reason_is_true_of_the_run(name: str, column: Column) -> None:
    """The term is false where the story says so, and one moment earlier it was not (the run is the shortest)."""
    recorded = Recorded(_run(name, column), watched(), column)
    found, last = PROPERTIES[name], len(recorded.steps)
    match found:
        case Always(term=term):
            assert not Moment(recorded, last).holds(term)
            assert all(Moment(recorded, number).holds(term) for number in range(last))
        case Step(term=term):
            assert not Moment(recorded, last - 1, about_step=True).holds(term)
            assert all(Moment(recorded, number, about_step=True).holds(term) for number in range(last - 1))
        case Ends(rest=rest):
            assert not Moment(recorded, last).holds(rest)
        case _:
            pytest.fail(f"no case for {found.kind}")


def test_a_run_that_shows_a_possibility() -> None:
    verdict = _verdict("mixed-methods-succeed", Column())
    assert verdict.verdict == HOLDS
    told = _told("mixed-methods-succeed", Column())
    assert 'reached: "One backup can succeed with VMs of both methods." (MET-1): at step 3' in told
    assert "vm 2" in told


def test_steps_that_repeat_are_named() -> None:
    column = _fault("guest_hangs")
    run = _run("every-session-ends", column)
    turning = RunFound(run.shapes, run.starts, run.steps, loop=len(run.steps) - 2)
    told = story(turning, watched(), PROPERTIES["every-session-ends"], column, _verdict("every-session-ends", column))
    assert f"steps {len(run.steps) - 1} to {len(run.steps)} repeat for ever" in " ".join(told.split())


def test_since_counts_the_last_change() -> None:
    name, column = "no-vm-left-saved", _fault("requester_vanishes")
    recorded = Recorded(_run(name, column), watched(), column)
    step = next(number for number, (event, _) in enumerate(recorded.steps, 1) if event == "vm_saved")
    assert recorded.since(("power", (0,)), len(recorded.steps)) == step
    assert recorded.since(("power", (0,)), step - 1) == 0


def test_reasons_of_a_conjunction_and_of_a_quantifier() -> None:
    from model.actors.power import Note, Power, note, power
    from model.sorts import vm

    name, column = "no-vm-left-saved", _fault("requester_vanishes")
    there = Moment(Recorded(_run(name, column), watched(), column), len(_run(name, column).steps))
    noted, saved = ~note.is_(Note.NOTHING), power.is_(Power.SAVED)

    def said(term: Term, *, value: bool = False) -> str:
        assert there.holds(term) == value
        return there.said(there.reasons(term, value=value))

    assert said(every(vm, implies(noted, ~saved))).startswith("vm 1 has been saved since step")
    assert "note" not in said(every(vm, noted & ~saved)), "only what fails is a reason"
    assert said(Every(vm, saved), value=True) == "for every vm: power is saved"


def test_the_telling_machines_are_there() -> None:
    machines = watched().actors
    assert set(TELLING) <= machines.keys()
    named = [state for actor in machines.values() for state in actor.states if state.startswith(FAILURES)]
    assert {"FAILED", "STUCK"} <= set(named)
    assert all(issubclass(actor.enum, States) for actor in machines.values())
