"""Which pairs a sweep is of, and what counts as new in them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import pytest

from model.faults import FAULTS
from model.readings import READINGS
from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED, Verdict
from proofs.verdicts.columns import every_column
from proofs.verdicts.combined.pairs import KINDS, New, new_in, pairs, parts, singles
from proofs.verdicts.suite import judge_columns
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from tests.helpers.nightly import nightly

A, B = Column(frozenset({"guest_hangs"})), Column(frozenset({"released_early"}))
BOTH = Column(A.faults | B.faults)


def test_every_two_faults_are_a_pair_once() -> None:
    found = pairs(["faults"])
    assert len(found) == len(set(found)) == len(FAULTS) * (len(FAULTS) - 1) // 2
    assert {column.faults for column in found} == {frozenset({a.name, b.name}) for a, b in combinations(FAULTS, 2)}
    assert not any(column.readings for column in found)


def test_readings_are_paired_with_other_readings_and_no_default() -> None:
    found = pairs(["readings"])
    others = [len(reading.others) for reading in READINGS]
    assert len(found) == len(set(found)) == sum(a * b for a, b in combinations(others, 2))
    defaults = {(reading.actor.name, reading.default) for reading in READINGS}
    for column in found:
        (one, two) = column.readings
        assert one[0] != two[0]
        assert not {one, two} & defaults
        assert column.readings == tuple(sorted(column.readings)), "as a question names them"


def test_a_fault_and_a_reading_are_a_pair_of_both() -> None:
    found = pairs(["both"])
    assert len(found) == len(set(found)) == len(FAULTS) * sum(len(reading.others) for reading in READINGS)
    assert all((len(column.faults), len(column.readings)) == (1, 1) for column in found)
    assert set(every_column()) & set(found), "the record has the combinations that are known to matter"


def test_kinds_are_put_together_in_one_order() -> None:
    assert pairs(["readings", "faults"]) == [*pairs(["faults"]), *pairs(["readings"])]
    assert len(pairs(KINDS)) == sum(len(pairs([kind])) for kind in KINDS)


def test_only_the_pairs_with_one_thing() -> None:
    assert len(pairs(["faults"], [A])) == len(FAULTS) - 1
    assert len(pairs(["faults"], [A, B])) == 2 * (len(FAULTS) - 1) - 1
    never = Column(readings=(("READ-1", "NEVER"),))
    assert all(never in parts(column) for column in pairs(KINDS, [never]))
    assert pairs(["faults"], [never]) == []


def test_what_pairs_are_made_of_is_judged_alone() -> None:
    reading = Column(readings=(("READ-8", "SESSION_ENDS"),))
    assert parts(Column(A.faults, reading.readings)) == [A, reading]
    assert singles([BOTH, Column(A.faults, reading.readings)]) == [A, B, reading]
    assert len(singles(pairs(KINDS))) == len(FAULTS) + sum(len(reading.others) for reading in READINGS)
    assert set(singles(pairs(KINDS))) <= set(every_column())


def news(alone: Sequence[str], together: str) -> list[New]:
    said = zip((A, B, BOTH), (*alone, together), strict=True)
    return new_in([BOTH], {column: [Verdict("it", column.name, verdict, "nothing")] for column, verdict in said})


@pytest.mark.parametrize("together", [HOLDS, UNDECIDED, NOT_EXERCISED])
def test_what_is_not_broken_is_not_new(together: str) -> None:
    assert news([HOLDS, HOLDS], together) == []


@pytest.mark.parametrize("alone", [(REFUTED, HOLDS), (HOLDS, REFUTED), (REFUTED, REFUTED), (UNDECIDED, REFUTED)])
def test_what_one_of_the_two_breaks_is_not_new(alone: tuple[str, str]) -> None:
    assert news(alone, REFUTED) == []


@pytest.mark.parametrize("alone", [(HOLDS, HOLDS), (HOLDS, NOT_EXERCISED), (UNDECIDED, HOLDS)])
def test_what_neither_breaks_alone_is_new_and_says_what_is_known_of_each(alone: tuple[str, str]) -> None:
    (new,) = news(alone, REFUTED)
    assert (new.column, new.found.property) == (BOTH, "it")
    assert new.alone == tuple(zip(("guest_hangs", "released_early"), alone, strict=True))


def test_each_property_is_compared_with_itself() -> None:
    found = {
        column: [Verdict(name, column.name, verdict, "nothing") for name, verdict in verdicts.items()]
        for column, verdicts in (
            (A, {"one": REFUTED, "two": HOLDS}),
            (B, {"two": HOLDS, "one": HOLDS}),
            (BOTH, {"one": REFUTED, "two": REFUTED}),
        )
    }
    assert [new.found.property for new in new_in([BOTH], found)] == ["two"]


@nightly
def test_a_restore_by_parts_is_broken_by_a_fault_and_a_reading_together_only() -> None:
    """Found by reading the document: what files restored in part do to a VM depends on how mixed statuses are taken."""
    name, scope = "none-registered-if-one-is-not-all", Scope(vms=2, proofs=True, counts=False)
    in_part = Column(frozenset({"files_restored_in_part"}))
    (pair,) = set(pairs(["both"], [in_part])) & set(pairs(["both"], [Column(readings=(("READ-7", "PER_VM"),))]))
    columns = [*parts(pair), pair]
    found = judge_columns([(column, [name], scope) for column in columns], jobs=1)
    (new,) = new_in([pair], found)
    assert new.found.run is not None
    assert PROPERTIES[name].kind == "step"
    assert [verdict for _, verdict in new.alone] == [HOLDS, HOLDS]
    assert len(new.found.run.steps) == new.found.length == 14
