"""Mutants compared in all columns at once: what is found is what each column's own closed sets show, and takes the same steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

import pytest

from model.notation import DeclarationError, Network
from proofs.mutants.changed_rules import Rules
from proofs.mutants.comparing import Comparing
from proofs.mutants.labelled_sets import LabelledSets
from proofs.mutants.operators import mutants_of
from proofs.mutants.same_views import SameViews
from proofs.world.world import Column
from tests.helpers.networks.random_networks import random_count
from tests.helpers.networks.read_networks import read
from tests.helpers.same_steps import start_of

MOST_COLUMNS = 4


def drawn(each: int) -> Iterator[tuple[Network, list[Column], list[Rules]]]:
    """Networks with readings and faults, some of their columns, and some of their mutants that the notation does not refuse."""
    for seed in range(91_000, 91_000 + each):
        if (found := read(seed)) is None or found[0].at_start:
            continue
        network, columns, _ = found
        rules = []
        for mutant in islice(mutants_of(network), seed % 9, None, 9):
            try:
                rules.append(Rules(network, mutant, mutant.change(network)))
            except DeclarationError:
                continue
        if rules:
            yield network, columns[:MOST_COLUMNS], rules


def alone(network: Network, columns: Sequence[Column], rules: Rules) -> list[str]:
    """The columns in which a mutant is not known to be the same, each asked by itself."""
    views = ((column, SameViews(network, column, start_of(network), [rules])) for column in columns)
    return [column.name for column, one in views if one.why_not(rules)]


def compared(each: int) -> Counter[str]:
    """How often a mutant is the same in a column, or not, by all columns at once (first word) and alone (second)."""
    seen: Counter[str] = Counter()
    for network, columns, mutants in drawn(each):
        comparing = Comparing(network, columns, start_of(network), mutants)
        for rules in mutants:
            together, by_itself = comparing.differs(rules.mutant.name, columns)[0], alone(network, columns, rules)
            for column in columns:
                words = ("differs" if column.name in found else "same" for found in (together, by_itself))
                seen[", ".join(words)] += 1
        seen["sets"] += comparing.sets.closed if comparing.sets else 0
    return seen


def test_what_all_columns_show_at_once_each_shows_alone() -> None:
    seen = compared(random_count(1) // 5)
    assert seen["same, differs"] == 0, seen
    assert seen["differs, same"] <= seen["same, same"] // 50, seen
    assert min(seen["same, same"], seen["differs, differs"], seen["sets"]) >= 15, seen


def test_a_column_that_is_given_the_views_of_another_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def another(self: LabelledSets, rules: Rules, column: object, where: Column, leaves_out: frozenset[str]) -> object:
        return of(self, rules, column, min(self.bit, key=self.bit.__getitem__), leaves_out)  # type: ignore[arg-type]

    of = LabelledSets.of
    monkeypatch.setattr(LabelledSets, "of", another)
    assert compared(15)["same, differs"]
