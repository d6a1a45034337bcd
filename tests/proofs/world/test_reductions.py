"""Each exact reduction against the search without it: alike configurations, interchangeable VMs, slices, and the one that
may only add runs, leaving the cluster out. The counts are pinned: a reduction that stops reducing fails too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache, partial

import pytest

from model.notation import every, on, some
from model.notation.changes import rows_of, with_event, with_rows, with_table
from model.protocol import PROTOCOL
from model.views import LEFT_OUT_WHERE_NOT_ASKED
from proofs.search.plain import Explored, explore, starts, successors
from proofs.search.swift import SwiftlyExplored, explore_swiftly
from proofs.search.symmetry import check_compiled, check_starts
from proofs.verdicts.check import check
from proofs.verdicts.columns import BASE
from proofs.world.compiled import Compiled
from proofs.world.parts import ONE_OF_EACH
from proofs.world.scope import Scope
from proofs.world.world import Column, Slice, World
from properties.catalogue import PROPERTIES, watched
from properties.kinds import terms_of
from tests.helpers.networks.tiny import HARBOUR, NO_OARS, ONE_OAR, Boat, Gate, Oar, at_sea, boat, gate, open_, place
from tests.helpers.networks.whole import Words, all_in_words, compiled_whole, vm_in_words, whole
from tests.helpers.nightly import nightly

Starts = Mapping[str, frozenset[str]]


def only(**starts: str) -> Starts:
    """Start states of a VM's machines, `|` between them; those of its one disk and one adapter included."""
    parts = {actor.name for sort in PROTOCOL.parts for actor in PROTOCOL.of_sort(sort)}
    return {f"{n}#0" if n in parts else n: frozenset(states.split("|")) for n, states in starts.items()}


RUNNING = only(cluster="NOT_CLUSTERED", power="RUNNING", child_writers="STABLE")
"""A VM that runs, whatever its guest, its disk and its adapter."""
FEW_PLACES = {**RUNNING, **only(target="AS_CONFIGURED", switch="THERE", file_system="CAPABLE", disk_kind="VHD|ISCSI")}

Graph = frozenset[tuple[object, str, object]]


def family_of_graphs(compiled: Compiled) -> dict[object, Graph]:
    """For each configuration, as the machines that never move have it, the graph of all that moves."""
    world, found = compiled.world, defaultdict[object, set[tuple[object, str, object]]](set)

    @cache
    def split(vm: int) -> tuple[object, object]:
        pairs = vm_in_words(compiled, vm)
        fixed = tuple(pair for pair in pairs if pair[0].split("#")[0] in world.constant)
        return fixed, tuple(pair for pair in pairs if pair not in fixed)

    for state, out in explore(compiled, 1, keep_graph=True).targets.items():
        fixed, moving = split(state[1])
        for edge, target in out:
            step = ((state[0], moving), compiled.events[edge[0]].name, (target[0], split(target[1])[1]))
            found[fixed].add((compiled.hosts[step[0][0]], step[0][1], step[1], compiled.hosts[step[2][0]], step[2][1]))  # type: ignore[arg-type]  # a tuple
    return {fixed: frozenset(steps) for fixed, steps in found.items()}


class TestAlikeConfigurations:
    @nightly
    def test_each_configuration_has_the_graph_of_its_representative(self) -> None:
        each = family_of_graphs(compiled_whole(PROTOCOL, [ONE_OF_EACH], allowed=[RUNNING]))
        chosen = family_of_graphs(compiled_whole(PROTOCOL, [ONE_OF_EACH], allowed=[RUNNING], reduce=True))
        assert (len(each), len(chosen)) == (864, 8)
        assert set(chosen.values()) == set(each.values())

    @nightly
    def test_the_verdicts_are_the_same(self) -> None:
        reduced, unreduced = (
            check(BASE, None, Scope(vms=1, allowed=(FEW_PLACES,), reduce=reduce)) for reduce in (True, False)
        )
        for one, other in zip(reduced, unreduced, strict=True):
            assert (one.property, one.verdict, one.length) == (other.property, other.verdict, other.length)
            assert one.states <= other.states
        assert sum(v.states for v in reduced) * 8 < sum(v.states for v in unreduced)

    @nightly
    @pytest.mark.slow
    @pytest.mark.timeout(900)
    def test_everything_that_one_vm_can_do(self) -> None:
        """All of one VM with one disk and one adapter: each configuration that there is."""
        each, chosen = (compiled_whole(PROTOCOL, [ONE_OF_EACH], reduce=reduce) for reduce in (False, True))
        found, reduced = explore_swiftly(each, 1), explore_swiftly(chosen, 1)
        assert (len(each.starts), found.states, found.steps, found.depth) == (19_008, 3_057_228, 4_056_300, 73)
        assert (len(chosen.starts), reduced.states, reduced.steps, reduced.depth) == (176, 36_848, 49_568, 73)
        assert _moving(found) == _moving(reduced)


def _moving(found: SwiftlyExplored) -> set[object]:
    """All that moves in the states that were visited: the host, and the machines of the VM that are no configuration."""
    compiled = found.compiled
    names = compiled.vm_vars[0].names
    moving = [i for i, name in enumerate(names) if name.split("#")[0] not in compiled.world.constant]
    return {
        (compiled.hosts[host], tuple(compiled.locals[vm][1][i] for i in moving))
        for level in found.levels
        for host, vm in map(found.word.state, level.codes.tolist())
    }


