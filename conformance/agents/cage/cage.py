"""A caged program, and its calls one by one: each waits until it is answered."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import platform
import select
import signal
import socket
import stat
import struct
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.agents.cage import program
from conformance.agents.cage.program import CHANNEL, FIFREEZE, FITHAW, FOLDERS, MOST_FOLDERS

_RECEIVE, _SEND, _ADD, _SET = 0xC0502100, 0xC0182101, 0x40182103, 0x40082104
_GO_ON, _AT = 1, 1
_LONGEST_PATH = 4096
_PAGE = 4096

LIBRARIES = ("/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/", "/etc/ld.so.cache")
"""Where the files are that a program is loaded from. They are opened here, for reading, if they are regular files."""

PATIENCE = 20.0
"""Seconds of doing nothing that can be seen after which a program is taken to hang: a bound, which no usual run comes near."""


STARTS = (program.EXECVE, program.EXECVEAT)


class CageError(ValueError):
    """A program cannot be caged here, or not at all: says why, and what to do."""


class Unsafe(CageError):
    """The filter was tried, and does not do what it must. Nothing is run."""


@dataclass(frozen=True)
class Asked:
    """One call of the program, which waits: its number in the table of calls, and its arguments."""

    id: int
    call: int
    arguments: tuple[int, ...]


@dataclass(frozen=True)
class Ended:
    """The program has ended: with this status, or (negative) by this signal."""

    status: int


class Hangs(Exception):
    """The program has made no call for so long."""


def why_not_here() -> str | None:
    """Why no program can be caged on this machine; None: nothing is known to stand in the way."""
    if sys.platform != "linux":
        return "programs are caged by a filter of the Linux kernel, and this is another system"
    if platform.machine() != "x86_64":
        return f"the filter is written for x86-64, and this machine is {platform.machine()}"
    try:
        actions = Path("/proc/sys/kernel/seccomp/actions_avail").read_text("ascii").split()
    except OSError:
        return "the kernel has no filters with actions (seccomp), or /proc is not there"
    return None if "user_notif" in actions else "the kernel cannot ask another process about a call (5.0 or later can)"


class Cage:
    """Starts a program, again and again, and answers its calls. Use it in a `with`: at its end nothing runs any more.

    libraries: a folder with those that this system lacks. Raises CageError where this machine cannot do it, and
    Unsafe where the filter does not hold."""

    def __init__(self, arguments: Sequence[str], patience: float = PATIENCE, libraries: str = "") -> None:
        if reason := why_not_here():
            raise CageError(f"{reason}. Run it elsewhere.")
        self.arguments, self.patience = list(arguments), patience
        self.libraries = libraries
        self.instructions = program.instructions()
        self._mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        script = Path(__file__).with_name("launcher.py")
        with theirs:
            self._launcher = subprocess.Popen(  # noqa: S603 - this project's own file
                [sys.executable, "-I", "-S", str(script), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self._listener, self._memory, self.pid, self._checked = -1, -1, 0, False
        self._ends: Ended | None = Ended(0)

    def __enter__(self) -> Cage:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the program and its launcher."""
        with suppress(CageError, OSError):
            self.end()
        self._forget()
        self._mine.close()
        try:
            self._launcher.wait(5)
        except subprocess.TimeoutExpired:
            self._launcher.kill()
            self._launcher.wait()

    # -- starting -----------------------------------------------------------------------------------------------------

    def check(self, *, whole: bool = True) -> None:
        """Try the filter in throw-away processes: freezing, and (whole) thawing, on descriptors that were not handed out; and on those
        that were, with nobody there to answer. Raises Unsafe where it does not kill, or lets through; CageError where there is none."""
        kills = [(-1, FIFREEZE), (-1, FITHAW), (FOLDERS + MOST_FOLDERS, FIFREEZE)] if whole else [(-1, FIFREEZE)]
        refuses = [(FOLDERS, FIFREEZE), (FOLDERS, FITHAW)] if whole else []
        found = self._order("try", filter=self.instructions.hex(), calls=kills + refuses)
        if refused := [status - 100 for _, status in found if status >= 100]:
            raise CageError(
                f"a filter cannot be set here ({os.strerror(refused[0])}). Run it where a sandbox allows seccomp, or on the bare machine."
            )
        if found != [[signal.SIGSYS, 0]] * len(kills) + [[0, 0]] * len(refuses):
            raise Unsafe(
                f"the filter that must keep a program from freezing does not hold ({found}). Nothing was run; report that."
            )
        self._checked = True

    def start(self) -> None:
        """Start the program, after the filter was tried. Raises CageError."""
        self.end()
        self._ends = None
        self.check(whole=not self._checked)
        self._mine.send(
            self._ordered("start", filter=self.instructions.hex(), channel=CHANNEL, arguments=self.arguments)
        )
        while self._listener < 0 or not self.pid:
            said, descriptors, _, _ = self._receive(1)
            if descriptors:
                self._listener = descriptors[0]
            elif said.startswith(b"#"):
                self.pid = int(said[1:])
            else:
                self._cannot_start(int(said))
        with suppress(OSError):  # from 6.6 on: whoever is answered runs at once
            fcntl.ioctl(self._listener, _SET, struct.pack("=Q", 1))
        self._poll = select.poll()
        self._poll.register(self._listener, select.POLLIN)
        self._started = False
        self._load()

    def _load(self) -> None:
        """Let the program be started by the kernel. Raises CageError."""
        asked = self.next()
        if not isinstance(asked, Asked) or asked.call not in STARTS:
            raise CageError("the launcher did something else than to start the program. Report that.")
        self.go_on(asked)
        self._started = True

    def _cannot_start(self, number: int) -> None:
        self.end()
        why = {errno.ENOENT: "it, or the loader it names, is not there", errno.EACCES: "it may not be read and run by everybody",
               errno.ENOEXEC: "it is no program of this system"}.get(number, os.strerror(number))  # fmt: skip
        raise CageError(f"{self.arguments[0]} cannot be started: {why}. Name the program's file.")

    # -- calls ----------------------------------------------------------------------------------------------------------

    def next(self) -> Asked | Ended:
        """The next call, or how the program ended. Raises Hangs, and CageError where it could not even be started."""
        while True:
            if self._ends is not None:
                return self._ends
            events = self._poll.poll(self.patience * 1000)
            if not events:
                raise Hangs
            if not events[0][1] & select.POLLIN:
                return self._ended()
            buffer = bytearray(80)
            try:
                fcntl.ioctl(self._listener, _RECEIVE, buffer)
            except OSError as problem:
                if problem.errno in {errno.ENOENT, errno.EINTR}:
                    continue
                raise
            id_, _, _, number, _, _, *arguments = struct.unpack("=QIIiIQ6Q", buffer)
            asked = Asked(id_, number, tuple(arguments))
            if self._started and number in STARTS:
                self.answer(asked, -errno.EPERM)
            elif not (self._started and self._is_of_loader(asked)):
                return asked

    def _ended(self) -> Ended:
        while True:
            self._mine.send(self._ordered("wait"))
            said, _, _, _ = self._receive(0)
            if not said.startswith(b"#"):
                self._order_answer()
                self._forget()
                self._cannot_start(int(said))
            self._forget()
            self._ends = Ended(int(said[1:]))
            return self._ends

    def answer(self, asked: Asked, value: int) -> None:
        """Let the call come back with a value, or (negative) with an error."""
        self._send(asked, max(value, 0), min(value, 0), 0)

    def go_on(self, asked: Asked) -> None:
        """Let the kernel do what was asked. Only for what nothing hangs on: starting the program, and closing the device."""
        self._send(asked, 0, 0, _GO_ON)

    def _send(self, asked: Asked, value: int, error: int, flags: int) -> None:
        try:
            fcntl.ioctl(self._listener, _SEND, struct.pack("=QqiI", asked.id, value, error, flags))
        except OSError as problem:
            if problem.errno != errno.ENOENT:  # the program was killed meanwhile
                raise

    def hand_over(self, asked: Asked, descriptor: int, number: int | None = None) -> None:
        """Let a call come back with a copy of our descriptor, at this number or at the next that is free."""
        flags, at = (0, 0) if number is None else (_AT, number)
        order = bytearray(struct.pack("=QIIII", asked.id, flags, descriptor, at, os.O_CLOEXEC))
        try:
            self.answer(asked, fcntl.ioctl(self._listener, _ADD, order))
        except OSError as problem:
            if problem.errno != errno.ENOENT:
                raise CageError(
                    "the kernel cannot hand a descriptor over (5.9 or later can). Run it elsewhere."
                ) from problem

    def hand_over_text(self, asked: Asked, text: bytes) -> None:
        """Let a call come back with a file that has this text in it."""
        file = os.memfd_create("text", os.MFD_CLOEXEC)
        try:
            os.write(file, text)
            os.lseek(file, 0, os.SEEK_SET)
            self.hand_over(asked, file)
        finally:
            os.close(file)

    # -- the program's memory -----------------------------------------------------------------------------------------

    def read(self, address: int, size: int) -> bytes:
        """So many bytes of the program's memory at most."""
        try:
            return os.pread(self._of_memory(), size, address)
        except (OSError, OverflowError):
            return b""

    def write(self, address: int, content: bytes) -> bool:
        """Whether the content could be written into the program's memory."""
        try:
            return os.pwrite(self._of_memory(), content, address) == len(content)
        except (OSError, OverflowError):
            return False

    def text(self, address: int) -> str:
        """A text that ends in a zero byte; of a path no more than may be."""
        found = b""
        while b"\0" not in found and len(found) < _LONGEST_PATH:
            here = address + len(found)
            piece = self.read(here, min(256, _PAGE - here % _PAGE))
            if not piece:
                break
            found += piece
        return os.fsdecode(found.partition(b"\0")[0])

    def _of_memory(self) -> int:
        if self._memory < 0:
            try:
                self._memory = os.open(f"/proc/{self.pid}/mem", os.O_RDWR | os.O_CLOEXEC)
            except PermissionError:
                self._memory = self._memory_by_helper()
        return self._memory

    def _memory_by_helper(self) -> int:
        """The program's memory, as the launcher has it opened by a process of the program's own user."""
        self._mine.send(self._ordered("memory"))
        found = -1
        while True:
            said, descriptors, _, _ = self._receive(1)
            found = descriptors[0] if descriptors else found
            if said.startswith(b"#"):
                break
        if found < 0:
            raise CageError(
                "The program's memory may not be read here. Run it where processes of one user may be traced."
            )
        return found

    # -- loading ------------------------------------------------------------------------------------------------------

    def _is_of_loader(self, asked: Asked) -> bool:
        """Whether the call was one for a file that the program is loaded from; then it is answered."""
        if asked.call not in {program.OPENAT, program.OPEN}:
            return False
        path = self.text(asked.arguments[asked.call == program.OPENAT])
        if not path.startswith(LIBRARIES) or ".." in path:
            return False
        try:
            file = self._opened(path)
        except OSError as problem:
            self.answer(asked, -(problem.errno or errno.ENOENT))
            return True
        try:
            if stat.S_ISREG(os.fstat(file).st_mode):
                self.hand_over(asked, file)
            else:
                self.answer(asked, -errno.EACCES)
        finally:
            os.close(file)
        return True

    def _opened(self, path: str) -> int:
        """A library's file, of this system or else of the folder beside it. Raises OSError."""
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
        try:
            return os.open(path, flags)
        except FileNotFoundError:
            if not self.libraries:
                raise
            return os.open(Path(self.libraries, Path(path).name), flags)

    # -- ending -------------------------------------------------------------------------------------------------------

    def signal(self, number: int) -> None:
        """Send the program a signal."""
        self._order("signal", signal=number)

    def end(self) -> int | None:
        """Kill the program, if it runs; its status."""
        if not self.pid:
            return None
        with suppress(CageError):
            self.signal(signal.SIGKILL)
        self._forget_listener()
        status = self._order("wait")
        self._forget()
        return int(status) if status is not None else None

    def _forget_listener(self) -> None:
        if self._listener >= 0:
            os.close(self._listener)
            self._listener = -1

    def _forget(self) -> None:
        self._forget_listener()
        if self._memory >= 0:
            os.close(self._memory)
        self._memory, self.pid = -1, 0

    # -- the launcher -------------------------------------------------------------------------------------------------

    def _ordered(self, do: str, **more: Any) -> bytes:
        return json.dumps({"do": do, **more}).encode()

    def _order(self, do: str, **more: Any) -> Any:
        try:
            self._mine.send(self._ordered(do, **more))
        except OSError as problem:
            raise CageError("the launcher has ended. Run it again.") from problem
        return self._order_answer()

    def _order_answer(self) -> Any:
        while True:
            said, _, _, _ = self._receive(0)
            if said.startswith(b"#"):
                return json.loads(said[1:])

    def _receive(self, descriptors: int) -> tuple[bytes, list[int], int, Any]:
        found = socket.recv_fds(self._mine, 1 << 16, descriptors)
        if not found[0]:
            raise CageError("the launcher has ended. Run it again.")
        return found
