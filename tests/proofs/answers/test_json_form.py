"""Verdicts and proofs as JSON data: what was written comes back, and nothing of another shape is accepted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import make_dataclass, replace
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.notation import Shape
from proofs.answers.cache import Cache
from proofs.answers.json_form import from_json, to_json
from proofs.answers.verdict import REFUTED, RunFound, Verdict
from proofs.verdicts.check import check
from proofs.views.proof import Proof
from proofs.world.scope import Scope
from proofs.world.world import Column

names = st.text(max_size=8)
numbers = st.integers(min_value=0, max_value=10**30)
indices = st.lists(numbers, max_size=3).map(tuple)
runs = st.builds(
    RunFound,
    shapes=st.lists(st.dictionaries(names, numbers, max_size=3).map(Shape), max_size=3).map(tuple),
    starts=st.dictionaries(st.tuples(names, indices), names, max_size=5),
    steps=st.lists(st.tuples(names, indices), max_size=6).map(tuple),
    loop=st.none() | numbers,
)
verdicts = st.builds(
    Verdict,
    *[names] * 5,
    *[st.integers()] * 4,
    run=st.none() | runs,
    reason=names,
    seconds=st.floats(allow_nan=False, allow_infinity=False),
)
SOME = Verdict(
    "p", "c", REFUTED, "a run was replayed", vms=1, run=RunFound((Shape({"oar": 2}),), {("gate", ()): "OPEN"}, (("e", (0, 1)),), 0)
)  # fmt: skip


def test_a_proof_comes_back_as_it_was() -> None:
    found = Proof("p", holds=True, exercised=False, views=3, steps=4, exact=True, problem="none")
    assert from_json(Proof, json.loads(json.dumps(to_json(found)))) == found
    with pytest.raises(ValueError, match="views"):
        from_json(Proof, to_json(found) | {"views": "3"})


@given(verdicts)
def test_a_verdict_comes_back_as_it_was(found: Verdict) -> None:
    back = from_json(Verdict, json.loads(json.dumps(to_json(found))))
    assert back == found
    assert repr(back) == repr(found), "of the same types, in the same order, seconds included"


def test_a_verdict_of_the_engines_comes_back_through_a_file(tmp_path: Path) -> None:
    found = check(Column(frozenset({"requester_vanishes"})), ["no-vm-left-saved"], Scope(vms=1))
    assert [one.run is not None for one in found] == [True]
    Cache(tmp_path).put("key", [to_json(one) for one in found])
    back: Any = Cache(tmp_path).get("key")
    assert repr([from_json(Verdict, one) for one in back]) == repr(found)


def test_a_field_that_verdicts_get_later_comes_back_too() -> None:
    more: list[tuple[str, Any, Any]] = [("terms", tuple[str, ...], ()), ("pair", tuple[int, bool] | None, None)]
    grown = make_dataclass("Grown", more, bases=(Verdict,), frozen=True)
    found = grown("p", "c", "holds", "a", terms=("one", "two"), pair=(3, True))
    assert from_json(grown, json.loads(json.dumps(to_json(found)))) == found
    with pytest.raises(ValueError, match="pair"):
        from_json(grown, to_json(found) | {"pair": [3]})
    with pytest.raises(TypeError, match="terms"):
        to_json(replace(found, terms={"a set"}))


def spoilt(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], object]]:
    """The data with one value of it, wherever, of another type; with one more or less in what has a fixed length."""
    others: tuple[Any, ...] = (None, True, 7, 0.5, "", "x", [], {})
    yield from ((path, other) for other in others if type(other) is not type(data))
    if isinstance(data, dict) and "oar" not in data:
        yield (*path, "more"), data | {"more": 1}
        yield from (((*path, name), {n: v for n, v in data.items() if n != name}) for name in data)
    if isinstance(data, list) and data and isinstance(data[0], str):
        yield (*path, len(data)), [*data, 1]
        yield (*path, -1), data[:-1]
    for name in data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ():
        for where, wrong in spoilt(data[name], (*path, name)):
            whole = data.copy()
            whole[name] = wrong
            yield where, whole


def value_at(data: Any, path: tuple[str | int, ...]) -> Any:
    return reduce(lambda inner, name: inner[name], path, data)


def test_what_is_not_of_the_shape_of_a_verdict_is_refused() -> None:
    right = to_json(SOME)
    assert from_json(Verdict, right) == SOME
    accepted = set()
    for where, data in spoilt(right):
        try:
            from_json(Verdict, data)
        except ValueError:
            continue
        accepted.add((*where, value_at(data, where)))
    assert accepted == {("run", None), ("run", "loop", None), ("seconds", 7)}, "only what such a field may be"


@pytest.mark.parametrize(
    "parts",
    [
        {"loop": -1},
        {"shapes": [{"oar": -1}]},
        {"steps": [["e", [-1]]]},
        {"starts": [["gate", [], "OPEN"], ["gate", [], "SHUT"]]},
    ],
)
def test_what_no_run_can_have_is_refused(parts: dict[str, object]) -> None:
    data = to_json(SOME)
    with pytest.raises(ValueError, match=r"-1|twice"):
        from_json(Verdict, data | {"run": data["run"] | parts})
