"""The columns: no fault; each fault alone; each other reading alone, and with the faults it matters under; all faults."""

from __future__ import annotations

from itertools import chain

from model.protocol import FAULTS, READINGS, WITHOUT_FAULT
from proofs.world.world import Column

BASE = Column()


def fault_columns() -> list[Column]:
    return [Column(frozenset({fault.name})) for fault in FAULTS]


def reading_columns() -> list[Column]:
    """Each reading other than the default, with no fault."""
    return [Column(readings=((reading.actor.name, other),)) for reading in READINGS for other in reading.others]


def combined_columns() -> list[Column]:
    """Each reading other than the default with each fault without which it makes no difference."""
    return [
        Column(frozenset({fault}), ((reading.actor.name, other),))
        for reading in READINGS
        for other in reading.others
        for fault in reading.matters_under
    ]


ALL_FAULTS = Column(frozenset(fault.name for fault in FAULTS))


def every_column() -> list[Column]:
    """All columns of the record but ALL_FAULTS, in the order of the tables."""
    return list(chain([BASE], fault_columns(), reading_columns(), combined_columns()))


def title(column: Column) -> str:
    """The column's name as tables show it."""
    if column == ALL_FAULTS:
        return "all faults"
    return column.name


def meaning(column: Column) -> str:
    """What it means that promises fail in a column of no fault, one fault or one reading, as the model says; empty: it says nothing."""
    if column == BASE:
        return WITHOUT_FAULT
    if len(column.faults) + len(column.readings) > 1:
        return ""
    faults = [fault.means for fault in FAULTS if fault.name in column.faults]
    values = dict(column.readings)
    readings = [one.means.get(values[one.actor.name], "") for one in READINGS if one.actor.name in values]
    return "".join(faults + readings)
