"""Actors: one small `transitions` machine each.

An actor's table says from where to where *it* moves, and nothing else. `transitions.Machine` owns the table: the
machine that runs is the machine that is explored and proved. Engines read it back through `Actor.rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from transitions import EventData, Machine, Transition

from model.notation.errors import DeclarationError, Place, caller, refuse_unless_names, refuse_unless_said
from model.notation.terms import (
    HOST,
    TRUE,
    In,
    Same,
    SomeStates,
    Sort,
    States,
    Term,
    Unchanged,
    all_of,
    as_set,
    refuse_unless_terms,
)


@dataclass(frozen=True)
class Move:
    """One row of a table: on `event`, from any of `sources` to `dest` (None: stay), if `when`."""

    event: str
    sources: frozenset[States] | None
    dest: States | None
    when: Term
    place: Place


def on(event: str, source: SomeStates, dest: States, when: Term = TRUE) -> Move:
    """On `event` the machine goes from `source` (one state or several) to `dest`, if `when` holds before the step.

    Raises DeclarationError where it starts nowhere, leads to several states, or its guard is no term.
    """
    place = caller()
    if isinstance(source, frozenset) and not source:
        raise DeclarationError(place, f"the row on {event} starts nowhere", "Give it a state to start from")
    if not isinstance(dest, States):
        raise DeclarationError(place, f"the row on {event} leads to {dest!r}", "Give it one state to lead to")
    refuse_unless_terms(when)
    return Move(event, as_set(source), dest, when, place)


def stays(event: str, *more: str) -> tuple[Move, ...]:
    """On these events the machine stays where no other row of its table fits: it never blocks them."""
    place = caller()
    refuse_unless_names((event, *more), place, "stays", "Write stays(name, name)")
    return tuple(Move(name, None, None, TRUE, place) for name in (event, *more))


class Guard:
    """A term in the place of a `transitions` condition; the trigger carries its judge, `holds`."""

    def __init__(self, term: Term) -> None:
        self.term = term

    def __call__(self, event: EventData) -> bool:
        holds: Callable[[Term], bool] = event.kwargs["holds"]
        return holds(self.term)


@dataclass(frozen=True)
class Rule:
    """A row read back from the machine: dest None means that the machine stays."""

    dest: str | None
    when: Term


class _Machine(Machine):
    """A machine that remembers which events each state knows: it asks so of all events whenever one is to happen."""

    def __init__(self, **settings: Any) -> None:
        self._known: dict[tuple[object, ...], list[str]] = {}
        super().__init__(**settings)

    def get_triggers(self, *args: Any) -> list[str]:
        key = tuple(getattr(state, "name", state) for state in args)
        if key not in self._known:
            self._known[key] = super().get_triggers(*args)
        return self._known[key]

    def add_transition(self, *args: Any, **settings: Any) -> None:
        self._known.clear()
        super().add_transition(*args, **settings)


class Actor:
    """A machine of the network, one for each member of the sort `of`: the host, each member, each part of a member.

    Declared first, given its `table` after, so that two tables may read one another's machine.

    `starts` is the set of states that a run may begin in; a machine without moves is configuration. An observer only
    watches, for the properties' sake: only observers' guards may read it. `leaves_out` says what this machine is silent
    about. Raises DeclarationError if it starts nowhere, or in a state that it does not have, if two of its states are one, or
    if it is not said what it is.
    """

    def __init__(
        self,
        name: str,
        states: type[States],
        *,
        of: Sort = HOST,
        starts: SomeStates | type[States],
        says: str,
        observer: bool = False,
        leaves_out: Sequence[str] = (),
    ) -> None:
        self.name, self.sort, self.says, self.observer = name, of, says, observer
        self.place = caller()
        refuse_unless_said(name, self.place, "the name of an actor")
        refuse_unless_said(says, self.place, f"actor {name}: its sentence")
        for alias, state in states.__members__.items():
            if alias != state.name:
                problem = f"{state} and {alias} of {name} are one state, for they have one meaning"
                raise DeclarationError(self.place, problem, "Give each state a meaning of its own")
        self.leaves_out = tuple(leaves_out)
        self.enum = states
        self.states = tuple(state.name for state in states)
        chosen = self._names(frozenset(starts) if isinstance(starts, type) else as_set(starts), self.place)
        if not chosen:
            raise DeclarationError(self.place, f"{name} starts nowhere", "Give it a state to start in")
        self.starts = tuple(state for state in self.states if state in chosen)
        self.moves: tuple[Move, ...] = ()
        self.machine = _Machine(
            model=None, states=states, initial=states[self.starts[0]], auto_transitions=False, send_event=True
        )

    def table(self, *moves: Move | tuple[Move, ...]) -> Actor:
        """Give the actor its table, once (an actor without one never moves: it is configuration).

        Raises DeclarationError at a second table, at one without rows, at what is no row, and at a row from or to a state that
        the machine does not have.
        """
        if self.moves:
            raise DeclarationError(caller(), f"{self.name} has a table already", "Put all its rows in one table")
        self.moves = tuple(m for group in moves for m in (group if isinstance(group, tuple) else (group,)))
        _refuse_unless_rows(self.name, self.moves, caller())
        fallbacks_last = sorted(self.moves, key=lambda move: move.dest is None)
        for move in fallbacks_last:
            self.machine.add_transition(**self._row(move))
        return self

    def _names(self, states: frozenset[States], place: Place) -> frozenset[str]:
        """The names of the states, which must be this machine's own."""
        for state in states:
            if not isinstance(state, self.enum):
                problem = f"{state} is no state of {self.name}"
                raise DeclarationError(place, problem, f"Use one of {', '.join(self.states)}")
        return frozenset(state.name for state in states)

    def _row(self, move: Move) -> dict[str, Any]:
        """The move as `transitions` takes it."""
        ends = frozenset() if move.dest is None else as_set(move.dest)
        self._names(ends | (move.sources or frozenset()), move.place)
        source: Any = "*" if move.sources is None else [state for state in self.enum if state in move.sources]
        conditions = [] if move.when == TRUE else [Guard(move.when)]
        return {"trigger": move.event, "source": source, "dest": move.dest, "conditions": conditions}

    def is_(self, states: SomeStates) -> Term:
        """The term: this machine is in one of `states`. Raises DeclarationError at none, and at a state of another machine."""
        if isinstance(states, (set, tuple, list)) or states == frozenset():
            raise DeclarationError(caller(), f"{self.name} is in none of {states!r}", "Write A or A | B, states of it")
        return In(self.name, self._names(as_set(states), caller()))

    def unchanged(self) -> Term:
        """The term: the step leaves this machine where it was (properties only)."""
        return Unchanged(self.name)

    @property
    def events(self) -> tuple[str, ...]:
        """The events this machine knows."""
        return tuple(self.machine.events)

    @cache  # noqa: B019 - actors live as long as the program
    def rules(self, event: str, state: str) -> tuple[Rule, ...]:
        """The rows for one event and one state, read back from the `transitions` machine, in order."""
        if event not in self.machine.events:
            return ()
        rows = self.machine.events[event].transitions.get(state, [])
        return tuple(Rule(row.dest, _guard_of(row)) for row in rows)

    @cache  # noqa: B019 - as above
    def blocks(self, event: str) -> bool:
        """Whether the machine knows the event and in some state has no row without a guard, so may stand in its way."""
        if event not in self.machine.events:
            return False
        return any(all(rule.when != TRUE for rule in self.rules(event, state)) for state in self.states)

    def __repr__(self) -> str:
        return f"Actor({self.name})"


