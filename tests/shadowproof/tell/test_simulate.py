"""Simulated runs: the machines take them, a seed says which, the faults that are asked for happen; and what is written is played."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from model.protocol import PROTOCOL
from proofs.answers.record import load
from proofs.answers.verdict import REFUTED
from proofs.world.world import Column
from shadowproof.ask import AskError
from shadowproof.cli import app
from shadowproof.tell.playing.play import main_protocol, play
from shadowproof.tell.playing.play_report import schema_text
from shadowproof.tell.playing.simulate import STEPS, ending, kind, simulate
from shadowproof.tell.playing.start import Wanted, vm_starts, wanted
from shadowproof.tell.playing.typed import TAKES, Typed, command, read_events, vm_text

SUBJECT = main_protocol()
PAUSED, RUNNING = "power=PAUSED", "power=RUNNING"


def drawn(what: str, seed: int, *faults: str, vms: tuple[str, ...] = (PAUSED,)):  # type: ignore[no-untyped-def] # what simulate gives
    shapes, starts = vm_starts(vms, PROTOCOL)
    column = Column(frozenset(faults))
    found = simulate(SUBJECT, shapes, starts, column, kind(what), seed)
    return found, play(SUBJECT, shapes, starts, column, [Wanted(*step, "") for step in found.steps])


@pytest.mark.parametrize("what", ["backup", "restore"])
def test_it_begins_as_is_asked_and_ends_when_no_session_is_open(what: str) -> None:
    kinds, cells = set(), load().cells
    for seed in range(6):
        found, done = drawn(what, seed, vms=(PAUSED, RUNNING))
        assert done.refused == []
        assert done.run.steps == found.steps
        assert [name for name, _ in found.steps if name.endswith("_initialized")] == [kind(what)]
        assert found.steps[0][0] == kind(what)
        assert done.at_rest
        assert 2 <= len(found.steps) < STEPS
        assert (found.silenced, found.missing) == ((), ())
        assert all(cells[one.property.name]["no fault"].verdict == REFUTED for one in done.broken), done.broken
        kinds.add(found.steps)
    assert len(kinds) >= 4


def test_the_same_seed_draws_the_same() -> None:
    first, again, other = (drawn("backup", seed, "requester_vanishes")[0] for seed in (5, 5, 6))
    assert first == again
    assert first.steps != other.steps


@pytest.mark.parametrize(
    "fault", ["requester_vanishes", "vm_cannot_be_saved", "provider_fails", "provider_cannot_auto_recover"]
)
def test_a_fault_that_is_asked_for_happens(fault: str) -> None:
    found, done = drawn("backup", 1, fault)
    assert found.missing == ()
    assert fault in {PROTOCOL.events[name].fault for name, _ in found.steps}
    assert done.refused == []


def test_what_a_fault_silences_never_comes_and_is_said() -> None:
    found, done = drawn("backup", 3, "guest_hangs", vms=(RUNNING,))
    assert found.missing == ()
    assert not done.at_rest
    said = "".join(ending(found, 3))
    assert "Nobody goes on: child_" in said
    assert " never comes (guest_hangs)." in said
    assert said.endswith("The same again: --seed 3")


def test_a_fault_that_cannot_happen_is_said_to_be_missing() -> None:
    found, done = drawn("backup", 1, "registration_fails")
    assert found.missing == ("registration_fails",)
    assert "In none of 200 runs that were drawn did this happen: registration_fails." in "".join(ending(found, 1))
    assert done.refused == []


def test_only_a_backup_or_a_restore() -> None:
    with pytest.raises(AskError, match="Write backup or restore"):
        kind("bakcup")


# -- what is written, and typed, is played ----------------------------------------------------------------------------------

ODD = "disks=2,disk_kind#2=ISCSI,power=RUNNING,adapters=0"


def test_what_simulate_writes_play_reads(tmp_path: Path) -> None:
    target, again = tmp_path / "run.json", tmp_path / "again.json"
    asked = ["--vm", ODD, "--vm", PAUSED, "--fault", "requester_vanishes", "--reading", "READ-1=INSIDE"]
    one = CliRunner().invoke(app, ["simulate", *asked, "--seed", "8", "--json", str(target)])
    two = CliRunner().invoke(app, ["play", "--file", str(target), "--json", str(again)])
    assert (one.exit_code, two.exit_code) in {(0, 0), (1, 1)}, two.output
    written = json.loads(target.read_text("utf-8"))
    jsonschema.validate(written, json.loads(schema_text()))
    assert written == json.loads(again.read_text("utf-8"))
    assert written["assuming"] == {"faults": ["requester_vanishes"], "readings": {"READ-1": "INSIDE"}}
    assert one.stdout.startswith("simulate: ")
    story, _, _ = one.stdout.partition("The same again:")
    assert two.stdout.splitlines()[1:] == story.splitlines()[1:]
    both = CliRunner().invoke(app, ["play", "--file", str(target), "--vm", PAUSED])
    assert "Leave --vm, --fault and --reading out" in str(both.exception)


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        ("{", "not the shape of a run"),
        ('{"schema": "shadowproof-verify/1"}', "'shadowproof-verify/1', which is no run"),
        ('{"schema": "shadowproof-play/1"}', "not the shape of a run"),
        (json.dumps({"schema": "shadowproof-play/1", "assuming": {"faults": ["x"], "readings": {}}}), "no fault 'x'"),
        (
            json.dumps(
                {"schema": "shadowproof-play/1", "assuming": {"faults": [], "readings": {}}, "vms": [], "events": []}
            ),
            "holds no VM",
        ),
        (
            json.dumps(
                {
                    "schema": "shadowproof-play/1", "assuming": {"faults": [], "readings": {}},
                    "vms": [{"parts": {}, "start": {"power": "PAUSED,disks=3"}}], "events": [],
                }
            ),
            "not the shape of a run",
        ),
        ('{"a":' * 100_000, "not the shape of a run"),
        ("# nothing\n", "holds no event"),
        ("[1,2]", "is no run: what it begins with"),
    ],
)  # fmt: skip
def test_what_is_no_run_is_refused_in_a_sentence(tmp_path: Path, data: str, hint: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(data, "utf-8")
    with pytest.raises(AskError, match=hint) as refused:
        read_events(path)
    assert "\n" not in str(refused.value)
    assert str(refused.value).endswith(TAKES) == ("no fault" not in hint)


def test_an_event_of_a_run_that_there_is_not_is_named_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    vms = [{"parts": {"disk": 1}, "start": {"power": "PAUSED"}}]
    events = [{"event": "context_set", "member": []}, {"event": "vm_eaten", "member": [1]}]
    nothing: dict[str, object] = {"faults": [], "readings": {}}
    path.write_text(
        json.dumps({"schema": "shadowproof-play/1", "assuming": nothing, "vms": vms, "events": events}), "utf-8"
    )
    read = read_events(path)
    assert isinstance(read, Typed)
    with pytest.raises(AskError, match=r"run\.json, event 2: There is no event 'vm_eaten'"):
        wanted(read.events, vm_starts(read.vms, PROTOCOL)[0], PROTOCOL)


@pytest.mark.parametrize("text", ["", PAUSED, ODD, "power=GONE", "power=SAVED,disks=0,adapters=2"])
def test_a_vm_is_typed_by_what_it_takes_and_no_more(text: str) -> None:
    shapes, starts = vm_starts([text], PROTOCOL)
    said = vm_text(0, shapes[0], starts, PROTOCOL)
    assert vm_starts([said], PROTOCOL) == (shapes, starts)
    assert len(said.split(",")) <= max(1, len(text.split(",")))


def test_the_command_that_plays_a_run() -> None:
    shapes, starts = vm_starts([PAUSED, ""], PROTOCOL)
    column = Column(frozenset({"requester_vanishes"}))
    steps = (("backup_initialized", ()), ("vm_saved", (0,)))
    assert command(shapes, starts, column, steps, PROTOCOL) == (
        "shadowproof play --vm power=PAUSED --vm '' --fault requester_vanishes backup_initialized vm_saved@1"
    )
