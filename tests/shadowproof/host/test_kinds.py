"""An inventory handed to the explorer: names, kinds, contradictions, and which disks and adapters are looked at."""

from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from model.actors.conditions import DiskKind, DiskLayout, disk_kind, disk_layout, file_system
from model.actors.parts import Target, target
from model.notation import Shape, all_of, any_of, some
from model.notation.terms import Every, In, Some, machines_of, walk
from model.protocol import PROTOCOL
from model.sorts import adapter, disk
from proofs.verdicts.check import check
from proofs.world.compiled import Compiled
from proofs.world.world import Column, World, fold
from properties.catalogue import PROPERTIES
from properties.kinds import terms_of
from shadowproof.host.inventory import Inventory, InventoryError, Machine, read_inventory, states
from shadowproof.host.kinds import (
    UNSEEN,
    Kind,
    all_parts,
    can_be,
    disks_of,
    facts_of,
    for_parts,
    kind_of,
    kinds,
    scope,
    scope_of,
)
from tests.helpers.vms import BASIC, DYNAMIC, FAT, OPEN, mixed, read_from, vhds, vm
from tests.wrong_protocols.methods import published_with

EXAMPLE = Path(__file__).parents[3] / "shadowproof" / "examples" / "twelve-vms.json"
Read = Callable[[object], Inventory]
One = Callable[..., Machine]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return lambda value: read_from(tmp_path, value)


@pytest.fixture
def one(read: Read) -> One:
    """One VM, by Child VM Snapshot unless the arguments say otherwise."""
    return lambda **elements: read([vm(**elements)]).machines[0]


def test_the_states_of_an_inventory_are_those_of_the_model() -> None:
    named = {
        "power": states.Power, "system": states.System, "integration": states.Integration,
        "snapshot_location": states.SnapshotLocation, "cluster": states.Cluster, "disk_kind": states.DiskKind,
        "disk_layout": states.DiskLayout, "file_system": states.FileSystem, "switch": states.Switch,
    }  # fmt: skip
    for name, found in named.items():
        elsewhere = {"FAILED_OVER"} if name == "cluster" else set()  # a VM that a host's file names is on that host
        assert {state.value for state in found} == set(PROTOCOL.actors[name].starts) - elsewhere, name
    machine = read_inventory(EXAMPLE).machines[0]
    assert {name.split("#")[0] for name in facts_of(machine)} == set(named)


def test_the_names_are_those_of_the_compiled_variables() -> None:
    world = World(PROTOCOL, Column())
    part = world.cone(
        [machine.is_(frozenset({machine.enum[machine.starts[0]]})) for machine in PROTOCOL.actors.values()]
    )
    found = kinds(read_inventory(EXAMPLE))
    compiled = Compiled(world, part, [kind.shape for kind in found], (), [kind.allowed for kind in found])
    for kind, variables in zip(found, compiled.vm_vars, strict=True):
        assert set(kind.allowed) <= set(variables.names)
        assert len(kind.allowed) == 5 + 3 * kind.shape.parts["disk"] + kind.shape.parts["adapter"]


def test_every_start_of_a_kind_is_one_that_the_file_allows() -> None:
    found = scope(read_inventory(EXAMPLE))
    world = World(PROTOCOL, Column())
    part = world.cone(
        [machine.is_(frozenset({machine.enum[machine.starts[0]]})) for machine in PROTOCOL.actors.values()]
    )
    compiled = Compiled(world, part, found.shapes, (), found.allowed)
    assert {compiled.locals[number][0] for number in compiled.starts} == set(range(len(found.shapes)))
    for number in compiled.starts:
        form, at = compiled.locals[number]
        assert found.allowed is not None
        for name, state in compiled.vm_vars[form].decode(at).items():
            assert state in found.allowed[form].get(name, {state}), (form, name)


def test_the_twelve_are_twelve_kinds_and_copies_are_of_one_kind(read: Read) -> None:
    assert [kind.machines for kind in kinds(read_inventory(EXAMPLE))] == [
        (machine.name,) for machine in read_inventory(EXAMPLE).machines
    ]
    file = read([vm(Name="a", **vhds(BASIC)), vm(Name="b", State="Off", **vhds(BASIC)), vm(Name="c", **vhds(BASIC))])
    assert [kind.machines for kind in kinds(file)] == [("a", "c"), ("b",)]
    found = scope(file)
    assert (found.vms, len(found.shapes)) == (2, 2)
    assert found.allowed == tuple(kind.allowed for kind in kinds(file))


