"""The protocols that were judged whole: the latest that has all runs of today's is found, and no other."""

from __future__ import annotations

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


def test_none_is_known_at_first_nor_where_nothing_is_kept() -> None:
    assert earlier.with_more_runs() is None
    use(None)
    earlier.remember()
    assert earlier.with_more_runs() is None


def test_what_is_found_is_the_network_that_was_judged(judged: Callable[[Network], None]) -> None:
    judged(MORE)
    judged(LESS)
    found = earlier.with_more_runs()
    assert found is not None
    assert [*content_of(watched(found))] == [*content_of(watched(MORE))]


def test_the_latest_that_fits_is_taken(judged: Callable[[Network], None]) -> None:
    judged(MORE)
    judged(PROTOCOL)
    found = earlier.with_more_runs()
    assert found is not None
    assert [*content_of(watched(found))] == [*content_of(watched())]


def test_one_that_has_not_all_runs_is_not(judged: Callable[[Network], None]) -> None:
    judged(LESS)
    assert earlier.with_more_runs() is None


def test_so_many_are_kept_each_once(judged: Callable[[Network], None]) -> None:
    for network in (MORE, LESS, MORE, PROTOCOL, MORE):
        judged(network)
    kept = earlier._kept()
    assert len(kept) == 3
    assert len({str(one) for one in kept}) == 3


@pytest.mark.parametrize("data", [[{}], [7], ["x"], [[]], {"machines": []}, 7, [{"sorts": [["a", None]]}]])
def test_what_cannot_be_read_is_none(data: object) -> None:
    in_use().put(earlier._KEY, data)
    assert earlier.with_more_runs() is None
    earlier.remember()
    assert earlier.with_more_runs() is not None
