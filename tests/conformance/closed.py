"""The closed set that the tests of diagnoses ask, made once a process."""

from __future__ import annotations

from functools import cache

from conformance.diagnosis import Diagnosis, diagnose
from conformance.observed import Observation, observation
from conformance.possible import Possible, close, single_columns
from conformance.texts.read import said


@cache
def closed() -> Possible:
    return close(single_columns())


def seen(*texts: str) -> Observation:
    """What was seen, in the words of --see."""
    found = observation(said(texts).facts, closed())
    assert found is not None
    return found


@cache
def diagnosed(*texts: str) -> Diagnosis:
    """What that means."""
    return diagnose(seen(*texts), closed())
