"""What `method` prints and writes: a line for each VM, or all that is known of it; and the same for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from shlex import quote

from model.actors.conditions import CONDITIONS
from model.actors.method import Method
from model.protocol import READINGS
from shadowproof.host.inventory import Fact, Inventory
from shadowproof.host.method import NOT_MET, OPEN, Assessment, Readings
from shadowproof.host.method_words import because, disk_in_words, disk_names, facts_in_words
from shadowproof.outside.spelling import shortened

WIDTH = 110
_NOTES = 20
"""Notes on a file that stand below a line for each VM; all of them stand below the details."""


def summary(assessed: Sequence[Assessment], notes: Sequence[str], more: str) -> list[str]:
    """A line for each VM, the notes on the file, the counts. more: the command that tells the rest."""
    lines = [_line(found) for found in assessed]
    if notes:
        lines += ["", *(f"Note on the file: {note}" for note in notes[:_NOTES])]
        lines += [f"{len(notes) - _NOTES} more notes: {more} --verbose"] if len(notes) > _NOTES else []
    name = quote(assessed[0].vm.machine.name)
    return [*lines, "", counted(assessed), f"All that is known of one: {more} --vm {name} (of all: --verbose)"]


def _line(found: Assessment) -> str:
    """The VM, its method, why, and what happens to it."""
    vm, machine = found.vm, found.vm.machine
    if found.method == OPEN:
        first, *others = found.depends_on or ("more is known of it",)
        why = f"Child VM Snapshot if {first}{f', and {len(others)} more' if others else ''}"
    elif found.method == Method.CHILD_VM_SNAPSHOT.name:
        why = f"since all {len(CONDITIONS)} conditions are met"
    else:
        failing = [condition for condition in found.conditions if condition.value == NOT_MET]
        why = "since " + " and ".join(f"{because(vm, [m for m, _ in one.facts])} ({one.id})" for one in failing)
    left_out = [j for j, one in enumerate(found.disks) if one.in_backup is False and not vm.is_unseen(j)]
    said = [*found.short]
    said += (
        [f"{disk_names(vm, left_out)} {'is' if len(left_out) == 1 else 'are'} not in the backup"] if left_out else []
    )
    said += [
        f"the document does not speak of it: {one.split(' (')[0].split(', of which')[0]}" for one in machine.outside
    ]
    said += ["what the file says of it cannot be"] if found.contradiction else []
    return f"{machine.label}: {_how(found.method)}, {why}; {'; '.join(said)}"


def details(assessed: Sequence[Assessment], notes: Sequence[str], width: int = WIDTH) -> str:
    """All that is known of each VM, the notes on the file, and the counts at the end; no line longer than the width."""
    lines = [line for found in assessed for line in (*_lines(found, width), "")]
    if notes:
        lines += ["Notes on the file", *(line for note in notes for line in _wrapped("", note, width)), ""]
    return "\n".join([*lines, counted(assessed)]) + "\n"


def counted(assessed: Sequence[Assessment]) -> str:
    """How many VMs there are of each method."""
    counts = ", ".join(f"{count} {_how(name)}" for name, count in _counts(assessed).items())
    return f"{len(assessed)} VM{'s' if len(assessed) > 1 else ''}: {counts}"


def _how(name: str) -> str:
    return name if name == OPEN else Method[name].value


def _counts(assessed: Sequence[Assessment]) -> dict[str, int]:
    names = [state.name for state in Method if state is not Method.UNPUBLISHED]
    return {name: sum(found.method == name for found in assessed) for name in (*names, OPEN)}


def _lines(found: Assessment, width: int) -> Iterator[str]:
    name = found.vm.machine.label
    yield f"{shortened(name)}: {_how(found.method)}"
    if shortened(name) != name:
        yield from _wrapped("name", name, width)
    before = ""
    for label, text in _rows(found):
        yield from _wrapped("" if label == before else label, text, width)
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


def _wrapped(label: str, text: str, width: int) -> list[str]:
    """A labelled line, wrapped; what has no blanks is broken where it must."""
    return textwrap.wrap(
        text, width, initial_indent=f"  {label:<9}", subsequent_indent=" " * 11, break_on_hyphens=False
    )


def as_json(inventory: Inventory, assessed: Sequence[Assessment]) -> dict[str, object]:
    """The same for programs. The keys stay; more may come."""
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
