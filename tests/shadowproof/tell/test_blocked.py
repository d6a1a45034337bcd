"""A session that waits for ever since a table lacks a row, or an event asks for more: told is which, of whom, and where it stands."""

from __future__ import annotations

import pytest

from model.actors.power import Note, Power, note, power
from model.actors.requester import Requester
from model.actors.writer import Doing, doing
from model.notation import Network, Shape, Term, all_of
from model.notation.changes import rows_of, with_event, with_sources, with_table
from model.notation.run import Index
from model.protocol import PROTOCOL
from proofs.answers.verdict import REFUTED, RunFound, Verdict
from proofs.verdicts.columns import BASE
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Ends
from shadowproof.tell import allowed
from shadowproof.tell.allowed import missing
from shadowproof.tell.argument import Recorded
from shadowproof.tell.blocked import Hole, Lack, lacks
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
FINISHED: list[tuple[str, Index]] = [
    ("vm_given_back", VM), ("post_snapshot_succeeded", HOST), ("snapshot_set_made", HOST), ("status_is_good", HOST),
    ("files_copied", HOST), ("success_reported", HOST), ("backup_completed", HOST), ("released", HOST),
]  # fmt: skip


def started(begins: str, network: Network) -> tuple[tuple[Shape, ...], Starts]:
    """One VM that cannot be backed up while it runs."""
    shapes, starts = vm_starts([f"power={begins},snapshot_location=OTHER_VOLUME"], network)
    return tuple(shapes), starts


def told(network: Network, steps: list[tuple[str, Index]], begins: str, column: Column = BASE) -> str:
    """The reason at the end of the story of a run that waits."""
    run = RunFound(*started(begins, network), tuple(steps), len(steps))
    found = Verdict(ENDS.name, column.name, REFUTED, "a run was replayed", vms=1, run=run)
    text = story(run, watched(network), ENDS, column, found)
    return " ".join(text[text.index("broken:") :].split())


def end_of(network: Network, steps: list[tuple[str, Index]], begins: str) -> Recorded:
    return Recorded(RunFound(*started(begins, network), tuple(steps)), watched(network), BASE)


def lacking(network: Network, steps: list[tuple[str, Index]], begins: str) -> list[Lack]:
    """What is told to lack at the end of a run that waits."""
    assert isinstance(ENDS, Ends)
    return missing(end_of(network, steps, begins), [("requester", HOST)], ENDS)


