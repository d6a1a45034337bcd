"""Sessions of QEMU's agent: what its host asks, gives up on and leaves behind, and what fails in the guest, drawn by Hypothesis."""

from __future__ import annotations

import errno

from hypothesis import strategies as st

from conformance.agents import calls
from conformance.agents.calls import Over
from conformance.agents.drawn import AFTER, NUMBER, DrawnGuest, Reused, drawn
from conformance.agents.lockstep import MOST_CALLS
from conformance.agents.qemu_ga.guest import Guest
from conformance.agents.qemu_ga.network import NETWORK
from conformance.agents.qemu_ga.pair import Pair


class Parked(Reused):
    """Between sessions the agent is asked to thaw in a guest where nothing is mounted, after a byte that flushes; then it waits again."""

    def park(self) -> None:
        empty = Guest([])
        empty.is_marked = True
        empty.unread = [empty.host.ask("SYNC"), empty.host.ask("THAW")]
        for _ in range(MOST_CALLS):
            call = self.agent.next()
            if isinstance(call, Over):
                return
            answer = empty.answer(call)
            if answer is None:
                self.is_parked = True
                return
            self.agent.answer(answer)


_ERRORS = {
    calls.OPEN: (errno.EACCES, errno.EIO),
    calls.FREEZES: (errno.EIO, errno.EPERM, errno.EBUSY, errno.EINVAL),
    calls.THAWS: (errno.EIO, errno.EPERM, errno.EINVAL, errno.EBUSY),
}
_REFUSALS = (
    *((what, error) for what, errors in _ERRORS.items() for error in errors),
    ("table", 0),
    ("hook", 0),
    ("state", 0),
)
_LOOKS = ("host_asks_status", "host_asks_status", "host_looks", "host_asks_other", "host_syncs", "piece_left")


class Sessions(DrawnGuest):
    """One session of QEMU's agent."""

    network = NETWORK
    pair_of = Pair

    @drawn(
        what=st.sampled_from(("freeze", "freeze", "freeze", "list", "thaw")),
        after=AFTER,
        thaws=st.sampled_from((None, None, 0, 5)),
    )
    def host_asks(self, what: str, after: int | None, thaws: int | None) -> None:
        """The host asks to freeze, or to thaw; or for both, one after the other."""
        self.happens(f"host_asks_{what}", after=after)
        if thaws is not None:
            self.happens("host_asks_thaw", after=thaws or None)

    @drawn(what=st.sampled_from(_LOOKS), after=AFTER, otherwise=st.booleans())
    def host_looks(self, what: str, after: int | None, otherwise: bool) -> None:
        """The host asks for what has to do with no freezing, by one of two commands where there are two; or a piece of a command comes, and
        it gets in step, or does not."""
        if what == "piece_left":
            self.happens(what)
            self.happens("host_syncs" if after is None else "host_asks_freeze")
        else:
            self.happens(what, after=after, error=int(otherwise))

    @drawn(number=NUMBER, lists=st.booleans())
    def host_lists(self, number: int, lists: bool) -> None:
        """The host changes its list, and may ask for what is on it."""
        listed = self.pair.machines.state("listed", (number % len(self.pair.systems),))
        self.happens("host_names" if listed == "NO" else "host_drops", number)
        if lists:
            self.happens("host_asks_list")

    @drawn(after=st.integers(0, 13), asks=st.sampled_from((None, "host_syncs", "host_asks_thaw", "host_asks_freeze")))
    def host_gives_up(self, after: int, asks: str | None) -> None:
        """The host waits no longer, and may ask for something else at once, as it should or not."""
        self.happens("host_gives_up", after=after)
        if asks is not None:
            self.happens(asks, after=0)

    @drawn(what=st.sampled_from(_REFUSALS), number=NUMBER)
    def refused(self, what: tuple[str, int], number: int) -> None:
        """The next call of this kind will be refused."""
        self.happens(f"refuse_{what[0]}", number, error=what[1])

    @drawn(after=AFTER, told=st.booleans())
    def agent_ends(self, after: int | None, told: bool) -> None:
        """The agent is killed at any call, or told to end when it rests; another is started."""
        if self.mortal:
            self.happens("agent_told_to_end" if told else "agent_killed", after=None if told else after)
            self.happens("agent_starts")
