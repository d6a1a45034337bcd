"""What `diff`, `replay` and `requester` found, told to CI: as the schemas say, and failing exactly where the exit status does."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from conformance.traces.answers import Accepted, Answer, Open, Rejected
from conformance.traces.form import Line
from examples.small_backup import NETWORK
from proofs.answers.record import Cell
from proofs.answers.verdict import RunFound
from proofs.verdicts.combined.kept_cuts import KeptCut, KeptCuts
from proofs.world.world import Column
from shadowproof.diff import ci
from shadowproof.diff.comment import as_comment
from shadowproof.diff.compare import GAINED, GONE, LOST, NEW, Diff, Judged, Verdicts, compare
from shadowproof.diff.report import as_json, schema_text
from shadowproof.diff.revisions import Side
from shadowproof.diff.told import lines
from shadowproof.formats.annotations import github
from shadowproof.formats.code_quality import as_code_quality
from shadowproof.formats.found import Report, Standing
from shadowproof.formats.junit import as_junit
from shadowproof.formats.markdown import as_summary
from shadowproof.formats.sarif import as_sarif
from shadowproof.tell import requester_ci
from shadowproof.tell.requester import RECORDED
from shadowproof.tell.traces import ci as replay_ci
from tests.proofs.differences.prepared import strengthened, weakened
from tests.shadowproof.diff.sides import side
from tests.shadowproof.formats.schemas import junit_problems, sarif_schema

BASE = side("base", NETWORK)
HOLDS, BROKEN = Cell("holds", "closed for any number of VMs", None), Cell("refuted", "a run was replayed", 4)


def of_diff(head: Side, *changes: Verdicts) -> tuple[Diff, Report]:
    found = compare(BASE, head, promises=False)
    found = replace(found, judged=Judged(changes, len(changes), ("no fault",))) if changes else found
    return found, ci.report_of(found, BASE, head)


def of_replay() -> Report:
    line = Line(3, "vm_saved", (0,))
    run = RunFound((), {}, (("backup_initialized", ()), ("vm_saved", (0,))))
    answers: list[tuple[str, Answer]] = [
        ("good.jsonl", Accepted(2, 2, Column(), run, complete=True)),
        ("bad.jsonl", Rejected(line, 1, ("vm_saved needs: doing is prepare for snapshot",), ("BAK-2",), "no fault")),
        ("open.jsonl", Open(line, "at most 3 steps")),
    ]
    return replay_ci.report_of(answers)


def of_requesters() -> Report:
    kept = json.loads(RECORDED.read_text("utf-8"))
    return requester_ci.report_of([(f"{one['name']}.csv", one) for one in kept], 1)


def promise() -> str:
    return next(iter(BASE.promises))


@pytest.mark.parametrize("report", [of_diff(side("head", weakened()))[1], of_replay(), of_requesters()])
def test_each_format_is_as_its_schema_says(report: Report) -> None:
    jsonschema.Draft4Validator(sarif_schema()).validate(json.loads(as_sarif(report)))
    assert junit_problems(ET.fromstring(as_junit(report))) == []  # noqa: S314 - our own text
    assert all({"description", "fingerprint", "location"} <= one.keys() for one in json.loads(as_code_quality(report)))
    assert as_summary(report).startswith(f"## shadowproof {report.command}: ")
    assert all(line.startswith("::error ") for line in github(report))
    assert (report.status == 1) == bool(report.standing(Standing.FAILED))


def test_a_run_that_only_one_side_has_stands_at_its_rule_with_its_steps() -> None:
    _, report = of_diff(side("head", weakened()))
    (found,) = report.standing(Standing.FAILED)
    assert (found.promise, found.under, found.verdict) == ("vm_given_back", "no fault", ci.DIFFERS)
    assert found.at.file.endswith("small_backup.py") or found.at.line > 0
    assert found.run[-1].says == "vm_given_back (vm 1)"
    assert "needs: phase is giving back" in found.told
    _, gone = of_diff(side("head", strengthened()))
    assert [one.promise for one in gone.standing(Standing.FAILED)] == ["vm_saved"]


def test_what_became_worse_fails_and_what_became_better_does_not() -> None:
    lost, gained = (
        Verdicts(promise(), "no fault", kind, *of) for kind, of in ((LOST, (HOLDS, BROKEN)), (GAINED, (BROKEN, HOLDS)))
    )
    for change, standing in ((lost, Standing.FAILED), (gained, Standing.KEPT)):
        _, report = of_diff(side("head", NETWORK), change)
        assert [one.standing for one in report.found] == [standing]
    assert "1 verdict not as before" in as_summary(of_diff(side("head", NETWORK), lost)[1])


def test_a_trace_fails_at_its_line_with_what_forbids_it() -> None:
    good, bad, left = of_replay().found
    assert [one.standing for one in (good, bad, left)] == [Standing.KEPT, Standing.FAILED, Standing.OPEN]
    assert (bad.at.file, bad.at.line, bad.under) == ("bad.jsonl", 3, "bad.jsonl")
    assert bad.says.startswith("BAK-2: ")
    assert good.run[1].says == "vm_saved (vm 1)"


def test_a_requester_fails_where_what_it_leaves_out_breaks_a_promise_and_nowhere_else() -> None:
    kept = {one["name"]: one for one in json.loads(RECORDED.read_text("utf-8"))}
    assert len(kept) >= 15
    report = of_requesters()
    for name, one in kept.items():
        failed = {found.promise for found in report.standing(Standing.FAILED) if found.under == name}
        assert failed == {promise for left in one["leaves_out"] for promise in left["breaks"]}
    assert report.standing(Standing.KNOWN)


def with_cuts(label: str, *columns: Column) -> Side:
    """A side that has kept these cut sets of a promise."""
    made = side(label, NETWORK)
    sets = tuple(KeptCut(column, 7) for column in columns)
    vars(made)["cuts"] = {promise(): KeptCuts(promise(), 2, sets, (), 9, 9)} if columns else {}
    return made


def test_cut_sets_that_appear_and_vanish_are_told_where_both_sides_have_kept_them() -> None:
    one, other = (Column(frozenset({name})) for name in ("guest_hangs", "provider_fails"))
    found = compare(with_cuts("base", one), with_cuts("head", other))
    assert found.cuts is not None
    assert [(cut.column, cut.kind) for cut in found.cuts] == [(other, NEW), (one, GONE)]
    assert found.status == 1
    text = "\n".join(lines(found))
    assert "1 cut set appears; 1 cut set vanishes." in text
    assert f"{promise()} is broken by provider_fails, which is new: 7 steps" in text
    assert "2 minimal cut sets appear or vanish" in as_comment(found)
    jsonschema.validate(as_json(found), json.loads(schema_text()))
    assert compare(with_cuts("base", one), with_cuts("head", one)).cuts == ()
    assert f"{promise()} is broken by guest_hangs alone no more" in text
    assert compare(with_cuts("base"), with_cuts("head", one)).cuts is None


def test_a_cut_set_that_takes_more_or_less_than_before_is_not_told_as_new_or_gone() -> None:
    """On 2026-11-29 twelve pairs were told as new, since the fault that is in all of them was enough in the document."""
    one, other = "guest_hangs", "provider_fails"
    alone, third, pair = (Column(frozenset(names)) for names in ((one,), ("vm_cannot_be_saved",), (one, other)))
    found = compare(with_cuts("base", alone), with_cuts("head", pair, third))
    assert [(cut.column, cut.less) for cut in found.cuts or ()] == [(third, None), (pair, alone), (alone, None)]
    text = "\n".join(lines(found))
    assert "1 cut set appears; 1 cut set takes more than before; 1 cut set vanishes." in text
    assert f"{promise()} takes guest_hangs + provider_fails to be broken, where guest_hangs was enough: 7 steps" in text
    jsonschema.validate(as_json(found), json.loads(schema_text()))
    assert [cut["less"] for cut in as_json(found)["cut_sets"]] == [None, "guest_hangs", None]
    back = compare(with_cuts("base", pair, third), with_cuts("head", alone))
    assert [(cut.column, cut.less) for cut in back.cuts or ()] == [(alone, None), (pair, alone), (third, None)]
    assert (
        f"{promise()} takes no more than guest_hangs to be broken, where guest_hangs + provider_fails was needed"
        in ("\n".join(lines(back)))
    )
    without = compare(with_cuts("base", Column()), with_cuts("head", alone))
    assert f"{promise()} takes guest_hangs to be broken, where nothing at all was enough" in "\n".join(lines(without))
