"""The guest's kernel as it is played to an agent: the driver and its device, the mount table, and which file systems are frozen.

It answers calls, and knows nothing of the machines in `machines.py`: what both say is compared. Freezing is a mark in a list here.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from conformance.agents import calls
from conformance.agents.calls import Answer, Call
from conformance.agents.hv_vss.rules import FAILED, FREEZE, MESSAGE, OK, REGISTER, THAW
from conformance.agents.mounts import FileSystem, Mounts, spelt

DEVICE = "/dev/vmbus/hv_vss"
TABLES = ("/proc/mounts", "/proc/self/mounts", "/etc/mtab")

_BELIEFS = {FREEZE: ("FROZEN", "FREEZE_FAILED"), THAW: ("THAWED", "THAW_FAILED")}


@dataclass
class Driver:
    """The driver's side of the device, as its source has it."""

    loaded: bool = True
    opened: bool = False
    stale: bool = False
    ready: bool = False
    announced: bool = False
    unread: bytes | None = None
    outstanding: int | None = None
    believed: str = "NOTHING"
    """What the host was told of freezing and thawing since it asked last, in the words of the machine `told`."""

    def tell(self, status: int) -> None:
        if self.outstanding in _BELIEFS:
            self.believed = _BELIEFS[self.outstanding][status != OK]
        self.outstanding = None

    def ask(self, operation: int) -> None:
        """A packet of the host comes in."""
        self.outstanding = operation
        if operation in _BELIEFS:
            self.believed = "NOTHING"
        if not self.ready or self.unread is not None:
            self.tell(FAILED)
        else:
            self.unread = message(operation)

    def timer(self) -> None:
        self.tell(FAILED)

    def unload(self) -> None:
        self.tell(FAILED)
        self.stale, self.opened = self.stale or self.opened, False
        self.loaded = self.ready = self.announced = False
        self.unread = None

    def load(self) -> None:
        self.loaded = True

    def sleep(self) -> None:
        """A THAW of the driver's own goes to the agent, if nothing lies unread; nothing is outstanding any more."""
        self.outstanding = None
        self.unread = message(THAW) if self.unread is None else self.unread

    def open(self) -> int:
        if not self.loaded:
            return errno.ENOENT
        if self.opened:
            return errno.EBUSY
        self.opened = True
        return 0

    def read(self) -> Answer | None:
        """None: there is nothing to read yet."""
        if self.stale:
            return Answer(errno.EBADF)
        if self.unread is None:
            return None
        data, self.unread = self.unread, None
        self.ready = self.ready or (self.announced and len(data) != MESSAGE)
        return Answer(data=data)

    def write(self, data: bytes) -> int:
        if self.stale:
            return errno.EBADF
        if len(data) != MESSAGE:
            return errno.EINVAL
        if data[0] == REGISTER:
            if self.outstanding is not None:
                return errno.EINVAL
            self.announced, self.unread = True, struct.pack("=I", REGISTER)
            return 0
        if self.outstanding is None:
            return errno.EINVAL
        self.tell(int.from_bytes(data[:4], "little"))
        return 0

    def close(self) -> None:
        if self.opened:
            self.tell(FAILED)
            self.opened = self.ready = self.announced = False
            self.unread = None
        self.stale = False


def message(operation: int) -> bytes:
    """A request, as the driver hands it over; what has no meaning is filled with signs that have to come back."""
    return bytes([operation]) + bytes(range(0xA1, 0xA8)) + struct.pack("=I", 0)


def kind(system: FileSystem) -> str:
    """What the machine `kind` is in."""
    on_a_disk = system.is_written and not system.loop
    return "NOT_ELIGIBLE" if not on_a_disk else "PASSED_OVER" if system.type == "vfat" else "ELIGIBLE"


class Guest(Mounts):
    """A guest with some file systems, and the driver's device."""

    def __init__(self, systems: Sequence[FileSystem]) -> None:
        super().__init__(systems)
        self.driver = Driver()

    def table(self) -> bytes:
        """The mount table."""
        lines = (f"{one.source} {spelt(one.path)} {one.type} {one.options} 0 0\n" for one in self.mounts)
        return "".join(lines).encode()

    def answer(self, call: Call) -> Answer | None:
        """What a call comes back with. None: it waits for the device, and nothing has come."""
        match call.what:
            case calls.OPEN if call.path == DEVICE:
                error = self.driver.open()
                return Answer(error, device=not error)
            case calls.OPEN if call.path in TABLES:
                return Answer(errno.EMFILE) if self.is_refused("table") else Answer(data=self.table())
            case calls.OPEN if self.is_a_folder(call.path):
                number = self.at(call.path)
                error = self.refusal("open", number)
                return Answer(error) if error else Answer(folder=number)
            case calls.STAT:
                block = next(
                    ((7 if one.loop else 8, n) for n, one in enumerate(self.systems) if one.source == call.path), None
                )
                return Answer(block=block) if block else Answer(errno.ENOENT)
            case calls.LOOK:
                loops = {f"/sys/dev/block/7:{n}/loop" for n, one in enumerate(self.systems) if one.loop}
                return Answer(0 if call.path in loops else errno.ENOENT)
            case calls.CONTROL:
                return Answer(self.control(call.control, call.number))
            case calls.WAIT:
                return Answer(hung_up=True) if self.driver.stale else Answer() if self.driver.unread else None
            case calls.READ:
                return self.driver.read()
            case calls.WRITE:
                return Answer(self.driver.write(call.data))
            case calls.CLOSE:
                self.driver.close()
                return Answer()
        return Answer(errno.ENOENT)
