"""Sweeps: every pair of disturbances as a column of its own, and which failures only the two together bring about."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from proofs.answers.verdict import REFUTED, Verdict
from proofs.verdicts.columns import fault_columns, reading_columns
from proofs.world.world import Column


def fault_pairs() -> list[Column]:
    """Every two faults."""
    return [_together(one, two) for one, two in combinations(fault_columns(), 2)]


def reading_pairs() -> list[Column]:
    """Every two values of different readings, neither of them the default."""
    pairs = combinations(reading_columns(), 2)
    return [_together(one, two) for one, two in pairs if one.readings[0][0] != two.readings[0][0]]


def mixed_pairs() -> list[Column]:
    """Every fault with every reading other than the default."""
    return [_together(one, two) for one, two in product(fault_columns(), reading_columns())]


KINDS: Mapping[str, Callable[[], list[Column]]] = {
    "faults": fault_pairs,
    "readings": reading_pairs,
    "both": mixed_pairs,
}
"""What may be swept."""


def pairs(kinds: Collection[str], of: Collection[Column] = ()) -> list[Column]:
    """The pairs of these kinds, in one fixed order. of: only those that hold one of these, each a disturbance alone (none:
    all pairs). Raises ValueError at no kind, or one that is not known."""
    if not kinds or not set(kinds) <= KINDS.keys():
        raise ValueError(f"pairs of {', '.join(kinds) or 'nothing'}: name some of {', '.join(KINDS)}")
    found = [column for kind, made in KINDS.items() if kind in kinds for column in made()]
    return [column for column in found if not of or any(part in of for part in parts(column))]


def parts(column: Column) -> list[Column]:
    """Each fault and each reading of a column, alone."""
    return [
        *(Column(frozenset({fault})) for fault in sorted(column.faults)),
        *(Column(readings=(reading,)) for reading in column.readings),
    ]


def singles(columns: Iterable[Column]) -> list[Column]:
    """All that the columns are made of, each alone, in the order of the record."""
    used = {part for column in columns for part in parts(column)}
    return [column for column in (*fault_columns(), *reading_columns()) if column in used]


@dataclass(frozen=True)
class New:
    """A property that is broken in a column though under none of its parts alone. alone: what is known of each part, by its
    name; where that is "undecided", it may be no news."""

    column: Column
    found: Verdict
    alone: tuple[tuple[str, str], ...]


def new_in(columns: Iterable[Column], verdicts: Mapping[Column, Sequence[Verdict]]) -> list[New]:
    """What is new in these columns, in their order. verdicts: of the columns, and of all their parts."""
    said = {(column, one.property): one.verdict for column, found in verdicts.items() for one in found}
    news = []
    for column in columns:
        for one in verdicts[column]:
            alone = tuple((part.name, said[part, one.property]) for part in parts(column))
            if one.verdict == REFUTED and all(verdict != REFUTED for _, verdict in alone):
                news.append(New(column, one, alone))
    return news


def _together(one: Column, two: Column) -> Column:
    """Both at once; readings in the order in which a question names them."""
    return Column(one.faults | two.faults, tuple(sorted((*one.readings, *two.readings))))
