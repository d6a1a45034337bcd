"""The protocols that were judged whole: the latest that has all runs of today's is found, and no other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from model.actors.power import Power
from model.notation import Network
from model.notation.changes import rows_of, with_sources, with_table
from model.notation.terms import SomeStates
from model.protocol import PROTOCOL
from proofs.answers.cache import in_use, use
from proofs.answers.content import content_of
from proofs.differences.data import from_data, to_data
from properties.catalogue import watched
from shadowproof.verify.loop import earlier


def saved_from(sources: SomeStates) -> Network:
    return with_table(PROTOCOL, "power", with_sources(rows_of(PROTOCOL, "power"), "vm_saved", sources))


MORE, LESS = saved_from(Power.RUNNING | Power.PAUSED | Power.OFF), saved_from(Power.RUNNING)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path) -> Iterator[None]:
    use(tmp_path)
    yield
    use(None)


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Callable[[Network], None]:
    def remembered(network: Network) -> None:
        with monkeypatch.context() as changed:
            changed.setattr(earlier, "PROTOCOL", network)
            earlier.remember()

    return remembered


def said(networks: list[Network]) -> list[list[str]]:
    return [[*content_of(watched(one))] for one in networks]


def test_none_is_known_at_first_nor_where_nothing_is_kept(judged: Callable[[Network], None]) -> None:
    assert earlier.with_more_runs() == []
    use(None)
    judged(MORE)
    assert earlier.with_more_runs() == []


def test_what_is_found_has_more_runs_and_is_not_todays_own(judged: Callable[[Network], None]) -> None:
    """Else what is carried over would hang on how often one asks."""
    for network in (MORE, LESS, PROTOCOL):
        judged(network)
    assert said(earlier.with_more_runs()) == said([MORE])


def test_the_latest_comes_first(judged: Callable[[Network], None]) -> None:
    most = saved_from(Power.RUNNING | Power.PAUSED | Power.OFF | Power.SAVED)
    judged(most)
    judged(MORE)
    assert said(earlier.with_more_runs()) == said([MORE, most])


def test_so_many_are_kept_each_once_wherever_it_stands(judged: Callable[[Network], None]) -> None:
    moved = from_data(json.loads(json.dumps(to_data(MORE, observers=True)).replace("power.py", "elsewhere.py")))
    for network in (MORE, LESS, MORE, PROTOCOL, moved):
        judged(network)
    assert len(earlier._kept()) == 3


@pytest.mark.parametrize(
    "data", [[{}], [7], ["x"], [[]], {"machines": []}, 7, [["a", {"sorts": [["a", None]]}]], [["a", 7]], [[1, 2]]]
)
def test_what_cannot_be_read_is_none(data: object, judged: Callable[[Network], None]) -> None:
    in_use().put(earlier._KEY, data)
    assert earlier.with_more_runs() == []
    judged(MORE)
    assert said(earlier.with_more_runs()) == said([MORE])
