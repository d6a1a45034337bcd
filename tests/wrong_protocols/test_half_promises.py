"""A property that promises two things notices when either is broken: each of these once passed."""

import pytest

from model.protocol import PROTOCOL
from proofs.check import Scope, check
from proofs.verdict import HOLDS, NOT_EXERCISED, REFUTED, Verdict
from properties.catalogue import PROPERTIES
from properties.kinds import Possible
from tests.wrong_protocols.changes import Wrong
from tests.wrong_protocols.half_promises import BROKEN, OUT_OF_REACH

LIMIT = 500_000
"""States in one search: far more than any of these takes."""

each = pytest.mark.parametrize("wrong", [*BROKEN, *OUT_OF_REACH], ids=lambda wrong: wrong.name)


def judged(wrong: Wrong, *, right: bool = False) -> Verdict:
    network = None if right else wrong.change(PROTOCOL)
    scope = Scope(vms=wrong.vms, proofs=True, counts=False, limit=LIMIT)
    (found,) = check(wrong.column, [wrong.refuted_by], scope, network=network)
    return found


@each
def test_the_other_half_is_noticed(wrong: Wrong) -> None:
    found = judged(wrong)
    assert found.verdict == REFUTED, f"{wrong.says} {wrong.refuted_by} says {found.verdict}: {found.reason}"
    assert (found.length or 0) == wrong.length


@each
def test_the_right_protocol_keeps_it(wrong: Wrong) -> None:
    found = judged(wrong, right=True)
    assert found.verdict in {HOLDS, NOT_EXERCISED}, found.reason


def test_both_kinds_are_there() -> None:
    assert len({wrong.name for wrong in (*BROKEN, *OUT_OF_REACH)}) == len(BROKEN) + len(OUT_OF_REACH) >= 30
    assert all(isinstance(PROPERTIES[wrong.refuted_by], Possible) for wrong in OUT_OF_REACH)
    assert not any(isinstance(PROPERTIES[wrong.refuted_by], Possible) for wrong in BROKEN)
