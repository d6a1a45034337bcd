"""Tables that are derived from the model."""

import re

import pytest

from model.left_out import ANSWERED, LEFT_OUT
from model.protocol import PROTOCOL
from model.requirements import REQUIREMENTS
from properties.catalogue import PROPERTIES
from shadowproof.pages import overviews


def test_one_row_for_each_requirement_with_what_carries_it() -> None:
    rows = re.findall(r"^\| ([A-Z]{3}-\d+) \|", overviews.requirements_table(PROTOCOL), re.MULTILINE)
    assert rows == [found.id for found in REQUIREMENTS]
    bak_9 = next(row for row in overviews.carried(PROTOCOL) if row.requirement.id == "BAK-9")
    assert "vm_given_back" in [event.name for event in bak_9.rules]
    assert "no-vm-left-saved" in [found.name for found in bak_9.properties]


def test_constants_need_no_rule() -> None:
    vss_1 = next(row for row in overviews.carried(PROTOCOL) if row.requirement.id == "VSS-1")
    assert vss_1.is_fact
    assert vss_1.has_rule
    assert not vss_1.rules


def test_what_is_bare_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    others = {name: found for name, found in PROPERTIES.items() if "CLU-3" not in found.shows}
    monkeypatch.setattr(overviews, "PROPERTIES", others)
    assert "CLU-3 has no property" in overviews.bare(PROTOCOL)
    assert "* CLU-3 has no property" in overviews.requirements_table(PROTOCOL)


def test_a_sentence_that_nobody_claims_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overviews, "SENTENCES", range(1, 49))
    assert overviews.unclaimed_sentences() == (48,)
    assert "* S48 is claimed by no requirement" in overviews.requirements_table(PROTOCOL)


def test_all_that_is_left_out_is_listed() -> None:
    lines = overviews.left_out_list(PROTOCOL).splitlines()
    assert len(lines) == len(LEFT_OUT) + sum(len(actor.leaves_out) for actor in PROTOCOL.actors.values())
    assert len(overviews.answers_table().splitlines()) == len(ANSWERED) + 2


def test_markdown_escapes_bars() -> None:
    assert overviews.markdown(("a", "b"), [("x|y", "")]) == "| a | b |\n|---|---|\n| x\\|y | |"
