"""`shadowproof accept`: the verdicts as they are now become the record, with the reason, and the runs that refute are kept."""

from __future__ import annotations

import datetime

from rich.console import Console

from proofs.answers import record, runs
from proofs.answers.column_cache import protocol_content
from proofs.answers.record import Record, RecordError, updated
from properties.catalogue import PROPERTIES, watched
from shadowproof.ask import AskError
from shadowproof.cache_folder import close_cache, open_cache
from shadowproof.files import check_writable, write_whole
from shadowproof.verify.printing import print_lines
from shadowproof.verify.summary import not_as_recorded
from shadowproof.verify.verify import judge, recorded_tasks


def accept_now(reason: str, console: Console) -> None:
    """Judge every column (what `verify` has just judged is known) and write the record and its runs. Raises AskError without
    a reason, OutputError where they cannot be written."""
    if not reason.strip():
        raise AskError(
            "A reason is needed: it stays in the record. Write --reason 'what changed, and why that is right'."
        )
    for path in (record.PATH, runs.PATH):
        check_writable(path)
    try:
        old = record.load(record.PATH)
    except RecordError:
        old = Record({})
    cache = open_cache(None, console)
    done = judge(recorded_tasks(list(PROPERTIES)), old, compared=True, console=console, cache=cache)
    close_cache(console)
    print_lines(not_as_recorded(done, None, most=None), console)
    different = done.differences
    kinds = {kind: sum(d.kind == kind for d in different) for kind in sorted({d.kind for d in different})}
    entry = {"date": datetime.datetime.now(datetime.UTC).date().isoformat(), "reason": reason.strip(), "changed": kinds}
    kept = runs.runs_of(done.all_verdicts, watched(), protocol_content())
    texts = {
        record.PATH: record.dump(updated(Record({}, old.reasons), done.all_verdicts, entry)),
        runs.PATH: runs.dump(kept),
    }
    for path, text in texts.items():
        write_whole(path, text)
    console.print(
        f"{len(different)} verdicts recorded anew." if different else "Nothing had changed; the reason is kept."
    )
    console.print(f"{len(kept.kept)} runs that refute are kept in proofs/answers/{runs.PATH.name}.", highlight=False)
