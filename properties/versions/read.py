"""The document's promises, as they read where some of its events never happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from model.notation import FALSE, Actor, DeclarationError, Network, Term
from model.notation.terms import Happens, rebuilt
from properties.kinds import Ends, Independent, Possible, Property


def in_version(
    found: Mapping[str, Property], left_out: Mapping[str, str], document: Network, version: Network
) -> dict[str, Property]:
    """The promises without those that are left out: an event that only the document has happens in none of them. left_out: why, by name.
    Raises DeclarationError at one that is left out and that there is not, or without a reason; and at one that would hold since there
    is nothing left that could break it."""
    for name, why in left_out.items():
        if name not in found:
            raise DeclarationError(None, f"a version leaves {name} out, which is no promise", "Drop it")
        if not why.strip():
            raise DeclarationError(found[name].place, f"a version leaves {name} out", "Say why")
    gone = frozenset(document.events.keys() - version.events.keys())
    faults = frozenset(document.faults.keys() - version.faults.keys())
    actors: dict[int, Actor] = {}
    return {name: _read(one, gone, faults, actors) for name, one in found.items() if name not in left_out}


def _read(found: Property, gone: frozenset[str], faults: frozenset[str], actors: dict[int, Actor]) -> Property:
    changed: dict[str, Any] = {}
    for part in fields(found):
        value = getattr(found, part.name)
        if isinstance(value, Term):
            changed[part.name] = _never(value, gone)
    if isinstance(found, Ends):
        changed["without"] = tuple(name for name in found.without if name not in gone)
    if isinstance(found, Independent):
        changed["events"] = tuple(name for name in found.events if name not in gone)
        if not changed["events"]:
            raise DeclarationError(found.place, f"{found.name} is of no event that the version has", "Leave it out")
    if isinstance(found, Possible):
        changed["needs"] = tuple(name for name in found.needs if name not in faults)
        if found.needs and not changed["needs"]:
            raise DeclarationError(found.place, f"{found.name} needs a fault that the version has not", "Leave it out")
    changed["observers"] = tuple(actors.setdefault(id(one), _watching(one, gone)) for one in found.observers)
    for was, now in zip(found.observers, changed["observers"], strict=True):
        if was.moves and not now.moves:
            problem = f"{found.name} is watched by {now.name}, which no event of the version moves"
            raise DeclarationError(found.place, problem, "Leave it out")
    return replace(found, **changed)


def _never(term: Term, gone: frozenset[str]) -> Term:
    """The term, in which events that are gone never happen."""
    if isinstance(term, Happens):
        return Happens(term.events - gone) if term.events - gone else FALSE
    return rebuilt(term, lambda part: _never(part, gone))


def _watching(observer: Actor, gone: frozenset[str]) -> Actor:
    """The observer without its rows on events that are gone."""
    rows = [replace(row, when=_never(row.when, gone)) for row in observer.moves if row.event not in gone]
    if len(rows) == len(observer.moves):
        return observer
    starts = frozenset(state for state in observer.enum if state.name in observer.starts)
    new = Actor(observer.name, observer.enum, of=observer.sort, starts=starts, says=observer.says, observer=True)
    new.place = observer.place
    return new.table(*rows) if rows else new
