"""No text makes a reader fail, and nothing of it reaches the terminal raw; what is too large or no text is refused in a sentence."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.content import MOST_BYTES, ReadError
from conformance.texts.facts import MOST_CASES, MOST_FACTS, Seen
from conformance.texts.lines import decoded
from conformance.texts.read import read_file, read_text, refuse_contradictions, said
from model.protocol import PROTOCOL
from tests.helpers.nightly import AT_NIGHT

WRITER = "Writer name: 'Microsoft Hyper-V VSS Writer'\n"
PIECES = st.sampled_from(
    [WRITER, "State: [8] Failed\n", "Last error: Retryable error\n", "{66841cd4-6ded-4f4b-8f17-fd23f8ddc3de}",
     '* WRITER "x"\n', "Event ID: 8229\n", "Operation:\nPostSnapshot Event\n", "Context:\n", "0x800423f3", "> ", "\\- ", "\x1b[31m", "\x00",
     "Offline\\web", '{"a":{"State":', "}", "web VSS True OK", "\n", "\r\n", "[", "]", "'", "Status for writer x: STABLE(0x800423f3)"]
)  # fmt: skip
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=40).map("".join)


def plain(seen: Seen) -> None:
    """Every word of it can be printed, and every state is one of its machine."""
    words = [word for one in seen.facts for word in (one.said, one.of)]
    words += [word for one in seen.remarks for word in (one.says, one.holds)]
    assert not [sign for word in words for sign in word if unicodedata.category(sign) == "Cc"]
    for one in seen.facts:
        assert one.states
        assert one.states <= set(PROTOCOL.actors[one.machine].states)


@settings(max_examples=150)
@given(TEXTS)
def test_any_text_is_read(text: str) -> None:
    plain(read_text(text, "f"))


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_are_decoded_or_refused(content: bytes) -> None:
    try:
        text = decoded(content, "f")
    except ReadError:
        return
    plain(read_text(text, "f"))


def test_a_very_long_line_and_very_many_lines_take_no_long_time_of_any_reader() -> None:
    plain(read_text("Writer name: '" * 100_000, "f"))
    plain(read_text("Add Volume \\\\a\\b " * 2_000 + "\n" + "'\"[8] " * 50_000, "f"))
    with pytest.raises(ReadError, match="lines"):
        read_text("x\n" * 250_000, "f")


def test_the_same_line_thousands_of_times_is_one_case_and_many_facts_are_few() -> None:
    """Each case is answered by itself: as many as lines would take for ever. At night a hundred thousand."""
    assert len(read_text("State: [8] Failed\n" * (100_000 if AT_NIGHT else 10_000), "f").cases) == 1
    assert len(read_text("".join(f"State: [{n}] Failed\n" for n in range(16)), "f").cases) <= MOST_CASES
    seen = read_text("".join(f"Name : v{n}\nState : Saved\n" for n in range(3_000)), "f")
    assert len(seen.facts) <= MOST_FACTS
    assert any("3,000 facts" in one.says for one in seen.remarks)


def test_what_cannot_be_read_is_refused_with_its_name_and_the_remedy(tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    with large.open("wb") as out:
        out.truncate(MOST_BYTES + 1)
    for path, word in ((large, "larger"), (tmp_path, "folder"), (tmp_path / "none", "cannot be read")):
        with pytest.raises(ReadError, match=word):
            read_file(path)


@pytest.mark.parametrize(
    "text", ["writer_state", "writer=STABLE", "writer_state=GOOD", "disk_kind=VHD", "=", "\x1b[1m=x"]
)
def test_what_a_person_says_is_a_machine_in_one_of_its_states(text: str) -> None:
    with pytest.raises(ReadError):
        said([text])


def test_two_files_that_contradict_each_other_are_refused_with_both_places() -> None:
    one, other = (
        read_text(f"Name : web\nState : {state}", name) for state, name in (("Saved", "a.txt"), ("Running", "b.txt"))
    )
    with pytest.raises(ReadError, match=r"b\.txt:2.*a\.txt:2"):
        refuse_contradictions([one, other])
    refuse_contradictions([one, one])
