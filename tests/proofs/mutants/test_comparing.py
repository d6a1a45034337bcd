"""Mutants compared in all columns at once: what is found is what each column's own closed sets show, and takes the same steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice

import pytest

from model.notation import Actor, DeclarationError, Network, build, event, on
from proofs.mutants.changed_rules import Rules
from proofs.mutants.comparing import Comparing
from proofs.mutants.labelled_sets import LabelledSet, LabelledSets, _Asked, _Reading
from proofs.mutants.operators import mutants_of
from proofs.mutants.same_views import SameViews
from proofs.verdicts.columns import BASE
from proofs.world.layout import States
from proofs.world.world import Column
from tests.helpers.networks.random_networks import Three, Two, random_count, vm
from tests.helpers.networks.read_networks import read
from tests.helpers.same_steps import start_of

MOST_COLUMNS = 4


@dataclass(frozen=True, eq=False)
class Case:
    """A network with readings and faults, some of its columns, and some of its mutants that the notation does not refuse."""

    network: Network
    columns: list[Column]
    mutants: list[Rules]

    @cached_property
    def alone(self) -> list[list[str]]:
        """By mutant the columns in which it is not known to be the same, each asked by itself: once, whoever is held against that."""
        return [[column.name for column in self.columns if self._why_not(column, rules)] for rules in self.mutants]

    def _why_not(self, column: Column, rules: Rules) -> str | None:
        return SameViews(self.network, column, start_of(self.network), [rules]).why_not(rules)


@cache
def drawn(seed: int) -> Case | None:
    """One by chance, if there is one of this number."""
    if (found := read(seed)) is None or found[0].at_start:
        return None
    network, columns, _ = found
    rules = []
    for mutant in islice(mutants_of(network), seed % 9, None, 9):
        with suppress(DeclarationError):
            rules.append(Rules(network, mutant, mutant.change(network)))
    return Case(network, columns[:MOST_COLUMNS], rules) if rules else None


def compared(each: int, until: str = "") -> Counter[str]:
    """How often a mutant is the same in a column, or not, by all columns at once (first word) and alone (second). until: of what one
    is enough."""
    seen: Counter[str] = Counter()
    for case in filter(None, map(drawn, range(91_000, 91_000 + each))):
        comparing = Comparing(case.network, case.columns, start_of(case.network), case.mutants)
        for rules, alone in zip(case.mutants, case.alone, strict=True):
            together = comparing.differs(rules.mutant.name, case.columns)[0]
            for column in case.columns:
                words = ("differs" if column.name in found else "same" for found in (together, alone))
                seen[", ".join(words)] += 1
            if seen[until]:
                return seen
        seen["sets"] += comparing.sets.closed if comparing.sets else 0
    return seen


def test_what_all_columns_show_at_once_each_shows_alone() -> None:
    seen = compared(random_count(1) // 5)
    assert seen["same, differs"] == 0, seen
    assert seen["differs, same"] <= seen["same, same"] // 50, seen
    assert min(seen["same, same"], seen["differs, differs"], seen["sets"]) >= 15, seen


def test_what_begins_alike_is_closed_once_whatever_tells_its_starts_apart() -> None:
    """Each mutant reads another part of what the right network tells apart anyway."""
    colour = Actor("colour", Three, of=vm, starts=frozenset(Three), says="Of a VM, for good.")
    work = Actor("work", Two, of=vm, starts=Two.A, says="Of a VM.").table(
        on("go", Two.A, Two.B), on("come", Two.B, Two.A)
    )
    going = event("go", at=vm, when=colour.is_(Three.A | Three.B), by="T-1", says="It goes.")
    coming = event("come", at=vm, when=colour.is_(Three.B | Three.C), by="T-1", says="It comes.")
    network = build([colour, work], [*going, *coming])
    rules = [Rules(network, one, one.change(network)) for one in mutants_of(network) if one.operator == "unfair"]
    comparing = Comparing(network, [BASE], start_of(network), rules)
    assert [comparing.differs(one.mutant.name, [BASE])[0] for one in rules] == [[BASE.name]] * 2
    assert len({one.told_apart for one in rules}) == 2
    assert comparing.sets is not None
    assert comparing.sets.closed == 1


def test_mutants_in_turn_close_fewer_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found on 2026-11-30: 216 sets were closed for all mutants of the protocol, where 65 would do."""
    monkeypatch.setattr("proofs.mutants.labelled_sets.MOST_SETS", 1)
    closed = Counter[str]()
    for case in filter(None, map(drawn, range(91_000, 91_040))):
        by_name, told = [rules.mutant.name for rules in case.mutants], list[dict[str, tuple[list[str], int]]]()
        for order in ("by name", "in turn"):
            comparing = Comparing(case.network, case.columns, start_of(case.network), case.mutants)
            turn = comparing.in_turn(by_name) if order == "in turn" else by_name
            assert sorted(turn) == sorted(by_name)
            told.append({name: comparing.differs(name, case.columns) for name in turn})
            closed[order] += comparing.sets.closed if comparing.sets else 0
        assert told[0] == told[1]
    assert closed["in turn"] * 10 < closed["by name"] * 9, closed


def test_a_column_that_is_given_the_views_of_another_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def of_the_first(label: int) -> int:
        return -1 if label & 1 else 0

    def another(self: LabelledSet, host: tuple[str, ...], vm: tuple[str, ...]) -> dict[States, dict[States, int]]:
        return {
            place: {one: of_the_first(label) for one, label in vms.items()} for place, vms in to(self, host, vm).items()
        }

    to = LabelledSet.to
    monkeypatch.setattr(LabelledSet, "to", another)
    assert compared(15, "same, differs")["same, differs"]


def test_a_rule_that_one_of_the_columns_does_not_have_is_asked_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted fault: what only the mutant lets happen is not asked."""

    def never_new(self: _Reading, one: Rules, event: str) -> Iterator[_Asked]:
        return (asked for asked in of_event(self, one, event) if "no column has it" not in asked.name)

    of_event = _Reading._of_event
    monkeypatch.setattr(_Reading, "_of_event", never_new)
    assert compared(15, "same, differs")["same, differs"]


def test_a_rule_that_the_mutant_never_lets_happen_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted fault: what only the right network lets happen is not asked."""

    def never_gone(self: _Reading, one: Rules, event: str) -> Iterator[_Asked]:
        return (asked for asked in of_event(self, one, event) if asked.now is not None)

    of_event = _Reading._of_event
    monkeypatch.setattr(_Reading, "_of_event", never_gone)
    assert compared(15, "same, differs")["same, differs"]


def test_where_a_set_of_all_columns_is_too_large_each_is_asked_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LabelledSets, "_closed", lambda *_: None)
    seen = compared(8)
    assert seen["same, differs"] == seen["differs, same"] == 0, seen
    assert min(seen["same, same"], seen["differs, differs"]) >= 50, seen


def test_columns_of_which_nothing_is_known_are_not_taken_for_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted fault: what no set shows is no different."""
    monkeypatch.setattr(LabelledSets, "_closed", lambda *_: None)
    monkeypatch.setattr(Comparing, "_alone", lambda *_: (False, 0))
    assert compared(15, "same, differs")["same, differs"]
