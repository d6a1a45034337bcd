"""All combinations of readings: what is kept agrees with the record, rows stand for just what broke, and what follows is right."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from model.readings import READINGS
from proofs.answers.column_cache import protocol_content
from proofs.answers.record import load as load_record
from proofs.answers.verdict import REFUTED
from proofs.verdicts.combined.combinations import (
    BLOCKS,
    Block,
    CombinationsError,
    Row,
    best,
    block_of,
    column_of,
    conflicts,
    dump,
    interacting,
    load,
    rows,
)

KEPT, RECORD = load(), load_record()
STATES = {one.actor.name: one.actor.states for one in READINGS}


def _recorded(block: Block, chosen: dict[str, str]) -> set[str]:
    cells = {name: RECORD.cell(name, column_of(chosen).name) for name in block.asked}
    return {name for name, cell in cells.items() if cell is not None and cell.verdict == REFUTED}


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
