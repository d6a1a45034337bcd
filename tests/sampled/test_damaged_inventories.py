"""Inventories that were damaged on their way: cut off, with a value that cannot be, with something absurd in them, or with
anything anywhere. Each is refused in one sentence, or read; no other exception, and with work that grows with its size. One value
that cannot be is said, and costs no other VM anything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shadowproof.host.inventory import Inventory, InventoryError, Machine, read_inventory
from shadowproof.host.inventory.file import read
from shadowproof.host.inventory.file.node import Node
from shadowproof.host.inventory.file.read import DEEPEST
from shadowproof.host.inventory.vm import Vm
from shadowproof.host.kinds import facts_of
from shadowproof.host.method import assess
from shadowproof.host.method_report import as_json
from tests.conftest import PROFILE
from tests.counted import calls
from tests.helpers.vms import in_detail
from tests.sampled.inventories import hosts
from tests.sampled.inventory_files import File, files, values, vms_of
from tests.sampled.test_inventories import fails

FEW = settings(max_examples=max(5, settings().max_examples // 2))
MOST, MOST_OF_A_BYTE = 100_000, 100
MOST_OF_A_VM = 1_000_000
"""Calls that one file may take, and each of its bytes: work must not grow faster than files do. And to report on a VM."""

IMPOSSIBLE: dict[str, tuple[Any, ...]] = {
    "Name": (7, True, [], {}, " ", None),
    "Id": (7, ["a"], {"Guid": 1}),
    "State": (True, 2.5, [], {}, "Asleep", "", 5, -1, 10**30, {"Ticks": 2}),
    "IsClustered": (2, "perhaps", [], {}),
    "ClusterResource": (
        7,
        False,
        [],
        [{"State": 2}],
        {"State": 77},
        {"State": "Asleep"},
        {"State": True},
        {"State": []},
    ),
    "HardDrives": (3, True, [3], [[]], {"DiskNumber": -4}, [{"Path": 7}], [{"Path": "x", "DiskNumber": 10**12}]),
    "NetworkAdapters": (3, 2.5, [True], {"Connected": 7}, [{"SwitchName": 7}], {"SwitchId": {}}),
    "GuestOperatingSystem": (7, [], {"Name": "Windows"}),
    "GuestBackupService": (7, "fine", [], ""),
    "GuestDisks": (3, ["NTFS"], "cut", {"Layout": "Basic"}, [{"Drive": "no such drive", "Kind": "LUN"}], {"Drive": 3}),
}
"""Values that no such element can have: what it is about stays open, or the file is refused."""

JUNK: st.SearchStrategy[Any] = st.sampled_from((
    None, True, 0, -1, 2.5, 10**39, "", "Running", "\u202e\ud800", "x" * 100_000, [], {}, [None], [[[[]]]], {"": {"": ""}},
    {"value": [], "Count": 0}, {"value": None}, {"Value": [1]}, ["D:\\a.vhdx"], {"State": 2}, "\\\\?\\Volume{", "NaN",
))  # fmt: skip


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged") / "host.json"


def outcome(file: Path, content: bytes) -> Inventory | str:
    """What is read, or the sentence of the refusal."""
    file.write_bytes(content)
    try:
        with calls(MOST + MOST_OF_A_BYTE * len(content)):
            return read_inventory(file)
    except InventoryError as error:
        told = str(error)
        assert told.startswith(f"{file}: ")
        assert "; " in told
        assert told.isprintable()
        assert len(told) < len(str(file)) + 500
        return told


def check_refused(file: Path, content: bytes) -> None:
    assert isinstance(outcome(file, content), str), "what is damaged was read"


@st.composite
def cut_off(draw: st.DrawFn) -> File:
    whole = draw(hosts(most=2).flatmap(files))
    return File(whole[: draw(st.integers(0, len(whole) - 1))])


Spoiled = tuple[File, File, int, str]
"""A file before and after one value was spoiled; the number of the VM, and the element."""


@st.composite
def impossible(draw: st.DrawFn) -> Spoiled:
    """One VM has a value that cannot be; what would be believed before it is taken out."""
    vms = draw(hosts(most=2).flatmap(vms_of))
    number, element = draw(st.integers(0, len(vms) - 1)), draw(st.sampled_from(sorted(IMPOSSIBLE)))
    before, vm = File(json.dumps(vms).encode()), vms[number]
    spoken_for = {"Name": ("name", "vmname"), "Id": ("id", "vmid"), "HardDrives": ("harddrives", "guestdisks")}
    spoken_for["GuestDisks"] = spoken_for["HardDrives"]
    for name in [name for name in vm if name.casefold() in spoken_for.get(element, (element.casefold(),))]:
        del vm[name]
    vm |= {"HardDrives": []} if element == "GuestDisks" else {}
    vm[element] = draw(st.sampled_from(IMPOSSIBLE[element]))
    return before, File(json.dumps(draw(st.sampled_from((vms, {"VMs": vms})))).encode()), number, element


ABOUT = {"State": "power", "IsClustered": "cluster", "ClusterResource": "cluster", "GuestBackupService": "integration"}
"""The fact that an element alone tells."""


def check_said(file: Path, case: Spoiled) -> None:
    """It is said, by the refusal or by a note; nothing is concluded from it; and every other VM is read as before."""
    before, after, number, element = case
    found, whole = outcome(file, after), outcome(file, before)
    if isinstance(found, str):
        assert isinstance(whole, str) or element == "State", found
        return
    assert isinstance(whole, Inventory)
    assert any(element in note or note.endswith("give each VM its Name") for note in found.notes)
    assert len(found.machines) == len(whole.machines)
    for i, (one, other) in enumerate(zip(found.machines, whole.machines, strict=True)):
        if i != number:
            assert _states(one) == _states(other)
        elif element in ABOUT:
            assert len(getattr(one, ABOUT[element]).values) > 1 or one.system.values == ("WINDOWS_2000",)


def _states(machine: Machine) -> dict[str, tuple[str, ...]]:
    return {name: fact.values for name, fact in facts_of(machine).items()}


@st.composite
def absurd(draw: st.DrawFn) -> File:
    """Deep, long and endless things, in an element that nobody reads."""
    vms = draw(hosts(most=2).flatmap(vms_of))
    draw(st.sampled_from(vms))["more"] = "here"
    deep = draw(st.sampled_from((DEEPEST + 1, 2_000, 100_000)))
    huge = draw(
        st.sampled_from(
            (
                *("[" * deep + "]" * deep, '{"a":' * deep + "0" + "}" * deep, "[" * deep, "9" * deep, f"-{'9' * deep}"),
                *("1e999", "NaN", "-Infinity", '{"a": 1, "a": 2}', "0x10", "'a'", "01", '"\t"', '"\\x"'),
            )
        )
    )
    return File(json.dumps(vms).replace('"here"', huge).encode())


@st.composite
def anything(draw: st.DrawFn) -> File:
    """Somewhere in the file stands something else."""
    value = deepcopy(draw(hosts(most=2).flatmap(values)))  # parts of it are shared by all files
    owner, key = draw(st.sampled_from(list(_places(value))))
    owner[key] = draw(JUNK)
    return File(json.dumps(value).encode())


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every element of every list and object below, by the owner and its key in it."""
    if isinstance(value, (dict, list)):
        for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
            yield value, key
            yield from _places(inner)


