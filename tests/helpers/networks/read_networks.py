"""Small networks by chance that are silent about something: guards and rows read one or two readings; and their columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import chain, combinations, product
from random import Random

from model.notation import HOST, Actor, Fault, Move, Network, Term, all_of, any_of, build, event, on, some
from model.notation.errors import DeclarationError
from model.notation.events import Scope
from proofs.world.world import Column
from properties.kinds import Property
from tests.helpers.networks.random_networks import Drawn, Three, Two, drawn, vm

kept = lru_cache(maxsize=256)
"""Networks that many tests ask for are made once. Nobody changes one."""


@kept
def read(seed: int, *, properties: int = 2) -> tuple[Network, list[Column], list[Property]] | None:
    """A network that reads readings, its columns, and properties some of which read them too. None: the readings that were
    drawn make nonsense of it."""
    chance = Random(f"readings {seed}")
    found = drawn(seed, properties=properties)
    readings = [
        Actor(f"READ {i}", states, starts=states, says="A reading.")
        for i, states in enumerate(chance.choice(((Two,), (Three,), (Two, Two))))
    ]
    try:
        network = _reading(found, readings, chance)
    except DeclarationError:
        return None
    asked = [_read_by(one, readings, chance) for one in found.properties]
    return network, list(_columns(network, readings))[:24], asked


@kept
def configured(seed: int) -> tuple[Network, list[Column], list[Property]] | None:
    """The same with VMs that are coloured, for good: what only some columns' events look at, and some properties."""
    chance, known = Random(f"configured {seed}"), read(seed)
    if known is None:
        return None
    network, _, asked = known
    colour = Actor("colour", Three, of=vm, starts=frozenset(Three), says="Of VMs.")

    def looked_at(scope: Scope) -> Term:
        own = colour.is_(frozenset(chance.sample(list(Three), chance.randint(1, 2))))
        return own if scope.sort == vm and not scope.all else some(vm, own)

    events, faults = [], dict(network.faults)
    for one in network.events.values():
        if one.scope.sort not in {HOST, vm} or chance.random() < 0.4:
            events.append(one)
            continue
        fault = one.fault or (one.name if chance.random() < 0.6 else None)
        if fault and fault not in faults:
            faults[fault] = Fault(fault, "somewhere", "A fault.")
        events.append(replace(one, fault=fault, when=one.when & looked_at(one.scope)))
    actors = []
    for actor in network.actors.values():
        starts = frozenset(state for state in actor.enum if state.name in actor.starts)
        new = Actor(actor.name, actor.enum, of=actor.sort, starts=starts, says=actor.says)
        actors.append(new.table(*actor.moves) if actor.moves else new)
    try:
        whole = build([*actors, colour], events, faults.values(), network.at_start)
    except DeclarationError:
        return None
    coloured = [
        replace(one, term=any_of(one.term, looked_at(Scope(HOST))))  # type: ignore[call-arg, attr-defined]  # kinds with a term
        if one.kind in {"always", "step"} and chance.random() < 0.5
        else one
        for one in asked
    ]
    readings = [actor for actor in whole.of_sort(HOST) if not actor.moves]
    return whole, list(_columns(whole, readings))[:24], coloured


@kept
def repainted(seed: int) -> tuple[Network, list[Column], list[Property]] | None:
    """The same with VMs that are coloured, for good but where a reading is read so; no event looks at it, and each property does."""
    chance, known = Random(f"repainted {seed}"), read(seed)
    if known is None:
        return None
    network, _, asked = known
    reading = next(actor for actor in network.of_sort(HOST) if not actor.moves)
    colour = Actor("colour", Three, of=vm, starts=frozenset(Three), says="Of VMs.")
    there = chance.sample(list(Three), 3)
    colour.table(*(on("repaint", one, other) for one, other in zip(there, [*there[1:], there[0]], strict=True)))
    when = reading.is_(chance.choice(list(reading.enum)))
    repaint = event("repaint", at=vm, when=when, by="T-1", says="It is painted anew.")
    whole = build(
        [*network.actors.values(), colour],
        [*network.events.values(), *repaint],
        network.faults.values(),
        network.at_start,
    )
    coloured = [
        replace(one, term=any_of(one.term, ~some(vm, colour.is_(chance.choice(list(Three))))))  # type: ignore[call-arg, attr-defined]  # kinds with a term
        for one in asked
        if one.kind in {"always", "step"}
    ]
    return whole, list(_columns(whole, [reading]))[:24], coloured


def _reading(found: Drawn, readings: list[Actor], chance: Random) -> Network:
    actors = []
    for actor in found.network.actors.values():
        starts = frozenset(state for state in actor.enum if state.name in actor.starts)
        new = Actor(actor.name, actor.enum, of=actor.sort, starts=starts, says=actor.says)
        actors.append(new.table(*(_row(move, readings, chance) for move in actor.moves)) if actor.moves else new)
    events = [replace(one, when=_bent(one.when, readings, chance)) for one in found.network.events.values()]
    return build([*readings, *actors], events, found.network.faults.values(), found.network.at_start)


def _row(move: Move, readings: list[Actor], chance: Random) -> Move:
    return (
        move
        if move.sources is None or chance.random() < 0.7
        else replace(move, when=move.when & _atom(readings, chance))
    )


def _atom(readings: list[Actor], chance: Random) -> Term:
    one = chance.choice(readings)
    return one.is_(frozenset(chance.sample(list(one.enum), chance.randint(1, len(one.enum) - 1))))


def _bent(term: Term, readings: list[Actor], chance: Random) -> Term:
    choice = chance.random()
    if choice < 0.5:
        return term
    return (all_of if choice < 0.8 else any_of)(_atom(readings, chance), term)


def _read_by(one: Property, readings: list[Actor], chance: Random) -> Property:
    if not hasattr(one, "term") or chance.random() < 0.6:
        return one
    if (
        one.kind == "possible"
    ):  # a witness that any step is would be met wherever there happens to be an event in the slice
        said = one.term & _atom(readings, chance)
        return replace(one, term=said, witness=said)  # type: ignore[call-arg]  # kinds with a term
    return replace(one, term=_bent(one.term, readings, chance))  # type: ignore[call-arg]  # kinds with a term


def _columns(network: Network, readings: list[Actor]) -> Iterator[Column]:
    faults = sorted(network.faults)
    sets = chain.from_iterable(combinations(faults, n) for n in range(len(faults) + 1))
    states = product(*(reading.states for reading in readings))
    for tolerated, fixed in product(list(sets), list(states)):
        named = tuple((r.name, s) for r, s in zip(readings, fixed, strict=True) if s != r.starts[0])
        yield Column(frozenset(tolerated), named)


def readings_of(network: Network) -> frozenset[str]:
    return frozenset(actor.name for actor in network.of_sort(HOST) if not actor.moves)
