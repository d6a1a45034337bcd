"""Servers of our own: an honest one does all that the text asks, and nothing else; each liar is found out, and shrinks."""

from __future__ import annotations

from functools import partial

import pytest

from conformance.agents.asked import Ask, Told
from conformance.agents.drawn import Tally
from conformance.agents.fsrvp import rules
from conformance.agents.fsrvp.network import ENVIRONMENT, OF_THE_AGENT
from conformance.agents.fsrvp.pair import Pair, number_of
from conformance.agents.fsrvp.run import FSRVP
from conformance.agents.held import draw
from conformance.agents.lockstep import Disagreement, Disturbance
from tests.conformance.agents.fsrvp.scripted import COMMITTED, EXPOSED, RECOVERED, Honest, Kept, Set
from tests.conformance.agents.scripted import Scripted

AROUND = frozenset(fault.name for fault in ENVIRONMENT) | {"dropped_unclean"}
"""What a store cannot delete is left when its set is dropped: no server can help that."""


def test_an_honest_server_needs_none_of_what_the_protocol_does_not_ask_for() -> None:
    tally = Tally()
    assert draw(FSRVP, Scripted(partial(Honest, Kept())), 400, tally, shrink=False, faults=AROUND) is None
    assert tally.sessions >= 400
    seldom = (
        "set_aborted",
        "set_dropped",
        "context_set_again",
        "commit_failed",
        "recovery_completed",
        "set_emptied",
        "other_client_refused",
    )
    assert min(tally.events[name] for name in seldom) >= 3
    assert tally.broken.keys() <= {
        "no-snapshot-unknown", "whole-or-gone", "in-progress-is-timed", "in-progress-has-a-context",
    }  # fmt: skip


class AbortsNothing(Honest):
    def does_to(self, one: Set, asked: Ask) -> None:
        if asked.call != rules.ABORT:
            super().does_to(one, asked)


class AbortsHalf(Honest):
    def deletes(self, number: int, asked: Ask, only: int | None = None) -> None:
        if asked.call != rules.ABORT:
            super().deletes(number, asked, only)


class StartsTwo(Honest):
    @property
    def in_progress(self) -> list[int]:
        return []


class StartsWithoutContext(Honest):
    def starts(self, asked: Ask) -> None:
        self.context = True
        super().starts(asked)


class CommitsNothing(Honest):
    def commits(self, one: Set, asked: Ask) -> None:
        one.status = COMMITTED


class ExposesTooEarly(Honest):
    def does_to(self, one: Set, asked: Ask) -> None:
        if asked.call == rules.EXPOSE:
            one.status = EXPOSED
        super().does_to(one, asked) if asked.call != rules.EXPOSE else None


class RefusesAll(Honest):
    def does_to(self, one: Set, asked: Ask) -> None:
        self.refuses(rules.BAD_STATE)


class ForgetsSets(Honest):
    def __init__(self, kept: Kept) -> None:
        super().__init__(kept)
        self.sets = {}


class WaitsForEver(Honest):
    def does(self, asked: Ask) -> None:
        if asked.call >= 0:
            super().does(asked)


class RefusesAndDeletes(Honest):
    def starts(self, asked: Ask) -> None:
        refused = bool(self.in_progress)
        if refused:
            self.sets.clear()
        self.needs(not refused, rules.IN_PROGRESS)
        super().starts(asked)


class SaysAnotherError(Honest):
    def refuses(self, error: int) -> Set:  # type: ignore[override]  # a liar
        return super().refuses(rules.INVALID)


class MakesTwo(Honest):
    def commits(self, one: Set, asked: Ask) -> None:
        super().commits(one, asked)
        self.kept.snapshots.append((asked.set, one.shares[0]))


class IsDone(Honest):
    """After a set is recovered it says so again and again."""

    def needs(self, fact: bool, error: int = rules.BAD_STATE) -> None:  # type: ignore[override]  # a liar
        if not any(one.status == RECOVERED for one in self.sets.values()):
            super().needs(fact, error)


