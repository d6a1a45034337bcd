"""Saved event logs: entries of VSS and of Hyper-V become text; other sources, damage and size are no trouble."""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from types import ModuleType

import pytest

from conformance.content import ReadError
from conformance.texts import saved_log
from conformance.texts.lines import EVTX
from conformance.texts.read import read_text
from conformance.timing import spans
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


def test_entries_carry_their_time_and_of_databases_only_when_they_froze(
    package: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at(second: int, source: str, identity: int) -> dict[str, str]:
        made = json.loads(entry(source, identity, "web")["data"])
        made["Event"]["System"]["TimeCreated"] = {"#attributes": {"SystemTime": f"2010-11-05T01:02:{second:02}.5Z"}}
        return {"data": json.dumps(made)}

    records = [at(1, "MSSQL$A", 3197), at(2, "MSSQL$A", 17137), at(9, "ESENT", 102), at(32, "MSSQL$A", 3198)]
    monkeypatch.setattr(Parser, "records_json", lambda _: iter(records))
    text = saved_log.text_of(EVTX, "a.evtx")
    assert text.count("Event ID") == 2
    (one,) = spans(read_text(text, "a.evtx").marks)
    assert (one.seconds, one.excludes) == (31, "freeze_window_overrun")


def test_the_parser_itself_reads_an_empty_log_and_refuses_what_is_damaged() -> None:
    """The package, not its stand-in: a header and no chunk; then chunks of anything."""
    head = struct.pack("<8sQQQIHHHH76xII", EVTX, 0, 0, 1, 128, 1, 3, 4096, 1, 0, 0).ljust(4096, b"\0")
    assert saved_log.text_of(head, "a.evtx") == ""
    for damage in (b"\xff" * 65_536 * 3, b"ElfChnk\0" + bytes(range(256)) * 255 + bytes(248), EVTX * 9_000):
        with suppress(ReadError):
            assert saved_log.text_of(head + damage, "a.evtx") == ""


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
