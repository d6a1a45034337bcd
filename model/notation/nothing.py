"""What says nothing: a term that is always true or never, and which part of it, of an implication which half."""

from __future__ import annotations

from collections.abc import Iterator

from model.notation.network import Network
from model.notation.terms import (
    HOST,
    TRUE,
    After,
    And,
    Const,
    Every,
    Happens,
    Not,
    Or,
    Some,
    Sort,
    Term,
    all_of,
    any_of,
    machines_of,
    walk,
)
from model.notation.valid import can_hold, valid
from model.notation.words import words


def idle(network: Network, term: Term, about: Sort = HOST, known: Term = TRUE) -> str | None:
    """What is wrong with a term that decides nothing, in words; None: it may be true and may be false, and so may each claim
    that it joins by `and`, below quantifiers and in conclusions too. known: what holds wherever the term is asked."""
    if isinstance(term, Const):
        return f"it is {words(term)} true, whatever happens"
    if not can_hold(network, all_of(known, term), about):
        return f'"{words(term)}" is never true'
    for claim in claims(term):
        if valid(network, any_of(~known, claim), about):
            return _which_half(network, claim, about, known)
    return _about_nobody(network, term)


def claims(term: Term) -> Iterator[Term]:
    """What a term claims, one by one: joined by `and` it is equal to the term."""
    match term:
        case And(parts):
            for part in parts:
                yield from claims(part)
        case Not(Or(parts)):
            for part in parts:
                yield from claims(~part)
        case Not(Some(sort, body)):
            yield from (Every(sort, claim) for claim in claims(~body))
        case Every(sort, body):
            yield from (Every(sort, claim) for claim in claims(body))
        case After(body):
            yield from (After(claim) for claim in claims(body))
        case Or((*alternatives, conclusion)):
            yield from (any_of(*alternatives, claim) for claim in claims(conclusion))
        case _:
            yield term


def _which_half(network: Network, claim: Term, about: Sort, known: Term) -> str:
    """Of a claim that is always true, the half that makes it so. An implication is its premise's opposite, or its conclusion:
    so an alternative that is always true is one of its halves."""
    for half, within in _alternatives(claim):
        if valid(network, any_of(~known, within), about):
            if isinstance(half, Not):
                return f'its premise "{words(half.body)}" is never true'
            return f'its conclusion "{words(half)}" is always true'
    return f'"{words(claim)}" is always true'


def _alternatives(claim: Term) -> Iterator[tuple[Term, Term]]:
    """Each alternative of a claim, below its quantifiers, by itself and with them."""
    match claim:
        case Or(parts):
            yield from ((part, part) for part in parts)
        case Every(sort, body):
            yield from ((half, Every(sort, within)) for half, within in _alternatives(body))
        case After(body):
            yield from ((half, After(within)) for half, within in _alternatives(body))


def _about_nobody(network: Network, term: Term) -> str | None:
    """A quantifier whose body says nothing of a member: it counts nobody."""
    for part in walk(term):
        if isinstance(part, (Every, Some)) and not any(isinstance(below, Happens) for below in walk(part.body)):
            sorts = {network.actors[name].sort for name in machines_of(part.body)}
            if not any(part.sort in {sort, sort.of} for sort in sorts):
                return f'"{words(part)}" says nothing of any {part.sort}'
    return None
