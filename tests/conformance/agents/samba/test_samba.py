"""A private Samba: kept apart, gone at its end, refused in a sentence where it cannot be; and what it is with its own settings."""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest

from conformance.agents.asked import PASSES, Ask
from conformance.agents.calls import READ, WAIT, Answer, Over
from conformance.agents.fsrvp import rules
from conformance.agents.fsrvp.run import FSRVP
from conformance.agents.samba import instance
from conformance.agents.samba.instance import NoSamba, Samba
from conformance.agents.samba.pipe import Pipe, PipeError
from conformance.agents.samba.served import Served
from tests.conformance.agents.product import NO_NAMESPACES, cannot, children, nothing_left


def program() -> Path:
    """The unpacked one; skips where there is none, or where it cannot be kept apart."""
    found = FSRVP.program()
    if found is None:
        cannot("samba is not unpacked")
    try:
        Samba(found).close()
    except NoSamba as reason:
        cannot(str(reason), NO_NAMESPACES)
    return found


def test_it_is_kept_apart_and_gone_at_its_end(tmp_path: Path) -> None:
    with nothing_left(tmp_path), Served(program()) as server:
        server.start()
        samba = server._samba
        for space in ("net", "mnt", "pid", "user"):
            assert Path(f"/proc/{samba._process}/ns/{space}").readlink() != Path(f"/proc/self/ns/{space}").readlink()
        mounts = Path(f"/proc/{samba._process}/mountinfo").read_text().splitlines()
        by_place = {line.split()[4]: line.split()[5].split(",") for line in mounts}
        assert all("ro" in by_place[place] for place in ("/bin", "/host", "/unpacked", "/lib64"))
        assert len(by_place) == 10
        folder = samba.folder
    assert not folder.exists()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
def test_nothing_is_left_running_when_whoever_runs_it_ends(how: int, tmp_path: Path) -> None:
    code = (
        "import signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from pathlib import Path\n"
        "from conformance.agents.samba.served import Served\n"
        "with Served(Path(sys.argv[1])) as server:\n"
        "    server.start()\n"
        "    print(server._samba._launcher.pid, server._samba._process, server._samba.worker(), flush=True)\n"
        "    signal.pause()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(program())], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as runs:
        assert runs.stdout is not None
        gone = [os.pidfd_open(int(number)) for number in runs.stdout.readline().split()]
        runs.send_signal(how)
        for one in gone:
            poll = select.poll()
            poll.register(one, select.POLLIN)
            assert poll.poll()  # pytest's own bound stops it where it does not end
            os.close(one)
    assert runs.returncode == -how


def unpacked(folder: Path) -> Path:
    """A tree as packages unpack it, with texts in the place of programs."""
    for name in (instance.PROGRAM, *instance._NEEDED):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("no program")
        (folder / name).chmod(0o755)
    return folder / instance.PROGRAM


def test_what_is_no_samba_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NoSamba, match=r"there is no usr/libexec/samba/samba-dcerpcd\. Name"):
        Samba(tmp_path / "usr/libexec/samba/samba-dcerpcd")
    with pytest.raises(NoSamba, match=r"there is no|What is installed here is not run"):
        Samba(Path("/") / instance.PROGRAM)
    path = unpacked(tmp_path)
    if instance.why_not_here() is None:
        before = children(os.getpid())
        with pytest.raises(NoSamba), Served(path, patience=0.3) as server:
            server.start()
        assert children(os.getpid()) == before


def test_who_may_not_map_users_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NoSamba, match=r"sets its groups.*Run it elsewhere"):
        Samba(unpacked(tmp_path))


@contextmanager
def somebody(path: Path, says: bytes) -> Iterator[None]:
    """Somebody else listens there, and says this to whoever comes."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    held = []

    def serve() -> None:
        while True:
            try:
                client = listener.accept()[0]
            except OSError:
                return
            held.append(client)
            client.sendall(says)

    thread = Thread(target=serve)
    thread.start()
    yield
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()
    for client in held:
        client.close()


@pytest.mark.parametrize(
    "says",
    [b"", b"220 welcome\r\n" * 10, struct.pack(">I", 8) + b"NPAM\x63\0\0\0"],
    ids=["nothing", "another protocol", "another form"],
)
def test_a_server_that_is_somebody_elses_is_given_up(says: bytes, tmp_path: Path) -> None:
    with somebody(tmp_path / "pipe", says), pytest.raises(PipeError, match="Samba does not answer on pipe"):
        Pipe(tmp_path / "pipe", "192.0.2.1", patience=0.05)


def test_a_server_that_ends_at_a_call_has_ended() -> None:
    with Served(program()) as server:
        server.start()
        assert [server.next().what for _ in range(2)] == [WAIT, WAIT]  # type: ignore[union-attr]  # it is there
        server.answer(Answer())
        server.answer(Answer(data=Ask(rules.GET_VERSION).line()))
        server.answer(Answer())
        server._samba.kill_worker()
        server.answer(Answer())
        assert server.next().what == READ  # type: ignore[union-attr]  # it is there
        server.answer(Answer(data=Ask(rules.GET_VERSION).line()))
        assert isinstance(server.next(), Over)


def test_without_a_clock_of_its_own_no_time_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    with Served(program()) as server:
        server.start()
        monkeypatch.setattr(server._samba, "can_pass", False)
        server.answer(Answer())
        with pytest.raises(NoSamba, match="libfaketime"):
            server.answer(Answer(data=Ask(PASSES).line()))


def test_with_its_default_number_of_processes_each_client_has_a_set_of_its_own() -> None:
    """A finding, apart from the machines, which are held against one process: Samba serves clients that are there at once by up to five
    processes (`rpcd_fsrvp:num_workers`), none of which knows of another's sets. One set at a time is one a process."""
    with Samba(program(), processes=5) as samba:
        server = Served.__new__(Served)
        server._samba, server._pipes, server._patience = samba, {}, 20.0
        server.start()
        clients = [server._pipes[False], *(Pipe(samba.socket, "192.0.2.1", 20.0) for _ in range(2))]
        for client in clients:
            assert client.call(rules.SET_CONTEXT, struct.pack("<I", rules.PERSISTENT))[-4:] == bytes(4)
            assert client.call(rules.START, uuid4().bytes_le)[-4:] == bytes(4)
        assert client.call(rules.START, uuid4().bytes_le)[-4:] == struct.pack("<I", rules.IN_PROGRESS)
        for client in clients:
            client.close()
