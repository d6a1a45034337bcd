"""What a restore has to know of a VM's disks and network adapters."""

from model.actors.conditions import DiskKind, disk_kind
from model.notation import Actor, States, on, stays
from model.sorts import adapter, disk


class Target(States):
    AS_CONFIGURED = "restored to the place that the VM's configuration names"
    ELSEWHERE = "restored to another place"


target = Actor("target", Target, of=disk, starts=Target, says="Where the requester restores the VHD file to.")


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
    CONNECTED = "a port connects it to its switch"


port = Actor(
    "port",
    Port,
    of=adapter,
    starts=Port,
    says="The port that connects the adapter to its switch.",
    leaves_out=("The identity of ports and MAC addresses (part of Q23).",),
)

port.table(
    on("vm_deleted", Port.CONNECTED, Port.NONE),
    on("switch_gone", Port.CONNECTED, Port.NONE),
    on("network_updated", Port.NONE, Port.CONNECTED, when=switch.is_(Switch.THERE)),
    stays("vm_deleted", "network_updated", "switch_gone"),
)
