"""Few machines, few phases: what is told apart of the network is all of it, what may be said less is, and nothing is asked twice."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

import pytest

from proofs.why.tables.claims import breaks, close_for, step_breaks
from proofs.why.tables.free import NoReason, Rules, TooMany, known_of
from proofs.why.tables.localise import Real, localised
from proofs.why.tables.views import Closing, Closure, Localised, View, close
from proofs.why.tables.widen import _Widening
from proofs.world.world import fold
from properties.kinds import Always, Step
from tests.proofs.why.test_reasons import TINY, closed_for

STOOD_FOR = "none-registered-if-one-is-not-all"
each = pytest.mark.parametrize("name", TINY)


def rules_of(name: str) -> Rules:
    return Rules(closed_for(name).views.compiled)


def everything(rules: Rules) -> Localised:
    return Localised(rules, rules.actors)


@each
def test_what_the_network_takes_is_what_is_closed_with_every_machine_looked_at(name: str) -> None:
    """2026-11-29: a VM that stands for others was put in once, as if there were none of those it stands for."""
    rules = rules_of(name)
    real = Real(rules, closed_for(name).views).at(everything(rules))
    whole = close(everything(rules)).at
    assert {host: set(here) for host, here in real.items()} == {host: set(here) for host, here in whole.items()}


def test_all_configurations_are_among_what_the_network_takes() -> None:
    """2026-11-29: of configurations that are as good as one, only that one was."""
    rules = rules_of(STOOD_FOR)
    real = Real(rules, closed_for(STOOD_FOR).views)
    fixed = [name for name in rules.vm_names if name in rules.world.constant]
    several = 0
    for pair in combinations(fixed, 2):
        of = Localised(rules, pair)
        start = {vm for _, vm in of.starts()}
        several += len(start) > 2
        assert {vm for here in real.at(of).values() for vm in here} == start
    assert several


def test_a_promise_about_what_others_stand_for_has_a_table() -> None:
    """2026-11-29: with the machines that a step is decided by told apart, too; without them no table was found."""
    (found,) = closed_for(STOOD_FOR).members
    closure = localised(rules_of(STOOD_FOR), found, closed_for(STOOD_FOR).views)
    assert breaks(closure, found) is None
    assert len(closure.of.kept) < len(rules_of(STOOD_FOR).actors)


def test_the_vm_that_moves_is_one_of_those_that_break_a_claim() -> None:
    """2026-11-29: it was left out where the claim says nothing of it, so that nothing told its step from those that are taken."""
    (found,) = closed_for("boards-loaded").members
    assert isinstance(found, Step)
    of = Localised(rules_of("boards-loaded"), {"crew", "load"})
    sailed = next(one for one in of.rules.happenings if one.event.name == "sailed")
    ashore, aboard = ("NONE", "ASHORE"), ("NONE", "ABOARD")
    views = step_breaks(of, sailed, [((), [ashore, aboard])], found)
    assert views is not None
    assert views[0] == ((), aboard)


@each
def test_what_is_remembered_of_a_term_is_what_it_says(name: str) -> None:
    rules, asked = rules_of(name), 0
    for host, here in close(everything(rules)).at.items():
        for vm in here:
            known = known_of(rules.host_names, host) | known_of(rules.vm_names, vm)
            for one in rules.happenings:
                asked += 1
                assert rules.fold(one.when, known) == rules.fold(one.when, known)
                assert rules.fold(one.when, known) == fold(one.when, {**rules.reach, **known})
    assert asked > 10


def test_the_clock_is_looked_at_every_so_often() -> None:
    """2026-11-29: it was asked at each view, which took longer than the view."""
    rules, asked = rules_of("sails-loaded"), list[float]()

    def now() -> float:
        asked.append(1.0)
        return 1.0

    rules.clock = now
    often(rules, 1_000)
    assert 1 < len(asked) < 100
    rules.deadline = 0.5
    with pytest.raises(NoReason, match="within the limit"):
        often(rules, 100)


def often(rules: Rules, times: int) -> None:
    for _ in range(times):
        rules.in_time()


def widening(name: str) -> _Widening:
    (found,) = closed_for(name).members
    closure = localised(rules_of(name), found, closed_for(name).views)
    return _Widening(closure.of, found, closed_for(name).views, lambda *_: True)


def views_of(closure: Closure) -> set[View]:
    return {(host, vm) for host, here in closure.at.items() for vm in here}


@each
def test_what_is_said_less_keeps_the_promise_and_the_order_of_the_host(name: str) -> None:
    start = widening(name)
    before, done = views_of(start.closing.found), start.done()
    assert views_of(done) >= before
    assert set(done.at) == start.hosts
    assert breaks(done, start.found) is None
    assert views_of(close_for(done.of, start.found)) <= views_of(done)


@each
def test_no_two_phases_that_are_left_could_be_one(name: str) -> None:
    """What was refused once is not asked again; and is refused still."""
    start = widening(name)
    start.done()
    start.refused.clear()
    for asked in start._merged():
        assert not start._try(asked)


def test_what_is_refused_is_no_more_than_what_was(monkeypatch: pytest.MonkeyPatch) -> None:
    start = widening("closed-to-the-packed")
    monkeypatch.setattr(start, "_wider", lambda _: start.closing)
    (host, other, *_), one, two = start.hosts, ("ONE",), ("TWO",)
    start.refused.append((frozenset({host}), frozenset({one})))
    assert start._try((frozenset({host}), frozenset({two})))
    assert start._try((frozenset({other}), frozenset({one})))
    assert not start._try((frozenset({host, other}), frozenset({one, two})))


def test_the_host_goes_nowhere_else() -> None:
    start = widening("closed-to-the-packed")
    views, start.closing = sorted(views_of(start.closing.found)), Closing(start.of, None)
    assert start._wider(views) is not None
    start.hosts -= {views[-1][0]}
    assert start._wider(views) is None


@each
def test_where_too_much_would_come_about_no_less_is_said(name: str) -> None:
    """2026-11-29: that there are too many views ended the search for a table, not the attempt to say less."""
    start, spent = widening(name), widening(name)
    before = views_of(start.closing.found)
    start.closing.most, spent.left = len(before), 0
    assert views_of(start.done()) == views_of(spent.done()) == before


def test_closing_ends_at_its_limit() -> None:
    of = everything(rules_of("sails-loaded"))
    with pytest.raises(TooMany, match="more than 2 views"):
        Closing(of, None, 2).with_views(of.starts())


def test_machines_that_make_too_many_views_are_not_left_free(monkeypatch: pytest.MonkeyPatch) -> None:
    from proofs.why.tables import localise

    (found,) = closed_for("sails-loaded").members
    rules = rules_of("sails-loaded")
    whole = close_for(everything(rules), found)
    assert isinstance(found, Always)
    free = [name for name in rules.actors if localise._left_free(whole, name, found) is not None]
    monkeypatch.setattr(localise, "_FEW", -2 * len(whole))
    assert free
    assert [name for name in rules.actors if localise._left_free(whole, name, found) is not None] == []


def subsets(names: Iterable[str]) -> Iterable[frozenset[str]]:
    every = list(names)
    return (frozenset(one) for count in range(len(every)) for one in combinations(every, count))


@each
def test_no_fewer_machines_show_it(name: str) -> None:
    """Of all sets of machines, tried one by one, none that is smaller and has those that are spoken of shows the promise."""
    (found,) = closed_for(name).members
    rules = rules_of(name)
    kept = localised(rules, found, closed_for(name).views).of.kept
    for fewer in subsets(kept):
        assert breaks(close_for(Localised(rules, fewer), found), found) is not None


def test_what_is_tried_comes_in_one_order_in_every_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found on 2026-11-30: a set's own order decided how many views an attempt took, and so which table there was at the bound."""
    start, tried = widening("closed-to-the-packed"), list[list[View]]()

    def note(views: Iterable[View]) -> None:
        tried.append(list(views))

    monkeypatch.setattr(start, "_wider", note)
    start.done()
    assert max(map(len, tried)) > 3
    assert all(views == sorted(views) for views in tried)
