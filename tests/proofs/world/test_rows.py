"""What a term says of each row is what it says with that row's states filled in, however it is put together."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from model.notation.terms import In, Term, all_of, any_of
from proofs.world import rows as module
from proofs.world.rows import Rows, together
from proofs.world.world import fold_own

STATES = {"lamp": ("on", "off"), "tide": ("low", "rising", "high"), "boat": ("in", "out"), "wind": ("calm", "storm")}


def drawn(random: Random, depth: int) -> Term:
    """A term about some of these machines, and one that no row has."""
    if depth == 0 or random.random() < 0.2:
        name = random.choice([*STATES, "stranger"])
        of = STATES.get(name, ("here", "gone"))
        return In(name, frozenset(random.sample(of, random.randint(1, len(of) - 1))))
    parts = [drawn(random, depth - 1) for _ in range(random.randint(1, 3))]
    whole = random.choice((all_of, any_of))(*parts)
    return random.choice((whole, ~whole))


def assert_read(rows: Rows, term: Term, known: dict[str, frozenset[str]] | None) -> None:
    codes, terms = rows.read(term, known)
    assert len(codes) == len(rows)
    for i, code in enumerate(codes.tolist()):
        at = dict(zip(rows.states, rows.row(i), strict=True))
        filled = {name: frozenset({s}) for name, s in at.items() if known is None or s in known.get(name, ())}
        assert terms[code] == fold_own(term, filled), (term, at)
    assert len(set(terms)) == len(terms)


@pytest.mark.parametrize("seed", range(60))
def test_of_terms_drawn_by_chance(seed: int) -> None:
    random = Random(seed)
    every = Rows.product(STATES)
    some = Rows(STATES, every.numbers[random.sample(range(len(every)), random.randint(1, len(every)))])
    known = {name: frozenset(random.sample(found, random.randint(0, len(found)))) for name, found in STATES.items()}
    term = drawn(random, 3)
    for rows in (every, some):
        assert_read(rows, term, None)
        assert_read(rows, term, known)


def test_where_no_number_holds_the_states_it_is_read_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = Rows.product(STATES)
    monkeypatch.setattr(module, "MOST", 1)
    assert_read(rows, drawn(Random(1), 3), None)


@pytest.mark.parametrize("most", [module.MOST, 400, 1], ids=["at once", "now and then", "one by one"])
def test_together_are_rows_that_nothing_tells_apart(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many numbers are joined before they are made small again."""
    monkeypatch.setattr(module, "MOST", most)
    columns = np.random.default_rng(3).integers(0, 5, (7, 300))
    columns[3:] *= columns[:1] == 0
    first: dict[tuple[int, ...], int] = {}
    wanted = [first.setdefault(tuple(row), len(first)) for row in columns.T.tolist()]
    assert 100 < len(first) < 250
    assert together(list(columns), 300).tolist() == wanted


def test_together_with_more_than_a_number_holds() -> None:
    columns = [np.array([0, i == 0, (1 << 16) - 1], dtype=np.int64) for i in range(5)]
    assert together(columns, 3).tolist() == [0, 1, 2]
