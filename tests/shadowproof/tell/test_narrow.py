"""A story fits the terminal: lanes and sentences are as wide as it is, no name is cut; in a pipe it is as wide as a page."""

from __future__ import annotations

import pytest

from proofs.answers.column_cache import protocol_content
from proofs.answers.runs import load_for
from proofs.verdicts.columns import fault_columns
from proofs.world.slices import as_asked
from properties.catalogue import PROPERTIES, watched
from shadowproof.tell.explain import explained
from shadowproof.tell.story import WIDTH, story

COLUMN = next(column for column in fault_columns() if column.faults == {"requester_vanishes"})
NAME = "no-vm-left-saved"


def told(width: int) -> str:
    kept = load_for(protocol_content()).of(NAME, COLUMN.name)
    assert kept is not None
    network, _ = as_asked(PROPERTIES[NAME], watched())
    return story(kept.run, network, PROPERTIES[NAME], COLUMN, kept.verdict(), ["without it"], width=width)


def squeezed(text: str) -> str:
    return "".join(sorted("".join(text.split())))


@pytest.mark.parametrize("width", [76, 80, 100])
def test_no_line_is_wider_than_the_place_and_nothing_is_lost(width: int) -> None:
    assert max(map(len, told(width).splitlines())) <= width
    assert squeezed(told(width)) == squeezed(told(WIDTH))


@pytest.mark.parametrize("width", [40, 60, 80])
def test_no_name_is_cut_however_narrow_it_is(width: int) -> None:
    assert squeezed(told(width)) == squeezed(told(WIDTH))
    names = {word for word in told(WIDTH).split() if "_" in word}
    assert len(names) > 10
    assert names <= set(told(width).split())


def test_what_holds_is_folded_as_well() -> None:
    text, status = explained("MET-4", ["child-snapshot-needs-a-running-vm"], COLUMN, 1, width=60)
    assert status == 0
    assert len(text.splitlines()) > 2
    assert max(map(len, text.splitlines())) <= 60
