"""The disks of a VM: those the host lists, joined with what was seen inside the guest (MET-6, MET-7, BAK-14)."""

import ntpath
import re
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from .facts import Disk, Fact, known, possible
from .file.node import Node, OddValueError, shown, shown_value
from .states import DiskKind, DiskLayout, FileSystem
from .vm import Vm
from .volumes import volume_of

_VHD_ENDINGS = (".vhd", ".vhdx", ".avhd", ".avhdx", ".vhds", ".vhdpmem")
_KINDS = {"vhd": DiskKind.VHD, "passthrough": DiskKind.PASS_THROUGH, "iscsi": DiskKind.ISCSI}
_LAYOUTS = {"basic": DiskLayout.BASIC, "dynamic": DiskLayout.DYNAMIC}
_CAPABLE = {"ntfs", "refs", "csvfs"}
_NOT_CAPABLE = {"fat", "fat12", "fat16", "fat32", "exfat"}
_READ_OF_A_GUEST_DISK = {"drive", "name", "kind", "layout", "filesystem"}
_LONGEST_DISK_NUMBER = 9
_S = TypeVar("_S", bound=StrEnum)
_ON_HOST = {DiskKind.VHD, DiskKind.PASS_THROUGH}  # the host never lists what the guest reaches over iSCSI by itself


def drives_of(vm: Vm) -> list[Node] | None:
    """The drives that the host lists; None where they are not told. Texts that are all paths of VHD files tell them too."""
    found = vm.node.get("HardDrives")
    inner = found.unwrapped() if found is not None else None
    texts = inner.value if inner is not None and isinstance(inner.value, list) else []
    if found is not None and inner is not None and texts and all(_is_path(text) for text in texts):
        vm.note(found.where, "texts instead of objects, read as the paths of its VHD files")
        return vm.bounded(found, [replace(inner.child(i, text), value={"Path": text}) for i, text in enumerate(texts)])
    return vm.collection("HardDrives")


def _is_path(value: object) -> bool:
    return isinstance(value, str) and value.strip().casefold().endswith(_VHD_ENDINGS) and volume_of(value) is not None


def disks_of(vm: Vm, drives: list[Node] | None) -> tuple[tuple[Disk, ...], bool]:
    """The drives in order, then the guest's iSCSI disks; one stand-in, all open, where the file lists no disk at all.

    And whether GuestDisks tells of all that the guest has: an element that is not understood may be of any disk.
    """
    told, whole = _guest_disks(vm)
    if drives is None:
        by_guest = tuple(_disk(vm, _guest_name(node), _guest_kind(vm, node), node) for node in told)
        return by_guest or (_disk(vm, "(disks not listed)", _unlisted_kind(vm), None),), whole
    by_name: dict[str, list[int]] = {}
    for i, drive in enumerate(drives):
        for name in _names_of(drive):
            by_name.setdefault(name, []).append(i)
    joined: dict[int, list[Node]] = {}
    apart: list[Node] = []
    for node in told:
        try:
            index = _drive_of(node, by_name)
        except OddValueError as odd:
            vm.note_odd(odd)
            whole = False
        else:
            (apart if index is None else joined.setdefault(index, [])).append(node)
    for first, *others in joined.values():
        for other in others:
            vm.note(
                other.where,
                f"tells of the same drive as {first.where}, so both are passed over; tell of each drive once",
            )
    once = {index: nodes[0] for index, nodes in joined.items() if len(nodes) == 1}
    listed = (_disk(vm, drive_name(drive, i), drive_kind(vm, drive), once.get(i)) for i, drive in enumerate(drives))
    return (*listed, *(_disk(vm, _guest_name(node), _guest_kind(vm, node), node) for node in apart)), whole


def drive_kind(vm: Vm, drive: Node) -> Fact:
    """VHD or pass-through, by the file's ending, else by the number of the host's disk. Captions are localised."""
    path, number = drive.get("Path"), drive.get("DiskNumber")
    text = _plain(path)
    command = vm.get_part("Get-VMHardDiskDrive", "Path, DiskNumber")
    if path is not None and text.casefold().endswith(_VHD_ENDINGS):
        return known(DiskKind.VHD, path.told)
    if number is not None:
        if _is_disk_number(number.value):
            return known(DiskKind.PASS_THROUGH, number.told)
        return possible(_ON_HOST, f"{number.told}, which is no number of a disk", command)
    if path is not None and re.match(r"disk \d+ ", text, re.IGNORECASE):
        return known(DiskKind.PASS_THROUGH, path.told)
    return possible(_ON_HOST, f"{drive.where} names neither a VHD file nor a disk of the host", command)


def _is_disk_number(value: object) -> bool:
    """What Windows gives where there is no disk, 4294967295, is no number of one."""
    digits = str(value) if not isinstance(value, bool | float) else ""
    return digits.isascii() and digits.isdecimal() and len(digits) <= _LONGEST_DISK_NUMBER


def _plain(node: Node | None) -> str:
    return node.value.strip() if node is not None and isinstance(node.value, str) else ""


