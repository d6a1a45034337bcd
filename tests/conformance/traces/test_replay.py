"""Recorded runs, answered: complete ones and partial ones, with times and without; each answer is one that can be wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest

from conformance.traces import fill, follow
from conformance.traces.answers import Accepted, Answer, Open, Rejected
from conformance.traces.form import TraceError
from conformance.traces.read import Lines
from conformance.traces.replayed import answered
from conformance.traces.saved import as_itf, as_jsonl, jsonl
from conformance.traces.table import Steps
from model.protocol import PROTOCOL
from proofs.answers.runs import load
from proofs.world.world import Column

HEAD = {"schema": "shadowproof-trace/1"}
SAVED = "vm_saved@1"
PAUSED_VM = [{"start": {"power": "PAUSED", "integration": "RUNNING"}}]
KEPT = sorted(load().kept.values(), key=lambda one: (one.property, one.column))


def answer(*lines: Any, together: int = 1, **head: Any) -> Answer:
    return asked(jsonl([{**HEAD, **head}, *lines]), together)


def asked(text: str, together: int = 1) -> Answer:
    return answered(Lines("f", BytesIO(text.encode())), together=together)


class Counted:
    """Counts how often a method is asked."""

    def __init__(self, patch: pytest.MonkeyPatch, owner: type, name: str) -> None:
        self.calls, asked = 0, getattr(owner, name)

        def count(*args: Any, **named: Any) -> Any:
            self.calls += 1
            return asked(*args, **named)

        patch.setattr(owner, name, count)


def accepted(found: Answer) -> Accepted:
    assert isinstance(found, Accepted), found
    return found


def rejected(found: Answer) -> Rejected:
    assert isinstance(found, Rejected), found
    return found


def events(found: Accepted) -> list[str]:
    assert found.run is not None
    return [name for name, _ in found.run.steps]


# -- partial traces -------------------------------------------------------------------------------------------------------


def test_what_nobody_saw_is_filled_in_with_as_few_steps_as_there_are() -> None:
    found = accepted(answer({"event": SAVED}, {"states": {"writer_state": 5}}, faults=[]))
    assert events(found)[-1] == "post_snapshot_succeeded"
    assert len(events(found)) == 17
    assert found.inferred == tuple(n for n in range(1, 18) if n != 8)
    assert found.column == Column()


def test_the_fewest_faults_explain_it() -> None:
    lines: list[Any] = [{"event": SAVED}, {"states": {"requester": "AT_REST", "power@1": "SAVED"}}]
    found = accepted(answer(*lines, vms=PAUSED_VM))
    assert len(found.column.faults) == 1
    refused = rejected(answer(*lines, vms=PAUSED_VM, faults=[]))
    assert refused.line.number == 3


def test_a_fault_that_is_seen_is_no_question() -> None:
    found = accepted(answer({"event": "requester_vanishes"}, {"states": {"requester": "AT_REST"}}, together=0))
    assert found.column.faults == {"requester_vanishes"}


def test_the_first_line_that_nothing_explains_is_named_with_the_rule() -> None:
    lines: list[Any] = [
        {"event": SAVED},
        {"event": "freeze_delivered"},
        {"event": "freeze_returned", "states": {"power@1": "RUNNING"}},
        {"event": "nothing_left_to_give_back@1"},
    ]
    found = rejected(answer(*lines, faults=[]))
    assert (found.line.number, found.after, found.by) == (4, 2, ("BAK-8",))
    assert found.instead == ("power@1 is SAVED",)
    assert "freeze_returned" in found.possible
    assert found.rules[0][1].endswith("does nothing.")


def test_a_state_that_no_event_leads_to_names_the_promises_that_it_would_break() -> None:
    left = {"requester": "AT_REST", "power@1": "SAVED", "saved_by@1": "WRITER"}
    found = rejected(answer({"states": left}, faults=[]))
    assert found.why == ("no event leads there",)
    assert "no-vm-left-saved" in found.promises
    assert "BAK-9" in found.by


def test_another_reading_makes_another_run() -> None:
    lines: list[Any] = [{"event": SAVED}, {"event": "management_service_restarts", "states": {"note@1": "PAUSED"}}]
    head: dict[str, Any] = {"faults": ["management_service_restarts"], "vms": PAUSED_VM}
    assert rejected(answer(*lines, **head)).instead == ("note@1 is NOTHING",)
    assert accepted(answer(*lines, **head, readings={"READ-3": "KEPT"})).column.readings == (("READ-3", "KEPT"),)


def test_what_is_looked_at_is_bounded_and_then_it_is_said_to_be_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fill, "MOST_NODES", 20)
    assert isinstance(answer({"event": SAVED}, faults=[]), Open)


def test_few_states_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Counted(monkeypatch, Steps, "after")
    accepted(answer({"event": SAVED}, {"states": {"writer_state": 4}}, faults=[]))
    assert 17 <= steps.calls <= 30_000


# -- times ----------------------------------------------------------------------------------------------------------------

BEGUN = ("backup_initialized", "context_set", "writer_metadata_gathered", "snapshot_set_started", "vm_chosen", "prepared_for_backup",
         "snapshot_set_begun", SAVED, "prepare_for_snapshot_succeeded", "freeze_delivered", "freeze_returned",
         "shadow_copies_committed", "thaw_delivered", "thaw_returned", "post_snapshot_delivered", "vm_given_back@1",
         "post_snapshot_succeeded", "snapshot_set_made")  # fmt: skip


def timed(seconds: Mapping[str, float]) -> list[dict[str, Any]]:
    """A backup in which these events come so much later than the one before."""
    now, lines = 0.0, []
    for event in BEGUN:
        now += seconds.get(event, 0.5)
        lines.append({"time": now, "event": event})
    return lines


PAUSED: dict[str, Any] = {"vms": [{"start": {"power": "PAUSED"}}], "complete": True, "faults": []}


@pytest.mark.parametrize("complete", [True, False])
def test_thaw_comes_within_a_minute_of_freeze(complete: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fill, "MOST_UNSEEN", 3)  # else another session may lie between what was seen
    head: dict[str, Any] = {**PAUSED, "complete": complete}
    (over,) = accepted(answer(*timed({"thaw_delivered": 58}), **head)).over
    assert not over.window.strict
    found = rejected(answer(*timed({"thaw_delivered": 60}), **head))
    assert (found.line.event, found.by[0]) == ("thaw_delivered", "VSS-4")
    assert "61" in found.why[0]


def test_between_two_lines_only_what_is_sure_counts() -> None:
    """Freeze may have come at the end of what was not seen."""
    lines: list[Any] = [
        {"time": 0, "event": SAVED},
        {"time": 100, "states": {"vss": "COMMITTED"}},
        {"time": 130, "event": "thaw_delivered"},
    ]
    assert accepted(answer(*lines, faults=[])).run
    lines[2]["time"] = 161
    found = answer(*lines, faults=[], vms=[{"start": {"power": "PAUSED"}}])
    assert "freeze_delivered" in events(accepted(found))[-31:]  # another session, in which it was seen neither


def test_long_waits_are_remarkable_and_not_forbidden() -> None:
    found = accepted(answer(*timed({"shadow_copies_committed": 11, SAVED: 130}), **PAUSED))
    assert [(one.window.name, one.line) for one in found.over] == [("flush-and-hold", 13), ("do-snapshot-set-120", 19)]


def test_time_does_not_run_backwards() -> None:
    lines = timed({"freeze_returned": -3})
    for complete in (True, False):
        with pytest.raises(TraceError, match="line 12: time runs backwards"):
            answer(*lines, **(PAUSED | {"complete": complete}))


# -- complete traces ------------------------------------------------------------------------------------------------------


def test_recorded_runs_are_accepted_in_both_forms() -> None:
    chosen = KEPT[:: max(1, len(KEPT) // 6)]
    assert len(chosen) >= 6
    for one in chosen:
        named = one.column.split(" + ") if one.column != "no fault" else []
        faults = frozenset(name for name in named if "=" not in name)
        readings = tuple((name, value) for name, _, value in (n.partition("=") for n in named) if value)
        column = Column(faults, readings)
        if any(event not in PROTOCOL.events for event, _ in one.run.steps):
            continue
        own = {key: state for key, state in one.run.starts.items() if key[0] in PROTOCOL.actors}
        run = type(one.run)(one.run.shapes, own, one.run.steps, one.run.loop)
        for text in (as_jsonl(run, column), as_itf(run, column)):
            found = accepted(asked(text))
            assert found.complete
            assert found.events == len(run.steps), one.property
            assert found.run is not None
            assert found.run.steps == run.steps


def test_a_line_that_was_met_before_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is what makes it quick: 30 events a session, and each is read once, whatever its time."""
    session = (
        "backup_initialized",
        "context_set",
        "writer_metadata_gathered",
        "released_unprepared",
        "backup_shutdown_returned",
    )
    lines = [{"time": n, "event": session[n % 5]} for n in range(20_000)]
    text = jsonl([{**HEAD, "complete": True, "faults": []}, *lines])
    read = Counted(monkeypatch, Lines, "meant")
    steps = Counted(monkeypatch, Steps, "after")
    found = accepted(asked(text))
    assert (found.events, found.run) == (20_000, None)
    assert found.states <= 12
    assert read.calls <= 20
    assert steps.calls <= 20


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "MOST_KEPT", 3)
    assert accepted(answer(*({"event": event} for event in BEGUN), **PAUSED)).events == len(BEGUN)


