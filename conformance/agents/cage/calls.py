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

_BY_DIRECTORY = {
    program.OPENAT: calls.OPEN,
    program.NEWFSTATAT: calls.STAT,
    program.FACCESSAT: calls.LOOK,
    program.FACCESSAT2: calls.LOOK,
    program.READLINKAT: calls.LOOK,
    program.STATX: calls.LOOK,
}
_BY_PATH = {
    program.OPEN: calls.OPEN,
    program.STAT: calls.STAT,
    program.LSTAT: calls.STAT,
    program.ACCESS: calls.LOOK,
    program.READLINK: calls.LOOK,
}
_STAT_BUFFER = {program.NEWFSTATAT: 2, program.STAT: 1, program.LSTAT: 1}


class Caged:
    """A program in a cage, as an agent whose calls are answered one by one. Use it in a `with`."""

    def __init__(self, arguments: Sequence[str], patience: float = PATIENCE) -> None:
        self.cage = Cage(arguments, patience)
        self._waits: Asked | None = None
        self._call: Call | None = None
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
        while self._call is None:
            asked = self.cage.next()
            if isinstance(asked, Ended):
                return Over(asked.status)
            self._waits, self._call = asked, self._as_call(asked)
        return self._call

    def _as_call(self, asked: Asked) -> Call | None:
        """The call in words; None: it is none that a world has an answer to, and is refused."""
        number, (first, second, third, *_) = asked.call, asked.arguments
        match number:
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
            case program.POLL | program.PPOLL if second == 1 and self.cage.read(first, 4) == struct.pack("=i", DEVICE):
                return Call(calls.WAIT)
        self.cage.answer(asked, -errno.ENOSYS)
        return None

    def answer(self, answer: Answer) -> None:
        asked, call = self._waits, self._call
        if asked is None or call is None:
            raise CageError("there is no call to answer. Report that.")
        self._waits = self._call = None
        if answer.error:
            self.cage.answer(asked, -answer.error)
            return
        first, second = asked.arguments[:2]
        match call.what:
            case calls.OPEN if answer.device:
                self.cage.hand_over(asked, self._nothing, DEVICE)
            case calls.OPEN if answer.folder >= 0:
                self.cage.hand_over(asked, self._folder, FOLDERS + answer.folder)
            case calls.OPEN:
                self.cage.hand_over_text(asked, answer.data or b"")
            case calls.STAT:
                self.cage.write(asked.arguments[_STAT_BUFFER[asked.call]], _stat(answer.block or (0, 0)))
                self.cage.answer(asked, 0)
            case calls.READ:
                data = (answer.data or b"")[: call.number]
                self.cage.answer(asked, len(data) if self.cage.write(second, data) else -errno.EFAULT)
            case calls.WRITE:
                self.cage.answer(asked, len(call.data))
            case calls.WAIT:
                self.cage.write(first + 6, struct.pack("=h", _POLLHUP if answer.hung_up else _POLLIN))
                self.cage.answer(asked, 1)
            case calls.CLOSE:
                self.cage.go_on(asked)
            case _:
                self.cage.answer(asked, 0)


def _stat(block: tuple[int, int]) -> bytes:
    """What stat says of a block device."""
    major, minor = block
    return struct.pack(
        "=QQQIIIIQqqqQQQQQQqqq",
        5, 1, 1, stat.S_IFBLK | 0o660, 0, 0, 0, os.makedev(major, minor), 0, 4096, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    )  # fmt: skip
