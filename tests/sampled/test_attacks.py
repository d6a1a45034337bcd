"""Each wrong protocol falls to random runs, by the property named for it, or is listed as beyond them; the right one does not.

A few are set upon each time, all of them at night.
"""

from __future__ import annotations

import pytest

from model.protocol import PROTOCOL
from tests.conftest import PROFILE
from tests.sampled.attacks import ALL, Target, attacked, breaks, of_wrong, target
from tests.wrong_protocols.changes import Wrong
from tests.wrong_protocols.three_vms import ThreeVms

ROUNDS = 60
"""Of the nightly profile: ten runs each, of 80 steps at most."""

BEYOND_RANDOM_REACH: dict[str, int] = {}
"""Wrong protocols that no run of the nightly profile refutes, each with the length of the shortest run that would."""

EACH_TIME = (
    "MET-4-overlooked", "vms-that-are-off-are-not-published", "thaw-before-the-copies", "link-always",
    "files-before-the-other-writer", "seen-by-way-of-another",
)  # fmt: skip
AT_NIGHT = pytest.mark.skipif(PROFILE != "nightly", reason="set HYPOTHESIS_PROFILE=nightly")

WITHIN_REACH = [wrong for wrong in ALL if wrong.name not in BEYOND_RANDOM_REACH]
FEW = [wrong for wrong in WITHIN_REACH if wrong.name in EACH_TIME]


def falls(wrong: Wrong | ThreeVms, rounds: int, **others: bool) -> None:
    found = target(wrong)
    machine, tally = attacked(found, rounds, **others)
    assert machine is not None, (
        f"{wrong.says} {tally.runs} runs did not see it; the shortest run takes {found.depth} steps"
    )
    assert breaks(found, machine), "gone once more, this run breaks nothing"
    assert machine.failed is not None
    assert len(machine.failed[1]) >= found.depth - (getattr(wrong, "repeats", None) or 0), "shorter than the shortest"


@pytest.mark.parametrize("wrong", FEW, ids=lambda wrong: wrong.name)
def test_a_few_fall_each_time(wrong: Wrong | ThreeVms) -> None:
    falls(wrong, 8, derandomize=True)


@AT_NIGHT
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("wrong", WITHIN_REACH, ids=lambda wrong: wrong.name)
def test_each_falls_at_night(wrong: Wrong | ThreeVms) -> None:
    falls(wrong, ROUNDS)


@AT_NIGHT
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("wrong", [w for w in ALL if w.name in BEYOND_RANDOM_REACH], ids=lambda wrong: wrong.name)
def test_what_is_beyond_reach_is(wrong: Wrong | ThreeVms) -> None:
    machine, _ = attacked(target(wrong), ROUNDS)
    assert machine is None, "this one falls after all: take it off the list"


def test_the_list_is_of_wrong_protocols_with_their_depths() -> None:
    depths = {wrong.name: wrong.length for wrong in ALL}
    assert {name: depths.get(name) for name in BEYOND_RANDOM_REACH} == BEYOND_RANDOM_REACH
    assert {wrong.name for wrong in FEW} == set(EACH_TIME)
    assert len(depths) == len(ALL) >= 40


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(one, id=one.name, marks=[AT_NIGHT] if number else [])
        for number, one in enumerate([one for one in FEW if isinstance(one, Wrong)][:3])
    ],
)
def test_the_right_protocol_does_not_fall(wrong: Wrong) -> None:
    """The same runs on our protocol break nothing; all of them at night."""
    machine, tally = attacked(of_wrong(wrong, PROTOCOL), ROUNDS if PROFILE == "nightly" else 2, derandomize=True)
    assert machine is None
    assert tally.runs >= 20


def test_a_run_that_breaks_nothing_is_told_from_one_that_does() -> None:
    """`breaks` judges by itself: the run that refutes the wrong protocol, gone on the right one, is no refutation."""
    wrong = next(w for w in FEW if isinstance(w, Wrong) and w.name == "MET-4-overlooked")
    machine, _ = attacked(target(wrong), 8, derandomize=True)
    assert machine is not None
    right: Target = of_wrong(wrong, PROTOCOL)
    assert breaks(target(wrong), machine)
    assert not breaks(right, machine)
