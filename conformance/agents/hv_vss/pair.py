"""Machine and agent in lockstep: each call of the agent is answered by the guest, and is a step that the machines must allow.

What happens around them happens to both. After each step they are compared: what is frozen, and what the host was told; and when the agent
rests, the machine of the agent must have nothing left to do.
"""

from __future__ import annotations

import errno
import signal
import struct
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from conformance.agents import calls
from conformance.agents.calls import FREEZES, Agent, Answer, Call, Over
from conformance.agents.hv_vss import guest as played
from conformance.agents.hv_vss.guest import CATALOGUE, OTHER, Guest
from conformance.agents.hv_vss.network import NETWORK
from conformance.agents.hv_vss.promises import PROMISES
from conformance.agents.hv_vss.rules import FAILED, FREEZE, MESSAGE, OK, PROBE, REGISTER, THAW
from model.notation import Network, Run, Shape
from model.notation.run import Index
from proofs.sample.board import board_of
from proofs.sample.promises import Promises

Act = tuple[str, Index]

MOST_CALLS = 2_000
"""Calls of one operation, beyond which an agent is taken to go on for ever."""

_TELLING = frozenset({calls.CONTROL, calls.READ, calls.WRITE, calls.OPEN, calls.CLOSE})
"""Calls that are counted, where something is to happen after so many."""


@dataclass(frozen=True)
class Disturbance:
    """Something that happens around the agent, once it has made so many telling calls (None: once it rests)."""

    name: str
    number: int | None = None
    after: int | None = None
    error: int = 0


@dataclass
class Disagreement(Exception):
    """Machine and agent do not agree: in which file systems, after what, and about what."""

    systems: tuple[int, ...]
    happened: tuple[Disturbance, ...]
    last: Call | Over | None
    said: str
    acts: tuple[Act, ...] = ()

    def __str__(self) -> str:
        return self.said


_JUDGES = Promises(tuple(PROMISES.values()))


class Machines:
    """The network's machines, with so many file systems: quick, by tables; whatever they refuse is said by the machines
    themselves. broken: promises that the run breaks, each with the number of steps after which it does so first."""

    def __init__(
        self, network: Network, starts: dict[tuple[str, Index], str], size: int, faults: frozenset[str]
    ) -> None:
        self.network, self.starts, self.faults = network, starts, faults
        self.shapes = [Shape({})] * size
        self.board = board_of(network, self.shapes)
        self._place = self.board.places.place
        self.states = [starts.get(key, network.actors[key[0]].starts[0]) for key in self.board.places.keys]
        self.acts: list[Act] = []
        self.broken: dict[str, int] = {}
        self.rows: Counter[tuple[str, str, str, str]] = Counter()

    def state(self, machine: str, at: Index = ()) -> str:
        return self.states[self._place[machine, at]]

    def can(self, act: Act) -> bool:
        number = self.board.number.get(act)
        if number is None:
            return False
        fault = self.network.events[act[0]].fault
        return (fault is None or fault in self.faults) and self.board.tests[number](self.states, self.states)

    def fire(self, act: Act) -> None:
        number, before = self.board.number[act], tuple(self.states)
        moved = [(part, dest) for part in self.board.parts[number] if (dest := part.dest(self.states)) is not None]
        for part, dest in moved:
            self.rows[part.actor.name, act[0], self.states[part.place], dest] += 1
        for part, dest in moved:
            self.states[part.place] = dest
        self.acts.append(act)
        for promise, holds in _JUDGES.tests(self.board, number):
            if promise.name not in self.broken and not holds(before, self.states):
                self.broken[promise.name] = len(self.acts)

    def executed(self) -> Run:
        """The run so far, executed by the machines of `transitions`. Raises AssertionError where they are not where the tables are."""
        run = Run(self.network, self.shapes, self.starts, self.faults)
        for act in self.acts:
            run.fire(*act)
        if [run.state(*key) for key in self.board.places.keys] != self.states:
            raise AssertionError("the machines are not where their tables are")
        return run

    def why_not(self, acts: Iterable[Act]) -> str:
        run = self.executed()
        return "; or ".join(run.why_not(*act) or "it is possible" for act in acts)


