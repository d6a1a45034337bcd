"""The VMs that mutants are looked at with first are kept, and chosen anew where the protocol has others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from model.notation import Network, Shape
from model.notation.network import build
from proofs.mutants import few_kinds
from proofs.mutants.few_kinds import Start, are_kept, dump, kinds_of, may_be
from proofs.verdicts.columns import BASE
from proofs.world.parts import MORE, ONE_OF_EACH
from properties.catalogue import PROPERTIES, watched
from tests.helpers.networks.tiny import HARBOUR

SHAPES = [ONE_OF_EACH, *(Shape({**ONE_OF_EACH.parts, one.name: n}) for one in watched().parts for n in (0, MORE))]
ONE_OAR = Shape({"oar": 1})
CHOSEN: list[Start] = [{"chosen": "now"}]


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """To choose a few gives what no protocol has."""
    monkeypatch.setattr(few_kinds, "few_kinds", lambda *_: CHOSEN)
    yield
    few_kinds._kept.cache_clear()


def kinds(network: Network, shape: Shape) -> Sequence[Start]:
    return kinds_of(network, BASE, list(PROPERTIES.values()), shape)


@pytest.mark.usefixtures("chosen")
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_of_the_protocol_they_are_kept(shape: Shape) -> None:
    found = kinds(watched(), shape)
    assert found != CHOSEN, "other machines, or other starts: shadowproof mutate --record"
    assert len(found) > 10
    assert len({tuple(kind.items()) for kind in found}) == len(found)


@pytest.mark.usefixtures("chosen")
def test_of_another_protocol_they_are_chosen() -> None:
    network = watched()
    other = replace(network, actors={name: actor for name, actor in network.actors.items() if name != "power"})
    assert kinds(other, ONE_OF_EACH) == kinds(HARBOUR, ONE_OF_EACH) == CHOSEN
    assert are_kept(network)
    assert not are_kept(other)
    assert kinds(network, Shape({"disk": 7, "adapter": 1})) == CHOSEN


@pytest.mark.usefixtures("chosen")
@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "another/1", "starts": {}, "kinds": {}}', "[" * 100_000])
def test_what_cannot_be_read_is_chosen(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(few_kinds, "PATH", tmp_path / "kinds.json")
    few_kinds.PATH.write_text(text)
    few_kinds._kept.cache_clear()
    assert kinds(watched(), ONE_OF_EACH) == CHOSEN


def test_they_may_be_and_no_others() -> None:
    network = watched()
    one, *_ = few_kinds._kept().kinds["1 adapter, 1 disk"]
    assert may_be(network, ONE_OF_EACH, [one])
    wrong = {
        "no start": {**one, "power": "GONE"},
        "no state": {**one, "power": "ELSEWHERE"},
        "no machine": {**one, "rudder": "ABOARD"},
        "too few machines": {name: state for name, state in one.items() if name != "power"},
        "not together": {**one, "system": "WINDOWS_2000", "integration": "RUNNING"},
    }
    together = [name for name, kind in wrong.items() if may_be(network, ONE_OF_EACH, [one, kind])]
    assert together == []
    assert not may_be(network, Shape({"disk": 2, "adapter": 1}), [one])


def test_what_is_kept_is_what_was_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    harbour = build(HARBOUR.actors.values(), HARBOUR.events.values(), HARBOUR.faults.values(), HARBOUR.at_start)
    monkeypatch.setattr(few_kinds, "PATH", tmp_path / "kinds.json")
    monkeypatch.setattr(few_kinds, "ONE_OF_EACH", ONE_OAR)
    few_kinds._kept.cache_clear()
    few_kinds.PATH.write_text(dump(harbour, BASE, []))
    for number in (0, 1, MORE):
        shape = Shape({"oar": number})
        expected = few_kinds.few_kinds(harbour, BASE, [], shape)
        assert expected
        assert few_kinds._kept().kinds[few_kinds._said(shape)] == expected
    few_kinds._kept.cache_clear()
