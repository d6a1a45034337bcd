"""One value that cannot be: it is said, what it is about stays open, and everything else is read as if it were not there."""

from pathlib import Path
from typing import Any

import pytest

from shadowproof.host.inventory import Inventory, Machine
from shadowproof.host.inventory.machines import _NAMED
from shadowproof.host.kinds import facts_of
from tests.helpers.vms import in_detail, read_from, vm

DRIVE = {"Name": "d", "Path": r"D:\vm\d.vhdx"}
USUAL = vm(
    Name="first", GuestOperatingSystem="Windows Server 2019",
    HardDrives=[DRIVE], GuestDisks=[{"Drive": "d", "Layout": "Basic", "FileSystem": "NTFS"}],
    NetworkAdapters=[{"Name": "n", "Connected": False}],
)  # fmt: skip
SPOILED: dict[str, tuple[dict[str, Any], str, set[str]]] = {
    "a state": ({"State": "Asleep"}, '[0].State: is "Asleep", which is no state of a VM', {"power"}),
    "a state that is no number of one": ({"State": 5}, "[0].State: is 5, which is no state of a VM", {"power"}),
    "a state that is no name": ({"State": [2]}, "[0].State: is [2], which is neither a name nor a whole number", {"power"}),
    "the guest's word": ({"GuestBackupService": "fine"}, 'Service: is "fine", which says nothing of a service', {"integration"}),
    "the guest's word, a number": ({"GuestBackupService": 7}, "GuestBackupService: is 7, which is no text", {"integration"}),
    "a cluster's member": ({"IsClustered": 2}, "[0].IsClustered: is 2, which is neither true nor false", {"cluster"}),
    "a resource": ({"ClusterResource": {"State": 77}, "IsClustered": None}, "State: is 77, which is no state of a resource", {"cluster"}),
    "no resource": ({"ClusterResource": False}, "[0].ClusterResource: is false, which is no object", {"cluster"}),
    "a location": ({"SnapshotFileLocation": 7}, "[0].SnapshotFileLocation: is 7, which is no text", {"snapshot_location"}),
    "a disk's number": (
        {"HardDrives": [{"Name": "d", "DiskNumber": 4294967295}]},
        "DiskNumber: is 4294967295, no number of a disk", {"disk_kind#0", "snapshot_location"},
    ),
    "a path": (
        {"HardDrives": [{"Name": "d", "Path": 7}]}, "[0].HardDrives[0].Path: is 7, no text", {"disk_kind#0", "snapshot_location"},
    ),
    "a volume": ({"HardDrives": [DRIVE | {"VolumeId": 7}]}, "[0].HardDrives[0].VolumeId: is 7, no text", {"snapshot_location"}),
    "parents": ({"HardDrives": [DRIVE | {"ParentPaths": 7}]}, "ParentPaths: is 7, which is no list of objects", {"snapshot_location"}),
    "an adapter": ({"NetworkAdapters": [{"Connected": "perhaps"}]}, 'Connected: is "perhaps", which is neither', {"switch#0"}),
    "a switch's name": ({"NetworkAdapters": [{"SwitchName": 7}]}, "SwitchName: is 7, which is no text", {"switch#0"}),
    "adapters": ({"NetworkAdapters": 3}, "[0].NetworkAdapters: is 3, which is no list of objects", {"switch#0"}),
    "a layout": (
        {"GuestDisks": [{"Drive": "d", "Layout": "Bsaic", "FileSystem": "NTFS"}]},
        'Layout: is "Bsaic", which is none of Basic and Dynamic', {"disk_layout#0"},
    ),
    "a file system": (
        {"GuestDisks": [{"Drive": "d", "Layout": "Basic", "FileSystem": 7}]}, "FileSystem: is 7, which is no text", {"file_system#0"},
    ),
}  # fmt: skip


def states(machine: Machine) -> dict[str, tuple[str, ...]]:
    return {name: fact.values for name, fact in facts_of(machine).items()}