def note_drives(vm: Vm, drives: list[Node] | None) -> None:
    """Note what is odd about the drives, once each."""
    for drive in drives or []:
        number, parents = drive.get("DiskNumber"), drive.get("ParentPaths")
        if number is not None and not _is_disk_number(number.value):
            said = f"is {shown_value(number.value)}, no number of a disk, so it is passed over"
            vm.note(number.where, f"{said}; give it as Get-VMHardDiskDrive does, null for none")
        files = (vm.value(parents.items, None) if parents is not None else None) or []
        for node in (one.get(name) for one in (drive, *files) for name in ("Path", "VolumeId")):
            if node is not None and not isinstance(node.value, str):
                vm.note(node.where, f"is {shown_value(node.value)}, no text, so it is passed over; give it in quotes")


def is_shared(drive: Node) -> bool:
    """Whether the disk is one that several VMs share."""
    persistent = drive.get("SupportPersistentReservations")
    return _plain(drive.get("Path")).casefold().endswith(".vhds") or (
        persistent is not None and persistent.value is True
    )


def drive_name(drive: Node, index: int) -> str:
    """The path of the drive, else its caption, else its number in the list."""
    return shown(_plain(drive.get("Path")) or _plain(drive.get("Name"))) or f"drive {index}"


def _disk(vm: Vm, name: str, kind: Fact, guest: Node | None) -> Disk:
    return Disk(name, kind, _layout(vm, guest), _file_system(vm, guest))


def _layout(vm: Vm, guest: Node | None) -> Fact:
    command = vm.in_guest('"list disk" | diskpart (an asterisk in the column Dyn marks a dynamic disk)')
    node = guest.get("Layout") if guest is not None else None
    if node is None:
        return possible(DiskLayout, "only the guest knows; no element of GuestDisks says it", command)
    return vm.fact(
        lambda: known(_word(node, _LAYOUTS, "Basic and Dynamic, the layouts of Windows"), node.told),
        DiskLayout,
        command,
    )


def _file_system(vm: Vm, guest: Node | None) -> Fact:
    """One name, or a list with one for each volume on the disk: all must support snapshots."""
    command = vm.in_guest("vssadmin list volumes (a volume that is not listed cannot have snapshots)")
    node = guest.get("FileSystem") if guest is not None else None
    if node is None:
        return possible(FileSystem, "only the guest knows; no element of GuestDisks says it", command)
    return vm.fact(lambda: _formats(node, command), FileSystem, command)


def _formats(node: Node, command: str | None) -> Fact:
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


def _guest_disks(vm: Vm) -> tuple[list[Node], bool]:
    """The elements of GuestDisks, and whether there are any: a list that is not one of objects (noted) tells nothing."""
    node = vm.node.get("GuestDisks")
    if node is None:
        return [], False
    items = vm.value(node.items, None)
    if items is not None and vm.bounded(node, items) is None:
        return [], False
    if items is None:
        if isinstance(node.unwrapped().value, str | dict | list):
            remedy = "give each disk as an object with Drive, Layout and FileSystem"
            vm.note(node.where, f"is no list of objects, so it is not read; {remedy}")
        return [], False
    for item in items:
        for name, entry in item.entries().items():
            if name.casefold() not in _READ_OF_A_GUEST_DISK:
                vm.note(entry.where, "not read; the elements are Drive, Name, Kind, Layout and FileSystem")
    return items, True


def _drive_of(node: Node, by_name: dict[str, list[int]]) -> int | None:
    """The index of the drive that an element of GuestDisks tells of; None for an iSCSI disk, which has none."""
    kind, drive = node.get("Kind"), node.get("Drive")
    if drive is None:
        if kind is not None and _word(kind, _KINDS, "VHD, PassThrough and iSCSI") is DiskKind.ISCSI:
            return None
        raise node.odd("does not say which drive it tells of", "give Drive, the drive's Path, or the Kind iSCSI")
    found = by_name.get(drive.text().casefold(), [])
    if len(found) != 1:
        which = "names no drive" if not found else "fits several drives"
        raise drive.odd(f"{which} of its VM", "give the Path of one of its HardDrives")
    return found[0]


def _names_of(drive: Node) -> set[str]:
    """What Drive may call a drive: its path, the last part of it, or its caption."""
    path, caption = drive.get("Path"), drive.get("Name")
    names = [_plain(caption), _plain(path), ntpath.basename(_plain(path))]
    return {name.casefold() for name in names if name}


def _guest_kind(vm: Vm, node: Node) -> Fact:
    """The kind of a disk that only GuestDisks tells of."""
    kind, open_ = node.get("Kind"), _unlisted_kind(vm)
    if kind is None:
        return open_
    return vm.fact(lambda: known(_word(kind, _KINDS, "VHD, PassThrough and iSCSI"), kind.told), DiskKind, open_.command)


def _guest_name(node: Node) -> str:
    return shown(_plain(node.get("Name", "Drive"))) or node.where


def _word(node: Node, words: dict[str, _S], choices: str) -> _S:
    """The state that one of the words names. Raises OddValueError for any other."""
    word = re.sub(r"[\s_-]", "", node.text()).casefold()
    if word not in words:
        raise node.odd(f"is none of {choices}", "give one of them")
    return words[word]
