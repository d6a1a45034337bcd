"""What is said of the method of each VM, held against the running model and against golden text."""

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from model.actors.cluster import Cluster
from model.actors.conditions import CONDITIONS, FITS_CHILD_SNAPSHOT
from model.actors.method import method as method_actor
from model.notation import Run, on
from model.notation.changes import rows_of, with_dest, with_table
from model.protocol import PROTOCOL
from shadowproof.host.inventory import Inventory, Machine, read_inventory
from shadowproof.host.kinds import all_parts, at_start, can_be
from shadowproof.host.method import Assessment, assess
from shadowproof.host.method_report import WIDTH, as_json
from tests.golden import assert_golden
from tests.helpers.vms import BASIC, DYNAMIC, OPEN, in_detail, mixed, read_from, vhds, vm

HERE = Path(__file__).parents[1]
EXAMPLE = HERE.parents[1] / "shadowproof" / "examples" / "twelve-vms.json"
GOLDEN = HERE / "golden"
CHILD, SAVED = "CHILD_VM_SNAPSHOT", "SAVED_STATE"

Read = Callable[[object], Inventory]
One = Callable[..., Machine]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return lambda value: read_from(tmp_path, value)


@pytest.fixture
def one(read: Read) -> One:
    """One VM, by Child VM Snapshot unless the arguments say otherwise."""
    return lambda **elements: read([vm(**elements)]).machines[0]


SMALL = {
    "open": [vm(Name="web", IsClustered=True, GuestDisks=None, HardDrives=[{"Path": r"D:\w.vhdx"}, {"Name": "?"}])],
    "little-known": [vm(Name="new", HardDrives=None, GuestDisks=None, GuestBackupService=None), vm(Name="no-disk")],
    "readings": [
        vm(Name="raw-dynamic", **mixed(("pass-through", DYNAMIC))),
        vm(Name="spread", **vhds(BASIC, BASIC, letters="DE")),
        vm(Name="both", **{**vhds(BASIC, BASIC, letters="DE"), **{
            "HardDrives": [*vhds(BASIC, BASIC, letters="DE")["HardDrives"], {"Name": "p", "DiskNumber": 1}],
            "GuestDisks": [*vhds(BASIC, BASIC, letters="DE")["GuestDisks"], {"Drive": "p", **DYNAMIC}],
        }}),
    ],
    "cluster": [
        vm(Name="runs", ClusterResource={"State": "Online"}, GuestBackupService="Stopped"),
        vm(Name="told", ClusterResource={"State": "Offline"}, State="Saved", GuestBackupService=None),
        vm(Name="odd", ClusterResource={"State": "Online"}, State="Off", GuestBackupService=None),
    ],
}  # fmt: skip


def test_the_text_of_the_twelve() -> None:
    assert_golden(GOLDEN / "method-twelve-vms.txt", in_detail(read_inventory(EXAMPLE)))


@pytest.mark.parametrize("name", SMALL)
def test_the_text_of_small_inventories(read: Read, name: str) -> None:
    assert_golden(GOLDEN / f"method-{name}.txt", in_detail(read(SMALL[name])))


def test_the_methods_of_the_twelve() -> None:
    found = {machine.name: assess(machine).method for machine in read_inventory(EXAMPLE).machines}
    by_child = {name for name, chosen in found.items() if chosen == CHILD}
    assert by_child == {"mail01", "sql01"}
    assert {name for name, chosen in found.items() if chosen == "open"} == {"dc02"}
    assert found["erp01"] == SAVED


def _runs(machine: Machine, readings: Mapping[str, str]) -> Iterator[Run]:
    """A run of the model for every way in which the VM can be what the file says."""
    shape, allowed = all_parts(machine)
    start = at_start(shape)
    free = [(name, sorted(states)) for name, states in allowed.items()]
    for chosen in product(*(states for _, states in free)):
        at = dict(zip((name for name, _ in free), chosen, strict=True))
        if not can_be(start, {name: frozenset({state}) for name, state in at.items()}):
            continue
        port = {"port#" + n.split("#")[1]: "OLD" if s == "THERE" else "NONE" for n, s in at.items() if "switch#" in n}
        starts = {_key(name): state for name, state in (at | port).items()}
        yield Run(PROTOCOL, [shape], starts | {(reading, ()): state for reading, state in readings.items()})


def _key(name: str) -> tuple[str, tuple[int, ...]]:
    actor, _, part = name.partition("#")
    return actor, (0, int(part)) if part else (0,)


def _method_in(run: Run) -> str:
    run.fire("backup_initialized")
    run.fire("context_set")
    run.fire("writer_metadata_gathered")
    return run.state(method_actor.name, (0,))


