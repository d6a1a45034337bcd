"""The letter: every failure has its words, what no longer fails vanishes, and it is printed from what is kept."""

from dataclasses import replace
from functools import cache

import pytest
from typer.testing import CliRunner

from model.readings import READINGS
from model.requirements import REQUIREMENTS
from proofs.answers.column_cache import protocol_content
from proofs.answers.record import Cell, Record
from proofs.answers.record import load as load_record
from proofs.answers.runs import load_for
from proofs.answers.verdict import HOLDS, REFUTED, UNDECIDED
from proofs.verdicts.combined.combinations import Block, Kept, Row, load
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from shadowproof.cli import app
from shadowproof.letter import combined, letter, story
from shadowproof.letter.finding import proof
from shadowproof.letter.findings import FINDINGS, Finding
from shadowproof.letter.proving import changes_no_rule, proof_of, variant_of
from shadowproof.letter.wordings import WORDINGS, Wording
from tests.helpers.nightly import nightly

RECORD = load_record()
KEPT = load()
STATES = {one.actor.name: one.actor.states for one in READINGS}


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
        return " ".join(proof(one, of, record, KEPT))

    assert "There is no variant to be made" in said(RECORD)
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


@cache
def text() -> str:
    """The letter as it is now. Whoever only collects tests need not wait for it."""
    return letter.letter(KEPT)


def test_the_first_page_says_what_to_change() -> None:
    head = text()[: text().index("## The silent points together")]
    assert all(one.wording[:40] in " ".join(head.split()) for one in FINDINGS)
    assert all(len(line) < 120 for line in text().splitlines() if not line.startswith("|"))


@pytest.mark.parametrize(
    "part",
    [
        "*What is wrong.*", "*The sentences*", "*The promise that breaks.*", "*How it can be read", "*When it breaks*",
        "*The shortest run*", "*What is seen of it.*", "*Who is harmed.*", "*Write instead.*", "*Does it help?*",
    ],
)  # fmt: skip
def test_each_finding_has_all_its_parts(part: str) -> None:
    assert text().count(part) == len(FINDINGS)


def test_each_promise_that_is_named_is_said_in_words() -> None:
    body, glossary = text().split("## The promises by their names")
    for name in PROPERTIES:
        assert (f"`{name}`" in body) == (f"* `{name}`: " in glossary)


def _first(broken: dict[str, tuple[Row, ...]]) -> Kept:
    """What is kept, with other rows of the silent points that are most."""
    first = max(KEPT.blocks, key=lambda one: len(one.readings))
    return replace(KEPT, blocks=tuple(replace(one, broken=broken if one is first else {}) for one in KEPT.blocks))


def test_the_first_paragraph_says_whether_every_promise_can_be_kept() -> None:
    only = {"READ-1": ("NEVER", "INSIDE", "ON_SHUTDOWN"), "READ-2": ("NO",)}
    broken = tuple(Row({name: states}, {}, 1) for name, states in only.items())
    size = sum(1 for _ in _first({}).blocks[0].all())
    none = _first({"no-vm-left-saved": (Row({}, {}, 1),)})
    assert " ".join(text().split("\n\n")[1].split()).count(combined.in_short(KEPT)) == 1
    assert f"{size:,} of {size:,} ways of reading them keep every promise" in combined.in_short(_first({}))
    assert f"{size // 8:,} of {size:,} ways of reading" in combined.in_short(_first({"no-vm-left-saved": broken}))
    assert "No way of reading them keeps every promise" in combined.in_short(none)
    assert "None of them keeps these together" in " ".join(combined.answer(none))


def test_what_is_kept_by_one_combination_only_is_told_so() -> None:
    block = Block(("READ-2", "READ-6"), (), {"no-vm-left-saved": tuple(
        Row({name: (state,)}, {}, 1) for name, state in (("READ-2", "NO"), ("READ-6", "SKIPPED"))
    )}, 0)  # fmt: skip
    found = Kept("", (block,), {})
    assert "One way of reading them keeps every promise" in combined.in_short(found)
    needs = " ".join(" ".join(combined.answer(found)).split())
    assert "does the failed writer get the later events? Yes." in needs
    assert "Veto in PrepareForSnapshot." in needs


def test_the_table_has_every_combination_of_what_hangs_together() -> None:
    block = max(KEPT.blocks, key=lambda one: len(one.readings))
    names = [n for n in block.readings if any(n in row.values for row in block.broken["no-vm-left-saved"])]
    assert {"READ-1", "READ-2", "READ-14", "READ-15"} <= set(names)
    at = text().index("no-vm-left-saved`) It hangs on")
    table = text()[at:].split("\n\n")[1].splitlines()[2:]
    told = [cell.strip() for line in table for cell in line.split("|")[len(names) : -1]]
    chosen = [one for one in block.all() if all(one[n] == STATES[n][0] for n in block.readings if n not in names)]
    assert len(told) == len(chosen)
    assert told.count("broken") == sum("no-vm-left-saved" in block.breaks(one) for one in chosen)


def test_a_story_has_each_step_once() -> None:
    column = Column(readings=(("READ-14", "UNTIL_RETURN"),))
    run = load_for(protocol_content()).of("no-vm-left-saved", column.name)
    assert run is not None
    start, *lines = story.told(run, column)
    assert start == "2 VMs: VM 1 runs, VM 2 is paused."
    numbers = [int(n) for line in lines for n in line.split(".")[0].split("-")]
    assert numbers == sorted(numbers)
    assert (numbers[0], numbers[-1]) == (1, len(run.run.steps))
    (saved,) = (line for line in lines if "(VM 2: paused, then saved)" in line)
    assert "VM 2: The writer puts" in saved


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
