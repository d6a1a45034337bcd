"""Many columns at once: the verdicts are those of each column by itself, and a run counts elsewhere only where it is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from proofs.answers.record import Cell
from proofs.answers.verdict import RunFound, Verdict
from proofs.verdicts import suite
from proofs.verdicts.check import check
from proofs.verdicts.columns import BASE
from proofs.verdicts.suite import TOGETHER, judge_columns
from proofs.verdicts.together import Unit, proofs, shown, units, witnesses
from proofs.verdicts.witnesses import Seen, Witnesses
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from tests.helpers.nightly import nightly

COLUMNS = [
    BASE,
    Column(frozenset({"requester_vanishes"})),
    Column(frozenset({"guest_hangs"})),
    Column(readings=(("READ-5", "SELECTED"),)),
    Column(readings=(("READ-1", "INSIDE"),)),
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


@nightly
def test_the_verdicts_are_those_of_each_column_by_itself() -> None:
    together = told(judge_columns([(column, NAMES, TOGETHER) for column in COLUMNS], jobs=1))
    assert together == told({column: check(column, NAMES, TOGETHER) for column in COLUMNS})
    assert {cell.verdict for cell in together.values()} == {"holds", "refuted", "not exercised"}


def test_it_is_asked_once_for_all_columns_and_a_column_alone_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def note(columns: Sequence[Column], _: object) -> list[Unit]:
        asked.append(len(columns))
        return []

    def judge(column: Column, names: Sequence[str], *_: object) -> list[Verdict]:
        return [Verdict(name, column.name, "holds", "nothing") for name in names]

    monkeypatch.setattr("proofs.verdicts.suite.gc.collect", lambda: 0)  # slow beside all that other tests have loaded
    monkeypatch.setattr(suite, "units", note)
    monkeypatch.setattr(suite, "judged", judge)
    name = ["no-vm-left-saved"]
    judge_columns([(column, name, TOGETHER) for column in COLUMNS], jobs=1)
    judge_columns([(column, name, TOGETHER) for column in COLUMNS[:2]], jobs=1)
    assert asked == [len(COLUMNS)]


NAME = "no-vm-left-saved"


@pytest.fixture(scope="module")
def run() -> RunFound:
    known = proofs((unit, shown(unit)) for unit in units(COLUMNS, [NAME]))
    return witnesses(BASE, [NAME], known[BASE])[NAME]


def is_run_of(run: RunFound, column: Column, found_in: Column = BASE) -> bool:
    return Witnesses(watched(), {NAME: [Seen(found_in, run)]}).has(PROPERTIES[NAME], column)


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

    def test_not_where_what_happens_in_it_reads_a_reading_that_differs(self, run: RunFound) -> None:
        reads = Witnesses(watched(), {})
        read = frozenset[str]().union(*(reads._read_in(event) for event, _ in run.steps))
        readings = [column for column in COLUMNS[3:] if column.readings[0][0] in read]
        others = [column for column in COLUMNS[3:] if column not in readings]
        assert readings, "the run of this test is one that a reading could change"
        assert not any(is_run_of(run, column) for column in readings)
        assert all(is_run_of(run, column) for column in others)

    def test_nothing_is_known_of_a_property_without_a_run(self) -> None:
        assert not Witnesses(watched(), {}).has(PROPERTIES[NAME], BASE)
