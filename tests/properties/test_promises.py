"""The promises, one test item each, named after the property, so that a CI log reads as their list.

Each is judged afresh in the column without faults, with up to two VMs; one that means something only under a fault is judged
there, in the first column in which the record has it exercised.
"""

from __future__ import annotations

from functools import cache

import pytest

from proofs.check import Scope, check
from proofs.columns import BASE, fault_columns
from proofs.record import load
from proofs.verdict import HOLDS, NOT_EXERCISED, REFUTED, Verdict
from proofs.world import Column
from properties.catalogue import PROPERTIES

pytestmark = pytest.mark.xdist_group("promises")


@cache
def _base() -> dict[str, Verdict]:
    return {found.property: found for found in check(BASE, None, Scope(compared=1))}


def _exercised_in(name: str) -> Column | None:
    cells = load().cells[name]
    return next((c for c in fault_columns() if cells[c.name].verdict not in {NOT_EXERCISED, REFUTED}), None)


@pytest.mark.parametrize("name", PROPERTIES)
def test_promise(name: str) -> None:
    found = _base()[name]
    if found.verdict == NOT_EXERCISED:
        column = _exercised_in(name)
        assert column is not None, f"{name} is exercised in no column in which it holds"
        (found,) = check(column, [name], Scope(vms=1))
    assert found.verdict == HOLDS, found.reason
    assert found.assurance


def test_every_requirement_is_shown() -> None:
    from model.requirements import BY_ID

    shown = {name for found in PROPERTIES.values() for name in found.shows}
    assert set(BY_ID) <= shown


def test_there_are_enough_promises() -> None:
    assert len(PROPERTIES) >= 45
