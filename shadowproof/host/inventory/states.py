"""The states a fact may name: the one place where their spelling stands.

Each class lists the states of one machine of the model. The members are compared with the model's own by a test, so a
state renamed there fails here. The order of the members is the order in which an open fact lists its states.
"""

from enum import StrEnum


class Power(StrEnum):
    """Power state of a VM. An inventory never yields GONE: a VM that is not there is not listed."""

    OFF = "OFF"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    SAVED = "SAVED"
    GONE = "GONE"


class System(StrEnum):
    """Guest operating system, as far as it decides something (MET-3)."""

    WINDOWS_2000 = "WINDOWS_2000"
    OTHER = "OTHER"


class Integration(StrEnum):
    """The backup integration service in the guest (MET-3)."""

    NOT_INSTALLED = "NOT_INSTALLED"
    STOPPED = "STOPPED"
    RUNNING = "RUNNING"


class SnapshotLocation(StrEnum):
    """The VM's snapshot file location against its VHD files (MET-5, READ-13)."""

    SAME_VOLUME = "SAME_VOLUME"
    OTHER_VOLUME = "OTHER_VOLUME"
    VHDS_SPREAD = "VHDS_SPREAD"


class Cluster(StrEnum):
    """The VM's cluster resource (CLU-1 to CLU-3). SAVED: taken offline by the cluster service, which saved the VM."""

    NOT_CLUSTERED = "NOT_CLUSTERED"
    ONLINE = "ONLINE"
    SAVED = "SAVED"
    OFFLINE = "OFFLINE"


class DiskKind(StrEnum):
    """How a disk reaches the VM (BAK-14)."""

    VHD = "VHD"
    PASS_THROUGH = "PASS_THROUGH"  # noqa: S105 - no password
    ISCSI = "ISCSI"


class DiskLayout(StrEnum):
    """How the guest partitions the disk (MET-6)."""

    BASIC = "BASIC"
    DYNAMIC = "DYNAMIC"


class FileSystem(StrEnum):
    """Whether every file system on the disk supports snapshots (MET-7)."""

    CAPABLE = "CAPABLE"
    NOT_CAPABLE = "NOT_CAPABLE"


class Switch(StrEnum):
    """The virtual switch a network adapter names (RST-8)."""

    NONE = "NONE"
    THERE = "THERE"
    GONE = "GONE"
