"""A run that was printed, kept as a trace: `--save FILE` of every command that tells runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from conformance.traces.form import TraceError
from conformance.traces.saved import SUFFIXES, as_itf, as_jsonl, of_data, of_the_protocol
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


Told = tuple[Mapping[str, Any], str]
"""A run in short (`as_data`), and what it is of."""


def told_runs(answer: Mapping[str, Any]) -> list[Told]:
    """The runs that the text of a diagnosis tells, in its order."""
    return [
        (one["run"], f"shadowproof diagnose: {situation['says']} With {one['name']}.")
        for part in (answer, *answer["cases"])
        for situation in part["situations"][: part["in_full"]]
        for one in situation["explanations"]
        if one["story"] and one["steps"]
    ]


def runs_of_requesters(answers: Iterable[Mapping[str, Any]]) -> list[Told]:
    """The runs that the text about requesters tells, in its order."""
    return [
        (
            one["run"],
            f"shadowproof requester {answer['name']}: {one['fault']} breaks {one['promise']} where {one['where']}",
        )
        for answer in answers
        for one in answer["leaves_out"]
    ]


def save_all(path: Path, runs: Sequence[Told], errors: Console) -> None:
    """Keep every run that is told. Where there are several, each gets a number before the name's ending. Raises TraceError."""
    if not runs:
        save(path, None, Column(), "")
    if len(runs) == 1:
        (data, says), *_ = runs
        run, column = of_data(data, str(path))
        save(path, run, column, says)
        return
    if path == STDIO:
        raise TraceError(
            f"--save {path}: {len(runs)} runs are told, and stdout takes one. Name a file: each gets a number."
        )
    ending = next(one for one in SUFFIXES if path.name.endswith(one))
    names = [path.with_name(f"{path.name.removesuffix(ending)}-{number}{ending}") for number in range(1, len(runs) + 1)]
    for name, (data, says) in zip(names, runs, strict=True):
        check_writable(name)
        run, column = of_data(data, str(name))
        save(name, run, column, says)
    errors.print(f"{len(runs)} runs are kept: {names[0].name} to {names[-1].name}", style="dim", highlight=False)
