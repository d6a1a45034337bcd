"""A witness has to fire: what is enabled and never happens puts nothing to the test, and nothing "holds" by it.

A bell rings while a door is open and its keeper is away; who opens the door calls the keeper, who leaves when it is shut. So
each half of what ringing takes can be had, and never both. The keeper is one for the whole house or each door has its own:
views of one door and the house do not know that only one door is open, so they take ringing for possible in the first house.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import pytest

from model.notation import (
    HOST,
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
    implies,
    on,
    some,
)
from proofs.answers.cache import use
from proofs.answers.record import WORSE, Record, updated
from proofs.answers.verdict import CLOSED, HOLDS, NOT_EXERCISED, PROVED, REFUTED, Verdict
from proofs.search.plain import explore
from proofs.solvers.confirm import Set, confirmed
from proofs.verdicts.check import by_views, check
from proofs.verdicts.columns import BASE
from proofs.verdicts.evidence import Judge
from proofs.views.proof import Proof, prove
from proofs.why.tables.free import NoReason
from proofs.why.wording import told
from proofs.world import slices
from proofs.world.compiled import Compiled
from proofs.world.scope import Scope
from proofs.world.world import World
from properties.kinds import Property, always, ends, fired, possible, precedes, step
from shadowproof.verify.report import Verification
from tests.helpers.networks.tiny import named

door_ = Sort("door", of=HOST)
NO_PARTS = Shape({})


class Door(States):
    SHUT = "shut"
    OPEN = "open"
    JAMMED = "jammed"


class Keeper(States):
    AWAY = "away"
    CALLED = "called"


@cache
def house(keeper_of: Sort) -> Network:
    door = Actor("door", Door, of=door_, starts=Door.SHUT, says="A door.").table(
        on("opens", Door.SHUT, Door.OPEN),
        on("shuts", Door.OPEN, Door.SHUT),
        on("rings", Door.OPEN, Door.OPEN),
    )
    keeper = Actor("keeper", Keeper, of=keeper_of, starts=Keeper.AWAY, says="Who minds it.").table(
        on("opens", Keeper.AWAY, Keeper.CALLED),
        on("shuts", Keeper.CALLED, Keeper.AWAY),
        on("rings", Keeper.AWAY, Keeper.AWAY),
    )
    events = (
        *event("opens", at=door_, by="T-1", says="It opens.", fair=False),
        *event("shuts", at=door_, by="T-1", says="It shuts."),
        *event("rings", at=door_, by="T-1", says="The bell rings.", fair=False),
    )
    observers = [found for one in claims(fired("rings")).values() for found in one.observers]
    return build((door, keeper), events).with_observers(observers)


def said(actor: str, state: str) -> Term:
    """Of a machine of a house, whichever."""
    states = {"door": Door, "keeper": Keeper}[actor]
    return Actor(actor, states, of=door_, starts=states, says=".").is_(states[state])


def claims(witness: Term) -> Mapping[str, Property]:
    """What is true of both houses, of every kind that has a witness."""
    not_jammed = every(door_, ~said("door", "JAMMED"))
    return named(
        always=always(".", not_jammed, shows="T-1", witness=witness),
        step=step(".", implies(happens("rings"), not_jammed), shows="T-1", witness=witness),
        precedes=precedes(".", ["opens"], ["rings"], since=["shuts"], shows="T-1", witness=witness),
        ends=ends(".", every(door_, said("door", "SHUT")), without=["opens"], shows="T-1", witness=witness),
    )


RINGS = fired("rings")
UNREACHABLE = fired("opens") & some(door_, said("door", "JAMMED"))
HOUSES = {"one keeper for the house": HOST, "a keeper for each door": door_}
SCOPES = {
    "searches": Scope(vms=2, shapes=(NO_PARTS,)),
    "views, then searches": Scope(vms=2, shapes=(NO_PARTS,), proofs=True),
    "views, then as few searches as can be": Scope(vms=2, shapes=(NO_PARTS,), proofs=True, counts=False),
}
each_house = pytest.mark.parametrize("keeper_of", HOUSES.values(), ids=HOUSES)
each_scope = pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)


@pytest.fixture(autouse=True)
def _no_observers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofs.verdicts.check.watched", lambda network: network)
    monkeypatch.setattr("proofs.verdicts.check._JUDGED", {})
    monkeypatch.setattr("proofs.views.proof._PROVED", {})
    use(None)


def judged(keeper_of: Sort, scope: Scope, properties: Mapping[str, Property]) -> list[Verdict]:
    return check(BASE, scope=scope, network=house(keeper_of), properties=properties)


def assert_not_exercised(found: list[Verdict]) -> None:
    for one in found:
        assert one.verdict == NOT_EXERCISED, f"{one.property}: {one.verdict}, {one.assurance}"
        assert "witness" in one.reason
        assert one.run is None


@each_scope
@each_house
class TestOfEveryKind:
    def test_with_a_witness_that_fires_it_holds(self, keeper_of: Sort, scope: Scope) -> None:
        assert {one.verdict for one in judged(keeper_of, scope, claims(fired("opens")))} == {HOLDS}

    def test_enabled_and_never_fired_is_not_exercised(self, keeper_of: Sort, scope: Scope) -> None:
        assert_not_exercised(judged(keeper_of, scope, claims(RINGS)))

    def test_in_a_state_that_is_not_reached_is_not_exercised(self, keeper_of: Sort, scope: Scope) -> None:
        assert_not_exercised(judged(keeper_of, scope, claims(UNREACHABLE)))

    def test_what_is_enabled_is_not_possible_if_it_never_happens(self, keeper_of: Sort, scope: Scope) -> None:
        asked = named(
            rings=possible(".", RINGS, shows="T-1"),
            jammed=possible(".", UNREACHABLE, shows="T-1"),
            opens=possible(".", fired("opens"), shows="T-1"),
        )
        found = {one.property: one for one in judged(keeper_of, scope, asked)}
        assert [found[name].verdict for name in asked] == [REFUTED, REFUTED, HOLDS]
        assert found["rings"].reason == "no run reaches it"
        assert found["opens"].length == 1


class TestByViews:
    @pytest.mark.parametrize("harder", [False, True], ids=["plain", "harder"])
    def test_views_rule_out_what_each_door_cannot_and_no_more(self, harder: bool) -> None:
        """Where they are not exact they leave it open, and a search decides: the tests above."""
        for keeper_of, exercised in ((door_, False), (HOST, True)):
            found = prove(house(keeper_of), BASE, claims(RINGS).values(), harder=harder)
            assert {proof.exercised for proof in found.values()} == {exercised}
            found = prove(house(keeper_of), BASE, claims(UNREACHABLE).values(), harder=harder)
            assert not any(proof.exercised for proof in found.values())

    def test_ruled_out_by_views_no_search_is_needed_and_it_is_still_no_pass(self) -> None:
        found = judged(door_, SCOPES["views, then as few searches as can be"], claims(RINGS))
        assert {(one.assurance, one.states) for one in found} == {(CLOSED, 0)}
        assert_not_exercised(found)

    def test_solvers_that_confirm_it_do_not_make_it_hold(self) -> None:
        found = judged(door_, SCOPES["views, then as few searches as can be"], claims(RINGS))
        names = tuple(one.property for one in found)
        sure = confirmed(found, [Set(BASE.name, names, 3, 3, 5, (), ("z3", "cvc5"), (0.1, 0.1))])
        assert {one.assurance for one in sure} == {PROVED}
        assert_not_exercised(sure)

    def test_what_harder_views_show_makes_no_pass_of_it(self) -> None:
        (never, *_) = judged(HOST, SCOPES["searches"], claims(RINGS))
        assert_not_exercised([by_views(never, Proof(never.property, holds=True, exercised=True, views=3))])
        refuted = replace(never, verdict=REFUTED)
        assert by_views(refuted, Proof(never.property, holds=True, exercised=True, views=3)) == refuted
        assert by_views(refuted, Proof(never.property, holds=True, exercised=False, views=3)).assurance == CLOSED

    def test_there_is_nothing_to_argue(self) -> None:
        """2026-11-27: `why` argued that a promise holds of which no run says anything."""
        with pytest.raises(NoReason, match="cannot fire"):
            told(house(door_), BASE, claims(RINGS)["step"])


class TestInASmallerWorld:
    """Without the keeper the bell may ring: a run of fewer machines, which is no run of the house."""

    @pytest.fixture(autouse=True)
    def _keeper_left_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(slices, "LEFT_OUT_WHERE_NOT_ASKED", frozenset({"keeper"}))
        monkeypatch.setattr("proofs.verdicts.check.worlds_of", slices.Worlds)
        monkeypatch.setattr("proofs.views.proof.worlds_of", slices.Worlds)

    def test_it_does_ring_there(self) -> None:
        world = World(house(HOST), BASE, frozenset({"keeper"}))
        compiled = Compiled(world, world.cone([RINGS]), (NO_PARTS,))
        assert "rings" in explore(compiled, 1, steps={"rings": RINGS}).hits

    @each_scope
    @each_house
    def test_it_does_not_count(self, keeper_of: Sort, scope: Scope) -> None:
        asked = {name: one for name, one in claims(RINGS).items() if name != "ends"}
        assert_not_exercised(judged(keeper_of, scope, asked))

    @each_scope
    @each_house
    def test_nor_is_it_possible(self, keeper_of: Sort, scope: Scope) -> None:
        (found,) = judged(keeper_of, scope, named(rings=possible(".", RINGS, shows="T-1")))
        assert (found.verdict, found.run) == (REFUTED, None)

    def test_a_gate_that_did_not_replay_would_be_noticed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(World, "is_widened", lambda *_: False)
        with pytest.raises(AssertionError, match="holds"):
            self.test_it_does_not_count(HOST, SCOPES["searches"])


def test_a_gate_that_counts_what_is_enabled_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Judge.learn

    def wrong(self: Judge, explored: object, *, whole: bool, every: bool) -> None:
        right(self, explored, whole=whole, every=every)  # type: ignore[arg-type]  # either search
        self.witnessed = True  # every event of the witness is one that the network has

    monkeypatch.setattr(Judge, "learn", wrong)
    for scope in list(SCOPES.values())[:2]:
        with pytest.raises(AssertionError, match="holds"):
            assert_not_exercised(judged(HOST, scope, claims(RINGS)))


class TestWhatComesOfIt:
    def verification(self, found: list[Verdict], record: Record | None = None) -> Verification:
        return Verification({BASE: found}, {BASE: Scope()}, {}, record or Record({}), compared=record is not None)

    def test_the_exit_status(self) -> None:
        never = judged(HOST, SCOPES["searches"], claims(RINGS))
        assert self.verification(never).status == 2
        once = judged(HOST, SCOPES["searches"], claims(fired("opens")))
        assert self.verification(once).status == 0

    def test_the_record(self) -> None:
        """Whoever recorded that it holds is told that it is no longer put to the test."""
        never, once = (judged(HOST, SCOPES["searches"], claims(w)) for w in (RINGS, fired("opens")))
        made = updated(Record({}), never, {})
        assert {cell.verdict for cells in made.cells.values() for cell in cells.values()} == {NOT_EXERCISED}
        was = updated(Record({}), once, {})
        assert {one.kind for one in was.differences(never)} == {WORSE}
        assert self.verification([*never, once[0]], was).status == 1

    @each_scope
    def test_whatever_holds_was_exercised_by_some_run(self, scope: Scope) -> None:
        """However the views show it: without a step nothing has fired."""
        once = judged(HOST, scope, claims(fired("opens")))
        assert {one.verdict for one in once} == {HOLDS}
        assert all(one.steps for one in once)
