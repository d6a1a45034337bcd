"""Obligations as SMT-LIB 2.6 text, which any solver can read: one file for each closed set of views."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import z3

from proofs.solvers.obligations import Confirming, Labelled, Obligation, by_event, in_common

LOGIC = "QF_UFDT"


def script(confirming: Confirming, obligations: Iterable[Obligation], title: str) -> Iterator[str]:
    """The text, in pieces: what there is, what the set is, then each obligation between push and pop, inside of what all that are about
    an event have in common; every check-sat must answer unsat."""
    asked = list(obligations)
    yield f"; {title}\n; Every check-sat must answer unsat.\n"
    yield f"(set-info :smt-lib-version 2.6)\n(set-logic {LOGIC})\n"
    yield from _declarations(confirming, asked)
    for then in (False, True):
        name = confirming.in_set(confirming.anyone, then=then).decl()
        meaning = confirming.meaning(confirming.anyone, then=then)
        yield f"(define-fun {_name(name)} (({confirming.anyone.sexpr()} {_sort(confirming)})) Bool\n {meaning.sexpr()})\n"
    for together in by_event(asked):
        common = in_common([[formula for _, formula in one.formulas] for one in together])
        if common:
            shared = [(label, formula) for label, formula in together[0].formulas if formula.get_id() in common]
            yield f"\n; in common to the {len(together)} that follow\n(push 1)\n{_asserted(shared)}\n"
        for one in together:
            yield obligation_text(one, common)
        if common:
            yield "(pop 1)\n"


def obligation_text(one: Obligation, told: frozenset[int] = frozenset()) -> str:
    """One obligation, but for the formulas (by their numbers) that are told already."""
    own = [(label, formula) for label, formula in one.formulas if formula.get_id() not in told]
    return f"\n; {one.kind} {one.name}\n(push 1)\n{_asserted(own)}\n(check-sat)\n(pop 1)\n"


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
    predicates = {_name(confirming.in_set(confirming.anyone, then=then).decl()) for then in (False, True)}
    waiting: list[z3.ExprRef] = [formula for one in asked for _, formula in one.formulas]
    waiting += [confirming.meaning(confirming.anyone, then=then) for then in (False, True)]
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
        if _name(decl) not in predicates:
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
    name = str(decl.name())
    plain = name.replace("_", "").replace(".", "").replace("-", "").isalnum() and not name[0].isdigit()
    return name if plain else f"|{name}|"


def _sort(confirming: Confirming) -> str:
    sort: str = confirming.symbolic.vm_sort.sexpr()
    return sort
