"""What took how long, where a text says when: held against the windows, and told without excluding anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.diagnosis import Explanation, diagnose
from conformance.texts.facts import Kind, Mark, Place
from conformance.texts.lines import lines_of
from conformance.texts.read import read_file, read_text
from conformance.texts.times import GAVE_UP, read
from conformance.timing import Span, remarks, spans
from model.faults import FAULTS
from model.protocol import PROTOCOL
from model.windows import FREEZE_TO_THAW, REQUESTERS_WAITS, WINDOWS
from tests.conformance.closed import closed, seen

TIMED = Path(__file__).with_name("timed")


def took(name: str) -> list[Span]:
    return spans(read_file(TIMED / f"{name}.txt").marks)


def test_freeze_to_thaw_beyond_the_window_fits_the_fault_that_it_is() -> None:
    (one,) = took("freeze-74-s")
    assert (one.window, one.seconds, one.fits, one.excludes) == (FREEZE_TO_THAW, 74, "freeze_window_overrun", "")
    (told,) = remarks([one])
    assert told.kind is Kind.TIME
    assert told.says.startswith("Freeze to Thaw took 74 s")
    assert told.says.endswith("the limit of a writer that sets none of its own is 60 s")
    assert told.holds == "This fits the fault freeze_window_overrun."
    assert (one.opened.place.line, one.closed.place.line) == (27, 20)  # newest first


def test_within_the_window_the_fault_is_no_explanation_and_databases_of_one_session_are_one_freeze() -> None:
    (one,) = took("freeze-31-s-two-databases")
    assert (one.seconds, one.fits, one.excludes) == (31, "", "freeze_window_overrun")


def test_who_gave_up_is_held_against_the_common_limits_over_midnight() -> None:
    (one,) = took("gave-up-after-121-s")
    assert (one.window, one.seconds, one.closed.event) == (REQUESTERS_WAITS[1], 121, GAVE_UP)
    assert one.fits == "released_while_waiting"
    (told,) = remarks([one])
    assert "longer than a requester that waits 120 seconds at most (restic by default)" in told.says


def test_a_set_that_was_made_shows_that_its_requester_waited() -> None:
    (one,) = took("made-after-95-s")
    assert (one.window.seconds, one.seconds, one.fits) == (60, 95, "")
    assert "has waited" in remarks([one])[0].holds


def test_where_there_is_no_pair_or_no_time_nothing_is_timed() -> None:
    assert took("no-pair") == []


def test_a_linux_guest_that_refuses_to_freeze_speaks_for_the_failure_of_its_snapshot() -> None:
    told = read_text("Hyper-V VSS: VSS: freeze of /boot: Permission denied", "f").remarks
    assert [one.fault for one in told if one.fault] == ["guest_snapshot_fails"]
    assert "guest_snapshot_fails" in {fault.name for fault in FAULTS}


def test_times_of_two_files_are_not_compared() -> None:
    one, other = (Mark(event, at, Place(file, 1), "") for event, at, file in
                  (("freeze_delivered", 0.0, "a"), ("thaw_delivered", 74.0, "b")))  # fmt: skip
    assert spans([one, other]) == []
    assert len(spans([one, replace(other, place=one.place)])) == 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2024-02-29T23:59:59,5Z OnFreeze\n2024-03-01T00:00:30,25Z OnThaw", 30.75),
        ("13/11/2010 11:59:59 PM OnFreeze\n14/11/2010 12:00:09 AM OnThaw", 10),
        ("[05:02:49] OnFreeze\n[05:03:03] OnThaw", 14),
        ("0990 17D8 11/05 13:02:42.416 OnFreeze\n0990 17D8 11/05 13:02:43.916 OnThaw", 1.5),
    ],
)
def test_times_are_read_as_programs_write_them(text: str, seconds: float) -> None:
    (one,) = spans(read(lines_of(text, "f")).marks)
    assert one.seconds == seconds


def test_a_freeze_without_its_thaw_is_not_that_of_the_next_session() -> None:
    (one,) = spans(read(lines_of("01:00:00 OnFreeze\n02:00:00 OnFreeze\n02:00:09 OnThaw\n02:30:00 OnThaw", "f")).marks)
    assert one.seconds == 9


def test_every_window_names_events_and_a_fault_of_the_model() -> None:
    faults = {fault.name for fault in FAULTS}
    for one in WINDOWS:
        assert {one.opens, *one.closes} <= PROTOCOL.events.keys()
        assert one.fault in faults
        assert one.between
    assert PROTOCOL.events[GAVE_UP].fault in faults


def test_times_put_explanations_in_order_and_exclude_none() -> None:
    plain = seen("writer_state=FAILED_AT_PREPARE_SNAPSHOT", "last_error=RETRYABLE")
    late = next(one for one in took("gave-up-after-121-s"))
    first = diagnose(replace(plain, spans=(late,)), closed()).situations[0]
    timed = {one.column.name: one.timed for one in first.explanations}
    assert next(iter(timed)) == "released_while_waiting"
    assert [name for name, mark in timed.items() if mark] == ["released_while_waiting"]
    assert len(timed) > 5
    spoken = diagnose(replace(plain, spoken=frozenset({"guest_crashes"})), closed()).situations[0]
    assert spoken.explanations[0].column.name == "guest_crashes"
    (kept,) = took("freeze-31-s-two-databases")
    overrun = Explanation(
        next(c for c in closed().columns if c.name == kept.excludes), first.explanations[0].found, 0, -1
    )
    assert overrun.rank > replace(overrun, timed=0).rank > replace(overrun, timed=1).rank
