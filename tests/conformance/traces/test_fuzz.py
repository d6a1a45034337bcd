"""No bytes make a reader of traces fail: they are a trace, or they are refused in a sentence that can be printed."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.traces import fill
from conformance.traces.form import TraceError
from conformance.traces.itf import plain
from conformance.traces.read import Lines
from conformance.traces.replayed import answered
from shadowproof.tell.traces.told import text_of
from tests.helpers.hostile import EVENTS, FILES

REFUSED = "refused: "
HEAD = b'{"schema": "shadowproof-trace/1", "complete": true, "faults": []}\n'
PIECES = st.sampled_from(
    [b'{"event": "backup_initialized"}\n', b'{"event": "vm_saved@1", "states": {"power@1": "SAVED"}}\n', b'{"time": 1, ',
     b'"states": {', b'"power@1": ["OFF", "ON"]', b"}", b"{", b"[", b"]", b'"', b"\n",
     b"\x1b[2J", b"\xff", b"\0", b"1e999", b'"#bigint"', b'"vars"', b'"states"']
)  # fmt: skip
NAMES = ["event", "states", "time", "vars", "#map", "#tup", "#set", "#bigint", "power", "power@1", "vms", "start"]
WORDS = st.text(max_size=4) | st.sampled_from(["power@1", "SAVED", "vm_saved@1", "requester"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=6,
)


def asked(content: bytes) -> None:
    told = outcome(content)
    assert len(told) < 100_000
    assert all(line.isprintable() for line in told.split("\n"))


def outcome(content: bytes) -> str:
    """What is said of it, answer or refusal."""
    try:
        return text_of("f", answered(Lines("f", BytesIO(content)), together=0))
    except TraceError as refused:
        return f"{REFUSED}{refused}"


@settings(max_examples=40)
@given(st.lists(PIECES, max_size=12).map(b"".join), st.booleans())
def test_any_bytes_are_a_trace_or_refused(content: bytes, headed: bool) -> None:
    asked(HEAD + content if headed else content)


@settings(max_examples=40)
@given(st.lists(VALUES, max_size=4), VALUES)
def test_any_values_are_a_trace_or_refused(values: list[Any], head: Any) -> None:
    lines = b"".join(json.dumps(one).encode() + b"\n" for one in values)
    asked(HEAD + lines)
    asked(
        json.dumps({"schema": "shadowproof-trace/1", "complete": True, "faults": [], "vms": head}).encode()
        + b"\n"
        + lines
    )
    asked(
        json.dumps(
            {
                "vars": [],
                "states": values,
                "#meta": {"shadowproof": {"schema": "shadowproof-trace/1", "complete": True}},
            }
        ).encode()
    )
    plain(head)


def test_files_of_other_kinds_are_refused() -> None:
    for content in (*FILES.values(), *EVENTS.values()):
        told = outcome(content)
        assert told.startswith(REFUSED)
        assert told.isprintable()


def test_a_state_that_is_none_is_refused() -> None:
    """Found by the test above, 2026-11-29: the first state of a trace in ITF was asked what is in it."""
    assert "no variable" in outcome(b'{"vars": [], "states": [null]}')


def test_a_search_ends_however_much_is_possible(monkeypatch: Any) -> None:
    monkeypatch.setattr(fill, "MOST_NODES", 300)
    head = {"schema": "shadowproof-trace/1", "vms": [{}] * 6}
    asked(json.dumps(head).encode() + b'\n{"event": "vm_registered@6"}\n')
