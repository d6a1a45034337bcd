"""A mutant that is called the same takes the same steps, whatever disks VMs have: in networks drawn by chance against searches, and
where it takes two disks, or none, to see the difference."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from model.notation import Actor, DeclarationError, Network, Shape, Term, build, event, every, on, some
from proofs.mutants.operators import Mutant, mutants_of
from proofs.verdicts.columns import BASE
from tests.helpers.networks.random_networks import Two, disk, drawn, random_count, vm
from tests.helpers.same_steps import starts_and_steps, the_same_alone

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
    assert starts_and_steps(network, BASE, Shape({"disk": 1}), 1) == starts_and_steps(
        changed, BASE, Shape({"disk": 1}), 1
    )
    assert starts_and_steps(network, BASE, Shape({"disk": 2}), 1) != starts_and_steps(
        changed, BASE, Shape({"disk": 2}), 1
    )
    assert not the_same_alone(network, mutant, BASE)


def test_some_for_every_is_no_different_where_every_is_asked_for_besides() -> None:
    """Also of two disks: every disk is good, and there is one."""
    good = machine.is_(Two.A)
    network = going(every(disk, good) & every(disk, good | machine.is_(Two.A | Two.B)) & some(disk, good))
    mutants = [one for one in mutants_of(network) if one.operator == "drop-condition"]
    assert [the_same_alone(network, one, BASE) for one in mutants] == [False, True, False]


def test_what_is_called_the_same_takes_the_same_starts_and_steps() -> None:
    seen: Counter[str] = Counter()
    for seed in range(90_000, 90_000 + random_count(1) // 3):
        found = drawn(seed, parts=True, properties=0)
        for mutant in islice(mutants_of(found.network), 0, None, 5):
            try:
                changed = mutant.change(found.network)
                same = the_same_alone(found.network, mutant, found.column)
            except DeclarationError:
                continue
            seen["same" if same else "different"] += 1
            for disks, vms in ((0, 1), (1, 1), (2, 1), (3, 1), (1, 2)) if same else ():
                shape = Shape({"disk": disks})
                assert starts_and_steps(found.network, found.column, shape, vms) == starts_and_steps(
                    changed, found.column, shape, vms
                ), f"seed {seed}, {mutant.name}: {disks} disks, {vms} VMs"
    assert min(seen["same"], seen["different"]) >= 20, seen
