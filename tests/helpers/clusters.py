"""A scheduler and workers of a Dask cluster as processes of their own, on the loopback interface only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LOOPBACK = ("--host", "127.0.0.1", "--no-dashboard")
SECONDS = 600
"""After which a test that hangs leaves nothing running."""


@contextmanager
def scheduler(folder: Path) -> Iterator[str]:
    """A scheduler; yields its address."""
    told = folder / "scheduler.json"
    command = [
        "dask_scheduler",
        *LOOPBACK,
        "--port",
        "0",
        "--scheduler-file",
        str(told),
        "--idle-timeout",
        str(SECONDS),
    ]
    with _running(command, ROOT, folder / "scheduler.txt") as process:
        yield str(json.loads(_written(told, process))["address"])


@contextmanager
def worker(address: str, folder: Path, name: str, *, root: Path | None = ROOT, threads: int = 1) -> Iterator[None]:
    """A worker that takes the project from `root` (None: it has none of its own; the installed one serves)."""
    command = [
        "dask_worker", address, *LOOPBACK, "--no-nanny", "--nthreads", str(threads), "--memory-limit", "0",
        "--local-directory", str(folder / name), "--name", name, "--death-timeout", str(SECONDS),
    ]  # fmt: skip
    with _running(command, root, folder / f"{name}.txt"):
        yield


@contextmanager
def cluster(folder: Path, names: Sequence[str] = ("one", "two")) -> Iterator[str]:
    """A scheduler with workers of these names; yields its address."""
    with ExitStack() as stack:
        address = stack.enter_context(scheduler(folder))
        for name in names:
            stack.enter_context(worker(address, folder, name))
        workers(address, len(names))
        yield address


def workers(address: str, number: int) -> list[str]:
    """The addresses of a cluster's workers, once there are so many."""
    import distributed  # two seconds, which whoever only collects tests need not wait for

    client: Callable[..., Any] = distributed.Client
    with client(address, set_as_default=False) as asking:
        asking.wait_for_workers(number, timeout=None)
        return list(asking.ncores())


@contextmanager
def _running(command: Sequence[str], root: Path | None, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if root is not None:
        environment["PYTHONPATH"] = str(root)
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{command[0]}", *command[1:]],
            cwd=log.parent,
            env=environment,
            stdout=out,
            stderr=out,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _written(path: Path, process: subprocess.Popen[bytes]) -> str:
    """What a process writes to a file, once it is there."""
    while process.poll() is None:
        text = path.read_text("utf-8") if path.exists() else ""
        if text.rstrip().endswith("}"):
            return text
        time.sleep(0.02)
    raise TimeoutError(f"{path} was not written")
