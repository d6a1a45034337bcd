"""Sessions of the channel: what its host and driver do, drawn by Hypothesis."""

from __future__ import annotations

import errno
import signal

from hypothesis import strategies as st

from conformance.agents import calls
from conformance.agents.calls import Answer, Over
from conformance.agents.drawn import AFTER, NUMBER, DrawnGuest, Reused, drawn
from conformance.agents.hv_vss import guest as played
from conformance.agents.hv_vss.network import NETWORK
from conformance.agents.hv_vss.pair import Pair
from conformance.agents.lockstep import MOST_CALLS


class Parked(Reused):
    """Between sessions the agent is led to where it is about to open the device."""

    def park(self) -> None:
        """Its line is lost, there is nothing in the mount table, and nothing is frozen."""
        for _ in range(MOST_CALLS):
            call = self.agent.next()
            if isinstance(call, Over):
                return
            if call.what == calls.OPEN and call.path == played.DEVICE:
                self.is_parked = True
                return
            self.agent.answer(
                _LOST.get(call.what, Answer(data=b"") if call.path in played.TABLES else Answer(errno.ENOENT))
            )


_LOST = {
    calls.WAIT: Answer(hung_up=True),
    calls.READ: Answer(errno.EBADF),
    calls.WRITE: Answer(errno.EBADF),
    calls.CLOSE: Answer(),
    calls.CONTROL: Answer(errno.EINVAL),
}


_ERRORS = {
    "open": (errno.EACCES, errno.EIO),
    "freeze": (errno.EIO, errno.EOPNOTSUPP, errno.EPERM, errno.EBUSY, errno.EINVAL),
    "thaw": (errno.EIO, errno.EPERM, errno.EINVAL, errno.EBUSY),
}
_REFUSALS = (*((what, error) for what, errors in _ERRORS.items() for error in errors), ("table", 0))


class Sessions(DrawnGuest):
    """One session of the channel."""

    network = NETWORK
    pair_of = Pair

    @drawn(what=st.sampled_from(("freeze", "thaw", "freeze", "thaw", "freeze", "probe")), after=AFTER)
    def host_asks(self, what: str, after: int | None) -> None:
        self.happens(f"host_asks_{what}", after=after)

    @drawn(after=st.integers(0, 13), asks=st.sampled_from((None, "host_asks_thaw", "host_asks_freeze")))
    def timer_fires(self, after: int, asks: str | None) -> None:
        """It fires, and the host, which was told that it failed, may ask for something else at once."""
        self.happens("timer_fires", after=after)
        if asks is not None:
            self.happens(asks, after=0)

    @drawn(what=st.sampled_from(_REFUSALS), number=NUMBER)
    def refused(self, what: tuple[str, int], number: int) -> None:
        """The next call of this kind will be refused."""
        self.happens(f"refuse_{what[0]}", number, error=what[1])

    @drawn(after=AFTER, loaded_after=st.sampled_from((0, 0, 0, 1, 2, 3, 5, None)))
    def driver_reloaded(self, after: int | None, loaded_after: int | None) -> None:
        """Unloaded, and loaded again after so many calls of the agent, or not before something else happens."""
        self.happens("driver_unloaded", after=after)
        if loaded_after is not None:
            self.happens("driver_loaded", after=loaded_after)

    @drawn(after=AFTER, what=st.sampled_from(("guest_sleeps", "guest_sleeps", "driver_loaded", "agent_starts")))
    def disturbed(self, after: int | None, what: str) -> None:
        self.happens(what, after=after)

    @drawn(after=AFTER, number=st.sampled_from((signal.SIGTERM, signal.SIGKILL)))
    def agent_killed(self, after: int | None, number: int) -> None:
        if self.mortal:
            self.happens("agent_killed", after=after, error=number)
            self.happens("agent_starts")
