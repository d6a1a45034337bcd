"""The closed set of all circumstances at once says what a closed set of one column says, and is kept as it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conformance import kept
from conformance.possible import (
    OF_HOST,
    OF_VM,
    Possible,
    close,
    contains,
    from_bytes,
    paired_columns,
    single_columns,
    size,
    term_of,
)
from conformance.texts.read import SEEN
from model.notation import happens, some
from model.notation.errors import Place
from model.protocol import PROTOCOL
from model.sorts import vm
from proofs.views.proof import prove
from proofs.world.world import Column
from properties.kinds import Always
from tests.conformance.closed import closed
from tests.helpers.nightly import nightly

STATES = {
    "failed for a moment": ({"writer_state": {"FAILED_AT_PREPARE_SNAPSHOT"}, "last_error": {"RETRYABLE"}}, ()),
    "left at rest": ({"requester": {"AT_REST"}}, ({"saved_by": {"WRITER"}},)),
    "both at once": ({"vss": {"MADE"}}, ({"saved_by": {"WRITER"}}, {"progress": {"FAILED"}})),
    "late": ({"writer_state": {"FAILED_AT_FREEZE"}}, ()),
    "complete with an error": ({"writer_state": {"WAITING_FOR_BACKUP_COMPLETE"}, "last_error": {"RETRYABLE"}}, ()),
    "gone": ({"requester": {"VANISHED"}}, ({"child_session": {"FROZEN"}},)),
}  # fmt: skip
COLUMNS = [Column(), Column(frozenset({"vm_cannot_be_saved"})), Column(frozenset({"requester_vanishes"}))]


def frozen(states: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {name: frozenset(chosen) for name, chosen in states.items()}


def possible_alone(column: Column) -> dict[str, bool]:
    """Which of the states the closed set of one column has."""
    asked = []
    for name, (host, vms) in STATES.items():
        term = term_of(frozen(host))
        for one in vms:
            term = term & some(vm, term_of(frozen(one)))
        asked.append(
            Always(
                says="s.", shows=(), witness=happens("backup_initialized"), name=name, term=~term, place=Place("t", 0)
            )
        )
    return {name: not proof.holds for name, proof in prove(PROTOCOL, column, asked).items()}


def possible_in(whole: Possible, column: Column) -> dict[str, bool]:
    """Which of them the set of all columns has in that one."""
    return {
        name: bool(whole.label(frozen(host), [frozen(one) for one in vms]) & whole.bits([column]))
        for name, (host, vms) in STATES.items()
    }


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_it_says_what_a_closed_set_of_that_column_alone_says(column: Column) -> None:
    assert possible_in(closed(), column) == possible_alone(column)


PAIRS = [
    Column(frozenset({"vm_cannot_be_saved", "requester_vanishes"})),
    Column(frozenset({"requester_vanishes"}), (("READ-1", "NEVER"),)),
]


@pytest.mark.parametrize("column", PAIRS, ids=str)
def test_pairs_say_what_a_closed_set_of_that_pair_alone_says(column: Column) -> None:
    """Two of them by day; at night all are closed anew."""
    pairs = kept.packaged(pairs=True)
    assert pairs is not None
    assert column in pairs.columns
    found = possible_alone(column)
    assert possible_in(pairs, column) == found
    assert set(found.values()) == {True, False}


def test_what_is_possible_without_a_fault_is_possible_with_any() -> None:
    whole = closed()
    none = 1 << whole.columns.index(Column())
    faults = whole.bits([c for c in whole.columns if c.faults and not c.readings])
    for row in range(0, len(whole.host), 7):
        label = sum(int(word) << 64 * at for at, word in enumerate(whole.labels[row].tolist()))
        assert not label & none or label & faults == faults


def test_two_vms_that_are_never_so_in_one_column_are_not_put_together() -> None:
    """Saved by the writer at rest, and a volume missing, are possible each in columns of their own, and together in none."""
    whole = closed()
    host = {"requester": frozenset({"AT_REST"})}
    saved, chosen = {"saved_by": frozenset({"WRITER"})}, {"child_session": frozenset({"ORPHANED"})}
    one, other, both = whole.label(host, [saved]), whole.label(host, [chosen]), whole.label(host, [saved, chosen])
    assert one & ~other
    assert both & ~(one & other) == 0


def test_minimal_circumstances_hold_no_smaller_ones() -> None:
    whole = closed()
    found = whole.minimal(whole.label({"writer_state": frozenset({"FAILED_AT_PREPARE_SNAPSHOT"})}))
    assert Column() in found  # a context without auto-recovery vetoes with no fault
    assert all(not contains(a, b) for a in found for b in found if a != b)
    assert {size(one) for one in whole.minimal(whole.label({"requester": frozenset({"VANISHED"})}))} == {1}


def test_it_is_kept_as_it_is_and_what_is_damaged_is_not_believed() -> None:
    content = closed().as_bytes()
    again = from_bytes(content)
    assert again is not None
    assert again.columns == closed().columns
    assert np.array_equal(again.labels, closed().labels)
    for damaged in (b"", content[:200], content[:-40], b"PK" + content[2:50] + bytes(300)):
        assert from_bytes(damaged) is None
    fewer = Possible(again.columns, again.host[:, :-1], again.vm, again.labels)
    assert from_bytes(fewer.as_bytes()) is None


def same(one: Possible, other: Possible) -> bool:
    arrays = ((one.host, other.host), (one.vm, other.vm), (one.labels, other.labels))
    return one.columns == other.columns and all(np.array_equal(a, b) for a, b in arrays)


def test_what_comes_with_the_package_is_what_is_closed_anew() -> None:
    """Asked again after each change of the protocol or of an engine: python -m conformance.kept makes it anew."""
    assert same(close(single_columns()), closed())


@nightly
@pytest.mark.timeout(3_000)
def test_pairs_that_come_with_the_package_are_what_is_closed_anew() -> None:
    pairs = kept.packaged(pairs=True)
    assert pairs is not None
    assert same(close(paired_columns()), pairs)


def test_of_one_thing_at_a_time_pairs_say_what_singles_say() -> None:
    pairs, singles = kept.packaged(pairs=True), closed()
    assert pairs is not None

    def states(of: Possible, column: Column) -> set[bytes]:
        word, bit = divmod(of.columns.index(column), 64)
        rows = (of.labels[:, word] >> np.uint64(bit) & np.uint64(1)) > 0
        return {row.tobytes() for row in np.concatenate([of.host[rows], of.vm[rows]], axis=1)}

    for column in singles.columns:
        assert states(pairs, column) == states(singles, column), column.name


def test_a_set_of_another_protocol_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = (Path(kept.__file__).with_name(kept.NAMES[False])).read_bytes()
    assert from_bytes(content, "0" * 64) is None
    assert kept.packaged(tmp_path) is None
    (tmp_path / kept.NAMES[False]).write_bytes(content[:-100])
    assert kept.packaged(tmp_path) is None
    monkeypatch.setattr(kept, "packaged", lambda **_: None)
    monkeypatch.setattr("conformance.possible.close", lambda columns: closed() if len(columns) < 100 else None)
    assert kept.possible() is closed()


def test_every_state_in_it_is_one_of_its_machines() -> None:
    whole = closed()
    for of, actors in ((whole.host, OF_HOST), (whole.vm, OF_VM)):
        assert (of.min(axis=0) >= 0).all()
        assert (of.max(axis=0) < [len(actor.states) for actor in actors]).all()


def test_what_may_be_said_is_what_is_closed() -> None:
    assert {actor.name for actor in (*OF_HOST, *OF_VM)} == SEEN
