"""The whole network for the explorer: every machine and every event, nothing cut away; and states in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from model.notation import HOST, Network, Shape
from model.notation.terms import Happens, In
from proofs.search.symmetry import State
from proofs.world.compiled import Compiled
from proofs.world.world import Column, Slice, World

Words = tuple[tuple[tuple[str, str], ...], ...]
"""A state in words: the host's machines with their states, then those of each VM."""


def whole(world: World) -> Slice:
    """Every event, and every machine that can be in more states than one or stand in an event's way."""
    actors = world.network.actors.values()
    return world.cone(
        [
            Happens(frozenset(event.name for event in world.events)),
            *(In(a.name, frozenset(sorted(world.reach[a.name])[:1])) for a in actors),
        ],
        whole_events=True,
    )


def compiled_whole(
    network: Network,
    shapes: Iterable[Shape],
    column: Column | None = None,
    *,
    allowed: Iterable[Mapping[str, frozenset[str]]] | None = None,
    reduce: bool = False,
) -> Compiled:
    world = World(network, column or Column())
    starts = None if allowed is None else tuple(allowed)
    return Compiled(world, whole(world), tuple(shapes), allowed=starts, reduce=reduce)


def in_words(compiled: Compiled, state: State) -> Words:
    """The state of every machine that is kept."""
    host = compiled.host_vars.decode(compiled.hosts[state[0]])
    return (tuple(sorted(host.items())), *(vm_in_words(compiled, vm) for vm in state[1:]))


def views_in_words(compiled: Compiled, views: Iterable[State], names: frozenset[str]) -> frozenset[object]:
    """Views in words, as far as some machines go; each variable of them told."""
    found = set[object]()
    for view in views:
        host, vm = in_words(compiled, view)
        found.add(tuple((name, state) for name, state in (*host, *vm) if name in names))
    return frozenset(found)


def machines_in(compiled: Compiled) -> frozenset[str]:
    """The variables of the host, and of a VM of the first shape."""
    return frozenset((*compiled.host_vars.names, *compiled.vm_vars[0].names))


def all_in_words(compiled: Compiled, states: Iterable[State], kept: frozenset[str] | None = None) -> set[Words]:
    """Many states, each of the host and of a VM put into words once. kept: of these machines only (None: of all)."""

    def cut(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        return tuple(pair for pair in pairs if kept is None or pair[0].split("#")[0] in kept)

    @cache
    def host(number: int) -> tuple[tuple[str, str], ...]:
        return cut(sorted(compiled.host_vars.decode(compiled.hosts[number]).items()))

    @cache
    def vm(number: int) -> tuple[tuple[str, str], ...]:
        return cut(vm_in_words(compiled, number))

    return {(host(state[0]), *map(vm, state[1:])) for state in states}


def vm_in_words(compiled: Compiled, vm: int) -> tuple[tuple[str, str], ...]:
    form, states = compiled.locals[vm]
    return tuple(sorted(compiled.vm_vars[form].decode(states).items()))


def in_numbers(compiled: Compiled, states: Mapping[tuple[str, tuple[int, ...]], str]) -> State:
    """The state of a run, one form for each VM, as the explorer has it; machines that are not kept are left out."""
    network = compiled.world.network
    host = {name: state for (name, at), state in states.items() if network.actors[name].sort == HOST}
    vms = []
    for form, vars_ in enumerate(compiled.vm_vars):
        own = {}
        for name in vars_.names:
            actor, _, part = name.partition("#")
            own[name] = states[actor, (form, int(part)) if part else (form,)]
        vms.append(compiled.local_id(form, vars_.encode(own)))
    return (compiled.host_id(compiled.host_vars.encode(host)), *vms)
