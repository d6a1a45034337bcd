"""What the host knows of the guest: its operating system and its backup integration service (MET-3)."""

import re

from .facts import Fact, known, possible
from .file.node import Node, OddValueError
from .states import Integration, Power, System
from .vm import Vm

VSS_COMPONENT = "5CED1297-4598-4915-A5FC-AD21BB4D02A4"  # ends the Id of the backup service in every language

_GUID_AT_END = re.compile(r"\\[{]?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})[}]?\Z", re.IGNORECASE)
_BACKUP_NAMES = {
    "vss",
    "backup (volume checkpoint)",
    "backup (volume snapshot)",
    "backup (volume shadow copy)",
}
_USUAL = {
    "heartbeat": "84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47",
    "key-value pair exchange": "2A34B1C2-FD73-4043-8A5B-DD2159BC743F",
    "shutdown": "9F8233AC-BE49-4C79-8EE3-E7E1985B2077",
    "time synchronization": "2497F4DE-E9FA-4204-80E4-4B75C46419C0",
}
"""The services that every release lists beside the backup service: a list without one of them was filtered."""

_NOT_WINDOWS = re.compile(
    r"linux|ubuntu|debian|centos|red hat|\brhel|fedora|suse|\bsles|rocky|alma|gentoo|mint|kali|alpine|photon|coreos|flatcar|bsd|"
    r"solaris|illumos|unix|macos|pfsense|opnsense|android|mariner",
    re.IGNORECASE,
)
_WINDOWS = re.compile(r"windows|hyper-v server|azure stack hci", re.IGNORECASE)
_NO_NAME = {"", "unknown", "other", "none", "n/a", "-", "?"}
_THEIR_FORMATS = {"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "jfs", "reiserfs", "f2fs", "ufs", "lvm"}
_DOWN = {Integration.NOT_INSTALLED, Integration.STOPPED}
_REACHED = {Integration.STOPPED, Integration.RUNNING}
_UNSAID = "what is documented of the service does not know it"
STATUS: dict[str, tuple[set[Integration], str]] = {
    "ok": ({Integration.RUNNING}, "it works"),
    "degraded": ({Integration.RUNNING}, "it works, by an older version of the protocol that host and guest both speak"),
    "nonrecoverableerror": (_REACHED, "the guest speaks no version of the protocol that the host does, so it answered once"),
    "protocolmismatch": (_REACHED, "the versions of the protocol differ: whether that counts as running the document does not say"),
    "nocontact": (_DOWN, "it has not answered since the VM was started"),
    "lostcommunication": ({Integration.STOPPED}, "it had answered and no longer does, which a backup finds as if it were stopped"),
    "disabled": (_DOWN, "the host does not use it"),
    "error": (set(Integration), _UNSAID),
    "applicationcritical": (set(Integration), _UNSAID),
    "communicationtimedout": (set(Integration), _UNSAID),
    "communicationfailed": (set(Integration), _UNSAID),
}  # fmt: skip
"""What the host may say of the service in the guest: in which states it may then be, and why. In lower case, without blanks."""

_STATUS_NUMBERS = {
    2: "ok", 3: "degraded", 6: "error", 7: "nonrecoverableerror", 12: "nocontact", 13: "lostcommunication",
    32775: "protocolmismatch", 32782: "applicationcritical", 32783: "communicationtimedout",
    32784: "communicationfailed", 32896: "disabled",
}  # fmt: skip
_AS_SEEN_INSIDE = {
    "running": Integration.RUNNING,
    "stopped": Integration.STOPPED,
    "notinstalled": Integration.NOT_INSTALLED,
}


def runs_windows(node: Node) -> bool | None:
    """Whether the guest runs Windows; None: not known."""
    if _WINDOWS.search(_plain(node.get("GuestOperatingSystem"))):
        return True
    return False if not_windows(node) is not None else None


def not_windows(node: Node) -> Node | None:
    """The element that says that the guest does not run Windows: its name, else a layout or file system Windows has not."""
    name = node.get("GuestOperatingSystem")
    if _WINDOWS.search(_plain(name)):
        return None
    if _NOT_WINDOWS.search(_plain(name)):
        return name
    disks = node.get("GuestDisks")
    try:
        told = (disks.items() if disks is not None else None) or []
    except OddValueError:
        return None
    found = (value for disk in told for value in (disk.get("Layout"), disk.get("FileSystem")) if value is not None)
    words = ((value, {str(one).strip().casefold() for one in _listed(value.value)}) for value in found)
    return next((value for value, names in words if names & _THEIR_FORMATS), None)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _plain(node: Node | None) -> str:
    return node.value.strip() if node is not None and isinstance(node.value, str) else ""


def guest_of(vm: Vm, power: Fact) -> tuple[Fact, Fact]:
    """The guest operating system and its backup integration service.

    Each may tell the other, since Windows 2000 has no such service (MET-3); what contradicts itself is noted and kept.
    """
    system = _system(vm)
    service = _integration(vm, power)
    if system.values == (System.WINDOWS_2000,):
        if Integration.NOT_INSTALLED not in service.values:
            vm.note(vm.node.where, "a backup service is reported for Windows 2000, which has none; check both")
        else:
            service = known(Integration.NOT_INSTALLED, f"{system.source}; Windows 2000 has no such service (MET-3)")
    elif not system.known and service.values == (Integration.RUNNING,):
        system = known(System.OTHER, f"{service.source}; Windows 2000 has no such service (MET-3)")
    return system, service


def _system(vm: Vm) -> Fact:
    node, command = vm.node.get("GuestOperatingSystem"), vm.in_guest("ver")
    if node is None:
        return possible(System, vm.absent("GuestOperatingSystem"), command)
    return vm.fact(lambda: _named(node, command), System, command)


def _named(node: Node, command: str | None) -> Fact:
    name = node.text()
    if name.casefold() in _NO_NAME:
        return possible(System, f"{node.told}, which names none", command)
    old = re.search(r"\bwindows\s+(?:server\s+)?2000\b|\bwindows nt 5\.0\b", name, re.IGNORECASE)
    return known(System.WINDOWS_2000 if old else System.OTHER, node.told)


def _integration(vm: Vm, power: Fact) -> Fact:
    """What the guest says counts first, then what the host sees of its VSS component."""
    inside = vm.node.get("GuestBackupService")
    if inside is not None:
        return vm.fact(lambda: known(_seen_inside(inside), inside.told), Integration, vm.in_guest("sc query vmicvss"))
    on_host = vm.get_part("Get-VMIntegrationService", "Name, Id, Enabled, PrimaryOperationalStatus")
    services = vm.collection("VMIntegrationService", "IntegrationServices")
    if services is None:
        return possible(Integration, f"{vm.absent('VMIntegrationService')} that says more than names", on_host)
    component = next((service for service in services if _is_backup(service)), None)
    if component is not None:
        return vm.fact(lambda: _seen_by_host(vm, component, power, on_host), Integration, on_host)
    place = f"{vm.node.where} lists no backup (VSS) component"
    if all(any(_is_usual(service, name) for service in services) for name in _USUAL):
        return known(Integration.NOT_INSTALLED, f"{place}, but all that are usual beside it")
    return possible(Integration, f"{place}, and not all that are usual beside it: a list that was filtered", on_host)


def _seen_by_host(vm: Vm, component: Node, power: Fact, on_host: str) -> Fact:
    in_guest = vm.in_guest("sc query vmicvss")
    enabled = component.get("Enabled")
    if enabled is None:
        return possible(Integration, f"{component.where} has no Enabled", on_host)
    if not enabled.boolean():
        return possible(_DOWN, enabled.told, in_guest)
    if not {Power.RUNNING, Power.PAUSED} & set(power.values):
        return possible(Integration, f"{enabled.told}, but the VM is not running, so nothing answers", in_guest)
    node = component.get("PrimaryOperationalStatus", "PrimaryStatusDescription")
    status = _status(node) if node is not None else None
    if node is None:
        return possible(Integration, f"{component.where} has no status", on_host)
    if status is None:
        return possible(Integration, f"{node.told}, which is no status in English", on_host)
    if _mismatch(component, status):
        vm.note(component.where, "the service in the guest speaks another protocol version, which may fail a backup")
    states, why = STATUS[status]
    source = f"{enabled.told}, {node.told}"
    return possible(states, source if status == "ok" else f"{source}: {why}", in_guest)


def _status(node: Node) -> str | None:
    """The status's lower-case name without blanks; None if it is in another language or from a later release."""
    value = node.scalar()
    name = _STATUS_NUMBERS.get(value) if isinstance(value, int) else re.sub(r"[\s-]", "", value).casefold()
    return name if name in STATUS else None


def _mismatch(component: Node, status: str) -> bool:
    """Whether a protocol mismatch is reported, by number, by name or in the English description."""
    said = [component.get("SecondaryOperationalStatus"), component.get("SecondaryStatusDescription")]
    words = [str(node.value).casefold() for node in said if node is not None]
    return status == "protocolmismatch" or any(
        word in {"32775", "protocolmismatch"} or "protocol version" in word for word in words
    )


def _component(service: Node) -> str | None:
    """The GUID that ends a service's Id, in upper case."""
    identity = service.get("Id")
    found = _GUID_AT_END.search(_plain(identity))
    return found[1].upper() if found else None


def _service_name(service: Node) -> str:
    return _plain(service.get("Name")).casefold()


def _is_backup(service: Node) -> bool:
    component = _component(service)
    return component == VSS_COMPONENT if component else _service_name(service) in _BACKUP_NAMES


def _is_usual(service: Node, name: str) -> bool:
    component = _component(service)
    return component == _USUAL[name] if component else _service_name(service) == name


def _seen_inside(node: Node) -> Integration:
    word = re.sub(r"[\s_-]", "", node.text()).casefold()
    if word not in _AS_SEEN_INSIDE:
        raise node.odd("says nothing of a service", "give Running, Stopped or NotInstalled")
    return _AS_SEEN_INSIDE[word]
