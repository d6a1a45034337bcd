"""What became of the verdicts since the last run of `verify --watch`: kept from one run to the next, and told before all else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from proofs.answers.record import BETTER, DIFFERENT, WORSE, Record, RecordError, dump, load, updated
from proofs.computer.processes import end_with
from shadowproof.outside.files import write_whole
from shadowproof.verify.comparison import compared
from shadowproof.verify.report import Verification
from shadowproof.verify.summary import FEW, changes

_HEADS = {
    WORSE: "Worse than at the last run",
    BETTER: "Better than at the last run",
    DIFFERENT: "Different from the last run, and no better",
}


def last_run(kept: Path, watcher: int) -> Record:
    """The verdicts of the last run; none, if this is the first. This process ends with the one that watches."""
    end_with(watcher)
    try:
        return load(kept)
    except RecordError:
        return Record({})


def keep(done: Verification, last: Record, kept: Path) -> None:
    """Keep the verdicts for the next run; of what was not judged now, the last ones."""
    write_whole(kept, dump(updated(last, done.all_verdicts, {})))


def since_last(done: Verification, last: Record) -> Iterator[str]:
    """What became worse, better or different since the last run; nothing, if this is the first."""
    against = compared(done.verdicts, last, whole=False)
    if not against.known:
        return
    if against.groups:
        yield from changes(against, _HEADS, FEW)
    else:
        what = "run has" if against.lengths == 1 else "runs have"
        lengths = f", but {against.lengths:,} {what} another length" if against.lengths else ""
        yield f"No verdict is another one than at the last run{lengths}."
