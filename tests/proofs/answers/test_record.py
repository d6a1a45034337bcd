"""The record: differences are named for what they are, and a damaged record is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from proofs.answers.record import BETTER, DIFFERENT, NEW, WORSE, Record, RecordError, dump, load, updated
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED, RunFound, Verdict
from proofs.verdicts.columns import ALL_FAULTS, combined_columns, every_column
from properties.catalogue import PROPERTIES

HELD = Verdict("p", "no fault", HOLDS, "every state of up to 2 VMs", vms=2, states=10, steps=20, depth=3)


def recorded(found: Verdict) -> Record:
    return updated(Record({}), [found], {"reason": "a test"})


def test_what_is_as_recorded_is_no_difference() -> None:
    assert recorded(HELD).differences([HELD]) == []


@pytest.mark.parametrize(
    ("was", "is_", "kind"),
    [
        (HOLDS, REFUTED, WORSE),
        (HOLDS, UNDECIDED, WORSE),
        (HOLDS, NOT_EXERCISED, WORSE),
        (REFUTED, HOLDS, BETTER),
        (UNDECIDED, HOLDS, BETTER),
    ],
)
def test_a_changed_verdict_is_worse_or_better(was: str, is_: str, kind: str) -> None:
    (found,) = recorded(replace(HELD, verdict=was)).differences([replace(HELD, verdict=is_)])
    assert found.kind == kind
    assert str(found) == f"{kind}: p in no fault: {was} recorded, {is_} found"


def test_counts_are_no_difference() -> None:
    """They belong to a search: another group of properties, or another order of them, and they are others."""
    counted = replace(HELD, vms=1, states=11, steps=21, depth=4, views=7, seconds=9.0, engine="views", cached=True)
    assert recorded(HELD).differences([counted]) == []
    assert recorded(counted) == recorded(HELD)


def test_another_assurance_or_length_is_merely_different() -> None:
    run = RunFound((), {}, (("it_happens", ()),))
    broken = replace(HELD, verdict=REFUTED, run=run)
    longer = replace(broken, run=replace(run, steps=(*run.steps, *run.steps)))
    for was, is_, said in (
        (HELD, replace(HELD, assurance="something else"), "assurance every state of up to 2 VMs is now something else"),
        (broken, longer, "length 1 is now 2"),
    ):
        (found,) = recorded(was).differences([is_])
        assert found.kind == DIFFERENT
        assert said in str(found)


def test_an_unknown_cell_is_not_a_pass() -> None:
    (found,) = Record({}).differences([HELD])
    assert found.kind == NEW


def test_the_record_survives_writing_and_reading(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text(dump(recorded(HELD)), "utf-8")
    assert load(path) == recorded(HELD)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema": "other"}', '{"schema": "shadowproof-record/1", "cells": 3}']
)
def test_a_damaged_record_is_refused_with_a_remedy(tmp_path: Path, text: str) -> None:
    path = tmp_path / "record.json"
    path.write_text(text, "utf-8")
    with pytest.raises(RecordError, match=r"record\.json"):
        load(path)


def test_a_missing_record_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="shadowproof accept"):
        load(tmp_path / "record.json")


def test_the_record_has_every_property_in_every_column() -> None:
    record = load()
    assert set(record.cells) == set(PROPERTIES)
    combined = set(combined_columns())
    whole = {column.name for column in (*every_column(), ALL_FAULTS) if column not in combined}
    for name, cells in record.cells.items():
        met = {c.name for c in combined if c.readings[0][0] in PROPERTIES[name].shows}
        assert set(cells) == whole | met
    assert record.reasons, "a record without a reason"


def test_without_a_fault_two_things_fail_under_the_default_readings() -> None:
    """The findings of the first rank: a clustered VM that is saved directly, and an unchosen VM that vetoes."""
    failing = [name for name, cells in load().cells.items() if cells["no fault"].verdict not in {HOLDS, NOT_EXERCISED}]
    assert failing == ["backed-up-images-are-consistent", "an-unchosen-vm-spoils-no-backup"]


def test_every_property_is_exercised_in_some_column() -> None:
    idle = [
        name for name, cells in load().cells.items() if all(cell.verdict == NOT_EXERCISED for cell in cells.values())
    ]
    assert idle == []


def test_every_cell_says_its_reach_and_has_a_length_where_a_run_decides() -> None:
    for cells in load().cells.values():
        for cell in cells.values():
            assert cell.assurance
            assert (cell.length is not None) == (cell.assurance == "a run was replayed")
            assert cell.length is None or cell.verdict in {HOLDS, REFUTED}
