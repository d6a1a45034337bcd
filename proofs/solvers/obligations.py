"""What a solver has to confirm of a closed set of views: it holds at the start, each event keeps it, and what is claimed
follows from it. Every obligation is a list of labelled formulas that no state of any number of VMs fulfils together.

An obligation names the few VMs that matter: any one, the one that moves, and for each quantified term in it the one that
would decide it. Each of them has its views in the set; what holds of every VM is said of these.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

import z3

from model.notation.events import Event
from model.notation.terms import HOST, machines_of
from proofs.solvers.clauses import HostOrder, Lemma
from proofs.solvers.diagram import Formula, diagram
from proofs.solvers.symbolic import Member, Quantifier, Symbolic
from proofs.views.proof import Closed
from properties.kinds import Always, Step


class Statement(Protocol):
    """What can be said of the host and one VM, before or after a step."""

    def formula(self, symbolic: Symbolic, vm: z3.ExprRef, *, then: bool = False) -> z3.BoolRef: ...


Labelled = tuple[tuple[str, ...], z3.BoolRef]


@dataclass(frozen=True)
class Obligation:
    """Formulas that must not hold together. kind: "start", "step" (of an event) or "claim" (of a property, after an event).
    staying: the machines, of the host and of any VM, that are after the step where they were: of them the set after a step is asked
    for by their states before it, which spares a solver finding out in all of the set that they are the same."""

    kind: str
    name: str
    event: str
    formulas: tuple[Labelled, ...]
    staying: frozenset[str] = frozenset()


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
        self._defined: dict[tuple[str, frozenset[str] | None], z3.BoolRef] = {}
        self._rules: dict[tuple[str, Member | None, Hashable], list[Labelled]] = {}
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

    def definition(self, vm: z3.ExprRef, staying: frozenset[str] | None = None) -> z3.BoolRef:
        """What it means that this VM is in the set. staying: after a step that leaves these machines where they were (None: before it)."""
        key, then = (str(vm), staying), staying is not None
        if key not in self._defined:
            meant = self.meaning(vm, then=then)
            state_of = self.symbolic.state_of
            same = [
                (state_of(name, vm, then=True), state_of(name, vm)) for name in self.machines if name in (staying or ())
            ]
            self._defined[key] = self.in_set(vm, then=then) == (z3.substitute(meant, *same) if same else meant)
        return self._defined[key]

    def meaning(self, vm: z3.ExprRef, *, then: bool = False) -> z3.BoolRef:
        """The set as a formula about one VM."""
        if then not in self._meant:
            self._meant[then] = self._meaning(then=then)
        return self._of(vm, self._meant[then])

    @property
    def machines(self) -> tuple[str, ...]:
        """The machines of the host, and those of a VM."""
        return (*self.symbolic.compiled.host_vars.names, *self.symbolic.vm_names)

    def of_states(self, *, then: bool = False) -> z3.BoolRef:
        """The set as a formula about states alone: of each machine a constant of its name, whenever that is."""
        states = [(name, self.symbolic.state_of(name, self.anyone, then=then)) for name in self.machines]
        constants = [(state, z3.Const(name, state.sort())) for name, state in states]
        return z3.substitute(self.meaning(self.anyone, then=then), *constants)

    def _of(self, vm: z3.ExprRef, formula: z3.BoolRef) -> z3.BoolRef:
        """What is said of anyone, said of this VM."""
        return formula if vm.eq(self.anyone) else z3.substitute(formula, (self.anyone, vm))

    @property
    def first_named(self) -> tuple[z3.ExprRef, ...]:
        """Those VMs that most obligations speak of: any one, and the one that moves."""
        return self.anyone, self.symbolic.vm("mover")

    def in_it_before(self, of: Obligation) -> list[z3.ExprRef]:
        """The VMs of which an obligation says that they are in the set before the step, or that they are not."""
        named = [formula.arg(0) for label, formula in of.formulas if label[0] == "set"]
        return [*named, self.anyone] if of.kind == "start" else named

    def definitions(self, of: Obligation) -> list[z3.BoolRef]:
        """What an obligation means by saying of a VM that it is in the set, or that it is not."""
        after = [self.definition(self.anyone, of.staying)] if of.kind == "step" else []
        return [*map(self.definition, self.in_it_before(of)), *after]

    def obligations(self) -> Iterator[Obligation]:
        """All of them: the start, every event with what is claimed of it, every property of states."""
        yield self.start()
        members = self.closed.members
        of_steps = [(found, self._relevant(found)) for found in members if isinstance(found, Step)]
        for event, member in self.steps():
            yield self.keeps(event, member)
            for found, relevant in of_steps:
                if event.name in relevant:
                    yield from self._claims_of_step(found, event, member)
        yield from (self._claims_of_state(found) for found in members if isinstance(found, Always))

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
        formulas = (*self._step(event, member, [vm], [], frozenset()), (("outside",), outside))
        return Obligation("step", shown(event, member), event.name, formulas, self.symbolic.staying(event, member))

    def _relevant(self, found: Step) -> frozenset[str]:
        """The events of which something is claimed."""
        compiled = self.symbolic.compiled
        return frozenset(compiled.events[number].name for number in compiled.step_tests(~found.term))

    def _claims_of_state(self, found: Always) -> Obligation:
        """A state of the set breaks what is claimed."""
        broken = self.symbolic.state(~found.term)
        quantifiers = self.mentioned([broken])
        decide = self._witnesses([], quantifiers, [])
        named = list(decide.values()) or [self.anyone]
        return Obligation("claim", found.name, "", (*self._known(named, decide), (("broken",), broken)))

    def _claims_of_step(self, found: Step, event: Event, member: Member | None) -> Iterator[Obligation]:
        """A step out of a state of the set breaks what is claimed; none: no step could."""
        broken = self.symbolic.of_step(~found.term, event, self.mover(event))
        if not z3.is_false(broken):
            formulas = (*self._step(event, member, [], [broken], machines_of(found.term)), (("broken",), broken))
            yield Obligation("claim", f"{found.name}: {shown(event, member)}", event.name, formulas)

    def mover(self, event: Event) -> z3.ExprRef | None:
        """The VM that an event happens to; None if it happens to the host or to all."""
        return self.symbolic.vm("mover") if event.scope.sort != HOST and not event.scope.all else None

    def _step(
        self,
        event: Event,
        member: Member | None,
        vms: Sequence[z3.ExprRef],
        said: Sequence[z3.BoolRef],
        of: frozenset[str] | None = None,
    ) -> Iterator[Labelled]:
        """A step out of the set, for the VMs that it and what is said of it speak of. of: the actors that are spoken of after it,
        besides those that it moves (None: all)."""
        mover, staying = self.mover(event), self.symbolic.staying(event, member)
        spoken_of = [name for name in self.machines if name in staying and (of is None or name.split("#")[0] in of)]
        rules = list(self.rules(event, member, frozenset(self.machines) - staying))
        rules += [rule for name in spoken_of for rule in self._left_alone(event, member, name)]
        of_rules, of_said = self.mentioned(formula for _, formula in rules), self.mentioned(said)
        decide = self._witnesses(of_rules, of_said, vms)
        others = [*vms, *decide.values()]
        named = others if mover is None else [mover, *others]
        yield from self._known(named or [self.anyone], decide)
        for label, formula in rules:
            of_each = {one.get_id(): one for one in (self._of(vm, formula) for vm in others or [self.anyone])}
            yield from ((label, one) for one in of_each.values())

    def rules(self, event: Event, member: Member | None, of: frozenset[str] | None = None) -> list[Labelled]:
        """What is true of a step of an event, for the mover and for anyone: what it asks, and what it makes of these machines (None:
        of all)."""
        key = (event.name, member, of)
        if key not in self._rules:
            mover, named = self._named(event)
            self._rules[key] = [(r.label, r.formula) for r in self.symbolic.step(event, member, mover, named, of)]
        return self._rules[key]

    def _left_alone(self, event: Event, member: Member | None, name: str) -> list[Labelled]:
        """That a machine is after the step where it was."""
        key = (event.name, member, name)
        if key not in self._rules:
            mover, named = self._named(event)
            self._rules[key] = [(r.label, r.formula) for r in self.symbolic.effect(name, event, member, mover, named)]
        return self._rules[key]

    def _named(self, event: Event) -> tuple[z3.ExprRef | None, list[z3.ExprRef]]:
        mover = self.mover(event)
        return mover, [self.anyone] if mover is None else [mover, self.anyone]

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

    def _witnesses(
        self, of_rules: Sequence[Quantifier], of_said: Sequence[Quantifier], vms: Sequence[z3.ExprRef]
    ) -> dict[Quantifier, z3.ExprRef]:
        """For each quantified term of an obligation the VM that decides it, no two the same. What one obligation calls a VM is nothing
        to another: so that those about an event have much in common, a claim calls its own as the step does any one."""
        spare = [] if any(vm.eq(self.anyone) for vm in vms) else [self.anyone]
        asked = [*of_rules, *(one for one in of_said if one not in of_rules)]
        numbered = [self.symbolic.vm(f"witness#{i}") for i in range(len(asked))]
        return dict(zip(asked, [*numbered[: len(of_rules)], *spare, *numbered[len(of_rules) :]], strict=False))

    def _known(self, vms: Sequence[z3.ExprRef], witnesses: Mapping[Quantifier, z3.ExprRef]) -> Iterator[Labelled]:
        for vm in vms:
            yield ("set", str(vm)), self.in_set(vm)
        for quantifier, witness in witnesses.items():
            for formula in self.symbolic.instances(quantifier, vms, witness):
                yield ("means", str(quantifier.constant)), formula


def by_event(obligations: Iterable[Obligation]) -> Iterator[list[Obligation]]:
    """Obligations that follow one another and are about the same event: they have most of their formulas in common."""
    for event, found in groupby(obligations, key=lambda one: one.event):
        together = list(found)
        yield from [together] if event else ([one] for one in together)


def in_common(of_each: Sequence[Iterable[z3.BoolRef]]) -> frozenset[int]:
    """The numbers of the formulas that are in each of several lists; none of a single one, which shares with nobody."""
    numbers = [frozenset(formula.get_id() for formula in formulas) for formulas in of_each]
    return frozenset.intersection(*numbers) if len(numbers) > 1 else frozenset()


def shown(event: Event, member: Member | None) -> str:
    """The event, and which part it happens to."""
    return event.name if member is None else f"{event.name} of {member[0].name} {member[1]}"
