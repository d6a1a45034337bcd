"""Which VMs mutants are looked at with first: a few, chosen so that what may happen does so soon.

To choose them takes as long as to search a hundred mutants, so they are kept (`kinds.json`, made with `shadowproof mutate --record`).
Nothing hangs on the choice but how soon something is found: a protocol that has other machines, or other starts, has them chosen anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from model.notation.network import Network
from model.notation.run import Index, Run, Shape
from model.notation.terms import HOST, Term
from model.views import LEFT_OUT_WHERE_NOT_ASKED
from proofs.search.plain import successors
from proofs.search.symmetry import State
from proofs.world.compiled import Compiled
from proofs.world.parts import MORE, ONE_OF_EACH
from proofs.world.world import Column, Slice, World
from properties.kinds import Property, terms_of

PATH = Path(__file__).parent / "kinds.json"
SCHEMA = "shadowproof-kinds/1"

Start = Mapping[str, str]
"""A start state for each machine of a VM, by the name of its variable."""


def kinds_of(network: Network, column: Column, properties: Sequence[Property], shape: Shape) -> list[Start]:
    """Those that are kept for VMs of this shape, if the protocol has the machines and starts that they were chosen of, and all of them
    may be; else a few are chosen."""
    known = _kept().kinds.get(_said(shape), []) if are_kept(network) else []
    return known if known and may_be(network, shape, known) else few_kinds(network, column, properties, shape)


def are_kept(network: Network) -> bool:
    """Whether what is kept was chosen of a network with these machines and starts."""
    return _kept().starts == _starts(network)


def may_be(network: Network, shape: Shape, kinds: Sequence[Start]) -> bool:
    """Whether VMs of a shape may start so, with a start for each of their machines."""
    machines = set(_machines(network, shape))
    with suppress(ValueError):
        for kind in kinds:
            Run(network, [shape], {_place(name): state for name, state in kind.items()})
        return all(kind.keys() == machines for kind in kinds)
    return False


def dump(network: Network, column: Column, properties: Sequence[Property]) -> str:
    """A few kinds of VMs, chosen now, of each shape that mutants are looked at with, as text."""
    shapes = [ONE_OF_EACH, *(Shape({**ONE_OF_EACH.parts, one.name: n}) for one in network.parts for n in (0, MORE))]
    of_each = ",\n".join(
        f"{json.dumps(_said(shape))}: [\n{_rows(few_kinds(network, column, properties, shape))}\n]" for shape in shapes
    )
    head = f'"schema": {json.dumps(SCHEMA)},\n"starts": {json.dumps(_starts(network))}'
    return f'{{\n{head},\n"kinds": {{\n{of_each}\n}}\n}}\n'


def _rows(kinds: Sequence[Start]) -> str:
    return ",\n".join(f"  {json.dumps(one)}" for one in kinds)


@dataclass(frozen=True)
class _Kept:
    """starts: of each machine of the VMs, and their parts, that the kinds were chosen of. kinds: by shape."""

    starts: Mapping[str, list[str]] = field(default_factory=dict)
    kinds: Mapping[str, list[Start]] = field(default_factory=dict)


@cache
def _kept() -> _Kept:
    """What is kept; what cannot be read is nothing: then they are chosen."""
    with suppress(OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        data = json.loads(PATH.read_text("utf-8"))
        if data["schema"] == SCHEMA:
            starts = {str(name): [str(state) for state in states] for name, states in data["starts"].items()}
            of_each: dict[str, list[Start]] = {
                str(shape): [{str(name): str(state) for name, state in one.items()} for one in kinds]
                for shape, kinds in data["kinds"].items()
            }
            return _Kept(starts, of_each)
    return _Kept()


def _starts(network: Network) -> dict[str, list[str]]:
    """Where the machines of VMs, and of their parts, may start."""
    return {actor.name: list(actor.starts) for actor in network.actors.values() if actor.sort != HOST}


def _said(shape: Shape) -> str:
    return ", ".join(f"{number} {sort}" for sort, number in sorted(shape.parts.items()))


def _machines(network: Network, shape: Shape) -> Iterator[str]:
    """The variables of a VM of a shape."""
    for actor in network.actors.values():
        if actor.sort == network.replicated:
            yield actor.name
        elif actor.sort != HOST:
            yield from (f"{actor.name}#{j}" for j in range(shape.parts.get(actor.sort.name, 0)))


def _place(name: str) -> tuple[str, Index]:
    """The machine of the one VM, and its index."""
    actor, _, part = name.partition("#")
    return actor, (0, int(part)) if part else (0,)


def few_kinds(network: Network, column: Column, properties: Sequence[Property], shape: Shape) -> list[Start]:
    """A few VMs to begin with: so many that each event happens to one of them as soon as it may, as far as most questions go; and
    for each machine, and each state that it may start in, the one most like the first. Of configurations that nothing tells apart
    one stands for all."""
    by_guards = _all_kinds(World(network, column, LEFT_OUT_WHERE_NOT_ASKED), shape, ())
    by_all = _all_kinds(World(network, column), shape, [term for one in properties for term in terms_of(one)])
    others = [by_all.vm_vars[0].decode(by_all.locals[start][1]) for start in by_all.starts]
    declared = {name: network.actors[name.split("#")[0]].starts[0] for name in others[0]}
    plain = [declared | by_guards.vm_vars[0].decode(by_guards.locals[start][1]) for start in _soonest(by_guards)]
    found = [_nearest(others, one) for one in plain]
    for name in plain[0]:
        for state in dict.fromkeys(one[name] for one in others):
            if not any(one[name] == state for one in found):
                found.append(_nearest([one for one in others if one[name] == state], plain[0]))
    return [_whole(network, shape, one) for one in dict.fromkeys(map(_frozen, found))]


def _nearest(kinds: Sequence[Start], to: Start) -> Start:
    """The one that differs from another in fewest machines."""
    return min(kinds, key=lambda one: sum(one[name] != state for name, state in to.items()))


def _soonest(compiled: Compiled) -> list[int]:
    """Starts of one VM, so that each event happens to one of them after as few steps as to any: first the one of which that is so of
    most events, then the one of which it is so of most others, and so on."""
    after = {start: _events_from(compiled, start) for start in compiled.starts}
    least: dict[int, int] = {}
    for events in after.values():
        for event, steps in events.items():
            least[event] = min(steps, least.get(event, steps))
    left, found = set(least.items()), list[int]()
    while left:
        found.append(max(after, key=lambda start: len(after[start].items() & left)))
        left -= after[found[-1]].items()
    return found


def _all_kinds(world: World, shape: Shape, terms: Sequence[Term]) -> Compiled:
    machines = frozenset(name for name, reach in world.reach.items() if len(reach) > 1) - world.leaves_out
    return Compiled(world, Slice(machines, frozenset(event.name for event in world.events)), (shape,), terms)


def _frozen(start: Start) -> tuple[tuple[str, str], ...]:
    return tuple(start.items())


def _whole(network: Network, shape: Shape, start: tuple[tuple[str, str], ...]) -> Start:
    """The start with every machine in it: what is the same for all VMs is as it is first declared."""
    return {name: network.actors[name.split("#")[0]].starts[0] for name in _machines(network, shape)} | dict(start)


def _events_from(compiled: Compiled, start: int) -> dict[int, int]:
    """The events that happen in runs of one VM that starts so, and after how many steps each may."""
    level: list[State] = [(host, start) for host in compiled.start_hosts]
    seen, found, steps = set(level), dict[int, int](), 0
    while level:
        following: list[State] = []
        for state in level:
            for edge, target in successors(compiled, state, sort=False):
                found.setdefault(edge[0], steps)
                if target not in seen:
                    seen.add(target)
                    following.append(target)
        level, steps = following, steps + 1
    return found
