"""What surrounds a VM on its host: the cluster's resource for it (CLU-1 to CLU-3) and the virtual switches (RST-8)."""

from .facts import Adapter, Fact, known, possible
from .file.node import Node, OddValueError, shown
from .states import Cluster, Power, Switch
from .vm import Vm

_RESOURCE_NUMBERS = {
    -1: "unknown", 0: "inherited", 1: "initializing", 2: "online", 3: "offline", 4: "failed",
    128: "pending", 129: "onlinepending", 130: "offlinepending",
}  # fmt: skip
_CLUSTERED = {Cluster.ONLINE, Cluster.SAVED, Cluster.OFFLINE}
_NO_SWITCH = "00000000-0000-0000-0000-000000000000"


def cluster_of(vm: Vm, power: Fact) -> Fact:
    """The VM's cluster resource. An offline resource with a saved VM is the state the cluster service saves into.

    Open, and noted, for what is no resource, and for a state that no resource has.
    """
    command = "Get-ClusterResource | Where-Object ResourceType -eq 'Virtual Machine' | Select-Object Name, State"
    return vm.fact(lambda: _cluster(vm, power, command), Cluster, command)


def _cluster(vm: Vm, power: Fact, command: str) -> Fact:
    resource = _resource(vm)
    state = resource.get("State") if resource is not None else None
    clustered = vm.node.get("IsClustered")
    if state is not None:
        if clustered is not None and not clustered.boolean():
            vm.note(clustered.where, "contradicts ClusterResource, which is believed")
        return _resource_state(vm, state, power, command)
    if clustered is not None and not clustered.boolean():
        return known(Cluster.NOT_CLUSTERED, clustered.told)
    if clustered is not None or resource is not None:
        told = clustered.told if clustered is not None else f"{vm.node.where} has a ClusterResource"
        return possible(_CLUSTERED, f"{told}, without the resource's state", command)
    return possible(Cluster, vm.absent("IsClustered"), vm.get_vm("Name, IsClustered"))


def _resource(vm: Vm) -> Node | None:
    """The cluster's resource for the VM: an object, or the text it was cut to. `{}` says nothing; any other value is none."""
    resource = vm.node.get("ClusterResource")
    if resource is not None and not isinstance(resource.value, dict | str):
        raise resource.odd("is no object", "give it with its State, or null where it is not known")
    return resource if resource is not None and resource.value else None


def _resource_state(vm: Vm, state: Node, power: Fact, command: str) -> Fact:
    value = state.scalar()
    name = _RESOURCE_NUMBERS.get(value) if isinstance(value, int) else value.strip().casefold()
    if name not in _RESOURCE_NUMBERS.values():
        raise state.odd("is no state of a resource", "give Online or Offline")
    if name == "online":
        return known(Cluster.ONLINE, state.told)
    if name == "offline":
        meant = {Cluster.SAVED if was == Power.SAVED else Cluster.OFFLINE for was in power.values}
        return possible(meant, f"{state.told}, {power.source}", power.command or command)
    vm.note(state.where, "the resource is neither online nor offline, so its state stays open")
    return possible(_CLUSTERED, state.told, command)


def adapters_of(vm: Vm, adapters: list[Node] | None, switches: tuple[Node, ...] | None) -> tuple[Adapter, ...]:
    """The adapters in order; one stand-in, open, where they are not listed. `switches`: the host's, or None."""
    if adapters is None:
        command = vm.get_part("Get-VMNetworkAdapter", "Name, SwitchName, Connected")
        source = f"{vm.absent('NetworkAdapters')} that says more than names"
        return (Adapter("(adapters not listed)", possible(Switch, source, command)),)
    command = vm.get_part("Get-VMNetworkAdapter", "Name, SwitchName, SwitchId, Connected")

    def of(node: Node) -> Fact:
        return vm.fact(lambda: _switch(vm, node, switches), Switch, command)

    return tuple(Adapter(_adapter_name(node, i), of(node)) for i, node in enumerate(adapters))


def _switch(vm: Vm, adapter: Node, switches: tuple[Node, ...] | None) -> Fact:
    """By the switch's id where both sides give one, else by its name: one made anew under an old name is another."""
    connected = adapter.get("Connected")
    if connected is not None and not connected.boolean():
        return known(Switch.NONE, connected.told)
    name, identity = adapter.find("SwitchName"), adapter.get("SwitchId")
    by_id = _id_text(identity)
    by_name = _lower(name)
    if not by_id and not by_name:
        if name is not None and connected is None:
            return known(Switch.NONE, name.told)
        command = vm.get_part("Get-VMNetworkAdapter", "Name, SwitchName, SwitchId, Connected")
        return possible(Switch, f"{adapter.where} names no switch", command)
    told = identity.told if by_id and identity is not None else name.told if name is not None else adapter.where
    if switches is None:
        command = f"Get-VMSwitch{vm.there} | Select-Object Name, Id"
        return possible({Switch.THERE, Switch.GONE}, f"{told}, and the host's switches are not listed", command)
    there = any(_is_switch(candidate, by_id, by_name) for candidate in switches)
    if there:
        return known(Switch.THERE, f"{told}, which is in Switches")
    return known(Switch.GONE, f"{told}, which is not in Switches")


def switches_in(top: Node, notes: list[tuple[str, str]]) -> tuple[Node, ...] | None:
    """The host's switches; None where they are not listed, or one of them is not understood (noted): then any may be there."""
    listed = top.get("Switches")
    if listed is None:
        return None
    found = None
    try:
        found = listed.items()
        sure = found is not None and all(_lower(one.get("Name")) or _id_text(one.get("Id")) for one in found)
    except OddValueError:
        sure = False
    if found is None or not sure:
        notes.append(
            (listed.where, "the switches are not all given with Name or Id, so which of them exist stays open")
        )
        return None
    return tuple(found)


def _is_switch(switch: Node, by_id: str, by_name: str) -> bool:
    identity = _id_text(switch.get("Id"))
    return identity == by_id if identity and by_id else bool(by_name) and _lower(switch.get("Name")) == by_name


def _id_text(node: Node | None) -> str:
    """A switch's id in lower case without braces; "" for none."""
    text = _lower(node).strip("{}")
    return "" if text == _NO_SWITCH else text


def _lower(node: Node | None) -> str:
    return node.text().casefold() if node is not None and node.value is not None else ""


def _adapter_name(adapter: Node, index: int) -> str:
    name = adapter.get("Name")
    text = name.value.strip() if name is not None and isinstance(name.value, str) else ""
    return shown(text) or f"adapter {index}"
