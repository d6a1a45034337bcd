"""Minimal cut sets: complete up to their size, none held by another, each shown by a run."""

from __future__ import annotations

from itertools import combinations

import pytest

import proofs.verdicts.combined.cuts
from proofs.answers.memory import replays
from proofs.answers.record import load
from proofs.answers.verdict import REFUTED
from proofs.verdicts.check import check
from proofs.verdicts.columns import BASE, fault_columns, reading_columns
from proofs.verdicts.combined.cuts import combined, cut_sets
from proofs.verdicts.combined.pairs import parts
from proofs.verdicts.suite import TOGETHER
from proofs.world.world import Column
from properties.catalogue import watched

NAME = "no-vm-is-lost"
FEW = [
    column for column in fault_columns() if column.faults & {"requester_vanishes", "guest_hangs", "vm_cannot_be_saved"}
]
FEW += [column for column in reading_columns() if column.readings[0][0] == "READ-9"]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs.verdicts.combined.cuts, "elements", lambda: FEW)


def test_all_combinations_are_looked_at_and_a_reading_has_one_value_at_a_time() -> None:
    faults, readings = len(fault_columns()), reading_columns()
    of_one = sum(one.readings[0][0] == other.readings[0][0] for one, other in combinations(readings, 2))
    singles = faults + len(readings)
    assert of_one, "some reading has two other values"
    assert len(combined(1)) == 1 + singles
    assert len(combined(2)) == len(set(combined(2))) == 1 + singles + singles * (singles - 1) // 2 - of_one
    assert (
        len(combined(3, faults_only=True))
        == 1 + faults + faults * (faults - 1) // 2 + faults * (faults - 1) * (faults - 2) // 6
    )
    assert all(column.faults and not column.readings for column in combined(2, faults_only=True)[1:])
    assert set(combined(2, of_faults=3)) == {*combined(2), *combined(3, faults_only=True)}
    assert all(tuple(sorted(column.readings)) == column.readings for column in combined(2)), "as a question names them"


@pytest.mark.parametrize("size", [0, 4, -1])
def test_other_sizes_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match="ask for 1 to 3"):
        combined(size)


def test_more_than_can_be_looked_at_at_once_are_refused() -> None:
    """Each is a bit of each label: some thirty thousand would take all memory that there is."""
    with pytest.raises(ValueError, match=r"^\d\d,\d\d\d combinations of up to 3: 10,000 at most"):
        combined(3)


@pytest.mark.parametrize("name", ["writer-identity", "mixed-methods-succeed"])
def test_what_nothing_can_cut_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"compares constants|only let more happen"):
        cut_sets(name, 1)


def judged(name: str, column: Column) -> str:
    return check(column, [name], TOGETHER)[0].verdict


def test_they_are_those_of_every_combination_judged_by_itself(few: None) -> None:
    found = cut_sets(NAME, 2, jobs=1)
    broken = {column for column in combined(2) if judged(NAME, column) == REFUTED}

    def smaller(column: Column) -> bool:
        return any(
            one != column and one.faults <= column.faults and set(one.readings) <= set(column.readings)
            for one in broken
        )

    assert {column for column, _ in found.sets} == {column for column in broken if not smaller(column)}
    assert found.sets
    assert found.open == ()
    assert found.columns == len(combined(2))
    for column, one in found.sets:
        assert one.run is not None
        assert replays(one.run, watched(), column.faults)


def test_what_a_pair_breaks_is_found_although_neither_breaks_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    name, pair = "backup-is-of-all-chosen", {"failure_ignored", "volume_missing"}
    some = [column for column in fault_columns() if column.faults & (pair | {"guest_hangs", "requester_aborts"})]
    monkeypatch.setattr(proofs.verdicts.combined.cuts, "elements", lambda: some)
    found = cut_sets(name, 2, jobs=1)
    assert [(set(column.faults), len(parts(column))) for column, _ in found.sets] == [(pair, 2)]


def test_what_is_broken_without_a_fault_has_no_other_cut_set(few: None) -> None:
    (set_,) = cut_sets("an-unchosen-vm-spoils-no-backup", 1, jobs=1).sets
    assert set_[0] == BASE


def test_alone_they_are_those_of_the_record(few: None) -> None:
    cells = {column: load().cell(NAME, column.name) for column in combined(1)}
    expected = {column: cell.length for column, cell in cells.items() if cell and cell.verdict == REFUTED}
    assert {column: one.length for column, one in cut_sets(NAME, 1, jobs=1).sets} == expected
