"""The symbolic reading of the tables against the explorer, which remembers steps: state by state, step by step, term by term."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Any

import pytest
import z3

from model.notation import (
    HOST,
    TRUE,
    Actor,
    Event,
    Network,
    Scope,
    Shape,
    Term,
    after,
    all_,
    build,
    event,
    every,
    happens,
    iff,
    implies,
    on,
    same,
    some,
    stays,
    unchanged,
)
from model.notation.changes import rows_of, with_dest, with_event, with_guard, with_rows, with_table, without_row
from model.notation.terms import machines_of
from proofs.search.plain import Look, starts, successors
from proofs.search.symmetry import State
from proofs.solvers.symbolic import Member, Symbolic
from proofs.world.compiled import Compiled
from proofs.world.parts import ONE_OF_EACH
from proofs.world.predicates import Step as Snapshot
from proofs.world.world import Column, World
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Step, terms_of
from tests.helpers.networks.tiny import HARBOUR, NO_OARS, ONE_OAR, Boat, Gate, Oar, at_sea, boat, gate, oar, oars, place
from tests.helpers.networks.whole import compiled_whole
from tests.helpers.nightly import AT_NIGHT, in_turn, nightly

TWO_OARS = Shape({"oar": 2})
STORM = Column(frozenset({"storm"}))
Of = tuple[str, int]
"""An event, and the number of the VM that it happens to (-1: none)."""


class Closed:
    """A slice for the explorer, and a symbolic reading (of `other`, if given) with so many VMs, which are all there are."""

    def __init__(self, compiled: Compiled, vms: int, other: Compiled | None = None) -> None:
        self.compiled = compiled
        self.symbolic = symbolic = Symbolic(other or compiled)
        self.vms = [symbolic.vm(f"v{i}") for i in range(vms)]
        self.solver = z3.Solver(ctx=symbolic.context)
        if vms > 1:
            self.solver.add(z3.Distinct(*self.vms))
        self.ways: dict[Of, list[Any]] = {}
        for one in (other or compiled).events:
            local = one.scope.sort != HOST and not one.scope.all
            for i in range(vms) if local else (-1,):
                ways = self.ways[one.name, i] = []
                for part in self.members(one):
                    chosen = z3.Bool(f"{one.name} {i} {part}", symbolic.context)
                    rules = symbolic.step(one, part, self.vms[i] if local else None, self.vms)
                    self.solver.add(*(z3.Implies(chosen, rule.formula) for rule in rules))
                    ways.append(chosen)
        self.solver.add(*(symbolic.closed(quantifier, self.vms) for quantifier in symbolic.quantifiers))
        self.known = len(symbolic.quantifiers)

    def members(self, event: Event) -> list[Member | None]:
        forms = range(len(self.compiled.shapes))
        return list(dict.fromkeys(part for form in forms for part in self.compiled.members(event, form)))

    def at(self, state: State, *, then: bool = False) -> Any:
        """The network is in this state."""
        symbolic, compiled = self.symbolic, self.compiled
        host = compiled.host_vars.decode(compiled.hosts[state[0]])
        read_host, read = (symbolic.host_then, symbolic.vm_then) if then else (symbolic.host_now, symbolic.vm_now)
        found = [read_host(name) == symbolic.states[name][at] for name, at in host.items()]
        for vm, local in zip(self.vms, state[1:], strict=True):
            form, states = compiled.locals[local]
            found.append(symbolic.is_of(vm, [form]))
            for name, at in compiled.vm_vars[form].decode(states).items():
                found.append(read(name, vm) == symbolic.states[name.split("#")[0]][at])
        return z3.And(found)

    def differences(self, state: State) -> list[str]:
        """Where the two readings differ about the steps out of a state."""
        expected: dict[Of, set[State]] = {}
        for edge, target in successors(self.compiled, state, sort=False):
            expected.setdefault((self.compiled.events[edge[0]].name, edge[4]), set()).add(target)
        found = [f"{of}: only the explorer knows it" for of in expected.keys() - self.ways.keys()]
        self.solver.push()
        self.solver.add(self.at(state))
        for of, ways in self.ways.items():
            reached = set()
            for chosen in ways:
                if self.solver.check(chosen) == z3.unsat:
                    continue
                model = self.solver.model()
                here = [t for t in expected.get(of, ()) if z3.is_true(model.eval(self.at(t, then=True)))]
                if not here:
                    found.append(f"{of}: the explorer does not go there")
                elif self.solver.check(chosen, z3.Not(self.at(here[0], then=True))) != z3.unsat:
                    found.append(f"{of}: the symbolic reading goes elsewhere too")
                reached.update(here)
            if expected.get(of, set()) - reached:
                found.append(f"{of}: the symbolic reading does not go there")
        self.solver.pop()
        return found

    def value(self, formula: Any, *states: Any) -> bool:
        """Whether a formula must hold in these states."""
        quantifiers = self.symbolic.quantifiers
        self.solver.add(*(self.symbolic.closed(quantifier, self.vms) for quantifier in quantifiers[self.known :]))
        self.known = len(quantifiers)
        self.solver.push()
        self.solver.add(*states)
        found = bool(self.solver.check(formula) == z3.sat and self.solver.check(z3.Not(formula)) == z3.unsat)
        self.solver.pop()
        return found

    def judged_otherwise(
        self, samples: Sequence[State], of_states: Mapping[str, Term], steps: Mapping[str, Term]
    ) -> list[str]:
        """The terms that the two readings do not judge alike, in these states and in the steps out of them."""
        compiled, symbolic, found = self.compiled, self.symbolic, []
        look = Look(compiled, of_states, steps)
        said = {name: symbolic.state(term) for name, term in of_states.items()}
        for state in samples:
            host, bits = compiled.hosts[state[0]], compiled.bits_of_all(state[0], state[1:])
            for name, test in look.states:
                formula = said[name] if test(Snapshot(host, (), 0, bits)) else z3.Not(said[name])
                if not self.value(formula, self.at(state)):
                    found.append(f"{name} in a state")
            for edge, target in successors(compiled, state, sort=False):
                happening, host2 = compiled.events[edge[0]], compiled.hosts[target[0]]
                bits2, of_step = (
                    compiled.bits_of_all(target[0], target[1:]),
                    look._bits_of_step(edge, state[0], state[1:], bits),
                )
                snapshot = Snapshot(host, (), 0, bits, host2, (), bits2, of_step, happening.name)
                tests = dict(look.steps.get(edge[0], ()))
                mover = None if edge[4] < 0 else self.vms[edge[4]]
                formulas = []
                for name, term in steps.items():
                    formula = symbolic.of_step(term, happening, mover)
                    formulas.append(formula if name in tests and tests[name](snapshot) else z3.Not(formula))
                if not self.value(z3.And(formulas), self.at(state), self.at(target, then=True)):
                    found.append(f"after {happening.name}")
        return found


def sampled(compiled: Compiled, vms: int, count: int, seed: int = 1) -> Iterator[State]:
    """States of random runs, and as many that are put together at random of states that the machines can reach."""
    chance, reach = random.Random(seed), compiled.world.reach
    state: State | None = None
    for _ in range(count):
        for _ in range(6):
            following = [target for _, target in successors(compiled, state, sort=False)] if state else []
            first = (chance.choice(compiled.start_hosts), *(chance.choice(compiled.starts) for _ in range(vms)))
            state = chance.choice(following) if following and chance.random() > 0.02 else first
        yield state  # type: ignore[misc]  # a state of any length
        host = {name: chance.choice(sorted(reach[name])) for name in compiled.host_vars.names}
        locals_ = []
        for form in chance.choices(range(len(compiled.shapes)), k=vms):
            vars_ = compiled.vm_vars[form]
            own = {name: chance.choice(sorted(reach[name.split("#")[0]])) for name in vars_.names}
            locals_.append(compiled.local_id(form, vars_.encode(own)))
        yield (compiled.host_id(compiled.host_vars.encode(host)), *locals_)


def lagoon() -> Network:
    """The harbour with everything that a table can say: guards that read the boat that an event happens to, the oar, all its
    oars, all boats, and another machine's state by name; events that the host or the boat bars; several starts."""
    wish = Actor("wish", Boat, of=boat, starts=Boat, says="Where the boat would be.")
    weather = Actor("weather", Gate, starts=Gate, says="Changes for the gate's sake.")
    gate_, place_, oars_ = (Actor(a.name, a.enum, of=a.sort, starts=a.enum, says=a.says) for a in (gate, place, oars))
    aboard, lost = oars.is_(Oar.ABOARD), oars.is_(Oar.LEFT)
    gate_.table(
        on("gate_turns", Gate.OPEN, Gate.SHUT, same(gate, weather)),
        on("gate_turns", Gate.SHUT, Gate.OPEN, some(boat, at_sea & same(place, wish))),
        on("boat_leaves", Gate.OPEN, Gate.SHUT, some(oar, lost)),
        stays("boat_leaves"),
        on("oar_left", Gate.OPEN, Gate.OPEN, aboard & place.is_(Boat.IN)),
        on("oar_left", Gate.SHUT, Gate.OPEN, at_sea | lost),
    )
    place_.table(
        on("boat_leaves", Boat.IN, Boat.OUT, ~some(oar, lost)),
        on("boat_leaves", Boat.IN, Boat.SUNK, some(oar, lost) & ~same(place, wish)),
        on("all_called_in", Boat.OUT, Boat.IN, ~some(oar, lost)),
        on("all_called_in", Boat.OUT, Boat.SUNK, some(oar, lost) & every(boat, ~place.is_(Boat.SUNK))),
        stays("all_called_in"),
        on("oar_left", Boat.IN | Boat.OUT, Boat.OUT),
        on("oar_left", Boat.SUNK, Boat.SUNK, gate.is_(Gate.SHUT)),
    )
    oars_.table(
        on("oar_left", Oar.ABOARD, Oar.LEFT, at_sea),
        on("oar_left", Oar.LEFT, Oar.ABOARD, lost),
        stays("oar_left"),
        on("boat_leaves", Oar.LEFT, Oar.ABOARD, some(boat, at_sea) & place.is_(Boat.IN)),
        stays("boat_leaves"),
        on("all_called_in", Oar.LEFT, Oar.ABOARD, at_sea | same(place, wish)),
        stays("all_called_in"),
    )
    weather.table(on("weather_turns", Gate.OPEN, Gate.SHUT), on("weather_turns", Gate.SHUT, Gate.OPEN))
    events = (
        *event("boat_leaves", at=boat, when=gate.is_(Gate.OPEN) & ~(every(oar, lost) & at_sea), by="T-1", says="."),
        *event("gate_turns", when=some(boat, some(oar, lost)), by="T-1", says="."),
        *event("weather_turns", by="T-1", says="."),
        *event("all_called_in", at=all_(boat), when=~every(boat, at_sea), by="T-1", says="."),
        *event("oar_left", at=oar, when=implies(aboard, ~every(oar, aboard)) | at_sea, by="T-1", says="."),
    )
    at_start = (implies(wish.is_(Boat.SUNK), every(oar, aboard)), ~place.is_(Boat.SUNK) | same(place, wish))
    return build((gate_, weather, place_, oars_, wish), events, (), at_start)


