"""Inventories that cannot be used: each is refused with one sentence that says where, what and what to do."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shadowproof.host.inventory import InventoryError, read_inventory
from shadowproof.host.inventory.file.read import DEEPEST, LARGEST_FILE

HERE = Path(__file__).parents[1]
FILES = HERE / "inventories"
CAPTURES = HERE.parents[2] / "shared" / "captures"


def refusal(path: Path) -> str:
    """The sentence after the file's name; it is one line of printable characters, with a remedy after a semicolon."""
    with pytest.raises(InventoryError) as caught:
        read_inventory(path)
    message = str(caught.value)
    assert message.isprintable()
    assert message.startswith(f"{path}: ")
    assert "; " in message or "convert it with: " in message
    return message.removeprefix(f"{path}: ")


def refusal_of(tmp_path: Path, content: bytes | str) -> str:
    path = tmp_path / "bad.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return refusal(path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is empty"), (" \n\ufeff", "is empty"),
        ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), f"line 1, column {DEEPEST + 1} is nested deeper than"),
        ("[" * 100_000, "is nested deeper than"),
        ('[{"Name": "a",\n "State": 2', "line 2, column 12 is where the JSON stops short"),
        ('[{"Name": "a', "line 1, column 11 is where the JSON stops short"),
        ('[{"Name": "a" "State": 2}]', "line 1, column 15 is not JSON (expecting ',' delimiter)"),
        ('[{"Name": "a",\n"CPUUsage": NaN}]', "line 2, column 13 has NaN"),
        ('[{"Name": "a", "CPUUsage": -Infinity}]', "has Infinity"),
        ('[{"Name": "a", "Uptime": 1e999}]', "has the number 1e999"),
        ('[{"Name": "a", "State": ' + "9" * 5000 + "}]", "line 1, column 25 has a number of 5000 digits"),
        ('{"a": {"State": 2}, "a": {"State": 3}}', 'has the element "a" twice'),
        (b'[{"Name": "\xff"}]', "byte 11 is not UTF-8 text"),
        (b"\xff\xfe[\x00\x00", "is not UTF-16 text"),
        ("7", "the top of the file is a number where VMs should be"),
        ("null", "the top of the file is nothing where VMs should be"),
        ('["a", "b"]', "[0] is a text where a VM should be"), ("[[]]", "[0] is a list where a VM should be"),
        ("[" + "{}," * 20_000 + "{}]", "the top of the file has 20001 elements, more than 20000"),
        ("[]", "holds no VM"), ("{}", "holds no VM"), ('{"VMs": []}', "VMs holds no VM"), ("[null]", "holds no VM"),
        ('[{"Name": "Spooler", "Status": 4}]', "[0] is not known for a VM: it has Name, Status, and nothing that only a VM"),
        ('{"schema": 2, "VMs": [{"Name": "a", "State": 2}]}', "schema is 2 and this program reads 1"),
        ('[{"Name": "a", "State": "Asleep"}]', '[0].State is "Asleep", which is no state of a VM, and no other State'),
        ('[{"Name": "a", "State": "Aus"}, {"Name": "b"}, {"Name": "c", "State": "En cours"}]', "words of another language"),
        ('[{"Name": "a", "State": 5}]', "[0].State is 5, which is no state of a VM"),
        ('[{"Name": "a", "State": -1}]', "[0].State is -1"), ('[{"Name": "a", "State": 99999999999}]', "[0].State"),
        ('[{"Name": "a", "State": true}]', "[0].State is true, which is neither a name nor a whole number"),
        ('[{"Name": "a", "State": 2.5}]', "[0].State is 2.5, which is neither a name nor a whole number"),
        ('[{"Name": "a", "State": "\\u001b[2J"}]', '[0].State is "\\u001b[2J", which is no state'),
        ('"Name","State"\n"a","Running"', "line 1 begins CSV"), ('#TYPE x\n"Name"\n"a"', "line 1 begins CSV"),
        ("Name;State\r\na;Running\r\n", "line 1 begins CSV"), ("- Name: a\n  State: Off\n", "line 1 begins YAML"),
        ("<!DOCTYPE html><html>", "line 1 begins a web page"), ("<a/>", "line 1 begins XML"),
        ("[hv7]: PS C:\\Users> Get-VM | ConvertTo-Json\n[]", "a transcript of a console, with its prompt"),
        ("PS C:\\> Get-VM\r\n\r\nName State\r\n---- -----\r\nvm   Off\r\n", "line 1 begins a table as PowerShell prints it"),
        ("PS C:\\> Get-VM\n", "line 1 begins a transcript of a console"),
        ("**********************\nWindows PowerShell transcript start\n[]", "a transcript of a console"),
        ('[{"Name": "a", "State": 2}]\nPS C:\\>', "line 2, column 1 begins something else, where the first JSON has ended"),
        ('{"Name": "a", "State": 2}\n{"Name": "b", "State": 2}', "line 2, column 1 begins a second list or object"),
    ],
)  # fmt: skip
def test_bad_content_is_refused_with_its_sentence(tmp_path: Path, content: bytes | str, sentence: str) -> None:
    assert sentence in refusal_of(tmp_path, content)


