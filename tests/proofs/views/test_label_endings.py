"""What must come in the end, in many columns at once: shown nearly wherever a column alone shows it, and never where a search finds a
run that does not rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import cast

import pytest

from model.notation import HOST, Actor, Fault, Network, Shape, States, build, event, every, on, some
from proofs.verdicts.check import shown_by_views
from proofs.verdicts.columns import every_column
from proofs.verdicts.together import proofs, shown, units
from proofs.views.labelled import family_proof, label_endings
from proofs.views.labelled.family_proof import Proving
from proofs.views.labelled.label_endings import turning
from proofs.views.proof import prove
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from properties.kinds import Ends, Property, ends, fired
from tests.helpers.by_search import found_against, found_endless
from tests.helpers.networks.endless import CASES, Case, network
from tests.helpers.networks.random_networks import random_count
from tests.helpers.networks.read_networks import read
from tests.helpers.networks.tiny import Oar, boat, named
from tests.helpers.nightly import nightly

each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
Asked = tuple[Network, list[Column], list[Property]]


def columns_of(case: Case) -> list[Column]:
    """With each of its faults, and without."""
    names = sorted(fault.name for fault in case.faults)
    return [Column(frozenset(some)) for many in range(len(names) + 1) for some in combinations(names, many)]


def at_once(asked: Asked, *, forget: bool = True) -> dict[tuple[Column, str], bool]:
    """What is shown of what must come in the end, in all columns together; and whether its witness may fire. forget: what was shown of
    others before."""
    made, columns, properties = asked
    if forget:
        family_proof._SHOWN.clear()
    proving = Proving(made, columns, properties)
    of = proving.proofs({name: one for unit in proving.units() for name, one in proving.shown(unit).items()})
    return {(c, name): proof.exercised for c, known in of.items() for name, proof in known.items() if proof.holds}


def one_by_one(asked: Asked) -> dict[tuple[Column, str], bool]:
    made, columns, properties = asked
    of = {column: prove(made, column, properties) for column in columns}
    return {(c, name): proof.exercised for c, known in of.items() for name, proof in known.items() if proof.holds}


@each
def test_it_is_shown_where_a_column_alone_shows_it(case: Case) -> None:
    """But for circles of VMs that a fair event leads out of while the host rests."""
    asked = network(case), columns_of(case), list(named(it=case.property).values())
    mine, alone = at_once(asked), one_by_one(asked)
    assert mine.items() <= alone.items()
    left = {"way-out-all-the-time", "changes-places"}
    assert mine == ({} if case.name in left else alone)


def drawn() -> Iterator[Asked]:
    for seed in range(random_count(1)):
        known = read(seed, properties=6)
        if known is not None:
            made, columns, properties = known
            ends: list[Property] = [one for one in properties if isinstance(one, Ends)]
            if ends:
                yield made, columns[:6], ends


def wrongly_shown(asked: Asked) -> set[tuple[Column, str]]:
    """What is shown of all columns together, and not in the column alone, though a search finds a run that never rests there; or of
    which the witness is said never to fire, though a search sees it. (A slice of all columns may be another one, and show more.)"""
    mine, alone = at_once(asked), one_by_one(asked)
    made, _, properties = asked
    shapes = [Shape({sort.name: number for sort in made.parts}) for number in range(2 if made.parts else 1)]
    wrong = set()
    for column, name in mine:
        ends: list[Ends] = [one for one in properties if one.name == name and isinstance(one, Ends)]
        if (column, name) not in alone and found_endless(made, column, ends, shapes):
            wrong.add((column, name))
        if not mine[column, name] and alone.get((column, name), True):
            _, fired = found_against(made, column, ends, shapes, vms=(1, 2))
            wrong |= {(column, name)} if fired else set()
    return wrong


def test_in_networks_drawn_by_chance_nothing_is_shown_that_a_search_refutes() -> None:
    seen = more = 0
    for asked in drawn():
        assert not wrongly_shown(asked)
        mine, alone = at_once(asked), one_by_one(asked)
        seen, more = seen + len(mine), more + len(mine.keys() - alone.keys())
    assert seen > 50
    assert 50 * more <= seen


def shows_too_much() -> bool:
    cases = [(network(case), columns_of(case), list(named(it=case.property).values())) for case in CASES]
    return any(wrongly_shown(asked) for asked in (*cases, *drawn()))


WRONG: dict[str, tuple[str, Callable[..., object]]] = {
    "circles are no harm": ("turning", lambda _: 0),
    "nobody is stuck": ("_Here._stuck", lambda *_: 0),
    "a host that does not rest goes on": ("_Here.not_at_rest", lambda _: 0),
    "a host that rests is at rest": ("_Here.at_rest", lambda _: 0),
    "whoever waits is left by something": ("_Here._left_by_a_fair_event", lambda *_: -1),
    "every branch is taken": ("_Here._takes", lambda *_: True),
    "the host goes nowhere": ("_Here.elsewhere", lambda _: {}),
    "VMs stay": ("_Here._edges", lambda _: {}),
    "nothing is contributed": ("_Here._together", lambda _: {}),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_argument_is_refused(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, instead = WRONG[wrong]
    *of, name = where.split(".")
    monkeypatch.setattr(label_endings if not of else getattr(label_endings, of[0]), name, instead)
    assert shows_too_much()


@pytest.mark.parametrize("forgotten", ["silenced", "faults", "without", "unfair"])
def test_what_need_not_happen_is_not_counted_on(forgotten: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = label_endings._Argument.__init__

    def wrong(
        self: label_endings._Argument, judging: object, found: Ends, silenced: list[frozenset[str]], asked: int
    ) -> None:
        right(self, judging, found, silenced if forgotten != "silenced" else [frozenset()] * len(silenced), asked)  # type: ignore[arg-type]  # as given
        for number, one in enumerate(self.compiled.events):
            ruled_out = {
                "faults": one.fault is not None,
                "without": one.name in found.without,
                "unfair": not one.fair,
            }
            if ruled_out.get(forgotten):
                self.fair[number] = asked

    monkeypatch.setattr(label_endings._Argument, "__init__", wrong)
    assert shows_too_much()


MANY = 63
"""Things that are asked of all VMs at once: so many have no room in a number that says by its sign that there is none."""


def chain() -> tuple[Network, Property]:
    """A boat goes from place to place, each time only while some boat is not where it would come to, at last only while some boat is
    where all begin. They stop on the way, and the host, which waits for all of them at the end, never turns."""
    told = {f"S{i}": f"stop {i}" for i in range(MANY + 2)}
    stop = cast("type[States]", States("Stop", told))  # type: ignore[call-arg]  # an enumeration made of what is told
    stops = list(stop)
    place = Actor("place", stop, of=boat, starts=stops[0], says="Where a boat is.")
    host = Actor("host", Oar, of=HOST, starts=Oar.ABOARD, says="What all wait for.")
    host.table(on("turn", Oar.ABOARD, Oar.LEFT))
    place.table(*(on(f"go{i}", stops[i], stops[i + 1]) for i in range(MANY)))
    not_there = [~every(boat, place.is_(stop)) for stop in stops[1:MANY]]
    asked = [*not_there, some(boat, place.is_(stops[0]))]
    goes = [one for i, when in enumerate(asked) for one in event(f"go{i}", at=boat, when=when, by="T-1", says="Go.")]
    at_the_end = every(boat, place.is_(stops[MANY]))
    turns = event("turn", at=HOST, when=at_the_end, by="T-1", says="Turn.")
    found = ends("It turns.", host.is_(Oar.LEFT), without=(), shows="T-1", witness=fired("go0"))
    return build((place, host), [*goes, *turns]), found


def test_where_more_is_asked_of_all_than_a_number_has_room_for_it_is_left_open() -> None:
    made, found = chain()
    assert at_once((made, [Column()], list(named(it=found).values()))) == {}


def test_where_another_fault_keeps_an_event_away_it_is_asked_anew() -> None:
    """What is remembered is of the faults that keep an event away, and not of which events are kept away by any."""
    place = Actor("place", Oar, of=boat, starts=Oar.ABOARD, says="Where a boat is.")
    place.table(*(on(name, Oar.ABOARD, Oar.LEFT) for name in ("go", "storm", "gale")))
    events = [*event("go", at=boat, by="T-1", says="Go."), *event("storm", at=boat, by="T-1", says="Storm.", fault="f"),
              *event("gale", at=boat, by="T-1", says="Gale.", fault="g")]  # fmt: skip
    found = list(named(it=ends("All leave.", every(boat, place.is_(Oar.LEFT)), without=(), shows="T-1",
                               witness=fired("go"))).values())  # fmt: skip
    columns = [Column(), Column(frozenset("f")), Column(frozenset("g"))]

    def network_of(silent: str) -> Network:
        faults = [Fault(name, "sea", "It blows.", frozenset({"go"} if name == silent else ())) for name in "fg"]
        return build([place], events, faults)

    for silent, other in ("fg", "gf"):
        told = at_once((network_of(silent), columns, found), forget=silent == "f")
        assert {column for column, _ in told} == {Column(), Column(frozenset(other))}


def test_circles_column_by_column() -> None:
    """Of two steps each in a column of its own none makes a circle; longer ones are found, and what leads into one is none."""
    assert turning({(1, 2): 0b01, (2, 1): 0b10}) == 0
    assert turning({(1, 2): 0b011, (2, 1): 0b110}) == 0b010
    assert turning({(0, 1): 0b111, (1, 2): 0b101, (2, 3): 0b111, (3, 1): 0b011, (3, 4): 0b111}) == 0b001
    assert turning({(1, 2): 0b01, (2, 1): 0b01, (2, 3): 0b10, (3, 2): 0b10}) == 0b11
    assert turning({}) == 0


COLUMNS = [column for column in every_column() if not (column.faults and column.readings)]


@pytest.mark.parametrize("columns", [COLUMNS[::9], pytest.param(COLUMNS, marks=nightly)], ids=["some", "all"])
def test_in_the_protocol(columns: list[Column]) -> None:
    """In nearly all columns at once; what is left is asked of them alone."""
    names = [name for name, found in PROPERTIES.items() if isinstance(found, Ends)]
    mine = proofs([(unit, shown(unit)) for unit in units(columns, names)])
    told = {(column, name) for column, known in mine.items() for name, proof in known.items() if proof.holds}
    alone = {
        (column, name)
        for column in columns
        for name, proof in shown_by_views(column, names).items()
        if proof.holds and proof.exercised
    }
    assert told <= alone
    assert len(told) >= len(alone) - 2
    assert len(alone) > len(columns)
    assert all(proof.exercised for known in mine.values() for proof in known.values())
