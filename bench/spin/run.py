"""SPIN's side of the benchmark: make a verifier of a Promela text, run it, and read what it says.

The verifier is built as SPIN's manual advises for safety properties, and its numbers are printed in full (SPIN would round
them to eight digits). A text has one state of its own, from which the starts are chosen, so SPIN counts one state more than the
protocol has; and it counts that state and the choices among its transitions.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.spin.measured import Measured, measured

FLAT = Path(__file__).with_name("flat.pml")
"""The small backup protocol in one process."""

PROCESSES = Path(__file__).with_name("processes.pml")
"""The small backup protocol with one process a VM, which partial-order reduction likes."""

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "full": ("-DNOREDUCE",),
    "por": (),
    "collapse": ("-DNOREDUCE", "-DCOLLAPSE"),
}
"""Every state; only those that partial-order reduction leaves; every state, compressed."""

_COMPILER = "gcc"
_ALWAYS = ("-O2", "-w", "-DSAFETY")
_SMALLEST_TABLE, _LARGEST_TABLE = 16, 36
_ROUNDED, _IN_FULL = "%9.8g", "%9.0f"


class SpinFailed(RuntimeError):
    """SPIN, the compiler or the verifier could not do what it was asked; the message says what."""


@dataclass(frozen=True)
class Built:
    """A verifier, and how long SPIN and the compiler took to make it."""

    program: Path
    seconds: float


@dataclass(frozen=True)
class SpinRun:
    """What a verifier found. seconds: as it says itself; wall: by the clock, its start included; cpu: of work. peak_bytes: the
    most memory that it had."""

    states: int
    transitions: int
    depth: int
    errors: int
    seconds: float
    wall: float
    cpu: float
    peak_bytes: int


def available() -> str | None:
    """Why there is no SPIN side here; None: there is."""
    missing = [name for name in ("spin", "gcc") if shutil.which(name) is None]
    return f"{' and '.join(missing)} not found: install Debian's packages spin and gcc" if missing else None


def version() -> str | None:
    """What SPIN says of itself; None where it is missing."""
    program = shutil.which("spin")
    if program is None:
        return None
    return subprocess.run([program, "-V"], capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603 - SPIN


def build(
    source: Path | str, folder: Path, options: str = "full", *, n: int | None = None, memory: int = 20_000
) -> Built:
    """Make a verifier of a file, or of a text, in a folder of its own.

    n: the number of VMs, where the text leaves it open. memory: what it may take, in MiB. Raises SpinFailed.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    text = folder / "model.pml"
    text.write_text(source if isinstance(source, str) else source.read_text(encoding="utf-8"), encoding="utf-8")
    begun = time.perf_counter()
    _run("spin", ["-a", *([] if n is None else [f"-DN={n}"]), text.name], folder)
    verifier = folder / "pan.c"
    verifier.write_text(verifier.read_text(encoding="utf-8").replace(_ROUNDED, _IN_FULL), encoding="utf-8")
    _run(_COMPILER, [*_ALWAYS, *OPTIONS[options], f"-DMEMLIM={memory}", "-o", "pan", verifier.name], folder)
    return Built(folder / "pan", time.perf_counter() - begun)


def search(built: Built, *, states: int = 0, depth: int = 10_000) -> SpinRun:
    """Run a verifier to its end, or to the first error.

    states: as many as are expected, for a hash table with a place for each; if there are more, the verifier makes it larger.
    depth: the longest run that it may follow. Raises SpinFailed if it did not come to an end.
    """
    table = min(max(states.bit_length(), _SMALLEST_TABLE), _LARGEST_TABLE)
    return _read(measured([built.program, "-n", f"-m{depth}", f"-w{table}"], built.program.parent))


def _run(name: str, arguments: Sequence[str], folder: Path) -> None:
    program = shutil.which(name)
    if program is None:
        raise SpinFailed(available())
    done = subprocess.run(  # noqa: S603 - SPIN or the compiler, its arguments as a list
        [program, *arguments], cwd=folder, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        raise SpinFailed(f"{name} refuses the text: {_problem(done.stdout + done.stderr)}")


_STOPPED = ("max search depth too small", "reached -DMEMLIM", "out of memory", "hash table full", "VECTORSZ too small")


def _read(done: Measured) -> SpinRun:
    """The numbers in what a verifier writes."""
    said = done.output
    for stopped in _STOPPED:
        if stopped in said:
            raise SpinFailed(f"the verifier did not visit every state: {stopped}")
    return SpinRun(
        states=int(_number(r"^ *(\d+) states, stored", said)),
        transitions=int(_number(r"^ *(\d+) transitions \(= stored\+matched\)", said)),
        depth=int(_number(r"depth reached (\d+)", said)),
        errors=int(_number(r"errors: (\d+)", said)),
        seconds=float(_number(r"elapsed time (\S+) seconds", said)),
        wall=done.seconds,
        cpu=done.cpu_seconds,
        peak_bytes=done.peak_bytes,
    )


def _number(pattern: str, said: str) -> str:
    found = re.search(pattern, said, re.MULTILINE)
    if found is None:
        raise SpinFailed(f"the verifier says nothing of {pattern!r}: {_problem(said)}")
    return found.group(1)


def _problem(said: str) -> str:
    """The line that says what is wrong, or the last one."""
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["nothing was written"]
    return next((line for line in lines if "error" in line.lower()), lines[-1])
