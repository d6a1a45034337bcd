"""Shortest runs that one network has and the other has not: of the prepared changes, and of networks drawn by chance, where walking
over all of both says the same."""

from __future__ import annotations

from itertools import islice

from examples.small_backup import NETWORK
from model.notation import DeclarationError, Network, Shape
from model.notation.run import Run
from proofs.differences.rules import changed
from proofs.differences.runs import ADDED, ELSEWHERE, REMOVED, Searched, first_differences, search
from proofs.mutants.operators import mutants_of
from proofs.search.plain import explore
from proofs.verdicts.columns import BASE
from proofs.world.compiled import Compiled
from proofs.world.world import Slice, World
from tests.helpers.networks.random_networks import drawn
from tests.proofs.differences.prepared import (
    elsewhere,
    refactored,
    strengthened,
    weakened,
    with_fault,
    with_reading,
    without_actor,
)


def found(base: Network, head: Network) -> list[Searched]:
    return first_differences(base, head, changed(base, head))


def told(base: Network, head: Network) -> set[tuple[str, str, str, int]]:
    return {
        (one.event, one.kind, one.column.name, len(one.run.steps))
        for done in found(base, head)
        for one in done.differences
    }


def test_a_refactoring_is_not_searched_for_what_it_cannot_do() -> None:
    assert found(NETWORK, refactored()) == []
    (all_the_same,) = [search(NETWORK, refactored(), changed(NETWORK, refactored()), BASE)]
    assert (all_the_same.differences, all_the_same.closed) == ((), True)
    assert all_the_same.pairs > 10


def test_a_weakened_rule_has_a_run_more_and_a_strengthened_one_a_run_less() -> None:
    assert ("vm_given_back", ADDED, "no fault", 4) in told(NETWORK, weakened())
    assert told(NETWORK, strengthened()) == {("vm_saved", REMOVED, "no fault", 3)}
    (less,) = found(NETWORK, strengthened())
    assert "needs: prior is running" in less.differences[0].why


def test_the_run_is_one_of_the_network_that_has_it_and_of_no_other() -> None:
    (done,) = found(NETWORK, strengthened())
    (one,) = done.differences
    run, other = (Run(of, one.run.shapes, one.run.starts) for of in (NETWORK, strengthened()))
    for event, member in one.run.steps[:-1]:
        run.fire(event, member)
        other.fire(event, member)
    assert run.why_not(*one.run.steps[-1]) is None
    assert other.why_not(*one.run.steps[-1]) == one.why


def test_a_move_that_leads_elsewhere_is_told_with_where() -> None:
    (done,) = found(NETWORK, elsewhere())
    (one,) = done.differences
    assert (one.event, one.kind) == ("vm_given_back", ELSEWHERE)
    assert one.why.startswith("power is off then, was")


def test_a_reading_shows_under_its_value_and_a_fault_where_it_is_tolerated() -> None:
    assert told(NETWORK, with_reading()) == {("host_aborts", REMOVED, "READ-X=NEVER", 2)}
    assert {one[:3] for one in told(NETWORK, with_fault())} == {("guest_hangs", ADDED, "guest_hangs")}
    assert {one[:3] for one in told(with_fault(), NETWORK)} == {("guest_hangs", REMOVED, "guest_hangs")}


def test_without_an_actor_what_it_forbade_may_happen() -> None:
    """A guest's snapshot that is of no use is accepted, and no longer refused."""
    kinds = {one[:2] for one in told(NETWORK, without_actor())}
    assert ("guest_snapshot_accepted", ADDED) in kinds
    assert ("guest_snapshot_refused", REMOVED) in kinds


def test_what_is_bounded_says_that_it_is() -> None:
    done = search(NETWORK, strengthened(), changed(NETWORK, strengthened()), BASE, most=1)
    assert not done.closed


def graph(network: Network) -> set[object]:
    """Every step of one VM, in the names of the machines."""
    shape = Shape({sort.name: 1 for sort in network.parts})
    world = World(network, BASE, reach={name: frozenset(actor.states) for name, actor in network.actors.items()})
    whole = Slice(frozenset(network.actors), frozenset(event.name for event in world.events))
    compiled = Compiled(world, whole, [shape], reduce=False)
    explored = explore(compiled, 1, keep_graph=True, limit=20_000)

    def named(state: tuple[int, ...]) -> str:
        vms = [compiled.vm_vars[0].decode(compiled.locals[one][1]) for one in state[1:]]
        return repr((compiled.host_vars.decode(compiled.hosts[state[0]]), vms))

    return {
        (compiled.events[edge[0]].name, named(state), named(target))
        for state, targets in explored.targets.items()
        for edge, target in targets
    }


def test_there_is_a_difference_exactly_where_all_steps_of_one_vm_say_so() -> None:
    same = different = 0
    for seed in range(6):
        network = drawn(seed).network
        right = graph(network)
        for mutant in islice(mutants_of(network), 12):
            try:
                head = mutant.change(network)
            except DeclarationError:
                continue
            rules = changed(network, head)
            if not rules or any(rule.name not in network.events for rule in rules):
                continue  # what starts otherwise is told as such
            done = search(network, head, rules, BASE)
            assert done.closed or done.differences, done.problem
            assert bool(done.differences) == (graph(head) != right), (seed, mutant.name)
            same, different = same + (not done.differences), different + bool(done.differences)
    assert same > 5
    assert different > 10
