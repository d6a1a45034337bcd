"""A verification told to CI: how each verdict stands with the record, and where its rules stand in the sources."""

from __future__ import annotations

from pathlib import Path

from proofs.answers.record import Record, updated
from proofs.answers.verdict import CLOSED, HOLDS, NOT_EXERCISED, REFUTED, UNDECIDED, RunFound, Verdict
from proofs.verdicts.columns import BASE
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from shadowproof.formats.found import Standing
from shadowproof.formats.of_verify import report_of
from shadowproof.verify.report import Verification

ROOT = Path(__file__).parents[3]
SAVED = "no-vm-left-saved"
VANISHES = Column(frozenset({"requester_vanishes"}))
RUN = RunFound((), {}, (("backup_initialized", ()), ("vm_saved", (0,))))


def told(now: str, was: str | None, column: Column = VANISHES, *, whole: bool = True) -> Verification:
    run = RUN if now == REFUTED else None
    found = Verdict(SAVED, column.name, now, CLOSED, run=run, reason="more to come" if now == UNDECIDED else "")
    record = Record({}) if was is None else updated(Record({}), [Verdict(SAVED, column.name, was, CLOSED)], {})
    return Verification({column: [found]}, {column: Scope()}, {column: 0.5}, record, whole)


def test_how_a_verdict_stands_is_what_the_exit_status_says() -> None:
    for now, was, standing in (
        (HOLDS, HOLDS, Standing.KEPT),
        (HOLDS, REFUTED, Standing.KEPT),
        (REFUTED, REFUTED, Standing.KNOWN),
        (REFUTED, HOLDS, Standing.FAILED),
        (REFUTED, None, Standing.FAILED),
        (UNDECIDED, HOLDS, Standing.FAILED),
        (UNDECIDED, UNDECIDED, Standing.OPEN),
        (NOT_EXERCISED, NOT_EXERCISED, Standing.OPEN),
        (NOT_EXERCISED, HOLDS, Standing.FAILED),
    ):
        done = told(now, was)
        (found,) = report_of(done).found
        assert found.standing is standing, (now, was)
        if now not in {NOT_EXERCISED}:
            assert (found.standing is Standing.FAILED) == (done.status != 0), (now, was)


def test_where_the_record_is_not_asked_what_is_refuted_fails() -> None:
    assert report_of(told(REFUTED, None, whole=False)).found[0].standing is Standing.FAILED
    assert report_of(told(UNDECIDED, None, whole=False)).found[0].standing is Standing.FAILED
    assert report_of(told(NOT_EXERCISED, None, whole=False)).found[0].standing is Standing.OPEN


def test_a_finding_stands_at_its_promise_and_its_run_at_its_rules() -> None:
    (found,) = report_of(told(REFUTED, HOLDS)).found
    assert "recorded is holds: broken after 2 steps, by vm_saved" in found.told
    line = (ROOT / found.at.file).read_text("utf-8").splitlines()[found.at.line - 1]
    assert line.startswith("no_vm_left_saved = ")
    assert [step.says for step in found.run] == ["backup_initialized", "vm_saved (vm 1)"]
    for step in found.run:
        text = (ROOT / step.file).read_text("utf-8").splitlines()[step.line - 1 :]
        assert f'"{step.says.split()[0]}"' in " ".join(text[:3])
    assert found.says == PROPERTIES[SAVED].says


def test_only_the_smallest_circumstances_are_told_again() -> None:
    both = Column(VANISHES.faults | {"guest_hangs"})
    done = told(REFUTED, REFUTED)
    larger = Verdict(SAVED, both.name, REFUTED, CLOSED, run=RUN)
    verdicts = {**done.verdicts, both: [larger]}
    record = updated(done.record, [larger], {})
    report = report_of(Verification(verdicts, dict.fromkeys(verdicts, Scope()), {}, record, compared=True))
    assert [one.smallest for one in report.found] == [True, False]
    assert [one.under for one in report.findings] == ["requester_vanishes"]
    assert report.numbers[Standing.KNOWN] == 2
    assert BASE.name not in report.seconds
