"""Agents of our own: an honest one does all that the protocol asks, and nothing else; each liar is found out."""

from __future__ import annotations

import struct
from collections.abc import Generator
from functools import cache

import pytest

from conformance.agents import calls
from conformance.agents.calls import Answer, Call
from conformance.agents.drawn import Tally
from conformance.agents.held import draw
from conformance.agents.hv_vss.network import ENVIRONMENT
from conformance.agents.hv_vss.pair import Pair
from conformance.agents.hv_vss.rules import MESSAGE, OK, THAW
from conformance.agents.hv_vss.run import HV_VSS
from conformance.agents.lockstep import Disagreement, Disturbance
from tests.conformance.agents.hv_vss.scripted import Honest
from tests.conformance.agents.scripted import Scripted

AROUND = frozenset(fault.name for fault in ENVIRONMENT) - {"agent_killed"}
"""A new process knows nothing of what a killed one froze."""
OF_THE_LINE = {"timer_fires", "driver_unloaded", "guest_sleeps"}

THAWS = AROUND - {"cannot_be_thawed"}
FAILS = AROUND - OF_THE_LINE | {"einval_taken_for_thawed"}
"""No kernel is known to call what is frozen invalid: an agent that is told so, and loses its line, cannot know."""


@pytest.mark.parametrize(
    ("faults", "seldom", "kept"),
    [(THAWS, "thawed_unheard", {"failed-freeze-leaves-nothing"}), (FAILS, "thaw_fails", set())],
    ids=["lines are lost", "thawing fails"],
)
def test_an_honest_agent_needs_none_of_what_the_protocol_does_not_ask_for(
    faults: frozenset[str], seldom: str, kept: set[str]
) -> None:
    tally = Tally()
    assert draw(HV_VSS, Scripted(Honest), 400, tally, shrink=False, faults=faults) is None
    assert len(tally.different) >= 150
    assert min(tally.events[name] for name in ("says_frozen", "says_freeze_failed", "says_thawed", seldom)) >= 1
    assert not tally.broken.keys() & {"nothing-frozen-without-an-agent", "nothing-forgotten-at-reset", *kept}


class SaysFrozen(Honest):
    def freeze(self) -> Generator[Call, Answer, bool]:
        yield from self.listed()
        return True


class LeavesOneOut(Honest):
    def listed(self) -> Generator[Call, Answer, list[str] | None]:
        return ((yield from super().listed()) or [])[:-1]


class SaysThawed(Honest):
    def thaw(self) -> Generator[Call, Answer, bool]:
        yield Call(calls.LOOK, "/nothing")
        self.frozen.clear()
        return True


class SaysNothing(Honest):
    def serve(self) -> Generator[Call, Answer, None]:
        while True:
            yield Call(calls.WAIT)
            yield Call(calls.READ, number=MESSAGE)


class FailsAndLeavesFrozen(Honest):
    def freeze(self) -> Generator[Call, Answer, bool]:
        yield from super().freeze()
        return False


class FreezesAtThaw(Honest):
    def reply(self, well: bool, read: bytes) -> bytes:
        return super().reply(well, read)

    def thaw(self) -> Generator[Call, Answer, bool]:
        yield Call(calls.CONTROL, number=0, control=calls.FREEZES)
        return True


class EchoesWrongly(Honest):
    def reply(self, well: bool, read: bytes) -> bytes:
        return struct.pack("=I", OK) + bytes(MESSAGE - 4)


class AnnouncesWrongly(Honest):
    def announcement(self) -> bytes:
        return bytes([THAW]).ljust(MESSAGE, b"\0")


class NeverRests(Honest):
    def freeze(self) -> Generator[Call, Answer, bool]:
        while True:
            yield Call(calls.LOOK, "/nothing")


LIARS: dict[type[Honest], str] = {
    SaysFrozen: "says OK: says_frozen needs",
    LeavesOneOut: "says OK: says_frozen needs",
    SaysThawed: "says OK: says_thawed needs",
    SaysNothing: "waits for a message, and should do more: it freezes",
    FailsAndLeavesFrozen: "says failed, and freezes",
    FreezesAtThaw: "freezes /data, which is refused (EBUSY), and thaws",
    EchoesWrongly: "answers with 0000000000",
    AnnouncesWrongly: "announces itself with 06",
    NeverRests: "does not come to rest",
}


def backed_up(pair: Pair) -> None:
    for name in ("agent_starts", "host_asks_freeze", "host_asks_thaw", "host_asks_probe"):
        pair.happens(Disturbance(name))


@pytest.mark.parametrize(("liar", "said"), LIARS.items(), ids=lambda one: getattr(one, "__name__", ""))
def test_a_liar_is_found_out(liar: type[Honest], said: str) -> None:
    pair = Pair(Scripted(liar), (4, 0))
    with pytest.raises(Disagreement, match=said.replace("(", r"\(").replace(")", r"\)")):
        backed_up(pair)


@cache
def shrunk() -> tuple[Disagreement, Tally]:
    """The disagreement with a liar that is left after shrinking, and the sessions it took."""
    tally = Tally()
    found = draw(HV_VSS, Scripted(SaysThawed), 200, tally, faults=frozenset())
    assert found is not None
    return found, tally


def test_a_disagreement_shrinks_to_what_it_takes() -> None:
    found, _ = shrunk()
    assert "says_thawed needs" in str(found)
    assert [one.name for one in found.happened] == ["agent_starts", "host_asks_freeze", "host_asks_thaw"]
    assert len(found.systems) == 1
