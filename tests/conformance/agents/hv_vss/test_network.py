"""The channel's network: every rule is cited, every event happens, and the driver keeps to one request at a time."""

from __future__ import annotations

from dataclasses import replace

from conformance.agents.hv_vss.machines import Asked, Driver, asked, driver
from conformance.agents.hv_vss.network import NETWORK
from conformance.agents.hv_vss.rules import RULES
from conformance.agents.judged import judged
from model.notation import Shape, happens, iff
from proofs.search.plain import explore
from proofs.world.world import Column
from properties.kinds import always, fired
from tests.helpers.networks.whole import compiled_whole

ANYTHING = Column(frozenset(NETWORK.faults))
OF_THE_LINE = Column(frozenset({"timer_fires", "driver_unloaded", "guest_sleeps", "agent_killed"}))


def test_every_rule_is_cited() -> None:
    assert {name for event in NETWORK.events.values() for name in event.by} == RULES.keys()


def test_every_event_happens_to_a_guest_with_one_file_system() -> None:
    wanted = {name: happens(name) for name in NETWORK.events}
    compiled = compiled_whole(NETWORK, [Shape({})], ANYTHING)
    assert explore(compiled, 1, steps=wanted, until=dict.fromkeys(wanted)).hits.keys() == NETWORK.events.keys()


def test_a_request_is_outstanding_just_while_the_driver_has_it_whatever_becomes_of_the_line() -> None:
    """For any number of file systems, by a closed set; and a driver that forgot to clear it would be noticed."""
    same = always(
        "A request is outstanding just while it is with the agent.",
        iff(driver.is_(Driver.REQUESTED), ~asked.is_(Asked.NOTHING)),
        shows="CH-1",
        witness=fired("says_frozen"),
    )
    found = judged(NETWORK, OF_THE_LINE, [replace(same, name="one-at-a-time")])["one-at-a-time"]
    assert (found.holds, found.exercised) == (True, True)
    wrong = replace(same, name="wrong", term=iff(driver.is_(Driver.READY), ~asked.is_(Asked.NOTHING)))
    assert not judged(NETWORK, Column(), [wrong])["wrong"].holds