LAGOON = lagoon()
OARS = (NO_OARS, ONE_OAR, TWO_OARS)


@cache
def slice_of(name: str, column: Column) -> Compiled:
    """The slice of a property of the real protocol."""
    world, terms = World(watched(), column), terms_of(PROPERTIES[name])
    return Compiled(world, world.cone(terms), (ONE_OF_EACH,), terms)


TINY: dict[str, Callable[[], Compiled]] = {
    "harbour": lambda: compiled_whole(HARBOUR, [ONE_OAR], STORM),
    "harbour, two forms": lambda: compiled_whole(HARBOUR, [NO_OARS, ONE_OAR], STORM),
    "oars that bar nothing": lambda: compiled_whole(
        with_table(HARBOUR, "oars", with_rows(rows_of(HARBOUR, "oars"), stays("oar_left"))), [NO_OARS, TWO_OARS]
    ),
    "lagoon": lambda: compiled_whole(LAGOON, [TWO_OARS]),
    "lagoon, three forms": lambda: compiled_whole(LAGOON, OARS),
}
REAL: dict[str, Callable[[], Compiled]] = {
    "no fault": lambda: slice_of("no-partial-backup", Column()),
    "operator_changes_vm": lambda: slice_of("link-exactly-when-elsewhere", Column(frozenset({"operator_changes_vm"}))),
    "requester_vanishes": lambda: slice_of("back-in-prior-state", Column(frozenset({"requester_vanishes"}))),
}


