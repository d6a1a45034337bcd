"""What steers random runs: starts in which an aim is to be had, and plans that come there. Counted in steps, never in seconds."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from model.notation import Shape
from model.sorts import adapter, disk
from proofs.sample.board import rows_of
from proofs.sample.machine import Sampled, machine_for
from proofs.sample.promises import Promises
from proofs.sample.settings import Setup, all_aims, defaults, possible_starts
from proofs.sample.steer import Guide
from proofs.sample.tally import Tally
from proofs.sample.walk import Begin, Walk
from proofs.sample.within import within_of
from proofs.verdicts.columns import ALL_FAULTS, BASE
from proofs.world.world import Column
from tests.sampled.protocol import NETWORK
from tests.sampled.usual import USUAL

DEEP = {
    "image_rolled_back": 23,
    "roll_back_fails": 23,
    "post_snapshot_failed": 24,
    "backup_completed": 40,
    "network_updated": 40,
}
"""Events far from any start, each with the steps within which it is steered to."""


def begin(column: Column, vms: int, **others: str) -> Begin:
    forms = (Shape({"disk": 1, "adapter": 1}),) * vms
    first = defaults(NETWORK, forms)
    wanted = USUAL | others
    return Begin(column, forms, {(name, at): wanted.get(name, state) for (name, at), state in first.items()}, first)


def fits(vms: int, *faults: str) -> Begin:
    """VMs that fit Child VM Snapshot, on whose ports a switch is there."""
    return begin(Column(frozenset(faults)), vms, recovery="FAILS", switch="THERE", port="OLD")


def test_a_part_starts_as_its_owner_lets_it() -> None:
    """What must hold at the start joins a port with its VM's power: asked without the VM, no adapter had a switch that is there."""

    def of_adapters(power: str) -> set[str]:
        return {one["switch"] + " " + one["port"] for one in possible_starts(NETWORK, adapter, (("power", power),))}

    assert of_adapters("RUNNING") == {"THERE OLD", "NONE NONE", "GONE NONE"}
    assert of_adapters("GONE") == {"THERE NONE", "NONE NONE", "GONE NONE"}
    assert list(possible_starts(NETWORK, disk, (("power", "RUNNING"),))) == [{}]


@pytest.mark.parametrize("vms", [1, 2])
@pytest.mark.parametrize("aim", DEEP)
def test_what_is_far_is_steered_to(aim: str, vms: int) -> None:
    walk = Walk(NETWORK, fits(vms, "roll_back_fails") if "fail" in aim else fits(vms))
    guide, pick = Guide(walk), Random(0)
    while not walk.seen[aim] and len(walk.steps) < DEEP[aim] * vms:
        walk.take(walk.board.acts[pick.choice(guide.towards(aim))])
    assert walk.seen[aim]


def test_what_no_start_of_this_kind_comes_to_is_no_aim() -> None:
    old = within_of(NETWORK, begin(BASE, 1, system="WINDOWS_2000", integration="NOT_INSTALLED"))
    assert not old.reaches("image_rolled_back")
    assert old.plan("image_rolled_back") == frozenset()
    assert within_of(NETWORK, fits(1)).reaches("image_rolled_back")
    assert not within_of(NETWORK, fits(1)).reaches("switch_gone"), "a fault that is not tolerated"


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_was_within_reach(seed: int) -> None:
    """Of a run at random, with all faults: every event of it, and every row that it took."""
    walk = Walk(NETWORK, Begin(ALL_FAULTS, (first := fits(2)).shapes, first.starts))
    within, pick = within_of(NETWORK, walk.begin), Random(seed)
    known = {row for rows in rows_of(NETWORK) for row in rows}
    rows = 0
    for _ in range(120):
        taken = walk.take(walk.board.acts[pick.choice(sorted(walk.possible))])
        assert within.reaches(taken.act[0])
        for row in known.intersection(walk.rows(taken)):
            assert within.reaches(row), str(row)
            rows += 1
    assert rows >= 100


def drawn_runs() -> list[tuple[Any, ...]]:
    """What each of some runs began with, was steered by and did."""
    found: list[tuple[Any, ...]] = []

    class Noted(Sampled):
        def teardown(self) -> None:
            if hasattr(self, "walk"):
                begin = self.walk.begin
                found.append((begin.column, sorted(begin.starts.items()), self.plan, tuple(self.walk.steps)))

    asked = Setup(NETWORK, USUAL, columns=(BASE, ALL_FAULTS) * 60, aims=all_aims(NETWORK), mixed=True)
    base = machine_for("Drawn", asked, lambda column: Promises(()), Tally(NETWORK, steering=False))
    limits = settings(max_examples=20, stateful_step_count=4, deadline=None, derandomize=True, database=None)
    run_state_machine_as_test(type("Drawn", (Noted, base), {}), settings=settings(limits, phases=[Phase.generate]))
    return found


def test_runs_are_the_same_whatever_modules_are_loaded(tmp_path: Path) -> None:
    """Hypothesis prefers the numbers that it reads in them: the same runs came to other events where other tests ran before."""
    before = drawn_runs()
    file = tmp_path / "numbers.py"
    file.write_text(f"NUMBERS = {list(range(100, 1_000))} + {[2**k for k in range(10, 32)]}\n", "utf-8")
    spec = importlib.util.spec_from_file_location("numbers_of_no_test", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        assert drawn_runs() == before
    assert len({plan for _, _, plan, _ in before}) >= 10
