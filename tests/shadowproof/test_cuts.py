"""`shadowproof cuts`: what is printed and written, and what is refused."""

from __future__ import annotations

import json
from io import StringIO
from itertools import takewhile
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

from proofs.answers.record import load
from proofs.answers.verdict import HOLDS, REFUTED, Verdict
from proofs.verdicts.columns import BASE, fault_columns, meaning, reading_columns
from proofs.verdicts.combined.cuts import Cuts, elements
from proofs.verdicts.combined.pairs import fault_pairs
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from shadowproof.cuts import print_alone, print_cuts
from tests.helpers.command import shadowproof

FAILS = Column(frozenset({"files_not_restored"}))


def test_alone_every_fault_and_reading_is_told_with_what_it_breaks() -> None:
    done = shadowproof("cuts")
    assert done.returncode == 0, done.stderr
    text = " ".join(done.stdout.split())
    assert all(column.name in text for column in elements())
    breaks = {
        c.name for c in fault_columns() if (cell := load().cell("no-vm-left-saved", c.name)) and cell.verdict == REFUTED
    }
    assert text.count("no-vm-left-saved (") >= len(breaks) > 0


def test_in_a_pipe_each_fault_is_one_line_with_all_that_is_said_of_it() -> None:
    lines, record, broken = shadowproof("cuts").stdout.splitlines(), load(), 0
    for column in elements():
        (line,) = (one for one in lines if one.startswith(f"  {column.name} breaks "))
        for name in PROPERTIES:
            cell, base = record.cell(name, column.name), record.cell(name, "no fault")
            if cell and base and (cell.verdict, base.verdict) == (REFUTED, HOLDS) and cell.length:
                broken += 1
                assert f" {name} ({cell.length})" in line
    assert broken > 20
    assert [one for one in lines if one != one.rstrip()] == []


@pytest.mark.parametrize("width", [60, 80, 200])
def test_on_a_terminal_lines_fit_and_no_name_is_cut(width: int) -> None:
    out = StringIO()
    print_alone(load(), Console(file=out, force_terminal=True, color_system=None, width=width))
    lines = out.getvalue().splitlines()
    assert all(len(one) <= width or " " not in one.strip() for one in lines)
    words = set(out.getvalue().split())
    assert {column.name for column in elements()} <= words
    assert {"no-vm-left-saved", "power-is-changed-by-the-writer-or-the-cluster-only"} <= words


def test_alone_faults_only_leave_the_readings_out() -> None:
    said = shadowproof("cuts", "--faults").stdout
    assert "requester_vanishes breaks" in said
    assert "READ-1=" not in said


def test_written_to_stdout_it_is_nothing_but_json() -> None:
    done = shadowproof("cuts", "no-vm-is-lost", "--size", "1", "--faults", "--jobs", "1", "--json", "-")
    assert json.loads(done.stdout)["schema"] == "shadowproof-cuts/1"
    assert "broken by each of these alone" in done.stderr


def test_of_a_promise_they_are_told_and_written(tmp_path: Path) -> None:
    file = tmp_path / "cuts.json"
    done = shadowproof("cuts", "no-vm-is-lost", "--size", "1", "--faults", "--jobs", "1", "--json", str(file))
    assert done.returncode == 0, done.stderr
    written = json.loads(file.read_text("utf-8"))
    jsonschema.validate(written, json.loads(shadowproof("cuts", "--schema").stdout))
    (one,) = written["cuts"]
    assert one["combinations"] == 1 + len(fault_columns())
    for found in one["sets"]:
        assert f"{found['faults'][0]} ({found['steps']} steps)" in done.stdout
        assert meaning(Column(frozenset(found["faults"]))) in " ".join(done.stdout.split())
    assert "broken by each of these alone" in done.stdout
    assert "shadowproof explain no-vm-is-lost --fault" in done.stdout


def told(*columns: Column) -> str:
    """What a person reads, 60 letters wide, if these break a promise."""
    found = Verdict("no-vm-is-lost", FAILS.name, REFUTED, "a run was replayed")
    console = Console(width=60, record=True, file=StringIO())
    print_cuts(Cuts(found.property, 2, tuple((column, found) for column in columns), (), len(columns), 0), console)
    return console.export_text()


def test_below_what_breaks_it_alone_stands_what_that_means() -> None:
    other = next(column for column in reading_columns() if meaning(column))
    lines = told(FAILS, other).splitlines()
    for column in (FAILS, other):
        first = next(n for n, line in enumerate(lines) if line.startswith(f"    {column.name} ("))
        below = list(takewhile(lambda line: line.startswith(" " * 6), lines[first + 1 :]))
        assert " ".join(line.strip() for line in below) == meaning(column)
        assert max(map(len, below)) <= 60 < 6 + len(meaning(column))


def test_of_none_several_or_what_has_no_words_nothing_is_added() -> None:
    bare = next(column for column in fault_columns() if not meaning(column))
    pair = next(column for column in fault_pairs() if FAILS.faults < column.faults)
    for column in (BASE, bare, pair):
        assert [line for line in told(column).splitlines() if line.startswith(" " * 6)] == []
    assert all(meaning(column) for column in (BASE, FAILS))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["no-vm-left-saved", "--size", "0"],
            "--size 0: combinations of 1 to 3 can be asked for. Write --size 2, say.",
        ),
        (["no-vm-left-saved", "--size", "4"], "--size 4: combinations of 1 to 3"),
        (["no-vm-left-saved", "--jobs", "0"], "--jobs 0: at least one process must judge."),
        (["no-such-promise"], "There is no property or requirement 'no-such-promise'."),
        (["writer-identity"], "writer-identity compares constants: no fault or reading can break it."),
        (["mixed-methods-succeed"], "faults only let more happen. Ask for another property."),
        (["--json", "cuts.json"], "--json without a property"),
    ],
)
def test_bad_input_is_one_sentence(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = shadowproof("cuts", *arguments)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