def test_the_row_that_is_missing_and_those_that_there_are() -> None:
    network = with_table(PROTOCOL, "power", with_sources(rows_of(PROTOCOL, "power"), "vm_saved", Power.PAUSED))
    place = next(move.place for move in network.actors["power"].moves if move.event == "vm_saved")
    said = told(network, BEGUN, "RUNNING")
    assert said.endswith(
        "after step 7 it waits for ever: requester snapshotting since step 7 (inside DoSnapshotSet); vm 1 is running, and "
        f"vm_saved has no row from RUNNING in power, only from PAUSED ({place}); or vm 1 is running, and vm_has_nothing_to_save needs that "
        f"power is off or saved ({network.events['vm_has_nothing_to_save'].place})."
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


@pytest.mark.parametrize("begins", ["PAUSED", "RUNNING"])
def test_the_row_is_found_through_any_number_of_machines(begins: str) -> None:
    """From the requester by way of VSS, the writer and what it waits for, to the VM."""
    network = with_table(PROTOCOL, "power", with_sources(rows_of(PROTOCOL, "power"), "vm_saved", Power.OFF))
    first = lacking(network, BEGUN, begins)[0]
    assert first == Hole("vm_saved", VM, "power", VM, begins)


def needing(event: str, term: Term) -> Network:
    """The protocol with a condition more."""
    return with_event(PROTOCOL, event, when=all_of(PROTOCOL.events[event].when, term))


def test_the_condition_that_does_not_hold() -> None:
    network = needing("vm_saved", power.is_(Power.PAUSED))
    said = told(network, BEGUN, "RUNNING")
    place = PROTOCOL.events["vm_saved"].place
    assert (
        f"snapshotting since step 7 (inside DoSnapshotSet); vm 1 is running, and vm_saved needs that power is paused ({place})"
        in said
    )
    assert place.file == "model/events/prepare_for_snapshot.py"


def test_what_the_other_brings_about_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """PrepareForSnapshot would return, if not all VMs had to be done; but all are, once this one is saved."""
    monkeypatch.setattr(allowed, "MOST", 99)
    network = needing("vm_saved", power.is_(Power.PAUSED))
    recorded = end_of(network, BEGUN, "RUNNING")
    assert isinstance(ENDS, Ends)
    near = [one.event for one in lacks(recorded, [("requester", HOST)], ENDS.without)]
    assert {"prepare_for_snapshot_succeeded", "vm_saved"} <= set(near)
    told_of = {one.event for one in lacking(network, BEGUN, "RUNNING")}
    assert "vm_saved" in told_of
    assert "prepare_for_snapshot_succeeded" not in told_of


def test_a_condition_of_the_host() -> None:
    network = needing("prepare_for_snapshot_succeeded", ~doing.is_(Doing.PREPARE_FOR_SNAPSHOT))
    said = told(network, [*BEGUN, SNAPSHOT[0]], "RUNNING")
    assert (
        "; doing of the host is prepare for snapshot, and prepare_for_snapshot_succeeded needs that doing is not"
        in said
    )


def test_where_two_things_lack_none_of_them_is_told() -> None:
    network = needing("vm_saved", all_of(power.is_(Power.PAUSED), note.is_(Note.RUNNING)))
    assert isinstance(ENDS, Ends)
    near = lacks(end_of(network, BEGUN, "RUNNING"), [("requester", HOST)], ENDS.without)
    assert "vm_has_nothing_to_save" in {one.event for one in near}
    assert "vm_saved" not in {one.event for one in near}


def test_what_does_not_help_is_not_told() -> None:
    """Without the row by which the session ends, no VM that is saved makes it end."""
    rows = [row for row in rows_of(PROTOCOL, "requester") if row.event not in {"released", "backup_aborted"}]
    network = with_event(with_table(PROTOCOL, "requester", rows), "vm_saved", when=power.is_(Power.PAUSED))
    helped = with_event(PROTOCOL, "vm_saved", when=power.is_(Power.PAUSED))
    assert "vm_saved" in {one.event for one in lacking(helped, BEGUN, "RUNNING")}
    assert "vm_saved" not in {one.event for one in lacking(network, BEGUN, "RUNNING")}


def test_after_so_many_states_it_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    network = needing("vm_saved", power.is_(Power.PAUSED))
    assert lacking(network, BEGUN, "RUNNING")
    monkeypatch.setattr(allowed, "STATES", 5)
    assert lacking(network, BEGUN, "RUNNING") == []


def test_a_machine_that_no_longer_stays() -> None:
    """It stayed where no other row fitted, and its only row is from another state."""
    rows = [row for row in rows_of(PROTOCOL, "context") if row.event != "backup_shutdown_returned" or row.sources]
    network = with_table(PROTOCOL, "context", rows)
    assert (
        "; context of the host is autorecoverable, and backup_shutdown_returned has no row from AUTORECOVERABLE in context, "
        in told(network, BEGUN + SNAPSHOT + FINISHED, "RUNNING")
    )


def test_from_what_has_no_row_it_is_looked_further_back() -> None:
    """The child's backup does not complete from here, which is not for a row that it lacks: its Thaw is not possible."""
    rows = [row for row in rows_of(PROTOCOL, "child_writers") if row.event != "child_thaws" or row.sources]
    network = with_table(PROTOCOL, "child_writers", rows)
    child = [
        "child_backup_begins",
        "child_prepares_for_backup",
        "child_prepares_for_snapshot",
        "child_freezes",
        "child_snapshot_taken",
    ]
    steps = BEGUN + [(event, VM) for event in child]
    recorded = Recorded(
        RunFound(*vm_starts(["power=RUNNING,child_writers=ABSENT"], network), tuple(steps)), watched(network), BASE
    )
    assert isinstance(ENDS, Ends)
    assert missing(recorded, [("requester", HOST)], ENDS) == [Hole("child_thaws", VM, "child_writers", VM, "ABSENT")]


def test_a_machine_whose_own_table_leads_nowhere() -> None:
    rows = with_sources(rows_of(PROTOCOL, "requester"), "released", Requester.ABORTED)
    network = with_table(PROTOCOL, "requester", rows)
    said = told(network, BEGUN + SNAPSHOT + FINISHED[:-1], "RUNNING")
    place = network.actors["requester"].place
    assert said.endswith(
        f"; requester of the host is completed, and no row of requester leads on from COMPLETED ({place})."
    )
