"""A network as data and back says the same; data that is no network is refused in a sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from examples.small_backup import NETWORK
from model.notation import DeclarationError
from proofs.answers.content import content_of
from proofs.differences.data import DEEPEST, DataError, from_data, term_of, to_data
from tests.proofs.differences.prepared import with_fault, with_reading


@pytest.mark.parametrize(
    "network", [NETWORK, with_fault(), with_reading()], ids=["small backup", "a fault", "a reading"]
)
def test_what_comes_back_says_the_same(network: Any) -> None:
    again = from_data(json.loads(json.dumps(to_data(network))))
    assert [*content_of(again)] == [*content_of(network)]
    assert [str(one.place) for one in again.events.values()] == [str(one.place) for one in network.events.values()]
    assert [str(one.place) for one in again.faults.values()] == [str(one.place) for one in network.faults.values()]
    assert [one.by for one in again.events.values()] == [one.by for one in network.events.values()]


def damaged() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(to_data(NETWORK)))
    return found


def test_damaged_data_is_refused() -> None:
    wrong = damaged()
    wrong["machines"][0]["rows"][0]["to"] = "NOWHERE"
    with pytest.raises(DataError, match="no state 'NOWHERE'"):
        from_data(wrong)
    wrong = damaged()
    wrong["machines"][0]["states"] = []
    with pytest.raises(DataError, match="states of 'phase'"):
        from_data(wrong)
    wrong = damaged()
    wrong["events"][0]["when"] = ["call", "os.system"]
    with pytest.raises(DataError, match="is no term"):
        from_data(wrong)
    wrong = damaged()
    wrong["events"].append(wrong["events"][0])
    with pytest.raises(DeclarationError, match="declared twice"):
        from_data(wrong)
    shapeless: list[Any] = [[], {}, {"sorts": [["part", "vm"]]}, {**damaged(), "at_start": "all"}]
    for data in shapeless:
        with pytest.raises(DataError):
            from_data(data)


def test_a_term_that_is_too_deep_is_refused() -> None:
    deep: list[Any] = ["const", True]
    for _ in range(DEEPEST + 1):
        deep = ["not", deep]
    with pytest.raises(DataError, match="deeper"):
        term_of(deep, {})
