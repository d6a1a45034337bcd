"""VMs of an inventory file, as short as a test needs them."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from shadowproof.host.inventory import Inventory, read_inventory
from shadowproof.host.method import assess
from shadowproof.host.method_report import details

Guest = Mapping[str, str]
OPEN: Guest = {}
BASIC: Guest = {"Layout": "Basic", "FileSystem": "NTFS"}
DYNAMIC: Guest = {"Layout": "Dynamic", "FileSystem": "NTFS"}
FAT: Guest = {"Layout": "Basic", "FileSystem": "FAT32"}


def read_from(folder: Path, value: object) -> Inventory:
    """What is read from a file with this JSON."""
    path = folder / "inventory.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return read_inventory(path)


def vm(**elements: Any) -> dict[str, Any]:
    """A VM without disks and adapters, by Child VM Snapshot; an element that is given as None is left out."""
    usual = {
        "Name": "vm",
        "State": "Running",
        "IsClustered": False,
        "GuestBackupService": "Running",
        "SnapshotFileLocation": r"D:\vm",
        "HardDrives": [],
        "NetworkAdapters": [],
        "GuestDisks": [],
    }
    return {key: value for key, value in {**usual, **elements}.items() if value is not None}


def vhds(*guest: Guest, letters: str = "") -> dict[str, Any]:
    """Drives that are VHDs, each with what the guest tells of it, on the volumes of these letters (D: unless given)."""
    paths = [rf"{(letters or 'D' * len(guest))[j]}:\vm\{j}.vhdx" for j in range(len(guest))]
    told = [{"Drive": path, **said} for path, said in zip(paths, guest, strict=True)]
    return {"HardDrives": [{"Path": path} for path in paths], "GuestDisks": told}


def mixed(*drives: tuple[str, Guest]) -> dict[str, Any]:
    """Drives, each said to be a vhd, pass-through, or either, with what the guest tells of it."""
    made: dict[str, Callable[[int], dict[str, Any]]] = {
        "vhd": lambda j: {"Name": f"d{j}", "Path": rf"D:\vm\{j}.vhdx"},
        "pass-through": lambda j: {"Name": f"d{j}", "DiskNumber": j},
        "either": lambda j: {"Name": f"d{j}"},
    }
    return {
        "HardDrives": [made[kind](j) for j, (kind, _) in enumerate(drives)],
        "GuestDisks": [{"Drive": f"d{j}", **said} for j, (_, said) in enumerate(drives)],
    }


def in_detail(inventory: Inventory) -> str:
    """What `method --verbose` prints, of VMs that were judged each by itself."""
    return details([assess(machine) for machine in inventory.machines], inventory.notes)
