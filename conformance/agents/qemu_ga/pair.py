"""QEMU's agent in lockstep with its machines: what each of its calls, and each of its answers, means."""

from __future__ import annotations

import errno
import json
import signal
from typing import Any, ClassVar

from conformance.agents import calls
from conformance.agents.calls import FREEZES, MAKES, Answer, Call, Over
from conformance.agents.freezing import Freezing
from conformance.agents.lockstep import MOST_CALLS, Disturbance
from conformance.agents.mounts import OTHER, FileSystem
from conformance.agents.qemu_ga import guest as played
from conformance.agents.qemu_ga.guest import PIECE, Guest, kind, returned, said
from conformance.agents.qemu_ga.machines import ASKS
from conformance.agents.qemu_ga.network import NETWORK
from conformance.agents.qemu_ga.promises import PROMISES
from conformance.agents.qemu_ga.rules import FLUSH
from proofs.sample.promises import Promises

_FREEZING = {"FREEZING", "FREEZING_LIST"}
_THAWING = {"THAWING", "UNDOING"}
LONGEST = 1 << 16
"""Bytes of an answer, beyond which it is taken to have no end."""


class Pair(Freezing[Guest]):
    """An agent, and the machines that say what it may do. systems: numbers of file systems in the catalogue."""

    REFUSED_BY: ClassVar = {
        "open": frozenset({"cannot_be_frozen", "cannot_be_thawed"}),
        "freeze": frozenset({"cannot_be_frozen"}),
        "thaw": frozenset({"cannot_be_thawed"}),
        "table": frozenset({"table_unreadable"}),
        "hook": frozenset({"hook_fails"}),
        "state": frozenset({"state_file_refused"}),
    }

    NETWORK, JUDGES = NETWORK, Promises(tuple(PROMISES.values()))

    def guest_of(self, systems: list[FileSystem]) -> Guest:
        return Guest(systems)

    def kind_of(self, system: FileSystem) -> str:
        return kind(system)

    _line = b""
    _hook_was_run = False
    _done = 0

    def answer(self, call: Call) -> Answer | None:
        return self.guest.answer(call)

    def is_known(self, path: str) -> bool:
        return path in self._folder or path in {played.TABLE, played.DEVICE, played.MARK}

    @property
    def doing(self) -> str:
        """What the agent's machine is at."""
        return self.machines.state("agent")

    # -- what happens around the agent ----------------------------------------------------------------------------------

    def befalls(self, what: Disturbance) -> bool:
        name, number = what.name, what.number
        unsynced = name.replace("host_asks_", "") + "_asked_unsynced"
        if not self.machines.can((name, ())) and self.machines.can((unsynced, ())):
            name = unsynced
        act = (name, () if number is None else (number,))
        if not self.machines.can(act) or (name == "mount_detached" and self.doing == "FREEZING_LIST"):
            return False
        if name == "agent_told_to_end" and not self._ends_when_told():
            return True
        self.machines.fire(act)
        match name:
            case "agent_starts":
                self.agent.start()
            case "agent_killed":
                self.agent.next()  # it waits for an answer, so that it is known where the signal strikes
                self.agent.kill(signal.SIGKILL)
                self.dies()
                self._is_gone()
            case "host_gives_up":
                self.guest.host.gives_up()
            case "piece_left":
                self.guest.unread.append(PIECE)
                self.guest.host.stale = True
                self.go()
            case _ if name in ASKS:
                otherwise = bool(what.error) and self.machines.state("reader") == "EMPTY"
                self.guest.unread.append(self.guest.host.ask(ASKS[name].name, self._listed(), otherwise=otherwise))
            case _ if number is not None and name not in {"host_names", "host_drops"}:
                self.guest.befalls(name, number)
        return True

    def _listed(self) -> list[str]:
        """The paths that the host names."""
        named = (n for n in range(len(self.systems)) if self.machines.state("listed", (n,)) == "YES")
        return [path for n in named for path in self.guest.systems[n].paths]

    def _ends_when_told(self) -> bool:
        """Whether it ends; it neither freezes, thaws, nor says anything before. One that is frozen may go on waiting."""
        self.agent.next()
        self.agent.kill(signal.SIGTERM)
        for _ in range(MOST_CALLS):
            found = self.agent.next()
            self.last = found
            if isinstance(found, Over):
                self._is_gone()
                return True
            answer = self.guest.answer(found)
            if answer is None and self.machines.state("knows") == "FROZEN":
                return False
            if answer is None or found.what in {calls.CONTROL, calls.WRITE}:
                break
            self.agent.answer(answer)
        raise self.disagree("the agent is told to end, and does not")

    def _is_gone(self) -> None:
        self.guest.agent_is_gone()
        self._line = b""
        self._in_a_folder = False

    # -- the agent's calls ------------------------------------------------------------------------------------------------

    def is_over(self, found: Over) -> None:
        self._is_gone()
        raise self.disagree(f"the agent ends with status {found.status}, and nobody has told it to")

    def rests(self) -> None:
        """The agent waits for a command, and there is none."""
        if self.doing != "WAITING" or self.machines.state("unread") != "NOTHING":
            raise self.disagree(f"the agent waits for a command, and should do more: it {self.called(self.doing)}")

    def step(self, call: Call, answer: Answer) -> None:
        match call.what:
            case calls.OPEN if call.path == played.MARK and call.control == MAKES:
                self.fire([("marking_fails" if answer.error else "marks", ())], "the agent makes its state file")
            case calls.OPEN if call.path == played.TABLE and answer.error:
                self.fire([("table_unreadable", ())], "the agent cannot read the mount table")
            case calls.OPEN if call.path in self._folder:
                self._opened(call, answer)
            case calls.REMOVE if call.path == played.MARK:
                self._removed(answer)
            case calls.REAP:
                self._hook_ended(answer.value)
            case calls.READ if answer.data:
                self._read(answer.data)
            case calls.WRITE:
                self._line += call.data
                if len(self._line) > LONGEST:
                    raise self.disagree(f"the agent answers with more than {LONGEST:,} bytes")
                *lines, self._line = self._line.split(b"\n")
                for line in lines:
                    self._says(line)
            case calls.CONTROL:
                self._control(call, answer)

    def _removed(self, answer: Answer) -> None:
        """The state file was removed, or could not be: an agent that does so takes nothing for frozen any more."""
        self.settle(well=True)
        for number in range(len(self.systems)):
            if self.machines.can(forgotten := ("left_forgotten", (number,))):
                self.machines.fire(forgotten)
        if self.machines.state("knows") == "FROZEN" or not answer.error:
            failed = answer.error not in {0, errno.ENOENT}
            self.fire([("unmarking_fails" if failed else "unmarks", ())], "the agent removes its state file")

    def _hook_ended(self, status: int) -> None:
        before = self.doing in _FREEZING and not self._hook_was_run
        self._hook_was_run = True
        name = ("hook_fails_at_freeze" if status else "hook_prepares") if before else (
            "hook_fails_at_thaw" if status else "hook_thaws"
        )  # fmt: skip
        self.fire([(name, ())], "the agent runs the hook")

    def _read(self, data: bytes) -> None:
        if data == PIECE:
            return
        what = self.machines.state("unread")
        self._hook_was_run, self._done = False, 0
        acts = [(f"{what.lower()}_read", ()), (f"{what.lower()}_refused", ()), ("command_swallowed", ())]
        self.fire([act for act in acts if act[0] in self.machines.network.events], f"the agent reads {data!r}")

    # -- its answers --------------------------------------------------------------------------------------------------------

    def _says(self, line: bytes) -> None:
        self.guest.host.hears(line)
        doing, found = self.doing, said(line)
        number = returned(line)
        if doing == "SYNCING" and "error" in found:
            return  # what was left of an earlier command, which the byte before the sync has ended
        self.settle(well="error" not in found)
        doing = self.doing
        name = self._meant(doing, line, found, number)
        if name is None:
            raise self.disagree(f"the agent says {_shown(line)}, and {self.called(doing)}")
        forgotten = ("hook_forgotten", ())
        if (
            name in {"says_none_frozen", "says_freeze_failed"}
            and not self.machines.can((name, ()))
            and self.machines.can(forgotten)
        ):
            self.machines.fire(forgotten)
        counted = doing in _FREEZING | {"THAWING"} and number is not None
        if counted and number != self._done:
            raise self.disagree(
                f"the agent says {number}, and has {'frozen' if doing != 'THAWING' else 'thawed'} {self._done}"
            )
        self.fire([(name, ())], f"the agent says {_shown(line)}")

    def _meant(self, doing: str, line: bytes, found: dict[str, Any], number: int | None) -> str | None:
        """Which event an answer is; None: it is none to what the agent has read."""
        if "error" in found:
            return _ERRORS.get(doing)
        match doing:
            case "SYNCING" if line.startswith(FLUSH) == bool(self.guest.host.mark) and number == self.guest.host.sent:
                return "says_synced"
            case "LOOKED_FOR" if isinstance(found.get("return"), dict):
                return "says_here"
            case "ASKED_STATUS":
                return {"frozen": "says_is_frozen", "thawed": "says_is_thawed"}.get(str(found.get("return")))
            case "ASKED_OTHER" if number is not None:
                return "says_other"
            case "FREEZING" | "FREEZING_LIST" if number == 0:
                return "says_none_frozen"
            case "FREEZING" if number is not None:
                return "says_frozen"
            case "FREEZING_LIST" if number is not None:
                return "says_list_frozen"
            case "THAWING" if number is not None:
                return "says_thawed" if number else "says_none_thawed"
        return None

    # -- freezing and thawing -----------------------------------------------------------------------------------------------

    def settle(self, *, well: bool) -> None:
        super().settle(well=well)
        if well and self.doing in _THAWING:
            self.forget_detached()

    def _opened(self, call: Call, answer: Answer) -> None:
        """A folder was opened, or could not be: it may lead to something else."""
        self._path, self._in_a_folder = call.path, not answer.error
        if answer.error:
            number = self.guest.at(call.path)
            self._failed(self._folder[call.path] if number == OTHER else number, f"the agent cannot open {call.path}")

    def _failed(self, number: int, told: str) -> None:
        at = (number,)
        if self.doing in _FREEZING:
            self.fire([("freeze_fails", at)], told)
        elif self.machines.state("frozen", at) != "FREE":
            self._open.append((("failure_taken_for_thawed", at), ("thaw_fails", at)))

    def _control(self, call: Call, answer: Answer) -> None:
        number, error, freezes = call.number, answer.error, call.control == FREEZES
        self._in_a_folder = False
        if self.doing in _FREEZING and self._open:
            self.settle(well=freezes)
        at = self.of_folder(number)
        told = (
            f"the agent {call.control}s {self._path}{f', which is refused ({errno.errorcode[error]})' if error else ''}"
        )
        if self.doing not in (_FREEZING if freezes else _THAWING):
            raise self.disagree(f"{told}, and {self.called(self.doing)}")
        if not error:
            self._done += 1
            self.fire([("file_system_frozen" if freezes else "file_system_thawed", at)], told)
        elif number == OTHER:
            if freezes and self.machines.can(("cover_left_out", at)):
                self.machines.fire(("cover_left_out", at))
            elif not freezes and self.machines.state("reach", at) == "COVERED":
                self._open.append((("cover_taken_for_thawed", at), ("cover_tried", at)))
        elif not freezes:
            self._failed(number, told)
        elif error == errno.EBUSY:
            if (by := self.machines.state("frozen", at)) != "BY_AGENT":
                done = ("busy_taken_for_frozen", at) if by == "FREE" else None
                self._open.append((done, ("freeze_fails", at)))
        elif error != errno.EOPNOTSUPP:
            self.fire([("freeze_fails", at)], told)

    # -- comparing --------------------------------------------------------------------------------------------------------

    def compare(self) -> None:
        """What is frozen, by whom, the state file, what the host waits for and was told, is the same on both sides."""
        self.compare_frozen()
        host = self.guest.host
        for machine, theirs in (
            ("told", host.believed),
            ("wants", host.wants),
            ("channel", "STALE" if host.stale else "CLEAN"),
            ("mark", "THERE" if self.guest.is_marked else "ABSENT"),
        ):
            if self.machines.state(machine) != theirs:
                raise self.disagree(
                    f"of {machine}: {theirs} in the guest, and {self.machines.state(machine)} in the machine"
                )


_ERRORS = {
    "REFUSING": "says_refused",
    "UNDOING": "says_freeze_failed",
    "THAWING": "says_thaw_failed",
}


def _shown(line: bytes) -> str:
    return json.dumps(line.decode("utf-8", "replace")[:120])
