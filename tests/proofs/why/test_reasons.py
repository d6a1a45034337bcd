"""Reasons: their clauses hold in every state, imply the property, keep one another; and nothing in them can be left out."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Sequence
from functools import cache

import pytest
import z3

from model.notation import Actor, Network, States, build, event, every, happens, implies, on, some
from proofs.search.plain import LimitReached, explore
from proofs.solvers.clauses import Clause, HostOrder, Lemma, Views01, host_order, if_then, term_of
from proofs.solvers.obligations import Confirming
from proofs.solvers.solvers import UNSAT, ask
from proofs.solvers.symbolic import Symbolic
from proofs.verdicts.columns import BASE
from proofs.views.proof import Closed, closed_groups
from proofs.why.reasons import Reason, Use, _Stage, reason
from proofs.why.tables.free import NoReason
from proofs.why.wording import clause_in_words
from proofs.world.compiled import Compiled
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Property, always, ends, fired, step
from tests.helpers.networks.tiny import HARBOUR, at_sea, boat, named


class Load(States):
    NONE = "empty"
    PACKED = "packed"
    ABOARD = "aboard"


class Crew(States):
    ASHORE = "ashore"
    ABOARD = "aboard"


class Trip(States):
    MOORED = "moored"
    UNDER_WAY = "under way"


class Quay(States):
    OPEN = "open"
    CLEARED = "cleared"
    CLOSED = "closed"


load = Actor("load", Load, of=boat, starts=Load.NONE, says="What the boat carries.")
crew = Actor("crew", Crew, of=boat, starts=Crew.ASHORE, says="Where the crew is.")
trip = Actor("trip", Trip, of=boat, starts=Trip.MOORED, says="Whether the boat is under way.")
quay = Actor("quay", Quay, starts=Quay.OPEN, says="Whether boats may load.")
load.table(on("packed", Load.NONE, Load.PACKED), on("loaded", Load.PACKED, Load.ABOARD))
crew.table(on("boarded", Crew.ASHORE, Crew.ABOARD))
trip.table(on("sailed", Trip.MOORED, Trip.UNDER_WAY))
quay.table(on("quay_cleared", Quay.OPEN, Quay.CLEARED), on("quay_closed", Quay.CLEARED, Quay.CLOSED))

LOADED, MANNED = load.is_(Load.ABOARD), crew.is_(Crew.ABOARD)
EVENTS = (
    *event("packed", at=boat, when=quay.is_(Quay.OPEN), by="T-1", says="."),
    *event("loaded", at=boat, when=quay.is_(Quay.OPEN), by="T-1", says="."),
    *event("boarded", at=boat, when=LOADED, by="T-1", says="."),
    *event("sailed", at=boat, when=MANNED, by="T-1", says="."),
    *event("quay_cleared", when=every(boat, ~load.is_(Load.PACKED)), by="T-1", says="."),
    *event("quay_closed", by="T-1", says="."),
)
PORT: Network = build((quay, load, crew, trip), EVENTS, ())
SAILED = fired("sailed")
under_way = trip.is_(Trip.UNDER_WAY)
TINY = named(
    **{
        "sails-loaded": always(".", every(boat, implies(under_way, LOADED)), shows="T-1", witness=SAILED),
        "boards-loaded": step(".", every(boat, implies(happens("sailed"), LOADED)), shows="T-1", witness=SAILED),
        "closed-to-the-packed": always(
            ".", implies(~quay.is_(Quay.OPEN), ~some(boat, load.is_(Load.PACKED))), shows="T-1", witness=SAILED
        ),
    }
)
REAL = ("files-after-own-pre-restore", "not-all-means-failure")


@cache
def closed_for(name: str) -> Closed:
    network, asked = (PORT, TINY[name]) if name in TINY else (watched(), PROPERTIES[name])
    (found,) = closed_groups(network, BASE, [asked])
    assert isinstance(found, Closed)
    return found


@cache
def reason_for(name: str) -> Reason:
    closed = closed_for(name)
    return reason(closed, closed.members[0])


each = pytest.mark.parametrize("name", [*TINY, *REAL])


def dropped(items: Sequence[Lemma], number: int) -> tuple[Lemma, ...]:
    return tuple(item for i, item in enumerate(items) if i != number)


@pytest.mark.parametrize("vms", [1, 2])
@pytest.mark.parametrize("name", [*TINY, REAL[0]])
def test_clauses_hold_in_every_state(name: str, vms: int) -> None:
    """In every state that is reached, a clause as it is told holds, and the host's machines are in an order that is."""
    closed, made = closed_for(name), reason_for(name)
    views, symbolic = closed.views, Symbolic(closed.views.compiled)
    told = {str(i): ~term_of(one, symbolic) for i, one in enumerate(made.clauses) if isinstance(one, Clause)}
    assert told or any(isinstance(one, HostOrder) for one in made.clauses) or name == "closed-to-the-packed"
    compiled = Compiled(closed.group.world, closed.group.part, views.compiled.shapes, list(told.values()))
    try:
        found = explore(compiled, vms, states=told, limit=1_500)
    except LimitReached as reached:
        assert name in REAL
        found = reached.explored
    assert found.states > 3
    assert found.hits == {}
    known = {views.compiled.hosts[views.host(place)] for place in views.at}
    assert {compiled.hosts[state[0]] for state in found.before} <= known