class TestSteps:
    @pytest.mark.parametrize("vms", [1, 2, 3])
    @pytest.mark.parametrize("name", TINY)
    def test_of_a_tiny_protocol(self, name: str, vms: int) -> None:
        compiled = TINY[name]()
        closed = Closed(compiled, vms)
        assert {
            found for state in sampled(compiled, vms, 30 if AT_NIGHT else 12) for found in closed.differences(state)
        } == set()

    @pytest.mark.parametrize(
        ("name", "vms"), [("no fault", 1), pytest.param("no fault", 3, marks=nightly), *((name, 2) for name in REAL)]
    )
    def test_of_the_protocol(self, name: str, vms: int) -> None:
        compiled = REAL[name]()
        closed = Closed(compiled, vms)
        assert {found for state in sampled(compiled, vms, 8) for found in closed.differences(state)} == set()


HARBOUR_WRONGLY_READ: dict[str, Network] = {
    "row dropped": with_table(HARBOUR, "place", without_row(rows_of(HARBOUR, "place"), "all_called_in", Boat.OUT)),
    "row leads elsewhere": with_table(HARBOUR, "place", with_dest(rows_of(HARBOUR, "place"), "storm", Boat.IN)),
    "row guarded": with_table(HARBOUR, "place", with_guard(rows_of(HARBOUR, "place"), "storm", gate.is_(Gate.OPEN))),
    "row added": with_table(
        HARBOUR, "oars", with_rows(rows_of(HARBOUR, "oars"), on("storm", Oar.ABOARD, Oar.LEFT), stays("storm"))
    ),
    "machine bars": with_table(HARBOUR, "gate", with_rows(rows_of(HARBOUR, "gate"), on("storm", Gate.OPEN, Gate.OPEN))),
    "guard dropped": with_event(HARBOUR, "boat_leaves", when=TRUE),
    "quantifier dropped": with_event(HARBOUR, "gate_opens", when=some(boat, at_sea)),
}


