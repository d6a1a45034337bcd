"""Agents of our own, as scripts: an honest one, which does what the protocol asks; and liars, each with one thing wrong."""

from __future__ import annotations

import errno
import struct
from collections.abc import Generator

from conformance.agents import calls
from conformance.agents.calls import Answer, Call
from conformance.agents.hv_vss import guest
from conformance.agents.hv_vss.rules import FAILED, FREEZE, MESSAGE, OK, REGISTER, THAW
from tests.conformance.agents.scripted import Script


class Honest:
    """Keeps a list of what it has frozen, with what it was opened as, and thaws that; says OK only of what is so, as far as it can know."""

    def __init__(self) -> None:
        self.frozen: dict[int, str] = {}

    def run(self) -> Script:
        while True:
            opened = yield Call(calls.OPEN, guest.DEVICE)
            if opened.error:
                return 1
            announced = yield Call(calls.WRITE, data=self.announcement())
            if not announced.error:
                yield from self.serve()
            yield Call(calls.CLOSE)
            while self.frozen:
                yield from self.thaw()

    def announcement(self) -> bytes:
        return bytes([REGISTER]).ljust(MESSAGE, b"\x55")

    def serve(self) -> Generator[Call, Answer, None]:
        while True:
            yield Call(calls.WAIT)
            read = yield Call(calls.READ, number=MESSAGE)
            if read.error or read.data is None:
                return
            if len(read.data) == MESSAGE:
                well = True
                if read.data[0] == FREEZE:
                    well = yield from self.freeze()
                elif read.data[0] == THAW:
                    well = yield from self.thaw()
                written = yield Call(calls.WRITE, data=self.reply(well, read.data))
                if written.error:
                    return

    def reply(self, well: bool, read: bytes) -> bytes:
        return struct.pack("=I", OK if well else FAILED) + read[4:]

    def listed(self) -> Generator[Call, Answer, list[str] | None]:
        """The paths of what has to be frozen; None: the table cannot be read."""
        table = yield Call(calls.OPEN, guest.TABLES[0])
        if table.error:
            return None
        found = []
        for line in (table.data or b"").decode().splitlines():
            source, path, kind, options, *_ = line.split()
            if source.startswith("/dev/") and kind != "vfat" and "ro" not in options.split(","):
                block = yield Call(calls.STAT, source)
                of = f"/sys/dev/block/{block.block[0]}:{block.block[1]}/loop" if block.block else ""
                loop = yield Call(calls.LOOK, of)
                if loop.error:
                    found.append(path.replace("\\040", " "))
        return found

    def freeze(self) -> Generator[Call, Answer, bool]:
        paths = yield from self.listed()
        well = paths is not None
        for path in paths or []:
            opened = yield Call(calls.OPEN, path)
            if opened.error:
                well = False
                break
            frozen = yield Call(calls.CONTROL, number=opened.folder, control=calls.FREEZES)
            if not frozen.error:
                self.frozen[opened.folder] = path
            elif frozen.error != errno.EBUSY or opened.folder not in self.frozen:
                well = False
                break
        if not well:
            yield from self.thaw()
        return well

    def thaw(self) -> Generator[Call, Answer, bool]:
        for number in list(self.frozen):
            thawed = yield Call(calls.CONTROL, number=number, control=calls.THAWS)
            if thawed.error in {0, errno.EINVAL}:
                del self.frozen[number]
        return not self.frozen
