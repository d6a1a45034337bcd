"""Fair runs that never rest, on graphs so small that the answer is plain; each misleads some known wrong algorithm."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from proofs.search.endless import Lasso, Out, find_lasso

Graph = Mapping[str, Sequence[Out[str]]]


def out(act: str, target: str, *, fair: bool = True, endless: bool = True) -> Out[str]:
    return Out(act, target, fair, endless)


def lasso(graph: Graph, *, rest: str = "rest") -> Lasso[str] | None:
    """The lasso, if there is one, and it is one: a real closed walk along steps of the graph, fair to every act."""
    found = find_lasso(list(graph), lambda node: graph[node], lambda node: node == rest)
    if found is not None:
        assert_fair_walk(graph, found, rest)
    return found


def turns(graph: Graph) -> tuple[str, set[tuple[Hashable, str]]] | None:
    """Where a run turns for ever, and over which steps (a tour may take one twice)."""
    found = lasso(graph)
    return None if found is None else (found.at, set(found.loop))


def assert_fair_walk(graph: Graph, found: Lasso[str], rest: str) -> None:
    """Step by step along the graph, back to where it began, past no rest, and unfair to nobody."""
    if not found.loop:
        assert found.at != rest
        assert not any(step.fair for step in graph[found.at])
        return
    here, visited, taken = found.at, {found.at}, set[Hashable]()
    for act, target in found.loop:
        assert any((s.act, s.target, s.endless) == (act, target, True) for s in graph[here]), (
            f"no step {act} from {here}"
        )
        here = target
        visited.add(here)
        taken.add(act)
    assert here == found.at, "the loop does not close"
    assert rest not in visited
    for act in {step.act for node in visited for step in graph[node] if step.fair} - taken:
        assert any(all(s.act != act or not s.fair for s in graph[node]) for node in visited), f"unfair to {act}"


def test_a_run_that_reaches_rest_ends() -> None:
    assert lasso({"a": [out("go", "b")], "b": [out("go", "rest")], "rest": []}) is None


def test_a_state_with_no_way_out_is_a_run_that_waits() -> None:
    """Looking for cycles alone overlooks it."""
    assert lasso({"a": [out("go", "b")], "b": [], "rest": []}) == Lasso("b", ())


def test_nobody_need_take_an_unfair_way_out() -> None:
    """A deadlock in all but name: the only step is one that nobody need take."""
    assert lasso({"a": [out("may", "rest", fair=False)], "rest": []}) == Lasso("a", ())


def test_a_fault_is_no_way_out() -> None:
    graph = {"a": [out("fault", "rest", fair=False, endless=False)], "rest": []}
    assert lasso(graph) == Lasso("a", ())


def test_a_fair_way_out_is_taken_in_the_end() -> None:
    """An unfair self loop beside a fair way out: the way out stays possible all the time."""
    assert lasso({"a": [out("may", "a", fair=False), out("go", "rest")], "rest": []}) is None


def test_an_unfair_self_loop_with_nothing_else_waits() -> None:
    assert lasso({"a": [out("may", "a", fair=False)], "rest": []}) == Lasso("a", ())


def test_a_fair_self_loop_may_repeat_for_ever() -> None:
    assert turns({"a": [out("again", "a"), out("may", "rest", fair=False)], "rest": []}) == ("a", {("again", "a")})


def test_a_lasso_inside_a_component_that_has_a_way_out() -> None:
    """Only a bottom component would be wrong: c leads away, yet nobody need go there while a and b go round."""
    graph = {
        "a": [out("tick", "b")],
        "b": [out("tock", "a"), out("may", "c", fair=False)],
        "c": [out("go", "rest")],
        "rest": [],
    }
    assert turns(graph) == ("a", {("tick", "b"), ("tock", "a")})


def test_an_act_that_is_possible_only_sometimes_is_not_forced() -> None:
    """Weak fairness: `go` is possible in a and not in b, so it may be missed for ever. Strong fairness would say None."""
    graph = {"a": [out("tick", "b"), out("go", "rest")], "b": [out("tock", "a")], "rest": []}
    assert turns(graph) == ("a", {("tick", "b"), ("tock", "a")})


def test_an_act_that_is_possible_all_the_time_is_forced() -> None:
    graph = {"a": [out("tick", "b"), out("go", "rest")], "b": [out("tock", "a"), out("go", "rest")], "rest": []}
    assert lasso(graph) is None


def test_the_same_act_inside_and_out_counts_as_taken() -> None:
    """`go` leads out of a and round from b: whoever takes it in b has been fair to it."""
    graph = {"a": [out("tick", "b"), out("go", "rest")], "b": [out("go", "a")], "rest": []}
    assert turns(graph) == ("a", {("tick", "b"), ("go", "a")})


def test_two_fair_acts_that_take_turns() -> None:
    """One leads out of a, the other out of b: each is impossible half of the time, so neither is forced."""
    graph = {
        "a": [out("tick", "b"), out("one", "rest")],
        "b": [out("tock", "a"), out("two", "rest")],
        "rest": [],
    }
    assert turns(graph) == ("a", {("tick", "b"), ("tock", "a")})


def test_a_cycle_through_a_fault_is_no_endless_run() -> None:
    """Faults are finitely many: the only cycle goes over one."""
    graph = {
        "a": [out("fault", "b", fair=False, endless=False), out("go", "rest")],
        "b": [out("back", "a")],
        "rest": [],
    }
    assert lasso(graph) is None


def test_a_cycle_through_rest_has_rested() -> None:
    graph = {"a": [out("go", "rest")], "rest": [out("again", "a")]}
    assert lasso(graph) is None


def test_a_small_cycle_is_unfair_where_the_large_one_is_not() -> None:
    """a and b alone would starve `go`; the tour has to visit c, where `go` is impossible."""
    graph = {
        "a": [out("tick", "b"), out("go", "rest")],
        "b": [out("tock", "a"), out("aside", "c", fair=False), out("go", "rest")],
        "c": [out("back", "b")],
        "rest": [],
    }
    found = lasso(graph)
    assert found is not None
    assert "c" in {target for _, target in found.loop}


def test_a_component_is_not_printed_as_if_it_were_a_cycle() -> None:
    """A figure of eight: its states in any order are no walk. `lasso` walks the loop step by step."""
    graph = {
        "left": [out("l", "middle")],
        "middle": [out("to left", "left"), out("to right", "right")],
        "right": [out("r", "middle")],
        "rest": [],
    }
    found = lasso(graph)
    assert found is not None
    places = [found.at, *(target for _, target in found.loop)]
    assert all("middle" in pair for pair in pairwise(places))


def test_the_nearest_is_found() -> None:
    graph = {
        "a": [out("go", "b"), out("tick", "a2")],
        "a2": [out("tock", "a")],
        "b": [out("tick", "b2")],
        "b2": [out("tock", "b")],
        "rest": [],
    }
    found = lasso(graph)
    assert found is not None
    assert found.at == "a"
    found = lasso({**graph, "a2": [out("go", "b")]})
    assert found is not None
    assert found.at == "b"


NODES = ("a", "b", "c", "rest")
ACTS = {"x": (True, True), "y": (True, True), "may": (False, True), "fault": (False, False)}
steps = st.tuples(st.sampled_from(sorted(ACTS)), st.sampled_from(NODES))
graphs = st.fixed_dictionaries({node: st.lists(steps, max_size=3, unique=True) for node in NODES})


def has_fair_run(graph: Graph) -> bool:
    """By brute force: waiting for ever somewhere, or going round in some connected set of states, fair to every act."""
    restless = [node for node in NODES if node != "rest"]
    if any(not any(step.fair for step in graph[node]) for node in restless):
        return True
    for chosen in product((False, True), repeat=len(restless)):
        some = {node for node, is_in in zip(restless, chosen, strict=True) if is_in}
        inner = {(node, s.act, s.target) for node in some for s in graph[node] if s.endless and s.target in some}
        if not some or not all(_reached(node, inner) == some for node in some):
            continue
        owed = {step.act for node in some for step in graph[node] if step.fair} - {act for _, act, _ in inner}
        if not any(all(any(s.act == act for s in graph[node]) for node in some) for act in owed):
            return True
    return False


def _reached(start: str, inner: set[tuple[str, Hashable, str]]) -> set[str]:
    """Where one can be after one step or more."""
    found: set[str] = set()
    while new := {target for node, _, target in inner if node in found | {start}} - found:
        found |= new
    return found


@given(graphs)
def test_against_every_set_of_states(drawn: dict[str, list[tuple[str, str]]]) -> None:
    graph = {
        n: [out(act, to, fair=ACTS[act][0], endless=ACTS[act][1]) for act, to in found] for n, found in drawn.items()
    }
    assert (lasso(graph) is not None) == has_fair_run(graph)
