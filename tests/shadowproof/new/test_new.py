"""What is begun loads, is as `make check` wants it, and has its test; what cannot be begun is refused in a sentence."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from shadowproof.ask import AskError
from shadowproof.new import write
from shadowproof.new.source import Source, SourceError
from shadowproof.new.stubs import KINDS, MARK, Wanted
from tests import test_fill_in
from tests.helpers.command import shadowproof
from tests.helpers.nightly import nightly
from tests.shadowproof.verify.test_changed import git

ROOT = Path(__file__).parents[3]
TOGETHER = {
    "actor": Wanted(ROOT, "drive_letter"),
    "fault": Wanted(ROOT, "disk_fills_up", "requester"),
    "reading": Wanted(ROOT, "READ-77"),
    "property": Wanted(ROOT, "no-vm-left-behind", file="giving_back", by="BAK-9"),
    "requirement": Wanted(ROOT, "BAK-77"),
}
"""Of these no two change the same file."""


@cache
def made(kind: str) -> list[Source]:
    asked = TOGETHER.get(kind) or Wanted(ROOT, "vm_taken_along", "power")
    return [write.formatted(ROOT, one) for one in KINDS[kind](asked)]


def marks(files: list[Source]) -> int:
    return sum(one.text.count(MARK) for one in files)


def test_all_that_can_be_begun_loads_beside_what_is_there() -> None:
    files = [one for kind in TOGETHER for one in made(kind)]
    assert len({one.path for one in files}) == len(files) >= 10
    write.refuse_unless_it_loads(ROOT, files)


@nightly
def test_an_event_loads_too() -> None:
    write.refuse_unless_it_loads(ROOT, made("event"))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_test_and_says_what_is_to_be_filled_in(kind: str) -> None:
    files = made(kind)
    (test,) = (one for one in files if one.path.startswith("tests/"))
    assert [
        node
        for node in ast.parse(test.text).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    assert marks([test]) == 1
    assert marks([one for one in files if one is not test]) >= 1


@pytest.mark.parametrize("kind", KINDS)
def test_its_test_fails_while_anything_of_it_is_left(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In each of its files, one after the other; also where somebody has made the rest of the test pass."""
    monkeypatch.setattr(test_fill_in, "ROOT", tmp_path)
    files = made(kind)
    marked = [one for one in files if MARK in one.text]
    for one in files:
        (tmp_path / one.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / one.path).write_text(one.text.replace(MARK, ""), "utf-8")
    (tree,) = (ast.parse(one.text) for one in files if one.path.startswith("tests/"))
    asked = [node for node in tree.body if "left" in ast.unparse(node)]
    found: dict[str, Any] = {}
    exec(compile(ast.Module(asked, []), "its test", "exec"), found)  # noqa: S102 - it is what was made
    found["test_nothing_of_it_is_left_to_be_filled_in"]()
    for one in marked:
        (tmp_path / one.path).write_text(one.text, "utf-8")
        with pytest.raises(AssertionError):
            found["test_nothing_of_it_is_left_to_be_filled_in"]()
        (tmp_path / one.path).write_text("", "utf-8")
    assert len(marked) >= 2


