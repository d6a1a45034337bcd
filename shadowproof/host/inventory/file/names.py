"""By which names of elements an object is known for a VM: those that Get-VM gives, and those of them that only a VM has."""

from collections.abc import Iterable
from functools import lru_cache

READ = frozenset({
    "name", "vmname", "id", "vmid", "state", "isclustered", "clusterresource", "snapshotfilelocation",
    "checkpointfilelocation", "snapshotvolumeid", "harddrives", "networkadapters", "vmintegrationservice",
    "integrationservices", "guestdisks", "guestoperatingsystem", "guestbackupservice", "computername", "pscomputername",
    "replicationmode",
})  # fmt: skip
"""What is read of a VM, in lower case."""

GET_VM = READ | frozenset({
    "automaticcheckpointsenabled", "automaticcriticalerroraction", "automaticcriticalerroractiontimeout",
    "automaticstartaction", "automaticstartdelay", "automaticstopaction", "batterypassthroughenabled", "checkpointtype",
    "cimsession", "comport1", "comport2", "configurationlocation", "cpuusage", "creationtime", "dvddrives",
    "dynamicmemoryenabled", "enhancedsessiontransporttype", "fibrechannelhostbusadapters", "floppydrive", "generation",
    "groups", "guestcontrolledcachetypes", "gueststatepath", "heartbeat", "highmemorymappediospace",
    "integrationservicesstate", "integrationservicesversion", "isdeleted", "key", "lockondisconnect",
    "lowmemorymappediospace", "memoryassigned", "memorydemand", "memorymaximum", "memoryminimum", "memorystartup",
    "memorystatus", "notes", "numaaligned", "numanodescount", "numasocketcount", "operationalstatus",
    "parentcheckpointid", "parentcheckpointname", "parentsnapshotid", "parentsnapshotname", "path",
    "primaryoperationalstatus", "primarystatusdescription", "processorcount", "remotefxadapter", "replicationhealth",
    "replicationstate", "resourcemeteringenabled", "secondaryoperationalstatus", "secondarystatusdescription",
    "sizeofsystemfiles", "smartpagingfileinuse", "smartpagingfilepath", "status", "statusdescriptions", "uptime",
    "version", "virtualmachinesubtype", "virtualmachinetype", "pssourcejobinstanceid", "psshowcomputername", "runspaceid",
})  # fmt: skip
"""What Get-VM gives, also from a remote session, in lower case."""

ONLY_OF_VMS = frozenset({
    "automaticcheckpointsenabled", "automaticstartaction", "automaticstopaction", "checkpointfilelocation",
    "checkpointtype", "configurationlocation", "guestbackupservice", "guestdisks", "harddiskdrives", "harddrives",
    "integrationservices", "integrationservicesstate", "integrationservicesversion", "memoryassigned", "memorydemand",
    "parentcheckpointid", "parentsnapshotid", "smartpagingfilepath", "snapshotfilelocation", "virtualdiskdrives",
    "virtualmachinestate", "vmintegrationservice",
})  # fmt: skip
"""What a VM has and nothing else that is listed on a host, in the letters of `plain`."""


@lru_cache(maxsize=20_000)
def plain(name: str) -> str:
    """A name without case and punctuation: snapshot_file_location is SnapshotFileLocation."""
    return "".join(letter for letter in name[:200].casefold() if letter.isalnum())


def plain_names(names: Iterable[str]) -> frozenset[str]:
    """The names of an object's elements, as `plain` spells them."""
    return frozenset(plain(name) for name in names)
