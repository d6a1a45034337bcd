"""What an event reads, what it was asked, and where it leads: plain data, filled by `projection.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from proofs.views.labelled.digits import HostClasses, VmClasses
from proofs.world.layout import States
from proofs.world.predicates import Table, Test

STAYS = -1
"""In place of a row: every VM stays as it is."""


@dataclass
class Told:
    """What is told of the kinds of a class, a row of `Vms.told`. of: what it is of a kind (None: it is told as it is found). known: of how
    many kinds it is told."""

    classes: VmClasses
    of: Callable[[States], int] | None = None
    known: int = 0


@dataclass
class Contribution:
    """What a VM contributes to some bits, by class of host states: rows of `Vms.told`. bits: their numbers. values: each
    contribution to them, as one to all bits."""

    bits: tuple[int, ...]
    values: tuple[int, ...]
    host: HostClasses
    vm: VmClasses
    rows: dict[int, int] = field(default_factory=dict)


@dataclass
class Asking:
    """An event at one member of a VM: what it reads, and what it was asked. Its guard in three parts: what is asked of the host alone
    (`when_host`), of the VM alone (`when_vm`), and the rest. branches: by class of host states, contribution, and where it leads the
    host. able_hosts, able_vms: the classes in which it can happen at all."""

    event: int
    when: Test
    when_host: Test
    when_vm: Test
    of_host: Sequence[Table]
    of_vm: Sequence[Table]
    asks: Contribution
    host: HostClasses
    vm: VmClasses
    local: bool = True
    branches: dict[tuple[int, int, int], int] = field(default_factory=dict)
    able_hosts: list[int] = field(default_factory=list)
    able_vms: list[int] = field(default_factory=list)


@dataclass
class Part:
    """What one machine of a VM does in an event that happens to all VMs: as it reads of host and VM."""

    table: Table
    host: HostClasses
    vm: VmClasses


@dataclass
class Sweep:
    """An event of the host or of all VMs: each machine of a VM is asked by itself, for there many machines may move, each for reasons of
    its own. when_host: the part of its guard that is asked of the host alone. branches: by contribution, and class of host states for
    each part. rows: of `Vms.told`, by part, its class of host states, and contribution."""

    event: int
    when: Test
    when_host: Test
    of_host: Sequence[Table]
    host: HostClasses
    parts: Sequence[Part]
    asks: Contribution
    local: bool = False
    branches: dict[tuple[int, ...], int] = field(default_factory=dict)
    rows: dict[tuple[int, int, int], int] = field(default_factory=dict)


@dataclass
class OfHosts:
    """Events that tell the same classes of host states apart. By class: the host states that were met, the branches that they have all,
    and the sweeps that can happen, each with the contributions with which it can and where it leads the host."""

    askings: list[Asking] = field(default_factory=list)
    sweeps: list[Sweep] = field(default_factory=list)
    met: dict[int, list[int]] = field(default_factory=dict)
    branches: dict[int, list[int]] = field(default_factory=dict)
    ends: dict[int, list[tuple[Sweep, list[tuple[int, int]]]]] = field(default_factory=dict)


@dataclass
class OfVms:
    """Events that tell the same classes of VMs apart. asked: of how many of them it is known whether events can happen to them at all."""

    askings: list[Asking] = field(default_factory=list)
    asked: int = 0


@dataclass
class Branch:
    """See `projection.py`. row: in `Vms.to`; STAYS: every VM stays as it is."""

    asking: Asking | Sweep
    value: int
    host_change: int
    row: int
