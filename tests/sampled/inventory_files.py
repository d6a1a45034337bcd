"""One host, told in one of the many ways: every shape, spelling and encoding of a file that the reader promises to take."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from shadowproof.host.inventory.guest import VSS_COMPONENT
from tests.sampled.inventories import (  # fmt: skip
    ANY_POWER,
    FORMATS,
    KINDS,
    LAYOUTS,
    ON_HOST,
    SERVICE,
    UP,
    Draw,
    DrawnDisk,
    DrawnVm,
    Host,
    Values,
    of,
)

POWER_WORDS: Mapping[Values, tuple[Any, ...]] = {
    of("RUNNING"): ("Running", 2, " running ", "2", {"value": 2, "Value": "Running"}, {"Value": 2}, "RunningCritical"),
    of("OFF"): ("Off", 3, "OFF", {"value": 3, "Value": "Off"}, "OffCritical"),
    of("PAUSED"): ("Paused", 9, 32768, "paused"),
    of("SAVED"): ("Saved", 6, 32769, "FastSaved", 32779, "SavedCritical"),
    of("RUNNING", "PAUSED"): ("Pausing", 32776, "Resuming", 32777),
    of("OFF", "RUNNING"): ("Stopping", 4, "Reset", 11),
    of("OFF", "SAVED"): ("Hibernated",),
    ANY_POWER: (None, "Other", 1),
}
SYSTEM_WORDS: Mapping[Values, tuple[Any, ...]] = {
    of("OTHER"): ("Windows Server 2019 Standard", "Ubuntu 22.04", "Windows Server 2008 R2", "Windows 20000"),
    of("WINDOWS_2000"): ("Microsoft Windows 2000 Server", "windows server 2000", "Windows NT 5.0"),
    of("WINDOWS_2000", "OTHER"): (None, ""),
}
INSIDE_WORDS: Mapping[Values, tuple[str, ...]] = {
    of("RUNNING"): ("Running", "running"),
    of("STOPPED"): ("Stopped", " STOPPED"),
    of("NOT_INSTALLED"): ("NotInstalled", "Not installed", "not-installed"),
}
STATUS_WORDS: Mapping[Values, tuple[Any, ...]] = {
    of("RUNNING"): ("Ok", 2, "OK", 3, "Degraded", "degraded", {"value": 2, "Value": "Ok"}),
    of("STOPPED"): ("LostCommunication", 13, "Lost Communication"),
    of("NOT_INSTALLED", "STOPPED"): ("NoContact", 12, "No Contact", "Disabled"),
    of("STOPPED", "RUNNING"): ("Protocol Mismatch", 32775, "NonRecoverableError", 7),
    SERVICE: ("Kein Kontakt", None, "Error", 6, 32784),
}
RESOURCE_WORDS: Mapping[str, tuple[Any, ...]] = {
    "online": ("Online", 2, "online ", {"value": 2, "Value": "Online"}),
    "offline": ("Offline", 3, "OFFLINE"),
    "unclear": ("Failed", 4, "OnlinePending", 129),
}
FORMAT_WORDS: Mapping[Values, tuple[Any, ...]] = {
    of("CAPABLE"): ("NTFS", "ReFS", ["NTFS", "refs"], "CSVFS"),
    of("NOT_CAPABLE"): ("FAT32", "exFAT", ["NTFS", "FAT"], ["FAT32", "ext4"]),
    FORMATS: (None, "ext4", ["NTFS", "btrfs"], []),
}
LAYOUT_WORDS: Mapping[Values, tuple[Any, ...]] = {
    of("BASIC"): ("Basic", "basic"), of("DYNAMIC"): ("Dynamic", "DYNAMIC "), LAYOUTS: (None,),
}  # fmt: skip
KIND_WORDS: Mapping[Values, tuple[Any, ...]] = {
    of("VHD"): ("VHD", "vhd"), of("PASS_THROUGH"): ("PassThrough", "pass-through"), of("ISCSI"): ("iSCSI", "i SCSI"),
    KINDS: (None,),
}  # fmt: skip
SWITCH_ID = "53af5fde-650c-53b4-8a13-36e053f2166c"
SWITCHES = ({"Name": "Production", "Id": SWITCH_ID}, {"Name": "Lab"})
PORT_WORDS: Mapping[str, tuple[dict[str, Any], ...]] = {
    "there": ({"SwitchName": "Production"}, {"SwitchId": "{" + SWITCH_ID.upper() + "}"}, {"SwitchName": "LAB"},
              {"SwitchName": "Renamed", "SwitchId": SWITCH_ID, "Connected": True}),
    "gone": ({"SwitchName": "Old"}, {"SwitchName": "Production", "SwitchId": "bbb", "Connected": "True"}),
    "none": ({"Connected": False, "SwitchName": "Lab"}, {"SwitchName": None}, {"SwitchName": ""},
             {"Connected": "false"}),
    "unsaid": ({"Name": "n"}, {"Connected": True, "SwitchName": None}),
}  # fmt: skip
STYLES = (
    "{letter}:",
    "{lower}:",
    r"\\?\{letter}:",
    r"\\filer\vms{k}",
    r"C:\ClusterStorage\Volume{k}",
    r"\\?\Volume{{{k}a-2b}}",
)
"""How the paths of one VM name their volumes: each can be told from the others of its style."""

CUT: tuple[Any, ...] = (None, {}, [None], "Microsoft.HyperV.PowerShell.Thing", ["Microsoft.HyperV.PowerShell.Thing"])
"""What ConvertTo-Json leaves of a collection that it did not go into; nothing is known then."""

HEARTBEAT = {"Name": "Takt", "Id": r"Microsoft:1\84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47", "Enabled": True}
OTHERS = [{"Name": name} for name in ("Shutdown", "Time Synchronization", "key-value pair exchange")]
UNREAD = {
    "CPUUsage": 0,
    "Uptime": {"Ticks": 12, "value": "Off"},
    "Notes": "Off",
    "Generation": 2.0,
    "Groups": [[], None],
}


@st.composite
def vms_of(draw: st.DrawFn, host: Host) -> list[dict[str, Any]]:
    """The JSON of each VM."""
    return [_Telling(draw, vm, k).vm() for k, vm in enumerate(host.vms)]


@st.composite
def values(draw: st.DrawFn, host: Host) -> Any:
    """The JSON of one file."""
    vms = draw(vms_of(host))
    ways = ["list", "list", "list", "wrapped", "mapping"] + ["one"] * (len(vms) == 1)
    way = draw(st.sampled_from(ways))
    told: Any = [*vms, *[None] * draw(st.integers(0, 1))]
    if way == "wrapped":
        told = {"value": told, "Count": len(vms)}
    elif way == "mapping":
        told = {found[0][1]: dict(found[1:]) for found in (list(vm.items()) for vm in vms)}
    elif way == "one":
        told = vms[0]
    if host.switches_listed:
        return {"schema": draw(st.sampled_from((1, "1", None))), "Switches": list(SWITCHES), "VMs": told}
    return draw(st.sampled_from((told, {"VMs": told, "Host": "HV-A"}, {"vms": told, "Switches": None})))


class File(bytes):
    """The bytes of a file. Hypothesis tells it as the text that it is."""

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        encoding = json.detect_encoding(self)
        printer.text(f"{encoding} {self.decode(encoding, 'replace')}"[:5_000])


@st.composite
def files(draw: st.DrawFn, host: Host) -> File:
    """One file that tells of the host."""
    value = draw(values(host))
    text = json.dumps(value, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from((None, 4))))
    encoding = draw(st.sampled_from(("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")))
    return File(text.encode(encoding))


class _Telling:
    """Tells of one VM. Its name stands first, since a mapping takes it out."""

    def __init__(self, draw: Draw, vm: DrawnVm, number: int) -> None:
        self.draw, self.told, self.number = draw, vm, number
        self.style: str = self.one(STYLES)
        self.ids = self.one((False, False, True))

    def one(self, options: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(options))

    def vm(self) -> dict[str, Any]:
        vm = self.told
        name = {self.one(("Name", "VMName")): vm.name}
        rest = {
            "State": self.one(POWER_WORDS[vm.power]),
            self.one(("Id", "VMId")): self.one((None, f"{{B04B-{self.number}}}", f"b04b-{self.number}")),
            "GuestOperatingSystem": self.one(SYSTEM_WORDS[vm.system]),
            **self._integration(),
            **self._cluster(),
            **self._snapshots(),
            **self._disks(),
            "NetworkAdapters": self._adapters(),
            **self.one(({}, UNREAD)),
        }
        kept = {key: value for key, value in rest.items() if value is not None or key == "State" or self.one((0, 1))}
        if self.one((False, True)):
            kept = dict(reversed(kept.items()))
        spelled: Any = self.one((str, str, str.lower, str.upper))
        return name | {spelled(key): _respelled(value, spelled) for key, value in kept.items()}

    def _integration(self) -> dict[str, Any]:
        """By the guest's word, which counts first; or by what the host sees, which it does of a VM that is up."""
        vm = self.told
        name = self.one(("VMIntegrationService", "IntegrationServices"))
        is_up = bool(vm.power & UP)
        by_host = [] if vm.integration == of("NOT_INSTALLED") else [STATUS_WORDS[vm.integration]] * is_up
        seen = [self._listed([HEARTBEAT, self._service(self.one(words))]) for words in by_host]
        if vm.integration == of("NOT_INSTALLED"):
            seen.append(self._listed([HEARTBEAT, *OTHERS]))
        if vm.integration == of("NOT_INSTALLED", "STOPPED"):
            seen.append(self._listed([self._service("Ok") | {"Enabled": self.one((False, "false"))}]))
        if vm.integration == SERVICE:
            seen += [*CUT, [], [{"Name": "Sicherung", "Enabled": True}], [HEARTBEAT], [HEARTBEAT, *OTHERS[1:]]]
            seen += [] if is_up else [[self._service("Ok")]]
        if vm.integration in INSIDE_WORDS and (not seen or self.one((True, False))):
            contrary = self.one((None, self._listed([self._service("Ok")]), "cut"))
            return {"GuestBackupService": self.one(INSIDE_WORDS[vm.integration]), name: contrary}
        return {name: self.one(seen)}

    def _service(self, status: Any) -> dict[str, Any]:
        """The backup service: by its id whatever its name, or by its English name where there is no id."""
        by = {"Name": "Sicherung", "Id": f"Microsoft:1\\{VSS_COMPONENT}"}, {"Name": "Backup (volume checkpoint)"}
        words = "PrimaryStatusDescription" if isinstance(status, str) else "PrimaryOperationalStatus"
        return {**self.one(by), "Enabled": True, self.one((words, "PrimaryOperationalStatus")): status}

    def _cluster(self) -> dict[str, Any]:
        word = self.told.resource
        if word == "untold":
            return {"IsClustered": None, "ClusterResource": self.one((None, {}))}
        if word == "not":
            return {"IsClustered": self.one((False, "False", 0)), "ClusterResource": None}
        if word == "clustered":
            resource = self.one(({"Name": "r", "State": None}, {"Name": "r"}, "@{Name=r; State=Online}"))
            return dict(self.one(({"IsClustered": True}, {"IsClustered": None, "ClusterResource": resource})))
        state = {"Name": "r", "State": self.one(RESOURCE_WORDS[word])}
        return {"IsClustered": self.one((True, "true", None, False)), "ClusterResource": state}

    # -- files and disks --------------------------------------------------------------------------------------------------

    def _path(self, volume: int | None, tail: str) -> str:
        if volume is None:
            return tail
        return "\\".join((self.style.format(letter="DEF"[volume], lower="def"[volume], k=volume), tail))

    def _snapshots(self) -> dict[str, Any]:
        if not self.told.snapshot_told:
            return {"SnapshotFileLocation": None, "CheckpointFileLocation": self.one((None, ""))}
        element = self.one(("SnapshotFileLocation", "CheckpointFileLocation"))
        return {element: self._path(0, "vm"), "SnapshotVolumeId": "fast-0" if self.ids else None}

    def _file(self, volume: int | None, tail: str) -> dict[str, Any]:
        """With a volume's id the path does not count: it may lead through a mount point on another volume."""
        if self.ids and volume is not None:
            return {
                "Path": self._path(self.one((volume, 0)), tail),
                "VolumeId": f"{self.one(('fast', 'FAST'))}-{volume}",
            }
        return {"Path": self._path(volume, tail)}

    def _drive(self, disk: DrawnDisk, j: int) -> dict[str, Any]:
        name: dict[str, Any] = {"Name": self.one((f"Festplatte {j}", f"Hard Drive {j}", f"d{j}"))}
        if disk.kind == of("PASS_THROUGH"):
            raw = {"DiskNumber": self.one((j, str(j)))}, {"Path": f"Disk {j} 40.00 GB Bus 0 Lun 0 Target {j}"}
            return name | dict(self.one((*raw, raw[0] | raw[1], raw[0] | {"Path": ""})))
        if disk.kind == ON_HOST:
            return name | dict(self.one(({}, {"Path": f"{j}.img"}, {"Path": None, "DiskNumber": None})))
        volume, *parents = disk.volumes
        unlisted = parents == [None] and self.one((True, False))
        own = self._file(volume, f"{j}{'.avhdx' if unlisted else self.one(('.vhdx', '.VHD', '.vhds'))}")
        if unlisted:
            return name | own | dict(self.one(({}, {"ParentPaths": None}, {"ParentPaths": "cut"})))
        files = [self._file(parent, f"parent-{j}-{k}.vhdx") for k, parent in enumerate(parents)]
        more = {"ParentPaths": self._listed(files)} if files else self.one(({}, {"ParentPaths": []}))
        return name | own | more | dict(self.one(({}, {"DiskNumber": None})))

    def _disks(self) -> dict[str, Any]:
        vm = self.told
        drives = [self._drive(disk, j) for j, disk in enumerate(vm.drives or ())]
        found: dict[str, Any] = {"HardDrives": self.one(CUT) if vm.drives is None else self._listed(drives)}
        if vm.inside is None:
            return found
        told = []
        for drive, disk in zip(drives, vm.drives or (), strict=True):
            path = drive.get("Path") or drive["Name"]
            named = {"Drive": self.one((drive["Name"], path, path.split("\\")[-1]))}
            if (disk.layout, disk.file_system) != (LAYOUTS, FORMATS) or self.one((True, False)):
                told.append(named | self._guest(disk))
        apart = [
            {"Name": f"inside {k}", "Kind": self.one(KIND_WORDS[disk.kind])} | self._guest(disk)
            for k, disk in enumerate(vm.inside)
        ]
        told = [*apart, *told] if self.one((False, True)) else [*told, *apart]
        return found | {"GuestDisks": self._listed(told)}

    def _guest(self, disk: DrawnDisk) -> dict[str, Any]:
        return {"Layout": self.one(LAYOUT_WORDS[disk.layout]), "FileSystem": self.one(FORMAT_WORDS[disk.file_system])}

    def _adapters(self) -> Any:
        ports = self.told.ports
        return self.one(CUT) if ports is None else self._listed([dict(self.one(PORT_WORDS[port])) for port in ports])

    def _listed(self, items: list[dict[str, Any]]) -> Any:
        """A collection in one of its shapes: one object stands for a list of one."""
        ways: list[Any] = [items, items, {"value": items, "Count": len(items)}]
        return self.one([*ways, items[0]] if len(items) == 1 else ways)


def _respelled(value: Any, spelled: Any) -> Any:
    """The names of nested elements in another case; those of an enumeration's pair differ by nothing else."""
    if isinstance(value, dict):
        keep = {key.casefold() for key in value} <= {"value", "count"}
        return {key if keep else spelled(key): _respelled(inner, spelled) for key, inner in value.items()}
    return [_respelled(inner, spelled) for inner in value] if isinstance(value, list) else value
