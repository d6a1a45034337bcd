"""Wrong ways to find out whether a run never rests, each as it is really made somewhere, and small.

Each answers whether some run never comes to rest: from the steps out of each state, rest being the state of that name. They are
kept so that the graphs of the tests are known to have teeth: on each some wrong way answers wrongly.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

from proofs.search.endless import Out

Graph = Mapping[str, Sequence[Out[str]]]
Inside = Mapping[str, Sequence[Out[str]]]
"""The states of a part that one can go round in, each with its steps inside."""

REST = "rest"


def components(graph: Graph, *, faults: bool = False, through_rest: bool = False) -> Iterator[Inside]:
    """The states each of which leads to each other, with a step inside. faults: by faults too; through_rest: by way of rest."""
    kept = {
        node: [s for s in out if (faults or s.endless) and (through_rest or REST not in {node, s.target})]
        for node, out in graph.items()
    }
    done: set[str] = set()
    for node in kept:
        members = {other for other in _reached(kept, [node]) if node in _reached(kept, [other])} - done
        done |= members
        if members:
            yield {one: [s for s in kept[one] if s.target in members] for one in members}


def _reached(graph: Graph, start: Iterable[str]) -> set[str]:
    """Where one can be after one step or more."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        new = {step.target for step in graph[waiting.pop()]} - found
        found |= new
        waiting += new
    return found


def possible(graph: Graph, node: str) -> set[Hashable]:
    """The acts that must be treated fairly and are possible in a state."""
    return {step.act for step in graph[node] if step.fair}


def taken(inside: Inside) -> set[Hashable]:
    return {step.act for out in inside.values() for step in out}


def waits(graph: Graph) -> bool:
    """Rightly: somewhere nothing that must happen is possible."""
    return any(node != REST and not possible(graph, node) for node in graph)


def weakly_fair(graph: Graph, inside: Inside) -> bool:
    """Rightly: what is possible in all states of a part is taken there."""
    return bool(inside) and not set.intersection(*(possible(graph, node) for node in inside)) - taken(inside)


# -- what is overlooked ----------------------------------------------------------------------------------------------------


def looks_for_circles_only(graph: Graph) -> bool:
    """A run that just stops is no circle."""
    return any(weakly_fair(graph, inside) for inside in components(graph))


def looks_for_deadlocks_only(graph: Graph) -> bool:
    return any(node != REST and not out for node, out in graph.items())


def takes_a_stutter_for_progress(graph: Graph) -> bool:
    """A step that changes nothing makes no circle, and yet something happens."""
    return waits(graph) or any(len(inside) > 1 and weakly_fair(graph, inside) for inside in components(graph))


def asks_whether_rest_can_be_reached(graph: Graph) -> bool:
    """What can always end need not."""
    return any(node != REST and REST not in _reached(graph, [node]) for node in graph)


def looks_at_the_bottom_only(graph: Graph) -> bool:
    """A part with a way out is not looked at."""
    return waits(graph) or any(
        weakly_fair(graph, inside) and all(step.target in inside for node in inside for step in graph[node])
        for inside in components(graph)
    )


def looks_at_simple_circles_only(graph: Graph) -> bool:
    """A walk that passes a state twice may be fair where every circle in it is not."""
    return waits(graph) or any(weakly_fair(graph, circle) for circle in _circles(graph))


def looks_at_the_first_circle_only(graph: Graph) -> bool:
    return waits(graph) or any(weakly_fair(graph, circle) for circle in list(_circles(graph))[:1])


def _circles(graph: Graph) -> Iterator[Inside]:
    def on(path: list[str], steps: list[Out[str]]) -> Iterator[Inside]:
        for step in graph[path[-1]]:
            if step.endless and step.target == path[0]:
                yield {node: [one] for node, one in zip(path, [*steps, step], strict=True)}
            elif step.endless and step.target not in path and step.target != REST:
                yield from on([*path, step.target], [*steps, step])

    for node in graph:
        if node != REST:
            yield from on([node], [])


# -- what fairness means ---------------------------------------------------------------------------------------------------


def forgets_fairness(graph: Graph) -> bool:
    return waits(graph) or any(any(inside.values()) for inside in components(graph))


def means_strong_fairness(graph: Graph) -> bool:
    """What is possible again and again would have to happen, not only what stays possible."""
    return waits(graph) or any(
        any(inside.values()) and not set().union(*(possible(graph, node) for node in inside)) - taken(inside)
        for inside in components(graph)
    )


def asks_one_state_what_is_possible(graph: Graph) -> bool:
    return waits(graph) or any(
        any(inside.values()) and not possible(graph, min(inside)) - taken(inside) for inside in components(graph)
    )


def forces_what_nobody_need_do(graph: Graph) -> bool:
    forced = {node: [Out(s.act, s.target, s.endless, s.endless) for s in out] for node, out in graph.items()}
    return waits(forced) or any(weakly_fair(forced, inside) for inside in components(forced))


def tells_events_apart_but_not_their_vms(graph: Graph) -> bool:
    """An act is (event, VM); here who takes an event takes it for all."""
    merged = {node: [Out(s.act[0], s.target, s.fair, s.endless) for s in out] for node, out in graph.items()}  # type: ignore[index]  # an act is a pair
    return waits(merged) or any(weakly_fair(merged, inside) for inside in components(merged))


# -- what faults and rest are ----------------------------------------------------------------------------------------------


def counts_a_fault_as_a_way_out(graph: Graph) -> bool:
    return any(
        node != REST and not any(step.fair or not step.endless for step in out) for node, out in graph.items()
    ) or any(weakly_fair(graph, inside) for inside in components(graph))


def lets_faults_go_on(graph: Graph) -> bool:
    return waits(graph) or any(weakly_fair(graph, inside) for inside in components(graph, faults=True))


def goes_on_after_rest(graph: Graph) -> bool:
    return waits(graph) or any(weakly_fair(graph, inside) for inside in components(graph, through_rest=True))


# -- what is told of it ----------------------------------------------------------------------------------------------------

Loop = tuple[tuple[Hashable, str], ...]


def tells_a_component_as_a_circle(graph: Graph) -> tuple[str, Loop]:
    """Its states in any order, each with some step that leads there."""
    (inside,) = (found for found in components(graph) if weakly_fair(graph, found))
    first, *others = sorted(inside)
    into = {step.target: step.act for out in inside.values() for step in out}
    return first, tuple((into[node], node) for node in (*others, first))


def tells_the_shortest_circle(graph: Graph) -> tuple[str, Loop]:
    """Of a part that is fair as a whole; the circle need not be."""
    found = min(_circles(graph), key=len)
    return next(iter(found)), tuple((step.act, step.target) for (step,) in found.values())


def tells_the_first_step_that_leads_there(graph: Graph, right: tuple[str, Loop]) -> tuple[str, Loop]:
    """The right states with whichever step leads from one to the next."""
    here, told = right[0], list[tuple[Hashable, str]]()
    for _, target in right[1]:
        told.append((next(s.act for s in graph[here] if s.target == target), target))
        here = target
    return right[0], tuple(told)


Wrong = Callable[[Graph], bool]
