"""The page on its way to a file: opened where it is asked to be, or at the first run that another command has just told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from conformance.traces.form import TraceError
from conformance.traces.saved import as_jsonl, of_data, of_the_protocol
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
    if not runs:
        raise TraceError(f"--walk {path}: there is no run to be walked. Leave it out.")
    (data, says), *_ = runs
    run, column = of_data(data, str(path))
    start = trace_link(str(path), as_jsonl(of_the_protocol(run), column, says))
    write_page(path, start)
    return (
        f"Written: {path}. Open it in a browser; it begins with the first run that is told: {says.partition(': ')[2]}"
    )
