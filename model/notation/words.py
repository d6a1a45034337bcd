"""Terms in words, for refusals, pages and stories."""

from __future__ import annotations

from model.notation.terms import (
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
    Term,
    Unchanged,
)


def _state(name: str) -> str:
    return name.lower().replace("_", " ")


def _list(names: list[str], last: str) -> str:
    if len(names) < 2:
        return "".join(names) or "nothing"
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def _aside(text: str, nested: bool) -> str:
    return f"({text})" if nested else text


def words(term: Term, *, nested: bool = False) -> str:
    """The term as an English phrase; `nested`: in brackets if it would run into what stands around it."""
    match term:
        case Const(value):
            return "always" if value else "never"
        case In(actor, states):
            return f"{_state(actor)} is {_list(sorted(map(_state, states)), 'or')}"
        case Not(In(actor, states)):
            return f"{_state(actor)} is not {_list(sorted(map(_state, states)), 'or')}"
        case Same(left, right):
            return f"{_state(left)} is the same as {_state(right)}"
        case Not(Same(left, right)):
            return f"{_state(left)} differs from {_state(right)}"
        case Not(Some(sort, body)):
            return _aside(f"no {sort} has: {words(body, nested=True)}", nested)
        case Not(Every(sort, body)):
            return _aside(f"not every {sort} has: {words(body, nested=True)}", nested)
        case Not(body):
            return f"not ({words(body)})"
        case And(parts):
            return _aside(" and ".join(words(part, nested=True) for part in parts), nested)
        case Or(parts):
            return _aside(" or ".join(words(part, nested=True) for part in parts), nested)
        case Every(sort, body):
            return _aside(f"for every {sort}: {words(body, nested=True)}", nested)
        case Some(sort, body):
            return _aside(f"for some {sort}: {words(body, nested=True)}", nested)
        case After(body):
            return f"afterwards {words(body, nested=True)}"
        case Unchanged(actor):
            return f"{_state(actor)} stays"
        case Happens(events):
            return f"{_list(sorted(events), 'or')} happens"
    raise TypeError(term)