def test_in_whatever_order_the_file_has_their_parts_vms_are_of_one_kind(read: Read) -> None:
    disks = [("vhd", FAT), ("pass-through", BASIC), ("vhd", DYNAMIC)]
    adapters = [{"Name": "n", "SwitchName": "Lab"}, {"Name": "n", "Connected": False}]
    told = [vm(Name=f"vm{order}", **mixed(*disks[::order]), NetworkAdapters=adapters[::order]) for order in (1, -1)]
    (kind,) = kinds(read({"VMs": told, "Switches": [{"Name": "Lab"}]}))
    assert kind.machines == ("vm1", "vm-1")


def test_no_more_vms_are_searched_than_the_host_has(read: Read) -> None:
    assert scope(read([vm()]), 2).vms == 1
    assert scope(read_inventory(EXAMPLE), 3).vms == 3


@pytest.mark.parametrize(
    ("elements", "told"),
    [
        (
            {"State": "Off", "ClusterResource": {"State": "Online"}, "IsClustered": True},
            ['State = "Online"', 'State = "Off"'],
        ),
        ({"ClusterResource": {"State": "Offline"}, "IsClustered": True}, ['"Offline"', 'State = "Running"']),
        ({"GuestOperatingSystem": "Windows 2000"}, ['GuestBackupService = "Running"', "system is not windows 2000"]),
    ],
)
def test_what_contradicts_itself_is_refused_in_one_sentence(
    read: Read, elements: dict[str, Any], told: list[str]
) -> None:
    with pytest.raises(InventoryError) as refused:
        scope(read([vm(Name="fine"), vm(Name="odd", **elements)]))
    sentence = str(refused.value)
    assert "odd cannot be as the file says" in sentence
    assert "\n" not in sentence
    assert all(piece in sentence for piece in told), sentence


@pytest.mark.parametrize("state", ["Off", "Saved", "Paused", "Running"])
@pytest.mark.parametrize("resource", ["Online", "Offline", "Failed"])
def test_a_clustered_vm_is_refused_exactly_if_no_start_of_the_model_fits(read: Read, state: str, resource: str) -> None:
    file = read([vm(State=state, GuestBackupService=None, ClusterResource={"State": resource})])
    agrees = {
        "Online": {"Paused", "Running"},
        "Offline": {"Off", "Saved"},
        "Failed": {"Off", "Saved", "Paused", "Running"},
    }
    if state in agrees[resource]:
        assert scope(file).vms == 1
    else:
        with pytest.raises(InventoryError):
            scope(file)


def test_where_nobody_looked_inside_the_guest_it_may_have_iscsi_disks(one: One) -> None:
    assert [found.name for found in disks_of(one(GuestDisks=None, HardDrives=[{"Path": r"D:\a.vhd"}]))] == [
        r"D:\a.vhd",
        UNSEEN,
    ]
    assert disks_of(one(GuestDisks=[])) == ()
    assert [found.name for found in disks_of(one(GuestDisks=None, HardDrives=None))] == ["(disks not listed)"]


def _disks(kind: Kind) -> list[tuple[str, ...]]:
    names = (disk_kind.name, disk_layout.name, file_system.name)
    each = range(kind.shape.parts[disk.name])
    return [tuple("|".join(sorted(kind.allowed[f"{name}#{j}"])) for name in names) for j in each]


def _adapters(kind: Kind) -> list[set[str]]:
    return [set(kind.allowed[f"switch#{j}"]) for j in range(kind.shape.parts[adapter.name])]


def ports(most: int, **elements: Any) -> dict[str, Any]:
    """Of a host with one switch, the VM with so many adapters alike."""
    told = vm(NetworkAdapters=[{"Name": "n", **elements}] * most)
    return {"VMs": [told], "Switches": [{"Name": "Lab"}]}


