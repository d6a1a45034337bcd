"""By which method each VM of an inventory is backed up, why, and what that does to it: `assess`, `render`, `as_json`.

Every conclusion is the model's own: its guards are filled in with what the file says. Where they can come out both ways
the answer is open, and says what would settle it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from model.actors.cluster import Cluster, cluster
from model.actors.conditions import CONDITIONS
from model.actors.image import InBackup, in_backup
from model.actors.method import Method, method
from model.actors.power import Power, power
from model.actors.volumes import Selected, Volumes, selected, volumes
from model.notation import FALSE, Network, Term, any_of
from model.notation.terms import And, machines_of
from model.protocol import PROTOCOL
from model.readings import READINGS
from model.sorts import disk
from proofs.world.world import fold
from shadowproof.host.inventory import Fact, Inventory, Machine
from shadowproof.host.kinds import Subject
from shadowproof.host.method_words import disk_in_words, facts_in_words, hinge_words
from shadowproof.spelling import shortened

OPEN, MET, NOT_MET = "open", "met", "not met"
TAKEN_FOR_FAILED = {Cluster.FAILED_OVER.name, Cluster.LEFT_BEHIND.name}
WIDTH = 110
Readings = tuple[tuple[str, str], ...]
"""Readings that differ from the default, each with its state."""


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
    `contradiction`: what the file says that cannot be so.
    """

    vm: Subject
    method: str
    conditions: tuple[Condition, ...]
    depends_on: tuple[str, ...]
    readings: tuple[tuple[Readings, str], ...]
    disks: tuple[OnDisk, ...]
    during: tuple[str, ...]
    cluster: tuple[str, ...]
    contradiction: str | None


