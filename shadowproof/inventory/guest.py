"""What the host knows of the guest: its operating system and its backup integration service (MET-3)."""

import re

from .facts import Fact, known, possible
from .node import Node, shown
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
_OTHER_NAMES = {"guest service interface", "heartbeat", "key-value pair exchange", "shutdown", "time synchronization"}
_DOWN = {Integration.NOT_INSTALLED, Integration.STOPPED}
_REACHED = {Integration.STOPPED, Integration.RUNNING}
_STATUS = {
    "ok": {Integration.RUNNING},
    "degraded": {Integration.RUNNING},
    "protocolmismatch": {Integration.RUNNING},
    "error": _REACHED,
    "nonrecoverableerror": _REACHED,
    "applicationcritical": _REACHED,
    "communicationtimedout": _REACHED,
    "communicationfailed": _REACHED,
    "nocontact": _DOWN,  # the guest has never answered since it was started
    "lostcommunication": {Integration.STOPPED},  # it had answered
    "disabled": _DOWN,
}
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
    node = vm.node.get("GuestOperatingSystem")
    name = node.text() if node is not None else ""
    if node is None or not name:
        return possible(System, vm.absent("GuestOperatingSystem"), vm.in_guest("ver"))
    old = re.search(r"\bwindows\s+(?:server\s+)?2000\b|\bwindows nt 5\.0\b", name, re.IGNORECASE)
    return known(System.WINDOWS_2000 if old else System.OTHER, node.told)


def _integration(vm: Vm, power: Fact) -> Fact:
    """What the guest says counts first, then what the host sees of its VSS component."""
    inside = vm.node.get("GuestBackupService")
    if inside is not None:
        return known(_seen_inside(inside), inside.told)
    on_host = vm.get_part("Get-VMIntegrationService", "Name, Id, Enabled, PrimaryStatusDescription")
    services = vm.collection("VMIntegrationService", "IntegrationServices")
    if services is None:
        return possible(Integration, f"{vm.absent('VMIntegrationService')} that says more than names", on_host)
    component = next((service for service in services if _is_backup(service)), None)
    if component is None:
        place = f"{vm.node.where} lists no backup (VSS) component"
        if services and all(_is_other(service) for service in services):
            return known(Integration.NOT_INSTALLED, place)
        return possible(Integration, place, on_host)
    return _seen_by_host(vm, component, power, on_host)


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
    if node is None or status is None:
        return possible(Integration, f"{component.where} has no status that is understood", in_guest)
    if _mismatch(component, status):
        vm.note(component.where, "the service in the guest speaks another protocol version, which may fail a backup")
    return possible(_STATUS[status], f"{enabled.told}, {node.told}", in_guest)


def _status(node: Node) -> str | None:
    """The status's lower-case name without blanks; None if it is in another language or from a later release."""
    value = node.scalar()
    name = _STATUS_NUMBERS.get(value) if isinstance(value, int) else re.sub(r"[\s-]", "", value).casefold()
    return name if name in _STATUS else None


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
    found = _GUID_AT_END.search(identity.text()) if identity is not None else None
    return found[1].upper() if found else None


def _service_name(service: Node) -> str:
    name = service.get("Name")
    return name.text().casefold() if name is not None else ""


def _is_backup(service: Node) -> bool:
    component = _component(service)
    return component == VSS_COMPONENT if component else _service_name(service) in _BACKUP_NAMES


def _is_other(service: Node) -> bool:
    return _component(service) is not None or _service_name(service) in _OTHER_NAMES


def _seen_inside(node: Node) -> Integration:
    word = re.sub(r"[\s_-]", "", node.text()).casefold()
    if word not in _AS_SEEN_INSIDE:
        raise node.wrong(f"is {shown(node.text(), 40)!r}", "give Running, Stopped or NotInstalled")
    return _AS_SEEN_INSIDE[word]
