"""Nothing passes on nothing: of no VM, no state, no view, no question and no solver everything would hold.

Each way in either refuses an empty set, in words that say what is missing; or what it gives for one names nothing that holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from model.notation import Shape, build, event, every
from proofs.answers.cache import use
from proofs.answers.record import Record, RecordError, dump, load
from proofs.answers.verdict import HOLDS, NOT_EXERCISED
from proofs.counts.tables import Tables
from proofs.counts.visit import visit
from proofs.many_vms.closure import reach
from proofs.search.endless import find_lasso, waits_or_turns
from proofs.search.plain import explore
from proofs.search.swift import explore_swiftly
from proofs.solvers.confirm import Set, confirm, confirmed, tasks
from proofs.solvers.obligations import Confirming
from proofs.solvers.solvers import Answers, SolverError, ask, disagreement, versions
from proofs.verdicts.by_kind import by_kind
from proofs.verdicts.check import check
from proofs.verdicts.columns import BASE
from proofs.verdicts.combined.pairs import new_in, pairs
from proofs.verdicts.shares import judge_in_shares, shares
from proofs.verdicts.suite import judge_columns
from proofs.views.proof import Closed, closed_groups, judged, prove
from proofs.views.saturation import saturate
from proofs.world.compiled import Compiled
from proofs.world.scope import Kinds, Scope
from proofs.world.world import Column, World
from properties.kinds import Property, always, fact, fired
from tests.helpers.networks.tiny import EVENTS, HARBOUR, NO_OARS, Boat, boat, gate, named, open_, place
from tests.helpers.networks.whole import compiled_whole, whole

CLAIM = named(open=always(".", open_ | ~open_, shows="T-1", witness=fired("boat_leaves")))
NOWHERE: tuple[Mapping[str, frozenset[str]], ...] = ({"place": frozenset()},)
SUNK: tuple[Mapping[str, frozenset[str]], ...] = ({"place": frozenset({Boat.SUNK.name})},)
"""A boat that may start where no boat starts."""


@pytest.fixture(autouse=True)
def _no_observers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofs.verdicts.check.watched", lambda network: network)
    use(None)


@cache
def compiled() -> Compiled:
    return compiled_whole(HARBOUR, [NO_OARS])


@cache
def closed() -> Closed:
    (found,) = closed_groups(HARBOUR, BASE, CLAIM.values())
    assert isinstance(found, Closed)
    return found


def checked(properties: Mapping[str, Property] = CLAIM, **scope: Any) -> Any:
    """The harbour judged, of boats without oars if nothing else is said."""
    return check(
        BASE, scope=Scope(**({"shapes": (NO_OARS,)} | scope)), network=HARBOUR, properties=properties
    )  # fmt: skip


def made(shapes: tuple[Shape, ...] = (NO_OARS,), **more: Any) -> Compiled:
    world = World(HARBOUR, BASE)
    return Compiled(world, whole(world), shapes, **more)


def proved(**kinds: Any) -> Any:
    return prove(HARBOUR, BASE, CLAIM.values(), kinds=Kinds(**kinds))


REFUSED: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "network without machines": (lambda: build((), ()), ValueError, "no machine"),
    "events and no machines": (lambda: build((), EVENTS), ValueError, "no machine"),
    "an event of no machine": (
        lambda: build((gate,), event("dawn", by="T-1", says="It dawns.")), ValueError, "no machine knows|which nothing"
    ),
    "no property": (lambda: checked({}), ValueError, "no property is asked"),
    "no name": (lambda: check(BASE, [], network=HARBOUR, properties=CLAIM), ValueError, "no property is asked"),
    "no VM": (lambda: checked(vms=0), ValueError, "0 VMs: at least one"),
    "less than no VM": (lambda: checked(vms=-1), ValueError, "-1 VMs: at least one"),
    "from no VM on": (lambda: checked(fewest=0), ValueError, "0 VMs: at least one"),
    "no shape": (lambda: checked(shapes=()), ValueError, "VMs of no shape"),
    "no state": (lambda: checked(limit=0), ValueError, "0 states: at least one"),
    "no start": (lambda: checked(allowed=NOWHERE), ValueError, "no VM can start"),
    "no start, views": (lambda: checked(allowed=NOWHERE, proofs=True), ValueError, "no VM can start"),
    "no possible start": (lambda: checked(allowed=SUNK), ValueError, "no VM can start"),
    "starts of no shape": (lambda: checked(allowed=()), ValueError, "start states for 0"),
    "starts of no shape, views": (lambda: checked(allowed=(), proofs=True), ValueError, "start states for 0"),
    "an unknown fault": (lambda: World(HARBOUR, Column(frozenset({"rain"}))), ValueError, "no fault rain"),
    "an unknown reading": (lambda: World(HARBOUR, Column(readings=(("R", "X"),))), ValueError, "no reading R=X"),
    "an unknown state of a reading": (
        lambda: World(HARBOUR, Column(readings=(("gate", "AJAR"),))), ValueError, "no reading gate=AJAR"
    ),
    "compiled without shapes": (lambda: made(()), ValueError, "VMs of no shape"),
    "compiled without starts": (lambda: made(allowed=NOWHERE), ValueError, "no VM can start"),
    "views of no kind": (lambda: proved(shapes=(), allowed=()), ValueError, "VMs of no shape"),
    "views of no start": (lambda: proved(shapes=(NO_OARS,), allowed=NOWHERE), ValueError, "no VM can start"),
    "an empty set of views": (
        lambda: judged(replace(closed(), views=replace(closed().views, at={}))), ValueError, "no views"
    ),
    "views of which nothing is asked": (lambda: judged(replace(closed(), members=())), ValueError, "nothing is asked"),
    "explore no VM": (lambda: explore(compiled(), 0), ValueError, "0 VMs: at least one"),
    "explore no VM apart": (lambda: explore(compiled(), 0, sort=False), ValueError, "0 VMs: at least one"),
    "explore until nothing": (lambda: explore(compiled(), 1, until={}), ValueError, "until nothing"),
    "explore swiftly no VM": (lambda: explore_swiftly(compiled(), 0), ValueError, "0 VMs: at least one"),
    "explore swiftly until nothing": (lambda: explore_swiftly(compiled(), 1, until={}), ValueError, "until nothing"),
    "visit no VM": (lambda: visit(Tables(compiled()), 0), ValueError, "0 VMs: at least one"),
    "visit no VM apart": (lambda: visit(Tables(compiled()), 0, apart=True), ValueError, "0 VMs: at least one"),
    "reach no VM": (lambda: reach(compiled(), 0), ValueError, "there has to be a VM"),
    "reach no start": (lambda: reach(compiled(), [[]]), ValueError, "each has to start"),
    "a graph without states": (lambda: find_lasso([], lambda _: [], lambda _: False), ValueError, "without states"),
    "a graph without states, coarsely": (
        lambda: waits_or_turns([], lambda _: [], lambda _: False), ValueError, "without states"
    ),
    "no solver": (lambda: ask(Confirming(closed()), ()), SolverError, "No solver is named"),
    "no solver's version": (lambda: versions(()), SolverError, "No solver is named"),
    "confirm with no solver": (lambda: confirm([(BASE, ("MET-4",))], ()), SolverError, "No solver is named"),
    "confirm nothing": (lambda: confirm([]), ValueError, "about no property"),
    "confirm no name": (lambda: confirm([(BASE, ())]), ValueError, "about no property"),
    "no column": (lambda: judge_columns([]), ValueError, "no column is to be judged"),
    "a column without names": (lambda: judge_columns([(BASE, [], Scope())]), ValueError, "no property in one"),
    "shares of no name": (lambda: judge_in_shares((BASE, [], Scope()), jobs=1), ValueError, "no property is asked"),
    "a sweep of no kind": (lambda: pairs(()), ValueError, "pairs of nothing"),
    "a sweep of an unknown kind": (lambda: pairs({"moods"}), ValueError, "pairs of moods"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused(name: str) -> None:
    asked, kind, says = REFUSED[name]
    with pytest.raises(kind, match=says):
        asked()


@pytest.mark.parametrize("text", [dump(Record({})), dump(Record({"open": {}})), ""], ids=["none", "no cell", "nothing"])
def test_a_record_without_verdicts_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text(text, "utf-8")
    with pytest.raises(RecordError, match=r"holds no verdict|cannot be read"):
        load(path)


@pytest.mark.parametrize("proofs", [False, True], ids=["searches", "views"])
def test_the_same_question_with_something_in_it_is_answered(proofs: bool) -> None:
    """So that the refusals above are of what is empty, and of nothing else."""
    scopes: tuple[dict[str, Any], ...] = (
        {},
        {"allowed": ({},)},
        {"allowed": ({"place": frozenset({"IN"})},)},
        {"vms": 1},
    )
    for scope in scopes:
        assert {one.verdict for one in checked(proofs=proofs, **scope)} == {HOLDS}
    assert World(HARBOUR, Column(frozenset({"storm"}))).events
    assert len(saturate(compiled())) > 3
    assert ask(Confirming(closed()), ("z3",)).confirms("open")
    assert pairs({"faults"})


class TestWhatIsGivenForNothingNamesNothing:
    def test_no_property_no_proof(self) -> None:
        assert prove(HARBOUR, BASE, []) == {}
        assert list(closed_groups(HARBOUR, BASE, [])) == []
        assert tasks(BASE, []) == []
        assert shares(BASE, [], 2) == []
        assert confirmed([], []) == []
        assert new_in([], {}) == []
        assert by_kind(BASE, [], Scope(shapes=(NO_OARS,), allowed=({},))) == {}

    def test_no_answer_confirms_nothing(self) -> None:
        assert not Answers((), {}).confirms("open")
        assert disagreement(Answers((), {})) is None
        one = Set("no fault", ("open",), 4, 4, 6, (), ("z3",), (0.1,))
        assert one.confirms("open")
        assert not one.confirms("shut")
        assert not replace(one, obligations=0).confirms("open")
        assert not replace(one, solvers=()).confirms("open")

    def test_no_time_is_no_answer(self) -> None:
        """A limit of nothing leaves open whatever takes any time; it confirms nothing that is not so."""
        wrong = named(wrong=always(".", every(boat, ~place.is_(Boat.OUT)), shows="T-1", witness=fired("boat_leaves")))
        (found,) = closed_groups(HARBOUR, BASE, wrong.values())
        assert isinstance(found, Closed)
        assert not ask(Confirming(found), ("z3",), limit=0).confirms("wrong")

    def test_too_few_views_show_nothing(self) -> None:
        (found,) = prove(HARBOUR, BASE, CLAIM.values(), limit=0).values()
        assert (found.holds, found.exercised) == (False, True)

    def test_a_set_of_no_views_is_refused_by_a_solver_too(self) -> None:
        empty = replace(closed(), views=replace(closed().views, at={}))
        assert [(one.kind, one.name) for one in ask(Confirming(empty), ("z3",)).refused] == [("start", "start")]

    def test_no_constant_is_no_fact(self) -> None:
        (found,) = checked(named(none=fact(".", list, shows="T-1")))
        assert (found.verdict, found.reason) == (NOT_EXERCISED, "no constant is compared")
        (found,) = checked(named(one=fact(".", lambda: [("it", 1, 1)], shows="T-1")))
        assert found.verdict == HOLDS

    def test_an_empty_record_knows_no_verdict(self) -> None:
        different = Record({}).differences(checked())
        assert [one.kind for one in different] == ["not recorded"]
