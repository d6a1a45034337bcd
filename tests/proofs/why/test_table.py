"""Tables: both solvers confirm them as they are printed; without any one row, or line of a row, they do not; and what is left free
is free."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from proofs.solvers.solvers import UNSAT
from proofs.verdicts.columns import BASE
from proofs.views.proof import Closed, closed_groups
from proofs.why.tables.build import confirmed, table_for
from proofs.why.tables.claims import breaks, close_for
from proofs.why.tables.free import NoReason, Rules
from proofs.why.tables.localise import localised, own_machines
from proofs.why.tables.needed import Needed, Phase
from proofs.why.tables.table import Table
from proofs.why.tables.views import Localised
from proofs.why.tables.widen import phases
from properties.catalogue import PROPERTIES, watched
from tests.helpers.networks.tiny import HARBOUR
from tests.helpers.nightly import nightly
from tests.proofs.why.test_reasons import PORT, TINY, TestNoReason

LONG = "back-in-prior-state"
AT_NIGHT = [
    pytest.param(name, marks=nightly)
    for name in ("no-partial-backup", "auto-recovery-required", "no-vm-left-saved", LONG)
]
HEADLINE = ["not-all-means-failure", *AT_NIGHT]
"""By day the one whose table is worked out soonest."""
each = pytest.mark.parametrize("name", [*TINY, *HEADLINE])


@cache
def closed_for(name: str) -> Closed:
    network, asked = (PORT, TINY[name]) if name in TINY else (watched(), PROPERTIES[name])
    for whole in (False, name == LONG):
        (found,) = closed_groups(network, BASE, [asked], whole=whole)
    assert isinstance(found, Closed)
    return found


@cache
def table(name: str) -> Table:
    return table_for(closed_for(name))


def refused(name: str, changed: Table) -> bool:
    return bool(confirmed(closed_for(name), changed, ["z3"]).refused)


@each
def test_both_solvers_confirm_the_table_as_it_is_printed(name: str) -> None:
    answers = confirmed(closed_for(name), table(name))
    assert {answer.solver for answer in answers.answers} == {"z3", "cvc5"}
    assert {answer.said for answer in answers.answers} == {UNSAT}


def test_the_limit_is_looked_at_for_each_effect_of_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """2026-11-29: looked at once a state of the host, in which one promise took minutes that nothing bounded."""
    closed = closed_for("given-back-as-noted")
    (found,) = closed.members
    of = localised(Rules(closed.views.compiled), found, closed.views).of
    closure, looked, done, effects = close_for(of, found), list[int](), list[int](), Localised.effects

    def counted(self: Localised, *given: Any) -> Iterator[Any]:
        for one in effects(self, *given):
            done.append(1)
            yield one

    monkeypatch.setattr(Localised, "effects", counted)
    monkeypatch.setattr(Rules, "in_time", lambda _: looked.append(1))
    assert breaks(closure, found) is None
    assert len(looked) >= len(done) > 0


@each
def test_no_row_can_be_dropped(name: str) -> None:
    """Without any one of its rows a table does not hold at the start, or some event leads out of it."""
    found = table(name)
    assert found.rows
    for number in range(len(found.rows)):
        assert refused(name, found.without(number))


@each
def test_no_line_of_a_row_can_be_dropped(name: str) -> None:
    found = table(name)
    for number, row in enumerate(found.rows):
        for i in range(len(row.vms)) if len(row.vms) > 1 else ():
            fewer = replace(row, vms=row.vms[:i] + row.vms[i + 1 :])
            assert refused(name, replace(found, rows=(*found.rows[:number], fewer, *found.rows[number + 1 :])))


@each
def test_nothing_can_be_said_less(name: str) -> None:
    """A row in which a VM may be anything breaks the promise, or lets an event lead out of the table: unless it says so already."""
    found = table(name)
    for number, row in enumerate(found.rows):
        if all(any(cells) for cells in row.vms):
            anything = replace(row, vms=(tuple(() for _ in found.vms),))
            assert refused(name, replace(found, rows=(*found.rows[:number], anything, *found.rows[number + 1 :])))


@pytest.mark.parametrize("name", [*TINY, *HEADLINE])
def test_no_machine_can_be_left_free(name: str) -> None:
    """What a promise does not speak of is looked at only where it does not follow without."""
    (asked,) = closed_for(name).members
    rules = Rules(closed_for(name).views.compiled)
    of = localised(rules, asked, closed_for(name).views).of
    assert breaks(close_for(of, asked), asked) is None
    for machine in of.kept - own_machines(rules, asked):
        assert breaks(close_for(Localised(rules, of.kept - {machine}), asked), asked) is not None


@pytest.mark.parametrize("name", [*TINY, *HEADLINE[:2]])
def test_every_rule_that_is_named_is_needed(name: str) -> None:
    """With the rules of an event that are told, and without its others, the event leads where it is told; without one more it leads
    out of the table."""
    (asked,) = closed_for(name).members
    rules = Rules(closed_for(name).views.compiled)
    of = localised(rules, asked, closed_for(name).views).of
    found = [Phase(tuple(hosts), vms) for vms, hosts in phases(close_for(of, asked)).items()]
    needed, named = Needed(of, asked, found), 0
    for lead in needed.leads():
        (one,) = [h for h in rules.happenings if h.event.name == lead.event and h.member is None]
        forbidding = [label for label in needed.rules_of(one)[0] if label not in lead.rules]
        assert needed.goes(one, lead.phase, frozenset(forbidding))
        for label in lead.rules:
            named += 1
            assert not needed.goes(one, lead.phase, frozenset([*forbidding, label]))
    assert named


@pytest.mark.parametrize("name", HEADLINE)
def test_a_headline_promise_is_argued_on_one_screen(name: str) -> None:
    found = table(name)
    assert sum(len(row.vms) for row in found.rows) + len(found.never) <= 12


def test_of_what_does_not_hold_there_is_no_table() -> None:
    """2026-11-29: the views of all machines break it, so no machine is left to be looked at."""
    (found,) = closed_groups(HARBOUR, BASE, [TestNoReason.never])
    assert isinstance(found, Closed)
    with pytest.raises(NoReason, match="does not follow"):
        table_for(found)
