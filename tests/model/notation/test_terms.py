"""Terms: they fold, they cannot be changed, equal ones are one, and each has its words."""

import copy
import gc
import pickle
import weakref
from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

from model.notation import (
    FALSE,
    HOST,
    TRUE,
    Sort,
    States,
    Term,
    after,
    all_of,
    any_of,
    every,
    happens,
    iff,
    implies,
    some,
    words,
)
from model.notation.terms import (
    After,
    And,
    Const,
    Every,
    Happens,
    In,
    Not,
    Or,
    Same,
    Some,
    Unchanged,
    children,
    events_of,
    machines_of,
    rebuilt,
    speaks_of_a_step,
)

lamp = Sort("lamp", of=HOST)
bulb = Sort("bulb", of=lamp)
A, B, C = (In(name, frozenset({"ON"})) for name in "abc")


class Light(States):
    RED = "red"
    AMBER = "amber"
    GREEN = "green"


def test_states_are_joined_to_sets() -> None:
    assert frozenset({Light.RED, Light.GREEN}) == Light.RED | Light.GREEN
    assert frozenset(Light) == Light.RED | Light.AMBER | Light.GREEN
    assert frozenset(Light) == Light.RED | (Light.AMBER | Light.GREEN)


@pytest.mark.parametrize(
    ("folded", "expected"),
    [
        (all_of(), TRUE),
        (any_of(), FALSE),
        (all_of(A), A),
        (any_of(A), A),
        (A & TRUE, A),
        (A & FALSE, FALSE),
        (A | TRUE, TRUE),
        (A | FALSE, A),
        (A & A, A),
        (A | A, A),
        (A & B & C, And((A, B, C))),
        (A & (B & C), And((A, B, C))),
        (A | (B | C), Or((A, B, C))),
        (A & B | C, Or((And((A, B)), C))),
        (~TRUE, FALSE),
        (~FALSE, TRUE),
        (~A, Not(A)),
        (~~A, A),
        (implies(TRUE, A), A),
        (implies(A, FALSE), ~A),
        (implies(A, B), Or((Not(A), B))),
        (iff(TRUE, A), A),
        (iff(A, B), And((Or((Not(A), B)), Or((Not(B), A))))),
        (every(lamp, TRUE), TRUE),
        (every(lamp, FALSE), FALSE),
        (some(lamp, TRUE), TRUE),
        (some(lamp, FALSE), FALSE),
        (every(bulb, TRUE), TRUE),
        (every(bulb, FALSE), Every(bulb, FALSE)),
        (some(bulb, TRUE), Some(bulb, TRUE)),
        (some(bulb, FALSE), FALSE),
        (every(lamp, A), Every(lamp, A)),
        (some(bulb, A), Some(bulb, A)),
        (after(A), After(A)),
        (happens("x", "y"), Happens(frozenset({"y", "x"}))),
    ],
)
def test_folding(folded: Term, expected: Term) -> None:
    assert folded == expected


SAID: dict[type[Term], list[tuple[Term, str]]] = {
    Const: [(TRUE, "always"), (FALSE, "never")],
    In: [
        (A, "a is on"),
        (In("the_lamp", frozenset({"ON", "ALL_OFF", "BROKEN"})), "the lamp is all off, broken or on"),
        (In("a", frozenset()), "a is nothing"),
    ],
    Same: [(Same("the_left", "right"), "the left is the same as right")],
    Not: [
        (~A, "a is not on"),
        (~In("a", frozenset({"ON", "OFF"})), "a is not off or on"),
        (~Same("a", "b"), "a differs from b"),
        (~some(lamp, A), "no lamp has: a is on"),
        (~every(lamp, A), "not every lamp has: a is on"),
        (~(A & B), "not (a is on and b is on)"),
        (~after(A), "not (afterwards a is on)"),
    ],
    And: [
        (A & ~B, "a is on and b is not on"),
        (A & (B | C), "a is on and (b is on or c is on)"),
        (every(lamp, A) & B, "(for every lamp: a is on) and b is on"),
        (~some(lamp, A) & B, "(no lamp has: a is on) and b is on"),
        (~every(lamp, A) & B, "(not every lamp has: a is on) and b is on"),
    ],
    Or: [
        (A | B | C, "a is on or b is on or c is on"),
        (A & B | C, "(a is on and b is on) or c is on"),
        (some(lamp, A) | B, "(for some lamp: a is on) or b is on"),
    ],
    Every: [
        (every(lamp, A), "for every lamp: a is on"),
        (every(lamp, A & B), "for every lamp: (a is on and b is on)"),
    ],
    Some: [(some(lamp, some(bulb, A)), "for some lamp: (for some bulb: a is on)")],
    After: [(after(A), "afterwards a is on"), (after(A | B), "afterwards (a is on or b is on)")],
    Unchanged: [(Unchanged("the_lamp"), "the lamp stays")],
    Happens: [
        (happens("b_falls"), "b_falls happens"),
        (happens("x", "z", "y"), "x, y or z happens"),
        (Happens(frozenset()), "nothing happens"),
    ],
}


