"""SPIN, asked what it makes of a text: every state is visited, and each assertion that fails is named."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

_COMPILERS = (("tcc", "-w"), ("gcc", "-O0", "-w"))
"""What compiles SPIN's verifiers, with its options: the first that is here. That takes gcc nearly a second each, tcc a fortieth of it."""
_COMPILER = next((one for one in _COMPILERS if shutil.which(one[0])), None)
_MISSING = [name for name, found in (("spin", shutil.which("spin")), ("tcc or gcc", _COMPILER)) if found is None]
needs_spin = pytest.mark.skipif(bool(_MISSING), reason=f"{' and '.join(_MISSING)} not found")


@dataclass(frozen=True)
class Seen:
    """What SPIN counted, and the properties of which an assertion failed."""

    states: int
    transitions: int
    broken: frozenset[str]


def seen(text: str, folder: Path) -> Seen:
    """Visit every state. An assertion that fails does not end the search: it prints its property's name instead."""
    telling = re.sub(r"assert\(([^;]*)\); /\* ([^*]*) \*/", r'if :: \1 :: else -> printf("broken: \2\\n") fi;', text)
    assert "assert" not in re.sub(r"/\*.*?\*/", "", telling, flags=re.DOTALL)
    said = run(telling, folder, "-DPRINTF")
    assert "errors: 0" in said, said
    states, transitions = (int(_number(said, what)) for what in ("states, stored", "transitions"))
    return Seen(states, transitions, frozenset(re.findall(r"^\s*broken: ([\w -]+)$", said, re.MULTILINE)))


@dataclass(frozen=True)
class Asserted:
    """What SPIN counted, and how often an assertion failed."""

    states: int
    transitions: int
    failures: int


def asserted(text: str, folder: Path, *, places: int = 0) -> Asserted:
    """Visit every state, with the assertions as they are: one that fails is counted, and the search goes on. places: as many
    states as are expected, so that the hash table has one for each."""
    said = run(text, folder, then=("-c0", f"-w{max(18, places.bit_length())}"))
    failures = int(_number(said, "errors: ", after=True))
    assert kinds_of_failure(said) == ({"assertion violated"} if failures else set()), said
    states, transitions = (int(_number(said, what)) for what in ("states, stored", r"transitions \("))
    return Asserted(states, transitions, failures)


def kinds_of_failure(said: str) -> set[str]:
    """What the verifier calls the errors that it found, as far as it tells them."""
    found = re.findall(r"^pan:\d+: ([a-z ]+[a-z])", said, re.MULTILINE)
    return {one.removesuffix(" at depth") for one in found}


def refuses(text: str, folder: Path) -> bool:
    """Whether an assertion of the text as it is fails."""
    said = run(text, folder)
    errors = _number(said, "errors: ", after=True)
    assert errors == "0" or "assertion violated" in said, said
    return errors != "0"


def run(text: str, folder: Path, *flags: str, safety: bool = True, then: Sequence[str] = ()) -> str:
    """All that the verifier says of a text. flags: for the compiler. safety: no circles are looked for. then: options of the
    verifier."""
    (folder / "model.pml").write_text(text, encoding="utf-8")
    said = _call(["spin", "-a", "model.pml"], folder)
    assert "rror" not in said, said
    assert (folder / "pan.c").exists(), said
    assert _COMPILER is not None
    _call([*_COMPILER, *(["-DSAFETY"] if safety else []), "-DNOREDUCE", *flags, "-o", "pan", "pan.c"], folder)
    said = _call(["./pan", "-m1000000", "-w18", *then], folder)
    assert "max search depth too small" not in said
    return said


def _call(command: Sequence[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def _number(said: str, what: str, *, after: bool = False) -> str:
    found = re.search(rf"{what}(\d+)" if after else rf"(\d+) {what}", said)
    assert found is not None, said
    return found.group(1)
