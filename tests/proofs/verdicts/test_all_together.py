"""All faults together: what closed sets show of them is kept with what it is of, and believed of nothing else."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from proofs.answers import record
from proofs.answers.column_cache import protocol_content
from proofs.answers.record import Cell, Record
from proofs.answers.verdict import CLOSED, HOLDS, REFUTED, UNDECIDED, Verdict
from proofs.verdicts import all_together
from proofs.verdicts.all_together import AllFaultsError, dump, load
from proofs.verdicts.columns import ALL_FAULTS, fault_columns
from proofs.verdicts.suite import TOGETHER, Task, judge_columns
from proofs.verdicts.together import shown, units
from proofs.views.proof import Proof
from proofs.world.scope import Scope
from proofs.world.world import Column
from shadowproof.ask import AskError, column
from shadowproof.verify.asked import question
from shadowproof.verify.report import Verification
from shadowproof.verify.summary import summary
from shadowproof.verify.verify import judge
from tests.helpers.nightly import nightly

NAME = "files-after-every-pre-restore"
SHOWN = {NAME: Proof(NAME, holds=True, exercised=True, views=7, cached=True)}
OPEN = {NAME: Proof(NAME, holds=False, exercised=True, views=7, cached=True)}
TASKS: list[Task] = [
    (Column(frozenset({"guest_hangs"})), [NAME], TOGETHER),
    (ALL_FAULTS, [NAME], Scope(vms=1, limit=200, counts=False)),
]
"""With another column, which is kept when all faults together are asked again: a run without faults is at hand then too."""


def test_it_is_read_as_it_was_written_and_of_no_other_protocol(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_text(dump("this", SHOWN | {"b": Proof("b", holds=False, exercised=False, views=1)}), "utf-8")
    assert load("this", path)[NAME] == SHOWN[NAME]
    assert not load("this", path)["b"].holds
    assert load("another", path) == {}
    assert load("this", tmp_path / "none.json") == {}


@pytest.mark.parametrize("damage", ["", "[]", "{", '"shown"', "no schema", "true for a number", "a number for true"])
def test_what_is_damaged_is_not_believed(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "kept.json"
    data = json.loads(dump("this", SHOWN))
    if damage == "no schema":
        damage = json.dumps({**data, "schema": "another"})
    elif damage == "true for a number":
        damage = json.dumps({**data, "shown": {NAME: [True, True, "7"]}})
    elif damage == "a number for true":
        damage = json.dumps({**data, "shown": {NAME: [7, True, 7]}})
    path.write_text(damage, "utf-8")
    with pytest.raises(AllFaultsError, match=r"kept\.json cannot be read .* Restore it"):
        load("this", path)


def test_what_is_kept_is_of_this_protocol_and_fits_the_record() -> None:
    """What holds whatever faults come together holds with each alone: the record has to say so."""
    kept, recorded = load(protocol_content()), record.load()
    holding = [name for name, one in kept.items() if one.holds]
    assert len(holding) > 100
    for name in holding:
        for fault in fault_columns():
            cell = recorded.cell(name, fault.name)
            assert cell is None or cell.verdict not in {REFUTED, UNDECIDED}, (name, fault.name)
        cell = recorded.cell(name, ALL_FAULTS.name)
        assert cell is not None
        assert cell.verdict != REFUTED, name


def test_one_set_of_it_is_as_it_is_closed_now() -> None:
    (unit,) = units([ALL_FAULTS], [NAME])
    found = shown(unit)[NAME]
    kept = load(protocol_content())[NAME]
    assert (not found.broken, bool(found.exercised), found.views[0]) == (kept.holds, kept.exercised, kept.views)


@nightly
def test_all_of_it_is_as_it_is_closed_now() -> None:
    assert all_together.prove_all() == load(protocol_content())


def verdict(all_faults: dict[str, Proof], recorded: str) -> Verification:
    cells = {NAME: {ALL_FAULTS.name: Cell(recorded, CLOSED, None)}}
    return judge(TASKS, Record(cells), compared=False, console=Console(file=StringIO()), all_faults=all_faults)


def with_all(found: Verification) -> list[Verdict]:
    return list(found.verdicts[ALL_FAULTS])


class TestAPromise:
    def test_that_is_shown_holds_if_it_was_put_to_the_test(self) -> None:
        (found,) = with_all(verdict(SHOWN, HOLDS))
        assert (found.verdict, found.assurance, found.views) == (HOLDS, CLOSED, 7)

    def test_that_is_not_shown_is_searched(self) -> None:
        (found,) = with_all(verdict(OPEN, UNDECIDED))
        assert found.verdict == UNDECIDED

    def test_of_which_nothing_is_known_is_not_judged_where_the_record_knows(self) -> None:
        """The protocol is another: that a bounded search found nothing is no news."""
        assert with_all(verdict({}, HOLDS)) == []
        assert any("with all faults together not judged" in line for line in summary(verdict({}, HOLDS)))
        assert not any("not judged" in line for line in summary(verdict(SHOWN, HOLDS)))
        assert [one.verdict for one in with_all(verdict({}, UNDECIDED))] == [UNDECIDED]

    def test_is_kept_apart_by_what_was_shown(self, tmp_path: Path) -> None:
        """Judged without, it is judged again with it."""
        for proved, wanted in (({}, UNDECIDED), ({ALL_FAULTS: OPEN}, UNDECIDED), ({ALL_FAULTS: SHOWN}, HOLDS)):
            (found,) = judge_columns(TASKS, jobs=1, cache=tmp_path, proved=proved)[ALL_FAULTS]
            assert found.verdict == wanted


@pytest.mark.parametrize("more", [{"full": True}, {"changed": True}, {"one": True}])
def test_it_is_asked_with_what_is_recorded(more: dict[str, bool]) -> None:
    with pytest.raises(AskError, match="Leave --all-faults out"):
        question([NAME], column([], [], no_fault=False), 2, all_faults=True, **{"one": False, **more})  # type: ignore[arg-type]  # options by name