def test_other_powershell_outputs_are_recognised_and_the_remedy_is_named() -> None:
    assert refusal(FILES / "clixml.xml").endswith(
        "convert it with: Import-Clixml FILE | ConvertTo-Json -Depth 4 | Set-Content -Encoding utf8 NEWFILE"
    )
    for name, what in {
        "table.txt": "a table as PowerShell prints it",
        "list.txt": "a list as PowerShell prints it",
    }.items():
        sentence = refusal(FILES / name)
        assert sentence.startswith(f"line 1 begins {what}")
        assert "Get-VM | ConvertTo-Json -Depth 4" in sentence


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("getvm-clixml-win10ent.txt", "Import-Clixml FILE | ConvertTo-Json"),
        ("get-vmintegrationservice-vss-protocol.txt", "a table as PowerShell prints it"),
    ],
)
def test_the_recorded_outputs_that_are_not_json_are_recognised(tmp_path: Path, name: str, words: str) -> None:
    if not (CAPTURES / name).exists():
        pytest.skip(f"{name} is not beside this checkout")
    assert words in refusal_of(tmp_path, (CAPTURES / name).read_text("utf-8").split("\n", 1)[1])


def test_a_missing_file_a_folder_a_pipe_and_an_impossible_name(tmp_path: Path) -> None:
    assert refusal(tmp_path / "absent.json").startswith("there is no such file; ")
    assert refusal(tmp_path).startswith("is a folder; ")
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe").startswith("is not a regular file; ")
    with pytest.raises(InventoryError, match=r"a\\x00b: is not a name a file can have"):
        read_inventory(Path("a\0b"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_rights(tmp_path: Path) -> None:
    path = tmp_path / "locked.json"
    path.touch(0o000)
    assert refusal(path).startswith("cannot be read (Permission denied); ")


def test_an_oversized_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as stream:
        stream.truncate(LARGEST_FILE + 1)  # a hole: reading it would give zero bytes, and another sentence
    assert refusal(path).startswith("is larger than 20 MB; ")


KEYS = st.sampled_from(
    [
        "VMs", "value", "Value", "Count", "schema", "Switches", "Name", "VMName", "Id", "State", "IsClustered", "Drive",
        "ClusterResource", "SnapshotFileLocation", "SnapshotVolumeId", "HardDrives", "Path", "DiskNumber", "VolumeId",
        "ParentPaths", "VMIntegrationService", "Enabled", "PrimaryOperationalStatus", "SecondaryStatusDescription",
        "NetworkAdapters", "SwitchName", "SwitchId", "Connected", "GuestDisks", "Kind", "Layout", "FileSystem",
        "GuestOperatingSystem", "GuestBackupService",
    ]
)  # fmt: skip
WORDS = st.sampled_from(
    ["Running", "Off", "VSS", "Basic", "iSCSI", "NTFS", "D:\\a.vhdx", "\\\\?\\Volume{1}\\", "Ok", ""]
)
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | WORDS | st.sampled_from([2, 3, 12, 32784])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=8),
    max_leaves=25,
)
MACHINES = st.lists(
    st.builds(
        lambda name, rest: {**rest, "Name": name}, st.text(min_size=1), st.dictionaries(KEYS, VALUES, max_size=6)
    ),
    min_size=1,
    max_size=3,
)
ANY_FILE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)


def parses_or_is_refused(path: Path, content: bytes) -> bool:
    path.write_bytes(content)
    try:
        inventory = read_inventory(path)
    except InventoryError as error:
        refused = str(error)
    else:
        refused = ""
    assert refused.isprintable()
    if refused:
        return False
    assert inventory.machines
    said = [machine.power.source + machine.name for machine in inventory.machines]
    assert all(text.isprintable() for text in [*said, *inventory.notes])
    return True


@ANY_FILE
@given(content=st.binary())
@example(content=b"\x00")
@example(content=b"\xc2\xa0")
@example(content=b'[{"Name": "\\ud800", "State": 2}]')
def test_arbitrary_bytes_parse_or_are_refused(tmp_path: Path, content: bytes) -> None:
    parses_or_is_refused(tmp_path / "any.json", content)


@ANY_FILE
@given(value=VALUES | MACHINES)
def test_arbitrary_json_parses_or_is_refused(tmp_path: Path, value: object) -> None:
    parses_or_is_refused(tmp_path / "any.json", json.dumps(value).encode())


@ANY_FILE
@given(state=st.sampled_from(["Running", 3, 9, "Saved"]), rest=st.dictionaries(st.text(max_size=5), LEAVES, max_size=5))
def test_elements_that_are_not_read_never_make_a_file_unusable(tmp_path: Path, state: object, rest: object) -> None:
    assert isinstance(rest, dict)
    finite = {key: None if isinstance(value, float) else value for key, value in rest.items()}
    vm = {f"x{key}": value for key, value in finite.items()} | {"Name": "vm", "State": state, "HardDrives": None}
    assert parses_or_is_refused(tmp_path / "any.json", json.dumps([vm]).encode())
