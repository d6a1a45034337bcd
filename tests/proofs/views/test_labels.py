"""Labels by number: the same sets of columns, however little room there is for them."""

from __future__ import annotations

import random
from operator import and_, or_
from typing import Any

import numpy as np
import pytest

from model.notation import Actor, Network, States, build, event, on
from proofs.views.labelled import label_kernel, labels
from proofs.views.labelled.family import Family
from proofs.views.labelled.label_kernel import BOTH, PAGE, Small
from proofs.views.labelled.labels import Labelled, Labels
from proofs.views.saturation import saturate
from proofs.world.world import Column
from tests.helpers.networks.tiny import NO_OARS, boat
from tests.helpers.networks.whole import compiled_whole

COLUMNS = 130


def drawn(many: int, seed: int = 1) -> list[int]:
    """Sets of columns, some of them alike, and that of none."""
    chance = random.Random(seed)
    some = [chance.getrandbits(COLUMNS) & chance.getrandbits(COLUMNS) for _ in range(many // 2)]
    return [0, *some, *(chance.choice(some) for _ in range(many - len(some)))]


def numbered(known: Labels, asked: list[int]) -> Small:
    return np.array([known.number(label) for label in asked], dtype=np.int32)


@pytest.fixture(params=[1 << 15, 1], ids=["much is remembered", "next to nothing is remembered"])
def _remembered(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "MOST_REMEMBERED", request.param)


@pytest.mark.usefixtures("_remembered")
class TestWhatIsAskedOfThem:
    """room: 1, so that there is never any left."""

    def test_each_has_one_number(self) -> None:
        known, asked = Labels(COLUMNS, room=1), drawn(300)
        numbers = numbered(known, asked)
        assert [known.label(number) for number in numbers.tolist()] == asked
        assert len(known) == len(set(asked))
        assert known.number(0) == 0

    def test_what_one_has_in_common_with_others(self) -> None:
        known, asked = Labels(COLUMNS, room=1), drawn(100)
        for one in asked[:20]:
            found = known.met_with(numbered(known, asked), known.number(one))
            assert [known.label(number) for number in found.tolist()] == [one & other for other in asked]

    @pytest.mark.parametrize("way", [and_, or_, lambda one, two: one & ~two], ids=["both", "any", "but"])
    def test_what_is_asked_of_each_two(self, way: Any) -> None:
        known, left, right = Labels(COLUMNS, room=1), drawn(100), drawn(100, seed=2)
        found = known.each(way, numbered(known, left), numbered(known, right))
        assert [known.label(n) for n in found.tolist()] == [way(a, b) for a, b in zip(left, right, strict=True)]

    def test_what_each_kind_has(self) -> None:
        known, asked = Labels(COLUMNS, room=1), drawn(3_000)
        kinds = [i * 7 % 1_301 - 1 for i in range(len(asked))]
        expected: dict[int, int] = {}
        for kind, label in zip(kinds, asked, strict=True):
            if kind >= 0:
                expected[kind] = expected.get(kind, 0) | label
        assert dict(known.gathered(np.array(kinds), numbered(known, asked))) == expected

    def test_their_union_and_how_many_have_a_column(self) -> None:
        known, asked = Labels(COLUMNS, room=1), drawn(200)
        numbers = numbered(known, asked)
        union = 0
        for label in asked[:50]:
            union |= label
        assert known.any_of(numbers[:50]) == union
        assert known.counted(numbers) == [sum(label >> bit & 1 for label in asked) for bit in range(COLUMNS)]


def test_a_wrong_memory_is_noticed() -> None:
    known, asked = Labels(COLUMNS), drawn(50)
    numbers = numbered(known, asked)
    one = known.number(asked[1])
    known.met_with(numbers, one)
    known.table.known[BOTH, :, 1] = one  # as if whatever was asked had been answered so
    found = known.met_with(numbers, one)
    assert [known.label(number) for number in found.tolist()] != [asked[1] & other for other in asked]


def test_without_numba_they_have_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled, plain, asked = Labels(COLUMNS, room=1), Labels(COLUMNS, room=1), drawn(100)
    of_compiled = numbered(compiled, asked)
    met = compiled.met_with(of_compiled, int(of_compiled[1]))
    for name in ("label_number", "worked_out", "of_two"):
        function = getattr(label_kernel, name)
        monkeypatch.setattr(label_kernel, name, getattr(function, "py_func", function))
    for name in ("label_number", "met_with"):
        function = getattr(labels, name)
        monkeypatch.setattr(labels, name, getattr(function, "py_func", function))
    of_plain = numbered(plain, asked)
    assert of_plain.tolist() == of_compiled.tolist()
    assert plain.met_with(of_plain, int(of_plain[1])).tolist() == met.tolist()


class Lamp(States):
    OFF = "off"
    ON = "on"


def lamps(many: int) -> Network:
    """Boats with so many lamps, each of which is on or off in the beginning, and may be lit; a gate that shuts."""
    gate = Actor("gate", Lamp, starts=Lamp.OFF, says="The gate.").table(on("shuts", Lamp.OFF, Lamp.ON))
    actors, events = [gate], [*event("shuts", by="T-1", says="It shuts.")]
    for i in range(many):
        lamp = Actor(f"lamp {i}", Lamp, of=boat, starts=frozenset(Lamp), says="A lamp.")
        actors.append(lamp.table(on(f"lit_{i}", Lamp.OFF, Lamp.ON)))
        events += event(f"lit_{i}", at=boat, by="T-1", says="It is lit.")
    return build(actors, events)


def test_there_is_room_for_more_starts_than_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without numba, which would write beyond an array and say nothing."""
    monkeypatch.setattr(labels, "hand_on", getattr(label_kernel.hand_on, "py_func", label_kernel.hand_on))
    many = 11
    family = Family(lamps(many), [Column()])
    compiled = compiled_whole(family.network, [NO_OARS], family.column)
    assert len(compiled.starts) == 2**many > 4 * PAGE
    closed = Labelled(compiled, 1, family.allowed, [1] * len(compiled.starts))
    found = sorted(closed.all_views())
    assert found == sorted((host, vm, 1) for host, here in saturate(compiled, 10_000).at.items() for vm in here)
    assert closed.counts == [len(found)] == [2 * 2**many]
