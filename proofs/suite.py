"""Judge many columns at once, over the cores of this machine."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import joblib

from proofs.cache import use
from proofs.check import Scope, check
from proofs.verdict import Verdict
from proofs.world import Column


def _one(
    column: Column, names: tuple[str, ...], scope: Scope, cache: Path | None
) -> tuple[Column, list[Verdict], float, list[Path]]:
    begun, known = time.perf_counter(), use(cache)
    gc.disable()  # a search makes millions of tuples and no garbage in cycles: looking for it takes a sixth of the time
    try:
        verdicts = check(column, names, scope)
    finally:
        gc.enable()
        gc.collect()
    return column, verdicts, time.perf_counter() - begun, known.damaged


def judge_columns(
    tasks: Sequence[tuple[Column, Sequence[str], Scope]],
    *,
    jobs: int = -1,
    progress: Callable[[Column, list[Verdict], float], None] = lambda *_: None,
    cache: Path | None = None,
) -> dict[Column, list[Verdict]]:
    """The verdicts of every task, in the order of the tasks, whatever the order in which they are done. cache: the folder
    in which judgements are kept (None: nowhere); the cache in use here hears of the entries that were damaged."""
    known = use(cache)
    parallel = joblib.Parallel(
        n_jobs=min(joblib.cpu_count() if jobs < 0 else jobs, len(tasks)), return_as="generator_unordered"
    )
    found: dict[Column, list[Verdict]] = {}
    for column, verdicts, seconds, damaged in parallel(
        joblib.delayed(_one)(column, tuple(names), scope, cache) for column, names, scope in tasks
    ):
        found[column] = verdicts
        known.damaged = list(dict.fromkeys([*known.damaged, *damaged]))
        progress(column, verdicts, seconds)
    return {column: found[column] for column, _, _ in tasks}
