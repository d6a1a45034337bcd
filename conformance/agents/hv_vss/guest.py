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

DEVICE = "/dev/vmbus/hv_vss"
TABLES = ("/proc/mounts", "/proc/self/mounts", "/etc/mtab")

OTHER = 60
"""The number of the folder that is of no file system that is looked at."""


@dataclass(frozen=True)
class FileSystem:
    """One that there may be. options: as the mount table has them; loop: it is in a file."""

    source: str
    paths: tuple[str, ...]
    type: str
    options: str = "rw,relatime"
    loop: bool = False

    @property
    def kind(self) -> str:
        """What the machine `kind` is in."""
        on_a_disk = not self.loop and self.source.startswith("/dev/") and "ro" not in self.options.split(",")
        return "NOT_ELIGIBLE" if not on_a_disk else "PASSED_OVER" if self.type == "vfat" else "ELIGIBLE"


CATALOGUE = (
    FileSystem("/dev/sdb1", ("/data",), "xfs"),
    FileSystem("/dev/sda2", ("/",), "ext4"),
    FileSystem("/dev/mapper/vg-home", ("/home", "/srv/old home"), "btrfs"),
    FileSystem("/dev/sda1", ("/boot/efi",), "vfat"),
    FileSystem("/dev/nvme0n1p1", ("/var",), "ext4", "rw,errors=remount-ro"),
    FileSystem("/dev/sr0", ("/media/cdrom",), "iso9660", "ro,relatime"),
    FileSystem("/dev/loop0", ("/opt/image",), "ext4", loop=True),
    FileSystem("server:/export", ("/mnt/far",), "nfs4"),
)
"""What file systems sessions have: each has some of these."""

_NOISE = (("proc", "/proc", "proc"), ("tmpfs", "/run", "tmpfs"), ("udev", "/dev", "devtmpfs"))


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


@dataclass(frozen=True)
class Mount:
    source: str
    path: str
    type: str
    options: str
    of: int
    """The number of its file system in this guest; OTHER: of one that is not looked at."""


class Guest:
    """A guest with some file systems."""

    def __init__(self, systems: Sequence[FileSystem]) -> None:
        self.systems = tuple(systems)
        self.driver = Driver()
        self.frozen: dict[int, str] = {}
        self.mounts: list[Mount] = [Mount(source, path, type_, "rw", OTHER) for source, path, type_ in _NOISE]
        for number in range(len(self.systems)):
            self._mount(number)
        self.refused: dict[tuple[str, int], list[int]] = {}
        self.table_refused = 0

    def _mount(self, number: int) -> None:
        one = self.systems[number]
        self.mounts += [Mount(one.source, path, one.type, one.options, number) for path in one.paths]

    # -- what others do -------------------------------------------------------------------------------------------------

    def cover(self, number: int) -> None:
        self.mounts += [Mount("tmpfs", path, "tmpfs", "rw", OTHER) for path in self.systems[number].paths]

    def uncover(self, number: int) -> None:
        covers = set(self.systems[number].paths)
        self.mounts = [one for one in self.mounts if one.of != OTHER or one.path not in covers]

    def detach(self, number: int) -> None:
        self.mounts = [one for one in self.mounts if one.of != number]

    def attach(self, number: int) -> None:
        self._mount(number)

    def others_freeze(self, number: int) -> None:
        self.frozen[number] = "other"

    def others_thaw(self, number: int) -> None:
        del self.frozen[number]

    def refuse(self, what: str, number: int, error: int) -> None:
        """The next call of this kind (open, freeze, thaw) on this file system is refused with this error."""
        self.refused.setdefault((what, number), []).append(error)

    def refuse_table(self) -> None:
        """The next time the mount table is opened, it cannot be."""
        self.table_refused += 1

    # -- calls ----------------------------------------------------------------------------------------------------------

    def at(self, path: str) -> int:
        """The number of the file system that a path leads to: that of what is mounted on the way to it last."""
        best, of = "", OTHER
        for one in self.mounts:
            inside = path == one.path or path.startswith(one.path.rstrip("/") + "/")
            if inside and len(one.path) >= len(best):
                best, of = one.path, one.of
        return of

    def table(self) -> bytes:
        """The mount table, with blanks in paths spelt as the kernel does."""
        lines = (
            f"{one.source} {one.path.replace(' ', chr(92) + '040')} {one.type} {one.options} 0 0\n"
            for one in self.mounts
        )
        return "".join(lines).encode()

    def answer(self, call: Call) -> Answer | None:
        """What a call comes back with. None: it waits for the device, and nothing has come."""
        match call.what:
            case calls.OPEN if call.path == DEVICE:
                error = self.driver.open()
                return Answer(error, device=not error)
            case calls.OPEN if call.path in TABLES:
                if self.table_refused:
                    self.table_refused -= 1
                    return Answer(errno.EMFILE)
                return Answer(data=self.table())
            case calls.OPEN if (
                any(one.path == call.path for system in self.systems for one in self._of(system)) or call.path == "/"
            ):
                number = self.at(call.path)
                error = self._refusal("open", number)
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
                return Answer(self._control(call.control, call.number))
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

    @staticmethod
    def _of(system: FileSystem) -> list[Mount]:
        return [Mount(system.source, path, system.type, system.options, 0) for path in system.paths]

    def _refusal(self, what: str, number: int) -> int:
        errors = self.refused.get((what, number))
        return errors.pop(0) if errors else 0

    def _control(self, control: str, number: int) -> int:
        """Freezing what is frozen is refused, and so is thawing what is not; what is not looked at can do neither."""
        if error := self._refusal(control, number):
            return error
        if control == calls.FREEZES:
            if number == OTHER:
                return errno.EOPNOTSUPP
            if number in self.frozen:
                return errno.EBUSY
            self.frozen[number] = "agent"
            return 0
        if number not in self.frozen:
            return errno.EINVAL
        del self.frozen[number]
        return 0
