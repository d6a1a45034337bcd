"""The symbolic relation as a reading: each rule of a step with the states put in, and simplified to what is left.

What is left of an event's rules is either that it cannot happen, or for each machine the one state that it is in afterwards. So
the answer is exact both ways: every step is in the relation, and nothing else is. Much quicker than to ask a solver, since a
rule reads few machines, and what is left of it is remembered by what these are in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import z3

from model.notation import HOST, Event
from proofs.solvers.symbolic import Rule, Symbolic
from proofs.world.compiled import Compiled
from properties.kinds import Always, Property, Step
from tests.helpers.readings.readings import Happening
from tests.helpers.readings.setting import Key, Setting, State

Test = Callable[[State, State], bool | str]
"""The value of a formula, or of a machine, by the states before and after a step."""


Afterwards = tuple[tuple[int, str], ...]
"""Machines, and the state that each is in after a step."""


class Undecided(AssertionError):
    """A rule leaves open what happens, with every machine's state before the step known."""


class _Formula:
    """A formula over machines before and after a step. What is left of it where the states before are put in is remembered by
    the states of those machines that it reads."""

    def __init__(self, relation: Relation, formula: Any) -> None:
        self.relation = relation
        self.formula = relation.closed(formula)
        found = relation.read_by(self.formula)
        self.speaks_of_after = any(then for _, then in found)
        self.reads = sorted(n for n, then in found if not then)
        self.left: dict[State, Afterwards | None] = {}
        self._test: Test | None = None

    def says(self, before: State) -> Afterwards | None:
        """What it says of the states afterwards; None, if it cannot be."""
        known = tuple(before[n] for n in self.reads)
        if known not in self.left:
            pairs = [self.relation.pair(n, one) for n, one in zip(self.reads, known, strict=True)]
            left = z3.simplify(z3.substitute(self.formula, *pairs) if pairs else self.formula)
            self.left[known] = None if z3.is_false(left) else self.relation.equations(left)
        return self.left[known]

    def holds(self, before: State, after: State) -> bool:
        """Whether it does, of these states."""
        if self._test is None:
            self._test = self.relation.test(self.formula)
        found = self._test(before, after)
        assert isinstance(found, bool)
        return found