def test_a_clause_that_does_not_hold_is_noticed() -> None:
    closed = closed_for("sails-loaded")
    symbolic = Symbolic(closed.views.compiled)
    wrong = Clause((("load", frozenset({"ABOARD"})), ("crew", frozenset({"ABOARD"}))))
    assert explore(closed.views.compiled, 1, states={"wrong": ~term_of(wrong, symbolic)}).hits
    answers = ask(Confirming(closed, argument=[wrong]), ["z3"])
    assert {a.name for a in answers.refused} >= {"boarded"}


@each
def test_the_argument_is_confirmed_by_both_solvers(name: str) -> None:
    made = reason_for(name)
    answers = ask(Confirming(closed_for(name), argument=made.clauses))
    assert {answer.said for answer in answers.answers} == {UNSAT}


@pytest.mark.parametrize("name", ["sails-loaded", "boards-loaded"])
def test_no_clause_can_be_dropped(name: str) -> None:
    """Without any one of them the others no longer imply the property, or no longer keep one another."""
    made = reason_for(name)
    assert len(made.clauses) >= 1
    for i in range(len(made.clauses)):
        fewer = dropped(made.clauses, i)
        if fewer:
            answers = ask(Confirming(closed_for(name), argument=fewer), ["z3"])
            assert answers.refused


def holds_by(name: str, use: Use, clauses: Sequence[int], rules: Sequence[tuple[str, ...]]) -> bool:
    """Whether an obligation goes through with these clauses and rules only, asked anew."""
    closed, made = closed_for(name), reason_for(name)
    confirming = Confirming(closed)
    moving, member = next(((e, m) for e, m in confirming.steps() if e.name == use.event), (None, None))
    stage = _Stage(confirming, moving, member, closed.members[0], {})
    solver = z3.Solver(ctx=confirming.symbolic.context)
    solver.add(*stage.meaning, stage.goal(use.goal, made.clauses))
    solver.add(*(formula for number in clauses for formula in stage.holding(made.clauses[number])))
    solver.add(*(formula for rule in rules for formula in stage.rules[rule]))
    said = solver.check()
    assert said != z3.unknown
    return bool(said == z3.unsat)


@each
def test_every_use_goes_through_and_is_minimal(name: str) -> None:
    uses = list(reason_for(name).uses)
    if name in REAL:
        uses = random.Random(1).sample(uses, min(2, len(uses)))
    for use in uses:
        assert holds_by(name, use, use.clauses, use.rules)
        for one in use.clauses:
            assert not holds_by(name, use, [c for c in use.clauses if c != one], use.rules)
        for rule in use.rules:
            assert not holds_by(name, use, use.clauses, [r for r in use.rules if r != rule])


