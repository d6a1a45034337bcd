"""Six prepared changes, and what `diff` says of each; then its formats, and promises that became others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from examples.small_backup import NETWORK, H, R, phase, result, vm
from model.notation import implies, some
from proofs.answers.record import Cell
from proofs.world.world import Column
from shadowproof.diff.comment import MARK, as_comment
from shadowproof.diff.compare import (
    GAINED,
    LOST,
    SECONDS_A_COLUMN,
    STRONGER,
    WEAKER,
    Diff,
    Judged,
    Verdicts,
    compare,
    counted,
    noted,
)
from shadowproof.diff.report import as_json, schema_text
from shadowproof.diff.revisions import Side
from shadowproof.diff.told import lines
from shadowproof.outside.spelling import many
from tests.proofs.differences.prepared import (
    elsewhere,
    refactored,
    strengthened,
    weakened,
    with_fault,
    with_faults,
    with_reading,
    without_actor,
)
from tests.shadowproof.diff.sides import TERMS, side

BASE = side("base", NETWORK)


def told(diff: Diff) -> str:
    return "\n".join(lines(diff))


def of(network: Any) -> Diff:
    return compare(BASE, side("head", network), promises=False)


def test_nothing_that_changed_is_no_difference() -> None:
    found = of(NETWORK)
    assert (found.status, found.rules) == (0, ())
    assert "no observable difference (proved: every rule says word for word the same)" in told(found)


def test_a_refactoring_is_proved_to_be_none() -> None:
    found = of(refactored())
    assert found.status == 0
    assert found.searched == ()
    assert "no observable difference (proved, for any number of VMs and under all faults and readings" in told(found)


def test_a_weakened_rule_is_told_with_what_may_happen_now() -> None:
    found = of(weakened())
    assert found.status == 1
    text = told(found)
    assert "1 event may happen where it could not" in text
    assert "vm_given_back may happen more often (SB-8)" in text
    assert "vm_given_back, only now, under no fault" in text
    assert "before: vm_given_back needs: phase is giving back" in text


def test_a_strengthened_rule_is_told_with_what_no_longer_may() -> None:
    text = told(of(strengthened()))
    assert "1 event may happen where it no longer can" in text
    assert "backup_begins → snapshot_is_prepared → vm_saved@1" in text
    assert "now: vm_saved needs: prior is running" in text


def test_a_move_that_leads_elsewhere_says_where() -> None:
    text = told(of(elsewhere()))
    assert "1 leads elsewhere" in text
    assert "now: power is off then, was is " in text


def test_a_new_reading_and_a_new_fault_are_named_and_shown_where_they_are() -> None:
    reading, fault = of(with_reading()), of(with_fault())
    assert [(one.sort, one.name, one.what) for one in reading.named] == [("reading", "READ-X", "is new")]
    assert [one.column.name for one in reading.differences] == ["READ-X=NEVER"]
    assert [(one.sort, one.name, one.what) for one in fault.named] == [("fault", "guest_hangs", "is new")]
    assert [one.column.name for one in fault.differences] == ["guest_hangs"]
    back = compare(side("head", with_fault()), BASE, promises=False)
    assert [(one.sort, one.name, one.what) for one in back.named] == [("fault", "guest_hangs", "is no more")]


def test_an_actor_that_is_gone_is_named_with_what_it_forbade() -> None:
    found = of(without_actor())
    assert [(one.sort, one.name, one.what) for one in found.named] == [("actor", "recovery", "is no more")]
    assert not found.same
    assert {"guest_snapshot_accepted", "guest_snapshot_refused"} <= {one.event for one in found.differences}


def test_a_search_that_stopped_early_is_no_verdict() -> None:
    found = of(strengthened())
    open_ = replace(found, searched=tuple(replace(one, differences=(), closed=False) for one in found.searched))
    assert open_.status == 3
    assert "which is bounded: one VM" in told(open_)
    closed = replace(open_, searched=tuple(replace(one, closed=True) for one in open_.searched))
    assert closed.status == 0
    assert "bounded, not proved" in told(closed)


def judging(verdicts: dict[str, str], asked: list[Any], seen: Sequence[str] = ()) -> Any:
    """A side's judge that gives these verdicts, and notes what it was asked. seen: the promises that a glance finds broken."""

    def verdict(side: Side, one: Any, name: str) -> str:
        if one.get("glance"):
            return "refuted" if name in seen else "undecided"
        return verdicts[side.label]

    def judged(self: Side, columns: Sequence[Any], cache: object) -> list[dict[str, Any]]:
        asked.append((self.label, columns))
        return [
            {
                "promise": name,
                "column": Column(frozenset(one["faults"])).name,
                "verdict": verdict(self, one, name),
                "assurance": "",
                "length": None,
            }
            for one in columns
            for name in one["promises"]
        ]

    return judged


