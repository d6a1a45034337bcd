"""What slices of a world have in common is worked out once for all of them, and each is still as if it were the only one."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import Any
from weakref import ref

import pytest

from model.notation import Actor, Network, Shape, Sort, States, Term, build, event, every, happens, on, some, stays
from model.notation.changes import with_event
from model.notation.terms import After, In, Unchanged
from model.sorts import vm
from proofs.search.swift import explore_swiftly
from proofs.verdicts.columns import BASE
from proofs.views.fulfilment import step_found
from proofs.views.saturation import TooManyViews, Views, saturate
from proofs.world import predicates, stand_ins
from proofs.world.compiled import Compiled
from proofs.world.layout import is_local
from proofs.world.parts import ONE_OF_EACH
from proofs.world.scope import Kinds
from proofs.world.slices import Worlds
from proofs.world.terms import can_hold, expand, only_at
from proofs.world.world import Slice, World
from properties.catalogue import PROPERTIES, watched
from properties.kinds import terms_of
from tests.helpers.networks.random_networks import Drawn, drawn, random_count
from tests.proofs.world.test_stand_ins import some_kinds

NETWORKS = random_count(1) // 2

Asked = tuple[tuple[Term, ...], bool]


def asked_of(found: Drawn) -> list[Asked]:
    """What slices are asked, one after the other: of each property, with few events and with all, first of the last."""
    return [(terms_of(one), every_event) for one in reversed(found.properties) for every_event in (True, False)]


def of_slice(world: World, asked: Asked, kinds: Kinds) -> Compiled:
    terms, every_event = asked
    part = world.cone(terms, whole_events=every_event)
    return Compiled(world, part, kinds.shapes, terms, kinds.allowed, late=every_event, together=True)


def of_slices(found: Drawn) -> list[object]:
    """What is told of all slices of one world."""
    world, kinds = World(found.network, found.column), some_kinds(found)
    return [as_told(of_slice(world, asked, kinds), asked[0]) for asked in asked_of(found)]


def as_told(compiled: Compiled, terms: Sequence[Term]) -> object:
    """Which VMs stand for which, where they start, all that is reached from there, and which terms some step fulfils; None: there is
    much of it."""
    tests = [(term, compiled.step_tests(term)) for term in terms]
    compiled.settle()
    try:
        views: Views = saturate(compiled, 200)
    except TooManyViews:
        return None
    reached = {
        compiled.hosts[host]: (frozenset(compiled.locals[vm] for vm in here), frozenset(views.masks[host]))
        for host, here in views.at.items()
    }
    starts = [compiled.locals[vm] for vm in compiled.starts]
    fulfilled = [(sorted(of_events), step_found(views, term)) for term, of_events in tests]
    return compiled.stand_ins.unlike_kinds(), starts, compiled.terms, views.steps, reached, fulfilled


class Is(States):
    A = "one"
    B = "another"


def items() -> Network:
    """An item goes if it has a mark A, and the host sees it; it comes to its place only if it is of colour A. Marks may be changed, too."""
    mark = Actor("mark", Is, of=vm, starts=Is, says="Stays where it is, unless it is changed.")
    colour = Actor("colour", Is, of=vm, starts=Is, says="Configuration.")
    place = Actor("place", Is, of=vm, starts=Is.A, says="Where it is.")
    host = Actor("host", Is, starts=Is.A, says="What the host has seen.")
    mark.table(on("goes", Is.A, Is.A), on("changes", Is.A, Is.B))
    place.table(on("goes", Is.A, Is.B, when=colour.is_(Is.A)), stays("goes"))
    host.table(on("goes", Is.A, Is.B), stays("goes"))
    events = (
        *event("goes", at=vm, by="T-1", says="It goes."),
        *event("changes", at=vm, by="T-1", says="Its mark is changed."),
    )
    return build([mark, colour, place, host], events, [], [])


def of_items(world: World, machines: str, events: str, **kinds: str) -> Compiled:
    """A slice with these machines and events; kinds: two, that start with a machine in another state each."""
    part = Slice(frozenset(machines.split()), frozenset(events.split()))
    allowed = [{name: frozenset({states[number]}) for name, states in kinds.items()} for number in range(2)]
    return Compiled(world, part, (Shape({}),) * 2, (), allowed, together=True)


def test_a_machine_that_never_moves_in_one_slice_may_move_in_another() -> None:
    world = World(items(), BASE)
    assert of_items(world, "mark host", "goes changes", mark="AB").stand_ins.unlike_kinds() == [[0], [1]]
    assert of_items(world, "mark host", "goes", mark="AB").stand_ins.unlike_kinds() == [[0], [1]]


def test_what_a_machine_asks_that_takes_part_in_one_slice_only() -> None:
    world = World(items(), BASE)
    assert len(of_items(world, "colour host", "goes").starts) == 1
    assert len(of_items(world, "colour place host", "goes").starts) == 2


def test_slices_of_one_world_are_as_those_of_worlds_of_their_own() -> None:
    compared = 0
    for seed in range(NETWORKS):
        found = drawn(seed)
        kinds, together = some_kinds(found), of_slices(found)
        for told, asked in zip(together, asked_of(found), strict=True):
            own = World(found.network, found.column)
            assert told == as_told(of_slice(own, asked, kinds), asked[0]), f"seed {seed}, {asked}"
        compared += len(together) - together.count(None)
    assert compared > 300


def test_what_the_host_or_a_vm_rules_out_could_not_happen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each event is tried that one VM may have, as it stands in the tables."""

    def candidates(compiled: Compiled, *_: object) -> list[int]:
        return [e for e, event in enumerate(compiled.events) if is_local(event)]

    compared = 0
    for seed in range(NETWORKS):
        found = drawn(seed)
        sieved = of_slices(found)
        with monkeypatch.context() as patched:
            patched.setattr(Compiled, "_candidates", candidates)
            assert sieved == of_slices(found), f"seed {seed}"
        compared += len(sieved) - sieved.count(None)
    assert compared > 300


