"""The disks of a VM: those the host lists, joined with what was seen inside the guest (MET-6, MET-7, BAK-14)."""

import ntpath
import re
from enum import StrEnum
from typing import TypeVar

from .facts import Disk, Fact, known, possible
from .node import Node, shown
from .states import DiskKind, DiskLayout, FileSystem
from .vm import Vm

_VHD_ENDINGS = (".vhd", ".vhdx", ".avhd", ".avhdx", ".vhds", ".vhdpmem")
_KINDS = {"vhd": DiskKind.VHD, "passthrough": DiskKind.PASS_THROUGH, "iscsi": DiskKind.ISCSI}
_LAYOUTS = {"basic": DiskLayout.BASIC, "dynamic": DiskLayout.DYNAMIC}
_CAPABLE = {"ntfs", "refs", "csvfs"}
_NOT_CAPABLE = {"fat", "fat12", "fat16", "fat32", "exfat"}
_READ_OF_A_GUEST_DISK = {"drive", "name", "kind", "layout", "filesystem"}
_S = TypeVar("_S", bound=StrEnum)
_ON_HOST = {DiskKind.VHD, DiskKind.PASS_THROUGH}  # the host never lists what the guest reaches over iSCSI by itself


def disks_of(vm: Vm, drives: list[Node] | None) -> tuple[Disk, ...]:
    """The drives in order, then the guest's iSCSI disks; one stand-in, all open, where the file lists no disk at all.

    Raises InventoryError for a guest disk that names no drive of the VM, or one that another names too.
    """
    told = _guest_disks(vm)
    if drives is None:
        by_guest = tuple(_disk(vm, _guest_name(node), _guest_kind(vm, node), node) for node in told)
        return by_guest or (_disk(vm, "(disks not listed)", _unlisted_kind(vm), None),)
    joined: dict[int, Node] = {}
    apart: list[Node] = []
    for node in told:
        index = _drive_of(node, drives)
        if index is None:
            apart.append(node)
        elif index in joined:
            raise node.wrong(f"tells of the same drive as {joined[index].where}", "tell of each drive once")
        else:
            joined[index] = node
    listed = (_disk(vm, drive_name(drive, i), drive_kind(vm, drive), joined.get(i)) for i, drive in enumerate(drives))
    return (*listed, *(_disk(vm, _guest_name(node), _guest_kind(vm, node), node) for node in apart))


def drive_kind(vm: Vm, drive: Node) -> Fact:
    """VHD or pass-through, by the file's ending, else by the number of the host's disk. Captions are localised."""
    path, number = drive.get("Path"), drive.get("DiskNumber")
    text = path.text() if path is not None else ""
    if path is not None and text.casefold().endswith(_VHD_ENDINGS):
        return known(DiskKind.VHD, path.told)
    if number is not None:
        digits = number.scalar()
        if not str(digits).isdecimal() or not str(digits).isascii() or len(str(digits)) > 9:
            problem = f"is {shown(str(digits), 40)!r}, which is no number of a disk"
            raise number.wrong(problem, "give it as Get-VMHardDiskDrive does")
        return known(DiskKind.PASS_THROUGH, number.told)
    if path is not None and re.match(r"disk \d+ ", text, re.IGNORECASE):
        return known(DiskKind.PASS_THROUGH, path.told)
    command = vm.get_part("Get-VMHardDiskDrive", "Path, DiskNumber")
    return possible(_ON_HOST, f"{drive.where} names neither a VHD file nor a disk of the host", command)


def drive_name(drive: Node, index: int) -> str:
    """The path of the drive, else its caption, else its number in the list."""
    for name in ("Path", "Name"):
        node = drive.get(name)
        if node is not None and node.text():
            return shown(node.text())
    return f"drive {index}"


def _disk(vm: Vm, name: str, kind: Fact, guest: Node | None) -> Disk:
    return Disk(name, kind, _layout(vm, guest), _file_system(vm, guest))


