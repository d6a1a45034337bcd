"""What every step uses up: each step of the closed set leads a machine on, and without any one rank some step does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest

from proofs.solvers.solvers import SAT, UNSAT, Answer, Answers, ask
from proofs.verdicts.columns import BASE
from proofs.views.proof import Closed
from proofs.why.argue import closed_for
from proofs.why.confirmed import confirmed_by
from proofs.why.ending import Ending, Rank, _Ending, ending_of, goes_on, ranks
from proofs.why.falling import Falling
from proofs.why.tables.free import NoReason
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Ends
from tests.helpers.nightly import nightly

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


def said(told: Ending, solvers: Sequence[str]) -> set[tuple[str, str]]:
    answers = ask(Falling(closed(), asked(), told), solvers)
    assert sum(one.kind == "rank" for one in answers.answers) > 100
    return {(one.kind, one.said) for one in answers.answers}


@pytest.mark.parametrize("solver", ["z3", pytest.param("cvc5", marks=nightly)])
def test_solvers_confirm_the_ranks_as_they_are_printed(solver: str) -> None:
    """Of the rules, for any number of VMs; not of the steps that the ranks were read off."""
    assert said(told(), [solver]) == {("start", UNSAT), ("step", UNSAT), ("rank", UNSAT)}


@pytest.mark.parametrize("number", [0, *(pytest.param(i, marks=nightly) for i in range(1, 4))])
def test_solvers_refuse_the_ranks_of_the_host_without_any_one(number: int) -> None:
    host = told().host
    assert len(host) == 4
    assert ("rank", SAT) in said(replace(told(), host=host[:number] + host[number + 1 :]), ["z3"])


@nightly
def test_solvers_refuse_the_ranks_of_a_vm_without_any_one() -> None:
    (staying,) = told().vms
    for number in range(len(staying.vm)):
        fewer = replace(staying, vm=staying.vm[:number] + staying.vm[number + 1 :])
        assert ("rank", SAT) in said(replace(told(), vms=(fewer,)), ["z3"])


def test_what_a_solver_does_not_confirm_is_no_argument() -> None:
    def answered(*words: str) -> Answers:
        answers = [Answer(solver, "rank", "host: e", word) for solver, word in zip(("z3", "cvc5"), words, strict=True)]
        return Answers(tuple(answers), {})

    assert confirmed_by(answered(UNSAT, UNSAT), "it") == (("z3", 1), ("cvc5", 1))
    with pytest.raises(NoReason, match="a solver does not confirm host: e of it"):
        confirmed_by(answered(SAT, SAT), "it")
    with pytest.raises(NoReason, match="cvc5 gave up on host: e of it"):
        confirmed_by(answered(UNSAT, "unknown"), "it")


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
