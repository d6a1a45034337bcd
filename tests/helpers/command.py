"""The command as a user meets it, in a process of its own: its status, and what it prints.

To start Python and load the project takes longer than most of what commands are asked here. So one process has loaded it, and
read what commands there are and which names: for each command it forks, and the child is the command. What is of the start itself
(options of Python, a copy of the project, signals) is tried with processes that are started anew.
"""

from __future__ import annotations

import atexit
import gc
import io
import json
import os
import pkgutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NoReturn

from model import versions

ROOT = Path(__file__).parents[2]
LOADED = ("model", "properties", "proofs", "conformance", "shadowproof")
LEFT_OUT = ("shadowproof.__main__", "shadowproof.site", "shadowproof.suite")
"""What few commands ask for and takes long to load, or is run where it is loaded."""
MOST = 1 << 20
"""Bytes of one request."""


def command(
    *arguments: str,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    stdin: bytes | IO[bytes] = b"",
    stdout: IO[bytes] | None = None,
    stderr: IO[bytes] | None = None,
    before: str = "",
) -> subprocess.CompletedProcess[bytes]:
    """The command in a folder, and in an environment (None: that of the tests). Files take the place of what is captured.
    before: what is run first, in the same process. What is asked of another version of the protocol is asked of a process that has
    loaded that."""
    with ExitStack() as opened:

        def file(given: IO[bytes] | None) -> IO[bytes]:
            return given if given is not None else opened.enter_context(TemporaryFile())

        given = file(None if isinstance(stdin, bytes) else stdin)
        if isinstance(stdin, bytes):
            given.write(stdin)
            given.seek(0)
        files = (given, file(stdout), file(stderr))
        asked = {
            "arguments": arguments,
            "cwd": str(cwd),
            "env": dict(os.environ if env is None else env),
            "before": before,
        }
        status = _loaded(_version_in(arguments)).asked(json.dumps(asked).encode(), [one.fileno() for one in files])
        return subprocess.CompletedProcess(arguments, status, *(_whole(one) for one in files[1:]))


def shadowproof(
    *arguments: str, cwd: Path = ROOT, stdin: str | IO[bytes] = "", stdout: IO[bytes] | None = None, before: str = ""
) -> subprocess.CompletedProcess[str]:
    """The same, as text."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    done = command(*arguments, cwd=cwd, stdin=given, stdout=stdout, before=before)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def _whole(file: IO[bytes]) -> bytes:
    if not file.seekable() or not file.readable():
        return b""
    file.seek(0)
    return file.read()


def _version_in(arguments: tuple[str, ...]) -> str:
    """The version of the protocol that a command is asked of; the document also where there is none of that name."""
    named = arguments[arguments.index("--version") + 1 :][:1] if "--version" in arguments else ()
    return named[0] if named and named[0] in versions.names() else versions.DOCUMENT


class _Loaded:
    """The process that has loaded the project, in a version of the protocol. It ends with whoever holds the other end of its socket."""

    def __init__(self, version: str) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(theirs.fileno())],
            cwd=ROOT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env={**os.environ, versions.VARIABLE: version},
        )  # fmt: skip
        theirs.close()

    def asked(self, request: bytes, files: list[int]) -> int:
        try:
            socket.send_fds(self._socket, [request], files)
            answer = self._socket.recv(64)
        except (
            BaseException
        ):  # nobody waits for this answer any more, so the next one that comes would be taken for another
            _loaded.cache_clear()
            self._socket.close()
            raise
        assert answer, f"the process that has loaded the project ended with status {self._process.wait()}"
        return int(answer)


@cache
def _loaded(version: str) -> _Loaded:
    return _Loaded(version)


# -- in that process ------------------------------------------------------------------------------------------------------


def _load() -> None:
    import_module("typer._adapters")  # what typer loads when it first parses something
    for top in LOADED:
        for module in _modules(top):
            import_module(module)
    from properties.versions.names import knowing
    from shadowproof.cli import command as as_read

    as_read()
    knowing("")


def _modules(top: str) -> Iterator[str]:
    yield top
    for module in pkgutil.iter_modules([str(ROOT / top.replace(".", "/"))], f"{top}."):
        if module.name not in LEFT_OUT:
            yield from _modules(module.name) if module.ispkg else (module.name,)


def _serve(asking: socket.socket) -> str | None:
    """Answer requests until there are no more: None. In a child that is to be the command: what it runs before it."""
    while True:
        request, files, _, _ = socket.recv_fds(asking, MOST, 3)
        if not request:
            return None
        child = os.fork()
        if not child:
            asking.close()
            return _become(json.loads(request), files)
        for file in files:
            os.close(file)
        asking.send(b"%d" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _become(asked: Mapping[str, object], files: list[int]) -> str:
    """What Python does at its start: the streams, the environment, the folder, what was typed."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(asked["env"])  # type: ignore[call-overload]  # as it was sent
    encoding, _, errors = os.environ.get("PYTHONIOENCODING", "utf-8").partition(":")
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0)), encoding, errors or "strict")
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w")), encoding, errors or "strict")
    sys.stderr = io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(2, "w")), encoding, "backslashreplace", line_buffering=True
    )
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr  # type: ignore[misc]  # as at the start
    os.chdir(str(asked["cwd"]))
    sys.argv = ["shadowproof", *asked["arguments"]]  # type: ignore[misc]  # as it was sent
    return str(asked["before"])


def _be_the_command(before: str) -> NoReturn:
    """Run it, and end as Python does, but for taking apart what was loaded: that takes half a second of a child."""
    from shadowproof.cli import main

    status: object = 0
    try:
        exec(before, {})  # noqa: S102 - it is the test's own
        main()
    except SystemExit as ended:
        status = ended.code
    threading._shutdown()  # type: ignore[attr-defined]  # waits for threads, as Python does at its end
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status if isinstance(status, int) else int(status is not None))


if __name__ == "__main__":
    _load()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as requests:
        before_the_command = _serve(requests)
    if before_the_command is not None:
        _be_the_command(before_the_command)
