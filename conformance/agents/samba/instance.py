"""A private Samba: its own folder in memory, its own configuration, shares whose snapshots are files of a few bytes."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

SHARES = ("share0", "share1")
PASSED = 4_000
"""Seconds that pass at once: more than the server waits for any call, which is 1,800 at most."""

LIBRARIES = "usr/lib/x86_64-linux-gnu"
PROGRAM = "usr/libexec/samba/samba-dcerpcd"
_NEEDED = ("usr/libexec/samba/rpcd_fsrvp", f"{LIBRARIES}/samba/vfs/shell_snap.so")
_CLOCK = f"{LIBRARIES}/faketime/libfaketime.so.1"

_FOLDERS = ("private", "lock", "state", "cache", "pid", "ncalrpc", "logs", "snapshots", "root", *SHARES)

_CONFIGURATION = """[global]
  netbios name = HERE
  workgroup = THERE
  private dir = /here/private
  lock directory = /here/lock
  state directory = /here/state
  cache directory = /here/cache
  pid directory = /here/pid
  ncalrpc dir = /here/ncalrpc
  rpc start on demand helpers = no
  rpcd_fsrvp:num_workers = {processes}
  rpcd_fsrvp:idle_seconds = 1000000000
  registry shares = yes
  include = registry
  disable netbios = yes
  interfaces = 127.0.0.1/8
  dos charset = ASCII
  log level = 0
"""
_SHARE = """[{name}]
  path = /here/{name}
  vfs objects = shell_snap
  shell_snap:check path command = /here/check
  shell_snap:create command = /here/create
  shell_snap:delete command = /here/delete
