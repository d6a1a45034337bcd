"""What a change says: each of the prepared ones is told as what it is."""

from __future__ import annotations

from examples.small_backup import NETWORK, H, P, R, power, result, vm
from model.notation import Network, Term, build, every
from model.notation.changes import with_event
from proofs.differences.rules import Kind, changed
from tests.proofs.differences.prepared import (
    elsewhere,
    refactored,
    strengthened,
    weakened,
    with_fault,
    with_faults,
    with_reading,
    without_actor,
)


def test_a_network_is_as_itself() -> None:
    assert changed(NETWORK, NETWORK) == []


def test_a_refactoring_says_the_same_in_other_words() -> None:
    found = {one.name: one.kind for one in changed(NETWORK, refactored())}
    assert found == dict.fromkeys(("vm_saved", "vm_given_back", "vm_undone"), Kind.WORDS)


def test_a_weakened_rule_and_a_strengthened_one_are_told_apart() -> None:
    (more,) = changed(NETWORK, weakened())
    assert (more.name, more.kind, more.by) == ("vm_given_back", Kind.MORE, ("SB-8",))
    assert "no longer needs that phase is giving back" in more.what
    (less,) = changed(NETWORK, strengthened())
    assert (less.name, less.kind) == ("vm_saved", Kind.LESS)
    assert "now needs that prior is running" in less.what
    (again,) = changed(strengthened(), NETWORK)
    assert again.kind is Kind.MORE


def test_a_move_that_leads_elsewhere_names_its_machine() -> None:
    (one,) = changed(NETWORK, elsewhere())
    assert (one.kind, one.machines) == (Kind.LEADS, ("power",))
    assert any(text.startswith("power in off, running, paused, saved: goes to off (was: ") for text in one.what)


def test_a_new_reading_and_a_new_fault_change_their_rules_only() -> None:
    (aborts,) = changed(NETWORK, with_reading())
    assert (aborts.name, aborts.kind) == ("host_aborts", Kind.LESS)
    (hangs,) = changed(NETWORK, with_fault())
    assert (hangs.name, hangs.kind) == ("guest_hangs", Kind.NEW)
    (gone,) = changed(with_fault(), NETWORK)
    assert (gone.name, gone.kind) == ("guest_hangs", Kind.GONE)


def test_of_an_actor_that_is_gone_every_rule_says_so() -> None:
    found = {one.name: one for one in changed(NETWORK, without_actor())}
    assert found["recoverable_snapshot_taken"].kind is Kind.MORE
    assert any("it is nothing to it" in text for text in found["vm_undone"].what)
    assert found["guest_snapshot_refused"].kind is Kind.LESS


def test_what_hangs_on_quantifiers_counts_as_another_rule() -> None:
    """Nobody says here that every VM that is ready is one that is ready or bad."""
    wider = with_event(NETWORK, "all_vms_are_ready", when=every(vm, result.is_(R.READY | R.BAD)))
    (one,) = changed(NETWORK, wider)
    assert one.kind is Kind.OTHERWISE
    assert H.FREEZING.name in NETWORK.actors["phase"].states


def test_what_a_fault_keeps_from_coming_is_a_rule() -> None:
    base, head = with_faults("guest_freezes", ""), with_faults("", "guest_freezes")
    assert changed(base, base) == []
    found = [(rule.name, rule.kind, rule.what) for rule in changed(base, head)]
    assert found == [("fault one", Kind.SILENCES, ("no longer keeps guest freezes from coming",)),
                     ("fault other", Kind.SILENCES, ("now keeps guest freezes from coming",))]  # fmt: skip


def test_what_every_vm_starts_with_is_a_rule() -> None:
    def starting(*terms: Term) -> Network:
        return build(NETWORK.actors.values(), NETWORK.events.values(), (), terms)

    awake = power.is_(P.RUNNING)
    (found,) = changed(starting(*NETWORK.at_start), starting(*NETWORK.at_start, awake))
    assert (found.name, found.kind, found.machines) == ("every vm", Kind.STARTS, ("power",))
    assert found.what == ("now needs that power is running",)
    (words_only,) = changed(starting(awake), starting(~~awake & (awake | power.is_(P.PAUSED))))
    assert words_only.kind is Kind.WORDS
    assert changed(starting(awake), starting(awake)) == []