def test_every_disk_of_the_file_is_looked_at(one: One) -> None:
    """Also those alike: one may be restored elsewhere, or not come back, without the other."""
    kind = kind_of(
        one(**mixed(("vhd", FAT), ("pass-through", OPEN), ("vhd", BASIC), ("either", BASIC), ("vhd", BASIC)))
    )
    assert kind.whole
    assert _disks(kind) == [
        ("VHD", "BASIC", "CAPABLE"), ("VHD", "BASIC", "CAPABLE"), ("VHD", "BASIC", "NOT_CAPABLE"),
        ("PASS_THROUGH|VHD", "BASIC", "CAPABLE"), ("PASS_THROUGH", "BASIC|DYNAMIC", "CAPABLE|NOT_CAPABLE"),
    ]  # fmt: skip


def test_disks_that_may_start_in_too_many_ways_are_one_of_each_kind_the_worst(one: One) -> None:
    """Each may also fail to come back: eight start in as many ways as are looked at."""
    eight = kind_of(one(**vhds(*[BASIC] * 6, DYNAMIC, FAT)))
    assert (len(_disks(eight)), eight.whole) == (8, True)
    nine = kind_of(one(**vhds(*[BASIC] * 7, DYNAMIC, FAT)))
    assert (_disks(nine), nine.whole) == ([("VHD", "DYNAMIC", "NOT_CAPABLE")], False)
    open_ = kind_of(one(**mixed(*[("vhd", BASIC)] * 5, *[("vhd", OPEN)] * 2, *[("pass-through", BASIC)] * 8)))
    assert (_disks(open_)[0], open_.whole) == (("VHD", "BASIC|DYNAMIC", "CAPABLE|NOT_CAPABLE"), False)
    assert len(_disks(open_)) == 1 + 8
    either = kind_of(one(**mixed(*[("either", BASIC)] * 5)))
    assert (_disks(either), either.whole) == ([("PASS_THROUGH|VHD", "BASIC", "CAPABLE")] * 2, False)


def test_every_adapter_of_the_file_is_looked_at(read: Read) -> None:
    """A third may lose its switch when one has lost it and one has not: two do not show that. Where each may, and has a port or not,
    eight may be in 2 ** 8 ways, and three of which the file says nothing in 6 ** 3."""
    lab = {"SwitchName": "Lab"}
    eight, nine = (kind_of(read(ports(most, **lab)).machines[0]) for most in (8, 9))
    assert (_adapters(eight), eight.whole) == ([{"THERE"}] * 8, True)
    assert (_adapters(nine), nine.whole) == ([{"THERE"}] * 2, False)
    three, four = (kind_of(read(ports(most)).machines[0]) for most in (3, 4))
    assert (_adapters(three), three.whole) == ([{"THERE", "NONE", "GONE"}] * 3, True)
    assert (_adapters(four), four.whole) == ([{"THERE", "NONE", "GONE"}] * 3, False)


def test_what_the_file_does_not_count_is_few_and_the_kind_says_so(one: One) -> None:
    unlisted, unseen = kind_of(one(HardDrives=None, GuestDisks=None)), kind_of(one(GuestDisks=None))
    assert (len(_disks(unlisted)), unlisted.whole) == (3, False)
    assert (_disks(unseen), unseen.whole) == ([("ISCSI", "BASIC|DYNAMIC", "CAPABLE|NOT_CAPABLE")], False)


def test_where_adapters_are_not_counted_few_are_looked_at_and_the_verdict_says_so(one: One) -> None:
    kind = kind_of(one(NetworkAdapters=None))
    assert (kind.shape.parts["adapter"], kind.whole) == (3, False)
    (verdict,) = check(Column(frozenset({"switch_gone"})), ["port-exactly-where-the-switch-is"], scope_of([kind]))
    assert verdict.assurance.endswith("of this kind, with few of its disks and adapters")


def test_a_host_with_two_disks_refutes_that_some_disk_is_enough(read: Read) -> None:
    """Once the worst of the disks stood for both, and it was "closed for any number of VMs of this kind, with its disks and
    adapters"."""
    wrong = published_with("MET-6", some(disk, disk_layout.is_(DiskLayout.BASIC)))(PROTOCOL)
    name = "child-snapshot-needs-basic-disks"
    host = kinds(read({"VMs": [vm(**vhds(BASIC, DYNAMIC))]}))
    (found,) = check(Column(), [name], scope_of(host), network=wrong)
    assert (found.verdict, found.length) == ("refuted", 3)


