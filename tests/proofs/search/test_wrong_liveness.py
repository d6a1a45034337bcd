"""Graphs with teeth: on each a wrong way to find out whether a run never rests is wrong, and ours is right."""

from __future__ import annotations

import pytest

from proofs.search.endless import Lasso, Out, find_lasso
from proofs.search.plain import explore
from proofs.verdicts.evidence import _graph
from tests.helpers import wrong_liveness as wrong
from tests.helpers.networks.endless import CASES, NO_PARTS, Case, network
from tests.helpers.networks.whole import compiled_whole
from tests.helpers.wrong_liveness import Graph, Loop, Wrong
from tests.proofs.search.test_liveness import assert_fair_walk, has_fair_run, lasso, out

MAY = out("may", "rest", fair=False)
ROUND: Graph = {"a": [out("tick", "b")], "b": [out("tock", "a")], "rest": []}

TEETH: tuple[tuple[Wrong, str, Graph, bool], ...] = (
    (wrong.looks_for_circles_only, "it just stops", {"a": [out("go", "b")], "b": [], "rest": []}, True),
    (wrong.looks_for_circles_only, "nobody need go on", {"a": [MAY], "rest": []}, True),
    (wrong.looks_for_deadlocks_only, "nobody need go on", {"a": [MAY], "rest": []}, True),
    (wrong.looks_for_deadlocks_only, "it turns", ROUND, True),
    (
        wrong.looks_for_deadlocks_only,
        "it stutters, and nobody need go on",
        {"a": [out("idle", "a", fair=False), MAY], "rest": []},
        True,
    ),
    (
        wrong.takes_a_stutter_for_progress,
        "all that must happen changes nothing",
        {"a": [out("again", "a"), MAY], "rest": []},
        True,
    ),
    (
        wrong.asks_whether_rest_can_be_reached,
        "it can always end, and need not",
        {"a": [out("tick", "b"), MAY], "b": [out("tock", "a")], "rest": []},
        True,
    ),
    (
        wrong.looks_at_the_bottom_only,
        "it turns beside a way out",
        {
            "a": [out("tick", "b")],
            "b": [out("tock", "a"), out("may", "c", fair=False)],
            "c": [out("go", "rest")],
            "rest": [],
        },
        True,
    ),
    (
        wrong.looks_at_simple_circles_only,
        "there and back: who waits for a way out sees it shut at each end",
        {
            "a": [out("tick", "b"), out("one", "rest")],
            "b": [out("tock", "a"), out("on", "c"), out("one", "rest"), out("two", "rest")],
            "c": [out("back", "b"), out("two", "rest")],
            "rest": [],
        },
        True,
    ),
    (
        wrong.looks_at_the_first_circle_only,
        "the first one is unfair, a later one is not",
        {"a": [out("again", "a"), out("go", "b")], "b": [out("tick", "c")], "c": [out("tock", "b")], "rest": []},
        True,
    ),
    (
        wrong.forgets_fairness,
        "the way out stays open",
        {"a": [out("idle", "a", fair=False), out("go", "rest")], "rest": []},
        False,
    ),
    (
        wrong.forgets_fairness,
        "the way out stays open in every state",
        {"a": [out("tick", "b"), out("go", "rest")], "b": [out("tock", "a"), out("go", "rest")], "rest": []},
        False,
    ),
    (
        wrong.means_strong_fairness,
        "the way out is open half of the time",
        {"a": [out("tick", "b"), out("go", "rest")], "b": [out("tock", "a")], "rest": []},
        True,
    ),
    (
        wrong.asks_one_state_what_is_possible,
        "it is possible in the one that is asked, and not in the other",
        {"a": [out("tick", "b"), out("go", "rest")], "b": [out("tock", "a")], "rest": []},
        True,
    ),
    (wrong.forces_what_nobody_need_do, "nobody need go on", {"a": [MAY], "rest": []}, True),
    (
        wrong.forces_what_nobody_need_do,
        "it turns beside what nobody need do",
        {"a": [out("tick", "b"), MAY], "b": [out("tock", "a"), MAY], "rest": []},
        True,
    ),
    (
        wrong.counts_a_fault_as_a_way_out,
        "only a fault leads on",
        {"a": [out("fault", "rest", fair=False, endless=False)], "rest": []},
        True,
    ),
    (
        wrong.lets_faults_go_on,
        "only a fault leads back",
        {"a": [out("go", "b")], "b": [out("fault", "a", fair=False, endless=False), out("end", "rest")], "rest": []},
        False,
    ),
    (wrong.goes_on_after_rest, "it has rested", {"a": [out("go", "rest")], "rest": [out("again", "a")]}, False),
)


def act(event: str, vm: int, target: str) -> Out[str]:
    """An event with the VM that it happens to."""
    return Out((event, vm), target, fair=True, endless=True)


TWO_VMS: Graph = {
    "a": [act("work", 1, "b"), act("work", 2, "rest")],
    "b": [act("work", 1, "a"), act("work", 2, "rest")],
    "rest": [],
}
"""The first VM works for ever; the second could, all the time, and all would be at rest."""


