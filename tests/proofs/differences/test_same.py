"""Views show that a change makes no difference for any number of VMs, or say why they do not."""

from __future__ import annotations

from examples.small_backup import NETWORK, H, R, phase, result, vm
from model.notation import every
from model.notation.changes import with_event
from proofs.differences.rules import Kind, changed
from proofs.differences.runs import search
from proofs.differences.same import why_not_the_same
from proofs.verdicts.columns import BASE
from tests.proofs.differences.prepared import elsewhere, strengthened, weakened, with_fault, without_actor

NEEDLESS = with_event(NETWORK, "snapshot_is_made", when=every(vm, result.is_(R.READY)))
"""A guard that holds whenever the event may happen, though not in every state of the machines."""


def test_a_guard_that_holds_wherever_it_is_asked_makes_no_difference() -> None:
    rules = changed(NETWORK, NEEDLESS)
    assert [(rule.name, rule.kind) for rule in rules] == [("snapshot_is_made", Kind.LESS)]
    done = search(NETWORK, NEEDLESS, rules, BASE)
    assert (done.differences, done.closed) == ((), True)
    assert why_not_the_same(NETWORK, NEEDLESS, rules, BASE) == ""
    assert why_not_the_same(NEEDLESS, NETWORK, changed(NEEDLESS, NETWORK), BASE) == ""


def test_a_change_that_makes_a_difference_is_never_called_the_same() -> None:
    for head in (weakened(), strengthened(), elsewhere()):
        assert "is different on a view" in why_not_the_same(NETWORK, head, changed(NETWORK, head), BASE)


def test_where_it_takes_two_vms_views_see_the_difference_and_a_search_of_one_does_not() -> None:
    """Of one VM, some and every say the same."""
    head = with_event(NETWORK, "snapshot_is_made", when=~every(vm, result.is_(R.READY)) | phase.is_(H.FREEZING))
    assert why_not_the_same(NETWORK, head, changed(NETWORK, head), BASE) == ""
    lone = with_event(NETWORK, "backup_is_done", when=~every(vm, ~result.is_(R.GOOD)))
    rules = changed(NETWORK, lone)
    assert search(NETWORK, lone, rules, BASE).differences == ()
    assert "is different on a view" in why_not_the_same(NETWORK, lone, rules, BASE)


def test_what_it_cannot_be_asked_of_is_said() -> None:
    for head, why in ((with_fault(), "guest_hangs is new"), (without_actor(), "only one side has recovery")):
        assert why in why_not_the_same(NETWORK, head, changed(NETWORK, head), BASE)
