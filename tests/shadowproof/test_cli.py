"""The command as a user meets it: what it prints, how it exits, and what it says of bad input."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args, get_type_hints

import jsonschema
import pytest
from typer.main import get_command
from typer.models import ParameterInfo
from typer.testing import CliRunner

from proofs.world.world import Column
from shadowproof import ask
from shadowproof.cli import app
from shadowproof.commands import file_name
from tests.helpers.command import shadowproof

ROOT = Path(__file__).parents[2]
EXAMPLE = "shadowproof/examples/twelve-vms.json"


BAD = {
    "no vms": (["verify", "--vms", "0"], "--vms 0"),
    "negative vms": (["verify", "--vms", "-3"], "--vms -3"),
    "too many vms": (["verify", "--vms", "99"], "--vms 99"),
    "unknown property": (["verify", "--property", "no-partial-backups"], "Did you mean no-partial-backup"),
    "unknown fault": (["verify", "--fault", "vm_explodes"], "vm_explodes"),
    "unknown reading": (["verify", "--reading", "READ-99=YES"], "READ-99"),
    "unknown value": (["verify", "--reading", "READ-1=MAYBE"], "ON_ABORT, INSIDE, ON_SHUTDOWN, NEVER"),
    "reading without a value": (
        ["verify", "--reading", "READ-1"],
        "READ-1 is given no value. Write ID=VALUE; it is one of ON_ABORT, INSIDE, ON_SHUTDOWN, NEVER.",
    ),
    "contradictory readings": (["verify", "--reading", "READ-1=NEVER", "--reading", "READ-1=INSIDE"], "given twice"),
    "contradictory options": (["verify", "--full", "--fault", "guest_hangs"], "--full"),
    "full and inventory": (["verify", "--full", "--inventory", EXAMPLE], "exclude one another"),
    "no such inventory": (["verify", "--inventory", "nowhere.json"], "nowhere.json"),
    "inventory is a folder": (["method", "--inventory", "docs"], "docs"),
    "unwritable output": (
        ["verify", "--property", "MET-4", "--fault", "guest_hangs", "--json", "/nowhere/x.json"],
        "/nowhere/x.json",
    ),
    "output is a folder": (
        ["verify", "--property", "MET-4", "--fault", "guest_hangs", "--json", "docs"],
        "is a folder",
    ),
    "unknown property to explain": (["explain", "nothing"], "nothing"),
    "unknown actor": (["draw", "writer"], "Did you mean"),
    "svg of everything": (["draw", "--svg", "all.svg"], "Name it"),
    "unknown list": (["list", "things"], "things"),
    "no reason": (["accept", "--reason", " "], "reason"),
    "no reason at all": (["accept"], "Write --reason"),
    "no such command": (["verfy"], "No such command 'verfy'. Did you mean 'verify'? What it takes: shadowproof --help"),
    "no such option": (["show", "--xml", "x"], "No such option: --xml. What it takes: shadowproof show --help"),
    "no number": (["cuts", "no-vm-left-saved", "--size", "x"], "Invalid value for '--size'"),
    "an option without its value": (["verify", "--fault"], "'--fault' requires an argument"),
    "one name too many": (["show", "vm_saved", "vm_chosen"], "vm_chosen"),
    "no name": (["list"], "Missing argument"),
    "a fault without faults": (["verify", "--no-fault", "--fault", "guest_hangs"], "--no-fault is the column"),
    "a reading without faults": (["explain", "MET-4", "--no-fault", "-r", "READ-1=NEVER"], "--no-fault is the column"),
    "every column and one": (["verify", "--no-fault", "--full"], "Leave --full out"),
    "anew what is never kept": (["verify", "--anew", "--full"], "Leave --anew out"),
    "no solvers, and all that they confirm": (
        ["verify", "--exact", "--no-solvers"],
        "Leave --no-solvers out, or --exact",
    ),
    "more and less than recorded": (["verify", "--changed", "--full"], "--full asks more than is recorded"),
    "what is not recorded, as changed": (["verify", "--changed", "-i", EXAMPLE], "Leave --changed out"),
    "watching what comes once": (["verify", "--watch", "--json", "-"], "Name one"),
    "two things in one file": (["verify", "--junit", "-", "--sarif", "-"], "is asked to hold two things"),
    "annotations of no forge": (["verify", "--annotate", "gerrit"], "Write --annotate github"),
    "every fault of no host": (["verify", "--every-fault"], "--every-fault is about the VMs of --inventory"),
    "every fault and one": (
        ["verify", "-i", EXAMPLE, "--every-fault", "-f", "guest_hangs"],
        "--every-fault is about the VMs of --inventory",
    ),
    "more than fits": (["cuts", "no-vm-left-saved", "--size", "3"], "Add --faults, or write --size 2"),
    "the size of no promise": (["cuts", "--size", "3"], "--size 3 without a property"),
    "an actor without a name": (["draw", ""], "There is no actor ''"),
    "a VM of another host": (["method", "-i", EXAMPLE, "--vm", "mail02"], "Did you mean mail01?"),
    "every proof and one": (["prove", "--no-fault", "--all"], "Leave --all out"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_sentence_and_status_2(name: str) -> None:
    arguments, hint = BAD[name]
    done = shadowproof(*arguments)
    assert done.returncode == 2
    assert hint in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("shadowproof: ")
    assert len(done.stderr.strip().splitlines()) == 1


FILES = [
    ("method", "--inventory"), ("verify", "--json"), ("verify", "--cache"), ("verify", "--inventory"), ("prove", "--smtlib"),
    ("play", "--file"), ("draw", "--svg"), ("export", "--output", "--to", "promela"), ("sweep", "--worker-cache"), ("diff", "--markdown"),
    ("walk", "--run"), ("diagnose", "--walk"), ("vectors", "--out"), ("docs", "--site"), ("explain", "--save", "no-vm-left-saved"),
    *(("verify", option) for option in ("--junit", "--sarif", "--code-quality", "--summary", "--badge")),
]  # fmt: skip


@pytest.mark.parametrize(("command", "option", "more"), [(one, option, more) for one, option, *more in FILES])
def test_an_empty_name_of_a_file_is_not_the_working_folder(
    command: str, option: str, more: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2026-11-29: `--cache ""` filled the working folder."""
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, [command, *more, option, ""])
    assert (done.exit_code, "it is empty" in re.sub(r"[│\s]+", " ", done.output)) == (2, True), done.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [("replay", ""), ("diagnose", ""), ("requester", ""), ("diff", ""), ("diff", "document", "")]
)
def test_nor_is_one_that_needs_no_option(arguments: tuple[str, ...]) -> None:
    """2026-11-29: `diff ""` compared the checkout with itself, and others spoke of a folder that nobody had named."""
    done = CliRunner().invoke(app, arguments)
    said = re.sub(r"[│\s]+", " ", done.output) or str(done.exception)
    assert "it is empty; name a file" in said or "'' names no revision, no version and no folder" in said


