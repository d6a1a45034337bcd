"""A caged program's calls in the words of `conformance/agents/calls.py`."""

from __future__ import annotations

import errno
import os
import stat
import struct
from collections.abc import Sequence
from types import TracebackType

from conformance.agents import calls
from conformance.agents.cage import program
from conformance.agents.cage.cage import PATIENCE, Asked, Cage, CageError, Ended
from conformance.agents.cage.program import DEVICE, FIFREEZE, FITHAW, FOLDERS
from conformance.agents.calls import Answer, Call, Over

_POLLIN, _POLLHUP = 1, 16
_LARGEST = 1 << 16
_MOST_POLLED = 16
_MOST_UNTOLD = 10_000
"""Calls one after another that no guest answers, beyond which a program is taken to go on for ever."""
_CLONE_THREAD = 0x10000
_NOBODY = 1 << 22
"""The number of a thread that is not there: the largest there may be, and one."""

_BY_DIRECTORY = {
    program.OPENAT: calls.OPEN,
    program.NEWFSTATAT: calls.STAT,
    program.FACCESSAT: calls.LOOK,
    program.FACCESSAT2: calls.LOOK,
    program.READLINKAT: calls.LOOK,
    program.STATX: calls.LOOK,
    program.UNLINKAT: calls.REMOVE,
}
_BY_PATH = {
    program.OPEN: calls.OPEN,
    program.STAT: calls.STAT,
    program.LSTAT: calls.STAT,
    program.ACCESS: calls.LOOK,
    program.READLINK: calls.LOOK,
    program.UNLINK: calls.REMOVE,
}
_STAT_BUFFER = {program.NEWFSTATAT: 2, program.STAT: 1, program.LSTAT: 1}


class Caged:
    """A program in a cage, as an agent whose calls are answered one by one. Use it in a `with`."""

    def __init__(self, arguments: Sequence[str], patience: float = PATIENCE, libraries: str = "") -> None:
        self.cage = Cage(arguments, patience, libraries)
        self._waits: Asked | None = None
        self._call: Call | None = None
        self._started = 0
        """The number of what the program believes it has started last."""
        self._nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        self._folder = os.memfd_create("folder", os.MFD_CLOEXEC)

    def __enter__(self) -> Caged:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nothing runs any more, and nothing is open."""
        self.cage.close()
        for file in (self._nothing, self._folder):
            os.close(file)

    def start(self) -> None:
        self._waits = self._call = None
        self.cage.start()

    def kill(self, number: int) -> None:
        self._waits = self._call = None
        self.cage.signal(number)

    def next(self) -> Call | Over:
        for _ in range(_MOST_UNTOLD):
            if self._call is not None:
                return self._call
            asked = self.cage.next()
            if isinstance(asked, Ended):
                return Over(asked.status)
            self._waits, self._call = asked, self._as_call(asked)
        raise CageError(
            f"{self.cage.arguments[0]} has made {_MOST_UNTOLD:,} calls that no guest answers, so it was ended. Name the agent's program."
        )

    def _as_call(self, asked: Asked) -> Call | None:
        """The call in words; None: it is none that a world has an answer to, and is refused. A thread that it starts is never there: what
        needs one hangs, which is noticed."""
        number, (first, second, third, *_) = asked.call, asked.arguments
        match number:
            case program.OPENAT | program.OPEN:
                path, flags = (second, third) if number == program.OPENAT else (first, second)
                makes = calls.MAKES if flags & os.O_CREAT else ""
                return Call(calls.OPEN, path=self.cage.text(path), control=makes)
            case _ if number in _BY_DIRECTORY:
                return Call(_BY_DIRECTORY[number], path=self.cage.text(second))
            case _ if number in _BY_PATH:
                return Call(_BY_PATH[number], path=self.cage.text(first))
            case program.IOCTL:
                return Call(
                    calls.CONTROL,
                    number=first - FOLDERS,
                    control={FIFREEZE: calls.FREEZES, FITHAW: calls.THAWS}[second],
                )
            case program.READ:
                return Call(calls.READ, number=third)
            case program.WRITE:
                return Call(calls.WRITE, data=self.cage.read(second, min(third, _LARGEST)))
            case program.CLOSE:
                return Call(calls.CLOSE)
            case program.POLL if self._polled(first, second) >= 0:
                return Call(calls.WAIT, number=int(third == 0))
            case program.PPOLL if self._polled(first, second) >= 0:
                return Call(calls.WAIT, number=int(third != 0 and not any(self.cage.read(third, 16))))
            case program.CLONE if first & _CLONE_THREAD:
                self.cage.answer(asked, _NOBODY)
                return None
            case program.CLONE | program.FORK | program.VFORK:
                return Call(calls.SPAWN)
            case program.WAIT4:
                return Call(calls.REAP, number=self._started)
        self.cage.answer(asked, -errno.ENOSYS)
        return None

    def _polled(self, address: int, count: int) -> int:
        """Which of the descriptors that are polled is the device; -1: none."""
        listed = self.cage.read(address, 8 * count) if count <= _MOST_POLLED else b""
        found = [number for number, _, _ in struct.iter_unpack("=ihh", listed[: len(listed) // 8 * 8])]
        return found.index(DEVICE) if DEVICE in found else -1

    def answer(self, answer: Answer) -> None:
        asked, call = self._waits, self._call
        if asked is None or call is None:
            raise CageError("there is no call to answer. Report that.")
        self._waits = self._call = None
        if answer.error:
            self.cage.answer(asked, -answer.error)
            return
        second = asked.arguments[1]
        match call.what:
            case calls.OPEN if answer.device:
                self.cage.hand_over(asked, self._nothing, DEVICE)
            case calls.OPEN if answer.folder >= 0:
                self.cage.hand_over(asked, self._folder, FOLDERS + answer.folder)
            case calls.OPEN:
                self.cage.hand_over_text(asked, answer.data or b"")
            case calls.STAT:
                self.cage.write(asked.arguments[_STAT_BUFFER[asked.call]], _stat(answer))
                self.cage.answer(asked, 0)
            case calls.READ:
                data = (answer.data or b"")[: call.number]
                self.cage.answer(asked, len(data) if self.cage.write(second, data) else -errno.EFAULT)
            case calls.WRITE:
                self.cage.answer(asked, len(call.data))
            case calls.WAIT:
                self._answer_poll(asked, answer)
            case calls.CLOSE:
                self.cage.go_on(asked)
            case calls.SPAWN:
                self._started = max(answer.value, 0)
                self.cage.answer(asked, self._started or -errno.EAGAIN)
            case calls.REAP:
                self.cage.write(second, struct.pack("=i", answer.value))
                self.cage.answer(asked, call.number)
            case _:
                self.cage.answer(asked, 0)

    def _answer_poll(self, asked: Asked, answer: Answer) -> None:
        """Nothing has happened to what else is polled."""
        first, count = asked.arguments[:2]
        of_device = self._polled(first, count)
        for number in range(count):
            found = (_POLLHUP if answer.hung_up else _POLLIN) if number == of_device and answer.ready else 0
            self.cage.write(first + 8 * number + 6, struct.pack("=h", found))
        self.cage.answer(asked, int(answer.ready))


def _stat(answer: Answer) -> bytes:
    """What stat says of a regular file, or of a block device."""
    (major, minor), kind = answer.block or (0, 0), stat.S_IFREG if answer.regular else stat.S_IFBLK
    return struct.pack(
        "=QQQIIIIQqqqQQQQQQqqq",
        5, 1, 1, kind | 0o660, 0, 0, 0, os.makedev(major, minor), 0, 4096, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    )  # fmt: skip
