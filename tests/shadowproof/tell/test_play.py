"""What happens if: the small protocol to the letter, and of the main one what stays as its rules change."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from examples.small_backup import NETWORK, PROPERTIES, Guest, Phase, Power, guest, over, phase, power, vm
from model.notation import Actor, States, after, build, event, every, happens, implies, on, stays
from model.notation.run import NotEnabled
from model.protocol import PROTOCOL
from proofs.answers.verdict import REFUTED
from proofs.verdicts.check import check
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import PROPERTIES as MAIN
from properties.kinds import Property, always, ends, possible, step
from shadowproof.ask import AskError
from shadowproof.tell.playing.play import Played, Subject, main_protocol, play
from shadowproof.tell.playing.play_report import as_json, schema_text, text_of
from shadowproof.tell.playing.start import Starts, Wanted, vm_starts, wanted
from tests.golden import assert_golden
from tests.helpers.command import shadowproof

HERE = Path(__file__).parents[1]
ROOT = HERE.parents[1]

SAVED = fired = happens("vm_saved")
ASIDE: dict[str, Property] = {
    "never-saved": step("No VM is ever saved.", ~SAVED, shows="SB-4", witness=fired),
    "never-frozen": always("No VM is frozen.", every(vm, ~guest.is_(Guest.FROZEN)), shows="SB-5", witness=fired),
    "never-preparing": always("It prepares nothing.", ~phase.is_(Phase.PREPARING_BACKUP), shows="SB-1", witness=fired),
    "comes-to-an-end": ends("It ends.", over, without=["backup_begins"], shows="SB-1", witness=fired),
    "may-be-saved": possible("A VM may be saved.", SAVED, shows="SB-4"),
    "may-be-given-back": possible("A VM may be given back.", happens("vm_given_back"), shows="SB-8"),
    "saved-is-saved": step(
        "What is saved is saved.", every(vm, implies(SAVED, after(power.is_(Power.SAVED)))), shows="SB-4", witness=fired
    ),
}  # fmt: skip
"""Statements of the tests' own, some of them wrong, so that each way to stand is there."""


def _named(found: Property, name: str) -> Property:
    return replace(found, name=name)


SMALL = Subject(
    NETWORK,
    (*PROPERTIES.values(), *(_named(found, name) for name, found in ASIDE.items())),
    phase.is_(Phase.IDLE) | over,
)
TWO = ["prior=RUNNING, eligible=NO", "prior=RUNNING, eligible=YES"]
ASKED = (
    "vm_saved@1", "backup_begins", "snapshot_is_prepared", "vm_saved@1", "vm_saved@2", "guest_prepares@2", "guest_freezes@2",
    "backup_begins", "guest_fails@2", "guest_snapshot_refused@2", "a_vm_has_failed",
)  # fmt: skip


def small(*events: str, vms: list[str] | None = None) -> Played:
    shapes, starts = vm_starts(TWO if vms is None else vms, NETWORK)
    asked = wanted([(event, f"events, line {i}: ") for i, event in enumerate(events, 1)], shapes, NETWORK)
    return play(SMALL, shapes, starts, Column(), asked)


def stands(done: Played) -> dict[str, tuple[str, int | None]]:
    return {one.property.name: (one.state, one.step) for one in done.promises}


def test_golden() -> None:
    assert_golden(HERE / "golden" / "play-small.txt", text_of(small(*ASKED), everything=True))


def test_each_promise_stands_as_the_run_has_it() -> None:
    done = stands(small(*ASKED))
    assert done["never-saved"] == ("broken earlier", 3)
    assert done["never-preparing"] == ("broken earlier", 1)
    assert done["never-frozen"] == ("broken earlier", 5)
    assert done["saved-is-saved"] == ("not broken", None)
    assert done["comes-to-an-end"] == ("not at rest", None)
    assert done["may-be-saved"] == ("reached", 3)
    assert done["may-be-given-back"] == ("not reached", None)
    assert stands(small("backup_begins"))["never-preparing"] == ("broken here", 1)
    assert stands(small(*ASKED[:4]))["never-saved"] == ("broken here", 3)


