"""What solvers have to confirm: closed sets are confirmed, and no planted fault is; and what is claimed says something."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
import z3

from model.notation import HOST, TRUE, Network, Term, every, happens, implies, on, some, stays
from model.notation.changes import rows_of, with_event, with_rows, with_table, without_row
from model.notation.terms import After, And, Every, Not, Or, all_of
from model.notation.words import words
from proofs.solvers import obligations as reading
from proofs.solvers.obligations import Confirming, Obligation
from proofs.solvers.solvers import SOLVERS, UNSAT, Z3, ask
from proofs.solvers.symbolic import Symbolic
from proofs.verdicts.columns import BASE
from proofs.views.fulfilment import state_found, step_found
from proofs.views.proof import Closed, closed_groups, prepared
from proofs.world.world import Column, World
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Property, Step, always, fired, step
from tests.helpers.networks.tiny import HARBOUR, Boat, Gate, at_sea, boat, named, open_, place
from tests.helpers.nightly import nightly

STORM = Column(frozenset({"storm"}))
VANISHES = Column(frozenset({"requester_vanishes"}))
LEFT = fired("boat_leaves")
HOLD = named(
    **{
        "leaves-by-the-gate": step(".", every(boat, implies(happens("boat_leaves"), open_)), shows="T-1", witness=LEFT),
        "none-at-the-bottom": always(".", every(boat, ~place.is_(Boat.SUNK)), shows="T-1", witness=LEFT),
    }
)
BREAK = named(
    **{
        "never-out": always(".", every(boat, ~at_sea), shows="T-1", witness=LEFT),
        "storms-spare-boats": step(".", ~happens("storm"), shows="T-1", witness=LEFT),
    }
)
SMALL = ("files-after-own-pre-restore", "no-abort-in-a-restore", "veto-alone-causes-no-abort")


def closed_for(network: Network, column: Column, *asked: Property) -> Closed:
    (found,) = closed_groups(network, column, asked)
    assert isinstance(found, Closed)
    return found


@cache
def harbour(*, stormy: bool = False) -> Closed:
    asked = [HOLD["leaves-by-the-gate"], *([] if stormy else [HOLD["none-at-the-bottom"]])]
    return closed_for(HARBOUR, STORM if stormy else BASE, *asked)


@cache
def real(column: Column = BASE) -> Closed:
    return closed_for(watched(), column, *(PROPERTIES[name] for name in SMALL))


def refused(confirming: Confirming, kind: str = "", event: str = "", *, first: bool = False) -> list[Obligation]:
    """The obligations (of a kind, of an event) that Z3 does not confirm, or the first of them."""
    solver, found = z3.Solver(ctx=confirming.symbolic.context), list[Obligation]()
    for one in confirming.obligations():
        if not one.kind.startswith(kind) or (event and one.event != event):
            continue
        solver.push()
        solver.add(*(formula for _, formula in one.formulas), *confirming.definitions(one))
        said = solver.check()
        solver.pop()
        assert said != z3.unknown
        if said == z3.sat:
            found.append(one)
            if first:
                break
    return found


def without(closed: Closed, place_: int, vm: int) -> Closed:
    """The set with one view left out."""
    at = {p: {v: bits for v, bits in here.items() if (p, v) != (place_, vm)} for p, here in closed.views.at.items()}
    return replace(closed, views=replace(closed.views, at=at))


def read_as(changed: Network, closed: Closed, monkeypatch: pytest.MonkeyPatch) -> Confirming:
    """The obligations of a closed set, where the tables are read off another network than it was saturated with."""
    world = closed.group.world
    other = prepared(replace(closed.group, world=World(changed, world.column, world.leaves_out)))
    with monkeypatch.context() as patched:
        patched.setattr(reading, "Symbolic", lambda compiled: Symbolic(other))
        return Confirming(closed)


class TestClosedSets:
    @pytest.mark.parametrize("stormy", [False, True])
    def test_of_the_harbour_are_confirmed(self, stormy: bool) -> None:
        answers = ask(Confirming(harbour(stormy=stormy)))
        assert {answer.said for answer in answers.answers} == {UNSAT}

    def test_what_an_event_leaves_alone_is_spoken_of(self) -> None:
        """Only where a claim asks for it is it said that it stays."""
        asked = named(open=step(".", implies(happens("boat_leaves"), After(open_)), shows="T-1", witness=LEFT))
        confirming = Confirming(closed_for(HARBOUR, BASE, *asked.values()))
        assert refused(confirming) == []
        said = {
            one.name: [label for label, _ in one.formulas if label[0] == "stays"] for one in confirming.obligations()
        }
        assert said["open: boat_leaves"] == [("stays", "boat_leaves", "gate")]
        assert said["boat_leaves"] == said["gate_opens"] == []

    @pytest.mark.parametrize("column", [BASE, pytest.param(VANISHES, marks=nightly)], ids=str)
    def test_of_the_protocol_are_confirmed(self, column: Column) -> None:
        closed = real(column)
        answers = ask(Confirming(closed))
        assert {answer.said for answer in answers.answers} == {UNSAT}
        assert all(answers.confirms(name) for name in SMALL)
        kinds = [answer.kind for answer in answers.answers if answer.solver == Z3]
        assert kinds.count("start") == 1
        assert kinds.count("step") == len(closed.views.compiled.events)
        assert {a.name.split(":")[0] for a in answers.answers if a.kind == "claim"} == set(SMALL)

    def test_a_set_without_any_machine_is_asked_about_as_well(self) -> None:
        """What the property speaks of is where it is, without faults, and nothing else is looked at."""
        confirming = Confirming(closed_for(watched(), BASE, PROPERTIES["every-volume-in-the-set"]))
        assert not confirming.machines
        assert {(a.solver, a.said) for a in ask(confirming).answers} == {(solver, UNSAT) for solver in SOLVERS}

    def test_every_event_and_every_claim_is_asked_once(self) -> None:
        asked = list(Confirming(harbour(stormy=True)).obligations())
        assert [one.name for one in asked if one.kind == "step"] == [
            "boat_leaves", "gate_shuts", "gate_opens", "all_called_in", "storm",
        ]  # fmt: skip
        assert "leaves-by-the-gate: boat_leaves" in {one.name for one in asked if one.kind == "claim"}
        assert len({(one.kind, one.name) for one in asked}) == len(asked)


class TestPlantedFaults:
    @pytest.mark.parametrize("stormy", [False, True])
    def test_any_view_that_is_dropped_is_missed(self, stormy: bool) -> None:
        closed = harbour(stormy=stormy)
        for place_, here in closed.views.at.items():
            for vm in here:
                assert {one.kind for one in refused(Confirming(without(closed, place_, vm)))} & {"start", "step"}

    def test_a_view_of_the_protocol_that_is_dropped_is_missed(self) -> None:
        closed, chance = real(), random.Random(5)
        place_ = chance.choice([p for p in closed.views.at if p not in closed.views.compiled.start_hosts])
        (found,) = refused(
            Confirming(without(closed, place_, chance.choice(list(closed.views.at[place_])))), first=True
        )
        assert found.kind == "step"

    def test_a_start_that_is_dropped_is_missed_at_the_start(self) -> None:
        for closed in (harbour(), real()):
            compiled = closed.views.compiled
            (found,) = refused(Confirming(without(closed, compiled.start_hosts[0], compiled.starts[0])), first=True)
            assert found.kind == "start"

    def test_a_guard_that_only_the_search_has_is_missed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        closed = harbour()
        assert not refused(read_as(closed.group.world.network, closed, monkeypatch))
        changed = with_event(closed.group.world.network, "boat_leaves", when=TRUE)
        assert {one.name for one in refused(read_as(changed, closed, monkeypatch))} >= {
            "leaves-by-the-gate: boat_leaves"
        }

    @pytest.mark.parametrize("event", ["freeze_delivered", "files_restored"])
    def test_a_guard_of_the_protocol_that_only_the_search_has_is_missed(
        self, event: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        closed = real()
        changed = with_event(closed.group.world.network, event, when=TRUE)
        assert refused(read_as(changed, closed, monkeypatch), "step", event)

    @pytest.mark.parametrize("solver", SOLVERS)
    def test_a_move_that_the_search_has_not_is_missed(self, solver: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Though each solver is told of the machines that stay where they are."""
        shutting = with_rows(rows_of(HARBOUR, "gate"), on("storm", Gate.OPEN, Gate.SHUT), stays("storm"))
        spared = without_row(rows_of(HARBOUR, "place"), "storm", Boat.OUT)
        calm = with_table(with_table(HARBOUR, "gate", shutting), "place", spared)
        closed = closed_for(calm, STORM, HOLD["leaves-by-the-gate"], HOLD["none-at-the-bottom"])
        assert not ask(Confirming(closed), [solver]).refused
        answers = ask(read_as(HARBOUR, closed, monkeypatch), [solver])
        assert {(one.kind, one.name) for one in answers.refused} == {("step", "storm")}

    @pytest.mark.parametrize("solver", SOLVERS)
    def test_each_solver_names_just_what_is_refused_one_by_one(
        self, solver: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Though what is about one event is asked together: a view is missing, or a guard."""
        closed = harbour()
        (place_, vm) = next((p, v) for p, here in closed.views.at.items() for v in here)
        changed = with_event(closed.group.world.network, "boat_leaves", when=TRUE)
        for broken in (Confirming(without(closed, place_, vm)), read_as(changed, closed, monkeypatch)):
            expected = {(one.kind, one.name) for one in refused(broken)}
            assert expected
            assert {(one.kind, one.name) for one in ask(broken, [solver]).refused} == expected

    def test_two_terms_are_never_decided_by_one_vm(self) -> None:
        """One boat is never both; two are."""
        both = some(boat, at_sea) & some(boat, ~at_sea)
        wrong = named(
            state=always(".", ~both, shows="T-1", witness=LEFT),
            step=step(".", ~(happens("boat_leaves") & both), shows="T-1", witness=LEFT),
        )
        closed = closed_for(HARBOUR, BASE, *wrong.values())
        found = {one.name: one for one in refused(Confirming(closed))}
        assert set(found) == {"state", "step: boat_leaves"}
        labels = [label for label, _ in found["step: boat_leaves"].formulas]
        assert labels.count(("moves", "boat_leaves", "place")) == 2, "a rule is said of each boat"

    def test_what_does_not_hold_is_not_confirmed(self) -> None:
        for column, name in ((BASE, "never-out"), (STORM, "never-out"), (STORM, "storms-spare-boats")):
            closed = closed_for(HARBOUR, column, BREAK[name], HOLD["leaves-by-the-gate"])
            answers = ask(Confirming(closed))
            assert {a.name.split(":")[0] for a in answers.refused} == {name}
            assert len({a.solver for a in answers.refused}) == 2
            assert not answers.confirms(name)
            assert answers.confirms("leaves-by-the-gate")

    def test_the_contrary_of_what_holds_is_not_confirmed(self) -> None:
        contrary = [replace(one, term=~one.term) for one in real().members if isinstance(one, Always | Step)]
        found = refused(Confirming(replace(real(), members=tuple(contrary))), "claim")
        assert {one.name.split(":")[0] for one in found} == set(SMALL)


A_FAULT = "only a fault puts it to the test"
EXCEPTIONS = {
    "every-volume-in-the-set": A_FAULT,
    "not-responding-is-said-by-vss": A_FAULT,
    "vanished-requester-gets-shutdown-only": A_FAULT,
    "a-forgotten-status-is-not-all": A_FAULT,
    "failure-is-reported-and-false": A_FAULT,
    "repeated-abort-changes-nothing": A_FAULT,
    "a-vm-fails-for-a-reason": A_FAULT,
    "a-settled-vm-is-settled": A_FAULT,
    "a-roll-back-fails-for-a-reason": A_FAULT,
    "post-snapshot-fails-for-a-reason": A_FAULT,
    "status-says-what-was-restored": A_FAULT,
    "failure-shows-in-the-state": A_FAULT,
    "each-event-has-its-handler": A_FAULT,
    "a-reported-failure-names-an-error": A_FAULT,
    "another-writers-failure-is-seen": A_FAULT,
    "a-writer-is-lost-for-a-reason": A_FAULT,
    "a-restore-is-given-up-for-a-reason": A_FAULT,
    "a-vanished-requester-is-gone": A_FAULT,
    "a-missing-volume-is-inconsistent": A_FAULT,
    "a-failure-is-ignored-only-if-there-is-one": A_FAULT,
    "owner-tells-the-cluster": A_FAULT,
    "post-restore-is-over-when-all-is-done": A_FAULT,
    "a-vm-goes-through-post-restore-step-by-step": A_FAULT,
    "files-are-restored-once": A_FAULT,
    "a-status-is-set-once-the-files-are-dealt-with": A_FAULT,
    "a-call-that-fails-leaves-what-comes-next": A_FAULT,
    "a-writer-that-forgot-takes-no-part": A_FAULT,
    "a-restart-forgets-the-session": A_FAULT,
    "a-host-that-starts-again-knows-no-session": A_FAULT,
    "an-operator-does-what-he-says": A_FAULT,
    "what-fails-was-there": A_FAULT,
    "a-refused-backup-complete-ends-nothing": A_FAULT,
    "only-a-vhd-cannot-be-rolled-back": A_FAULT,
    "a-snapshot-set-fails-for-a-reason": A_FAULT,
    "abort-reaches-a-writer-that-failed": "only a fault has a requester abort of its own accord",
    "a-veto-ends-the-set-as-the-reading-says": "only another reading, or a restart of the service, ends the set there",
    "an-abort-that-is-too-late-reaches-nobody": "only another reading has a window that closes",
    "ports-as-the-reading-says": "only another reading wants every switch",
    "given-back-where-the-reading-says": "only other readings have it given back anywhere else, and only a fault gets it stuck",
    "a-vm-is-treated-as-it-fits": "only another reading gives up what no longer fits",
    "state-before-is-looked-at-once": "only another reading has the writer look earlier",
    "the-rest-is-tried-as-the-reading-says": "only another reading stops after one failure",
    "provider-defeats-child-snapshots": "only a provider that cannot auto-recover does",
}
"""Properties that say nothing in the column without faults, and why."""


def premises(term: Term) -> Iterator[Term]:
    """What each "if" in a claim needs, said so that one member that fulfils it is enough."""
    match term:
        case And(parts):
            for part in parts:
                yield from premises(part)
        case Every(sort, body):
            yield from (some(sort, premise) for premise in premises(body))
        case After(body):
            yield from (After(premise) for premise in premises(body))
        case Or(parts) if needed := [part.body for part in parts if isinstance(part, Not)]:
            yield all_of(*(needed[:-1] if len(needed) == len(parts) else needed))


class Anything:
    """Arbitrary states or steps of a slice, with one VM, or two (who are all there is)."""

    def __init__(self, closed: Closed) -> None:
        self.symbolic = Symbolic(closed.views.compiled)
        self.vms = [self.symbolic.vm("one"), self.symbolic.vm("another")]
        self.solver = z3.Solver(ctx=self.symbolic.context)

    def fulfils(self, term: Term, *, of_steps: bool) -> bool:
        """Whether some state, or some step (whatever events ask for), fulfils a term."""
        if not of_steps:
            return self._sat(self.symbolic.state(term))
        events = self.symbolic.compiled.events
        movers = [None if e.scope.all or e.scope.sort == HOST else self.vms[0] for e in events]
        return any(self._sat(self.symbolic.of_step(term, e, mover)) for e, mover in zip(events, movers, strict=True))

    def _sat(self, formula: z3.BoolRef) -> bool:
        said = formula.sexpr()
        meant = [self.symbolic.closed(q, self.vms) for q in self.symbolic.quantifiers if q.constant.sexpr() in said]
        self.solver.push()
        self.solver.add(formula, *meant)
        found = self.solver.check()
        self.solver.pop()
        return bool(found == z3.sat)


def vacuous(closed: Closed) -> Iterator[tuple[str, str]]:
    """The claims of a closed set that say nothing, and why."""
    anything, compiled = Anything(closed), closed.views.compiled
    asked = [one for one in closed.members if isinstance(one, Always | Step)]
    for one in asked:
        for term, why in ((one.term, "it is never so"), (~one.term, "it cannot be otherwise")):
            if not anything.fulfils(term, of_steps=isinstance(one, Step)):
                yield one.name, why
        for premise in premises(one.term):
            compiled.step_tests(premise) if isinstance(one, Step) else compiled.state_test(premise)
    compiled.settle()
    for one in asked:
        find = step_found if isinstance(one, Step) else state_found
        yield from ((one.name, words(premise)) for premise in premises(one.term) if not find(closed.views, premise))


@nightly
def test_no_claim_is_vacuous() -> None:
    asked = [one for one in PROPERTIES.values() if isinstance(one, Always | Step)]
    assert len(asked) > 70
    found, seen = set[str](), set[str]()
    for closed in closed_groups(watched(), BASE, asked):
        assert isinstance(closed, Closed)
        found |= {name for name, _ in vacuous(closed)}
        seen |= {one.name for one in closed.members}
    assert seen == {one.name for one in asked}
    assert found == set(EXCEPTIONS)


def test_a_vacuous_claim_is_noticed() -> None:
    sunk = place.is_(Boat.SUNK)
    claims = named(
        premise=always(".", every(boat, implies(sunk & open_, at_sea)), shows="T-1", witness=LEFT),
        always=always(".", every(boat, at_sea | ~at_sea), shows="T-1", witness=LEFT),
        never=step(".", every(boat, After(sunk & at_sea)), shows="T-1", witness=LEFT),
        sound=step(".", every(boat, implies(happens("boat_leaves"), open_)), shows="T-1", witness=LEFT),
    )
    closed = [one for one in closed_groups(HARBOUR, BASE, claims.values()) if isinstance(one, Closed)]
    found = {said for one in closed for said in vacuous(one)}
    assert {name for name, _ in found} == {"premise", "always", "never"}
    assert ("always", "it cannot be otherwise") in found
    assert ("never", "it is never so") in found
    assert not list(vacuous(closed_for(HARBOUR, STORM, claims["premise"])))
