"""Where an argument breaks: held against another network, a table names the event and the row; against its own, none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model.notation import build
from proofs.verdicts.columns import BASE
from proofs.why.tables.breaking import Break, breaks_of, on_the_run, phases_of
from tests.proofs.why.test_reasons import EVENTS, PORT, TINY, crew, load, quay, trip
from tests.proofs.why.test_table import table


@pytest.mark.parametrize("name", TINY)
def test_of_its_own_network_no_event_leads_out(name: str) -> None:
    assert breaks_of(PORT, BASE, TINY[name], table(name)) == []


@pytest.mark.parametrize(("name", "event"), [("sails-loaded", "boarded"), ("sails-loaded", "sailed")])
def test_a_guard_that_is_gone_is_where_it_breaks(name: str, event: str) -> None:
    """Without the rule that a crew boards a boat that is loaded, or that a boat sails manned."""
    when = {"boarded": quay.is_(quay.enum["OPEN"]), "sailed": quay.is_(quay.enum["OPEN"])}[event]
    changed = build(
        (quay, load, crew, trip), [replace(one, when=when) if one.name == event else one for one in EVENTS], ()
    )
    broken = breaks_of(changed, BASE, TINY[name], table(name))
    assert {one.event for one in broken} == {event}
    assert all(one.moved and one.to for one in broken)


@pytest.mark.parametrize("name", TINY)
def test_the_phases_are_those_of_the_table(name: str) -> None:
    """Each host state of the table is in one phase, and each phase has some, and some VM."""
    made, found = table(name), list(phases_of(table(name)))
    assert sorted(host for phase in found for host in phase.hosts) == sorted(made.order)
    assert all(phase.hosts and phase.vms for phase in found)


def test_what_a_run_takes_is_told_first() -> None:
    one, two, three = (Break(name, 1, 0, (), ()) for name in ("one", "two", "three"))
    assert [found.event for found in on_the_run([one, two, three], ["start", "three", "two"])] == [
        "three",
        "two",
        "one",
    ]
