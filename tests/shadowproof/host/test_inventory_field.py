"""Inventories as tools and people really write them: each of 45 shapes is understood, with nothing guessed, or refused by its name.

The files in inventories/field were written afresh after the shapes of a collection that is kept beside this project. Where it
is there (SHADOWPROOF_FIELD names its folder, or `shared/field` lies beside the checkout), it is held against the same table.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from shadowproof.cli import main
from shadowproof.host.inventory import Inventory, read_inventory
from shadowproof.host.kinds import facts_of
from shadowproof.host.method import assess
from tests.helpers.vms import in_detail

HERE = Path(__file__).parents[1]
FRESH = HERE / "inventories" / "field"
FIELD = Path(os.environ.get("SHADOWPROOF_FIELD", HERE.parents[2] / "shared" / "field")) / "inventories"
COLLECT = "Get-VM | ConvertTo-Json -Depth 4"


@dataclass(frozen=True)
class Refused:
    """What the sentence says the file is, and the command that it gives."""

    what: str
    command: str = COLLECT


@dataclass(frozen=True)
class Read:
    """Of each VM every fact that is known, all others being open; and what the notes say (each once)."""

    known: tuple[str, ...]
    notes: tuple[str, ...] = ()


GENERAL = "nothing that only a VM has"
NO_NUMBER = "DiskNumber: is 4294967295, no number of a disk"
CUT = "the objects were cut to text, so this stays open"
SILENT = "does not say whether there are any, so this stays open"
ON_ITS_WAY = "so its power stays open"
RUNS = "power=RUNNING"
HERE_ONLY = f"{RUNS} cluster=NOT_CLUSTERED"
SEEN = f"{RUNS} system=OTHER integration=RUNNING"
ALL_SEEN = f"{SEEN} snapshot_location=SAME_VOLUME cluster=NOT_CLUSTERED"

EXPECTED: Mapping[str, Refused | Read] = {
    "a01": Read((SEEN,), ("found at hosts[0].vms", "hosts[1].vms: holds no VM", "hosts[0].vms[0]: not read: uptimeSeconds, disks,",
                          "hosts[0]: not read: ", "hosts[1]: not read: ")),
    "a03": Refused("[0] looks like disks, as Get-VMHardDiskDrive lists them"),
    "a03b": Read((f"{HERE_ONLY} disk_kind#0=VHD disk_kind#2=ISCSI",), (f"[0].{NO_NUMBER}", f"[1].{NO_NUMBER}")),
    "a04": Read((RUNS, "power=OFF cluster=NOT_CLUSTERED")),
    "a05": Read((RUNS,), ("not read: CPUCount, DynamicMemory, CheckpointCount",)),
    "a06": Read((RUNS,), ("not read: MemoryMB",)),
    "a07": Refused("looks like a discovery list of Zabbix"),
    "a08": Read((RUNS,), ("[0]: not read: integration_services_state, integration_services_version, note, services",)),
    "a09": Refused("the output of a monitoring agent (Checkmk)"),
    "a10": Read((RUNS,), ("found at ansible_facts.virtual_machines", GENERAL, "network_adapters")),
    "a11": Refused("json holds JSON inside a text", "(Get-Content -Raw FILE | ConvertFrom-Json).json | Set-Content"),
    "a12": Read((RUNS,), ("not read: MemoryStartupBytes, SecureBootEnabled, HardDiskDrives, BootOrder",)),
    "a13": Refused("looks like VMs as a tool of Virtual Machine Manager (SCVMM) writes them"),
    "a13b": Read(("",), ("not read: VirtualMachineState, StatusString, HostName, OperatingSystem, ",)),
    "a14": Refused("CSV of Virtual Machine Manager (SCVMM)"),
    "a15": Refused("looks like VMs as the provider of another virtualisation or migration tool writes them"),
    "a16": Refused("a list as PowerShell prints it (Format-List)"),
    "a17": Refused("a list as PowerShell prints it (Format-List)"),
    "b01": Refused("[0] looks like disks, as Get-VMHardDiskDrive lists them"),
    "b03": Refused("[0] looks like network adapters, as Get-VMNetworkAdapter lists them"),
    "b05": Refused("[0] looks like groups of a cluster, as Get-ClusterGroup lists them"),
    "b05b": Refused("[0] looks like groups of a cluster, as Get-ClusterGroup lists them"),
    "b07": Refused("[0] looks like objects of WMI, as Get-CimInstance Msvm_ComputerSystem lists them"),
    "b08": Refused("[0] looks like replications, as Get-VMReplication lists them"),
    "b09": Refused("the top of the file looks like the settings of a host, as Get-VMHost gives them"),
    "b10": Refused("[0] looks like a summary of VMs by name and id, such as Measure-VM gives"),
    "c01": Read((f"{ALL_SEEN} disk_kind#0=VHD disk_kind#1=ISCSI",)),
    "c02": Read((HERE_ONLY,), (f"HardDrives: {CUT}", f"NetworkAdapters: {CUT}", f"VMIntegrationService: {CUT}")),
    "c03": Refused("which is no state of a VM, and no other State in the file is one: either they are words of another language"),
    "c04": Read(
        ("power=SAVED", "power=OFF", RUNS, "", "power=SAVED", "power=PAUSED", "", "", ""),
        (GENERAL, "[1].State: the state is critical", "[2].State: the state is critical", "[5].State: the state is critical",
         f"[3].State: the VM is on its way between states, or in none of them, {ON_ITS_WAY}", "[7].State: ", "[8].State: ",
         "[6].State: this number means different states in different releases"),
    ),
    "c05": Refused("line 2, column 1 begins a second list or object", "Get-VM -ComputerName HOST1, HOST2 | ConvertTo-Json"),
    "c05c": Read((RUNS, "power=OFF"), ("the VMs: found at ", GENERAL)),
    "c06": Read((RUNS, "power=OFF"), (GENERAL, "[1]: has the Id of [0], on another host, as a VM and its replica have")),
    "c07": Read((HERE_ONLY,), (f"HardDrives: {CUT}", f"VMIntegrationService: {CUT}")),
    "c08": Read(
        (f"{RUNS} snapshot_location=SAME_VOLUME disk_kind#0=ISCSI", RUNS, RUNS, RUNS, RUNS),
        (f'[2].HardDrives: "" {SILENT}', f"[3].HardDrives: {{}} {SILENT}", f"[4].HardDrives: [null] {SILENT}"),
    ),
    "c09": Read(
        (f"{SEEN} snapshot_location=VHDS_SPREAD cluster=NOT_CLUSTERED disk_kind#0=VHD disk_kind#1=VHD disk_kind#2=ISCSI",)
    ),
    "c11": Read(
        (f"{ALL_SEEN} disk_kind#0=VHD disk_layout#0=BASIC", f"{ALL_SEEN} disk_kind#0=VHD"),
        ('[1].GuestDisks[0].Layout: is "LVM", which is none of Basic and Dynamic',),
    ),
    "c12": Read((f"{HERE_ONLY} disk_kind#0=VHD disk_kind#1=VHD disk_kind#2=ISCSI",)),
    "c13": Read((RUNS,)),
    "c15": Read((RUNS,)),
    "c16": Refused("line 1 begins a transcript of a console, with its prompt"),
    "c18": Read((f"{SEEN} cluster=NOT_CLUSTERED",)),
    "c19": Read((RUNS, "power=OFF"), (GENERAL, "[0].Name: is a number, taken for a name")),
    "c21": Read(
        (f"{RUNS} snapshot_location=VHDS_SPREAD cluster=NOT_CLUSTERED disk_kind#0=VHD disk_kind#1=VHD disk_kind#2=ISCSI",),
        ("[0].HardDrives: texts instead of objects, read as the paths of its VHD files",),
    ),
    "c22": Read((HERE_ONLY,) * 4),
}  # fmt: skip


def files(folder: Path) -> dict[str, Path]:
    """Each file by what its name begins with."""
    return {path.name.split("-")[0]: path for path in sorted(folder.iterdir())}


class Command:
    """The command in this process: its exit status, and what it prints and complains of."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys

    def __call__(self, *arguments: str) -> tuple[object, str, str]:
        self.monkeypatch.setattr("sys.argv", ["shadowproof", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return (ended.value.code, *self.capsys.readouterr())


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(monkeypatch, capsys)


def check(command: Command, path: Path, expected: Refused | Read) -> None:
    """The reader's answer, and what the command prints and how it ends."""
    if isinstance(expected, Refused):
        for name in ("method", "verify"):
            status, printed, said = command(name, "--inventory", str(path))
            assert (status, printed) == (2, ""), path.name
            assert said.startswith(f"shadowproof: {path}: ")
            assert said.count("\n") == 1
            assert expected.what in said
            assert expected.command in said
        return
    found = read_inventory(path)
    assert tuple(known_facts(found)) == expected.known, path.name
    said_once = {words: sum(words in note for note in found.notes) for words in expected.notes}
    assert said_once == dict.fromkeys(expected.notes, 1), found.notes
    assert all(any(words in note for words in expected.notes) for note in found.notes), found.notes
    assert command("method", "--inventory", str(path), "--verbose") == (0, f"{in_detail(found)}\n", "")


def known_facts(found: Inventory) -> list[str]:
    return [
        " ".join(f"{name}={fact.values[0]}" for name, fact in facts_of(machine).items() if fact.known)
        for machine in found.machines
    ]


def test_each_shape_has_its_fixture() -> None:
    assert len(EXPECTED) == 45
    assert files(FRESH).keys() == EXPECTED.keys()


@pytest.mark.parametrize("shape", EXPECTED)
def test_each_shape_is_understood_or_refused_by_its_name(command: Command, shape: str) -> None:
    check(command, files(FRESH)[shape], EXPECTED[shape])


@pytest.mark.parametrize("shape", EXPECTED)
def test_each_file_from_the_field_is_understood_or_refused_by_its_name(command: Command, shape: str) -> None:
    if not FIELD.is_dir():
        pytest.skip(
            f"{FIELD} is not there: the collection is not beside this checkout, and SHADOWPROOF_FIELD names no other"
        )
    assert files(FIELD).keys() == EXPECTED.keys()
    check(command, files(FIELD)[shape], EXPECTED[shape])


def test_a_linux_guest_gets_no_command_of_windows_and_is_told_that_the_document_does_not_speak_of_it() -> None:
    found = read_inventory(files(FRESH)["c11"])
    for machine in found.machines:
        facts = facts_of(machine).values()
        assert [fact for fact in facts if not fact.known]
        assert not [
            fact.command
            for fact in facts
            if fact.command and ("inside the VM" in fact.command or "vssadmin" in fact.command)
        ]
        assert "its guest does not run Windows" in machine.outside[0]
    assert in_detail(found).count("outside  its guest does not run Windows") == 2
    assert {assess(machine).method for machine in found.machines} == {"open"}


def test_a_replica_pair_is_told_apart_by_host_in_text_and_commands() -> None:
    first, second = read_inventory(files(FRESH)["c06"]).machines
    assert (first.name, first.label, first.host) == ("pair6", "pair6 (on NORTH)", "NORTH")
    assert (second.name, second.label) == ("pair6", "pair6 (on SOUTH)")
    command = facts_of(second)["cluster"].command
    assert command == "Get-VM -ComputerName 'SOUTH' -Name 'pair6' | Select-Object Name, IsClustered"
    assert [("replica" in " ".join(machine.outside)) for machine in (first, second)] == [False, True]


def test_vms_of_one_name_under_two_hosts_of_a_mapping_are_told_apart_by_what_they_are_listed_under() -> None:
    first, second = read_inventory(files(FRESH)["c05c"]).machines
    assert (first.label, second.label) == ("same (on NORTH)", "same (on SOUTH)")
    assert "-ComputerName" not in str(facts_of(first)["cluster"].command)


def test_a_disk_that_vms_share_is_said_to_be_outside_the_document() -> None:
    (machine,) = read_inventory(files(FRESH)["c09"]).machines
    assert "a disk that several VMs share ([0].HardDrives[1])" in machine.outside[0]
