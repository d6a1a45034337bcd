"""Reasons: the few clauses that carry a property, that imply it and keep one another, and the rules that this takes.

One lemma is read off the closed set of views, and confirmed with it: the order in which the host's machines go. Everything
else that an argument needs is a clause.

From the property backwards. A solver is asked for a step that breaks what is to be shown while all clauses found so far
hold; one of the VMs in its answer stands where no view is, and a clause is added that says so. When no such step is left,
unsat cores tell which clauses and which rules of the protocol are needed, and what is not needed is dropped.
"""

from __future__ import annotations

import builtins
import dataclasses
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import z3

from model.notation.events import Event
from model.notation.terms import machines_of
from proofs.solvers.clauses import MOST, Clause, Lemma, Views01, host_order
from proofs.solvers.obligations import Confirming, Labelled
from proofs.solvers.solvers import SEED
from proofs.solvers.symbolic import Member
from proofs.views.proof import Closed
from proofs.why.tables.free import NoReason
from properties.kinds import Always, Property, Step

Label = tuple[str, ...]

CANDIDATES = 3
"""Clauses that are weighed against one another, of those that exclude a state."""

ENOUGH = 5
"""Events that break a clause: beyond so many, it is not asked how many more there are."""


@dataclass(frozen=True)
class Use:
    """What one obligation needs: clauses (by number), and rules. event: "" if it is about states. goal: the clause that is
    kept, or None for the property itself. Without any one of them it does not go through."""

    event: str
    goal: int | None
    clauses: tuple[int, ...]
    rules: tuple[Label, ...]


@dataclass(frozen=True)
class Reason:
    """Why a property holds: clauses, and for the property and each clause what keeps them. tried: clauses in all, before
    those that are not needed were dropped. checks: how often the solver was asked."""

    property: str
    column: str
    clauses: tuple[Lemma, ...]
    uses: tuple[Use, ...]
    views: int
    tried: int
    checks: int
    seconds: float = dataclasses.field(default=0.0, compare=False)

    def of(self, goal: int | None) -> list[Use]:
        """What the property (None) or a clause needs, by event."""
        return [use for use in self.uses if use.goal == goal]

    @builtins.property
    def rules(self) -> tuple[Label, ...]:
        """Every rule that is needed anywhere, in the order of the protocol's tables."""
        return tuple(dict.fromkeys(rule for use in self.uses for rule in use.rules))


def reason(closed: Closed, found: Property, *, seconds: float = 60.0) -> Reason:
    """The reason for a property (always, step, precedes or refines) that a closed set of views shows. seconds: of computing, at
    most. Raises NoReason."""
    if not isinstance(found, (Always, Step)):
        raise NoReason(f"{found.name} is no statement about states or steps: its argument is not made of clauses")
    return _Argument(closed, found, time.process_time() + seconds).made()


Shared = dict[tuple[Lemma, str, bool], z3.BoolRef]


