"""No test asks what time it is: a machine that is busy would fail it. Work is bounded by what is counted (`counted.py`)."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
CLOCK = re.compile(r"\b(perf_counter|monotonic|process_time|thread_time|time\.time)\b|\btimeout=\d")


@pytest.mark.parametrize(
    "text",
    [
        "begun = time.perf_counter()",
        "until = time.monotonic() + 60",
        "from time import process_time",
        "wait(timeout=3)",
    ],
)
def test_a_clock_is_seen(text: str) -> None:
    assert CLOCK.search(text)


def test_no_test_reads_a_clock() -> None:
    files = [path for path in TESTS.rglob("*.py") if path != Path(__file__)]
    assert len(files) > 100
    found = [
        f"{path.relative_to(TESTS)}:{number}: {line.strip()}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if CLOCK.search(line)
    ]
    assert not found, "bound what is counted instead, see counted.py"
