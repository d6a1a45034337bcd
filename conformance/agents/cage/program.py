"""The filter that the kernel holds a caged program to, as instructions of its own small language (BPF).

It goes by a list: what is not on it is refused. What is to be answered waits (notified); freezing and thawing on a descriptor that was
not handed out for it kills the program.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterable

AUDIT_ARCH_X86_64 = 0xC000003E

FIFREEZE, FITHAW = 0xC0045877, 0xC0045878

FOLDERS, MOST_FOLDERS = 64, 64
"""The first descriptor that stands for a folder, and how many there may be."""
DEVICE = FOLDERS + MOST_FOLDERS
"""The descriptor of the device."""
CHANNEL = DEVICE + 1
"""On which the launcher's child hands over its listener; closed when the program starts."""

READ, WRITE, OPEN, CLOSE, STAT, LSTAT, POLL = 0, 1, 2, 3, 4, 6, 7
IOCTL, ACCESS, SENDMSG, EXECVE, FCNTL, READLINK = 16, 21, 46, 59, 72, 89
OPENAT, NEWFSTATAT, READLINKAT, FACCESSAT, PPOLL, STATX, FACCESSAT2 = 257, 262, 267, 269, 271, 332, 439
EXECVEAT = 322
SOCKET = 41

UNLINK, UNLINKAT = 87, 263
CLONE, FORK, VFORK, WAIT4 = 56, 57, 58, 61

NOTIFIED = (
    OPEN, OPENAT, STAT, LSTAT, STATX, ACCESS, FACCESSAT, FACCESSAT2, READLINK, READLINKAT, POLL, PPOLL, EXECVE, EXECVEAT,
    UNLINK, UNLINKAT, CLONE, FORK, VFORK, WAIT4,
)  # fmt: skip
"""Calls that are answered, whatever they are given. So a program believes that it has started another, and there is none."""

ON_THE_DEVICE = (READ, WRITE, CLOSE)
"""Calls that are answered where they are on the device; elsewhere they are harmless: nothing else is handed out but what is read."""

FSTAT, LSEEK, MMAP, MPROTECT, MUNMAP, BRK = 5, 8, 9, 10, 11, 12
ALLOWED = (
    FSTAT, LSEEK, MMAP, MPROTECT, MUNMAP, BRK,
    13, 14, 15,  # rt_sigaction, rt_sigprocmask, rt_sigreturn
    17, 20, 24, 25, 28, 35,  # pread64, writev, sched_yield, mremap, madvise, nanosleep
    39, 60, 63, 79,  # getpid, exit, uname, getcwd
    96, 97, 98, 102, 104, 107, 108, 110, 111, 112,  # gettimeofday, getrlimit, getrusage, get*id, getppid, getpgrp, setsid
    131, 157, 158, 186, 201, 202, 217, 218,  # sigaltstack, prctl, arch_prctl, gettid, time, futex, getdents64, set_tid_address
    228, 229, 230, 231, 234, 262, 273, 302, 318, 334,  # clocks, exit_group, tgkill, fstat by name "", robust list, prlimit64, random, rseq
    290,  # eventfd2
)  # fmt: skip

ALLOW, NOTIFY, KILL = 0x7FFF0000, 0x7FC00000, 0x80000000
_ERRNO = 0x00050000
_LD, _JEQ, _JGE, _JSET, _RET, _AND = 0x20, 0x15, 0x35, 0x45, 0x06, 0x54
_NR, _ARCH, _ARGS = 0, 4, 16
_AT_EMPTY_PATH = 0x1000
_FD_FLAGS = (1, 2, 3, 4)
"""fcntl: get and set flags, and nothing that makes another descriptor."""


def _op(code: int, k: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, k)


def _returns(action: int) -> bytes:
    return _op(_RET, action)


def _refuse(number: int) -> bytes:
    return _returns(_ERRNO | number)


def _argument(number: int) -> bytes:
    return _op(_LD, _ARGS + 8 * number)


def _of(calls: Iterable[int], then: list[bytes]) -> list[bytes]:
    """Where the call (which was loaded before) is one of these: what then follows, which must return."""
    return [one for call in calls for one in (_op(_JEQ, call, 0, len(then)), *then)]


def _one_of(values: Iterable[int], then: bytes) -> list[bytes]:
    return [one for value in values for one in (_op(_JEQ, value, 0, 1), then)]


def instructions() -> bytes:
    """The whole filter. A call that is not in it is refused as one that the system does not have."""
    freezing = [
        _argument(1),
        _op(_JEQ, FIFREEZE, 2, 0),
        _op(_JEQ, FITHAW, 1, 0),
        _refuse(errno.ENOTTY),
        _argument(0),
        _op(_JGE, FOLDERS, 0, 2),
        _op(_JGE, FOLDERS + MOST_FOLDERS, 1, 0),
        _returns(NOTIFY),
        _returns(KILL),
    ]
    device = [_argument(0), _op(_JEQ, DEVICE, 0, 1), _returns(NOTIFY), _returns(ALLOW)]
    by_name = [_argument(3), _op(_JSET, _AT_EMPTY_PATH, 0, 1), _returns(ALLOW), _returns(NOTIFY)]
    flags = [_argument(1), *_one_of(_FD_FLAGS, _returns(ALLOW)), _refuse(errno.EPERM)]
    channel = [_argument(0), _op(_JEQ, CHANNEL, 0, 1), _returns(ALLOW), _refuse(errno.ENOSYS)]
    return b"".join([
        _op(_LD, _ARCH), _op(_JEQ, AUDIT_ARCH_X86_64, 1, 0), _returns(KILL),
        _op(_LD, _NR), _op(_JGE, 0x40000000, 0, 1), _returns(KILL),
        *_of([IOCTL], freezing),
        *_of(ON_THE_DEVICE, device),
        *_of([NEWFSTATAT], by_name),
        *_of([FCNTL], flags),
        *_of([SENDMSG], channel),
        *_of(NOTIFIED, [_returns(NOTIFY)]),
        *_of([SOCKET], [_refuse(errno.EAFNOSUPPORT)]),
        *_of((call for call in ALLOWED if call != NEWFSTATAT), [_returns(ALLOW)]),
        _refuse(errno.ENOSYS),
    ])  # fmt: skip
