"""What took how long, where a text says when: held against the windows, and told without excluding anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.diagnosis import Explanation, diagnose, timed
from conformance.texts.facts import DATED, MOST_MARKS, Kind, Mark, Moment, Place, Seen, together
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
    one, other = (Mark(event, Moment(DATED, at, at), Place(file, 1), "") for event, at, file in
                  (("freeze_delivered", 0.0, "a"), ("thaw_delivered", 74.0, "b")))  # fmt: skip
    assert spans([one, other]) == []
    assert len(spans([one, replace(other, place=one.place)])) == 1


READ = {
    "2024-02-29T23:59:59,5Z OnFreeze\n2024-03-01T00:00:30,25Z OnThaw": 30.75,
    "13/11/2010 11:59:59 PM OnFreeze\n14/11/2010 12:00:09 AM OnThaw": 10,
    "11/5/2010 1:02:00 a.m. OnFreeze\n11/5/2010 1:02:09 a. m. OnThaw": 9,
    "[05:02:49] OnFreeze\n[05:03:03] OnThaw": 14,
    "INFO 05:02:49 OnFreeze\nERROR 05:03:03 OnThaw": 14,
    "0990 17D8 11/05 13:02:42.416 OnFreeze\n0990 17D8 11/05 13:02:43.916 OnThaw": 1.5,
    "31-Jan-2024 13:02:42 OnFreeze\n31-Jan-2024 13:02:43 OnThaw": 1,
    "2024-03-01T10:00:00+02:00 OnFreeze\n2024-03-01T08:00:09Z OnThaw": 9,
    "2024-03-01 10:00:00 +0200 OnFreeze\n2024-03-01 09:00:09+01 OnThaw": 9,
    "2024-03-01 10:00:00 UTC OnFreeze\n2024-03-01 05:30:09 UTC-04:30 OnThaw": 9,
    "2024/03/01 10:00:00 OnFreeze\n2024/03/02 10:00:09 OnThaw": None,  # a day later is of another session
    "11/5/2010 10:00:00 OnFreeze\n11/5/2010 10:00:09 OnThaw": 9,
    "01.02.2024 23:59:59 OnFreeze\n02.02.2024 00:00:09 OnThaw": 10,
    "1/12/2024 23:59:59 OnFreeze\n1/13/2024 00:00:09 OnThaw": 10,
    "12/1/2024 23:59:59 OnFreeze\n13/1/2024 00:00:09 OnThaw": 10,
    "31/1/2024 23:00:00 started\n1/2/2024 23:59:59 OnFreeze\n2/2/2024 00:00:09 OnThaw": 10,
}  # fmt: skip
"""Times as programs write them, and the seconds between them."""


@pytest.mark.parametrize("text", READ)
def test_times_are_read_as_programs_write_them(text: str) -> None:
    assert [one.seconds for one in spans(read(lines_of(text, "f")).marks)] == ([READ[text]] if READ[text] else [])


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ("11/05 13:02:42", "11/06 13:02:52"),
        ("Jan 31 13:02:42", "Feb 1 13:02:52"),
        ("31-Jan-2024 13:02:42", "01-Feb-2024 13:02:52"),
        ("31/01/24 13:02:42", "01/02/24 13:02:52"),
        ("Mon 13:02:42", "Tue 13:02:52"),
        ("Samstag 13:02:42", "Sonntag 13:02:52"),
        ("2024-01-31 Wed 13:02:42", "2024-02-01 Thu 13:02:52"),
        ("13:02:42 31/01/2024", "13:02:52 01/02/2024"),
        ("13:02:42, Jan 31", "13:02:52, Feb 1"),
        ("13:02:42 Montag", "13:02:52 Dienstag"),
        ("11/12/2024 23:59:59", "12/12/2024 00:00:09"),  # ten seconds, or thirty days
        ("12/1/2024 23:59:59", "12/2/2024 00:00:09"),
        ("10/11/2024 10:00:00", "11/10/2024 10:00:09"),
        ("2024-02-30 10:00:00", "2024-02-30 10:00:09"),
        ("2024-03-01 10:00:00+02:00", "2024-03-01 10:00:09"),
        ("2024-03-31 01:59:59 CET", "2024-03-31 02:00:09 CEST"),
        ("10:00:00 +0200", "10:00:09 +0100"),
        ("11/05 13:02", "11/05 13:02"),
        ("13:02:42:100", "13:02:52:100"),
        ("25:02:42", "25:02:52"),
        ("13:02:42 PM", "13:02:52 PM"),
        ("1:02:42 \u03bc\u03bc", "1:02:52 \u03bc\u03bc"),
    ],
)
def test_a_time_that_is_not_understood_is_compared_with_none(first: str, later: str) -> None:
    assert spans(read(lines_of(f"{first} OnFreeze\n{later} OnThaw", "f")).marks) == []


SHORT = "2024-03-01 10:00:00 OnFreeze\n2024-03-01 10:00:09 OnThaw"


@pytest.mark.parametrize(
    ("text", "excludes"),
    [
        (SHORT, True),
        (SHORT.replace("2024-03-01", "3/4/2024"), True),
        (SHORT.replace("2024-03-01 ", ""), False),
        (SHORT.replace("2024-03-01", "1-Mar-2024"), False),
        (SHORT + "\n2024-03-02 10:00:00 OnFreeze", False),
        (SHORT + "\n2024-03-02 10:00:00 OnFreeze\n2024-03-02 11:00:00 OnThaw", False),
        (SHORT + "\n03/02 10:00:00 OnFreeze", False),
        (SHORT + "\nOnFreeze", False),
        ("2024-03-02 10:00:00 OnFreeze\n" + SHORT, False),
        ("2024-02-28 10:00:00 OnFreeze\n2024-02-28 10:01:09 OnThaw\n" + SHORT, True),
        (SHORT + "\n2024-03-02 10:00:00 calling DoSnapshotSet", True),
    ],
    ids=["dated", "ambiguous, and the same either way", "no date", "an unread date", "a later freeze", "a later session",
         "perhaps a later one", "another without a time", "newest first", "a late one before", "of another kind"],
)  # fmt: skip
def test_only_the_last_session_of_a_log_whose_times_are_all_understood_excludes(text: str, excludes: bool) -> None:
    found = spans(read(lines_of(text, "f")).marks)
    assert 9 in [one.seconds for one in found]
    assert {one.excludes for one in found} - {""} == ({"freeze_window_overrun"} if excludes else set())


def test_of_several_sessions_each_is_told_and_only_the_last_is_said_to_exclude() -> None:
    text = SHORT + "\n2024-03-02 10:00:00 OnFreeze\n2024-03-02 10:00:20 OnThaw"
    first, last = remarks(spans(read(lines_of(text, "f")).marks))
    assert first.holds == "It excludes nothing: it is not known to be of the last session of this log."
    assert last.holds == (
        "So the fault freeze_window_overrun does not explain this session, if the log is the host's and not a guest's."
    )


def test_events_of_one_entry_happened_at_no_time_that_is_known() -> None:
    entry = "Date: 2024-03-01 10:00:00\nEvent ID: 1\nOnFreeze\n"
    assert spans(read(lines_of(entry + "OnThaw", "f")).marks) == []
    (one,) = spans(read(lines_of(entry + entry.replace("OnFreeze", "OnThaw").replace("00:00", "00:09"), "f")).marks)
    assert one.seconds == 9


def test_what_is_longer_than_any_session_is_of_two() -> None:
    waits = "01:00:00 calling DoSnapshotSet\n{} DoSnapshotSet timed out"
    assert [one.seconds for one in spans(read(lines_of(waits.format("01:10:01"), "f")).marks)] == [601]
    assert spans(read(lines_of(waits.format("01:15:01"), "f")).marks) == []
    assert spans(read(lines_of("01:00:00 OnFreeze\n04:00:00 OnThaw", "f")).marks) == []


def test_a_wait_is_of_the_set_that_was_begun_last() -> None:
    text = "01:00:00 calling DoSnapshotSet\n01:02:00 calling DoSnapshotSet\n01:02:09 DoSnapshotSet returned"
    assert [one.seconds for one in spans(read(lines_of(text, "f")).marks)] == [9]


def test_times_that_are_left_out_exclude_nothing() -> None:
    """Newest first, what is left out of a long log is the latest."""
    later, old, *short = read(
        lines_of("2024-03-02 10:00:00 OnFreeze\n2024-02-02 10:00:00 OnFreeze\n" + SHORT, "f")
    ).marks
    assert len(spans(short)) == 1
    assert spans(short)[0].excludes
    others = [replace(old, event="snapshot_set_begun")] * (MOST_MARKS - len(short))
    many = together([Seen(marks=(later, old, *others, *short))])
    assert len(many.marks) == MOST_MARKS + 1
    assert [one.excludes for one in spans(many.marks)] == [""]


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
    marks = {one.column.name: one.timed for one in first.explanations}
    assert next(iter(marks)) == "released_while_waiting"
    assert [name for name, mark in marks.items() if mark] == ["released_while_waiting"]
    assert len(marks) > 5
    spoken = diagnose(replace(plain, spoken=frozenset({"guest_crashes"})), closed()).situations[0]
    assert spoken.explanations[0].column.name == "guest_crashes"
    (kept,) = took("freeze-31-s-two-databases")
    overrun = Explanation(
        next(c for c in closed().columns if c.name == kept.excludes), first.explanations[0].found, 0, -1
    )
    assert overrun.rank > replace(overrun, timed=0).rank > replace(overrun, timed=1).rank


def test_what_fits_one_session_is_not_excluded_by_another_or_against_what_the_text_says() -> None:
    plain = seen("writer_state=FAILED_AT_FREEZE", "last_error=TIMEOUT")
    within, late = took("freeze-31-s-two-databases") + took("freeze-74-s")

    overrun = next(one for one in closed().columns if one.name == "freeze_window_overrun")

    def told(*took: Span, spoken: str = "") -> int:
        return timed(replace(plain, spans=took, spoken=frozenset({spoken})), overrun)

    assert told(within) == -1
    assert told(late, within) == told(within, late) == 1
    assert told(within, spoken="freeze_window_overrun") == 1
    assert told(replace(within, is_last=False)) == 0
