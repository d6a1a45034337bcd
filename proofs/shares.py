"""One column on all cores of this machine: its properties in shares, those together that are judged on one slice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import joblib

from proofs.cache import in_use, use
from proofs.column_cache import column_key, keep_column, recall_column
from proofs.prove import ForKinds
from proofs.suite import Task, judge_columns
from proofs.verdict import Verdict
from proofs.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import terms_of

WORTH_IT = 20
"""Properties from which on a second process is worth its start."""

_OF_A_SLICE = 12
"""What it takes to compile a slice and to close its views, in properties that are judged on it."""


def judge_in_shares(task: Task, *, jobs: int = -1, cache: Path | None = None) -> list[Verdict]:
    """The verdicts of one task, whoever judges which of its properties. jobs, cache: see `judge_columns`."""
    column, names, scope = task
    known = use(cache)
    key = None if cache is None else column_key(column, names, scope)
    kept = None if key is None else recall_column(key)
    if kept is not None:
        return kept
    many = joblib.cpu_count() if jobs < 0 else jobs
    parts = shares(column, names, many) if len(names) >= WORTH_IT else [list(names)]
    workers = joblib.Parallel(n_jobs=len(parts))
    found = workers(joblib.delayed(_judged)((column, part, scope), cache) for part in parts)
    use(cache).damaged = list(dict.fromkeys([*known.damaged, *(path for _, damaged in found for path in damaged)]))
    by_name = {one.property: one for verdicts, _ in found for one in verdicts}
    verdicts = [by_name[name] for name in names]
    if key is not None:
        keep_column(key, verdicts)
    return verdicts


def _judged(task: Task, cache: Path | None) -> tuple[list[Verdict], list[Path]]:
    return judge_columns([task], jobs=1, cache=cache)[task[0]], in_use().damaged


def shares(column: Column, names: Sequence[str], many: int) -> list[list[str]]:
    """Names in so many shares that take about the same time; what looks at one slice stays together. None is empty."""
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


__all__ = ["judge_in_shares", "shares"]
