"""One column on all cores of this machine: its properties in shares, those together that are judged on one slice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import joblib

from proofs.answers.cache import Told, in_use, use, use_where_possible
from proofs.answers.column_cache import column_key, keep_column, recall_column
from proofs.answers.verdict import Verdict
from proofs.computer.garbage import looked_for_afterwards
from proofs.computer.processes import for_this_process
from proofs.verdicts.by_kind import by_kind
from proofs.verdicts.check import check
from proofs.verdicts.suite import Task
from proofs.views.proof import ForKinds
from proofs.world.scope import Scope
from proofs.world.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import terms_of

Found = TypeVar("Found")
Work = Callable[[Column, Sequence[str], Scope], Mapping[str, Found]]

_WORTH_IT = 5
"""Properties from which on a second process is worth its start."""

_OF_A_SLICE = 12
"""What it takes to compile a slice and to close its views, in properties that are judged on it."""


def judge_in_shares(task: Task, *, jobs: int = -1, cache: Path | None = None) -> list[Verdict]:
    """The verdicts of one task, whoever judges which of its properties. jobs, cache: see `judge_columns`."""
    use(cache)
    key = None if cache is None else column_key(*task)
    kept = None if key is None else recall_column(key)
    if kept is not None:
        return kept
    found = _in_shares(_verdicts, task, jobs, cache)
    verdicts = [found[name] for name in task[1]]
    if key is not None:
        keep_column(key, verdicts)
    return verdicts


def by_kind_in_shares(task: Task, *, jobs: int = -1, cache: Path | None = None) -> dict[str, list[Verdict]]:
    """The verdicts of one task for each kind alone, see `by_kind`."""
    return _in_shares(by_kind, task, jobs, cache)


def _verdicts(column: Column, names: Sequence[str], scope: Scope) -> dict[str, Verdict]:
    return {one.property: one for one in check(column, names, scope)}


def _in_shares(work: Work[Found], task: Task, jobs: int, cache: Path | None) -> dict[str, Found]:
    """What the work finds of each property of a task. The cache in use hears of the entries that were damaged, and of what
    could not be kept."""
    (column, names, scope), many = task, joblib.cpu_count() if jobs < 0 else jobs
    before = in_use().told
    parts = shares(column, names, many) if len(names) >= _WORTH_IT else [list(names)]
    workers = joblib.Parallel(n_jobs=len(parts))
    done = workers(joblib.delayed(for_this_process(_worked))(work, (column, part, scope), cache) for part in parts)
    known = use(cache)
    for told in (before, *(told for _, told in done)):
        known.hear(told)
    return {name: one for found, _ in done for name, one in found.items()}


def _worked(work: Work[Found], task: Task, cache: Path | None) -> tuple[Mapping[str, Found], Told]:
    known = use_where_possible(cache)
    with looked_for_afterwards():
        return work(*task), known.told


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
    return [part for part in parts if part]
