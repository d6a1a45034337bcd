"""The network of a slice as Z3 formulas over an uninterpreted sort of VMs, read off the tables anew.

Everything is ground: formulas speak of the VMs that the caller names, and of no other. What holds of every VM is used of
the named ones only, which weakens hypotheses; so what is proved from these formulas is proved for any number of VMs.

Guards are folded with what each machine can reach (`World.reach`), and machines that one state is left of are gone. So the
formulas are exact where every machine is in a state that it can reach, and of no reachable step do they say what is false.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import z3

from model.notation.events import Event
from model.notation.machines import Actor
from model.notation.machines import Rule as Row
from model.notation.terms import (
    HOST,
    TRUE,
    After,
    And,
    Const,
    Every,
    Happens,
    In,
    Not,
    Or,
    Same,
    Some,
    Sort,
    Term,
    Unchanged,
    all_of,
    machines_of,
    speaks_of_a_step,
)
from proofs.world.compiled import Compiled
from proofs.world.terms import part_name
from proofs.world.world import fold

Member = tuple[Sort, int]
"""One part of a VM: the parts' sort, and its number."""


@dataclass(frozen=True, eq=False)
class Rule:
    """What a rule of the protocol says of a step: ("when", "member", "takes part", "moves" or "stays", event, which)."""

    label: tuple[str, ...]
    formula: z3.BoolRef


@dataclass(frozen=True, eq=False)
class Quantifier:
    """A term said of every VM (or of some VM), as a Boolean constant; `witness` is the VM that would decide it.

    then: it speaks of the states after the step. event, mover: the step that it speaks of, if it speaks of one.
    """

    every: bool
    body: Term
    then: bool
    event: Event | None
    mover: z3.ExprRef | None
    constant: z3.BoolRef
    witness: z3.ExprRef


@dataclass(frozen=True, eq=False)
class _View:
    """What a term is said of: a VM with these machines, or the whole network; before or after; in a step or in none."""

    vm: z3.ExprRef | None = None
    then: bool = False
    event: Event | None = None
    mover: z3.ExprRef | None = None
    machines: tuple[str, ...] = ()


