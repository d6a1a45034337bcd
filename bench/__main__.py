"""Measure everything in one run, next to SPIN where it is installed: `make bench`, or `python -m bench --help`.

Each measurement is a process of its own, so that its memory is its own. Writes docs/benchmark.json, the page docs/benchmark.md
and its plots, and prints the table of targets.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench import conformance, page
from bench.spin.measured import measured
from bench.spin.run import FLAT, available, build, search
from bench.spin.run import version as spin_version
from proofs.answers.cache import versions

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
SHADOWPROOF = Path(sys.executable).with_name("shadowproof")
Result = dict[str, Any]


class BenchError(RuntimeError):
    """A measurement went wrong; the message says which."""


def ours(name: str, **given: object) -> Result:
    """One piece of our work in a process of its own: what it found, its seconds, and the most memory it had."""
    done = measured([sys.executable, "-m", "bench.work", name, json.dumps(given)], ROOT)
    if done.status:
        raise BenchError(f"{name} {given}: {done.output.strip().splitlines()[-1]}")
    found: Result = json.loads(done.output.strip().splitlines()[-1])
    return {**given, **found, "wall": done.seconds, "peak_bytes": done.peak_bytes}


def command(*arguments: str, statuses: Sequence[int] = (0,)) -> float:
    """Seconds by the clock of our own command."""
    done = measured([str(SHADOWPROOF), *arguments], ROOT)
    if done.status not in statuses:
        raise BenchError(f"shadowproof {' '.join(arguments)}: exit status {done.status}: {done.output[-300:]}")
    return done.seconds


def by_spin(source: Path | str, vms: int, states: int, folder: Path, n: int | None = None) -> Result | None:
    """The same by SPIN, every state, without reduction; None where it is not installed."""
    if available() is not None:
        return None
    built = build(source, folder, "full", n=n)
    found = search(built, states=states)
    return {
        "vms": vms, "states": found.states - 1, "transitions": found.transitions, "errors": found.errors,
        "seconds": found.seconds, "wall": found.wall, "compile_seconds": built.seconds, "peak_bytes": found.peak_bytes,
    }  # fmt: skip


def small_protocol(most: int) -> Result:
    """The small protocol, VMs kept apart: SPIN, numpy and numba, one after the other."""
    found: Result = {"spin": [], "numpy": [], "numba": []}
    for vms in range(3, most + 1):
        for engine in ("numpy", "numba"):
            found[engine].append(ours("visited", protocol="small", vms=vms, engine=engine, apart=True))
        states = found["numpy"][-1]["states"]
        with tempfile.TemporaryDirectory() as folder:
            if (other := by_spin(FLAT, vms, states, Path(folder), n=vms)) is not None:
                found["spin"].append(other)
    for engines in zip(*(rows for rows in found.values() if rows), strict=True):
        if len({row["states"] for row in engines}) > 1:
            raise BenchError(f"engines count differently: {engines}")
    return found


def interchangeable(most: int) -> list[Result]:
    """The small protocol up to swapping VMs."""
    return [ours("visited", protocol="small", vms=n, engine="numba", apart=False) for n in range(2, most + 1, 2)]


def full_protocol(most: int) -> Result:
    """The full protocol's slice of an invariant: apart by numpy, interchangeable by numba, and SPIN on our own export."""
    found: Result = {"apart": [], "interchangeable": [], "spin": [], "plain": []}
    for vms in range(1, most + 1):
        apart = ours("visited", protocol="full", vms=vms, engine="numpy", apart=True)
        found["apart"].append(apart)
        found["interchangeable"].append(ours("visited", protocol="full", vms=vms, engine="numba", apart=False))
        if vms <= 2:
            found["plain"].append(ours("plain", protocol="full", vms=vms, apart=True))
        with tempfile.TemporaryDirectory() as folder:
            text = Path(folder) / "full.pml"
            more = ours("export", vms=vms, file=str(text))
            other = by_spin(text, vms, apart["states"], Path(folder) / "spin")
        if other is not None:
            other["states"] += 1 - more["more_states"]
            other["transitions"] -= more["more_transitions"]
            if (other["states"], other["transitions"]) != (apart["states"], apart["steps"]):
                raise BenchError(f"SPIN counts differently: {other} and {apart}")
            found["spin"].append(other)
    return found


RULE = Path("model") / "actors" / "power.py"
ROW, CHANGED = (f'on("vm_saved", {states}, P.SAVED)' for states in ("P.RUNNING | P.PAUSED", "P.RUNNING"))
"""A row that is changed: a paused VM is not saved any more, and the writer waits for it for ever."""


