"""A run that was printed, kept as a trace: `--save FILE` of every command that tells runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from conformance.traces.form import TraceError
from conformance.traces.saved import SUFFIXES, as_itf, as_jsonl, of_data, of_the_protocol
from proofs.answers.verdict import RunFound
from proofs.world.world import Column
from shadowproof.outside.files import check_apart, is_stdout, write_whole


def check_save(path: Path | None, *beside: Path | None, read: Iterable[Path | None] = ()) -> None:
    """Refuse, before a run is looked for, a place where none can be kept; and whatever `check_apart` refuses of it, of what else is
    written (beside) and of what is read. Raises TraceError, OutputError."""
    if path is not None and not is_stdout(path) and not path.name.endswith(SUFFIXES):
        raise TraceError(
            f"--save {path}: {_no_place(path)} Name a file that ends in {' or '.join(SUFFIXES)}, or - for stdout."
        )
    check_apart(path, *beside, read=read)


def _no_place(path: Path) -> str:
    if path.is_dir():
        return "it is a folder, and a run is a file."
    return (
        "it is a device, and a run is a file." if path.exists() and not path.is_file() else "how shall it be written?"
    )


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


@dataclass(frozen=True)
class Kept:
    """Runs that are told, and where each shall be kept: where there are several, each gets a number before the name's ending."""

    path: Path
    names: Sequence[Path]
    runs: Sequence[Told]

    @classmethod
    def checked(
        cls, path: Path | None, runs: Sequence[Told], *beside: Path | None, read: Iterable[Path | None] = ()
    ) -> Kept | None:
        """Before anything is written, since only now it is known how many there are; what else is written (beside), or read, is no
        place for one of them. None: none shall be kept. Raises TraceError, OutputError."""
        if path is None:
            return None
        if len(runs) < 2:
            return cls(path, [path] * len(runs), runs)
        if is_stdout(path):
            raise TraceError(
                f"--save {path}: {len(runs)} runs are told, and stdout takes one. Name a file: each gets a number."
            )
        ending = next(one for one in SUFFIXES if path.name.endswith(one))
        stem = path.name.removesuffix(ending)
        names = [path.with_name(f"{stem}-{number}{ending}") for number in range(1, len(runs) + 1)]
        check_apart(*beside, *names, read=read)
        return cls(path, names, runs)

    def write(self, errors: Console) -> None:
        """Keep every run. Raises TraceError where there is none, OutputError."""
        if not self.runs:
            save(self.path, None, Column(), "")
        for name, (data, says) in zip(self.names, self.runs, strict=True):
            run, column = of_data(data, str(name))
            save(name, run, column, says)
        if len(self.names) > 1:
            kept = f"{self.names[0].name} to {self.names[-1].name}"
            errors.print(f"{len(self.runs)} runs are kept: {kept}", style="dim", highlight=False)
