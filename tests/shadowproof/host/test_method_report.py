"""What `method` prints by default: a line for each VM; and that many alike VMs cost no more questions than one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from shadowproof.ask import AskError
from shadowproof.host import kinds, method
from shadowproof.host.inventory import Inventory, read_inventory
from shadowproof.host.method import assess, assess_all, only
from shadowproof.host.method_report import as_json, counted, summary
from tests.golden import assert_golden
from tests.helpers.hosts import SWITCHES, host_file
from tests.helpers.vms import BASIC, DYNAMIC, OPEN, mixed, read_from, vhds, vm

HERE = Path(__file__).parents[1]
EXAMPLE = HERE.parents[1] / "shadowproof" / "examples" / "twelve-vms.json"


def console() -> Console:
    return Console(file=StringIO(), width=100)


def said(where: Console) -> str:
    assert isinstance(where.file, StringIO)
    return where.file.getvalue()


def lines(found: Inventory) -> list[str]:
    return summary(assess_all(found, console()), found.notes, "shadowproof method -i FILE")


def test_a_line_for_each_of_the_twelve() -> None:
    found = lines(read_inventory(EXAMPLE))
    assert_golden(HERE / "golden" / "method-lines.txt", "\n".join(found) + "\n")
    assert sum(line.startswith(("  ", "note")) for line in found) == 0


OF_ONE: dict[str, tuple[dict[str, Any], str]] = {
    "by its child": (vm(), "vm: Child VM Snapshot, since all 5 conditions are met; it keeps running, its writers frozen for a moment"),
    "off": (vm(State="Off"), "vm: Saved State, since it is off (MET-4); it stays off"),
    "two reasons": (
        vm(State="Paused", **vhds(BASIC, DYNAMIC, DYNAMIC)),
        "vm: Saved State, since it is paused (MET-4) and each of disks 2 and 3 is a dynamic disk (MET-6); it is out of use for the "
        "snapshot: saved, then given back paused",
    ),
    "open": (
        vm(**vhds(OPEN)),
        "vm: open, Child VM Snapshot if disk 1 is a basic disk, and 1 more; by Child VM Snapshot it keeps running, its writers frozen "
        "for a moment; by Saved State it is out of use for the snapshot: saved, then given back running",
    ),
    "a cluster's": (
        vm(GuestBackupService="Stopped", IsClustered=True, ClusterResource={"State": "Online"}),
        "vm: Saved State, since its backup integration service is installed, not running (MET-3); it is out of use for the snapshot: "
        "saved, then given back running; the cluster takes that for a failure and fails it over (CLU-1)",
    ),
    "left out": (
        vm(State="Off", **mixed(("vhd", BASIC), ("pass-through", BASIC))),
        "vm: Saved State, since it is off (MET-4); it stays off; disk 2 is not in the backup",
    ),
    "of another system": (
        vm(GuestOperatingSystem="Debian 12"),
        "vm: Child VM Snapshot, since all 5 conditions are met; it keeps running, its writers frozen for a moment; the document does not "
        "speak of it: its guest does not run Windows",
    ),
    "a contradiction": (
        vm(State="Off", ClusterResource={"State": "Online"}),
        "vm: Saved State, since it is off (MET-4); it stays off; what the file says of it cannot be",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OF_ONE)
def test_the_line_says_the_method_why_and_what_happens(tmp_path: Path, name: str) -> None:
    told, expected = OF_ONE[name]
    assert lines(read_from(tmp_path, [told]))[0] == expected


def test_notes_on_the_file_stand_below(tmp_path: Path) -> None:
    found = read_from(tmp_path, [vm(Name=f"vm{i}", **{f"Odd{i}": 1}) for i in range(30)])
    below = lines(found)[31:]
    assert below[:2] == ["Note on the file: [0]: not read: Odd0", "Note on the file: [1]: not read: Odd1"]
    assert "10 more notes: shadowproof method -i FILE --verbose" in below
    assert below[-2] == counted([assess(machine) for machine in found.machines])


def questions(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every question that is asked about how a VM may start from now on."""
    asked: list[object] = []
    can_be = kinds.can_be

    def counting(*of: Any) -> bool:
        asked.append(of)
        return can_be(*of)

    monkeypatch.setattr(kinds, "can_be", counting)
    return asked


