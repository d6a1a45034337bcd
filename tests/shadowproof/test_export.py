"""`shadowproof export`: a text for SPIN or for solvers, whole in a file or printed; bad questions are refused in one sentence."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from properties.kinds import Always, Step
from shadowproof import export
from shadowproof.ask import AskError
from shadowproof.cli import main
from shadowproof.commands import app
from tests.helpers.nightly import nightly
from tests.helpers.spin import needs_spin, refuses, seen

ONE = ["-p", "no-vm-left-saved"]


def said(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["export", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_what_is_printed_is_what_is_written(tmp_path: Path) -> None:
    target = tmp_path / "protocol.pml"
    text = said("--to", "promela", *ONE)
    assert said("--to", "promela", *ONE, "--vms", "2", "-o", str(target)) == ""
    assert target.read_text("utf-8") == text
    assert list(tmp_path.iterdir()) == [target]


def test_the_text_says_what_it_is_and_how_to_run_it() -> None:
    text = " ".join(said("--to", "promela", *ONE, "--fault", "requester_vanishes", "--reading", "READ-1=NEVER").split())
    for words in (
        "with 2 VMs, each with one disk and one network adapter",
        "Assuming: READ-1=NEVER + requester_vanishes.",
        "What must hold: no-vm-left-saved.",
        "Left out as well: cluster.",
        "one stands for all: --all-configurations has each.",
        "spin -a FILE gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c ./pan -m10000000",
        "SPIN stores 1 state more than there are with VMs told apart",
        "101 more: that state, and the choice of each of the 100 starts. */",
        "A fault: requester_vanishes. */ inline requester_vanishes",
    ):
        assert words in text


@needs_spin
def test_spin_reads_it_and_comes_to_our_counts(tmp_path: Path) -> None:
    found = seen(said("--to", "promela", *ONE, "--vms", "1"), tmp_path)
    assert (found.states, found.transitions, found.broken) == (667 + 1, 889 + 11, frozenset())
    broken = said("--to", "promela", "--protocol", "small-backup", "-p", "SB-5", "--vms", "1")
    assert not refuses(broken, tmp_path)


def test_properties_of_several_slices_are_exported_together() -> None:
    text = said(
        "--to", "promela", *ONE, "-p", "auto-recovery-required", "-p", "clustered-vm-touched-in-a-restore-fails-over"
    )
    for name in ("no-vm-left-saved", "auto-recovery-required", "clustered-vm-touched-in-a-restore-fails-over"):
        assert re.search(rf"assert\([^;]*\); /\* {name} \*/", text)
    assert "Left out as well" not in text


def test_a_requirement_stands_for_what_can_be_said_of_it() -> None:
    wanted = (
        " ".join(said("--to", "promela", "-p", "BAK-10").split()).partition("What must hold: ")[2].partition(". ")[0]
    )
    said_of_it = [n for n, one in PROPERTIES.items() if "BAK-10" in one.shows and isinstance(one, (Always, Step))]
    assert {"image-is-rolled-back", "live-disk-is-never-rolled-back"} <= set(said_of_it)
    assert sorted(wanted.split(", ")) == sorted(said_of_it)


@nightly
def test_by_default_there_is_most_that_one_slice_is_enough_for() -> None:
    text = said("--to", "promela", "--vms", "1")
    assert text.count("#define VMS 1\n") == 1
    assert len(re.findall(r"^#define \w+ .*$", text, re.MULTILINE)) > 100
    assert len(text.partition("What must hold: ")[2].partition(".")[0].split(",")) > 30


def test_two_runs_at_once() -> None:
    text = said("--to", "promela", "-p", "roll-back-independent-of-child-writers", "--vms", "1")
    assert "#define roll_back_independent_of_child_writers (true)" in text, "nothing reads the child's writers there"


def test_every_configuration() -> None:
    few, all_ = (said("--to", "promela", *ONE, "--vms", "1", *more) for more in ([], ["--all-configurations"]))
    assert "each of the 10 starts" in " ".join(few.split())
    assert "each of the 240 starts" in " ".join(all_.split())
    assert "vm[v].system = system_WINDOWS_2000" in all_
    assert "system_WINDOWS_2000" not in few


def test_solvers_are_asked_about_any_number_of_vms_and_some_steps() -> None:
    text = said("--to", "smtlib", "--protocol", "small-backup", "-p", "all-or-none")
    assert "with any number of VMs" in text
    assert "(declare-sort |#vm| 0)" in text
    assert text.count("(check-sat)") == 6
    text = said("--to", "smtlib", "--protocol", "small-backup", "-p", "all-or-none", "--vms", "3", "--steps", "0")
    assert "((|#vm| 0)) (((|vm.0|) (|vm.1|) (|vm.2|))))" in text
    assert text.count("(check-sat)") == 1


BAD = {
    "no vms": (["--to", "promela", "--vms", "0"], "--vms 0: an export has 1 to 12 VMs"),
    "too many vms": (["--to", "smtlib", "--vms", "500"], "Write --vms 2, say"),
    "unknown target": (["--to", "tla"], "Write --to promela or --to smtlib"),
    "unknown protocol": (["--to", "promela", "--protocol", "big"], "--protocol main or --protocol small-backup"),
    "unknown property": (["--to", "promela", "-p", "no-partial-backups"], "Did you mean no-partial-backup"),
    "a property of the other protocol": (
        ["--to", "promela", "--protocol", "small-backup", "-p", "no-partial-backup"],
        "There is no property or requirement 'no-partial-backup'",
    ),
    "unknown fault": (["--to", "promela", "--fault", "vm_explodes"], "vm_explodes"),
    "unknown reading": (["--to", "promela", "--reading", "READ-1=MAYBE"], "ON_ABORT, INSIDE, ON_SHUTDOWN, NEVER"),
    "what comes in the end": (["--to", "promela", "-p", "every-session-ends"], "is of kind ends"),
    "faults of the small protocol": (
        ["--to", "promela", "--protocol", "small-backup", "--fault", "guest_hangs"],
        "neither faults nor readings",
    ),
    "steps for SPIN": (["--to", "promela", "--steps", "3"], "Leave --steps out"),
    "too many steps": (["--to", "smtlib", "--steps", "-1"], "0 to 100 steps"),
    "configurations for solvers": (["--to", "smtlib", "--all-configurations"], "Leave it out"),
    "nothing that could break it": (["--to", "promela", "-p", "every-volume-in-the-set"], "Choose another column"),
    "two runs and one": (
        ["--to", "promela", *ONE, "-p", "roll-back-independent-of-child-writers"],
        "Export it by itself",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_questions_are_refused_and_nothing_is_overwritten(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments, hint = BAD[name]
    target = tmp_path / "kept.txt"
    target.write_text("kept", "utf-8")
    monkeypatch.setattr("sys.argv", ["shadowproof", "export", *arguments, "-o", str(target)])
    with pytest.raises(SystemExit) as ended:
        main()
    problem = capsys.readouterr().err
    assert ended.value.code == 2
    assert problem.startswith("shadowproof: ")
    assert len(problem.strip().splitlines()) == 1
    assert hint in problem
    assert target.read_text("utf-8") == "kept"
    assert list(tmp_path.iterdir()) == [target]


def test_a_place_that_cannot_be_written_to_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in (tmp_path, tmp_path / "nowhere" / "x.pml"):
        monkeypatch.setattr("sys.argv", ["shadowproof", "export", "--to", "promela", *ONE, "-o", str(place)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 2
        assert str(place) in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_small_protocol_needs_a_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "examples", None)
    what = export.wanted("promela", "small-backup", [], Column(), vms=1, steps=None, every_configuration=False)
    with pytest.raises(AskError, match="comes with a checkout"):
        export.exported(what)