class TestInterchangeableVMs:
    FREE = only(
        cluster="NOT_CLUSTERED",
        power="RUNNING|OFF",
        child_writers="STABLE",
        system="OTHER",
        integration="RUNNING",
        snapshot_location="SAME_VOLUME",
        disk_kind="VHD",
        disk_layout="BASIC",
        recovery="WORKS",
        file_system="CAPABLE",
        target="AS_CONFIGURED",
        switch="THERE",
    )

    def searched(self, *, sort: bool) -> Explored:
        return explore(compiled_whole(PROTOCOL, [ONE_OF_EACH], allowed=[self.FREE]), 2, sort=sort)

    def test_sorted_states_are_the_states_sorted(self) -> None:
        apart, sorted_ = self.searched(sort=False), self.searched(sort=True)
        assert set(map(_sorted, all_in_words(apart.compiled, apart.before))) == set(
            map(_sorted, all_in_words(sorted_.compiled, sorted_.before))
        )
        assert apart.depth == sorted_.depth
        assert (apart.states, sorted_.states, sorted_.steps, sorted_.depth) == (11_405, 5_954, 9_771, 73)

    def test_the_swift_search_finds_the_same(self) -> None:
        plain = self.searched(sort=True)
        swift = explore_swiftly(compiled_whole(PROTOCOL, [ONE_OF_EACH], allowed=[self.FREE]), 2)
        assert (swift.states, swift.steps, swift.depth) == (plain.states, plain.steps, plain.depth)

    def test_swapping_commutes_with_every_step(self) -> None:
        """See `tests/proofs/search/test_symmetry.py`, which goes through every slice."""
        found = self.searched(sort=False)
        check_starts(starts(found.compiled, 2, sort=False))
        steps = partial(successors, found.compiled, sort=False)
        assert check_compiled(found.compiled, steps, found.before) == found.states


def _sorted(words: Words) -> Words:
    return (words[0], *sorted(words[1:]))


CONFIGURED = only(
    system="OTHER",
    integration="RUNNING",
    snapshot_location="SAME_VOLUME",
    disk_kind="VHD|ISCSI",
    disk_layout="BASIC",
    recovery="WORKS",
    file_system="CAPABLE",
    switch="THERE",
)
"""One VM of few configurations, in any state of power and of its cluster resource."""


@cache
def everything(leaves_out: frozenset[str] = frozenset()) -> Explored:
    """All that such a VM can do."""
    world = World(watched(), BASE, leaves_out)
    return explore(Compiled(world, whole(world), [ONE_OF_EACH], allowed=[CONFIGURED], reduce=False), 1)


def cut(found: Explored, kept: frozenset[str]) -> set[Words]:
    """Its states, as far as these machines are concerned."""
    return all_in_words(found.compiled, found.before, kept)


def slices() -> dict[Slice, str]:
    """The slice of every property, each once, with the first property that it is of."""
    world, found = World(watched(), BASE), dict[Slice, str]()
    for name, property_ in PROPERTIES.items():
        if terms_of(property_):
            found.setdefault(world.cone(terms_of(property_)), name)
    return found


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(part, id=name, marks=[nightly] if number % 3 else [])
        for number, (part, name) in enumerate(slices().items())
    ],
)
def test_a_slice_is_the_whole_cut_down(part: Slice) -> None:
    """What can influence a property does exactly what it does in the whole network."""
    compiled = Compiled(World(watched(), BASE), part, [ONE_OF_EACH], allowed=[CONFIGURED], reduce=False)
    found = all_in_words(compiled, explore(compiled, 1).before)
    assert part.machines <= everything().compiled.kept
    assert found == cut(everything(), part.machines)


def test_the_slices_are_many_and_smaller_than_the_whole() -> None:
    assert len(slices()) >= 20
    assert everything().states == 33_826


def test_leaving_the_cluster_out_only_adds_states() -> None:
    states, more = everything(), everything(LEFT_OUT_WHERE_NOT_ASKED)
    fewer = more.compiled.kept
    assert fewer == states.compiled.kept - LEFT_OUT_WHERE_NOT_ASKED
    left = cut(states, fewer)
    assert left <= cut(more, fewer)
    assert (states.states, len(left), more.states) == (33_826, 22_864, 22_872)


class TestOnATinyProtocol:
    """What the protocol of Hyper-V is too closely knit to tell apart."""

    def test_a_machine_that_only_stands_in_the_way_is_in_the_slice(self) -> None:
        """The boat bars its oar from being left unless it is in, by its table alone."""
        rows = with_rows(rows_of(HARBOUR, "place"), on("oar_left", Boat.IN, Boat.IN))
        network = with_table(HARBOUR, "place", rows)
        world = World(network, BASE)
        oars = network.actors["oars"]
        part = world.cone([oars.is_(oars.enum["LEFT"])])
        assert part.machines == {"oars", "place", "gate"}
        for compiled in (Compiled(world, part, [ONE_OAR], reduce=False), compiled_whole(network, [ONE_OAR])):
            found = explore(compiled, 1)
            assert (found.states, found.steps) == (8, 12)  # the oar is left in two states out of four

    def test_a_machine_that_nothing_depends_on_is_not_in_the_slice(self) -> None:
        world = World(HARBOUR, BASE)
        assert world.cone([open_]).machines == {"gate", "place"}
        assert world.cone([HARBOUR.actors["oars"].is_(Oar.LEFT)]).machines == {"oars"}

    def test_without_the_gate_what_it_forbids_is_possible(self) -> None:
        """Leaving a machine out takes for granted whatever it would demand: here a gate that never shuts."""
        all_and_none = every(boat, at_sea) & some(boat, place.is_(Boat.IN))
        network = with_event(HARBOUR, "gate_shuts", when=all_and_none)
        network = with_event(network, "storm", when=gate.is_(Gate.SHUT))
        for leaves_out, states in ((frozenset[str](), 2), (frozenset({"gate"}), 3)):
            world = World(network, Column(frozenset({"storm"})), leaves_out)
            assert explore(Compiled(world, whole(world), [NO_OARS], reduce=False), 1).states == states
