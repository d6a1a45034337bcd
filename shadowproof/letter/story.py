"""A run as a story: who begins where, and what happens, a sentence a step."""

from __future__ import annotations

from collections.abc import Iterator

from model.notation.run import Index
from proofs.answers.runs import Kept
from proofs.world.slices import as_asked
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from shadowproof.outside.spelling import many
from shadowproof.tell.argument import Recorded, plain
from shadowproof.tell.lanes import Line
from shadowproof.tell.story import lines_of


def told(kept: Kept, column: Column) -> list[str]:
    """The lines of the story: one on the start, then one a step; steps of the host that change no VM are one."""
    found = PROPERTIES[kept.property]
    network, _ = as_asked(found, watched())
    recorded = Recorded(kept.run, network, column)
    return [_start(recorded), *_steps(recorded, lines_of(recorded)[1:])]


def _start(recorded: Recorded) -> str:
    vms = recorded.members(recorded.network.replicated, ())
    of = [f"VM {vm[0] + 1} {_in_power(plain(recorded.states[0]['power', vm]))}" for vm in vms]
    return f"{many(len(vms), 'VM')}: {', '.join(of)}."


def _in_power(state: str) -> str:
    return "runs" if state == "running" else f"is {state}"


def _steps(recorded: Recorded, lines: list[Line]) -> Iterator[str]:
    usual: list[int] = []
    for line in lines:
        name, index = recorded.steps[line.first - 1]
        event = recorded.network.events[name]
        if not index and event.fault is None and not any(line.lanes[1:]) and line.lanes[0] == name:
            usual.append(line.first)
            continue
        yield from _folded(recorded, usual)
        usual = []
        yield _sentence(recorded, line.first)
    yield from _folded(recorded, usual)


def _folded(recorded: Recorded, numbers: list[int]) -> Iterator[str]:
    """Steps in which nothing is told but that they happen; one of them by itself in full."""
    if len(numbers) == 1:
        yield _sentence(recorded, numbers[0])
    elif numbers:
        yield f"{numbers[0]}-{numbers[-1]}. {', '.join(plain(recorded.steps[n - 1][0]) for n in numbers)}."


def _sentence(recorded: Recorded, number: int) -> str:
    name, index = recorded.steps[number - 1]
    event = recorded.network.events[name]
    fault = recorded.network.faults.get(name)
    says = fault.says if fault is not None else event.says
    return f"{number}. {_whose(index)}{says}{_power(recorded, number)}"


def _whose(index: Index) -> str:
    return f"VM {index[0] + 1}: " if index else ""


def _power(recorded: Recorded, number: int) -> str:
    """Which VMs are on, off or saved since this step."""
    before, now = recorded.states[number - 1], recorded.states[number]
    changed = [
        f"VM {index[0] + 1}: {plain(before[name, index])}, then {plain(state)}"
        for (name, index), state in now.items()
        if name == "power" and before[name, index] != state
    ]
    return f" ({'; '.join(changed)})" if changed else ""
