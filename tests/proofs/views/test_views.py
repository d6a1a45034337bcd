"""Closed sets of views: whatever is reached by any search consists of them; and what they show more, if they are exact."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature

import pytest

from model.notation import HOST, Actor, Network, Shape, Sort, States, build, event, every, implies, on, some
from proofs.answers.verdict import HOLDS
from proofs.search.plain import LimitReached, explore
from proofs.verdicts.check import check
from proofs.verdicts.columns import BASE
from proofs.views.proof import prove
from proofs.views.saturation import TooManyViews, Views, saturate
from proofs.world.compiled import Compiled
from proofs.world.parts import ONE_OF_EACH
from proofs.world.scope import Scope
from proofs.world.world import Column, World
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Possible, always, ends, fired, terms_of
from tests.helpers.by_views import shown_by_views
from tests.helpers.networks.random_networks import drawn, random_count
from tests.helpers.networks.tiny import HARBOUR, NO_OARS, ONE_OAR, named
from tests.helpers.networks.whole import compiled_whole
from tests.helpers.nightly import nightly
from tests.proofs.verdicts import test_finds

crew = Sort("crew", of=HOST)


class Step(States):
    A = "before"
    B = "after"


either = pytest.mark.parametrize("exact", [False, True], ids=["plain", "exact"])


def place_of(views: Views, host: int, mask: int) -> int | None:
    """The place of a host state, if the views have it."""
    if not views.exact:
        return host if host in views.at else None
    return next((one for one in views.at if views.host(one) == host and mask in views.masks[one]), None)


def assert_made_of_views(compiled: Compiled, views: Views, vms: int, limit: int = 3_000) -> int:
    """Every state that a search reaches is made of the views, and every step is one of theirs. How many states there were."""
    try:
        found = explore(compiled, vms, keep_graph=True, limit=limit)
    except LimitReached as reached:
        found = reached.explored
    of_views = {
        (one.place, one.mask, one.event, one.host2, vm, vm2)
        for found in views.by_event.values()
        for one in found
        for vm, vm2 in (one.moves or ((None, None),))
    }
    guards = compiled.guard_bits
    places: dict[tuple[int, int], int | None] = {}
    for (host, *members), out in found.targets.items():
        mask = compiled.bits_of_all(host, members) & guards
        if (host, mask) not in places:
            places[host, mask] = place_of(views, host, mask)
        place = places[host, mask]
        assert place is not None, "a host state, with what all VMs contribute, is in no view"
        assert mask in views.masks[place]
        for vm in members:
            assert views.at[place].get(vm) == compiled.bits_of_all(host, (vm,)) & guards
        for (taken, host2, vm, vm2, _), target in out:
            alone = vm >= 0
            assert (place, mask, taken, host2, vm if alone else None, vm2 if alone else None) in of_views
            assert target[0] == host2
            assert (
                not views.exact or place_of(views, host2, compiled.bits_of_all(host2, target[1:]) & guards) is not None
            )
    return len(found.targets)


class TestWhateverIsReachedIsMadeOfViews:
    @either
    @pytest.mark.parametrize("shape", [NO_OARS, ONE_OAR, Shape({"oar": 2})], ids=["no oars", "one oar", "two oars"])
    @pytest.mark.parametrize("faults", [(), ("storm",)], ids=["calm", "storm"])
    def test_in_the_harbour(self, faults: tuple[str, ...], shape: Shape, exact: bool) -> None:
        compiled = compiled_whole(HARBOUR, [shape, NO_OARS], Column(frozenset(faults)))
        views = saturate(compiled, exact=exact)
        assert all(assert_made_of_views(compiled, views, boats) >= 4 for boats in (1, 2, 3))

    @either
    @pytest.mark.parametrize("found", [name for name in dir(test_finds) if name.startswith("test_")])
    def test_where_engines_once_erred(self, found: str, exact: bool, monkeypatch: pytest.MonkeyPatch) -> None:
        networks = _networks_of(getattr(test_finds, found), monkeypatch)
        assert networks
        for network in networks:
            compiled = compiled_whole(network, [test_finds.BARE, test_finds.EQUIPPED])
            views = saturate(compiled, exact=exact)
            for vms in (1, 2, 3):
                assert assert_made_of_views(compiled, views, vms) > 0

    @either
    @pytest.mark.parametrize(
        "name",
        ["no-vm-left-saved", "one-of-two-methods", "places-before-network", "live-disk-is-never-rolled-back"],
    )
    def test_in_slices_of_our_protocol(self, name: str, exact: bool) -> None:
        world, terms = World(watched(), BASE), terms_of(PROPERTIES[name])
        compiled = Compiled(world, world.cone(terms), [ONE_OF_EACH], terms)
        views = saturate(compiled, 60_000, exact=exact)
        assert [assert_made_of_views(compiled, views, vms, 1_500) > 50 for vms in (1, 2)] == [True, True]

    @either
    def test_in_networks_drawn_by_chance(self, exact: bool) -> None:
        for seed in range(random_count(2)):
            found = drawn(seed)
            compiled = compiled_whole(found.network, [Shape({"disk": n}) for n in (0, 1, 2)], found.column)
            try:
                views = saturate(compiled, 300, exact=exact)
            except TooManyViews:
                continue
            for vms in (1, 2, 3):
                assert_made_of_views(compiled, views, vms, 60)


def test_who_comes_later_stands_by_as_well() -> None:
    """A VM in B is met after it is known that others in A move the host; and B it becomes nowhere else."""
    one, host = (Actor(name, Step, of=of, starts=Step.A, says="One.") for name, of in (("one", crew), ("host", HOST)))
    one.table(on("ripen", Step.A, Step.B), on("go", Step.A, Step.A))
    host.table(on("go", Step.A, Step.B))
    network = build(
        [one, host],
        (
            *event("ripen", at=crew, when=host.is_(Step.A), by="T-1", says="One ripens."),
            *event("go", at=crew, by="T-1", says="The host goes."),
        ),
    )
    compiled = compiled_whole(network, [Shape({})])
    for exact in (False, True):
        assert assert_made_of_views(compiled, saturate(compiled, exact=exact), 2) == 5
        assert {len(here) for here in saturate(compiled, exact=exact).at.values()} == {2}


def _networks_of(test: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> list[Network]:
    """The networks that a test builds: it is run once, with some parameter if it takes any."""
    built: list[Network] = []

    def recorded(*parts: object) -> Network:
        built.append(build(*parts))  # type: ignore[arg-type]  # as it was called
        return built[-1]

    monkeypatch.setattr(test_finds, "build", recorded)
    monkeypatch.setattr("proofs.verdicts.check.watched", lambda network: network)
    some_parameter = {"of": test_finds.tool, "shapes": (test_finds.BARE, test_finds.EQUIPPED)}
    test(**{name: some_parameter[name] for name in signature(test).parameters})
    return built


# -- what exact views show and plain ones do not ---------------------------------------------------------------------------


class Errand(States):
    NONE = "nobody is sent"
    RUNNING = "somebody has been sent"


class Place(States):
    HOME = "at home"
    AWAY = "sent away"


def errands() -> Network:
    """One of the crew is sent, and comes back; the guard of `called_off` tells whether anybody is away."""
    errand = Actor("errand", Errand, starts=Errand.NONE, says="Whether there is an errand.")
    place = Actor("place", Place, of=crew, starts=Place.HOME, says="Where one of the crew is.")
    errand.table(
        on("sent", Errand.NONE, Errand.RUNNING),
        on("back", Errand.RUNNING, Errand.NONE),
        on("called_off", Errand.RUNNING, Errand.NONE),
    )
    place.table(on("sent", Place.HOME, Place.AWAY), on("back", Place.AWAY, Place.HOME))
    nobody_away = every(crew, place.is_(Place.HOME))
    return build(
        [errand, place],
        (
            *event("sent", at=crew, by="T-1", says="One is sent.", fair=False),
            *event("back", at=crew, by="T-1", says="One comes back."),
            *event("called_off", when=nobody_away, by="T-1", says="Nobody is away.", fair=False),
        ),
    )


class TestExactViews:
    """The one who has been sent is among all views of a host state; but so are those at home, and all may be such."""

    NETWORK = errands()
    ERRAND, PLACE = NETWORK.actors["errand"], NETWORK.actors["place"]
    RUNNING = ERRAND.is_(Errand.RUNNING)
    SOMEBODY = always(
        "Somebody is on the errand.", implies(RUNNING, some(crew, PLACE.is_(Place.AWAY))), shows="T-1",
        witness=fired("sent"),
    )  # fmt: skip
    ENDS = ends("The errand ends.", ~RUNNING, without=("sent",), shows="T-1", witness=fired("sent"))

    def test_they_know_that_somebody_is_away(self) -> None:
        asked = list(named(somebody=self.SOMEBODY).values())
        assert not prove(self.NETWORK, BASE, asked)["somebody"].holds
        found = prove(self.NETWORK, BASE, asked, harder=True)["somebody"]
        assert (found.holds, found.exact, found.problem) == (True, True, "")

    def test_a_state_looks_stuck_where_who_would_move_has_been_forgotten(self) -> None:
        asked = list(named(ends=self.ENDS).values())
        plain = prove(self.NETWORK, BASE, asked)["ends"]
        assert not plain.holds
        assert plain.problem == "nothing may be left to happen at errand RUNNING"
        found = prove(self.NETWORK, BASE, asked, harder=True)["ends"]
        assert (found.holds, found.exact, found.problem) == (True, True, "")

    def test_searches_agree(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("proofs.verdicts.check.watched", lambda network: network)
        asked = named(somebody=self.SOMEBODY, ends=self.ENDS)
        found = check(BASE, scope=Scope(vms=3, shapes=(Shape({}),)), network=self.NETWORK, properties=asked)
        assert [one.verdict for one in found] == [HOLDS, HOLDS]

    @nightly
    def test_they_show_at_least_what_plain_ones_show(self) -> None:
        """Of every property of networks drawn by chance."""
        compared = 0
        for seed in range(random_count(2)):
            found = drawn(seed, parts=False)
            asked = [one for one in found.properties if not isinstance(one, Possible)]
            plain, exact = (
                shown_by_views(found.network, found.column, asked, exact=exact, limit=300) for exact in (False, True)
            )
            both = plain.keys() & exact.keys()
            compared += len(both)
            assert {name for name in both if plain[name]} <= {name for name in both if exact[name]}, f"seed {seed}"
        assert compared > 100


class TestTooManyViews:
    ASKED = tuple(named(home=TestExactViews.SOMEBODY).values())

    @pytest.mark.parametrize("harder", [False, True])
    def test_nothing_is_claimed(self, harder: bool) -> None:
        found = prove(TestExactViews.NETWORK, BASE, self.ASKED, harder=harder, limit=2)["home"]
        assert not found.holds
        assert found.exercised, "nothing is known of the witness"
        assert "more than 2 views" in found.problem
        assert found.views == 0

    @either
    def test_the_message_says_how_many(self, exact: bool) -> None:
        compiled = compiled_whole(TestExactViews.NETWORK, [Shape({})])
        with pytest.raises(TooManyViews, match=r"more than 2 views of \d host states"):
            saturate(compiled, 2, exact=exact)
        assert len(saturate(compiled, exact=exact)) > 2
