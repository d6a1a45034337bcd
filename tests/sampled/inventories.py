"""Hosts drawn at random, as what is so of their VMs; tests/sampled/inventory_files.py draws the many ways to tell it.

`expected` says which facts a reader must find, written down apart from the reader's own rules: by what is so, not by what is
written. Never drawn here: what contradicts itself, what is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from hypothesis import strategies as st

from model.notation import Shape

Values = frozenset[str]
Facts = dict[str, Values]
"""The possible states by the names of `shadowproof.host.kinds.facts_of`."""

Draw = Callable[[st.SearchStrategy[Any]], Any]


def of(*states: str) -> Values:
    return frozenset(states)


UP, ANY_POWER = of("RUNNING", "PAUSED"), of("OFF", "RUNNING", "PAUSED", "SAVED")
LAYOUTS, FORMATS = of("BASIC", "DYNAMIC"), of("CAPABLE", "NOT_CAPABLE")
KINDS, ON_HOST = of("VHD", "PASS_THROUGH", "ISCSI"), of("VHD", "PASS_THROUGH")
SERVICE, CLUSTERED = of("NOT_INSTALLED", "STOPPED", "RUNNING"), of("ONLINE", "SAVED", "OFFLINE")
PLACES, SWITCH = of("SAME_VOLUME", "OTHER_VOLUME", "VHDS_SPREAD"), of("NONE", "THERE", "GONE")

BETWEEN = [UP, of("OFF", "RUNNING"), of("OFF", "SAVED"), ANY_POWER]
NAMES = ("vm", "Büro 北", "it's [a]\u2019*", "a\u202eb", "Count", "value", "x" * 90, "Name", "State")


@dataclass(frozen=True)
class DrawnDisk:
    """A disk. volumes: where its file and those it differs from lie (0: with the snapshots; None: the file does not tell)."""

    kind: Values
    layout: Values
    file_system: Values
    volumes: tuple[int | None, ...] = ()


@dataclass(frozen=True)
class DrawnVm:
    """What is so of a VM. resource: online, offline, unclear; not: not clustered; clustered: its resource is untold; untold.

    drives: those that the host lists, None: it lists none. inside: what only the guest tells of, None: nobody looked.
    ports: there, gone, none or unsaid for each adapter, None: not listed.
    """

    name: str
    power: Values
    system: Values
    integration: Values
    resource: str
    snapshot_told: bool
    drives: tuple[DrawnDisk, ...] | None
    inside: tuple[DrawnDisk, ...] | None
    ports: tuple[str, ...] | None


@dataclass(frozen=True)
class Host:
    vms: tuple[DrawnVm, ...]
    switches_listed: bool


# -- what a reader must find ----------------------------------------------------------------------------------------------


def expected(vm: DrawnVm, switches_listed: bool) -> Facts:
    """Every fact about the VM."""
    system, integration = vm.system, vm.integration
    if system == of("WINDOWS_2000"):
        integration = of("NOT_INSTALLED")
    elif integration == of("RUNNING"):
        system = of("OTHER")
    found = {"power": vm.power, "system": system, "integration": integration}
    found |= {"cluster": _cluster(vm), "snapshot_location": _location(vm)}
    for j, disk in enumerate(disks(vm)):
        found |= {f"disk_kind#{j}": disk.kind, f"disk_layout#{j}": disk.layout, f"file_system#{j}": disk.file_system}
    named = of("THERE", "GONE")
    for j, port in enumerate(vm.ports if vm.ports is not None else ("unsaid",)):
        told = {"none": of("NONE"), "unsaid": SWITCH, "there": of("THERE"), "gone": of("GONE")}[port]
        found[f"switch#{j}"] = named if told <= named and not switches_listed else told
    return found


def disks(vm: DrawnVm) -> tuple[DrawnDisk, ...]:
    """The disks in order: one that stands for all where none is told, one for what only the guest would know."""
    if vm.drives is None:
        return vm.inside or (DrawnDisk(KINDS, LAYOUTS, FORMATS),)
    return vm.drives + (vm.inside if vm.inside is not None else (DrawnDisk(of("ISCSI"), LAYOUTS, FORMATS),))


def _cluster(vm: DrawnVm) -> Values:
    if vm.resource == "offline":
        return frozenset("SAVED" if power == "SAVED" else "OFFLINE" for power in vm.power)
    told = {"not": of("NOT_CLUSTERED"), "untold": CLUSTERED | {"NOT_CLUSTERED"}, "online": of("ONLINE")}
    return told.get(vm.resource, CLUSTERED)


def _location(vm: DrawnVm) -> Values:
    """Each way in which the untold files may lie, judged by itself."""
    if vm.drives is None:
        return PLACES
    files = [volume for disk in vm.drives if "VHD" in disk.kind for volume in disk.volumes]
    if files and not vm.snapshot_told:
        return PLACES
    ways = product(*((True, False) if volume is None else (volume == 0,) for volume in files))
    return frozenset("SAME_VOLUME" if all(way) else "VHDS_SPREAD" if any(way) else "OTHER_VOLUME" for way in ways)


def is_complete(facts: Facts) -> bool:
    return all(len(states) == 1 for states in facts.values())


# -- a VM as the model has it ---------------------------------------------------------------------------------------------

SORTS = {"disk": "disk_kind", "adapter": "switch"}


def cases(facts: Facts) -> Iterator[dict[str, str]]:
    """Every way in which a VM can be what is known of it and may start so; no method looks at a switch."""
    free = {name: sorted(states)[: 1 if name.startswith("switch#") else None] for name, states in facts.items()}
    found = (dict(zip(free, chosen, strict=True)) for chosen in product(*free.values()))
    return (at for at in found if starts_so(at))


def starts_so(at: Mapping[str, str]) -> bool:
    """What must hold of every VM at the start (model.protocol.AT_START), in other words."""
    fits = {"ONLINE": ("RUNNING", "PAUSED"), "SAVED": ("SAVED",), "OFFLINE": ("OFF",)}
    has_service = at["integration"] != "NOT_INSTALLED"
    return at["power"] in fits.get(at["cluster"], (at["power"],)) and not (
        at["system"] == "WINDOWS_2000" and has_service
    )


def shape(vm: Mapping[str, str]) -> Shape:
    return Shape({sort: sum(name.startswith(of + "#") for name in vm) for sort, of in SORTS.items()})


def starts(vms: Sequence[Mapping[str, str]]) -> dict[tuple[str, tuple[int, ...]], str]:
    found: dict[tuple[str, tuple[int, ...]], str] = {}
    for i, vm in enumerate(vms):
        for name, state in vm.items():
            machine, _, part = name.partition("#")
            found[machine, (i, int(part)) if part else (i,)] = state
            if machine == "switch":
                found["port", (i, int(part))] = "OLD" if state == "THERE" else "NONE"
    return found


# -- hosts ----------------------------------------------------------------------------------------------------------------


@st.composite
def hosts(draw: st.DrawFn, most: int = 3, parts: int = 3, complete: bool = False) -> Host:
    """Hosts of up to so many VMs with so many drives each. complete: no fact of them is open."""
    listed = complete or draw(st.booleans())
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=most, unique=True))
    return Host(tuple(_vm(draw, name, parts, complete) for name in names), listed)


def _vm(draw: Draw, name: str, parts: int, complete: bool) -> DrawnVm:
    """Most are as is usual but for a thing or two, half of them for their drives alone, which readings are about: left to
    chance, hardly one would fit Child VM Snapshot."""
    things = ("power", "system", "integration", "resource", "snapshot", "drives", "inside", "ports")
    which = draw(st.sampled_from(("drives", "drives", "few", "all")))
    odd = {"drives"} if which == "drives" else set(things)
    if which == "few":
        odd = draw(st.sets(st.sampled_from(things), max_size=2))

    def some(thing: str, usual: Any, known: Sequence[Any], further: Sequence[Any] = ()) -> Any:
        return draw(st.sampled_from([*known, *(() if complete else further)])) if thing in odd else usual

    sure = [of(state) for state in ("RUNNING", "OFF", "PAUSED", "SAVED")]
    power = some("power", sure[0], sure, BETWEEN)
    system = some("system", of("OTHER"), [of("OTHER"), of("WINDOWS_2000")], [of("WINDOWS_2000", "OTHER")])
    seen = [of("NOT_INSTALLED", "STOPPED"), SERVICE] + [of("STOPPED", "RUNNING")] * bool(power & UP)
    services = [of("RUNNING"), of("STOPPED"), of("NOT_INSTALLED")]
    integration = some("integration", services[0], services, seen)
    if system == of("WINDOWS_2000"):
        integration = draw(st.sampled_from((of("NOT_INSTALLED"), SERVICE)))
    resources = ["not"] + ["online"] * bool(power & UP) + ["offline"] * bool(power - UP)
    resource = some("resource", "not", resources, ["unclear", "clustered", "untold"])
    drives, inside = _disks(draw, parts, complete, "drives" in odd, "inside" in odd)
    ports = draw(st.lists(st.sampled_from(("there", "gone", "none")), max_size=2)) if "ports" in odd else ["there"]
    unlisted = not complete and "ports" in odd and draw(st.integers(0, 3)) == 0
    return DrawnVm(
        name, power, system, integration, resource, some("snapshot", True, [True], [False]), drives, inside,
        draw(st.sampled_from([None, (*ports, "unsaid")])) if unlisted else tuple(ports),
    )  # fmt: skip


Told = tuple[DrawnDisk, ...] | None


def _disks(draw: Draw, parts: int, complete: bool, odd_drives: bool, odd_inside: bool) -> tuple[Told, Told]:
    """The drives that the host lists, and what only the guest tells of."""

    def guest(kind: Values, volumes: tuple[int | None, ...] = ()) -> DrawnDisk:
        layouts, formats = [of("BASIC"), of("DYNAMIC"), LAYOUTS], [of("CAPABLE"), of("NOT_CAPABLE"), FORMATS]
        if draw(st.integers(0, 3)):
            return DrawnDisk(kind, layouts[0], formats[0], volumes)
        most = 2 if complete else 3
        layout, file_system = draw(st.sampled_from(layouts[:most])), draw(st.sampled_from(formats[:most]))
        return DrawnDisk(kind, layout, file_system, volumes)

    places = [(0,), (1,), (0, 0), (1, 2), (0, 1)] + [(None,), (0, None), (1, None)] * (not complete)
    kinds = [of("VHD"), of("VHD"), of("PASS_THROUGH")] + [ON_HOST] * (not complete)
    drives: tuple[DrawnDisk, ...] = (guest(of("VHD"), (0,)),)
    if odd_drives:
        wanted = draw(st.lists(st.sampled_from(kinds), max_size=parts))
        drives = tuple(guest(k, (None,) if k == ON_HOST else draw(st.sampled_from(places))) for k in wanted)
    if odd_inside and not complete and draw(st.booleans()):
        kept = drives if draw(st.integers(0, 2)) else ()  # without drives, what the method depends on is iSCSI alone
        return tuple(DrawnDisk(one.kind, LAYOUTS, FORMATS, one.volumes) for one in kept), None
    if odd_drives and not complete and draw(st.integers(0, 4)) == 0:
        return None, draw(st.sampled_from([None, tuple(map(guest, (of("VHD"), of("PASS_THROUGH"), KINDS)))]))
    return drives, tuple(guest(of("ISCSI")) for _ in range(draw(st.integers(0, 2)) if odd_inside else 0))
