"""Inventories: what each shape of file says, fact by fact. What is refused stands in test_inventory_refused.py."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shadowproof.host.inventory import Fact, Inventory, Machine, read_inventory, states
from shadowproof.host.inventory.guest import VSS_COMPONENT
from shadowproof.host.inventory.volumes import Volume, same_volume, volume_of

HERE = Path(__file__).parents[1]
FILES = HERE / "inventories"
CAPTURES = HERE.parents[2] / "shared" / "captures"
EXAMPLE = HERE.parents[1] / "shadowproof" / "examples" / "twelve-vms.json"
HEARTBEAT = "84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47"
USUAL = [
    {"Name": f"Dienst {number}", "Id": f"Microsoft:1\\{component}", "Enabled": True}
    for number, component in enumerate(
        (HEARTBEAT, "2A34B1C2-FD73-4043-8A5B-DD2159BC743F", "9F8233AC-BE49-4C79-8EE3-E7E1985B2077",
         "2497F4DE-E9FA-4204-80E4-4B75C46419C0")
    )
]  # fmt: skip
"""The services beside the backup service, on a host that names them in German."""
ALL_POWER = ("OFF", "RUNNING", "PAUSED", "SAVED")

Read = Callable[..., Inventory]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def from_value(value: object, encoding: str = "utf-8") -> Inventory:
        path = tmp_path / "inventory.json"
        path.write_bytes(json.dumps(value, ensure_ascii=False).encode(encoding))
        return read_inventory(path)

    return from_value


@pytest.fixture
def one(read: Read) -> Callable[..., Machine]:
    """One VM, running and named vm unless the arguments say otherwise."""
    return lambda **elements: read([{"Name": "vm", "State": "Running", **elements}]).machines[0]


def test_the_example_has_twelve_vms_and_every_state_it_is_there_to_show() -> None:
    machines = {machine.name: machine for machine in read_inventory(EXAMPLE).machines}
    assert len(machines) == 12
    assert {machine.power.values for machine in machines.values()} == {("OFF",), ("RUNNING",), ("PAUSED",), ("SAVED",)}
    assert machines["payroll-2000"].system.values == ("WINDOWS_2000",)
    assert machines["payroll-2000"].integration.values == ("NOT_INSTALLED",)
    assert machines["web02"].integration.values == ("STOPPED",)
    assert [disk.kind.values for disk in machines["sql01"].disks] == [("VHD",), ("PASS_THROUGH",), ("ISCSI",)]
    assert [disk.layout.values for disk in machines["files01"].disks] == [("BASIC",), ("DYNAMIC",)]
    assert [disk.file_system.values for disk in machines["scan01"].disks] == [("CAPABLE",), ("NOT_CAPABLE",)]
    assert machines["mail01"].snapshot_location.values == ("SAME_VOLUME",)
    assert machines["intranet"].snapshot_location.values == ("OTHER_VOLUME",)
    assert machines["erp01"].snapshot_location.values == ("VHDS_SPREAD",)
    assert machines["intranet"].adapters[0].switch.values == ("GONE",)
    assert machines["dc02"].cluster.values == ("ONLINE",)
    assert machines["dc02"].disks[0].layout.values == ("BASIC", "DYNAMIC")


def test_plain_get_vm_with_numbers_and_a_german_host() -> None:
    inventory = read_inventory(FILES / "plain-numbers.json")
    proxy, router = inventory.machines
    assert proxy.power == Fact(("RUNNING",), "[0].State = 2", None)
    assert proxy.integration.values == ("RUNNING",)
    assert proxy.system.values == ("OTHER",)
    assert "MET-3" in proxy.system.source
    assert proxy.snapshot_location.values == ("SAME_VOLUME",)
    assert [disk.kind.values for disk in proxy.disks] == [("VHD",), ("PASS_THROUGH",)]
    assert [adapter.switch.values for adapter in proxy.adapters] == [("THERE", "GONE"), ("NONE",)]
    assert proxy.adapters[0].switch.command == "Get-VMSwitch | Select-Object Name, Id"
    assert router.power.values == ("RUNNING", "PAUSED")
    assert router.cluster.values == ("ONLINE", "SAVED", "OFFLINE")
    assert (router.disks, router.adapters) == ((), ())
    assert [note for note in inventory.notes if note.startswith("[1].State: ")]


def test_what_convertto_json_cut_to_text_stays_open() -> None:
    inventory = read_inventory(FILES / "depth-cut.json")
    (wiki,) = inventory.machines
    assert not wiki.disks_listed
    assert not wiki.adapters_listed
    assert wiki.disks[0].kind.values == ("VHD", "PASS_THROUGH", "ISCSI")
    assert wiki.adapters[0].switch.values == ("NONE", "THERE", "GONE")
    assert wiki.integration.values == ("NOT_INSTALLED", "STOPPED", "RUNNING")
    assert len(wiki.snapshot_location.values) == 3
    assert sorted(note.split(":")[0] for note in inventory.notes) == [
        "HardDrives",
        "NetworkAdapters",
        "VMIntegrationService",
    ]


def test_the_wrapper_of_windows_powershell_and_the_enumerations_of_a_remote_session() -> None:
    desk, database = read_inventory(FILES / "wrapped.json").machines
    assert desk.power.values == ("PAUSED",)
    assert desk.snapshot_location.values == ("SAME_VOLUME",)
    assert database.power == Fact(("SAVED",), 'value[1].State = "SavedCritical"', None)


def test_a_mapping_from_name_to_properties() -> None:
    first, second = read_inventory(FILES / "mapping.json").machines
    assert (first.name, first.power) == ("proxy 01", Fact(("OFF",), '["proxy 01"].State = 3', None))
    assert (second.name, second.power.values) == ("proxy-02", ("RUNNING",))


def test_the_collectors_form_with_single_objects_mount_points_and_a_parent_elsewhere() -> None:
    inventory = read_inventory(FILES / "collected.json")
    (ledger,) = inventory.machines
    assert ledger.snapshot_location.values == ("VHDS_SPREAD",)
    assert ledger.cluster.values == ("SAVED",)
    assert ledger.adapters[0].switch.values == ("THERE",)
    assert ledger.disks[0].layout.values == ("BASIC",)
    assert ledger.disks[0].file_system.values == ("CAPABLE", "NOT_CAPABLE")
    assert any("Operator" in note for note in inventory.notes)
    assert any("GuestDisks.Owner" in note for note in inventory.notes)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_that_powershell_writes(read: Read, encoding: str) -> None:
    (machine,) = read([{"Name": "Büro-Server 北", "State": "Off"}], encoding).machines
    assert machine.name == "Büro-Server 北"
    assert machine.power.values == ("OFF",)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("getvm-json-zabbix.txt", lambda line: line.replace(", ...}", "}").replace(",... }", "}")),
    ],
)
def test_the_recorded_json_is_read(tmp_path: Path, name: str, form: Callable[[str], str]) -> None:
    if not (CAPTURES / name).exists():
        pytest.skip(f"{name} is not beside this checkout")
    recorded = (CAPTURES / name).read_text("utf-8").split("\n", 1)[1]
    powers = []
    for block in recorded.split("\n\n"):
        path = tmp_path / "recorded.json"
        path.write_text(form(block), "utf-8")
        powers += [machine.power.values for machine in read_inventory(path).machines]
    assert powers == [("OFF",), ("RUNNING",), ("RUNNING",)]


@pytest.mark.parametrize(
    ("state", "values"),
    [
        ("Running", ("RUNNING",)), ("off", ("OFF",)), (6, ("SAVED",)), (9, ("PAUSED",)), ("3", ("OFF",)),
        (32769, ("SAVED",)), (32779, ("SAVED",)), ("FastSavedCritical", ("SAVED",)),
        ("Starting", ("OFF", "RUNNING", "SAVED")), (32773, ("RUNNING", "PAUSED", "SAVED")), ("Other", ALL_POWER),
        (32792, ("RUNNING", "PAUSED", "SAVED")), # critical, whichever of three ways the release counts
        (32781, ("OFF", "RUNNING")), (32796, ("RUNNING", "PAUSED", "SAVED")), (None, ALL_POWER),
    ],
)  # fmt: skip
def test_power(one: Callable[..., Machine], state: object, values: tuple[str, ...]) -> None:
    machine = one(State=state, IsClustered=False)
    assert machine.power.values == values
    assert machine.power.command == (None if len(values) == 1 else "Get-VM -Name 'vm' | Select-Object Name, State")


def service(status: object = 2, **elements: Any) -> dict[str, Any]:
    return {"Name": "VSS", "Id": f"Microsoft:1\\{VSS_COMPONENT}", "Enabled": True,
            "PrimaryOperationalStatus": status, **elements}  # fmt: skip


@pytest.mark.parametrize(
    ("services", "values"),
    [
        ([service()], ("RUNNING",)),
        ([service("Ok", Id=f"Microsoft:1\\{HEARTBEAT}"), *USUAL[1:]], ("NOT_INSTALLED",)), # the id counts, not the name
        (USUAL, ("NOT_INSTALLED",)),
        ([{"Name": name} for name in ("Heartbeat", "Shutdown", "Key-Value Pair Exchange", "time synchronization")],
         ("NOT_INSTALLED",)),
        (USUAL[:1], ("NOT_INSTALLED", "STOPPED", "RUNNING")), # 2026-11-28: a filtered list proved the service missing
        (USUAL[1:], ("NOT_INSTALLED", "STOPPED", "RUNNING")),
        ([*USUAL[:3], None], ("NOT_INSTALLED", "STOPPED", "RUNNING")),
        ([service(Enabled=1)], ("RUNNING",)), ([service(Enabled=0)], ("NOT_INSTALLED", "STOPPED")),
        ([service(Enabled=False)], ("NOT_INSTALLED", "STOPPED")),
        ([service(12)], ("NOT_INSTALLED", "STOPPED")),
        ([service("LostCommunication")], ("STOPPED",)),
        ([service(32784)], ("NOT_INSTALLED", "STOPPED", "RUNNING")),
        ([service("Protocol Mismatch")], ("STOPPED", "RUNNING")), # 2026-11-29: was counted as running
        ([service(None, PrimaryStatusDescription="No Contact")], ("NOT_INSTALLED", "STOPPED")),
        ([service(None, PrimaryStatusDescription="Kein Kontakt")], ("NOT_INSTALLED", "STOPPED", "RUNNING")),
        ([service("OK", Id=None, Name="Backup (volume checkpoint)")], ("RUNNING",)),
        ([{"Name": "Takt", "Enabled": True}], ("NOT_INSTALLED", "STOPPED", "RUNNING")), # no id, in another language
        ([], ("NOT_INSTALLED", "STOPPED", "RUNNING")),
    ],
)  # fmt: skip
def test_integration_service(one: Callable[..., Machine], services: object, values: tuple[str, ...]) -> None:
    assert one(VMIntegrationService=services).integration.values == values


def test_the_service_of_a_vm_that_is_off_stays_open_and_the_guests_word_counts_first(
    one: Callable[..., Machine],
) -> None:
    assert len(one(State="Off", VMIntegrationService=service()).integration.values) == 3
    assert one(VMIntegrationService=service(), GuestBackupService="Not installed").integration.values == (
        "NOT_INSTALLED",
    )


def test_contradictions_and_a_protocol_mismatch_are_noted(read: Read) -> None:
    old = {"Name": "old", "GuestOperatingSystem": "Microsoft Windows 2000 Server", "GuestBackupService": "Running"}
    talk = service(SecondaryStatusDescription="The protocol version of the component ...")
    moved = {"Name": "moved", "IsClustered": False, "ClusterResource": {"State": 2}}
    inventory = read([old, {"Name": "talk", "State": 2, "VMIntegrationService": talk}, moved])
    assert [note.split(":")[0] for note in inventory.notes] == ["[0]", "[1].VMIntegrationService", "[2].IsClustered"]
    assert inventory.machines[1].integration.values == ("RUNNING",)
    assert inventory.machines[2].cluster.values == ("ONLINE",)


@pytest.mark.parametrize(
    ("path", "volume"),
    [
        ("D:\\VMs\\a.vhdx", Volume("letter", "d")), ("d:/vms/a.vhdx", Volume("letter", "d")),
        ("\\\\?\\E:\\a.vhdx", Volume("letter", "e")), ("\\\\Filer\\VMs\\a.vhdx", Volume("share", "filer\\vms")),
        ("\\\\?\\UNC\\filer\\vms\\a.vhdx", Volume("share", "filer\\vms")),
        ("C:\\clusterstorage\\Volume2\\a.vhdx", Volume("csv", "volume2")),
        ("C:\\ClusterStorage\\..\\VMs\\a.vhdx", Volume("letter", "c")),
        ("\\\\?\\Volume{1A-2B}\\a.vhdx", Volume("volume", "{1a-2b}")), ("a.vhdx", None), ("", None),
    ],
)  # fmt: skip
def test_the_volume_of_a_path(path: str, volume: Volume | None) -> None:
    assert volume_of(path) == volume


def test_a_letter_and_a_volume_guid_cannot_be_compared() -> None:
    assert same_volume(volume_of("D:\\a"), volume_of("\\\\?\\Volume{1-2}\\a")) is None
    assert same_volume(volume_of("C:\\a"), volume_of("C:\\ClusterStorage\\Volume1\\a")) is False


@pytest.mark.parametrize(
    ("drives", "values"),
    [
        (["D:\\a.vhdx", "d:\\b.vhdx"], ("SAME_VOLUME",)), (["E:\\a.vhdx"], ("OTHER_VOLUME",)),
        (["E:\\a.vhdx", "F:\\b.vhdx"], ("OTHER_VOLUME",)), (["D:\\a.vhdx", "E:\\b.vhdx"], ("VHDS_SPREAD",)),
        (["a.vhdx"], ("SAME_VOLUME", "OTHER_VOLUME")), (["D:\\a.avhdx"], ("SAME_VOLUME", "VHDS_SPREAD")),
        (["E:\\a.avhdx"], ("OTHER_VOLUME", "VHDS_SPREAD")), ([], ("SAME_VOLUME",)),
        (["a.vhdx", "b.vhdx"], ("SAME_VOLUME", "OTHER_VOLUME", "VHDS_SPREAD")),
    ],
)  # fmt: skip
def test_snapshot_location(one: Callable[..., Machine], drives: list[str], values: tuple[str, ...]) -> None:
    machine = one(SnapshotFileLocation="D:\\s", HardDrives=[{"Path": path} for path in drives])
    assert machine.snapshot_location.values == values


def test_a_collected_volume_id_comes_before_the_path(one: Callable[..., Machine]) -> None:
    mounted = {"Path": "D:\\Mount\\a.vhdx", "VolumeId": "fast"}
    machine = one(SnapshotFileLocation="D:\\s", SnapshotVolumeId="slow", HardDrives=mounted)
    assert machine.snapshot_location.values == ("OTHER_VOLUME",)


@pytest.mark.parametrize(
    ("power", "resource", "values"),
    [
        ("Saved", 3, ("SAVED",)), ("Off", "Offline", ("OFFLINE",)), (None, "offline", ("SAVED", "OFFLINE")),
        ("Running", "Online", ("ONLINE",)), ("Running", 129, ("ONLINE", "SAVED", "OFFLINE")),
    ],
)  # fmt: skip
def test_cluster_resource(
    one: Callable[..., Machine], power: str | None, resource: object, values: tuple[str, ...]
) -> None:
    assert one(State=power, ClusterResource={"State": resource}).cluster.values == values


@pytest.mark.parametrize("nothing", [{}, ""])
def test_an_empty_cluster_resource_says_nothing(one: Callable[..., Machine], nothing: object) -> None:
    """2026-11-27: `{}`, which says nothing, made a VM a clustered one."""
    assert one(ClusterResource=nothing).cluster.values == ("NOT_CLUSTERED", "ONLINE", "SAVED", "OFFLINE")


def test_a_guest_disk_without_listed_drives_is_a_disk_of_its_own(one: Callable[..., Machine]) -> None:
    machine = one(GuestDisks=[{"Drive": "os.vhdx", "Kind": "pass-through", "Layout": "Dynamic"}])
    assert [(disk.name, disk.kind.values) for disk in machine.disks] == [("os.vhdx", ("PASS_THROUGH",))]
    assert machine.disks[0].layout.values == ("DYNAMIC",)
    assert not machine.disks_listed


def test_a_switch_made_anew_under_an_old_name_is_not_the_old_switch(read: Read) -> None:
    machine = {"Name": "vm", "State": 2, "NetworkAdapters": {"SwitchName": "Lab", "SwitchId": "{AAA}"}}
    for switch, values in [({"Name": "Lab", "Id": "bbb"}, ("GONE",)), ({"Name": "Other", "Id": "aaa"}, ("THERE",)),
                           ({"Name": "LAB"}, ("THERE",)), ([], ("GONE",))]:  # fmt: skip
        (found,) = read({"Switches": switch, "VMs": [machine]}).machines
        assert found.adapters[0].switch.values == values


def test_an_open_fact_has_a_command_that_is_safe_to_paste(read: Read) -> None:
    (machine,) = read([{"Name": "it's [a]\u2019; Remove-VM *\u202e", "State": None}]).machines
    assert machine.power.command == (
        "Get-VM -Name 'it''s `[a`]\u2019\u2019; Remove-VM `*\\u202e' | Select-Object Name, State"
    )
    assert "\u202e" not in machine.name


def test_every_fact_names_states_of_its_own_machine_and_only_open_ones_a_command() -> None:
    checked = 0
    for path in [EXAMPLE, *FILES.glob("*.json")]:
        for machine in read_inventory(path).machines:
            facts = [
                (machine.power, states.Power), (machine.system, states.System), (machine.cluster, states.Cluster),
                (machine.integration, states.Integration), (machine.snapshot_location, states.SnapshotLocation),
                *((adapter.switch, states.Switch) for adapter in machine.adapters),
                *((disk.kind, states.DiskKind) for disk in machine.disks),
                *((disk.layout, states.DiskLayout) for disk in machine.disks),
                *((disk.file_system, states.FileSystem) for disk in machine.disks),
            ]  # fmt: skip
            for fact, names in facts:
                checked += 1
                assert fact.values
                assert list(fact.values) == [state.value for state in names if state in fact.values]
                assert (fact.command is None) == fact.known or machine.windows is False
                assert not (fact.known and fact.command)
                assert machine.windows is not False or "inside the VM" not in str(fact.command)
                assert fact.source
            assert "GONE" not in machine.power.values
    assert checked > 150
