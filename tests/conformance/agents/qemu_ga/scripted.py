"""An agent of our own that does what QEMU's protocol asks, and nothing else."""

from __future__ import annotations

import errno
import json
from collections.abc import Generator
from typing import Any

from conformance.agents import calls
from conformance.agents.calls import Answer, Call
from conformance.agents.qemu_ga.guest import DEVICE, MARK, TABLE
from conformance.agents.qemu_ga.rules import FLUSH
from tests.conformance.agents.scripted import Script

Steps = Generator[Call, Answer, Any]


class Failed(Exception):
    """What was asked cannot be done."""


class Honest:
    """Keeps a list of what it has frozen, with what it was opened as, and thaws that; answers only with what is so, as far as it can
    know. That something is frozen it learns of its state file."""

    def __init__(self) -> None:
        self.frozen: list[int] = []
        self.is_frozen = False
        self.left, self.is_in_step = b"", True

    def run(self) -> Script:
        yield Call(calls.OPEN, DEVICE)
        self.is_frozen = not (yield Call(calls.LOOK, MARK)).error
        while True:
            yield Call(calls.WAIT)
            read = yield Call(calls.READ, number=1024)
            yield from self.hears(read.data or b"")

    def hears(self, data: bytes) -> Steps:
        if FLUSH in data:
            self.left, self.is_in_step, data = b"", True, data.partition(FLUSH)[2]
        self.left += data
        *lines, self.left = self.left.split(b"\n")
        for line in lines:
            try:
                asked = json.loads(line)
            except ValueError:
                self.is_in_step = False  # a command that never ended takes all that comes, until the host syncs
            if self.is_in_step:
                yield from self.obeys(asked["execute"], asked.get("arguments", {}))

    def obeys(self, name: str, given: dict[str, Any]) -> Steps:
        prefix = FLUSH if name == "guest-sync-delimited" else b""
        try:
            found: dict[str, Any] = {"return": (yield from self.does(name, given))}
        except Failed as problem:
            found = {"error": {"class": "GenericError", "desc": str(problem)}}
        yield Call(calls.WRITE, data=prefix + json.dumps(found).encode() + b"\n")

    def does(self, name: str, given: dict[str, Any]) -> Steps:
        match name:
            case "guest-sync-delimited" | "guest-sync":
                return given["id"]
            case "guest-ping" | "guest-info":
                return {}
            case "guest-fsfreeze-status":
                return "frozen" if self.is_frozen else "thawed"
            case "guest-fsfreeze-thaw":
                return (yield from self.thaw())
            case _ if self.is_frozen:
                raise Failed("the agent is in frozen state")
            case "guest-fsfreeze-freeze" | "guest-fsfreeze-freeze-list":
                return (yield from self.freeze(given.get("mountpoints")))
        return 1

    def hook(self) -> Steps:
        started = yield Call(calls.SPAWN)
        if (yield Call(calls.REAP, number=started.value)).value:
            raise Failed("the hook has failed")

    def paths(self) -> Steps:
        table = yield Call(calls.OPEN, TABLE)
        if table.error:
            raise Failed("the mount table cannot be read")
        found = []
        for line in (table.data or b"").decode().splitlines():
            before, _, after = line.partition(" - ")
            path, kind, source = before.split()[4].replace("\\040", " "), *after.split()[:2]
            if source.startswith("/dev/") and "ro" not in before.split()[5].split(",") and kind != "vfat":
                found.append(path)
        return found

    def freeze(self, named: list[str] | None) -> Steps:
        yield from self.hook()
        try:
            paths = yield from self.paths()
            yield Call(calls.OPEN, MARK, control=calls.MAKES)
            self.is_frozen = True
            for path in paths:
                if named is None or path in named:
                    yield from self.freeze_one(path)
        except Failed:
            yield from self.undo()
            raise
        if not self.frozen:
            yield from self.undo()
        return len(self.frozen)

    def freeze_one(self, path: str) -> Steps:
        opened = yield Call(calls.OPEN, path)
        if opened.error:
            raise Failed("a file system cannot be opened")
        found = yield Call(calls.CONTROL, number=opened.folder, control=calls.FREEZES)
        if not found.error:
            self.frozen.append(opened.folder)
        elif found.error != errno.EBUSY or opened.folder not in self.frozen:
            raise Failed("a file system cannot be frozen")

    def thaw(self) -> Steps:
        thawed = 0
        for number in list(self.frozen):
            found = yield Call(calls.CONTROL, number=number, control=calls.THAWS)
            if found.error not in {0, errno.EINVAL}:
                raise Failed("a file system cannot be thawed")
            thawed += not found.error
            self.frozen.remove(number)
        if self.is_frozen:
            yield Call(calls.REMOVE, MARK)
        self.is_frozen = False
        yield from self.hook()
        return thawed

    def undo(self) -> Steps:
        try:
            yield from self.thaw()
        except Failed:
            return
