"""Minimal cut sets: the smallest combinations of faults and other readings under which a property is broken.

All combinations up to a size are columns of labelled closures. Where views show that nothing breaks the property, for any number
of VMs, there is no cut set. Of the others the smallest are candidates: one counts when a run that breaks the property is
found and replayed, and none when a closer look shows that nothing does. What neither decides is said to be open.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from proofs.answers.verdict import HOLDS, NOT_EXERCISED, REFUTED, Verdict
from proofs.verdicts.columns import BASE, fault_columns, reading_columns
from proofs.verdicts.combined.pairs import parts
from proofs.verdicts.suite import TOGETHER, judge_columns
from proofs.verdicts.together import Unit, proofs, shown, units
from proofs.views.labelled.family_proof import Shown
from proofs.views.proof import Proof
from proofs.world.world import Column
from properties.catalogue import PROPERTIES
from properties.kinds import Fact, Possible

MOST = 3
"""Faults and readings that are combined at most."""

MOST_AT_ONCE = 10_000
"""Combinations that are looked at at once: each is a bit of each label."""


@dataclass(frozen=True)
class Cuts:
    """What breaks a property. size: how many faults and readings at most were combined. sets: the minimal cut sets, each with a run
    that shows it, smallest first; open: smallest combinations of which neither is known. columns: how many combinations were
    looked at; closed: in how many of them nothing breaks it, for any number of VMs. of_faults: how many were combined at most where
    all are faults (0: no more than of both)."""

    property: str
    size: int
    sets: tuple[tuple[Column, Verdict], ...]
    open: tuple[Column, ...]
    columns: int
    closed: int
    of_faults: int = 0

    @builtins.property
    def reach(self) -> str:
        """What was combined, in words: of up to ..."""
        return up_to(self.size, self.of_faults)


def up_to(size: int, of_faults: int) -> str:
    """How many faults and readings were combined, and how many faults, in words: of up to ..."""
    return f"{size}, and of up to {of_faults} faults" if of_faults > size else str(size)


def elements() -> list[Column]:
    """All that may be combined: each fault, and each reading other than the default, alone."""
    return [*fault_columns(), *reading_columns()]


def combined(size: int, faults_only: bool = False, of_faults: int = 0) -> list[Column]:
    """Every combination of up to so many faults and readings, and of up to so many faults, smallest first; a reading has one value
    at a time. Raises ValueError at a size that is not from 1 to MOST, and at more than MOST_AT_ONCE combinations."""
    for number in (size, of_faults or size):
        if not 1 <= number <= MOST:
            raise ValueError(f"combinations of up to {number}: ask for 1 to {MOST}")
    found = [BASE]
    for many in range(1, max(size, of_faults) + 1):
        of = fault_columns() if faults_only or many > size else elements()
        found += (_together(chosen) for chosen in combinations(of, many) if _one_value_each(chosen))
    if len(found) > MOST_AT_ONCE:
        raise ValueError(
            f"{len(found):,} combinations of up to {size}: {MOST_AT_ONCE:,} at most are looked at at once."
        )
    return found


def _one_value_each(chosen: Sequence[Column]) -> bool:
    names = [name for column in chosen for name, _ in column.readings]
    return len(set(names)) == len(names)


def _together(chosen: Sequence[Column]) -> Column:
    """All at once; readings in the order in which a question names them."""
    faults = frozenset().union(*(column.faults for column in chosen))
    return Column(faults, tuple(sorted(reading for column in chosen for reading in column.readings)))


def can_be_cut(name: str) -> str:
    """Why there are no cut sets of a property; empty: there may be."""
    found = PROPERTIES[name]
    if isinstance(found, Fact):
        return f"{name} compares constants: no fault or reading can break it."
    if isinstance(found, Possible):
        return f"{name} says that something can happen, and faults only let more happen."
    return ""


def cut_sets(
    name: str,
    size: int,
    *,
    faults_only: bool = False,
    of_faults: int = 0,
    jobs: int = -1,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Cuts:
    """The minimal cut sets of a property, up to a size, and up to another of faults. progress: hears what is done, and how much of
    how much. Raises ValueError at a property that nothing can cut, and at what `combined` refuses."""
    if problem := can_be_cut(name):
        raise ValueError(problem)
    columns = combined(size, faults_only, of_faults)
    known = _views(columns, name, progress)
    closed = {column for column, shows in known.items() if shows[name].holds}
    sets: dict[Column, Verdict] = {}
    left: list[Column] = []
    for many in range(max(size, of_faults) + 1):
        asked = [c for c in columns if len(parts(c)) == many and c not in closed and not _shown_by(c, sets)]
        for column, verdict in _judged(asked, name, known, jobs, progress):
            if verdict.verdict == REFUTED:
                sets[column] = verdict
            elif verdict.verdict in {HOLDS, NOT_EXERCISED} and verdict.views:
                closed.add(column)
            else:
                left.append(column)
    still = tuple(column for column in left if not _shown_by(column, sets))
    return Cuts(name, size, tuple(sets.items()), still, len(columns), len(closed), of_faults)


def _views(
    columns: Sequence[Column], name: str, progress: Callable[[str, int, int], None]
) -> Mapping[Column, Mapping[str, Proof]]:
    """What labelled views show of the property in the combinations that have a family in common."""
    asked, found = units(columns, [name]), list[tuple[Unit, Mapping[str, Shown]]]()
    for unit in asked:
        progress("closing views", len(found), len(asked))
        found.append((unit, shown(unit)))
    return {column: known for column, known in proofs(found).items() if name in known}


def _judged(
    columns: Sequence[Column],
    name: str,
    views: Mapping[Column, Mapping[str, Proof]],
    jobs: int,
    progress: Callable[[str, int, int], None],
) -> Iterator[tuple[Column, Verdict]]:
    """The verdicts in columns that views leave open, column by column."""
    if not columns:
        return
    done = 0

    def one_more(*_: object) -> None:
        nonlocal done
        done += 1
        progress(f"judging combinations of {len(parts(columns[-1]))}", done, len(columns))

    tasks = [(column, [name], TOGETHER) for column in columns]
    for column, (verdict,) in judge_columns(tasks, jobs=jobs, progress=one_more, views=views).items():
        yield column, verdict


def _shown_by(column: Column, sets: Mapping[Column, Verdict]) -> bool:
    """Whether a smaller combination is a cut set already."""
    return any(one.faults <= column.faults and set(one.readings) <= set(column.readings) for one in sets)
