"""Whether runs end, by everything that verdicts go through: searches, views, replays; on networks whose answer is plain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import pytest

from model.notation import NotEnabled
from proofs.answers.cache import use
from proofs.answers.verdict import HOLDS, REFUTED, RunFound, Verdict
from proofs.search.replay import replay
from proofs.search.symmetry import Edge, State
from proofs.verdicts import evidence
from proofs.verdicts.check import check
from proofs.views.proof import prove
from proofs.world.compiled import Compiled
from proofs.world.scope import Scope
from properties.kinds import Ends
from tests.helpers.by_search import found_endless
from tests.helpers.by_views import shown_by_views
from tests.helpers.networks.endless import CASES, NO_PARTS, Case, assert_endless, network
from tests.helpers.networks.random_networks import Drawn, drawn, random_count
from tests.helpers.networks.tiny import named

each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@pytest.fixture(autouse=True)
def _no_observers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofs.verdicts.check.watched", lambda made: made)
    monkeypatch.setattr("proofs.verdicts.check._JUDGED", {})
    use(None)


def judged(case: Case, *, proofs: bool = False, vms: int | None = None) -> Verdict:
    scope = Scope(vms=case.vms if vms is None else vms, shapes=(NO_PARTS,), proofs=proofs)
    (found,) = check(case.column, scope=scope, network=network(case), properties=named(it=case.property))
    return found


@each
@pytest.mark.parametrize("proofs", [False, True], ids=["searches", "views first"])
def test_is_judged_right(case: Case, proofs: bool) -> None:
    found = judged(case, proofs=proofs)
    assert found.verdict == (HOLDS if case.ends else REFUTED), f"{found.reason} (it {case.misleads})"
    if not case.ends:
        assert found.run is not None
        assert_endless(network(case), case.column, case.property, found.run)
        assert found.run.loop is not None
        assert len(found.run.steps) - found.run.loop == case.repeats
        assert len(found.run.shapes) == case.vms


@each
def test_views_show_what_they_can_and_never_what_a_search_refutes(case: Case) -> None:
    asked = list(named(it=case.property).values())
    for harder in (False, True):
        proof = prove(network(case), case.column, asked, harder=harder)["it"]
        assert proof.holds == case.by_views, proof.problem
        assert proof.holds or proof.problem
    for exact in (False, True):
        shown = shown_by_views(network(case), case.column, asked, exact=exact, limit=1_000)
        assert case.ends or not shown["it"]
        assert shown["it"] == case.by_views


@each
def test_a_search_of_every_vm_by_itself_says_the_same(case: Case) -> None:
    asked = [replace(case.property, name="it")]
    found = found_endless(network(case), case.column, asked, [NO_PARTS], vms=range(1, case.vms + 1))
    assert bool(found) == (not case.ends)


@pytest.mark.parametrize("case", [case for case in CASES if case.vms > 1 and not case.ends], ids=lambda c: c.name)
def test_it_takes_as_many_vms_as_it_says(case: Case) -> None:
    assert judged(case, vms=case.vms - 1).verdict != REFUTED


def test_a_loop_that_is_told_by_its_states_alone_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """2026-11-27: the step between two states of the loop was the first that leads there, be it a fault."""
    (case,) = (case for case in CASES if case.name == "a-fault-beside-a-step")
    monkeypatch.setattr(
        evidence, "_edge_to", lambda apart, state, act, target: next(e for e, t in apart.targets[state] if t == target)
    )
    with pytest.raises(AssertionError, match="the fault slip happens for ever"):
        test_is_judged_right(case, proofs=False)


def judged_by_chance(seed: int) -> Iterator[tuple[Drawn, Verdict]]:
    """What is refuted of a small network drawn by chance, with up to two VMs."""
    found = drawn(seed, parts=False, properties=4)
    asked = {one.name: one for one in found.of(Ends)}
    scope = Scope(vms=2, shapes=(NO_PARTS,), limit=500)
    for one in check(found.column, scope=scope, network=found.network, properties=asked):
        if one.verdict == REFUTED:
            yield found, one


def assert_every_run_is_endless(seeds: Iterable[int]) -> Counter[int]:
    """How many runs repeat so many steps."""
    seen: Counter[int] = Counter()
    for seed in seeds:
        for found, one in judged_by_chance(seed):
            assert one.run is not None
            assert one.run.loop is not None
            asked = {each.name: each for each in found.of(Ends)}[one.property]
            assert_endless(found.network, found.column, asked, one.run)
            seen[len(one.run.steps) - one.run.loop] += 1
    return seen


def test_every_run_that_is_told_of_networks_drawn_by_chance_is_endless() -> None:
    """2026-11-27: one told run in five was none: the loop was told by its states alone, and of whichever VM was in the state."""
    seen = assert_every_run_is_endless(range(90_000, 90_000 + random_count(1)))
    assert min(seen[0], seen[1], seen[2], seen.total() - seen[0] - seen[1] - seen[2]) >= 8


def test_a_loop_that_is_told_of_the_first_vm_in_its_state_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def first(compiled: Compiled, start: State, edges: Sequence[Edge], loop: int | None = None) -> RunFound:
        return replace(replay(compiled, start, edges), loop=loop)

    monkeypatch.setattr(evidence, "replay", first)
    with pytest.raises((AssertionError, NotEnabled), match=r"unfair|come back|rest|blocks"):
        assert_every_run_is_endless(range(90_000, 90_100))


def test_the_cases_are_of_every_sort() -> None:
    kinds = Counter((case.ends, case.by_views, case.repeats) for case in CASES)
    assert len({case.name for case in CASES}) == len(CASES) >= 25
    assert kinds[True, True, None] >= 5
    assert kinds[True, False, None] >= 2
    assert {repeats for ends, _, repeats in kinds if not ends} >= {0, 1, 2, 4}
