"""What a reading says that it means: of its own values, in words; else it is refused, with its line and the remedy."""

from collections.abc import Mapping

import pytest

from model.notation import Actor, DeclarationError, States
from model.readings import READINGS, Reading


class Left(States):
    ALL = "all of it"
    HALF = "half of it"
    NOTHING = "nothing"


LEFT = Actor("READ-0", Left, starts=Left, says="What is left?")


def reading(means: Mapping[str, str]) -> Reading:
    return Reading(LEFT, "READ-0", means=means)


@pytest.mark.parametrize(
    ("means", "refusal"),
    [
        (
            {"HALF": "It is halved.", "NONE": "It is gone."},
            "READ-0 says what 'NONE' means, which is no value of it other than the default. Use one of HALF, NOTHING.",
        ),
        (
            {"ALL": "It is whole."},
            "READ-0 says what 'ALL' means, which is no value of it other than the default. Use one of HALF, NOTHING.",
        ),
        (
            {"HALF": ""},
            "the meaning of READ-0=HALF: '' is no sentence. Say it in words, and end with a full stop.",
        ),
    ],
    ids=["unknown", "default", "no words"],
)
def test_a_meaning_that_makes_no_sense(means: Mapping[str, str], refusal: str) -> None:
    with pytest.raises(DeclarationError) as refused:
        reading(means)
    line = reading.__code__.co_firstlineno + 1
    assert str(refused.value) == f"tests/model/test_readings.py:{line}: {refusal}"


def test_what_is_right_is_not_refused_and_stays_as_it_is() -> None:
    means = {"HALF": "It is halved."}
    made = reading(means)
    means["NONE"] = "It is gone."
    assert made.means == {"HALF": "It is halved."}


def test_each_reading_stands_where_it_is_declared() -> None:
    """Not where all of them are made."""
    lines = {one.place.line for one in READINGS}
    assert {one.place.file for one in READINGS} == {"model/readings.py"}
    assert len(lines) == len(READINGS)