def _layout(vm: Vm, guest: Node | None) -> Fact:
    command = vm.in_guest('"list disk" | diskpart (an asterisk in the column Dyn marks a dynamic disk)')
    node = guest.get("Layout") if guest is not None else None
    if node is None:
        return possible(DiskLayout, "only the guest knows; no element of GuestDisks says it", command)
    return known(_word(node, _LAYOUTS, "Basic or Dynamic"), node.told)


def _file_system(vm: Vm, guest: Node | None) -> Fact:
    """One name, or a list with one for each volume on the disk: all must support snapshots."""
    command = vm.in_guest("vssadmin list volumes (a volume that is not listed cannot have snapshots)")
    node = guest.get("FileSystem") if guest is not None else None
    if node is None:
        return possible(FileSystem, "only the guest knows; no element of GuestDisks says it", command)
    parts = [node.child(i, v) for i, v in enumerate(node.value)] if isinstance(node.value, list) else [node]
    names = {part.text().casefold() for part in parts}
    if names & _NOT_CAPABLE:
        return known(FileSystem.NOT_CAPABLE, node.told)
    if names and names <= _CAPABLE:
        return known(FileSystem.CAPABLE, node.told)
    return possible(FileSystem, f"{node.told}, of which it is not known whether it supports snapshots", command)


def _unlisted_kind(vm: Vm) -> Fact:
    command = vm.get_part("Get-VMHardDiskDrive", "Path, DiskNumber")
    return possible(DiskKind, f"{vm.absent('HardDrives')} that says more than names", command)


def _guest_disks(vm: Vm) -> list[Node]:
    """The elements of GuestDisks. A hand-written list that is not one of objects is refused."""
    node = vm.node.get("GuestDisks")
    items = node.items() if node is not None else []
    if node is not None and items is None:
        raise node.wrong("is not a list of objects", "give each disk as an object with Drive, Layout and FileSystem")
    for item in items or []:
        for name, entry in item.entries().items():
            if name.casefold() not in _READ_OF_A_GUEST_DISK:
                vm.note(entry.where, "not read; the elements are Drive, Name, Kind, Layout and FileSystem")
    return items or []


def _drive_of(node: Node, drives: list[Node]) -> int | None:
    """The index of the drive that an element of GuestDisks tells of; None for an iSCSI disk, which has none."""
    kind, drive = node.get("Kind"), node.get("Drive")
    if drive is None:
        if kind is not None and _word(kind, _KINDS, "VHD, PassThrough or iSCSI") is DiskKind.ISCSI:
            return None
        raise node.wrong("does not say which drive it tells of", "give Drive, the drive's Path, or the Kind iSCSI")
    wanted = drive.text().casefold()
    found = [i for i, candidate in enumerate(drives) if wanted in _names_of(candidate)]
    if len(found) != 1:
        which = "names no drive" if not found else "fits several drives"
        raise drive.wrong(f"{which} of its VM", "give the Path of one of its HardDrives")
    return found[0]


def _names_of(drive: Node) -> set[str]:
    """What Drive may call a drive: its path, the last part of it, or its caption."""
    path, caption = drive.get("Path"), drive.get("Name")
    names = [caption.text()] if caption is not None else []
    if path is not None:
        names += [path.text(), ntpath.basename(path.text())]
    return {name.casefold() for name in names if name}


def _guest_kind(vm: Vm, node: Node) -> Fact:
    """The kind of a disk that only GuestDisks tells of."""
    kind = node.get("Kind")
    return known(_word(kind, _KINDS, "VHD, PassThrough or iSCSI"), kind.told) if kind else _unlisted_kind(vm)


def _guest_name(node: Node) -> str:
    name = node.get("Name", "Drive")
    return shown(name.text()) if name is not None and name.text() else node.where


def _word(node: Node, words: dict[str, _S], choices: str) -> _S:
    word = re.sub(r"[\s_-]", "", node.text()).casefold()
    if word not in words:
        raise node.wrong(f"is {shown(node.text(), 40)!r}", f"give {choices}")
    return words[word]
