"""The network of a slice as SMT-LIB 2.6: its machines over moments and VMs, the start, a relation for each event, and the
question whether a property can be broken within so many steps. Read off the tables by `Symbolic`.

The VMs are a sort that nothing is said of, so they may be any number; or just so many, if a number is given. Obligations of
proofs for any number of steps are another thing: see `smtlib`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

import z3

from model.notation.events import Event
from model.notation.terms import HOST
from model.notation.words import words
from proofs.solvers.obligations import shown
from proofs.solvers.symbolic import Member, Quantifier, Symbolic
from proofs.world.compiled import Compiled
from properties.kinds import Always, Property, Step

LOGIC = "UFDT"
WIDTH = 120

Labelled = tuple[str, z3.BoolRef]


def smtlib(
    compiled: Compiled,
    properties: Sequence[Property],
    steps: int,
    vms: int | None = None,
    title: Sequence[str] = (),
) -> str:
    """The slice with VMs of one shape, and for each property and number of steps up to `steps` a check-sat: sat if a run of
    just so many steps breaks it. Raises ValueError at other kinds of property, and where VMs have several shapes."""
    for found in properties:
        if not isinstance(found, (Always, Step)):
            raise ValueError(
                f"{found.name} is of kind {found.kind}: only statements about states and steps are exported."
            )
    if len(compiled.shapes) != 1:
        raise ValueError("VMs of several shapes are not exported: give one shape.")
    return (
        "\n".join(
            [
                *(part.rstrip() for line in title for part in _comment(line)),
                *_Text(compiled, properties).lines(steps, vms),
            ]
        )
        + "\n"
    )


class _Text:
    """Puts the text together."""

    def __init__(self, compiled: Compiled, properties: Sequence[Property]) -> None:
        self.compiled, self.properties = compiled, properties
        self.symbolic = symbolic = Symbolic(compiled)
        self.anyone, self.mover = symbolic.vm("anyone"), symbolic.vm("mover")
        moments = z3.DeclareSort("#moment", symbolic.context)
        self.now, self.then = z3.Const("now", moments), z3.Const("then", moments)
        self.moments, self.vms = moments.sexpr(), symbolic.vm_sort.sexpr()
        self._hosts: list[tuple[z3.ExprRef, z3.ExprRef]] = []
        self._own: list[tuple[z3.FuncDeclRef, z3.ExprRef]] = []
        self.declared: list[z3.FuncDeclRef] = []
        for name in compiled.host_vars.names:
            machine = z3.Function(name, moments, symbolic.host_now(name).sort())
            self.declared.append(machine)
            self._hosts += [
                (symbolic.host_now(name), machine(self.now)),
                (symbolic.host_then(name), machine(self.then)),
            ]
        for name in symbolic.vm_names:
            now, then = (at(name, self.anyone) for at in (symbolic.vm_now, symbolic.vm_then))
            machine = z3.Function(name, moments, symbolic.vm_sort, now.sort())
            self.declared.append(machine)
            anyone = z3.Var(0, symbolic.vm_sort)
            self._own += [(now.decl(), machine(self.now, anyone)), (then.decl(), machine(self.then, anyone))]
        self._known = list(self._hosts)

    def lines(self, steps: int, vms: int | None) -> Iterator[str]:
        start = self._conjunction((f"start {i}", one) for i, one in enumerate(self.symbolic.starts([self.anyone])))
        events = [(event, member) for event in self.compiled.events for member in self.compiled.members(event, 0)]
        relations = [self._relation(event, member) for event, member in events]
        claims = [line for found in self.properties for line in self._claim(found, events)]
        quantified = [line for found in self.symbolic.quantifiers for line in self._quantifier(found)]
        yield f"(set-info :smt-lib-version 2.6)\n(set-logic {LOGIC})"
        yield from self._sorts(steps, vms)
        yield from (_text(machine.sexpr()) for machine in self.declared)
        yield from quantified
        yield f"\n; where runs start\n(define-fun start ((now {self.moments})) Bool"
        yield from start
        for relation in relations:
            yield from relation
        yield f"\n; some event happens\n(define-fun step ((now {self.moments}) (then {self.moments})) Bool (or"
        yield from (f"  {self._some_mover(event, self._applied(event, member))}" for event, member in events)
        yield "))"
        yield from claims
        yield from self._questions(steps)

    # -- what there is ------------------------------------------------------------------------------------------------

    def _sorts(self, steps: int, vms: int | None) -> Iterator[str]:
        if vms is None:
            yield f"; any number of VMs\n(declare-sort {self.vms} 0)"
        else:
            members = " ".join(f"(|{self.compiled.sort}.{number}|)" for number in range(vms))
            yield f"; the VMs\n(declare-datatypes (({self.vms} 0)) (({members})))"
        moments = " ".join(f"({_moment(k)})" for k in range(steps + 1))
        yield f"; before the first step, after one, ...\n(declare-datatypes (({self.moments} 0)) (({moments})))"
        sorts = {machine.range().sexpr(): machine.range() for machine in self.declared}
        for name, sort in sorts.items():
            states = " ".join(f"({sort.constructor(i)().sexpr()})" for i in range(sort.num_constructors()))
            yield f"(declare-datatypes (({name} 0)) (({states})))"

    def _quantifier(self, found: Quantifier) -> Iterator[str]:
        """What is said of every VM, or of some: it may speak of a moment, or of a step."""
        said = self.symbolic.closed(found, [self.anyone]).arg(1)
        sign = "forall" if found.every else "exists"
        yield f"\n; {words(found.body)}"
        parameters = " ".join(f"({one.sexpr()} {one.sort().sexpr()})" for one in self._arguments(found))
        yield f"(define-fun {_text(found.constant.sexpr())} ({parameters}) Bool"
        yield f" ({sign} ((anyone {self.vms})) {self._said(said)}))"

    def _arguments(self, found: Quantifier) -> list[z3.ExprRef]:
        if found.event is None:
            return [self.then if found.then else self.now]
        return [self.now, self.then, *([] if found.mover is None else [self.mover])]

    def _said(self, formula: z3.BoolRef) -> str:
        """A formula, said of moments."""
        found = self.symbolic.quantifiers
        for one in found[len(self._known) - len(self._hosts) :]:
            arguments = self._arguments(one)
            sorts = [*(argument.sort() for argument in arguments), one.constant.sort()]
            self._known.append((one.constant, z3.Function(str(one.constant), *sorts)(*arguments)))
        return _text(z3.substitute_funs(z3.substitute(formula, *self._known), *self._own).sexpr())

    def _conjunction(self, formulas: Iterable[Labelled]) -> list[str]:
        """Formulas line by line, those about anyone said of every VM; closes what was opened before."""
        of_all, others = list[str](), list[str]()
        for label, formula in formulas:
            mentions = not z3.substitute(formula, (self.anyone, self.mover)).eq(formula)
            (of_all if mentions else others).append(f"{self._said(formula)} ; {label}")
        lines = [" (and true", *(f"  {line}" for line in others)]
        if of_all:
            lines += [f"  (forall ((anyone {self.vms})) (and true", *(f"   {line}" for line in of_all), "  ))"]
        return [*lines, " ))"]

    # -- what happens -------------------------------------------------------------------------------------------------

    def _of_one(self, event: Event) -> bool:
        return event.scope.sort != HOST and not event.scope.all

    def _relation(self, event: Event, member: Member | None) -> list[str]:
        mover = self.mover if self._of_one(event) else None
        rules = self.symbolic.step(event, member, mover, [self.anyone])
        parameters = f"(now {self.moments}) (then {self.moments})" + (
            f" (mover {self.vms})" if mover is not None else ""
        )
        fault = f" A fault: {event.fault}." if event.fault else ""
        head = f"(define-fun |{shown(event, member)}| ({parameters}) Bool"
        comment = _comment(f"{' '.join(event.by)}: {event.says}{fault}")
        labelled = [(" ".join((rule.label[0], *rule.label[2:])), rule.formula) for rule in rules]
        return ["", *comment, head, *self._conjunction(labelled)]

    def _applied(self, event: Event, member: Member | None) -> str:
        return f"(|{shown(event, member)}| now then{' mover' if self._of_one(event) else ''})"

    def _some_mover(self, event: Event, said: str) -> str:
        return f"(exists ((mover {self.vms})) {said})" if self._of_one(event) else said

    # -- what must hold -----------------------------------------------------------------------------------------------

    def _claim(self, found: Property, events: Sequence[tuple[Event, Member | None]]) -> list[str]:
        """A predicate that says that the property is broken, by a state or by a step."""
        head = [
            "",
            *_comment(f"{found.name} ({' '.join(found.shows)}): {found.says}"),
        ]
        if isinstance(found, Always):
            broken = self._said(self.symbolic.state(~found.term))
            return [*head, f"(define-fun {_broken(found)} ((now {self.moments})) Bool\n {broken})"]
        if not isinstance(found, Step):
            raise TypeError(found.kind)
        cases = []
        relevant = {self.compiled.events[number].name for number in self.compiled.step_tests(~found.term)}
        for event, member in events:
            if event.name in relevant:
                mover = self.mover if self._of_one(event) else None
                broken = self._said(self.symbolic.of_step(~found.term, event, mover))
                cases.append("  " + self._some_mover(event, f"(and {self._applied(event, member)} {broken})"))
        parameters = f"(now {self.moments}) (then {self.moments})"
        return [*head, f"(define-fun {_broken(found)} ({parameters}) Bool (or false", *cases, "))"]

    def _questions(self, steps: int) -> Iterator[str]:
        """For each moment, whether a property can be broken there, or by the step that led there."""
        yield f"\n; runs\n(assert (start {_moment(0)}))"
        for k in range(steps + 1):
            if k:
                yield f"\n(assert (step {_moment(k - 1)} {_moment(k)}))"
            for found in self.properties:
                of_step = isinstance(found, Step)
                if k or not of_step:
                    at = f"{_moment(k - 1)} {_moment(k)}" if of_step else _moment(k)
                    yield f"(push 1) (assert ({_broken(found)} {at})) ; {found.name}, {k} step{'s' if k != 1 else ''}\n(check-sat)\n(pop 1)"


def _broken(found: Property) -> str:
    return f"|broken {found.name}|"


def _moment(number: int) -> str:
    return f"after.{number}"


def _comment(text: str) -> list[str]:
    """A sentence as a comment, wrapped."""
    lines = textwrap.wrap(text, WIDTH - 2, break_long_words=False, break_on_hyphens=False) or [""]
    return [f"; {line}" for line in lines]


def _text(formula: str) -> str:
    """A formula on one line."""
    return " ".join(formula.split())
