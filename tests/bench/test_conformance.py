"""What is measured of texts and traces is what it says: each text is answered, and the traces that are made are runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import conformance
from bench.spin.measured import Measured
from conformance.texts.read import read_text
from conformance.traces.answers import Accepted
from conformance.traces.replayed import replayed


def test_of_each_text_something_is_read() -> None:
    for text in conformance.TEXTS.values():
        assert any(not one.weak for one in read_text(text, "f").facts)


def test_traces_are_runs_and_as_long_as_they_say(tmp_path: Path) -> None:
    short, long, chance = (
        replayed(path)
        for path in (
            conformance.sessions(tmp_path, 0),
            conformance.sessions(tmp_path, 50),
            conformance.by_chance(tmp_path, 50),
        )
    )
    assert isinstance(short, Accepted)
    assert isinstance(long, Accepted)
    assert isinstance(chance, Accepted)
    assert (short.events, long.events, chance.events) == (24, 72, 50)
    assert not long.over
    assert long.states == short.states
    assert chance.states > 20


def test_a_command_that_fails_is_no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conformance, "measured", lambda *_: Measured("why", 2, 1.0, 1.0, 1))
    with pytest.raises(conformance.CommandFailed, match="exit status 2: why"):
        conformance.diagnosed()
