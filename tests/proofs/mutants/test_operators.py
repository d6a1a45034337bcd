"""Mutants: what the operators make of a network, and that each is another network."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from model.notation import (
    HOST,
    Actor,
    DeclarationError,
    Sort,
    States,
    all_of,
    build,
    event,
    every,
    on,
    some,
    stays,
)
from model.protocol import PROTOCOL
from proofs.answers.content import content_of
from proofs.mutants.all_mutants import all_mutants
from proofs.mutants.fates import load
from proofs.mutants.operators import OPERATORS, Mutant, changed_guards, mutants_of

horse = Sort("horse", HOST)


class Lamp(States):
    OFF = "off"
    ON = "on"
    BROKEN = "broken"


class Horse(States):
    IN = "in"
    OUT = "out"


lamp = Actor("lamp", Lamp, starts=Lamp.OFF, says="A lamp.")
where = Actor("where", Horse, of=horse, starts=Horse, says="Where a horse is.")
lamp.table(
    on("lamp_lit", Lamp.OFF, Lamp.ON, when=every(horse, where.is_(Horse.IN))),
    on("lamp_put_out", Lamp.ON | Lamp.BROKEN, Lamp.OFF),
    stays("horse_leaves"),
)
where.table(on("horse_leaves", Horse.IN, Horse.OUT))
is_lit = lamp.is_(Lamp.ON)
STABLE = build(
    (lamp, where),
    (
        *event("lamp_lit", by="T-1", says="The lamp is lit."),
        *event("lamp_put_out", by="T-2", says="The lamp is put out.", fair=False),
        *event("horse_leaves", at=horse, when=is_lit | lamp.is_(Lamp.OFF), by="T-3", says="A horse leaves."),
    ),
)


@cache
def of_stable() -> dict[str, Mutant]:
    return {mutant.name: mutant for mutant in mutants_of(STABLE)}


def test_a_small_network_has_these_mutants() -> None:
    assert set(of_stable()) == {
        "lamp_lit: never",
        "lamp_lit: unfair",
        "lamp_put_out: never",
        "horse_leaves: never",
        "horse_leaves: unfair",
        "horse_leaves: drop-condition lamp is on or lamp is off",
        "horse_leaves: negate-condition lamp is on or lamp is off",
        "horse_leaves: drop-alternative lamp is on",
        "horse_leaves: drop-alternative lamp is off",
        "lamp_lit: drop-move lamp OFF to ON",
        "lamp_lit: redirect lamp OFF to ON, to OFF",
        "lamp_lit: widen-source lamp OFF to ON, also from ON",
        "lamp_lit: drop-condition lamp OFF to ON, for every horse: where is in",
        "lamp_lit: negate-condition lamp OFF to ON, for every horse: where is in",
        "lamp_lit: swap-quantifier lamp OFF to ON, for every horse: where is in",
        "lamp_put_out: drop-move lamp ON|BROKEN to OFF",
        "lamp_put_out: narrow-source lamp ON|BROKEN to OFF, not from ON",
        "lamp_put_out: narrow-source lamp ON|BROKEN to OFF, not from BROKEN",
        "lamp_put_out: widen-source lamp ON|BROKEN to OFF, also from OFF",
        "lamp_put_out: redirect lamp ON|BROKEN to OFF, to ON",
        "lamp_put_out: stand-still lamp ON|BROKEN",
        "lamp: swap-states OFF and ON",
        "lamp: start-elsewhere ON",
        "horse_leaves: drop-move where IN to OUT",
        "horse_leaves: widen-source where IN to OUT, also from OUT",
        "horse_leaves: redirect where IN to OUT, to IN",
    }


def test_changed_guards_reach_what_lies_deep() -> None:
    guard = all_of(is_lit, ~(some(horse, where.is_(Horse.OUT)) & lamp.is_(Lamp.BROKEN)))
    made = Counter(operator for operator, _, _ in changed_guards(guard))
    assert made == {"drop-condition": 2, "negate-condition": 2, "swap-quantifier": 1}
    assert all(changed != guard for _, _, changed in changed_guards(guard))


REFUSED = {"lamp_lit: drop-move lamp OFF to ON", "lamp_put_out: drop-move lamp ON|BROKEN to OFF"}
"""Nobody would know the event."""


def test_each_mutant_is_another_network_and_the_right_one_is_left_alone() -> None:
    before = list(content_of(STABLE))
    made = {n: tuple(content_of(one.change(STABLE))) for n, one in of_stable().items() if n not in REFUSED}
    assert tuple(before) not in made.values()
    assert len(set(made.values())) == len(made), "two mutants are the same network"
    assert list(content_of(STABLE)) == before


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_the_notation_refuses_some(name: str) -> None:
    with pytest.raises(DeclarationError, match="no machine knows event"):
        of_stable()[name].change(STABLE)


def test_the_protocol_has_mutants_of_every_operator_and_every_rule() -> None:
    mutants = all_mutants()
    assert len(mutants) >= 3_000
    assert {one.operator for one in mutants.values()} == OPERATORS.keys()
    assert {name for one in mutants.values() for name in one.events} == PROTOCOL.events.keys()
    moving = {actor.name for actor in PROTOCOL.actors.values() if actor.moves and not actor.observer}
    assert {one.machine for one in mutants.values()} - {""} == moving
    assert all(one.by or not one.events for one in mutants.values()), "a rule without a requirement"


def test_what_is_kept_is_of_these_mutants() -> None:
    """After a change of rules: shadowproof mutate --since REV --record. Those that are open are not kept."""
    assert load().fates.keys() <= all_mutants().keys()
    assert len(load().fates) * 2 > len(all_mutants())
