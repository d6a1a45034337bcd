"""Nothing that `shadowproof new` wrote is left for somebody to say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shadowproof.new.stubs import MARK

ROOT = Path(__file__).parents[1]
READ_THEM = {"tests/shadowproof/site/test_tutorial.py"}
"""Tests of stubs."""


def left(root: Path, *names: str) -> Iterator[str]:
    """Where something is still to be filled in: file, line, what. names: only in these files."""
    rooms = ("model", "properties", "tests")
    for path in [root / name for name in names] or [
        one for room in rooms for one in sorted((root / room).rglob("*.py"))
    ]:
        name = path.relative_to(root).as_posix()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if MARK in line and name not in READ_THEM:
                yield f"{name}:{number}: {line.partition(MARK)[2].strip()}"


def test_nothing_is_left_to_be_filled_in() -> None:
    assert [*left(ROOT)] == []


def test_a_stub_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "faults.py").write_text(f'A = 1\nB = "{MARK} what it is."\n', "utf-8")
    assert [*left(tmp_path)] == ['model/faults.py:2: what it is."']
