"""The shortest runs that lead to something, in circumstances that are searched one by one over one compiled network; and the way from
there to rest. Each run is executed by the machines before it is told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement

from model.notation.network import Network
from model.notation.run import Index
from model.notation.terms import Term
from model.protocol import PROTOCOL
from model.views import LEFT_OUT_WHERE_NOT_ASKED
from proofs.answers.memory import replays
from proofs.answers.verdict import RunFound
from proofs.search.plain import Look, successors
from proofs.search.replay import EnginesDisagree, replay
from proofs.search.symmetry import Edge, State
from proofs.views.labelled.family import Family
from proofs.world.compiled import Compiled
from proofs.world.parts import ONE_OF_EACH
from proofs.world.slices import needs_every_event
from proofs.world.world import Column, World
from properties.kinds import Always, Property, Step

MOST_STATES = 150_000
"""States of one search, at most: some seconds."""

FEWER_STATES = 60_000
"""The same where there are many searches, one in each circumstance."""

LONGEST = 50
"""Steps of a run, at most, that is looked for to break a property."""

Before = dict[State, tuple[State, Edge] | None]


@dataclass(frozen=True)
class Found:
    """A run that the machines have executed, and where it leads, as the search numbers states."""

    run: RunFound
    state: State


class Searches:
    """Searches for runs to states in which one of some terms holds, or to what breaks a property. columns: in which runs are sought.
    terms, properties: all that is asked. whole: with the machines, too, that most questions can do without. refused: the columns in
    which the machines refused a run."""

    def __init__(
        self,
        columns: Sequence[Column],
        terms: Sequence[Term] = (),
        properties: Sequence[Property] = (),
        *,
        whole: bool = False,
        network: Network = PROTOCOL,
    ) -> None:
        self.network, self.columns = network, tuple(columns)
        self.family = Family(network, columns)
        self._splits = {one.name: self.family.split(one) for one in properties}
        asked = [*terms, *(_term(split.found) for splits in self._splits.values() for split in splits)]
        leaves_out = frozenset[str]() if whole else LEFT_OUT_WHERE_NOT_ASKED
        world = World(self.family.network, self.family.column, leaves_out)
        every_event = any(needs_every_event(split.found, world) for splits in self._splits.values() for split in splits)
        self.compiled = Compiled(world, world.cone(asked, whole_events=every_event), (ONE_OF_EACH,), asked)
        self._origin = {new: old for old, variants in self.family.variants.items() for new in variants}
        self._widened = frozenset(e for e, event in enumerate(self.compiled.events) if world.is_widened(event))
        self.refused: set[Column] = set()
        self.names = [self._origin.get(event.name, event.name) for event in self.compiled.events]

    def permitted(self, column: Column) -> frozenset[int]:
        """The events that may happen in a column."""
        bit = self.columns.index(column)
        return frozenset(
            e for e, event in enumerate(self.compiled.events) if self.family.allowed.get(event.name, -1) >> bit & 1
        )

    def shortest(
        self, column: Column, wanted: Mapping[str, Term], vms: int = 1, longest: int = 10_000,
        only: Iterable[State] = (), events: Collection[str] = (),
    ) -> dict[str, Found]:  # fmt: skip
        """For each term, by name, a shortest run of so many VMs, and of so many steps at most, to a state in which it holds, where the
        machines execute it. only, events: of those from these starts, and of those in which nothing else happens; none: of all."""
        look = Look(self.compiled, wanted, {})
        starts = list(only) or self._starts(vms)
        permitted = frozenset(e for e in self.permitted(column) if not events or self.names[e] in events)
        before = self._search(starts, look, len(wanted), permitted, longest)
        found = {}
        for name, hit in look.hits.items():
            run = self._run(column, *_back(before, hit.state))
            if run is not None:
                found[name] = Found(run, hit.state)
            else:
                self.refused.add(column)
        return found

    def violations(self, column: Column, names: Iterable[str], vms: int) -> dict[str, RunFound]:
        """For each of the properties asked, by name, that a run of so many VMs breaks in a column: a shortest one of those in which
        no machine that is left out has a say (VMs in no cluster)."""
        bit = self.columns.index(column)
        splits = {name: split.found for name in names for split in self._splits[name] if split.label >> bit & 1}
        states = {name: ~_term(one) for name, one in splits.items() if isinstance(one, Always)}
        steps = {name: ~_term(one) for name, one in splits.items() if isinstance(one, Step)}
        look = Look(self.compiled, states, steps)
        starts = self._starts(vms) if vms == 1 else self.running(vms)
        before = self._search(starts, look, len(splits), self.permitted(column) - self._widened, LONGEST, FEWER_STATES)
        runs = {}
        for name, hit in look.hits.items():
            start, edges = _back(before, hit.state)
            run = self._run(column, start, [*edges, hit.edge] if hit.edge is not None else edges)
            if run is not None:
                runs[name] = run
        return runs

    def onward(self, state: State, goal: Term, permitted: Iterable[int]) -> list[tuple[str, Index]] | None:
        """The shortest way from a state to one in which a term holds, with these events: their names, with the place among the
        VMs of whom each happens to. None: there is none."""
        look = Look(self.compiled, {"goal": goal}, {})
        before = self._search([state], look, 1, frozenset(permitted))
        if "goal" not in look.hits:
            return None
        _, edges = _back(before, look.hits["goal"].state)
        return [(self.names[edge[0]], () if edge[2] < 0 else (edge[4],)) for edge in edges]

    def steps_from(self, state: State, column: Column) -> Iterator[tuple[str, State]]:
        """Every step out of a state in a column: the event's name, and where it leads."""
        permitted = self.permitted(column)
        for edge, target in successors(self.compiled, state, only=permitted):
            yield self.names[edge[0]], target

    def _run(self, column: Column, start: State, edges: Sequence[Edge]) -> RunFound | None:
        """The run of the network itself; None: its machines refuse it."""
        try:
            run = replay(self.compiled, start, edges)
        except EnginesDisagree:
            return None
        steps = tuple((self._origin[name], at) for name, at in run.steps)
        readings: dict[tuple[str, Index], str] = {(name, ()): value for name, value in column.readings}
        starts = {**run.starts, **readings}
        run = replace(run, starts=starts, steps=steps)
        return run if replays(run, self.network, column.faults) else None

    def _search(
        self,
        starts: Iterable[State],
        look: Look,
        wanted: int,
        permitted: frozenset[int],
        longest: int = 10_000,
        most: int = MOST_STATES,
    ) -> Before:
        """Breadth first, with these events only, until so many things are found or there is too much; where each state comes from."""
        before: Before = {}
        level: list[State] = []
        for state in starts:
            if state not in before:
                before[state] = None
                look.at_state(state)
                level.append(state)
        depth = 0
        while level and depth < longest and len(look.hits) < wanted and len(before) <= most:
            depth, following = depth + 1, []
            for state in level:
                out = successors(self.compiled, state, only=permitted)
                if look.steps_wanted:
                    look.at_steps(state, out)
                for edge, target in out:
                    if target not in before:
                        before[target] = (state, edge)
                        look.at_state(target)
                        following.append(target)
            level = following
        return before

    def running(self, vms: int, powers: Collection[str] = ("RUNNING",)) -> Iterator[State]:
        """Starts in which every VM runs (or has one of these powers), where power is looked at: of several VMs there are too many kinds to
        search them all."""
        return (state for state in self._starts(vms) if all(self._is(local, powers) for local in state[1:]))

    def beside(self, run: RunFound) -> Iterator[State]:
        """Starts of two VMs one of which starts as the first one of this run, and the other one runs."""
        of = self.compiled.vm_vars[0]
        wanted = {
            of.at[name]: of.number[name][state]
            for (name, at), state in run.starts.items()
            if at == (0,) and name in of.at
        }

        def alike(local: int) -> bool:
            return all(self.compiled.locals[local][1][at] == number for at, number in wanted.items())

        for host, one, other in self._starts(2):
            if (alike(one) and self._is(other)) or (alike(other) and self._is(one)):
                yield host, one, other

    def _is(self, local: int, powers: Collection[str] = ("RUNNING",)) -> bool:
        of = self.compiled.vm_vars[0]
        at = of.at.get("power")
        return at is None or self.compiled.locals[local][1][at] in {of.number["power"][one] for one in powers}

    def _starts(self, vms: int) -> Iterator[State]:
        for host in self.compiled.start_hosts:
            for chosen in combinations_with_replacement(sorted(self.compiled.starts), vms):
                yield (host, *chosen)


def _back(before: Before, state: State) -> tuple[State, list[Edge]]:
    edges = []
    while (found := before[state]) is not None:
        state, edge = found
        edges.append(edge)
    return state, edges[::-1]


def _term(one: Property) -> Term:
    """What a property says of states, or of steps."""
    if isinstance(one, (Always, Step)):
        return one.term
    raise TypeError(f"{one.name}: no run of states or steps decides it")
