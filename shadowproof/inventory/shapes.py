"""Which objects of the file are VMs: one function a shape that PowerShell or our script gives the file."""

from dataclasses import dataclass

from .node import Node, shown

SCHEMA = 1  # the version that collect-inventory.ps1 writes
MOST_MACHINES = 20_000  # one file; a cluster of 64 hosts has at most 8,000

_TOP = {"schema", "vms", "switches", "host", "collectedat", "clusterread"}
_READ_OF_A_VM = {
    "id", "vmid", "state", "isclustered", "clusterresource", "snapshotfilelocation", "checkpointfilelocation",
    "harddrives", "networkadapters", "vmintegrationservice", "integrationservices", "guestdisks",
    "guestoperatingsystem", "guestbackupservice",
}  # fmt: skip
_REMEDY = "give the VMs as objects, as Get-VM | ConvertTo-Json -Depth 4 does"


@dataclass(frozen=True)
class Found:
    """The VMs with their names, in the file's order; the host's switches, None where the file does not list them."""

    machines: tuple[tuple[str, Node], ...]
    switches: tuple[Node, ...] | None
    notes: tuple[str, ...]


def find_machines(top: Node) -> Found:
    """Take the file apart. Raises InventoryError where it holds no VM or something that is not one."""
    vms = top.find("VMs")
    notes: list[str] = []
    switches = None
    if vms is not None:
        _check_schema(top)
        ignored = [shown(name, 40) for name in top.entries() if name.casefold() not in _TOP]
        if ignored:
            notes.append(f"{top.where}: not read: {', '.join(ignored[:10])}{', ...' if len(ignored) > 10 else ''}")
        listed = top.get("Switches")
        found = listed.items() if listed is not None else None
        switches = None if found is None else tuple(found)
        if listed is not None and found is None:
            notes.append(f"{listed.where}: the switches are not given as objects, so which of them exist stays open")
    machines = tuple(_listed(vms if vms is not None else top))
    if not machines:
        raise (vms or top).wrong("holds no VM", "collect on a host that has VMs, with the rights to see them")
    if not any(_looks_like_vm(node) for _, node in machines):
        raise machines[0][1].wrong("has nothing that a VM has, such as State or HardDrives", _REMEDY)
    return Found(machines, switches, tuple(notes))


def _check_schema(top: Node) -> None:
    schema = top.get("schema")
    if schema is None:
        return
    version = schema.scalar()
    if str(version) != str(SCHEMA):
        raise schema.wrong(
            f"is {shown(str(version), 40)} and this program reads {SCHEMA}",
            "collect again with the collect-inventory.ps1 that came with it",
        )


def _listed(node: Node) -> list[tuple[str, Node]]:
    """The VMs of a list, of one object, of PowerShell's wrapped list, or of a mapping from name to properties."""
    node = node.unwrapped()
    if isinstance(node.value, list):
        _check_number(node, len(node.value))
        elements = (node.child(i, value) for i, value in enumerate(node.value) if value is not None)
        return [(_name(element), element) for element in elements]
    if not isinstance(node.value, dict):
        raise node.wrong(f"is {_kind(node.value)} where VMs should be", _REMEDY)
    _check_number(node, len(node.value))
    entries = node.entries()
    if entries and all(_looks_like_vm(entry) for entry in entries.values()):
        return [(_checked(name, entry), entry) for name, entry in entries.items()]
    return [(_name(node), node)] if entries else []


def _check_number(node: Node, count: int) -> None:
    if count > MOST_MACHINES:
        raise node.wrong(f"has {count} elements, more than {MOST_MACHINES}", "collect fewer VMs at a time")


def _looks_like_vm(node: Node) -> bool:
    return isinstance(node.value, dict) and any(str(name).casefold() in _READ_OF_A_VM for name in node.value)


def _name(node: Node) -> str:
    if not isinstance(node.value, dict):
        raise node.wrong(f"is {_kind(node.value)} where a VM should be", _REMEDY)
    name = node.get("Name", "VMName")
    if name is None:
        raise node.wrong("is a VM without a name", "give each VM its Name")
    return _checked(name.text(), name)


def _checked(name: str, node: Node) -> str:
    if not name.strip():
        raise node.wrong("is an empty name of a VM", "give each VM its Name")
    return shown(name.strip())


def _kind(value: object) -> str:
    """What a JSON value is, in words."""
    kinds = {str: "a text", bool: "a truth value", int: "a number", float: "a number", list: "a list"}
    return kinds.get(type(value), "nothing")