def test_promises_are_judged_on_both_sides_where_no_record_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    heard: list[str] = []
    monkeypatch.setattr(Side, "judged", judging({"base": "holds", "head": "refuted"}, asked))
    found = compare(BASE, side("head", weakened()), tell=heard.append)
    assert [label for label, _ in asked] == ["base", "head"]
    columns = [len(of) for _, of in asked]
    assert [
        f"judging them, in {many(number, 'column')}; takes some {number * SECONDS_A_COLUMN} s, which --no-promises spares"
        in line
        for number, line in zip(columns, heard[-2:], strict=True)
    ] == [True, True]
    assert found.judged is not None
    assert {one.kind for one in found.judged.changes} == {LOST}
    assert len(found.judged.changes) == found.judged.cells == len(TERMS)
    assert "4 promises lost" in told(found)


def test_a_promise_that_speaks_of_nothing_that_changed_is_judged_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(Side, "judged", judging({"base": "holds", "head": "holds"}, asked))
    far = [{**one, "shows": ["SB-1"], "speaks_of": ["recovery"]} for one in BASE.data["promises"]]
    sides = side("base", NETWORK, promises=far), side("head", weakened(), promises=far)
    found = compare(*sides)
    assert [(label, [one["glance"] for one in columns]) for label, columns in asked] == [("head", [True])]
    assert found.judged is not None
    assert (found.judged.far, found.judged.left) == (len(TERMS), 0)
    found = compare(*sides, every=True)
    assert found.judged is not None
    assert (found.judged.far, found.judged.cells) == (0, len(TERMS))


def test_what_a_glance_finds_broken_is_judged_on_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found on 2026-11-30: no-partial-backup, lost by a rule that it does not speak of, was told by `verify --glance` alone."""
    far = [{**one, "shows": ["SB-1"], "speaks_of": ["recovery"]} for one in BASE.data["promises"]]
    seen = far[1]["name"]
    monkeypatch.setattr(Side, "judged", judging({"base": "holds", "head": "refuted"}, [], seen=[seen]))
    found = compare(side("base", NETWORK, promises=far), side("head", weakened(), promises=far))
    assert found.judged is not None
    assert (found.judged.cells, found.judged.far) == (1, len(TERMS) - 1)
    assert [(one.promise, one.kind) for one in found.judged.changes] == [(seen, LOST)]


def test_what_comes_in_the_end_hangs_on_every_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found on 2026-11-29: that a session ends was not judged where a VM was no longer saved, which it waits for."""
    monkeypatch.setattr(Side, "judged", judging({"base": "holds", "head": "refuted"}, []))
    far = [{**one, "shows": ["SB-1"], "speaks_of": ["recovery"]} for one in BASE.data["promises"]]
    far[0] = {**far[0], "events": None}
    found = compare(side("base", NETWORK, promises=far), side("head", weakened(), promises=far))
    assert found.judged is not None
    assert (found.judged.cells, found.judged.far) == (1, len(TERMS) - 1)
    assert [(one.promise, one.kind) for one in found.judged.changes] == [(far[0]["name"], LOST)]


