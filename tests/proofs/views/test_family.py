"""Many columns at once: the views of each column, and what they show, are those of that column alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pytest

from model.notation import Move, Network, Shape, Term
from proofs.views.labelled import family_proof, starts
from proofs.views.labelled.branches import OfHosts
from proofs.views.labelled.digits import VmClasses
from proofs.views.labelled.family import Family
from proofs.views.labelled.family_proof import prove_columns
from proofs.views.labelled.label_judge import Judging, joint_kinds
from proofs.views.labelled.label_kernel import Small
from proofs.views.labelled.labels import Labelled
from proofs.views.labelled.labels_plain import PlainlyLabelled
from proofs.views.labelled.projection import Projected
from proofs.views.labelled.starts import starts_by_column
from proofs.views.proof import prove
from proofs.views.saturation import TooManyViews, saturate
from proofs.world.compiled import Compiled
from proofs.world.world import Column
from properties.kinds import Ends
from tests.helpers.by_search import is_exercised, is_refuted
from tests.helpers.networks.random_networks import random_count
from tests.helpers.networks.read_networks import configured, read, repainted
from tests.helpers.networks.tiny import HARBOUR, NO_OARS, ONE_OAR
from tests.helpers.networks.whole import compiled_whole, machines_in, views_in_words
from tests.helpers.nightly import AT_NIGHT

EQUIPPED = Shape({"disk": 1})
Close = Callable[[Compiled, Family], Mapping[tuple[int, int], int]]


def plainly(
    compiled: Compiled, family: Family, engine: type[PlainlyLabelled] = PlainlyLabelled
) -> Mapping[tuple[int, int], int]:
    closed = engine(compiled, len(family.columns), family.allowed, family.all)
    return {(host, vm): label for host, here in closed.at.items() for vm, label in here.items()}


def swiftly(compiled: Compiled, family: Family) -> Mapping[tuple[int, int], int]:
    closed = Labelled(compiled, len(family.columns), family.allowed, [family.all] * len(compiled.starts))
    return {(host, vm): label for host, vm, label in closed.all_views()}


@dataclass(frozen=True, eq=False)
class Case:
    """A network with its columns, and VMs of one shape."""

    network: Network
    columns: list[Column]
    shape: Shape

    @cached_property
    def alone(self) -> list[tuple[Compiled, list[tuple[int, int]]]]:
        """The views of each column alone, made once, whoever is held against them."""
        each = [compiled_whole(self.network, [self.shape], column) for column in self.columns]
        return [(one, [(host, vm) for host, here in saturate(one, 300).at.items() for vm in here]) for one in each]

    @cached_property
    def together(self) -> tuple[Compiled, Family]:
        """All columns at once, made once too."""
        return self.with_another(Family)

    def with_another(self, make: type[Family]) -> tuple[Compiled, Family]:
        family = make(self.network, self.columns)
        return compiled_whole(family.network, [self.shape], family.column), family

    def differing(self, close: Close, make: type[Family] = Family) -> list[Column]:
        """The columns whose views are not those of the column alone."""
        compiled, family = self.together if make is Family else self.with_another(make)
        labels = close(compiled, family)
        found = []
        for bit, (column, (alone, own)) in enumerate(zip(self.columns, self.alone, strict=True)):
            names = machines_in(alone) & machines_in(compiled)
            with_bit = views_in_words(compiled, [view for view, label in labels.items() if label >> bit & 1], names)
            if with_bit != views_in_words(alone, own, names):
                found.append(column)
        return found


@cache
def cases() -> list[Case]:
    """A hundred by chance at least, since it is said how many columns are to be seen."""
    count = random_count(2)
    found = [Case(*known[:2], EQUIPPED) for seed in range(count) if (known := read(seed)) is not None]
    assert len(found) > count // 2
    return found


def compared(close: Close, make: type[Family] = Family) -> Iterator[tuple[int, int]]:
    """Of each case: how many columns were compared, and how many differed."""
    for case in cases():
        with suppress(TooManyViews, KeyError, ValueError):
            yield len(case.columns), len(case.differing(close, make))


def is_noticed(close: Close, make: type[Family] = Family) -> bool:
    """Whether the columns of some network differ."""
    return any(wrong for _, wrong in compared(close, make))


both = pytest.mark.parametrize("close", [plainly, swiftly])


class TestTheViewsWithAColumnsBitAreItsOwn:
    @both
    @pytest.mark.parametrize("shape", [NO_OARS, ONE_OAR], ids=["no oars", "one oar"])
    def test_in_the_harbour(self, close: Close, shape: Shape) -> None:
        columns = [Column(), Column(frozenset({"storm"}))]
        assert Case(HARBOUR, columns, shape).differing(close) == []

    @both
    def test_in_networks_drawn_by_chance(self, close: Close) -> None:
        found = list(compared(close))
        assert sum(seen for seen, _ in found) > 200
        assert sum(wrong for _, wrong in found) == 0

    def test_plain_and_swift_are_one(self) -> None:
        for case in cases():
            compiled, family = case.together
            assert plainly(compiled, family) == swiftly(compiled, family)

    def test_no_vm_is_led_anywhere_before_it_is_there(self) -> None:
        """A VM state has a number if some view has it: where branches lead VMs is worked out where there are such VMs."""
        for case in cases():
            compiled, family = case.together
            closed = Labelled(compiled, len(case.columns), family.allowed, [family.all] * len(compiled.starts))
            assert len(np.unique(closed.views.vms[: len(closed)])) == closed.steps.met == closed.steps.count[0]

    @both
    def test_a_fault_more_takes_no_view_away(self, close: Close) -> None:
        pairs = 0
        for case in cases():
            columns = case.columns
            compiled, family = case.together
            labels = close(compiled, family).values()
            for few, one in enumerate(columns):
                for more, other in enumerate(columns):
                    if one.readings == other.readings and one.faults < other.faults:
                        pairs += 1
                        assert all(label >> more & 1 for label in labels if label >> few & 1)
        assert pairs > 50


class TestNothingIsAskedTwice:
    def test_a_class_of_host_states_is_asked_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = list[tuple[int, int]]()
        ask = Projected._ask_kind

        def counted(self: Projected, of_hosts: OfHosts, kind: int, states: tuple[int, ...]) -> None:
            asked.append((id(of_hosts), kind))
            ask(self, of_hosts, kind, states)

        monkeypatch.setattr(Projected, "_ask_kind", counted)
        met = 0
        for case in cases()[:20]:
            family = Family(case.network, case.columns)
            compiled = compiled_whole(family.network, [EQUIPPED], family.column)
            asked.clear()
            closed = Labelled(compiled, len(case.columns), family.allowed, [family.all] * len(compiled.starts))
            assert len(asked) == len(set(asked))
            met += len(closed.places) * len(closed.steps._of_hosts) - len(asked)
        assert met > 0

    def test_what_events_do_is_not_compiled_for_others_too(self) -> None:
        for case in cases()[:20]:
            family = Family(case.network, case.columns)
            compiled = compiled_whole(family.network, [EQUIPPED], family.column)
            Labelled(compiled, len(case.columns), family.allowed, [family.all] * len(compiled.starts))
            assert "_tables" not in vars(compiled)
            asked = len(compiled.state_bits)
            assert len(compiled._tables.of_vm) == len(compiled.events)
            assert len(compiled.state_bits) == asked, "what events ask of all VMs has its bits before"

    def test_what_terms_read_alike_is_classified_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        told = list[VmClasses]()
        classes = Judging.classes

        def counted(self: Judging, places: tuple[int, ...], term: Term) -> tuple[VmClasses, list[Small]]:
            found = classes(self, places, term)
            told.append(found[0])
            return found

        monkeypatch.setattr(Judging, "classes", counted)
        for seed in range(6):
            if (known := read(seed, properties=4)) is not None:
                family_proof._SHOWN.clear()
                prove_columns(known[0], known[1][:MANY], known[2])
        assert 0 < 3 * len({id(one) for one in told}) < 2 * len(told)


# -- wrong engines are refused --------------------------------------------------------------------------------------------


class OrForAnd(PlainlyLabelled):
    def both(self, one: int, other: int) -> int:
        return one | other if one and other else 0


class NoUnion(PlainlyLabelled):
    def cause(self, caused: dict[int, int], host2: int, moved: int) -> None:
        caused[host2] = moved


class LostLabel(PlainlyLabelled):
    def both(self, one: int, other: int) -> int:
        return one & other & ~2


class Swapped(Family):
    """Two variants of an event, each with the other's columns."""

    def __init__(self, network: Network, columns: Sequence[Column]) -> None:
        super().__init__(network, columns)
        for one, two, *_ in (names for names in self.variants.values() if len(names) > 1):
            self.allowed[one], self.allowed[two] = self.allowed[two], self.allowed[one]


