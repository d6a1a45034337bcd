"""Who works: the processes of this machine, or the workers of a cluster; each piece of work is done by the same version of the project."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import joblib

from proofs.answers.cache import Cache, Told, use_where_possible
from proofs.answers.column_cache import project_content
from proofs.computer.garbage import looked_for_afterwards
from proofs.computer.processes import for_this_process
from proofs.verdicts.cluster import Cluster

Found = TypeVar("Found")


class OtherVersion(ValueError):
    """A worker would judge something else than what is asked here; the message says the remedy."""


@dataclass(frozen=True)
class Work:
    """Who works, where it is kept, and whether runs of the record are tried."""

    jobs: int
    cache: Path | None
    cluster: Cluster | None
    known: Cache
    from_record: bool = False

    @contextmanager
    def coming_up(self, what: Callable[..., Any]) -> Iterator[None]:
        """Within, the processes of this machine come up that will do this, and load what it takes; after it they are there."""
        many = joblib.cpu_count() if self.jobs < 0 else self.jobs
        if self.cluster is not None or many == 1:
            yield
            return
        workers = joblib.Parallel(n_jobs=many, return_as="generator_unordered", batch_size=1)
        with closing(workers(joblib.delayed(for_this_process(_load))(what) for _ in range(many))) as there:
            yield
            for _ in there:
                pass

    def done(
        self, calls: Sequence[tuple[Callable[..., Found], *tuple[Any, ...]]]
    ) -> Generator[tuple[int, Found, float], None, None]:
        """What calls give, each with its number and the seconds it took, as they are done, in any order."""
        if not calls:
            return
        folder = self.cache if self.cluster is None else self.cluster.cache
        content = None if self.cache is None and self.cluster is None else project_content()
        workers = joblib.Parallel(
            n_jobs=min(joblib.cpu_count() if self.jobs < 0 else self.jobs, len(calls)),
            return_as="generator_unordered",
            batch_size=1,
        )
        one = for_this_process(do) if self.cluster is None else do
        with closing(
            workers(joblib.delayed(one)(i, call, folder, content) for i, call in enumerate(calls))
        ) as arriving:
            for number, found, seconds, told in arriving:
                if self.cluster is None:
                    self.known.hear(told)
                yield number, found, seconds


def _load(_: Callable[..., Any]) -> None:
    """Nothing is done: who is sent a function has loaded where it stands."""


_AT_WORK = threading.Lock()
"""One column at a time in a process: a worker of a cluster may have several threads, but one cache in use."""


def do(
    number: int, call: tuple[Callable[..., Found], *tuple[Any, ...]], cache: Path | None, content: str | None
) -> tuple[int, Found, float, Told]:
    """Do one piece of work. content: what the process must hold that does it, since what it finds is kept as being of that (None:
    whatever it holds). Raises OtherVersion."""
    begun, (what, *asked) = time.perf_counter(), call
    if content is not None and content != project_content():
        raise OtherVersion(
            "A worker has another version of the project than the process that asks it. Leave the sources as they are while "
            "columns are judged, start the workers of a cluster anew, and run this again."
        )
    with _AT_WORK:
        known = use_where_possible(cache)
        with looked_for_afterwards():
            found = what(*asked)
        return number, found, time.perf_counter() - begun, known.told