def tried(found: Drawn) -> list[list[int]]:
    """For each term that is asked of steps, and for its opposite: the events at which it is looked whether they fulfil it."""
    world, kinds = World(found.network, found.column), some_kinds(found)
    slices = [(of_slice(world, asked, kinds), asked[0]) for asked in asked_of(found)]
    return [sorted(slice_.step_tests(one)) for slice_, terms in slices for term in terms for one in (term, ~term)]


def test_events_at_which_a_term_cannot_hold_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """And no other is left out."""
    asked: list[frozenset[str] | None] = []

    def at_any(term: Term) -> None:
        asked.append(only_at(term))

    for seed in range(NETWORKS):
        found = drawn(seed)
        with monkeypatch.context() as patched:
            patched.setattr(predicates, "only_at", at_any)
            at_all = tried(found)
        assert tried(found) == at_all, f"seed {seed}"
    assert len(asked) - asked.count(None) > 100


def test_the_events_at_which_a_term_can_hold() -> None:
    one, other, disk = happens("a", "b"), happens("b"), Sort("disk", of=vm)
    for term in (
        one,
        ~~one,
        After(In("x", frozenset("A"))) & one,
        one & ~other,
        one | other,
        some(disk, one),
        every(vm, one),
    ):
        assert only_at(term) == frozenset("ab"), term
    for term in (one & other, ~(~one | ~other)):
        assert only_at(term) == frozenset("b"), term
    for term in (~one, one | Unchanged("x"), every(disk, one), ~some(disk, ~one)):
        assert only_at(term) is None, term


def test_what_some_vm_has_to_see_the_host_alone_does_not_rule_out() -> None:
    """Though it speaks of one machine, and of the host's."""
    network = items()
    host = network.actors["host"]
    seen = with_event(network, "goes", when=some(vm, host.is_(Is.A)))
    compiled = of_items(World(seen, BASE), "mark colour place host", "goes", mark="AA")
    one, *_ = compiled.start_hosts
    compiled.settle()
    bits = compiled.bits_of_all(one, compiled.starts[:1])
    assert [compiled.events[event].name for event, *_ in compiled.vm_steps(one, bits, compiled.starts[0])] == ["goes"]


def test_no_network_is_kept_for_what_was_asked_of_it() -> None:
    """A mutant's is asked much, and dropped then."""
    network = items()
    place, gone = network.actors["place"], ref(network)
    assert can_hold(network, some(vm, place.is_(Is.A)))
    assert not can_hold(network, place.is_(Is.A) & place.is_(Is.B))
    del network, place
    gc.collect()
    assert gone() is None


def of_the_protocol(world: World) -> Compiled:
    """A slice of the protocol, of two kinds of VMs."""
    terms = terms_of(PROPERTIES["no-vm-left-saved"])
    allowed: tuple[dict[str, frozenset[str]], ...] = ({}, {"cluster": frozenset({"NOT_CLUSTERED"})})
    return Compiled(world, world.cone(terms), (ONE_OF_EACH,) * 2, terms, allowed, together=True)


def test_the_second_slice_asks_nothing_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def expanded(term: Term, *given: Any) -> Term:
        asked.append("term")
        return expand(term, *given)

    def of_event(*given: Any) -> Any:
        asked.append("event")
        return stand_ins_of_event(*given)

    stand_ins_of_event = stand_ins._of_event
    monkeypatch.setattr("proofs.world.layout.expand", expanded)
    monkeypatch.setattr(stand_ins, "_of_event", of_event)
    world = Worlds(watched(), BASE).part
    first = of_the_protocol(world)
    assert len(asked) > 100
    asked.clear()
    assert of_the_protocol(world).starts == first.starts
    assert asked == []


def test_what_is_known_of_a_slice_goes_with_it() -> None:
    """Without anybody who looks for garbage in cycles: it is most of what a process holds."""
    gc.collect()
    gc.disable()
    try:
        compiled = of_the_protocol(Worlds(watched(), BASE).part)
        views, explored = saturate(compiled), explore_swiftly(compiled, 1)
        assert views
        assert explored.states
        gone = ref(compiled)
        del compiled, views, explored
        assert gone() is None
    finally:
        gc.enable()
