"""All combinations of readings: what is kept agrees with the record, rows stand for just what broke, and what follows is right."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from model.readings import READINGS
from proofs.answers import cache
from proofs.answers.column_cache import protocol_content
from proofs.answers.record import load as load_record
from proofs.answers.verdict import NOT_EXERCISED, REFUTED
from proofs.verdicts import check as checking
from proofs.verdicts.combined import closing
from proofs.verdicts.combined.closing import block_of
from proofs.verdicts.combined.combinations import (
    BLOCKS,
    FAILURES,
    Block,
    CombinationsError,
    Row,
    best,
    column_of,
    conflicts,
    dump,
    interacting,
    load,
    rows,
)
from proofs.verdicts.known.witnesses import Seen
from proofs.views.labelled import family_proof
from proofs.world.world import Column

KEPT, RECORD = load(), load_record()
STATES = {one.actor.name: one.actor.states for one in READINGS}


def _recorded(block: Block, chosen: dict[str, str]) -> set[str]:
    """What is refuted without faults; where it does not come to that without a VM that fails, what is refuted with one."""
    failing = Column(FAILURES).name
    found = set()
    for name in block.asked:
        cell = RECORD.cell(name, column_of(chosen).name)
        if cell is not None and cell.verdict == NOT_EXERCISED:
            cell = RECORD.cell(name, failing)
        if cell is not None and cell.verdict == REFUTED:
            found.add(name)
    return found


def _differences(block: Block) -> list[str]:
    """Where the combinations that the record has too are judged otherwise there: the default, and each other reading alone."""
    alone = [chosen for chosen in block.all() if len(column_of(chosen).readings) <= 1]
    assert len(alone) == 1 + sum(len(STATES[name]) - 1 for name in block.readings)
    return [
        f"{column_of(chosen).name}: {sorted(broken ^ recorded)}"
        for chosen in alone
        if (broken := set(block.breaks(chosen))) != (recorded := _recorded(block, chosen))
    ]


def test_what_is_kept_is_of_todays_protocol() -> None:
    assert KEPT.protocol == protocol_content(), "work the combinations out anew: shadowproof letter --anew"


def test_every_reading_is_combined_once() -> None:
    assert sorted(name for block in BLOCKS for name in block) == sorted(STATES)
    assert tuple(one.readings for one in KEPT.blocks) == BLOCKS


@pytest.mark.parametrize("block", KEPT.blocks, ids=lambda one: one.readings[0])
def test_what_is_kept_agrees_with_the_record(block: Block) -> None:
    assert _differences(block) == []
    assert len(block.asked) > 150


@pytest.mark.parametrize("block", KEPT.blocks, ids=lambda one: one.readings[0])
def test_a_row_that_is_lost_is_noticed(block: Block) -> None:
    name = next(iter(block.broken))
    lost = replace(block, broken={**block.broken, name: ()})
    assert _differences(lost)


@pytest.mark.parametrize("block", KEPT.blocks, ids=lambda one: one.readings[0])
def test_each_row_has_its_run(block: Block) -> None:
    for found in block.broken.values():
        for row in found:
            assert row.has({**{n: STATES[n][0] for n in block.readings}, **row.shown})
            assert (row.steps is None) == row.open


def test_closed_anew_it_is_the_same() -> None:
    readings, names = ("READ-1", "READ-14"), ("no-vm-left-saved", "undone-in-post-snapshot")
    small = block_of(readings, names)
    assert small.asked
    assert set(small.asked) <= set(names)
    others = {name: STATES[name][0] for name in KEPT.blocks[0].readings}
    for chosen in small.all():
        assert small.breaks(chosen) == KEPT.blocks[0].breaks({**others, **chosen}) & set(names)


def test_where_no_run_is_found_it_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "_judged_alone", lambda name, chosen: None)
    found = block_of(("READ-1", "READ-14"), ("no-vm-left-saved",))
    assert all(row.open and row.steps is None for row in found.broken["no-vm-left-saved"])
    assert not any(found.breaks(one) for one in found.all())
    assert any(found.leaves_open(one) for one in found.all())


def test_a_run_is_tried_in_every_combination(monkeypatch: pytest.MonkeyPatch) -> None:
    alone, judged = [], closing._judged_alone

    def noted(name: str, chosen: closing.Chosen) -> Seen | None:
        alone.append(chosen)
        return judged(name, chosen)

    monkeypatch.setattr(closing, "_judged_alone", noted)
    found = block_of(("READ-2", "READ-11", "READ-14"), ("no-vm-left-saved",))
    assert sum(1 for one in found.all() if found.breaks(one)) == len(STATES["READ-11"])
    assert len(alone) == 1


@pytest.fixture
def cached(tmp_path: Path) -> Iterator[None]:
    cache.use(tmp_path)
    yield
    cache.use(None)


@pytest.mark.usefixtures("cached")
def test_what_was_worked_out_is_not_worked_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgotten() -> None:
        for module, name in ((family_proof, "_SHOWN"), (checking, "_JUDGED")):
            monkeypatch.setattr(module, name, {})

    def closed(*_: object) -> None:
        raise AssertionError("views are closed again")

    asked = (("READ-2", "READ-14"), ("no-vm-left-saved",))
    forgotten()
    first = block_of(*asked)
    forgotten()
    monkeypatch.setattr(family_proof, "Labelled", closed)
    assert block_of(*asked) == first
    cache.use(None)
    forgotten()
    with pytest.raises(AssertionError, match="closed again"):
        block_of(*asked)


def test_rows_stand_for_just_what_broke() -> None:
    block = Block(("READ-1", "READ-2", "READ-14"), (), {}, 0)
    broken = [
        c
        for c in block.all()
        if (c["READ-1"] in {"NEVER", "INSIDE"} and c["READ-2"] == "YES") or c["READ-14"] != "ANY_TIME"
    ]
    found = [Row(values, {}, 1) for values in rows(broken, block)]
    assert [c for c in block.all() if any(row.has(c) for row in found)] == broken
    assert sorted(interacting(replace(block, broken={"p": tuple(found)}))) == [("READ-1", "READ-2"), ("READ-14",)]


def test_conflicts_are_the_smallest_sets_that_cannot_be_kept_together() -> None:
    veto, skipped = Row({"READ-6": ("VETO",)}, {}, 1), Row({"READ-6": ("SKIPPED",)}, {}, 1)
    block = Block(
        ("READ-6", "READ-2"), ("a", "b", "c", "d"), {"a": (veto,), "b": (skipped,), "c": (Row({}, {}, 1),), "d": ()}, 0
    )
    assert conflicts(block) == [("c",), ("a", "b")]
    chosen, lost = best(block)
    assert len(chosen) == len(list(product((0, 1), repeat=2)))
    assert lost == {"c"}


def test_too_many_and_none_are_refused() -> None:
    for readings in ((), tuple(STATES)):
        with pytest.raises(ValueError, match="name readings"):
            block_of(readings)


def test_what_is_kept_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_text(dump(KEPT), encoding="utf-8")
    assert load(path) == KEPT
    for damaged in ("{", "[]", '{"schema": "another"}', dump(KEPT)[:200]):
        path.write_text(damaged, encoding="utf-8")
        with pytest.raises(CombinationsError, match="letter --anew"):
            load(path)