@pytest.mark.parametrize("wrong", HARBOUR_WRONGLY_READ)
def test_a_wrong_reading_is_noticed(wrong: str) -> None:
    right, other = (compiled_whole(n, [ONE_OAR], STORM) for n in (HARBOUR, HARBOUR_WRONGLY_READ[wrong]))
    closed = Closed(right, 2, other)
    assert any(closed.differences(state) for state in sampled(right, 2, 40))


def test_parts_are_told_apart() -> None:
    """An oar left behind is that oar, of a boat that has it."""
    compiled = compiled_whole(HARBOUR, [NO_OARS, TWO_OARS])
    symbolic = Symbolic(compiled)
    one = symbolic.vm("one")
    (left,) = (event for event in compiled.events if event.name == "oar_left")
    rules = symbolic.step(left, (oar, 1), one, [one])
    solver = z3.Solver(ctx=symbolic.context)
    solver.add(*(rule.formula for rule in rules))
    assert solver.check(symbolic.is_of(one, [0])) == z3.unsat
    assert solver.check(symbolic.is_of(one, [1])) == z3.sat
    assert solver.check(symbolic.vm_now("oars#0", one) != symbolic.vm_then("oars#0", one)) == z3.unsat
    assert solver.check(symbolic.vm_now("oars#1", one) == symbolic.vm_then("oars#1", one)) == z3.unsat
    with pytest.raises(ValueError, match="oar_left happens to oar"):
        symbolic.step(left, None, one, [one])


