"""What looks at nearly the same is judged on one closed set: for less, and nothing less is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import pytest

from proofs.verdicts.columns import BASE, every_column
from proofs.verdicts.together import is_a_run, units
from proofs.views.labelled import family_proof
from proofs.views.labelled.family_proof import Proving, prove_columns
from proofs.views.labelled.labels import MOST_VIEWS, Labelled
from proofs.views.proof import ForAnyNumber
from proofs.world import slices
from proofs.world.slices import Group, apart, joined, union
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Ends, Step
from tests.helpers.networks.random_networks import random_count
from tests.helpers.networks.read_networks import configured, read

Shows = Mapping[str, tuple[bool, bool]]


def networks() -> Iterator[tuple[object, ...]]:
    """Networks by chance, of which some are silent and some have VMs that are configured, with more properties than usual."""
    for seed in range(random_count(3)):
        for known in (read(seed, properties=6), configured(seed)):
            if known is not None:
                yield known


def shown(network: object, columns: object, asked: object) -> list[Shows]:
    """By column what closed sets show of each property."""
    proofs = prove_columns(network, columns, asked)  # type: ignore[arg-type]  # what `networks` yields
    return [{name: (one.holds, one.exercised) for name, one in of.items()} for of in proofs.values()]


def less(one: Shows, other: Shows) -> list[str]:
    """The properties of which the first shows less: not that they hold, or not that nothing puts them to the test."""
    return [name for name in other if other[name][0] > one[name][0] or other[name][1] < one[name][1]]


class TestOfTheProtocol:
    names = tuple(name for name, one in PROPERTIES.items() if not is_a_run(one))

    def test_there_are_few_sets(self) -> None:
        found = [unit for _, _, unit in units(every_column(), self.names)]
        assert len(found) <= 22
        assert max(Counter(chain(*found)).values()) == 1

    def test_each_property_is_in_one_set_of_its_world_and_what_must_come_by_itself(self) -> None:
        asked = [one for one in PROPERTIES.values() if isinstance(one, Always | Step | Ends)]
        found = [part for group in ForAnyNumber(watched(), BASE, asked).groups(asked) for part in apart(group)]
        for growth in (slices.GROWTH, 1_000):
            sets = joined(found, growth)
            assert sorted(member.name for of in sets for one in of for member in one.members) == sorted(
                one.name for one in asked
            )
            for of in sets:
                together = union(of)
                assert all(one.world is together.world and one.part.machines <= together.part.machines for one in of)
                assert len(of) == 1 or not any(isinstance(one, Ends) for one in together.members)


class TestWhatIsShown:
    def test_is_no_less_than_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        together = [shown(*known) for known in networks()]
        sets: list[int] = []

        def noted(found: Iterable[Group]) -> list[list[Group]]:
            groups = list(found)
            sets.extend(len(of) for of in joined(groups))
            return [[one] for one in groups]

        monkeypatch.setattr(family_proof, "joined", noted)
        apart_ = [shown(*known) for known in networks()]
        assert max(sets) > 1
        assert [
            less(one, other) for two in zip(together, apart_, strict=True) for one, other in zip(*two, strict=True)
        ] == [[] for of in together for _ in of]

    def test_where_one_set_is_too_large_each_gets_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        known = next(found for found in networks() if has_sets(found))
        expected, limits = shown(*known), list[int]()
        closing = Labelled.__init__

        def noted(self: Labelled, *given: Any) -> None:
            limits.append(given[-1])
            closing(self, *given)

        monkeypatch.setattr(Labelled, "__init__", noted)
        monkeypatch.setattr(family_proof, "MOST_TOGETHER", 1)
        monkeypatch.setattr(family_proof, "_SHOWN", {})
        found = shown(*known)
        assert not any(less(one, other) for one, other in zip(expected, found, strict=True))
        assert set(limits) == {1, MOST_VIEWS}

    def test_a_set_that_forgets_who_is_in_it_is_noticed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(family_proof, "union", lambda of: of[0])
        proving = next(of for known in networks() if (of := has_sets(known)))
        asked = {name for unit in proving.units() for name in unit}
        assert asked < set(proving._splits)


def has_sets(known: tuple[object, ...]) -> Proving | None:
    """How properties of a network are judged, if some of them are judged together."""
    network, columns, asked = known
    proving = Proving(network, columns, asked)  # type: ignore[arg-type]  # what `networks` yields
    return proving if any(len(of) > 1 for of in proving._sets(proving._members(proving._splits))) else None