def test_vms_of_which_the_file_says_the_same_are_judged_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = read_from(tmp_path, [vm(Name=f"vm{i}", State=("Running", "Off")[i % 2], **vhds(OPEN)) for i in range(200)])
    few = Inventory(many.path, many.machines[:2], ())
    asked = questions(monkeypatch)
    for judge in (lambda found: assess_all(found, console()), kinds.kinds):
        judge(few)
        of_few = len(asked)
        asked.clear()
        judge(many)
        assert 0 < len(asked) == of_few
        asked.clear()


def test_judged_together_each_is_told_as_if_it_were_judged_alone(tmp_path: Path) -> None:
    """Names, places and commands are each VM's own; whatever is judged differs wherever anything that is judged does."""
    found = read_inventory(host_file(tmp_path, vms=60, kinds=20))
    together = as_json(found, assess_all(found, console()))
    assert together == as_json(found, [assess(machine) for machine in found.machines])
    of_kinds = {kind.machines: kind for kind in kinds.kinds(found)}
    assert sum(len(machines) for machines in of_kinds) == 60
    for machines, kind in of_kinds.items():
        alone = Inventory(found.path, tuple(one for one in found.machines if one.label in machines), ())
        assert [(one.shape, one.allowed) for one in kinds.kinds(alone)] == [(kind.shape, kind.allowed)]


DIFFERENT = [
    [vm(Name="a", **vhds(OPEN)), vm(Name="b", GuestDisks=None, HardDrives=vhds(OPEN)["HardDrives"])],
    [vm(Name="a", NetworkAdapters=None), vm(Name="b")],
    [vm(Name="a", HardDrives=None, GuestDisks=None), vm(Name="b", HardDrives=[{"Name": "?"}], GuestDisks=None)],
    [vm(Name=name, NetworkAdapters=[{"Name": "n", "SwitchName": name}]) for name in ("Old", "Lab")],
    [vm(Name="a"), vm(Name="b", IsClustered=True)],
]  # fmt: skip


@pytest.mark.parametrize("two", DIFFERENT)
def test_what_differs_is_judged_apart(tmp_path: Path, two: list[dict[str, Any]]) -> None:
    found = read_from(tmp_path, {"VMs": two, "Switches": SWITCHES})
    first, second = (kinds.all_said(machine) for machine in found.machines)
    assert first != second


def test_it_is_told_how_far_that_is(tmp_path: Path) -> None:
    many = read_from(tmp_path, [vm(Name=f"vm{i}") for i in range(1200)])
    where = console()
    assess_all(many, where)
    told = said(where).splitlines()
    assert told[-1] == "judging: 1,200 of 1,200 VMs"
    assert 5 < len(told) <= 20
    where = console()
    assess_all(Inventory(many.path, many.machines[:1000], ()), where)
    assert said(where) == ""


def test_one_vm_is_asked_for_by_name(tmp_path: Path) -> None:
    found = read_from(tmp_path, [vm(Name="Web01"), vm(Name="db", Id="7"), vm(Name="DB", Id="8")])

    def labels(names: Iterable[str]) -> list[str]:
        return [machine.label for machine in only(found, list(names)).machines]

    assert labels(["web01"]) == ["Web01"]
    assert labels(["db"]) == ["db (Id 7)", "DB (Id 8)"]
    assert labels(["DB (id 8)", "WEB01"]) == ["Web01", "DB (Id 8)"]
    assert only(found, []) is found
    with pytest.raises(AskError, match=r"no VM 'web02' in .*Did you mean Web01\?"):
        labels(["web02"])
    with pytest.raises(AskError, match="a line for each"):
        labels([""])


def test_the_json_of_one_is_of_that_one(tmp_path: Path) -> None:
    found = only(read_from(tmp_path, [vm(Name="a"), vm(Name="b")]), ["b"])
    written = json.loads(json.dumps(as_json(found, assess_all(found, console()))))
    assert [one["name"] for one in written["vms"]] == ["b"]
    assert written["summary"]["vms"] == 1


def test_the_model_is_asked_and_no_copy_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that took every VM for the first is noticed by the tests above: here it is planted."""
    monkeypatch.setattr(method, "all_said", lambda machine: ())
    found = read_from(tmp_path, [vm(Name="a"), vm(Name="b", State="Off")])
    together = as_json(found, assess_all(found, console()))
    assert together != as_json(found, [assess(machine) for machine in found.machines])
