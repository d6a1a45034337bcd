"""Strategies for what a run begins with: columns (faults and readings), shapes, start states, and what it aims at.

Starts are drawn jointly where something must hold of several machines at the start. Most members are as is usual but for one
thing: left to chance, hardly one in fifty would be, and all that takes it would go untried.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Any, TypeVar

from hypothesis import strategies as st

from model.notation import HOST, Network, Shape, Sort
from model.notation.run import Index
from model.notation.terms import machines_of
from proofs.sample.board import rows_of
from proofs.sample.ground import Places, test
from proofs.sample.steer import Aim
from proofs.sample.walk import Begin
from proofs.sample.within import within_of
from proofs.world.world import Column, World

TRIES = 8
"""Ways to begin that are drawn for one aim, until it is within reach of one."""

Drawn = dict[tuple[str, Index], str]

MORE_AIMS = 5
"""Aims of one run, beside its first."""


HAND = 97
"""So many are drawn among at a time. Among 100 and more, Hypothesis prefers numbers that stand in the modules that happen to be
loaded: what it draws would depend on which tests were run before."""


SEEDS = st.tuples(*[st.integers(0, HAND - 1)] * 4).map(lambda digits: sum(d * HAND**k for k, d in enumerate(digits)))

T = TypeVar("T")


def one_of_many(options: Sequence[T]) -> st.SearchStrategy[T]:
    """One of the options, however many."""
    count = -(-len(options) // HAND)
    hands = [st.sampled_from(options[at::count]) for at in range(count)]
    return hands[0] if count == 1 else st.sampled_from(hands).flatmap(lambda hand: hand)


@lru_cache(maxsize=1000)
def _one_of(options: tuple[str, ...]) -> st.SearchStrategy[str]:
    """One of a few options. Kept: to make a strategy and to see that it is one takes longer than to draw."""
    return st.sampled_from(options)


Owner = tuple[tuple[str, str], ...]
"""How those machines of a member start that what must hold at the start joins with its parts."""


@lru_cache(maxsize=1000)
def possible_starts(network: Network, sort: Sort, owner: Owner = ()) -> tuple[Mapping[str, str], ...]:
    """The joint start states, of the machines of one member or one part (of this owner), that fulfil what holds at the start."""
    bound = [term for term in network.at_start if any(network.actors[n].sort == sort for n in machines_of(term))]
    names = sorted({name for term in bound for name in machines_of(term) if network.actors[name].sort == sort})
    whole = sort == network.replicated
    places = Places(network, [Shape({} if whole else {sort.name: 1})])
    member: Index = (0,) if whole else (0, 0)
    known = {(name, (0,)): state for name, state in owner}
    tests = [test(places.ground(term, (0,))) for term in bound]
    found = []
    for states in product(*(network.actors[name].starts for name in names)):
        chosen = dict(zip(names, states, strict=True))
        now = known | {(name, member): state for name, state in chosen.items()}
        at = [now.get(key, "") for key in places.keys]
        if all(holds(at, at) for holds in tests):
            found.append(chosen)
    return tuple(found)


def _starts_with(network: Network, sort: Sort, member: Index, found: Drawn) -> tuple[Mapping[str, str], ...]:
    """The joint start states of a member, or of a part of one that starts as was found."""
    if sort == HOST:
        return ()
    told = {name for term in network.at_start for name in machines_of(term)} if sort != network.replicated else set()
    of_owner = sorted(name for name in told if network.actors[name].sort == network.replicated)
    return possible_starts(network, sort, tuple((name, found[name, member[:1]]) for name in of_owner))


def shapes(network: Network, most: int) -> st.SearchStrategy[Shape]:
    """How many parts of each sort a member has."""
    counts = {sort.name: st.sampled_from([n for n in (1, 1, 1, 0, 2) if n <= most]) for sort in network.parts}
    return st.fixed_dictionaries(counts).map(Shape)


def sorts_of(network: Network) -> tuple[Sort, ...]:
    return (HOST, network.replicated, *network.parts)


def _starting_host(network: Network, name: str) -> tuple[str, ...]:
    """A machine of the host that never moves is fixed in a column; by default in its first state."""
    actor = network.actors[name]
    return actor.starts if actor.moves else actor.starts[:1]


@st.composite
def starts(
    draw: st.DrawFn, network: Network, forms: Sequence[Shape], column: Column, usual: Mapping[str, str]
) -> Drawn:
    """A start state for every machine."""
    found: Drawn = {}
    places = Places(network, forms)
    some_odd = st.sets(st.sampled_from(sorted(usual) or [""]), max_size=1)
    for sort in sorts_of(network):
        for member in places.members(sort):
            joint = _starts_with(network, sort, member, found)
            is_usual = bool(usual) and draw(st.integers(0, 3)) > 0
            odd = draw(some_odd) if is_usual else set(usual)
            if joint and odd & joint[0].keys():
                odd = odd | joint[0].keys()  # what must hold of them together may leave no choice to one alone
            chosen = {name: state for name, state in usual.items() if name not in odd}
            fitting = [one for one in joint if all(chosen.get(n, s) == s for n, s in one.items())]
            if fitting:
                chosen |= draw(st.sampled_from(fitting))
            for actor in network.of_sort(sort):
                free = _starting_host(network, actor.name) if sort == HOST else actor.starts
                known = chosen.get(actor.name)
                found[actor.name, member] = known if known in free else draw(_one_of(free))
    return found | {(reading, ()): state for reading, state in column.readings}


def defaults(network: Network, forms: Sequence[Shape]) -> Drawn:
    """The first start of every machine, as far as the machines may start so together."""
    found: Drawn = {}
    places = Places(network, forms)
    for sort in sorts_of(network):
        for member in places.members(sort):
            joint = _starts_with(network, sort, member, found)
            first = joint[0] if joint else {}
            found |= {(a.name, member): first.get(a.name, a.starts[0]) for a in network.of_sort(sort)}
    return found


# -- aims -----------------------------------------------------------------------------------------------------------------


def all_aims(network: Network) -> tuple[Aim, ...]:
    """Every event, and every row of a table from each of its sources."""
    rows = [row for rows in rows_of(network) for row in rows]
    return (*network.events, *rows)


class Reach:
    """The columns that are drawn for an aim: those in which it is to be had, and one time in four a wide one, since what a
    table takes for possible with one fault may take another one as well."""

    def __init__(self, network: Network, narrow: Sequence[Column], wide: Sequence[Column] = ()) -> None:
        self.narrow, self.wide = Live(network, narrow), Live(network, wide)

    def __call__(self, aim: Aim) -> tuple[Column, ...]:
        narrow = self.narrow(aim)
        return narrow + self.wide(aim)[:1] * max(1, len(narrow) // 3)


class Live:
    """In which columns an aim may be reached at all, as far as each machine's own table tells."""

    def __init__(self, network: Network, columns: Sequence[Column]) -> None:
        self.network, self.columns = network, tuple(columns)
        self._worlds = {column: World(network, column) for column in columns}
        self._events = {column: {event.name for event in world.events} for column, world in self._worlds.items()}

    def __call__(self, aim: Aim) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if self._in(aim, column))

    def _in(self, aim: Aim, column: Column) -> bool:
        event = aim if isinstance(aim, str) else aim.event
        if event not in self._events[column]:
            return False
        if isinstance(aim, str):
            return True
        rows = self._worlds[column].rules(self.network.actors[aim.machine], event).get(aim.source, ())
        return any(rule.dest == aim.dest for rule in rows)