@pytest.mark.parametrize("name", SPOILED)
def test_it_leaves_open_what_it_is_about_and_nothing_else_of_any_vm(tmp_path: Path, name: str) -> None:
    elements, note, about = SPOILED[name]
    spoiled, other = read_from(tmp_path, [{**USUAL, **elements}, {**USUAL, "Name": "second"}]).machines
    clean = states(other)
    assert all(len(values) == 1 for values in clean.values())
    assert states(spoiled).keys() == clean.keys()
    assert {fact for fact, values in states(spoiled).items() if values != clean[fact]} == about
    assert all(len(states(spoiled)[fact]) > 1 for fact in about)
    found = read_from(tmp_path, [{**USUAL, **elements}, {**USUAL, "Name": "second"}])
    assert [note in said for said in found.notes] == [True]
    assert in_detail(found).endswith("2 VMs: 0 Saved State, 1 Child VM Snapshot, 1 open\n") or about <= {
        "cluster",
        "switch#0",
    }


GUEST_DISKS: dict[str, tuple[Any, str]] = {
    "no drive of the VM": ([{"Drive": "x", "Layout": "Basic"}], 'Drive: is "x", which names no drive of its VM'),
    "which drive": ([{"Layout": "Basic"}], "does not say which drive it tells of"),
    "an odd kind": ([{"Kind": "LUN"}], 'Kind: is "LUN", which is none of VHD, PassThrough and iSCSI'),
    "text": ("NTFS", "is no list of objects, so it is not read"),
    "a list of texts": (["NTFS"], "is no list of objects, so it is not read"),
    "null": ([None], "is no list of objects, so it is not read"),
}


@pytest.mark.parametrize("name", GUEST_DISKS)
def test_what_is_told_of_no_disk_that_is_known_may_be_of_any(tmp_path: Path, name: str) -> None:
    """A guest whose disks are not all understood may reach others over iSCSI."""
    told, note = GUEST_DISKS[name]
    (machine,) = (found := read_from(tmp_path, [{**USUAL, "GuestDisks": told}])).machines
    assert any(note in said for said in found.notes), found.notes
    assert not machine.guest_disks_listed
    assert len(states(machine)["disk_layout#0"]) == len(states(machine)["disk_layout#1"]) == 2


def test_of_two_that_tell_of_one_drive_neither_is_believed(tmp_path: Path) -> None:
    told = [{"Drive": "d", "Layout": "Basic"}, {"Drive": "d.vhdx", "Layout": "Dynamic"}]
    found = read_from(tmp_path, [{**USUAL, "GuestDisks": told}])
    assert found.machines[0].disks[0].layout.values == ("BASIC", "DYNAMIC")
    assert found.notes == (
        "[0].GuestDisks[1]: tells of the same drive as [0].GuestDisks[0], so both are passed over; tell of each drive once",
    )


def test_null_among_drives_is_a_drive_of_which_nothing_is_known(tmp_path: Path) -> None:
    (machine,) = read_from(tmp_path, [{**USUAL, "HardDrives": [None, DRIVE], "GuestDisks": []}]).machines
    assert [disk.kind.values for disk in machine.disks] == [("VHD", "PASS_THROUGH"), ("VHD",)]
    assert not read_from(tmp_path, [{**USUAL, "HardDrives": [None], "GuestDisks": None}]).machines[0].disks_listed


def test_switches_that_are_not_all_understood_may_be_any(tmp_path: Path) -> None:
    for switches in ([{"Name": "Lab"}, None], [{"Name": 7}], 3, "cut"):
        vms = [{**USUAL, "NetworkAdapters": [{"SwitchName": "Old"}]}]
        found = read_from(tmp_path, {"Switches": switches, "VMs": vms})
        assert found.machines[0].adapters[0].switch.values == ("THERE", "GONE"), switches
        assert found.notes[0].startswith("Switches: the switches are not all given")


def labels(found: Inventory) -> list[str]:
    return [machine.label for machine in found.machines]


