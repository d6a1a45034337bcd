"""What proofs and searches together show of one property: the shortest run that was found, whether it was exercised, and the
verdict; for what must come in the end, the search for a fair run that never rests."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace

from model.notation.terms import Term
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED, RunFound, Verdict, closed_for, exhaustive
from proofs.search.endless import Lasso, Out, find_lasso, waits_or_turns
from proofs.search.plain import Explored, Hit, explore
from proofs.search.replay import EnginesDisagree, replay
from proofs.search.swift import SwiftlyExplored
from proofs.search.symmetry import Edge, State
from proofs.views.proof import Proof
from proofs.world.predicates import Step as Snapshot
from proofs.world.world import World
from properties.kinds import Always, Ends, Possible, Property, Step

NOT_REPLAYED = "a run found without all machines cannot be replayed on the whole network"


class Judge:
    """Gathers what the searches show of one property."""

    def __init__(self, found: Property, world: World, proof: Proof | None) -> None:
        self.found, self.world, self.proof = found, world, proof
        self.of_states = isinstance(found, Always)
        self.of_steps = isinstance(found, Step)
        self.run: RunFound | None = None
        self.witnessed = False
        self.searched = 0
        self.reason = ""
        self.spurious = False
        self._unreplayed: int | None = None
        """Steps of the shortest run to what is looked for that could not be replayed."""

    @property
    def term(self) -> Term:
        if isinstance(self.found, (Always, Step)):
            return self.found.term
        raise TypeError(f"{self.found.name} has no term that must hold")

    @property
    def proved(self) -> bool:
        return self.proof is not None and self.proof.holds

    @property
    def ruled_out(self) -> bool:
        """Whether views show that there is no run to look for."""
        if self.proof is None:
            return False
        return not self.proof.exercised if isinstance(self.found, Possible) else self.proof.holds

    @property
    def wants_graph(self) -> bool:
        """Whether only the graph can decide."""
        return isinstance(self.found, Ends) and not self.proved

    def wants(self) -> Iterator[tuple[str, int | None]]:
        """What a search has to find: for a verdict; and once there is a run, only a shorter one (see `Wanted`)."""
        name = self.found.name
        if self.wants_graph:
            if self.run is None or self.run.steps:
                yield f"{name}/endless", self.length
        elif self.proof is None or not self.proof.exercised:
            return
        elif isinstance(self.found, Possible) or not self.proved:
            if self.run is None or self.run.steps:
                what = "witness" if isinstance(self.found, Possible) else "not"
                yield f"{name}/{what}", None if self.length is None else self.length - 1
        elif not self.witnessed:
            yield f"{name}/witness", None

    @property
    def length(self) -> int | None:
        """The steps of the shortest run that is known."""
        return None if self.run is None else len(self.run.steps)

    def learn(self, explored: Explored | SwiftlyExplored, *, whole: bool, every: bool) -> None:
        """Take in a search of one VM more. whole: it came to its end; what is not found in a part of the states shows nothing.
        every: its end was that of all states, and not that of what was wanted."""
        wanted = every or any(True for _ in self.wants())
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
        if whole and isinstance(self.found, Ends) and not self.proved and isinstance(explored, Explored):
            self._ends(explored, self.found)
        far_enough = whole or (self.length is not None and self.length <= explored.depth + 1)
        self.searched += far_enough and wanted

    def _keep(self, explored: Explored | SwiftlyExplored, hit: Hit, loop: Sequence[Edge] | None = None) -> bool:
        """Keep the run to a hit, if it is the shortest, and if it is one. Raises EnginesDisagree if views rule it out."""
        start, edges = explored.run_to(hit)
        steps = len(edges) + len(loop or ())
        if self.length is not None and steps >= self.length:
            return False
        turn = None if loop is None else len(edges)
        found = self._replayed(explored, start, [*edges, *(loop or ())], turn)
        if found is None:
            self._unreplayed = steps if self._unreplayed is None else min(steps, self._unreplayed)
            return False
        if self.ruled_out:
            raise EnginesDisagree(f"views rule out what a run does: {self.found.name} in {self.world.column}")
        self.run = found
        return True

    @property
    def may_be_shorter(self) -> bool:
        """Whether a shorter run than the one that is known was found, and could not be replayed."""
        return self.length is not None and self._unreplayed is not None and self._unreplayed < self.length

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
        if self.length == 0:
            return
        lasso = endless_run(explored, found, self.world, self.length)
        if lasso is None:
            return
        found_in, at, loop = lasso
        if self._keep(found_in, Hit(at), loop):
            self.reason = "it waits there for ever" if not loop else f"the last {len(loop)} steps repeat for ever"

    def verdict(self, failure: str, vms: int, fewest: int, parts: str = "") -> Verdict:
        """What is known now: a run decides, whatever was left unsearched; then views; then the states searched. parts: how many of
        them the VMs that were searched had."""
        name, searched = self.found.name, fewest + self.searched - 1
        reach = exhaustive(max(fewest, searched), fewest, parts)
        views = 0 if self.proof is None else self.proof.views
        cached = self.proof is not None and self.proof.cached
        closed = closed_for(self.proof.kinds, whole=self.proof.whole) if self.proof else closed_for(0)
        by_views = Verdict(name, "", HOLDS, closed, "views", vms=max(searched, 0), views=views, cached=cached)
        if isinstance(self.found, Possible):
            if self.run is not None:
                return self._by_run(HOLDS, searched, failure if searched < vms else "")
            if self.ruled_out:
                return replace(by_views, verdict=REFUTED, reason="no run reaches it")
            if self.spurious:
                return Verdict(name, "", UNDECIDED, "nothing", reason=NOT_REPLAYED)
            if failure:
                return Verdict(name, "", UNDECIDED, reach, vms=searched, reason=failure)
            return Verdict(name, "", REFUTED, reach, vms=vms, reason="no run reaches it")
        if self.run is not None:
            return self._by_run(REFUTED, searched, failure if searched < vms else "")
        if self.proof is not None and (not self.proof.exercised or (self.proof.holds and self.witnessed)):
            reason = "" if self.witnessed else "its witness cannot fire in this column"
            return replace(by_views, verdict=HOLDS if self.witnessed else NOT_EXERCISED, reason=reason)
        if self.spurious:
            return Verdict(name, "", UNDECIDED, "nothing", reason=NOT_REPLAYED)
        if failure:
            reached = reach if self.searched else "nothing"
            return Verdict(name, "", UNDECIDED, reached, vms=searched, reason=failure)
        if not self.witnessed:
            return Verdict(name, "", NOT_EXERCISED, reach, vms=vms, reason="its witness never fired in this column")
        return Verdict(name, "", HOLDS, reach, vms=vms)

    def _by_run(self, verdict: str, searched: int, failure: str) -> Verdict:
        """What the run decides. failure: why not every shorter run was looked for."""
        doubt = f"perhaps not the shortest run: {failure}" if failure else ""
        reason = NOT_REPLAYED if self.may_be_shorter else "; ".join(filter(None, [self.reason, doubt]))
        return Verdict(self.found.name, "", verdict, "a run was replayed", vms=searched, run=self.run, reason=reason)


def endless_run(
    explored: Explored, found: Ends, world: World, within: int | None = None
) -> tuple[Explored, State, list[Edge]] | None:
    """A fair run that never comes to rest: where it stops or turns, and the steps it repeats (none: it waits). The nearest
    that waits; only if none does, the nearest that turns. within: only of states that are fewer steps away.

    With VMs interchangeable one cannot tell to which VM an event happens, so that search only finds where a run waits and
    whether any run turns at all; if one does, fairness is judged with VMs kept apart.
    """
    rest, out = _graph(explored, found, world)
    coarse = waits_or_turns(_near(explored, within), out, rest)
    if isinstance(coarse, Lasso):
        return explored, coarse.at, []
    if not coarse:
        return None
    vms, until = len(next(iter(explored.before))) - 1, None if within is None else {f"{found.name}/endless": within}
    apart = explore(explored.compiled, vms, sort=False, keep_graph=True, until=until)
    rest, out = _graph(apart, found, world)
    exact = find_lasso(_near(apart, within), out, rest)
    if exact is None:
        return None
    states = [exact.at, *(state for _, state in exact.loop)]
    return apart, exact.at, [_edge_to(apart, s, *turn) for s, turn in zip(states, exact.loop, strict=False)]


def _near(explored: Explored, within: int | None) -> list[State]:
    """The states whose steps are known, nearest first. within: those that are fewer steps away."""
    if within is None:
        return list(explored.targets)
    away: dict[State, int] = {}
    for state, found in explored.before.items():
        away[state] = 0 if found is None else away[found[0]] + 1
    return [state for state in explored.targets if away[state] < within]


def _edge_to(apart: Explored, state: State, act: Hashable, target: State) -> Edge:
    """The step that the loop takes, and no other one that leads there: a fault, say, or what another VM does."""
    return next(edge for edge, to in apart.targets[state] if to == target and (edge[0], edge[4]) == act)


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
