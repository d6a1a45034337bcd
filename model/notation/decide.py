"""Whether a term can hold at all: a search that fills in one machine at a time and folds what is decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count

from model.notation.terms import FALSE, TRUE, And, Const, In, Not, Or, Same, Term, rebuilt


def possible(term: Term, states: Mapping[str, Iterable[str]], *, limit: int | None = None) -> bool:
    """Whether some states of the machines make the term true; quantified terms count as free bits.

    Free bits make the answer err on one side only: a term that is called impossible is. So does a limit: after so many
    cases the term is taken for possible.
    """
    refuted: set[Term] = set()
    tried = count(1)

    def search(term: Term) -> bool:
        if isinstance(term, Const):
            return term.value
        if term in refuted:
            return False
        if limit is not None and next(tried) > limit:
            return True
        if any(search(case) for case in _cases(term, states)):
            return True
        refuted.add(term)
        return False

    return search(_with(term, lambda atom: atom))


def _cases(term: Term, states: Mapping[str, Iterable[str]]) -> Iterator[Term]:
    """The term with one thing decided, in each way: first what the part with the fewest atoms speaks of, and first so that
    an atom is true."""
    parts = term.parts if isinstance(term, And) else (term,)
    part = min(parts, key=lambda part: sum(1 for _ in _atoms(part)))
    atom = next(_atoms(part))
    match atom:
        case In(actor, wanted):
            # A part that is this atom alone decides for all the rest: the other states make it false.
            chosen = [state for state in states[actor] if state in wanted or part != atom]
            chosen.sort(key=lambda state: state not in wanted)
            yield from (_with(term, _in_state(actor, state)) for state in chosen)
        case Same(actor, _):
            yield from (_with(term, _in_state(actor, state)) for state in states[actor])
        case _:
            yield from (_with(term, _taken_for(atom, value)) for value in (TRUE, FALSE))


def _atoms(term: Term) -> Iterator[Term]:
    """What `and`, `or` and `not` are applied to, quantified terms included."""
    match term:
        case Not(body):
            yield from _atoms(body)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _atoms(part)
        case _:
            yield term


def _with(term: Term, decided: Callable[[Term], Term]) -> Term:
    """The term with each atom replaced, and folded."""
    match term:
        case Not() | And() | Or():
            return rebuilt(term, lambda part: _with(part, decided))
        case _:
            return decided(term)


def _in_state(actor: str, state: str) -> Callable[[Term], Term]:
    """What an atom becomes once the machine is known to be in this state."""

    def decided(atom: Term) -> Term:
        match atom:
            case In(name, states) if name == actor:
                return Const(state in states)
            case Same(left, right) if actor in {left, right}:
                return TRUE if left == right else In(right if left == actor else left, frozenset({state}))
            case _:
                return atom

    return decided


def _taken_for(known: Term, value: Term) -> Callable[[Term], Term]:
    return lambda atom: value if atom == known else atom