LIARS: dict[type[Honest], str] = {
    AbortsNothing: "undone, and it is not: abort_ignored is a fault",
    AbortsHalf: "set_aborted needs|knows of the sets",
    StartsTwo: "set started: set_started needs",
    StartsWithoutContext: "a set is started without a context: context_left is a fault",
    CommitsNothing: "set_committed needs",
    ExposesTooEarly: "set exposed: status blocks set_exposed",
    RefusesAll: "refuses with 0x80042301: add_refused needs",
    ForgetsSets: "does not know of a set any more: set_forgotten is a fault",
    WaitsForEver: "nothing is dropped: timer_fires_idly needs",
    RefusesAndDeletes: r"knows of the sets \[\], and in the machines there are \[0\]",
    SaysAnotherError: "should with 0x80042501",
    MakesTwo: "a snapshot is made: snapshot_made needs|a snapshot is made: snapshot blocks",
    IsDone: "recovery_completed|blocks|needs",
}


def backed_up(pair: Pair) -> None:
    """A set as it should be, with what should be refused on the way; one that is undone; one that is kept over a start, and dropped."""
    calls = ("sets_context", "starts", "adds", "prepares", "starts", "exposes", "commits", "exposes", "asks_mapping", "has_recovered",
             "has_recovered", "starts", "deletes_mapping", "prepares")  # fmt: skip
    for what in ("agent_starts", *(f"client_{name}" for name in calls)):
        pair.happens(Disturbance(what, number_of(0)))
    again = ("sets_context", "starts", "adds", "commits", "aborts", "sets_context", "starts", "adds", "commits")
    for number, name in enumerate(again):
        pair.happens(Disturbance(f"client_{name}", number_of(1 if number < 5 else 2)))
    for what in ("agent_killed", "agent_starts", "client_sets_context", "client_waits", "client_waits"):
        pair.happens(Disturbance(what))
    pair.go()


@pytest.mark.parametrize(("liar", "said"), LIARS.items(), ids=lambda one: getattr(one, "__name__", ""))
def test_a_liar_is_found_out(liar: type[Honest], said: str) -> None:
    faults = frozenset(fault.name for fault in ENVIRONMENT)
    pair = Pair(Scripted(partial(liar, Kept())), (0,), faults=faults)
    with pytest.raises(Disagreement, match=said):
        backed_up(pair)


def test_the_honest_one_is_not() -> None:
    pair = Pair(Scripted(partial(Honest, Kept())), (0,), faults=frozenset(fault.name for fault in ENVIRONMENT))
    backed_up(pair)
    names = [name for name, _ in pair.machines.acts]
    assert {
        "start_refused",
        "expose_refused",
        "recovery_refused",
        "set_emptied",
        "prepare_refused",
        "set_aborted",
        "set_committed",
    } <= set(names)
    assert pair.machines.broken.keys() == {"in-progress-is-timed", "in-progress-has-a-context"}


def test_a_disagreement_shrinks_to_what_it_takes() -> None:
    own = frozenset(fault.name for fault in OF_THE_AGENT)
    found = draw(
        FSRVP, Scripted(partial(AbortsNothing, Kept())), 300, Tally(), faults=frozenset(FSRVP.network.faults) - own
    )
    assert found is not None
    assert [one.name for one in found.happened] == [
        "agent_starts",
        "client_sets_context",
        "client_starts",
        "client_aborts",
    ]
    assert found.systems == (0,)


def test_what_is_no_answer_is_a_disagreement() -> None:
    class Mumbles(Honest):
        def told(self, asked: Ask, status: int) -> Told:
            return _Mumbled(status, (), frozenset())

    with pytest.raises(Disagreement, match="no answer of a server"):
        backed_up(Pair(Scripted(partial(Mumbles, Kept())), (0,)))


class _Mumbled(Told):
    def line(self) -> bytes:
        return b"well"