SAID_OF_STATES: dict[str, Term] = {
    "all": every(boat, place.is_(Boat.IN)),
    "some": some(boat, at_sea & some(oar, oars.is_(Oar.LEFT))),
    "mixed": iff(gate.is_(Gate.OPEN), ~some(boat, every(oar, oars.is_(Oar.ABOARD)))),
}
SAID_OF_STEPS: dict[str, Term] = {
    **SAID_OF_STATES,
    "after": after(SAID_OF_STATES["mixed"]) & ~SAID_OF_STATES["some"],
    "unchanged": unchanged(gate) & every(boat, unchanged(oars)),
    "each oar": every(boat, every(oar, implies(oars.is_(Oar.LEFT), ~unchanged(oars)))),
    "here": every(boat, implies(happens("boat_leaves", "all_called_in", "gate_opens"), after(place.is_(Boat.IN)))),
    "somewhere": happens("boat_leaves", "oar_left") & some(boat, happens("boat_leaves") & at_sea | unchanged(place)),
}


class TestTerms:
    @pytest.mark.parametrize("vms", [1, 2])
    @pytest.mark.parametrize("name", TINY)
    def test_of_a_tiny_protocol(self, name: str, vms: int) -> None:
        compiled = TINY[name]()
        samples = list(sampled(compiled, vms, 12 if AT_NIGHT else 6))
        assert Closed(compiled, vms).judged_otherwise(samples, SAID_OF_STATES, SAID_OF_STEPS) == []

    @pytest.mark.parametrize("name", in_turn(REAL, 0, 3))
    def test_of_the_protocol(self, name: str) -> None:
        compiled = REAL[name]()
        samples = list(sampled(compiled, 2, 5))
        decided = compiled.kept | {name for name, states in compiled.world.reach.items() if len(states) == 1}
        judged = [p for p in PROPERTIES.values() if isinstance(p, Always | Step) and machines_of(p.term) <= decided]
        states = {p.name: p.term for p in judged if isinstance(p, Always)}
        steps = {p.name: p.term for p in judged if isinstance(p, Step)}
        assert len(judged) >= 20
        assert Closed(compiled, 2).judged_otherwise(samples, states, steps) == []

    def test_a_guard_can_not_speak_of_a_step(self) -> None:
        symbolic = Symbolic(compiled_whole(HARBOUR, [ONE_OAR]))
        for term in (unchanged(gate), happens("gate_opens"), after(gate.is_(Gate.OPEN))):
            with pytest.raises(TypeError, match="of states"):
                symbolic.state(term)
        with pytest.raises(TypeError, match="without a VM"):
            symbolic.state(at_sea)


class TestStarts:
    @pytest.mark.parametrize("vms", [1, 2])
    @pytest.mark.parametrize("network", [HARBOUR, LAGOON])
    def test_are_the_explorers(self, network: Network, vms: int) -> None:
        allowed = [{"place": frozenset({"IN", "OUT"})}, {"oars#0": frozenset({"ABOARD"})}]
        compiled = compiled_whole(network, [NO_OARS, ONE_OAR], allowed=allowed)
        closed = Closed(compiled, vms)
        locals_ = [
            compiled.local_id(form, states)
            for form, vars_ in enumerate(compiled.vm_vars)
            for states in product(*(range(len(actor.states)) for actor in vars_.actors))
        ]
        hosts = [compiled.host_id(states) for states in product(*(range(2) for _ in compiled.host_vars.names))]
        closed.solver.add(*closed.symbolic.starts(closed.vms))
        chosen = random.Random(2).sample(list(product(hosts, *([locals_] * vms))), min(150, len(hosts) * len(locals_)))
        expected = set(starts(compiled, vms, sort=False))
        for state in {*chosen, *list(expected)[:50]}:
            assert (closed.solver.check(closed.at(state)) == z3.sat) == (state in expected)

    @pytest.mark.parametrize("name", REAL)
    def test_of_the_protocol_have_the_explorers(self, name: str) -> None:
        """The explorer leaves alike configurations out, so there may be more."""
        closed = Closed(REAL[name](), 1)
        closed.solver.add(*closed.symbolic.starts(closed.vms), *closed.symbolic.reach(closed.vms))
        assert all(closed.solver.check(closed.at(state)) == z3.sat for state in starts(closed.compiled, 1))
        moved = next(state for state in sampled(closed.compiled, 1, 9) if state[0] not in closed.compiled.start_hosts)
        assert closed.solver.check(closed.at(moved)) == z3.unsat

    def test_what_hangs_on_a_machine_that_is_not_kept_is_left_out(self) -> None:
        world = World(LAGOON, Column())
        part = world.cone([gate.is_(Gate.OPEN)])
        cut = type(part)(part.machines - {"oars"}, frozenset({"weather_turns"}))
        symbolic = Symbolic(Compiled(world, cut, [ONE_OAR]))
        one = symbolic.vm("one")
        said = [str(formula) for formula in symbolic.starts([one])]
        assert said
        assert not any("oars" in formula for formula in said)