def assess(machine: Machine, network: Network = PROTOCOL) -> Assessment:
    """Judge one VM by the model's guards, under the default readings."""
    vm = Subject(machine, network)
    published = _published(vm)
    chosen = _method(published)
    hinges = hinge_words(vm, published[Method.CHILD_VM_SNAPSHOT.name]) if chosen == OPEN else ()
    return Assessment(
        vm,
        chosen,
        tuple(_condition(vm, name, term) for name, term in CONDITIONS.items()),
        hinges,
        _other_readings(vm, chosen),
        tuple(OnDisk(one.name, one.kind, _in_backup(vm, j)) for j, one in enumerate(vm.disks)),
        tuple(_during(vm, published)),
        tuple(_cluster(vm, published)),
        vm.contradiction,
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


def _condition(vm: Subject, name: str, term: Term) -> Condition:
    whole = vm.spread(term, _fixed())
    parts = whole.parts if isinstance(whole, And) else (whole,)
    value = _value(vm, whole)
    deciding = [part for part in parts if _value(vm, part) == value] or list(parts)
    told = {
        machine: vm.facts[machine] for part in deciding for machine in sorted(machines_of(part)) if machine in vm.facts
    }
    return Condition(name, value, tuple(told.items()))


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


def _during(vm: Subject, published: dict[str, Term]) -> Iterator[str]:
    cases = [(name, state) for name in published for state in Power if vm.can(published[name], power.is_(state))]
    for name, state in cases:
        if name == Method.CHILD_VM_SNAPSHOT.name:
            says = "it keeps running; in PrepareForSnapshot its own writers are frozen for a moment (BAK-4, BAK-5)"
        elif _is_saved(vm, state.name):
            says = (
                "it is put into a saved state in PrepareForSnapshot, and is out of use until PostSnapshot gives "
                f"it back {state.value} (BAK-3, BAK-9)"
            )
        else:
            says = f"it is {state.value} and stays so: the writer leaves it alone (BAK-3, BAK-9)"
        differ = [f"by {Method[name].value}"] if len(published) > 1 else []
        differ += [f"if it is {state.value}"] if len({power_ for _, power_ in cases}) > 1 else []
        yield f"{' '.join(differ)}: {says}" if differ else says


def _cluster(vm: Subject, published: dict[str, Term]) -> Iterator[str]:
    """What the cluster service makes of it, state by state."""
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
            yield (
                f"{resource}{unsure}the writer saves it directly; the cluster takes that for a failure and fails it "
                "over (CLU-1). To avoid it, save it through the cluster service before the backup, and resume it "
                "there after (CLU-2)"
            )
        if fails_over("vm_deleted", state):
            yield f"{resource}take it offline before a restore, or the cluster fails it over (CLU-3)"


def render(inventory: Inventory, network: Network = PROTOCOL) -> str:
    """The assessment of every VM as text, and the counts at the end."""
    assessed = [assess(machine, network) for machine in inventory.machines]
    lines = [line for found in assessed for line in (*_lines(found), "")]
    if inventory.notes:
        lines += ["Notes on the file", *(line for note in inventory.notes for line in _wrapped("", note)), ""]
    counts = ", ".join(f"{count} {_how(name)}" for name, count in _counts(assessed).items())
    lines.append(f"{len(assessed)} VM{'s' if len(assessed) > 1 else ''}: {counts}")
    return "\n".join(lines) + "\n"


def _how(name: str) -> str:
    return name if name == OPEN else Method[name].value


def _counts(assessed: Sequence[Assessment]) -> dict[str, int]:
    names = [state.name for state in Method if state is not Method.UNPUBLISHED]
    return {name: sum(found.method == name for found in assessed) for name in (*names, OPEN)}


def _lines(found: Assessment) -> Iterator[str]:
    name = found.vm.machine.label
    yield f"{shortened(name)}: {_how(found.method)}"
    if shortened(name) != name:
        yield from _wrapped("name", name)
    before = ""
    for label, text in _rows(found):
        yield from _wrapped("" if label == before else label, text)
        before = label


def _rows(found: Assessment) -> Iterator[tuple[str, str]]:
    """What is said of a VM, each with its label."""
    vm = found.vm
    for condition in found.conditions:
        said = facts_in_words(vm, condition.facts) or ["it has no disk that counts"]
        idle = condition.value == OPEN and found.method != OPEN
        value = "open, and makes no difference" if idle else condition.value
        yield condition.id, f"{value}: {said[0]}"
        yield from ((condition.id, more) for more in said[1:])
    for i, hinge in enumerate(found.depends_on):
        yield "open", ("and " if i else "Child VM Snapshot if ") + hinge
    for readings, name in found.readings:
        yield "reading", f"under {_of_readings(readings)}: {_how(name)}"
    yield from (("backup", says) for says in found.during)
    for j, one in enumerate(found.disks):
        if one.in_backup is False:
            yield "left out", f"{disk_in_words(vm, j)}: to be backed up inside the VM (BAK-14)"
        elif one.in_backup is None:
            yield (
                "unsure",
                f"{disk_in_words(vm, j)}: in the backup only as a VHD (BAK-14); to find out, {one.kind.command}",
            )
    yield from (("cluster", says) for says in found.cluster)
    yield from (("outside", says) for says in vm.machine.outside)
    if found.contradiction:
        yield "file", found.contradiction


def _of_readings(readings: Readings) -> str:
    meaning = {reading.actor.name: reading.actor.enum for reading in READINGS}
    return " and ".join(f"{name}={state} ({meaning[name][state].value})" for name, state in readings)


def _wrapped(label: str, text: str) -> list[str]:
    """A labelled line, wrapped; what has no blanks is broken where it must."""
    return textwrap.wrap(
        text, WIDTH, initial_indent=f"  {label:<9}", subsequent_indent=" " * 11, break_on_hyphens=False
    )


def as_json(inventory: Inventory, network: Network = PROTOCOL) -> dict[str, object]:
    """The same for programs. The keys stay; more may come."""
    assessed = [assess(machine, network) for machine in inventory.machines]
    return {
        "inventory": str(inventory.path),
        "vms": [_vm_as_json(found) for found in assessed],
        "notes": list(inventory.notes),
        "summary": {"vms": len(assessed), **_counts(assessed)},
    }


def _vm_as_json(found: Assessment) -> dict[str, object]:
    return {
        "name": found.vm.machine.name,
        "id": found.vm.machine.id,
        "host": found.vm.machine.host,
        "method": found.method,
        "depends_on": list(found.depends_on),
        "conditions": {
            condition.id: {
                "value": condition.value,
                "facts": [{"about": name, **_fact_as_json(fact)} for name, fact in condition.facts],
            }
            for condition in found.conditions
        },
        "readings": [{"readings": dict(readings), "method": name} for readings, name in found.readings],
        "disks": [
            {"name": one.name, "kind": _fact_as_json(one.kind), "in_backup": one.in_backup} for one in found.disks
        ],
        "during": list(found.during),
        "cluster": list(found.cluster),
        "outside": list(found.vm.machine.outside),
        "contradiction": found.contradiction,
    }


def _fact_as_json(fact: Fact) -> dict[str, object]:
    return {"states": list(fact.values), "source": fact.source, "command": fact.command}
