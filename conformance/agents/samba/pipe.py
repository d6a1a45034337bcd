"""A pipe to Samba's server of shadow copies, without a network: the socket that its dispatcher listens on, and calls packed by hand.

What Samba's file server sends when it connects a client to a pipe is sent here (who the client is, and from which address); then the calls
of DCE/RPC, each one packet, which are answered one by one.
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path
from uuid import UUID

_BIND, _REQUEST, _RESPONSE = 11, 0, 2
_WHOLE = 3
_LARGEST = 4280
_INTERFACE = UUID("a8e0653c-2744-4389-a61d-7373df8b2292").bytes_le + struct.pack("<HH", 1, 0)
_NDR = UUID("8a885d04-1ceb-11c9-9fe8-08002b104860").bytes_le + struct.pack("<I", 2)
_PIPES = 2
_LEVELS = (7, 8)
"""Forms of the first message: that of Samba 4.17, and of later ones."""
_ROOT = bytes.fromhex("01020000000000160100000000000000")
_ADMINISTRATORS = bytes.fromhex("01020000000000052000000020020000")


class PipeError(OSError):
    """The server cannot be reached, or says nothing that is understood."""


class _Packed(bytearray):
    """Bytes in which each thing stands at a multiple of its size."""

    def add(self, form: str, *values: int) -> None:
        for value in values:
            self.aligned(struct.calcsize(form))
            self += struct.pack(f"<{form}", value)

    def aligned(self, size: int) -> None:
        self += bytes(-len(self) % size)

    def text(self, text: str) -> None:
        said = text.encode() + b"\0"
        self.add("I", len(said), 0, len(said))
        self += said

    def present(self, *there: bool) -> None:
        """For each pointer whether something is there, which follows later."""
        for number, one in enumerate(there, len(self)):
            self.add("I", 0x20000 + 4 * number if one else 0)


def _hello(level: int, address: str) -> bytes:
    """Who the client is: an administrator, at this address."""
    found = _Packed(b"\0\0\0\0NPAM")
    found.add("I", level, level)
    found += bytes([_PIPES])
    for _ in range(2):
        found.present(True, True)  # name and address, first of the client, then of the server
        found.add("H", 0)
    found.present(True)
    if level > _LEVELS[0]:
        found += b"\0"
    for text in ("client", address, "here", "127.0.0.1"):
        found.text(text)
    found.aligned(8)
    found.present(
        True, False, True, True, True, True
    )  # the session, its token, its user in Unix, who that is, how it is called
    found += bytes(32)
    found.add("I", 2, 2)
    found += _ROOT + _ADMINISTRATORS
    found.add("Q", (1 << 64) - 1)
    found.add("I", 0, 1)
    found.add("Q", 0, 0)
    found.add("I", 1)
    found.add("Q", 0)
    found.present(True, False, False, True)
    found += bytes(85)
    found.text("root")
    found.text("HERE")
    found.present(True, True)
    found.text("root")
    found.text("root")
    struct.pack_into(">I", found, 0, len(found) - 4)
    return bytes(found)


def _packet(kind: int, number: int, body: bytes) -> bytes:
    return struct.pack("<BBBBIHHI", 5, 0, kind, _WHOLE, 0x10, 16 + len(body), 0, number) + body


def text(said: str) -> bytes:
    """A text as a call has it."""
    units = (said + "\0").encode("utf-16-le")
    packed = struct.pack("<III", len(units) // 2, 0, len(units) // 2) + units
    return packed + bytes(-len(packed) % 4)


class Pipe:
    """A client that has connected. Raises PipeError."""

    def __init__(self, path: Path, address: str, patience: float) -> None:
        self._calls = 1
        last = "its first message is of another form"
        for level in _LEVELS:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.settimeout(patience)
            try:
                self._socket.connect(str(path))
                self._socket.sendall(_hello(level, address))
                self._send(_packet(_BIND, 1, _bind()))
                said = self._take(struct.unpack(">I", self._take(4))[0])
                if said[8:12] == struct.pack("<I", level):
                    self._reply()
                    return
            except OSError as problem:
                last = str(problem)
            self._socket.close()
        raise PipeError(f"Samba does not answer on {path.name}: {last}")

    def close(self) -> None:
        self._socket.close()

    def call(self, number: int, arguments: bytes = b"") -> bytes:
        """What a call comes back with."""
        self._calls += 1
        body = struct.pack("<IHH", len(arguments), 0, number) + arguments
        self._send(_packet(_REQUEST, self._calls, body))
        found = self._reply()
        if len(found) < 28 or found[2] != _RESPONSE:
            raise PipeError(f"Samba faults at call {number}: {found[:32].hex()}")
        return found[24:]

    def _send(self, packet: bytes) -> None:
        try:
            self._socket.sendall(struct.pack("<H", len(packet)) + packet)
        except OSError as problem:
            raise PipeError(str(problem)) from problem

    def _reply(self) -> bytes:
        return self._take(struct.unpack("<H", self._take(2))[0])

    def _take(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            try:
                more = self._socket.recv(size - len(found))
            except OSError as problem:
                raise PipeError(str(problem) or "no answer") from problem
            if not more:
                raise PipeError("it has hung up")
            found += more
        return found


def _bind() -> bytes:
    return struct.pack("<HHI", _LARGEST, _LARGEST, 0) + struct.pack("<BBHHBB", 1, 0, 0, 0, 1, 0) + _INTERFACE + _NDR
