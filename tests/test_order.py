"""Tests that go to several workers: those of a file stay together, the longest are begun first, and what is alone comes last."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import APART, LONGEST, TESTS, begun, pytest_collection_modifyitems


class Item:
    """As much of a test as is asked when tests are put in order."""

    def __init__(self, file: str, group: str | None = None) -> None:
        self.path = TESTS / file
        self.groups = [] if group is None else [group]

    def get_closest_marker(self, name: str) -> object:
        return self.groups[-1] if self.groups else None

    def add_marker(self, marker: pytest.MarkDecorator) -> None:
        self.groups.append(marker.args[0])


def ordered(*items: Item, several: bool) -> list[tuple[str, list[str]]]:
    found: list[Any] = list(items)
    config: Any = SimpleNamespace(option=SimpleNamespace(loadgroup=several))
    pytest_collection_modifyitems(config, found)
    return [(Path(item.path).name, item.groups) for item in found]


@pytest.mark.parametrize("file", [*LONGEST, *APART])
def test_files_named_are_there(file: str) -> None:
    assert (TESTS / file).is_file()


def test_each_file_is_one_group_but_where_it_says_otherwise() -> None:
    first, last = Path(LONGEST[0]).name, Path(APART[0]).name
    assert ordered(
        Item(APART[0]), Item("a/test_a.py"), Item("a/test_b.py", "shared"), Item(LONGEST[0]), several=True
    ) == [(first, [LONGEST[0]]), ("test_a.py", ["a/test_a.py"]), ("test_b.py", ["shared"]), (last, [])]


def test_one_worker_takes_them_as_they_come() -> None:
    assert ordered(Item(APART[0]), Item(LONGEST[0]), several=False) == [
        (Path(APART[0]).name, []),
        (Path(LONGEST[0]).name, []),
    ]


def test_the_longest_are_begun_first_and_what_stands_apart_last() -> None:
    files = [APART[0], "test_order.py", LONGEST[1], LONGEST[0]]
    assert sorted(files, key=begun) == [LONGEST[0], LONGEST[1], "test_order.py", APART[0]]
