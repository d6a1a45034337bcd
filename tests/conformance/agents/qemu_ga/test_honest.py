"""Agents of our own: an honest one does all that the protocol asks, and nothing else; each liar is found out."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.agents import calls
from conformance.agents.calls import Call
from conformance.agents.drawn import Tally
from conformance.agents.held import draw
from conformance.agents.lockstep import Disagreement, Disturbance
from conformance.agents.qemu_ga.guest import MARK
from conformance.agents.qemu_ga.pair import Pair
from conformance.agents.qemu_ga.rules import FLUSH
from conformance.agents.qemu_ga.run import QEMU_GA
from tests.conformance.agents.qemu_ga.scripted import Failed, Honest, Steps
from tests.conformance.agents.scripted import Scripted

IN_THE_GUEST = frozenset(
    {"cannot_be_frozen", "table_unreadable", "host_gives_up", "channel_dirty", "host_does_not_sync"}
)
"""Of what a killed one has frozen a new agent that keeps a list knows nothing, and what is mounted over a folder is not to be opened."""


def test_an_honest_agent_needs_none_of_what_the_protocol_does_not_ask_for() -> None:
    tally = Tally()
    assert draw(QEMU_GA, Scripted(Honest), 200, tally, shrink=False, faults=IN_THE_GUEST) is None
    assert tally.sessions >= 200
    wanted = ("says_frozen", "says_freeze_failed", "says_none_thawed", "says_synced")
    assert min(tally.events[name] for name in wanted) >= 1
    assert tally.broken.keys() <= {"nothing-written-is-left-out", "answers-are-to-what-was-asked", "ok-means-frozen",
                                   "ok-means-thawed", "nought-means-none"}  # fmt: skip


class SaysFrozen(Honest):
    def freeze(self, named: list[str] | None) -> Steps:
        yield from self.hook()
        return 1


class LeavesOneOut(Honest):
    def paths(self) -> Steps:
        return (yield from super().paths())[:-1]


class CountsOneMore(Honest):
    def freeze(self, named: list[str] | None) -> Steps:
        return (yield from super().freeze(named)) + 1


class ForgetsTheHook(Honest):
    def hook(self) -> Steps:
        yield Call(calls.LOOK, "/nothing")


class FreezesBeforeItKeepsThat(Honest):
    def paths(self) -> Steps:
        found = yield from super().paths()
        yield from self.freeze_one(found[0])
        return found


class SaysThawed(Honest):
    def thaw(self) -> Steps:
        yield Call(calls.REMOVE, MARK)
        self.is_frozen = False
        return 2


class KeepsTheStateFile(Honest):
    def thaw(self) -> Steps:
        self.is_frozen = False
        return (yield from super().thaw())


class ThawsWhatItShouldFreeze(Honest):
    def freeze_one(self, path: str) -> Steps:
        opened = yield Call(calls.OPEN, path)
        yield Call(calls.CONTROL, number=opened.folder, control=calls.THAWS)


class SaysTheStatusOfYesterday(Honest):
    def does(self, name: str, given: dict[str, Any]) -> Steps:
        if name == "guest-fsfreeze-status":
            return "thawed"
        return (yield from super().does(name, given))


class SendsAnotherNumberBack(Honest):
    def does(self, name: str, given: dict[str, Any]) -> Steps:
        if name == "guest-sync-delimited":
            return given["id"] - 1
        return (yield from super().does(name, given))


class FreezesTwice(Honest):
    def does(self, name: str, given: dict[str, Any]) -> Steps:
        if name == "guest-fsfreeze-freeze":
            return (yield from self.freeze(None))
        return (yield from super().does(name, given))


class SaysNothing(Honest):
    def obeys(self, name: str, given: dict[str, Any]) -> Steps:
        yield Call(calls.LOOK, "/nothing")


class NeverEnds(Honest):
    def obeys(self, name: str, given: dict[str, Any]) -> Steps:
        while True:
            yield Call(calls.WRITE, data=b"x" * 1024)


class Refuses(Honest):
    def does(self, name: str, given: dict[str, Any]) -> Steps:
        yield from ()
        raise Failed("it does not want to")


LIARS: dict[type[Honest], str] = {
    SaysFrozen: "says 1, and has frozen 0",
    LeavesOneOut: "says_frozen needs: .*for every file system",
    CountsOneMore: "says 3, and has frozen 2",
    ForgetsTheHook: "makes its state file: marks needs: .*hook is prepared",
    FreezesBeforeItKeepsThat: "file_system_frozen needs: .*knows is frozen",
    SaysThawed: "unmarks needs: for every file system",
    KeepsTheStateFile: "says_thawed needs: .*knows is thawed|hook_thaws needs: .*knows is thawed",
    ThawsWhatItShouldFreeze: "thaws /var, which is refused .EINVAL., and freezes",
    SaysTheStatusOfYesterday: "says_is_thawed needs: knows is thawed",
    SendsAnotherNumberBack: "and has read a sync",
    FreezesTwice: "runs the hook: hook_thaws needs: agent is thawing",
    SaysNothing: "waits for a command, and should do more: it has read",
    NeverEnds: "answers with more than 65,536 bytes",
    Refuses: "waits for a command, and should do more: it has read a sync",
}


def backed_up(pair: Pair) -> None:
    for what in ("syncs", "asks_freeze", "asks_status", "asks_freeze", "asks_thaw", "asks_status"):
        pair.happens(Disturbance(f"host_{what}"))
    pair.go()


@pytest.mark.parametrize(("liar", "said"), LIARS.items(), ids=lambda one: getattr(one, "__name__", ""))
def test_a_liar_is_found_out(liar: type[Honest], said: str) -> None:
    pair = Pair(Scripted(liar), (4, 0))
    pair.happens(Disturbance("agent_starts"))
    with pytest.raises(Disagreement, match=said):
        backed_up(pair)


def test_both_commands_to_get_in_step_and_to_look_are_asked() -> None:
    """The other of two, after what has to be got in step with by the first."""
    pair = Pair(Scripted(Honest), (4,))
    for what in (Disturbance("agent_starts"), Disturbance("piece_left"), Disturbance("host_syncs", error=1)):
        pair.happens(what)
    assert pair.guest.unread[0].startswith(FLUSH)
    for name, command in (("host_syncs", b'{"execute": "guest-sync"'), ("host_looks", b'{"execute": "guest-info"')):
        pair.happens(Disturbance(name, error=1))
        assert pair.guest.unread[0].startswith(command)
    pair.go()
    assert [name for name, _ in pair.machines.acts if name.startswith("says_")] == [
        "says_synced",
        "says_synced",
        "says_here",
    ]


def test_the_honest_one_is_not() -> None:
    pair = Pair(Scripted(Honest), (4, 0))
    pair.happens(Disturbance("agent_starts"))
    backed_up(pair)
    assert pair.machines.broken == {}
    assert [name for name, _ in pair.machines.acts if name.startswith("says_")] == [
        "says_synced", "says_frozen", "says_is_frozen", "says_refused", "says_thawed", "says_is_thawed",
    ]  # fmt: skip
