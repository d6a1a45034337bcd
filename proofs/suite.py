"""Judge many columns at once, over the cores of this machine or the workers of a cluster."""

from __future__ import annotations

import gc
import threading
import time
import warnings
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, nullcontext
from pathlib import Path

import joblib

from proofs.cache import Told, use, use_where_possible
from proofs.check import Scope, check
from proofs.cluster import Cluster
from proofs.column_cache import column_key, keep_column, project_content, recall_column
from proofs.verdict import Verdict
from proofs.workers import for_this_process
from proofs.world import Column

Task = tuple[Column, Sequence[str], Scope]
_Done = tuple[Column, list[Verdict], float, Told]


class OtherVersion(ValueError):
    """A worker would judge something else than what is asked here; the message says the remedy."""


def judge_columns(
    tasks: Sequence[Task],
    *,
    jobs: int = -1,
    progress: Callable[[Column, list[Verdict], float], None] = lambda *_: None,
    cache: Path | None = None,
    cluster: Cluster | None = None,
) -> dict[Column, list[Verdict]]:
    """The verdicts of every task, in the order of the tasks, whatever the order in which they are done.

    cache: the folder in which judgements are kept (None: nowhere); whole columns are kept in it as they arrive, so that work
    that was interrupted goes on where it was. The cache in use here hears of its entries that were damaged, and of what could
    not be kept. cluster: who works in place of `jobs` processes of this machine. Raises OtherVersion and ClusterError, CacheError
    if the folder cannot be used at all, and ValueError if there is nothing to judge.
    """
    if not tasks or not all(names for _, names, _ in tasks):
        raise ValueError("no column is to be judged, or no property in one of them")
    known = use(cache)
    found: dict[Column, list[Verdict]] = {}
    keys: dict[Column, str] = {}
    left: list[Task] = []
    for column, names, scope in tasks:
        kept = None
        if cache is not None:
            keys[column] = column_key(column, names, scope)
            kept = recall_column(keys[column])
        if kept is None:
            left.append((column, names, scope))
        else:
            found[column] = kept
            progress(column, kept, 0.0)
    with warnings.catch_warnings(), closing(_judged(left, jobs, cache, cluster)) as arriving:
        # joblib thinks that who stops early does so by mistake; here the cache is full, or a person has seen enough
        warnings.filterwarnings("ignore", category=UserWarning, module="joblib.parallel")
        for column, verdicts, seconds, told in arriving:
            found[column] = verdicts
            if cluster is None:
                known.hear(told)
            if cache is not None:
                keep_column(keys[column], verdicts)
            progress(column, verdicts, seconds)
    return {column: found[column] for column, _, _ in tasks}


def _judged(
    tasks: Sequence[Task], jobs: int, cache: Path | None, cluster: Cluster | None
) -> Generator[_Done, None, None]:
    """Tasks as they are done, in any order."""
    if not tasks:
        return
    folder = cache if cluster is None else cluster.cache
    content = None if cache is None and cluster is None else project_content()
    with nullcontext() if cluster is None else cluster.working():
        workers = joblib.Parallel(
            n_jobs=min(joblib.cpu_count() if jobs < 0 else jobs, len(tasks)),
            return_as="generator_unordered",
            batch_size=1,
        )
        work = for_this_process(_one) if cluster is None else _one
        yield from workers(
            joblib.delayed(work)(column, tuple(names), scope, folder, content) for column, names, scope in tasks
        )


_AT_WORK = threading.Lock()
"""One column at a time in a process: a worker of a cluster may have several threads, but one cache in use."""


def _one(column: Column, names: tuple[str, ...], scope: Scope, cache: Path | None, content: str | None) -> _Done:
    """Judge one column. content: what the process must hold that judges it, since the verdicts are kept as being of that
    (None: whatever it holds). Raises OtherVersion."""
    begun = time.perf_counter()
    if content is not None and content != project_content():
        raise OtherVersion(
            f"{column}: a worker has another version of the project than the process that asks it. Leave the sources as they "
            "are while columns are judged, start the workers of a cluster anew, and run this again."
        )
    with _AT_WORK:
        known = use_where_possible(cache)
        gc.disable()  # a search makes millions of tuples and no garbage in cycles: looking for it takes a sixth of the time
        try:
            verdicts = check(column, names, scope)
        finally:
            gc.enable()
            gc.collect()
        return column, verdicts, time.perf_counter() - begun, known.told


__all__ = ["OtherVersion", "Task", "judge_columns"]
