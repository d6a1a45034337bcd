"""The closed set that the tests of diagnoses ask: the one that comes with the package, which `test_possible.py` makes anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest

from conformance import kept
from conformance.diagnosis import Diagnosis, diagnose
from conformance.observed import Observation, observation
from conformance.possible import Possible
from conformance.runs import Searches
from conformance.texts.read import said


@cache
def closed() -> Possible:
    found = kept.packaged()
    assert found is not None, "the protocol has changed: python -m conformance.kept"
    return found


def seen(*texts: str) -> Observation:
    """What was seen, in the words of --see."""
    found = observation(said(texts).facts, closed())
    assert found is not None
    return found


SEARCHED: dict[tuple[str, ...], int] = {}
"""How many states were looked at for each diagnosis."""


@contextmanager
def counted() -> Iterator[list[int]]:
    """Counts the states that are looked at in searches."""
    many, search = [0], Searches._search

    def counting(*of: Any) -> Any:
        found = search(*of)
        many[0] += len(found)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Searches, "_search", counting)
        yield many


@cache
def diagnosed(*texts: str) -> Diagnosis:
    """What that means."""
    with counted() as many:
        told = diagnose(seen(*texts), closed())
    SEARCHED[texts] = many[0]
    return told
