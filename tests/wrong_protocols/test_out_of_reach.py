"""Where something cannot happen that is said to be possible, the search of all states says so; of the right protocol it finds a run."""

import pytest

from model.protocol import PROTOCOL
from proofs.answers.verdict import HOLDS, REFUTED, Verdict
from proofs.verdicts.check import check
from proofs.world.scope import Scope
from tests.wrong_protocols.changes import Wrong
from tests.wrong_protocols.protocols import OUT_OF_REACH

LIMIT = 500_000
"""States in one search: far more than any of these takes."""

each = pytest.mark.parametrize("wrong", OUT_OF_REACH, ids=lambda wrong: wrong.name)


def judged(wrong: Wrong, *, right: bool = False) -> Verdict:
    network = None if right else wrong.change(PROTOCOL)
    scope = Scope(vms=wrong.vms, proofs=True, counts=False, limit=LIMIT)
    (found,) = check(wrong.column, [wrong.refuted_by], scope, network=network)
    return found


@each
def test_no_run_reaches_it(wrong: Wrong) -> None:
    found = judged(wrong)
    assert found.verdict == REFUTED, f"{wrong.says} {wrong.refuted_by} says {found.verdict}: {found.reason}"
    assert found.run is None
    assert not wrong.length


@each
def test_a_run_of_the_right_protocol_does(wrong: Wrong) -> None:
    found = judged(wrong, right=True)
    assert found.verdict == HOLDS, found.reason
    assert found.run is not None
