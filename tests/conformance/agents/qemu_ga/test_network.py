"""The network of QEMU's agent: every rule is cited, every event happens, and without a fault every promise holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.agents.judged import judged
from conformance.agents.qemu_ga.machines import Command, Told, told, wants
from conformance.agents.qemu_ga.network import NETWORK
from conformance.agents.qemu_ga.promises import PROMISES
from conformance.agents.qemu_ga.rules import RULES
from model.notation import Shape, happens, implies
from proofs.search.plain import explore
from proofs.world.world import Column
from properties.kinds import always, fired
from tests.helpers.networks.whole import compiled_whole

TOGETHER: tuple[frozenset[str], ...] = (
    frozenset(),
    frozenset({"channel_dirty", "host_does_not_sync"}),
    frozenset({"host_gives_up"}),
    frozenset({"mounts_change", "mounts_cover", "cover_left_out", "cover_taken_for_thawed", "detached_forgotten"}),
    frozenset({"others_freeze", "busy_taken_for_frozen"}),
    frozenset({"hook_fails", "hook_forgotten", "cannot_be_frozen", "table_unreadable"}),
    frozenset({"cannot_be_thawed", "failure_taken_for_thawed", "left_forgotten"}),
    frozenset({"state_file_refused", "agent_killed", "agent_told_to_end"}),
)
"""Faults that are looked at together: all of them at once have many more states, and show no other event."""

AT_HOME = Column(frozenset({"cannot_be_frozen", "cannot_be_thawed", "table_unreadable", "hook_fails"}))


def test_every_rule_is_cited() -> None:
    assert {name for event in NETWORK.events.values() for name in event.by} == RULES.keys()


def test_every_event_happens_to_a_guest_with_one_file_system() -> None:
    left = set(NETWORK.events)
    for faults in TOGETHER:
        wanted = {name: happens(name) for name in left if NETWORK.events[name].fault in {None, *faults}}
        compiled = compiled_whole(NETWORK, [Shape({})], Column(faults))
        left -= explore(compiled, 1, steps=wanted, until=dict.fromkeys(wanted)).hits.keys()
    assert left == set()
    assert frozenset().union(*TOGETHER) == NETWORK.faults.keys()


def broken(*faults: str) -> set[str]:
    """The promises that do not hold with these faults, for any number of file systems."""
    found = judged(NETWORK, Column(frozenset(faults)), PROMISES.values())
    return {name for name, one in found.items() if not one.holds}


def test_where_nothing_goes_wrong_every_promise_holds_for_any_number_of_file_systems() -> None:
    """But one, which a type that cannot be frozen breaks by itself."""
    found = judged(NETWORK, Column(frozenset({"cannot_be_frozen", "hook_fails"})), PROMISES.values())
    assert {name for name, one in found.items() if not one.holds} == {"nothing-written-is-left-out"}
    assert {name for name, one in found.items() if not one.exercised} == set()


def test_one_failure_in_the_guest_breaks_nothing_and_two_leave_a_failed_freeze_frozen() -> None:
    assert broken("cannot_be_thawed", "hook_fails") == broken("table_unreadable") == {"nothing-written-is-left-out"}
    left = {"nothing-written-is-left-out", "failed-freeze-leaves-nothing", "failed-is-so-at-rest"}
    assert broken("cannot_be_frozen", "cannot_be_thawed") == broken("cannot_be_frozen", "table_unreadable") == left


@pytest.mark.parametrize(
    "patience", [frozenset(), frozenset({"host_gives_up", "channel_dirty"})], ids=["waits", "gives up"]
)
def test_a_host_that_asks_for_its_number_takes_no_late_answer_for_another(patience: frozenset[str]) -> None:
    """By a closed set; and one that goes on without asking is noticed."""
    promise = PROMISES["answers-are-to-what-was-asked"]
    assert judged(NETWORK, Column(patience), [promise])[promise.name].holds
    careless = judged(NETWORK, Column(patience | {"host_gives_up", "host_does_not_sync"}), [promise])[promise.name]
    assert careless.run is not None


def test_what_a_host_has_asked_to_freeze_or_to_thaw_it_knows_nothing_of_until_it_is_answered() -> None:
    same = always(
        "A host that waits for an answer believes nothing.",
        implies(wants.is_(Command.FREEZE | Command.LIST | Command.THAW), told.is_(Told.NOTHING)),
        shows="GA-1",
        witness=fired("says_frozen"),
    )
    found = judged(NETWORK, AT_HOME, [replace(same, name="waits")])["waits"]
    assert (found.holds, found.exercised) == (True, True)
