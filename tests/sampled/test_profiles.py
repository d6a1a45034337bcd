"""Which runs are the same each time, and which never: asked of Hypothesis itself, in an environment like CI's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ASKS = """
import tests.conftest
from hypothesis import settings
now = settings()
print(now.derandomize, now.max_examples, now.database is None)
"""


def asked(**environment: str) -> list[str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"CI", "HYPOTHESIS_PROFILE"}}
    found = subprocess.run(
        [sys.executable, "-c", ASKS],
        env=kept | environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.split()


@pytest.mark.parametrize("environment", [{}, {"CI": "1"}], ids=["here", "in CI"])
def test_no_two_nights_are_the_same(environment: dict[str, str]) -> None:
    derandomized, examples, _ = asked(HYPOTHESIS_PROFILE="nightly", **environment)
    assert derandomized == "False"
    assert int(examples) >= 1_000


def test_every_pull_request_is_judged_by_the_same_runs() -> None:
    assert asked(CI="1") == ["True", "30", "True"]
    assert asked(HYPOTHESIS_PROFILE="pr") == asked(CI="1")


def test_runs_on_a_desk_differ() -> None:
    assert asked()[0] == "False"
