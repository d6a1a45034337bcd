"""The two sides of a comparison: a revision of version control, a folder, a version of the protocol, or the checkout as it is. Each
is said by a process of its own, which gets no more of this one's environment than it needs, so much memory and time, and can write so
much."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

from model import versions
from model.notation import DeclarationError, Network
from model.notation.errors import Place
from model.notation.terms import Term
from proofs.answers import record, runs
from proofs.answers.record import Record, RecordError
from proofs.differences.data import DataError, from_data, sorts_of, term_of
from proofs.mutants.since import ROOT, SinceError, commit_of, git, last_line, printable, unpacked
from proofs.verdicts.combined import kept_cuts
from proofs.verdicts.combined.kept_cuts import KeptCuts, KeptCutsError
from proofs.world.world import Column
from shadowproof.diff.said import SCHEMA

FOLDERS = ("model", "properties")
MEMORY, WRITTEN = 4 << 30, 64 << 20
"""Bytes that a process of another revision may take, and may write into one file."""

LOADING, JUDGING = 60, 3_600
"""Seconds of computing after which a process is ended; and of waiting, so many times that."""

WAITING = 10

KEPT = ("record.json", "runs.json", kept_cuts.PATH.name)
"""What is kept in proofs/answers of the verdicts of a side."""

_HERE = "the checkout as it is"
_TWO_FOLDERS = "Name two folders that hold model and properties."
_PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "SYSTEMROOT", "NUMBA_CACHE_DIR")


_WRITE = "Write a revision such as HEAD~1 or main, or a version: shadowproof list versions"


class RevisionError(ValueError):
    """One of the two cannot be had; the message says why, and what to write instead."""


@dataclass(frozen=True)
class Promise:
    """A promise as a side makes it. content: a hash of all that its verdict depends on besides the protocol; term: of one that holds
    always; events: those that can have a say in it (None: any); speaks_of: machines and events that its terms name."""

    name: str
    says: str
    shows: tuple[str, ...]
    content: str
    place: Place
    term: Term | None
    events: frozenset[str] | None
    speaks_of: frozenset[str]


@dataclass(frozen=True)
class Side:
    """One of the two, loaded. label: as it was asked for. folder: where its model is, and, with `answers`, its record. version: of the
    protocol, if one was asked for."""

    label: str
    folder: Path
    data: Mapping[str, Any]
    version: str = versions.DOCUMENT

    @cached_property
    def network(self) -> Network:
        return from_data(self.data["network"])

    @cached_property
    def promises(self) -> dict[str, Promise]:
        sorts = sorts_of(self.network)
        found = (_promise(one, sorts) for one in self.data["promises"])
        return {one.name: one for one in found}

    def named(self, kind: str) -> dict[str, str]:
        """What each requirement, or reading, says; by its name."""
        return {one["name"]: " ".join([one["says"], *map(str, one.get("values", ()))]) for one in self.data[kind]}

    @cached_property
    def record(self) -> Record | None:
        """Its record, if that is of this protocol and these promises; None else."""
        answers = self.folder / "proofs" / "answers"
        with suppress(RecordError):
            of = versions.suffix(self.version)
            if runs.load(answers / f"runs{of}.json").protocol == self.data["protocol"]:
                return record.load(answers / f"record{of}.json")
        return None

    @cached_property
    def cuts(self) -> dict[str, KeptCuts]:
        """What is kept of the cut sets of its headline promises, if that is of this protocol; nothing else."""
        with suppress(KeptCutsError):
            kept = self.folder / "proofs" / "answers" / f"cut_sets{versions.suffix(self.version)}.json"
            return kept_cuts.load(self.data["protocol"], kept)
        return {}

    def judged(self, columns: Sequence[Mapping[str, Any]], cache: Path | None) -> list[dict[str, Any]]:
        """The verdicts on what is asked. Raises RevisionError."""
        asked = {"columns": columns, "cache": None if cache is None else str(cache.resolve())}
        found = _answer(
            "shadowproof.diff.judged", self.label, self.folder, JUDGING, json.dumps(asked), version=self.version
        )
        return list(found)


def _promise(one: Any, sorts: Mapping[str, Any]) -> Promise:
    file, line = one["place"]
    term = None if one["term"] is None else term_of(one["term"], sorts)
    events = None if one["events"] is None else frozenset(one["events"])
    spoken = frozenset(one["speaks_of"])
    return Promise(
        one["name"], one["says"], tuple(one["shows"]), one["content"], Place(file, line), term, events, spoken
    )


@contextmanager
def side(asked: str | None, root: Path = ROOT) -> Iterator[Side]:
    """A side, for as long as its files are needed. asked: a version of the protocol, a revision or a folder (None: the checkout as it
    is). Raises RevisionError."""
    if asked is None:
        yield _loaded(_HERE, root)
    elif asked in versions.names():
        yield _loaded(asked, root, asked)
    elif _is_folder(asked):
        with TemporaryDirectory() as folder:
            _copy(Path(asked), Path(folder))
            yield _loaded(asked, Path(folder))
    else:
        with _refused():
            commit = commit_of(
                asked, root, ", no version and no folder with a model", instead=_TWO_FOLDERS, write=_WRITE
            )
            there = git(
                ["ls-tree", "-r", "--name-only", commit, "--", "model/protocol.py", "proofs/answers"], root
            ).split()
            if "model/protocol.py" not in there:
                raise SinceError(
                    f"{asked} has no model/protocol.py: it is from before the specification. Name a later one."
                )
            answers = [path for path in there if path.endswith(tuple(f"/{name}" for name in KEPT))]
            with unpacked(asked, [*FOLDERS, *answers], root) as folder:
                yield _loaded(asked, folder)


@contextmanager
def _refused() -> Iterator[None]:
    """What is wrong with a revision is said here as it is said of `mutate --since`. Raises RevisionError."""
    try:
        yield
    except SinceError as problem:
        raise RevisionError(str(problem)) from None


def column_of(sides: Sequence[Side], faults: Sequence[str], readings: Sequence[str], no_fault: bool) -> Column | None:
    """The column that is asked for, which one of the two at least knows; None: none is. Raises RevisionError."""
    networks = [of.network for of in sides]
    for fault in faults:
        if not any(fault in of.faults for of in networks):
            raise RevisionError(
                f"There is no fault {fault!r:.80} on either side. List them with: shadowproof list faults"
            )
    chosen = []
    for text in readings:
        name, _, value = text.upper().partition("=")
        if not any(
            name in of.actors and value in of.actors[name].states and not of.actors[name].moves for of in networks
        ):
            raise RevisionError(f"{text!r:.80} is no reading of either side. Write ID=VALUE, such as READ-1=NEVER.")
        chosen.append((name, value))
    if no_fault and (faults or chosen):
        raise RevisionError("--no-fault is the column without faults. Leave it out, or --fault and --reading.")
    return Column(frozenset(faults), tuple(sorted(chosen))) if faults or chosen or no_fault else None


def is_edited(root: Path = ROOT) -> bool:
    """Whether model or promises of the checkout are not as they were last committed."""
    with suppress(SinceError):
        return bool(git(["status", "--porcelain", "--", *FOLDERS], root).strip())
    return False


def _is_folder(asked: str) -> bool:
    """Whether that is a folder with a model. No name at all is none: Path takes it for the working folder."""
    return bool(asked) and (Path(asked) / "model" / "protocol.py").is_file()


def _copy(of: Path, to: Path) -> None:
    """The model, the promises and the record of a folder."""
    for name in FOLDERS:
        if not (of / name).is_dir():
            raise RevisionError(f"{of} has no folder {name}. Name one that holds model and properties.")
        shutil.copytree(of / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
    answers = Path("proofs") / "answers"
    (to / answers).mkdir(parents=True)
    for name in KEPT:
        with suppress(OSError):
            shutil.copy(of / answers / name, to / answers / name)


def _loaded(label: str, folder: Path, version: str = versions.DOCUMENT) -> Side:
    data = _answer("shadowproof.diff.said", label, folder, LOADING, version=version)
    found = Side(label, folder, data, version)
    try:
        if found.data["schema"] != SCHEMA:
            raise DataError(f"its schema is {found.data['schema']!r:.40}")
        _ = found.promises
        for kind in ("requirements", "readings"):
            found.named(kind)
    except (DataError, DeclarationError, KeyError, TypeError, ValueError) as problem:
        raise RevisionError(
            f"What {label} says is no model ({last_line(str(problem))}). Name another revision."
        ) from None
    return found


def _answer(
    module: str, label: str, folder: Path, seconds: int, asked: str = "", version: str = versions.DOCUMENT
) -> Any:
    """What a module prints as JSON, in a process that takes the folder's model in place of the checkout's, in that version. Raises
    RevisionError."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    paths = [str(folder), str(ROOT)] if folder != ROOT else [str(ROOT)]
    environment |= {"PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}
    environment[versions.VARIABLE] = version
    command = [sys.executable, "-P", "-m", module]
    with TemporaryFile() as out, TemporaryFile() as errors, TemporaryFile() as given:
        given.write(asked.encode())
        given.seek(0)
        process = subprocess.Popen(  # noqa: S603 - this interpreter
            command, cwd=folder, env=environment, stdin=given, stdout=out, stderr=errors, process_group=0,
            preexec_fn=partial(_limited, seconds),  # noqa: PLW1509 - it asks nothing of other threads
        )  # fmt: skip
        try:
            status = process.wait(seconds * WAITING)
        except subprocess.TimeoutExpired:
            status = -signal.SIGXCPU
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        texts = [_read(file) for file in (out, errors)]
    if status in {-signal.SIGXCPU, -signal.SIGKILL}:
        raise RevisionError(
            f"The model of {label} has not answered in {seconds} s of computing, {seconds * WAITING} s in all. Name another one."
        )
    if status:
        said = last_line(texts[1], otherwise=f"status {status}")
        raise RevisionError(
            f"The model of {label} cannot be loaded by the engines of today ({said}). Name another revision."
        )
    try:
        return cleaned(json.loads(texts[0]))
    except (ValueError, RecursionError):
        raise RevisionError(
            f"What {label} says is no JSON: its model prints something. Name another revision."
        ) from None


def _limited(seconds: int) -> None:
    """In the new process: it may take so much, and no more."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - there is none elsewhere

        limits = (
            (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, WRITTEN), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_CPU, seconds),
        )  # fmt: skip
        for what, most in limits:
            now, hard = resource.getrlimit(what)
            known = [one for one in (most, now, hard) if one != resource.RLIM_INFINITY]
            resource.setrlimit(what, (min(known), hard))


def _read(file: Any) -> str:
    file.seek(0)
    text: str = file.read(WRITTEN).decode("utf-8", "replace")
    return text


def cleaned(data: Any) -> Any:
    """JSON data in which no text has a sign that is no letter: nothing of another revision steers a terminal."""
    if isinstance(data, str):
        return printable(data)
    if isinstance(data, list):
        return [cleaned(one) for one in data]
    if isinstance(data, dict):
        return {printable(str(name)): cleaned(one) for name, one in data.items()}
    return data
