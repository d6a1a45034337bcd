"""Hosts as large as a test wants them: VMs drawn at random, no two of the kinds alike, each kind as often as the others."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

from shadowproof.host.inventory import read_inventory
from shadowproof.host.kinds import kind_of
from tests.helpers.vms import vm

SWITCHES = [{"Name": "Production"}, {"Name": "Lab"}]

_POWER_OF = {"Online": ("Running", "Paused"), "Offline": ("Off", "Saved")}
_FILE_SYSTEMS = ("NTFS", "NTFS", "NTFS", "ReFS", "FAT32", None)
_LAYOUTS = ("Basic", "Basic", "Basic", "Dynamic", None)


def some_vm(draw: Random, name: str) -> dict[str, Any]:
    """A VM as an inventory might have it: nothing in it contradicts itself, and little of it is left open."""
    resource = draw.choice((None, None, None, "Online", "Online", "Offline"))
    system = draw.choice(("Windows Server 2019 Standard",) * 5 + ("Microsoft Windows 2000 Server", None))
    service = "NotInstalled" if system and "2000" in system else draw.choice(("Running",) * 3 + ("Stopped", None))
    return vm(
        Name=name,
        State=draw.choice(_POWER_OF[resource] if resource else ("Running", "Running", "Off", "Paused", "Saved")),
        IsClustered=resource is not None,
        ClusterResource={"State": resource} if resource else None,
        GuestOperatingSystem=system,
        GuestBackupService=service,
        SnapshotFileLocation=rf"{draw.choice('DDDE')}:\{name}",
        **_disks(draw, name),
        NetworkAdapters=[
            {"Name": f"n{j}", **draw.choice(({"SwitchName": "Production"}, {"SwitchName": "Old"}, {"Connected": False}))}
            for j in range(draw.choice((0, 1, 1, 1, 2)))
        ],
    )  # fmt: skip


def _disks(draw: Random, name: str) -> dict[str, Any]:
    drives: list[dict[str, Any]] = [
        {"Name": f"d{j}", "Path": rf"{draw.choice('DDDE')}:\{name}\{j}.vhdx"}
        for j in range(draw.choice((1, 1, 1, 2, 3)))
    ]
    drives += [{"Name": f"p{j}", "DiskNumber": j} for j in range(draw.choice((0, 0, 0, 1)))]
    told: list[dict[str, Any]] = [{"Drive": drive["Name"]} for drive in drives]
    told += [{"Kind": "iSCSI", "Name": "archive"}] * draw.choice((0, 0, 0, 1))
    for disk in told:
        facts = {"Layout": draw.choice(_LAYOUTS), "FileSystem": draw.choice(_FILE_SYSTEMS)}
        disk |= {element: value for element, value in facts.items() if value is not None}
    return {"HardDrives": drives, "GuestDisks": told if draw.random() < 0.95 else None}


def host_file(folder: Path, vms: int, kinds: int, seed: int = 4) -> Path:
    """The file of a host with so many VMs of so many kinds; the same for the same seed."""
    draw, path = Random(seed), folder / f"{vms}-of-{kinds}-{seed}.json"
    chosen = dict[object, dict[str, Any]]()
    while len(chosen) < kinds:
        one = some_vm(draw, f"vm{len(chosen):03}")
        path.write_text(json.dumps({"VMs": [one], "Switches": SWITCHES}), "utf-8")
        found = kind_of(read_inventory(path).machines[0])
        chosen.setdefault((tuple(sorted(found.shape.parts.items())), tuple(sorted(found.allowed.items()))), one)
    first = list(chosen.values())
    whole = [first[k % kinds] | {"Name": f"vm{k:03}"} for k in range(vms)]
    path.write_text(json.dumps({"VMs": whole, "Switches": SWITCHES}), "utf-8")
    return path
