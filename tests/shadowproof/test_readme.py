"""The samples of docs/guide/commands.md and CONTRIBUTING.md, and the table of how long each command takes: what they show is what
the commands say now, and what stands in the code.

A told run is compared to the letter. Of a verified column and of an argument, which take long, it is what does not depend on
how it was found: verdicts, assurances and lengths, as recorded, and each promise in its words.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_group
from typer.testing import CliRunner

from proofs.answers.record import load
from proofs.answers.verdict import HOLDS, REFUTED
from properties.catalogue import PROPERTIES
from shadowproof import ask
from shadowproof.cli import app
from shadowproof.commands.how_long import EXCEPT, HOW_LONG
from shadowproof.walk.runs import finding_link

ROOT = Path(__file__).parents[2]
COMMANDS = (ROOT / "docs" / "guide" / "commands.md").read_text(encoding="utf-8")
SAMPLES: list[str] = re.findall(r"^```text\n(.*?)^```$", COMMANDS, re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^  ([a-z-]+): (holds|REFUTED)(?:, broken after (\d+) steps, by (\w+))?", re.MULTILINE)
"""A row of `verify`: a property, its verdict, and where it is refuted how long the run is, and its last event."""


def sample(start: str) -> str:
    (found,) = (one for one in SAMPLES if one.startswith(start))
    return found


def joined(text: str) -> str:
    return " ".join(text.split())


def test_every_sample_is_looked_at() -> None:
    assert [one.split()[0] for one in SAMPLES] == [
        "Assuming:",
        "Changed",
        "no-vm-left-saved:",
        "auto-recovery-required:",
    ]


OPTIONS = {
    name: {option for parameter in command.params for option in parameter.opts}
    for name, command in get_group(app).commands.items()
}
TYPED = re.compile(r"(?:(?<=/)|(?<=`)|^ *)shadowproof ([a-z-]+)([^`\n#]*)", re.MULTILINE)


GUIDE = [f"docs/guide/{path.name}" for path in sorted((ROOT / "docs" / "guide").glob("*.md"))]


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", *GUIDE])
def test_every_command_and_option_that_is_shown_is_there(page: str) -> None:
    found = TYPED.findall((ROOT / page).read_text(encoding="utf-8"))
    assert found or page.startswith("docs/guide/")
    for name, rest in found:
        assert set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", rest)) <= OPTIONS[name], (name, rest)


def test_every_command_is_shown() -> None:
    """All but those that keep the project itself, of which CONTRIBUTING.md tells."""
    assert set(OPTIONS) - {name for name, _ in TYPED.findall(COMMANDS)} == {"accept", "docs"}


@pytest.mark.parametrize("page", ["README.md", "docs/guide/commands.md"])
def test_the_page_that_is_shown_opens_at_the_run_that_is_told(page: str) -> None:
    """Found on 2026-11-29: without --fault the run of another circumstance is opened, which is as short to name."""
    found = [(name, rest.split()) for name, rest in TYPED.findall((ROOT / page).read_text(encoding="utf-8"))]
    told = {link_of(words) for name, words in found if name == "explain" and PROPERTIES.keys() & set(words[:1])}
    opened = [
        link_of(words[words.index("--finding") + 1 :])
        for name, words in found
        if name == "walk" and "--finding" in words
    ]
    assert opened
    assert set(opened) <= told


def link_of(words: list[str]) -> str:
    """The link to the finding of a promise, in the circumstances that are typed behind it."""
    asked = dict(zip(words[1::2], words[2::2], strict=False))
    faults = [value for option, value in asked.items() if option in {"-f", "--fault"}]
    return finding_link(words[0], ask.column(faults, []), bool(faults))


def test_runs_that_are_read_are_kept_before() -> None:
    kept = COMMANDS.index("--save run.itf.json")
    read = [one.start() for one in re.finditer(r"(?:--run|replay) run\.itf\.json", COMMANDS)]
    assert len(read) == 2
    assert kept < min(read)


@pytest.mark.parametrize("command", ["explain no-vm-left-saved --fault requester_vanishes"])
def test_a_run_is_told_as_it_is_told_now(command: str) -> None:
    assert f".venv/bin/shadowproof {command} " in COMMANDS
    name = command.split()[1]
    done = CliRunner().invoke(app, command.split())
    assert done.exit_code == 1
    assert sample(f"{name}:").rstrip() == done.stdout.rstrip()


def test_the_column_is_as_recorded() -> None:
    text = sample("Assuming: requester_vanishes")
    rows, cells = ROW.findall(text), load().cells
    asked = re.findall(r"-p ([a-z-]+)", COMMANDS[: COMMANDS.index(text)])
    assert [name for name, *_ in rows] == asked
    assert len(asked) == 4
    for name, verdict, length, _ in rows:
        cell = cells[name]["requester_vanishes"]
        assert (verdict.lower(), int(length) if length else None) == (cell.verdict, cell.length), name
        if cell.verdict == REFUTED:
            assert f" {PROPERTIES[name].says} " in joined(text)
        else:
            assert f"What holds is: {cell.assurance}." in text


def test_the_argument_is_for_what_holds() -> None:
    name = "auto-recovery-required"
    text, promise = joined(sample(f"{name}:")), PROPERTIES[name]
    assert load().cells[name]["no fault"].verdict == HOLDS
    assert text.startswith(f'{name}: holds for any number of VMs, disks and adapters (no fault) "{promise.says}" ')
    assert f"({' '.join(promise.shows)})" in text


def test_the_property_that_contributors_are_shown_is_one_of_ours() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    _, _, section = text.partition("## Add a property")
    (shown, *_) = re.findall(r"^```python\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    name = shown.split()[0].replace("_", "-")
    assert shown in (ROOT / PROPERTIES[name].place.file).read_text(encoding="utf-8")


def test_how_long_each_command_takes_is_said_here_and_in_its_help() -> None:
    said = {name for names in HOW_LONG.values() for name in names}
    assert said == set(OPTIONS) >= set(EXCEPT)
    rows = dict(re.findall(r"^\| ([^|]+) \| ([^|;]+)", COMMANDS, re.MULTILINE))
    for time, names in HOW_LONG.items():
        assert tuple(rows[time].strip().split(", ")) == names
    for name, command in get_group(app).commands.items():
        assert command.epilog is not None
        assert command.epilog.startswith("Takes ")
        assert next(time for time, names in HOW_LONG.items() if name in names) in command.epilog
