"""What the host may say of the backup service in the guest: each status is said on the page, with what it is taken for, and why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shadowproof.host.inventory.facts import Fact
from shadowproof.host.inventory.guest import _STATUS_NUMBERS, STATUS, VSS_COMPONENT
from shadowproof.host.inventory.states import Integration
from shadowproof.host.method import assess
from tests.helpers.vms import read_from, vm

PAGE = (Path(__file__).parents[3] / "docs" / "inventory.md").read_text("utf-8")
WORDS = {
    frozenset({Integration.RUNNING}): "running",
    frozenset({Integration.STOPPED}): "stopped",
    frozenset({Integration.STOPPED, Integration.RUNNING}): "stopped or running",
    frozenset({Integration.STOPPED, Integration.NOT_INSTALLED}): "stopped or not installed",
    frozenset(Integration): "open",
}


def of(folder: Path, status: object) -> tuple[Fact, list[str], str]:
    """What is read of a VM whose service has this status, what is noted, and its method."""
    service = {
        "Name": "VSS",
        "Id": f"Microsoft:1\\{VSS_COMPONENT}",
        "Enabled": True,
        "PrimaryOperationalStatus": status,
    }
    found = read_from(folder, [vm(GuestBackupService=None, VMIntegrationService=[service])])
    return found.machines[0].integration, list(found.notes), assess(found.machines[0]).method


def rows() -> dict[str, tuple[str, str, str]]:
    """The page's table: by status its number, what it is taken for, and why."""
    found = {}
    for line in PAGE.split("| status | number |")[1].splitlines()[2:]:
        if not line.startswith("|"):
            break
        names, numbers, taken, why = (cell.strip() for cell in line.strip("|").split("|"))
        for name, number in zip(names.split(", "), numbers.split(", "), strict=True):
            found[name.lower()] = (number, taken, why)
    return found


@pytest.mark.parametrize("name", STATUS)
def test_each_is_on_the_page_as_it_is_read_by_name_and_by_number(tmp_path: Path, name: str) -> None:
    states, why = STATUS[name]
    number = next(number for number, of_number in _STATUS_NUMBERS.items() if of_number == name)
    assert rows()[name] == (str(number), WORDS[frozenset(states)], why)
    for status in (name, number):
        fact, _, _ = of(tmp_path, status)
        assert set(fact.values) == {state.value for state in states}
        assert fact.source.endswith(f": {why}") == (name != "ok")


def test_the_page_has_no_other() -> None:
    assert rows().keys() == STATUS.keys()


def test_only_what_works_is_backed_up_by_its_child(tmp_path: Path) -> None:
    methods = {name: of(tmp_path, name)[2] for name in STATUS}
    assert {name for name, method in methods.items() if method == "CHILD_VM_SNAPSHOT"} == {"ok", "degraded"}
    assert {name for name, method in methods.items() if method == "SAVED_STATE"} == {
        "nocontact",
        "lostcommunication",
        "disabled",
    }


def test_a_status_that_nobody_knows_leaves_it_open(tmp_path: Path) -> None:
    for status in ("Dormant", 15, "Protokollkonflikt", 99999):
        assert len(of(tmp_path, status)[0].values) == len(Integration)


def test_differing_versions_are_noted_wherever_they_are_said(tmp_path: Path) -> None:
    assert [note for note in of(tmp_path, "ProtocolMismatch")[1] if re.search("another protocol version", note)]
