"""Liveness: does every run come to rest? Under fairness stated per event, and with true lassos where it does not.

A run that never rests either stops for good in a state where nothing fair is possible, or goes round for ever in a strongly
connected component in which every fair event is, time and again, either impossible or taken.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import rustworkx as rx

Node = TypeVar("Node", bound=Hashable)


@dataclass(frozen=True)
class Out(Generic[Node]):
    """One step out of a state. act: what has to be treated fairly (an event, with the member it happens to).
    fair: whether it must happen if it stays possible. endless: whether it may be part of an endless run (faults may not)."""

    act: Hashable
    target: Node
    fair: bool
    endless: bool


@dataclass(frozen=True)
class Lasso(Generic[Node]):
    """A fair run that never rests: its way to `at`, then round `loop` for ever (empty: it waits there for ever)."""

    at: Node
    loop: tuple[tuple[Hashable, Node], ...]


def waits_or_turns(
    nodes: Sequence[Node], out: Callable[[Node], Iterable[Out[Node]]], rest: Callable[[Node], bool]
) -> Lasso[Node] | bool:
    """The nearest state in which a run waits for ever; else whether there is any endless run at all, fair or not. Raises
    ValueError if there are no states."""
    restless = _restless(nodes, rest)
    steps = {node: list(out(node)) for node in restless}
    for node in restless:
        if not any(step.fair for step in steps[node]):
            return Lasso(node, ())
    return any(inside for _, inside in _components(restless, steps))


def find_lasso(
    nodes: Sequence[Node], out: Callable[[Node], Iterable[Out[Node]]], rest: Callable[[Node], bool]
) -> Lasso[Node] | None:
    """A fair run that never comes to rest, if there is one. `nodes` in the order of their distance: the nearest is found.
    Raises ValueError if there are no states."""
    restless = _restless(nodes, rest)
    steps = {node: list(out(node)) for node in restless}
    for node in restless:
        if not any(step.fair for step in steps[node]):
            return Lasso(node, ())
    number = {node: i for i, node in enumerate(restless)}
    found: list[tuple[int, Lasso[Node]]] = []
    for members, inside in _components(restless, steps):
        if inside and _is_fair(members, steps, inside):
            first = min(number[node] for node in members)
            found.append((first, Lasso(restless[first], _tour(restless[first], members, steps, inside))))
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _restless(nodes: Sequence[Node], rest: Callable[[Node], bool]) -> list[Node]:
    if not nodes:
        raise ValueError("a graph without states: there is no run that could come to rest")
    return [node for node in nodes if not rest(node)]


def _components(
    restless: Sequence[Node], steps: Mapping[Node, list[Out[Node]]]
) -> Iterator[tuple[set[Node], dict[Node, list[Out[Node]]]]]:
    """The strongly connected components, each with its inner steps (none: it is no cycle)."""
    number = {node: i for i, node in enumerate(restless)}
    graph: rx.PyDiGraph[int, None] = rx.PyDiGraph()
    graph.add_nodes_from(list(range(len(restless))))
    graph.add_edges_from_no_data(
        [(number[n], number[s.target]) for n in restless for s in steps[n] if s.endless and s.target in number]
    )
    for component in rx.strongly_connected_components(graph):
        members = {restless[i] for i in component}
        inside = {n: [s for s in steps[n] if s.endless and s.target in members] for n in members}
        yield members, inside if any(inside.values()) else {}


def _is_fair(members: set[Node], steps: Mapping[Node, list[Out[Node]]], inside: Mapping[Node, list[Out[Node]]]) -> bool:
    """Weak fairness: no fair act is possible in every state of the component and taken nowhere inside it."""
    taken = {step.act for found in inside.values() for step in found}
    always: set[Hashable] | None = None
    for node in members:
        possible = {step.act for step in steps[node] if step.fair}
        always = possible if always is None else always & possible
    return not ((always or set()) - taken)


def _tour(
    start: Node, members: set[Node], steps: Mapping[Node, list[Out[Node]]], inside: Mapping[Node, list[Out[Node]]]
) -> tuple[tuple[Hashable, Node], ...]:
    """A closed walk from `start` that treats every fair act fairly: it takes it, or visits a state where it is impossible."""
    owed = {step.act for node in members for step in steps[node] if step.fair}
    walk: list[tuple[Hashable, Node]] = []
    here = start
    while owed:
        act = min(owed, key=repr)
        owed.discard(act)
        path = _path(here, inside, _takes(act)) or _path(here, inside, _cannot_take(act, steps))
        for taken, node in path or ():
            walk.append((taken, node))
            owed = {o for o in owed - {taken} if any(out.act == o for out in steps[node])}
            here = node
    back = _path(here, inside, _leads_to(start))
    return tuple(walk + ([] if here == start and walk else back or []))


_Wanted = Callable[[Node, Out[Node] | None], bool]
"""Of a state alone (the step is None), or of a step out of it."""


def _takes(act: Hashable) -> _Wanted[Node]:
    return lambda _, step: step is not None and step.act == act


def _cannot_take(act: Hashable, steps: Mapping[Node, list[Out[Node]]]) -> _Wanted[Node]:
    return lambda node, step: step is None and all(out.act != act for out in steps[node])


def _leads_to(target: Node) -> _Wanted[Node]:
    return lambda _, step: step is not None and step.target == target


def _path(
    start: Node, inside: Mapping[Node, list[Out[Node]]], wanted: _Wanted[Node]
) -> list[tuple[Hashable, Node]] | None:
    """The shortest walk inside the component to a state or over a step that is wanted."""
    if wanted(start, None):
        return []
    before: dict[Node, tuple[Node, Out[Node]]] = {}
    queue, visited = [start], {start}
    for node in queue:
        for step in inside[node]:
            done = wanted(node, step)
            if step.target in visited and not done:
                continue
            if done or wanted(step.target, None):
                walk, here = [(step.act, step.target)], node
                while here != start:
                    here, last = before[here]
                    walk.append((last.act, last.target))
                return walk[::-1]
            visited.add(step.target)
            before[step.target] = (node, step)
            queue.append(step.target)
    return None
