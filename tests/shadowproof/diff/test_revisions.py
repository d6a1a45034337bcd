"""The sides of a comparison: a revision, a folder, the checkout; and whatever can be wrong with one, in one sentence."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from proofs.answers import record, runs
from proofs.differences.rules import Kind
from shadowproof.diff import revisions
from shadowproof.diff.compare import compare
from shadowproof.diff.revisions import RevisionError, column_of, is_edited, side
from tests.shadowproof.diff.sides import side as said

ROOT = Path(__file__).parents[3]


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.invalid", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)  # noqa: S607 - whichever git there is


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of revisions that are no good, each for another reason, tagged by it."""
    root = tmp_path_factory.mktemp("checkout")
    git(root, "init", "-q", "-b", "main")
    (root / "other").write_text("nothing", "utf-8")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "before")
    git(root, "tag", "before")
    for folder in ("model", "properties"):
        (root / folder).mkdir()
        (root / folder / "__init__.py").write_text("", "utf-8")
    shutil.copytree(
        ROOT / "model" / "notation", root / "model" / "notation", ignore=shutil.ignore_patterns("__pycache__")
    )
    for name, text in (
        ("loops", "while True: pass"),
        ("fails", "raise ValueError('\\x1b[31mno')"),
        ("broken", "def ("),
        ("prints", "print('hello'); import sys; sys.stdout.flush(); import os; os._exit(0)"),
        ("writes", "import os, sys; sys.stdout.write('x' * (200 << 20))"),
    ):
        (root / "model" / "protocol.py").write_text(text, "utf-8")
        git(root, "add", "-A")
        git(root, "commit", "-qm", name)
        git(root, "tag", name)
    return root


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("nowhere", "no revision of this checkout"),
        ("before", "from before the specification"),
        ("--output=x", "names no revision"),
        ("a b", "names no revision"),
        ("loops", "has not answered in 1 s of computing"),
        ("fails", "cannot be loaded by the engines of today (ValueError: "),
        ("broken", "SyntaxError"),
        ("prints", "is no JSON"),
        ("writes", "cannot be loaded"),
    ],
)
def test_a_side_that_is_no_good_is_refused_in_one_sentence(
    checkout: Path, name: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revisions, "LOADING", 1 if name == "loops" else 60)
    with pytest.raises(RevisionError) as refused, side(name, checkout):
        pass
    text = str(refused.value)
    assert problem in text
    assert "\x1b" not in text
    assert len(text.splitlines()) == 1
    assert "Name " in text or "Write " in text


def test_a_shallow_checkout_and_none_at_all_say_what_to_do(checkout: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{checkout}", "shallow")
    with pytest.raises(RevisionError, match="git fetch --unshallow"), side("before", tmp_path / "shallow"):
        pass
    (tmp_path / "none").mkdir()
    os.environ["GIT_CEILING_DIRECTORIES"] = str(tmp_path)
    try:
        with pytest.raises(RevisionError, match="no checkout under version control"), side("main", tmp_path / "none"):
            pass
    finally:
        del os.environ["GIT_CEILING_DIRECTORIES"]


def test_the_process_of_a_revision_has_nothing_of_this_environment(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    (checkout / "model" / "protocol.py").write_text("import os\nraise ValueError(sorted(os.environ))", "utf-8")
    git(checkout, "commit", "-qam", "asks")
    with pytest.raises(RevisionError) as refused, side("HEAD", checkout):
        pass
    assert "PYTHONPATH" in str(refused.value)
    assert "SECRET_TOKEN" not in str(refused.value)


def test_a_column_is_of_either_side() -> None:
    from examples.small_backup import NETWORK
    from tests.proofs.differences.prepared import with_fault, with_reading

    sides = [said("a", with_fault()), said("b", with_reading())]
    column = column_of(sides, ["guest_hangs"], ["read-x=never"], no_fault=False)
    assert column is not None
    assert column.name == "READ-X=NEVER + guest_hangs"
    assert column_of(sides, [], [], no_fault=False) is None
    for faults, readings, problem in (
        (["nope"], [], "no fault"),
        ([], ["READ-X"], "no reading"),
        ([], ["phase=IDLE"], "no reading"),
    ):
        with pytest.raises(RevisionError, match=problem):
            column_of([said("a", NETWORK), *sides], faults, readings, no_fault=False)
    with pytest.raises(RevisionError, match="Leave it out"):
        column_of(sides, ["guest_hangs"], [], no_fault=True)


@pytest.mark.slow
def test_of_a_real_checkout_an_edit_is_told(tmp_path: Path) -> None:
    """A guard in other words, in the checkout and in no commit."""
    for name in ("model", "properties"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "as it is")
    assert not is_edited(tmp_path)
    file = tmp_path / "model" / "actors" / "power.py"
    text = file.read_text("utf-8")
    row = '    on("vm_saved", P.RUNNING | P.PAUSED, P.SAVED),\n'
    assert row in text
    apart = '    on("vm_saved", P.PAUSED, P.SAVED),\n    on("vm_saved", P.RUNNING, P.SAVED),\n'
    file.write_text(text.replace(row, apart).replace("when=note.is_(N.RUNNING)", "when=~~note.is_(N.RUNNING)"), "utf-8")
    assert is_edited(tmp_path)
    with side("HEAD", tmp_path) as base, side(None, tmp_path) as head:
        found = compare(base, head, promises=False)
        assert found.status == 0
        assert {one.kind for one in found.rules} <= {Kind.WORDS}
        assert "proved" in found.same
        assert base.record is None


def test_the_record_of_a_version_is_its_own(tmp_path: Path) -> None:
    """Each has files of its own, and only those of what it says count."""
    answers = tmp_path / "proofs" / "answers"
    answers.mkdir(parents=True)
    for of, protocol in (("", "p"), ("-linux-online", "l")):
        (answers / f"runs{of}.json").write_text(runs.dump(runs.Runs(protocol, {})), "utf-8")
        cells = {of or "document": {"no fault": record.Cell("holds", "seen", None)}}
        (answers / f"record{of}.json").write_text(record.dump(record.Record(cells)), "utf-8")
    found = {
        (version, protocol): revisions.Side("a side", tmp_path, {"protocol": protocol}, version).record
        for version in ("document", "linux-online")
        for protocol in ("p", "l")
    }
    assert found["document", "l"] is found["linux-online", "p"] is None
    known = [found[pair] for pair in (("document", "p"), ("linux-online", "l"))]
    assert [None if one is None else list(one.cells) for one in known] == [["document"], ["-linux-online"]]
