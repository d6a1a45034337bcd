"""A mutant that is called the same takes the same steps, whatever disks VMs have: in networks drawn by chance against searches, and
where it takes two disks, or none, to see the difference."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from model.notation import HOST, Actor, DeclarationError, Network, Shape, Term, build, event, every, on, some
from proofs.mutants.changed_rules import Rules
from proofs.mutants.operators import Mutant, mutants_of
from proofs.mutants.same_views import SameViews
from proofs.search.plain import explore
from proofs.verdicts.columns import BASE
from proofs.world.compiled import Compiled
from proofs.world.world import Column, Slice, World
from tests.helpers.networks.random_networks import Two, disk, drawn, random_count, vm

MOST = 20_000
"""States."""


def said_to_be_the_same(network: Network, mutant: Mutant, column: Column) -> bool:
    rules = Rules(network, mutant, mutant.change(network))
    of_vms = [actor for actor in network.actors.values() if actor.sort != HOST]
    start = {f"{a.name}{'#0' if a.sort in network.parts else ''}": frozenset({a.starts[0]}) for a in of_vms}
    return not SameViews(network, column, start, [rules]).why_not(rules)


def steps(network: Network, column: Column, shape: Shape, vms: int) -> set[object]:
    """Every step of so many VMs of a shape, in the names of the machines, all of them: also those that only one network moves."""
    world = World(network, column, reach={name: frozenset(actor.states) for name, actor in network.actors.items()})
    whole = Slice(frozenset(network.actors), frozenset(event.name for event in world.events))
    compiled = Compiled(world, whole, [shape], reduce=False)
    explored = explore(compiled, vms, keep_graph=True, limit=MOST)
    return {
        (compiled.events[edge[0]].name, _named(compiled, state), _named(compiled, target))
        for state, targets in explored.targets.items()
        for edge, target in targets
    }


def _named(compiled: Compiled, state: tuple[int, ...]) -> object:
    of_vms = sorted(repr(compiled.vm_vars[0].decode(compiled.locals[one][1])) for one in state[1:])
    return repr(compiled.host_vars.decode(compiled.hosts[state[0]])), tuple(of_vms)


machine = Actor("kind", Two, of=disk, starts=Two, says="A machine.")


def going(when: Term) -> Network:
    work = Actor("work", Two, of=vm, starts=Two.A, says="A machine.").table(on("go", Two.A, Two.B))
    return build([work, machine], event("go", at=vm, when=when, by="T-1", says="It goes."))


def swapped(network: Network) -> Mutant:
    return next(one for one in mutants_of(network) if one.operator == "swap-quantifier")


def test_some_for_every_is_no_different_only_where_there_is_one_disk() -> None:
    network = going(every(disk, machine.is_(Two.A)))
    mutant = swapped(network)
    changed = mutant.change(network)
    assert steps(network, BASE, Shape({"disk": 1}), 1) == steps(changed, BASE, Shape({"disk": 1}), 1)
    assert steps(network, BASE, Shape({"disk": 2}), 1) != steps(changed, BASE, Shape({"disk": 2}), 1)
    assert not said_to_be_the_same(network, mutant, BASE)


def test_some_for_every_is_no_different_where_every_is_asked_for_besides() -> None:
    """Also of two disks: every disk is good, and there is one."""
    good = machine.is_(Two.A)
    network = going(every(disk, good) & every(disk, good | machine.is_(Two.A | Two.B)) & some(disk, good))
    mutants = [one for one in mutants_of(network) if one.operator == "drop-condition"]
    assert [said_to_be_the_same(network, one, BASE) for one in mutants] == [False, True, False]


def test_what_is_called_the_same_takes_the_same_steps() -> None:
    seen: Counter[str] = Counter()
    for seed in range(90_000, 90_000 + random_count(1) // 3):
        found = drawn(seed, parts=True, properties=0)
        for mutant in islice(mutants_of(found.network), 0, None, 5):
            try:
                changed = mutant.change(found.network)
                same = said_to_be_the_same(found.network, mutant, found.column)
            except DeclarationError:
                continue
            seen["same" if same else "different"] += 1
            for disks, vms in ((0, 1), (1, 1), (2, 1), (3, 1), (1, 2)) if same else ():
                shape = Shape({"disk": disks})
                assert steps(found.network, found.column, shape, vms) == steps(changed, found.column, shape, vms), (
                    f"seed {seed}, {mutant.name}: {disks} disks, {vms} VMs"
                )
    assert min(seen["same"], seen["different"]) >= 20, seen
