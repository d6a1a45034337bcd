"""Which rules changed since a revision: by what they say, not by their text."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from model.notation import TRUE
from model.notation.changes import rows_of, with_dest, with_event, with_table
from model.protocol import PROTOCOL
from proofs.mutants.since import ROOT, SinceError, changed_since, rules_of


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of today under version control, and the engines beside it."""
    root = tmp_path_factory.mktemp("checkout")
    for folder in ("model", "proofs", "properties"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for command in (
        ["init", "-q"], ["add", "model"], ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "model"],
    ):  # fmt: skip
        subprocess.run(["git", *command], cwd=root, check=True, capture_output=True)  # noqa: S607 - whichever git there is
    return root


def test_nothing_has_changed(checkout: Path) -> None:
    assert changed_since("HEAD", PROTOCOL, checkout) == ()


def test_what_changed_is_named(checkout: Path) -> None:
    guard = with_event(PROTOCOL, "vm_given_back", when=TRUE)
    assert changed_since("HEAD", guard, checkout) == ("vm_given_back",)
    power = PROTOCOL.actors["power"]
    rows = with_dest(rows_of(PROTOCOL, "power"), "vm_deleted", power.enum["OFF"])
    assert changed_since("HEAD", with_table(PROTOCOL, "power", rows), checkout) == ("vm_deleted",)
    starts = with_table(
        PROTOCOL, "vss", rows_of(PROTOCOL, "vss"), starts=frozenset({PROTOCOL.actors["vss"].enum["MADE"]})
    )
    assert changed_since("HEAD", starts, checkout) == ("vss",)


def test_words_are_no_rules() -> None:
    rules = rules_of(PROTOCOL)
    assert rules.keys() > PROTOCOL.events.keys()
    assert not any(event.says in rules[event.name] for event in PROTOCOL.events.values())


@pytest.mark.parametrize(
    ("revision", "says"),
    [("nowhere", "Name a commit of this checkout"), ("--output=x", "names no revision"), ("", "cannot be had")],
)
def test_revisions_that_are_none(revision: str, says: str, checkout: Path) -> None:
    with pytest.raises(SinceError, match=says):
        changed_since(revision, PROTOCOL, checkout)
