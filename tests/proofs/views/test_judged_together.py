"""What looks at nearly the same is judged on one closed set: for less, and nothing less is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any

import pytest

from model.notation import Network
from proofs.verdicts.columns import BASE, every_column
from proofs.verdicts.together import is_a_run, units
from proofs.views.labelled import family_proof
from proofs.views.labelled.family_proof import Proving, prove_columns
from proofs.views.labelled.labels import MOST_VIEWS, Labelled
from proofs.views.proof import LIMIT, Closed, ForAnyNumber, Proof, closed_groups
from proofs.world import slices
from proofs.world.slices import apart, joined, union
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Ends, Property, Step
from tests.helpers.networks.random_networks import random_count
from tests.helpers.networks.read_networks import configured, read
from tests.helpers.nightly import AT_NIGHT

Shows = Mapping[str, tuple[bool, bool]]


@cache
def networks() -> list[tuple[Any, ...]]:
    """Networks by chance, some silent, some with VMs that are configured, of which some properties are judged together."""
    known = [one for seed in range(random_count(1)) for one in (read(seed, properties=6), configured(seed)) if one]
    found = [one for one in known if proving(*one) is not None]
    assert len(found) > 10
    return found


def proving(network: Network, columns: Sequence[Column], asked: Sequence[Property]) -> Proving | None:
    """How properties of a network are judged, if some of them are judged together."""
    found = Proving(network, columns, asked)
    return found if any(len(of) > 1 for of in found._sets(found._members(found._splits))) else None


def shown(network: Network, columns: Sequence[Column], asked: Sequence[Property]) -> list[Shows]:
    """By column what closed sets show of each property."""
    proofs = prove_columns(network, columns, asked)
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
        """Of a third of the networks; at night of all."""
        some = networks() if AT_NIGHT else networks()[::3]
        assert len(some) >= 20
        together = [shown(*known) for known in some]
        monkeypatch.setattr(family_proof, "joined", lambda found: [[one] for one in found])
        alone = [shown(*known) for known in some]
        for one, other in zip(together, alone, strict=True):
            assert not any(less(of_set, by_itself) for of_set, by_itself in zip(one, other, strict=True))

    def test_where_one_set_is_too_large_each_gets_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        known = networks()[0]
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
        found = proving(*networks()[0])
        assert found is not None
        assert {name for unit in found.units() for name in unit} < set(found._splits)


def test_a_set_of_one_column_that_is_too_large_gives_way_to_single_ones() -> None:
    asked = [PROPERTIES[name] for name in ("no-vm-is-lost", "a-vm-is-chosen-once", "no-partial-backup")]

    def closed(limit: int) -> list[Closed | list[Proof]]:
        return list(closed_groups(watched(), BASE, asked, growth=1_000, limit=limit))

    (together,) = closed(LIMIT)
    assert isinstance(together, Closed)
    alone = closed(len(together.views) - 1)
    names = [one.members[0].name for one in alone if isinstance(one, Closed) and len(one.members) == 1]
    assert sorted(names) == sorted(one.name for one in together.members) == sorted(one.name for one in asked)
    problems = [one.problem for found in closed(100) if isinstance(found, list) for one in found]
    assert len(problems) == len(asked)
    assert all(problem.startswith("more than 100 views") for problem in problems)
