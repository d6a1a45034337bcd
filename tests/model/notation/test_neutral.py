"""The notation is a language for any protocol: it has no word of the one that is written in it."""

import re
from pathlib import Path

import pytest

import model.notation

FOLDER = Path(model.notation.__file__).parent
FILES = sorted(FOLDER.glob("*.py"))
FOREIGN = re.compile(
    r"hyper.?v|vss|(?<![a-z])vms?(?![a-z])|virtual|snap.?shot|back.?up|shadow|volume|vhd|guest|writer|requester|adapter|disk",
    re.IGNORECASE,
)


def test_there_is_something_to_read() -> None:
    assert len(FILES) >= 9


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_word_of_any_protocol(file: Path) -> None:
    found = [
        f"{file.name}:{number}: {line.strip()}"
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if FOREIGN.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "line", ["each VM", "vms", "the vm_saved event", "Hyper-V", "a snapshot", "Backups", "IVssWriter", "two disks"]
)
def test_the_search_finds_such_words(line: str) -> None:
    assert FOREIGN.search(line)


@pytest.mark.parametrize("line", ["from collections import abc", "the environment", "a member's machines", "evms"])
def test_the_search_passes_others(line: str) -> None:
    assert not FOREIGN.search(line)
