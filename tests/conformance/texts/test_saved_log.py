"""Saved event logs: entries of VSS and of Hyper-V become text; other sources, damage and size are no trouble."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from conformance.texts import saved_log
from conformance.texts.content import ReadError
from conformance.texts.lines import EVTX
from conformance.texts.read import read_text
from model.facts import WRITER_ID


def entry(source: str, identity: object, *data: str) -> dict[str, str]:
    system = {"Provider": {"#attributes": {"Name": source}}, "EventID": identity}
    return {"data": json.dumps({"Event": {"System": system, "EventData": {"Data": {"#text": list(data)}}}})}


CONTEXT = f"Operation:\n   PostSnapshot Event\nContext:\n   Writer Class Id: {{{WRITER_ID}}}\n"
RECORDS: list[object] = [
    entry("Other", 1, "x" * 100),
    RuntimeError("a damaged record"),
    {"data": "{"},
    entry("VSS", {"#text": 8229, "#attributes": {"Qualifiers": 0}}, "0x800423f3, in words", CONTEXT),
]


class Parser:
    """Stands for the package's parser."""

    def __init__(self, _: object) -> None:
        pass

    def records_json(self) -> Iterator[object]:
        yield from RECORDS


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    found = ModuleType("evtx")
    found.PyEvtxParser = Parser  # type: ignore[attr-defined]  # a stand-in
    monkeypatch.setitem(sys.modules, "evtx", found)
    return found


def test_entries_of_vss_say_what_their_text_says(package: ModuleType) -> None:
    seen = read_text(saved_log.text_of(EVTX, "a.evtx"), "a.evtx")
    assert {(one.machine, *one.states) for one in seen.facts} == {
        ("writer_state", "FAILED_AT_POST_SNAPSHOT"), ("last_error", "RETRYABLE"),
    }  # fmt: skip


def test_a_log_may_be_as_large_as_it_likes(package: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Parser, "records_json", lambda _: (entry("VSS", 1, "x" * 3000) for _ in range(10**9)))
    assert len(saved_log.text_of(EVTX, "a.evtx")) < 2 * saved_log.MOST_TEXT


def test_a_damaged_log_and_a_package_that_is_missing_are_said(
    package: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: object) -> Iterator[object]:
        raise RuntimeError("bad chunk")

    monkeypatch.setattr(Parser, "records_json", fails)
    with pytest.raises(ReadError, match="damaged"):
        saved_log.text_of(EVTX, "a.evtx")
    monkeypatch.setitem(sys.modules, "evtx", None)
    with pytest.raises(ReadError, match=r"shadowproof\[evtx\]"):
        saved_log.text_of(EVTX, "a.evtx")
