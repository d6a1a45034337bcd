"""The guest and its host as they are played to an agent: the channel, the state file, the hook, the mount table; and what the host is told.

It answers calls, and knows nothing of the machines in `machines.py`: what both say is compared.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from conformance.agents import calls
from conformance.agents.calls import Answer, Call
from conformance.agents.mounts import OTHER, FileSystem, Mounts, spelt
from conformance.agents.qemu_ga.rules import FLUSH

DEVICE = "/dev/virtio-ports/org.qemu.guest_agent.0"
TABLE = "/proc/self/mountinfo"
STATE_FOLDER, HOOK = "/shadowproof/state", "/shadowproof/hook"
STATE = f"{STATE_FOLDER}/qga.state"
MARK = f"{STATE}.isfrozen"

STATE_TEXT = b"[general]\nfd_counter=1000\n"
HOOKED = 4242
"""The number that the process of the hook goes by."""

SYNC_ID = 0x5AFE
COMMANDS = {
    "SYNC": "guest-sync-delimited",
    "LOOK": "guest-ping",
    "STATUS": "guest-fsfreeze-status",
    "FREEZE": "guest-fsfreeze-freeze",
    "LIST": "guest-fsfreeze-freeze-list",
    "THAW": "guest-fsfreeze-thaw",
    "OTHER": "guest-get-time",
}
"""Of what the machine `wants` is in, the command."""

OTHER_COMMANDS = {"SYNC": "guest-sync", "LOOK": "guest-info"}
"""Commands that ask for the same: the one without a byte before the number, and the one that is answered with all that there is."""

PIECE = b'{"execute": '


def kind(system: FileSystem) -> str:
    """What the machine `kind` is in."""
    return "NOT_ELIGIBLE" if not system.is_written else "ELIGIBLE" if system.freezes else "CANNOT"


@dataclass
class Host:
    """Whoever is at the other end. wants: what it waits for an answer to; stale: it has given up on an answer, and has not got in step
    since; believed: what it was told of freezing and thawing since it asked last, in the words of the machine `told`."""

    wants: str = "NOTHING"
    stale: bool = False
    believed: str = "NOTHING"
    sent: int = SYNC_ID
    mark: bytes = FLUSH
    """What stands before the number that it waits for."""

    def ask(self, what: str, listed: Sequence[str] = (), *, otherwise: bool = False) -> bytes:
        """What it writes to ask for something. otherwise: by the other command, where there is one."""
        self.wants = what
        self.mark = b"" if otherwise else FLUSH
        if what in {"FREEZE", "LIST", "THAW"}:
            self.believed = "NOTHING"
        command = OTHER_COMMANDS.get(what) if otherwise else None
        asked: dict[str, Any] = {"execute": command or COMMANDS[what]}
        if what == "SYNC":
            self.sent += 1
            asked["arguments"] = {"id": self.sent}
        if what == "LIST":
            asked["arguments"] = {"mountpoints": list(listed)}
        return (self.mark if what == "SYNC" else b"") + json.dumps(asked).encode() + b"\n"

    def gives_up(self) -> None:
        self.wants, self.stale = "NOTHING", True

    def hears(self, line: bytes) -> None:
        """An answer comes: it is dropped while another is waited for, or none."""
        if self.wants == "SYNC":
            if line.startswith(FLUSH) == bool(self.mark) and returned(line) == self.sent:
                self.wants, self.stale = "NOTHING", False
            return
        if self.wants in {"FREEZE", "LIST", "THAW"}:
            self.believed = self._told(line)
        self.wants = "NOTHING"

    def _told(self, line: bytes) -> str:
        number = returned(line)
        if number is None:
            return _FAILED[self.wants] if self.wants == "THAW" or not refuses(line) else "REFUSED"
        if self.wants == "THAW":
            return "THAWED"
        return "NONE_FROZEN" if number == 0 else {"FREEZE": "FROZEN", "LIST": "LIST_FROZEN"}[self.wants]


_FAILED = {"FREEZE": "FREEZE_FAILED", "LIST": "FREEZE_FAILED", "THAW": "THAW_FAILED"}


def said(line: bytes) -> dict[str, Any]:
    """An answer as data; nothing, where it is none."""
    try:
        found = json.loads(line.removeprefix(FLUSH))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def returned(line: bytes) -> int | None:
    """The number that an answer gives; None: it gives none."""
    found = said(line).get("return")
    return found if isinstance(found, int) else None


def refuses(line: bytes) -> bool:
    """Whether an answer says that the agent may not, as it is frozen."""
    error = said(line).get("error")
    return isinstance(error, dict) and "frozen state" in str(error.get("desc"))


class Guest(Mounts):
    """A guest with some file systems, the state file and the hook of its agent, and the channel to its host."""

    def __init__(self, systems: Sequence[FileSystem]) -> None:
        super().__init__(systems)
        self.host = Host()
        self.unread: list[bytes] = []
        self.is_marked = False
        self._read_since_it_waited = False

    def agent_is_gone(self) -> None:
        """What it has not read is lost."""
        self.unread.clear()
        self._read_since_it_waited = False

    def table(self) -> bytes:
        """The mount table."""
        return b"".join(self._line(number, one) for number, one in enumerate(self.mounts))

    def _line(self, number: int, mount: Any) -> bytes:
        of_device = mount.of != OTHER and mount.source.startswith("/dev/") and mount.type != "btrfs"
        device = f"8:{mount.of}" if of_device else f"0:{40 + number}"
        return (
            f"{30 + number} 1 {device} / {spelt(mount.path)} {mount.options} shared:{number} - "
            f"{mount.type} {mount.source} {mount.options}\n"
        ).encode()

    def answer(self, call: Call) -> Answer | None:
        """What a call comes back with. None: it waits for the channel, and nothing has come."""
        match call.what:
            case calls.OPEN:
                return self._open(call)
            case calls.STAT:
                return self._stat(call.path)
            case calls.LOOK:
                return Answer(0 if call.path == HOOK or (call.path == MARK and self.is_marked) else errno.ENOENT)
            case calls.REMOVE:
                return Answer(self._remove(call.path))
            case calls.CONTROL:
                return Answer(self.control(call.control, call.number))
            case calls.WAIT:
                self._read_since_it_waited = False
                return Answer() if self.unread else Answer(ready=False) if call.number else None
            case calls.READ:
                return self._read()
            case calls.SPAWN:
                return Answer(value=HOOKED)
            case calls.REAP:
                return Answer(value=1 << 8 if self.is_refused("hook") else 0)
            case calls.WRITE | calls.CLOSE:
                return Answer()
        return Answer(errno.ENOENT)

    def _open(self, call: Call) -> Answer:
        if call.path == DEVICE:
            return Answer(device=True)
        if call.path == STATE:
            return Answer(data=STATE_TEXT)
        if call.path == MARK and call.control == calls.MAKES:
            if self.is_refused("state"):
                return Answer(errno.EROFS)
            self.is_marked = True
            return Answer(data=b"")
        if call.path == TABLE:
            return Answer(errno.EMFILE) if self.is_refused("table") else Answer(data=self.table())
        if self.is_a_folder(call.path):
            number = self.at(call.path)
            error = self.refusal("open", number)
            return Answer(error) if error else Answer(folder=number)
        return Answer(errno.ENOENT)

    def _stat(self, path: str) -> Answer:
        if path == STATE or (path == MARK and self.is_marked):
            return Answer(regular=True)
        of = [number for number, one in enumerate(self.systems) if one.source == path]
        return Answer(block=(8, of[0])) if of else Answer(errno.ENOENT)

    def _remove(self, path: str) -> int:
        if path != MARK or not self.is_marked:
            return errno.ENOENT
        if self.is_refused("state"):
            return errno.EROFS
        self.is_marked = False
        return 0

    def _read(self) -> Answer:
        """One thing that the host has written; what comes after it is there when the agent has waited again."""
        if self._read_since_it_waited or not self.unread:
            return Answer(errno.EAGAIN)
        self._read_since_it_waited = True
        return Answer(data=self.unread.pop(0))
