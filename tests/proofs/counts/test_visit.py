"""Visits of every state by numpy and by numba against the plain search: the same counts, depth and nearest states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pytest

from examples.small_backup import PROPERTIES as SMALL
from examples.small_backup import compiled as small
from model.notation import Actor, Shape, build, event, on
from model.notation.terms import Term, all_of
from proofs.counts.by_axes import _Layout, _shift, shifts
from proofs.counts.result import TooMuchMemory, Visited
from proofs.counts.tables import Tables
from proofs.counts.visit import MEMORY, size_of, visit
from proofs.search.plain import explore
from proofs.verdicts.columns import BASE
from proofs.views.saturation import TooManyViews
from proofs.world.compiled import Compiled
from proofs.world.parts import ONE_OF_EACH
from proofs.world.predicates import Step
from proofs.world.slices import Worlds, groups
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from properties.kinds import Always, terms_of
from tests.helpers.networks.backups import BACKUPS, VHD_BESIDE_THE_REST
from tests.helpers.networks.random_networks import drawn, random_count
from tests.helpers.networks.tiny import HARBOUR, NO_OARS, ONE_OAR, Boat, Oar, boat, oar
from tests.helpers.networks.whole import compiled_whole
from tests.helpers.nightly import AT_NIGHT, nightly
from tests.proofs.verdicts import test_finds
from tests.proofs.views.test_views import _networks_of

MOST = 40_000 if AT_NIGHT else 4_000
"""Bytes that three VMs of a network drawn by chance may take."""
VANISHES = Column(frozenset({"requester_vanishes"}))
WAYS = [("numpy", True), ("numba", True), ("numba", False), ("numpy", False)]
ways = pytest.mark.parametrize(("engine", "apart"), WAYS, ids=["numpy apart", "numba apart", "numba", "swift"])


def broken(properties: Mapping[str, object]) -> dict[str, Term]:
    return {name: ~found.term for name, found in properties.items() if isinstance(found, Always)}


def assert_same(tables: Tables, vms: int, look: Mapping[str, Term]) -> Visited:
    """All ways of visiting find what the plain search finds. What they found."""
    by_plain_search = {apart: explore(tables.compiled, vms, states=look, sort=not apart) for apart in (True, False)}
    for engine, apart in WAYS:
        plain = by_plain_search[apart]
        found = visit(tables, vms, apart=apart, look=look, engine=engine)
        assert (found.states, found.steps, found.depth) == (plain.states, plain.steps, plain.depth), engine
        assert found.hits.keys() == plain.hits.keys(), engine
        for name, state in found.hits.items():
            kept = plain.before if apart else {(one[0], *sorted(one[1:])): None for one in plain.before}
            assert (state if apart else (state[0], *sorted(state[1:]))) in kept
            assert _holds(tables.compiled, look[name], state)
            assert _distance(plain.before, state, apart) == _distance(plain.before, plain.hits[name].state, apart)
    return found


def _holds(compiled: Compiled, term: Term, state: tuple[int, ...]) -> bool:
    bits = compiled.bits_of_all(state[0], state[1:])
    return compiled.state_test(term)(Step(compiled.hosts[state[0]], (), 0, bits))


def _distance(before: Mapping[tuple[int, ...], object], state: tuple[int, ...], apart: bool) -> int:
    now = state if apart else (state[0], *sorted(state[1:]))
    steps = 0
    while (one := before[now]) is not None:
        assert isinstance(one, tuple)
        now, steps = one[0], steps + 1
    return steps


class TestEqualToThePlainSearch:
    @pytest.mark.parametrize("vms", [1, 2, 3])
    def test_of_the_small_protocol(self, vms: int) -> None:
        assert not assert_same(Tables(small()), vms, broken(SMALL)).hits

    @pytest.mark.parametrize("faults", [(), ("storm",)], ids=["calm", "storm"])
    def test_of_the_harbour(self, faults: tuple[str, ...]) -> None:
        tables = Tables(compiled_whole(HARBOUR, [ONE_OAR, NO_OARS], Column(frozenset(faults))))
        assert [assert_same(tables, boats, {}).states > 3 for boats in (1, 2, 3)] == [True] * 3

    @pytest.mark.parametrize("found", [name for name in dir(test_finds) if name.startswith("test_")])
    def test_where_engines_once_erred(self, found: str, monkeypatch: pytest.MonkeyPatch) -> None:
        for network in _networks_of(getattr(test_finds, found), monkeypatch):
            tables = Tables(compiled_whole(network, [test_finds.BARE, test_finds.EQUIPPED]))
            assert [assert_same(tables, vms, {}).states > 0 for vms in (1, 2, 3)] == [True] * 3

    @pytest.mark.parametrize("column", [BASE, pytest.param(VANISHES, marks=nightly)], ids=str)
    def test_of_slices_of_our_protocol(self, column: Column) -> None:
        asked = [PROPERTIES[name] for name in ("no-vm-left-saved", "live-disk-is-never-rolled-back")]
        worlds = Worlds(BACKUPS, column)
        for group in groups((worlds.smallest_for(one), one) for one in asked):
            terms = [term for one in group.members for term in terms_of(one)]
            tables = Tables(Compiled(group.world, group.part, (ONE_OF_EACH,), terms, [VHD_BESIDE_THE_REST]))
            look = broken({one.name: one for one in group.members})
            hits = [assert_same(tables, vms, look).hits.keys() for vms in (1, 2)]
            assert hits == ([{"no-vm-left-saved"} & look.keys()] * 2 if column.faults else [set()] * 2)

    def test_in_networks_drawn_by_chance(self) -> None:
        visited = found = 0
        for tables, look in by_chance():
            for vms in (1, 2, 3):
                visited += 1
                found += bool(assert_same(tables, vms, look).hits)
        assert visited > 20
        assert found > 3


@pytest.mark.parametrize(("boats", "counted"), [(1, (2, 2, 1)), (2, (4, 8, 2)), (3, (8, 24, 3))])
def test_two_parts_that_do_the_same_to_their_vm_are_two_steps(boats: int, counted: tuple[int, int, int]) -> None:
    """A step is an event and what it happens to; that two oars have the boat leave makes no state more, but steps."""
    place = Actor("place", Boat, of=boat, starts=Boat.IN, says="Where the boat is.")
    place.table(on("oar_pulled", Boat.IN, Boat.OUT))
    oars = Actor("oars", Oar, of=oar, starts=Oar.ABOARD, says="Where the oar is.")
    rowed = build((place, oars), event("oar_pulled", at=oar, by="T-1", says="An oar moves the boat."))
    tables = Tables(compiled_whole(rowed, [Shape({"oar": 2})]))
    found, apart = assert_same(tables, boats, {}), visit(tables, boats, apart=True, engine="numpy")
    assert (apart.states, apart.steps, apart.depth) == counted
    assert found.states == boats + 1


def by_chance() -> Iterator[tuple[Tables, dict[str, Term]]]:
    """A hundred by day."""
    for seed in range(random_count(6 if AT_NIGHT else 2)):
        chance = drawn(seed)
        compiled = compiled_whole(chance.network, [Shape({"disk": n}) for n in (0, 2)], chance.column)
        try:
            tables = Tables(compiled)
        except TooManyViews:
            continue
        if sum(size_of(tables, 3, True)) < MOST:
            yield tables, broken({one.name: one for one in chance.properties})


@pytest.mark.parametrize("vms", [1, 4, 5])
def test_the_small_protocol_has_as_many_states_as_the_formula_says(vms: int) -> None:
    found = visit(Tables(small()), vms, apart=True)
    assert found.states == 19**vms + 12**vms + 2 * 10**vms + 5 * 5**vms
    assert found.steps == {1: 86, 4: 512_110, 5: 11_087_009}[vms]


def test_interchangeable_vms_are_counted_once() -> None:
    tables = Tables(small())
    assert [visit(tables, vms, engine="numba").states for vms in (2, 4, 6, 8)] == [453, 10_460, 158_032, 1_688_952]


@ways
def test_what_is_looked_for_may_hold_at_the_start(engine: str, apart: bool) -> None:
    tables = Tables(small())
    found = visit(tables, 2, apart=apart, look={"anything": all_of()}, engine=engine)
    assert found.hits["anything"][0] in tables.compiled.start_hosts


@pytest.mark.parametrize(("engine", "apart"), [("numpy", True), ("numba", True), ("numba", False)])
def test_memory_is_refused_before_it_is_taken(engine: str, apart: bool) -> None:
    with pytest.raises(TooMuchMemory, match="MiB are allowed"):
        visit(Tables(small()), 30, apart=apart, engine=engine, memory=MEMORY)


def test_the_swift_search_stops_at_its_memory() -> None:
    with pytest.raises(TooMuchMemory, match="more to come"):
        visit(Tables(small()), 4, engine="numpy", memory=100_000)


def test_engines_that_there_are_not_are_named() -> None:
    with pytest.raises(ValueError, match="use numpy or numba"):
        visit(Tables(small()), 1, engine="cuda")


def test_digits_of_more_than_one_word_are_shifted_across_words() -> None:
    before, after = _Layout(1, 70), _Layout(1, 200)
    moved = [(0, 199), (63, 64), (64, 0), (69, 69)]
    how = shifts(before, after, moved)
    target = after.zeros()
    _shift(before.set_of([0, 63, 64, 69, 5]), how, target)
    assert np.array_equal(target, after.set_of([199, 64, 0, 69]))
