"""What a finding means is said of each fault and each reading that has findings, and of none that has none any more."""

from collections.abc import Iterator
from dataclasses import replace

from proofs.answers.record import Cell, Record, load
from proofs.answers.verdict import HOLDS, REFUTED
from proofs.verdicts.columns import BASE, combined_columns, every_column, fault_columns, meaning, reading_columns
from proofs.world.world import Column
from shadowproof.pages.findings import columns_with_findings

ALONE = [BASE, *fault_columns(), *reading_columns()]


def without_words(record: Record) -> list[str]:
    """The columns of no fault, one fault or one reading that have findings, and no word of what they mean."""
    found = {column for column, _ in columns_with_findings(record)}
    return [column.name for column in ALONE if column in found and not meaning(column)]


def words_of_nothing(record: Record) -> list[str]:
    """The columns of which it is said what their findings mean, though they have none: a reading may have them together with a
    fault without which it makes no difference."""
    found = {column for column, _ in columns_with_findings(record)}
    return [column.name for column in ALONE if meaning(column) and found.isdisjoint([column, *_with_faults(column)])]


def _with_faults(column: Column) -> Iterator[Column]:
    return (one for one in combined_columns() if column.readings and one.readings == column.readings)


def changed(record: Record, name: str, columns: list[str], verdict: str) -> Record:
    """The record with another verdict on a property (or, if none is named, on all) in some columns."""
    cell = Cell(verdict, "", None)
    cells = {
        one: {**found, **(dict.fromkeys(columns, cell) if name in {"", one} else {})}
        for one, found in record.cells.items()
    }
    return replace(record, cells=cells)


def test_what_has_findings_has_its_words() -> None:
    assert sum(bool(meaning(column)) for column in ALONE) >= 30
    assert without_words(load()) == []


def test_what_has_no_findings_has_lost_its_words() -> None:
    assert words_of_nothing(load()) == []


def test_a_finding_that_appears_wants_words() -> None:
    bare = next(column.name for column in ALONE if not meaning(column))
    assert without_words(changed(load(), "every-session-ends", [bare], REFUTED)) == [bare]


def test_each_finding_that_vanishes_takes_its_words_with_it() -> None:
    """With the last of its findings, alone and together with a fault."""
    told = [column for column in ALONE if column != BASE and meaning(column)]
    for column in told:
        names = [one.name for one in (column, *_with_faults(column))]
        assert words_of_nothing(changed(load(), "", names, HOLDS)) == [column.name]
    names = [column.name for column in every_column()]
    assert words_of_nothing(changed(load(), "", names, HOLDS)) == [BASE.name, *(column.name for column in told)]


def test_no_word_is_said_of_several_at_once() -> None:
    """Of two faults together nobody has said anything, not even what each means."""
    one, two = [column for column in fault_columns() if meaning(column)][:2]
    assert meaning(Column(one.faults | two.faults)) == ""
    reading = next(column for column in reading_columns() if meaning(column))
    assert meaning(replace(one, readings=reading.readings)) == ""