@pytest.mark.parametrize(
    ("way", "why", "graph", "never_rests"),
    [*TEETH, (wrong.tells_events_apart_but_not_their_vms, "one VM works for the other", TWO_VMS, False)],
    ids=lambda one: one.__name__ if callable(one) else one if isinstance(one, str) else "",
)
def test_it_is_wrong_where_ours_is_right(way: Wrong, why: str, graph: Graph, never_rests: bool) -> None:
    assert (lasso(graph) is not None) == never_rests, why
    if set(graph) <= {"a", "b", "c", "rest"}:
        assert (
            has_fair_run({"a": [out("go", "rest")], "b": [out("go", "rest")], "c": [out("go", "rest")], **graph})
            == never_rests
        )
    assert way(graph) != never_rests, f"{way.__name__} is not misled: {why}"


@pytest.mark.parametrize("way", dict.fromkeys(way for way, *_ in TEETH), ids=lambda way: way.__name__)
def test_it_is_not_wrong_everywhere(way: Wrong) -> None:
    """A way that is wrong on every graph would give no graph teeth."""
    plain: tuple[tuple[Graph, bool], ...] = (
        ({"a": [out("go", "b")], "b": [out("go", "rest")], "rest": []}, False),
        ({"a": [out("go", "b")], "b": [], "rest": []}, True),
        (ROUND, True),
    )
    assert sum(way(graph) == answer for graph, answer in plain) >= 2


def told(graph: Graph) -> tuple[str, Loop]:
    found = lasso(graph)
    assert found is not None
    return found.at, found.loop


EIGHT: Graph = {"a": [out("l", "m")], "m": [out("to a", "a"), out("to z", "z")], "z": [out("r", "m")], "rest": []}
STARVED: Graph = {
    "a": [out("tick", "b"), out("go", "rest")],
    "b": [out("tock", "a"), out("aside", "c", fair=False), out("go", "rest")],
    "c": [out("back", "b")],
    "rest": [],
}
BESIDE: Graph = {
    "a": [out("fault", "b", fair=False, endless=False), out("tick", "b")],
    "b": [out("tock", "a")],
    "rest": [],
}


class TestWhatIsToldOfIt:
    def test_a_component_in_any_order_is_no_walk(self) -> None:
        told(EIGHT)
        with pytest.raises(AssertionError, match="no step"):
            assert_fair_walk(EIGHT, Lasso(*wrong.tells_a_component_as_a_circle(EIGHT)), "rest")
        assert_fair_walk(ROUND, Lasso(*wrong.tells_a_component_as_a_circle(ROUND)), "rest")

    def test_the_shortest_circle_of_a_fair_component_is_unfair(self) -> None:
        told(STARVED)
        with pytest.raises(AssertionError, match="unfair to go"):
            assert_fair_walk(STARVED, Lasso(*wrong.tells_the_shortest_circle(STARVED)), "rest")
        assert_fair_walk(ROUND, Lasso(*wrong.tells_the_shortest_circle(ROUND)), "rest")

    def test_the_first_step_that_leads_there_is_a_fault(self) -> None:
        right = told(BESIDE)
        with pytest.raises(AssertionError, match="no step fault"):
            assert_fair_walk(BESIDE, Lasso(*wrong.tells_the_first_step_that_leads_there(BESIDE, right)), "rest")


def never_rests(case: Case, *, sort: bool) -> bool:
    """By one search of the real engine, VMs sorted or kept apart, judged for fairness as it is."""
    explored = explore(compiled_whole(network(case), [NO_PARTS], case.column), case.vms, sort=sort, keep_graph=True)
    rest, steps = _graph(explored, case.property, explored.compiled.world)
    return find_lasso(list(explored.before), steps, rest) is not None


@pytest.mark.parametrize(
    ("name", "ends"), [("the-turn-passes", False), ("changes-places", True)], ids=["misses one", "finds a false one"]
)
def test_fairness_where_vms_are_kept_sorted(name: str, ends: bool) -> None:
    """Who is first changes when a VM moves: so what is possible for one VM all the time looks as if it came and went, and what
    comes and goes as if it stayed."""
    (case,) = (case for case in CASES if case.name == name)
    assert case.ends == ends
    assert never_rests(case, sort=False) == (not ends)
    assert never_rests(case, sort=True) == ends


def test_every_wrong_way_has_a_graph() -> None:
    ways = {found for name, found in vars(wrong).items() if getattr(found, "__module__", "") == wrong.__name__}
    asked = {way for way, *_ in TEETH} | {wrong.tells_events_apart_but_not_their_vms}
    helpers = {
        wrong.components,
        wrong.possible,
        wrong.taken,
        wrong.waits,
        wrong.weakly_fair,
        wrong._circles,
        wrong._reached,
    }
    told_ = {found for found in ways if found.__name__.startswith("tells_") and found not in asked}
    assert ways - asked - helpers - told_ == set()
    assert len(asked) >= 15
    assert len(told_) == 3
