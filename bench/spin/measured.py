"""Run a program in a process of its own, and say how long it took and how much memory it had at most.

The system tells a parent the largest size that a child ever had, and counts what the child was before it became the program:
a copy of the parent. So the program is started by a small process, which is this file run as a script.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measured:
    """What a program wrote (errors included), its exit status, seconds by the clock and of work, and the most memory that it
    had, in bytes (never less than the small process that starts it, some 10 million)."""

    output: str
    status: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int


def measured(arguments: Sequence[str | Path], folder: Path) -> Measured:
    """Run a program in a folder until it ends. OSError if it cannot be started."""
    command = [sys.executable, "-I", "-S", str(Path(__file__).resolve()), *map(str, arguments)]
    started = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - this file
    if started.returncode:
        raise OSError(f"{arguments[0]} cannot be started: {started.stderr.strip().splitlines()[-1]}")
    return Measured(**json.loads(started.stdout))


def _start(arguments: Sequence[str]) -> Measured:
    """Run a program, the only child that this process ever has."""
    begun = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - the program that the benchmark asked for, its arguments as a list
        arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False
    )
    seconds = time.perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Measured(done.stdout, done.returncode, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


if __name__ == "__main__":
    json.dump(asdict(_start(sys.argv[1:])), sys.stdout)
