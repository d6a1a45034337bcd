"""What bounds the work of other tests is itself bounded."""

import sys
from collections.abc import Iterator

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


def numbers() -> Iterator[int]:
    try:
        while True:
            yield 1
    finally:
        list(numbers_below(9))


def numbers_below(most: int) -> Iterator[int]:
    yield from range(most)


def begun_and_dropped() -> None:
    one = numbers()
    next(one)
    del one


@pytest.mark.parametrize("most", range(1, 13))
def test_what_is_passed_while_a_generator_ends_is_not_lost(most: int) -> None:
    with pytest.raises(TooMuch), calls(most):
        begun_and_dropped()


def test_what_is_not_passed_is_not_told() -> None:
    with calls(13):
        begun_and_dropped()
