"""From a file to the facts of every VM in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .disks import disks_of, drive_kind, drives_of, is_shared, note_drives
from .facts import Inventory, Machine
from .file.names import GET_VM
from .file.node import Node, shown, shown_value
from .file.read import read_json
from .file.shapes import Listed, find_machines
from .guest import guest_of, not_windows, runs_windows
from .host import adapters_of, cluster_of
from .power import check_states, power_of
from .states import DiskKind
from .vm import Vm
from .volumes import snapshot_location_of

_REPLICAS = {"replica", "testreplica", "extendedreplica", "2", "3", "4"}
_NAMED = 3  # places that one note names; of the others it says how many they are

Notes = list[tuple[str, str]]


@dataclass(frozen=True)
class _Known:
    """By what a VM is told from others: see `Machine`. `group`: what the file lists it under."""

    listed: Listed
    name: str
    id: str | None
    host: str | None

    @property
    def group(self) -> str:
        return self.host or self.listed.group


def read_inventory(path: Path) -> Inventory:
    """Read the JSON that collect-inventory.ps1, or Get-VM | ConvertTo-Json, made of the VMs of a host, or of several.

    Whatever the file does not say stays open, and so does what a value says that cannot be. Raises InventoryError, and
    nothing else, with one sentence about any file that cannot be used.
    """
    found = find_machines(read_json(path))
    check_states(one.node for one in found.machines)
    notes: Notes = list(found.notes)
    all_known = [_known(listed, notes) for listed in found.machines]
    labels = _labels(all_known)
    _note_twins(all_known, labels, notes)
    several = len({one.host for one in all_known}) > 1
    machines = tuple(
        _machine(one, label, one.host if several else None, notes) for one, label in zip(all_known, labels, strict=True)
    )
    _note_unread(found.machines, notes)
    return Inventory(path, machines, tuple(_told(notes)))


def _known(listed: Listed, notes: Notes) -> _Known:
    node = listed.node
    name = shown(listed.name.strip()) or _name(node, notes)
    identity, host = (
        _text(node, *names, notes=notes) for names in (("Id", "VMId"), ("PSComputerName", "ComputerName"))
    )
    identity = identity.strip("{}")
    if not name:
        name = identity or f"(no name, {node.where})"
        notes.append((node.where, f"has no name, so it is called {name} here; give each VM its Name"))
    return _Known(listed, name, identity or None, host or listed.host)


def _name(node: Node, notes: Notes) -> str:
    """Its Name, also a number that was meant for one; "" for none."""
    name = node.get("Name", "VMName")
    if name is not None and isinstance(name.value, int) and not isinstance(name.value, bool):
        notes.append((name.where, "is a number, taken for a name; give it in quotes"))
        return str(name.value)
    return _text(node, "Name", "VMName", notes=notes)


def _text(node: Node, *names: str, notes: Notes) -> str:
    """A text fit for a terminal, "" for none; what is no text is noted."""
    found = node.get(*names)
    if found is None:
        return ""
    if not isinstance(found.value, str):
        notes.append((found.where, "is no text, so it is passed over"))
        return ""
    return shown(found.value.strip())


def _labels(machines: Sequence[_Known]) -> list[str]:
    """The name of each; of VMs of one name also the host, else the Id, else the place, whichever tells it from the others."""
    same: dict[str, list[_Known]] = {}
    for one in machines:
        same.setdefault(one.name.casefold(), []).append(one)
    ways = {name: _way(twins) for name, twins in same.items() if len(twins) > 1}
    return [
        f"{one.name} ({_apart(one, ways[key])})" if (key := one.name.casefold()) in ways else one.name
        for one in machines
    ]


def _way(twins: Sequence[_Known]) -> str:
    for way in ("host", "id"):
        told = {_apart(one, way).casefold() for one in twins}
        if len(told - {""}) == len(twins):
            return way
    return "place"


def _apart(one: _Known, way: str) -> str:
    if way == "host":
        return f"on {one.group}" if one.group else ""
    if way == "id":
        return f"Id {one.id}" if one.id else ""
    return one.listed.node.where


def _note_twins(machines: Sequence[_Known], labels: Sequence[str], notes: Notes) -> None:
    """Say of VMs with one Id, or one name and no Id, whether they can be told apart: by their hosts, else not."""
    same: dict[tuple[str, str], list[int]] = {}
    for i, one in enumerate(machines):
        same.setdefault(("Id", one.id.casefold()) if one.id else ("name", one.name.casefold()), []).append(i)
    for (what, _), twins in same.items():
        if len(twins) < 2 or (what == "name" and len({machines[i].group for i in twins}) == len(twins)):
            continue
        first, rest = machines[twins[0]].listed.node.where, twins[1:]
        if len({machines[i].group for i in twins}) == len(twins):
            said = f"has the {what} of {first}, on another host, as a VM and its replica have; both are told"
        else:
            said = f"has the {what} of {first}, and nothing tells them apart; each is told as it stands there, so take one out"
        notes.extend((machines[i].listed.node.where, said) for i in rest)


def _machine(one: _Known, label: str, on_host: str | None, notes: Notes) -> Machine:
    node = one.listed.node
    vm = Vm(node, one.name, notes, on_host, runs_windows(node))
    power = power_of(vm)
    system, integration = guest_of(vm, power)
    drives = drives_of(vm)
    note_drives(vm, drives)
    adapters = vm.collection("NetworkAdapters")
    disks, guest_disks_listed = disks_of(vm, drives)
    return Machine(
        name=one.name,
        label=label,
        id=one.id,
        host=one.host,
        on_host=on_host,
        windows=vm.windows,
        outside=tuple(_outside(vm, drives)),
        power=power,
        system=system,
        integration=integration,
        snapshot_location=snapshot_location_of(vm, _vhds(vm, drives)),
        cluster=cluster_of(vm, power),
        disks=disks,
        adapters=adapters_of(vm, adapters, one.listed.switches),
        disks_listed=drives is not None,
        adapters_listed=adapters is not None,
        guest_disks_listed=guest_disks_listed,
    )


def _vhds(vm: Vm, drives: list[Node] | None) -> list[Node] | None:
    """The drives that are VHDs or may be."""
    if drives is None:
        return None
    return [drive for drive in drives if DiskKind.VHD in drive_kind(vm, drive).values]


def _outside(vm: Vm, drives: list[Node] | None) -> Iterator[str]:
    """What the file says of the VM that the document does not speak of."""
    foreign = not_windows(vm.node)
    if foreign is not None:
        told = f"its guest does not run Windows ({foreign.told})"
        yield f"{told}; the document speaks of no other: what its conditions mean there is not said"
    mode = vm.node.get("ReplicationMode")
    if mode is not None and shown_value(mode.value).strip('"').casefold() in _REPLICAS:
        yield f"it is a replica ({mode.told}), of which the document does not speak"
    shared = [drive for drive in drives or [] if is_shared(drive)]
    if shared:
        yield f"it has a disk that several VMs share ({shared[0].where}), of which the document does not speak"


def _note_unread(machines: Sequence[Listed], notes: Notes) -> None:
    """Note, for each VM, elements that Get-VM does not give and that are not read: what was meant by them is passed over."""
    for listed in machines:
        names = [shown(name, 40) for name in listed.node.entries() if name.casefold() not in GET_VM]
        if names:
            notes.append((listed.node.where, f"not read: {', '.join(names[:12])}{', ...' if len(names) > 12 else ''}"))


def _told(notes: Notes) -> Iterator[str]:
    """One sentence a note; what is the same of more than a few places, once."""
    places: dict[str, list[str]] = {}
    for place, sentence in notes:
        places.setdefault(sentence, []).append(place)
    for sentence, found in places.items():
        if len(found) <= _NAMED:
            yield from (f"{place}: {sentence}" for place in found)
        else:
            yield f"{', '.join(found[:_NAMED])} and {len(found) - _NAMED} more: {sentence}"