class Symbolic:
    """The formulas of one slice. They live in a Z3 context of their own (`context`), if none is given: two readings of
    machines of the same name would otherwise be mixed up."""

    def __init__(self, compiled: Compiled, context: z3.Context | None = None) -> None:
        self.compiled, self.world = compiled, compiled.world
        self.context = z3.Context() if context is None else context
        self._true, self._false = z3.BoolVal(True, self.context), z3.BoolVal(False, self.context)
        self.vm_sort = z3.DeclareSort(f"#{compiled.sort}", self.context)
        self.vm_names = tuple(dict.fromkeys(name for vars_ in compiled.vm_vars for name in vars_.names))
        self.states: dict[str, dict[str, z3.ExprRef]] = {}
        """For each actor the constant of each of its states."""
        sorts: dict[str, Any] = {}
        for actor in dict.fromkeys(self.actor(name) for name in (*compiled.host_vars.names, *self.vm_names)):
            constructors = [f"{actor.name}.{state}" for state in actor.states]
            sorts[actor.name], constants = z3.EnumSort(actor.name, constructors, ctx=self.context)
            self.states[actor.name] = dict(zip(actor.states, constants, strict=True))
        self._host: dict[tuple[str, bool], Any] = {}
        self._vm: dict[tuple[str, bool], Any] = {}
        self._applied: dict[tuple[str, bool, int], z3.ExprRef] = {}
        for then, mark in ((False, ""), (True, "'")):
            for name in compiled.host_vars.names:
                self._host[name, then] = z3.Const(name + mark, sorts[name])
            for name in self.vm_names:
                self._vm[name, then] = z3.Function(name + mark, self.vm_sort, sorts[self.actor(name).name])
        names = [f"#form.{form}" for form in range(len(compiled.shapes))]
        form_sort, self._forms = z3.EnumSort("#form", names, ctx=self.context)
        self._form_of = z3.Function("#form of", self.vm_sort, form_sort)
        self._quantifiers: dict[Hashable, Quantifier] = {}
        self._said_before: dict[Hashable, z3.BoolRef] = {}

    # -- what there is ------------------------------------------------------------------------------------------------

    def actor(self, name: str) -> Actor:
        """The actor of a machine, be it named with the number of its part."""
        return self.world.network.actors[name.split("#", maxsplit=1)[0]]

    def vm(self, name: str) -> z3.ExprRef:
        """A named VM; two names may mean the same one."""
        return z3.Const(name, self.vm_sort)

    def host_now(self, name: str) -> z3.ExprRef:
        """The state of a host's machine before the step."""
        return self._host[name, False]

    def host_then(self, name: str) -> z3.ExprRef:
        """The state of a host's machine after the step."""
        return self._host[name, True]

    def vm_now(self, name: str, vm: z3.ExprRef) -> z3.ExprRef:
        """The state of a VM's machine (of a part: "name#j") before the step."""
        return self._of_vm(name, vm, then=False)

    def vm_then(self, name: str, vm: z3.ExprRef) -> z3.ExprRef:
        """The state of a VM's machine (of a part: "name#j") after the step."""
        return self._of_vm(name, vm, then=True)

    def state_of(self, name: str, vm: z3.ExprRef, *, then: bool = False) -> z3.ExprRef:
        """The state of a machine, be it the host's or this VM's, before or after the step."""
        return self._host[name, then] if (name, then) in self._host else self._of_vm(name, vm, then=then)

    def _of_vm(self, name: str, vm: z3.ExprRef, *, then: bool) -> z3.ExprRef:
        key = (name, then, vm.get_id())
        if key not in self._applied:
            self._applied[key] = self._vm[name, then](vm)  # which keeps the VM's number its own
        return self._applied[key]

    def is_of(self, vm: z3.ExprRef, forms: Iterable[int]) -> z3.BoolRef:
        """The VM is of one of these forms (numbers of the compiled shapes); no step changes that."""
        chosen = list(forms)
        if len(chosen) == len(self.compiled.shapes):
            return self._bool(True)
        return self._or([self._form_of(vm) == self._forms[form] for form in chosen])

    def is_in(self, expr: z3.ExprRef, actor: Actor, states: Iterable[str]) -> z3.BoolRef:
        """A state expression of the actor is one of these states; names that the actor does not know are none."""
        chosen, known = frozenset(states), self.states[actor.name]
        if chosen.issuperset(known):
            return self._bool(True)
        return self._or([expr == constant for state, constant in known.items() if state in chosen])

    def same(self, left: str, one: z3.ExprRef, right: str, two: z3.ExprRef) -> z3.BoolRef:
        """The state expressions of two machines are states of one name."""
        known, others = self.states[self.actor(left).name], self.states[self.actor(right).name]
        return self._or([self._and([one == known[s], two == others[s]]) for s in known if s in others])

    @property
    def quantifiers(self) -> list[Quantifier]:
        """Every quantified term that a formula has spoken of so far."""
        return list(self._quantifiers.values())

    # -- terms --------------------------------------------------------------------------------------------------------

    def state(
        self, term: Term, *, then: bool = False, vm: z3.ExprRef | None = None, part: Member | None = None
    ) -> z3.BoolRef:
        """A term about states, said of the whole network or of one VM (and one part of it). TypeError: it is about a step."""
        return self._said(fold(term, self.world.reach), _View(vm, then), part)

    def of_step(self, term: Term, event: Event, mover: z3.ExprRef | None, vm: z3.ExprRef | None = None) -> z3.BoolRef:
        """A term about a step of this event, which happens to the mover, said of the whole network or of one VM."""
        return self._said(fold(term, self.world.reach), _View(vm, event=event, mover=mover), None)

    def instances(
        self, quantifier: Quantifier, vms: Sequence[z3.ExprRef], witness: z3.ExprRef | None = None
    ) -> list[z3.BoolRef]:
        """What the constant of a quantified term means: of each of these VMs, and of its witness (or this one in its place, that
        decides nothing else) if it comes to one."""
        constant, decides = (
            quantifier.constant,
            self._body(quantifier, quantifier.witness if witness is None else witness),
        )
        fits = [self._body(quantifier, vm) for vm in vms]
        if quantifier.every:
            return [*(z3.Implies(constant, fit) for fit in fits), z3.Implies(decides, constant)]
        return [*(z3.Implies(fit, constant) for fit in fits), z3.Implies(constant, decides)]

    def closed(self, quantifier: Quantifier, vms: Sequence[z3.ExprRef]) -> z3.BoolRef:
        """What the constant of a quantified term means if these VMs are all there are."""
        fits = [self._body(quantifier, vm) for vm in vms]
        return quantifier.constant == (self._and(fits) if quantifier.every else self._or(fits))

    def _body(self, quantifier: Quantifier, vm: z3.ExprRef) -> z3.BoolRef:
        view = _View(vm, quantifier.then, quantifier.event, quantifier.mover)
        return self._said(quantifier.body, view, None)

    def _said(self, term: Term, view: _View, part: Member | None) -> z3.BoolRef:
        """A folded term, written out for the parts that the VM has, if it is said of one."""
        if view.vm is None:
            return self._formula(term, view)

        def written_out(form: int) -> tuple[Term, tuple[str, ...]] | None:
            if not self._has(form, part):
                return None
            # Only `Unchanged` asks for all machines that the VM has; other terms are alike more often without them.
            machines = self.compiled.vm_vars[form].names if speaks_of_a_step(term) else ()
            return self.compiled.expand_in(term, form, part), machines

        def said(found: tuple[Term, tuple[str, ...]]) -> z3.BoolRef:
            return self._formula(found[0], replace(view, machines=found[1]))

        key = (term, part, view.vm, view.then, view.event and view.event.name, view.mover)
        if key not in self._said_before:
            self._said_before[key] = self._per_form(view.vm, written_out, said)
        return self._said_before[key]

    def _has(self, form: int, part: Member | None) -> bool:
        return part is None or part[1] < self.compiled.shapes[form].parts.get(part[0].name, 0)

    def _per_form(
        self, vm: z3.ExprRef, choose: Callable[[int], Any], formula: Callable[[Any], z3.BoolRef]
    ) -> z3.BoolRef:
        """What is said of a VM by its form; forms for which it is the same are taken together, those with None are not."""
        alike: dict[Any, list[int]] = {}
        for form in range(len(self.compiled.shapes)):
            if (chosen := choose(form)) is not None:
                alike.setdefault(chosen, []).append(form)
        return self._or([self._and([self.is_of(vm, forms), formula(chosen)]) for chosen, forms in alike.items()])

    def _formula(self, term: Term, view: _View) -> z3.BoolRef:
        match term:
            case Const(value):
                return self._bool(value)
            case In(name, states):
                return self.is_in(self._machine(name, view), self.actor(name), states)
            case Same(left, right):
                return self.same(left, self._machine(left, view), right, self._machine(right, view))
            case Not(body):
                return self._not(self._formula(body, view))
            case And(parts):
                return self._and([self._formula(part, view) for part in parts])
            case Or(parts):
                return self._or([self._formula(part, view) for part in parts])
            case Every(sort, body) | Some(sort, body) if sort == self.compiled.sort:
                return self._quantified(isinstance(term, Every), body, view).constant
            case Unchanged(name) if view.event is not None:
                now, then = replace(view, then=False), replace(view, then=True)
                every_part = [part for part in view.machines if part.split("#")[0] == name]
                names = every_part if name in self.compiled.part_of and view.vm is not None else [name]
                return self._and([self._machine(n, now) == self._machine(n, then) for n in names])
            case After(body) if view.event is not None:
                return self._formula(body, replace(view, then=True))
            case Happens(events) if view.event is not None:
                here = view.event.name in events
                if here and view.vm is not None and view.mover is not None and not view.vm.eq(view.mover):
                    return view.vm == view.mover
                return self._bool(here)
        raise TypeError(f"cannot say {term} {'here' if view.event else 'of states'}")

    def _machine(self, name: str, view: _View) -> z3.ExprRef:
        if (name, view.then) in self._host:
            return self._host[name, view.then]
        if view.vm is None:
            raise TypeError(f"{name} is read without a VM")
        return self.state_of(name, view.vm, then=view.then)

    def _quantified(self, every: bool, body: Term, view: _View) -> Quantifier:
        event, mover = (view.event, view.mover) if speaks_of_a_step(body) else (None, None)
        key = (every, body, view.then, event and event.name, mover)
        if key not in self._quantifiers:
            number = len(self._quantifiers)
            constant = z3.Bool(f"{'every' if every else 'some'}#{number}", self.context)
            witness = self.vm(f"witness#{number}")
            self._quantifiers[key] = Quantifier(every, body, view.then, event, mover, constant, witness)
        return self._quantifiers[key]

    # -- runs ---------------------------------------------------------------------------------------------------------

    def starts(self, vms: Sequence[z3.ExprRef]) -> list[z3.BoolRef]:
        """What holds at the start of the host and of these VMs. What a machine that is not kept has a say in is left out."""
        initial = self.world.starts
        found = self._hosts_in(initial, then=False)
        bounds = [fold(term, initial) for term in self.world.network.at_start]
        for vm in vms:
            found += [self._starts_in(name, vm) for name in self.vm_names]
            found += [self._bound(term, vm) for term in bounds]
        return [formula for formula in found if formula is not self._true]

    def _starts_in(self, name: str, vm: z3.ExprRef) -> z3.BoolRef:
        actor, now, allowed = self.actor(name), self.vm_now(name, vm), self.compiled.allowed
        states = self.world.starts[actor.name]
        return self._per_form(
            vm, lambda form: states & allowed[form].get(name, states), lambda chosen: self.is_in(now, actor, chosen)
        )

    def _bound(self, term: Term, vm: z3.ExprRef) -> z3.BoolRef:
        """What holds of a VM at the start, as far as it speaks of machines that are kept only."""

        def kept(form: int) -> Term:
            known = {*self.compiled.host_vars.names, *self.compiled.vm_vars[form].names}
            parts = _conjuncts(self.compiled.expand_in(term, form))
            return all_of(*(part for part in parts if machines_of(part) <= known))

        return self._per_form(vm, kept, lambda said: self._formula(said, _View(vm)))

    def reach(self, vms: Sequence[z3.ExprRef], *, then: bool = False) -> list[z3.BoolRef]:
        """Every machine of the host and of these VMs is in a state that `World.reach` has: so it is in every run."""
        found = self._hosts_in(self.world.reach, then=then)
        for name in self.vm_names:
            actor = self.actor(name)
            found += [self.is_in(self._of_vm(name, vm, then=then), actor, self.world.reach[actor.name]) for vm in vms]
        return [formula for formula in found if formula is not self._true]

    def _hosts_in(self, states: Mapping[str, frozenset[str]], *, then: bool) -> list[z3.BoolRef]:
        names = self.compiled.host_vars.names
        return [self.is_in(self._host[name, then], self.actor(name), states[name]) for name in names]

    def step(
        self,
        event: Event,
        member: Member | None,
        mover: z3.ExprRef | None,
        vms: Sequence[z3.ExprRef],
        of: Container[str] | None = None,
    ) -> list[Rule]:
        """Everything that is true of a step of this event, and of nothing else: its guard, and what it makes of the host and
        of these VMs. member: the part of the mover that it happens to (see `Compiled.members`). of: the machines it is said of
        (None: all)."""
        one = event.scope.sort != HOST and not event.scope.all
        if one != (mover is not None) or (event.scope.sort in self.compiled.parts and one) != (member is not None):
            raise ValueError(f"{event.name} happens to {event.scope}")
        about = _View(mover)
        rules = [
            Rule(("when", event.name, str(i)), self._said(part, about, member))
            for i, part in enumerate(_conjuncts(self.world.when[event.name]))
            if part != TRUE
        ]
        if mover is not None and member is not None:
            forms = [form for form in range(len(self.compiled.shapes)) if self._has(form, member)]
            rules.append(Rule(("member", event.name, part_name(member[0].name, member[1])), self.is_of(mover, forms)))
        names = (*self.compiled.host_vars.names, *self.vm_names)
        chosen = names if of is None else [name for name in names if name in of]
        rules += [rule for name in chosen for rule in self.effect(name, event, member, mover, vms)]
        return [rule for rule in rules if rule.formula is not self._true]

    def effect(
        self, name: str, event: Event, member: Member | None, mover: z3.ExprRef | None, vms: Sequence[z3.ExprRef]
    ) -> list[Rule]:
        """What a step of this event asks of one machine of the host or of these VMs, and makes of it; see `step`."""
        if name in self.compiled.host_vars.names:
            return self._of_host(event, name, _View(mover), member)
        return self._of_vms(event, name, member, mover, vms)

    def staying(self, event: Event, member: Member | None) -> frozenset[str]:
        """The machines, of the host and of any VM, that are after each step of this event where they were."""
        return frozenset(
            name
            for name in (*self.compiled.host_vars.names, *self.vm_names)
            if event.name not in self.actor(name).machine.events or self._is_of_another(name, member)
        )

    def _is_of_another(self, name: str, member: Member | None) -> bool:
        """The machine is one of a part, and the event happens to another."""
        number = name.partition("#")[2]
        return bool(number) and member not in {None, (self.actor(name).sort, int(number))}

    def _of_host(self, event: Event, name: str, about: _View, member: Member | None) -> list[Rule]:
        now, then, actor = self.host_now(name), self.host_then(name), self.actor(name)
        if event.name not in actor.machine.events:
            return [Rule(("stays", event.name, name), then == now)]
        moved = Rule(("moves", event.name, name), then == self._moved(event, actor, now, about, member))
        return [*self._takes_part(event, name, now, about, member), moved]

    def _of_vms(
        self, event: Event, name: str, member: Member | None, mover: z3.ExprRef | None, vms: Sequence[z3.ExprRef]
    ) -> list[Rule]:
        actor, (_, _, number) = self.actor(name), name.partition("#")
        own = (actor.sort, int(number)) if number else member
        if event.name not in actor.machine.events or self._is_of_another(name, member):
            same = self._and([self.vm_then(name, vm) == self.vm_now(name, vm) for vm in vms])
            return [Rule(("stays", event.name, name), same)]
        if mover is None:
            targets = [self._moved(event, actor, self.vm_now(name, vm), _View(vm), own) for vm in vms]
            needs = []
        else:
            now, about = self.vm_now(name, mover), _View(mover)
            moved = self._moved(event, actor, now, about, own)
            targets = [moved if vm.eq(mover) else self._if(vm == mover, moved, self.vm_now(name, vm)) for vm in vms]
            needs = self._takes_part(event, name, now, about, own)
        effect = self._and([self.vm_then(name, vm) == target for vm, target in zip(vms, targets, strict=True)])
        return [*needs, Rule(("moves", event.name, name), effect)]

    def _alike(self, event: Event, actor: Actor) -> Mapping[tuple[Row, ...], list[str]]:
        """The machine's rows for the event, each with the states that they are the rows of."""
        found: dict[tuple[Row, ...], list[str]] = {}
        for state, rows in self.world.rules(actor, event.name).items():
            found.setdefault(rows, []).append(state)
        return found

    def _takes_part(self, event: Event, name: str, now: z3.ExprRef, about: _View, own: Member | None) -> list[Rule]:
        """If the machine can stand in the event's way: that it is in a state of which some row fits."""
        actor = self.actor(name)
        if not self.world.blocks(actor, event.name):
            return []
        cases = [
            self._and([self.is_in(now, actor, states), self._or([self._said(row.when, about, own) for row in rows])])
            for rows, states in self._alike(event, actor).items()
        ]
        return [Rule(("takes part", event.name, name), self._or(cases))]

    def _moved(self, event: Event, actor: Actor, now: z3.ExprRef, about: _View, own: Member | None) -> z3.ExprRef:
        """Where the first row that fits leads. For a part that the VM has not got none does: it stays."""
        found = now
        for rows, states in self._alike(event, actor).items():
            leads = now
            for row in reversed(rows):
                dest = now if row.dest is None else self.states[actor.name][row.dest]
                leads = self._if(self._said(row.when, about, own), dest, leads)
            found = self._if(self.is_in(now, actor, states), leads, found)
        return found

    # -- constants folded, each of which there is once, so that small formulas stay small -----------------------------

    def _bool(self, value: bool) -> z3.BoolRef:
        return self._true if value else self._false

    def _not(self, body: z3.BoolRef) -> z3.BoolRef:
        return self._bool(body is self._false) if body is self._true or body is self._false else z3.Not(body)

    def _and(self, parts: Sequence[z3.BoolRef]) -> z3.BoolRef:
        return self._joined(z3.And, parts, self._true, self._false)

    def _or(self, parts: Sequence[z3.BoolRef]) -> z3.BoolRef:
        return self._joined(z3.Or, parts, self._false, self._true)

    @staticmethod
    def _joined(join: Any, parts: Sequence[z3.BoolRef], neutral: z3.BoolRef, decisive: z3.BoolRef) -> z3.BoolRef:
        left = [part for part in parts if part is not neutral]
        if any(part is decisive for part in left):
            return decisive
        return join(left) if len(left) > 1 else left[0] if left else neutral

    def _if(self, condition: z3.BoolRef, one: z3.ExprRef, other: z3.ExprRef) -> z3.ExprRef:
        if condition is self._true or one is other:
            return one
        return other if condition is self._false else z3.If(condition, one, other)


def _conjuncts(term: Term) -> tuple[Term, ...]:
    return term.parts if isinstance(term, And) else (term,)