@FEW
@given(content=cut_off())
def test_a_file_that_was_cut_off_is_refused(file: Path, content: bytes) -> None:
    check_refused(file, content)


@FEW
@given(case=impossible())
def test_a_value_that_cannot_be_is_said_and_costs_no_other_vm_anything(file: Path, case: Spoiled) -> None:
    check_said(file, case)


@FEW
@given(content=absurd())
def test_the_absurd_is_refused(file: Path, content: bytes) -> None:
    check_refused(file, content)


def check_usable(file: Path, content: bytes) -> None:
    """What is not refused can be reported on."""
    found = outcome(file, content)
    if isinstance(found, Inventory):
        assert found.machines
        with calls(MOST_OF_A_VM * len(found.machines)):
            assert in_detail(found).endswith("\n")
            assert json.dumps(as_json(found, [assess(machine) for machine in found.machines]))


@FEW
@given(content=anything())
def test_anything_anywhere_is_refused_or_reported_on(file: Path, content: bytes) -> None:
    check_usable(file, content)


def _any_scalar(node: Node) -> str | int:
    return node.value if isinstance(node.value, str | int) else "Off"


def _any_text(node: Node) -> str:
    return str(node.value)


def _refused(vm: Vm, read: Callable[[], Any], states: object, command: object) -> Any:
    return read()


PLANTED: dict[str, tuple[object, str, object, st.SearchStrategy[Any], Callable[[Path, Any], None]]] = {
    "a state may be anything": (Node, "scalar", _any_scalar, impossible(), check_said),
    "a text may be anything": (Node, "text", _any_text, impossible(), check_said),
    "one value spoils the file": (Vm, "fact", _refused, impossible(), check_said),
    "extremes are let through": (read, "_refuse_extremes", lambda text, file: None, absurd(), check_refused),
    "a name may stand twice": (read, "_object", dict, absurd(), check_refused),
    "what stops short is closed": (read, "_decoded", lambda content, file: '[{"Name":"a","State":2}]', cut_off(), check_refused),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in PLANTED if name != "a name may stand twice" or PROFILE == "nightly"])
def test_a_planted_fault_is_noticed(file: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    where, what, planted, drawn, check = PLANTED[name]
    monkeypatch.setattr(where, what, planted)
    assert fails(drawn, lambda content: check(file, content))
