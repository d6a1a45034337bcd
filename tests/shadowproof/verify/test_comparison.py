"""Verdicts against the record: worse first, by promise; what a smaller column shows is told once; and the status that follows."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from proofs.answers.record import BETTER, DIFFERENT, NEW, WORSE, Record, updated
from proofs.answers.verdict import (
    CLOSED,
    HOLDS,
    NOT_EXERCISED,
    PROVED,
    REFUTED,
    UNDECIDED,
    RunFound,
    Verdict,
    exhaustive,
)
from proofs.verdicts.columns import ALL_FAULTS, BASE
from proofs.world.world import Column
from shadowproof.verify.comparison import Compared, compared, findings, of_every_kind, smaller

HANGS, VANISHES = Column(frozenset({"guest_hangs"})), Column(frozenset({"requester_vanishes"}))
NEVER = Column(readings=(("READ-1", "NEVER"),))
PAIR = Column(HANGS.faults | VANISHES.faults)
BOTH = Column(HANGS.faults, NEVER.readings)


def verdict(name: str, column: Column, said: str, steps: int = 0, assurance: str = "closed") -> Verdict:
    run = RunFound((), {}, (("it_happens", ()),) * steps) if steps else None
    return Verdict(name, column.name, said, assurance, run=run)


def by_column(found: Sequence[tuple[str, Column, str]], steps: int = 0) -> dict[Column, list[Verdict]]:
    columns: dict[Column, list[Verdict]] = {}
    for name, column, said in found:
        columns.setdefault(column, []).append(verdict(name, column, said, steps if said == REFUTED else 0))
    return columns


def against(
    was: Sequence[tuple[str, Column, str]], now: Sequence[tuple[str, Column, str]], *, whole: bool = True
) -> Compared:
    record = updated(Record({}), [one for found in by_column(was).values() for one in found], {})
    return compared(by_column(now, 3), record, whole=whole)


@pytest.mark.parametrize(
    ("was", "now", "kind", "status"),
    [
        (HOLDS, REFUTED, WORSE, 1), (HOLDS, UNDECIDED, WORSE, 1), (HOLDS, NOT_EXERCISED, WORSE, 1), (UNDECIDED, REFUTED, WORSE, 1),
        (NOT_EXERCISED, REFUTED, WORSE, 1), (REFUTED, HOLDS, BETTER, 0), (UNDECIDED, HOLDS, BETTER, 0),
        (NOT_EXERCISED, HOLDS, BETTER, 0), (REFUTED, UNDECIDED, DIFFERENT, 3), (REFUTED, NOT_EXERCISED, DIFFERENT, 1),
    ],
)  # fmt: skip
def test_what_a_changed_verdict_is(was: str, now: str, kind: str, status: int) -> None:
    found = against([("p", BASE, was), ("q", BASE, HOLDS)], [("p", BASE, now), ("q", BASE, HOLDS)])
    assert [group.first.kind for group in found.groups] == [kind]
    assert (found.number(kind), found.status, found.as_recorded) == (1, status, False)


def test_worse_counts_whatever_else_is_undecided_or_better() -> None:
    was = [("p", BASE, REFUTED), ("q", BASE, HOLDS), ("r", BASE, REFUTED)]
    found = against(was, [("p", BASE, UNDECIDED), ("q", BASE, REFUTED), ("r", BASE, HOLDS)])
    assert [(group.promise, group.first.kind) for group in found.groups] == [
        ("q", WORSE), ("r", BETTER), ("p", DIFFERENT),
    ]  # fmt: skip
    assert found.status == 1


def test_a_break_that_a_smaller_column_shows_is_not_told_again() -> None:
    columns = [ALL_FAULTS, PAIR, BOTH, HANGS, NEVER]
    found = against([("p", c, HOLDS) for c in columns], [("p", c, REFUTED) for c in columns])
    (group,) = found.groups
    assert {one.column for one in group.told} == {HANGS, NEVER}
    assert (len(group.changes), group.judged, found.number(WORSE)) == (5, 5, 5)
    columns.append(BASE)
    (group,) = against([("p", c, HOLDS) for c in columns], [("p", c, REFUTED) for c in columns]).groups
    assert [one.column for one in group.told] == [BASE]
    assert group.first.column == BASE


def test_another_promise_or_another_change_hides_nothing() -> None:
    was = [("p", BASE, HOLDS), ("p", HANGS, HOLDS), ("q", HANGS, HOLDS)]
    found = against(was, [("p", BASE, UNDECIDED), ("p", HANGS, REFUTED), ("q", HANGS, REFUTED)])
    assert [(group.promise, len(group.told), group.first.found.verdict) for group in found.groups] == [
        ("p", 1, REFUTED), ("q", 1, REFUTED), ("p", 1, UNDECIDED),
    ]  # fmt: skip


def test_what_takes_least_comes_first_then_what_takes_fewest_steps() -> None:
    record = updated(Record({}), [verdict(n, c, HOLDS) for n in "pq" for c in (HANGS, VANISHES, PAIR)], {})
    verdicts = {
        PAIR: [verdict("p", PAIR, REFUTED, 1)],
        HANGS: [verdict("p", HANGS, REFUTED, 9), verdict("q", HANGS, REFUTED, 8)],
        VANISHES: [verdict("p", VANISHES, REFUTED, 7)],
    }
    found = compared(verdicts, record, whole=True)
    assert [(group.promise, group.first.column, group.first.found.length) for group in found.groups] == [
        ("p", VANISHES, 7), ("q", HANGS, 8),
    ]  # fmt: skip


def test_assurance_and_length_are_counted_and_change_no_status() -> None:
    record = updated(Record({}), [verdict("p", BASE, REFUTED, 2), verdict("q", BASE, HOLDS)], {})
    now = {BASE: [verdict("p", BASE, REFUTED, 5), verdict("q", BASE, HOLDS, assurance="proved")]}
    found = compared(now, record, whole=True)
    assert (found.groups, found.assurances, found.lengths, found.known, found.status) == ((), 1, 1, 2, 0)
    assert (found.as_recorded, found.exactly) == (True, False)


def test_what_solvers_were_not_asked_is_no_difference() -> None:
    record = updated(Record({}), [verdict("p", BASE, HOLDS, assurance=PROVED)], {})
    for assurance, solvers, other in ((CLOSED, True, 1), (CLOSED, False, 0), ("every state of 1 VM", False, 1)):
        now = {BASE: [verdict("p", BASE, HOLDS, assurance=assurance)]}
        assert compared(now, record, whole=True, solvers=solvers).assurances == other


def test_what_the_record_does_not_have() -> None:
    """Of a question that it asks, that is no pass; of another question the verdict itself counts."""
    for said, status in ((HOLDS, 0), (REFUTED, 1), (UNDECIDED, 3), (NOT_EXERCISED, 0)):
        found = against([("q", BASE, HOLDS)], [("p", PAIR, said)], whole=False)
        assert (found.groups, len(found.unknown), found.known, found.status) == ((), 1, 0, status)
        found = against([("q", BASE, HOLDS)], [("p", PAIR, said)])
        assert ([group.first.kind for group in found.groups], found.status) == ([NEW], 1)


@pytest.mark.parametrize(
    ("was", "now", "kinds", "known", "status"),
    [
        (HOLDS, REFUTED, [WORSE], 1, 1), (NOT_EXERCISED, REFUTED, [WORSE], 1, 1), (HOLDS, HOLDS, [], 1, 0),
        (HOLDS, NOT_EXERCISED, [], 1, 0), (NOT_EXERCISED, HOLDS, [], 1, 0), (HOLDS, UNDECIDED, [], 0, 3),
        (REFUTED, REFUTED, [], 0, 1), (REFUTED, HOLDS, [], 0, 0), (UNDECIDED, REFUTED, [], 0, 1),
    ],
)  # fmt: skip
def test_vms_of_some_kind_beside_what_is_recorded_of_every_kind(
    was: str, now: str, kinds: list[str], known: int, status: int
) -> None:
    """They can break what VMs of every kind keep; what is recorded as broken is a question of its own."""
    record = of_every_kind(updated(Record({}), [verdict("p", BASE, was)], {}), 3)
    found = compared(
        {BASE: [verdict("p", BASE, now, 3 * (now == REFUTED), "closed of this kind")]}, record, whole=False
    )
    assert ([group.first.kind for group in found.groups], found.known, found.status) == (kinds, known, status)
    assert (found.assurances, found.lengths) == (0, 0)


@pytest.mark.parametrize(
    ("assurance", "binds"),
    [
        (CLOSED, True), (PROVED, True), ("constants compared", True), (exhaustive(3), True), (exhaustive(2), False),
        (exhaustive(3, parts=", each with one disk"), False),
    ],
)  # fmt: skip
def test_of_few_vms_what_more_break_is_no_worse(assurance: str, binds: bool) -> None:
    record = updated(Record({}), [verdict("p", BASE, HOLDS, assurance=assurance)], {})
    assert (of_every_kind(record, 3).cell("p", BASE.name) is not None) == binds


def test_worse_in_one_column_counts_where_another_is_not_recorded() -> None:
    found = against([("p", BASE, HOLDS)], [("p", BASE, REFUTED), ("p", PAIR, UNDECIDED)], whole=False)
    assert (found.number(WORSE), found.status) == (1, 1)


def test_a_promise_that_is_no_more_is_missed() -> None:
    record = updated(Record({}), [verdict("p", BASE, HOLDS), verdict("q", BASE, HOLDS)], {})
    verdicts = {BASE: [verdict("p", BASE, HOLDS)]}
    assert compared(verdicts, record, whole=True, promises=["p"]).gone == ("q",)
    assert compared(verdicts, record, whole=True, promises=["p"]).status == 1
    assert compared(verdicts, record, whole=True).status == 0
    assert compared(verdicts, record, whole=True, promises=["p", "q"]).status == 0


def test_smaller_is_a_part_and_no_equal() -> None:
    assert [smaller(one, BOTH) for one in (BASE, HANGS, NEVER, BOTH, VANISHES, ALL_FAULTS)] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]
    other = Column(HANGS.faults, (("READ-1", "INSIDE"),))
    assert not smaller(NEVER, other)
    assert not smaller(other, BOTH)


def test_findings_are_what_no_smaller_column_shows() -> None:
    cells = {(name, column): verdict(name, column, said) for name, column, said in (
        ("p", HANGS, REFUTED), ("p", BOTH, REFUTED), ("p", NEVER, HOLDS), ("q", BOTH, REFUTED), ("q", HANGS, UNDECIDED),
    )}  # fmt: skip
    assert list(findings(cells)) == [("p", HANGS), ("q", BOTH)]
