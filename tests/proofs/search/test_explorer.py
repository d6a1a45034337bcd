"""The explorer on a tiny protocol: counts by hand, shortest runs, and verdicts that say no more than was shown."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

import proofs.verdicts.check
from model.notation import TRUE, Network, Shape, every, happens, implies, some
from model.notation.changes import rows_of, with_dest, with_event, with_table
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED, Verdict
from proofs.search.plain import LimitReached, explore, successors
from proofs.search.replay import EnginesDisagree, replay
from proofs.search.swift import explore_swiftly
from proofs.verdicts.check import check
from proofs.world.compiled import Compiled
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.kinds import Property, always, ends, fired, possible, step
from tests.helpers.networks.tiny import (
    HARBOUR,
    NO_OARS,
    ONE_OAR,
    Boat,
    Gate,
    at_sea,
    boat,
    gate,
    named,
    oar,
    open_,
    place,
)
from tests.helpers.networks.whole import compiled_whole, in_words

CALM = Column()
STORM = Column(frozenset({"storm"}))
afloat = every(boat, ~place.is_(Boat.SUNK))


@pytest.fixture(autouse=True)
def _no_observers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own protocol knows nothing of the observers of the catalogue, and remembers no verdict of other tests."""
    monkeypatch.setattr(proofs.verdicts.check, "watched", lambda network: network)
    monkeypatch.setattr(proofs.verdicts.check, "_JUDGED", {})


def judged(
    found: Property,
    column: Column = CALM,
    network: Network = HARBOUR,
    vms: int = 1,
    **scope: object,
) -> Verdict:
    (verdict,) = check(
        column,
        scope=Scope(vms=vms, **{"shapes": (NO_OARS,), **scope}),  # type: ignore[arg-type]  # fields by name
        network=network,
        properties=named(it=found),
    )
    return verdict


@pytest.mark.parametrize(
    ("boats", "shape", "column", "states", "steps", "depth"),
    [
        # open-in -> open-out -> shut-out -> shut-in -> open-in, and open-out -> open-in
        (1, NO_OARS, Column(), 4, 5, 3),
        # and open-out, shut-out -> sunk; from shut-sunk the gate opens
        (1, NO_OARS, STORM, 6, 8, 3),
        # every one of them with the oar aboard or left, and the step between the two
        (1, ONE_OAR, Column(), 8, 14, 4),
        (1, Shape({"oar": 2}), Column(), 16, 36, 5),
        # boats as a multiset, gate open: in-in, in-out, out-out; shut: the same three
        (2, NO_OARS, Column(), 6, 9, 3),
    ],
)
def test_counts_by_hand(boats: int, shape: Shape, column: Column, states: int, steps: int, depth: int) -> None:
    compiled = compiled_whole(HARBOUR, [shape], column)
    for found in (explore(compiled, boats), explore_swiftly(compiled, boats)):
        assert (found.states, found.steps, found.depth) == (states, steps, depth)


def test_states_and_steps_in_words() -> None:
    compiled = compiled_whole(HARBOUR, [NO_OARS])
    found = explore(compiled, 1, keep_graph=True)

    def short(state: tuple[int, ...]) -> str:
        (_, where), (_, who) = [pair for group in in_words(compiled, state) for pair in group]
        return f"{where}-{who}"

    steps = {
        f"{short(state)} {compiled.events[edge[0]].name} {short(target)}"
        for state, out in found.targets.items()
        for edge, target in out
    }
    assert steps == {
        "OPEN-IN boat_leaves OPEN-OUT",
        "OPEN-OUT gate_shuts SHUT-OUT",
        "OPEN-OUT all_called_in OPEN-IN",
        "SHUT-OUT all_called_in SHUT-IN",
        "SHUT-IN gate_opens OPEN-IN",
    }