def edited(root: Path) -> list[str]:
    command = ["git", "status", "--porcelain"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.splitlines()


def test_it_says_how_to_take_it_back(checkout: Path) -> None:
    """And what it says takes it back."""
    files = [Source("model/faults.py", "FAULTS = (1, 2)\n"), Source("tests/test_it.py", "")]
    said = write.written(checkout, files)[-1]
    assert said == "Take it back with: git checkout -- model/faults.py && rm tests/test_it.py"
    assert {line[3:] for line in edited(checkout)} == {"model/faults.py", "tests/"}
    subprocess.run(["sh", "-c", said.partition(": ")[2]], cwd=checkout, check=True)  # noqa: S607 - as it is said
    assert edited(checkout) == []


def test_it_is_of_no_version() -> None:
    done = shadowproof("new", "nothing-such", "drive_letter", "--version", "document")
    assert (done.returncode, "No such option" in done.stderr) == (2, True)


def test_it_is_as_the_style_wants_it() -> None:
    for one in (one for kind in KINDS for one in made(kind)):
        for arguments in (["check", "--quiet"], ["format", "--check", "--quiet"]):
            command = [sys.executable, "-m", "ruff", *arguments, "--stdin-filename", one.path, "-"]
            done = subprocess.run(command, cwd=ROOT, input=one.text, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{one.path}: {done.stdout}"


REFUSED = [
    ("actor", "power", "is there already"),
    ("event", "vm_saved", "is there already"),
    ("fault", "guest_hangs", "is there already"),
    ("reading", "READ-1", "is there already"),
    ("property", "no-vm-left-saved", "is there already"),
    ("requirement", "BAK-1", "is there already"),
    ("property", "no_dashes", "is no name for a new property. Write one such as no-vm-left-behind."),
    ("actor", "../../evil", "is no name"),
    ("event", 'x_y"); import os', "is no name"),
    ("reading", "READ-0", "is no name"),
]


@pytest.mark.parametrize(("kind", "name", "problem"), REFUSED)
def test_a_name_that_exists_or_is_none_is_refused(kind: str, name: str, problem: str) -> None:
    with pytest.raises(AskError) as refused:
        KINDS[kind](Wanted(ROOT, name, "power"))
    assert problem in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("machine", "problem"),
    [
        ("", r"^Which machine does it move\? .* Name it, as in --machine power"),
        ("powr", r"^There is no machine 'powr'\. Did you mean power"),
        ("qqqqqq", r"^There is no machine 'qqqqqq'\. List them with: shadowproof list actors$"),
        ("system", r"^system never moves, and an event moves .* Name one"),
        ("switch", r"^switch is one of each adapter, and an event moves"),
    ],
)
def test_an_event_of_no_machine_is_refused(machine: str, problem: str) -> None:
    with pytest.raises(AskError, match=problem):
        KINDS["event"](Wanted(ROOT, "vm_taken_along", machine))
    with pytest.raises(
        AskError, match=r"There is no file 'nowhere' to add to\. Write --in with one of prepare_session"
    ):
        KINDS["event"](Wanted(ROOT, "vm_taken_along", "power", "nowhere"))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "faults.py").write_text("FAULTS = (1,)\n", "utf-8")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "all")
    return tmp_path


def test_where_nothing_could_be_taken_back_nothing_is_written(
    checkout: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = Source("model/faults.py", "FAULTS = (1, 2)\n")
    write.refuse_edited(checkout, [file])
    (checkout / "model" / "faults.py").write_text("FAULTS = ()\n", "utf-8")
    with pytest.raises(
        AskError, match=r"model/faults\.py has edits that are in no commit\. Commit or stash them first\."
    ):
        write.refuse_edited(checkout, [file])
    with pytest.raises(AskError, match="no checkout under version control"):
        write.refuse_edited(tmp_path_factory.mktemp("plain"), [file])


def test_another_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AskError, match="Call this from its top folder"):
        write.checkout()
    (tmp_path / "model").mkdir()
    for name in ("model/protocol.py", "pyproject.toml"):
        (tmp_path / name).write_text("", "utf-8")
    with pytest.raises(AskError, match="of another checkout"):
        write.checkout()
    monkeypatch.chdir(ROOT)
    assert write.checkout() == ROOT.resolve()


def test_nothing_is_written_if_one_file_cannot_be(checkout: Path) -> None:
    (checkout / "blocked").write_text("", "utf-8")
    files = [Source("model/faults.py", "new\n"), Source("model/more.py", "new\n"), Source("blocked/file.py", "new\n")]
    with pytest.raises((OSError, ValueError)):
        write.written(checkout, files)
    assert (checkout / "model" / "faults.py").read_text("utf-8") == "FAULTS = (1,)\n"
    assert not (checkout / "model" / "more.py").exists()


def test_a_file_that_is_not_as_it_must_be_is_named() -> None:
    for text, problem in (("A = 1\n", "has no FAULTS to add to"), ("A = (\n", "was never closed")):
        with pytest.raises(SourceError, match=problem):
            Source("model/faults.py", text).in_tuple("FAULTS", "x")


def test_what_does_not_load_is_told_and_not_written() -> None:
    broken = Source("model/faults.py", "raise ValueError('no such thing.')\n")
    with pytest.raises(AskError) as refused:
        write.refuse_unless_it_loads(ROOT, [broken])
    assert str(refused.value) == "What would be written does not load: ValueError: no such thing. Nothing is written."