def test_a_vm_without_a_name_is_called_by_its_id_or_its_place(tmp_path: Path) -> None:
    found = read_from(tmp_path, [{**USUAL, "Name": " ", "Id": "{7-7}"}, {**USUAL, "Name": None}, {**USUAL, "Name": {}}])
    assert labels(found) == ["7-7", "(no name, [1])", "(no name, [2])"]
    assert next(note for note in found.notes if "has no name" in note).startswith(
        "[0]: has no name, so it is called 7-7"
    )


@pytest.mark.parametrize(
    ("vms", "wanted", "note"),
    [
        ([{"Id": "X", "ComputerName": "A"}, {"Id": "x", "ComputerName": "B"}], ["a (on A)", "a (on B)"], "as a VM and its replica have"),
        ([{"Id": "X"}, {"Id": "x"}], ["a ([0])", "a ([1])"], "nothing tells them apart"),
        ([{"Id": "X", "ComputerName": "A"}, {"Id": "x", "ComputerName": "A"}], ["a ([0])", "a ([1])"], "nothing tells them apart"),
        ([{}, {}], ["a ([0])", "a ([1])"], "has the name of [0], and nothing tells them apart"),
        ([{"Id": "X"}, {"Id": "Y"}], ["a (Id X)", "a (Id Y)"], ""),
        ([{"ComputerName": "A"}, {"ComputerName": "B"}], ["a (on A)", "a (on B)"], ""),
    ],
)  # fmt: skip
def test_vms_of_one_name_or_id_are_told_apart(
    tmp_path: Path, vms: list[dict[str, Any]], wanted: list[str], note: str
) -> None:
    found = read_from(tmp_path, [{**USUAL, "Name": "a", **one} for one in vms])
    assert labels(found) == wanted
    assert len(found.notes) == bool(note)
    assert note in "".join(found.notes)


def test_what_is_the_same_of_many_vms_is_noted_once(tmp_path: Path) -> None:
    found = read_from(tmp_path, [{**USUAL, "Name": f"v{i}", "disks": []} for i in range(40)])
    assert found.notes == (f"[0], [1], [2] and {40 - _NAMED} more: not read: disks",)


@pytest.mark.parametrize(
    ("system", "windows"),
    [
        ("CentOS Linux 7", False), ("Ubuntu 22.04", False), ("SUSE Linux Enterprise Server 15", False), ("FreeBSD 13", False),
        ("Windows Server 2019", True), ("Microsoft Hyper-V Server 2016", True), ("Unknown", None), (None, None), (7, None),
    ],
)  # fmt: skip
def test_whether_the_guest_runs_windows(tmp_path: Path, system: object, windows: bool | None) -> None:
    elements = {"GuestOperatingSystem": system, "GuestBackupService": None, "GuestDisks": None}
    (machine,) = read_from(tmp_path, [vm(**elements, HardDrives=[DRIVE])]).machines
    inside = [fact.command for fact in facts_of(machine).values() if fact.command and "inside the VM" in fact.command]
    assert machine.windows is windows
    assert bool(inside) == (windows is not False)
    assert all((", if it runs Windows: " in command) == (windows is None) for command in inside)
    assert bool(machine.outside) == (windows is False)


def test_a_file_system_or_layout_that_windows_has_not_is_of_no_windows_guest(tmp_path: Path) -> None:
    for told in ({"FileSystem": ["ext4", "swap"]}, {"Layout": "LVM"}):
        (machine,) = read_from(
            tmp_path, [{**USUAL, "GuestOperatingSystem": None, "GuestDisks": [{"Drive": "d", **told}]}]
        ).machines
        assert machine.windows is False
        assert "inside the VM" not in "".join(str(fact.command) for fact in facts_of(machine).values())
    told = {"Drive": "d", "FileSystem": "ext4"}
    (machine,) = read_from(tmp_path, [{**USUAL, "GuestOperatingSystem": "Windows 10", "GuestDisks": [told]}]).machines
    assert machine.windows is True