class _Stage:
    """One event (or none: only states) with everything that is known of it, each part to be switched on by itself."""

    def __init__(
        self, confirming: Confirming, event: Event | None, member: Member | None, found: Property, shared: Shared
    ) -> None:
        self.confirming, self.event, self.shared = confirming, event, shared
        symbolic = confirming.symbolic
        rules: list[Labelled] = [] if event is None else confirming.rules(event, member)
        mover = None if event is None else confirming.mover(event)
        self.broken = _broken(confirming, found, event, mover)
        said = [*(formula for _, formula in rules), *([] if self.broken is None else [self.broken])]
        quantifiers = confirming.mentioned(said)
        self.named = [vm for vm in (mover, confirming.anyone) if vm is not None] + [q.witness for q in quantifiers]
        self.meaning = [f for quantifier in quantifiers for f in symbolic.instances(quantifier, self.named)]
        self.rules: dict[Label, list[z3.BoolRef]] = {}
        for label, formula in rules:
            of_each = [z3.substitute(formula, (confirming.anyone, vm)) for vm in self.named]
            self.rules.setdefault(label, []).extend(of_each)
        self.solver = self._solver()
        self.solver.add(*self.meaning, *(formula for formulas in self.rules.values() for formula in formulas))
        self.known = 0
        self.goals: dict[int | None, z3.BoolRef] = {}
        self._tracking: _Tracking | None = None

    def _solver(self) -> z3.Solver:
        solver = z3.Solver(ctx=self.confirming.symbolic.context)
        solver.set(random_seed=SEED, timeout=10_000)
        return solver

    def know(self, clauses: Sequence[Lemma]) -> None:
        """Let the clauses found since hold of every VM that is named here; and lemmas after the step as well."""
        for clause in clauses[self.known :]:
            self.solver.add(*self.holding(clause))
        self.known = len(clauses)

    def holding(self, clause: Lemma) -> list[z3.BoolRef]:
        """What it means here that a clause, or a lemma, holds."""
        found = [self.said(clause, vm) for vm in self.named]
        if not isinstance(clause, Clause) and self.event is not None:
            found.append(self.said(clause, self.confirming.anyone, then=True))
        return found

    def said(self, clause: Lemma, vm: z3.ExprRef, *, then: bool = False) -> z3.BoolRef:
        """The clause as a formula about one VM; formulas are shared by all events."""
        key = (clause, str(vm), then)
        if key not in self.shared:
            self.shared[key] = clause.formula(self.confirming.symbolic, vm, then=then)
        return self.shared[key]

    def goal(self, number: int | None, clauses: Sequence[Lemma]) -> z3.BoolRef:
        """That the property, or a clause after the step, is broken."""
        if number not in self.goals:
            if number is None and self.broken is not None:
                self.goals[number] = self.broken
            elif number is not None:
                self.goals[number] = z3.Not(self.said(clauses[number], self.confirming.anyone, then=True))
        return self.goals[number]

    def tracking(self, clauses: Sequence[Lemma]) -> _Tracking:
        """The same with every rule and clause to be switched on by itself."""
        if self._tracking is None:
            self._tracking = _Tracking(self, self._solver(), clauses)
        return self._tracking


class _Tracking:
    """What is known of one event, each part under an assumption of its own, so that cores name what is needed."""

    def __init__(self, stage: _Stage, solver: z3.Solver, clauses: Sequence[Lemma]) -> None:
        self.stage, self.solver = stage, solver
        symbolic = stage.confirming.symbolic
        solver.add(*stage.meaning)
        self.rules: dict[Label, z3.BoolRef] = {}
        for label, formulas in stage.rules.items():
            self.rules[label] = switch = z3.Bool(f"rule {' '.join(label)}", symbolic.context)
            solver.add(*(z3.Implies(switch, formula) for formula in formulas))
        self.clauses: list[z3.BoolRef] = []
        for number, clause in enumerate(clauses):
            switch = z3.Bool(f"clause {number}", symbolic.context)
            self.clauses.append(switch)
            solver.add(*(z3.Implies(switch, formula) for formula in stage.holding(clause)))


def _broken(
    confirming: Confirming, found: Property, event: Event | None, mover: z3.ExprRef | None
) -> z3.BoolRef | None:
    """That the property is broken, where it can be."""
    symbolic = confirming.symbolic
    broken = None
    if isinstance(found, Always) and event is None:
        broken = symbolic.state(~found.term)
    elif isinstance(found, Step) and event is not None:
        broken = symbolic.of_step(~found.term, event, mover)
    return None if broken is None or z3.is_false(broken) else broken


