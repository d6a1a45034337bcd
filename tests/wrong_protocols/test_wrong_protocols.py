"""Each wrong protocol is refuted by the property named for it; the right one is not."""

from functools import cache

import pytest

from model.protocol import PROTOCOL
from proofs.check import Scope, check
from proofs.verdict import REFUTED, Verdict
from tests.wrong_protocols.changes import Wrong
from tests.wrong_protocols.protocols import PROTOCOLS

each = pytest.mark.parametrize("wrong", PROTOCOLS, ids=lambda wrong: wrong.name)


def judged(wrong: Wrong, vms: int, *, changed: bool = True) -> Verdict:
    network = wrong.change(PROTOCOL) if changed else PROTOCOL
    (verdict,) = check(wrong.column, [wrong.refuted_by], Scope(vms=vms), network=network)
    return verdict


@cache
def judged_right(wrong: Wrong) -> Verdict:
    return judged(wrong, wrong.vms, changed=False)


@each
def test_is_refuted(wrong: Wrong) -> None:
    found = judged(wrong, wrong.vms)
    assert found.verdict == REFUTED, f"{wrong.says} {wrong.refuted_by} says {found.verdict}: {found.reason}"
    assert found.run is not None
    assert found.length == wrong.length
    if wrong.repeats is None:
        assert found.run.loop is None
    else:
        assert found.run.loop == wrong.length - wrong.repeats


@each
def test_the_right_protocol_is_not_refuted(wrong: Wrong) -> None:
    assert judged_right(wrong).verdict != REFUTED


@pytest.mark.parametrize("wrong", [w for w in PROTOCOLS if w.vms > 1], ids=lambda wrong: wrong.name)
def test_takes_as_many_vms_as_it_says(wrong: Wrong) -> None:
    assert judged(wrong, wrong.vms - 1).verdict != REFUTED


def test_the_rest_of_the_protocol_is_left_as_it_was() -> None:
    tables = {name: actor.moves for name, actor in PROTOCOL.actors.items()}
    events = dict(PROTOCOL.events)
    for wrong in PROTOCOLS:
        changed = wrong.change(PROTOCOL)
        assert {n for n, a in changed.actors.items() if a.moves != tables[n]} | {
            n for n, e in changed.events.items() if e != events[n]
        }, f"{wrong.name} changes nothing"
    assert {name: actor.moves for name, actor in PROTOCOL.actors.items()} == tables
    assert dict(PROTOCOL.events) == events


def test_there_are_enough_of_them() -> None:
    assert len({wrong.name for wrong in PROTOCOLS}) == len(PROTOCOLS) >= 24
