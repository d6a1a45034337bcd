"""A session that waits for ever since a table lacks a row: told is which row, of whom, and where the table stands."""

from __future__ import annotations

import pytest

from model.actors.power import Power
from model.notation import Network, Shape
from model.notation.changes import rows_of, with_sources, with_table
from model.notation.run import Index
from model.protocol import PROTOCOL
from proofs.answers.verdict import REFUTED, RunFound, Verdict
from proofs.verdicts.columns import BASE
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Ends
from shadowproof.tell.argument import Recorded
from shadowproof.tell.blocked import holes
from shadowproof.tell.playing.start import Starts, vm_starts
from shadowproof.tell.story import story

ENDS = PROPERTIES["every-session-ends"]
HOST, VM = (), (0,)
BEGUN: list[tuple[str, Index]] = [
    ("backup_initialized", HOST), ("context_set", HOST), ("writer_metadata_gathered", HOST), ("snapshot_set_started", HOST),
    ("vm_chosen", VM), ("prepared_for_backup", HOST), ("snapshot_set_begun", HOST),
]  # fmt: skip
SNAPSHOT: list[tuple[str, Index]] = [
    ("vm_saved", VM), ("prepare_for_snapshot_succeeded", HOST), ("freeze_delivered", HOST), ("freeze_returned", HOST),
    ("shadow_copies_committed", HOST), ("thaw_delivered", HOST), ("thaw_returned", HOST), ("post_snapshot_delivered", HOST),
]  # fmt: skip


def started(power: str, network: Network) -> tuple[tuple[Shape, ...], Starts]:
    """One VM that cannot be backed up while it runs."""
    shapes, starts = vm_starts([f"power={power},snapshot_location=OTHER_VOLUME"], network)
    return tuple(shapes), starts


def told(network: Network, steps: list[tuple[str, Index]], power: str, column: Column = BASE) -> str:
    """The reason at the end of the story of a run that waits."""
    run = RunFound(*started(power, network), tuple(steps), len(steps))
    found = Verdict(ENDS.name, column.name, REFUTED, "a run was replayed", vms=1, run=run)
    text = story(run, watched(network), ENDS, column, found)
    return " ".join(text[text.index("broken:") :].split())


def test_the_row_that_is_missing_and_those_that_there_are() -> None:
    network = with_table(PROTOCOL, "power", with_sources(rows_of(PROTOCOL, "power"), "vm_saved", Power.PAUSED))
    place = next(move.place for move in network.actors["power"].moves if move.event == "vm_saved")
    said = told(network, BEGUN, "RUNNING")
    assert said.endswith(
        "after step 7 it waits for ever: requester snapshotting since step 7 (inside DoSnapshotSet); vm 1 is running, and "
        f"vm_saved has no row from RUNNING in power, only from PAUSED ({place})."
    )
    assert place.file == "model/actors/power.py"


def test_a_row_that_is_there_and_does_not_fit() -> None:
    rows = rows_of(PROTOCOL, "power")
    back = [row for row in rows if row.event == "vm_given_back" and row.dest is Power.PAUSED]
    assert len(back) == 1
    network = with_table(PROTOCOL, "power", [row for row in rows if row not in back])
    said = told(network, BEGUN + SNAPSHOT, "PAUSED")
    assert (
        "vm 1 is saved, and vm_given_back has no row from SAVED that fits in power, where they need note is running"
        in said
    )
    assert "context" not in said


def test_where_somebody_may_still_go_on_no_row_is_blamed() -> None:
    """Nobody forbids what a guest that hangs does not do."""
    said = told(PROTOCOL, BEGUN, "RUNNING", Column(frozenset({"guest_hangs"})))
    assert "has no row" not in said
    assert "is possible, but" in said


@pytest.mark.parametrize("power", ["PAUSED", "RUNNING"])
def test_the_nearest_is_found_through_any_number_of_machines(power: str) -> None:
    """From the requester by way of VSS, the writer and what it waits for, to the VM."""
    network = with_table(PROTOCOL, "power", with_sources(rows_of(PROTOCOL, "power"), "vm_saved", Power.OFF))
    recorded = Recorded(RunFound(*started(power, network), tuple(BEGUN)), watched(network), BASE)
    assert isinstance(ENDS, Ends)
    (hole,) = holes(recorded, [("requester", HOST)], ENDS.without)
    assert (hole.event, hole.machine, hole.index, hole.state) == ("vm_saved", "power", VM, power)
    assert "only from OFF (" in hole.said(network)
