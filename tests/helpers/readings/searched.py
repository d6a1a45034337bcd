"""Searches that keep no graph, held against one: which states at which depth, how many steps, and a nearest place for whatever
is looked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from model.notation import HOST, Term
from model.notation.run import Index
from proofs.counts.tables import Tables
from proofs.counts.visit import visit
from proofs.search.plain import Explored, explore
from proofs.search.swift import explore_swiftly
from proofs.search.symmetry import Edge
from proofs.search.symmetry import State as Numbers
from tests.helpers.readings.one_graph import Graph, few
from tests.helpers.readings.readings import Evaluated
from tests.helpers.readings.setting import Setting, State

WAYS = (("numpy", True), ("numba", True), ("numba", False))
"""Engines that visit every state, and whether they tell VMs apart."""

AT_ONCE = 60
"""Things that a visit is asked to look for at once: it keeps them in the bits of a word."""


def by_search(graph: Graph, evaluated: Evaluated, broken: Mapping[str, int]) -> dict[str, list[str]]:
    """For each search, where it does not find what the graph has. broken: how far the nearest break of each property is."""
    setting, compiled = graph.setting, graph.setting.compiled
    states = {one.name: ~one.term for one in evaluated.always}
    steps = {one.name: ~one.term for one in evaluated.steps}
    found = dict[str, list[str]]()
    for sort in (False, True):
        search = explore(compiled, setting.vms, states=states, steps=steps, sort=sort, keep_graph=True)
        name = f"explore, VMs {'sorted' if sort else 'apart'}"
        found[name] = [*_counts(graph, sort, search), *_of_explored(graph, search, sort)]
        found[name] += _nearest(
            broken, {hit: len(search.run_to(at)[1]) - (at.edge is not None) for hit, at in search.hits.items()}
        )
    swift = explore_swiftly(compiled, setting.vms, states=states, steps=steps)
    met = {
        setting.swapped(setting.in_words(compiled, swift.word.state(int(code)))): depth
        for depth, level in enumerate(swift.levels)
        for code in level.codes
    }
    found["swift"] = [*_counts(graph, True, swift), *_depths(graph, met)]
    found["swift"] += _nearest(
        broken, {hit: len(swift.run_to(at)[1]) - (at.edge is not None) for hit, at in swift.hits.items()}
    )
    return found


def by_visits(graph: Graph, tables: Tables, evaluated: Evaluated, broken: Mapping[str, int]) -> dict[str, list[str]]:
    """For each engine that visits every state, the same; it is asked besides for every state of every machine of the host."""
    setting = graph.setting
    looked: dict[str, tuple[Term, Callable[[State], bool]]] = dict(_host_states(setting))
    near = {name: _nearest_state(graph, holds) for name, (_, holds) in looked.items()}
    near |= {one.name: broken[one.name] for one in evaluated.always if one.name in broken}
    terms = {name: term for name, (term, _) in looked.items()} | {one.name: ~one.term for one in evaluated.always}
    found = dict[str, list[str]]()
    for engine, apart in WAYS:
        name, lines, names = f"{engine}, VMs {'apart' if apart else 'interchangeable'}", list[str](), list(terms)
        for i in range(0, len(names), AT_ONCE):
            some_ = names[i : i + AT_ONCE]
            visited = visit(tables, setting.vms, apart=apart, look={one: terms[one] for one in some_}, engine=engine)
            lines += _counts(graph, not apart, visited)
            met = {n: _depth_of(graph, setting.in_words(tables.compiled, at)) for n, at in visited.hits.items()}
            lines += _nearest({one: near[one] for one in some_ if near.get(one) is not None}, met)
        found[name] = few(dict.fromkeys(lines))
    return found


def _host_states(setting: Setting) -> Iterator[tuple[str, tuple[Term, Callable[[State], bool]]]]:
    """That some machine of the host is in some state. (Asked of VMs, visits would take long: what VMs say together is a set.)"""
    reach = setting.compiled.world.reach
    for actor in setting.network.of_sort(HOST):
        n = setting.place[actor.name, ()]
        for state in actor.states if len(reach[actor.name]) > 1 else ():
            holds = lambda at, n=n, state=state: at[n] == state  # noqa: E731 - one for each state, bound where it is made
            yield f"{actor.name} is {state}", (actor.is_(actor.enum[state]), holds)


def _nearest_state(graph: Graph, holds: Callable[[State], bool]) -> int | None:
    return min((depth for state, depth in graph.depth.items() if holds(state)), default=None)


def _depth_of(graph: Graph, state: State) -> int | None:
    """How far a state is, or what is the same but for which VM is which."""
    if state in graph.depth:
        return graph.depth[state]
    swapped = graph.setting.swapped
    return next((depth for one, depth in graph.depth.items() if swapped(one) == swapped(state)), None)


def _counts(graph: Graph, sort: bool, found: object) -> list[str]:
    expected = graph.swapped_counts if sort else graph.counts
    counts = tuple(getattr(found, name) for name in ("states", "steps", "depth"))
    return [] if counts == expected else [f"{counts} states, steps, depth, where {graph.by} has {expected}"]


def _nearest(expected: Mapping[str, int | None], found: Mapping[str, int | None]) -> list[str]:
    return [
        f"{name}: found after {found.get(name)} steps, where the nearest is {expected.get(name)} away"
        for name in sorted(expected.keys() | found.keys())
        if expected.get(name) != found.get(name) or name not in found or name not in expected
    ]


def _of_explored(graph: Graph, search: Explored, sort: bool) -> list[str]:
    """States with their depth, and labelled steps."""
    setting, compiled = graph.setting, search.compiled
    known = {numbers: setting.in_words(compiled, numbers) for numbers in search.before}
    if sort:
        known = {numbers: setting.swapped(state) for numbers, state in known.items()}
    depth = dict[Numbers, int]()
    for numbers, before in search.before.items():  # in the order in which they were found
        depth[numbers] = 0 if before is None else depth[before[0]] + 1
    lines = _depths(graph, {known[numbers]: depth[numbers] for numbers in search.before}, sort=sort)
    ours: set[tuple[State, str, State | Index, State]] = set()
    for numbers, out in search.targets.items():
        for edge, target in out:
            ours.add(
                (
                    known[numbers],
                    compiled.events[edge[0]].name,
                    _mover(setting, search, numbers, edge, sort),
                    known[target],
                )
            )
    theirs = {
        (setting.swapped(state), event, setting.of_vm(state, at[0]) if at else (), setting.swapped(target))
        if sort
        else (state, event, at, target)
        for state, out_ in graph.out.items()
        for event, at, target in out_
    }
    return lines + few(
        f"{event} where {setting.said(state)}: only {'the search' if (state, event, at, target) in ours else graph.by} has it"
        for state, event, at, target in ours ^ theirs
    )


def _mover(setting: Setting, search: Explored, numbers: Numbers, edge: Edge, sort: bool) -> State | Index:
    """Who moves by itself: the VM's number, or, if VMs are interchangeable, what it is like."""
    if edge[4] < 0:
        return ()
    return setting.of_vm(setting.in_words(search.compiled, numbers), edge[4]) if sort else (edge[4],)


def _depths(graph: Graph, met: Mapping[State, int], *, sort: bool = True) -> list[str]:
    swapped = graph.setting.swapped
    expected = {swapped(state) if sort else state: depth for state, depth in graph.depth.items()}
    return few(
        f"where {graph.setting.said(state)}: met at depth {met.get(state)}, where {graph.by} has it at {expected.get(state)}"
        for state in expected.keys() | met.keys()
        if expected.get(state) != met.get(state)
    )