class Relation:
    """The symbolic relation of a setting whose VMs are all there are. other: a slice of another network, for a test
    of this test."""

    name = "the symbolic relation"

    def __init__(self, setting: Setting, properties: Iterable[Property] = (), other: Compiled | None = None) -> None:
        self.setting, self.compiled = setting, other or setting.compiled
        self.symbolic = symbolic = Symbolic(self.compiled)
        self.vms = [symbolic.vm(f"v{i}") for i in range(setting.vms)]
        self._apart = [
            (one == two, z3.BoolVal(False, symbolic.context)) for one in self.vms for two in self.vms if one is not two
        ]
        self.now: dict[int, Any] = {}
        self.then: dict[int, Any] = {}
        self._of: dict[int, tuple[int, bool]] = {}
        for n, key in enumerate(setting.keys):
            if (found := self._variables(key)) is not None:
                self.now[n], self.then[n] = found
                self._of |= {found[0].get_id(): (n, False), found[1].get_id(): (n, True)}
        asked = list(properties)
        self.always = {one.name: one.term for one in asked if isinstance(one, Always)}
        self.step_terms = {one.name: one.term for one in asked if isinstance(one, Step)}
        self._meant: dict[int, Sequence[Any]] = {}
        self._formulas: dict[int, tuple[Any, _Formula]] = {}
        self._said: dict[str, _Formula] = {}
        self._said_of_steps: dict[tuple[str, str, int], _Formula] = {}
        self._events = {event.name: event for event in self.compiled.events}
        self._ways = [
            (event, i, self._rules(symbolic.step(event, part, mover, self.vms)))
            for event in self.compiled.events
            for i, mover in self._movers(event)
            for part in self.compiled.members(event, 0)
        ]
        first = z3.And(*symbolic.starts(self.vms), z3.BoolVal(True, symbolic.context))
        self._starts = self.formula(first)

    def _rules(self, rules: Sequence[Rule]) -> list[_Formula]:
        """The rules of an event; first those that say whether it can happen."""
        return sorted((self.formula(rule.formula) for rule in rules), key=lambda one: one.speaks_of_after)

    def _variables(self, key: Key) -> tuple[Any, Any] | None:
        """What stands for a machine before and after a step; None: the slice does not look at it."""
        (name, at), symbolic = key, self.symbolic
        if not at:
            known = name in self.compiled.host_vars.names
            return (symbolic.host_now(name), symbolic.host_then(name)) if known else None
        variable, vm = f"{name}#{at[1]}" if len(at) == 2 else name, self.vms[at[0]]
        known = variable in symbolic.vm_names
        return (symbolic.vm_now(variable, vm), symbolic.vm_then(variable, vm)) if known else None

    def _movers(self, event: Event) -> Sequence[tuple[int, Any]]:
        local = event.scope.sort != HOST and not event.scope.all
        return list(enumerate(self.vms)) if local else [(-1, None)]

    # -- formulas -----------------------------------------------------------------------------------------------------

    def closed(self, formula: Any) -> Any:
        """The formula with what is said of every VM, or of some, said of those that there are, no two of which are the same."""
        for quantifier in self.symbolic.quantifiers[len(self._meant) :]:
            self._meant[quantifier.constant.get_id()] = self.symbolic.closed(quantifier, self.vms).children()
        said = [self._meant[one.get_id()] for one in _within(formula) if one.get_id() in self._meant]
        found = z3.substitute(formula, *map(tuple, said)) if said else formula
        return z3.substitute(found, *self._apart) if self._apart else found

    def read_by(self, formula: Any) -> set[tuple[int, bool]]:
        """The machines that a formula reads, before the step or after it."""
        return {self._of[one.get_id()] for one in _within(formula) if one.get_id() in self._of}

    def pair(self, n: int, state: str) -> tuple[Any, Any]:
        """A machine before the step, and the state to put in its place."""
        return self.now[n], self.symbolic.states[self.setting.keys[n][0]][state]

    def formula(self, formula: Any) -> _Formula:
        """Each formula once: that a machine stays is a rule of most events."""
        key = formula.get_id()
        if key not in self._formulas:
            self._formulas[key] = (formula, _Formula(self, formula))  # which keeps the number from being given again
        return self._formulas[key][1]

    def test(self, formula: Any) -> Test:
        """A closed formula, to be evaluated: z3 need not simplify it for each pair of states."""
        if (known := self._of.get(formula.get_id())) is not None:
            n, then = known
            return (lambda before, after: after[n]) if then else (lambda before, after: before[n])
        if formula.decl().kind() == z3.Z3_OP_DT_CONSTRUCTOR:
            state = _state(formula)
            return lambda before, after: state
        if z3.is_true(formula) or z3.is_false(formula):
            value = z3.is_true(formula)
            return lambda before, after: value
        parts = [self.test(part) for part in formula.children()]
        if z3.is_and(formula):
            return lambda before, after: all(part(before, after) for part in parts)
        if z3.is_or(formula):
            return lambda before, after: any(part(before, after) for part in parts)
        if z3.is_not(formula):
            return lambda before, after: not parts[0](before, after)
        if z3.is_eq(formula):
            return lambda before, after: parts[0](before, after) == parts[1](before, after)
        if z3.is_app_of(formula, z3.Z3_OP_ITE):
            return lambda before, after: parts[1 if parts[0](before, after) else 2](before, after)
        raise Undecided(f"{formula} is not closed")

    # -- what can happen ----------------------------------------------------------------------------------------------

    def starts(self) -> Iterable[State]:
        """Those of the declared starts that the formula for starts admits; `is_start` is asked of all other states as well."""
        return [state for state in self.setting.starts if self.is_start(state)]

    def is_start(self, state: State) -> bool:
        """Whether the formula for starts holds."""
        return self._starts.holds(state, state)

    def out(self, state: State) -> list[Happening]:
        found: list[Happening] = []
        for event, i, rules in self._ways:
            target, said = list(state), dict[int, str]()
            for rule in rules:
                if not rule.speaks_of_after:
                    if not rule.holds(state, state):
                        break
                    continue
                after = rule.says(state)
                if after is None:
                    break
                for n, one in after:
                    target[n] = one
                    if said.setdefault(n, one) != one:
                        raise Undecided(f"{event.name} leads {self.setting.keys[n]} to {said[n]} and to {one}")
            else:
                if not said.keys() >= self.free:
                    raise Undecided(
                        f"{event.name} leaves open {[self.setting.keys[n] for n in self.free - said.keys()]}"
                    )
                found.append((event.name, () if i < 0 else (i,), tuple(target)))
        return found

    @cached_property
    def free(self) -> frozenset[int]:
        """The machines of which something has to be said: they have more states than one."""
        return frozenset(n for n in self.then if len(self.symbolic.states[self.setting.keys[n][0]]) > 1)

    def equations(self, left: Any) -> Afterwards:
        """What is left of a rule, as the one state that each machine is in afterwards. Raises Undecided if it says else."""
        found, waiting = [], [left]
        while waiting:
            one = waiting.pop()
            if z3.is_and(one):
                waiting += one.children()
                continue
            if z3.is_true(one):
                continue
            sides = {self._of.get(side.get_id()): side for side in one.children()} if z3.is_eq(one) else {}
            machines = [side for side in sides if side is not None]
            if len(machines) != 1 or None not in sides or not machines[0][1]:
                raise Undecided(f"{one} is left of a rule")
            found.append((machines[0][0], _state(sides[None])))
        return tuple(found)

    # -- what holds ---------------------------------------------------------------------------------------------------

    def of_state(self, state: State) -> Mapping[str, bool]:
        for name, term in self.always.items():
            if name not in self._said:
                self._said[name] = self.formula(self.symbolic.state(term))
        return {name: self._said[name].holds(state, state) for name in self.always}

    def of_step(self, state: State, happening: Happening) -> Mapping[str, bool]:
        event, at, target = happening
        i = at[0] if at else -1
        found = {}
        for name, term in self.step_terms.items():
            key = (name, event, i)
            if key not in self._said_of_steps:
                said = self.symbolic.of_step(term, self._events[event], None if i < 0 else self.vms[i])
                self._said_of_steps[key] = self.formula(said)
            found[name] = self._said_of_steps[key].holds(state, target)
        return found


def _within(formula: Any) -> Iterator[Any]:
    """A formula and all that it is made of, each once."""
    waiting, known = [formula], set[int]()
    while waiting:
        one = waiting.pop()
        if one.get_id() not in known:
            known.add(one.get_id())
            yield one
            waiting += one.children()


def _state(constant: Any) -> str:
    """The state that a constant stands for: it is called by its machine and its name."""
    return str(constant.decl().name()).rpartition(".")[2]
