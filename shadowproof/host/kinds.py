"""From the facts of an inventory to what the explorer takes: shapes, and the states that each machine may start in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import product
from math import prod
from typing import TypeVar

from model.actors.conditions import DiskKind, DiskLayout, FileSystem, disk_kind, disk_layout, file_system
from model.actors.parts import Switch, switch
from model.notation import FALSE, TRUE, Network, Shape, Sort, Term, all_of, words
from model.notation.decide import possible
from model.notation.terms import And, Not, Or, machines_of
from model.protocol import PROTOCOL
from model.sorts import adapter, disk
from proofs.world.scope import Scope
from proofs.world.terms import expand, part_name
from proofs.world.world import fold
from shadowproof.host.inventory import Disk, Fact, Inventory, InventoryError, Machine

Allowed = Mapping[str, frozenset[str]]
"""The states each machine of a VM may start in, by the machine's name; of a part's machine by `name#number`."""

UNSEEN = "(iSCSI disks of the guest, if there are any)"
"""The name of the disk that stands for those that only the guest can see."""

_OF_A_VM = ("power", "system", "integration", "snapshot_location", "cluster")
_Part = TypeVar("_Part")


@dataclass(frozen=True)
class Kind:
    """VMs that the model cannot tell apart, named in the file's order. whole: they have all disks and adapters that those of the
    file have, not few of them."""

    shape: Shape
    allowed: Allowed
    machines: tuple[str, ...]
    whole: bool = True


def scope(inventory: Inventory, vms: int = 2) -> Scope:
    """What to ask of a host, see `scope_of`. Raises InventoryError where the file contradicts itself about a VM."""
    return scope_of(kinds(inventory), vms)


def scope_of(found: Sequence[Kind], vms: int = 2) -> Scope:
    """What to ask of a host: closed sets of views for any number of VMs of its kinds; and searches of up to `vms` VMs (no more
    than it has), each of any of the kinds, for a run."""
    return Scope(
        vms=min(vms, sum(len(kind.machines) for kind in found)),
        shapes=tuple(kind.shape for kind in found),
        allowed=tuple(kind.allowed for kind in found),
        proofs=True,
        counts=False,
        whole=all(kind.whole for kind in found),
    )


def kinds(inventory: Inventory) -> tuple[Kind, ...]:
    """The VMs, those of one shape and the same possible states together. Raises InventoryError as `scope` does."""
    found: dict[object, Kind] = {}
    alike: dict[object, Kind] = {}
    for machine in inventory.machines:
        said = all_said(machine)
        if said not in alike:
            problem = contradiction(machine)
            if problem is not None:
                raise InventoryError(f"{inventory.path}: {problem}")
            alike[said] = kind_of(machine)
        one = replace(alike[said], machines=(machine.label,))
        key = (tuple(sorted(one.shape.parts.items())), tuple(sorted(one.allowed.items())), one.whole)
        known = found.setdefault(key, one)
        if known is not one:
            found[key] = replace(known, machines=(*known.machines, machine.label))
    return tuple(found.values())


def all_said(machine: Machine) -> object:
    """All that is judged of a VM, part by part: VMs of which it is the same are judged once, whatever they are called."""
    return (
        tuple(getattr(machine, name).values for name in _OF_A_VM),
        tuple(
            (one.kind.values, one.layout.values, one.file_system.values, one.name == UNSEEN) for one in machine.disks
        ),
        tuple(one.switch.values for one in machine.adapters),
        (machine.disks_listed, machine.adapters_listed, machine.guest_disks_listed),
    )


def all_parts(machine: Machine) -> tuple[Shape, Allowed]:
    """The VM with every disk and adapter that it has or may have."""
    shape = Shape({disk.name: len(disks_of(machine)), adapter.name: len(machine.adapters)})
    return shape, {name: _states(fact) for name, fact in facts_of(machine).items()}


def kind_of(machine: Machine) -> Kind:
    """The VM with all its disks and adapters, in one order whatever the file's is.

    Of those that the file does not count, or that may start in too many ways to look at each, few are kept, and the kind is not
    whole: as many disks as there are kinds they may be, each with the worst layout and the worst file system among them; as many
    adapters as there are states that one may come to.
    """
    groups = [*_disk_groups(machine), *_adapter_groups(machine)]
    allowed, shape = {name: _states(getattr(machine, name)) for name in _OF_A_VM}, dict[str, int]()
    for sort in (disk, adapter):
        parts = sorted((part for group in groups if group.sort == sort for part in group.kept), key=_ordered)
        shape[sort.name] = len(parts)
        allowed |= {part_name(name, j): states for j, part in enumerate(parts) for name, states in part.items()}
    return Kind(Shape(shape), allowed, (machine.label,), all(group.whole for group in groups))


def _ordered(part: Allowed) -> list[list[int]]:
    """What parts are sorted by: their possible states, each machine's in the model's order."""
    return [sorted(map(PROTOCOL.actors[name].starts.index, states)) for name, states in part.items()]


@dataclass(frozen=True)
class _Group:
    """Parts of a VM that are alike. every: what may be of each. few: of those that are kept where they are too many to look at each,
    or the file does not count them."""

    sort: Sort
    every: Sequence[Allowed]
    few: Sequence[Allowed]
    counted: bool

    @cached_property
    def whole(self) -> bool:
        """Whether all are kept."""
        return self.counted and prod(_ways(self.sort, frozenset(one.items())) for one in self.every) <= _MOST_WAYS

    @property
    def kept(self) -> Sequence[Allowed]:
        """Those that are looked at."""
        return self.every if self.whole else self.few


def _disk_groups(machine: Machine) -> Iterator[_Group]:
    """Disks that may be of one kind, and if that is open, may be the same in all else."""
    listed = machine.disks_listed or machine.guest_disks_listed
    for group in _alike(disks_of(machine), _disk_group):
        counted = listed and group[0].name != UNSEEN
        number = _enough(group, len(group[0].kind.values), counted)
        yield _Group(disk, [_options(one) for one in group], [_merged(group)] * number, counted)


def _adapter_groups(machine: Machine) -> Iterator[_Group]:
    """Adapters that may start alike."""
    for group in _alike(machine.adapters, lambda one: one.switch.values):
        one = {switch.name: _states(group[0].switch)}
        number = _enough(group, _comes_to(one[switch.name]), machine.adapters_listed)
        yield _Group(adapter, [one] * len(group), [one] * number, machine.adapters_listed)


@cache
def _ways(sort: Sort, part: frozenset[tuple[str, frozenset[str]]]) -> int:
    """In how many ways a disk or an adapter may be of which so much is known, of a VM that may be here or not: where it starts in one
    way, it may still come to others."""
    known, machines, start = dict(part), PROTOCOL.of_sort(sort), at_start(Shape({sort.name: 1}))
    each = product(*(known.get(one.name, one.starts) for one in machines))
    ways = ({part_name(one.name, 0): frozenset({s}) for one, s in zip(machines, way, strict=True)} for way in each)
    return sum(fold(start, way) != FALSE for way in ways)


def _options(one: Disk) -> Allowed:
    facts = {disk_kind.name: one.kind, disk_layout.name: one.layout, file_system.name: one.file_system}
    return {name: _states(fact) for name, fact in facts.items()}


_MOST_WAYS = 256
"""Ways in which parts that are alike may be together, if each of them is looked at."""


def facts_of(machine: Machine) -> dict[str, Fact]:
    """Every fact about the VM, by the name of the machine that it is about."""
    facts: dict[str, Fact] = {name: getattr(machine, name) for name in _OF_A_VM}
    for j, one in enumerate(disks_of(machine)):
        told = {disk_kind.name: one.kind, disk_layout.name: one.layout, file_system.name: one.file_system}
        facts |= {part_name(name, j): fact for name, fact in told.items()}
    facts |= {part_name(switch.name, j): one.switch for j, one in enumerate(machine.adapters)}
    return facts


def disks_of(machine: Machine) -> tuple[Disk, ...]:
    """The disks of the file, and one more for what the guest may reach over iSCSI where nobody looked inside it."""
    if machine.guest_disks_listed or not machine.disks_listed:
        return machine.disks
    source = "only the guest knows; the file has no GuestDisks for this VM"
    command = machine.in_guest("iscsicli SessionList")
    layout = Fact(tuple(state.name for state in DiskLayout), source, command)
    formats = Fact(tuple(state.name for state in FileSystem), source, command)
    return (*machine.disks, Disk(UNSEEN, Fact((DiskKind.ISCSI.name,), source, None), layout, formats))


def contradiction(machine: Machine) -> str | None:
    """What the file says of a VM that cannot be so, as half a sentence; None if the VM can start as the file says."""
    broken = broken_at_start(*all_parts(machine))
    return None if broken is None else contradicted(machine, broken)


def broken_at_start(shape: Shape, allowed: Allowed) -> Term | None:
    """What holds of every VM when a run begins and of none that is as the file says; None if there is nothing."""
    start = at_start(shape)
    if can_be(start, allowed):
        return None
    parts = start.parts if isinstance(start, And) else (start,)
    return next((part for part in parts if not can_be(part, allowed)), start)


def contradicted(machine: Machine, broken: Term) -> str:
    """Where the file says of a VM what cannot be so, as half a sentence."""
    facts = facts_of(machine)
    told = " and ".join(facts[name].source for name in sorted(machines_of(broken)) if name in facts)
    return f"{machine.label} cannot be as the file says ({told}): it must be that {words(broken)}; collect it again"


def at_start(shape: Shape, network: Network = PROTOCOL) -> Term:
    """What holds of every VM of this shape when a run begins."""
    return all_of(*(for_parts(term, shape, network) for term in network.at_start))


def for_parts(term: Term, shape: Shape, network: Network = PROTOCOL, index: Mapping[Sort, int] | None = None) -> Term:
    """A term about a VM with its quantifiers over disks and adapters written out; `index`: which part it is about."""
    return expand(term, shape, _part_of(network), index or {})


@cache
def _part_of(network: Network) -> Mapping[str, Sort]:
    """The sort of every machine that belongs to a part."""
    return {actor.name: actor.sort for actor in network.actors.values() if actor.sort in network.parts}


def can_be(term: Term, allowed: Allowed, network: Network = PROTOCOL) -> bool:
    """Whether a VM may start so that the term (about one VM, parts written out) is true.

    What shares no machine is decided apart, and of many alternatives each apart: a VM may have hundreds of disks.
    """
    for together in _connected(_conjuncts(fold(term, allowed))):
        choice = next((part for part in together if len(_alternatives(part)) > _MANY), None)
        if choice is None:
            names = {name for part in together for name in machines_of(part)}
            starts = {name: allowed.get(name, network.actors[name.split("#")[0]].starts) for name in names}
            if not possible(all_of(*together), {name: sorted(states) for name, states in starts.items()}):
                return False
        else:
            others = [part for part in together if part is not choice]
            if not any(can_be(all_of(*others, case), allowed, network) for case in _alternatives(choice)):
                return False
    return True


_MANY = 8


def _conjuncts(term: Term) -> list[Term]:
    match term:
        case And(parts):
            return [one for part in parts for one in _conjuncts(part)]
        case Not(Or(parts)):
            return [one for part in parts for one in _conjuncts(~part)]
        case _:
            return [term]


def _alternatives(term: Term) -> tuple[Term, ...]:
    match term:
        case Or(parts):
            return parts
        case Not(And(parts)):
            return tuple(~part for part in parts)
        case _:
            return (term,)


def _connected(terms: Iterable[Term]) -> list[list[Term]]:
    """The terms in groups that have no machine in common."""
    group_of: dict[str, list[Term]] = {}
    named: dict[int, list[str]] = {}
    alone: list[list[Term]] = []
    for term in terms:
        names = machines_of(term)
        touched = {id(group_of[name]): group_of[name] for name in names if name in group_of}
        joined, *others = sorted(touched.values(), key=len, reverse=True) or [list[Term]()]
        joined.append(term)
        moved = [name for name in names if name not in group_of]
        for other in others:
            joined += other
            moved += named.pop(id(other))
        if not names:
            alone.append(joined)
        named.setdefault(id(joined), []).extend(moved)
        group_of.update(dict.fromkeys(moved, joined))
    return [*alone, *{id(group): group for group in group_of.values()}.values()]


class Subject:
    """A VM that guards are judged of: what the file says of it, in one network.

    Where the file contradicts itself, what holds of every VM at the start is not asked for.
    """

    def __init__(self, machine: Machine, network: Network = PROTOCOL) -> None:
        self.machine, self.network = machine, network
        self.shape, self.allowed = all_parts(machine)
        self.facts, self.disks = facts_of(machine), disks_of(machine)

    def is_unseen(self, number: int) -> bool:
        """Whether a disk stands for those that only the guest can see, if there are any."""
        return self.disks[number].name == UNSEEN

    @cached_property
    def broken(self) -> Term | None:
        """See `broken_at_start`."""
        return broken_at_start(self.shape, self.allowed)

    @cached_property
    def _start(self) -> Term:
        return TRUE if self.broken is not None else fold(at_start(self.shape, self.network), self.allowed)

    @cached_property
    def _start_of(self) -> Mapping[str, Term]:
        """By machine what holds at the start of it and of those that go with it."""
        together = (all_of(*group) for group in _connected(_conjuncts(self._start)))
        return {name: term for term in together for name in machines_of(term)}

    def spread(self, term: Term, readings: Mapping[str, str], index: Mapping[Sort, int] | None = None) -> Term:
        """The term over this VM's own disks and adapters, under readings; `index`: which part it is about."""
        fixed = {name: frozenset({state}) for name, state in readings.items()}
        return fold(for_parts(term, self.shape, self.network, index), fixed)

    def said(self, term: Term, readings: Mapping[str, str], index: Mapping[Sort, int] | None = None) -> Term:
        """The same with everything filled in that the file says: what is left is open."""
        return fold(self.spread(term, readings, index), self.allowed)

    def can(self, *terms: Term) -> bool:
        """Whether the terms (parts written out) can hold together. What holds at the start of other machines can hold anyway."""
        start = {
            id(self._start_of[name]): self._start_of[name]
            for t in terms
            for name in machines_of(t)
            if name in self._start_of
        }
        return can_be(all_of(*start.values(), *terms), self.allowed, self.network)