def test_a_start_may_break_a_promise() -> None:
    saved = always("No VM is saved.", every(vm, ~power.is_(Power.SAVED)), shows="SB-4", witness=fired)
    shapes, starts = vm_starts(["prior=SAVED"], NETWORK)
    subject = Subject(NETWORK, (_named(saved, "saved"),), over)
    asked = wanted([("backup_begins", "")], shapes, NETWORK)
    done = play(subject, shapes, starts, Column(), asked)
    assert stands(done) == {"saved": ("broken here", 0)}
    assert "broken here, first by the start" in text_of(done)


def test_what_is_refused_says_which_condition_fails_or_in_whose_table_no_row_fits() -> None:
    done = small(*ASKED)
    reasons = {(one.wanted.place, one.after): one.reason for one in done.refused}
    assert list(reasons) == [("events, line 1: ", 0), ("events, line 5: ", 3), ("events, line 8: ", 5)]
    first, second, third = reasons.values()
    assert first.startswith("it needs: phase is preparing snapshot. Now: phase idle from the start")
    assert second.startswith("it needs: eligible is no. Now: vm 2: eligible yes from the start")
    assert third == "no row of phase fits: it is preparing snapshot, and its rows for it start from idle"


class Bolt(States):
    DRAWN = "drawn"
    SHOT = "shot"


class Door(States):
    OPEN = "open"
    SHUT = "shut"


bolt = Actor("bolt", Bolt, of=vm, starts=Bolt, says="Whether the door is bolted.")
door = Actor("door", Door, of=vm, starts=Door.SHUT, says="Whether one can pass.")
bolt.table(stays("door_opens"))
door.table(on("door_opens", Door.SHUT, Door.OPEN, when=bolt.is_(Bolt.DRAWN)))


def test_of_a_row_it_is_said_what_it_needs_and_what_is_so() -> None:
    network = build([bolt, door], [*event("door_opens", at=vm, by="D-1", says="It opens.")], known_ids={"D-1"})
    shapes, starts = vm_starts(["bolt=SHOT", "bolt=DRAWN"], network)
    asked = wanted([("door_opens@1", ""), ("door_opens@2", ""), ("door_opens@2", "")], shapes, network)
    done = play(Subject(network, (), door.is_(Door.SHUT)), shapes, starts, Column(), asked)
    assert [one.reason for one in done.events] == [
        "no row of door of vm 1 fits: it is shut, and its rows from there need: bolt is drawn. Now: vm 1: bolt shot from the start",
        "",
        "no row of door of vm 2 fits: it is open, and its rows for it start from shut",
    ]


def test_a_refused_event_changes_nothing_and_the_next_is_tried() -> None:
    with_it, without = small(*ASKED), small(*(ASKED[i] for i in range(len(ASKED)) if i not in (0, 4, 7)))
    assert with_it.recorded.states == without.recorded.states
    assert [one.step for one in with_it.events] == [None, 1, 2, 3, None, 4, 5, None, 6, 7, 8]
    assert (with_it.status, without.status) == (2, 1)


def test_status_0_is_every_event_and_nothing_broken() -> None:
    done = small("backup_begins")
    kept = tuple(found for found in SMALL.promises if found.name not in ASIDE)
    again = play(
        Subject(NETWORK, kept, over), done.run.shapes, done.run.starts, Column(), [one.wanted for one in done.events]
    )
    assert (again.status, done.status) == (0, 1)


