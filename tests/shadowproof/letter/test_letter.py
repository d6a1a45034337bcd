"""The letter: every failure has its words, what no longer fails vanishes, and it is printed from what is kept."""

from dataclasses import replace

import pytest
from typer.testing import CliRunner

from model.requirements import REQUIREMENTS
from proofs.answers.record import Cell, Record
from proofs.answers.record import load as load_record
from proofs.answers.verdict import HOLDS, REFUTED, UNDECIDED
from proofs.verdicts.combined.combinations import Kept, load
from properties.catalogue import PROPERTIES
from shadowproof.cli import app
from shadowproof.letter import letter
from shadowproof.letter.findings import FINDINGS, Finding
from shadowproof.letter.proving import changes_no_rule, proof_of, variant_of
from shadowproof.letter.wordings import WORDINGS, Wording
from tests.helpers.nightly import nightly

RECORD = load_record()
KEPT = load()


def _otherwise(column: str, verdict: str, *names: str) -> Record:
    """The record with cells of a column as they are not: of these properties, or of all."""
    new = Cell(verdict, "", 1)
    return Record(
        {
            name: {**cells, column: new} if name in (names or RECORD.cells) else cells
            for name, cells in RECORD.cells.items()
        }
    )


def test_every_failure_has_its_words() -> None:
    assert letter.without_words(RECORD) == []


@pytest.mark.parametrize(
    ("column", "name", "asked_for"),
    [("provider_fails", "no-vm-left-saved", "provider_fails"), ("no fault", "no-vm-left-saved", "no-vm-left-saved")],
)
def test_a_new_failure_asks_for_words(column: str, name: str, asked_for: str) -> None:
    assert letter.without_words(_otherwise(column, REFUTED, name)) == [asked_for]


@pytest.mark.parametrize("one", [f for f in FINDINGS if len(f.circumstances) == 1], ids=lambda one: one.title)
def test_a_finding_that_no_longer_holds_vanishes(one: Finding) -> None:
    held = [found for found, _ in letter.still_holding(_otherwise(one.circumstances[0], HOLDS))]
    assert one not in held
    assert len(held) == len(FINDINGS) - 1


def test_each_finding_names_what_there_is() -> None:
    known = {number for one in REQUIREMENTS for number in one.sentences}
    for one in FINDINGS:
        assert set(one.sentences) <= known
        assert one.promise in PROPERTIES
        assert not one.variant or one.variant in WORDINGS
    assert {one.variant for one in FINDINGS if one.variant} == WORDINGS.keys() == KEPT.wordings.keys()


def test_the_promise_of_a_finding_fails_in_it() -> None:
    for one, of in letter.still_holding(RECORD):
        assert any(one.promise in names for _, names in of), one.title


def test_each_wording_mends_something_and_is_kept() -> None:
    for name, tried in KEPT.wordings.items():
        assert len(tried) == len(WORDINGS[name].helps)
        assert any(one["mended"] for one in tried), name


def test_every_wording_has_its_variant_or_changes_no_rule() -> None:
    for one in FINDINGS:
        assert one.variant or changes_no_rule(one), one.title
    silent = next(one for one in FINDINGS if "READ-6=SKIPPED" in one.circumstances)
    assert not changes_no_rule(replace(silent, variant=""))


def test_what_is_kept_is_of_the_wordings_as_they_are() -> None:
    for name, wording in WORDINGS.items():
        assert [one["of"] for one in KEPT.wordings[name]] == [variant_of(wording, column) for column in wording.helps]


@pytest.mark.parametrize("name", ["silent-child-fails", "no-auto-recovery-fails"])
def test_a_wording_that_says_something_else_is_another_variant(name: str) -> None:
    one = WORDINGS[name]
    other = replace(one, overrides=(), readings=(("READ-6", "SKIPPED"),))
    assert variant_of(one, one.helps[0]) != variant_of(other, one.helps[0])


def test_of_a_wording_that_changes_no_rule_it_is_told_what_holds_where_it_is_heeded() -> None:
    (one,) = (one for one in FINDINGS if not one.variant)

    def said(record: Record) -> str:
        (of,) = (of for found, of in letter.still_holding(record) if found == one)
        return " ".join(letter.proof(one, of, record, KEPT))

    assert "there is no variant to be made" in said(RECORD)
    assert "success-follows-a-copy" in said(RECORD)
    assert "success-follows-a-copy" not in said(_otherwise("no fault", UNDECIDED, "success-follows-a-copy"))


def _proved(monkeypatch: pytest.MonkeyPatch, wording: Wording, *names: str) -> list[dict[str, object]]:
    from shadowproof.letter import proving

    monkeypatch.setattr(proving, "WORDINGS", {"this": wording})
    monkeypatch.setattr(proving, "PROPERTIES", {name: PROPERTIES[name] for name in names})
    return proof_of("this", {22})


def test_a_wording_that_changes_nothing_mends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = replace(
        WORDINGS["given-back-at-shutdown"], overrides=(), helps=WORDINGS["given-back-at-shutdown"].helps[1:2]
    )
    (tried,) = _proved(monkeypatch, nothing, "no-vm-left-saved", "vms-at-rest-are-not-touched")
    assert tried["mended"] == []
    assert tried["still"] == ["no-vm-left-saved", "vms-at-rest-are-not-touched"]


def test_a_silent_child_that_counts_as_failed_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    (tried,) = _proved(monkeypatch, WORDINGS["silent-child-fails"], "every-session-ends", "no-guest-left-frozen")
    assert tried["mended"] == ["every-session-ends", "no-guest-left-frozen"]


@nightly
@pytest.mark.parametrize("name", sorted(WORDINGS))
def test_each_wording_is_proved_as_kept(name: str) -> None:
    sentences = {number for one in FINDINGS if one.variant == name for number in one.sentences}
    assert proof_of(name, sentences) == KEPT.wordings[name]


def test_the_first_screen_says_what_to_change() -> None:
    text = letter.letter(KEPT)
    head = text[: text.index("## Can every promise be kept?")]
    assert all(one.wording[:40] in " ".join(head.split()) for one in FINDINGS)
    assert all(len(line) < 120 for line in head.splitlines())
    assert text.count("*Write*") == len(FINDINGS)


def test_it_is_printed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letter, "kept", lambda: KEPT)
    found = CliRunner().invoke(app, ["letter"])
    assert found.exit_code == 0
    assert found.output == letter.letter(KEPT)


def test_a_protocol_that_changed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letter, "load", lambda: Kept("another", KEPT.blocks, KEPT.wordings))
    with pytest.raises(letter.Stale, match="letter --anew"):
        letter.kept()
    assert "letter --anew" in letter.page()
