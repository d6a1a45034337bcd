"""An inventory handed to the explorer: names, kinds, contradictions, and that fewer disks show the same."""

from collections.abc import Callable, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from model.actors.conditions import DiskKind, DiskLayout, FileSystem, disk_kind, disk_layout, file_system
from model.actors.parts import Target, target
from model.notation import Network, Shape, Term, all_of, any_of, every, some
from model.notation.terms import Every, In, Some, machines_of, walk
from model.protocol import PROTOCOL
from model.sorts import adapter, disk
from proofs.verdicts.check import check
from proofs.world.compiled import Compiled
from proofs.world.scope import Scope
from proofs.world.world import Column, World, fold
from properties.catalogue import PROPERTIES
from properties.kinds import terms_of
from shadowproof.host.inventory import Inventory, InventoryError, Machine, read_inventory, states
from shadowproof.host.kinds import (
    UNSEEN,
    Asked,
    all_parts,
    can_be,
    disks_of,
    facts_of,
    few_parts,
    for_parts,
    kinds,
    scope,
    scope_of,
)
from tests.helpers.nightly import nightly
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


not_merged = pytest.mark.xfail(
    reason="the roll back of each VHD and READ-16 ask of one part what others need not share: a host's real parts are used instead"
)
"""Right, and slower: that disks stand for others is no longer shown for all that is asked."""


@not_merged
def test_the_twelve_are_twelve_kinds_and_copies_are_of_one_kind(read: Read) -> None:
    assert [kind.machines for kind in kinds(read_inventory(EXAMPLE))] == [
        (machine.name,) for machine in read_inventory(EXAMPLE).machines
    ]
    file = read(
        [vm(Name="a", **vhds(BASIC)), vm(Name="b", State="Off", **vhds(BASIC)), vm(Name="c", **vhds(BASIC, BASIC))]
    )
    assert [kind.machines for kind in kinds(file)] == [("a", "c"), ("b",)]
    found = scope(file)
    assert (found.vms, len(found.shapes)) == (2, 2)
    assert found.allowed == tuple(kind.allowed for kind in kinds(file))


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


@cache
def in_column(*faults: str) -> Asked:
    return Asked.of(column=Column(frozenset(faults)))


def few(machine: Machine, *faults: str) -> tuple[Shape, Mapping[str, frozenset[str]]]:
    found = few_parts(machine, in_column(*faults))
    assert found.whole
    return found.shape, found.allowed


def _few(machine: Machine) -> list[tuple[str, str, str]]:
    shape, allowed = few(machine)
    names = (disk_kind.name, disk_layout.name, file_system.name)
    found = ["|".join(sorted(allowed[f"{name}#{j}"])) for j in range(shape.parts["disk"]) for name in names]
    return [(found[j], found[j + 1], found[j + 2]) for j in range(0, len(found), 3)]


@not_merged
def test_disks_of_one_kind_are_one_with_the_worst_of_each(one: One) -> None:
    assert _few(one(**vhds(BASIC, DYNAMIC, FAT))) == [("VHD", "DYNAMIC", "NOT_CAPABLE")]
    assert _few(one(**vhds(BASIC, OPEN))) == [("VHD", "BASIC|DYNAMIC", "CAPABLE|NOT_CAPABLE")]
    assert _few(one(**vhds(OPEN, DYNAMIC))) == [("VHD", "DYNAMIC", "CAPABLE|NOT_CAPABLE")]
    told = mixed(("vhd", FAT), ("pass-through", DYNAMIC), ("vhd", BASIC))
    assert _few(one(**told)) == [("VHD", "BASIC", "NOT_CAPABLE"), ("PASS_THROUGH", "DYNAMIC", "CAPABLE")]


@not_merged
def test_of_disks_of_an_open_kind_as_many_are_kept_as_there_are_kinds(one: One) -> None:
    alike = ("PASS_THROUGH|VHD", "BASIC", "CAPABLE")
    assert _few(one(**mixed(*[("either", BASIC)] * 5))) == [alike, alike]
    assert len(_few(one(**mixed(("either", BASIC), ("either", FAT))))) == 2
    assert len(_few(one(HardDrives=None, GuestDisks=None))) == 3


