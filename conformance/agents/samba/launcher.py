"""A process of its own that starts a private Samba where nothing of this machine can be reached. Run as a script, with nothing but what
Python has.

It takes namespaces of its own (users, mounts, network, processes), puts a small root together in memory (what Samba is loaded from,
unpacked and read-only, and the folder of this instance), and becomes Samba's dispatcher there, as the first process. When its input ends it
ends that process, and the kernel ends all that runs in there with it; then it removes the folder.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import sys

_NEW = (
    0x00020000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
)  # mounts, signals between processes, users, processes, network
_BIND, _RECURSIVE, _PRIVATE, _REMOUNT, _READ_ONLY = 0x1000, 0x4000, 1 << 18, 0x20, 1
_PDEATHSIG = 1
_PIVOT_ROOT, _DETACH = 155, 2
_IDS = 65536

_LIBC = ctypes.CDLL(None, use_errno=True)

_FOLDERS = (
    "usr/lib/x86_64-linux-gnu/samba", "bin", "lib", "lib64", "host", "unpacked", "here", "dev", "etc", "tmp", "var/log/samba",
)  # fmt: skip
_USERS = "root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n"
_GROUPS = "root:x:0:\nnogroup:x:65534:\n"


def _did(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def _mount(source: str, target: str, kind: str | None, flags: int) -> None:
    _did(_LIBC.mount(source.encode(), target.encode(), kind and kind.encode(), ctypes.c_ulong(flags), None), target)


def _bound(source: str, target: str, *, read_only: bool = True) -> None:
    _mount(source, target, None, _BIND | (_RECURSIVE if read_only else 0))
    if read_only:
        kept = os.statvfs(target).f_flag & 0b1110  # what may not be taken back: no set-user-id, no devices, no programs
        _mount("none", target, None, _BIND | _REMOUNT | _READ_ONLY | kept)


def _root(unpacked: str, here: str) -> None:
    """Go where there is nothing else."""
    _mount("none", "/", None, _RECURSIVE | _PRIVATE)
    root = f"{here}/root"
    _mount("none", root, "tmpfs", 0)
    os.chdir(root)
    for folder in _FOLDERS:
        os.makedirs(folder)  # noqa: PTH103 - pathlib takes long to import
    libraries = "usr/lib/x86_64-linux-gnu"
    _bound(f"{unpacked}/{libraries}/samba", f"{root}/{libraries}/samba")
    for source, target in (("/lib64", "lib64"), ("/bin", "bin"), (f"/{libraries}", "host"), (unpacked, "unpacked")):
        _bound(source, f"{root}/{target}")
    _bound(here, f"{root}/here", read_only=False)
    for name in ("null", "urandom", "random"):
        with open(f"dev/{name}", "w"):  # noqa: PTH123 - pathlib takes long to import
            _bound(f"/dev/{name}", f"{root}/dev/{name}", read_only=False)
    os.symlink("/host", "lib/x86_64-linux-gnu")  # noqa: PTH211 - pathlib takes long to import
    for name, text in (("passwd", _USERS), ("group", _GROUPS)):
        with open(f"etc/{name}", "w") as file:  # noqa: PTH123 - likewise
            file.write(text)
    _did(_LIBC.syscall(_PIVOT_ROOT, b".", b"."), "a root of its own")
    _did(_LIBC.umount2(b".", _DETACH), "a root of its own")
    os.chdir("/")


def _ends_with_its_parent(parent: int) -> None:
    _LIBC.prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if parent and os.getppid() != parent:
        os._exit(1)


def _apart(launcher: int, unshared: int, mapped: int, arguments: list[str]) -> None:
    """In a process of its own: take the namespaces, then be the parent of the first process in there."""
    _ends_with_its_parent(launcher)
    _did(_LIBC.unshare(_NEW), "namespaces of its own")
    os.write(unshared, b".")
    if os.read(mapped, 1) != b".":
        os._exit(1)
    child = os.fork()
    if child:
        os.write(unshared, b"%d\n" % child)
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF)
    os.setsid()
    _ends_with_its_parent(0)
    _root(*arguments[:2])
    os.close(unshared)
    unpacked = "/unpacked/usr/lib/x86_64-linux-gnu"
    environment = {"LD_LIBRARY_PATH": f"{unpacked}:{unpacked}/samba:/host", "PATH": "/bin"}
    environment.update(one.split("=", 1) for one in arguments[3:])  # type: ignore[misc]  # each has a sign of equality
    nowhere = os.open("/here/said", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    program = "/unpacked/usr/libexec/samba/samba-dcerpcd"
    os.execve(program, [program, *arguments[2].split()], environment)  # noqa: S606 - it is what this is for


def main() -> None:
    from_child, unshared = os.pipe()
    mapped, to_child = os.pipe()
    me = os.getpid()
    child = os.fork()
    if child == 0:
        try:
            os.close(from_child)
            os.close(to_child)
            _apart(me, unshared, mapped, sys.argv[1:])
        except OSError as problem:
            os.write(1, f"{problem.strerror or problem}\n".encode())
        finally:
            os._exit(127)
    os.close(unshared)
    if os.read(from_child, 1) == b".":
        try:
            for name in ("uid_map", "gid_map"):
                with open(f"/proc/{child}/{name}", "w") as file:  # noqa: PTH123 - likewise
                    file.write(f"0 0 {_IDS}")
            os.write(to_child, b".")
        except OSError as problem:
            os.write(1, f"users of its own: {problem.strerror}\n".encode())
    os.close(to_child)
    samba = os.read(from_child, 32).strip()
    os.write(1, (samba or b"0") + b"\n")
    while samba and os.read(0, 1):
        pass
    with contextlib.suppress(ProcessLookupError):
        os.kill(int(samba or child), signal.SIGKILL)
    os.waitpid(child, 0)
    shutil.rmtree(sys.argv[2], ignore_errors=True)


if __name__ == "__main__":
    main()
