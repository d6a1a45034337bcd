"""Tests that go to several workers: those of a file stay together, the longest are begun first, and what is alone comes last."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.dealing import APART, LONGEST, TOGETHER, Dealt, begun, unit_of
from tests.helpers.nightly import nightly

TESTS = Path(__file__).parent


@pytest.mark.parametrize("file", [*LONGEST, *APART, *TOGETHER])
def test_files_named_are_there(file: str) -> None:
    assert (TESTS / file).is_file()


def test_each_file_is_one_unit_but_where_it_says_otherwise() -> None:
    assert (
        unit_of("tests/a/test_a.py::TestA::test_one[x::y]") == unit_of("tests/a/test_a.py::test_two") == "a/test_a.py"
    )
    assert unit_of(f"tests/{APART[0]}::test_one") != unit_of(f"tests/{APART[0]}::test_two")
    assert unit_of("tests/shadowproof/test_docs.py::test_a") == unit_of(
        "tests/shadowproof/duties/test_duties.py::test_b"
    )


def test_the_longest_are_begun_first_and_what_stands_apart_last() -> None:
    files = [APART[0], "test_order.py", LONGEST[1], LONGEST[0]]
    assert sorted(files, key=begun) == [LONGEST[0], LONGEST[1], "test_order.py", APART[0]]


def test_a_file_that_two_workers_run_is_noticed() -> None:
    dealt = Dealt()
    for number in range(4):
        dealt.ran(f"tests/{APART[0]}::test_{number}", f"gw{number % 2}")
        dealt.ran("tests/test_a.py::test_one", "gw0")
    assert dealt.torn() == []
    dealt.ran("tests/test_a.py::test_two", "gw1")
    assert dealt.torn() == ["test_a.py"]


FILES = {
    "conftest.py": "from tests.conftest import *",
    "test_a.py": "import os, pytest\n@pytest.mark.parametrize('n', range(20))\ndef test_a(n): print(os.environ['PYTEST_XDIST_WORKER'])\n",
    "test_b.py": "import time, pytest\n@pytest.mark.parametrize('n', range(20))\ndef test_b(n): time.sleep(0.01)\n",
}


@pytest.mark.parametrize(
    "splits",
    [pytest.param(False, marks=nightly, id="as it is"), pytest.param(True, id="where units are not heeded")],
)
def test_two_workers_take_whole_files(tmp_path: Path, splits: bool) -> None:
    """With the tools as they are pinned, which each run of several workers shows; and the guard sees it if they deal otherwise."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    if splits:
        planted = "\nimport tests.conftest\ntests.conftest.unit_of = lambda nodeid: nodeid\n"
        (tmp_path / "conftest.py").write_text(FILES["conftest.py"] + planted, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=TESTS.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "40 passed" in done.stdout, done.stdout + done.stderr
    assert done.returncode == int(splits)
    assert ("were run by several workers" in done.stdout) is splits
