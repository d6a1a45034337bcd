"""From a file to the facts of every VM in it."""

from pathlib import Path

from .disks import disks_of, drive_kind
from .facts import Inventory, Machine
from .guest import guest_of
from .host import adapters_of, cluster_of
from .node import Node, shown
from .power import power_of
from .read import read_json
from .shapes import find_machines
from .states import DiskKind
from .vm import Vm
from .volumes import snapshot_location_of


def read_inventory(path: Path) -> Inventory:
    """Read the JSON that collect-inventory.ps1, or Get-VM | ConvertTo-Json, made of the VMs of a host.

    Whatever the file does not say stays open. Raises InventoryError, and nothing else, with one sentence about any file
    that cannot be used.
    """
    found = find_machines(read_json(path))
    notes = list(found.notes)
    machines: list[Machine] = []
    seen: dict[tuple[str, str | None], Node] = {}
    for name, node in found.machines:
        machine = _machine(Vm(node, name, notes), found.switches)
        identity = (machine.id.casefold(), None) if machine.id else (name.casefold(), "")
        if identity in seen:
            what = "Id" if machine.id else "name, and neither has an Id,"
            problem = f"has the same {what} as {seen[identity].where}"
            raise node.wrong(problem, "keep one of them, or give each its own Id")
        seen[identity] = node
        machines.append(machine)
    return Inventory(path, tuple(machines), tuple(notes))


def _machine(vm: Vm, switches: tuple[Node, ...] | None) -> Machine:
    power = power_of(vm)
    system, integration = guest_of(vm, power)
    drives = vm.collection("HardDrives")
    adapters = vm.collection("NetworkAdapters")
    disks = disks_of(vm, drives)
    return Machine(
        name=vm.name,
        id=_id(vm.node),
        power=power,
        system=system,
        integration=integration,
        snapshot_location=snapshot_location_of(vm, _vhds(vm, drives)),
        cluster=cluster_of(vm, power),
        disks=disks,
        adapters=adapters_of(vm, adapters, switches),
        disks_listed=drives is not None,
        adapters_listed=adapters is not None,
        guest_disks_listed=vm.node.get("GuestDisks") is not None,
    )


def _vhds(vm: Vm, drives: list[Node] | None) -> list[Node] | None:
    """The drives that are VHDs or may be."""
    if drives is None:
        return None
    return [drive for drive in drives if DiskKind.VHD in drive_kind(vm, drive).values]


def _id(node: Node) -> str | None:
    identity = node.get("Id", "VMId")
    text = identity.text().strip("{}") if identity is not None else ""
    return shown(text) or None
