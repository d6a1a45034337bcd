"""Views show that a change makes no difference for any number of VMs, or say why they do not."""

from __future__ import annotations

from examples.small_backup import NETWORK, H, R, phase, result, vm
from model.notation import HOST, Actor, Network, Term, build, event, every, on, some
from model.notation.changes import with_event
from model.notation.terms import In
from proofs.differences.rules import Kind, changed
from proofs.differences.runs import search
from proofs.differences.same import why_not_the_same
from proofs.verdicts.columns import BASE
from tests.helpers.networks.random_networks import Two
from tests.helpers.networks.tiny import boat
from tests.proofs.differences.prepared import elsewhere, strengthened, weakened, with_fault, with_faults, without_actor

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


def test_machines_that_are_changed_together_are_not_asked_one_by_one() -> None:
    """With either changed alone the other still blocks: only both together make the difference, which takes two boats."""

    def network_of(when: Term) -> Network:
        place = Actor("place", Two, of=boat, starts=Two.A, says="Where it is.").table(on("go", Two.A, Two.B))
        turned = [Actor(name, Two, of=HOST, starts=Two.A, says="Turned.") for name in ("one", "two")]
        for one in turned:
            one.table(on("turn", Two.A, Two.B, when=when))
        events = [*event("go", at=boat, by="T-1", says="Go."), *event("turn", at=HOST, by="T-1", says="Turn.")]
        return build([place, *turned], events)

    away = In("place", frozenset({"B"}))
    base, head = network_of(every(boat, away)), network_of(some(boat, away))
    rules = changed(base, head)
    assert [(rule.name, rule.machines) for rule in rules] == [("turn", ("one", "two"))]
    assert search(base, head, rules, BASE).differences == ()
    assert (
        why_not_the_same(base, head, rules, BASE)
        == "turn moves several machines otherwise (one, two), which are asked one by one"
    )


def test_what_it_cannot_be_asked_of_is_said() -> None:
    cases = (
        (with_fault(), "guest_hangs is new"),
        (without_actor(), "only one side has recovery"),
    )
    for head, why in cases:
        assert why in why_not_the_same(NETWORK, head, changed(NETWORK, head), BASE)
    base, swapped = with_faults("", ""), with_faults("", "", swapped=True)
    assert "happens to another, or by another fault" in why_not_the_same(base, swapped, changed(base, swapped), BASE)
    silent = with_faults("guest_freezes", "")
    assert why_not_the_same(base, silent, changed(base, silent), BASE) == "fault one keeps other events from coming"