class TestAnyNumber:
    """Ground proofs for any number of boats, with the rules that they rest on."""

    def core(self, term: Term, moving: str) -> set[tuple[str, ...]] | None:
        """The rules by which every step of an event fulfils a term; None: it does not follow."""
        compiled = compiled_whole(HARBOUR, [ONE_OAR], STORM)
        symbolic = Symbolic(compiled)
        (chosen,) = (one for one in compiled.events if one.name == moving)
        mover = symbolic.vm("mover") if chosen.scope == Scope(boat) else None
        goal = symbolic.of_step(term, chosen, mover)
        symbolic.step(chosen, None, mover, [])  # for the quantifiers of its guards
        named = [*([mover] if mover is not None else []), *(found.witness for found in symbolic.quantifiers)]
        solver = z3.Solver(ctx=symbolic.context)
        rules = symbolic.step(chosen, None, mover, named)
        for i, rule in enumerate(rules):
            solver.assert_and_track(rule.formula, f"rule{i}")
        for quantifier in symbolic.quantifiers:
            solver.add(*symbolic.instances(quantifier, named))
        solver.add(*symbolic.reach(named), z3.Not(goal))
        if solver.check() == z3.sat:
            return None
        return {rules[int(str(name).removeprefix("rule"))].label for name in solver.unsat_core()}

    def test_the_guard_and_the_frame(self) -> None:
        found = self.core(after(~some(boat, at_sea)), "gate_opens")
        assert found == {("when", "gate_opens", "0"), ("stays", "gate_opens", "place")}

    def test_what_moves(self) -> None:
        found = self.core(every(boat, implies(happens("storm"), after(place.is_(Boat.SUNK)))), "storm")
        assert found == {("takes part", "storm", "place"), ("moves", "storm", "place")}

    def test_everybody_moves(self) -> None:
        assert self.core(after(~some(boat, at_sea)), "all_called_in") == {("moves", "all_called_in", "place")}

    def test_what_does_not_follow(self) -> None:
        assert self.core(after(every(boat, at_sea)), "boat_leaves") is None
        assert self.core(after(some(boat, at_sea)), "storm") is None

    def test_two_names_may_mean_one_vm(self) -> None:
        compiled = compiled_whole(HARBOUR, [ONE_OAR])
        symbolic = Symbolic(compiled)
        (leaves,) = (event for event in compiled.events if event.name == "boat_leaves")
        one, two = symbolic.vm("one"), symbolic.vm("two")
        solver = z3.Solver(ctx=symbolic.context)
        solver.add(*(rule.formula for rule in symbolic.step(leaves, None, one, [one, two])))
        moved = symbolic.vm_now("place", two) != symbolic.vm_then("place", two)
        assert solver.check(one == two) == z3.sat
        assert solver.check(one == two, z3.Not(moved)) == z3.unsat
        assert solver.check(one != two, moved) == z3.unsat