def test_whatever_is_a_path_is_taken_as_the_name_of_a_file() -> None:
    paths = {
        f"{command.callback.__name__} {name}": [one for one in get_args(of)[1:] if isinstance(one, ParameterInfo)]
        for command in app.registered_commands
        if command.callback is not None
        for name, of in get_type_hints(command.callback, include_extras=True).items()
        if "Path" in str(get_args(of)[:1])
    }
    assert len(paths) > 30
    assert [name for name, (info,) in paths.items() if info.parser is not file_name] == []


def test_every_option_that_takes_a_file_is_among_them() -> None:
    """Of those that more than one command takes, once."""
    of_files = {
        (command.name, option)
        for command in get_command(app).commands.values()  # type: ignore[attr-defined]  # a group
        for parameter in command.params
        for option in parameter.opts
        if parameter.metavar in {"FILE", "DIR"} and option.startswith("--")
    }
    assert {option for _, option in of_files} == {option for _, option, *_ in FILES}


def test_nothing_is_written_on_bad_input(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    assert shadowproof("verify", "--property", "nope", "--json", str(target)).returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_a_refuted_property_exits_1_and_is_written_by_the_schema(tmp_path: Path) -> None:
    """Where the record does not say that it is refuted: here, of two faults together."""
    target = tmp_path / "out.json"
    two = ("--fault", "failure_ignored", "--fault", "volume_missing")
    junit, sarif = tmp_path / "out.xml", tmp_path / "out.sarif"
    files = ("--json", str(target), "--junit", str(junit), "--sarif", str(sarif), "--annotate", "github")
    done = shadowproof("verify", "-p", "no-partial-backup", "-p", "MET-4", *two, *files)
    assert done.returncode == 1
    assert "::error file=properties/" in done.stdout
    assert "<failure" in junit.read_text("utf-8")
    assert json.loads(sarif.read_text("utf-8"))["runs"][0]["results"]
    assert "this is not a recorded question" in done.stdout
    assert "REFUTED" in done.stdout
    assert "Not shown:" in done.stdout
    written = json.loads(target.read_text("utf-8"))
    jsonschema.validate(written, json.loads(shadowproof("verify", "--schema").stdout))
    by_name = {found["property"]: found for found in written["verdicts"]}
    assert by_name["no-partial-backup"]["verdict"] == "refuted"
    assert len(by_name["no-partial-backup"]["run"]) == by_name["no-partial-backup"]["length"]
    assert by_name["child-snapshot-needs-a-running-vm"]["verdict"] == "holds"
    assert by_name["child-snapshot-needs-a-running-vm"]["assurance"] == "closed for any number of VMs"
    assert written["status"] == 1


def test_what_is_refuted_as_recorded_exits_0(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    done = shadowproof("verify", "-p", "no-partial-backup", "--fault", "failure_ignored", "--json", str(target))
    assert "no-partial-backup: REFUTED" in done.stdout
    assert "Every verdict is as recorded." in done.stdout
    written = json.loads(target.read_text("utf-8"))
    assert (written["status"], written["changes"], written["compared_with_record"]) == (0, [], True)
    assert done.returncode == 0


def test_a_property_that_holds_exits_0() -> None:
    done = shadowproof("verify", "-p", "no-partial-backup", "--fault", "guest_snapshot_fails")
    assert done.returncode == 0
    assert "closed for any number of VMs" in done.stdout


def test_nothing_exercised_is_no_pass() -> None:
    done = shadowproof("verify", "-p", "not-responding-is-said-by-vss", "--fault", "guest_hangs")
    assert done.returncode == 2
    assert "not exercised" in done.stdout


def test_explain_tells_a_story_with_its_reason() -> None:
    done = shadowproof("explain", "no-vm-left-saved", "--fault", "requester_vanishes")
    assert done.returncode == 1
    assert "vm_saved" in done.stdout
    assert "broken:" in done.stdout
    assert "Holds without the fault requester_vanishes" in " ".join(done.stdout.split())


def test_explain_of_what_holds_says_so() -> None:
    done = shadowproof("explain", "no-partial-backup")
    assert done.returncode == 0
    assert "Holds (closed for any number of VMs)" in done.stdout
    assert "--fault failure_ignored" in done.stdout


def test_requirements_are_all_covered() -> None:
    done = shadowproof("requirements")
    assert done.returncode == 0
    assert "51 of 51 requirements have a rule" in done.stdout
    assert "51 of 51 requirements have a property" in done.stdout
    assert "47 of 47 sentences" in done.stdout


def test_without_a_command_the_help_is_shown_and_nothing_was_judged() -> None:
    done = shadowproof()
    assert done.returncode == 2
    assert "verify" in done.stdout
    assert done.stderr == ""


def test_the_column_without_faults_is_asked_for_by_name(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    done = shadowproof("verify", "--no-fault", "-p", "MET-4", "--json", str(target))
    assert done.returncode == 0, done.stderr
    written = json.loads(target.read_text("utf-8"))
    assert {found["column"] for found in written["verdicts"]} == {"no fault"}
    assert written["compared_with_record"]


def test_a_default_reading_goes_with_no_fault() -> None:
    assert ask.column([], ["READ-1=ON_ABORT"], no_fault=True) == ask.column([], []) == Column()


def test_help_teaches() -> None:
    done = shadowproof("--help")
    assert done.returncode == 0
    for word in ("verify", "explain", "method", "requirements", "draw", "accept", "Exit status"):
        assert word in done.stdout


def test_an_inventory_is_judged_for_its_own_vms() -> None:
    done = shadowproof("verify", "--inventory", EXAMPLE, "-p", "no-partial-backup", "-p", "back-in-prior-state")
    assert done.returncode == 0, done.stderr
    assert "holds" in done.stdout