def test_the_shortest_run_is_found() -> None:
    found = judged(always("No boat sinks.", afloat, shows="T-1", witness=fired("storm")), STORM)
    assert found.verdict == REFUTED
    assert found.run is not None
    assert [name for name, _ in found.run.steps] == ["boat_leaves", "storm"]


@pytest.mark.parametrize("boats", [1, 2, 3])
def test_the_shortest_run_needs_every_boat(boats: int) -> None:
    """A promise that is broken with `boats` boats only: all of them at sea."""
    crowded = possible("All are at sea.", happens("gate_shuts") & every(boat, at_sea), shows="T-1")
    found = judged(crowded, vms=boats)
    assert found.verdict == HOLDS
    assert found.length == 2  # the run with one boat is as good
    step_by_step = explore(compiled_whole(HARBOUR, [NO_OARS]), boats, steps={"it": crowded.term})
    assert len(step_by_step.run_to(step_by_step.hits["it"])[1]) == boats + 1


def test_of_the_steps_those_that_are_asked_for() -> None:
    """As if the rest were left out afterwards: of events of the harbour, of a boat, and of all boats."""
    compiled, whose = compiled_whole(HARBOUR, [ONE_OAR]), set[int]()
    waiting = [(compiled.start_hosts[0], *2 * [*compiled.starts][:1])]
    known = set(waiting)
    while waiting:
        every = successors(compiled, state := waiting.pop())
        for event, *_ in (edge for edge, _ in every):
            assert successors(compiled, state, only={event}) == [one for one in every if one[0][0] == event]
            whose.add(event)
        waiting += (new := {target for _, target in every} - known)
        known |= new
    assert len(whose) == len(compiled.events) >= 4


def test_the_limit_is_undecided_and_never_holds() -> None:
    safe = always("The gate is open or shut.", open_ | ~open_, shows="T-1", witness=fired("gate_shuts"))
    assert judged(safe, STORM, vms=2).verdict == HOLDS
    verdict = judged(safe, STORM, vms=2, limit=8)
    assert verdict.verdict == UNDECIDED
    assert "more to come (limit" in verdict.reason
    assert "up to 1 VM" in verdict.assurance
    never = possible("The gate opens while one is at sea.", happens("gate_opens") & some(boat, at_sea), shows="T-1")
    assert judged(never, STORM, vms=2).verdict == REFUTED
    assert judged(never, STORM, vms=2, limit=8).verdict == UNDECIDED
    with pytest.raises(LimitReached):
        explore(compiled_whole(HARBOUR, [NO_OARS], STORM), 1, limit=3)
    with pytest.raises(LimitReached):
        explore_swiftly(compiled_whole(HARBOUR, [NO_OARS], STORM), 1, limit=3)


def test_a_run_found_before_the_limit_decides() -> None:
    verdict = judged(always("No boat sinks.", afloat, shows="T-1", witness=fired("storm")), STORM, vms=3, limit=10)
    assert verdict.verdict == REFUTED


def test_without_its_witness_nothing_is_shown() -> None:
    promise = always("No boat sinks.", afloat, shows="T-1", witness=fired("storm"))
    assert judged(promise).verdict == NOT_EXERCISED
    harmless = always("The gate is there.", open_ | ~open_, shows="T-1", witness=fired("storm"))
    assert judged(harmless).verdict == NOT_EXERCISED
    assert judged(harmless, STORM).verdict == HOLDS


def test_a_witness_has_to_fire_and_not_merely_be_possible() -> None:
    """The gate shuts, but never with all boats in."""
    witness = happens("gate_shuts") & every(boat, place.is_(Boat.IN))
    assert judged(always("The gate is there.", open_ | ~open_, shows="T-1", witness=witness)).verdict == NOT_EXERCISED


def test_what_no_run_reaches_is_refuted() -> None:
    assert judged(possible("It sinks.", happens("gate_opens") & ~afloat, shows="T-1")).verdict == REFUTED
    assert judged(possible("It sinks.", happens("gate_opens") & ~afloat, shows="T-1"), STORM).verdict == HOLDS


