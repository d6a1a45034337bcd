"""The page on its way to a file: opened where it is asked to be, or at the first run that another command has just told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from conformance.traces.form import TraceError
from conformance.traces.saved import as_jsonl, of_data, of_the_protocol
from proofs.answers.verdict import RunFound
from proofs.world.world import Column
from shadowproof.outside.files import write_whole
from shadowproof.tell.traces.saving import Told
from shadowproof.walk.assemble import page
from shadowproof.walk.document import protocol_document
from shadowproof.walk.files import trace_link
from shadowproof.walk.runs import opened


def write_page(path: Path, start: str, hosts: Sequence[Mapping[str, Any]] = ()) -> None:
    """The page, whole. start: the link it begins with; hosts: VMs of an inventory. Raises OutputError."""
    write_whole(path, page(protocol_document(), opened(start, hosts)))


def write_told(path: Path, runs: Sequence[Told]) -> str:
    """The page opened at the first of the runs that were told, as `walk --run` opens what `--save` keeps of it; what to say of that.
    Raises TraceError where there is no run, OutputError."""
    (data, says), *_ = runs or [({}, "")]
    run, column = of_data(data, str(path)) if runs else (None, Column())
    return f"{write_run(path, run, column, says)}: {says.partition(': ')[2]}"


def write_run(path: Path, run: RunFound | None, column: Column, says: str) -> str:
    """The page opened at a run that was told; what to say of that. says: what the run is of. Raises TraceError where there is no run,
    OutputError."""
    if run is None:
        raise TraceError(f"--walk {path}: there is no run to be walked. Leave it out.")
    write_page(path, trace_link(str(path), as_jsonl(of_the_protocol(run), column, says)))
    return f"Written: {path}. Open it in a browser; it begins with the first run that is told"
