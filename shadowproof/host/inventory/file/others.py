"""What an object of a file is that is no VM: the output of another cmdlet or tool, known by the elements it has.

Without this a disk, an adapter or a cluster's group, which have a Name and some a State, would be taken for a VM and judged:
a wrong answer that looks like a right one. The names are those that the cmdlets document.
"""

from dataclasses import dataclass

from .names import ONLY_OF_VMS, plain_names
from .node import Node, shown

COLLECT = "Get-VM | ConvertTo-Json -Depth 4 | Set-Content -Encoding utf8 FILE"
REMEDY = f"collect the VMs themselves on the host: with collect-inventory.ps1 (shadowproof collector prints it), or with {COLLECT}"


@dataclass(frozen=True)
class Other:
    """What is no VM. `elements` (as `plain` spells them): an object that has all of them is one.

    `sure`: also where it has elements that otherwise only a VM has.
    """

    what: str
    elements: frozenset[str]
    sure: bool = False


def _other(what: str, *elements: str, sure: bool = False) -> Other:
    return Other(what, frozenset(elements), sure)


OTHERS = (
    _other("checkpoints, as Get-VMSnapshot lists them", "snapshottype", sure=True),
    _other("DVD drives, as Get-VMDvdDrive lists them", "dvdmediatype", sure=True),
    _other("disks, as Get-VMHardDiskDrive lists them", "controllernumber", "controllerlocation", sure=True),
    _other("disks, as Get-VMHardDiskDrive lists them", "path", "disknumber", sure=True),
    _other("disks, as Get-VMHardDiskDrive lists them", "path", "controllertype", sure=True),
    _other("VHD files, as Get-VHD lists them", "vhdtype"),
    _other("integration services, as Get-VMIntegrationService lists them", "enabled", "primaryoperationalstatus"),
    _other("integration services, as Get-VMIntegrationService lists them", "enabled", "vmname"),
    _other("network adapters, as Get-VMNetworkAdapter lists them", "macaddress", "switchname"),
    _other("network adapters, as Get-VMNetworkAdapter lists them", "vmname", "switchname"),
    _other("virtual switches, as Get-VMSwitch lists them", "switchtype"),
    _other("replications, as Get-VMReplication lists them", "replicaserver"),
    _other("replications, as Get-VMReplication lists them", "primaryserver"),
    _other("replications, as Get-VMReplication lists them", "frequencysec"),
    _other("a summary of VMs by name and id, such as Measure-VM gives", "vmname", "avgcpu"),
    _other("memory settings, as Get-VMMemory lists them", "startup", "buffer"),
    _other("processor settings, as Get-VMProcessor lists them", "compatibilityforolderoperatingsystemsenabled"),
    _other("firmware settings, as Get-VMFirmware lists them", "bootorder", "secureboot"),
    _other("controllers, as Get-VMScsiController or Get-VMIdeController lists them", "controllernumber", "drives"),
    _other("the settings of a host, as Get-VMHost gives them", "virtualharddiskpath", "virtualmachinepath"),
    _other("groups of VMs, as Get-VMGroup lists them", "vmmembers"),
    _other("groups of a cluster, as Get-ClusterGroup lists them", "grouptype"),
    _other("groups of a cluster, as Get-ClusterGroup lists them", "iscoregroup"),
    _other("groups of a cluster, as Get-ClusterGroup lists them", "ownernode", "state", "name"),
    _other("resources of a cluster, as Get-ClusterResource lists them", "ownergroup"),
    _other("nodes of a cluster, as Get-ClusterNode lists them", "nodeweight"),
    _other("nodes of a cluster, as Get-ClusterNode lists them", "drainstatus"),
    _other("shared volumes, as Get-ClusterSharedVolume lists them", "sharedvolumeinfo"),
    _other("networks of a cluster, as Get-ClusterNetwork lists them", "addressmask"),
    _other("a cluster, as Get-Cluster gives it", "sharedvolumesroot"),
    _other("objects of WMI, as Get-CimInstance Msvm_ComputerSystem lists them", "enabledstate", "elementname"),
    _other("objects of WMI, as Get-CimInstance lists them", "creationclassname"),
    _other("objects of WMI, as Get-CimInstance lists them", "cimclass"),
    _other("services of Windows, as Get-Service lists them", "servicename", "starttype"),
    _other("services of Windows, as Get-CimInstance Win32_Service lists them", "startmode"),
    _other("network adapters of the host, as Get-NetAdapter lists them", "interfacedescription"),
    _other("jobs, as Get-Job lists them", "psjobtypename"),
    _other("jobs, as Get-Job lists them", "hasmoredata"),
    _other("scheduled tasks, as Get-ScheduledTask lists them", "taskname", "taskpath"),
    _other("disks of the host, as Get-Disk lists them", "partitionstyle"),
    _other("volumes of the host, as Get-Volume lists them", "driveletter", "filesystem"),
    _other("processes, as Get-Process lists them", "processname"),
    _other("VMs as a tool of Virtual Machine Manager (SCVMM) writes them, without what Hyper-V knows", "cloud", "guid"),
    _other("VMs as a tool of Virtual Machine Manager (SCVMM) writes them, without what Hyper-V knows", "cloud", "virtualnetwork"),
    _other("VMs as the provider of another virtualisation or migration tool writes them (powerState)", "powerstate"),
)  # fmt: skip

_PART = Other(
    "parts of VMs (their Id or VMName says so), as cmdlets such as Get-VMHardDiskDrive list them", frozenset()
)
_ZABBIX = Other("a discovery list of Zabbix", frozenset())


def recognised(node: Node) -> Other | None:
    """What an object is, if it is known for something that is no VM."""
    if not isinstance(node.value, dict):
        return None
    names = plain_names(node.value)
    part, of_vm = _is_part(node), bool(names & ONLY_OF_VMS)
    for other in OTHERS:
        if other.elements <= names and (other.sure or part or not of_vm):
            return other
    if part:
        return _PART
    return _ZABBIX if any(str(name).startswith("{#") for name in node.value) else None


def _is_part(node: Node) -> bool:
    """Whether it is something of a VM: its Id goes on after the VM's, or the VM's name is not its own."""
    identity, name, of = (_text(node.get(element)) for element in ("Id", "Name", "VMName"))
    return identity.casefold().startswith("microsoft:") or bool(name and of and name.casefold() != of.casefold())


def _text(node: Node | None) -> str:
    return node.value.strip() if node is not None and isinstance(node.value, str) else ""


def in_words(node: Node) -> str:
    """What an object that is not known has: for the sentence that refuses it."""
    names = [shown(str(name), 30) for name in node.value] if isinstance(node.value, dict) else []
    return f"{', '.join(names[:5])}{', ...' if len(names) > 5 else ''}"