def test_another_fault_that_keeps_an_event_from_coming_is_no_proof_that_nothing_differs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Found on 2026-12-01: that every rule says word for word the same was called proved."""
    asked: list[Any] = []
    monkeypatch.setattr(Side, "judged", judging({"base": "holds", "head": "refuted"}, asked))
    ends = [{**BASE.data["promises"][0], "events": None}]
    base, head = (side(name, with_faults(*told), promises=ends) for name, told in
                  (("base", ("guest_freezes", "")), ("head", ("", "guest_freezes"))))  # fmt: skip
    found = compare(base, head)
    assert not found.same
    assert found.judged is not None
    assert {one.column for one in found.judged.changes} == {"no fault", "one", "other"}
    alone = compare(base, head, promises=False)
    assert (alone.status, alone.differences) == (3, ())
    assert "no run differs; of fault one, fault other only promises could tell" in told(alone)


def test_a_promise_that_no_changed_rule_has_a_say_in_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(Side, "judged", judging({"base": "holds", "head": "holds"}, asked))
    deaf = [{**one, "events": ["host_aborts"]} for one in BASE.data["promises"]]
    found = compare(side("base", NETWORK, promises=deaf), side("head", weakened(), promises=deaf))
    assert asked == []
    assert found.judged is not None
    assert found.judged.left == len(TERMS)


def test_a_promise_that_demands_less_more_or_the_same_is_told_so() -> None:
    name = "no-early-success"
    for term, what in (
        (implies(some(vm, result.is_(R.GOOD)), phase.is_(H.GIVING_BACK | H.DONE | H.THAWING)), "demands less"),
        (implies(some(vm, result.is_(R.GOOD)), phase.is_(H.DONE)), "demands more"),
        (
            ~some(vm, result.is_(R.GOOD)) | ~phase.is_(frozenset(H) - {H.GIVING_BACK, H.DONE}),
            "says the same in other words",
        ),
    ):
        found = compare(BASE, side("head", NETWORK, {**TERMS, name: term}), promises=False)
        assert [(one.sort, one.name, one.what) for one in found.named] == [("promise", name, what)]
        assert found.status == (0 if what.startswith("says") else 1)


def test_what_becomes_of_a_verdict_is_worse_or_better_by_what_it_means() -> None:
    holds, bounded, short, long = (
        Cell("holds", "closed for any number of VMs", None),
        Cell("holds", "every state of up to 2 VMs", None),
        Cell("refuted", "a run was replayed", 4),
        Cell("refuted", "a run was replayed", 9),
    )
    proved = Cell("holds", "proved for any number of VMs", None)
    from shadowproof.diff.compare import _became

    assert [_became(*pair) for pair in ((holds, short), (short, holds), (holds, bounded), (bounded, proved))] == [
        LOST, GAINED, WEAKER, STRONGER,
    ]  # fmt: skip
    assert [_became(*pair) for pair in ((long, short), (short, long), (proved, holds), (short, short))] == [
        WEAKER, STRONGER, "", "",
    ]  # fmt: skip


def everything() -> Diff:
    found = of(weakened())
    cells = Cell("holds", "closed for any number of VMs", None), Cell("refuted", "a run was replayed", 4)
    changes = tuple(Verdicts(f"promise-{number}", "no fault", LOST, *cells) for number in range(40))
    return noted(replace(found, judged=Judged(changes, 40, ("no fault",))), "A note.")


def test_data_is_as_the_schema_says() -> None:
    schema = json.loads(schema_text())
    for diff in (everything(), of(NETWORK), of(with_reading()), of(without_actor())):
        jsonschema.validate(as_json(diff), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(as_json(everything()) | {"status": 2}, schema)


def test_a_comment_is_a_screen_before_folding_and_tells_worse_first() -> None:
    text = as_comment(everything())
    assert text.startswith(MARK)
    unfolded = text.split("<details>")[0].splitlines()
    assert len(unfolded) <= 20
    assert "40 promises lost" in unfolded[1]
    assert text.count("<details>") == text.count("</details>") == 3


def test_what_another_revision_says_is_told_as_it_is_in_no_place() -> None:
    wicked = [{"name": "READ-X", "says": "<img src=x>\x1b[2J [a](javascript:b)", "values": ["A"]}]
    found = compare(BASE, side("head", NETWORK, readings=wicked), promises=False)
    assert "\x1b" not in told(found)
    assert "<img" not in as_comment(found)
    assert "[a](" not in as_comment(found)


def test_kinds_are_told_gravest_first() -> None:
    cell = Cell("holds", "", None)
    changes = [Verdicts("p", "c", kind, cell, cell) for kind in (GAINED, STRONGER, WEAKER, LOST)]
    assert [*counted(changes)] == [LOST, WEAKER, STRONGER, GAINED]
