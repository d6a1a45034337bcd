"""A mutant may tell starts apart that nothing tells apart in the right network: where one of them stands for all, it is not the same
for what holds of that one. Small networks, one a way in which that comes about, and networks drawn by chance; all held against a plain
search from every start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

import pytest

from model.notation import (
    HOST,
    TRUE,
    Actor,
    DeclarationError,
    Event,
    Network,
    Shape,
    States,
    Term,
    build,
    event,
    on,
    some,
    stays,
)
from proofs.mutants.operators import Mutant, mutants_of
from proofs.search.plain import LimitReached
from proofs.verdicts.columns import BASE
from proofs.world.world import Column
from tests.helpers.networks.random_networks import drawn, random_count, vm
from tests.helpers.networks.read_networks import configured
from tests.helpers.nightly import nightly
from tests.helpers.same_steps import starts_and_steps, the_same_alone, the_same_together

Asked = Callable[[Network, Mutant, Column], bool]
WAYS: tuple[Asked, ...] = (the_same_alone, the_same_together)

MOST = 1_000
"""States of a network that is searched."""


class Four(States):
    A = "a"
    B = "b"
    C = "c"
    D = "d"


def switch() -> Actor:
    """A machine of the host that is never B, and moves."""
    return Actor("switch", Four, starts=Four.A, says="Of the host.").table(on("switched", Four.A, Four.C))


ON = switch().is_(Four.B)


def at_vm(name: str, when: Term) -> tuple[Event, ...]:
    return event(name, at=vm, when=when, by="T-1", says="It happens.")


def network(machines: list[Actor], **when: Term) -> Network:
    """These machines beside the switch; events of one VM, by name, with their guards."""
    events = (at_vm(name, term) for name, term in when.items())
    switched = event("switched", by="T-1", says="It is switched.")
    return build([switch(), *machines], [*switched, *(one for found in events for one in found)])


def of_vm(name: str, starts: frozenset[States], *rows: object) -> Actor:
    actor = Actor(name, Four, of=vm, starts=starts, says="Of a VM.")
    return actor.table(*rows) if rows else actor  # type: ignore[arg-type]  # rows, as `table` has them


EVERY = frozenset(Four)


def guard_reads_it() -> Network:
    """A condition that never holds is dropped from a guard; what is left reads a machine that moves from one of its starts only."""
    work = of_vm("work", frozenset({Four.A}), on("done", Four.A, Four.B))
    place = of_vm("place", EVERY, on("go", Four.C, Four.D))
    return network([work, place], go=TRUE, done=place.is_(Four.B) & ON)


def row_begins_there() -> Network:
    """A row that begins in one start more."""
    return network([of_vm("place", EVERY, on("go", Four.A, Four.D, ON), on("go", Four.C, Four.D))], go=TRUE)


def row_fits_there() -> Network:
    """A row that never fits loses its condition, and moves what stays where it is in the right network."""
    return network([of_vm("place", Four.A | Four.B, on("go", Four.B, Four.A, ON))], go=TRUE)


def guard_is_asked_at_last() -> Network:
    """An event that never happens, since a row never fits: its guard, which is not changed, reads what nothing else reads."""
    colour = of_vm("colour", EVERY)
    work = of_vm("work", frozenset({Four.A}), on("go", Four.A, Four.B, ON))
    return network([colour, work], go=colour.is_(Four.C))


def last_row_goes() -> Network:
    """A machine of the host may start in two states, and loses its only row: it would be a reading, fixed in a column."""
    other = of_vm("work", frozenset({Four.A}), on("go", Four.A, Four.B), stays("go"))
    gate = Actor("gate", Four, starts=Four.A | Four.B, says="Of the host.").table(on("go", Four.C, Four.D), stays("go"))
    return network([gate, other], go=TRUE)


def rows_are_read() -> Network:
    """A machine of the host that stays where it is, until the mutant sets it off; its rows read what nothing else needs."""
    place = of_vm("place", frozenset({Four.A}), on("go", Four.A, Four.B), stays("go"))
    looks = on("turned", Four.A, Four.A, some(vm, place.is_(Four.B)))
    gate = Actor("gate", Four, starts=Four.A, says="Of the host.").table(
        looks, stays("turned"), on("go", Four.A, Four.A), on("go", Four.D, Four.B)
    )
    return build([gate, place], [*at_vm("go", TRUE), *event("turned", by="T-1", says="It is turned.")])


NETS = [
    (guard_reads_it, "done: drop-condition switch is b"),
    (row_begins_there, "go: widen-source place C to D, also from B"),
    (row_fits_there, "go: drop-condition place B to A, switch is b"),
    (guard_is_asked_at_last, "go: drop-condition work A to B, switch is b"),
    (last_row_goes, "go: drop-participant gate"),
    (rows_are_read, "go: redirect gate A to A, to B"),
]


def is_the_same(of: Network, mutant: Mutant, column: Column, shapes: Sequence[Shape], most: int) -> bool:
    """Whether no search, of up to so many VMs of a shape, sees a difference. Raises DeclarationError where the mutant is refused."""
    changed = mutant.change(of)
    return all(
        starts_and_steps(of, column, shape, vms, MOST) == starts_and_steps(changed, column, shape, vms, MOST)
        for shape in shapes
        for vms in range(1, most + 1)
    )


def not_refused(of: Network) -> Iterator[Mutant]:
    for mutant in mutants_of(of):
        with suppress(DeclarationError):
            mutant.change(of)
            yield mutant


@pytest.mark.parametrize(("make", "name"), NETS, ids=[make.__name__ for make, _ in NETS])
def test_starts_that_only_the_mutant_tells_apart_are_looked_at(make: Callable[[], Network], name: str) -> None:
    of = make()
    found = {one.name: one for one in not_refused(of)}
    assert not is_the_same(of, found[name], BASE, [Shape({})], 1)
    for mutant in found.values():
        said = [way(of, mutant, BASE) for way in WAYS]
        assert not any(said) or is_the_same(of, mutant, BASE, [Shape({})], 2), mutant.name
    assert any(all(way(of, mutant, BASE) for way in WAYS) for mutant in found.values())


def networks(each: int) -> Iterator[tuple[str, Network, Column]]:
    """Drawn by chance, some with parts, and with VMs that are coloured for good; each with a machine of VMs that may start in several
    states."""
    for seed in range(95_040, 95_040 + each):
        plain = drawn(seed, parts=bool(seed % 3 == 0), properties=0)
        yield f"plain {seed}", plain.network, plain.column
        if (found := configured(seed)) is not None:
            yield f"coloured {seed}", found[0], found[1][seed % len(found[1])]


def held_against_searches(each: int) -> Counter[str]:
    """How often mutants are called the same, or not, and are, in networks in which VMs may start in several ways."""
    seen: Counter[str] = Counter()
    for name, of, column in networks(each):
        if of.at_start or not any(a.sort != HOST and len(a.starts) > 1 for a in of.actors.values()):
            continue
        shapes = [Shape({"disk": n}) for n in ((0, 1, 2) if of.parts else (0,))]
        for mutant in islice(not_refused(of), 0, None, 6):
            said = {way(of, mutant, column) for way in WAYS}
            if said == {False}:
                seen["differs"] += 1
                continue
            with suppress(LimitReached):
                seen["the same" if is_the_same(of, mutant, column, shapes, 2) else f"wrong: {name}, {mutant.name}"] += 1
    return seen


FEW = 4
"""Networks of each kind that are drawn for every run."""


@pytest.mark.parametrize("each", [FEW, pytest.param(random_count(1), marks=nightly)])
def test_what_is_called_the_same_is_so_from_every_start(each: int) -> None:
    seen = held_against_searches(each)
    assert not [one for one in seen if one.startswith("wrong")], seen
    assert min(seen["the same"], seen["differs"]) >= 4 * each, seen
