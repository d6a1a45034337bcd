"""What a command writes is neither what it reads nor one file for two things: refused before anything is written, by every command."""

from __future__ import annotations

import os
from inspect import signature
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from shadowproof.cli import app
from shadowproof.outside.files import OutputError, check_apart
from tests.helpers.command import shadowproof

HOST = Path(__file__).parents[2] / "shadowproof" / "examples" / "twelve-vms.json"
READ = {
    "inventory": ("-i", HOST.read_text("utf-8")),
    "run": ("--run", "backup_initialized\n"),
    "file": ("--file", "backup_initialized\n"),
    "binary": ("--binary", "#!/bin/true\n"),
    "texts": ("", "writer_state: Stable\n"),
    "profiles": ("", "{}\n"),
    "traces": ("", "{}\n"),
}
"""For each parameter that is read: its option, and what such a file may hold."""
WRITTEN = {
    "json_file": "--json", "save_file": "--save", "junit": "--junit", "sarif": "--sarif", "code_quality": "--code-quality",
    "summary": "--summary", "badge": "--badge", "markdown": "--markdown", "output": "-o", "svg": "--svg", "walk_file": "--walk",
}  # fmt: skip
NO_FILES = {"cache", "smtlib", "worker_cache", "out_folder", "site", "last"}
"""Folders, and what `verify --watch` hands to itself."""
BESIDE = {
    "diff": ("HEAD",), "method": ("-i", str(HOST)), "play": ("backup_initialized",), "diagnose": ("--see", "vss=MADE"),
    "explain": ("no-vm-left-saved",), "why-not": ("no-vm-left-saved",), "agent": ("hv-vss",), "draw": ("power",),
    "requester": ("restic",), "replay": (str(HOST),), "export": ("--to", "json"), "cuts": ("MET-4",),
}  # fmt: skip
"""What else is typed, so that the command gets as far as its files."""
WITHOUT = {("play", "file"), ("requester", "profiles"), ("replay", "traces"), ("method", "inventory")}
"""What is read stands in the place of what else is typed."""


def _files() -> dict[str, tuple[list[str], list[str]]]:
    """For each command what it writes and what it reads, by its parameters that are files."""
    found = {}
    for one in app.registered_commands:
        assert one.callback is not None
        name = one.name or one.callback.__name__
        taken = [
            key
            for key, given in signature(one.callback, eval_str=True).parameters.items()
            if _is_path(given.annotation)
        ]
        assert set(taken) <= WRITTEN.keys() | READ.keys() | NO_FILES, name
        found[name] = [key for key in taken if key in WRITTEN], [key for key in taken if key in READ]
    return found


def _is_path(annotation: Any) -> bool:
    return "Path" in str(annotation)


FILES = _files()
TWO = [(name, *pair) for name, (written, _) in FILES.items() for pair in pairwise(written)]
OVER = [(name, out, into) for name, (written, read) in FILES.items() for out in written for into in read]


def test_there_are_such_commands() -> None:
    assert len(TWO) > 15
    assert len(OVER) > 20
    assert {"diagnose", "walk", "replay", "requester", "play", "verify", "method", "agent"} <= {
        name for name, *_ in OVER
    }


@pytest.mark.parametrize(("name", "out", "into"), OVER)
def test_what_is_read_is_not_written_over(name: str, out: str, into: str, tmp_path: Path) -> None:
    option, text = READ[into]
    file = tmp_path / f"it{'.jsonl' if out == 'save_file' else ''}"
    file.write_text(text, "utf-8")
    beside = () if (name, into) in WITHOUT else BESIDE.get(name, ())
    done = shadowproof(
        name, *beside, *([option] if option else []), str(file), WRITTEN[out], f"{tmp_path}/./{file.name}"
    )
    assert (done.returncode, "is what is read" in done.stderr) == (2, True), done.stderr
    assert file.read_text("utf-8") == text
    assert done.stdout == ""


@pytest.mark.parametrize(("name", "one", "other"), TWO)
def test_no_file_is_asked_to_hold_two_things(name: str, one: str, other: str, tmp_path: Path) -> None:
    file = tmp_path / "it.jsonl"
    done = shadowproof(name, *BESIDE.get(name, ()), WRITTEN[one], str(file), WRITTEN[other], f"{tmp_path}/./it.jsonl")
    assert (done.returncode, "two things" in done.stderr) == (2, True), done.stderr
    assert (done.stdout, list(tmp_path.iterdir())) == ("", [])


def test_one_place_has_many_names(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("it")
    for other in (tmp_path / "it", tmp_path / "link", tmp_path / "." / "it"):
        with pytest.raises(OutputError, match="two things"):
            check_apart(tmp_path / "it", None, other)
    check_apart(tmp_path / "it", tmp_path / "other", read=[tmp_path / "it" / "nothing", None])
    with pytest.raises(OutputError, match="two things"):
        check_apart(Path("-"), Path("/dev/stdout"))
    with pytest.raises(OutputError, match="Choose another name"):
        check_apart(tmp_path / ("x" * 300))


def test_numbered_files_are_checked_before_one_is_written(tmp_path: Path) -> None:
    """The second of three is what is read, or a folder, or what else is written: then there is no first either, and no JSON."""
    words = ("diagnose", "--see", "writer_state=FAILED_AT_THAW", "--stories", "--save", str(tmp_path / "run.itf.json"))
    second = tmp_path / "run-2.itf.json"
    done = shadowproof(*words, "--json", str(second))
    assert (done.returncode, "two things" in done.stderr, list(tmp_path.iterdir())) == (2, True, [])
    second.write_text("Writer name: 'Microsoft Hyper-V VSS Writer'\n   State: [10] Failed\n", "utf-8")
    done = shadowproof(*words, str(second), "--json", str(tmp_path / "all.json"))
    assert (done.returncode, "is what is read" in done.stderr, list(tmp_path.iterdir())) == (2, True, [second]), (
        done.stderr
    )
    second.unlink()
    second.mkdir()
    done = shadowproof(*words)
    assert (done.returncode, "is a folder" in done.stderr, list(tmp_path.iterdir())) == (2, True, [second])


@pytest.mark.skipif(os.name != "posix", reason="devices are of POSIX systems here")
@pytest.mark.parametrize(("place", "said"), [("/dev/null", "a device"), ("/dev/full", "a device"), ("", "a folder")])
@pytest.mark.parametrize("name", [name for name, (written, _) in FILES.items() if "save_file" in written])
def test_a_run_is_kept_in_no_device_and_no_folder(name: str, place: str, said: str, tmp_path: Path) -> None:
    done = shadowproof(name, *BESIDE.get(name, ()), "--save", place or str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert f"it is {said}, and a run is a file. Name a file that ends in .itf.json or .jsonl" in done.stderr
