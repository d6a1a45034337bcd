"""What is no VM is never taken for one, whatever it is called and whatever State it has; VMs are found wherever they stand."""

from pathlib import Path
from typing import Any

import pytest

from shadowproof.host.inventory import InventoryError
from shadowproof.host.inventory.file import shapes
from shadowproof.host.inventory.file.names import GET_VM, ONLY_OF_VMS, plain_names
from shadowproof.host.inventory.file.node import Node
from shadowproof.host.inventory.file.others import OTHERS, recognised
from tests.helpers.vms import read_from

VM = {"Name": "vm", "State": 2, "HardDrives": []}
BARE = {"Name": "vm", "State": 2}

OUTPUTS: dict[str, tuple[dict[str, Any], str]] = {
    "checkpoint": (
        {"Name": "before", "VMName": "a", "State": 3, "SnapshotType": 0, "HardDrives": [], "ParentSnapshotId": None},
        "Get-VMSnapshot",
    ),
    "checkpoint, some of it": ({"Name": "before", "VMName": "a", "State": 3, "HardDrives": []}, "parts of VMs"),
    "disk, some of it": ({"VMName": "a", "Path": "D:\\a.vhdx", "ControllerType": 1}, "Get-VMHardDiskDrive"),
    "DVD drive": (
        {"Name": "DVD", "Id": "Microsoft:1\\2", "VMName": "a", "DvdMediaType": 1, "Path": "D:\\a.iso", "ControllerNumber": 0},
        "Get-VMDvdDrive",
    ),
    "service": (
        {"Name": "VSS", "VMName": "a", "Enabled": True, "PrimaryOperationalStatus": 2, "Id": "Microsoft:1\\2"},
        "Get-VMIntegrationService",
    ),
    "adapter, some of it": ({"VMName": "a", "SwitchName": "LAN", "State": 2}, "Get-VMNetworkAdapter"),
    "part of any sort": ({"Name": "COM 1", "Id": "Microsoft:1\\3", "State": 2}, "parts of VMs"),
    "switch": ({"Name": "LAN", "Id": "1", "SwitchType": 2, "State": 2}, "Get-VMSwitch"),
    "resource": ({"Name": "Virtual Machine a", "State": 2, "OwnerGroup": "a", "ResourceType": "Virtual Machine"}, "Get-ClusterResource"),
    "node": ({"Name": "hv1", "State": 2, "Id": "1", "NodeWeight": 1, "Cluster": "c"}, "Get-ClusterNode"),
    "shared volume": ({"Name": "Disk 1", "State": 2, "SharedVolumeInfo": []}, "Get-ClusterSharedVolume"),
    "service of Windows": ({"Name": "Spooler", "State": "Running", "StartMode": "Auto", "ProcessId": 7}, "Win32_Service"),
    "adapter of the host": ({"Name": "Ethernet", "State": 2, "InterfaceDescription": "NIC"}, "Get-NetAdapter"),
    "job": ({"Id": 1, "Name": "Job1", "State": 3, "HasMoreData": True}, "Get-Job"),
    "task": ({"TaskName": "t", "TaskPath": "\\", "State": 3}, "Get-ScheduledTask"),
    "host's disk": ({"FriendlyName": "d", "IsClustered": False, "PartitionStyle": "GPT", "Name": "d", "State": 2}, "Get-Disk"),
    "unknown, with a state": ({"Name": "web", "State": "Running", "Image": "nginx", "Ports": []}, "is not known for a VM: it has Name"),
    "unknown, without": ({"Name": "web", "Status": 4}, "is not known for a VM"),
}  # fmt: skip


@pytest.mark.parametrize("name", OUTPUTS)
@pytest.mark.parametrize("wrap", ["list", "one", "within", "called VMs"])
def test_no_output_of_another_cmdlet_is_taken_for_vms(tmp_path: Path, name: str, wrap: str) -> None:
    value, what = OUTPUTS[name]
    if wrap == "called VMs" and what.startswith("is not known"):
        pytest.skip("what a file calls VMs, and nothing speaks against it, is read")
    wrapped = {
        "list": [value, value],
        "one": value,
        "within": {"data": {"found": [value]}},
        "called VMs": {"VMs": [value]},
    }
    with pytest.raises(InventoryError) as refused:
        read_from(tmp_path, wrapped[wrap])
    assert what in str(refused.value)
    assert "Get-VM | ConvertTo-Json -Depth 4" in str(refused.value)


