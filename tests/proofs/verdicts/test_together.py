"""Many columns at once: the verdicts are those of each column by itself, and a run counts elsewhere only where it is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import cache

import pytest

from proofs.answers.record import Cell
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, RunFound, Verdict
from proofs.verdicts import suite, together
from proofs.verdicts.check import check, shown_by_views
from proofs.verdicts.columns import BASE
from proofs.verdicts.known.witnesses import WITNESS, Seen, Witnesses, last_step
from proofs.verdicts.suite import TOGETHER, judge_columns, runs_of_smaller
from proofs.verdicts.together import Runs, Unit, judged, judged_soon
from proofs.views.proof import Proof
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Ends
from tests.helpers.nightly import nightly

COLUMNS = [
    BASE,
    Column(frozenset({"requester_vanishes"})),
    Column(frozenset({"guest_hangs"})),
    Column(readings=(("READ-5", "SELECTED"),)),
    Column(readings=(("READ-1", "INSIDE"),)),
    Column(frozenset({"requester_vanishes"}), (("READ-5", "SELECTED"),)),
]
NAMES = [
    "saved-state-is-the-default",
    "an-unchosen-vm-spoils-no-backup",
    "vanished-requester-gets-shutdown-only",
    "mixed-methods-succeed",
    "writer-identity",
    "roll-back-independent-of-child-writers",
]


def told(found: Mapping[Column, list[Verdict]]) -> dict[tuple[str, str], Cell]:
    return {(one.property, column.name): Cell.of(one) for column, verdicts in found.items() for one in verdicts}


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        pytest.param(COLUMNS[:2], ["vanished-requester-gets-shutdown-only", "saved-state-is-the-default"], id="some"),
        pytest.param(COLUMNS, NAMES, id="all", marks=nightly),
    ],
)
def test_the_verdicts_are_those_of_each_column_by_itself(columns: list[Column], names: list[str]) -> None:
    together = told(judge_columns([(column, names, TOGETHER) for column in columns], jobs=1))
    alone = told({column: check(column, names, TOGETHER) for column in columns})
    assert {cell: (one.verdict, one.assurance) for cell, one in together.items()} == {
        cell: (one.verdict, one.assurance) for cell, one in alone.items()
    }
    longer = {cell for cell, one in together.items() if (one.length or 0) > (alone[cell].length or 0)}
    smaller = {here.name: [one.name for one in columns if one.is_part_of(here)] for here in columns}
    for name, here in longer:
        assert together[name, here] in [together[name, one] for one in smaller[here]], "a run of a smaller column"
    assert {cell.verdict for cell in together.values()} >= {"holds", "not exercised"}
    assert names != NAMES or "refuted" in {cell.verdict for cell in together.values()}


def test_it_is_asked_once_for_all_columns_and_a_column_alone_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def note(columns: Sequence[Column], _: object) -> list[Unit]:
        asked.append(len(columns))
        return []

    def judge(column: Column, names: Sequence[str], *_: object) -> tuple[list[Verdict], Runs]:
        return [Verdict(name, column.name, "holds", "nothing") for name in names], {}

    monkeypatch.setattr("proofs.verdicts.work.looked_for_afterwards", nullcontext)  # slow beside all that is loaded

    monkeypatch.setattr(suite, "units", note)
    monkeypatch.setattr(suite, "judged", judge)
    name = ["no-vm-left-saved"]
    judge_columns([(column, name, TOGETHER) for column in COLUMNS], jobs=1)
    judge_columns([(column, name, TOGETHER) for column in COLUMNS[:2]], jobs=1)
    assert asked == [len(COLUMNS)]


NAME = "no-vm-left-saved"


DECIDED = ("an-unchosen-vm-spoils-no-backup", "mixed-methods-succeed")
"""Broken without a fault; and what can be."""


def in_base(names: list[str]) -> tuple[list[Verdict], Runs]:
    return judged(BASE, names, TOGETHER, shown_by_views(BASE, names), {})


@cache
def runs() -> Runs:
    return in_base([NAME, *DECIDED])[1]


@pytest.fixture
def run() -> RunFound:
    return runs()[NAME][0].run


def is_run_of(run: RunFound, column: Column, found_in: Column = BASE) -> bool:
    seen = Seen(found_in, run, WITNESS, last_step(watched(), run, found_in.faults))
    return Witnesses(watched(), {NAME: [seen]}).has(PROPERTIES[NAME], column)


class TestARunIsHandedOn:
    def test_to_columns_with_more_faults(self, run: RunFound) -> None:
        assert run.steps
        assert all(is_run_of(run, column) for column in COLUMNS[:3])

    def test_not_where_a_fault_of_its_is_not_tolerated(self, run: RunFound) -> None:
        fault = Column(frozenset({"requester_vanishes"}))
        (event,) = [event.name for event in watched().events.values() if event.fault == "requester_vanishes"][:1]
        disturbed = RunFound(run.shapes, run.starts, (*run.steps, (event, ())))
        assert is_run_of(disturbed, fault, fault)
        assert not is_run_of(disturbed, BASE, fault)

    @pytest.mark.parametrize(("reading", "is_one"), [("READ-5=SELECTED", True), ("READ-10=IDENTIFY", False)])
    def test_where_it_reads_a_reading_that_differs_the_machines_are_asked(
        self, run: RunFound, reading: str, is_one: bool
    ) -> None:
        """They have to take the same steps, and to end the last as it ended."""
        name, _, value = reading.partition("=")
        column, known = Column(readings=((name, value),)), Witnesses(watched(), {})
        assert name in frozenset[str]().union(*(known._read_in(event) for event, _ in run.steps))
        assert is_run_of(run, column) == is_one
        unknown = Seen(BASE, run, WITNESS, None)
        assert not Witnesses(watched(), {NAME: [unknown]}).has(PROPERTIES[NAME], column), "nothing to compare with"

    def test_not_where_it_ends_otherwise(self, run: RunFound) -> None:
        last = last_step(watched(), run, frozenset())
        assert last is not None
        (key,) = [key for key in last[1] if key[0] == "power"]
        other = (last[0], {**last[1], key: "OFF"})
        column = Column(readings=(("READ-5", "SELECTED"),))
        assert not Witnesses(watched(), {NAME: [Seen(BASE, run, WITNESS, other)]}).has(PROPERTIES[NAME], column)

    def test_nothing_is_known_of_a_property_without_a_run(self) -> None:
        assert not Witnesses(watched(), {}).has(PROPERTIES[NAME], BASE)


class TestARunDecides:
    @pytest.mark.parametrize(("name", "verdict"), [(DECIDED[0], REFUTED), (DECIDED[1], HOLDS)])
    def test_wherever_it_is_one(self, name: str, verdict: str) -> None:
        """What can be and what is broken without a fault can be and is broken with one, by the same run, which nobody searches for."""
        column = COLUMNS[1]
        ((found,), _) = judged(column, [name], TOGETHER, {}, runs())
        assert (found.verdict, found.run) == (verdict, runs()[name][0].run)
        assert found.states == 0
        assert last_step(watched(), runs()[name][0].run, column.faults) is not None

    def test_and_views_are_asked_of_the_rest_only(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []

        def shown(_: Column, names: Sequence[str], __: object) -> dict[str, Proof]:
            asked.extend(names)
            return {}

        monkeypatch.setattr(together, "shown_by_views", shown)
        names = ["every-session-ends", DECIDED[0]]
        judged(COLUMNS[1], names, TOGETHER, {}, runs())
        assert asked == names[:1]

    def test_not_in_a_column_that_is_no_larger(self) -> None:
        known = Witnesses(watched(), {DECIDED[0]: [Seen(COLUMNS[1], runs()[DECIDED[0]][0].run, REFUTED)]})
        assert known.deciding(PROPERTIES[DECIDED[0]], COLUMNS[1]) is not None, "its own"
        for column in (BASE, COLUMNS[2]):
            assert known.deciding(PROPERTIES[DECIDED[0]], column) is None

    def test_found_in_any_column_that_is_smaller(self) -> None:
        """Methods are settled elsewhere in these two columns, so that the run without a fault is none of theirs."""
        reading, name = (("READ-10", "SESSION_START"),), "one-of-two-methods"
        smaller, larger = Column(readings=reading), Column(frozenset({"operator_changes_vm"}), reading)
        of_base = in_base([name])[1]
        shown = {column: shown_by_views(column, [name]) for column in (smaller, larger)}
        (here,), found = judged(smaller, [name], TOGETHER, shown[smaller], of_base)
        assert (here.verdict, here.engine) == (HOLDS, "views")
        others = {smaller: found, COLUMNS[2]: {name: [Seen(BASE, RunFound((), {}, ()))]}}
        known = runs_of_smaller(larger, of_base, [*others], others)
        assert known == {name: [*of_base[name], *found[name]]}, "those of a column that is no part of it are left out"
        ((there,), more) = judged(larger, [name], TOGETHER, shown[larger], known)
        assert (there.verdict, there.assurance, more) == (here.verdict, here.assurance, {}), "nothing is searched for"
        assert judged(larger, [name], TOGETHER, shown[larger], of_base)[1].keys() == {name}

    def test_what_must_come_in_the_end_only_where_nothing_else_comes(self) -> None:
        """A guest that hangs hangs beside any other fault; where none may hang, the run waits no more."""
        ends = [name for name, one in PROPERTIES.items() if isinstance(one, Ends)]
        hangs = Column(frozenset({"guest_hangs"}))
        verdicts, found = judged(hangs, ends, TOGETHER, {}, {})
        assert REFUTED in {one.verdict for one in verdicts}
        for one in verdicts:
            if one.verdict == REFUTED:
                promise = PROPERTIES[one.property]
                known = Witnesses(watched(), {one.property: found[one.property]})
                larger = Column(frozenset({"guest_hangs", "copy_fails"}))
                seen = known.deciding(promise, larger)
                assert seen is not None
                assert (seen.run, seen.reason) == (one.run, one.reason)
                moved = Witnesses(watched(), {one.property: [Seen(BASE, seen.run, REFUTED)]})
                assert moved.deciding(promise, Column(frozenset({"copy_fails"}))) is None


@pytest.mark.parametrize(("holds", "told"), [(True, [NOT_EXERCISED]), (False, [])])
def test_what_must_come_in_the_end_may_fail_though_its_witness_never_fires(holds: bool, told: list[str]) -> None:
    """So it is not told before any run was looked for."""
    known = {name: Proof(name, holds=holds, exercised=False) for name in ["every-session-ends"]}
    found, _ = judged_soon(BASE, ["every-session-ends"], TOGETHER, known, {})
    assert [one.verdict for one in found] == told
