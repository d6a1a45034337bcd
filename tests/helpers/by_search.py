"""What searches of the whole network find against properties: for a method that claims more than they can see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from model.notation import Network, Shape
from proofs.search.endless import Out, find_lasso
from proofs.search.plain import Explored, LimitReached, explore
from proofs.search.symmetry import State
from proofs.world.predicates import Step
from proofs.world.world import Column
from properties.kinds import Always, Ends, Property
from properties.kinds import Step as StepProperty
from tests.helpers.networks.whole import compiled_whole


def found_against(
    network: Network,
    column: Column,
    properties: Iterable[Property],
    shapes: Sequence[Shape],
    *,
    vms: Sequence[int] = (1, 2, 3),
    limit: int = 400,
) -> tuple[dict[str, str], dict[str, str]]:
    """The properties that some reachable state or step breaks, and those whose witness fires, each with the number of VMs.
    A limit only makes the search find less."""
    asked = list(properties)
    states = {f"{one.name}/not": ~one.term for one in asked if isinstance(one, Always)}
    steps = {f"{one.name}/not": ~one.term for one in asked if isinstance(one, StepProperty)}
    steps |= {f"{one.name}/witness": one.witness for one in asked}
    compiled = compiled_whole(network, shapes, column)
    broken, fired = dict[str, str](), dict[str, str]()
    for number in vms:
        try:
            explored = explore(compiled, number, states=states, steps=steps, limit=limit)
        except LimitReached as reached:
            explored = reached.explored
        for key in explored.hits:
            name, _, what = key.rpartition("/")
            (broken if what == "not" else fired).setdefault(name, f"with {number} VMs")
    return broken, fired


def found_endless(
    network: Network,
    column: Column,
    properties: Iterable[Ends],
    shapes: Sequence[Shape],
    *,
    vms: Sequence[int] = (1, 2),
    limit: int = 400,
) -> dict[str, str]:
    """The properties of which some fair run never comes to rest, each VM and each of its events for itself. Beyond the limit
    nothing is found. No VM may have two parts of a sort: their events are not told apart."""
    compiled = compiled_whole(network, shapes, column)
    found = dict[str, str]()
    for number in vms:
        try:
            explored = explore(compiled, number, keep_graph=True, sort=False, limit=limit)
        except LimitReached:
            break
        for one in properties:
            if one.name not in found and _never_rests(explored, one):
                found[one.name] = f"with {number} VMs"
    return found


def is_refuted(network: Network, column: Column, one: Property) -> bool:
    """Whether a search of one VM or two, with one part of each sort or none, breaks a property."""
    shapes = _few_parts(network)
    if isinstance(one, Ends):
        return bool(found_endless(network, column, [one], shapes))
    return bool(found_against(network, column, [one], shapes, vms=(1, 2), limit=4_000)[0])


def is_exercised(network: Network, column: Column, one: Property) -> bool:
    """Whether such a search sees the witness of a property fire."""
    return bool(found_against(network, column, [one], _few_parts(network), vms=(1, 2), limit=4_000)[1])


def _few_parts(network: Network) -> list[Shape]:
    return [Shape({sort.name: number for sort in network.parts}) for number in range(2 if network.parts else 1)]


def _never_rests(explored: Explored, found: Ends) -> bool:
    compiled = explored.compiled
    world = compiled.world
    silenced = {name for fault in world.column.faults for name in world.network.faults[fault].silences}
    resting = compiled.state_test(found.rest)
    compiled.settle()

    def rest(state: State) -> bool:
        return resting(Step(compiled.hosts[state[0]], (), 0, compiled.bits_of_all(state[0], state[1:])))

    def out(state: State) -> list[Out[State]]:
        steps = [(compiled.events[edge[0]], edge[4], target) for edge, target in explored.targets[state]]
        return [
            Out((event.name, vm), target, event.fair and event.name not in silenced, event.fault is None)
            for event, vm, target in steps
            if event.name not in found.without
        ]

    return find_lasso(list(explored.before), out, rest) is not None
