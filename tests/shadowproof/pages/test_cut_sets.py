"""The page of cut sets says what is kept, each as what it is."""

from __future__ import annotations

import pytest

from model.faults import FAULTS
from proofs.answers.column_cache import protocol_content
from proofs.verdicts.combined.kept_cuts import HEADLINE, KeptCut, KeptCuts, load
from proofs.world.world import Column
from shadowproof.pages import cut_sets

ALONE, OTHER = Column(frozenset({"requester_vanishes"})), Column(readings=(("READ-1", "NEVER"),))
PAIR = Column(frozenset({"failure_ignored", "volume_missing"}))


def found(*cuts: KeptCut) -> KeptCuts:
    return KeptCuts("no-vm-left-saved", 2, cuts, (), 1707, 1146, 3)


def test_a_pair_takes_both_and_one_is_enough() -> None:
    tree = list(cut_sets._tree(found(KeptCut(ALONE, 12), KeptCut(PAIR, 20))))
    assert '  any --> c0["requester_vanishes"]' in tree
    assert '  any --> c1(("and"))' in tree
    assert [line for line in tree if line.startswith("  c1 -->")] == [
        '  c1 --> c1p0["failure_ignored"]',
        '  c1 --> c1p1["volume_missing"]',
    ]


@pytest.mark.parametrize(
    ("cuts", "said"),
    [
        ((), "No combination of up to 2, and of up to 3 faults breaks it."),
        ((KeptCut(ALONE, 12),), "broken only if there is requester_vanishes."),
        ((KeptCut(ALONE, 12), KeptCut(OTHER, 21)), "broken only if there is one of 2 alone."),
        ((KeptCut(ALONE, 12), KeptCut(PAIR, 20)), "requester_vanishes or failure_ignored + volume_missing."),
    ],
)
def test_it_says_what_has_to_be_so(cuts: tuple[KeptCut, ...], said: str) -> None:
    assert cut_sets._only_if(found(*cuts)).endswith(said)


def test_every_cut_set_and_every_fault_has_its_row() -> None:
    text = cut_sets.page()
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    for name, one in load(protocol_content()).items():
        for cut in one.sets:
            assert (
                sum(line.startswith(f"| {cut.column.name} | {cut.steps} | ") and f" {name} " in line for line in rows)
                == 1
            )
    for fault in FAULTS:
        assert sum(line.startswith(f"| {fault.name} | ") and "shadowproof explain" not in line for line in rows) == 1
    assert all(f"## {name}" in text for name in HEADLINE)


def test_kept_of_another_protocol_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut_sets, "load", lambda _: {})
    text = cut_sets.page()
    assert "of another protocol, or nothing is: `shadowproof cuts --record`" in text
    assert "## no-vm-left-saved" not in text