def test_an_event_of_one_member_happens_to_that_member_only() -> None:
    own = step("Who leaves was in.", every(boat, implies(happens("boat_leaves"), place.is_(Boat.IN))), shows="T-1",
               witness=fired("boat_leaves"))  # fmt: skip
    of_all = step("Nobody leaves after another.", implies(happens("boat_leaves"), every(boat, place.is_(Boat.IN))),
                  shows="T-1", witness=fired("boat_leaves"))  # fmt: skip
    assert judged(own, vms=2).verdict == HOLDS
    assert judged(of_all, vms=1).verdict == HOLDS
    assert judged(of_all, vms=2).verdict == REFUTED


def test_a_session_that_ends_and_one_that_does_not() -> None:
    home = ends("All boats come home.", every(boat, place.is_(Boat.IN)), without=("boat_leaves",), shows="T-1",
                witness=fired("boat_leaves"))  # fmt: skip
    assert judged(home).verdict == REFUTED  # nobody need call them in
    assert judged(home, network=with_event(HARBOUR, "all_called_in", fair=True), vms=2).verdict == HOLDS


def test_a_member_without_parts_has_every_part_and_none() -> None:
    """Members of two shapes, in either order: what is said of all parts holds of none; what is said of one does not."""
    left = HARBOUR.actors["oars"]
    needs = some(oar, left.is_(left.enum["LEFT"]))
    network = with_event(HARBOUR, "boat_leaves", when=open_ & (needs | gate.is_(Gate.SHUT)))
    for shapes in ((NO_OARS, ONE_OAR), (ONE_OAR, NO_OARS)):
        found = explore(compiled_whole(network, shapes), 1)
        assert found.states == 1 + 2 + 3, "no oars: it stays in; one oar: aboard or left, then out, shut out, shut in"
        assert judged(always("At sea an oar is left.", every(boat, ~at_sea | needs), shows="T-1",
                             witness=fired("boat_leaves")), network=network, shapes=shapes).verdict == HOLDS  # fmt: skip


def _run_of(compiled: Compiled, names: Sequence[str]) -> tuple[tuple[int, ...], list[tuple[int, int, int, int, int]]]:
    state = start = (compiled.start_hosts[0], *compiled.starts)
    edges = []
    for name in names:
        edge, state = next((e, t) for e, t in successors(compiled, state) if compiled.events[e[0]].name == name)
        edges.append(edge)
    return start, edges


def test_a_replay_of_an_honest_path() -> None:
    compiled = compiled_whole(HARBOUR, [NO_OARS])
    found = replay(compiled, *_run_of(compiled, ["boat_leaves", "gate_shuts", "all_called_in", "gate_opens"]))
    assert found.steps == (("boat_leaves", (0,)), ("gate_shuts", ()), ("all_called_in", ()), ("gate_opens", ()))


def test_a_replay_finds_a_wrong_state() -> None:
    """A table planted in the explorer sinks the boat that leaves; the machines do not."""
    sinks = with_table(HARBOUR, "place", with_dest(rows_of(HARBOUR, "place"), "boat_leaves", Boat.SUNK))
    compiled = compiled_whole(sinks, [NO_OARS])
    path = _run_of(compiled, ["boat_leaves"])
    compiled.world.network = HARBOUR
    with pytest.raises(EnginesDisagree, match=re.escape("after boat_leaves, place of (0,) is OUT, not SUNK")):
        replay(compiled, *path)


def test_a_replay_finds_an_event_that_is_not_possible() -> None:
    """A guard planted in the explorer shuts the gate behind nobody; the machines refuse."""
    compiled = compiled_whole(with_event(HARBOUR, "gate_shuts", when=TRUE), [NO_OARS])
    path = _run_of(compiled, ["gate_shuts"])
    compiled.world.network = HARBOUR
    with pytest.raises(EnginesDisagree, match="gate_shuts happen"):
        replay(compiled, *path)