def _refuse_unless_rows(name: str, rows: Sequence[object], place: Place) -> None:
    for row in rows:
        if not isinstance(row, Move):
            problem = f"the table of {name} has {row!r} in it, which is no row"
            raise DeclarationError(place, problem, "Write on(...), stays(...), or *(... for ...)")
    if not rows:
        raise DeclarationError(place, f"the table of {name} has no row", "Give it rows or leave it out")


def _guard_of(row: Transition) -> Term:
    guards = [condition.func for condition in row.conditions]
    return guards[0].term if guards and isinstance(guards[0], Guard) else TRUE


def _refuse_unless_actors(*things: object) -> None:
    for thing in things:
        if not isinstance(thing, Actor):
            raise DeclarationError(caller(3), f"{thing!r} is no actor", "Name a machine, not its state or its name")


def same(left: Actor, right: Actor) -> Term:
    """The term: both machines are in states of the same name. Raises DeclarationError if that is so always or never."""
    _refuse_unless_actors(left, right)
    if left.name == right.name or not set(left.states) & set(right.states):
        problem = f"{left.name} is {'always' if left.name == right.name else 'never'} the same as {right.name}"
        raise DeclarationError(caller(), problem, "Compare two machines that have states of one name")
    return Same(left.name, right.name)


def unchanged(*actors: Actor) -> Term:
    """The term: the step leaves all these machines where they were (properties only). Raises DeclarationError at none."""
    _refuse_unless_actors(*actors)
    if not actors:
        raise DeclarationError(caller(), "no machine is named that stays", "Name the machines")
    return all_of(*(actor.unchanged() for actor in actors))