class BlockersForgotten(Family):
    """A machine that has lost every row for an event takes no part in it."""

    def _can_take_part(self, rows: Mapping[str, Sequence[Move]]) -> bool:
        return any(rows.values())


class TestWrongEnginesAreRefused:
    @pytest.mark.parametrize("engine", [OrForAnd, NoUnion, LostLabel])
    def test_closures(self, engine: type[PlainlyLabelled]) -> None:
        assert is_noticed(lambda compiled, family: plainly(compiled, family, engine))

    @both
    @pytest.mark.parametrize("make", [Swapped, BlockersForgotten])
    def test_families(self, make: type[Family], close: Close) -> None:
        assert is_noticed(close, make)


# -- verdicts -------------------------------------------------------------------------------------------------------------


def _joined_by_or(kinds: Mapping[int, int]) -> dict[int, int]:
    """What VMs contribute together, in the columns in which any of them does."""
    found: dict[int, int] = {}
    for kind, label in kinds.items():
        for other, known in list(found.items()):
            found[kind | other] = found.get(kind | other, 0) | known | label
        found[kind] = found.get(kind, 0) | label
    return found


MANY = 6
"""Columns that are looked at together: less is asked one by one (`_WORTH_MORE`)."""


class TestVerdicts:
    @pytest.mark.timeout(900)
    def test_are_those_of_each_column_alone(self) -> None:
        """But for a part that never moves in a column and does in its family: others like it may then be anyhow, which shows less. And a
        slice of all columns may be another one, and show more: then no search may refute it."""
        seen = shown = exercised = less = 0
        for seed in range(random_count(1)):
            known = read(seed)
            if known is None:
                continue
            network, columns, properties = known
            if not AT_NIGHT and seed % 5:
                columns = columns[:MANY]
            found = prove_columns(network, columns, properties)
            assert list(found) == columns
            for column in columns:
                alone = prove(network, column, properties)
                for one in properties:
                    name, proof, mine = one.name, alone[one.name], found[column][one.name]
                    if mine.holds and not proof.holds:
                        assert not is_refuted(network, column, one), (seed, column, name)
                    if proof.exercised and not mine.exercised:
                        assert not is_exercised(network, column, one), (seed, column, name)
                    less += (mine.holds, mine.exercised) != (proof.holds, proof.exercised)
                    seen, shown, exercised = seen + 1, shown + proof.holds, exercised + proof.exercised
        assert 0 < shown < seen
        assert 0 < exercised < seen
        assert 500 * less < seen

    @pytest.mark.parametrize("wrong", ["or for and", "nobody stands by", "bits lost"])
    def test_wrong_judges_are_refused(self, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
        if wrong == "or for and":
            monkeypatch.setattr("proofs.views.labelled.label_judge.joint_kinds", _joined_by_or)
        elif wrong == "nobody stands by":
            monkeypatch.setattr("proofs.views.labelled.label_judge.joint_kinds", dict)
        else:
            monkeypatch.setattr("proofs.views.labelled.label_judge.Judging.of_steps", lambda *_: 0)
        assert any(self._differ(seed) for seed in range(random_count(1)))

    def _differ(self, seed: int) -> bool:
        family_proof._SHOWN.clear()
        known = read(seed, properties=4)
        if known is None:
            return False
        network, columns, properties = known
        columns = columns[:MANY]
        found = prove_columns(network, columns, properties)
        return any(
            (found[column][name].holds, found[column][name].exercised) != (proof.holds, proof.exercised)
            for column in columns
            for name, proof in prove(network, column, properties).items()
        )

    def test_joining_is_by_and(self) -> None:
        assert joint_kinds({1: 0b011, 2: 0b110}) == {1: 0b011, 2: 0b110, 3: 0b010}


class TestStarts:
    """A column begins from one of the starts that nothing tells apart in it, and shows what it shows if it begins from all of them."""

    def test_show_what_all_starts_show(self) -> None:
        seeds = random_count(1) // 2
        seen, wrong = self._compared(seeds)
        assert seen > 2 * seeds
        assert wrong == 0

    @pytest.mark.parametrize("forgotten", ["classes", "what properties read", "what events ask"])
    def test_wrong_ones_are_refused(self, forgotten: str, monkeypatch: pytest.MonkeyPatch) -> None:
        starts = "proofs.views.labelled.starts"
        if forgotten == "classes":
            monkeypatch.setattr(f"{starts}._chosen", lambda *_: [0])
        elif forgotten == "what properties read":
            monkeypatch.setattr(f"{starts}._Starts._read", lambda self: [frozenset()] * len(self.rows))
        else:
            monkeypatch.setattr("proofs.world.compiled.Compiled.asked_by", lambda *_: set())
        assert any(self._compared(1, seed)[1] for seed in range(random_count(1)))

    def test_that_a_property_tells_apart_stand_for_none_of_the_others(self) -> None:
        """Of a machine that stays where it starts in one column, where nothing asks for it, and moves in another."""
        assert self._colours(60 if AT_NIGHT else 25) == (0, True)

    def test_one_that_stands_for_what_a_property_tells_from_it_is_noticed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("proofs.views.labelled.starts._Starts._read_late", lambda _: frozenset())
        assert self._colours(25)[0]

    def _colours(self, seeds: int) -> tuple[int, bool]:
        """In how many cells more is shown than of the column alone; and whether both verdicts were there."""
        more, verdicts = 0, set[bool]()
        for seed in range(seeds):
            if (known := repainted(seed)) is not None:
                family_proof._SHOWN.clear()
                network, columns, properties = known
                found = prove_columns(network, columns, properties)
                for column in columns:
                    for name, proof in prove(network, column, properties).items():
                        more += found[column][name].holds and not proof.holds
                        verdicts.add(proof.holds)
        return more, len(verdicts) == 2

    def test_are_fewer_than_those_of_the_family(self, monkeypatch: pytest.MonkeyPatch) -> None:
        begun: list[tuple[int, int]] = []

        def counted(compiled: Compiled, allowed: Mapping[str, int], columns: int, terms: Iterable[Term]) -> list[int]:
            found = starts_by_column(compiled, allowed, columns, terms)
            begun.append((sum(label.bit_count() for label in found), len(found) * columns))
            return found

        monkeypatch.setattr("proofs.views.labelled.family_proof.starts_by_column", counted)
        for seed in range(10):
            self._found(seed)
        assert sum(few < all_of_them for few, all_of_them in begun) > 10
        assert all(few for few, _ in begun)

    def test_what_is_remembered_of_other_slices_changes_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        begun: list[list[int]] = []

        def noted(compiled: Compiled, allowed: Mapping[str, int], columns: int, terms: Iterable[Term]) -> list[int]:
            begun.append(starts_by_column(compiled, allowed, columns, terms))
            with pytest.MonkeyPatch.context() as forgetful:
                forgetful.setattr(starts, "MOST_REMEMBERED", 0)
                forgetful.setattr(starts, "_CODES", {})
                assert begun[-1] == starts_by_column(compiled, allowed, columns, terms)
            return begun[-1]

        monkeypatch.setattr("proofs.views.labelled.family_proof.starts_by_column", noted)
        for seed in range(10):
            self._found(seed)
        assert len(set(map(tuple, begun))) > 10

    def _compared(self, seeds: int, first: int = 0) -> tuple[int, int]:
        """How many cells were compared, and how many differed."""
        mine = [self._found(seed) for seed in range(first, first + seeds)]
        with pytest.MonkeyPatch.context() as all_of_them:
            all_of_them.setattr(
                "proofs.views.labelled.family_proof.starts_by_column",
                lambda compiled, allowed, columns, terms: [(1 << columns) - 1] * len(compiled.starts),
            )
            theirs = [self._found(seed) for seed in range(first, first + seeds)]
        cells = [(one, other[cell]) for one_, other in zip(mine, theirs, strict=True) for cell, one in one_.items()]
        return len(cells), sum(one != other for one, other in cells)

    def _found(self, seed: int) -> dict[tuple[Column, str], tuple[bool, bool]]:
        known = configured(seed)
        if known is None:
            return {}
        family_proof._SHOWN.clear()
        network, columns, properties = known
        asked = [one for one in properties if not isinstance(one, Ends)]
        found = prove_columns(network, columns, asked)
        return {(c, n): (one.holds, one.exercised) for c, proofs in found.items() for n, one in proofs.items()}


class TestBadInput:
    def test_unknown_columns_are_refused(self) -> None:
        with pytest.raises(ValueError, match="no fault flood"):
            Family(HARBOUR, [Column(frozenset({"flood"}))])
        with pytest.raises(ValueError, match="no reading READ-0=YES"):
            Family(HARBOUR, [Column(readings=(("READ-0", "YES"),))])

    def test_no_column_and_one_twice_are_refused(self) -> None:
        for columns in ([], [Column(), Column()]):
            with pytest.raises(ValueError, match="one column at least, each named once"):
                Family(HARBOUR, columns)
