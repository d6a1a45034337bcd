"""What can happen next? The steps out of a state, each worked out once: the network's tables with places for names.

A state is the states of all machines, by place; it has a number. What is kept is bounded, and forgotten when it is too much.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import product
from operator import itemgetter

from conformance.traces.form import NOT_SAID, Allowed, Header, Key, name_of
from model.notation import HOST, Actor, Network, Shape, words
from model.notation.run import Index
from model.notation.terms import TRUE, And, machines_of
from model.protocol import PROTOCOL
from proofs.sample.board import Act, Board, board_of
from proofs.sample.ground import test
from proofs.sample.settings import defaults

State = tuple[str, ...]

MOST_KEPT = 200_000
"""Steps that are remembered; then all is forgotten."""

MOST_STARTS = 256
"""Ways to start that are tried."""


class Steps:
    """The steps of runs with these members."""

    def __init__(self, shapes: Sequence[Shape], network: Network = PROTOCOL) -> None:
        self.network, self.shapes = network, tuple(shapes)
        self.board: Board = board_of(network, shapes)
        self.keys = self.board.places.keys
        self.place = self.board.places.place
        self.fault = [self.board.of_fault(act) for act in self.board.acts]
        self._possible: dict[State, tuple[int, ...]] = {}
        self._after: dict[tuple[State, int], State] = {}
        self._moved: dict[State, tuple[State | None, Collection[int]]] = {}

    def possible(self, state: State) -> tuple[int, ...]:
        """The numbers of the acts that can happen in a state, in their order, those that are faults too. Only what the step that led
        there has moved is asked again."""
        found = self._possible.get(state)
        if found is None:
            tests, (before, changed) = self.board.tests, self._moved.pop(state, (None, ()))
            if before is not None and (known := self._possible.get(before)) is not None:
                kept = [k for k in known if k not in changed]
                found = tuple(sorted([*kept, *(k for k in changed if tests[k](state, state))]))
            else:
                found = tuple(k for k, can in enumerate(tests) if can(state, state))
            self._possible[state] = found
        return found

    def after(self, state: State, number: int) -> State:
        """Where an act that can happen leads."""
        found = self._after.get((state, number))
        if found is None:
            if len(self._after) > MOST_KEPT:
                self._after.clear()
                self._possible.clear()
                self._moved.clear()
            moved, changed = list(state), set[int]()
            for part in self.board.parts[number]:
                dest = part.dest(state)
                if dest is not None and dest != state[part.place]:
                    moved[part.place] = dest
                    changed.update(self.board.asked_by[part.place])
            found = self._after[state, number] = tuple(moved)
            if found not in self._possible:
                self._moved[found] = state, changed
        return found

    def moves(self, state: State, number: int) -> Iterator[tuple[str, str, str, str]]:
        """The rows that an act takes: machine, event, whence, where to."""
        for part in self.board.parts[number]:
            dest = part.dest(state)
            if dest is not None:
                yield part.actor.name, self.board.acts[number][0], state[part.place], dest

    def telling(self, observed: Iterable[str]) -> Callable[[State], State]:
        """Of a state what may make a difference: of the machines that were observed, that may stand in an event's way, or that such
        a one reads, however indirectly."""
        network = self.network
        rows: dict[str, set[str]] = {name: set() for name in network.actors}
        for actor in network.actors.values():
            rows[actor.name].update(name for move in actor.moves for name in machines_of(move.when))
        wanted = [*observed, *(n for event in network.events.values() for n in machines_of(event.when))]
        wanted += [
            a.name
            for event in network.events
            for a in network.participants(event)
            if a.blocks(event) or not _total(a, event)
        ]
        found: set[str] = set()
        while wanted:
            name = wanted.pop()
            if name not in found:
                found.add(name)
                wanted += rows[name]
        moving = [k for k, (name, _) in enumerate(self.keys) if name in found and network.actors[name].moves]
        still = [k for k, (name, _) in enumerate(self.keys) if name in found and not network.actors[name].moves]
        return itemgetter(*moving, *(k for k in still if self.network.actors[self.keys[k][0]].sort != HOST))

    def number(self, act: Act) -> int:
        return self.board.number[act]

    # -- where runs start ---------------------------------------------------------------------------------------------

    def starts(self, header: Header) -> list[State]:
        """Every way to start that goes with what is said: what is not said is as usual; of a run that is not complete, `NOT_SAID` is
        open. Where as usual does not fit, other ways are tried. Too many: the first ones."""
        usual = defaults(self.network, self.shapes) | {(name, ()): value for name, value in header.readings}
        free = (
            {}
            if header.complete
            else {key: frozenset(self.network.actors[key[0]].starts) for key in self.keys if key[0] in NOT_SAID}
        )
        said: dict[Key, Allowed] = {**free, **header.starts}
        found = self._fitting(said, usual)
        if not found:
            told = {machine for machine, _ in header.starts}
            bound = {name for term in self.network.at_start for name in machines_of(term)} - told
            wider = {key: frozenset(self.network.actors[key[0]].starts) for key in self.keys if key[0] in bound}
            found = (
                self._fitting({**said, **wider}, usual)[:1]
                if header.complete
                else self._fitting({**said, **wider}, usual)
            )
        return found

    def _fitting(self, said: dict[Key, Allowed], usual: dict[Key, str]) -> list[State]:
        limits = [
            test(self.board.places.ground(term, (i,)))
            for term in self.network.at_start
            for i in range(len(self.shapes))
        ]
        ways = [
            sorted(said[key], key=self.network.actors[key[0]].starts.index) if key in said else [usual[key]]
            for key in self.keys
        ]
        found: list[State] = []
        for tried, state in enumerate(product(*ways)):
            if all(holds(state, state) for holds in limits):
                found.append(state)
            if len(found) >= MOST_STARTS or tried > 50 * MOST_STARTS:
                break
        return found

    # -- why something cannot happen ----------------------------------------------------------------------------------

    def lacking(self, state: State, act: Act) -> list[str]:
        """What stands in an act's way: each part of its condition that is false, each machine in whose table no row fits."""
        event, places = self.network.events[act[0]], self.board.places
        parts = event.when.parts if isinstance(event.when, And) else (event.when,)
        said = [f"it needs that {words(part)}" for part in parts if not test(places.ground(part, act[1]))(state, state)]
        for part in self.board.parts[self.number(act)]:
            if not test(part.fits)(state, state):
                said.append(self._blocks(state, part.actor.name, self.keys[part.place][1], act))
        return said

    def _blocks(self, state: State, machine: str, index: Index, act: Act) -> str:
        actor, now = self.network.actors[machine], state[self.place[machine, index]]
        rules = actor.rules(act[0], now)
        wants = " or ".join(words(rule.when) for rule in rules if rule.when != TRUE)
        whence = ", ".join(s for s in actor.states if actor.rules(act[0], s))
        return f"{name_of(machine, index)} is {now}, and " + (
            f"needs {wants}" if wants else f"its rows for it start from {whence}"
        )

    def said(self, number: int) -> str:
        """An act as people write it, and whether it is a fault."""
        return name_of(*self.board.acts[number]) + (" (fault)" if self.fault[number] is not None else "")


def _total(actor: Actor, event: str) -> bool:
    """Whether a machine has a row for an event in each of its states."""
    return all(actor.rules(event, state) for state in actor.states)
