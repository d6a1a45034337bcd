"""Promises of a network judged in a column: for any number of members by closed sets of views, else by a shortest run of few."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from model.notation import Network, Shape
from model.notation.terms import Happens, In
from proofs.answers.verdict import RunFound
from proofs.search.plain import explore
from proofs.search.replay import replay
from proofs.views.proof import prove
from proofs.world.compiled import Compiled
from proofs.world.world import Column, World
from properties.kinds import Always, Property, Step, terms_of

MOST_MEMBERS = 2
"""Members, and parts of each, of which a run is looked for: one or two."""


@dataclass(frozen=True)
class Judged:
    """What is known of a promise in a column. holds: for any number of members; run: else a shortest run that breaks it; exercised:
    whether its witness ever happens (if not, that it holds says nothing)."""

    promise: str
    holds: bool
    exercised: bool
    run: RunFound | None = None


def judged(network: Network, column: Column, promises: Iterable[Property]) -> dict[str, Judged]:
    """Each promise, by name. Raises ValueError at one that speaks neither of states nor of steps."""
    asked = list(promises)
    proofs = prove(network, column, asked)
    found = {one.name: Judged(one.name, proofs[one.name].holds, proofs[one.name].exercised) for one in asked}
    runs = runs_of(network, column, [one for one in asked if not found[one.name].holds])
    return found | {name: Judged(name, False, found[name].exercised, run) for name, run in runs.items()}


def runs_of(network: Network, column: Column, promises: Iterable[Property]) -> dict[str, RunFound]:
    """A shortest run to what breaks each promise, by name, of few members; those that none of so few breaks are left out. Raises
    ValueError at one that speaks neither of states nor of steps."""
    found: dict[str, RunFound] = {}
    left = list(promises)
    for members, parts in product(range(1, MOST_MEMBERS + 1), range(1, 1 + (MOST_MEMBERS if network.parts else 1))):
        left = [one for one in left if one.name not in found]
        if left:
            found |= _shortest(network, column, left, members, parts)
    return found


def _shortest(network: Network, column: Column, asked: list[Property], members: int, parts: int) -> dict[str, RunFound]:
    """A shortest run of so many members, each of so many parts, to what breaks each promise, executed by the machines."""
    states = {one.name: ~one.term for one in asked if isinstance(one, Always)}
    steps = {one.name: ~one.term for one in asked if isinstance(one, Step)}
    if len(states) + len(steps) != len(asked):
        raise ValueError("A promise speaks neither of states nor of steps. Judge it with proofs.verdicts.")
    world = World(network, column)
    events = Happens(frozenset(event.name for event in world.events))
    machines = [In(name, frozenset(sorted(world.reach[name])[:1])) for name in network.actors]
    terms = [term for one in asked for term in terms_of(one)]
    compiled = Compiled(
        world,
        world.cone([events, *machines], whole_events=True),
        (Shape(dict.fromkeys(map(str, network.parts), parts)),),
        terms,
    )
    explored = explore(compiled, members, states=states, steps=steps, until=dict.fromkeys((*states, *steps)))
    return {name: replay(compiled, *explored.run_to(hit)) for name, hit in explored.hits.items()}