def verify_again() -> Result:
    """`shadowproof verify` with nothing remembered, when nothing has changed since, and with one rule changed since, as `--watch`
    asks; with nothing remembered and no solvers; and what it tells at a glance."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as copy:
        asked = ("verify", "--cache", folder)
        first, again = command(*asked), min(command(*asked) for _ in range(2))
        changed = _changed(Path(copy), *asked, "--no-solvers")
    alone = command("verify", "--no-solvers", "--no-cache")
    glance = min(command("verify", "--glance") for _ in range(2))
    return {"first": first, "again": again, "changed": changed, "without_solvers": alone, "glance": glance}


def _changed(copy: Path, *asked: str) -> float:
    """Seconds by the clock of a command in a copy of the project in which one rule says something else."""
    for part in ("model", "properties", "proofs", "conformance", "shadowproof", "examples"):
        shutil.copytree(ROOT / part, copy / part)
    rule = copy / RULE
    if ROW not in (text := rule.read_text("utf-8")):
        raise BenchError(f"{RULE} has no row {ROW} that could be changed")
    rule.write_text(text.replace(ROW, CHANGED), "utf-8")
    done = measured([sys.executable, "-m", "shadowproof", *asked], copy)
    if done.status != 1:
        raise BenchError(f"with a rule changed: exit status {done.status}, not 1: {done.output[-300:]}")
    return done.seconds


def mutants(*rule: str) -> Result:
    """`shadowproof mutate`, nothing remembered: the mutants of one rule, as after a change of it, or of all."""
    return {"seconds": command("mutate", *(word for name in rule for word in ("--rule", name)))}


def host(vms: int = 500, kinds: int = 30) -> Result:
    """`shadowproof verify --inventory` of a large host, nothing remembered."""
    with tempfile.TemporaryDirectory() as folder:
        made = ours("host_file", folder=folder, vms=vms, kinds=kinds)
        done = measured([str(SHADOWPROOF), "verify", "--inventory", made["file"], "--no-cache"], ROOT)
        if done.status not in {0, 1}:  # what is refuted is refuted in the time that it takes
            raise BenchError(f"verify --inventory: exit status {done.status}: {done.output[-300:]}")
        return {"vms": vms, "kinds": kinds, "seconds": done.seconds, "peak_bytes": done.peak_bytes}


def start_up() -> Result:
    """`shadowproof --help`, five times."""
    return {"seconds": statistics.median(command("--help") for _ in range(5))}


def growth() -> Result:
    """How cost grows: in rules (faults tolerated together), and in configurations (disks of a VM)."""
    return {
        "rules": [ours("by_rules", faults=n) for n in range(0, 9, 2)],
        "configurations": [ours("by_configurations", disks=n, reduce=True) for n in range(1, 5)],
        "every_configuration": [ours("by_configurations", disks=n, reduce=False) for n in range(2)],
    }


def sections(quick: bool) -> dict[str, Callable[[], object]]:
    """What is measured, in this order."""
    return {
        "start_up": start_up,
        "small": lambda: small_protocol(5 if quick else 6),
        "interchangeable": lambda: interchangeable(8 if quick else 10),
        "full": lambda: full_protocol(3 if quick else 4),
        "diagram": lambda: [ours("diagram", vms=n) for n in (10, 50, 200, 1000)],
        "unreduced": lambda: ours("unreduced"),
        "each_configuration": lambda: None if quick else ours("each_configuration"),
        "random": lambda: ours("random_steps", steps=500),
        "host": host,
        "diagnose": conformance.diagnosed,
        "requester": conformance.judged,
        "replay": lambda: conformance.replayed(100_000),
        "growth": growth,
        "matrix": lambda: ours("matrix"),
        "pairs": lambda: None if quick else ours("matrix", pairs=True),
        "solvers": lambda: ours("with_solvers"),
        "verify": verify_again,
        "mutants_of_a_rule": lambda: mutants("vm_saved"),
        "mutants": lambda: None if quick else mutants(),
    }


def measured_when(before: Result | None, today: Result, only: Sequence[str]) -> Result:
    """What all was measured with, and when; what was measured anew since, and when."""
    if before is None:
        return today
    day = f"{today['date']} (Python {today['versions']['python']})"
    return {**before, "since": {**before.get("since", {}), **dict.fromkeys(only, day)}}


def python() -> str:
    """Which Python this is: one that a distribution built, with profiles, takes a sixth less time than one built by hand."""
    return platform.python_version() + (", the system's own" if sys.base_prefix == "/usr" else "")


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--quick", action="store_true", help="leave out the largest sizes (minutes, and 4 GiB for SPIN)"
    )
    parser.add_argument("--only", metavar="NAME", action="append", help="measure only this; the rest stays as it was")
    parser.add_argument("--out", type=Path, default=DOCS, help="the folder of the page (default: docs)")
    given = parser.parse_args()
    work = sections(given.quick)
    unknown = [name for name in given.only or () if name not in work]
    if unknown:
        parser.error(f"there is nothing called {unknown[0]}: use {', '.join(work)}")
    kept = given.out / "benchmark.json"
    before: Result = json.loads(kept.read_text("utf-8")) if given.only and kept.is_file() else {}
    results: Result = before.get("results", {})
    console, measured_now, problems = Console(stderr=True), list[str](), list[str]()
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    ) as progress:  # fmt: skip
        bar = progress.add_task("measuring", total=len(given.only or work))
        for name in given.only or work:
            progress.update(bar, description=name)
            try:
                results[name] = work[name]()
                measured_now.append(name)
            except (BenchError, conformance.CommandFailed) as problem:
                problems.append(f"{name}: {problem}")  # what else was measured is kept
            progress.update(bar, advance=1)
    tools = {name: version for name, version in versions().items() if name != "sources"} | {"python": python()}
    today = {"date": date.today().isoformat(), "cores": os.cpu_count(), "versions": tools, "spin": spin_version()}
    if measured_now:
        anew = measured_now if given.only else ()
        page.write(given.out, {"measured": measured_when(before.get("measured"), today, anew), "results": results})
        print(page.table_text(results))
    if problems:
        sys.exit("".join(f"bench: {one}\n" for one in problems).rstrip())


if __name__ == "__main__":
    main()
