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

from model.notation.errors import DeclarationError, Place, caller
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
    """On `event` the machine goes from `source` (one state or several) to `dest`, if `when` holds before the step."""
    return Move(event, as_set(source), dest, when, caller())


def stays(event: str, *more: str) -> tuple[Move, ...]:
    """On these events the machine stays where no other row of its table fits: it never blocks them."""
    place = caller()
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


class Actor:
    """A machine of the network, one for each member of the sort `of`: the host, each member, each part of a member.

    Declared first, given its `table` after, so that two tables may read one another's machine.

    `starts` is the set of states that a run may begin in; a machine without moves is configuration. An observer only
    watches, for the properties' sake: only observers' guards may read it. `leaves_out` says what this machine is silent
    about. Raises DeclarationError if it starts nowhere, or in a state that it does not have.
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
        self.leaves_out = tuple(leaves_out)
        self.enum = states
        self.states = tuple(state.name for state in states)
        chosen = self._names(frozenset(starts) if isinstance(starts, type) else as_set(starts), self.place)
        if not chosen:
            raise DeclarationError(self.place, f"{name} starts nowhere", "Give it a state to start in")
        self.starts = tuple(state for state in self.states if state in chosen)
        self.moves: tuple[Move, ...] = ()
        self.machine = Machine(
            model=None, states=states, initial=states[self.starts[0]], auto_transitions=False, send_event=True
        )

    def table(self, *moves: Move | tuple[Move, ...]) -> Actor:
        """Give the actor its table, once (an actor without one never moves: it is configuration).

        Raises DeclarationError at a second table, and at a row from or to a state that the machine does not have.
        """
        if self.moves:
            raise DeclarationError(caller(), f"{self.name} has a table already", "Put all its rows in one table")
        self.moves = tuple(m for group in moves for m in (group if isinstance(group, tuple) else (group,)))
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
        """The term: this machine is in one of `states`. Raises DeclarationError at a state of another machine."""
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

    def blocks(self, event: str) -> bool:
        """Whether the machine knows the event and in some state has no row without a guard, so may stand in its way."""
        if event not in self.machine.events:
            return False
        return any(all(rule.when != TRUE for rule in self.rules(event, state)) for state in self.states)

    def __repr__(self) -> str:
        return f"Actor({self.name})"


def _guard_of(row: Transition) -> Term:
    guards = [condition.func for condition in row.conditions]
    return guards[0].term if guards and isinstance(guards[0], Guard) else TRUE


def same(left: Actor, right: Actor) -> Term:
    """The term: both machines are in states of the same name."""
    return Same(left.name, right.name)


def unchanged(*actors: Actor) -> Term:
    """The term: the step leaves all these machines where they were (properties only)."""
    return all_of(*(actor.unchanged() for actor in actors))
