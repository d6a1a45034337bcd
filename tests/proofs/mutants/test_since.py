"""Which rules changed since a revision: by what they say, not by their text."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from model.notation import TRUE, Fault, Network, Term, build
from model.notation.changes import rows_of, with_dest, with_event, with_table
from model.protocol import PROTOCOL
from proofs.mutants.since import ROOT, SinceError, changed_since, rules_of
from shadowproof.verify.changed import differing
from tests.helpers.copies import copied


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of today under version control, and the engines beside it."""
    root = tmp_path_factory.mktemp("checkout")
    copied(root, "model", "proofs", "properties")
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


def test_what_faults_keep_from_coming_and_what_all_start_with_are_rules(checkout: Path) -> None:
    def with_(faults: Iterable[Fault], at_start: Iterable[Term] = PROTOCOL.at_start) -> Network:
        return build(PROTOCOL.actors.values(), PROTOCOL.events.values(), faults, at_start, PROTOCOL.known_ids)

    hangs = PROTOCOL.faults["guest_hangs"]
    (first, *_) = sorted(hangs.silences)
    other = {**PROTOCOL.faults, hangs.name: replace(hangs, silences=hangs.silences - {first})}
    assert changed_since("HEAD", with_(other.values()), checkout) == (first,)
    wider = with_(PROTOCOL.faults.values(), PROTOCOL.at_start[1:])
    assert changed_since("HEAD", wider, checkout) == ("every VM",)
    assert [str(rule) for rule in differing(rules_of(PROTOCOL), wider)] == ["every VM starts otherwise"]


def test_words_are_no_rules() -> None:
    rules = rules_of(PROTOCOL)
    assert rules.keys() > PROTOCOL.events.keys()
    assert not any(event.says in rules[event.name] for event in PROTOCOL.events.values())


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout without a model; its second commit has one that complains with an escape."""
    root = tmp_path_factory.mktemp("without")
    for file, text in (("other", "nothing"), ("model/__init__.py", "raise ValueError('\\x1b[31mno')")):
        (root / file).parent.mkdir(exist_ok=True)
        (root / file).write_text(text, "utf-8")
        for command in (
            ["init", "-q"], ["add", "-A"], ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "more"],
        ):  # fmt: skip
            subprocess.run(["git", *command], cwd=root, check=True, capture_output=True)  # noqa: S607 - whichever git there is
    return root


@pytest.mark.parametrize(
    ("revision", "says"),
    [
        ("nowhere", "nowhere is no revision of this checkout. Write one"),
        ("HEAD:model", "HEAD:model is no revision of this checkout. Write one"),
        ("--output=x", "'--output=x' names no revision. Write one"),
        ("", "'' names no revision. Write one"),
        (" ", "' ' names no revision. Write one"),
        ("\x1b[2J", "names no revision. Write one"),
        ("HEAD~1", "HEAD~1 has no model: it is from before the specification. Name a later one."),
        ("HEAD", "the model at HEAD cannot be loaded by the engines of today (ValueError: \N{REPLACEMENT CHARACTER}[31mno)"),
    ],
)  # fmt: skip
def test_revisions_that_are_none_are_refused_in_a_sentence_and_never_in_words_of_git(
    revision: str, says: str, without: Path
) -> None:
    with pytest.raises(SinceError) as refused:
        changed_since(revision, PROTOCOL, without)
    assert says in str(refused.value)
    assert "fatal" not in str(refused.value)
    assert str(refused.value).isprintable()


def test_without_version_control_it_is_said_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(SinceError, match=r"no checkout under version control. Name rules with --rule."):
        changed_since("main", PROTOCOL, tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SinceError, match=r"git cannot be asked .* Install git, or name no revision."):
        changed_since("main", PROTOCOL, ROOT)
