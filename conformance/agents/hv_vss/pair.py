"""The agent of the channel in lockstep with its machines: what each of its calls means.

After each step they are compared: what is frozen, and what the host was told; and when the agent rests, the machine of the agent must have
nothing left to do.
"""

from __future__ import annotations

import errno
import signal
import struct
from typing import ClassVar

from conformance.agents import calls
from conformance.agents.calls import FREEZES, Answer, Call, Over
from conformance.agents.freezing import Freezing
from conformance.agents.hv_vss import guest as played
from conformance.agents.hv_vss.guest import Guest, kind
from conformance.agents.hv_vss.network import NETWORK
from conformance.agents.hv_vss.promises import PROMISES
from conformance.agents.hv_vss.rules import FAILED, FREEZE, MESSAGE, OK, PROBE, REGISTER, THAW
from conformance.agents.lockstep import Disturbance
from conformance.agents.mounts import OTHER, FileSystem
from proofs.sample.promises import Promises


class Pair(Freezing[Guest]):
    """An agent, and the machines that say what it may do. systems: numbers of file systems in the catalogue."""

    REFUSED_BY: ClassVar = {
        "open": frozenset({"cannot_be_frozen", "cannot_be_thawed"}),
        "freeze": frozenset({"cannot_be_frozen"}),
        "thaw": frozenset({"cannot_be_thawed"}),
        "table": frozenset({"table_unreadable"}),
    }

    NETWORK, JUDGES = NETWORK, Promises(tuple(PROMISES.values()))

    def guest_of(self, systems: list[FileSystem]) -> Guest:
        return Guest(systems)

    def kind_of(self, system: FileSystem) -> str:
        return kind(system)

    def answer(self, call: Call) -> Answer | None:
        return self.guest.answer(call)

    def is_known(self, path: str) -> bool:
        return path in self._folder or path in played.TABLES or path == played.DEVICE

    # -- what happens around the agent ----------------------------------------------------------------------------------

    def befalls(self, what: Disturbance) -> bool:
        name, number, driver = what.name, what.number, self.guest.driver
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
                self.dies()
                driver.close()
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
                self.guest.befalls(name, number)
        return True

    def is_over(self, found: Over) -> None:
        self.settle(well=False)
        self.fire([("agent_exits", ()), ("gives_up_frozen", ())], f"the agent ends with status {found.status}")
        self.guest.driver.close()
        self.compare()

    def rests(self) -> None:
        """The agent waits for a message, and there is none."""
        doing = self.machines.state("agent")
        if doing not in {"WAITING", "ANNOUNCED"} or self.machines.state("slot") != "EMPTY":
            raise self.disagree(f"the agent waits for a message, and should do more: it {self.called(doing)}")

    def step(self, call: Call, answer: Answer) -> None:
        """Which events a call was, of which one must be possible; none: it tells nothing."""
        match call.what:
            case calls.OPEN if call.path == played.DEVICE:
                if self.machines.state("agent") == "RESETTING":
                    self.settle(well=True)
                    self.fire([("starts_again", ()), ("starts_again_frozen", ())], "the agent opens the device again")
                if not answer.error:
                    self.fire([("device_opened", ())], "the agent opens the device")
            case calls.OPEN if call.path in played.TABLES and answer.error:
                self.fire([("table_unreadable", ())], "the agent cannot read the mount table")
            case calls.OPEN if call.path in self._folder:
                self._opened(call, answer)
            case calls.READ:
                self._read(answer)
            case calls.WRITE:
                self._write(call, answer)
            case calls.CLOSE:
                self.fire([("device_closed", ())], "the agent closes the device")
            case calls.CONTROL:
                self._control(call, answer)

    def _read(self, answer: Answer) -> None:
        if answer.error:
            self.fire([("line_lost", ())], "the agent finds the line lost")
        elif len(answer.data or b"") != MESSAGE:
            self.fire([("version_read", ())], "the agent reads the version")
        else:
            operation = (answer.data or b"\0")[0]
            name = {FREEZE: "freeze_read", THAW: "thaw_read", PROBE: "probe_read"}[operation]
            self.echo = (answer.data or b"")[4:]
            self.fire([(name, ())], f"the agent reads {name.removesuffix('_read').upper()}")

    def _write(self, call: Call, answer: Answer) -> None:
        doing = self.machines.state("agent")
        if doing == "OPENED":
            if len(call.data) != MESSAGE or call.data[0] != REGISTER:
                raise self.disagree(f"the agent announces itself with {call.data[:16].hex()}")
            if not answer.error:
                self.fire([("agent_announces", ())], "the agent announces itself")
            return
        status = struct.unpack_from("=I", call.data.ljust(4, b"\0"))[0]
        if len(call.data) != MESSAGE or call.data[4:] != self.echo or status not in {OK, FAILED}:
            raise self.disagree(f"the agent answers with {call.data[:16].hex()}")
        self.settle(well=status == OK)
        doing = self.machines.state("agent")
        name = _REPLIES.get((doing, status == OK))
        if name is None:
            raise self.disagree(f"the agent says {'OK' if status == OK else 'failed'}, and {self.called(doing)}")
        if doing == "UNDOING" and self.machines.can(("not_undone", ())):
            self.machines.fire(("not_undone", ()))
        said = (
            f"the agent says {'OK' if status == OK else 'failed'}{', which cannot be written' if answer.error else ''}"
        )
        self.fire([(name.removeprefix("says_") + "_unheard" if answer.error else name, ())], said)

    echo: bytes = b""

    def settle(self, *, well: bool) -> None:
        super().settle(well=well)
        if well:
            self.forget_detached()

    def _opened(self, call: Call, answer: Answer) -> None:
        """A folder was opened, or could not be: it may lead to something else."""
        self._path, self._in_a_folder = call.path, not answer.error
        if answer.error:
            number = self.guest.at(call.path)
            self._failed(self._folder[call.path] if number == OTHER else number, f"the agent cannot open {call.path}")

    def _failed(self, number: int, said: str) -> None:
        freezing = self.machines.state("agent") == "FREEZING"
        self.fire([("freeze_fails" if freezing else "thaw_fails", (number,))], said)

    def _control(self, call: Call, answer: Answer) -> None:
        number, error, freezes = call.number, answer.error, call.control == FREEZES
        self._in_a_folder = False
        if self.machines.state("agent") == "FREEZING" and self._open:
            self.settle(well=freezes)
        at = self.of_folder(number)
        said = (
            f"the agent {call.control}s {self._path}{f', which is refused ({errno.errorcode[error]})' if error else ''}"
        )
        if self.machines.state("agent") not in ({"FREEZING"} if freezes else {"THAWING", "UNDOING", "RESETTING"}):
            raise self.disagree(f"{said}, and {self.called(self.machines.state('agent'))}")
        if not error:
            self.fire([("file_system_frozen" if freezes else "file_system_thawed", at)], said)
        elif number == OTHER:
            if freezes:
                self._failed(at[0], said)
            elif self.machines.state("reach", at) == "COVERED":
                self._open.append((("cover_taken_for_thawed", at), ("cover_tried", at)))
        elif freezes:
            if error != errno.EBUSY:
                self.fire([("freeze_fails", at)], said)
            elif (by := self.machines.state("frozen", at)) != "BY_AGENT":
                done = ("busy_taken_for_frozen", at) if by == "FREE" else None
                self._open.append((done, ("freeze_fails", at)))
        elif error != errno.EINVAL:
            self.fire([("thaw_fails", at)], said)
        elif self.machines.state("frozen", at) != "FREE":
            self._open.append((("einval_taken_for_thawed", at), ("thaw_fails", at)))

    # -- comparing --------------------------------------------------------------------------------------------------------

    def compare(self) -> None:
        """What is frozen, by whom, and what the host was told, is the same on both sides."""
        self.compare_frozen()
        told = self.machines.state("told")
        if told != self.guest.driver.believed:
            raise self.disagree(f"the host was told {self.guest.driver.believed}, and in the machine {told}")


_ASKED = {"freeze": FREEZE, "thaw": THAW, "probe": PROBE}
_REPLIES = {
    ("PROBING", True): "says_able",
    ("FREEZING", True): "says_frozen",
    ("UNDOING", False): "says_freeze_failed",
    ("THAWING", True): "says_thawed",
    ("THAWING", False): "says_thaw_failed",
}