def test_every_clause_and_use_is_needed() -> None:
    """Each clause is used, and kept wherever a machine of it moves; what keeps it is told."""
    for name in TINY:
        made = reason_for(name)
        used = {clause for use in made.uses for clause in use.clauses}
        assert used >= set(range(len(made.clauses)))
        for i, clause in enumerate(made.clauses):
            assert isinstance(clause, HostOrder) or made.of(i)
        assert made.of(None) or made.uses == ()
        assert made.tried >= len(made.clauses)
        assert set(made.rules) == {rule for use in made.uses for rule in use.rules}


def test_the_reason_is_what_one_would_say() -> None:
    """A boat that sails is manned, and one that is manned is loaded."""
    made = reason_for("boards-loaded")
    assert [clause.never for clause in made.clauses if isinstance(clause, Clause)] == [
        (("load", frozenset({"NONE", "PACKED"})), ("crew", frozenset({"ABOARD"})))
    ]
    (use,) = [use for use in made.of(None) if use.clauses]
    assert (use.event, use.rules) == ("sailed", (("when", "sailed", "0"),))


def test_a_clause_is_told_as_what_follows_from_what() -> None:
    symbolic = Symbolic(closed_for("boards-loaded").views.compiled)
    (clause,) = [one for one in reason_for("boards-loaded").clauses if isinstance(one, Clause)]
    assert clause_in_words(if_then(clause, symbolic)) == "for every boat: if crew is aboard, then load is aboard"
    of_host = Clause((("quay", frozenset({"CLOSED"})),))
    assert clause_in_words(if_then(of_host, symbolic)) == "quay is not closed"


class TestNoReason:
    never: Property = named(never=always(".", every(boat, ~at_sea), shows="T-1", witness=fired("boat_leaves")))["never"]

    def test_of_what_does_not_hold(self) -> None:
        (closed,) = closed_groups(HARBOUR, BASE, [self.never])
        assert isinstance(closed, Closed)
        with pytest.raises(NoReason, match=r"what breaks never; the closed set of 4 views does$"):
            reason(closed, self.never)

    def test_without_time(self) -> None:
        closed = closed_for("sails-loaded")
        with pytest.raises(NoReason, match=r"no reason within the limit: 1 clauses, 1 checks so far"):
            reason(closed, closed.members[0], seconds=0)

    def test_of_what_must_come_in_the_end(self) -> None:
        asked = named(sails=ends(".", every(boat, under_way), without=[], shows="T-1", witness=SAILED))["sails"]
        with pytest.raises(NoReason, match="sails is no statement about states or steps"):
            reason(closed_for("sails-loaded"), asked)


class TestClauses:
    def test_are_looked_up_in_the_views(self) -> None:
        """What excludes a state matches no view, and matches the state."""
        views = closed_for("sails-loaded").views
        table = Views01(views)
        state = {"quay": "OPEN", "load": "PACKED", "crew": "ABOARD", "trip": "MOORED"}
        state = {name: at for name, at in state.items() if name in table.order}
        found = table.excluding(state, ["load"])
        assert found
        for clause in found:
            assert not table.matching(clause.never)
            assert all(state[name] in states for name, states in clause.never)
        assert table.matching((name, frozenset({at})) for name, at in {**state, "crew": "ASHORE"}.items())

    def test_are_looked_up_in_little_memory(self) -> None:
        """2026-11-29: each view of each configuration was a number as long as there are views, which took 13 GB of a promise that
        tells configurations apart."""
        views = closed_for(REAL[0]).views
        tracemalloc.start()
        table = Views01(views)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        rows = sum(len(states) for states in table.having.values())
        assert table.size > 100_000
        assert peak < 20 * rows * table.size // 8
        assert all(sum(bits.bit_count() for bits in states.values()) == table.size for states in table.having.values())

    def test_the_order_of_the_host_is_that_of_the_views(self) -> None:
        views = closed_for(REAL[0]).views
        assert host_order(views).hosts == len(views.at)
