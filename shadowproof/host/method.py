"""By which method each VM of an inventory is backed up, why, and what that does to it: `assess`, and `Judge` for many VMs.

Every conclusion is the model's own: its guards are filled in with what the file says. Where they can come out both ways
the answer is open, and says what would settle it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import combinations, product

from rich.console import Console

from model.actors.cluster import Cluster, cluster
from model.actors.conditions import CONDITIONS
from model.actors.image import InBackup, in_backup
from model.actors.method import Method, method
from model.actors.power import Power, power
from model.actors.volumes import Selected, Volumes, selected, volumes
from model.notation import FALSE, Network, Term, any_of
from model.notation.terms import And, machines_of
from model.protocol import PROTOCOL, READINGS
from model.sorts import disk
from proofs.world.world import fold
from shadowproof.ask import AskError
from shadowproof.host.inventory import Fact, Inventory, Machine
from shadowproof.host.kinds import Subject, all_said, contradicted
from shadowproof.host.method_words import hinge_words
from shadowproof.outside.telling import telling

OPEN, MET, NOT_MET = "open", "met", "not met"
TAKEN_FOR_FAILED = {Cluster.FAILED_OVER.name, Cluster.LEFT_BEHIND.name}
Readings = tuple[tuple[str, str], ...]
"""Readings that differ from the default, each with its state."""


@dataclass(frozen=True)
class Effect:
    """What a backup does to a VM, or to its cluster resource: in few words, and in a sentence with its requirement."""

    short: str
    says: str


@dataclass(frozen=True)
class Judgement:
    """What follows for every VM of which the file says the same; see `Assessment`.

    `conditions`: id, value, and the machines that decide it. `for_child`: what must hold for Child VM Snapshot. `broken`: what
    cannot be as the file says.
    """

    method: str
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]
    for_child: Term
    readings: tuple[tuple[Readings, str], ...]
    in_backup: tuple[bool | None, ...]
    during: tuple[Effect, ...]
    cluster: tuple[Effect, ...]
    broken: Term | None


@dataclass(frozen=True)
class Condition:
    """One of the five conditions. `facts`: what decides it, or what about it is open, by the machines' names."""

    id: str
    value: str
    facts: tuple[tuple[str, Fact], ...]


@dataclass(frozen=True)
class OnDisk:
    """A disk; `in_backup` is None where that is open."""

    name: str
    kind: Fact
    in_backup: bool | None


@dataclass(frozen=True)
class Assessment:
    """What follows for one VM.

    `method`: a state of the model's machine, or "open". `depends_on`: what is not known, and must all be so for Child
    VM Snapshot. `readings`: those under which the method is another. `during`: what the backup does to the VM.
    `short`: that, and what the cluster makes of it, in few words. `contradiction`: what the file says that cannot be so.
    """

    vm: Subject
    method: str
    conditions: tuple[Condition, ...]
    depends_on: tuple[str, ...]
    readings: tuple[tuple[Readings, str], ...]
    disks: tuple[OnDisk, ...]
    during: tuple[str, ...]
    cluster: tuple[str, ...]
    short: tuple[str, ...]
    contradiction: str | None


class Judge:
    """Judges the VMs of a host by the model's guards, under the default readings: those of which the file says the same once."""

    def __init__(self, network: Network = PROTOCOL) -> None:
        self.network = network
        self.judged: dict[object, Judgement] = {}

    def of(self, machine: Machine) -> Assessment:
        """What follows for one VM."""
        said, vm = all_said(machine), Subject(machine, self.network)
        if said not in self.judged:
            self.judged[said] = _judged(vm)
        return _assessment(vm, self.judged[said])


def assess(machine: Machine, network: Network = PROTOCOL) -> Assessment:
    """Judge one VM by itself."""
    return Judge(network).of(machine)


def assess_all(inventory: Inventory, console: Console) -> list[Assessment]:
    """Judge every VM, and tell on the console how far that is."""
    judge, found = Judge(), list[Assessment]()
    with telling(console, "judging", "VMs", silent_up_to=_AT_ONCE) as told:
        for number, machine in enumerate(inventory.machines, 1):
            found.append(judge.of(machine))
            if number % _AT_A_TIME == 0 or number == len(inventory.machines):
                told(number, len(inventory.machines), "")
    return found


