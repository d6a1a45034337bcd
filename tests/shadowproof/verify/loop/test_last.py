"""What became of the verdicts since the last run: told by itself, whatever the record says, and kept for the next."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path

from rich.console import Console

from proofs.answers.record import Record, updated
from proofs.answers.verdict import HOLDS, REFUTED, UNDECIDED, RunFound, Verdict
from proofs.verdicts.columns import BASE, fault_columns
from proofs.world.scope import Scope
from proofs.world.world import Column
from shadowproof.verify.loop.last import keep, last_run, since_last
from shadowproof.verify.progress import telling
from shadowproof.verify.report import Verification

SAVED, PARTIAL = "no-vm-left-saved", "no-partial-backup"
ONE = fault_columns()[0]


def verdict(name: str, column: Column, said: str, steps: int = 0) -> Verdict:
    run = RunFound((), {}, (("backup_initialized", ()),) * steps) if steps else None
    return Verdict(name, column.name, said, "nothing", run=run)


def done(*found: Verdict, column: Column = BASE) -> Verification:
    return Verification({column: found}, {column: Scope()}, {}, Record({}), compared=False)


def test_the_first_run_has_none_before_it(tmp_path: Path) -> None:
    last = last_run(tmp_path / "last.json", os.getpid())
    assert last.cells == {}
    assert list(since_last(done(verdict(SAVED, BASE, REFUTED, 3)), last)) == []


def test_worse_first_then_better_then_different_and_what_stays_is_one_line(tmp_path: Path) -> None:
    kept = tmp_path / "last.json"
    keep(done(verdict(SAVED, BASE, HOLDS), verdict(PARTIAL, BASE, UNDECIDED)), Record({}), kept)
    last = last_run(kept, os.getpid())
    now = done(verdict(PARTIAL, BASE, HOLDS), verdict(SAVED, BASE, REFUTED, 3))
    assert list(since_last(now, last)) == [
        "Worse than at the last run: 1 verdict on 1 promise",
        f"  {SAVED}: holds → refuted under no fault, 3 steps; shadowproof explain {SAVED}",
        "Better than at the last run: 1 verdict on 1 promise",
        f"  {PARTIAL}: undecided → holds under no fault",
    ]
    keep(now, last, kept)
    again = last_run(kept, os.getpid())
    assert list(since_last(now, again)) == ["No verdict is another one than at the last run."]
    (longer,) = since_last(done(verdict(SAVED, BASE, REFUTED, 4)), again)
    assert longer == "No verdict is another one than at the last run, but 1 run has another length."


def test_of_what_was_not_judged_now_the_last_verdict_is_kept(tmp_path: Path) -> None:
    kept = tmp_path / "last.json"
    keep(done(verdict(SAVED, BASE, HOLDS)), Record({}), kept)
    keep(done(verdict(SAVED, ONE, HOLDS), column=ONE), last_run(kept, os.getpid()), kept)
    assert set(last_run(kept, os.getpid()).cells[SAVED]) == {BASE.name, ONE.name}


def test_what_was_as_bad_at_the_last_run_is_no_news_while_columns_are_judged() -> None:
    record = updated(Record({}), [verdict(name, BASE, HOLDS) for name in (SAVED, PARTIAL)], {})
    last = updated(Record({}), [verdict(SAVED, BASE, REFUTED, 3), verdict(PARTIAL, BASE, HOLDS)], {})
    out = Console(file=StringIO(), width=200)
    with telling(out, 1, record, last=last) as told:
        told.done(BASE, [verdict(SAVED, BASE, REFUTED, 3), verdict(PARTIAL, BASE, REFUTED, 5)], 1.0)
    assert isinstance(out.file, StringIO)
    assert out.file.getvalue().splitlines()[1:] == [
        f"still worse: {SAVED}: holds → refuted under no fault, 3 steps",
        f"worse: {PARTIAL}: holds → refuted under no fault, 5 steps",
    ]