def _states(fact: Fact) -> frozenset[str]:
    return frozenset(fact.values)


def _alike(parts: Iterable[_Part], key: Callable[[_Part], object]) -> list[list[_Part]]:
    groups: dict[object, list[_Part]] = {}
    for part in parts:
        groups.setdefault(key(part), []).append(part)
    return list(groups.values())


def _enough(group: Sequence[object], most: int, counted: bool) -> int:
    """How many of the group are kept where not all are; where the file does not count them, there may be many."""
    return min(len(group), most) if counted else most


def _disk_group(one: Disk) -> object:
    """Disks of one known kind are told apart no further, those of an open kind also by what else is known of them."""
    return one.kind.values if one.kind.known else (one.kind.values, one.layout.values, one.file_system.values)


def _merged(group: Sequence[Disk]) -> Allowed:
    return {
        disk_kind.name: _states(group[0].kind),
        disk_layout.name: _worst((_states(one.layout) for one in group), DiskLayout.BASIC.name),
        file_system.name: _worst((_states(one.file_system) for one in group), FileSystem.CAPABLE.name),
    }


def _worst(options: Iterable[frozenset[str]], good: str) -> frozenset[str]:
    """What the worst of several can be: good only if all can be, anything else if one can."""
    listed = list(options)
    everywhere = frozenset({good}) if all(good in states for states in listed) else frozenset[str]()
    return everywhere | frozenset().union(*listed) - {good}


def _comes_to(states: frozenset[str]) -> int:
    """How many states such an adapter may come to: one whose switch exists may lose it."""
    return len(states | ({Switch.GONE.name} if Switch.THERE.name in states else frozenset[str]()))
