"""What a restore has to know of a VM's disks and network adapters."""

from model.actors.conditions import DiskKind, disk_kind
from model.actors.power import Power, power
from model.named import Events, on, stays
from model.notation import Actor, States, every, iff, some
from model.readings import READ_16, WhichSwitches
from model.sorts import adapter, disk


class Target(States):
    AS_CONFIGURED = "restored to the place that the VM's configuration names"
    ELSEWHERE = "restored to another place"


target = Actor(
    "target",
    Target,
    of=disk,
    starts=Target.AS_CONFIGURED,
    says="Where the requester restores the VHD file to, if the disk is one: chosen anew in each restore, apart from the VM's own place.",
)

_ends: Events = ("restore_released", "restore_dropped", "host_loses_power")

target.table(
    on("vhd_goes_elsewhere", Target.AS_CONFIGURED, Target.ELSEWHERE),
    *(on(end, Target.ELSEWHERE, Target.AS_CONFIGURED) for end in _ends),
    stays(*_ends),
)


class ConfiguredPlace(States):
    MATCHES = "the configuration names the place where the VHD is"
    DIFFERS = "the configuration names another place"


Q = ConfiguredPlace

configured_place = Actor(
    "configured_place",
    ConfiguredPlace,
    of=disk,
    starts=Q.MATCHES,
    says="The VHD's place against the VM's configuration.",
)

_moves_away = disk_kind.is_(DiskKind.VHD) & target.is_(Target.ELSEWHERE)

configured_place.table(
    on("files_restored", Q.MATCHES, Q.DIFFERS, when=_moves_away),
    on("files_restored_in_part", Q.MATCHES, Q.DIFFERS, when=_moves_away),
    on("vhd_places_compared", Q.DIFFERS, Q.MATCHES),
    stays("files_restored", "files_restored_in_part", "vhd_places_compared"),
)


class Switch(States):
    THERE = "the adapter's virtual switch exists"
    NONE = "the adapter is connected to no switch"
    GONE = "the adapter's virtual switch no longer exists"


switch = Actor(
    "switch",
    Switch,
    of=adapter,
    starts=Switch,
    says="The virtual switch that the adapter was connected to when it was backed up.",
)

switch.table(on("switch_gone", Switch.THERE, Switch.GONE))


class Port(States):
    NONE = "no port"
    OLD = "a port from before connects it to its switch"
    NEW = "a port that was made in this restore connects it to its switch"


port = Actor(
    "port",
    Port,
    of=adapter,
    starts=Port.NONE | Port.OLD,
    says="The port that connects the adapter to its switch.",
    leaves_out=("The identity of ports and MAC addresses (part of Q23).",),
)

_here = switch.is_(Switch.THERE)
ONE_SWITCH_GONE = some(adapter, switch.is_(Switch.GONE))
CONNECTS = READ_16.actor.is_(WhichSwitches.EACH) | ~ONE_SWITCH_GONE
"""Whether a restored VM gets ports at all (READ-16)."""
_away: Events = ("vm_deleted", "vm_fails_over", "cluster_fails_over")

port.table(
    on("switch_gone", Port.OLD | Port.NEW, Port.NONE),
    on("network_updated", frozenset(Port), Port.NEW, when=_here & CONNECTS),
    on("cluster_moves_vm_back", Port.NONE, Port.OLD, when=_here),
    *(on(away, Port.OLD | Port.NEW, Port.NONE) for away in _away),
    *(on(end, Port.NEW, Port.OLD) for end in _ends),
    stays("switch_gone", "network_updated", "cluster_moves_vm_back", *_away, *_ends),
)

_gone = power.is_(Power.GONE)
PORTS_WHERE_HERE = (
    (~_gone | every(adapter, port.is_(Port.NONE)))
    & (_gone | every(adapter, iff(_here, port.is_(Port.OLD))))
)  # fmt: skip
"""Holds at the start: a VM that is on this host has a port on each switch that exists, and one that is not has none."""
