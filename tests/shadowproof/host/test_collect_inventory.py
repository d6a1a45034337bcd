"""The collecting script as text: it only asks, and it writes the elements that the parser reads."""

import re
from pathlib import Path

import pytest

from shadowproof.host.inventory.guest import VSS_COMPONENT
from shadowproof.host.inventory.shapes import SCHEMA

ROOT = Path(__file__).parents[3]
SCRIPT = (ROOT / "shadowproof" / "collect-inventory.ps1").read_text("ascii")  # 5.1 reads a file without mark as ANSI
CODE = re.sub(r"#.*", "", SCRIPT.split("#>", 1)[1])
HARMLESS = {
    "Set-StrictMode", "Where-Object", "ForEach-Object", "ConvertTo-Json", "New-Object", "Test-Path",
    "Write-Warning", "Write-Host",
}  # fmt: skip


def test_the_script_only_calls_commands_that_ask() -> None:
    called = set(re.findall(r"\b[A-Z][A-Za-z]*-[A-Z][A-Za-z]+\b", CODE))
    assert {
        "Get-VM",
        "Get-VMHardDiskDrive",
        "Get-VMIntegrationService",
        "Get-VMSwitch",
        "Get-ClusterResource",
    } <= called
    assert {command for command in called if not command.startswith("Get-")} <= HARMLESS
    assert re.findall(r"\[System\.IO\.File\]::(\w+)", CODE) == ["WriteAllText"]
    assert "Invoke-" not in CODE


def test_its_brackets_match() -> None:
    bare = re.sub(r"'[^']*'", "''", CODE)
    for opening, closing in ("()", "{}", "[]"):
        assert bare.count(opening) == bare.count(closing) > 10


@pytest.mark.parametrize(
    "element",
    [
        "Name", "Id", "State", "IsClustered", "ClusterResource", "SnapshotFileLocation", "SnapshotVolumeId",
        "GuestOperatingSystem", "HardDrives", "Path", "DiskNumber", "VolumeId", "ParentPaths", "VMIntegrationService",
        "Enabled", "PrimaryOperationalStatus", "SecondaryStatusDescription", "NetworkAdapters", "SwitchName",
        "SwitchId", "Connected", "Switches", "VMs",
    ],
)  # fmt: skip
def test_each_element_is_written_by_the_script_and_read_by_the_parser(element: str) -> None:
    assert re.search(rf"(^|[\s.{{]){element} *= ", CODE, re.MULTILINE)
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "shadowproof" / "host" / "inventory").glob("*.py"))
    assert f'"{element}"' in sources


def test_the_schema_and_the_page_agree_with_the_parser() -> None:
    assert re.search(rf"schema += {SCHEMA}\b", CODE)
    assert VSS_COMPONENT in (ROOT / "docs" / "inventory.md").read_text("utf-8")
