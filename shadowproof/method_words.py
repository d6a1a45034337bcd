"""The words of `method`: facts and open questions about the disks of a VM, disks that are alike said of once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from model.actors.conditions import DiskKind, disk_kind, disk_layout, file_system
from model.notation import Actor, Term
from model.notation.terms import And, In, Not, Or
from shadowproof.host import UNSEEN, Subject
from shadowproof.inventory import Fact

_SHOWN = 3
"""How many different facts of one condition are quoted."""

_PREDICATES = {
    "power": "it is {}",
    "system": "it runs {}",
    "snapshot_location": "its snapshot files are kept {}",
    "cluster": "its cluster resource is {}",
    disk_kind.name: "is {}",
    disk_layout.name: "is a {}",
    file_system.name: "has {}",
}
"""How a state's meaning is said; a machine that is not named here has meanings that are sentences."""


def facts_in_words(vm: Subject, facts: Sequence[tuple[str, Fact]]) -> list[str]:
    """Each different source once, after the disks it is about; for an open fact how to find out."""
    found: dict[tuple[str, str | None], list[int | None]] = {}
    for name, fact in facts:
        found.setdefault((fact.source, fact.command), []).append(_number(name))
    lines = []
    for (source, command), numbers in list(found.items())[:_SHOWN]:
        disks = disk_names(vm, [j for j in numbers if j is not None])
        lines.append(f"{disks}{': ' if disks else ''}{source}{f'; to find out, {command}' if command else ''}")
    left = [number for numbers in list(found.values())[_SHOWN:] for number in numbers]
    return [*lines, f"and {len(left)} more"] if left else lines


def disks_in_words(vm: Subject, indices: Iterable[int]) -> list[str]:
    """Each disk by its number, its name and what it is, or may be."""
    lines = []
    for j in indices:
        one = vm.disks[j]
        kinds = " or ".join(DiskKind[state].value for state in one.kind.values)
        name = disk_names(vm, [j])
        unnamed = one.name.startswith("(")
        lines.append(f"{name}, {kinds}" if unnamed else f"{name} ({one.name}), {kinds}")
    return lines


def hinge_words(vm: Subject, term: Term) -> tuple[str, ...]:
    """What is left open in a condition, one phrase for each thing that must be so; the same of several disks once."""
    found: dict[tuple[str, frozenset[str], bool], list[int | None]] = {}
    phrases: list[str] = []
    for part in term.parts if isinstance(term, And) else (term,):
        literal = _positive(vm, part)
        if isinstance(literal, In):
            number = _number(literal.actor)
            unseen = number is not None and vm.disks[number].name == UNSEEN
            found.setdefault((literal.actor.split("#")[0], literal.states, unseen), []).append(number)
        else:
            phrases.append(_phrase(vm, part))
    told = [_of_literal(vm, name, states, numbers) for (name, states, _), numbers in found.items()]
    return (*told, *phrases)


def disk_names(vm: Subject, indices: Sequence[int]) -> str:
    """Disks by their numbers, counted from one: "disks 1, 2 and 4 to 9"."""
    special = {UNSEEN: "iSCSI disks of the guest, if there are any"}
    listed = [j for j in indices if vm.disks[j].name not in special]
    names = [special[vm.disks[j].name] for j in indices if vm.disks[j].name in special]
    if listed and not vm.machine.disks_listed and not vm.machine.guest_disks_listed:
        return "its disks, which the file does not list"
    if listed:
        runs = _runs([j + 1 for j in listed])
        names.insert(0, f"disk{'s' if len(listed) > 1 else ''} {_joined(runs)}")
    return " and ".join(names)


def _of_literal(vm: Subject, name: str, states: frozenset[str], numbers: Sequence[int | None]) -> str:
    actor = vm.network.actors[name]
    indices = [j for j in numbers if j is not None]
    said = _PREDICATES.get(name, "{}").format(_meanings(actor, states))
    if not indices:
        return said
    single = len(indices) == 1 and disk_names(vm, indices).startswith("disk ")
    return f"{disk_names(vm, indices)} {said}" if single else f"each of {disk_names(vm, indices)} {said}"


def _meanings(actor: Actor, states: frozenset[str]) -> str:
    return " or ".join(str(actor.enum[state].value) for state in actor.states if state in states)


def _phrase(vm: Subject, term: Term) -> str:
    match _positive(vm, term):
        case In(name, states):
            return _of_literal(vm, name.split("#")[0], states, [_number(name)])
        case Or(parts):
            return " or ".join(_phrase(vm, part) for part in parts)
        case And(parts):
            return f"({' and '.join(_phrase(vm, part) for part in parts)})"
        case Not(body):
            return f"not ({_phrase(vm, body)})"
        case other:
            raise TypeError(other)


def _positive(vm: Subject, term: Term) -> Term:
    """A machine that is not in some states is in one of the others that it may be in."""
    match term:
        case Not(In(name, states)) if name in vm.allowed:
            return In(name, vm.allowed[name] - states)
        case _:
            return term


def _number(name: str) -> int | None:
    return int(name.split("#")[1]) if "#" in name else None


def _runs(numbers: Sequence[int]) -> list[str]:
    """Numbers in order, three and more in a row as "1 to 3"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [text for run in runs for text in ([f"{run[0]} to {run[-1]}"] if len(run) > 2 else map(str, run))]


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
