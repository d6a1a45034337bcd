"""Configurations are alike only if nothing tells them apart; what is said of every VM, or of some, in something that is said of one VM
is no question to that one alone."""

from __future__ import annotations

from model.notation import Actor, Shape, build, event, every, on
from proofs.search.plain import explore
from proofs.verdicts.columns import BASE
from proofs.world.compiled import Compiled
from proofs.world.world import World
from tests.helpers.networks.random_networks import Two, vm
from tests.helpers.networks.whole import compiled_whole, whole

place = Actor("place", Two, of=vm, starts=frozenset(Two), says="Of a VM, for good.")
colour = Actor("colour", Two, of=vm, starts=frozenset(Two), says="Of a VM, for good.")
work = Actor("work", Two, of=vm, starts=Two.A, says="Of a VM.").table(on("go", Two.A, Two.B))

OF_ALL = every(vm, place.is_(Two.B)) | colour.is_(Two.A)
"""A VM that is in place itself may still be asked for its colour: another VM may not be in place."""


NETWORK = build([place, colour, work], event("go", at=vm, when=OF_ALL, by="T-1", says="It goes."))


def stuck(*, reduce: bool) -> set[object]:
    """Where two VMs cannot go on: their places, and whether each has gone."""
    compiled = compiled_whole(NETWORK, [Shape({})], reduce=reduce)
    at = compiled.vm_vars[0].at
    return {
        tuple(sorted((vm[at["place"]], vm[at["work"]]) for vm in (compiled.locals[one][1] for one in state[1:])))
        for state, targets in explore(compiled, 2, keep_graph=True).targets.items()
        if not targets
    }


def test_a_guard_that_also_asks_other_vms_tells_colours_apart() -> None:
    assert stuck(reduce=True) == stuck(reduce=False)


def test_kinds_of_vms_that_such_a_guard_tells_apart_are_not_one() -> None:
    kinds = [{"place": frozenset({"B"}), "colour": frozenset({state})} for state in ("A", "B")]
    world = World(NETWORK, BASE)
    compiled = Compiled(world, whole(world), [Shape({})] * 2, (), kinds, together=True)
    assert len(compiled.starts) == 2


def test_what_is_asked_of_a_slice_again_is_remembered() -> None:
    """Which machines matter, and what is said of a VM, is asked for every property and every event."""
    world = World(NETWORK, BASE)
    compiled = compiled_whole(NETWORK, [Shape({})])
    go = NETWORK.events["go"]
    assert world.cone([OF_ALL]) is world.cone([OF_ALL])
    assert world.cone([OF_ALL]) is not world.cone([OF_ALL], whole_events=True)
    assert compiled.expand_in(OF_ALL, 0) is compiled.expand_in(OF_ALL, 0)
    assert compiled.asked_by(0, go) is compiled.asked_by(0, go)
