"""Random terms: the notation and a brute-force reading of it agree."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.notation import (
    HOST,
    TRUE,
    DeclarationError,
    Run,
    Sort,
    Term,
    after,
    all_of,
    any_of,
    decide,
    every,
    happens,
    iff,
    some,
    words,
)
from model.notation.network import check_scope, satisfiable
from model.notation.terms import And, Every, In, Not, Or, Same, Some, Unchanged
from tests.counted import calls
from tests.model.notation.house import bulb, lamp, shade
from tests.model.notation.random_terms import OWNERS, SORTS, atoms, can_hold, free_network, meaning, runs, terms

KNOWN: dict[str, dict[str, tuple[int, ...]]] = {"host": {"host": ()}, "lamp": {"host": (), "lamp": (0,)}}
NETWORK = free_network()


def rebuilt(term: Term) -> Term:
    """The term made again with the functions that fold."""
    match term:
        case Not(body):
            return ~rebuilt(body)
        case And(parts):
            return all_of(*map(rebuilt, parts))
        case Or(parts):
            return any_of(*map(rebuilt, parts))
        case Every(sort, body):
            return every(sort, rebuilt(body))
        case Some(sort, body):
            return some(sort, rebuilt(body))
    return term


@given(runs(), terms("host"))
def test_a_run_evaluates_a_term_of_the_host_as_brute_force_does(run: Run, term: Term) -> None:
    assert run.holds(term) == meaning(term, run.states(), KNOWN["host"])


@given(runs(), terms("lamp"))
def test_a_run_evaluates_a_term_of_a_member_as_brute_force_does(run: Run, term: Term) -> None:
    for index in run.members(lamp):
        assert run.holds(term, index) == meaning(term, run.states(), {"host": (), "lamp": index})


@given(runs(), terms("bulb"))
def test_a_run_evaluates_a_term_of_a_part_as_brute_force_does(run: Run, term: Term) -> None:
    for index in run.members(bulb):
        known = {"host": (), "lamp": index[:1], "bulb": index}
        assert run.holds(term, index) == meaning(term, run.states(), known)


@given(runs(), terms("lamp"))
def test_folding_keeps_the_meaning(run: Run, term: Term) -> None:
    assert run.holds(rebuilt(term), (0,)) == run.holds(term, (0,))


def unruly() -> st.SearchStrategy[Term]:
    """Terms of any quantifiers in any order over any machines."""
    sorts = st.sampled_from((lamp, bulb, shade))
    return st.recursive(
        atoms(list(OWNERS)),
        lambda smaller: st.one_of(
            st.builds(Not, smaller),
            st.builds(And, st.tuples(smaller, smaller)),
            st.builds(Every, sorts, smaller),
            st.builds(Some, sorts, smaller),
        ),
        max_leaves=4,
    )


@given(runs(), unruly())
def test_a_term_that_the_scope_check_accepts_has_a_meaning(run: Run, term: Term) -> None:
    try:
        check_scope(NETWORK, term, {HOST}, None, "term")
    except DeclarationError:
        return
    assert run.holds(term) == meaning(term, run.states(), KNOWN["host"])


@given(st.sampled_from(tuple(SORTS)).flatmap(lambda about: st.tuples(st.just(about), terms(about))))
def test_the_scope_check_accepts_terms_that_say_whose_machines_they_read(pair: tuple[str, Term]) -> None:
    about, term = pair
    sort: Sort | None = SORTS[about]
    bound = set()
    while sort is not None:
        bound.add(sort)
        sort = sort.of
    check_scope(NETWORK, term, bound, None, "term")


@pytest.mark.parametrize("few", [0, decide.FEW])
@given(terms("lamp"), terms("lamp"), terms("lamp"))
def test_satisfiable_is_what_trying_every_case_finds(few: int, one: Term, two: Term, three: Term) -> None:
    """few: steps after which what was looked at in vain is kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decide, "FEW", few)
        for term in (one, all_of(one, two, three), all_of(any_of(one, two), any_of(~one, three), ~three)):
            assert satisfiable(NETWORK, term) == can_hold(term)


@given(unruly(), st.sampled_from(tuple(OWNERS)))
def test_every_term_can_be_said(term: Term, actor: str) -> None:
    for one in (term, after(term), ~after(term) & happens("x") | Unchanged(actor)):
        assert words(one)
        assert words(one, nested=True)


def test_a_machine_is_always_as_it_is_itself() -> None:
    """Random terms seldom say so."""
    assert satisfiable(NETWORK, Same("left", "left"))
    assert not satisfiable(NETWORK, ~Same("left", "left"))


MANY = 3_000_000

BITS = [some(bulb, In("glow", frozenset({str(number)}))) for number in range(40)]


def test_few_cases_of_many_quantified_terms_are_looked_at() -> None:
    """Forty of them and all machines: more than a million million cases, most of them equal."""
    chain = all_of(*(iff(one, two) for one, two in pairwise(BITS)))
    machines = any_of(*(In(name, frozenset({"DARK", "DAY", "ON"})) for name in OWNERS))
    with calls(MANY):
        assert satisfiable(NETWORK, chain & machines)
        assert not satisfiable(NETWORK, chain & machines & BITS[0] & ~BITS[-1])
        assert not satisfiable(NETWORK, chain & iff(BITS[0], ~BITS[-1]) & machines)
        assert satisfiable(NETWORK, TRUE)


def test_what_does_not_depend_on_what_was_chosen_before_is_looked_at_once() -> None:
    """What is left once fourteen pairs are decided is the same contradiction each time."""
    pairs = all_of(*(iff(one, two) for one, two in zip(BITS[:14], BITS[14:28], strict=True)))
    x, y = BITS[38:]
    with calls(MANY):
        assert not satisfiable(NETWORK, pairs & (x | y) & (x | ~y) & (~x | y) & (~x | ~y))
