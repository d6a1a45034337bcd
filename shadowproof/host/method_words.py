"""The words of `method`: facts and open questions about the disks of a VM, disks that are alike said of once."""

from __future__ import annotations

from collections.abc import Sequence

from model.actors.conditions import DiskKind, disk_kind, disk_layout, file_system, integration
from model.notation import Actor, Term
from model.notation.terms import And, In, Not, Or
from shadowproof.host.inventory import Fact
from shadowproof.host.kinds import UNSEEN, Subject

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
    for source, command in list(found):
        if any(other.startswith(f"{source}; ") for other, _ in found):
            del found[source, command]
    lines = []
    for (source, command), numbers in list(found.items())[:_SHOWN]:
        disks = disk_names(vm, [j for j in numbers if j is not None])
        lines.append(f"{disks}{': ' if disks else ''}{source}{f'; to find out, {command}' if command else ''}")
    left = [number for numbers in list(found.values())[_SHOWN:] for number in numbers]
    return [*lines, f"and {len(left)} more"] if left else lines


def disk_in_words(vm: Subject, index: int) -> str:
    """The disk by its number, its name and what it is, or may be."""
    one, number = vm.disks[index], disk_names(vm, [index])
    if one.name == UNSEEN:
        return f"{number}, which the host cannot see"
    kinds = " or ".join(DiskKind[state].value for state in one.kind.values)
    return f"{number} ({one.name}), {kinds}" if number.startswith("disk ") else f"{number}: each {kinds}"


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


def because(vm: Subject, machines: Sequence[str]) -> str:
    """Why a condition is not met, by the machines that decide that: what they are."""
    found: dict[tuple[str, frozenset[str]], list[int | None]] = {}
    for name in machines:
        found.setdefault((name.split("#")[0], vm.allowed[name]), []).append(_number(name))
    told = {key: numbers for key, numbers in found.items() if key[0] != disk_kind.name} or found
    return " and ".join(_is(vm, name, states, numbers) for (name, states), numbers in told.items())


def _is(vm: Subject, name: str, states: frozenset[str], numbers: Sequence[int | None]) -> str:
    of_itself = f"its {_SERVICE} is {_meanings(vm.network.actors[name], states)}" if name == integration.name else ""
    return of_itself or _of_literal(vm, name, states, numbers)


_SERVICE = "backup integration service"


def disk_names(vm: Subject, indices: Sequence[int]) -> str:
    """Disks by their numbers, counted from one: "disks 1, 2 and 4 to 9"."""
    if indices and _uncounted(vm):
        return "its disks (the file lists none)"
    listed = [j + 1 for j in indices if vm.disks[j].name != UNSEEN]
    names = [f"disk{'s' if len(listed) > 1 else ''} {_joined(_runs(listed))}"] if listed else []
    names += ["iSCSI disks of the guest, if there are any"] if len(listed) < len(indices) else []
    return " and ".join(names)


def _uncounted(vm: Subject) -> bool:
    """Whether one disk stands for all, since the file lists none."""
    return not vm.machine.disks_listed and not vm.machine.guest_disks_listed


def _of_literal(vm: Subject, name: str, states: frozenset[str], numbers: Sequence[int | None]) -> str:
    said = _PREDICATES.get(name, "{}").format(_meanings(vm.network.actors[name], states))
    indices = [j for j in numbers if j is not None]
    if not indices:
        return said
    if vm.disks[indices[0]].name == UNSEEN:
        return f"every iSCSI disk of the guest, if there is one, {said}"
    if _uncounted(vm):
        return f"every disk of it {said}"
    disks = disk_names(vm, indices)
    return f"{disks} {said}" if disks.startswith("disk ") else f"each of {disks} {said}"


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
