"""Judge properties in a column by exploring every reachable state: which machines matter, which configurations are alike,
and the verdict with its shortest run."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from model.notation.network import Network
from model.notation.run import Index, Shape
from model.notation.terms import HOST, Term, machines_of
from model.views import LEFT_OUT_WHERE_NOT_ASKED
from proofs.compile import Compiled
from proofs.compile import Step as Snapshot
from proofs.explore import Edge, Explored, Hit, LimitReached, State, explore
from proofs.liveness import Lasso, Out, find_lasso, waits_or_turns
from proofs.replay import EnginesDisagree, replay
from proofs.swift import SwiftlyExplored, TooManyNumbers, explore_swiftly
from proofs.verdict import HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED, RunFound, Verdict, exhaustive
from proofs.world import Column, Slice, World, shown
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Ends, Fact, Independent, Possible, Property, Step, terms_of

ONE_OF_EACH = Shape({"disk": 1, "adapter": 1})
"""A VM with one disk and one network adapter: enough for every property, as small runs with two of each confirm."""


NOT_REPLAYED = "a run found without all machines cannot be replayed on the whole network"


@dataclass(frozen=True)
class Scope:
    """What is searched: how many VMs, of which shapes, starting how, and how many states at most. fewest: the number of VMs
    that the searches begin with. compared: how many VMs at most where states are compared with one another ("independent")."""

    vms: int = 2
    fewest: int = 1
    compared: int = 2
    shapes: tuple[Shape, ...] = (ONE_OF_EACH,)
    allowed: tuple[Mapping[str, frozenset[str]], ...] | None = None
    limit: int = 20_000_000
    reduce: bool = True


def check(
    column: Column,
    names: Sequence[str] | None = None,
    scope: Scope = Scope(),
    *,
    network: Network | None = None,
    properties: Mapping[str, Property] | None = None,
) -> list[Verdict]:
    """Judge properties (all by default) in one column. network: another protocol than ours (a changed rule, say)."""
    properties = properties or PROPERTIES
    chosen = [properties[name] for name in (names if names is not None else properties)]
    watching = watched(network)
    whole, part = World(watching, column), World(watching, column, LEFT_OUT_WHERE_NOT_ASKED)
    verdicts: dict[str, Verdict] = {}
    searched: list[tuple[World, Property]] = []
    for found in chosen:
        early = _without_search(found, column, scope)
        if early is not None:
            verdicts[found.name] = early
        else:
            searched.append((part if _can_do_without(found, part) else whole, found))
    for world, sliced, members in _groups(searched):
        for verdict in _judge(world, sliced, members, scope):
            verdicts[verdict.property] = verdict
    again = [(whole, properties[name]) for name, found in verdicts.items() if found.reason == NOT_REPLAYED]
    for world, sliced, members in _groups(again):
        for verdict in _judge(world, sliced, members, scope):
            verdicts[verdict.property] = verdict
    return [verdicts[found.name] for found in chosen]


def _can_do_without(found: Property, world: World) -> bool:
    """Whether a property may be judged in a world that leaves machines out: neither it nor any row it depends on reads one
    that is left out; and, if it is about what must come in the end, none of them can stand in the way of a fair event."""
    if isinstance(found, Ends) and any(event.fair and world.is_widened(event) for event in world.events):
        return False
    terms = terms_of(found)
    if any(machines_of(term) & world.leaves_out for term in terms):
        return False
    return world.can_leave_out(world.cone(terms, whole_events=isinstance(found, Ends)))


def _without_search(found: Property, column: Column, scope: Scope) -> Verdict | None:
    if isinstance(found, Fact):
        wrong = [f"{what} is {is_}, not {should}" for what, is_, should in found.constants() if is_ != should]
        return Verdict(
            found.name,
            column.name,
            REFUTED if wrong else HOLDS,
            "constants compared",
            "comparison",
            reason="; ".join(wrong),
        )
    if isinstance(found, Possible) and found.needs_vms > scope.vms:
        reason = f"asked of {found.needs_vms} VMs or more"
        return Verdict(found.name, column.name, NOT_EXERCISED, "not asked", reason=reason)
    if isinstance(found, Possible) and found.needs and not column.faults & set(found.needs):
        needs = " or ".join(found.needs)
        return Verdict(
            found.name, column.name, NOT_EXERCISED, "not asked", reason=f"asked where the fault {needs} is tolerated"
        )
    return None


def _groups(searched: Sequence[tuple[World, Property]]) -> list[tuple[World, Slice, list[Property]]]:
    """Search once for properties that look at the same machines of a VM and tell the same configurations apart."""
    found: dict[object, tuple[World, list[Property]]] = {}
    for world, judged in searched:
        terms = terms_of(judged)
        sliced = world.cone(terms, whole_events=isinstance(judged, Ends))
        named = {name for term in terms for name in machines_of(term)} & world.constant
        told_apart = frozenset(name for name in named if len(world.starts[name]) > 1)
        of_vms = frozenset(n for n in sliced.machines if world.network.actors[n].sort != HOST)
        key = (world, told_apart, of_vms, isinstance(judged, Ends), isinstance(judged, Independent))
        found.setdefault(key, (world, []))[1].append(judged)
    groups = []
    for world, members in found.values():
        asked = [term for judged in members for term in terms_of(judged)]
        groups.append((world, world.cone(asked, whole_events=any(isinstance(m, Ends) for m in members)), members))
    return groups


_JUDGED: dict[object, list[Verdict]] = {}
"""Verdicts by all that they depend on: columns in which nothing that matters differs are judged once."""


def _judge(world: World, part: Slice, members: Sequence[Property], scope: Scope) -> list[Verdict]:
    """The verdicts on all the properties of one slice; those of another column, where nothing that matters differs."""
    key = (world.content(part), tuple(map(_asked, members)), repr(scope))
    if key not in _JUDGED:
        _JUDGED[key] = _judge_anew(world, part, members, scope)
    return [_moved(found, world) for found in _JUDGED[key]]


def _asked(found: Property) -> str:
    """All of a property that a judgement can depend on, as text."""
    more = (found.without if isinstance(found, Ends) else (), found.events if isinstance(found, Independent) else ())
    return f"{found.name} {found.kind} {more} {[shown(term) for term in terms_of(found)]}"


def _moved(found: Verdict, world: World) -> Verdict:
    """The verdict for a column with the same slice: its run starts with that column's readings."""
    if found.column == world.column.name:
        return found
    run = found.run
    if run is not None:
        fixed: dict[tuple[str, Index], str] = {
            (name, ()): next(iter(world.starts[name])) for (name, at) in run.starts if not at and world.is_reading(name)
        }
        run = replace(run, starts={**run.starts, **fixed})
    return replace(found, column=world.column.name, run=run)


