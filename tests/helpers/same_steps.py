"""Whether a mutant is no different: what the engines say that compare views, and what a plain search of both networks shows."""

from __future__ import annotations

from model.notation import HOST, Network, Shape
from proofs.mutants.changed_rules import Rules
from proofs.mutants.comparing import Comparing
from proofs.mutants.operators import Mutant
from proofs.mutants.same_views import SameViews
from proofs.search.plain import explore
from proofs.world.compiled import Compiled
from proofs.world.world import Column, Slice, World

MOST = 20_000
"""States."""


def start_of(network: Network) -> dict[str, frozenset[str]]:
    """One VM that may be."""
    of_vms = [actor for actor in network.actors.values() if actor.sort != HOST]
    return {f"{a.name}{'#0' if a.sort in network.parts else ''}": frozenset({a.starts[0]}) for a in of_vms}


def the_same_alone(network: Network, mutant: Mutant, column: Column) -> bool:
    """Whether a mutant is known to be the same in a column, by closed sets of that column."""
    rules = Rules(network, mutant, mutant.change(network))
    return not SameViews(network, column, start_of(network), [rules]).why_not(rules)


def the_same_together(network: Network, mutant: Mutant, column: Column) -> bool:
    """The same, by closed sets that carry columns."""
    rules = Rules(network, mutant, mutant.change(network))
    return not Comparing(network, [column], start_of(network), [rules]).differs(mutant.name, [column])[0]


def starts_and_steps(network: Network, column: Column, shape: Shape, vms: int, most: int = MOST) -> set[object]:
    """Every start and step of so many VMs of a shape, in the names of the machines, all of them: also those that only one network
    moves. Nothing is reduced. Raises LimitReached beyond `most` states."""
    world = World(network, column, reach={name: frozenset(actor.states) for name, actor in network.actors.items()})
    whole = Slice(frozenset(network.actors), frozenset(event.name for event in world.events))
    compiled = Compiled(world, whole, [shape], reduce=False)
    explored = explore(compiled, vms, keep_graph=True, limit=most)
    steps: set[object] = {
        (compiled.events[edge[0]].name, _named(compiled, state), _named(compiled, target))
        for state, targets in explored.targets.items()
        for edge, target in targets
    }
    return steps | {_named(compiled, state) for state, before in explored.before.items() if before is None}


def _named(compiled: Compiled, state: tuple[int, ...]) -> object:
    of_vms = sorted(repr(compiled.vm_vars[0].decode(compiled.locals[one][1])) for one in state[1:])
    return repr(compiled.host_vars.decode(compiled.hosts[state[0]])), tuple(of_vms)