@not_merged
def test_of_adapters_alike_as_many_are_kept_as_there_are_states_they_may_come_to(one: One, read: Read) -> None:
    unplugged = [{"Name": "n", "Connected": False}] * 4
    assert few(one(NetworkAdapters=unplugged))[0].parts["adapter"] == 1
    assert few(one(NetworkAdapters=None))[0].parts["adapter"] == 3
    host = {"VMs": [vm(NetworkAdapters=[{"Name": "n", "SwitchName": "Lab"}] * 4)], "Switches": [{"Name": "Lab"}]}
    shape, allowed = few(read(host).machines[0])
    assert [allowed[f"switch#{j}"] for j in range(shape.parts["adapter"])] == [{"THERE"}, {"THERE"}]


def test_adapters_that_may_each_lose_their_switch_are_all_kept(read: Read) -> None:
    """A third adapter may lose its switch when one has lost it and one has not: two do not show that."""
    host = {"VMs": [vm(NetworkAdapters=[{"Name": "n", "SwitchName": "Lab"}] * 4)], "Switches": [{"Name": "Lab"}]}
    assert few(read(host).machines[0], "switch_gone")[0].parts["adapter"] == 4


def test_where_adapters_are_not_counted_few_are_looked_at_and_the_verdict_says_so(one: One) -> None:
    found = few_parts(one(NetworkAdapters=None), in_column("switch_gone"))
    assert (found.shape.parts["adapter"], found.whole) == (3, False)
    (verdict,) = check(Column(frozenset({"switch_gone"})), ["port-exactly-where-the-switch-is"], scope_of([found]))
    assert verdict.assurance.endswith("of this kind, with few of its disks and adapters")


def published_where(condition: str, holds: Term) -> Network:
    return published_with(condition, holds)(PROTOCOL)


class TestWhatIsAssumedOfTheTermsIsChecked:
    """`few_parts` keeps one disk of each kind, the worst: that does only where all terms look at disks as these do."""

    FITS = disk_layout.is_(DiskLayout.BASIC)

    def kept(self, machine: Machine, network: Network | None = None) -> list[tuple[str, ...]]:
        found = few_parts(machine, Asked.of(network, Column()))
        names = (disk_layout.name, file_system.name)
        return [
            tuple("|".join(sorted(found.allowed[f"{name}#{j}"])) for name in names)
            for j in range(found.shape.parts["disk"])
        ]

    @not_merged
    def test_where_every_disk_must_fit_the_worst_stands_for_all(self, one: One) -> None:
        assert self.kept(one(**vhds(BASIC, DYNAMIC))) == [("DYNAMIC", "CAPABLE")]

    def test_where_some_disk_must_fit_none_stands_for_others(self, one: One) -> None:
        wrong = published_where("MET-6", some(disk, self.FITS))
        assert self.kept(one(**vhds(BASIC, DYNAMIC)), wrong) == [("BASIC", "CAPABLE"), ("DYNAMIC", "CAPABLE")]

    def test_where_a_disk_may_fail_in_one_of_two_ways_none_stands_for_others(self, one: One) -> None:
        either = every(disk, self.FITS | file_system.is_(FileSystem.CAPABLE))
        wrong = published_where("MET-6", either)
        assert len(self.kept(one(**vhds(DYNAMIC, FAT)), wrong)) == 2

    def test_a_host_with_two_disks_refutes_that_some_disk_is_enough(self, read: Read) -> None:
        """Once it was "closed for any number of VMs of this kind, with its disks and adapters"."""
        wrong = published_where("MET-6", some(disk, self.FITS))
        name = "child-snapshot-needs-basic-disks"
        host = kinds(read({"VMs": [vm(**vhds(BASIC, DYNAMIC))]}), Asked.of(wrong, Column(), [name]))
        (found,) = check(Column(), [name], scope_of(host), network=wrong)
        assert (found.verdict, found.length) == ("refuted", 3)

    def test_too_many_disks_to_look_at_each_are_few_and_the_verdict_says_so(self, one: One) -> None:
        wrong = published_where("MET-6", some(disk, self.FITS))
        found = few_parts(one(**vhds(*[OPEN] * 12)), Asked.of(wrong, Column()))
        assert not found.whole


