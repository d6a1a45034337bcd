"""The tutorial, followed to the letter on a copy of the project: what is typed runs, and says what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.nightly import nightly
from tests.shadowproof.test_contributing import Copy

PAGE = (Path(__file__).parents[3] / "docs" / "guide" / "tutorial.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
FILE = re.compile(r"`((?:model|properties)/[\w/]+\.py)`")


def files() -> list[str]:
    """Where the page has something written, in its order."""
    return FILE.findall(PAGE)


def follow(copy: Copy, kinds: set[str], commands: tuple[str, ...]) -> int:
    """Do what the blocks of these kinds say, and hold what is printed by these commands against what is shown. How many were."""
    places, said, held = iter(files()), "", 0
    for kind, text in BLOCKS:
        if kind in {"python", "diff"}:
            place = next(places)
            if kind in kinds and kind == "python":
                in_place_of_the_stub(copy.root / place, text)
            elif kind in kinds:
                old, new = (line[1:].strip() for line in text.splitlines())
                copy.edit(place, old, new)
        elif kind == "sh":
            asked = text.split()[1:]
            said = _says(copy, asked) if asked[0] in commands else ""
        elif kind == "text" and said:
            for line in text.splitlines():
                assert " ".join(line.split()) in said, line
                held += 1
    return held


def in_place_of_the_stub(path: Path, text: str) -> None:
    """What is told to be filled in, where `shadowproof new` has said that it is to be."""
    before, _, stub = path.read_text("utf-8").rpartition(f"\n\n{text.partition(' = ')[0]} = ")
    assert "FILL IN: " in stub
    path.write_text(f"{before}\n\n{text}", "utf-8")


def _says(copy: Copy, asked: list[str]) -> str:
    """Whatever its status: what it prints decides."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "shadowproof", *asked],
        cwd=copy.root, env={**os.environ, "PYTHONPATH": str(copy.root)}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return " ".join((done.stdout + done.stderr).split())


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def test_the_page_has_all_its_parts() -> None:
    assert " ".join(kind for kind, _ in BLOCKS) == "sh text sh text sh text python sh text diff sh text"
    assert files() == ["properties/promises/giving_back.py", "model/actors/power.py"]
    assert (Path(__file__).parents[3] / "examples" / "small_backup.py").is_file()


def test_what_is_asked_and_added_is_there(copy: Copy) -> None:
    assert follow(copy, {"python"}, ("show", "play", "new")) == 6
    assert "a-paused-vm-never-wakes" in copy.says("list", "properties")


@nightly
def test_the_promise_is_proved_and_the_mistake_found(copy: Copy) -> None:
    assert follow(copy, {"python", "diff"}, ("show", "play", "new", "verify")) == 9
