"""Sessions of a server of shadow copies: what its client calls, in order and out of it, and what goes wrong, drawn by Hypothesis."""

from __future__ import annotations

import signal

from hypothesis import strategies as st

from conformance.agents import calls
from conformance.agents.asked import PASSES, RENEWS, Ask, as_told
from conformance.agents.calls import Answer, Over
from conformance.agents.drawn import Drawn, Reused, drawn
from conformance.agents.fsrvp import rules
from conformance.agents.fsrvp.network import NETWORK
from conformance.agents.fsrvp.pair import SETS, SHARES, Pair, number_of

_NEXT = {
    "STARTED": ("client_adds", "client_adds", "client_prepares", "client_commits"),
    "CREATING": ("client_commits",),
    "COMMITTED": ("client_exposes",),
    "EXPOSED": ("client_asks_mapping", "client_has_recovered", "client_has_recovered"),
    "RECOVERED": ("client_deletes_mapping",),
}
"""What a client does that goes on, by how far its set has come."""

_ANY = (
    "client_adds", "client_prepares", "client_commits", "client_exposes", "client_has_recovered", "client_aborts",
    "client_aborts", "client_aborts", "client_asks_mapping", "client_deletes_mapping", "client_deletes_mapping",
)  # fmt: skip
_OF_NONE = ("client_sets_context", "client_starts", "client_asks_version", "client_sets_no_context")


_WAY = (
    "client_sets_context", "client_starts", "client_adds", "client_prepares", "client_commits", "client_exposes", "client_has_recovered",
)  # fmt: skip


class Parked(Reused):
    """Between sessions time passes, so that no context is set and no set in progress; what is left is led on to where nothing of it is.
    Where that does not do, its process is ended, and what it keeps removed."""

    def park(self) -> None:
        if isinstance(self.agent.next(), Over):
            self.agent.start()
        for number in sorted(self._ask(Ask(PASSES))):
            for call in (rules.COMMIT, rules.EXPOSE, rules.RECOVERED):
                self._ask(Ask(call, number))
            for share in range(SHARES):
                self._ask(Ask(rules.DELETE_MAPPING, number, share))
        self.is_parked = not self._ask(Ask(PASSES))
        self._ask(Ask(RENEWS))
        if not self.is_parked:
            self.agent.kill(signal.SIGKILL)

    def _ask(self, ask: Ask) -> frozenset[int]:
        """Ask, and hear which sets it knows of."""
        known: frozenset[int] = frozenset()
        asked = False
        while not isinstance(call := self.agent.next(), Over):
            if call.what == calls.WAIT and asked:
                return known
            asked = asked or call.what == calls.WAIT
            if call.what == calls.WRITE:
                known = as_told(call.data).sets
            self.agent.answer(Answer(data=ask.line()) if call.what == calls.READ else Answer())
        return known


class Sessions(Drawn):
    """One session of a server of shadow copies."""

    network = NETWORK
    pair_of = Pair

    @drawn(
        shares=st.integers(1, SHARES),
        mortal=st.sampled_from((False,) * 9 + (True,)),
        far=st.integers(0, len(_WAY)),
        fails=st.sampled_from((None, None, None, *range(SHARES))),
    )
    def begins(self, shares: int, mortal: bool, far: int, fails: int | None) -> None:
        """far: how far on its way the client's first set is already; fails: the share whose store makes no snapshot."""
        self.begin(list(range(shares)), mortal=mortal)
        if fails is not None:
            self.happens("store_fails", number_of(0, fails))
        for what in _WAY[:far]:
            self.happens(what)

    @drawn(share=st.integers(0, SHARES - 1), which=st.integers(0, 3), steps=st.integers(1, 5))
    def goes_on(self, share: int, which: int, steps: int) -> None:
        """The client does what comes next, so many times."""
        for step in range(steps):
            open_sets = [n for n in range(SETS) if self.is_("status", _NEXT, n)]
            if not open_sets:
                self.happens("client_sets_context")
                self.happens("client_starts")
            else:
                ways = _NEXT[self.pair.machines.state("status", (open_sets[-1],))]
                self.happens(ways[(which + step) % len(ways)], number_of(open_sets[-1], (share + step) % SHARES))

    @drawn(what=st.sampled_from(_ANY), of_set=st.integers(0, SETS - 1), share=st.integers(0, SHARES - 1))
    def asks(self, what: str, of_set: int, share: int) -> None:
        """A call about any set, whether it may be or not."""
        self.happens(what, number_of(of_set, share))

    @drawn(what=st.sampled_from(_OF_NONE))
    def asks_for_another(self, what: str) -> None:
        self.happens(what)

    @drawn(what=st.sampled_from(("client_waits", "other_sets_context")))
    def disturbed(self, what: str) -> None:
        self.happens(what)

    @drawn(what=st.sampled_from(("store_fails", "store_keeps")), share=st.integers(0, SHARES - 1))
    def refused(self, what: str, share: int) -> None:
        self.happens(what, number_of(0, share))

    @drawn()
    def agent_ends(self) -> None:
        """The server's process is ended, which is seldom so, as another takes its time."""
        if self.mortal:
            self.happens("agent_killed")
            self.happens("agent_starts")
