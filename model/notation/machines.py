"""Actors: one small `transitions` machine each.

An actor's table says from where to where *it* moves, and nothing else. `transitions.Machine` owns the table: the machine that
runs is the machine that is explored and proved. Engines read it back through `Actor.rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from transitions import EventData, Machine

from model.notation.errors import DeclarationError, Place, caller
from model.notation.terms import (
    HOST,
    TRUE,
    In,
    Same,
    Sort,
    States,
    Term,
    Unchanged,
    any_of,
    as_set,
    type_of_states,
)


@dataclass(frozen=True)
class Move:
    """One row of a table: on `event`, from any of `sources` to `dest` (None: stay), if `when`."""

    event: str
    sources: frozenset[States] | None
    dest: States | None
    when: Term
    place: Place


def on(event: str, source: type_of_states, dest: States, when: Term = TRUE) -> Move:
    """On `event` the machine goes from `source` (one state or several) to `dest`, if `when` holds before the step."""
    return Move(event, as_set(source), dest, when, caller())


def stays(event: str, *more: str) -> tuple[Move, ...]:
    """On these events the machine stays where no other row of its table fits: it never blocks them."""
    place = caller()
    return tuple(Move(name, None, None, TRUE, place) for name in (event, *more))


class Guard:
    """A term in the place of a `transitions` condition; evaluated on the snapshot that the trigger carries."""

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
    """A machine of the network, one for each member of `of`: the host, each VM, each part of a VM.

    Declared first, given its `table` after, so that two tables may read one another's machine.

    `starts` is the set of states that a run may begin in; a machine without moves is configuration. An observer only
    watches, for the properties' sake: no guard may read it. `leaves_out` says what this machine is silent about.
    """

    def __init__(
        self,
        name: str,
        states: type[States],
        *,
        of: Sort = HOST,
        starts: type_of_states | type[States],
        says: str,
        observer: bool = False,
        leaves_out: Sequence[str] = (),
    ) -> None:
        self.name, self.sort, self.says, self.observer = name, of, says, observer
        self.place = caller()
        self.leaves_out = tuple(leaves_out)
        self.enum = states
        self.states = tuple(state.name for state in states)
        chosen = frozenset(starts) if isinstance(starts, type) else as_set(starts)
        self.starts = tuple(name for name in self.states if name in {self._known(s, self.place) for s in chosen})
        self.moves: tuple[Move, ...] = ()
        self.machine = Machine(
            model=None, states=states, initial=states[self.starts[0]], auto_transitions=False, send_event=True
        )

    def table(self, *moves: Move | tuple[Move, ...]) -> Actor:
        """Give the actor its table, once (an actor without one never moves: it is configuration)."""
        if self.moves:
            raise DeclarationError(caller(), f"{self.name} has a table already", "Put all its rows in one table")
        self.moves = tuple(m for group in moves for m in (group if isinstance(group, tuple) else (group,)))
        for move in sorted(self.moves, key=lambda m: m.dest is None):
            self.machine.add_transition(**self._row(move))
        return self

    def _known(self, state: States, place: Place) -> str:
        if not isinstance(state, self.enum):
            raise DeclarationError(
                place, f"{state} is no state of {self.name}", f"Use one of {', '.join(self.states)}"
            )
        return state.name

    def _row(self, move: Move) -> dict[str, Any]:
        for state in (*(move.sources or ()), *((move.dest,) if move.dest else ())):
            self._known(state, move.place)
        source: Any = "*" if move.sources is None else [s for s in self.enum if s in move.sources]
        conditions = [] if move.when == TRUE else [Guard(move.when)]
        return {"trigger": move.event, "source": source, "dest": move.dest, "conditions": conditions}

    def is_(self, states: type_of_states) -> Term:
        """The term: this machine is in one of `states`."""
        return In(self.name, frozenset(self._known(state, caller()) for state in as_set(states)))

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
        found = self.machine.events[event].transitions.get(state, [])
        return tuple(
            Rule(t.dest, c.func.term if (c := next(iter(t.conditions), None)) else TRUE)  # type: ignore[union-attr]
            for t in found
        )

    def guards(self, event: str) -> Term:
        """All that this machine's rows for an event read, as one term (its truth means nothing)."""
        return any_of(*(rule.when for state in self.states for rule in self.rules(event, state)))

    def blocks(self, event: str) -> bool:
        """Whether the machine knows the event and can stand in its way in some state."""
        if event not in self.machine.events:
            return False
        return any(all(rule.when != TRUE for rule in self.rules(event, state)) for state in self.states)

    def __repr__(self) -> str:
        return f"Actor({self.name})"


def same(left: Actor, right: Actor) -> Term:
    """The term: both machines are in states of the same name."""
    return Same(left.name, right.name)


def unchanged(*actors: Actor) -> Term:
    """The term: the step leaves all these machines where they were (properties only)."""
    from model.notation.terms import all_of

    return all_of(*(actor.unchanged() for actor in actors))