GROUPS = {
    "known": [*[("vhd", BASIC)] * 7, ("vhd", DYNAMIC), ("vhd", FAT)],
    "one open": [*[("vhd", BASIC)] * 7, ("vhd", OPEN)],
    "open and known": [*[("vhd", FAT)] * 8, ("vhd", OPEN), ("pass-through", OPEN)],
    "open": [("vhd", OPEN)] * 4,
    "of either kind": [("either", BASIC)] * 5,
    "of either kind, open": [("either", OPEN)] * 3,
}
"""Disks that may start in too many ways to look at each."""
_MOVES_AWAY = some(disk, disk_kind.is_(DiskKind.VHD) & target.is_(Target.ELSEWHERE))
_QUESTIONS = (
    *{
        part
        for term in [event.when for event in PROTOCOL.events.values()]
        + [term for found in PROPERTIES.values() for term in terms_of(found)]
        + [rule.when for rule in PROTOCOL.actors["method"].rules("writer_metadata_gathered", "UNPUBLISHED")]
        for part in walk(term)
        if isinstance(part, (Every, Some)) and part.sort == disk
        if all(not PROTOCOL.actors[name].moves for name in machines_of(part))
    },
    _MOVES_AWAY,
)
"""What guards and properties ask of all disks, as far as that never changes."""


def _answers(shape: Shape, allowed: Mapping[str, frozenset[str]], reading: str) -> set[tuple[bool, ...]]:
    """Every combination of answers that the VM can give, one disk after the other filled in."""
    disks = range(shape.parts["disk"])
    free = {
        f"{name}#{j}": allowed[f"{name}#{j}"] for j in disks for name in ("disk_kind", "disk_layout", "file_system")
    }
    free |= {f"{target.name}#{j}": frozenset(target.starts) for j in disks}
    asked = [for_parts(fold(term, {"READ-12": frozenset({reading})}), shape) for term in _QUESTIONS]
    found = set()
    for chosen in product(*(sorted(options) for options in free.values())):
        at = {name: frozenset({state}) for name, state in zip(free, chosen, strict=True)}
        found.add(tuple(can_be(term, at) for term in asked))
    return found


@pytest.mark.parametrize("reading", ["ALL_DISKS", "VHDS"])
@pytest.mark.parametrize("group", GROUPS)
def test_the_worst_disks_give_the_answers_that_all_give(one: One, group: str, reading: str) -> None:
    machine = one(**mixed(*GROUPS[group]))
    kind, every_ = kind_of(machine), all_parts(machine)
    assert len(_QUESTIONS) >= 6
    assert kind.shape.parts[disk.name] < every_[0].parts[disk.name]
    assert _answers(kind.shape, kind.allowed, reading) == _answers(*every_, reading)


def test_of_many_alternatives_one_that_can_be_is_enough() -> None:
    layouts = [f"{disk_layout.name}#{j}" for j in range(12)]
    free = dict.fromkeys(layouts, frozenset(disk_layout.starts))
    one_dynamic = any_of(*(In(name, frozenset({"DYNAMIC"})) for name in layouts))
    others_basic = all_of(*(In(name, frozenset({"BASIC"})) for name in layouts[:-1]))
    assert can_be(one_dynamic & others_basic, free)
    assert not can_be(one_dynamic & others_basic & In(layouts[-1], frozenset({"BASIC"})), free)
    assert can_be(~(~one_dynamic | ~others_basic), free)


def test_hundreds_of_open_disks_and_adapters_stay_a_small_search(one: One) -> None:
    many = one(**mixed(*[("vhd", OPEN)] * 200, *[("pass-through", OPEN)] * 40), NetworkAdapters=[{"Name": "n"}] * 8)
    kind = kind_of(many)
    shape, allowed = kind.shape, kind.allowed
    assert not kind.whole
    assert shape.parts == {disk.name: 2, adapter.name: 3}
    configurations = 1
    for options in allowed.values():
        configurations *= len(options)
    assert configurations <= 5_000
    assert all_parts(many)[0].parts == {disk.name: 240, adapter.name: 8}