@pytest.mark.parametrize(("term", "expected"), [pair for pairs in SAID.values() for pair in pairs])
def test_words(term: Term, expected: str) -> None:
    assert words(term) == expected


def test_every_kind_of_term_is_said_and_cannot_be_changed() -> None:
    own = {
        kind for kind in Term.__subclasses__() if kind.__module__.startswith("model.")
    }  # others' texts may need more
    assert set(SAID) == own
    for (term, _), *_ in SAID.values():
        frozen: Any = term
        for one in fields(frozen):
            with pytest.raises(FrozenInstanceError):
                setattr(frozen, one.name, None)


def test_words_refuse_what_is_no_term() -> None:
    with pytest.raises(TypeError):
        words("a is on")  # type: ignore[arg-type]  # no term, on purpose


def test_equal_terms_are_one() -> None:
    again = every(lamp, In("a", frozenset({"ON"})) | Same("b", "c"))
    first = every(lamp, A | Same("b", "c"))
    assert first == again
    assert len({first, again}) == 1
    assert len({A, B, ~A, A & B, A | B, every(lamp, A), some(lamp, A), after(A)}) == 8


def test_what_a_term_speaks_of() -> None:
    term = every(lamp, (A | Same("b", "c")) & ~After(Unchanged("d"))) | happens("x", "y")
    assert machines_of(term) == {"a", "b", "c", "d"}
    assert events_of(term) == {"x", "y"}
    assert machines_of(TRUE) == events_of(A) == frozenset()


@pytest.mark.parametrize("term", [after(A), Unchanged("a"), happens("x"), every(lamp, A & ~after(B))])
def test_what_speaks_of_a_step(term: Term) -> None:
    assert speaks_of_a_step(term)
    assert not speaks_of_a_step(every(lamp, A & ~B | Same("a", "b")))


@pytest.mark.parametrize(
    "term", [A, ~A, A & B, A | B, every(lamp, A), some(lamp, A), after(A), Unchanged("a"), happens("x"), TRUE]
)
def test_it_is_rebuilt_of_what_stands_directly_below(term: Term) -> None:
    seen: list[Term] = []

    def each(part: Term) -> Term:
        seen.append(part)
        return part

    assert rebuilt(term, each) == term
    assert set(seen) == set(children(term))
    assert rebuilt(A & every(lamp, A), lambda part: B if part == A else part) == B & every(lamp, A)


def test_written_alike_they_are_one_and_the_same() -> None:
    assert In("a", frozenset({"X"})) is In(states=frozenset({"X"}), actor="a")
    assert (A & ~B) is (A & ~B)
    assert (A & ~B) is not (~B & A)
    assert copy.deepcopy(every(lamp, A | ~B)) is every(lamp, A | ~B)


@pytest.mark.parametrize(
    ("given", "named"), [((), {}), (("a",), {"other": A}), (("a", "b", "c"), {}), (("a", "b"), {"left": "a"})]
)
def test_what_is_not_said_or_said_twice_is_refused(given: tuple[str, ...], named: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="Same takes left and right, each once"):
        Same(*given, **named)  # type: ignore[arg-type]  # that is what is tried


def test_nobody_has_one_that_nobody_has() -> None:
    term = every(lamp, A & In("nobody", frozenset({"X"})))
    known = weakref.ref(term)
    del term
    gc.collect()
    assert known() is None


def test_what_was_worked_out_of_a_term_goes_to_no_other_process() -> None:
    term = every(lamp, A | ~B)
    written = pickle.dumps(term)
    machines_of(term), speaks_of_a_step(term)
    assert vars(term).keys() == {"sort", "body", "_machines_of", "_speaks_of_a_step"}
    assert pickle.dumps(term) == written
    assert pickle.loads(written) is term  # noqa: S301  # written two lines before
