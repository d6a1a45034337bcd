"""All mutants judged, over the cores of this machine: searched one by one, then compared by closed views column by column, then
those that differ asked as the record is made."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import TypeVar

import joblib

from model.protocol import PROTOCOL
from proofs.mutants import Mutant, mutants_of
from proofs.mutate import EQUIVALENT, KILLED, SURVIVES, Fate, Judges
from proofs.record import load
from proofs.world import Column

Task = TypeVar("Task")
Found = TypeVar("Found")
Names = tuple[str, ...]

CHUNK = 16
"""Mutants that a process is given at a time."""

Progress = Callable[[str, int, int], None]
"""Told what is done, how much of it, and of how much."""


@cache
def all_mutants() -> dict[str, Mutant]:
    """The mutants of the protocol, by name."""
    return {mutant.name: mutant for mutant in mutants_of(PROTOCOL)}


@cache
def judges(names: Names = ()) -> Judges:
    """What judges them by these properties (none: by all), in this process."""
    return Judges(PROTOCOL, load(), names=names)


def judge_mutants(
    mutants: Collection[Mutant], *, names: Names = (), jobs: int = -1, progress: Progress = lambda *_: None
) -> dict[str, Fate]:
    """What becomes of each mutant of the protocol, in the order given. names: of the properties that are asked (none: all). jobs:
    processes (-1: one a core). progress: told of each stage as it goes on. Raises ValueError at none: of no mutant each is
    killed."""
    if not mutants:
        raise ValueError("no mutants: nothing would be shown. Name a rule that there is.")
    run = _Run({mutant.name: mutant for mutant in mutants}, names, joblib.cpu_count() if jobs < 0 else jobs, progress)
    run.search()
    run.compare()
    run.ask()
    return {mutant.name: run.fates[mutant.name] for mutant in mutants}


class _Run:
    """The stages, and what is known so far. unlike: for each mutant that is still open the columns in which it differs."""

    def __init__(self, mutants: dict[str, Mutant], names: Names, jobs: int, progress: Progress) -> None:
        self.mutants, self.names, self.jobs, self.progress = mutants, names, jobs, progress
        self.judges = judges(names)
        self.fates: dict[str, Fate] = {}
        self.unlike: dict[str, list[str]] = {}

    def search(self) -> None:
        """Every mutant, by searches."""
        chunks = list(_chunks(self._by_column()))
        for found in self._go("searched", _searched, [(self.names, chunk) for chunk in chunks], each=CHUNK):
            self.fates |= {fate.mutant: fate for fate in found}
        self.unlike = {n: list(fate.different) for n, fate in self.fates.items() if fate.kind == SURVIVES}

    def compare(self) -> None:
        """Those that no search tells from the right network, by closed views."""
        alike = {name: self.judges.columns_of(self.mutants[name]) for name, found in self.unlike.items() if not found}
        columns = [column for column in self.judges.apart if any(column in of for of in alike.values())]
        tasks = [(self.names, column, tuple(n for n, of in alike.items() if column in of)) for column in columns]
        views = dict.fromkeys(alike, 0)
        for column, found, size in self._go("compared, by columns", _same, tasks):
            for name, why_not in found.items():
                views[name] += size
                if why_not:
                    self.unlike[name].append(column)
        for name in alike:
            if not self.unlike[name]:
                self.fates[name] = replace(self.fates[name], kind=EQUIVALENT, views=views[name])

    def ask(self) -> None:
        """Those that differ though no search kills them, by the suite."""
        place = {column.name: column for column in self.judges.apart}
        firsts = {
            name: next(column for column in place if column in found) for name, found in self.unlike.items() if found
        }
        tasks = [(self.names, name, place[column]) for name, column in firsts.items()]
        for found in self._go("asked of every property", _asked, tasks):
            before = self.fates[found.mutant]
            if found.kind == KILLED:
                self.fates[found.mutant] = replace(before, kind=KILLED, kills=found.kills)
            else:
                differs = self.unlike[found.mutant]
                said = f"It differs in {len(differs)} of {before.columns} columns; {found.reason}."
                self.fates[found.mutant] = replace(before, different=tuple(differs), reason=said)

    def _by_column(self) -> list[str]:
        """Those first that are looked at in the same columns, so that a process has to know few."""
        place = {column: i for i, column in enumerate(self.judges.apart)}
        first = {name: min(place[c] for c in self.judges.columns_of(one)) for name, one in self.mutants.items()}
        return sorted(self.mutants, key=first.__getitem__)

    def _go(self, what: str, do: Callable[[Task], Found], tasks: Sequence[Task], *, each: int = 1) -> Iterator[Found]:
        """The result of each task as it is done, over processes; in this one if that is enough."""
        if not tasks:
            return
        self.progress(what, 0, len(tasks) * each)
        workers = joblib.Parallel(
            n_jobs=min(self.jobs, len(tasks)), return_as="generator_unordered", batch_size=1, pre_dispatch="all"
        )
        for done, found in enumerate(workers(joblib.delayed(do)(task) for task in tasks), 1):
            self.progress(what, done * each, len(tasks) * each)
            yield found


def _chunks(names: Sequence[str]) -> Iterator[Names]:
    for i in range(0, len(names), CHUNK):
        yield tuple(names[i : i + CHUNK])


def _searched(task: tuple[Names, Names]) -> list[Fate]:
    names, mutants = task
    return [judges(names).search(all_mutants()[name]) for name in mutants]


def _same(task: tuple[Names, Column, Names]) -> tuple[str, dict[str, str], int]:
    names, column, mutants = task
    found, views = judges(names).same([all_mutants()[name] for name in mutants], column)
    return column.name, found, views


def _asked(task: tuple[Names, str, Column]) -> Fate:
    names, mutant, column = task
    return judges(names).ask(all_mutants()[mutant], column)


__all__ = ["all_mutants", "judge_mutants", "judges"]
