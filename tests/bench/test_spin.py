"""SPIN's side of the benchmark: our Promela is the small backup protocol to the last count, and SPIN's words are read right."""

from __future__ import annotations

import shutil
import sys
from functools import cache
from pathlib import Path

import pytest

from bench.spin import run
from bench.spin.measured import Measured, measured
from bench.spin.run import FLAT, PROCESSES, SpinFailed, available, build, search
from examples.small_backup import compiled
from proofs.search.plain import explore

pytestmark = pytest.mark.skipif(available() is not None, reason=available() or "")

FORMS = pytest.mark.parametrize("form", [FLAT, PROCESSES], ids=lambda form: form.stem)


@pytest.fixture(autouse=True)
def _quickly_compiled(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """What is compared here are counts: the compiler need not take its time, and is one that takes less where it is there. One test
    has that of the benchmark."""
    quick = tuple("-O0" if flag == "-O2" else flag for flag in run._ALWAYS)
    monkeypatch.setattr(run, "_ALWAYS", quick)
    if shutil.which("tcc") and request.function is not test_a_search_that_stops_early_is_no_result:
        monkeypatch.setattr(run, "_COMPILER", "tcc")


@cache
def by_the_explorer(vms: int) -> tuple[int, int]:
    """States and steps, VMs told apart."""
    found = explore(compiled(), vms, sort=False)
    return found.states, found.steps


@FORMS
@pytest.mark.parametrize("vms", [1, 2, 3, 4])
def test_counts_are_those_of_the_protocol(form: Path, vms: int, tmp_path: Path) -> None:
    """And one state more, from which each of the 5 ** N starts is a step."""
    found = search(build(form, tmp_path, n=vms))
    states, steps = by_the_explorer(vms)
    assert found.errors == 0
    assert found.states - 1 == states == 19**vms + 12**vms + 2 * 10**vms + 5 * 5**vms
    assert found.transitions - 1 - 5**vms == steps


@pytest.mark.parametrize(
    ("form", "options", "states", "transitions"),
    [(PROCESSES, "por", 11_001, 21_009), (FLAT, "por", 11_213, 24_249), (FLAT, "collapse", 11_213, 24_249)],
)
def test_options(form: Path, options: str, states: int, transitions: int, tmp_path: Path) -> None:
    """Partial-order reduction leaves fewer states, where what a VM does by itself can be told from what concerns others."""
    found = search(build(form, tmp_path, options, n=3))
    assert (found.states, found.transitions, found.errors) == (states, transitions, 0)
    assert "%9.8g" not in (tmp_path / "pan.c").read_text(encoding="utf-8"), "large numbers would be rounded"


WRONG = {
    "flat: a backup is good with one VM given back": (FLAT, "EVERY(IS_GOOD) -> assert", "IS_GOOD(0) -> assert"),
    "flat: an aborted backup is over too early": (FLAT, "EVERY(CLEAN) -> assert", "true -> assert"),
    "flat: any snapshot of a guest is accepted": (FLAT, "(recoverable##i -> READY : BAD)", "READY"),
    "flat: what is given back stays saved": (FLAT, "IS_READY(i) -> power##i = prior##i;", "IS_READY(i) ->"),
    "processes: a backup is good with one VM given back": (PROCESSES, "good == N -> phase", "good > 0 -> phase"),
    "processes: an aborted backup is over too early": (PROCESSES, "bad == N && changed == 0 ->", "true ->"),
    "processes: any snapshot of a guest is accepted": (PROCESSES, "{ recoverable ->", "{ true ->"),
    "processes: VMs are given back while the host freezes": (PROCESSES, "phase == GIVING_BACK", "phase >= FREEZING"),
}
"""A form, a rule of it, and the wrong rule in its place."""


@pytest.mark.parametrize(("form", "rule", "wrong"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_protocol_is_refuted(form: Path, rule: str, wrong: str, tmp_path: Path) -> None:
    text = form.read_text(encoding="utf-8")
    assert text.count(rule) == 1
    assert search(build(text.replace(rule, wrong), tmp_path, n=2)).errors == 1


def test_more_than_eight_digits_are_read_in_full() -> None:
    """What a verifier prints as 2.3998755e+08 unless it is told otherwise."""
    said = "depth reached 43, errors: 0\n239987546 states, stored\n239987547 transitions (= stored+matched)\n" \
           "pan: elapsed time 70.2 seconds\n"  # fmt: skip
    found = run._read(Measured(said, 0, 70.6, 70.0, 1))
    assert (found.states, found.transitions, found.seconds) == (239_987_546, 239_987_547, 70.2)
    with pytest.raises(SpinFailed, match="states, stored"):
        run._read(Measured(said.replace("239987546", "2.3998755e+08"), 0, 70.6, 70.0, 1))
    with pytest.raises(SpinFailed, match="nothing was written"):
        run._read(Measured("", 1, 0.0, 0.0, 1))


def test_a_search_that_stops_early_is_no_result(tmp_path: Path) -> None:
    built = build(FLAT, tmp_path, n=3, memory=9)
    with pytest.raises(SpinFailed, match="max search depth too small"):
        search(built, depth=5)
    with pytest.raises(SpinFailed, match="reached -DMEMLIM"):
        search(built, states=2**21)


@pytest.mark.parametrize(
    ("text", "says"),
    [("active proctype a() { x = 1 }", "undeclared variable: x"), (FLAT, "N is the number of VMs, from 1 to 7")],
)
def test_what_spin_refuses(text: str | Path, says: str, tmp_path: Path) -> None:
    with pytest.raises(SpinFailed, match=says):
        build(text, tmp_path)


def test_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert available() == "spin and gcc not found: install Debian's packages spin and gcc"
    with pytest.raises(SpinFailed, match="install Debian's packages"):
        build(FLAT, tmp_path, n=1)


def test_memory_is_the_programs_own(tmp_path: Path) -> None:
    """Not that of the process which starts it, which was as large for a while."""
    ours = b"x" * 200_000_000
    assert len(ours) == 200_000_000
    small = measured([sys.executable, "-S", "-c", "print('small')"], tmp_path)
    assert (small.output, small.status) == ("small\n", 0)
    assert small.peak_bytes < 50_000_000
    large = measured([sys.executable, "-S", "-c", "b'x' * 100_000_000; raise SystemExit(3)"], tmp_path)
    assert large.status == 3
    assert 100_000_000 < large.peak_bytes < 150_000_000
    assert large.cpu_seconds > 0


def test_what_cannot_be_started(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="cannot be started"):
        measured([tmp_path / "nothing"], tmp_path)