_AT_ONCE, _AT_A_TIME = 1000, 100


def only(inventory: Inventory, names: Sequence[str]) -> Inventory:
    """The VMs of these names, or the labels that tell them apart (none: all), in capitals or not. Raises AskError."""
    if not names:
        return inventory
    by_name: dict[str, list[Machine]] = {}
    for machine in inventory.machines:
        for name in {machine.name.casefold(), machine.label.casefold()}:
            by_name.setdefault(name, []).append(machine)
    for name in names:
        if name.casefold() not in by_name:
            labels = {machine.label.casefold(): machine.label for machine in inventory.machines}
            close = [labels[one] for one in get_close_matches(name.casefold(), labels, 3, 0.5)]
            hint = f"Did you mean {' or '.join(close)}?" if close else "Without --vm there is a line for each."
            raise AskError(f"There is no VM {name!r} in {inventory.path}. {hint}")
    wanted = {id(machine) for name in names for machine in by_name[name.casefold()]}
    return replace(inventory, machines=tuple(machine for machine in inventory.machines if id(machine) in wanted))


def _judged(vm: Subject) -> Judgement:
    published = _published(vm)
    chosen = _method(published)
    return Judgement(
        chosen,
        tuple(_condition(vm, name, term) for name, term in CONDITIONS.items()),
        published.get(Method.CHILD_VM_SNAPSHOT.name, FALSE),
        _other_readings(vm, chosen),
        tuple(_in_backup(vm, j) for j in range(len(vm.disks))),
        tuple(_during(vm, published)),
        tuple(_cluster(vm, published)),
        vm.broken,
    )


def _assessment(vm: Subject, found: Judgement) -> Assessment:
    """What was judged, said of this VM."""
    disks = zip(vm.disks, found.in_backup, strict=True)
    return Assessment(
        vm,
        found.method,
        tuple(Condition(name, value, tuple((m, vm.facts[m]) for m in by)) for name, value, by in found.conditions),
        hinge_words(vm, found.for_child) if found.method == OPEN else (),
        found.readings,
        tuple(OnDisk(one.name, one.kind, in_backup) for one, in_backup in disks),
        tuple(one.says for one in found.during),
        tuple(one.says for one in found.cluster),
        tuple(dict.fromkeys(one.short for one in (*found.during, *found.cluster) if one.short)),
        None if found.broken is None else contradicted(vm.machine, found.broken),
    )


def _published(vm: Subject, readings: Readings = ()) -> dict[str, Term]:
    """The methods that Identify may publish for this VM, each with what must hold for it."""
    rules = vm.network.actors[method.name].rules("writer_metadata_gathered", Method.UNPUBLISHED.name)
    found = {rule.dest: vm.said(rule.when, _fixed(readings)) for rule in rules if rule.dest is not None}
    return {name: term for name, term in found.items() if vm.can(term)}


def _fixed(readings: Readings = ()) -> dict[str, str]:
    """The state of every reading."""
    return {reading.actor.name: reading.default for reading in READINGS} | dict(readings)


def _method(published: dict[str, Term]) -> str:
    return next(iter(published)) if len(published) == 1 else OPEN


def _condition(vm: Subject, name: str, term: Term) -> tuple[str, str, tuple[str, ...]]:
    whole = vm.spread(term, _fixed())
    parts = whole.parts if isinstance(whole, And) else (whole,)
    value = _value(vm, whole)
    deciding = [part for part in parts if _value(vm, part) == value] or list(parts)
    by = dict.fromkeys(machine for part in deciding for machine in sorted(machines_of(part)) if machine in vm.facts)
    return name, value, tuple(by)


def _value(vm: Subject, term: Term) -> str:
    holds, fails = vm.can(term), vm.can(~term)
    return OPEN if holds and fails else MET if holds else NOT_MET


