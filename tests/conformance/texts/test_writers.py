"""States of writers are read off what vssadmin, diskshadow and BETest print: by number, by id, in any language, however damaged."""

from __future__ import annotations

import pytest

from conformance.texts.facts import Kind, Seen
from conformance.texts.read import read_text
from model.facts import WRITER_ID

HYPER_V = f"""
Writer name: 'Microsoft Hyper-V VSS Writer'
   Writer Id: {{{WRITER_ID}}}
   Writer Instance Id: {{11111111-2222-4333-8444-555555555555}}
   State: [8] Failed
   Last error: Retryable error
"""
OTHER = """
Writer name: 'Some Database Writer'
   Writer Id: {22222222-2222-4333-8444-555555555555}
   Writer Instance Id: {33333333-2222-4333-8444-555555555555}
   State: [5] Waiting for completion
   Last error: No error
"""


def host(seen: Seen) -> dict[str, set[str]]:
    """What is so of the host now."""
    return {one.machine: set(one.states) for one in seen.facts if one.now and not one.of}


FAILED_8 = {"writer_state": {"FAILED_AT_PREPARE_SNAPSHOT"}, "last_error": {"RETRYABLE"}}


@pytest.mark.parametrize(
    "text",
    [
        HYPER_V,
        "\n".join(line.strip() for line in HYPER_V.splitlines()),
        HYPER_V.replace("\n", "\r\n"),
        "\n".join(f"> {line}  " for line in HYPER_V.splitlines()),
        HYPER_V.replace("State:", "Zustand:").replace("Failed", "Fehler").replace("Writer name", "Verfassername"),
        HYPER_V.replace("Microsoft Hyper-V VSS Writer", "Rédacteur VSS de Microsoft Hyper-V").replace("Writer name", "Nom du rédacteur"),
        HYPER_V.replace("Last error: Retryable error", "Last error: 0x800423f3"),
        HYPER_V.replace("[8] Failed\n   Last error: Retryable error", "[8] Retryable error"),
        OTHER + HYPER_V + OTHER,
        f'* WRITER "Microsoft Hyper-V VSS Writer"\n\t- Status: 8 (VSS_WS_FAILED_AT_PREPARE_SNAPSHOT)\n'
        f"\t- Writer Failure code: 0x800423f3 (VSS_E_WRITERERROR_RETRYABLE)\n\t- Writer ID: {{{WRITER_ID}}}\n",
        "Status for writer Microsoft Hyper-V VSS Writer: FAILED_AT_PREPARE_SNAPSHOT(0x800423f3 - VSS_E_WRITERERROR_RETRYABLE)",
        HYPER_V.replace("[8]", "[1]") + HYPER_V,
    ],
    ids=["as printed", "no indentation", "CRLF", "quoted", "German", "French", "code", "run together", "among others", "diskshadow",
         "BETest", "later counts"],
)  # fmt: skip
def test_the_number_carries_the_meaning(text: str) -> None:
    assert host(read_text(text, "f")) == FAILED_8


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("State: [99] Odd", "99 is no VSS_WRITER_STATE: they go from 0 to 15"),
        ("State: [-1] Odd", "-1 is no VSS_WRITER_STATE"),
        ("State: [12345] Odd", "12345 is no VSS_WRITER_STATE"),
        ("State: ???", "the block of Microsoft Hyper-V VSS Writer has no state that can be read"),
    ],
)
def test_a_state_that_there_is_not_leaves_the_last_error_as_it_is_read(line: str, why: str) -> None:
    """2026-11-29: of `State: [99]` the last error was dropped with it, and nothing said so."""
    seen = read_text(HYPER_V.replace("State: [8] Failed", line), "f")
    assert host(seen) == {"last_error": {"RETRYABLE"}}
    (said,) = [one.says for one in seen.remarks if one.kind is Kind.OPEN]
    assert said.startswith(why)


def test_where_neither_is_known_both_are_said_to_be_open() -> None:
    text = HYPER_V.replace("[8] Failed", "[99] Odd").replace("Retryable error", "Virhe")
    seen = read_text(text, "f")
    assert host(seen) == {}
    said = [one.says for one in seen.remarks if one.kind is Kind.OPEN]
    assert ["99 is no" in said[0], "the last error of" in said[1], "'Virhe' is in a language" in said[1]] == [True] * 3


def test_an_error_in_a_language_that_is_not_known_is_left_open() -> None:
    seen = read_text(HYPER_V.replace("Retryable error", "Virhe, joka voidaan yrittää uudelleen"), "f")
    assert host(seen) == {"writer_state": {"FAILED_AT_PREPARE_SNAPSHOT"}}
    assert [one.kind for one in seen.remarks] == [Kind.OPEN]


def test_another_writer_is_set_aside_by_name_and_says_nothing_of_this_one() -> None:
    seen = read_text(OTHER.replace("[5]", "[8]"), "f")
    assert not host(seen)
    assert [(one.machine, one.weak) for one in seen.facts] == [("other_writer", True)]
    assert any(one.kind is Kind.OTHER_WRITER and "Some Database Writer" in one.says for one in seen.remarks)


def test_the_id_decides_and_not_the_name() -> None:
    impostor = HYPER_V.replace(WRITER_ID, "44444444-2222-4333-8444-555555555555")
    assert not host(read_text(impostor, "f"))


def test_a_block_that_is_cut_is_open_and_takes_nothing_from_the_next() -> None:
    cut = HYPER_V.split("   State", maxsplit=1)[0]
    seen = read_text(cut + OTHER, "f")
    assert not host(seen)
    assert any(one.kind is Kind.OPEN and "cut" in one.says for one in seen.remarks)


def test_a_number_that_is_no_state_is_left_open() -> None:
    assert "writer_state" not in host(read_text(HYPER_V.replace("[8]", "[77]"), "f"))


def test_a_state_without_a_name_counts_only_in_the_case_that_it_is_this_writers() -> None:
    seen = read_text("State: [9] Timed out", "f")
    assert not seen.facts
    (case,) = seen.cases
    assert {(one.machine, *one.states) for one in case.facts} == {
        ("writer_state", "FAILED_AT_FREEZE"),
        ("last_error", "TIMEOUT"),
    }


def test_a_list_without_this_writer_is_said_to_be_one() -> None:
    others = [OTHER.replace("Some", name) for name in ("First", "Second", "Third")]
    listed = "is not among the 3 writers listed"
    assert any(listed in one.says for one in read_text("".join(others), "f").remarks)
    for text in ("".join(others[:2]), "".join(others) + HYPER_V, others[0] * 3):
        assert not any("is not among" in one.says for one in read_text(text, "f").remarks)
