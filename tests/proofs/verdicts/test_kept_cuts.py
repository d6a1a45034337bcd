"""The cut sets that are kept are those of the protocol as it is, and agree with the record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from model.protocol import PROTOCOL
from proofs.answers.column_cache import protocol_content
from proofs.answers.memory import replays
from proofs.answers.record import load as load_record
from proofs.answers.runs import load_for
from proofs.answers.verdict import REFUTED, Verdict
from proofs.verdicts.columns import BASE
from proofs.verdicts.combined.cuts import Cuts, combined, cut_sets, elements
from proofs.verdicts.combined.kept_cuts import (
    HEADLINE,
    PATH,
    KeptCut,
    KeptCuts,
    KeptCutsError,
    dump,
    load,
    runs_of,
)
from proofs.verdicts.combined.pairs import parts
from proofs.world.world import Column
from shadowproof import ask
from tests.helpers.nightly import nightly

KEPT = load(protocol_content())
PAIR = Column(frozenset({"failure_ignored", "volume_missing"}))


def disagree(found: KeptCuts) -> set[tuple[str, int | None]]:
    """Single faults and readings of which the record says something else: column, and steps of the shortest run."""
    record = load_record()
    cells = {(column.name, record.cell(found.property, column.name)) for column in (BASE, *elements())}
    recorded = {(name, cell.length) for name, cell in cells if cell is not None and cell.verdict == REFUTED}
    return recorded ^ {(cut.column.name, cut.steps) for cut in found.sets if len(parts(cut.column)) < 2}


def test_each_headline_promise_has_its_own() -> None:
    assert tuple(KEPT) == HEADLINE, "shadowproof cuts --record makes them anew"
    assert all((one.size, one.of_faults) == (2, 3) for one in KEPT.values())
    assert all(one.columns == len(combined(2, of_faults=3)) for one in KEPT.values())
    assert sum(len(one.sets) for one in KEPT.values()) > 20


@pytest.mark.parametrize("name", HEADLINE)
def test_what_breaks_it_alone_is_what_the_record_says(name: str) -> None:
    found = KEPT[name]
    assert disagree(found) == set()
    assert disagree(replace(found, sets=(*found.sets, KeptCut(Column(frozenset({"nobody"})), 3))))
    for alone in [cut for cut in found.sets if len(parts(cut.column)) < 2][:1]:
        assert disagree(replace(found, sets=tuple(cut for cut in found.sets if cut != alone)))


def test_each_cut_set_has_a_run_that_the_machines_execute() -> None:
    """With the record, or beside it: as many steps as are told, the last of which breaks the promise."""
    recorded, beside = load_for(protocol_content()), {(one.property, one.column): one for one in runs_of(KEPT)}
    assert beside
    for name, found in KEPT.items():
        for cut in found.sets:
            assert recorded.of(name, cut.column.name) or (name, cut.column.name) in beside
    for (name, column), one in beside.items():
        (cut,) = (cut for cut in KEPT[name].sets if cut.column.name == column)
        assert cut.run == one.run
        assert len(one.run.steps) == cut.steps
        assert replays(one.run, PROTOCOL, cut.column.faults)
        assert not replays(replace(one.run, steps=one.run.steps[1:]), PROTOCOL, cut.column.faults)


@pytest.mark.parametrize("name", HEADLINE)
def test_none_holds_another(name: str) -> None:
    sets = [set(map(str, parts(cut.column))) for cut in KEPT[name].sets]
    assert not any(one < other for one in sets for other in sets)


@nightly
@pytest.mark.parametrize("name", HEADLINE)
def test_they_are_found_again(name: str) -> None:
    again = cut_sets(name, 2, of_faults=3)
    assert {(column, one.length) for column, one in again.sets} == {(cut.column, cut.steps) for cut in KEPT[name].sets}
    assert again.open == KEPT[name].open


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    found = Cuts(
        HEADLINE[0], 2, ((PAIR, Verdict(HEADLINE[0], PAIR.name, REFUTED, "a run was replayed")),), (BASE,), 7, 5
    )
    path = tmp_path / PATH.name
    path.write_text(dump("of this", [found]).replace('"steps": null', '"steps": 4'), encoding="utf-8")
    assert load("of this", path) == {HEADLINE[0]: KeptCuts(HEADLINE[0], 2, (KeptCut(PAIR, 4),), (BASE,), 7, 5)}
    assert load("of another", path) == {}
    run = next(iter(load_for(protocol_content()).kept.values())).run
    shown = Cuts(HEADLINE[0], 2, ((PAIR, replace(found.sets[0][1], run=run)),), (), 7, 5)
    path.write_text(dump("of this", [shown]), encoding="utf-8")
    (cut,) = load("of this", path)[HEADLINE[0]].sets
    assert cut.run == run


def test_they_are_called_as_a_question_calls_them() -> None:
    """Else the run of one is not found: on 2026-11-29 that of READ-4 with READ-14 was not."""
    assert [cut.column for one in KEPT.values() for cut in one.sets if asked(cut.column) != cut.column] == []


def asked(column: Column) -> Column:
    return ask.column(sorted(column.faults), [f"{name}={value}" for name, value in column.readings])


def test_each_cut_set_has_a_line_of_its_own() -> None:
    """So that a change reads as a change."""
    lines = PATH.read_text("utf-8").splitlines()
    assert sum('"steps":' in line for line in lines if line.startswith('  {"faults"')) == sum(
        len(one.sets) for one in KEPT.values()
    )


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": "shadowproof-kept-cuts/0"}', '{"schema": "shadowproof-kept-cuts/1"}']
)
def test_what_is_damaged_is_said_to_be(tmp_path: Path, text: str) -> None:
    path = tmp_path / PATH.name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KeptCutsError, match=r"cut_sets.json cannot be read .* shadowproof cuts --record"):
        load("of this", path)
