"""One column on all cores of this machine: its properties in shares, those together that are judged on one slice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import joblib

from proofs.answers.cache import Told, in_use, use, use_where_possible
from proofs.answers.column_cache import column_key, keep_column, recall_column
from proofs.answers.verdict import Verdict
from proofs.computer.garbage import looked_for_afterwards
from proofs.computer.processes import for_this_process
from proofs.verdicts.by_kind import in_order, some_by_kind
from proofs.verdicts.check import check
from proofs.views.proof import ForKinds
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import terms_of

if TYPE_CHECKING:  # what works on many columns takes a second to load, and a worker judges one
    from proofs.verdicts.suite import Task

Found = TypeVar("Found")

_WORTH_IT = 5
"""Properties from which on a second process is worth its start."""

_TURNS = 4
"""Shares for each process, the largest first: which of them take how long is only guessed."""

_OF_A_SLICE = 12
"""What it takes to compile a slice and to close its views, in properties that are judged on it."""


def judge_in_shares(task: Task, *, jobs: int = -1, cache: Path | None = None) -> list[Verdict]:
    """The verdicts of one task, whoever judges which of its properties. jobs, cache: see `judge_columns`."""
    use(cache)
    key = None if cache is None else column_key(*task)
    kept = None if key is None else recall_column(key)
    if kept is not None:
        return kept
    column, names, scope = task
    many = _many(jobs)
    parts = shares(column, names, many * _TURNS if many > 1 else 1) if len(names) >= _WORTH_IT else [list(names)]
    done = _each([(check, column, part, scope) for part in parts], many, cache)
    found = {one.property: one for verdicts in done for one in verdicts}
    verdicts = [found[name] for name in names]
    if key is not None:
        keep_column(key, verdicts)
    return verdicts


def by_kind_in_shares(task: Task, *, jobs: int = -1, cache: Path | None = None) -> dict[str, list[Verdict]]:
    """The verdicts of one task for each kind alone, see `by_kind`."""
    column, names, scope = task
    many = _many(jobs) if len(names) >= _WORTH_IT or _AT_WORK.is_set() else 1
    done = _each([(some_by_kind, column, names, scope, (turn, many)) for turn in range(many)], many, cache)
    return in_order(done, names, scope)


_AT_WORK = threading.Event()
"""Set when processes were started: they are there for what is asked next."""


def _many(jobs: int) -> int:
    return joblib.cpu_count() if jobs < 0 else jobs


def _each(calls: Sequence[tuple[Callable[..., Found], *tuple[Any, ...]]], many: int, cache: Path | None) -> list[Found]:
    """What calls give, in their order, by so many processes. The cache in use hears of the entries that were damaged, and of
    what could not be kept."""
    before = in_use().told
    if len(calls) > 1:
        _AT_WORK.set()
    workers = joblib.Parallel(n_jobs=min(many, len(calls)), batch_size=1)
    done = workers(joblib.delayed(for_this_process(_worked))(call, cache) for call in calls)
    known = use(cache)
    for told in (before, *(told for _, told in done)):
        known.hear(told)
    return [found for found, _ in done]


def _worked(call: tuple[Callable[..., Found], *tuple[Any, ...]], cache: Path | None) -> tuple[Found, Told]:
    known, (work, *asked) = use_where_possible(cache), call
    with looked_for_afterwards():
        return work(*asked), known.told


def shares(column: Column, names: Sequence[str], many: int) -> list[list[str]]:
    """Names in at most so many shares that take about the same time; what looks at one slice stays together."""
    looking = [PROPERTIES[name] for name in names if terms_of(PROPERTIES[name])]
    found = [[one.name for one in group.members] for group in ForKinds(watched(), column).groups(looking)]
    found.append([name for name in names if not terms_of(PROPERTIES[name])])
    parts: list[list[str]] = [[] for _ in range(many)]
    spent = [0] * many
    for members in sorted(filter(None, found), key=len, reverse=True):
        least = spent.index(min(spent))
        parts[least] += members
        spent[least] += _OF_A_SLICE + len(members)
    largest = sorted(range(many), key=lambda number: -spent[number])
    return [parts[number] for number in largest if parts[number]]