def test_what_may_happen_next_is_what_the_machines_let_happen() -> None:
    done = small("backup_begins", "snapshot_is_prepared")
    assert ("vm_saved", (0,)) in done.possible
    for name, at in done.possible:
        again = small("backup_begins", "snapshot_is_prepared").recorded.run
        again.fire(name, at)
    with pytest.raises(NotEnabled):
        done.recorded.run.fire("vm_saved", (1,))


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("no-vm-left-saved", Column(frozenset({"requester_vanishes"}))),
        ("auto-recovery-required", Column(readings=(("READ-6", "SKIPPED"),))),
    ],
)
def test_a_run_that_refutes_a_promise_breaks_it_here_and_no_step_earlier(name: str, column: Column) -> None:
    (found,) = check(column, [name], Scope(vms=1))
    assert found.verdict == REFUTED
    assert found.run is not None
    subject = Subject(main_protocol().network, (MAIN[name],), main_protocol().at_rest)
    asked = [Wanted(event, at, "") for event, at in found.run.steps]
    done = play(subject, found.run.shapes, found.run.starts, column, asked)
    assert not done.refused
    assert stands(done) == {name: ("broken here", len(found.run.steps))}
    fewer = play(subject, found.run.shapes, found.run.starts, column, asked[:-1])
    assert stands(fewer) == {name: ("not broken", None)}


# A start


def main_starts(*texts: str) -> Starts:
    return vm_starts(texts, PROTOCOL)[1]


def test_a_start_is_what_is_said_and_else_what_fits_it() -> None:
    shapes, starts = vm_starts(["power=paused, disks=2, disk_kind#2=iscsi, adapters=0", "cluster=ONLINE"], PROTOCOL)
    assert [shape.parts for shape in shapes] == [{"disk": 2, "adapter": 0}, {"disk": 1, "adapter": 1}]
    assert starts["power", (0,)] == "PAUSED"
    assert (starts["disk_kind", (0, 1)], ("disk_kind", (0, 0)) in starts) == ("ISCSI", False)
    assert starts["power", (1,)] in {"RUNNING", "PAUSED"}, "what is online in a cluster is not off"
    assert play(main_protocol(), shapes, starts, Column(), []).recorded.steps == ()


def test_an_element_of_all_parts_is_of_each() -> None:
    starts = main_starts("disks=3,disk_kind=PASS_THROUGH")
    assert {starts["disk_kind", (0, j)] for j in range(3)} == {"PASS_THROUGH"}


BAD_STARTS = {
    "power": "Write MACHINE=STATE, such as power=PAUSED",
    "power=FLYING": "power cannot start as 'FLYING'. It starts as OFF or RUNNING or PAUSED",
    "pwer=OFF": "Did you mean power",
    "READ-1=NEVER": "Write --reading READ-1=VALUE",
    "disks=99": "no number from 0 to 9",
    "disk_kind#4=VHD": "the VM has 1 disks. Write disks=NUMBER for more",
    "power#1=OFF": "Leave #1 out",
    "cluster=ONLINE,power=OFF": "no VM can start so. At the start it must be that (cluster is not online",
}


@pytest.mark.parametrize("text", BAD_STARTS)
def test_a_bad_start_has_its_remedy(text: str) -> None:
    with pytest.raises(AskError) as problem:
        main_starts(text)
    assert str(problem.value).startswith(f"--vm {text!r}: ")
    assert BAD_STARTS[text] in str(problem.value)


BAD_EVENTS = {
    "vm_svaed": "There is no event 'vm_svaed'. Did you mean vm_saved",
    "vm_saved": "vm_saved happens to a vm, and there are 2. Write vm_saved@1 to vm_saved@2.",
    "vm_saved@3": "there are 2. Write vm_saved@1",
    "vm_saved@0": "there are 2. Write vm_saved@1",
    "vm_saved@1.1": "not to a part of it. Leave .1 out",
    "backup_shutdown_returned@1": "not to one VM. Leave @1 out",
    "vm_saved@x": "is no event. Write one a line",
    "vm_saved requester_vanishes": "is no event. Write one a line",
}


@pytest.mark.parametrize("text", BAD_EVENTS)
def test_a_bad_event_has_its_place_and_its_remedy(text: str) -> None:
    shapes, _ = vm_starts(["", ""], PROTOCOL)
    with pytest.raises(AskError) as problem:
        wanted([(text, "events.txt, line 7: ")], shapes, PROTOCOL)
    assert str(problem.value).startswith("events.txt, line 7: ")
    assert BAD_EVENTS[text] in str(problem.value)