def test_a_whole_vm_of_get_vm_is_recognised_as_nothing_else() -> None:
    whole = dict.fromkeys(GET_VM) | {"name": "a", "vmname": "A", "id": "1-2", "vmid": "1-2"}
    assert recognised(Node(whole, "", "file")) is None
    assert not [other.what for other in OTHERS if other.elements <= plain_names(GET_VM)]
    assert len(OTHERS) > 40


def test_what_only_a_vm_has_is_among_what_a_vm_has() -> None:
    of_other_tools = {"harddiskdrives", "virtualdiskdrives", "virtualmachinestate"}
    assert ONLY_OF_VMS - of_other_tools <= plain_names(GET_VM)


PLACES: dict[str, tuple[Any, str]] = {
    "the top": ([VM], ""),
    "VMs": ({"VMs": [VM]}, ""),
    "below a name": ({"meta": {"at": "noon"}, "result": {"virtual_machines": [BARE]}}, "result.virtual_machines"),
    "in each of a list": ([{"computerName": "A", "vms": [VM]}, {"computerName": "B", "vms": []}], "[0].vms"),
    "by host": ({"A": [VM], "B": {"VMs": [VM]}}, "A, B.VMs"),
    "an object of objects": ({"inventory": {"vm": VM}}, "inventory"),
}


@pytest.mark.parametrize("name", PLACES)
def test_vms_are_found_wherever_they_stand_and_it_is_said_where(tmp_path: Path, name: str) -> None:
    value, place = PLACES[name]
    found = read_from(tmp_path, value)
    assert {machine.name for machine in found.machines} == {"vm"}
    assert [note for note in found.notes if note.startswith("the VMs: ")] == (
        [f"the VMs: found at {place}"] if place else []
    )


@pytest.mark.parametrize(
    "value",
    [
        {"services": [BARE]}, {"cluster": {"nodes": [BARE]}}, {"Cluster": "c", "OwnerNode": BARE},
        {"data": [{"owner": BARE}]}, {"checkpoints": {"all": [BARE]}},
    ],
)  # fmt: skip
def test_a_name_and_a_state_count_for_a_vm_only_in_a_list_that_is_not_of_something_else(
    tmp_path: Path, value: Any
) -> None:
    with pytest.raises(InventoryError):
        read_from(tmp_path, value)


def test_what_stands_among_vms_and_is_none_is_passed_over_and_said(tmp_path: Path) -> None:
    found = read_from(tmp_path, [VM, OUTPUTS["node"][0], None, "text", {"Name": "less", "State": None, "Owner": "me"}])
    assert [machine.name for machine in found.machines] == ["vm", "less"]
    assert [note for note in found.notes if "passed over" in note] == [
        "[1]: passed over: looks like nodes of a cluster, as Get-ClusterNode lists them",
        "[2]: passed over: it is nothing where a VM should be",
        "[3]: passed over: it is a text where a VM should be",
    ]
    assert "[4]: not read: Owner" in found.notes


def test_where_nothing_says_that_they_are_vms_it_is_said_that_they_are_taken_for_some(tmp_path: Path) -> None:
    assert [note for note in read_from(tmp_path, [BARE]).notes if "nothing that only a VM has" in note]
    assert not read_from(tmp_path, [VM]).notes


def test_the_switches_of_each_host_count_for_its_own_vms(tmp_path: Path) -> None:
    vms = [{**VM, "Id": name, "NetworkAdapters": [{"SwitchName": "LAN"}]} for name in "ab"]
    hosts = [
        {"Host": "A", "Switches": [{"Name": "LAN"}], "VMs": vms[:1]},
        {"Host": "B", "Switches": [], "VMs": vms[1:]},
    ]
    found = read_from(tmp_path, {"hosts": hosts}).machines
    assert [machine.adapters[0].switch.values for machine in found] == [("THERE",), ("GONE",)]
    assert [machine.label for machine in found] == ["vm (on A)", "vm (on B)"]
    assert "-ComputerName 'B'" in str(found[1].cluster.command)


def test_the_search_for_vms_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "MOST_OBJECTS", 300)
    with pytest.raises(InventoryError, match="after more than 300 others"):
        read_from(tmp_path, {f"k{i}": [{"a": 1}] * 100 for i in range(4)})
    deep: Any = [VM]
    for _ in range(20):
        deep = {"a": deep}
    with pytest.raises(InventoryError, match="is not known for a VM"):
        read_from(tmp_path, deep)