def _judge_anew(world: World, part: Slice, members: Sequence[Property], scope: Scope) -> list[Verdict]:
    """Search 1, 2, ... VMs for all the properties of one slice."""
    begun = time.perf_counter()
    judges = {found.name: _Judge(found, world) for found in members}
    terms = [term for found in members for term in terms_of(found)]
    graph = any(isinstance(found, (Ends, Independent)) for found in members)
    states = steps = depth = 0
    failure = ""
    compiled = Compiled(world, part, scope.shapes, terms, scope.allowed, scope.reduce)
    most = min(scope.vms, scope.compared) if any(isinstance(m, Independent) for m in members) else scope.vms
    for vms in range(min(scope.fewest, most), most + 1):
        look_states = {f"{n}/not": ~j.term for n, j in judges.items() if j.of_states}
        look_steps = {f"{n}/not": ~j.term for n, j in judges.items() if j.of_steps}
        look_steps |= {f"{n}/witness": j.found.witness for n, j in judges.items()}
        try:
            explored = _search(compiled, vms, look_states, look_steps, graph, max(1, scope.limit - states))
        except LimitReached as reached:
            failure, explored = f"with {vms} VM{'s' if vms > 1 else ''}: {reached}", reached.explored
        states, steps, depth = states + explored.states, steps + explored.steps, max(depth, explored.depth)
        for judge in judges.values():
            judge.learn(explored, whole=not failure)
        if failure:
            break
    seconds = (time.perf_counter() - begun) / len(members)
    return [
        replace(
            judge.verdict(failure, most, min(scope.fewest, most)),
            column=world.column.name,
            states=states,
            steps=steps,
            depth=depth,
            seconds=seconds,
        )
        for judge in judges.values()
    ]


