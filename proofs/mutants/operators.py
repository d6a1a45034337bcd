"""Mutants: the network with one rule changed in one small way, by a stated set of operators.

A rule is an event: its guard, and what it does in each machine's table. A suite that does not notice a mutant says nothing
of the rule that was changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from model.notation import FALSE, TRUE, Actor, Event, Move, Network, States, Term, all_of, any_of, every, some, words
from model.notation.changes import Change, Rows, conjuncts, rows_of, with_event, with_table
from model.notation.terms import And, Every, Not, Or, Some

OPERATORS: Mapping[str, str] = {
    "never": "the event never happens",
    "unfair": "nobody need let the event happen, though it stays possible for ever",
    "drop-condition": "a guard loses one of the conditions that it joins by `and`",
    "negate-condition": "a guard demands the opposite of one of its conditions",
    "drop-alternative": "a guard loses one of the alternatives that it joins by `or`",
    "swap-quantifier": "`every` becomes `some`, or `some` becomes `every`",
    "drop-move": "a row of a table is dropped",
    "narrow-source": "a row no longer starts in one of its two, three or four states",
    "widen-source": "a row starts in one state more",
    "redirect": "a row leads to another state",
    "stand-still": "a row leaves its machine where it is",
    "drop-participant": "a machine takes no part in an event",
    "drop-stays": "a machine blocks an event that it has no row for, where it let it pass",
    "swap-states": "all rows of a table that lead to one of two states lead to the other",
    "start-elsewhere": "a machine starts in another state",
}
"""What is done to a rule, and in words what comes of it."""


MOST_NARROWED = 4
"""States of a row that are left out in turn; a row with more of them resets its machine, wherever it is."""


@dataclass(frozen=True)
class Mutant:
    """One wrong network. events: the rules that are changed, by name. machine: whose table is ("": an event's guard). by: the
    requirements and readings that those events carry. change: makes it; raises DeclarationError where the notation refuses it."""

    name: str
    operator: str
    events: tuple[str, ...]
    machine: str
    by: tuple[str, ...]
    says: str
    change: Change = field(compare=False)

    @property
    def rule(self) -> str:
        """The event that is changed; of several, the first."""
        return self.events[0] if self.events else self.machine


def mutants_of(network: Network) -> tuple[Mutant, ...]:
    """Every mutant of a network, in the order in which its events and machines are declared. Of those that do the same only the
    first, and none that does as the network does. Their names are told apart. A machine that never moves has no rules."""
    found: dict[str, Mutant] = {}
    done: set[object] = set()
    of_events = (one for event in network.events.values() for one in _of_event(network, event))
    moving = (actor for actor in network.actors.values() if actor.moves and not actor.observer)
    of_tables = (one for actor in moving for one in _of_table(network, actor))
    for one, does in (*of_events, *of_tables):
        if does in done:
            continue
        done.add(does)
        name, more = one.name, 2
        while name in found:
            name, more = f"{one.name} ({more})", more + 1
        found[name] = replace(one, name=name)
    return tuple(found.values())


# -- an event: whether it may happen ----------------------------------------------------------------------------------


def _of_event(network: Network, event: Event) -> Iterator[tuple[Mutant, object]]:
    """The mutants of an event's guard and fairness, each with what it does."""

    def mutant(operator: str, detail: str, says: str, when: Term, fair: bool) -> tuple[Mutant, object]:
        name = f"{event.name}: {operator}{f' {detail}' if detail else ''}"
        change = lambda network: with_event(network, event.name, when=when, fair=fair)  # noqa: E731 - short
        return Mutant(name, operator, (event.name,), "", event.by, says, change), (event.name, when, fair)

    yield mutant("never", "", f"{event.name} never happens", FALSE, event.fair)
    if event.fair:
        yield mutant("unfair", "", f"nobody need let {event.name} happen", event.when, False)
    for operator, detail, when in changed_guards(event.when):
        yield mutant(operator, detail, f"{event.name} happens when {words(when)}", when, event.fair)


def changed_guards(term: Term) -> Iterator[tuple[str, str, Term]]:
    """A guard, changed in each way: the operator, what it is applied to, and what becomes of the guard."""
    parts = conjuncts(term)
    for i, part in enumerate(parts):
        if part == TRUE:
            continue
        rest = (*parts[:i], *parts[i + 1 :])
        yield "drop-condition", words(part), all_of(*rest)
        yield "negate-condition", words(part), all_of(*parts[:i], ~part, *parts[i + 1 :])
        for operator, detail, changed in _within(part):
            yield operator, detail, all_of(*parts[:i], changed, *parts[i + 1 :])


def _within(term: Term) -> Iterator[tuple[str, str, Term]]:
    """Changes below what a guard joins by `and`: alternatives and quantifiers, however deep."""
    match term:
        case Not(body):
            yield from ((operator, detail, ~changed) for operator, detail, changed in _within(body))
        case And(parts) | Or(parts):
            join = all_of if isinstance(term, And) else any_of
            for i, part in enumerate(parts):
                if isinstance(term, Or):
                    yield "drop-alternative", words(part), join(*parts[:i], *parts[i + 1 :])
                for operator, detail, changed in _within(part):
                    yield operator, detail, join(*parts[:i], changed, *parts[i + 1 :])
        case Every(sort, body):
            yield "swap-quantifier", words(term), some(sort, body)
            yield from ((operator, detail, every(sort, changed)) for operator, detail, changed in _within(body))
        case Some(sort, body):
            yield "swap-quantifier", words(term), every(sort, body)
            yield from ((operator, detail, some(sort, changed)) for operator, detail, changed in _within(body))


# -- a machine: what an event does to it ------------------------------------------------------------------------------


def _of_table(network: Network, actor: Actor) -> Iterator[tuple[Mutant, object]]:
    """The mutants of a machine's table, each with what it does; none that does as the table does."""
    rows = rows_of(network, actor.name)
    right = {event: _does(actor, rows, event) for event in actor.events}

    def mutant(
        operator: str, events: Sequence[str], detail: str, says: str, changed: Rows
    ) -> Iterator[tuple[Mutant, object]]:
        does = frozenset((event, now) for event in events if (now := _does(actor, changed, event)) != right[event])
        if not does:
            return
        by = tuple(dict.fromkeys(name for event in events for name in network.events[event].by))
        head = events[0] if len(events) == 1 else actor.name
        name = f"{head}: {operator}{f' {actor.name}' if len(events) == 1 else ''}{f' {detail}' if detail else ''}"
        change = lambda network: with_table(network, actor.name, changed)  # noqa: E731 - it reads like the row it makes
        yield Mutant(name, operator, tuple(events), actor.name, by, says, change), (actor.name, does)

    for i, row in enumerate(rows):
        for operator, detail, new in _changed_rows(actor, rows, row):
            says = _said(actor, row, operator, new)
            yield from mutant(operator, (row.event,), detail, says, (*rows[:i], *new, *rows[i + 1 :]))
    for event in actor.events:
        moves = any(row.event == event and row.dest is not None for row in rows)
        if moves and len(network.participants(event)) > 1:
            left = tuple(row for row in rows if row.event != event)
            yield from mutant("drop-participant", (event,), "", f"{actor.name} takes no part in {event}", left)
    for one, two in pairwise(_reached(actor)):
        other = {one: two, two: one}
        new = tuple(replace(row, dest=other.get(row.dest, row.dest)) if row.dest is not None else row for row in rows)
        events = tuple(dict.fromkeys(row.event for row in rows if row.dest in other))
        says = f"wherever {actor.name} would become {one.name} it becomes {two.name}, and the other way round"
        yield from mutant("swap-states", events, f"{one.name} and {two.name}", says, new)
    if rows and len(actor.starts) == 1:
        for state in _reached(actor):
            if state.name not in actor.starts:
                yield _starting(actor, state)
                break


def _does(actor: Actor, rows: Rows, event: str) -> object:
    """What a table does at an event, however it is written: for each state the moves in the order in which they are tried."""
    found: dict[States, list[object]] = {}
    for row in sorted((row for row in rows if row.event == event), key=lambda row: row.dest is None):
        for state in row.sources or actor.enum:
            found.setdefault(state, []).append((state if row.dest is None else row.dest, row.when))
    return frozenset((state, tuple(moves)) for state, moves in found.items())


def _starting(actor: Actor, state: States) -> tuple[Mutant, object]:
    """The machine starts in a state that it would otherwise have to reach."""

    def change(network: Network) -> Network:
        return with_table(network, actor.name, rows_of(network, actor.name), starts=frozenset({state}))

    says = f"{actor.name} starts as {state.name}"
    name = f"{actor.name}: start-elsewhere {state.name}"
    return Mutant(name, "start-elsewhere", (), actor.name, (), says, change), (actor.name, state)


def _changed_rows(actor: Actor, rows: Rows, row: Move) -> Iterator[tuple[str, str, Rows]]:
    """One row, changed in each way: the operator, what it is applied to, and the rows in its place."""
    if row.sources is None or row.dest is None:
        if any(other.event == row.event for other in rows if other is not row):
            yield "drop-stays", "", ()
        return
    sources = [state for state in actor.enum if state in row.sources]
    which = f"{_named(sources)} to {row.dest.name}"
    yield "drop-move", which, ()
    if 1 < len(sources) <= MOST_NARROWED:
        for state in sources:
            yield "narrow-source", f"{which}, not from {state.name}", (replace(row, sources=row.sources - {state}),)
    taken = frozenset(state for other in rows if other.event == row.event for state in other.sources or ())
    for state in [state for state in actor.enum if state not in taken][:1]:
        yield "widen-source", f"{which}, also from {state.name}", (replace(row, sources=row.sources | {state}),)
    others = [state for state in (*_reached(actor), *_reached(actor)) if state != row.dest]
    following = [state for state in others if state.value != row.dest.value]
    if following:
        place = next((i for i, state in enumerate(_reached(actor)) if state == row.dest), 0)
        dest = ([s for s in _reached(actor)[place + 1 :] if s != row.dest] or following)[0]
        yield "redirect", f"{which}, to {dest.name}", (replace(row, dest=dest),)
    if row.sources != {row.dest}:
        moving = [state for state in sources if state != row.dest]
        stay = tuple(Move(row.event, frozenset({state}), state, row.when, row.place) for state in sources)
        yield "stand-still", _named(moving), stay
    for operator, detail, when in changed_guards(row.when):
        yield operator, f"{which}, {detail}", (replace(row, when=when),)


def _reached(actor: Actor) -> tuple[States, ...]:
    """The states that a machine may start in, or that some row leads to, in the order of its enumeration."""
    dests = {row.dest for row in actor.moves}
    return tuple(state for state in actor.enum if state in dests or state.name in actor.starts)


def _named(states: Iterable[States]) -> str:
    return "|".join(state.name for state in states)


def _said(actor: Actor, row: Move, operator: str, new: Rows) -> str:
    """What is wrong with a changed row, in words."""
    if not new:
        what = "has no row that lets it stand by" if row.dest is None else f"does not go to {row.dest.name}"
        return f"on {row.event} {actor.name} {what}"
    if operator == "stand-still":
        return (
            f"on {row.event} {actor.name} stays where it should go to {row.dest.name if row.dest is not None else ''}"
        )
    (one,) = new
    when = "" if one.when == TRUE else f", when {words(one.when)}"
    sources = [state for state in actor.enum if state in (one.sources or ())]
    dest = "" if one.dest is None else one.dest.name
    return f"on {row.event} {actor.name} goes from {_named(sources)} to {dest}{when}"
