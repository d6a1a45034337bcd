"""What a solver has to confirm of a closed set of views: it holds at the start, each event keeps it, and what is claimed
follows from it. Every obligation is a list of labelled formulas that no state of any number of VMs fulfils together.

An obligation names the few VMs that matter: any one, the one that moves, and for each quantified term in it the one that
would decide it. Each of them has its views in the set; what holds of every VM is said of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import z3

from model.notation.events import Event
from model.notation.terms import HOST
from proofs.solvers.clauses import HostOrder, Lemma
from proofs.solvers.diagram import Formula, diagram
from proofs.solvers.symbolic import Member, Quantifier, Symbolic
from proofs.views.proof import Closed
from properties.kinds import Always, Property, Step


class Statement(Protocol):
    """What can be said of the host and one VM, before or after a step."""

    def formula(self, symbolic: Symbolic, vm: z3.ExprRef, *, then: bool = False) -> z3.BoolRef: ...


Labelled = tuple[tuple[str, ...], z3.BoolRef]


@dataclass(frozen=True)
class Obligation:
    """Formulas that must not hold together. kind: "start", "step" (of an event) or "claim" (of a property, after an event)."""

    kind: str
    name: str
    event: str
    formulas: tuple[Labelled, ...]


class Confirming:
    """The obligations of one closed set of views. They say that a VM is in the set by a predicate; `definition` says what
    that means, so that obligations stay short enough to be read.

    argument: another set in its place: what these clauses (or other statements about the host and one VM) exclude, given the
    order of the host, if it is among them (which the closed set confirms)."""

    def __init__(self, closed: Closed, argument: Sequence[Lemma | Statement] | None = None) -> None:
        self.closed = closed
        self.symbolic = symbolic = Symbolic(closed.views.compiled)
        self.diagram = diagram(closed.views)
        self.anyone = symbolic.vm("anyone")
        self._in_set = {
            then: z3.Function(f"in the set{mark}", symbolic.vm_sort, z3.BoolSort(symbolic.context))
            for then, mark in ((False, ""), (True, "'"))
        }
        self.argument = argument
        self._meant: dict[bool, z3.BoolRef] = {}  # claims speak of no step's end: then half of it is never needed
        self._rules: dict[tuple[str, Member | None], list[Labelled]] = {}
        self._mentioned: dict[int, frozenset[int]] = {}
        self._kept_alive: list[z3.ExprRef] = []  # a number is a formula's own only as long as it lives

    def _meaning(self, *, then: bool) -> z3.BoolRef:
        argument = self.argument
        if argument is None:
            return Formula(self.diagram, self.symbolic, self.anyone, then=then).whole
        lemmas = [one.formula(self.symbolic, self.anyone, then=then) for one in argument if isinstance(one, HostOrder)]
        clauses = [
            one.formula(self.symbolic, self.anyone, then=then) for one in argument if not isinstance(one, HostOrder)
        ]
        context = self.symbolic.context
        known, said = z3.And([*lemmas, z3.BoolVal(True, context)]), z3.And([*clauses, z3.BoolVal(True, context)])
        return z3.Implies(known, said) if then else z3.And(known, said)

    def in_set(self, vm: z3.ExprRef, *, then: bool = False) -> z3.BoolRef:
        """The host and this VM are in one of the views, before or after the step."""
        return self._in_set[then](vm)

    def definition(self, vm: z3.ExprRef, *, then: bool = False) -> z3.BoolRef:
        """What it means that this VM is in the set."""
        return self.in_set(vm, then=then) == self.meaning(vm, then=then)

    def meaning(self, vm: z3.ExprRef, *, then: bool = False) -> z3.BoolRef:
        """The set as a formula about one VM."""
        if then not in self._meant:
            self._meant[then] = self._meaning(then=then)
        return z3.substitute(self._meant[then], (self.anyone, vm))

    def definitions(self, of: Obligation) -> list[z3.BoolRef]:
        """What an obligation means by saying of a VM that it is in the set, or that it is not."""
        now = [formula.arg(0) for label, formula in of.formulas if label[0] == "set"]
        if of.kind == "start":
            now.append(self.anyone)
        then = [self.anyone] if of.kind == "step" else []
        return [*(self.definition(vm) for vm in now), *(self.definition(vm, then=True) for vm in then)]

    def obligations(self) -> Iterator[Obligation]:
        """All of them: the start, every event, every property."""
        yield self.start()
        for event, member in self.steps():
            yield self.keeps(event, member)
        for found in self.closed.members:
            yield from self.claims(found)

    def steps(self) -> Iterator[tuple[Event, Member | None]]:
        """Every event, of every part that it may happen to."""
        compiled = self.symbolic.compiled
        return ((event, member) for event in compiled.events for member in compiled.members(event, 0))

    def start(self) -> Obligation:
        """A state at the start is not in the set."""
        vm = self.anyone
        starts = [(("starts", str(i)), formula) for i, formula in enumerate(self.symbolic.starts([vm]))]
        return Obligation("start", "start", "", (*starts, (("outside",), z3.Not(self.in_set(vm)))))

    def keeps(self, event: Event, member: Member | None) -> Obligation:
        """A step of the event leads out of the set."""
        vm = self.anyone
        outside = z3.Not(self.in_set(vm, then=True))
        formulas = (*self._step(event, member, [vm], []), (("outside",), outside))
        return Obligation("step", shown(event, member), event.name, formulas)

    def claims(self, found: Property) -> Iterator[Obligation]:
        """A state of the set, or a step out of one, breaks what is claimed."""
        if isinstance(found, Always):
            broken = self.symbolic.state(~found.term)
            quantifiers = self.mentioned([broken])
            named = [q.witness for q in quantifiers] or [self.anyone]
            yield Obligation("claim", found.name, "", (*self._known(named, quantifiers), (("broken",), broken)))
        elif isinstance(found, Step):
            tests = self.symbolic.compiled.step_tests(~found.term)
            relevant = {self.symbolic.compiled.events[number].name for number in tests}
            for event, member in self.steps():
                if event.name in relevant:
                    broken = self.symbolic.of_step(~found.term, event, self.mover(event))
                    if z3.is_false(broken):
                        continue
                    formulas = (*self._step(event, member, [], [broken]), (("broken",), broken))
                    yield Obligation("claim", f"{found.name}: {shown(event, member)}", event.name, formulas)

    def mover(self, event: Event) -> z3.ExprRef | None:
        """The VM that an event happens to; None if it happens to the host or to all."""
        return self.symbolic.vm("mover") if event.scope.sort != HOST and not event.scope.all else None

    def _step(
        self, event: Event, member: Member | None, vms: Sequence[z3.ExprRef], said: Sequence[z3.BoolRef]
    ) -> Iterator[Labelled]:
        """A step out of the set, for the VMs that it and what is said of it speak of."""
        mover = self.mover(event)
        rules = self.rules(event, member)
        quantifiers = self.mentioned([*(formula for _, formula in rules), *said])
        others = [*vms, *(q.witness for q in quantifiers)]
        named = others if mover is None else [mover, *others]
        yield from self._known(named or [self.anyone], quantifiers)
        for label, formula in rules:
            of_one = [z3.substitute(formula, (self.anyone, vm)) for vm in others]
            yield label, formula if not others or of_one[0].eq(formula) else z3.And(of_one)

    def rules(self, event: Event, member: Member | None) -> list[Labelled]:
        """What is true of a step of an event, for the mover and for anyone."""
        key = (event.name, member)
        if key not in self._rules:
            mover = self.mover(event)
            named = [self.anyone] if mover is None else [mover, self.anyone]
            self._rules[key] = [(r.label, r.formula) for r in self.symbolic.step(event, member, mover, named)]
        return self._rules[key]

    def mentioned(self, formulas: Iterable[z3.BoolRef]) -> list[Quantifier]:
        """The quantified terms that formulas speak of."""
        found = frozenset[int]().union(*map(self._constants, formulas))
        return [q for q in self.symbolic.quantifiers if q.constant.get_id() in found]

    def _constants(self, formula: z3.ExprRef) -> frozenset[int]:
        """The numbers of the Boolean constants in a formula."""
        number = formula.get_id()
        if number not in self._mentioned:
            below = formula.children()
            own = {number} if not below and z3.is_bool(formula) else set[int]()
            self._mentioned[number] = frozenset(own).union(*map(self._constants, below))
            self._kept_alive.append(formula)
        return self._mentioned[number]

    def _known(self, vms: Sequence[z3.ExprRef], quantifiers: Sequence[Quantifier]) -> Iterator[Labelled]:
        for vm in vms:
            yield ("set", str(vm)), self.in_set(vm)
        for quantifier in quantifiers:
            for formula in self.symbolic.instances(quantifier, vms):
                yield ("means", str(quantifier.constant)), formula


def shown(event: Event, member: Member | None) -> str:
    """The event, and which part it happens to."""
    return event.name if member is None else f"{event.name} of {member[0].name} {member[1]}"
