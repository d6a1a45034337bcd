"""The collecting scripts as text: they only ask, and they write the elements that the parser reads."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from shadowproof.cli import app
from shadowproof.host.inventory import read_inventory
from shadowproof.host.inventory.file.shapes import SCHEMA
from shadowproof.host.inventory.guest import VSS_COMPONENT
from shadowproof.host.inventory.power import _NUMBERS
from shadowproof.host.kinds import facts_of

ROOT = Path(__file__).parents[3]
NEW, OLD = "collect-inventory.ps1", "collect-inventory-2008r2.ps1"
SCRIPTS = {name: (ROOT / "shadowproof" / name).read_text("ascii") for name in (NEW, OLD)}  # 5.1 reads others as ANSI
CODE = {name: re.sub(r"#.*", "", text.split("#>", 1)[1]) for name, text in SCRIPTS.items()}
HARMLESS = {
    "Set-StrictMode", "Where-Object", "ForEach-Object", "Sort-Object", "Select-Object", "ConvertTo-Json", "New-Object", "Test-Path",
    "Write-Warning", "Write-Host", "Write-Progress", "ConvertTo-Text",
}  # fmt: skip
ASKED = {
    NEW: {"Get-VM", "Get-VMHardDiskDrive", "Get-VMIntegrationService", "Get-VMSwitch", "Get-ClusterResource"},
    OLD: {"Get-WmiObject"},
}
LATER = re.compile(
    r"\[ordered\]|\[pscustomobject\]|Get-Cim|ConvertTo-Json\b(?!2)|\s-(?:in|notin|shl)\s|PSScriptRoot|Get-VM\b|::new\(",
    re.I,
)
"""What PowerShell 2.0 has not, nor a host without the module."""


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_only_calls_commands_that_ask(name: str) -> None:
    called = set(re.findall(r"\b[A-Z][A-Za-z]*-[A-Z][A-Za-z]+\b", re.sub(r"'[^']*'", "''", CODE[name])))
    assert ASKED[name] <= called
    assert {command for command in called if not command.startswith("Get-")} <= HARMLESS
    assert re.findall(r"\[System\.IO\.File\]::(\w+)", CODE[name]) == ["WriteAllText"]
    assert "Invoke-" not in CODE[name]
    called_of_objects = set(re.findall(r"\$images\.(\w+)\(", CODE[name]))
    assert called_of_objects <= {"GetVirtualHardDiskInfo"}


def test_the_script_for_old_hosts_uses_nothing_that_they_lack() -> None:
    assert LATER.findall(CODE[OLD]) == []
    assert len(LATER.findall(CODE[NEW])) > 10


@pytest.mark.parametrize(("name", "needs"), [(NEW, ["-Version 5.1", "-Modules Hyper-V"]), (OLD, ["-Version 2.0"])])
def test_a_script_says_what_it_needs_and_why_and_how_far_it_is(name: str, needs: list[str]) -> None:
    text = SCRIPTS[name]
    assert re.findall(r"^#Requires (.*)$", text, re.MULTILINE) == needs
    assert "What it needs, and why:" in text
    assert CODE[name].count("Write-Progress") == 1
    (none,) = re.findall(r"if \(\$found\.Count -eq 0\) \{\n(.*?)\n\}", CODE[name], re.DOTALL)
    assert "Write-Warning" in none
    assert "return" in none
    assert CODE[name].index(none) < CODE[name].index("WriteAllText")


@pytest.mark.parametrize(("options", "name"), [([], NEW), (["--2008r2"], OLD)])
def test_the_command_prints_it_or_writes_it(options: list[str], name: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["collector", *options])
    assert (done.exit_code, done.stdout) == (0, SCRIPTS[name])
    target = tmp_path / "collect.ps1"
    assert CliRunner().invoke(app, ["collector", *options, "-o", str(target)]).exit_code == 0
    assert target.read_text("ascii") == SCRIPTS[name]


ELEMENTS = {
    "Name", "Id", "State", "IsClustered", "ClusterResource", "SnapshotFileLocation", "SnapshotVolumeId",
    "GuestOperatingSystem", "HardDrives", "Path", "DiskNumber", "VolumeId", "ParentPaths", "VMIntegrationService",
    "Enabled", "PrimaryOperationalStatus", "NetworkAdapters", "SwitchId", "Connected", "Switches", "VMs",
}  # fmt: skip
OF_ONE = {NEW: {"SecondaryStatusDescription", "SwitchName"}, OLD: {"SecondaryOperationalStatus"}}
WRITTEN = [(name, element) for name in SCRIPTS for element in sorted(ELEMENTS | OF_ONE[name])]


@pytest.mark.parametrize(("name", "element"), WRITTEN)
def test_each_element_is_written_by_the_script_and_read_by_the_parser(name: str, element: str) -> None:
    assert re.search(rf"(^|[\s.{{;]){element} *= ", CODE[name], re.MULTILINE)
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "shadowproof" / "host" / "inventory").rglob("*.py"))
    assert f'"{element}"' in sources


def test_the_schema_and_the_page_agree_with_the_parser() -> None:
    assert all(re.search(rf"schema += {SCHEMA}\b", code) for code in CODE.values())
    assert VSS_COMPONENT in (ROOT / "docs" / "inventory.md").read_text("utf-8")


def test_the_states_of_the_old_namespace_are_named_as_the_parser_takes_their_numbers() -> None:
    block = CODE[OLD].split("$states = @{", 1)[1].split("}", 1)[0]
    named = {int(number): name.lower() for number, name in re.findall(r"(\d+) = '(\w+)'", block)}
    assert len(named) == 9
    both = named.keys() & _NUMBERS.keys()
    assert {number: named[number] for number in both} == {number: _NUMBERS[number] for number in both}
    assert len(both) >= 6


VOLUME = "\\\\?\\Volume{1}\\"
OLD_HOST: dict[str, Any] = {
    "schema": 1, "CollectedAt": "2011-03-01T08:00:00Z", "Host": "HV1", "ClusterRead": False,
    "Switches": [{"Id": "1B1B0D3E-0000-0000-0000-000000000001", "Name": "Production"}],
    "VMs": [
        {
            "Name": "mail", "Id": "B637F346-0000-0000-0000-000000000001", "State": "Running", "IsClustered": None,
            "ClusterResource": None, "SnapshotFileLocation": "D:\\VMs", "SnapshotVolumeId": VOLUME,
            "GuestOperatingSystem": "Windows Server 2008 R2 Standard",
            "HardDrives": [
                {"DiskNumber": None, "Name": "Hard Disk Image", "ParentPaths": [], "Path": "D:\\VMs\\mail.vhd", "VolumeId": VOLUME},
                {"DiskNumber": 3, "Name": "Physical Disk Drive", "Path": None},
            ],
            "VMIntegrationService": [{"Enabled": True, "Name": "VSS", "PrimaryOperationalStatus": 2, "SecondaryOperationalStatus": None}],
            "NetworkAdapters": [
                {"Connected": True, "Name": "Network Adapter", "SwitchId": "1B1B0D3E-0000-0000-0000-000000000001"},
                {"Connected": True, "Name": "Network Adapter", "SwitchId": "1B1B0D3E-0000-0000-0000-000000000002"},
                {"Connected": False, "Name": "Legacy Network Adapter", "SwitchId": None},
            ],
        },
    ],
}  # fmt: skip
"""As the script for old hosts writes it."""


def test_what_the_script_for_old_hosts_writes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text(json.dumps(OLD_HOST), "utf-8")
    found = read_inventory(path)
    facts = facts_of(found.machines[0])
    known = {name: fact.values[0] for name, fact in facts.items() if fact.known}
    assert known.items() >= {
        "power": "RUNNING", "system": "OTHER", "integration": "RUNNING", "snapshot_location": "SAME_VOLUME", "disk_kind#0": "VHD",
        "disk_kind#1": "PASS_THROUGH", "switch#0": "THERE", "switch#1": "GONE", "switch#2": "NONE",
    }.items()  # fmt: skip
    assert found.notes == ()
    assert set(_elements(OLD_HOST)) <= {*ELEMENTS, *OF_ONE[OLD], "schema", "CollectedAt", "Host", "ClusterRead"}


def _elements(value: Any) -> Iterator[str]:
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _elements(one)
    yield from value if isinstance(value, dict) else ()
