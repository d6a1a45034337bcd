"""What joblib warns of, and here is meant, is not shown; all else is."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator
from contextlib import closing
from types import ModuleType

import joblib
import pytest
from joblib.externals.loky import process_executor

from proofs.computer.processes import early_stops_are_meant

STOPPED = "A worker stopped while some jobs were given to the "


@pytest.fixture(autouse=True)
def shown() -> Iterator[list[warnings.WarningMessage]]:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        yield found


def stopped_early() -> None:
    """Asks for the work of many, more than could be done by then, and wants to know of one."""
    workers = joblib.Parallel(n_jobs=2, return_as="generator", batch_size=1)
    with closing(workers(joblib.delayed(abs)(one) for one in range(-5_000, 0))) as arriving:
        assert next(arriving) == 5_000


def warned(message: str, of: ModuleType) -> None:
    warnings.warn_explicit(message, UserWarning, of.__file__ or "", 1, of.__name__)


def test_who_stops_early_means_it(shown: list[warnings.WarningMessage]) -> None:
    stopped_early()
    assert shown, "joblib does not warn of it any more: nothing was put to the test"
    shown.clear()
    with early_stops_are_meant():
        stopped_early()
    assert shown == []


def test_a_worker_is_replaced_without_a_word(shown: list[warnings.WarningMessage]) -> None:
    assert f'"{STOPPED}"' in inspect.getsource(process_executor), "joblib says it in other words by now"
    with early_stops_are_meant():
        warned(
            f"{STOPPED}executor. This can be caused by a too short worker timeout or by a memory leak.",
            process_executor,
        )
        assert shown == []
        warned("something else", process_executor)
    assert [str(one.message) for one in shown] == ["something else"]
