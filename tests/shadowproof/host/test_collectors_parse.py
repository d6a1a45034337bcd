"""The collecting scripts are PowerShell: a grammar of it, as editors use it, takes them without an error. No host runs them here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

tree_sitter = pytest.importorskip("tree_sitter", reason="the grammar comes with the packages for developing")
grammar = pytest.importorskip("tree_sitter_powershell", reason="the grammar comes with the packages for developing")

SCRIPTS = sorted((Path(__file__).parents[3] / "shadowproof").glob("*.ps1"))


def parsed(text: bytes) -> Any:
    return tree_sitter.Parser(tree_sitter.Language(grammar.language())).parse(text).root_node


def test_there_are_two() -> None:
    assert len(SCRIPTS) == 2


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_powershell(script: Path) -> None:
    assert not parsed(script.read_bytes()).has_error


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_what_is_damaged_is_not(script: Path) -> None:
    text = script.read_text("ascii")
    for damaged in (
        text.rstrip().rsplit("}", 1)[0],
        text.replace("foreach ($", "foreach $", 1),
        text.replace("@{", "@", 1),
    ):
        assert damaged != text
        assert parsed(damaged.encode()).has_error
