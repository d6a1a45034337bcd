"""What is told on standard error while columns are judged: a bar on a terminal, else a line for each that is done, since nobody
waits for what is silent; and at once what became worse than it is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager
from itertools import count

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from proofs.answers.record import NEW, WORSE, Record
from proofs.answers.verdict import REFUTED, UNDECIDED, Verdict
from proofs.verdicts.columns import ALL_FAULTS, BASE, title
from proofs.world.world import Column
from shadowproof.outside.spelling import many
from shadowproof.outside.telling import telling as work
from shadowproof.verify.comparison import smaller

NOTHING = Record({})


class Enough(Exception):
    """One verdict is worse than recorded, and nobody wants to know of more."""


_EVERY = 10
"""Closed sets of which one line tells, where there is no terminal."""


class Telling:
    """Hears of each column that is judged. judged, seconds: what it has heard of. last: what a run before this found (none: there was
    none), so that what is no news is told as such. quiet: it tells what is worse, and not how far that is. Raises Enough, in `done`, at
    the first verdict that is worse than recorded, or refuted and not recorded, if fail_fast."""

    def __init__(
        self, console: Console, bar: Progress, total: int, record: Record, *, fail_fast: bool, last: Record, quiet: bool
    ) -> None:
        self.judged: dict[Column, list[Verdict]] = {}
        self.seconds: dict[Column, float] = {}
        self._console, self._bar, self._record = console, bar, record
        self._total, self._fail_fast, self._last = total, fail_fast, last
        self._task = bar.add_task("", total=total, last="")
        self._told: dict[str, list[Column]] = {}
        self._says_how_far, self._before = not quiet and not console.is_terminal, 0

    def recalled(self, number: int) -> None:
        """So many columns were judged before: one line for all of them, which come next."""
        self._before = number
        if self._says_how_far:
            self._say(f"Judged before: {number} of {many(self._total, 'column')}.")

    def done(self, column: Column, found: list[Verdict], spent: float) -> None:
        self.judged[column], self.seconds[column] = found, spent
        self._bar.update(self._task, advance=1, last=f"last: {title(column)}")
        number = len(self.judged)
        if self._says_how_far and number > self._before:
            self._say(f"{number} of {many(self._total, 'column')} judged: {title(column)}, {spent:.1f} s")
        wrong = [one for one in found if self._is_wrong(one)]
        for one in wrong:
            if not any(other == column or smaller(other, column) for other in self._told.get(one.property, ())):
                self._told.setdefault(one.property, []).append(column)
                self._say(self._said(column, one))
        if wrong and self._fail_fast:
            raise Enough

    def at_a_glance(self, found: list[Verdict]) -> None:
        """What runs of one VM show without any fault."""
        for one in found:
            if one.verdict == REFUTED and one.run is not None and self._is_wrong(one):
                self._told.setdefault(one.property, []).append(BASE)
                self._say(f"{self._said(BASE, one)} of one VM")

    def closing(self, done: int, total: int) -> None:
        """So many of the closed sets that many columns have in common are closed."""
        self._bar.update(self._task, last=f"views for all of them: {done} of {total}")
        if self._says_how_far and total and done % _EVERY == 0:
            self._say(f"{done} of {total} closed sets for all columns")

    def _is_wrong(self, one: Verdict) -> bool:
        if one.verdict == UNDECIDED and one.column == ALL_FAULTS.name:
            return False  # other columns, and what is kept, may decide it yet
        kind = self._record.kind(one)
        return one.verdict == REFUTED if kind == NEW else kind == WORSE

    def _said(self, column: Column, one: Verdict) -> str:
        before = self._last.cell(one.property, one.column)
        still = "still " if before is not None and before.verdict == one.verdict else ""
        return f"{still}{said(self._record, column, one)}"

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True, markup=False)


def said(record: Record, column: Column, one: Verdict) -> str:
    """One verdict beside that of the record."""
    cell = record.cell(one.property, one.column)
    was = f"worse: {one.property}: {cell.verdict} → " if cell is not None else f"{one.property}: "
    steps = "" if one.length is None else f", {many(one.length, 'step')}"
    return f"{was}{one.verdict} under {title(column)}{steps}"


FEW = 10
"""Pieces of work that are not announced: they are done soon."""


def announce(console: Console, number: int, what: str) -> None:
    """Say what is about to be done, if it takes long."""
    if number > FEW:
        console.print(
            f"{what}. What is not known yet takes minutes, or more.", highlight=False, soft_wrap=True, markup=False
        )


def ended_early(how: str, judged: int, total: int, *, kept: bool) -> str:
    """What is left of so many columns by what ended early. how: it was interrupted, or it failed."""
    if not judged:
        return f"{how} before any column was judged."
    left = "are kept: run the same again, and it goes on there" if kept else "are lost, since there is no cache"
    return f"{how}: {judged:,} of {many(total, 'column')} were judged, and {left}."


@contextmanager
def telling(
    console: Console,
    total: int,
    record: Record,
    *,
    fail_fast: bool = False,
    last: Record = NOTHING,
    quiet: bool = False,
) -> Iterator[Telling]:
    """Tells of so many columns. quiet: only what is worse. Where it ends by Enough, what was judged is all there is."""
    columns = (
        TextColumn("judging"), BarColumn(), MofNCompleteColumn(), TextColumn("columns"), TimeElapsedColumn(),
        TextColumn("{task.fields[last]}"),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as bar:
        told = Telling(console, bar, total, record, fail_fast=fail_fast, last=last, quiet=quiet)
        try:
            yield told
        except Enough:
            if not fail_fast:
                raise


@contextmanager
def confirming(console: Console, total: int) -> Iterator[Callable[[Sized], None]]:
    """Tells how many of so many closed sets solvers have confirmed: gives what hears of each."""
    numbers = count(1)
    with work(console, "confirming", "closed sets") as told:
        yield lambda _: told(next(numbers), total, "")