def _other_readings(vm: Subject, usual: str) -> tuple[tuple[Readings, str], ...]:
    """The fewest changes of readings that change the method."""
    rules = vm.network.actors[method.name].rules("writer_metadata_gathered", Method.UNPUBLISHED.name)
    read = {name for rule in rules for name in machines_of(rule.when)}
    asked = [reading for reading in READINGS if reading.actor.name in read]
    found: list[tuple[Readings, str]] = []
    for count in range(1, len(asked) + 1):
        for some in combinations(asked, count):
            for states in product(*(reading.others for reading in some)):
                changed = tuple((reading.actor.name, state) for reading, state in zip(some, states, strict=True))
                chosen = _method(_published(vm, changed))
                explained = any(set(fewer) <= set(changed) and chosen == other for fewer, other in found)
                if chosen != usual and not explained:
                    found.append((changed, chosen))
    return tuple(found)


def _in_backup(vm: Subject, index: int) -> bool | None:
    """Whether the shadow copy holds a disk of a VM that is chosen with all its volumes."""
    rules = vm.network.actors[in_backup.name].rules("shadow_copies_committed", InBackup.NO.name)
    taken = any_of(*(vm.said(rule.when, _fixed(), {disk: index}) for rule in rules if rule.dest is not None))
    chosen = {selected.name: Selected.FOR_BACKUP, volumes.name: Volumes.ALL_IN_SET}
    taken = fold(taken, {name: frozenset({state.name}) for name, state in chosen.items()})
    return {MET: True, NOT_MET: False, OPEN: None}[_value(vm, taken)]


def _is_saved(vm: Subject, state: str) -> bool:
    """Whether the writer saves a VM of the Saved State method that is in this power state."""
    return any(rule.dest is not None for rule in vm.network.actors[power.name].rules("vm_saved", state))


def _during(vm: Subject, published: dict[str, Term]) -> Iterator[Effect]:
    cases = [(name, state) for name in published for state in Power if vm.can(published[name], power.is_(state))]
    for name, state in cases:
        if name == Method.CHILD_VM_SNAPSHOT.name:
            short = "keeps running, its writers frozen for a moment"
            says = "it keeps running; in PrepareForSnapshot its own writers are frozen for a moment (BAK-4, BAK-5)"
        elif _is_saved(vm, state.name):
            short = f"is out of use for the snapshot: saved, then given back {state.value}"
            says = (
                "it is put into a saved state in PrepareForSnapshot, and is out of use until PostSnapshot gives "
                f"it back {state.value} (BAK-3, BAK-9)"
            )
        else:
            short = f"stays {state.value}"
            says = f"it is {state.value} and stays so: the writer leaves it alone (BAK-3, BAK-9)"
        differ = [f"by {Method[name].value}"] if len(published) > 1 else []
        differ += [f"if it is {state.value}"] if len({power_ for _, power_ in cases}) > 1 else []
        by = " ".join(differ)
        yield Effect(f"{by} it {short}", f"{by}: {says}") if differ else Effect(f"it {short}", says)


def _cluster(vm: Subject, published: dict[str, Term]) -> Iterator[Effect]:
    """What the cluster service makes of it, state by state. Of a restore nothing is said in few words."""
    known = [state for state in Cluster if vm.can(cluster.is_(state))]
    table = vm.network.actors[cluster.name]
    saved = published.get(Method.SAVED_STATE.name, FALSE) & power.is_(
        frozenset(state for state in Power if _is_saved(vm, state.name))
    )

    def fails_over(event: str, state: Cluster) -> bool:
        return any(rule.dest in TAKEN_FOR_FAILED for rule in table.rules(event, state.name))

    for state in known:
        resource = f"{'if ' if len(known) > 1 else ''}its resource is {state.name.lower()}: "
        if fails_over("vm_fails_over", state) and vm.can(saved, cluster.is_(state)):
            unsure = "by Saved State " if vm.can(~saved, cluster.is_(state)) else ""
            verbs = ("may take", "fail") if unsure or len(known) > 1 else ("takes", "fails")
            yield Effect(
                "the cluster {} that for a failure and {} it over (CLU-1)".format(*verbs),
                f"{resource}{unsure}the writer saves it directly; the cluster takes that for a failure and fails it "
                "over (CLU-1). To avoid it, save it through the cluster service before the backup, and resume it "
                "there after (CLU-2)",
            )
        if fails_over("vm_deleted", state):
            yield Effect("", f"{resource}take it offline before a restore, or the cluster fails it over (CLU-3)")