def test_the_only_one_needs_no_number() -> None:
    shapes, _ = vm_starts([], PROTOCOL)
    of_part, sort = next(
        (name, event.scope.sort) for name, event in PROTOCOL.events.items() if event.scope.sort in PROTOCOL.parts
    )
    assert [one.name for one in wanted([("vm_saved", ""), (of_part, "")], shapes, PROTOCOL)] == [
        "vm_saved@1",
        f"{of_part}@1.1",
    ]
    shapes, _ = vm_starts([f"{sort}s=2"], PROTOCOL)
    assert wanted([(f"{of_part}@1.2", "")], shapes, PROTOCOL)[0].at == (0, 1)
    for text, says in (
        (f"{of_part}@1", "vm 1 has 2. Write"),
        (f"{of_part}@1.3", f"Write {of_part}@1.1 to {of_part}@1.2"),
    ):
        with pytest.raises(AskError, match=says):
            wanted([(text, "")], shapes, PROTOCOL)


# The command


def command(*arguments: str, events: str = "") -> subprocess.CompletedProcess[str]:
    return shadowproof("play", *arguments, stdin=events)


def test_the_command_tells_the_story_and_writes_by_its_schema(tmp_path: Path) -> None:
    kept, asked = tmp_path / "played.json", tmp_path / "events.txt"
    asked.write_text("\ufeffbackup_initialized  # the requester begins\n\nvm_saved@2\n", "utf-8")
    done = command("--vm", "power=PAUSED", "--vm", "power=RUNNING", "--file", str(asked), "--json", str(kept))
    assert done.returncode == 2, done.stderr
    assert "play: 1 step with 2 VMs\n  vm 1 starts paused\n  vm 2 starts running\n" in done.stdout
    assert f"{asked}, line 3: vm_saved@2, after step 1: it needs: " in " ".join(done.stdout.split())
    assert "a session is open (requester " in done.stdout
    written = json.loads(kept.read_text("utf-8"))
    jsonschema.validate(written, json.loads(command("--schema").stdout))
    assert [(one["event"], one["member"], one["step"]) for one in written["events"]] == [
        ("backup_initialized", [], 1),
        ("vm_saved", [2], None),
    ]
    assert (written["at_rest"], written["status"]) == (False, 2)
    assert {one["property"] for one in written["promises"]} == set(MAIN)


def test_all_that_is_written_of_a_small_run_is_by_the_schema() -> None:
    for done in (small(*ASKED), small("backup_begins", vms=["prior=SAVED"])):
        jsonschema.validate(json.loads(json.dumps(as_json(done))), json.loads(schema_text()))


def test_a_fault_has_to_be_tolerated() -> None:
    refused = command("--file", "-", events="backup_initialized\nrequester_vanishes\n")
    assert refused.returncode == 2
    assert "stdin, line 2: requester_vanishes, after step 1: it is the fault requester_vanishes" in " ".join(
        refused.stdout.split()
    )
    done = command("backup_initialized", "requester_vanishes", "--fault", "requester_vanishes")
    assert done.returncode == 0, done.stdout
    assert "requester_vanishes (fault)" in done.stdout


BAD_QUESTIONS = {
    "nothing": [],
    "nothing but a VM": ["--vm", "power=PAUSED"],
    "two lists": ["vm_saved", "--file", "-"],
    "no such file": ["--file", "nowhere.txt"],
    "an empty file": ["--file", "-"],
    "a file that cannot be written": ["vm_saved", "--json", "/nowhere/x.json"],
}


@pytest.mark.parametrize("name", BAD_QUESTIONS)
def test_bad_input_is_one_sentence_and_status_2(name: str) -> None:
    done = command(*BAD_QUESTIONS[name], events="# nothing\n")
    assert ("Leave one of the two out" in done.stderr) == (name == "two lists")
    assert ("What shall happen? Write events, or name a file of them with --file.\n" in done.stderr) == name.startswith(
        "nothing"
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("shadowproof: ")
    assert len(done.stderr.strip().splitlines()) == 1
