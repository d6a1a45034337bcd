"""Nothing that is said is lost to the encoding of the place that it is said to; files are UTF-8 wherever they are written."""

from __future__ import annotations

import ast
import json
import os
import re
import sys
from io import BytesIO, TextIOWrapper
from itertools import pairwise
from pathlib import Path

import pytest
from rich.table import Table

from shadowproof.commands import console, say
from shadowproof.outside.files import write_whole
from shadowproof.outside.spelling import SPELLED, many, readable, spell_what_is_lacking
from tests.helpers.command import command
from tests.helpers.vms import vm

ROOT = Path(__file__).parents[2]
ENCODINGS = ("cp1252", "ascii", "latin-1", "cp437", "utf-8")
CYRILLIC, JAPANESE, HALF = "Бухгалтерия", "受付サーバー", "half \ud800"


def said(encoding: str, *arguments: str) -> tuple[int, str, str]:
    """Status, stdout and stderr of a command in a place of this encoding."""
    done = command(*arguments, env={**os.environ, "PYTHONIOENCODING": encoding})
    return done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding)


def host(folder: Path) -> Path:
    file = folder / "host.json"
    file.write_text(json.dumps([vm(Name=CYRILLIC), vm(Name=JAPANESE)]), "utf-8")
    return file


def test_signs_that_are_lacking_have_substitutes_and_the_rest_is_escaped() -> None:
    assert readable("running → saved …", "ascii") == "running -> saved ..."
    assert readable("Жук →", "cp1252") == r"\u0416\u0443\u043a ->"
    assert readable("café", "cp1252") == "café"
    assert readable("café", "ascii") == r"caf\xe9"
    assert readable("Жук → \U0001f600", "utf-8") == "Жук → \U0001f600"
    assert readable(HALF, "utf-8") == r"half \ud800"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_names_of_every_script_are_said_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    written = tmp_path / "out.json"
    status, out, errors = said(encoding, "method", "--inventory", str(host(tmp_path)), "--json", str(written))
    assert (status, errors) == (0, "")
    for name in (CYRILLIC, JAPANESE):
        assert f"{readable(name, encoding)}: " in out
    assert [one["name"] for one in json.loads(written.read_text("utf-8"))["vms"]] == [CYRILLIC, JAPANESE]


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_story_is_told_whole_where_there_are_no_arrows(encoding: str) -> None:
    asked = ("explain", "no-vm-left-saved", "--fault", "requester_vanishes")
    (status, out, _), (_, whole, _) = said(encoding, *asked), said("utf-8", *asked)
    assert status == 1
    assert "→" in whole
    assert out.split() == whole.replace("→", "->").split()


def test_what_is_wrong_is_said_as_well(tmp_path: Path) -> None:
    status, out, errors = said("cp1252", "explain", CYRILLIC)
    assert (status, out) == (2, "")
    assert errors.startswith("shadowproof: ")
    assert readable(CYRILLIC, "cp1252") in errors


def streams(monkeypatch: pytest.MonkeyPatch, encoding: str) -> BytesIO:
    """Both streams, replaced by one of this encoding, strict as Python makes it."""
    written = BytesIO()
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, TextIOWrapper(written, encoding, errors="strict", write_through=True))
    spell_what_is_lacking()
    return written


def test_columns_stay_in_line(monkeypatch: pytest.MonkeyPatch) -> None:
    written = streams(monkeypatch, "ascii")
    table = Table("name →", "count", box=None)
    for name in (CYRILLIC, "web", "→"):
        table.add_row(name, "7")
    console().print(table)
    lines = written.getvalue().decode("ascii").splitlines()
    assert len({re.search(r"(count|7) *$", line).start() for line in lines}) == 1  # type: ignore[union-attr]  # else it fails
    assert readable(CYRILLIC, "ascii") in lines[1]


STEERING = "\x1b[2J\x07\x9b1m\r\u202eb\u2028"


def test_nothing_that_is_quoted_steers_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    written = streams(monkeypatch, "utf-8")
    say(f"a\t{STEERING}\nc")
    console().print(f"d {STEERING} e")
    table = Table(box=None)
    table.add_row(STEERING)
    console().print(table)
    text = written.getvalue().decode("utf-8")
    assert text.startswith("a\t\\x1b[2J\\x07\\x9b1m\\r\\u202eb\\u2028\nc\nd \\x1b[2J")
    assert all(line.replace("\t", "").isprintable() for line in text.split("\n"))


def test_an_ascii_place_gets_ascii_also_by_typer_s_way(monkeypatch: pytest.MonkeyPatch) -> None:
    written = streams(monkeypatch, "ascii")
    say("a → b")
    assert written.getvalue() == b"a -> b\n"
    assert sys.stderr.errors == SPELLED


def test_half_a_sign_is_escaped_in_a_file_as_json_has_it(tmp_path: Path) -> None:
    write_whole(tmp_path / "out.json", json.dumps([HALF, CYRILLIC], ensure_ascii=False))
    assert json.loads((tmp_path / "out.json").read_bytes().decode("utf-8")) == [HALF, CYRILLIC]
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]


def test_a_file_that_is_not_written_to_its_end_is_not_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "out.json", "{}")
    assert list(tmp_path.iterdir()) == []


def test_one_of_a_thing_is_said_as_one() -> None:
    assert [many(number, "verdict") for number in (0, 1, 2, 2_000)] == [
        "0 verdicts",
        "1 verdict",
        "2 verdicts",
        "2,000 verdicts",
    ]


COUNTED = re.compile(r" (more )?(verdict|column|promise|step|mutant|event)s\b")


def test_nothing_is_counted_by_hand_that_may_be_one() -> None:
    """2026-11-29: "1 verdicts: 1 holds". What is counted is said by `many`; only of numbers that are written down is it known."""
    found = []
    for path in sorted((ROOT / "shadowproof").rglob("*.py")):
        told = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.JoinedStr))
        for text in told:
            for number, what in pairwise(text.values):
                said = what.value if isinstance(what, ast.Constant) else ""
                counted = isinstance(number, ast.FormattedValue) and COUNTED.match(str(said))
                if counted and not re.search(r"\b[A-Z_]{3,}\b", ast.unparse(number)):
                    found.append(f"{path.name}:{text.lineno}")
    assert found == []
