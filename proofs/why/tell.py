"""Rules of the protocol in half a sentence: positive, with as few states named as will do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from model.notation.terms import And, Every, In, Not, Or, Same, Some, Term, all_of, any_of, every, some
from model.notation.words import words
from proofs.world.compiled import Compiled

Label = tuple[str, ...]


def plainly(term: Term, reach: Mapping[str, frozenset[str]], *, holds: bool = True) -> Term:
    """A term with its negations at the leaves, and each leaf in whichever form names fewer states."""
    match term:
        case Not(body):
            return plainly(body, reach, holds=not holds)
        case And(parts) | Or(parts):
            if isinstance(term, Or) == holds:
                return any_of(*(plainly(part, reach, holds=holds) for part in _as_one(parts, holds=holds)))
            return all_of(*(plainly(part, reach, holds=holds) for part in parts))
        case Every(sort, body) | Some(sort, body):
            quantifier = every if isinstance(term, Every) == holds else some
            return quantifier(sort, plainly(body, reach, holds=holds))
        case In(name, states):
            every_state = reach.get(name.split("#")[0], states)
            here = states & every_state
            wanted, others = (here, every_state - here) if holds else (every_state - here, here)
            return ~In(name, others) if shorter_not(wanted, others) else In(name, wanted or states)
        case Same():
            return term if holds else ~term
        case _:
            return term if holds else ~term


def _as_one(parts: Iterable[Term], *, holds: bool) -> list[Term]:
    """Parts of which one is to hold (or not to): those that say in which states one and the same machine is are told as one."""
    found: list[Term] = []
    for part in parts:
        for place, one in enumerate(found):
            if (
                isinstance(one, In)
                and isinstance(part, In)
                and one.actor == part.actor
                and (both := _both(one, part, holds))
            ):
                found[place] = In(part.actor, both)
                break
        else:
            found.append(part)
    return found


def _both(one: In, two: In, holds: bool) -> frozenset[str]:
    return one.states | two.states if holds else one.states & two.states


def named(name: str) -> str:
    """A machine's or a state's name in words; of what was seen, not since when."""
    return name.split("#", maxsplit=1)[0].split(" since ", maxsplit=1)[0].replace("_", " ").lower()


def either(states: Iterable[str], last: str = "or") -> str:
    """States in words, the last joined by `or`; those that deny something last, so that they deny nothing of the others."""
    names = sorted(map(named, states), key=lambda name: (name.startswith("not "), name))
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else "".join(names)


def condition(rule: Label, compiled: Compiled) -> str:
    """A rule that may forbid an event, in words: what it needs."""
    kind, event, which = rule
    world = compiled.world
    if kind == "when":
        term = world.when[event]
        part = (term.parts if isinstance(term, And) else (term,))[int(which)]
        return in_english(words(plainly(part, world.reach)))
    actor = world.network.actors[which.split("#")[0]]
    able = [state for state, rows in world.rules(actor, event).items() if rows]
    return words(plainly(In(actor.name, frozenset(able)), world.reach))


def in_english(text: str) -> str:
    """What is said of every VM, or of some, without a colon."""
    return text.replace("for every vm: ", "for every VM ").replace("for some vm: ", "for some VM ").strip()


def effect(rule: Label, compiled: Compiled) -> str:
    """What becomes of a machine by an event, in words."""
    _, event, which = rule
    world = compiled.world
    actor = world.network.actors[which.split("#")[0]]
    to = {row.dest for rows in world.rules(actor, event).values() for row in rows if row.dest is not None}
    return f"{named(which)} becomes {either(to)}" if len(to) < 3 else f"{named(which)} changes"


def is_in(states: Iterable[str], every: Iterable[str]) -> str:
    """That a machine is in one of some states, of all that it can be in, in few words; never that it is "not nothing"."""
    here = frozenset(states)
    told = frozenset(told_of(here, every))
    others = [named(state) for state in frozenset(every) - here]
    if len(others) == 1 < len(here) and (plain := _denied(others[0], every)):
        return plain
    if told == here:
        return either(here)
    return f"not {either(told)}" if len(told) == 1 else f"neither {either(told, 'nor')}"


def _denied(state: str, every: Iterable[str]) -> str:
    """What a state denies, in a word that is none of the others: "recorded" of "not recorded"."""
    plain = state.removeprefix("not ")
    return plain if plain not in {state, "yet", *map(named, every)} else ""


def told_of(states: Iterable[str], every: Iterable[str]) -> list[str]:
    """The states that are named to say so: those in which the machine is, or those in which it is not; none where it may be in any."""
    here = frozenset(states)
    others = frozenset(every) - here
    return sorted(others if here and shorter_not(here, others) else here)


def shorter_not(here: frozenset[str], others: frozenset[str]) -> bool:
    """Whether to say in which states a machine is not."""
    negative = any(state.startswith(("NO_", "NOT", "NONE", "NOBODY")) or state == "NO" for state in others)
    return 0 < len(others) < len(here) and not (negative and len(here) < 6)