@dataclass(frozen=True)
class Plan:
    """What a run is steered by. aims: one after the other, then by what it has seen least. seed: for what is left to
    chance."""

    aims: tuple[Aim, ...]
    seed: int

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def __repr__(self) -> str:
        return f"<towards {', then '.join(map(str, self.aims)) or 'nothing'}, seed {self.seed}>"


@dataclass(frozen=True)
class Setup:
    """What runs are drawn from.

    usual: states of a member's machines that are drawn half of the time. members, parts: at most so many. columns: those
    that runs are drawn in. aims: what they are steered to. reach: in which columns an aim is to be had (None: in any).
    mixed: whether further faults may be tolerated as well.
    """

    network: Network
    usual: Mapping[str, str] = field(default_factory=dict)
    members: int = 2
    fewest: int = 1
    parts: int = 2
    columns: tuple[Column, ...] = (Column(),)
    aims: tuple[Aim, ...] = ()
    reach: Mapping[Aim, tuple[Column, ...]] | None = None
    mixed: bool = False
    _in_column: dict[Column | None, st.SearchStrategy[Aim]] = field(default_factory=dict, repr=False, compare=False)

    def aims_in(self, column: Column | None) -> st.SearchStrategy[Aim]:
        """The aims that are to be had in a column (None: all of them)."""
        if column not in self._in_column:
            wanted = [aim for aim in self.aims if self.reach is None or column in self.reach.get(aim, ())]
            self._in_column[column] = one_of_many(wanted if column is not None and wanted else self.aims)
        return self._in_column[column]


@st.composite
def begins(draw: st.DrawFn, setup: Setup) -> tuple[Begin, Plan | None]:
    """What a run begins with, and what it is steered by; None: by Hypothesis alone, among all that is possible."""
    steered = bool(setup.aims) and draw(st.integers(0, 7)) > 0
    columns, first = setup.columns, None
    if steered:
        first = draw(setup.aims_in(None))
        columns = setup.reach.get(first, columns) if setup.reach is not None else columns
    which = draw(st.integers(0, 3))  # the narrowest, the widest, or any
    column = columns[0] if not which else columns[-1] if which == 1 else draw(one_of_many(columns))
    further = tuple(draw(st.lists(setup.aims_in(column), max_size=MORE_AIMS))) if steered else ()
    if setup.mixed and draw(st.integers(0, 3)) == 3:
        others = st.frozensets(st.sampled_from(sorted(setup.network.faults)), max_size=2)
        column = Column(column.faults | draw(others), column.readings)
    for _ in range(TRIES):
        begin = draw(_members(setup, column))
        within = within_of(setup.network, begin)
        if first is None or within.reaches(first):
            break
    ahead = () if first is None else tuple(aim for aim in (first, *further) if within.reaches(aim))
    return begin, None if first is None else Plan(ahead, draw(SEEDS))


@st.composite
def _members(draw: st.DrawFn, setup: Setup, column: Column) -> Begin:
    """Members of a run in a column, and how all machines start."""
    count = draw(st.integers(setup.fewest, setup.members))
    forms = (draw(shapes(setup.network, setup.parts if count == 1 else min(setup.parts, 1))),) * count
    chosen = draw(starts(setup.network, forms, column, setup.usual))
    if count > 1 and draw(st.booleans()):  # all members alike: what takes several of one kind is rare otherwise
        chosen = {(name, at): chosen[name, (0, *at[1:]) if at else at] for name, at in chosen}
    return Begin(column, forms, chosen, defaults(setup.network, forms))
