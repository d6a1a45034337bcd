"""A process of its own that starts caged programs: small, so that it forks quickly. Run as a script, with nothing but what Python has.

It reads orders from its socket, one at a time: try the filter, start, signal, wait. When the socket ends it kills what it has started,
and ends. It stands apart from the terminal, so that an interrupt reaches whoever gives the orders, and not it.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import socket
import sys
from typing import Any

_SECCOMP, _SET_FILTER, _NEW_LISTENER = 317, 1, 8
_PDEATHSIG, _NO_NEW_PRIVS, _PTRACER, _ANYBODY = 1, 38, 0x59616D61, -1
_NOBODY = 65534

_LIBC = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def _call(*arguments: Any) -> int:
    """A system call. Raises OSError."""
    found: int = _LIBC.syscall(*arguments)
    if found < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return found


def _drop(launcher: int) -> None:
    """Give up whatever a process may have: its user if it is root, its groups, its limits; end when the launcher ends."""
    for limit, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_AS, 1 << 30),
        (resource.RLIMIT_NOFILE, 256),
    ):
        resource.setrlimit(limit, (most, most))
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    _LIBC.prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _LIBC.prctl(
        _PTRACER, ctypes.c_long(_ANYBODY), 0, 0, 0
    )  # where only a parent may read memory; of no effect elsewhere
    if os.getppid() != launcher:
        os._exit(1)
    if _LIBC.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs")


def _caged(instructions: bytes) -> int:
    """From here on the filter holds; gives its listener."""
    code = ctypes.create_string_buffer(instructions, len(instructions))
    program = _Program(len(instructions) // 8, ctypes.addressof(code))
    return _call(_SECCOMP, _SET_FILTER, _NEW_LISTENER, ctypes.byref(program))


def _privileges() -> tuple[int, int]:
    """The user, and the capabilities that this process has or could get."""
    with open("/proc/self/status", "rb") as file:  # noqa: PTH123 - pathlib takes long to import
        lines = [line.split() for line in file]
    return os.geteuid(), sum(int(line[1], 16) for line in lines if line[0] in {b"CapEff:", b"CapPrm:", b"CapAmb:"})


def _tried(order: dict[str, Any], descriptor: int, command: int) -> list[int]:
    """How a throw-away process ends that freezes or thaws what this descriptor is of, with nobody there to answer: [signal, status].
    A status of 0 says that the kernel refused it, as it has nobody to ask; 1 that it has privileges left; 2 that it was let through."""
    me = os.getpid()
    child = os.fork()
    if child == 0:
        try:
            _drop(me)
            user, capabilities = _privileges()
            if user == 0 or capabilities:
                os._exit(1)
            os.close(_caged(bytes.fromhex(order["filter"])))
            _LIBC.ioctl(descriptor, ctypes.c_ulong(command), 0)
            os._exit(0 if ctypes.get_errno() == 38 else 2)
        except OSError as problem:
            os._exit(100 + (problem.errno or 0))
        finally:
            os._exit(99)
    _, status = os.waitpid(child, 0)
    return [os.WTERMSIG(status), 0] if os.WIFSIGNALED(status) else [0, os.WEXITSTATUS(status)]


def _started(order: dict[str, Any], channel: socket.socket) -> int:
    """A caged process that becomes the program. It sends its listener, and, if the program cannot be started, why not."""
    me = os.getpid()
    child = os.fork()
    if child:
        return child
    try:
        os.chdir("/")
        program = os.open(order["arguments"][0], os.O_RDONLY)  # before it is somebody who may not come to its folder
        _drop(me)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in range(3):
            os.dup2(nowhere, number)
        os.dup2(channel.fileno(), order["channel"], inheritable=False)
        own = socket.socket(fileno=order["channel"])
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        arguments = [os.fsencode(one) for one in order["arguments"]]
        listener = _caged(bytes.fromhex(order["filter"]))
        socket.send_fds(own, [b"listener"], [listener])
        try:
            os.execve(program, arguments, {})  # noqa: S606 - it is what this is for
        except OSError as problem:
            own.sendmsg([b"%d" % (problem.errno or 0)])
    except OSError as problem:
        os.write(channel.fileno(), b"%d" % (problem.errno or 0))
    finally:
        os._exit(127)


def _memory(child: int, channel: socket.socket) -> None:
    """Send the program's memory, opened by a process of the same user: root itself may not read it everywhere."""
    me = os.getpid()
    helper = os.fork()
    if helper == 0:
        try:
            _drop(me)
            socket.send_fds(channel, [b"memory"], [os.open(f"/proc/{child}/mem", os.O_RDWR)])
        finally:
            os._exit(0)
    os.waitpid(helper, 0)


def main() -> None:
    channel = socket.socket(fileno=int(sys.argv[1]))
    channel.set_inheritable(False)
    os.setsid()
    child = 0
    while order_ := channel.recv(1 << 16):
        order = json.loads(order_)
        answer: Any = None
        match order["do"]:
            case "try":
                answer = [_tried(order, descriptor, command) for descriptor, command in order["calls"]]
            case "start":
                answer = child = _started(order, channel)
            case "memory" if child:
                _memory(child, channel)
            case "signal" if child:
                os.kill(child, order["signal"])
            case "wait" if child:
                _, status = os.waitpid(child, 0)
                child, answer = 0, os.waitstatus_to_exitcode(status)
        channel.send(b"#" + json.dumps(answer).encode())
    if child:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
