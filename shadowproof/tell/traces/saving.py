"""A run that was printed, kept as a trace: `--save FILE` of every command that tells runs."""

from __future__ import annotations

from pathlib import Path

from conformance.traces.form import TraceError
from conformance.traces.saved import SUFFIXES, as_itf, as_jsonl, of_the_protocol
from proofs.answers.verdict import RunFound
from proofs.world.world import Column
from shadowproof.outside.files import STDIO, check_writable, write_whole


def check_save(path: Path | None) -> None:
    """Refuse a place where no run can be kept before one is looked for. Raises TraceError, OutputError."""
    if path is None:
        return
    if path != STDIO and not path.name.endswith(SUFFIXES):
        raise TraceError(
            f"--save {path}: how shall it be written? Name a file that ends in {' or '.join(SUFFIXES)}, or - for stdout."
        )
    check_writable(path)


def save(path: Path | None, run: RunFound | None, column: Column, says: str) -> None:
    """Keep a run, in ITF or as JSON lines, by the name's ending (stdout: lines); replay and viewers of ITF read it. Raises TraceError
    where there is no run."""
    if path is None:
        return
    if run is None:
        raise TraceError(f"--save {path}: there is no run to be kept. Leave it out.")
    own = of_the_protocol(run)
    write_whole(path, as_itf(own, column, says) if path.name.endswith(SUFFIXES[0]) else as_jsonl(own, column, says))