def _search(
    compiled: Compiled, vms: int, states: Mapping[str, Term], steps: Mapping[str, Term], graph: bool, limit: int
) -> Explored | SwiftlyExplored:
    """The swift search, or the plain one: where the graph is wanted, where it is small, and where no word holds a state."""
    if graph:
        return explore(compiled, vms, states=states, steps=steps, keep_graph=True, limit=limit)
    try:
        if vms == 1:
            return explore(compiled, vms, states=states, steps=steps, limit=min(limit, SMALL))
    except LimitReached:
        if limit <= SMALL:
            raise
    try:
        return explore_swiftly(compiled, vms, states=states, steps=steps, limit=limit)
    except TooManyNumbers:
        return explore(compiled, vms, states=states, steps=steps, limit=limit)


SMALL = 4000
"""States up to which the plain search of one VM is the quicker one."""


class _Judge:
    """Gathers what the searches show of one property."""

    def __init__(self, found: Property, world: World) -> None:
        self.found, self.world = found, world
        self.of_states = isinstance(found, Always)
        self.of_steps = isinstance(found, Step)
        self.run: RunFound | None = None
        self.witnessed = False
        self.searched = 0
        self.reason = ""
        self.spurious = False

    @property
    def term(self) -> Term:
        if isinstance(self.found, (Always, Step)):
            return self.found.term
        raise TypeError(f"{self.found.name} has no term that must hold")

    def learn(self, explored: Explored | SwiftlyExplored, *, whole: bool) -> None:
        """Take in a search. whole: it came to its end; what is not found in a part of the states shows nothing."""
        self.searched += whole
        name = self.found.name
        seen = explored.hits.get(f"{name}/witness")
        if seen is not None and not self.witnessed and not isinstance(self.found, Possible):
            start, edges = explored.run_to(seen)
            events = {explored.compiled.events[edge[0]] for edge in edges}
            # A path none of whose events a left-out machine could forbid is a run of the whole network as it stands.
            exact = not any(map(self.world.is_widened, events))
            self.witnessed = exact or self._replayed(explored, start, edges) is not None
        hit = explored.hits.get(f"{name}/witness" if isinstance(self.found, Possible) else f"{name}/not")
        if hit is not None:
            self._keep(explored, hit)
        if whole and isinstance(self.found, Ends) and isinstance(explored, Explored):
            self._ends(explored, self.found)
        if whole and isinstance(self.found, Independent) and isinstance(explored, Explored):
            self._independent(explored, self.found)

    def _keep(self, explored: Explored | SwiftlyExplored, hit: Hit, loop: Sequence[Edge] | None = None) -> None:
        start, edges = explored.run_to(hit)
        if self.run is None or len(edges) < len(self.run.steps):
            turn = None if loop is None else len(edges)
            found = self._replayed(explored, start, [*edges, *(loop or ())], turn)
            self.run = found or self.run

    def _replayed(
        self, explored: Explored | SwiftlyExplored, start: State, edges: Sequence[Edge], turn: int | None = None
    ) -> RunFound | None:
        """The run on the whole network. Where machines are left out it need not exist: then this search shows nothing."""
        try:
            return replay(explored.compiled, start, edges, turn)
        except EnginesDisagree:
            if not self.world.leaves_out:
                raise
            self.spurious = True
            return None

    def _ends(self, explored: Explored, found: Ends) -> None:
        lasso = endless_run(explored, found, self.world)
        if lasso is not None:
            at, loop = lasso
            self._keep(explored, Hit(at), loop)
            self.reason = "it waits there for ever" if not loop else f"the last {len(loop)} steps repeat for ever"

    def _independent(self, explored: Explored, found: Independent) -> None:
        pair = dependent_pair(explored, found)
        if pair is not None:
            one, two, what = pair
            if self._replayed(explored, *explored.run_to(Hit(two))) is None:
                return
            self._keep(explored, Hit(one))
            self.reason = (
                f"{what}; so it is not in another state that differs only in {', '.join(a.name for a in found.of)}"
            )

    def verdict(self, failure: str, vms: int, fewest: int) -> Verdict:
        """What is known now: a run decides, whatever was left unsearched."""
        name, reach = self.found.name, exhaustive(max(fewest, fewest + self.searched - 1), fewest)
        if self.spurious:
            return Verdict(name, "", UNDECIDED, "nothing", reason=NOT_REPLAYED)
        good, bad = (HOLDS, REFUTED)
        if isinstance(self.found, Possible):
            if self.run is not None:
                return Verdict(name, "", good, "a run was replayed", vms=fewest + self.searched - 1, run=self.run)
            if failure:
                return Verdict(name, "", UNDECIDED, reach, vms=fewest + self.searched - 1, reason=failure)
            return Verdict(name, "", bad, reach, vms=vms, reason="no run reaches it")
        if self.run is not None:
            return Verdict(
                name, "", bad, "a run was replayed", vms=fewest + self.searched - 1, run=self.run, reason=self.reason
            )
        if failure:
            return Verdict(
                name,
                "",
                UNDECIDED,
                reach if self.searched else "nothing",
                vms=fewest + self.searched - 1,
                reason=failure,
            )
        if not self.witnessed:
            return Verdict(name, "", NOT_EXERCISED, reach, vms=vms, reason="its witness never fired in this column")
        return Verdict(name, "", good, reach, vms=vms)


