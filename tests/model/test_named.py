"""A mistyped event or state is red for mypy before anything is loaded; what is typed right is not."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from model import event_names, named
from model.notation import happens, on, stays
from shadowproof.new import names
from tests.helpers.nightly import nightly

ROOT = Path(__file__).parents[2]
TYPED = {"on", "stays", "happens", "fired"}
PLANTED = """
from model.actors.power import Power, power
from model.named import Events, fired, happens, on, stays

RIGHT: Events = ("vm_saved", "vm_given_back")
rows = (on("vm_saved", Power.RUNNING, Power.SAVED), stays("vm_given_back", *RIGHT), power.is_(Power.PAUSED))
terms = (happens("vm_saved", *RIGHT), fired("vm_saved"))

WRONG: Events = ("vm_savd",)
on("vm_savd", Power.RUNNING, Power.SAVED)
stays("vm_saved", "vm_savd")
happens("vm_savd")
fired("vm_savd")
power.is_(Power.PAUSD)
"""


def test_the_names_are_those_of_all_events() -> None:
    """`make docs` writes them; so does `shadowproof new event`, with the one that is begun."""
    assert (ROOT / names.PATH).read_text("utf-8") == names.text()
    assert '    "vm_taken_along",\n' in names.text("vm_taken_along")
    assert event_names.EventName.__args__.count("vm_saved") == 1  # type: ignore[attr-defined]  # of a Literal
    assert (named.on, named.stays, named.happens, named.fired) == (on, stays, happens, happens)


def test_rows_and_promises_are_written_with_them() -> None:
    """What is imported from the notation takes any name."""
    rooms = ("model/actors", "model/versions", "properties/promises", "properties/conduct", "properties/versions")
    files = [path for room in rooms for path in sorted((ROOT / room).glob("*.py"))]
    assert len(files) >= 25
    assert [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in files
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.ImportFrom)
        and node.module != "model.named"
        and {one.name for one in node.names} & TYPED
    ] == []


@nightly
@pytest.mark.timeout(600)
def test_a_mistyped_event_or_state_is_red_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "planted.py"
    file.write_text(PLANTED, "utf-8")
    asked = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(file)]
    done = subprocess.run(
        asked, cwd=ROOT, env={"MYPYPATH": str(ROOT), "PATH": ""}, capture_output=True, text=True, check=False
    )
    red = {int(line) for line in re.findall(r"^\S*planted\.py:(\d+): error", done.stdout, re.MULTILINE)}
    first = PLANTED.splitlines().index('WRONG: Events = ("vm_savd",)') + 1
    assert red == set(range(first, len(PLANTED.splitlines()) + 1)), done.stdout
