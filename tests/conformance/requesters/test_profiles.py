"""Tables of calls are read as JSON and as CSV, and what makes no sense is refused with its place and the remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.requesters.machine import CONTROLLED, NAME, Own, network_of
from conformance.requesters.profile import ABORT, CALLS, RELEASE, ProfileError
from conformance.requesters.read import TEMPLATE, examples, profile_of, read_profile
from model.actors.requester import requester
from model.faults import FAULTS
from model.notation import Run
from model.notation.run import Shape
from model.protocol import PROTOCOL

SMALL = {
    "schema": "requester-profile/1",
    "name": "small",
    "rows": [{"call": "DoSnapshotSet", "failed": ["AbortBackup", "Release"]}, {"call": "Release"}],
}
BARE = Shape({"disk": 0, "adapter": 0})
EVERY_FAULT = frozenset(fault.name for fault in FAULTS)


def test_there_are_fifteen_public_ones_each_with_its_source_and_what_is_fair() -> None:
    assert len(examples()) == 15
    for name in examples():
        profile = read_profile(Path(name))
        assert profile.name == name
        assert all(profile.facts[key] for key in ("source", "version", "fairness", "certain"))


def test_a_table_and_json_say_the_same() -> None:
    table = "# name: small\ncall,failed,note\nDoSnapshotSet,AbortBackup; Release,\nRelease,,\n"
    one, other = profile_of(table, "t"), profile_of(json.dumps(SMALL), "j")
    assert (one.name, one.rows, one.reports) == (other.name, other.rows, other.reports)


def test_the_table_to_be_filled_in_is_one_that_can_be_read() -> None:
    profile = profile_of(TEMPLATE, "t")
    assert profile.name == "my-backup"
    assert profile.rows[-1].call == RELEASE
    assert profile.status_row is not None
    assert profile.status_row.answer("writer_failed") == (ABORT, RELEASE)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"rows": []}, "1 to 64 rows"),
        ({"rows": [{"call": "Release"}]}, "DoSnapshotSet once"),
        ({"rows": [{"call": "DoSnapshotSet"}, {"call": "Relaese"}]}, "Did you mean Release"),
        ({"rows": [{"call": "Release"}, {"call": "DoSnapshotSet"}]}, "Release last"),
        ({"rows": [{"call": "Copy"}, {"call": "DoSnapshotSet"}, {"call": "Release"}]}, "cannot stand"),
        (
            {"rows": [{"call": "DoSnapshotSet", "failed": ["AbortBackup"]}, {"call": "Release"}]},
            "the last of them Release",
        ),
        (
            {"rows": [{"call": "DoSnapshotSet", "failed": ["AbortBackup"] * 99 + ["Release"]}, {"call": "Release"}]},
            "at most",
        ),
        ({"rows": [{"call": "DoSnapshotSet", "failed": "again"}, {"call": "Release"}]}, "is no answer"),
        ({"rows": [{"call": "DoSnapshotSet", "failed": 7}, {"call": "Release"}]}, "a word or a list"),
        ({"rows": 7}, "is a list"),
        ({"schema": "other/1"}, "no profile"),
        ({"reports": "perhaps"}, "Write true, false or never"),
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, object], word: str) -> None:
    with pytest.raises(ProfileError, match=word):
        profile_of(json.dumps({**SMALL, **change}), "p.json")


@settings(max_examples=60)
@given(
    st.one_of(
        st.text(max_size=200),
        st.lists(st.sampled_from([*CALLS, ",", "\n", "call", "next", "{", '"rows"', "[", ":"]), max_size=30).map(
            "".join
        ),
    )
)
def test_any_text_is_a_table_or_refused(text: str) -> None:
    try:
        profile = profile_of(text, "t")
    except ProfileError:
        return
    assert profile.rows


@pytest.mark.parametrize("own", list(Own), ids=lambda own: own.name)
def test_each_step_of_a_public_one_is_one_that_the_requester_may_take(own: Own) -> None:
    """Its machine and the requester's go together: what its table allows is in the protocol, and its states are the requester's."""
    for name in ("hvbackup-coliseo", "duplicati", "vshadow"):
        profile = network_of(read_profile(Path(name)), own).actors[NAME]
        for move in profile.moves:
            if move.sources and move.event in requester.events:
                for source in move.sources:
                    state = next(
                        s for s in sorted(requester.states, key=len, reverse=True) if source.name.startswith(s)
                    )
                    targets = {rule.dest or state for rule in requester.rules(move.event, state)}
                    assert any(move.dest is not None and move.dest.name.startswith(target) for target in targets), (
                        move,
                        state,
                    )


def test_what_a_table_does_not_have_does_not_happen() -> None:
    """A requester that never calls AbortBackup cannot be made to."""
    network = network_of(read_profile(Path("hvbackup-coliseo")), Own.NOTHING)
    run = Run(network, (BARE,), {("power", (0,)): "RUNNING"}, EVERY_FAULT)
    for event in ("backup_initialized", "context_set", "writer_metadata_gathered", "snapshot_set_started"):
        run.fire(event)
    run.fire("vm_chosen", (0,))
    for event in ("prepared_for_backup", "snapshot_set_begun"):
        run.fire(event)
    assert "profile blocks" in (run.why_not("requester_aborts") or "")
    assert "requester_aborts" in CONTROLLED
    plain = Run(PROTOCOL, (BARE,), {("power", (0,)): "RUNNING"}, EVERY_FAULT)
    for event, index in (("backup_initialized", ()), ("context_set", ()), ("writer_metadata_gathered", ()), ("snapshot_set_started", ()),
                         ("vm_chosen", (0,)), ("prepared_for_backup", ()), ("snapshot_set_begun", ())):  # fmt: skip
        plain.fire(event, index)
    assert plain.why_not("requester_aborts") is None