WITH_UNKNOWNS = {
    "all known": vm(**vhds(BASIC)),
    "open disk": vm(**vhds(BASIC, OPEN)),
    "dynamic and open": vm(**vhds(DYNAMIC, OPEN)),
    "open guest": vm(GuestBackupService=None, **vhds(BASIC)),
    "old guest": vm(GuestBackupService=None, GuestOperatingSystem="Windows 2000", **vhds(BASIC)),
    "on its way": vm(State="Pausing", ClusterResource={"State": "Failed"}, **vhds(BASIC)),
    "saved or off": vm(State="Hibernated", ClusterResource={"State": "Offline"}, GuestBackupService=None),
    "nobody looked inside": vm(GuestDisks=None),
    "drives not listed": vm(GuestDisks=None, HardDrives=None),
    "either kind": vm(HardDrives=[{"Name": "d"}], GuestDisks=[{"Drive": "d", "FileSystem": "NTFS"}]),
    "pass-through": vm(**mixed(("pass-through", DYNAMIC))),
    "spread": vm(**vhds(BASIC, OPEN, letters="DE")),
    "no place": vm(SnapshotFileLocation=None, **vhds(BASIC)),
    "adapters": vm(NetworkAdapters=[{"Name": "n", "SwitchName": "Lab"}, {"Name": "m"}], **vhds(OPEN)),
}


@pytest.mark.parametrize("name", WITH_UNKNOWNS)
def test_the_answer_is_what_every_run_of_the_model_gives(read: Read, name: str) -> None:
    """No second copy of the rules: the running machines decide, in each case that the file leaves open."""
    machine = read([WITH_UNKNOWNS[name]]).machines[0]
    found = assess(machine)
    runs = list(_runs(machine, {}))
    for condition in found.conditions:
        values = {run.holds(CONDITIONS[condition.id], (0,)) for run in runs}
        assert condition.value == ("open" if len(values) == 2 else "met" if True in values else "not met"), condition.id
    fits = {CHILD if run.holds(FITS_CHILD_SNAPSHOT, (0,)) else SAVED for run in runs}
    assert {_method_in(run) for run in runs} == fits
    assert {found.method} == ({"open"} if len(fits) == 2 else fits)


@pytest.mark.parametrize("name", WITH_UNKNOWNS)
def test_a_reading_is_named_exactly_if_it_changes_the_method(read: Read, name: str) -> None:
    machine = read([WITH_UNKNOWNS[name]]).machines[0]
    found = assess(machine)
    for disks, spread in product(("ALL_DISKS", "VHDS"), ("NOT_MET", "MET")):
        methods = {_method_in(run) for run in _runs(machine, {"READ-12": disks, "READ-13": spread})}
        under = "open" if len(methods) == 2 else methods.pop()
        changed = {pair for pair in (("READ-12", disks), ("READ-13", spread)) if pair[1] in {"VHDS", "MET"}}
        said = [chosen for readings, chosen in found.readings if set(readings) <= changed]
        assert under == (said[-1] if said else found.method), changed


def test_the_fewest_readings_are_named(read: Read) -> None:
    raw, spread, both = (assess(machine) for machine in read(SMALL["readings"]).machines)
    assert raw.readings == (((("READ-12", "VHDS"),), CHILD),)
    assert spread.readings == (((("READ-13", "MET"),), CHILD),)
    assert both.readings == (((("READ-12", "VHDS"), ("READ-13", "MET")), CHILD),)


def test_what_an_open_method_depends_on_settles_it(one: One) -> None:
    told = {"Layout": "Basic"}
    found = assess(one(**vhds(OPEN, told, told, BASIC, told)))
    assert found.method == "open"
    assert found.depends_on == (
        "disk 1 is a basic disk",
        "each of disks 1 to 3 and 5 has a file system that supports snapshots, such as NTFS",
    )
    assert assess(one(**vhds(BASIC, BASIC, BASIC))).method == CHILD
    assert assess(one(**vhds(BASIC, {"Layout": "Basic", "FileSystem": "FAT32"}, BASIC))).method == SAVED


def test_an_unknown_that_makes_no_difference_is_not_depended_on(one: One) -> None:
    found = assess(one(State="Off", GuestBackupService=None, **vhds(OPEN)))
    assert (found.method, found.depends_on) == (SAVED, ())
    assert [c.value for c in found.conditions] == ["open", "not met", "met", "open", "open"]


def test_iscsi_disks_that_nobody_excluded_keep_the_method_open(one: One) -> None:
    found = assess(one(GuestDisks=None))
    assert found.method == "open"
    assert all("iSCSI" in hinge for hinge in found.depends_on)
    assert (found.readings[0], assess(one(GuestDisks=[])).method) == (((("READ-12", "VHDS"),), CHILD), CHILD)


def test_the_sources_of_a_condition_that_is_not_met_are_those_that_break_it(one: One) -> None:
    layouts = next(c for c in assess(one(**vhds(BASIC, DYNAMIC, OPEN))).conditions if c.id == "MET-6")
    assert [name for name, _ in layouts.facts] == ["disk_layout#1"]
    assert layouts.facts[0][1].source == '[0].GuestDisks[1].Layout = "Dynamic"'
    (layout,) = [c for c in assess(one(**vhds(BASIC, OPEN))).conditions if c.id == "MET-6"]
    assert [name for name, _ in layout.facts] == ["disk_layout#1"]
    assert layout.facts[0][1].command is not None


