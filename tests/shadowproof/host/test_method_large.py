"""VMs with very many parts: what no VM can have is not read, and the rest costs work that grows with the parts, not with their pairs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from model.notation import Term, all_of
from model.notation.terms import machines_of
from model.protocol import PROTOCOL
from shadowproof.host.inventory import Machine
from shadowproof.host.inventory.vm import MOST_PARTS
from shadowproof.host.kinds import Subject, _conjuncts, _connected, at_start, can_be, kinds
from shadowproof.host.method import assess
from tests.counted import TooMuch, calls
from tests.helpers.vms import BASIC, OPEN, read_from, vhds, vm

MANY = 50_000
TOO_MANY: dict[str, tuple[dict[str, Any], str, str]] = {
    "adapters": ({"NetworkAdapters": [{"Name": "n", "SwitchName": "s"}] * MANY}, "NetworkAdapters", "adapters_listed"),
    "drives": ({"HardDrives": [{"Path": r"D:\a.vhd"}] * MANY}, "HardDrives", "disks_listed"),
    "paths": ({"HardDrives": [r"D:\a.vhd"] * MANY}, "HardDrives", "disks_listed"),
    "guest disks": ({"GuestDisks": [{"Kind": "iSCSI"}] * MANY}, "GuestDisks", "guest_disks_listed"),
    "services": ({"VMIntegrationService": [{"Name": "VSS"}] * MANY, "GuestBackupService": None}, "VMIntegrationService", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", TOO_MANY)
def test_more_parts_than_a_vm_can_have_stay_open_and_are_said_once(tmp_path: Path, name: str) -> None:
    told, element, listed = TOO_MANY[name]
    found = read_from(tmp_path, [vm(**told)])
    said = [
        note
        for note in found.notes
        if note.startswith(f"[0].{element}: has 50,000 elements, more than the {MOST_PARTS}")
    ]
    assert len(said) == 1, found.notes
    (machine,) = found.machines
    with calls(200_000):
        assess(machine)
    assert not listed or not getattr(machine, listed)
    assert machine.integration.known == (name != "services")


def test_as_many_as_are_read_are_read(tmp_path: Path) -> None:
    adapters = [{"Name": "n", "Connected": False}] * MOST_PARTS
    (machine,) = read_from(tmp_path, [vm(NetworkAdapters=adapters)]).machines
    assert (len(machine.adapters), machine.adapters_listed) == (MOST_PARTS, True)
    (machine,) = read_from(tmp_path, [vm(NetworkAdapters=[*adapters, {}])]).machines
    assert (len(machine.adapters), machine.adapters_listed) == (1, False)


def large(folder: Path, parts: int) -> Machine:
    adapters = [{"Name": "n", "SwitchName": ("Lab", "Old")[i % 2]} for i in range(parts)]
    told = {"VMs": [vm(**vhds(*[OPEN] * parts), NetworkAdapters=adapters)], "Switches": [{"Name": "Lab"}]}
    return read_from(folder, told).machines[0]


def test_disks_and_adapters_are_not_looked_at_in_pairs(tmp_path: Path) -> None:
    """2026-11-29: 200 disks and 200 adapters took ten seconds, 500 of each minutes."""
    machine = large(tmp_path, 150)
    with calls(1_500_000):
        assert assess(machine).method == "open"


def test_for_verify_neither(tmp_path: Path) -> None:
    found = read_from(tmp_path, [vm(**vhds(*[OPEN] * 300), NetworkAdapters=[{"Name": "n"}] * 300)])
    with calls(1_500_000):
        kinds(found)


def test_that_work_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked together with all that holds of every part at the start, it is too much."""

    def all_at_once(self: Subject, *terms: Term) -> bool:
        return can_be(all_of(self._start, *terms), self.allowed, self.network)

    monkeypatch.setattr(Subject, "can", all_at_once)
    with pytest.raises(TooMuch), calls(1_500_000):
        assess(large(tmp_path, 150))


def test_what_is_asked_apart_has_no_machine_in_common(tmp_path: Path) -> None:
    machine = read_from(tmp_path, [vm(State=None, **vhds(BASIC, OPEN), NetworkAdapters=[{"Name": "n"}] * 3)]).machines[
        0
    ]
    terms = _conjuncts(at_start(Subject(machine).shape, PROTOCOL))
    groups = _connected(terms)
    assert sorted(map(repr, terms)) == sorted(repr(term) for group in groups for term in group)
    names = [frozenset().union(*map(machines_of, group)) for group in groups]
    assert sum(map(len, names)) == len(frozenset().union(*names))
    for group in groups:
        assert len(_connected(group)) == 1
        assert len(_connected(reversed(group))) == 1
    assert len(groups) < len(terms)
