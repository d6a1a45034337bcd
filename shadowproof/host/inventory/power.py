"""A VM's power state, from the State that Get-VM gives by name or number.

The names, and the numbers up to 32780, mean the same everywhere. Above, releases of the Hyper-V module differ: some put
ForceShutdown and ForceReboot before the twelve critical states, later ones Hibernated and ComponentServicing as well.
Such a number stands for what any of the three countings makes of it.
"""

from collections.abc import Iterable

from .facts import Fact, known, possible
from .file.node import InventoryError, Node, OddValueError
from .states import Power
from .vm import Vm

_ANY = frozenset({Power.OFF, Power.RUNNING, Power.PAUSED, Power.SAVED})
_SETTLED = {
    "running": Power.RUNNING,
    "off": Power.OFF,
    "saved": Power.SAVED,
    "paused": Power.PAUSED,
    "fastsaved": Power.SAVED,
}
_BETWEEN = {
    "starting": {Power.OFF, Power.SAVED, Power.RUNNING},  # from off and from saved alike
    "stopping": {Power.OFF, Power.RUNNING},
    "reset": {Power.OFF, Power.RUNNING},
    "saving": {Power.RUNNING, Power.PAUSED, Power.SAVED},
    "fastsaving": {Power.RUNNING, Power.PAUSED, Power.SAVED},
    "pausing": {Power.RUNNING, Power.PAUSED},
    "resuming": {Power.RUNNING, Power.PAUSED},
    "forceshutdown": {Power.OFF, Power.RUNNING},
    "forcereboot": {Power.OFF, Power.RUNNING},
    "hibernated": {Power.OFF, Power.SAVED},
    "componentservicing": _ANY,
    "other": _ANY,
}
_NUMBERS = {
    1: "other", 2: "running", 3: "off", 4: "stopping", 6: "saved", 9: "paused", 10: "starting", 11: "reset",
    32768: "paused", 32769: "saved",  # the first WMI namespace
    32773: "saving", 32776: "pausing", 32777: "resuming", 32779: "fastsaved", 32780: "fastsaving",
}  # fmt: skip
_CRITICAL = (
    "running", "off", "stopping", "saved", "paused", "starting",
    "reset", "saving", "pausing", "resuming", "fastsaved", "fastsaving",
)  # fmt: skip
_INSERTED = ("forceshutdown", "forcereboot", "hibernated", "componentservicing")
_FIRST_UNSURE = 32781
_WAY_OUT = (
    ", and no other State in the file is one: either they are words of another language, and then collect-inventory.ps1, or "
    "Get-VM | ConvertTo-Json -Depth 4, writes what every language shares (Running, Off, Saved, Paused, or numbers); or what "
    "is listed is no VM, and then collect the VMs with the same"
)
_REMEDY = "give it as Get-VM does, such as Running, Off, Saved, Paused, or its number"


def power_of(vm: Vm) -> Fact:
    """The power state; over several states while the VM is on its way from one to another.

    Open, and noted, for a State that no release of Hyper-V has.
    """
    command = vm.get_vm("Name, State")
    node = vm.node.get("State")
    if node is None:
        return possible(_ANY, vm.absent("State"), command)
    return vm.fact(lambda: _told(vm, node, command), _ANY, command)


def check_states(machines: Iterable[Node]) -> None:
    """Refuse a file that gives states, of which not one is a VM's: they are in another language, or of something else.

    Raises InventoryError.
    """
    first: OddValueError | None = None
    for machine in machines:
        node = machine.get("State")
        if node is not None:
            try:
                _names(node)
            except OddValueError as odd:
                first = first or odd
            else:
                return
    if first is not None:
        raise InventoryError(f"{machine.file}: {first.place} {first.problem}{_WAY_OUT}")


def _told(vm: Vm, node: Node, command: str) -> Fact:
    names = _names(node)
    states = frozenset[Power]().union(*(_states(name) for name in names))
    if len(names) > 1:
        vm.note(node.where, "this number means different states in different releases of Hyper-V; the name would tell")
    elif names[0].endswith("critical"):
        vm.note(node.where, "the state is critical: the host cannot reach all files of this VM")
    elif names[0] not in _SETTLED:
        vm.note(node.where, "the VM is on its way between states, or in none of them, so its power stays open")
    return known(next(iter(states)), node.told) if len(states) == 1 else possible(states, node.told, command)


def _names(node: Node) -> list[str]:
    """The lower-case names that the State may mean: one, or up to three for an unsure number."""
    value = node.scalar()
    if isinstance(value, str) and value.strip().isdecimal() and value.isascii() and len(value) < 8:
        value = int(value)
    if isinstance(value, str):
        name = value.strip().casefold()
        if name in _SETTLED or name in _BETWEEN or name.removesuffix("critical") in _CRITICAL:
            return [name]
    elif value in _NUMBERS:
        return [_NUMBERS[value]]
    else:
        names = [name for inserted in (0, 2, 4) for name in _counted(value - _FIRST_UNSURE, inserted)]
        if names:
            return names
    raise node.odd("is no state of a VM", _REMEDY)


def _counted(offset: int, inserted: int) -> list[str]:
    """What the number `offset` places above FastSaving names where `inserted` states precede the critical ones."""
    counting = [*_INSERTED[:inserted], *(f"{name}critical" for name in _CRITICAL)]
    return counting[offset : offset + 1] if offset >= 0 else []


def _states(name: str) -> frozenset[Power]:
    name = name.removesuffix("critical")
    return frozenset({_SETTLED[name]}) if name in _SETTLED else frozenset(_BETWEEN[name])
