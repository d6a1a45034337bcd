"""The run that is told is the shortest of all up to the bound of VMs, whoever asks: alone or with others, views first or
searches only, every state or as few as decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import pytest

import proofs.verdicts.check
from model.notation import HOST, TRUE, Actor, Sort, States, build, event, every, on, some, stays
from proofs.answers.cache import use
from proofs.answers.verdict import REFUTED, Verdict
from proofs.search.plain import Hit, explore, is_enough
from proofs.search.swift import explore_swiftly
from proofs.verdicts.check import check
from proofs.verdicts.evidence import Judge, endless_run
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.kinds import Always, Ends, Possible, Property, Step, always, ends, fired, possible, step
from tests.helpers.networks.random_networks import Drawn, drawn, random_count
from tests.helpers.networks.tiny import NO_OARS, named
from tests.helpers.networks.whole import compiled_whole
from tests.helpers.nightly import nightly

boat = Sort("boat", of=HOST)


class Tide(States):
    LOW = "low"
    RISING = "rising"
    HIGH = "high"


class Place(States):
    IN = "in the harbour"
    OUT = "at sea"


tide = Actor("tide", Tide, starts=Tide.LOW, says="How high the water is.")
place = Actor("place", Place, of=boat, starts=Place.IN, says="Where the boat is.")
tide.table(on("water_rises", Tide.LOW, Tide.RISING), on("water_stands", Tide.RISING, Tide.HIGH))
place.table(on("boat_leaves", Place.IN, Place.OUT))

COVE = build(
    (tide, place),
    (
        *event("water_rises", by="T-1", says="The water rises."),
        *event("water_stands", by="T-1", says="The water stands high."),
        *event("boat_leaves", at=boat, when=TRUE, by="T-1", says="A boat leaves."),
    ),
)
parted = some(boat, place.is_(Place.IN)) & some(boat, place.is_(Place.OUT))
"""Takes two boats, and one step."""

high = tide.is_(Tide.HIGH)
"""Takes two steps, and any number of boats."""

left = fired("boat_leaves")
CLAIMS = named(
    state=always("Together, and low.", ~parted & ~high, shows="T-1", witness=left),
    step=step("Nobody leaves alone.", ~(left & (every(boat, ~place.is_(Place.OUT)) & some(boat, place.is_(Place.IN)))),
              shows="T-1", witness=left),
    possible=possible("The water stands, or all but one left.", fired("water_stands") | (left & parted), shows="T-1"),
    other=always("Never all out, and high.", ~(high & every(boat, place.is_(Place.OUT))), shows="T-1", witness=left),
)  # fmt: skip
FEWEST = {
    "state": {1: (2, 1), 2: (1, 2), 3: (1, 2)},
    "step": {1: (1, 1), 2: (1, 1), 3: (1, 1)},
    "possible": {1: (2, 1), 2: (2, 1), 3: (2, 1)},
    "other": {1: (3, 1), 2: (3, 1), 3: (3, 1)},
}
"""For each bound of VMs: how many steps the shortest run has, and of how many VMs it is."""

SCOPES = {
    "views first": Scope(shapes=(NO_OARS,), proofs=True, counts=False),
    "views, and every state": Scope(shapes=(NO_OARS,), proofs=True),
    "searches": Scope(shapes=(NO_OARS,)),
}
each_scope = pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs.verdicts.check, "watched", lambda network: network)
    monkeypatch.setattr(proofs.verdicts.check, "_JUDGED", {})
    use(None)


def with_vms(scope: Scope, vms: int) -> Scope:
    return Scope(vms=vms, shapes=scope.shapes, proofs=scope.proofs, counts=scope.counts, limit=scope.limit)


def judged(scope: Scope, vms: int, *names: str) -> dict[str, Verdict]:
    found = check(Column(), names or None, with_vms(scope, vms), network=COVE, properties=CLAIMS)
    return {one.property: one for one in found}


@each_scope
@pytest.mark.parametrize("vms", [1, 2, 3])
def test_a_run_with_more_vms_is_told_where_it_is_shorter(scope: Scope, vms: int) -> None:
    """Asked alone, a search ended with the fewest VMs that break the promise; asked with others it went on for their sake."""
    together = judged(scope, vms)
    for name, fewest in FEWEST.items():
        for found in (together[name], judged(scope, vms, name)[name]):
            assert found.run is not None
            assert (found.length, len(found.run.shapes), found.vms) == (*fewest[vms], vms)
            assert found.reason == ""


class TestWhatComesInTheEnd:
    """A boat that waits at sea for ever, while its fellow is in; or the water that stands."""

    CLAIM = named(it=ends("It ends.", ~parted & ~high, without=(), shows="T-1", witness=left))
    OTHER = named(it=ends("It ends.", ~high, without=(), shows="T-1", witness=left))

    @each_scope
    def test_the_shortest_way_to_where_it_waits(self, scope: Scope) -> None:
        """One boat: the water stands, and nobody need do anything once it has left; two: likewise, with a boat more to leave."""
        for claim in (self.CLAIM, self.OTHER):
            for vms, steps in ((1, 3), (2, 3), (3, 3)):
                (found,) = check(Column(), None, with_vms(scope, vms), network=COVE, properties=claim)
                assert found.verdict == REFUTED
                assert found.run is not None
                assert (found.length, found.run.loop, len(found.run.shapes), found.vms) == (steps, steps, 1, vms)
                assert found.reason == "it waits there for ever"


@each_scope
def test_a_circle_is_as_long_whoever_asks(scope: Scope) -> None:
    """The cock on the mast turns for ever, a step each time; its first turn lights a lamp. Whoever asked about the lamp as well
    was told that one step more comes before the circle. Drawn by chance: seed 91,197."""
    cock = Actor("cock", Place, starts=Place.IN, says="Which way the cock looks.")
    lamp = Actor("lamp", Place, starts=Place.IN, says="Whether the lamp is lit.")
    cock.table(on("cock_turns", Place.IN, Place.OUT), on("cock_turns_back", Place.OUT, Place.IN))
    lamp.table(on("cock_turns", Place.IN, Place.OUT), stays("cock_turns"))
    network = build(
        (cock, lamp, place),
        (
            *event("cock_turns", by="T-1", says="The cock turns."),
            *event("cock_turns_back", by="T-1", says="The cock turns back."),
            *event("boat_leaves", at=boat, by="T-1", says="A boat leaves.", fair=False),
        ),
    )
    at_sea = some(boat, place.is_(Place.OUT))
    claims = named(
        boat=ends("It ends.", at_sea, without=(), shows="T-1", witness=left),
        lamp=ends("It ends.", at_sea & lamp.is_(Place.OUT), without=(), shows="T-1", witness=left),
    )
    asked = (None, ["boat"])
    told_ = [check(Column(), names, with_vms(scope, 1), network=network, properties=claims)[0] for names in asked]
    assert [(one.length, one.run and one.run.loop) for one in told_] == [(2, 0), (2, 0)]


def test_of_what_never_ends_only_what_is_nearer_is_looked_at() -> None:
    """A ball goes up and down for ever, two steps; or the water rises while it is up, and stands: three steps to where it waits."""
    ball = Actor("ball", Place, starts=Place.IN, says="Where the ball is.")
    ball.table(on("ball_rises", Place.IN, Place.OUT), on("ball_falls", Place.OUT, Place.IN))
    low = tide.is_(Tide.LOW)
    network = build(
        (ball, tide, place),
        (
            *event("ball_rises", when=low, by="T-1", says="The ball rises."),
            *event("ball_falls", when=low, by="T-1", says="The ball falls."),
            *event("water_rises", when=ball.is_(Place.OUT), by="T-1", says="The water rises.", fair=False),
            *event("water_stands", by="T-1", says="The water stands high."),
            *event("boat_leaves", at=boat, when=~TRUE | high & low, by="T-1", says="No boat leaves.", fair=False),
        ),
    )
    (claim,) = named(it=ends("It ends.", ~TRUE, without=(), shows="T-1", witness=fired("ball_rises"))).values()
    assert isinstance(claim, Ends)
    compiled = compiled_whole(network, [NO_OARS])
    explored = explore(compiled, 1, keep_graph=True)
    away = {}
    for within in (None, 4, 3):
        found = endless_run(explored, claim, compiled.world, within)
        assert found is not None
        searched, at, loop = found
        away[within] = len(searched.run_to(Hit(at))[1]), len(loop)
    assert away == {None: (3, 0), 4: (3, 0), 3: (0, 2)}
    assert endless_run(explored, claim, compiled.world, 1) is None


def test_a_search_stops_where_a_shorter_run_would_have_been() -> None:
    """With one run of two steps known, of two boats only what is one step away is looked at."""
    compiled = compiled_whole(COVE, [NO_OARS])
    for search in (explore, explore_swiftly):
        found = search(compiled, 2, states={"it": high}, until={"it": 1})
        assert (found.hits, found.depth) == ({}, 1)
        assert found.states < search(compiled, 2).states
        assert search(compiled, 2, states={"it": high}, until={"it": 2}).hits.keys() == {"it"}
        assert (
            search(compiled, 2, states={"it": high}, until={"it": 1, "other": None}).states
            == search(compiled, 2).states
        )


def test_enough_is_all_that_is_wanted() -> None:
    hits = {"a": Hit((0, 0))}
    assert not is_enough(None, hits, 99)
    assert is_enough({"a": None}, hits, 0)
    assert not is_enough({"a": None, "b": None}, hits, 99)
    assert not is_enough({"a": None, "b": 4}, hits, 3)
    assert is_enough({"a": None, "b": 4}, hits, 4)


def test_where_a_limit_hides_shorter_runs_it_is_said() -> None:
    scope = Scope(vms=2, shapes=(NO_OARS,), proofs=True, counts=False, limit=7)
    (found,) = check(Column(), ["other"], scope, network=COVE, properties=CLAIMS)
    assert (found.verdict, found.length, found.vms) == (REFUTED, 3, 1)
    assert found.reason.startswith("perhaps not the shortest run: with 2 VMs: ")


class TestAMachineThatIsLeftOut:
    """A boat leaves only when the warden is awake. Without the warden the shortest run of two boats is none; with him it is
    still shorter than that of one boat."""

    class Warden(States):
        ASLEEP = "asleep"
        AWAKE = "awake"

    warden = Actor("warden", Warden, starts=Warden.ASLEEP, says="Who lets boats out.")
    warden.table(on("warden_wakes", Warden.ASLEEP, Warden.AWAKE), on("boat_leaves", Warden.AWAKE, Warden.AWAKE))
    moon = Actor("moon", Warden, starts=Warden.ASLEEP, says="What the water follows.")
    moon.table(on("moon_rises", Warden.ASLEEP, Warden.AWAKE))
    NETWORK = build(
        (warden, moon, tide, place),
        (
            *event("warden_wakes", by="T-1", says="The warden wakes."),
            *event("moon_rises", by="T-1", says="The moon rises."),
            *event("water_rises", when=moon.is_(Warden.AWAKE), by="T-1", says="The water rises."),
            *event("water_stands", by="T-1", says="The water stands high."),
            *event("boat_leaves", at=boat, by="T-1", says="A boat leaves."),
        ),
    )
    # a witness that the warden could keep from happening would not do without him
    CLAIM = named(it=always("Together, and low.", ~parted & ~high, shows="T-1", witness=fired("water_rises")))

    def found(self, vms: int) -> Verdict:
        scope = with_vms(SCOPES["views first"], vms)
        (found,) = check(Column(), None, scope, network=self.NETWORK, properties=self.CLAIM)
        return found

    def test_a_shorter_run_that_is_none_is_looked_for_with_all_machines(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("proofs.world.slices.LEFT_OUT_WHERE_NOT_ASKED", frozenset({"warden"}))
        alone, two = self.found(1), self.found(2)
        assert [(one.verdict, one.length, one.reason) for one in (alone, two)] == [(REFUTED, 3, ""), (REFUTED, 2, "")]
        assert two.run is not None
        assert [name for name, _ in two.run.steps] == ["warden_wakes", "boat_leaves"]

    def test_one_that_is_not_looked_for_would_be_noticed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Judge, "may_be_shorter", False)
        with pytest.raises(AssertionError, match="3"):
            self.test_a_shorter_run_that_is_none_is_looked_for_with_all_machines(monkeypatch)


# -- networks drawn by chance ---------------------------------------------------------------------------------------------


def least_steps(found: Drawn, vms: Iterable[int]) -> Mapping[str, int]:
    """For each property that a run decides, the fewest steps: every state visited with VMs kept apart."""
    compiled = compiled_whole(found.network, [NO_OARS], found.column)
    states = {one.name: ~one.term for one in found.of(Always)}
    steps = {one.name: ~one.term for one in found.of(Step)} | {one.name: one.term for one in found.of(Possible)}
    least: dict[str, int] = {}
    for number in vms:
        explored = explore(compiled, number, states=states, steps=steps, sort=False)
        for name, hit in explored.hits.items():
            length = len(explored.run_to(hit)[1])
            least[name] = min(length, least.get(name, length))
    return least


def told(found: Drawn, scope: Scope, asked: Iterable[Property]) -> Iterator[tuple[str, int | None]]:
    by_name = {one.name: one for one in asked}
    for one in check(found.column, scope=scope, network=found.network, properties=by_name):
        yield one.property, one.length


def assert_shortest(found: Drawn, expected: Mapping[str, int]) -> None:
    decided = [one for one in found.properties if not isinstance(one, Ends)]
    for how, scope in SCOPES.items():
        for asked in (decided, *([one] for one in decided if one.name in expected)):
            for name, length in told(found, with_vms(scope, 2), asked):
                assert length in {None, expected.get(name)}, f"{name} of seed {found.seed}, {how}"


def told_of_two(found: Drawn, scope: Scope, asked: Iterable[Property]) -> dict[str, int | None]:
    """Where views leave it open, a third VM is looked at: what only three do is none of what searches of two tell."""
    by_name = {one.name: one for one in asked}
    judged = check(found.column, scope=with_vms(scope, 2), network=found.network, properties=by_name)
    return {one.property: one.length if one.run and len(one.run.shapes) <= 2 else None for one in judged}


def assert_one_answer(found: Drawn) -> int:
    """The same is told of what never ends, whoever asks. How often a run is."""
    asked = found.of(Ends)
    one, *others = (told_of_two(found, scope, asked) for scope in SCOPES.values())
    assert all(other == one for other in others), f"seed {found.seed}"
    for each in asked:
        for how, scope in SCOPES.items():
            alone = told_of_two(found, scope, [each])
            assert alone == {each.name: one[each.name]}, f"{each.name} of seed {found.seed}, {how}"
    return sum(length is not None for length in one.values())


@nightly
def test_of_networks_drawn_by_chance_the_shortest_run_is_told() -> None:
    """Of those in which a second VM makes a run shorter, and of one in ten of the others."""
    seen: Counter[str] = Counter()
    for seed in range(91_000, 91_000 + 2 * random_count(1)):
        found = drawn(seed, parts=False)
        alone, expected = least_steps(found, (1,)), least_steps(found, (1, 2))
        shorter = any(expected[name] < steps for name, steps in alone.items())
        if shorter or not seed % 10:
            assert_shortest(found, expected)
            seen["shorter" if shorter else "not shorter"] += 1
            seen["never ends"] += assert_one_answer(found)
    assert min(seen["shorter"], seen["not shorter"], seen["never ends"]) >= 4, seen