class _Argument:
    def __init__(self, closed: Closed, found: Always | Step, deadline: float) -> None:
        self.closed, self.found, self.deadline = closed, found, deadline
        self.begun = time.process_time()
        self.confirming = Confirming(closed)
        self.table = Views01(closed.views)
        self.clauses: list[Lemma] = [host_order(closed.views)]
        self.checks = 0
        self.allowed = frozenset[int]()
        self._last: list[z3.BoolRef] = []
        self.names = {c.get_id(): s for states in self.confirming.symbolic.states.values() for s, c in states.items()}
        shared: Shared = {}
        self.states = _Stage(self.confirming, None, None, found, shared)
        self.stages = [
            _Stage(self.confirming, event, member, found, shared) for event, member in self.confirming.steps()
        ]
        world = self.confirming.symbolic.world
        network = world.network
        self.moved = [
            frozenset(a.name for a in network.participants(stage.event.name) if world.moves(a, stage.event.name))
            for stage in self.stages
            if stage.event is not None
        ]

    def made(self) -> Reason:
        goals = list(self._claims())
        for stage in goals:
            self._close(stage, None)
        number = 0
        while number < len(self.clauses):
            for stage in self._touching(number):
                self._close(stage, number)
            number += 1
        uses = self._fewer(goals, self._needed(goals))
        kept = sorted({use.goal for use in uses if use.goal is not None} | {c for use in uses for c in use.clauses})
        renumbered = {old: new for new, old in enumerate(kept)}
        return Reason(
            self.found.name,
            self.closed.group.world.column.name,
            tuple(self.clauses[old] for old in kept),
            tuple(
                Use(
                    use.event,
                    None if use.goal is None else renumbered[use.goal],
                    tuple(renumbered[c] for c in use.clauses),
                    use.rules,
                )
                for use in uses
            ),
            len(self.closed.views),
            len(self.clauses),
            self.checks,
            time.process_time() - self.begun,
        )

    def _claims(self) -> Iterator[_Stage]:
        return (stage for stage in (self.states, *self.stages) if stage.broken is not None)

    def _touching(self, number: int) -> Iterator[_Stage]:
        """The events that move a machine of the clause: all others keep it. Lemmas are kept by the closed set as a whole."""
        if not isinstance(self.clauses[number], Clause):
            return iter(())
        machines = {name.split("#")[0] for name in self.clauses[number].machines}
        return (stage for stage, moved in zip(self.stages, self.moved, strict=True) if machines & moved)

    def _check(self, solver: z3.Solver, *assumptions: z3.BoolRef) -> z3.CheckSatResult:
        self.checks += 1
        if time.process_time() > self.deadline:
            raise NoReason(f"no reason within the limit: {len(self.clauses)} clauses, {self.checks} checks so far")
        return solver.check(*assumptions)

    def _close(self, stage: _Stage, goal: int | None) -> None:
        """Add clauses until no step breaks the goal."""
        while True:
            stage.know(self.clauses)
            stage.solver.push()
            stage.solver.add(stage.goal(goal, self.clauses))
            said = self._check(stage.solver)
            model = stage.solver.model() if said == z3.sat else None
            stage.solver.pop()
            if said == z3.unsat:
                return
            if model is None:
                raise NoReason(f"the solver gave up on {stage.event.name if stage.event else 'states'}")
            self.clauses.append(self._excluding(stage, model, goal))

    def _excluding(self, stage: _Stage, model: z3.ModelRef, goal: int | None) -> Clause:
        """A clause that excludes one of the VMs of a model that stands where no view is; rather one that needs no others."""
        liked = self._liked(goal)
        best: tuple[int, Clause] | None = None
        for vm in stage.named:
            state = self._state(model, vm)
            if self.table.matching((name, frozenset({one})) for name, one in state.items()):
                continue
            for clause in self.table.excluding(state, liked, CANDIDATES):
                broken = self._broken_by(clause, min(best[0], ENOUGH) if best else ENOUGH)
                if best is None or broken < best[0]:
                    best = broken, clause
                if not broken:
                    return clause
        if best is None:
            raise NoReason(
                f"no clause of {MOST} machines or fewer excludes what breaks {self.found.name}; the closed set of "
                f"{len(self.closed.views):,} views does"
            )
        return best[1]

    def _broken_by(self, clause: Clause, enough: int) -> int:
        """How many events break a clause that is added to those found so far (not counted beyond `enough`)."""
        broken = 0
        machines = {name.split("#")[0] for name in clause.machines}
        for stage, moved in zip(self.stages, self.moved, strict=True):
            if not machines & moved:
                continue
            stage.know(self.clauses)
            stage.solver.push()
            stage.solver.add(*stage.holding(clause))
            stage.solver.add(z3.Not(stage.said(clause, self.confirming.anyone, then=True)))
            broken += self._check(stage.solver) != z3.unsat
            stage.solver.pop()
            if broken >= enough:
                break
        return broken

    def _liked(self, goal: int | None) -> list[str]:
        """The machines that a clause should rather speak of: those of what is to be shown, then those spoken of already."""
        names = self.confirming.symbolic.vm_names, self.confirming.symbolic.compiled.host_vars.names
        every = [name for group in names for name in group]
        about = self.clauses[goal].machines if goal is not None else machines_of(self.found.term)
        spoken = {name for clause in self.clauses for name in clause.machines}
        first = [name for name in every if name in about or name.split("#")[0] in about]
        return [*first, *(name for name in every if name in spoken and name not in first)]

    def _state(self, model: z3.ModelRef, vm: z3.ExprRef) -> dict[str, str]:
        symbolic = self.confirming.symbolic
        found = {}
        for name in (*symbolic.compiled.host_vars.names, *symbolic.vm_names):
            expr = symbolic.host_now(name) if name in symbolic.compiled.host_vars.at else symbolic.vm_now(name, vm)
            value = model.eval(expr, model_completion=True)
            found[name] = self.names[value.get_id()]
        return found

    def _needed(self, goals: Sequence[_Stage]) -> list[Use]:
        """What each obligation needs, from the property on; clauses that nothing needs are not asked about."""
        self.allowed = self.allowed or frozenset(range(len(self.clauses)))
        uses: list[Use] = []
        needed: dict[int, None] = {}
        waiting: list[tuple[_Stage, int | None]] = [(stage, None) for stage in goals]
        while waiting:
            stage, goal = waiting.pop(0)
            use = self._core(stage, goal, needed)
            uses.append(use)
            for clause in use.clauses:
                if clause not in needed:
                    needed[clause] = None
                    waiting += [(touching, clause) for touching in self._touching(clause)]
        return uses

    def _fewer(self, goals: Sequence[_Stage], uses: list[Use]) -> list[Use]:
        """The same without the clauses that the rest can do without."""
        kept = dict.fromkeys(sorted({number for use in uses for number in use.clauses}, reverse=True))
        stages = {id(stage): stage for stage in (*goals, *self.stages)}
        by_name = {(stage.event.name if stage.event else ""): stage for stage in stages.values()}
        for number in list(kept):
            others = [one for one in kept if one != number]
            if all(
                self._goes_through(by_name[use.event], use.goal, others)
                for use in uses
                if number in use.clauses and (use.goal is None or use.goal in others)
            ):
                del kept[number]
        self.allowed = frozenset(kept)
        return self._needed(goals)

    def _goes_through(self, stage: _Stage, goal: int | None, clauses: Iterable[int]) -> bool:
        tracking = stage.tracking(self.clauses)
        known = [tracking.clauses[number] for number in clauses]
        return self._unsat(tracking, goal, [*tracking.rules.values(), *known])

    def _unsat(self, tracking: _Tracking, goal: int | None, assumptions: Sequence[z3.BoolRef]) -> bool:
        tracking.solver.push()
        tracking.solver.add(tracking.stage.goal(goal, self.clauses))
        said = self._check(tracking.solver, *assumptions)
        self._last = list(tracking.solver.unsat_core()) if said == z3.unsat else []
        tracking.solver.pop()
        return bool(said == z3.unsat)

    def _core(self, stage: _Stage, goal: int | None, needed: Mapping[int, None]) -> Use:
        """The clauses and rules without any one of which this obligation does not go through: rather those needed already."""
        tracking = stage.tracking(self.clauses)
        dear = [tracking.clauses[number] for number in (*needed, *([] if goal is None else [goal]))]
        rules = list(tracking.rules.values())
        if not self._unsat(tracking, goal, [*rules, *dear]):
            allowed = [switch for number, switch in enumerate(tracking.clauses) if number in self.allowed]
            # what was dropped for others may be needed here after all
            if not (
                self._unsat(tracking, goal, [*rules, *allowed])
                or self._unsat(tracking, goal, [*rules, *tracking.clauses])
            ):
                raise NoReason(f"an obligation that went through no longer does: {stage.event and stage.event.name}")
        liked, of_clauses = {one.get_id() for one in dear}, {one.get_id() for one in tracking.clauses}
        kept = sorted(self._last, key=lambda one: (one.get_id() in liked, one.get_id() not in of_clauses))
        for one in list(kept):
            fewer = [other for other in kept if not other.eq(one)]
            if len(fewer) < len(kept) and self._unsat(tracking, goal, fewer):
                kept = [other for other in fewer if any(other.eq(left) for left in self._last)]
        names = {one.get_id() for one in kept}
        clauses = tuple(number for number, switch in enumerate(tracking.clauses) if switch.get_id() in names)
        used = tuple(label for label, switch in tracking.rules.items() if switch.get_id() in names)
        return Use(stage.event.name if stage.event else "", goal, clauses, used)
