"""All of it or nothing: what is to be written is formatted, loaded beside what is there, and only then put in its place."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from proofs.mutants.since import ROOT
from shadowproof.ask import AskError
from shadowproof.new.source import Source
from shadowproof.new.stubs import MARK
from shadowproof.outside.files import write_whole

SECONDS = 120
_LOADS = "import properties.catalogue, model.who"


def checkout() -> Path:
    """The checkout that this command is of, if it is where one stands. Raises AskError."""
    here = Path.cwd().resolve()
    if not (here / "model" / "protocol.py").is_file() or not (here / "pyproject.toml").is_file():
        raise AskError("New things are written into a checkout of the project. Call this from its top folder.")
    if here != ROOT.resolve():
        raise AskError(
            "This command is of another checkout than the one it is called in. Run make setup here, and take .venv/bin/shadowproof."
        )
    if find_spec("ruff") is None:
        raise AskError("What is written is formatted by ruff, which is not installed. Run make setup.")
    return here


def refuse_edited(root: Path, files: Sequence[Source]) -> None:
    """What is written can be taken back with git only where nothing else was edited. Raises AskError."""
    paths = [one.path for one in files]
    done = _run(["git", "status", "--porcelain", "--", *paths], root, "")
    if done.returncode:
        raise AskError(
            "This is no checkout under version control, so nothing could be taken back. Clone it with git, or run git init."
        )
    if done.stdout.strip():
        edited = ", ".join(line[3:] for line in done.stdout.splitlines())
        raise AskError(f"{edited} has edits that are in no commit. Commit or stash them first.")
    if there := [one for one in paths if one.startswith("tests/") and (root / one).exists()]:
        raise AskError(f"{there[0]} is there already. Choose another name.")


def formatted(root: Path, one: Source) -> Source:
    """As `make check` wants it. Raises AskError."""
    text = one.text
    for arguments in (["check", "--fix-only", "--quiet", "--select", "I"], ["format", "--quiet"]):
        done = _run([sys.executable, "-m", "ruff", *arguments, "--stdin-filename", one.path, "-"], root, text)
        if done.returncode:
            raise AskError(
                f"What would be written in {one.path} is no Python ({_last(done.stderr)}). Nothing is written."
            )
        text = done.stdout
    return Source(one.path, text)


def refuse_unless_it_loads(root: Path, files: Sequence[Source]) -> None:
    """Beside what is there, in a copy. Raises AskError with what the model is refused for."""
    with TemporaryDirectory() as folder:
        copy = Path(folder)
        for room in ("model", "properties"):
            shutil.copytree(root / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
        for one in files:
            (copy / one.path).parent.mkdir(parents=True, exist_ok=True)
            (copy / one.path).write_text(one.text, "utf-8")
        done = _run([sys.executable, "-P", "-c", _LOADS], copy, "", PYTHONPATH=os.pathsep.join([str(copy), str(root)]))
    if done.returncode:
        raise AskError(f"What would be written does not load: {_last(done.stderr).rstrip('.')}. Nothing is written.")


def written(root: Path, files: Sequence[Source]) -> list[str]:
    """Put all in place, and say of each what is left to be filled in, and how to take it back. If one cannot be written, none is. Raises
    OutputError."""
    before = {one.path: (root / one.path).read_bytes() if (root / one.path).exists() else None for one in files}
    try:
        for one in files:
            (root / one.path).parent.mkdir(parents=True, exist_ok=True)
            write_whole(root / one.path, one.text)
    except BaseException:
        for path, content in before.items():
            with suppress(OSError):
                (root / path).unlink() if content is None else (root / path).write_bytes(content)
        raise
    said = [line for one in files for line in _left(one, new=before[one.path] is None)]
    return [*said, _taken_back(before)]


def _taken_back(before: Mapping[str, bytes | None]) -> str:
    """How to have it as it was: what had no edits comes back from the commit, what was not there goes."""
    old = " ".join(path for path, content in before.items() if content is not None)
    new = " ".join(path for path, content in before.items() if content is None)
    said = [*([f"git checkout -- {old}"] if old else []), *([f"rm {new}"] if new else [])]
    return f"Take it back with: {' && '.join(said)}"


def _left(one: Source, *, new: bool) -> list[str]:
    marks = [
        (n, line.partition(MARK)[2].partition('"')[0].strip().rstrip("."))
        for n, line in enumerate(one.text.splitlines(), 1)
        if MARK in line
    ]
    head = f"{one.path} {'is new' if new else 'has more in it'}"
    return [head, *(f"  {one.path}:{number}: fill in {what}" for number, what in marks)]


def _run(command: list[str], folder: Path, given: str, **more: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - git, ruff, or this interpreter
            command,
            cwd=folder,
            env={**os.environ, **more},
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise AskError(f"{command[0]} cannot be run ({problem}). Nothing is written.") from None


def _last(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip()[:300] if lines else "nothing is said"
