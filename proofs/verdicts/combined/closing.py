"""Work out which combinations of readings break which promises.

One labelled closure has every combination as a column: where nothing made of views breaks a promise it is kept, for any number of VMs.
Of the others one is judged by itself, that with fewest readings other than the default; the run that breaks the promise there is tried
on the machines in all that are left, and so on. What is kept in the cache in use is not worked out again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

from proofs.answers.verdict import REFUTED
from proofs.verdicts.check import check
from proofs.verdicts.combined.combinations import (
    FAILURES,
    Block,
    Row,
    Values,
    column_of,
    is_in,
    reading,
    rows,
)
from proofs.verdicts.known.witnesses import Seen, Witnesses, last_step
from proofs.views.labelled.family_proof import Proving
from proofs.world.scope import Scope
from proofs.world.slices import as_asked
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Ends, Fact, Possible, Property

MOST = 4096
"""Combinations of a block at most: a label has a bit for each."""

Progress = Callable[[str], None]
Chosen = Mapping[str, str]


@dataclass(frozen=True)
class Closed:
    """What views show in columns: asked, the promises that were judged in all of them; broken, by promise those columns in which
    something made of views breaks it, as a label; views, of the largest closed set."""

    asked: tuple[str, ...]
    broken: Mapping[str, int]
    views: int


def block_of(readings: Sequence[str], names: Sequence[str] | None = None, progress: Progress = lambda _: None) -> Block:
    """Judge promises (all by default) in every combination of these readings. Raises ValueError at too many."""
    block = Block(tuple(readings), (), {}, 0)
    size = prod(len(reading(name).actor.states) for name in readings)
    if not readings or size > MOST:
        raise ValueError(f"{size:,} combinations: name readings that have at most {MOST:,} together")
    chosen = list(block.all())
    closed = _closed([column_of(one, FAILURES) for one in chosen], names, progress)
    found = {}
    for name in closed.asked:
        if closed.broken[name]:
            progress(f"runs that break {name}")
            left = [one for bit, one in enumerate(chosen) if closed.broken[name] >> bit & 1]
            found[name] = _Deciding(name, block).rows(left)
    return Block(block.readings, closed.asked, found, closed.views)


def _closed(columns: Sequence[Column], names: Sequence[str] | None, progress: Progress) -> Closed:
    network = watched()
    asked = {
        name: one
        for name in names or PROPERTIES
        if _is_asked(PROPERTIES[name])
        and (one := as_asked(PROPERTIES[name], network))[0] is network
        and not isinstance(one[1], Ends)
    }
    proving = Proving(network, columns, [one for _, one in asked.values()])
    splits = {s.found.name: s.asked for _, found in asked.values() for s in proving.family.split(found)}
    broken, views, judged = dict.fromkeys(asked, 0), 0, dict.fromkeys(asked, 0)
    units = proving.units()
    for number, unit in enumerate(units, 1):
        progress(f"closing views of {len(columns):,} combinations: {number} of {len(units)}")
        for name, shown in proving.shown(unit).items():
            known = splits[name]
            broken[known.name] |= shown.broken
            judged[known.name] |= shown.asked
            views = max(views, *shown.views)
    everywhere = (1 << len(columns)) - 1
    return Closed(tuple(name for name in asked if judged[name] == everywhere), broken, views)


def _is_asked(found: Property) -> bool:
    """Whether closed views can keep a promise: they never show that something is possible, nor that all ends."""
    return not isinstance(found, (Fact, Ends, Possible))


@dataclass
class _Deciding:
    """A promise that views leave open in some combinations of a block. length: by combination in which it is broken, the steps of a
    run."""

    name: str
    block: Block
    length: dict[tuple[str, ...], int] = field(default_factory=dict)

    def rows(self, left: Sequence[Chosen]) -> tuple[Row, ...]:
        """Those in which runs break it, then those that stay open."""
        undecided, open_ = list(left), list[Chosen]()
        looked_at = []
        while undecided:
            one = min(undecided, key=_others)
            looked_at.append(one)
            if (seen := _judged_alone(self.name, one)) is None:
                row = next(values for values in rows(undecided, self.block) if is_in(values, one))
                open_ += [other for other in undecided if is_in(row, other)]
            else:
                self._try(seen, [*undecided, *open_])
            undecided = [o for o in undecided if not self._is_broken(o) and o not in open_]
        broken = [one for one in left if self._is_broken(one)]
        of = rows(broken, self.block)
        found = [self._row(one, [other for other in of if other is not one]) for one in of]
        still = [one for one in open_ if not self._is_broken(one)]
        found += [
            Row(values, _named(next((o for o in looked_at if is_in(values, o)), {})), None, open=True)
            for values in rows(still, self.block)
        ]
        return tuple(found)

    def _try(self, seen: Seen, left: Iterable[Chosen]) -> None:
        """The run of a combination, on the machines, in all others; in one of those that the run cannot tell apart."""
        runs, found = Witnesses(watched(), {}), PROPERTIES[self.name]
        told_apart = runs.may_matter(seen, found)
        known: dict[tuple[str, ...], bool] = {}
        for one in left:
            alike = tuple(state for name, state in one.items() if name in told_apart)
            if alike not in known:
                column = column_of(one, FAILURES)
                known[alike] = column == seen.column or runs.is_run_of(seen, found, column)
            if known[alike]:
                self.length[tuple(one.values())] = len(seen.run.steps)

    def _is_broken(self, chosen: Chosen) -> bool:
        return tuple(chosen.values()) in self.length

    def _row(self, values: Values, others: Sequence[Values]) -> Row:
        """The row, with the run of that combination of it which has fewest readings other than the default, and is in no other row."""
        of_row = [one for one in self.block.all() if is_in(values, one)]
        own = [one for one in of_row if not any(is_in(other, one) for other in others)] or of_row
        shown = min(own, key=_others)
        return Row(values, _named(shown), self.length[tuple(shown.values())])


def _others(chosen: Chosen) -> int:
    return len(_named(chosen))


def _named(chosen: Chosen) -> dict[str, str]:
    """What is not as by default."""
    return dict(column_of(chosen).readings)


def _judged_alone(name: str, chosen: Chosen) -> Seen | None:
    """The run that breaks a promise in a combination; None where a closer look finds none."""
    column = column_of(chosen, FAILURES)
    (verdict,) = check(column, [name], Scope(proofs=True, counts=False))
    if verdict.verdict != REFUTED or verdict.run is None:
        return None
    return Seen(column, verdict.run, REFUTED, last_step(watched(), verdict.run, column.faults))
