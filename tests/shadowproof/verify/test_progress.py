"""What is told while columns are judged: a line for each where there is no terminal, what is worse at once, and where to stop."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from model.notation import Shape
from proofs.answers.record import Record, updated
from proofs.answers.verdict import HOLDS, REFUTED, UNDECIDED, RunFound, Verdict
from proofs.verdicts.columns import ALL_FAULTS, BASE, fault_columns
from proofs.world.world import Column
from shadowproof.verify import verify
from shadowproof.verify.progress import Enough, announce, confirming, ended_early, telling
from shadowproof.verify.verify import recorded_tasks

NAME = "no-vm-left-saved"
ONE, TWO = fault_columns()[:2]


def verdict(column: Column, said: str) -> Verdict:
    return Verdict(NAME, column.name, said, "nothing")


RECORD = updated(Record({}), [verdict(column, HOLDS) for column in (BASE, ONE)], {})


def test_a_line_for_each_and_what_is_worse_once() -> None:
    out = Console(file=StringIO(), width=200)
    with telling(out, 3, RECORD) as told:
        told.done(BASE, [verdict(BASE, REFUTED)], 1.25)
        told.done(ONE, [verdict(ONE, REFUTED)], 2.0)
        told.done(TWO, [verdict(TWO, UNDECIDED)], 3.0)
    assert isinstance(out.file, StringIO)
    assert out.file.getvalue().splitlines() == [
        "1 of 3 columns judged: no fault, 1.2 s",
        f"worse: {NAME}: holds → refuted under no fault",
        f"2 of 3 columns judged: {ONE}, 2.0 s",
        f"3 of 3 columns judged: {TWO}, 3.0 s",
    ]
    assert list(told.judged) == list(told.seconds) == [BASE, ONE, TWO]


def test_what_was_judged_before_is_one_line_and_what_is_worse_of_it_is_told() -> None:
    out = Console(file=StringIO(), width=200)
    with telling(out, 3, RECORD) as told:
        told.recalled(2)
        told.done(BASE, [verdict(BASE, HOLDS)], 0.0)
        told.done(ONE, [verdict(ONE, REFUTED)], 0.0)
        told.done(TWO, [verdict(TWO, UNDECIDED)], 3.0)
    assert isinstance(out.file, StringIO)
    assert out.file.getvalue().splitlines() == [
        "Judged before: 2 of 3 columns.",
        f"worse: {NAME}: holds → refuted under {ONE}",
        f"3 of 3 columns judged: {TWO}, 3.0 s",
    ]


def test_quiet_it_tells_what_is_worse_and_not_how_far_it_is() -> None:
    out = Console(file=StringIO(), width=200)
    with telling(out, 3, RECORD, quiet=True) as told:
        told.recalled(1)
        told.done(BASE, [verdict(BASE, HOLDS)], 0.0)
        told.closing(20, 20)
        told.done(ONE, [verdict(ONE, REFUTED)], 2.0)
    assert isinstance(out.file, StringIO)
    assert out.file.getvalue().splitlines() == [f"worse: {NAME}: holds → refuted under {ONE}"]


@pytest.mark.parametrize(
    ("judged", "kept", "said"),
    [
        (0, True, "Failed before any column was judged."),
        (0, False, "Failed before any column was judged."),
        (2, True, "Failed: 2 of 79 columns were judged, and are kept: run the same again, and it goes on there."),
        (2, False, "Failed: 2 of 79 columns were judged, and are lost, since there is no cache."),
    ],
)
def test_what_ended_early_says_what_is_left_of_it(judged: int, kept: bool, said: str) -> None:
    assert ended_early("Failed", judged, 79, kept=kept) == said


@pytest.mark.parametrize(
    ("stops", "said"), [(KeyboardInterrupt, "Interrupted before any column"), (ValueError, "Failed before any column")]
)
def test_a_verification_that_ended_before_anything_was_judged_says_so(
    stops: type[BaseException], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judged(*_: object, **__: object) -> None:
        raise stops

    monkeypatch.setattr("proofs.verdicts.suite.judge_columns", judged)
    out = StringIO()
    with pytest.raises(stops):
        verify.judge([recorded_tasks([NAME])[0]], RECORD, compared=False, console=Console(file=out))
    assert out.getvalue() == f"{said} was judged.\n"


def test_what_one_vm_shows_is_told_at_once_and_once() -> None:
    """Where there is a run; and whatever the column says later."""
    run = RunFound((Shape({}),), {}, (("it", ()),))
    by_run = replace(verdict(BASE, REFUTED), run=run)
    out = Console(file=StringIO(), width=200)
    with telling(out, 2, RECORD, fail_fast=False) as told:
        told.at_a_glance([verdict(BASE, REFUTED), verdict(BASE, UNDECIDED), by_run])
        assert not told.judged
        told.done(BASE, [by_run], 1.25)
        told.done(ONE, [replace(by_run, column=ONE.name)], 2.0)
    assert isinstance(out.file, StringIO)
    assert out.file.getvalue().splitlines() == [
        f"worse: {NAME}: holds → refuted under no fault, 1 step of one VM",
        "1 of 2 columns judged: no fault, 1.2 s",
        f"2 of 2 columns judged: {ONE}, 2.0 s",
    ]


def test_what_is_as_recorded_is_no_news_at_a_glance() -> None:
    found = replace(verdict(BASE, REFUTED), run=RunFound((Shape({}),), {}, (("it", ()),)))
    out = Console(file=StringIO(), width=200)
    with telling(out, 2, updated(Record({}), [found], {}), fail_fast=True) as told:
        told.at_a_glance([found])
    assert isinstance(out.file, StringIO)
    assert not out.file.getvalue()


def test_what_a_bounded_search_of_all_faults_leaves_open_is_not_told_as_worse() -> None:
    """Other columns may decide it, or what is kept; and if the protocol has changed, it is not judged at all."""
    record = updated(Record({}), [verdict(ALL_FAULTS, HOLDS)], {})
    for said, lines in ((UNDECIDED, 1), (REFUTED, 2)):
        out = Console(file=StringIO(), width=2_000)
        with telling(out, 1, record) as told:
            told.done(ALL_FAULTS, [verdict(ALL_FAULTS, said)], 1.0)
        assert isinstance(out.file, StringIO)
        assert len(out.file.getvalue().splitlines()) == lines


@pytest.mark.parametrize(
    ("column", "said", "stops"),
    [(ONE, REFUTED, True), (ONE, UNDECIDED, True), (ONE, HOLDS, False), (TWO, REFUTED, True), (TWO, UNDECIDED, False)],
)
def test_fail_fast_stops_at_the_first_that_is_worse_or_refuted_and_not_recorded(
    column: Column, said: str, stops: bool
) -> None:
    for fail_fast in (True, False):
        reached = []
        with telling(Console(file=StringIO()), 2, RECORD, fail_fast=fail_fast) as told:
            told.done(column, [verdict(column, said)], 0.0)
            reached.append(column)
        assert (reached == []) == (stops and fail_fast)
        assert told.judged.keys() == {column}


def test_enough_is_no_business_of_who_did_not_ask_for_it() -> None:
    with pytest.raises(Enough), telling(Console(file=StringIO()), 1, RECORD):
        raise Enough


def test_a_verification_that_stops_early_has_what_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    def judged(tasks: list[verify.Task], *, progress, **more: object) -> None:  # type: ignore[no-untyped-def]  # a stand-in
        for column, _, _ in tasks:
            progress(column, [verdict(column, HOLDS if column != ONE else REFUTED)], 0.0)

    monkeypatch.setattr("proofs.verdicts.suite.judge_columns", judged)
    tasks = [task for task in recorded_tasks([NAME]) if task[0] in {ONE, TWO}]
    asked = {"compared": False, "console": Console(file=StringIO())}
    done = verify.judge(tasks, RECORD, fail_fast=True, **asked)  # type: ignore[arg-type]  # by name
    assert (ONE in done.verdicts, done.left, done.status) == (True, 2 - len(done.verdicts), 1)
    assert verify.judge(tasks, RECORD, **asked).left == 0  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(("total", "told"), [(1, [1]), (3, [1, 2, 3]), (40, list(range(2, 41, 2)))])
def test_solvers_are_not_silent_for_long(total: int, told: list[int]) -> None:
    out = Console(file=StringIO(), width=200)
    with confirming(out, total) as hears:
        for _ in range(total):
            hears([])
    assert isinstance(out.file, StringIO)
    assert out.file.getvalue().splitlines() == [f"confirming: {n} of {total} closed sets" for n in told]


@pytest.mark.parametrize(("number", "said"), [(1, 0), (10, 0), (11, 1)])
def test_what_takes_long_is_said_first(number: int, said: int) -> None:
    out = Console(file=StringIO(), width=200)
    announce(out, number, "Judging a lot")
    assert isinstance(out.file, StringIO)
    assert out.file.getvalue().splitlines() == ["Judging a lot. What is not known yet takes minutes, or more."] * said
