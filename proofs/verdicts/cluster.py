"""A Dask cluster for joblib's own Dask backend: found within seconds or refused, and every worker of the same content as here.

Dask moves functions and results with pickle between the processes of a cluster, and runs what it is sent: it must be a cluster
of one's own, that nobody else can reach.
"""

from __future__ import annotations

import asyncio
import logging
import time
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib

from proofs.answers.column_cache import project_content

SECONDS = 4.0
"""How long a scheduler, and then its workers, may take to answer."""


class ClusterError(ValueError):
    """The cluster cannot be worked with; the message says why, and the remedy."""


@dataclass(frozen=True)
class Cluster:
    """A cluster that is connected to. client: a distributed.Client. cache: the folder in which each worker keeps what it
    judges (None: nowhere)."""

    address: str
    client: Any
    cache: Path | None = None

    @contextmanager
    def working(self) -> Iterator[None]:
        """Within, joblib's work is done by the cluster. Raises ClusterError if that goes away."""
        try:
            with joblib.parallel_config(backend="dask", client=self.client):
                yield
        except CancelledError:
            raise ClusterError(
                f"The scheduler at {self.address} went away. Start it and its workers again, and run this again."
            ) from None
        except _library().KilledWorker:
            raise ClusterError(
                f"Workers of {self.address} died again and again of the same work. Give them more memory, or set a smaller "
                "limit of states."
            ) from None


@contextmanager
def connected(address: str, *, cache: Path | None = None, seconds: float = SECONDS) -> Iterator[Cluster]:
    """The cluster whose scheduler is at `address`, with all its workers found to be of the same content as this process.
    Raises ClusterError."""
    distributed = _library()
    with _silent():
        _probe(address, seconds)
        try:
            with warnings.catch_warnings():  # that versions differ is for `_check_workers` to say
                warnings.simplefilter("ignore", distributed.versions.VersionMismatchWarning)
                client = distributed.Client(address, timeout=seconds, set_as_default=False)
        except (OSError, ValueError, ImportError) as problem:
            raise _no_scheduler(address, problem) from None
        try:
            _check_workers(address, client, seconds)
            yield Cluster(address, client, cache)
        finally:
            client.close(timeout=seconds)


def _library() -> Any:
    """The package distributed, which has no types. Raises ClusterError where the extra is not installed."""
    try:
        import distributed  # noqa: PLC0415 - an optional extra, and slow to import
    except ImportError:
        raise ClusterError(
            "A cluster takes the package distributed, which is not installed. Install it with: pip install 'shadowproof[cluster]'"
        ) from None
    return distributed


@contextmanager
def _silent() -> Iterator[None]:
    """What goes wrong is raised here, and said in one sentence; the library would log it as well, with its traceback."""
    logger = logging.getLogger("distributed")
    handlers = logger.handlers[:]
    logger.handlers[:] = [logging.NullHandler()]
    try:
        yield
    finally:
        logger.handlers[:] = handlers


def _probe(address: str, seconds: float) -> None:
    """Ask whoever answers there who it is. The library's client would wait without end for one that accepts and says nothing.
    Raises ClusterError."""
    try:
        said = asyncio.run(asyncio.wait_for(_identity(address, seconds), seconds))
    except Exception as problem:  # what is no scheduler may answer anything: every failure means the same
        raise _no_scheduler(address, problem) from None
    if said.get("type") != "Scheduler":
        raise ClusterError(f"At {address} is a {said.get('type')}, no scheduler. Give the scheduler's address.")


async def _identity(address: str, seconds: float) -> Mapping[str, Any]:
    asked = _library().core.rpc(address, timeout=seconds)
    try:
        said: Mapping[str, Any] = await asked.identity()
    finally:
        await asked.close_rpc()
    return said


def _no_scheduler(address: str, problem: Exception) -> ClusterError:
    why = str(problem) or "it does not answer"
    return ClusterError(
        f"There is no Dask scheduler at {address!r} ({why:.120}). Start one with: dask scheduler --host 127.0.0.1, and name it "
        "as tcp://HOST:PORT."
    )


def _check_workers(address: str, client: Any, seconds: float) -> None:
    """Raises ClusterError if there is nobody to work, or if somebody would judge another protocol, or with other engines."""
    until = time.monotonic() + seconds
    while (threads := sum(client.ncores().values())) < 2 and time.monotonic() < until:
        time.sleep(0.05)  # they may be about to come
    if not threads:
        raise ClusterError(
            f"The cluster at {address} has no workers. Start some with: dask worker {address} --nthreads 1 --nworkers 2"
        )
    if threads == 1:
        raise ClusterError(
            f"The cluster at {address} has one thread in all, and joblib would then work here in its place. Start another worker."
        )
    said: Mapping[str, object] = client.run(project_content, on_error="return")
    others = sorted(worker for worker, content in said.items() if content != project_content())
    if others:
        raise ClusterError(
            f"{len(others)} of {len(said)} workers have another version of the project than this one, or none, {others[0]} the "
            "first of them. Start them in the same checkout and environment as this."
        )
