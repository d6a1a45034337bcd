"""In a pipe, or a file, no line ends in blanks, no colour is put into it, and nothing of a name is left out."""

from __future__ import annotations

import pytest
from rich.table import Table
from typer.testing import CliRunner

from properties.catalogue import PROPERTIES
from shadowproof.cli import app
from shadowproof.commands import console


@pytest.mark.parametrize(
    "command", [["assumptions"], ["obligations"], ["cuts"], ["show", "BAK-9"], ["mutate", "--list"]], ids=" ".join
)
def test_lines_end_where_their_text_ends(command: list[str]) -> None:
    done = CliRunner().invoke(app, command)
    assert done.exit_code in {0, 1}, done.output
    lines = done.stdout.splitlines()
    assert len(lines) > 5
    assert [line for line in lines if line != line.rstrip()] == []
    assert "\x1b" not in done.stdout


def test_a_table_is_set_in_columns_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("name", "count", "why", box=None)
    table.add_row("a", "1", "short")
    table.add_row("a longer name", "22", "")
    console().print(table)
    head, *rows = capsys.readouterr().out.splitlines()
    assert [line.index(word) for line, word in zip(rows, ("1", "22"), strict=True)] == [head.index("count")] * 2
    assert all(line == line.rstrip() for line in (head, *rows))


def test_the_matrix_cuts_no_name() -> None:
    text = CliRunner().invoke(app, ["assumptions"]).stdout
    assert set(PROPERTIES) <= set(text.split())
    assert text.count("proved for any number of VMs") == 1, "an assurance that most have stands in one line"
