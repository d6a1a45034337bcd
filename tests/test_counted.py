"""What bounds the work of other tests is itself bounded."""

import sys

import pytest

from tests.counted import TooMuch, calls


def nothing() -> None:
    pass


def three() -> None:
    for _ in range(2):
        nothing()


def without_end() -> None:
    while True:
        nothing()


def test_so_many_calls_are_allowed_and_not_one_more() -> None:
    with calls(3):
        three()
    with pytest.raises(TooMuch, match="more than 2 calls"), calls(2):
        three()


def test_what_would_never_end_is_stopped() -> None:
    with pytest.raises(TooMuch), calls(1_000):
        without_end()
    assert sys.getprofile() is None, "nothing is counted any more"


def test_a_generator_is_counted_each_time_it_goes_on() -> None:
    with pytest.raises(TooMuch), calls(20):
        sum(number for number in range(30))
