"""Hostile words, numbers and files, a thousand of them: each is refused in one sentence, or read; nothing reaches a terminal raw.
By day each place takes a sixth of the words and half of the numbers, at night all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from proofs.answers import record, runs
from shadowproof.cli import main
from shadowproof.outside import failure
from shadowproof.outside.failure import LONGEST
from shadowproof.tell.playing.start import LARGEST, MOST_EVENTS
from tests.conftest import PROFILE
from tests.counted import calls
from tests.helpers.hostile import (
    EVENTS,
    FILES,
    NEVER_POSITIVE,
    NUMBERS,
    TAKE_NUMBERS,
    TAKE_POSITIVE,
    TAKE_WORDS,
    WORDS,
)

Said = tuple[object, str, str]
Run = Callable[[Iterable[str]], Said]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """The command in this process, in an empty folder: its exit status, and what it prints and complains of."""
    monkeypatch.chdir(tmp_path)

    def ended(arguments: Iterable[str]) -> Said:
        monkeypatch.setattr("sys.argv", ["shadowproof", *arguments])
        with pytest.raises(SystemExit) as done:
            main()
        return (done.value.code, *capsys.readouterr())

    return ended


def problems(said: Said, statuses: Sequence[int] = (2,)) -> list[str]:
    """What is wrong with how a command ended."""
    status, out, errors = said
    checks = {
        f"status {status}": status in statuses,
        "no sentence, or not one": status != 2 or (errors.startswith("shadowproof: ") and errors.count("\n") == 1),
        "a traceback": "Traceback" not in errors,
        "raw": all(line.isprintable() for line in (out + errors).split("\n")),
        "too long": status != 2 or len(errors) <= LONGEST + 50,
    }
    return [what for what, fine in checks.items() if not fine]


def refused(run: Run, takes: Sequence[str], values: Iterable[str]) -> dict[str, list[str]]:
    found = {value[:40]: problems(run(part.replace("?", value) for part in takes)) for value in values}
    return {value: wrong for value, wrong in found.items() if wrong}


def some(values: Iterable[str], place: int, *, of: int) -> Sequence[str]:
    """By day one in so many, in each place others; at night all."""
    every = list(values)
    return every if PROFILE == "nightly" else every[place % of :: of]


def test_it_is_a_corpus() -> None:
    numbers = len(TAKE_NUMBERS) * len(NUMBERS) + len(TAKE_POSITIVE) * len(NEVER_POSITIVE)
    assert len(TAKE_WORDS) * len(WORDS) + numbers + len(FILES) + len(EVENTS) > 1_200


@pytest.mark.parametrize("takes", TAKE_WORDS, ids=" ".join)
def test_no_word_is_taken_for_one_that_is_known(run: Run, takes: Sequence[str]) -> None:
    assert refused(run, takes, some(WORDS.values(), TAKE_WORDS.index(takes), of=6)) == {}


@pytest.mark.parametrize("takes", TAKE_NUMBERS, ids=" ".join)
def test_no_number_is_out_of_bounds(run: Run, takes: Sequence[str]) -> None:
    assert refused(run, takes, some(NUMBERS, TAKE_NUMBERS.index(takes), of=2)) == {}


@pytest.mark.parametrize("takes", TAKE_POSITIVE, ids=" ".join)
def test_no_number_is_less_than_it_can_be(run: Run, takes: Sequence[str]) -> None:
    assert refused(run, takes, some(NEVER_POSITIVE, TAKE_POSITIVE.index(takes), of=2)) == {}


def test_what_was_misspelt_is_said_with_little_work_the_second_time(run: Run) -> None:
    """Which commands there are, and which names in which version of the protocol, is read once: half a million calls."""
    asked = ("show", "vm_savd")
    first = run(asked)
    with calls(20_000):
        assert run(asked) == first
    assert problems(first) == []


def test_every_file_is_refused_or_reported_on(run: Run, tmp_path: Path) -> None:
    found, statuses = {}, set()
    for name, content in FILES.items():
        (tmp_path / "host.json").write_bytes(content)
        said = run(["method", "-i", "host.json"])
        statuses.add(said[0])
        found[name] = problems(said, (0, 2))
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert statuses == {0, 2}


def test_no_file_of_events_is_played(run: Run, tmp_path: Path) -> None:
    found = {}
    for name, content in EVENTS.items():
        (tmp_path / "events").write_bytes(content)
        found[name] = problems(run(["play", "--file", "events"]))
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no device that never ends")
def test_a_device_that_never_ends_is_bounded(run: Run) -> None:
    said = run(["play", "--file", "/dev/zero"])
    assert problems(said) == []
    assert f"larger than {LARGEST:,} bytes" in said[2]


def test_so_many_events_are_played_and_no_more(run: Run, tmp_path: Path) -> None:
    (tmp_path / "events").write_text("backup_initialized\n" * (MOST_EVENTS + 1), "utf-8")
    assert f"more than {MOST_EVENTS:,}" in run(["play", "--file", "events"])[2]


@pytest.mark.parametrize(
    "content",
    [FILES[name] for name in ("nothing", "a zero", "deep lists", "NaN", "true", "an empty object", "no text")],
)
def test_a_record_that_is_none_is_refused(
    run: Run, tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept.json").write_bytes(content)
    monkeypatch.setattr(record.load, "__defaults__", (tmp_path / "kept.json",))
    for command in (["assumptions", "MET-4"], ["cuts"], ["obligations"]):
        assert problems(run(command)) == []
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runs.load, "__defaults__", (tmp_path / "kept.json",))
    assert runs.load_for("any", tmp_path / "kept.json") == runs.NONE


def test_that_a_message_is_raw_or_too_long_is_noticed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def as_it_is(problem: BaseException) -> tuple[str, int]:
        return failure._told(problem)

    monkeypatch.setattr("shadowproof.cli.told", as_it_is)
    wrong: dict[str, Any] = refused(run, ("export", "--to", "?"), WORDS.values())
    assert wrong[WORDS["an escape"]] == ["raw"]
    assert wrong[WORDS["long"][:40]] == ["too long"]
