"""Terms about the machines of one run: quantifiers written out, negations pushed down to the machines, places for names.

A run is a list of states, one for each machine. A ground term is judged on two such lists, before a step and after it, by
closures (`test`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from model.notation import Network, Shape, Sort, Term
from model.notation.run import Index
from model.notation.terms import HOST, After, And, Const, Every, Happens, In, Not, Or, Same, Some, Unchanged

States = Sequence[str]
"""The state of every machine of a run, by its place."""

Test = Callable[[States, States], bool]


@dataclass(frozen=True)
class Is:
    """The machine at `place` is in one of `states` (`later`: after the step)."""

    place: int
    states: frozenset[str]
    later: bool = False


@dataclass(frozen=True)
class Agree:
    """Two machines are in states of the same name, or they are not."""

    left: int
    right: int
    equal: bool
    later: bool = False


@dataclass(frozen=True)
class Moves:
    """The step leads the machine at `place` elsewhere, or leaves it where it was."""

    place: int
    moves: bool


@dataclass(frozen=True)
class All:
    parts: tuple[Ground, ...]


@dataclass(frozen=True)
class Any:
    parts: tuple[Ground, ...]


Ground = Is | Agree | Moves | All | Any | bool


def every_one(parts: Iterable[Ground]) -> Ground:
    """All of these, constants folded away."""
    kept = dict.fromkeys(part for part in parts if part is not True)
    if False in kept:
        return False
    return True if not kept else next(iter(kept)) if len(kept) == 1 else All(tuple(kept))


def some_one(parts: Iterable[Ground]) -> Ground:
    """One of these at least, constants folded away."""
    kept = dict.fromkeys(part for part in parts if part is not False)
    if True in kept:
        return True
    return False if not kept else next(iter(kept)) if len(kept) == 1 else Any(tuple(kept))


@dataclass(frozen=True)
class Happening:
    """The step that a term is about: its event, the member it happens to, and the places of the machines it can move."""

    event: str
    at: Index
    moved: frozenset[int]


class Places:
    """Where the machines of a run stand: members with their parts, and each machine's place in the list of states."""

    def __init__(self, network: Network, shapes: Sequence[Shape]) -> None:
        self.network, self.shapes = network, tuple(shapes)
        self._guards: dict[tuple[Term, Index], Ground] = {}
        self.keys: list[tuple[str, Index]] = [
            (actor.name, index) for actor in network.actors.values() for index in self.members(actor.sort)
        ]
        self.place: Mapping[tuple[str, Index], int] = {key: place for place, key in enumerate(self.keys)}

    def guard(self, term: Term, at: Index) -> Ground:
        """A guard, said of the member `at`; tables say the same of many rows, and it is worked out once."""
        key = (term, at)
        if key not in self._guards:
            self._guards[key] = self.ground(term, at)
        return self._guards[key]

    def members(self, sort: Sort, of: Index = ()) -> list[Index]:
        """The members of a sort (below `of`, if it is given)."""
        if sort == HOST:
            return [()]
        owners: list[Index] = [of[:1]] if of else [(i,) for i in range(len(self.shapes))]
        if sort == self.network.replicated:
            return owners
        return [(*owner, j) for owner in owners for j in range(self.shapes[owner[0]].parts.get(sort.name, 0))]

    def _range(self, sort: Sort, at: Index) -> list[Index]:
        return self.members(sort) if sort == self.network.replicated else self.members(sort, at)

    def _of(self, name: str, at: Index) -> int:
        sort = self.network.actors[name].sort
        return self.place[name, () if sort == HOST else at[:1] if sort == self.network.replicated else at]

    def _all_of(self, name: str, at: Index) -> list[int]:
        """The machines of this name that belong to a member: of a machine of its parts one for each."""
        sort = self.network.actors[name].sort
        if sort in {HOST, self.network.replicated} or len(at) == 2:
            return [self._of(name, at)]
        return [self.place[name, part] for part in self.members(sort, at)]

    def ground(
        self, term: Term, at: Index = (), step: Happening | None = None, *, holds: bool = True, later: bool = False
    ) -> Ground:
        """The term (or, unless `holds`, its negation), said of the member `at`, of one step."""

        def again(body: Term, member: Index = at) -> Ground:
            return self.ground(body, member, step, holds=holds, later=later)

        match term:
            case Const(value):
                return value == holds
            case In(name, states):
                wanted = states if holds else frozenset(self.network.actors[name].states) - states
                return self._later(Is(self._of(name, at), wanted), step, later)
            case Same(left, right):
                return Agree(self._of(left, at), self._of(right, at), holds, later)
            case Not(body):
                return self.ground(body, at, step, holds=not holds, later=later)
            case And(parts) | Or(parts):
                return (every_one if isinstance(term, And) == holds else some_one)(map(again, parts))
            case Every(sort, body) | Some(sort, body):
                join = every_one if isinstance(term, Every) == holds else some_one
                return join(again(body, member) for member in self._range(sort, at))
            case After(body):
                return self.ground(body, at, step, holds=holds, later=True)
            case Unchanged(name):
                can = [place for place in self._all_of(name, at) if step is None or place in step.moved]
                stays = (Moves(place, not holds) for place in can)
                return every_one(stays) if holds else some_one(stays)
            case Happens(events) if step is not None:
                here = not at or not step.at or step.at[:1] == at[:1]
                return (step.event in events and here) == holds
        raise TypeError(f"{term} speaks of a step")

    @staticmethod
    def _later(found: Is, step: Happening | None, later: bool) -> Is:
        """What the step cannot move is after it as it was before."""
        return Is(found.place, found.states, True) if later and (step is None or found.place in step.moved) else found


def reads(found: Ground) -> frozenset[int]:
    """The places that a ground term looks at."""
    match found:
        case Is(place) | Moves(place):
            return frozenset({place})
        case Agree(left, right):
            return frozenset({left, right})
        case All(parts) | Any(parts):
            return frozenset[int]().union(*map(reads, parts))
        case _:
            return frozenset()


def test(found: Ground) -> Test:
    """The ground term as a function of the states before and after a step."""
    match found:
        case Is(place, states, later):
            return (lambda _, after: after[place] in states) if later else (lambda before, _: before[place] in states)
        case Agree(left, right, equal, later):
            if later:
                return lambda _, after: (after[left] == after[right]) == equal
            return lambda before, _: (before[left] == before[right]) == equal
        case Moves(place, moves):
            return lambda before, after: (before[place] != after[place]) == moves
        case All(parts):
            return _all(tuple(map(test, parts)))
        case Any(parts):
            return _any(tuple(map(test, parts)))
        case value:
            return lambda _before, _after: value


def _all(tests: tuple[Test, ...]) -> Test:
    def judge(before: States, after: States) -> bool:
        for one in tests:  # noqa: SIM110 - this loop is where runs spend their time
            if not one(before, after):
                return False
        return True

    return judge


def _any(tests: tuple[Test, ...]) -> Test:
    def judge(before: States, after: States) -> bool:
        for one in tests:  # noqa: SIM110 - likewise
            if one(before, after):
                return True
        return False

    return judge