def endless_run(explored: Explored, found: Ends, world: World) -> tuple[State, list[Edge]] | None:
    """A fair run that never comes to rest: where it stops or turns, and the steps it repeats (none: it waits).

    With VMs interchangeable one cannot tell to which VM an event happens, so that search only finds where a run waits and
    whether any run turns at all; if one does, fairness is judged with VMs kept apart.
    """
    rest, out = _graph(explored, found, world)
    coarse = waits_or_turns(list(explored.before), out, rest)
    if isinstance(coarse, Lasso):
        return coarse.at, []
    if not coarse:
        return None
    apart = explore(explored.compiled, len(next(iter(explored.before))) - 1, sort=False, keep_graph=True)
    rest, out = _graph(apart, found, world)
    exact = find_lasso(list(apart.before), out, rest)
    if exact is None:
        return None
    return exact.at, [
        _edge_to(apart, state, target) for state, target in pairwise([exact.at, *(n for _, n in exact.loop)])
    ]


def _edge_to(explored: Explored, state: State, target: State) -> Edge:
    return next(edge for edge, reached in explored.targets[state] if reached == target)


def _graph(
    explored: Explored, found: Ends, world: World
) -> tuple[Callable[[State], bool], Callable[[State], list[Out[State]]]]:
    """What is rest, and the steps out of a state with what has to be treated fairly: an event, for each VM it happens to.

    An event of a part is fair only where a VM has one such part: which part it happens to is not kept apart.
    """
    compiled = explored.compiled
    silenced = frozenset[str]().union(*(world.network.faults[fault].silences for fault in world.column.faults))
    several = {sort for sort in compiled.parts if any(shape.parts.get(sort.name, 0) > 1 for shape in compiled.shapes)}
    fair = [e.fair and e.name not in silenced and e.scope.sort not in several for e in compiled.events]
    gone = [event.name in found.without for event in compiled.events]
    resting = compiled.state_test(found.rest)
    compiled.settle()

    def rest(state: State) -> bool:
        bits = compiled.bits_of_all(state[0], state[1:])
        return resting(Snapshot(compiled.hosts[state[0]], (), 0, bits))

    def out(state: State) -> list[Out[State]]:
        return [
            Out((edge[0], edge[4]), target, fair[edge[0]], compiled.events[edge[0]].fault is None)
            for edge, target in explored.targets[state]
            if not gone[edge[0]]
        ]

    return rest, out


def dependent_pair(explored: Explored, found: Independent) -> tuple[State, State, str] | None:
    """Two reachable states that differ only in `of`, in which the events can happen differently; None if there are none."""
    compiled = explored.compiled
    names = {actor.name for actor in found.of}
    wanted = {i for i, event in enumerate(compiled.events) if event.name in found.events}

    def without(vm: int) -> tuple[object, ...]:
        form, states = compiled.locals[vm]
        vars_ = compiled.vm_vars[form]
        return (form, *(s for n, s in zip(vars_.names, states, strict=True) if n.split("#")[0] not in names))

    cut: dict[int, tuple[object, ...]] = {}

    def view(state: State) -> tuple[object, ...]:
        return (state[0], *sorted(cut.setdefault(vm, without(vm)) for vm in state[1:]))

    seen: dict[tuple[object, ...], tuple[State, frozenset[object]]] = {}
    for state in explored.before:
        can = frozenset(
            (edge[0], edge[1], cut.setdefault(edge[2], without(edge[2])), cut.setdefault(edge[3], without(edge[3])))
            for edge, _ in explored.targets[state]
            if edge[0] in wanted
        )
        other, could = seen.setdefault(view(state), (state, can))
        if could != can:
            more = next(iter((can - could) or (could - can)))
            return (state, other, f"{compiled.events[more[0]].name} is possible in one")  # type: ignore[index]
    return None


__all__ = ["ONE_OF_EACH", "Scope", "check", "dependent_pair", "endless_run"]
