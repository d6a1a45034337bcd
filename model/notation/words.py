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
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"


def words(term: Term, *, nested: bool = False) -> str:  # noqa: PLR0911 - one line a kind of term
    """The term as an English phrase."""
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
            return f"no {sort} has: {words(body, nested=True)}"
        case Not(Every(sort, body)):
            return f"not every {sort} has: {words(body, nested=True)}"
        case Not(body):
            return f"not ({words(body)})"
        case And(parts):
            text = " and ".join(words(part, nested=True) for part in parts)
            return f"({text})" if nested else text
        case Or(parts):
            text = " or ".join(words(part, nested=True) for part in parts)
            return f"({text})" if nested else text
        case Every(sort, body):
            return f"for every {sort}: {words(body, nested=True)}"
        case Some(sort, body):
            return f"for some {sort}: {words(body, nested=True)}"
        case After(body):
            return f"afterwards {words(body, nested=True)}"
        case Unchanged(actor):
            return f"{_state(actor)} stays"
        case Happens(events):
            return f"{_list(sorted(events), 'or')} happens"
    raise TypeError(term)
