"""Obligations as SMT-LIB 2.6 text, which any solver can read: one file for each closed set of views.

What the set is, is said once, of the states of machines. Where a VM is after a step, a machine that the event leaves where it was
is asked for by its state before it: then a solver need not find out in all of the set that they are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import z3

from proofs.solvers.obligations import Confirming, Labelled, Obligation, by_event, in_common

LOGIC = "QF_UFDT"
SET, SET_THEN = "|states of the set|", "|states of the set'|"


def script(confirming: Confirming, obligations: Iterable[Obligation], title: str) -> Iterator[str]:
    """The text, in pieces: what there is, what the set is, then each obligation between push and pop, inside of what all that are about
    an event have in common; every check-sat must answer unsat."""
    asked = list(obligations)
    yield f"; {title}\n; Every check-sat must answer unsat.\n"
    yield f"(set-info :smt-lib-version 2.6)\n(set-logic {LOGIC})\n"
    yield from _declarations(confirming, asked)
    before, after = confirming.of_states(), confirming.of_states(then=True)
    yield _definition(confirming, SET, before)
    if not after.eq(before):
        yield _definition(confirming, SET_THEN, after)
    in_set, of_step = confirming.in_set(confirming.anyone, then=True).sexpr(), SET if after.eq(before) else SET_THEN
    first = [
        vm
        for vm in confirming.first_named
        if any(vm.eq(other) for one in asked for other in confirming.in_it_before(one))
    ]
    yield from (f"{_meaning(confirming, vm)}\n" for vm in first)
    for together in by_event(asked):
        common = in_common([[formula for _, formula in one.formulas] for one in together])
        if common:
            shared = [(label, formula) for label, formula in together[0].formulas if formula.get_id() in common]
            yield f"\n; in common to the {len(together)} that follow\n(push 1)\n{_asserted(shared)}\n"
        for one in together:
            more = [vm for vm in confirming.in_it_before(one) if not any(vm.eq(other) for other in first)]
            text = obligation_text(one, common, [_meaning(confirming, vm) for vm in more])
            after_it = _in_set(confirming, of_step, confirming.anyone, one.staying, then=True)
            yield text.replace(in_set, after_it) if one.kind == "step" else text
        if common:
            yield "(pop 1)\n"


def _definition(confirming: Confirming, name: str, formula: z3.BoolRef) -> str:
    """What the set is, said of a state of each machine."""
    states = ((name, confirming.symbolic.state_of(name, confirming.anyone)) for name in confirming.machines)
    of = " ".join(f"({_quoted(name)} {state.sort().sexpr()})" for name, state in states)
    return f"(define-fun {name} ({of}) Bool\n {formula.sexpr()})\n"


def _meaning(confirming: Confirming, vm: z3.ExprRef) -> str:
    """What it means that this VM is in the set."""
    return f"(assert (= {confirming.in_set(vm).sexpr()} {_in_set(confirming, SET, vm, then=False)}))"


def _in_set(
    confirming: Confirming, of: str, vm: z3.ExprRef, staying: frozenset[str] = frozenset(), *, then: bool
) -> str:
    """That this VM is in the set, before or after a step that leaves these machines where they were."""
    state_of = confirming.symbolic.state_of
    states = [state_of(name, vm, then=then and name not in staying).sexpr() for name in confirming.machines]
    return f"({of} {' '.join(states)})" if states else of


def obligation_text(one: Obligation, told: frozenset[int] = frozenset(), meanings: Iterable[str] = ()) -> str:
    """One obligation, but for the formulas (by their numbers) that are told already. meanings: of what it alone speaks of."""
    own = [(label, formula) for label, formula in one.formulas if formula.get_id() not in told]
    said = "\n".join([*meanings, _asserted(own)])
    return f"\n; {one.kind} {one.name}\n(push 1)\n{said}\n(check-sat)\n(pop 1)\n"


def _asserted(formulas: Iterable[Labelled]) -> str:
    """Each formula with the rule of the protocol that it stems from."""
    return "\n".join(f"(assert {_on_one_line(formula)}) ; {' '.join(label)}" for label, formula in formulas)


def _on_one_line(formula: z3.BoolRef) -> str:
    return " ".join(formula.sexpr().split())


def _declarations(confirming: Confirming, asked: Iterable[Obligation]) -> Iterator[str]:
    """Sorts, machines, and every constant that an obligation names."""
    yield f"(declare-sort {_sort(confirming)} 0)\n"
    found: dict[str, str] = {}
    sorts: dict[str, str] = {}
    written_out = _name(confirming.in_set(confirming.anyone, then=True).decl())
    waiting: list[z3.ExprRef] = [formula for one in asked for _, formula in one.formulas]
    for then in (False, True):
        waiting += [confirming.symbolic.state_of(name, confirming.anyone, then=then) for name in confirming.machines]
        if confirming.argument is not None:
            waiting.append(confirming.meaning(confirming.anyone, then=then))
    seen, declared = set[int](), set[int]()
    while waiting:
        term = waiting.pop()
        if term.get_id() in seen:
            continue
        seen.add(term.get_id())
        waiting.extend(term.children())
        decl = term.decl()
        if decl.kind() != z3.Z3_OP_UNINTERPRETED or decl.get_id() in declared:
            continue
        declared.add(decl.get_id())
        if _name(decl) != written_out:
            for sort in (*(decl.domain(i) for i in range(decl.arity())), decl.range()):
                if isinstance(sort, z3.DatatypeSortRef) and sort.sexpr() not in sorts:
                    constructors = " ".join(f"({_name(sort.constructor(i))})" for i in range(sort.num_constructors()))
                    sorts[sort.sexpr()] = f"(declare-datatypes (({sort.sexpr()} 0)) (({constructors})))\n"
            domain = " ".join(decl.domain(i).sexpr() for i in range(decl.arity()))
            found[_name(decl)] = f"(declare-fun {_name(decl)} ({domain}) {decl.range().sexpr()})\n"
    yield from (sorts[name] for name in sorted(sorts))
    yield from (found[name] for name in sorted(found))


def _name(decl: z3.FuncDeclRef) -> str:
    """The name as SMT-LIB writes it."""
    return _quoted(str(decl.name()))


def _quoted(name: str) -> str:
    plain = name.replace("_", "").replace(".", "").replace("-", "").isalnum() and not name[0].isdigit()
    return name if plain else f"|{name}|"


def _sort(confirming: Confirming) -> str:
    sort: str = confirming.symbolic.vm_sort.sexpr()
    return sort
