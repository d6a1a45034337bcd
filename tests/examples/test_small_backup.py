"""The small backup protocol: its exact counts, its properties, and wrong variants that they refute."""

from __future__ import annotations

import pytest

from examples.small_backup import (
    NETWORK,
    PROPERTIES,
    RULES,
    Guest,
    Phase,
    Power,
    Recovery,
    Result,
    compiled,
    phase,
    recovery,
    result,
    vm,
)
from model.notation import TRUE, every, some
from proofs.search.plain import explore
from proofs.views.proof import prove
from proofs.world.world import Column
from properties.kinds import Always
from tests.wrong_protocols.changes import Change, both, guard, leads_to, table

COLUMN = Column()


def formula(vms: int) -> int:
    """How many states there are: in each of the nine phases the VMs are in so many states, each VM for itself."""
    states: int = 19**vms + 12**vms + 2 * 10**vms + 5 * 5**vms
    return states


@pytest.mark.parametrize(
    ("vms", "states", "steps", "depth"), [(1, 76, 86, 11), (2, 830, 1_244, 16), (3, 11_212, 24_123, 21)]
)
def test_every_state_of_vms_told_apart(vms: int, states: int, steps: int, depth: int) -> None:
    found = explore(compiled(), vms, sort=False)
    assert (found.states, found.steps, found.depth) == (states, steps, depth)
    assert found.states == formula(vms)


@pytest.mark.parametrize(
    ("vms", "states", "steps"),
    [(1, 76, 86), (2, 453, 649), (3, 2_309, 4_426), (4, 10_460, 25_823), (5, 42_651, 128_851)],
)
def test_states_up_to_swapping_vms(vms: int, states: int, steps: int) -> None:
    found = explore(compiled(), vms)
    assert (found.states, found.steps, found.depth) == (states, steps, 5 * vms + 6)


@pytest.mark.parametrize("reduce", [False, True])
def test_a_vm_starts_in_one_of_five_ways(reduce: bool) -> None:
    """Off, running, paused, saved; and running and eligible. No two are alike: what is given back tells them apart."""
    found = compiled(reduce=reduce)
    (variables,) = found.vm_vars
    starts = [variables.decode(found.locals[vm][1]) for vm in found.starts]
    assert sorted((start["prior"], start["eligible"]) for start in starts) == [
        ("OFF", "NO"), ("PAUSED", "NO"), ("RUNNING", "NO"), ("RUNNING", "YES"), ("SAVED", "NO"),
    ]  # fmt: skip
    assert all(start["power"] == start["prior"] for start in starts)


def test_every_rule_is_cited_and_every_event_happens() -> None:
    cited = {name for event in NETWORK.events.values() for name in event.by}
    assert cited == RULES.keys()
    found = explore(compiled(), 1, keep_graph=True)
    happened = {found.compiled.events[edge[0]].name for out in found.targets.values() for edge, _ in out}
    assert happened == NETWORK.events.keys()


def test_it_names_four_promises() -> None:
    assert list(PROPERTIES) == [
        "no-early-success",
        "all-or-none",
        "back-in-prior-state",
        "only-recoverable-snapshots",
    ]
    assert all(found.name == name and set(found.shows) <= RULES.keys() for name, found in PROPERTIES.items())


@pytest.mark.parametrize("name", PROPERTIES)
def test_holds_for_any_number_of_vms(name: str) -> None:
    proof = prove(NETWORK, COLUMN, [PROPERTIES[name]])[name]
    assert (proof.holds, proof.exercised, proof.views) == (True, True, 76)


def judged(change: Change | None, vms: int) -> tuple[set[str], set[str]]:
    """The properties that some reachable state breaks, and those whose witness fires."""
    network = NETWORK if change is None else change(NETWORK)
    states = {f"{name}/not": ~found.term for name, found in PROPERTIES.items() if isinstance(found, Always)}
    steps = {f"{name}/witness": found.witness for name, found in PROPERTIES.items()}
    hits = explore(compiled(network), vms, states=states, steps=steps).hits
    broken, fired = ({name for name in PROPERTIES if f"{name}/{what}" in hits} for what in ("not", "witness"))
    return broken, fired


@pytest.mark.parametrize("vms", [1, 2, 3])
def test_every_state_of_a_few_vms_keeps_the_promises(vms: int) -> None:
    assert judged(None, vms) == (set(), set(PROPERTIES))


WRONG: dict[str, tuple[Change, int, set[str]]] = {
    "the backup counts as good as soon as one VM is given back": (
        guard("backup_is_done", instead=some(vm, result.is_(Result.GOOD))),
        2,
        {"all-or-none", "back-in-prior-state"},
    ),
    "an aborted backup is over before everything is undone": (
        guard("backup_is_undone", instead=TRUE),
        1,
        {"all-or-none", "back-in-prior-state"},
    ),
    "VMs are given back while the host still freezes": (
        guard("vm_given_back", instead=phase.is_(Phase.FREEZING | Phase.GIVING_BACK)),
        1,
        {"no-early-success"},
    ),
    "a VM that is undone counts as backed up": (
        table("result", leads_to("vm_undone", Result.GOOD)),
        1,
        {"no-early-success", "only-recoverable-snapshots"},
    ),
    "a VM that is given back stays saved": (
        table("power", leads_to("vm_given_back", Power.SAVED)),
        1,
        {"back-in-prior-state"},
    ),
    "a VM that is undone stays frozen": (
        both(
            table("guest", leads_to("vm_undone", Guest.FROZEN)),
            guard("backup_is_undone", instead=every(vm, result.is_(Result.BAD))),
        ),
        1,
        {"back-in-prior-state"},
    ),
    "any snapshot of a guest is accepted": (
        guard("guest_snapshot_accepted", without=recovery.is_(Recovery.POSSIBLE)),
        1,
        {"only-recoverable-snapshots"},
    ),
}
"""What is wrong in words; the change, the number of VMs that it takes, and the properties that it breaks."""


@pytest.mark.parametrize(("change", "vms", "expected"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_protocol_is_refuted(change: Change, vms: int, expected: set[str]) -> None:
    assert judged(change, vms)[0] == expected
    assert vms == 1 or judged(change, vms - 1)[0] == set()
    proofs = prove(change(NETWORK), COLUMN, PROPERTIES.values())
    assert {name for name, proof in proofs.items() if not proof.holds} == expected