def test_nothing_is_filled_into_a_complete_trace() -> None:
    found = rejected(answer({"event": SAVED}, **PAUSED))
    assert (found.line.number, found.after) == (2, 0)
    assert "BAK-3" in found.by


# -- ITF ------------------------------------------------------------------------------------------------------------------


def test_a_trace_of_others_is_read_as_far_as_it_speaks_of_the_model() -> None:
    trace = {
        "#meta": {"shadowproof": {**HEAD, "faults": []}},
        "vars": ["writer_state", "power", "theirs"],
        "states": [
            {
                "#meta": {"index": 0},
                "writer_state": {"#bigint": "1"},
                "power": {"#map": [[1, "PAUSED"]]},
                "theirs": {"#set": []},
            },
            {"writer_state": {"#bigint": "2"}, "power": {"#tup": ["SAVED"]}, "theirs": 7},
            {"writer_state": 5, "power": ["PAUSED"], "theirs": {"#unserializable": "x"}},
        ],
    }
    found = accepted(asked(json.dumps(trace, indent=1)))
    assert events(found)[-1] == "post_snapshot_succeeded"
    trace["states"][2]["power"] = ["RUNNING"]  # type: ignore[index]  # of JSON
    assert rejected(asked(json.dumps(trace))).line.number == 2