def test_only_vhds_are_in_the_backup(one: One) -> None:
    iscsi = {"Kind": "iSCSI", "Name": "i", **BASIC}
    told = one(HardDrives=[{"Path": r"D:\a.vhd"}, {"DiskNumber": 3}, {"Name": "?"}], GuestDisks=[iscsi])
    assert [disk.in_backup for disk in assess(told).disks] == [True, False, None, False]


@pytest.mark.parametrize(
    ("state", "says"), [("Running", "gives it back running"), ("Paused", "gives it back paused"),
                        ("Off", "it is off and stays so"), ("Saved", "it is saved and stays so")]
)  # fmt: skip
def test_what_the_backup_does_to_a_vm_of_the_saved_state_method(one: One, state: str, says: str) -> None:
    (during,) = assess(one(State=state, GuestBackupService="Stopped" if state == "Running" else None)).during
    assert says in during


def test_a_vm_by_child_vm_snapshot_keeps_running_and_does_not_fail_over_in_a_backup(one: One) -> None:
    found = assess(one(ClusterResource={"State": "Online"}))
    assert found.method == CHILD
    assert "keeps running" in found.during[0]
    assert [line for line in found.cluster if "CLU-1" in line] == []
    assert [line for line in found.cluster if "CLU-3" in line]


def test_the_cluster_is_warned_of_where_the_writer_saves_an_online_vm(read: Read) -> None:
    runs, told, odd = (assess(machine) for machine in read(SMALL["cluster"]).machines)
    assert "CLU-1" in runs.cluster[0]
    assert "CLU-2" in runs.cluster[0]
    assert not [line for line in told.cluster if "CLU-1" in line]
    assert odd.contradiction is not None
    assert assess(read([vm()]).machines[0]).cluster == ()


def test_a_changed_protocol_gives_changed_answers(one: One) -> None:
    """A cluster that is told: then saving a VM is no failure, and nothing is warned of."""
    told = with_table(PROTOCOL, "cluster", with_dest(rows_of(PROTOCOL, "cluster"), "vm_fails_over", Cluster.SAVED))
    machine = one(ClusterResource={"State": "Online"}, GuestBackupService="Stopped")
    assert [line for line in assess(machine).cluster if "CLU-1" in line]
    assert not [line for line in assess(machine, told).cluster if "CLU-1" in line]
    ignored = with_table(PROTOCOL, "power", (*rows_of(PROTOCOL, "power"), on("vm_saved", *_off_to_saved())))
    assert "stays so" in assess(one(State="Off", GuestBackupService=None)).during[0]
    assert "stays so" not in assess(one(State="Off", GuestBackupService=None), ignored).during[0]


def _off_to_saved() -> tuple[Any, Any]:
    power = PROTOCOL.actors["power"].enum
    return power["OFF"], power["SAVED"]


def test_no_line_is_too_long_whatever_the_file_says(read: Read) -> None:
    long = {
        "Name": "n" * 70,
        "SnapshotFileLocation": "D:\\" + "x" * 300,
        "HardDrives": [{"Path": "D:\\" + "y" * 300 + ".vhd"}],
    }
    text = in_detail(
        read([vm(**{**long, "GuestDisks": None}), vm(**{**long, "Name": "p", "HardDrives": [{"Name": "z" * 200}]})])
    )
    assert max(map(len, text.splitlines())) == WIDTH
    assert max(map(len, in_detail(read_inventory(EXAMPLE)).splitlines())) <= WIDTH


def test_the_counts_stand_last(read: Read) -> None:
    text = in_detail(read([vm(Name="a"), vm(Name="b", State="Off"), vm(Name="c", State=None)]))
    assert text.splitlines()[-1] == "3 VMs: 1 Saved State, 1 Child VM Snapshot, 1 open"


def test_the_json_says_the_same_and_can_be_written() -> None:
    inventory = read_inventory(EXAMPLE)
    found = json.loads(json.dumps(as_json(inventory, [assess(machine) for machine in inventory.machines])))
    assert found["summary"] == {"vms": 12, SAVED: 9, CHILD: 2, "open": 1}
    assert [told["name"] for told in found["vms"]] == [machine.name for machine in inventory.machines]
    dc02 = found["vms"][-1]
    assert set(dc02) == {
        "name", "id", "host", "method", "depends_on", "conditions", "readings", "disks", "during", "cluster", "outside",
        "contradiction",
    }  # fmt: skip
    assert dc02["method"] == "open"
    assert dc02["conditions"]["MET-6"]["value"] == "open"
    assert dc02["conditions"]["MET-6"]["facts"][0]["states"] == ["BASIC", "DYNAMIC"]
    assert dc02["conditions"]["MET-6"]["facts"][0]["command"].startswith("inside the VM 'dc02'")
    assert dc02["disks"][0]["in_backup"] is True
    spread = next(told for told in found["vms"] if told["name"] == "erp01")
    assert spread["readings"] == [{"readings": {"READ-13": "MET"}, "method": CHILD}]


def test_hundreds_of_disks_are_judged_and_said_of_together(one: One) -> None:
    found: Assessment = assess(one(**vhds(*[OPEN] * 300)))
    assert found.method == "open"
    assert found.depends_on[0] == "each of disks 1 to 300 is a basic disk"