GROUPS = {
    "one open": [("vhd", OPEN)],
    "three known": [("vhd", BASIC), ("vhd", DYNAMIC), ("vhd", FAT)],
    "open and known": [("vhd", OPEN), ("vhd", DYNAMIC), ("pass-through", OPEN)],
    "three open": [("vhd", OPEN), ("vhd", OPEN), ("vhd", {"Layout": "Basic"})],
    "of either kind": [("either", OPEN), ("either", OPEN)],
    "three of either kind": [("either", BASIC), ("either", BASIC), ("either", BASIC)],
    "either and known": [("either", FAT), ("either", DYNAMIC), ("vhd", BASIC)],
}
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
def test_few_disks_give_the_answers_that_all_give(one: One, group: str, reading: str) -> None:
    machine = one(**mixed(*GROUPS[group]))
    assert len(_QUESTIONS) >= 6
    assert _answers(*few(machine), reading) == _answers(*all_parts(machine), reading)


@pytest.mark.parametrize(
    ("group", "reading"),
    [
        ("open and known", "ALL_DISKS"),
        ("of either kind", "VHDS"),
        pytest.param("three known", "ALL_DISKS", marks=nightly),
        pytest.param("open and known", "VHDS", marks=nightly),
        pytest.param("of either kind", "ALL_DISKS", marks=nightly),
        pytest.param("three known", "VHDS", marks=nightly),
    ],
)
def test_few_disks_give_the_verdicts_that_all_give(one: One, group: str, reading: str) -> None:
    about = {actor.name for actor in PROTOCOL.of_sort(disk)} | {"method"}
    names = [n for n, found in PROPERTIES.items() if any(machines_of(term) & about for term in terms_of(found))]
    machine = one(**mixed(*GROUPS[group]))
    column = Column(readings=(("READ-12", reading),) if reading != "ALL_DISKS" else ())

    def verdicts(parts: tuple[Shape, Mapping[str, frozenset[str]]]) -> dict[str, str]:
        searched = Scope(vms=1, shapes=(parts[0],), allowed=(parts[1],))
        return {found.property: found.verdict for found in check(column, names, searched)}

    with_few = verdicts(few(machine))
    assert with_few == verdicts(all_parts(machine))
    assert len(names) > 10
    assert "holds" in with_few.values()


def test_of_many_alternatives_one_that_can_be_is_enough() -> None:
    layouts = [f"{disk_layout.name}#{j}" for j in range(12)]
    free = dict.fromkeys(layouts, frozenset(disk_layout.starts))
    one_dynamic = any_of(*(In(name, frozenset({"DYNAMIC"})) for name in layouts))
    others_basic = all_of(*(In(name, frozenset({"BASIC"})) for name in layouts[:-1]))
    assert can_be(one_dynamic & others_basic, free)
    assert not can_be(one_dynamic & others_basic & In(layouts[-1], frozenset({"BASIC"})), free)
    assert can_be(~(~one_dynamic | ~others_basic), free)


@not_merged
def test_hundreds_of_open_disks_and_adapters_stay_a_small_search(one: One) -> None:
    many = one(**mixed(*[("vhd", OPEN)] * 200, *[("pass-through", OPEN)] * 40), NetworkAdapters=[{"Name": "n"}] * 8)
    shape, allowed = few(many)
    assert shape.parts == {disk.name: 2, adapter.name: 3}
    configurations = 1
    for options in allowed.values():
        configurations *= len(options)
    assert configurations <= 5_000
    assert all_parts(many)[0].parts == {disk.name: 240, adapter.name: 8}
