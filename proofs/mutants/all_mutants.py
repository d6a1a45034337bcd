"""All mutants judged, over the cores of this machine: searched one by one, then compared by closed views of all columns at once,
then those that differ searched where they would be asked, the rest of them asked there as the record is made, and what is left then
searched in all other columns in which it differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from functools import cache, lru_cache
from multiprocessing import active_children, get_context
from typing import TypeVar

import joblib

from model.protocol import PROTOCOL
from proofs.answers.record import load
from proofs.computer.processes import for_this_process
from proofs.mutants.asking import Asking
from proofs.mutants.comparing import Comparing
from proofs.mutants.judge import EQUIVALENT, KILLED, OPEN, SURVIVES, Fate, Judges
from proofs.mutants.operators import Mutant, mutants_of
from proofs.world.world import Column

Task = TypeVar("Task")
Found = TypeVar("Found")
Names = tuple[str, ...]
Searched = tuple[tuple[str, Names], ...]
"""Mutants to be searched, each with the properties that are not asked again."""

CHUNK = 16
"""Mutants that a process is given at a time."""

MOST_OF_A_COLUMN = 128
"""Mutants of one column that are searched at once: what they are held against is made for all of them."""

MOST_ALIKE = 128
"""Mutants that are compared by the same closed sets: to put all of them together takes long."""

MOST_ASKED = 32
"""Mutants of which views are asked at once, and that are compared where there are few: they have closed sets in common."""

WORTH_WHILE = 3
"""Mutants of a column, from which on it is quicker to get to know all states of the right network there than to ask of each."""

Progress = Callable[[str, int, int], None]
"""Told what is done, how much of it, and of how much."""

Settled = Callable[[Iterable[Fate]], None]
"""Told what became of mutants, as soon as that is known for good."""


@cache
def all_mutants() -> dict[str, Mutant]:
    """The mutants of the protocol, by name."""
    return {mutant.name: mutant for mutant in mutants_of(PROTOCOL)}


@cache
def judges(names: Names = ()) -> Judges:
    """What judges them by these properties (none: by all), in this process."""
    return Judges(PROTOCOL, load(), names=names)


def judge_mutants(
    mutants: Collection[Mutant],
    *,
    names: Names = (),
    jobs: int = -1,
    quick: bool = False,
    progress: Progress = lambda *_: None,
    settled: Settled = lambda _: None,
) -> dict[str, Fate]:
    """What becomes of each mutant of the protocol, in the order given. names: of the properties that are asked (none: all). jobs:
    processes (-1: one a core). quick: only search each, in the first column in which it may fire; what that does not kill is open.
    progress: told of each stage as it goes on. settled: told what becomes of each as soon as it is known; of what survives after each
    stage that it survives. Raises
    ValueError at none: of no mutant each is killed."""
    if not mutants:
        raise ValueError("no mutants: nothing would be shown. Name a rule that there is.")
    of_each = {mutant.name: mutant for mutant in mutants}
    with _Run(of_each, names, joblib.cpu_count() if jobs < 0 else jobs, progress, settled) as run:
        run.search()
        if quick:
            return {one.name: _open(run.fates[one.name]) for one in mutants}
        run.compare()
        run.search_where_they_differ()
        run.ask()
        run.search_everywhere()
    return {one.name: run.fates[one.name] for one in mutants}


def _open(found: Fate) -> Fate:
    return replace(found, kind=OPEN) if found.kind == SURVIVES else found


class _Run:
    """The stages, and what is known so far. unlike: for each mutant that is still open the columns in which it differs; searched: those
    in which it was searched in vain; asked: what was asked of it in vain; unheard: in searches."""

    def __init__(
        self, mutants: dict[str, Mutant], names: Names, jobs: int, progress: Progress, settled: Settled
    ) -> None:
        self.mutants, self.names, self.jobs, self.progress, self.settled = mutants, names, jobs, progress, settled
        self.judges = judges(names)
        self._others = active_children()
        # the same through all stages: they remember the right network. joblib would start one anew whose memory grows so
        self._workers = ProcessPoolExecutor(jobs, get_context("spawn"))
        if jobs > 1:  # they load what it takes while it is worked out here what they are to do
            for _ in range(jobs):
                self._workers.submit(for_this_process(_load), names)
        self.fates: dict[str, Fate] = {}
        self.unlike: dict[str, list[str]] = {}
        self.searched: dict[str, set[Column]] = {}
        self.asked: dict[str, str] = {}
        self.unheard: dict[str, Names] = {}

    def search(self) -> None:
        """Every mutant, in the first column in which it may fire."""
        chunks = list(_chunks(self._by_column(), self._size(len(self.mutants))))
        tasks = [(self.names, tuple((name, ()) for name in chunk), None) for chunk in chunks]
        for found in self._go("searched", _searched, tasks, list(map(len, chunks))):
            self.fates |= {fate.mutant: fate for fate in found}
            self.unheard |= {fate.mutant: fate.unheard for fate in found}
            self.searched |= {fate.mutant: set(self._first(fate.mutant)) for fate in found}
            self.settled(fate for fate in found if fate.kind != SURVIVES)

    def compare(self) -> None:
        """Those that nothing has killed, in every column in which they may fire, by closed views of all of them at once."""
        groups = self._alike([name for name in self.mutants if self._open(name)])
        size = self._size(sum(map(len, groups)), MOST_ALIKE if len(groups) > self.jobs else MOST_ASKED)
        tasks = [(self.names, group, some) for group in groups for some in _chunks(group, size)]
        for found in self._go("compared", _compared, tasks, [len(some) for _, _, some in tasks]):
            self._compared(found)

    def _alike(self, names: Iterable[str]) -> list[Names]:
        """Mutants that have closed sets in common, since what decides what their rules do is the same. No process has a
        say in it. The largest first, since they take longest."""
        found: dict[object, list[str]] = {}
        for name in names:
            found.setdefault(self.judges.decided_by(self.fates[name].machines), []).append(name)
        by_machines = (sorted(some, key=lambda name: self.fates[name].machines) for some in found.values())
        return sorted((one for some in by_machines for one in _chunks(some, MOST_ALIKE)), key=len, reverse=True)

    def _compared(self, found: Mapping[str, tuple[list[str], int]]) -> None:
        """Take in where mutants differ; those that start elsewhere differ everywhere."""
        for name, (unlike, views) in found.items():
            self.unlike[name] = unlike
            columns = len(self.judges.columns_of(self.mutants[name]))
            kind = SURVIVES if unlike else EQUIVALENT
            self.fates[name] = replace(self.fates[name], kind=kind, columns=columns, views=views)
        self.settled(self.fates[name] for name in found if self.fates[name].kind == EQUIVALENT)

    def search_where_they_differ(self) -> None:
        """Those that differ, each where it would be asked, which kills most; where a column is that of few, it is not worth while to get
        to know it: they are asked."""
        chosen = {name: [c for c in where if c not in self.searched[name]] for name, where in self._to_ask().items()}
        times = Counter(column for columns in chosen.values() for column in columns)
        self._search_in({name: [c for c in columns if times[c] >= WORTH_WHILE] for name, columns in chosen.items()})

    def _to_ask(self) -> dict[str, tuple[Column, ...]]:
        """For each mutant that nothing has killed where it is asked: in the first column in which it differs, and before it in that of a
        reading that the rule asks for."""
        left = {name: columns for name in self.unlike if self._open(name) and (columns := self._where(name))}
        return {name: columns[: 2 if columns[0].readings else 1] for name, columns in left.items()}

    def search_everywhere(self) -> None:
        """Those that nothing has killed, in all other columns in which they differ."""
        left = {name: columns for name in self.unlike if self._open(name) and (columns := self._where(name))}
        self._search_in({n: [c for c in columns if c not in self.searched[n]] for n, columns in left.items()})
        for name in left:
            if self._open(name):
                self._survives(name, "each")
        self.settled(self.fates[name] for name in left if self._open(name))

    def _search_in(self, columns_of: Mapping[str, Sequence[Column]]) -> None:
        """Mutants searched in some columns each; of several in which one is killed the first is told, whichever process is done first.
        Columns are taken one by one, so that a process has to know few; those of most mutants first, since they take longest."""
        places, killed = {column.name: i for i, column in enumerate(self.judges.apart)}, dict[str, int]()
        by_column: dict[Column, list[str]] = {}
        for name, columns in columns_of.items():
            for column in columns:
                by_column.setdefault(column, []).append(name)
                self.searched[name].add(column)
        size = self._size(sum(map(len, by_column.values())), MOST_OF_A_COLUMN)
        tasks = [
            (self.names, tuple((name, self.unheard[name]) for name in chunk), column)
            for column, found in sorted(by_column.items(), key=lambda one: -len(one[1]))
            for chunk in _chunks(found, size)
        ]
        for found in self._go("searched where they differ", _searched, tasks, [len(chunk) for _, chunk, _ in tasks]):
            for fate in (one for one in found if one.kind == KILLED):
                place = places[fate.kills[0].column]
                if place < killed.get(fate.mutant, len(places)):
                    killed[fate.mutant] = place
                    self.fates[fate.mutant] = replace(self.fates[fate.mutant], kind=KILLED, kills=fate.kills, reason="")
                    self.settled([self.fates[fate.mutant]])

    def ask(self) -> None:
        """What that does not kill, asked as the record is made."""
        asked = list(self._to_ask().items())
        size = self._size(len(asked), MOST_ASKED)
        # those that survive stand together, and take longest; and no process is to wait for the last task of another
        every = self.jobs * -(-len(asked) // (size * self.jobs))
        tasks = [(self.names, tuple(asked[i::every])) for i in range(min(every, len(asked)))]
        many = [len(some) for _, some in tasks]
        for found in (one for several in self._go("asked", _asked, tasks, many) for one in several):
            self.asked[found.mutant] = found.reason
            if found.kind == KILLED:
                self.fates[found.mutant] = replace(self.fates[found.mutant], kind=KILLED, kills=found.kills)
            else:
                self._survives(found.mutant, "one of them")
            self.settled([self.fates[found.mutant]])

    def _survives(self, name: str, searched: str) -> None:
        """Say how far a mutant was looked at in vain."""
        before, columns = self.fates[name], self._where(name)
        said = f"It differs in {len(columns)} of {before.columns} columns, and was searched in {searched}"
        different = tuple(column.name for column in columns)
        self.fates[name] = replace(before, different=different, reason=f"{said}; {self.asked[name]}.")

    def _open(self, name: str) -> bool:
        return self.fates[name].kind == SURVIVES

    def _where(self, name: str) -> tuple[Column, ...]:
        """The columns in which a mutant differs, those first that have a reading that the rule asks for: there it has most to say."""
        columns = [column for column in self.judges.apart if column.name in self.unlike[name]]
        return tuple(sorted(columns, key=lambda column: not self._asks_for(name, column)))

    def _asks_for(self, name: str, column: Column) -> bool:
        """Whether a mutant's rule asks for a reading that a column has."""
        return any(reading in self.judges.rules(self.mutants[name]).machines for reading, _ in column.readings)

    def _first(self, name: str) -> list[Column]:
        """The column in which a mutant is searched first."""
        return self.judges.columns_of(self.mutants[name])[:1]

    def _by_name(self, name: str) -> Iterator[str]:
        """The names of the columns in which a mutant may fire."""
        return (column.name for column in self.judges.columns_of(self.mutants[name]))

    def _by_column(self) -> list[str]:
        """Those first that are looked at in the same columns, so that a process has to know few."""
        place = {column: i for i, column in enumerate(self.judges.apart)}
        first = {name: min(place[c] for c in self.judges.columns_of(one)) for name, one in self.mutants.items()}
        return sorted(self.mutants, key=first.__getitem__)

    def _size(self, mutants: int, most: int = CHUNK) -> int:
        """How many mutants a process is given at a time, so that none has nothing to do."""
        return max(1, min(most, -(-mutants // self.jobs)))

    def _go(
        self, what: str, do: Callable[[Task], Found], tasks: Sequence[Task], many: Sequence[int]
    ) -> Iterator[Found]:
        """The result of each task as it is done, over processes; in this one if that is enough. many: how many mutants each is about."""
        if not tasks:
            return
        done, total = 0, sum(many)
        self.progress(what, done, total)
        if self.jobs == 1:
            for task, number in zip(tasks, many, strict=True):
                yield do(task)
                done += number
                self.progress(what, done, total)
            return
        work = for_this_process(do)
        waiting = {self._workers.submit(work, task): number for task, number in zip(tasks, many, strict=True)}
        for one in as_completed(waiting):
            done += waiting[one]
            self.progress(what, done, total)
            yield one.result()

    def __enter__(self) -> _Run:
        return self

    def __exit__(self, *_: object) -> None:
        """Workers are killed: they would first come to the end of what they are at, and take a second to leave all that they know."""
        for worker in set(active_children()).difference(self._others):
            worker.kill()
        self._workers.shutdown(cancel_futures=True)


def _chunks(names: Sequence[str], size: int) -> Iterator[Names]:
    for i in range(0, len(names), size):
        yield tuple(names[i : i + size])


def _load(names: Names) -> None:
    """Nothing is told: the process that is sent this has then what judges mutants."""
    judges(names)


def _searched(task: tuple[Names, Searched, Column | None]) -> list[Fate]:
    """Mutants searched in one column; None: each in the first in which it may fire."""
    names, mutants, column = task
    _comparing.cache_clear()  # what is searched takes its own memory
    judge, found = judges(names), []
    for name, unheard in mutants:
        mutant = all_mutants()[name]
        found.append(judge.search(mutant, [column] if column else judge.columns_of(mutant)[:1], unheard))
    return found


@lru_cache(maxsize=1)
def _comparing(names: Names, mutants: Names) -> Comparing:
    """What compares these mutants, in this process: what it says of a column it says once."""
    return judges(names).comparing([all_mutants()[name] for name in mutants])


def _compared(task: tuple[Names, Names, Names]) -> dict[str, tuple[list[str], int]]:
    """Some of all mutants that are compared: the columns in which each is not known to be the same, and how many views show it."""
    names, every, some = task
    comparing, of_each = _comparing(names, every), judges(names).columns_of
    return {name: comparing.differs(name, of_each(all_mutants()[name])) for name in comparing.in_turn(some)}


def _asked(task: tuple[Names, tuple[tuple[str, tuple[Column, ...]], ...]]) -> list[Fate]:
    """Mutants asked in a few columns each, until one kills: what views show of all of them first, from the same closed sets."""
    names, mutants = task
    _comparing.cache_clear()
    judge, found = judges(names), list[Fate]()
    each = [(all_mutants()[name], column) for name, columns in mutants for column in columns]
    to_ask = [judge.to_be_asked(mutant, column) for mutant, column in each]
    of_right = judge.right_to_be_asked(to_ask)
    asking = Asking(judge.right, [*to_ask, *of_right])
    shown = {name: one for unit in asking.units() for name, one in asking.shown(unit).items()}
    proofs_of_each = asking.proofs(shown)
    for one, proofs in zip(of_right, proofs_of_each[len(each) :], strict=True):
        judge.learn(one.column, proofs)
    known = list(zip(each, to_ask, proofs_of_each[: len(each)], strict=True))
    for name, _ in mutants:
        for (mutant, _), asked, proofs in (one for one in known if one[0][0].name == name):
            fate = judge.ask(mutant, asked, proofs)
            if fate.kind == KILLED:
                break
        found.append(fate)
    return found
