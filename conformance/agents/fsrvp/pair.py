"""A server of shadow copies in lockstep with its machines: what each of its answers means.

The client is played here: it asks, and the server answers. After each answer both sides are compared: which snapshots there are, whoever
knows of them, and which sets the server knows of.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Sequence

from conformance.agents import calls
from conformance.agents.asked import LOOKS, PASSES, Ask, Copy, Told, as_told
from conformance.agents.calls import Agent, Answer, Call, Over
from conformance.agents.fsrvp import rules
from conformance.agents.fsrvp.network import NETWORK
from conformance.agents.fsrvp.promises import PROMISES
from conformance.agents.lockstep import Act, Disturbance, Lockstep, Machines
from model.notation import Network, Shape
from proofs.sample.promises import Promises

SETS, SHARES = 3, 2
"""Sets that a session starts, and shares that there are, at most."""

_JUDGES = Promises(tuple(PROMISES.values()))
_IN_PROGRESS = {"STARTED", "CREATING", "COMMITTED", "EXPOSED"}
_KNOWN = _IN_PROGRESS | {"RECOVERED"}
_EXISTS = {"MADE", "KEPT"}

ASKS = {
    "client_sets_context": rules.SET_CONTEXT,
    "other_sets_context": rules.SET_CONTEXT,
    "client_sets_no_context": rules.SET_CONTEXT,
    "client_starts": rules.START,
    "client_adds": rules.ADD,
    "client_prepares": rules.PREPARE,
    "client_commits": rules.COMMIT,
    "client_exposes": rules.EXPOSE,
    "client_has_recovered": rules.RECOVERED,
    "client_aborts": rules.ABORT,
    "client_asks_mapping": rules.GET_MAPPING,
    "client_deletes_mapping": rules.DELETE_MAPPING,
    "client_asks_version": rules.GET_VERSION,
    "client_waits": PASSES,
}
"""What happens, and the call that it is."""


def number_of(of_set: int, share: int = 0) -> int:
    """Both as the one number of a disturbance."""
    return of_set * SHARES + share


class Pair(Lockstep):
    """A server, and the machines that say what it may do. systems: the shares that there are. faults: what may go wrong (None:
    anything)."""

    def __init__(
        self,
        agent: Agent,
        systems: Sequence[int],
        *,
        faults: frozenset[str] | None = None,
        network: Network = NETWORK,
        watch: Callable[[Call, Answer], None] | None = None,
    ) -> None:
        faults = frozenset(network.faults) if faults is None else faults
        machines = Machines(network, _JUDGES, {}, [Shape({"copy": len(systems)})] * SETS, faults)
        super().__init__(agent, systems, machines, watch)
        self._waits: Ask | None = None
        self._asked = Ask(LOOKS)
        self._fails: set[int] = set()
        self._keeps: set[int] = set()
        self._there: Counter[Copy] = Counter()

    def is_known(self, path: str) -> bool:
        return False

    def status(self, of_set: int) -> str:
        """How far a set has come."""
        return self.machines.state("status", (of_set,))

    @property
    def next_set(self) -> int | None:
        """The set that will be started next; None: there is no other."""
        return next((number for number in range(SETS) if self.status(number) == "NOT_YET"), None)

    # -- what happens around the server ---------------------------------------------------------------------------------

    def befalls(self, what: Disturbance) -> bool:
        of_set, share = divmod(what.number or 0, SHARES)
        share = min(share, len(self.systems) - 1)
        match what.name:
            case "agent_starts" | "agent_killed" if not self.machines.can((what.name, ())):
                return False
            case "agent_starts":
                self.machines.fire((what.name, ()))
                self.agent.start()
                self._waits = Ask(LOOKS)
            case "agent_killed":
                self.machines.fire((what.name, ()))
                self.agent.kill(signal.SIGKILL)
                self.dies()
            case "store_fails" | "store_keeps":
                return self._refuses(what.name, share)
            case "client_starts" if self.next_set is None:
                return False
            case _:
                return self._asks(what.name, of_set, share)
        return True

    def _refuses(self, name: str, share: int) -> bool:
        """From now on, or no longer, the store of a share makes, or deletes, no snapshot."""
        if name not in self.machines.faults:
            return False
        (self._fails if name == "store_fails" else self._keeps).symmetric_difference_update({share})
        return True

    def _asks(self, name: str, of_set: int, share: int) -> bool:
        call = ASKS[name]
        fault = {"other_sets_context": "other_client", "client_waits": "client_waits"}.get(name)
        if self.machines.state("agent") != "RESTS" or (fault and fault not in self.machines.faults):
            return False
        if name == "other_sets_context" and self.machines.state("context") != "SET":
            return False
        if call == rules.START:
            of_set = self.next_set or 0
        context = 0x77 if name == "client_sets_no_context" else rules.PERSISTENT if call == rules.SET_CONTEXT else 0
        self._waits = Ask(
            call, of_set, share, context, name == "other_sets_context", tuple(self._fails), tuple(self._keeps)
        )
        return True

    # -- the server's calls -----------------------------------------------------------------------------------------------

    def answer(self, call: Call) -> Answer | None:
        if call.what == calls.WAIT:
            return None if self._waits is None else Answer()
        if call.what == calls.READ and self._waits is not None:
            self._asked, self._waits = self._waits, None
            return Answer(data=self._asked.line())
        return Answer()

    def rests(self) -> None:
        if self.machines.state("agent") != "RESTS":
            raise self.disagree(f"the server waits for a call, and should do more: it {self.called('WORKS')}")

    def is_over(self, found: Over) -> None:
        raise self.disagree(f"the server ends with status {found.status} at a call, and nobody has ended it")

    def step(self, call: Call, answer: Answer) -> None:
        if call.what != calls.WRITE:
            return
        try:
            told = as_told(call.data)
        except ValueError as problem:
            raise self.disagree(str(problem)) from problem
        self._answered(self._asked, told)
        self._same(told)

    # -- its answers --------------------------------------------------------------------------------------------------------

    def _answered(self, asked: Ask, told: Told) -> None:
        before, self._there = self._there, Counter(told.snapshots)
        self._made, self._gone = self._there - before, before - self._there
        done = told.status == rules.DONE
        match asked.call:
            case _ if self.machines.state("agent") == "STARTS":
                self._starts(told)
            case 0 if self._asked.call == rules.GET_VERSION and not done:
                raise self.disagree(f"the server does not say what it supports, but {told.status:#010x}")
            case rules.SET_CONTEXT:
                self._sets_context(asked, told)
            case rules.COMMIT:
                self._commits(asked, told)
            case rules.ABORT:
                self._aborts(asked, told)
            case rules.DELETE_MAPPING if done:
                self._deletes(asked, told)
            case call if call == PASSES:
                self._passes(told)
            case call if call in _PLAIN:
                self._plain(asked, told)

    def _starts(self, told: Told) -> None:
        """What a server that was started knows of."""
        for number in range(SETS):
            status = self.status(number)
            if status in _KNOWN and number not in told.sets:
                self._fire(("set_forgotten", (number,)), "the server does not know of a set any more")
            elif status == "GONE" and number in told.sets:
                self._fire(("set_returned", (number,)), "the server knows of a set that was dropped")
        self._fire(("agent_ready", ()), "the server is ready")

    def _sets_context(self, asked: Ask, told: Told) -> None:
        in_progress = [number for number in range(SETS) if self.status(number) in _IN_PROGRESS]
        if asked.context != rules.PERSISTENT:
            self._refusal(("context_refused", ()), told, rules.BAD_CONTEXT)
        elif told.status:
            own = [("retry_refused", (number,)) for number in in_progress if number not in told.sets]
            self._refusal(own[0] if own and not asked.other else ("other_client_refused", ()), told, rules.IN_PROGRESS)
        elif asked.other and self.machines.state("context") == "SET":
            self._fire(("other_client_let_in", ()), "a client at another address sets a context")
        elif dropped := [number for number in in_progress if number not in told.sets]:
            self._fire(("context_set_again", (dropped[0],)), "a context is set again")
            self._drops(dropped[0])
        else:
            acts: list[Act] = [("context_set", ()), ("context_kept", ()), ("context_kept_in_progress", ())]
            self.fire(acts, "a context is set")

    def _plain(self, asked: Ask, told: Told) -> None:
        """A call that is done, or refused, and does nothing else."""
        done, refused = _PLAIN[asked.call]
        at = (asked.set,) if asked.call in _OF_SETS else (asked.set, asked.share)
        if told.status == rules.DONE:
            if asked.call == rules.START and self.machines.state("context") == "ENDED":
                self._fire(("context_left", ()), "a set is started without a context")
            acts: list[Act] = [(done, at)]
            self.fire(
                acts + ([("started_beside", at)] if asked.call == rules.START else []), f"{done.replace('_', ' ')}"
            )
            if asked.call == rules.ADD and self.machines.can(("timer_runs_on", ())):
                self._fire(("timer_runs_on", ()), "the next call is waited for anew")
        elif asked.call == rules.DELETE_MAPPING and told.status not in {rules.NOT_FOUND, rules.BAD_STATE, *_UNKNOWN}:
            self._fire(("deletion_failed", at), "the mapping cannot be deleted")
        else:
            self._refusal((refused, () if asked.call == rules.START else at), told, *self._errors(asked))

    def _errors(self, asked: Ask) -> tuple[int, ...]:
        """The errors that the protocol has for what it refuses now."""
        status = self.status(asked.set)
        if asked.call == rules.START:
            return (rules.IN_PROGRESS,) if self.machines.state("context") == "SET" else (rules.BAD_STATE,)
        if status not in _KNOWN:
            return (rules.NOT_FOUND if asked.call == rules.DELETE_MAPPING else rules.NO_SUCH_SET,)
        if asked.call == rules.ADD and status in {"STARTED", "CREATING"}:
            return (rules.EXISTS,)
        if asked.call == rules.DELETE_MAPPING and status in {"EXPOSED", "RECOVERED"}:
            return (rules.NOT_FOUND,)
        return (rules.INVALID, rules.BAD_STATE) if asked.call == rules.GET_MAPPING else (rules.BAD_STATE,)

    def _refusal(self, act: Act, told: Told, *errors: int) -> None:
        said = f"the server refuses with {told.status:#010x}"
        if told.status == rules.DONE:
            raise self.disagree(f"the server does what it should refuse: {self.machines.why_not([act])}")
        self._fire(act, said)
        if told.status not in errors:
            self._fire(
                ("refusal_misnamed", ()), f"{said}, and should with {' or '.join(f'{one:#010x}' for one in errors)}"
            )

    def _commits(self, asked: Ask, told: Told) -> None:
        at = (asked.set,)
        if told.status and not self.machines.can(("commit_begins", at)):
            self._refusal(("commit_refused", at), told, *self._errors(asked))
            return
        self._fire(("commit_begins", at), "the set is committed")
        for share in range(len(self.systems)):
            of = (asked.set, share)
            for _ in range(self._made[of]):
                self.fire([("snapshot_made", of), ("snapshot_made_again", of)], "a snapshot is made")
            if told.status and share in self._fails and self.machines.can(("snapshot_fails", of)):
                self._fire(("snapshot_fails", of), "a snapshot cannot be made")
        self._fire(
            ("commit_failed" if told.status else "set_committed", at),
            f"committing is answered with {told.status:#010x}",
        )

    def _aborts(self, asked: Ask, told: Told) -> None:
        at, is_known = (asked.set,), asked.set in told.sets
        if told.status and self.machines.can(("abort_refused", at)):
            self._refusal(("abort_refused", at), told, *self._errors(asked))
        elif told.status == rules.DONE and is_known and not self._gone:
            self._fire(("abort_ignored", at), "the server says that the set is undone, and it is not")
        else:
            self._fire(("abort_begins", at), "the set is undone")
            self._deleted(asked.set)
            acts: list[Act] = [("set_aborted", at), ("set_aborted_unclean", at)]
            self.fire([("abort_failed", at)] if told.status else acts, f"undoing is answered with {told.status:#010x}")

    def _deletes(self, asked: Ask, told: Told) -> None:
        at = (asked.set, asked.share)
        self._fire(("mapping_deleted" if self._gone[at] else "mapping_deleted_unclean", at), "the mapping is deleted")
        if asked.set not in told.sets:
            self._fire(("set_emptied", (asked.set,)), "the set is gone")

    def _passes(self, told: Told) -> None:
        """The timer fires, if it runs."""
        if self.machines.state("timer") == "STOPPED":
            return
        dropped = [number for number in range(SETS) if self.status(number) in _IN_PROGRESS and number not in told.sets]
        for number in dropped:
            self._fire(("timer_fires", (number,)), "a set is dropped")
            self._drops(number)
        if not dropped:
            acts: list[Act] = [("timer_fires_idly", ()), ("exposed_not_dropped", ()), ("timer_was_astray", ())]
            self.fire(acts, "more time passes than the server waits, and nothing is dropped")

    def _drops(self, number: int) -> None:
        self._deleted(number)
        acts: list[Act] = [("set_dropped", (number,)), ("set_dropped_unclean", (number,))]
        self.fire(acts, "a set is dropped")

    def _deleted(self, number: int) -> None:
        for share in range(len(self.systems)):
            at = (number, share)
            if self._gone[at]:
                self._fire(("snapshot_deleted", at), "a snapshot is deleted")
            elif share in self._keeps and self.machines.can(("snapshot_kept", at)):
                self._fire(("snapshot_kept", at), "a snapshot cannot be deleted")

    def _fire(self, act: Act, said: str) -> None:
        self.fire([act], said)

    # -- comparing --------------------------------------------------------------------------------------------------------

    def _same(self, told: Told) -> None:
        """The server knows of the sets that it should."""
        known = {number for number in range(SETS) if self.status(number) in _KNOWN}
        if known != told.sets:
            raise self.disagree(
                f"the server knows of the sets {sorted(told.sets)}, and in the machines there are {sorted(known)}"
            )

    def compare(self) -> None:
        """The snapshots that are there are the machines'."""
        for number in range(SETS):
            for share in range(len(self.systems)):
                at = (number, share)
                is_ = (self.machines.state("snapshot", at) in _EXISTS) + (self.machines.state("left", at) == "LEFT")
                there = min(self._there[at], 2)
                if is_ != there:
                    raise self.disagree(
                        f"of share {share} in set {number} there are {there} snapshots, and in the machines {is_}"
                    )


_UNKNOWN = (rules.NO_SUCH_SET, rules.INVALID)
_OF_SETS = {rules.START, rules.PREPARE, rules.EXPOSE, rules.RECOVERED}
_PLAIN = {
    rules.START: ("set_started", "start_refused"),
    rules.ADD: ("share_added", "add_refused"),
    rules.PREPARE: ("set_prepared", "prepare_refused"),
    rules.EXPOSE: ("set_exposed", "expose_refused"),
    rules.RECOVERED: ("recovery_completed", "recovery_refused"),
    rules.GET_MAPPING: ("mapping_told", "mapping_refused"),
    rules.DELETE_MAPPING: ("mapping_deleted", "deletion_refused"),
}
"""For a call the event where it is done, and where it is refused."""
