"""Terms that are true of everything, or of nothing: found with every quantifier and of steps, and never where one is not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import event as seen
from hypothesis import given
from hypothesis import strategies as st

from model.notation import (
    HOST,
    Run,
    Shape,
    Sort,
    Term,
    after,
    all_of,
    any_of,
    decide,
    every,
    happens,
    iff,
    implies,
    some,
    unchanged,
)
from model.notation.decide import possible
from model.notation.nothing import claims, idle
from model.notation.run import Index
from model.notation.terms import And, Every, In, Not, Or, Some
from model.notation.valid import can_hold, valid
from tests.helpers.readings.evaluate import Moment
from tests.model.notation.house import Door, Glow, Power, Side, bulb, house, lamp
from tests.model.notation.random_terms import free_network, runs, terms

H = house()
NETWORK = H.network()
FREE = free_network()
is_open, is_on, is_lit = H.door.is_(Door.OPEN), H.power.is_(Power.ON), H.left.is_(Side.LIT)
glows = H.glow.is_(Glow.GLOWING)
LIT, FAILS, SHUT, OUT = (happens(name) for name in ("lamp_lit", "bulb_fails", "door_closes", "all_out"))
ANY = happens(*NETWORK.events)

VALID: dict[str, Term] = {
    "a state or not": is_open | ~is_open,
    "all states": H.door.is_(Door.OPEN | Door.CLOSED),
    "each lamp": every(lamp, is_on | ~is_on),
    "some lamp, for there is one": some(lamp, is_on | ~is_on),
    "each bulb": every(lamp, every(bulb, glows | ~glows)),
    "all or not all": every(lamp, is_on) | some(lamp, ~is_on),
    "all, so some": implies(every(lamp, is_on), some(lamp, is_on)),
    "both of all, so of each": implies(every(lamp, is_on & is_lit), every(lamp, is_on) & every(lamp, is_lit)),
    "one of both, so one of each": implies(some(lamp, is_on & is_lit), some(lamp, is_on) & some(lamp, is_lit)),
    "all, and one, so one of both": implies(every(lamp, is_on) & some(lamp, is_lit), some(lamp, is_on & is_lit)),
    "a bulb of a lamp": implies(some(lamp, some(bulb, glows & is_on)), some(lamp, is_on & some(bulb, glows))),
    "afterwards": after(is_open) | after(~is_open),
    "it stays as it is": implies(unchanged(H.door) & is_open, after(is_open)),
    "it does not stay as it is": implies(is_open & after(~is_open), ~unchanged(H.door)),
    "one event only": ~(LIT & SHUT),
    "some event": ANY,
    "one lamp only": ~(some(lamp, LIT & is_on) & some(lamp, LIT & ~is_on)),
    "its bulb's, so the lamp's": every(lamp, implies(some(bulb, FAILS), FAILS)),
    "of all lamps at once": iff(every(lamp, OUT), some(lamp, OUT)),
    "of the host, so of each lamp": implies(SHUT, every(lamp, SHUT)),
}
MAY_BE_FALSE: dict[str, Term] = {
    "a state": is_open,
    "some, so all": implies(some(lamp, is_on), every(lamp, is_on)),
    "one of each, so one of both": implies(some(lamp, is_on) & some(lamp, is_lit), some(lamp, is_on & is_lit)),
    "some bulb, for there may be none": every(lamp, some(bulb, glows | ~glows)),
    "all bulbs, so some": every(lamp, implies(every(bulb, glows), some(bulb, glows))),
    "three lamps": any_of(
        every(lamp, ~is_on), every(lamp, ~is_lit), some(lamp, is_on & is_lit), some(lamp, ~is_on & ~is_lit)
    ),
    "what is, so afterwards": implies(is_open, after(is_open)),
    "of one lamp, so of each": implies(some(lamp, LIT), every(lamp, LIT)),
    "of each lamp, so there is no other": implies(LIT, every(lamp, LIT)),
    "some event but one": happens(*(NETWORK.events.keys() - {"lamp_lit"})),
    "a lamp that it happens to, so its state": every(lamp, implies(LIT, is_on)),
}


@pytest.mark.parametrize("name", VALID)
def test_what_is_true_of_everything_is_found(name: str) -> None:
    assert valid(NETWORK, VALID[name])
    assert not can_hold(NETWORK, ~VALID[name])
    assert can_hold(NETWORK, VALID[name])


@pytest.mark.parametrize("name", MAY_BE_FALSE)
def test_what_may_be_false_is_not_called_valid(name: str) -> None:
    assert not valid(NETWORK, MAY_BE_FALSE[name])
    assert can_hold(NETWORK, MAY_BE_FALSE[name])


def test_of_a_lamp_and_of_a_bulb_that_is_there() -> None:
    assert can_hold(NETWORK, is_on & some(lamp, ~is_on), lamp)
    assert not can_hold(NETWORK, is_on & every(lamp, ~is_on), lamp)
    assert not can_hold(NETWORK, glows & every(bulb, ~glows), bulb)
    assert can_hold(NETWORK, glows & some(bulb, ~glows) & is_on, bulb)
    assert not can_hold(NETWORK, is_on & glows & every(lamp, ~is_on), bulb)


def test_too_many_cases_are_taken_for_possible() -> None:
    names = [f"m{i}" for i in range(12)]
    odd: Term = In("m0", frozenset({"YES"}))
    for name in names[1:]:
        odd = iff(odd, In(name, frozenset({"YES"})))
    states = dict.fromkeys(names, ("YES", "NO"))
    never = odd & ~odd
    assert not possible(never, states)
    assert possible(never, states, limit=3)


@given(runs(), terms("host"))
def test_what_holds_in_a_run_can_hold(run: Run, term: Term) -> None:
    holds = run.holds(term)
    seen(f"holds: {holds}")
    assert can_hold(FREE, term if holds else Not(term))
    assert not valid(FREE, Not(term) if holds else term)


@given(runs(), terms("lamp"))
def test_what_holds_of_a_lamp_can_hold_of_one(run: Run, term: Term) -> None:
    for index in run.members(lamp):
        assert can_hold(FREE, term if run.holds(term, index) else Not(term), lamp)


@st.composite
def moments(draw: st.DrawFn) -> Moment:
    """A step of one or two lamps with up to two bulbs each: any event, to any of those it may happen to, from any states to any."""
    shapes = draw(st.lists(st.builds(lambda n: Shape({"bulb": n}), st.integers(0, 2)), min_size=1, max_size=2))
    free = Run(NETWORK, shapes)

    def states() -> Mapping[tuple[str, Index], str]:
        return {key: draw(_state(key[0])) for key in free.states()}

    event = draw(
        st.sampled_from([one for one in NETWORK.events.values() if one.scope.all or free.members(one.scope.sort)])
    )
    at = () if event.scope.all else draw(st.sampled_from(free.members(event.scope.sort)))
    return Moment(NETWORK, shapes, states(), states(), event.name, at)


def _state(actor: str) -> st.SearchStrategy[str]:
    return st.sampled_from(NETWORK.actors[actor].states)


def step_terms(about: Sort, depth: int = 2, later: bool = False) -> st.SearchStrategy[Term]:
    """Terms of a step, said of the host, of a lamp or of a bulb."""
    known = {HOST: [HOST], lamp: [HOST, lamp], bulb: [HOST, lamp, bulb]}[about]
    names = [actor.name for actor in NETWORK.actors.values() if actor.sort in known]
    leaves = st.sampled_from(names).flatmap(lambda n: st.builds(In, st.just(n), st.frozensets(_state(n), min_size=1)))
    if not later:
        some_event = st.sampled_from(list(NETWORK.events)).map(happens)
        stays = st.sampled_from(names).map(lambda n: NETWORK.actors[n].unchanged())
        leaves = st.one_of(leaves, some_event, stays, step_terms(about, 0, later=True).map(after))
    if depth == 0:
        return leaves
    smaller = st.deferred(lambda: step_terms(about, depth - 1, later))
    several = st.lists(smaller, min_size=1, max_size=3).map(tuple)
    options = [leaves, st.builds(Not, smaller), st.builds(And, several), st.builds(Or, several)]
    below = {HOST: lamp, lamp: bulb}.get(about)
    if below is not None:
        options += [st.builds(kind, st.just(below), step_terms(below, depth - 1, later)) for kind in (Every, Some)]
    return st.one_of(options)


@given(moments(), step_terms(HOST))
def test_what_holds_of_a_step_can_hold(moment: Moment, term: Term) -> None:
    holds = moment.holds(term)
    seen(f"holds: {holds}")
    assert can_hold(NETWORK, term if holds else Not(term))


@pytest.mark.parametrize(
    ("first", "rest", "about"),
    [
        (is_on | ~is_on, every(lamp, ~is_on), lamp),
        (some(bulb, glows) | is_on, every(bulb, ~is_open) & is_open, lamp),
        (after(~is_open) | after(is_open), unchanged(H.door) & is_open, HOST),
        (after(~is_open) | after(is_open), ~after(~is_open), HOST),
        (LIT | SHUT, ~LIT, HOST),
    ],
)
def test_what_is_in_vain_one_way_is_tried_the_other(
    first: Term, rest: Term, about: Sort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decide, "FEW", 0)
    assert can_hold(NETWORK, first & rest, about)


@given(step_terms(HOST), step_terms(lamp), step_terms(bulb))
def test_what_was_looked_at_in_vain_is_kept_from_the_first_step_as_from_none(
    host: Term, of_lamp: Term, of_bulb: Term
) -> None:
    asked = [
        (term, about)
        for one, about in ((host, HOST), (of_lamp, lamp), (of_bulb, bulb))
        for term in (one, Not(one), one & ~one)
    ]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(decide, "FEW", 10**9)
        without = [can_hold(NETWORK, term, about) for term, about in asked]
        patched.setattr(decide, "FEW", 0)
        assert [can_hold(NETWORK, term, about) for term, about in asked] == without


@given(moments(), step_terms(HOST))
def test_claims_together_are_the_term(moment: Moment, term: Term) -> None:
    assert moment.holds(all_of(*claims(term))) == moment.holds(term)


@pytest.mark.parametrize(
    ("term", "said"),
    [
        (implies(is_open & ~is_open, is_on), 'its premise "door is open and door is not open" is never true'),
        (implies(is_open, H.mode.is_(frozenset(H.mode.enum))), 'its conclusion "mode is day or night" is always true'),
        (implies(is_open, is_open), '"door is not open or door is open" is always true'),
        (is_open & ~is_open, '"door is open and door is not open" is never true'),
        (implies(is_open, some(lamp, is_on) & (is_open | SHUT)),
         '"door is not open or door is open or door_closes happens" is always true'),
        (every(lamp, implies(LIT & SHUT, is_on)), 'its premise "lamp_lit happens and door_closes happens" is never true'),
        (~some(lamp, is_on & ~is_on), '"for every lamp: not (power is on and power is not on)" is always true'),
        (implies(is_open, some(lamp, is_on)), None),
        (every(lamp, implies(LIT, after(is_on))), None),
    ],
)  # fmt: skip
def test_which_half_says_nothing(term: Term, said: str | None) -> None:
    assert idle(NETWORK, term) == said
