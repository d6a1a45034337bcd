"""What every step uses up: each step of the closed set leads a machine on, and without any one rank some step does not."""

from __future__ import annotations

from functools import cache

import pytest

from proofs.verdicts.columns import BASE
from proofs.views.proof import Closed
from proofs.why.argue import closed_for
from proofs.why.ending import Ending, Rank, _Ending, ending_of, goes_on, ranks
from proofs.why.tables.free import NoReason
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Ends

NAME = "every-session-ends"


@cache
def closed() -> Closed:
    return closed_for(watched(), BASE, PROPERTIES[NAME])


@cache
def asked() -> Ends:
    (found,) = closed().members
    assert isinstance(found, Ends)
    return found


@cache
def told() -> Ending:
    return ending_of(closed(), asked())


def test_every_step_leads_on() -> None:
    engine = _Ending(closed(), asked())
    of_host, of_vm = engine._edges()
    assert len(of_host) > 50
    assert all(goes_on(told().host, engine.hosts, edge) for edge in of_host)
    (staying,) = told().vms
    steps = [edge for edges in of_vm.values() for edge in edges]
    assert len(steps) > 50
    assert all(goes_on(staying.vm, engine.vms, edge) for edge in steps)


def test_no_rank_can_be_dropped() -> None:
    engine = _Ending(closed(), asked())
    of_host, of_vm = engine._edges()
    steps = [edge for edges in of_vm.values() for edge in edges]
    for ranks_, names, edges in ((told().host, engine.hosts, of_host), (told().vms[0].vm, engine.vms, steps)):
        for i in range(len(ranks_)):
            fewer = ranks_[:i] + ranks_[i + 1 :]
            assert not all(goes_on(fewer, names, edge) for edge in edges)


def test_a_rank_that_is_turned_round_is_noticed() -> None:
    engine = _Ending(closed(), asked())
    of_host, _ = engine._edges()
    for i, rank in enumerate(told().host):
        turned = (*told().host[:i], Rank(rank.machine, rank.states[::-1]), *told().host[i + 1 :])
        assert not all(goes_on(turned, engine.hosts, edge) for edge in of_host)


def test_the_host_goes_on_alone_or_waits_for_events() -> None:
    assert 0 < told().alone < told().hosts
    assert told().waits
    assert all(waiting.events and waiting.where for waiting in told().waits)


def test_in_a_circle_nothing_is_used_up() -> None:
    there, back = (("A", "X"), ("B", "X")), (("B", "Y"), ("A", "X"))
    on = (("B", "X"), ("B", "Y"))
    assert [rank.machine for rank in ranks(("one", "two"), [there, on])] == ["one", "two"]
    with pytest.raises(NoReason, match="no order of machines"):
        ranks(("one", "two"), [there, on, back])
