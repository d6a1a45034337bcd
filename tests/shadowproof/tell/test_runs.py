"""The runs that are kept with the record: one for each cell that a run refutes, and each breaks what it says it breaks, on the
machines, with its last step and not before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model.notation import NotEnabled
from proofs.answers import record, runs
from proofs.answers.column_cache import protocol_content
from proofs.answers.runs import Kept
from proofs.answers.verdict import REFUTED
from proofs.verdicts.columns import ALL_FAULTS, every_column
from proofs.world.slices import as_asked
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Ends, Step
from shadowproof.tell.argument import Moment, Recorded
from tests.helpers.networks.endless import assert_endless

KEPT = runs.load()
COLUMNS = {column.name: column for column in (*every_column(), ALL_FAULTS)}
STALE = KEPT.protocol != protocol_content()

each_run = pytest.mark.parametrize(
    "kept", KEPT.kept.values(), ids=[f"{name} in {column[:40]}" for name, column in KEPT.kept]
)


def test_they_are_of_this_protocol() -> None:
    assert not STALE, "the kept runs are of another protocol; make them with: shadowproof accept --reason ..."


def test_each_cell_of_the_record_that_a_run_refutes_has_one_as_long_as_it_says() -> None:
    refuted = {
        (name, column): cell.length
        for name, columns in record.load().cells.items()
        for column, cell in columns.items()
        if cell.verdict == REFUTED and cell.length is not None
    }
    assert refuted == {key: len(one.run.steps) for key, one in KEPT.kept.items()}
    assert len(refuted) >= 20


def assert_breaks(kept: Kept) -> None:
    """Raises AssertionError, or NotEnabled where the machines refuse the run."""
    column = COLUMNS[kept.column]
    network, asked = as_asked(PROPERTIES[kept.property], watched())
    recorded, last = Recorded(kept.run, network, column), len(kept.run.steps)
    assert (kept.run.loop is None) == (not isinstance(asked, Ends))
    match asked:
        case Always(term=term):
            assert [Moment(recorded, number).holds(term) for number in range(last + 1)] == [True] * last + [False]
        case Step(term=term):
            kept_by = [Moment(recorded, number, about_step=True).holds(term) for number in range(last)]
            assert kept_by == [True] * (last - 1) + [False]
        case Ends():
            assert_endless(network, column, asked, kept.run)
            assert kept.reason
        case _:
            pytest.fail(f"a run refutes no property of the kind {asked.kind}")


@each_run
def test_it_breaks_just_what_it_says_with_its_last_step(kept: Kept) -> None:
    if STALE:
        pytest.skip("of another protocol")
    assert_breaks(kept)
    assert len(kept.run.shapes) <= kept.vms
    assert COLUMNS[kept.column].faults or COLUMNS[kept.column].readings or kept.column == "no fault"


def _wrong(kept: Kept) -> dict[str, Kept]:
    """A run without its last step, one with a step more, and one that is said to break something else."""
    run = kept.run
    shorter = replace(run, steps=run.steps[:-1], loop=None if run.loop is None else run.loop - 1)
    doubled = replace(run, steps=(*run.steps[:1], *run.steps))
    return {"cut": replace(kept, run=shorter), "doubled": replace(kept, run=doubled)}


def test_a_run_that_is_not_as_it_should_be_is_noticed() -> None:
    if STALE:
        pytest.skip("of another protocol")
    noticed, some = 0, list(KEPT.kept.values())[::8]
    for kept in some:
        for wrong in _wrong(kept).values():
            with pytest.raises((AssertionError, NotEnabled, ValueError)):
                assert_breaks(wrong)
            noticed += 1
    assert noticed == 2 * len(some)