class Pair:
    """An agent, and the machines that say what it may do. systems: numbers of file systems in the catalogue."""

    def __init__(
        self,
        agent: Agent,
        systems: Sequence[int],
        *,
        faults: frozenset[str] | None = None,
        network: Network = NETWORK,
        watch: Callable[[Call, Answer], None] | None = None,
    ) -> None:
        self.agent, self.systems, self.watch = agent, tuple(systems), watch
        self.guest = Guest([CATALOGUE[number] for number in systems])
        starts: dict[tuple[str, Index], str] = {("kind", (n,)): one.kind for n, one in enumerate(self.guest.systems)}
        faults = frozenset(network.faults) if faults is None else faults
        self.machines = Machines(network, starts, len(systems), faults)
        self.happened: list[Disturbance] = []
        self.last: Call | Over | None = None
        self._open: list[tuple[Act | None, Act | None]] = []
        self._folder = {path: n for n, one in enumerate(self.guest.systems) for path in one.paths}
        self._known = {*self._folder, *played.TABLES, played.DEVICE}

    # -- what happens around the agent ----------------------------------------------------------------------------------

    def happens(self, what: Disturbance) -> bool:
        """Let something happen to both; False: it cannot happen now, and nothing did."""
        at_once = what.name.startswith("refuse_") and what.after is None
        if not at_once and not self.go(what.after):
            return False
        if what.name.startswith("mount_") and self._in_a_folder:
            self.go(1)
        self.happened.append(what)
        if not self._happens(what):
            self.happened.pop()
            return False
        self.compare()
        return True

    def _happens(self, what: Disturbance) -> bool:
        name, number, guest, driver = what.name, what.number, self.guest, self.guest.driver
        if name.startswith("refuse_"):
            kind = name.removeprefix("refuse_")
            if not self.machines.faults >= _REFUSED_BY[kind]:
                return False
            if kind == "table":
                guest.refuse_table()
            elif number is None or not 0 <= number < len(self.systems):
                return False
            else:
                guest.refuse(kind, number, what.error)
            return True
        if name.startswith("host_asks_") and not self.machines.can((name, ())):
            name = name.removeprefix("host_asks_") + "_refused_at_once"
        act = (name, () if number is None else (number,))
        if not self.machines.can(act):
            return False
        self.machines.fire(act)
        asked = name.removeprefix("host_asks_").removesuffix("_refused_at_once")
        match name:
            case "agent_starts":
                self.agent.start()
            case "agent_killed":
                self.agent.next()  # it waits for an answer, so that it is known where the signal strikes
                self.agent.kill(what.error or signal.SIGKILL)
                self._dies()
            case "timer_fires":
                driver.timer()
            case "driver_unloaded":
                driver.unload()
            case "driver_loaded":
                driver.load()
            case "guest_sleeps":
                driver.sleep()
            case _ if asked in _ASKED:
                driver.ask(_ASKED[asked])
            case _ if number is not None:
                getattr(guest, _BY_OTHERS[name])(number)
        return True

    def _dies(self) -> None:
        """What was told to end ends, and makes no call before."""
        found = self.agent.next()
        if not isinstance(found, Over):
            raise self.disagree(f"a signal that ends a process came, and the agent goes on to {_told(found)}")
        self.guest.driver.close()

    # -- the agent's calls ------------------------------------------------------------------------------------------------

    def go(self, most: int | None = None) -> bool:
        """Answer the agent's calls: until it rests, or so many that tell. False: there is no agent, or it rested before."""
        if self.machines.state("agent") == "GONE":
            return most is None
        told = 0
        for _ in range(MOST_CALLS):
            if most is not None and told == most:
                return True
            found = self.agent.next()
            self.last = found
            if isinstance(found, Over):
                self._is_over(found)
                return most is None
            answer = self.guest.answer(found)
            if answer is None:
                self._rests()
                return most is None
            told += self._tells(found)
            self.agent.answer(answer)
            if self.watch is not None:
                self.watch(found, answer)
            self._step(found, answer)
            self.compare()
        raise self.disagree(f"the agent has made {MOST_CALLS:,} calls, and does not come to rest")

    def _tells(self, call: Call) -> bool:
        """Whether the call is counted, where something is to happen after so many: those a program starts with are not."""
        return call.what in _TELLING and (call.what != calls.OPEN or call.path in self._known)

    def _is_over(self, found: Over) -> None:
        self._settle(well=False)
        self._fire([("agent_exits", ()), ("gives_up_frozen", ())], f"the agent ends with status {found.status}")
        self.guest.driver.close()
        self.compare()

    def _rests(self) -> None:
        """The agent waits for a message, and there is none."""
        doing = self.machines.state("agent")
        if doing not in {"WAITING", "ANNOUNCED"} or self.machines.state("slot") != "EMPTY":
            raise self.disagree(f"the agent waits for a message, and should do more: it {self._called(doing)}")

    def _called(self, state: str) -> str:
        return str(self.machines.network.actors["agent"].enum[state].value)

    def _step(self, call: Call, answer: Answer) -> None:
        """Which events a call was, of which one must be possible; none: it tells nothing."""
        match call.what:
            case calls.OPEN if call.path == played.DEVICE:
                if self.machines.state("agent") == "RESETTING":
                    self._settle(well=True)
                    self._fire([("starts_again", ()), ("starts_again_frozen", ())], "the agent opens the device again")
                if not answer.error:
                    self._fire([("device_opened", ())], "the agent opens the device")
            case calls.OPEN if call.path in played.TABLES and answer.error:
                self._fire([("table_unreadable", ())], "the agent cannot read the mount table")
            case calls.OPEN if call.path in self._folder:
                self._opened(call, answer)
            case calls.READ:
                self._read(answer)
            case calls.WRITE:
                self._write(call, answer)
            case calls.CLOSE:
                self._fire([("device_closed", ())], "the agent closes the device")
            case calls.CONTROL:
                self._control(call, answer)

    def _read(self, answer: Answer) -> None:
        if answer.error:
            self._fire([("line_lost", ())], "the agent finds the line lost")
        elif len(answer.data or b"") != MESSAGE:
            self._fire([("version_read", ())], "the agent reads the version")
        else:
            operation = (answer.data or b"\0")[0]
            name = {FREEZE: "freeze_read", THAW: "thaw_read", PROBE: "probe_read"}[operation]
            self.echo = (answer.data or b"")[4:]
            self._fire([(name, ())], f"the agent reads {name.removesuffix('_read').upper()}")

    def _write(self, call: Call, answer: Answer) -> None:
        doing = self.machines.state("agent")
        if doing == "OPENED":
            if len(call.data) != MESSAGE or call.data[0] != REGISTER:
                raise self.disagree(f"the agent announces itself with {call.data[:16].hex()}")
            if not answer.error:
                self._fire([("agent_announces", ())], "the agent announces itself")
            return
        status = struct.unpack_from("=I", call.data.ljust(4, b"\0"))[0]
        if len(call.data) != MESSAGE or call.data[4:] != self.echo or status not in {OK, FAILED}:
            raise self.disagree(f"the agent answers with {call.data[:16].hex()}")
        self._settle(well=status == OK)
        doing = self.machines.state("agent")
        name = _REPLIES.get((doing, status == OK))
        if name is None:
            raise self.disagree(f"the agent says {'OK' if status == OK else 'failed'}, and {self._called(doing)}")
        if doing == "UNDOING" and self.machines.can(("not_undone", ())):
            self.machines.fire(("not_undone", ()))
        said = (
            f"the agent says {'OK' if status == OK else 'failed'}{', which cannot be written' if answer.error else ''}"
        )
        self._fire([(name.removeprefix("says_") + "_unheard" if answer.error else name, ())], said)

    echo: bytes = b""
    _path: str = ""
    _in_a_folder: bool = False

    # -- what only the next calls tell ------------------------------------------------------------------------------------

    def _settle(self, *, well: bool) -> None:
        """It shows what the agent took refusals for that may be none: for done (well), or for a failure."""
        for done, failure in self._open:
            act = done if well else failure
            if act is not None and self.machines.can(act):
                self.machines.fire(act)
        self._open.clear()
        if well:
            for number in range(len(self.systems)):
                if self.machines.can(forgotten := ("detached_forgotten", (number,))):
                    self.machines.fire(forgotten)

    def _opened(self, call: Call, answer: Answer) -> None:
        """A folder was opened, or could not be: it may lead to something else."""
        self._path, self._in_a_folder = call.path, not answer.error
        if answer.error:
            number = self.guest.at(call.path)
            self._failed(self._folder[call.path] if number == OTHER else number, f"the agent cannot open {call.path}")

    def _failed(self, number: int, said: str) -> None:
        freezing = self.machines.state("agent") == "FREEZING"
        self._fire([("freeze_fails" if freezing else "thaw_fails", (number,))], said)

    def _control(self, call: Call, answer: Answer) -> None:
        number, error, freezes = call.number, answer.error, call.control == FREEZES
        self._in_a_folder = False
        if self.machines.state("agent") == "FREEZING" and self._open:
            self._settle(well=freezes)
        at = (number if number != OTHER else self._folder[self._path],)
        said = (
            f"the agent {call.control}s {self._path}{f', which is refused ({errno.errorcode[error]})' if error else ''}"
        )
        if self.machines.state("agent") not in ({"FREEZING"} if freezes else {"THAWING", "UNDOING", "RESETTING"}):
            raise self.disagree(f"{said}, and {self._called(self.machines.state('agent'))}")
        if not error:
            self._fire([("file_system_frozen" if freezes else "file_system_thawed", at)], said)
        elif number == OTHER:
            if freezes:
                self._failed(at[0], said)
            elif self.machines.state("reach", at) == "COVERED":
                self._open.append((("cover_taken_for_thawed", at), ("cover_tried", at)))
        elif freezes:
            if error != errno.EBUSY:
                self._fire([("freeze_fails", at)], said)
            elif (by := self.machines.state("frozen", at)) != "BY_AGENT":
                done = ("busy_taken_for_frozen", at) if by == "FREE" else None
                self._open.append((done, ("freeze_fails", at)))
        elif error != errno.EINVAL:
            self._fire([("thaw_fails", at)], said)
        elif self.machines.state("frozen", at) != "FREE":
            self._open.append((("einval_taken_for_thawed", at), ("thaw_fails", at)))

    def _fire(self, acts: Sequence[Act], said: str) -> None:
        for act in acts:
            if self.machines.can(act):
                self.machines.fire(act)
                return
        raise self.disagree(f"{said}: {self.machines.why_not(acts)}")

    # -- comparing --------------------------------------------------------------------------------------------------------

    def compare(self) -> None:
        """What is frozen, by whom, and what the host was told, is the same on both sides."""
        for number in range(len(self.systems)):
            known = _BY_WHOM[self.guest.frozen.get(number)]
            if self.machines.state("frozen", (number,)) != known:
                is_ = self.machines.state("frozen", (number,))
                raise self.disagree(
                    f"{self.guest.systems[number].paths[0]} is {known} in the guest, and {is_} in the machine"
                )
        told = self.machines.state("told")
        if told != self.guest.driver.believed:
            raise self.disagree(f"the host was told {self.guest.driver.believed}, and in the machine {told}")

    def disagree(self, said: str) -> Disagreement:
        return Disagreement(self.systems, tuple(self.happened), self.last, said, tuple(self.machines.acts))


_REFUSED_BY = {
    "open": {"cannot_be_frozen", "cannot_be_thawed"},
    "freeze": {"cannot_be_frozen"},
    "thaw": {"cannot_be_thawed"},
    "table": {"table_unreadable"},
}
_ASKED = {"freeze": FREEZE, "thaw": THAW, "probe": PROBE}
_BY_WHOM = {None: "FREE", "agent": "BY_AGENT", "other": "BY_OTHER"}
_BY_OTHERS = {
    "somebody_freezes": "others_freeze",
    "somebody_thaws": "others_thaw",
    "mount_covered": "cover",
    "mount_uncovered": "uncover",
    "mount_detached": "detach",
    "mount_made": "attach",
}
_REPLIES = {
    ("PROBING", True): "says_able",
    ("FREEZING", True): "says_frozen",
    ("UNDOING", False): "says_freeze_failed",
    ("THAWING", True): "says_thawed",
    ("THAWING", False): "says_thaw_failed",
}


def _told(call: Call) -> str:
    return f"{call.what} {call.path or call.control or call.data.hex()}".rstrip()
