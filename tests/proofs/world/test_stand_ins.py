"""VMs of several kinds that nothing tells apart: that one stands for all changes no proof, no run and no verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import pytest

from model.notation import (
    HOST,
    TRUE,
    Actor,
    Network,
    Shape,
    Sort,
    States,
    Term,
    build,
    event,
    every,
    happens,
    on,
    some,
    stays,
)
from proofs.answers.verdict import HOLDS, REFUTED
from proofs.search.plain import Explored, LimitReached, explore
from proofs.verdicts.by_kind import by_kind
from proofs.verdicts.check import check
from proofs.verdicts.columns import BASE
from proofs.views.fulfilment import state_found
from proofs.views.proof import Closed, ForKinds, Proof, judged, prepared
from proofs.views.saturation import TooManyViews, saturate
from proofs.views.variants import Variants
from proofs.world.compiled import Compiled
from proofs.world.scope import Kinds, Scope
from proofs.world.slices import Group
from proofs.world.world import Slice, World
from properties.kinds import Always, Step, always, fired, terms_of
from tests.helpers.networks.random_networks import Drawn, drawn, random_count
from tests.helpers.networks.tiny import named
from tests.helpers.nightly import nightly
from tests.proofs.views import test_views

ITEM = Sort("item", of=HOST)
PART = Sort("part", of=ITEM)


class Is(States):
    A = "one"
    B = "another"


def network(reads: str) -> Network:
    """An item goes, and the host counts it. Its colour never changes, and is read in one place, or nowhere."""
    colour = Actor("colour", Is, of=ITEM, starts=Is, says="Configuration.")
    place = Actor("place", Is, of=ITEM, starts=Is, says="Where it is.")
    host = Actor("host", Is, starts=Is.A, says="What the host has seen.")
    mark = Actor("mark", Is, of=PART, starts=Is, says="Configuration of a part.")
    is_a, marked = colour.is_(Is.A), some(PART, mark.is_(Is.A))

    def where(here: str) -> Term:
        return is_a if reads == here else marked if reads == f"{here}, of a part" else TRUE

    place.table(on("goes", Is.A, Is.B, when=where("row")))
    host.table(on("goes", Is.A, Is.B, when=where("row of the host")), stays("goes"), on("counted", Is.B, Is.A))
    if reads == "table":
        colour.table(on("goes", Is.A, Is.A))
    counted = every(ITEM, place.is_(Is.B) | where("guard of all"))
    events = (
        *event("goes", at=ITEM, when=where("guard"), by="T-1", says="It goes."),
        *event("counted", when=counted, by="T-1", says="All are counted."),
    )
    return build([colour, place, host, mark], events, [], [where("start") | place.is_(Is.B)])


READ = ("guard", "row", "row of the host", "table", "guard of all", "start")
OF_A_PART = tuple(f"{where}, of a part" for where in READ if where != "table")


def together(
    found: Network, kinds: Kinds, *, leaves_out: frozenset[str] = frozenset(), terms: Sequence[Term] = ()
) -> Compiled:
    world = World(found, BASE, leaves_out)
    place = found.actors["place"].is_(Is.A)
    part = world.cone([every(ITEM, place), happens("goes", "counted"), *terms], whole_events=True)
    return Compiled(world, part, kinds.shapes, terms, kinds.allowed, late=True, together=True)


def kinds_of(name: str) -> Kinds:
    """Two kinds that differ in one machine of theirs only, each with one part."""
    return Kinds((Shape({"part": 1}),) * 2, tuple({name: frozenset({state})} for state in ("A", "B")))


class TestWhatIsToldApart:
    @pytest.mark.parametrize("reads", READ)
    def test_what_is_read_anywhere(self, reads: str) -> None:
        assert together(network(reads), kinds_of("colour")).stand_ins.unlike_kinds() == [[0], [1]]
        assert together(network(reads), kinds_of("mark#0")).stand_ins.unlike_kinds() == [[0, 1]]

    @pytest.mark.parametrize("reads", OF_A_PART)
    def test_what_is_read_of_a_part(self, reads: str) -> None:
        assert together(network(reads), kinds_of("colour")).stand_ins.unlike_kinds() == [[0, 1]]
        assert together(network(reads), kinds_of("mark#0")).stand_ins.unlike_kinds() == [[0], [1]]
        none_or_one = Kinds((Shape({}), Shape({"part": 1})), ({}, {"mark#0": frozenset({"A"})}))
        assert together(network(reads), none_or_one).stand_ins.unlike_kinds() == [[0], [1]]

    def test_nothing_that_is_read_nowhere(self) -> None:
        for name in ("colour", "mark#0"):
            found = together(network("nowhere"), kinds_of(name))
            assert (found.stand_ins.unlike_kinds(), len(found.starts)) == ([[0, 1]], 2)
        more = Kinds(tuple(Shape({"part": n}) for n in range(4)), ({},) * 4)
        assert together(network("nowhere"), more).stand_ins.unlike_kinds() == [[0, 1, 2, 3]]

    def test_where_each_may_start(self) -> None:
        found = together(network("nowhere"), kinds_of("place"))
        assert (found.stand_ins.unlike_kinds(), len(found.starts)) == ([[0], [1]], 2)

    def test_what_a_machine_that_is_left_out_asks_at_the_start(self) -> None:
        """The colour is not looked at, but an item that is not A starts in B."""
        found = together(network("start"), kinds_of("colour"), leaves_out=frozenset({"colour"}))
        assert "colour" not in found.kept
        assert (found.stand_ins.unlike_kinds(), len(found.starts)) == ([[0], [1]], 3)

    def test_what_only_a_term_reads_is_put_in_afterwards(self) -> None:
        found, reads = network("nowhere"), some(ITEM, network("nowhere").actors["colour"].is_(Is.B))
        compiled = together(found, kinds_of("colour"), terms=[reads])
        assert len(compiled.starts) == 2
        states = [
            {compiled.locals[one][0]: compiled.vm_vars[0].decode(compiled.locals[one][1])["colour"] for one in variants}
            for variants in map(Variants(compiled, reads).of, compiled.starts)
        ]
        assert states == [{0: "A", 1: "B"}] * 2


def test_what_no_kind_breaks_alone_two_kinds_may_break_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofs.verdicts.by_kind.watched", lambda found: found)
    monkeypatch.setattr("proofs.verdicts.check.watched", lambda found: found)
    found = network("nowhere")
    colour, place = found.actors["colour"], found.actors["place"]
    one = some(ITEM, place.is_(Is.B) & colour.is_(Is.A)) & some(ITEM, place.is_(Is.B) & colour.is_(Is.B))
    asked = named(
        not_both=always("Not both.", ~one, shows="T-1", witness=fired("goes")),
        no_a=always("None.", every(ITEM, place.is_(Is.A) | colour.is_(Is.B)), shows="T-1", witness=fired("goes")),
    )
    start = {"place": frozenset({"A"})}
    allowed = tuple({**kind, **start} for kind in (*kinds_of("colour").allowed, kinds_of("colour").allowed[1]))
    scope = Scope(shapes=(Shape({}),) * 3, allowed=allowed, proofs=True, counts=False)
    judged_here = {one.property: one.verdict for one in check(BASE, None, scope, network=found, properties=asked)}
    alone = by_kind(BASE, list(asked), scope, network=found, properties=asked)
    assert judged_here == {"not_both": REFUTED, "no_a": REFUTED}
    assert {name: [one.verdict for one in verdicts] for name, verdicts in alone.items()} == {
        "not_both": [HOLDS] * 3, "no_a": [REFUTED, HOLDS, HOLDS],
    }  # fmt: skip
    assert alone["not_both"][0].assurance == "closed for any number of VMs of this kind, with its disks and adapters"


def test_what_only_exact_views_show_is_shown_of_the_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofs.verdicts.check.watched", lambda found: found)
    asked = named(somebody=test_views.TestExactViews.SOMEBODY, ends=test_views.TestExactViews.ENDS)
    scope = Scope(shapes=(Shape({}), Shape({})), allowed=({}, {}), proofs=True, counts=False)
    found = check(BASE, None, scope, network=test_views.TestExactViews.NETWORK, properties=asked)
    assert {(one.verdict, one.assurance) for one in found} == {
        (HOLDS, "closed for any number of VMs of these 2 kinds, with their disks and adapters")
    }


def test_configuration_that_may_yet_change_is_told_apart_before() -> None:
    """A red item may fade, and matters only while it is red: so its size is alike for items that are faded from the start.
    But a large one never fades, so whether a faded one may be large cannot be put in afterwards."""
    colour = Actor("colour", Is, of=ITEM, starts=Is, says="A: red, B: faded.")
    size = Actor("size", Is, of=ITEM, starts=Is, says="A: small, B: large.")
    host = Actor("host", Is, starts=Is.A, says="What the host has seen.")
    colour.table(on("fades", Is.A, Is.B, when=colour.is_(Is.A) & size.is_(Is.A)))
    host.table(on("seen", Is.A, Is.B))
    events = (
        *event("fades", at=ITEM, by="T-1", says="It fades."),
        *event("seen", when=some(ITEM, colour.is_(Is.A) & size.is_(Is.A)), by="T-1", says="A small red one is seen."),
    )
    found, faded_and_large = build([colour, size, host], events), colour.is_(Is.B) & size.is_(Is.B)
    world, term = World(found, BASE), some(ITEM, faded_and_large)
    for states, may_be in (({"A"}, False), ({"B"}, True), ({"A", "B"}, True)):
        kinds = Kinds((Shape({}), Shape({})), ({"colour": frozenset(states)}, {"colour": frozenset({"A"})}))
        terms = [term, happens("seen")]
        compiled = Compiled(world, world.cone(terms), kinds.shapes, terms, kinds.allowed, late=True, together=True)
        compiled.state_test(term)
        compiled.settle()
        assert state_found(saturate(compiled), term) == may_be


def some_kinds(found: Drawn, count: int = 4) -> Kinds:
    """Kinds with up to two disks, whose machines may start in some of their start states."""
    random, network = Random(found.seed), found.network
    shapes, allowed = [], []
    for _ in range(count):
        disks = random.choice((0, 1, 1, 2))
        names = {f"{a.name}#{j}": a for s in network.parts for a in network.of_sort(s) for j in range(disks)}
        names |= {actor.name: actor for actor in network.of_sort(network.replicated)}
        shapes.append(Shape({"disk": disks}))
        allowed.append({
            name: frozenset(random.sample(actor.starts, random.randint(1, len(actor.starts))))
            for name, actor in names.items()
        })  # fmt: skip
    return Kinds(tuple(shapes), tuple(allowed))


def _apart(
    world: World, part: Slice, shapes: Sequence[Shape], terms: Sequence[Term], allowed: Any, **_: bool
) -> Compiled:
    return Compiled(world, part, shapes, terms, allowed, reduce=False)


def both_ways(found: Drawn, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Group, Compiled, Compiled]]:
    """Each group of properties compiled with kinds together, and with each configuration of each kind by itself."""
    kinds = some_kinds(found)
    for group in ForKinds(found.network, found.column).groups(found.properties):
        together = prepared(group, kinds)
        with monkeypatch.context() as patched:
            patched.setattr("proofs.views.proof.Compiled", _apart)
            yield group, together, prepared(group, kinds)


def shown(group: Group, compiled: Compiled) -> list[tuple[str, bool, bool]] | None:
    """What views show of each property: whether it holds, and whether its witness can fire; None: there are too many."""
    try:
        proofs: list[Proof] = judged(Closed(group, saturate(compiled, 400), group.members))
    except TooManyViews:
        return None
    return [(one.property, one.holds, one.exercised) for one in proofs]


def test_views_show_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = fewer = broken = 0
    for seed in range(random_count(2)):
        for group, together, apart in both_ways(drawn(seed), monkeypatch):
            found, other = shown(group, together), shown(group, apart)
            if found is not None and other is not None:
                assert found == other, f"seed {seed}"
                compared += len(found)
                broken += sum(not holds for _, holds, _ in found)
                fewer += len(together.starts) < len(apart.starts)
    assert compared > 2_000
    assert broken > 800
    assert fewer > 40


def searched(found: Drawn, compiled: Compiled, vms: int) -> Explored:
    states = {f"{one.name}/not": ~one.term for one in found.of(Always)}
    steps = {f"{one.name}/not": ~one.term for one in found.of(Step)}
    steps |= {f"{one.name}/witness": one.witness for one in found.properties}
    try:
        return explore(compiled, vms, states=states, steps=steps, limit=800)
    except LimitReached as reached:
        found_so_far: Explored = reached.explored
        return found_so_far


@nightly
def test_searches_find_the_same_and_as_near() -> None:
    """Breadth first, so whatever is found is as far from the start as it can be."""
    hits = fewer = 0
    for seed in range(random_count(2)):
        found = drawn(seed)
        kinds, group = some_kinds(found), ForKinds(found.network, found.column)
        (whole,) = {one.world for one in group.groups(found.properties, whole=True)}
        terms = [term for one in found.properties for term in terms_of(one)]
        part = whole.cone(terms, whole_events=True)
        together, apart = (
            searched(found, Compiled(whole, part, kinds.shapes, terms, kinds.allowed, joined, together=joined), 2)
            for joined in (True, False)
        )
        if apart.states > 800:
            continue
        near, far = ({name: len(one.run_to(hit)[1]) for name, hit in one.hits.items()} for one in (together, apart))
        assert near == far, f"seed {seed}"
        assert together.depth == apart.depth
        hits += len(near)
        fewer += together.states < apart.states
    assert hits > 500
    assert fewer > 10
