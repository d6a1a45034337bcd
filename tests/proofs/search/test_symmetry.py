"""Symmetry is earned: swapping VMs commutes with every step of every slice; and where one VM is special, it is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, partial
from math import comb

import pytest

from model.protocol import PROTOCOL
from proofs.answers.cache import use
from proofs.search import plain as search
from proofs.search.plain import Explored, explore, starts, successors
from proofs.search.swift import explore_swiftly
from proofs.search.symmetry import (
    Edge,
    NotInterchangeable,
    State,
    check_compiled,
    check_starts,
    check_steps,
    permutations_of,
    reordered,
    swaps,
)
from proofs.verdicts.check import check
from proofs.verdicts.columns import BASE
from proofs.views.proof import worlds_of
from proofs.world.compiled import Compiled
from proofs.world.parts import ONE_OF_EACH
from proofs.world.scope import Scope
from proofs.world.slices import Group, as_asked, groups
from proofs.world.world import Column, World
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Fact, always, fired, terms_of
from tests.helpers.networks.random_networks import drawn, random_count
from tests.helpers.networks.tiny import HARBOUR, NO_OARS, ONE_OAR, named, open_
from tests.helpers.networks.whole import compiled_whole, whole
from tests.helpers.nightly import nightly

STORM = Column(frozenset({"storm"}))


@cache
def slices() -> dict[str, Group]:
    """What is searched in the column without faults, by the first property of each. Worked out by tests: it takes a second."""
    asked = [as_asked(found, watched()) for found in PROPERTIES.values() if not isinstance(found, Fact)]
    found = groups((worlds_of(network, BASE).smallest_for(found), found) for network, found in asked)
    return {group.members[0].name: group for group in found}


ORDINARY = ("every-session-ends", "roll-back-independent-of-child-writers", "port-exactly-where-the-switch-is")
"""The slices that are gone through each time; the others in the nightly profile."""


def compiled(group: Group) -> Compiled:
    terms = [term for found in group.members for term in terms_of(found)]
    return Compiled(group.world, group.part, (ONE_OF_EACH,), terms)


def harbour(vms: int = 2) -> tuple[Compiled, Explored]:
    found = compiled_whole(HARBOUR, [NO_OARS, ONE_OAR], STORM)
    return found, explore(found, vms, sort=False)


class TestWhatIsInterchangeable:
    @pytest.mark.parametrize("name", ORDINARY)
    def test_in_every_state_of_two_vms(self, name: str) -> None:
        """And the sorted states stand for all others: as many as they have permutations."""
        found = compiled(slices()[name])
        kept = explore(found, 2)
        apart = explore(found, 2, sort=False)
        assert check_compiled(found, partial(successors, found, sort=False), kept.before) == kept.states
        assert sum(map(permutations_of, kept.before)) == apart.states
        assert kept.states < apart.states or kept.states == 1

    @nightly
    def test_of_every_other_slice(self) -> None:
        for name in slices().keys() - set(ORDINARY):
            self.test_in_every_state_of_two_vms(name)

    def test_the_counts_of_one_slice(self) -> None:
        found = compiled(slices()["every-session-ends"])
        states = [explore(found, 2, sort=sort).states for sort in (True, False)]
        assert states == [51_752, 102_112]

    @pytest.mark.parametrize(("vms", "apart", "kept"), [(1, 18, 18), (2, 162, 90), (3, 1_458, 330)])
    def test_the_harbour_with_boats_of_two_kinds(self, vms: int, apart: int, kept: int) -> None:
        """By hand: the gate has two states, a boat three without oars and six with one; all go together."""
        assert (apart, kept) == (2 * 9**vms, 2 * comb(8 + vms, vms))
        found, every = harbour(vms)
        sorted_ = explore(found, vms)
        assert (every.states, sorted_.states) == (apart, kept)
        assert sum(map(permutations_of, sorted_.before)) == every.states
        assert {tuple(sorted(state[1:])) for state in every.before} == {state[1:] for state in sorted_.before}
        assert every.depth == sorted_.depth
        check_starts(starts(found, vms, sort=False))
        if vms > 1:
            assert check_compiled(found, partial(successors, found, sort=False), every.before) == (vms - 1) * apart

    @nightly
    def test_vms_of_several_kinds(self) -> None:
        """A host's VMs may start in different states: the kind goes with the VM's number, wherever the VM stands."""
        group = slices()["every-session-ends"]
        kinds = [{"power": frozenset({state})} for state in ("RUNNING", "OFF", "SAVED")]
        terms = [term for one in group.members for term in terms_of(one)]
        found = Compiled(group.world, group.part, (ONE_OF_EACH,) * 3, terms, kinds)
        kept, apart = (explore(found, 2, sort=sort) for sort in (True, False))
        assert check_compiled(found, partial(successors, found, sort=False), kept.before) == kept.states
        assert sum(map(permutations_of, kept.before)) == apart.states
        assert {found.locals[vm][0] for state in kept.before for vm in state[1:]} == {0, 1, 2}
        check_starts(starts(found, 2, sort=False))

    def test_random_networks(self) -> None:
        checked = 0
        for seed in range(70_000, 70_000 + random_count(1) // 2):
            network = drawn(seed)
            found = compiled_whole(network.network, [NO_OARS], network.column)
            every = explore(found, 2, sort=False)
            checked += check_compiled(found, partial(successors, found, sort=False), every.before)
            assert sum(map(permutations_of, explore(found, 2).before)) == every.states
        assert checked > 300

    def test_swaps_of_neighbours_make_every_order(self) -> None:
        for vms, orders in ((1, 1), (2, 2), (3, 6), (4, 24)):
            reached = {(0, *range(vms))}
            while new := {reordered(state, order) for state in reached for order in swaps(vms)} - reached:
                reached |= new
            assert len(reached) == orders == permutations_of((0, *range(vms)))
        assert [permutations_of((9, *vms)) for vms in ((1, 1), (1, 1, 2), (1, 1, 2, 2))] == [1, 3, 6]


class FirstAlone(Compiled):
    """What all VMs contribute to a guard is what the first contributes: the others are not asked."""

    def bits_of_all(self, host: int, locals_: Sequence[int]) -> int:
        return super().bits_of_all(host, locals_[:1])


def first_alone() -> FirstAlone:
    """The harbour, where the gate heeds only the first boat."""
    world = World(HARBOUR, STORM)
    return FirstAlone(world, whole(world), (NO_OARS,), reduce=False)


def patched(change: str, compiled_: Compiled, state: State, *, sort: bool = True) -> Iterator[tuple[Edge, State]]:
    """The steps of a slice, by an engine for which the first VM is special."""
    for edge, target in successors(compiled_, state, sort=sort):
        name = compiled_.events[edge[0]].name
        if change == "never leaves" and edge[4] == 0 and name == "boat_leaves":
            continue
        if change == "wrong label" and edge[4] == 0:
            yield (*edge[:4], 1), target
        elif change == "counted twice" and edge[4] == 0:
            yield edge, target
            yield edge, target
        else:
            yield edge, target


class TestASpecialVM:
    @pytest.mark.parametrize("change", ["never leaves", "wrong label", "counted twice"])
    def test_of_which_something_else_is_possible(self, change: str) -> None:
        found, every = harbour()
        with pytest.raises(NotInterchangeable, match="VM 1 and VM 2 are not interchangeable") as refused:
            check_compiled(found, partial(patched, change, found, sort=False), every.before)
        assert "boat_leaves of VM" in str(refused.value)
        assert "place IN" in str(refused.value)
        assert "gate OPEN" in str(refused.value)

    def test_whose_steps_are_those_of_another_event(self) -> None:
        """The same states before and after: labels count, for fairness and for the story of a run."""

        def steps(state: State) -> list[tuple[Edge, State]]:
            return [((i, 0, state[1 + i], 9, i), state) for i in (0, 1)]

        with pytest.raises(NotInterchangeable, match="VM 1 and VM 2"):
            check_steps(steps, [(0, 1, 2)])

    def test_that_is_the_third_of_three(self) -> None:
        """Not found by swapping the first two: every neighbour is swapped."""

        def steps(state: State) -> list[tuple[Edge, State]]:
            return [
                ((0, 0, vm, vm + 1, i), (0, *state[1 : 1 + i], vm + 1, *state[2 + i :]))
                for i, vm in enumerate(state[1:3])
            ]

        with pytest.raises(NotInterchangeable, match="VM 2 and VM 3"):
            check_steps(steps, [(0, 5, 5, 6)])

    def test_whom_alone_a_guard_heeds(self) -> None:
        found = first_alone()
        with pytest.raises(NotInterchangeable, match="gate_shuts"):
            check_compiled(found, partial(successors, found, sort=False), explore(found, 2, sort=False).before)

    @pytest.mark.parametrize("search_", [explore, explore_swiftly], ids=["plain", "swift"])
    def test_whom_alone_a_guard_heeds_is_refused_while_states_are_kept_sorted(
        self, search_: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("proofs.search.plain.ONE_IN", 1)
        monkeypatch.setattr("proofs.search.swift._ONE_IN", 1)
        with pytest.raises(NotInterchangeable, match="VM 1 and VM 2"):
            search_(first_alone(), 2)  # type: ignore[operator]  # either search

    def test_kept_apart_or_alone_it_is_nobodys_business(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("proofs.search.plain.ONE_IN", 1)
        assert explore(compiled_whole(HARBOUR, [NO_OARS], STORM), 2, sort=False).states == 18
        assert explore(first_alone(), 2, sort=False).states == 17
        assert explore(first_alone(), 1).states == 6

    def test_a_whole_verdict_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("proofs.verdicts.check.watched", lambda network: network)
        monkeypatch.setattr("proofs.search.plain.ONE_IN", 1)
        monkeypatch.setattr("proofs.search.swift._ONE_IN", 1)
        monkeypatch.setattr("proofs.verdicts.check.Compiled", FirstAlone)
        monkeypatch.setattr("proofs.verdicts.check._JUDGED", {})
        use(None)
        shut = named(open=always(".", open_, shows="T-1", witness=fired("boat_leaves")))
        with pytest.raises(NotInterchangeable):
            check(STORM, scope=Scope(vms=2, shapes=(NO_OARS,)), network=HARBOUR, properties=shut)

    def test_that_alone_may_start_somewhere(self) -> None:
        found, _ = harbour()
        every = starts(found, 2, sort=False)
        one, two = sorted(found.starts)[:2]
        with pytest.raises(NotInterchangeable, match="and not with them swapped"):
            check_starts([state for state in every if state[1:] != (two, one)])
        check_starts([state for state in every if set(state[1:]) != {one, two}])


class TestHowManyAreChecked:
    def test_one_in_so_many_throughout_and_the_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found, checked = compiled(slices()["every-session-ends"]), Counter[State]()

        def counted(compiled_: Compiled, steps: object, states: Iterator[State]) -> int:
            checked.update(states)
            return len(checked)

        monkeypatch.setattr("proofs.search.plain.check_compiled", counted)
        every = explore(found, 2)
        assert len(checked) == -(-every.states // search.ONE_IN)
        assert starts(found, 2)[0] in checked
        assert set(checked) <= set(every.before)
        swift = explore_swiftly(found, 2)
        assert swift.states == every.states

    def test_nothing_to_swap_is_no_pass(self) -> None:
        found, _ = harbour()
        steps = partial(successors, found, sort=False)
        with pytest.raises(ValueError, match="nothing to check"):
            check_compiled(found, steps, [])
        with pytest.raises(ValueError, match="nothing to check"):
            check_compiled(found, steps, explore(found, 1).before)
        with pytest.raises(ValueError, match="no start states"):
            check_starts([])


def test_the_slices_are_those_of_the_record() -> None:
    assert len(slices()) >= 25
    assert slices().keys() > set(ORDINARY)
    assert PROTOCOL.replicated.name == "vm"
