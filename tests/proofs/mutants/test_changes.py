"""Changed protocols: one rule is another one, all the rest and the original are as they were."""

import pytest

from model.notation import TRUE, DeclarationError, on
from model.notation.changes import (
    guard_without,
    rows_of,
    with_dest,
    with_event,
    with_guard,
    with_rows,
    with_sources,
    with_table,
    without_row,
)
from proofs.search.plain import explore
from tests.helpers.networks.tiny import HARBOUR, NO_OARS, Boat, Gate, at_sea, gate, open_, place
from tests.helpers.networks.whole import compiled_whole


def states_of(network: object) -> int:
    return explore(compiled_whole(network, [NO_OARS]), 1).states  # type: ignore[arg-type]  # a changed network


def test_a_guard_is_replaced_and_fairness_stays() -> None:
    changed = with_event(HARBOUR, "all_called_in", when=TRUE)
    assert changed.events["all_called_in"].when == TRUE
    assert not changed.events["all_called_in"].fair
    assert with_event(HARBOUR, "all_called_in", fair=True).events["all_called_in"].when == (
        HARBOUR.events["all_called_in"].when
    )
    assert HARBOUR.events["all_called_in"].when != TRUE
    assert list(changed.events) == list(HARBOUR.events)


def test_a_condition_is_taken_out_of_a_guard() -> None:
    network = with_event(HARBOUR, "boat_leaves", when=open_ & ~at_sea)
    assert guard_without(network, "boat_leaves", open_) == ~at_sea
    assert guard_without(network, "boat_leaves", open_ & ~at_sea) == TRUE
    with pytest.raises(LookupError, match="boat_leaves does not need that place is out"):
        guard_without(network, "boat_leaves", at_sea)


def test_a_table_is_replaced_and_the_machine_is_the_same_otherwise() -> None:
    changed = with_table(HARBOUR, "place", without_row(rows_of(HARBOUR, "place"), "all_called_in"))
    old, new = HARBOUR.actors["place"], changed.actors["place"]
    assert (new.name, new.states, new.sort, new.starts, new.says) == (
        old.name, old.states, old.sort, old.starts, old.says,
    )  # fmt: skip
    assert len(new.moves) == len(old.moves) - 1
    assert states_of(changed) == 3  # open-in, open-out, shut-out: nobody comes in any more
    assert states_of(HARBOUR) == 4


def test_rows_are_changed() -> None:
    rows = rows_of(HARBOUR, "gate")
    assert [row.dest for row in with_dest(rows, "gate_shuts", Gate.OPEN)] == [Gate.OPEN, Gate.OPEN]
    assert [row.when for row in with_guard(rows, "gate_opens", open_)] == [TRUE, open_]
    assert [row.sources for row in with_sources(rows, "gate_opens", Gate.OPEN | Gate.SHUT)] == [
        frozenset({Gate.OPEN}),
        frozenset(Gate),
    ]
    more = on("gate_opens", Gate.OPEN, Gate.OPEN)
    assert with_rows(more, rows) == (more, *rows)


def test_only_the_rows_from_one_source() -> None:
    rows = with_rows(rows_of(HARBOUR, "place"), on("storm", Boat.IN, Boat.SUNK))
    assert without_row(rows, "storm", Boat.IN) == rows_of(HARBOUR, "place")
    assert [row.sources for row in without_row(rows, "storm", Boat.OUT) if row.event == "storm"] == [
        frozenset({Boat.IN})
    ]


def test_what_is_not_there_cannot_be_changed() -> None:
    with pytest.raises(LookupError, match="no event tide"):
        with_event(HARBOUR, "tide", fair=False)
    with pytest.raises(LookupError, match="no machine moon"):
        rows_of(HARBOUR, "moon")
    with pytest.raises(LookupError, match="no row on gate_shuts from SHUT"):
        without_row(rows_of(HARBOUR, "gate"), "gate_shuts", Gate.SHUT)


def test_a_changed_protocol_is_checked_like_any_other() -> None:
    """Two rows that both fit are refused, and so is a guard that reads a boat where there is none."""
    with pytest.raises(DeclarationError, match="two moves are possible at once"):
        with_table(HARBOUR, "gate", with_rows(on("gate_opens", Gate.SHUT, Gate.SHUT), rows_of(HARBOUR, "gate")))
    with pytest.raises(DeclarationError, match="reads place of a boat without a quantifier"):
        with_event(HARBOUR, "gate_opens", when=at_sea)
    assert gate.moves == HARBOUR.actors["gate"].moves
    assert place is HARBOUR.actors["place"]
