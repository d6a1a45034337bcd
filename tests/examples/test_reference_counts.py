"""The reference protocol has known counts for one to seven VMs: SPIN finds them in our Promela, and our engines find them too.

SPIN goes as far as six VMs: seven would take it some 80 GB. There two of our own engines stand against the formula: the visit
of every state, one bit a state, and the diagram (`tests/proofs/many_vms/test_many_vms.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.spin import run as bench
from examples import small_backup
from proofs.counts.tables import Tables
from proofs.counts.visit import visit
from proofs.export.promela import promela
from proofs.many_vms.closure import reach
from properties.kinds import Always
from tests.helpers.nightly import nightly
from tests.helpers.spin import asserted, needs_spin

KNOWN = {
    1: (76, 86),
    2: (830, 1_244),
    3: (11_212, 24_123),
    4: (174_182, 512_110),
    5: (2_940_556, 11_087_009),
    6: (52_109_990, 239_971_920),
    7: (950_094_172, 5_161_616_815),
}
"""States and transitions of so many VMs, told apart: counted by others' tools before ours."""

ASKED = [one for one in small_backup.PROPERTIES.values() if isinstance(one, Always)]


def formula(vms: int) -> int:
    states: int = 19**vms + 12**vms + 2 * 10**vms + 5 * 5**vms
    return states


def test_the_formula_gives_the_known_states() -> None:
    assert len(ASKED) == len(small_backup.PROPERTIES) == 4
    assert {vms: formula(vms) for vms in KNOWN} == {vms: states for vms, (states, _) in KNOWN.items()}


@needs_spin
@pytest.mark.parametrize("vms", [*range(1, 5), pytest.param(5, marks=nightly)])
def test_by_spin(vms: int, tmp_path: Path) -> None:
    made = promela(small_backup.compiled(), vms, ASKED)
    found = asserted(made.text, tmp_path, places=KNOWN[vms][0])
    assert (found.states - made.more_states, found.transitions - made.more_transitions) == KNOWN[vms]
    assert found.failures == 0


@nightly
@pytest.mark.slow
@pytest.mark.timeout(3_000)
@needs_spin
def test_six_by_spin(tmp_path: Path) -> None:
    """With all four properties asserted; takes some 4 GB."""
    made = promela(small_backup.compiled(), 6, ASKED)
    found = bench.search(bench.build(made.text, tmp_path), states=KNOWN[6][0], depth=1_000_000)
    assert (found.states - made.more_states, found.transitions - made.more_transitions) == KNOWN[6]
    assert found.errors == 0


@pytest.mark.parametrize("vms", KNOWN)
def test_by_diagram(vms: int) -> None:
    found = reach(small_backup.compiled(), vms)
    assert (found.states, found.steps) == KNOWN[vms]
    assert all(found.holds(one.term) for one in ASKED)


@nightly
@pytest.mark.slow
@pytest.mark.timeout(3_000)
@pytest.mark.parametrize("vms", [6, 7])
def test_every_state_visited(vms: int) -> None:
    """Kept apart by the compiled search: half a gigabyte and some minutes for seven VMs."""
    pytest.importorskip("numba")
    look = {one.name: ~one.term for one in ASKED}
    found = visit(Tables(small_backup.compiled()), vms, apart=True, look=look, engine="numba")
    assert (found.states, found.steps) == KNOWN[vms]
    assert (found.depth, found.hits) == (5 * vms + 6, {})
