"""`shadowproof accept`: the verdicts as they are now become the record, with the reason."""

from __future__ import annotations

import datetime

from rich.console import Console

from proofs.record import PATH, Record, RecordError, dump, load, updated
from properties.catalogue import PROPERTIES
from shadowproof.ask import AskError
from shadowproof.files import write_whole
from shadowproof.verify import judge, recorded_tasks


def accept_now(reason: str, console: Console) -> None:
    """Judge every column and write the record. Raises AskError without a reason."""
    if not reason.strip():
        raise AskError(
            "A reason is needed: it stays in the record. Write --reason 'what changed, and why that is right'."
        )
    try:
        old = load()
    except RecordError:
        old = Record({})
    done = judge(recorded_tasks(list(PROPERTIES)), old, compared=True, console=console)
    different = done.differences
    kinds = {kind: sum(d.kind == kind for d in different) for kind in sorted({d.kind for d in different})}
    entry = {"date": datetime.datetime.now(datetime.UTC).date().isoformat(), "reason": reason.strip(), "changed": kinds}
    write_whole(PATH, dump(updated(Record({}, old.reasons), done.all_verdicts, entry)))
    console.print(
        f"{len(different)} verdicts recorded anew." if different else "Nothing had changed; the reason is kept."
    )
