"""What an inventory says of each VM: plain immutable data, and the two ways to make a fact."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


@dataclass(frozen=True)
class Fact:
    """What is known of one configuration machine.

    `values`: the states that are possible, in the order of `states.py`; one value means known, several mean open.
    `source`: the place in the file that says so, such as `VMs[3].State = "Running"`, or what is missing there.
    `command`: for an open fact the command that would close it, to be run on the host unless it says otherwise; None for
    a known fact, and where no command tells: inside a guest that does not run Windows.
    """

    values: tuple[str, ...]
    source: str
    command: str | None

    @property
    def known(self) -> bool:
        """Whether exactly one state is possible."""
        return len(self.values) == 1


@dataclass(frozen=True)
class Disk:
    """One disk of a VM (MET-6, MET-7, BAK-14). `name` is its path on the host, or what the administrator calls it."""

    name: str
    kind: Fact
    layout: Fact
    file_system: Fact


@dataclass(frozen=True)
class Adapter:
    """One network adapter of a VM (RST-8)."""

    name: str
    switch: Fact


@dataclass(frozen=True)
class Machine:
    """One VM. `id` is its GUID as the file writes it, or None; `host` the computer that the file says it is on, or None.

    `label`: its name, with what tells it from others of that name in the file. `on_host`: the host, where commands must name
    it. `windows`: whether the guest runs Windows, None where that is not known. `outside`: what the file says of it that
    the document does not speak of.

    Where the file does not list the drives (or the adapters), `disks_listed` (`adapters_listed`) is False. A tuple that
    would then be empty holds one stand-in with every fact open, so that no reader takes silence for "has none".
    `guest_disks_listed`: the file has GuestDisks for this VM, so it reaches no disk over iSCSI but those among `disks`.
    """

    name: str
    label: str
    id: str | None
    host: str | None
    on_host: str | None
    windows: bool | None
    outside: tuple[str, ...]
    power: Fact
    system: Fact
    integration: Fact
    snapshot_location: Fact
    cluster: Fact
    disks: tuple[Disk, ...]
    adapters: tuple[Adapter, ...]
    disks_listed: bool
    adapters_listed: bool
    guest_disks_listed: bool

    def in_guest(self, command: str) -> str | None:
        """See `in_guest`."""
        return in_guest(self.name, self.on_host, self.windows, command)


@dataclass(frozen=True)
class Inventory:
    """All VMs of one file, in the file's order. `notes` are sentences about what was odd or passed over."""

    path: Path
    machines: tuple[Machine, ...]
    notes: tuple[str, ...]


def known(state: StrEnum, source: str) -> Fact:
    """A fact with one possible state."""
    return Fact((state.value,), source, None)


def possible(states: Iterable[StrEnum], source: str, command: str | None) -> Fact:
    """A fact over `states` (at least one): known if there is just one, else open, with the command that would tell."""
    chosen = set(states)
    ordered = tuple(state.value for state in type(next(iter(chosen))) if state in chosen)
    return Fact(ordered, source, command if len(ordered) > 1 else None)


def quoted(text: str) -> str:
    """`text` as a PowerShell literal. PowerShell takes four typographic quotes for the plain one: all are doubled."""
    return "'" + re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", text) + "'"


def quoted_pattern(text: str) -> str:
    """`text` as a PowerShell literal where wildcards count: they are escaped, so they mean themselves."""
    return quoted(re.sub(r"([*?\[\]`])", r"`\1", text))


def in_guest(name: str, host: str | None, windows: bool | None, command: str) -> str | None:
    """A command of Windows to be run inside the guest, which the host cannot look into; none for a guest of another sort."""
    if windows is False:
        return None
    where = f" on {quoted(host)}" if host else ""
    return f"inside the VM {quoted(name)}{where}{'' if windows else ', if it runs Windows'}: {command}"