"""
_SCRIPTS = {
    "check": '#!/bin/sh\necho "$1"\n',
    "create": '#!/bin/sh\n[ -e "/here/fails-${1##*/}" ] && exit 1\nn=/here/snapshots/${1##*/}-$$\necho > "$n"\necho "$n"\n',
    "delete": '#!/bin/sh\n[ -e "/here/keeps-${1##*/}" ] && exit 1\n: > "$2"\n',
}
"""What Samba calls to make and to delete a snapshot: no real one is ever made. One that is deleted is empty."""


class NoSamba(ValueError):
    """Samba cannot be run here, or not at all: says why, and what to do."""


def why_not_here() -> str | None:
    """Why no private Samba can be run on this machine; None: nothing is known to stand in the way."""
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        return "a private Samba is kept apart by namespaces of Linux, on x86-64"
    if os.geteuid() != 0:
        return "Samba sets its groups, which takes a user who may map others (root)"
    return None


class Samba:
    """A private Samba that runs. Use it in a `with`: at its end nothing runs any more, and its folder is gone. processes: how many may
    serve shadow copies at once, each by itself. Raises NoSamba."""

    def __init__(self, program: Path, processes: int = 1) -> None:
        self._unpacked = Path(str(program.absolute()).removesuffix(f"/{PROGRAM}"))
        missing = [name for name in (PROGRAM, *_NEEDED) if not (self._unpacked / name).is_file()]
        if missing or len(self._unpacked.parts) < 2:
            lacks = f"Beside {program} there is no {missing[0]}" if missing else "What is installed here is not run"
            raise NoSamba(f"{lacks}. Name {PROGRAM} where the packages were unpacked.")
        if reason := why_not_here():
            raise NoSamba(f"{reason}. Run it elsewhere.")
        in_memory = Path("/dev/shm")  # noqa: S108 - where it is writable; the folder there is new, and private
        self.folder = Path(
            tempfile.mkdtemp(prefix="shadowproof-", dir=in_memory if os.access(in_memory, os.W_OK) else None)
        )
        for name in _FOLDERS:
            (self.folder / name).mkdir()
        (self.folder / "smb.conf").write_text(
            _CONFIGURATION.format(processes=processes) + "".join(_SHARE.format(name=name) for name in SHARES)
        )
        for name, script in _SCRIPTS.items():
            (self.folder / name).write_text(script)
            (self.folder / name).chmod(0o755)
        self._refusing: dict[str, tuple[int, ...]] = {"fails": (), "keeps": ()}
        self._passed = 0
        self._set_clock()
        self.can_pass = (self._unpacked / _CLOCK).is_file()
        """Whether its clock can be put forward: libfaketime is beside it."""
        self._launcher = self._launched()

    def __enter__(self) -> Samba:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End whatever runs, and remove the folder."""
        said, orders = _pipes(self._launcher)
        orders.close()
        try:
            self._launcher.wait(10)
        except subprocess.TimeoutExpired:
            self._launcher.kill()
            self._launcher.wait()
        said.close()
        shutil.rmtree(self.folder, ignore_errors=True)  # the launcher did, if it came to that

    @property
    def socket(self) -> Path:
        """What its dispatcher listens on."""
        return self.folder / "ncalrpc/np/fssagentrpc"

    def _launched(self) -> subprocess.Popen[bytes]:
        arguments = "-s /here/smb.conf -F --no-process-group -l /here/logs /unpacked/usr/libexec/samba/rpcd_fsrvp"
        clock = [f"LD_PRELOAD=/unpacked/{_CLOCK}", "FAKETIME_NO_CACHE=1", "FAKETIME_TIMESTAMP_FILE=/here/clock",
                 "FAKETIME_DONT_FAKE_MONOTONIC=1"] if self.can_pass else []  # fmt: skip
        script = Path(__file__).with_name("launcher.py")
        launcher = subprocess.Popen(  # noqa: S603 - this project's own file
            [sys.executable, "-I", "-S", str(script), str(self._unpacked), str(self.folder), arguments, *clock],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        said = _pipes(launcher)[0].readline()
        self._process = int(said) if said.strip().isdigit() else 0
        if not self._process:
            self._launcher = launcher
            self.close()
            raise NoSamba(
                f"A private Samba cannot be kept apart here ({said.decode(errors='replace').strip()}). Run it where namespaces may be made."
            )
        return launcher

    # -- its stores -------------------------------------------------------------------------------------------------------

    def snapshots(self) -> dict[str, str]:
        """The snapshots that are there: by name, of which share."""
        with os.scandir(self.folder / "snapshots") as entries:
            return {one.name: one.name.partition("-")[0] for one in entries if one.stat().st_size}

    def refuse(self, what: str, shares: tuple[int, ...]) -> None:
        """Let the stores of these shares, and of no other, refuse: `fails` to make, `keeps` what should be deleted."""
        if self._refusing[what] != shares:
            for number, name in enumerate(SHARES):
                mark = self.folder / f"{what}-{name}"
                if number in shares:
                    mark.touch()
                else:
                    mark.unlink(missing_ok=True)
            self._refusing[what] = shares

    # -- its clock and its processes --------------------------------------------------------------------------------------

    def passes(self) -> None:
        """Let more time pass than the server waits."""
        self._passed += PASSED
        self._set_clock()

    def _set_clock(self) -> None:
        (self.folder / "clock").write_text(f"+{self._passed}s\n")

    def worker(self) -> int | None:
        """The number of the process that serves shadow copies; None: there is none now."""
        try:
            children = Path(f"/proc/{self._process}/task/{self._process}/children").read_text().split()
        except OSError:
            return None
        return int(children[0]) if children else None

    def kill_worker(self) -> None:
        """End that process, and wait until it is gone."""
        found = self.worker()
        if found is not None:
            with suppress(ProcessLookupError):
                waits = os.pidfd_open(found)
                os.kill(found, signal.SIGKILL)
                _wait(waits)

    def forget(self) -> None:
        """Remove what it keeps for the next process."""
        for path in (self.folder / "snapshots").iterdir():
            path.unlink()
        (self.folder / "lock/srv_fss.tdb").unlink(missing_ok=True)


def _pipes(launcher: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    """What it says, and its orders."""
    if launcher.stdout is None or launcher.stdin is None:
        raise NoSamba("The launcher has no pipes. Report that.")
    return launcher.stdout, launcher.stdin


def _wait(process: int) -> None:
    poll = select.poll()
    poll.register(process, select.POLLIN)
    poll.poll(10_000)
    os.close(process)