# -- what is no trace -----------------------------------------------------------------------------------------------------

WRONG = {
    "another schema": ('{"schema": "x/1"}\n', "line 1: the first line names no schema"),
    "no header": ('{"event": "vm_saved@1"}\n', "no trace in ITF"),
    "text": ("vm_saved@1\n", "begins no trace"),
    "binary": ("\x7fELF\0\0", "is no text in UTF-8"),
    "text after blank lines": ("\n \nvm_saved@1\n", "line 3: 'vm_saved@1' begins no trace"),
    "a list": ("[1]\n", "begins no trace"),
    "nothing": ("", "is empty. Give"),
    "blank lines": ("\n \n", "is empty, but for blank lines. Give"),
    "an unknown key": (jsonl([HEAD, {"evnt": "x"}]), "'evnt', which nobody reads"),
    "an unknown event": (jsonl([HEAD, {"event": "vm_explodes"}]), "no event 'vm_explodes'"),
    "an unknown machine": (jsonl([HEAD, {"states": {"disk": "A"}}]), "no machine 'disk'"),
    "an unknown state": (jsonl([HEAD, {"states": {"power@1": "ON"}}]), "power is never 'ON'"),
    "no such VM": (jsonl([HEAD, {"states": {"power@2": "OFF"}}]), "there is none such"),
    "no such part": (jsonl([HEAD, {"states": {"port@1.2": "OLD"}}]), "there is none such"),
    "twice": ('{"schema": "shadowproof-trace/1"}\n{"states": {"power@1": "OFF", "power@1": "SAVED"}}\n', "stands twice"),
    "twice, in two ways": (jsonl([HEAD, {"states": {"power@1": "OFF", "power": "SAVED"}}]), "is said twice"),
    "no seen thing": (jsonl([HEAD, {}]), "nothing was seen"),
    "no line": (jsonl([HEAD]), "nothing was seen"),
    "NaN": ('{"schema": "shadowproof-trace/1"}\n{"time": NaN, "event": "context_set"}\n', "no JSON"),
    "deep": ('{"schema": "shadowproof-trace/1"}\n' + "[" * 50_000, "nested too deep"),
    "a long line": ('{"schema": "shadowproof-trace/1"}\n' + "x" * 200_000, "more than 100,000 bytes"),
    "seven VMs": (jsonl([{**HEAD, "vms": [{}] * 7}]), "7 VMs"),
    "an unknown fault": (jsonl([{**HEAD, "faults": ["x"]}]), "no fault 'x'"),
    "an unknown reading": (jsonl([{**HEAD, "readings": {"READ-1": "x"}}]), "no reading READ-1=x"),
    "a start that cannot be": (jsonl([{**HEAD, "vms": [{"start": {"cluster": "LEFT_BEHIND"}}]}]), "cluster starts as"),
    "starts that do not go together": (
        jsonl([{**HEAD, "complete": True, "vms": [{"start": {"power": "OFF", "cluster": "ONLINE"}}]}, {"event": "context_set"}]),
        "no VM can start so",
    ),
    "an escape": (jsonl([HEAD, {"event": "\x1b[2J"}]), r"'\?\[2J' is no name"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_what_is_no_trace_is_refused_with_its_place_and_the_remedy(text: str, said: str) -> None:
    with pytest.raises(TraceError, match=said) as refused:
        asked(text)
    told = str(refused.value)
    assert told.startswith("f")
    assert len(told) < 500
    assert told.isprintable()


def test_a_partial_trace_of_very_many_lines_is_refused_before_it_is_searched() -> None:
    with pytest.raises(TraceError, match="more than 10,000 lines"):
        asked(jsonl([HEAD]) + '{"event": "context_set"}\n' * 10_001)


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n", b"\xff\xfe{\0", b"\x9b31m" + b"x" * 200_000])
def test_what_is_no_text_is_not_quoted(content: bytes) -> None:
    """2026-11-29: forty bytes of it were printed."""
    with pytest.raises(TraceError, match=r"^f is no text in UTF-8\. Give JSON lines"):
        Lines("f", BytesIO(content))


def test_a_mark_and_blank_lines_before_a_trace_are_passed_over() -> None:
    text = jsonl([HEAD, {"event": "context_set"}]).encode()
    assert Lines("f", BytesIO(b"\xef\xbb\xbf" + text)).lines() == Lines("f", BytesIO(text)).lines()
    (line,) = Lines("f", BytesIO(b"\n\n" + text)).lines()
    assert line.number == 4
    signs = "\N{SNOWMAN}" * 50_000  # the first line is cut within a sign
    with pytest.raises(TraceError, match="begins no trace"):
        Lines("f", BytesIO(signs.encode()))
