"""Which rules changed since the record was made: named with requirement, sentence and place."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from model.notation import TRUE
from model.notation.changes import rows_of, with_dest, with_event, with_table
from model.protocol import PROTOCOL
from proofs.mutants.since import ROOT, rules_of
from shadowproof.verify.changed import differing, row_place, since_record
from tests.helpers.copies import copied


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=t", "-c", "user.email=t@t"]
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)  # noqa: S607 - whichever git there is


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    copied(tmp_path, "model", "proofs", "properties")
    for arguments in (["init", "-q"], ["add", "model", "proofs/answers/record.json"], ["commit", "-qm", "all"]):
        git(tmp_path, *arguments)
    return tmp_path


def test_nothing_changed() -> None:
    assert differing(rules_of(PROTOCOL), PROTOCOL) == []


def test_a_guard_a_row_a_start_and_what_is_gone() -> None:
    then = rules_of(PROTOCOL)
    (guard,) = differing(then, with_event(PROTOCOL, "vm_given_back", when=TRUE))
    assert (guard.name, guard.what) == ("vm_given_back", "changed")
    assert "BAK-9" in guard.by
    assert guard.sentences
    assert guard.places == (str(PROTOCOL.events["vm_given_back"].place),)
    rows = with_dest(rows_of(PROTOCOL, "power"), "vm_deleted", PROTOCOL.actors["power"].enum["OFF"])
    other = with_table(PROTOCOL, "power", rows)
    (row,) = differing(then, other)
    assert (row.name, row.what) == ("vm_deleted", "changed in power")
    assert row.places == (row_place(other.actors["power"], "vm_deleted"),)
    vss = PROTOCOL.actors["vss"]
    (start,) = differing(
        then, with_table(PROTOCOL, "vss", rows_of(PROTOCOL, "vss"), starts=frozenset({vss.enum["MADE"]}))
    )
    assert (start.name, start.what) == ("vss", "starts otherwise")
    before = {name: text for name, text in then.items() if name != "vm_saved"} | {"vm_eaten": "by somebody"}
    assert [(one.name, one.what) for one in differing(before, PROTOCOL)] == [
        ("vm_saved", "is new"), ("vm_eaten", "is no more"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("machine", "event"), [("power", "vm_given_back"), ("note", "vm_given_back"), ("requester", "requester_vanishes")]
)
def test_a_row_stands_where_its_event_is_named_in_that_machine_s_table(machine: str, event: str) -> None:
    actor = PROTOCOL.actors[machine]
    file, _, line = row_place(actor, event).partition(":")
    lines = (ROOT / file).read_text("utf-8").splitlines()
    assert event in lines[int(line) - 1]
    tables = [text.partition(".table(")[0] for text in lines[: int(line)] if ".table(" in text]
    assert tables[-1] == machine
    assert row_place(actor, "nothing_of_that_name") == str(actor.place)


def test_of_an_edited_model_since_head_else_since_the_record(checkout: Path) -> None:
    other = with_event(PROTOCOL, "vm_given_back", when=TRUE)
    assert since_record(PROTOCOL, checkout).rules == ()
    since = since_record(other, checkout)
    assert [rule.name for rule in since.rules] == ["vm_given_back"]
    assert since.revision not in {"", "HEAD"}
    faults = checkout / "model" / "faults.py"
    faults.write_text(faults.read_text("utf-8") + "\n# edited\n", "utf-8")
    assert since_record(other, checkout).revision == "HEAD"
    git(checkout, "commit", "-qam", "the model only")
    assert since_record(other, checkout).revision == since.revision


def test_where_that_cannot_be_known_it_says_why(tmp_path: Path) -> None:
    found = since_record(PROTOCOL, tmp_path)
    assert (found.rules, found.problem) == ((), "this is no checkout under version control")
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-qm", "nothing", "--allow-empty")
    assert since_record(PROTOCOL, tmp_path).problem == "the record is in no commit"
