"""States that are too far from what is looked for are left out, and no shortest run with them: in networks drawn by chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from model.notation import HOST, Actor, Sort, States, build, event, on, some
from proofs.search.plain import LimitReached
from proofs.search.swift import Near, SwiftlyExplored, explore_swiftly
from proofs.verdicts import check, nearness
from proofs.views.saturation import Views, saturate, saturate_for
from proofs.world.compiled import Compiled
from properties.kinds import Always, Step
from tests.helpers.networks.random_networks import Drawn, drawn, random_count
from tests.helpers.networks.tiny import NO_OARS
from tests.helpers.networks.whole import compiled_whole
from tests.proofs.views.test_views_against_searches import of_disks

MANY = 4_000


def fewest(found: SwiftlyExplored) -> dict[str, int]:
    """The steps of the run to each thing that was found."""
    return {name: len(found.run_to(hit)[1]) for name, hit in found.hits.items()}


def search(found: Drawn, seen: Counter[str]) -> None:
    """Two VMs with a disk each: each thing that a run leads to is looked for alone, and all of them together, within just so many
    steps, one more, and one fewer."""
    compiled = compiled_whole(found.network, of_disks(1), found.column)
    states = {one.name: ~one.term for one in found.of(Always)}
    steps = {one.name: ~one.term for one in found.of(Step)}
    try:
        known = fewest(explore_swiftly(compiled, 2, states=states, steps=steps, limit=MANY))
    except LimitReached:
        return
    far = {name: length for name, length in known.items() if length}
    for asked in (far, *({name: length} for name, length in far.items())):
        for more in (-1, 0, 1):
            within = {name: length + more for name, length in asked.items() if length + more}
            if not within:
                continue
            near = nearness.nearness(compiled, states, steps, within)
            assert near is not None
            whole, part = (
                explore_swiftly(compiled, 2, states=states, steps=steps, until=within, near=how) for how in (None, near)
            )
            for name, least in within.items():
                if known[name] <= least:
                    assert fewest(part).get(name) == known[name], f"seed {found.seed}, {name} within {within}"
                    seen["found"] += 1
            assert part.states <= whole.states
            seen["fewer states"] += part.states < whole.states


def compare(seeds: range) -> Counter[str]:
    seen: Counter[str] = Counter()
    for seed in seeds:
        search(drawn(seed, parts=seed % 2 == 0), seen)
    return seen


def test_the_shortest_runs_are_found_among_fewer_states() -> None:
    seen = compare(range(130_000, 130_000 + random_count(1) // 2))
    assert min(seen["found"], seen["fewer states"]) >= 100, seen


_rounds, _of, _steps = saturate_for, Near.of, nearness._steps
View = tuple[int, int]


def a_round_too_few(number: int, compiled: Compiled, limit: int) -> Views:
    return _rounds(number - 1, compiled, limit)


def a_step_too_early(pairs: dict[View, int], latest: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Near:
    return _of(pairs, latest - 1)


def nobody_stands_by(views: Views) -> Iterator[tuple[View, View]]:
    return ((one, two) for one, two in _steps(views) if one[1] != two[1])


@pytest.mark.parametrize(
    ("where", "fault"),
    [
        ("proofs.verdicts.nearness.saturate_for", a_round_too_few),
        ("proofs.search.swift.Near.of", a_step_too_early),
        ("proofs.verdicts.nearness._steps", nobody_stands_by),
    ],
    ids=["a round too few", "a step too early", "nobody stands by"],
)
def test_a_fault_is_noticed(where: str, fault: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(where, fault)
    with pytest.raises(AssertionError, match="seed"):
        compare(range(130_000, 130_400))


boat = Sort("boat", of=HOST)


class Place(States):
    IN = "in"
    OUT = "out"


class Tide(States):
    LOW = "low"
    HIGH = "high"
    LOW_AGAIN = "low again"


place = Actor("place", Place, of=boat, starts=Place.IN, says="Where a boat is.")
tide = Actor("tide", Tide, starts=Tide.LOW, says="How high the water is.")
HARBOUR = build(
    (
        place.table(on("boat_leaves", Place.IN, Place.OUT)),
        tide.table(on("water_rises", Tide.LOW, Tide.HIGH), on("water_falls", Tide.HIGH, Tide.LOW_AGAIN)),
    ),
    (
        *event("boat_leaves", at=boat, by="T-1", says="A boat leaves."),
        *event("water_rises", when=some(boat, place.is_(Place.OUT)), by="T-1", says="The water rises."),
        *event("water_falls", by="T-1", says="The water falls."),
    ),
)
HIGH = {"high": tide.is_(Tide.HIGH)}


def test_a_round_is_a_step_of_each_that_was_there() -> None:
    """A boat leaves, the water rises, it falls; meanwhile another boat is in, or leaves."""
    compiled = compiled_whole(HARBOUR, [NO_OARS])
    assert [len(saturate_for(rounds, compiled)) for rounds in range(5)] == [1, 2, 4, 6, 6]
    assert len(saturate(compiled)) == 6


def test_what_is_past_is_too_far() -> None:
    """Once the water has fallen, it will not be high again."""
    compiled = compiled_whole(HARBOUR, [NO_OARS])
    near = nearness.nearness(compiled, HIGH, {}, {"high": 3})
    assert near is not None
    low, high, again = (
        compiled.host_id(compiled.host_vars.encode({"tide": state.name}))
        for state in (Tide.LOW, Tide.HIGH, Tide.LOW_AGAIN)
    )
    for host, depths in ((low, [0, 1, 2]), (high, [0, 1, 2, 3]), (again, [])):
        for vm in range(len(compiled.locals)):
            may = [near.may_be(depth, np.array([host]), [np.array([vm])])[0] for depth in range(5)]
            assert [depth for depth, there in enumerate(may) if there] == depths


def test_of_many_states_only_what_is_near_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """With two steps to go, nobody waits for a second boat to leave. Where no bound is known, all states are searched."""
    compiled = compiled_whole(HARBOUR, [NO_OARS])
    monkeypatch.setattr(check, "FAR", 2)
    for most, states in (({"high": 2}, 3), ({"high": None}, 4)):
        found = check._swiftly(compiled, 2, HIGH, {}, 1_000, most)
        assert found.states == states
