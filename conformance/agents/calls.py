"""A program's calls and what they come back with, apart from how they are made: by a program that runs, or as they were recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

OPEN, STAT, LOOK, CONTROL, WAIT, READ, WRITE, CLOSE, REMOVE, SPAWN, REAP = (
    "open", "stat", "look", "control", "wait", "read", "write", "close", "remove", "spawn", "reap",
)  # fmt: skip
"""What is called: open a path, ask what a path is, ask whether it is there, freeze or thaw what a descriptor is of, wait for the
device; read, write and close the device; remove a path; start another program, and wait for its end."""

FREEZES, THAWS, MAKES = "freeze", "thaw", "make"


@dataclass(frozen=True)
class Call:
    """One call. what: see above; path: where it has one; number: the folder that a descriptor stands for, or how much may be read, or
    for `wait` 1 where it is only asked whether there is something; data: what is written; control: which of the two, or for `open`
    whether it makes what is not there."""

    what: str
    path: str = ""
    number: int = 0
    data: bytes = b""
    control: str = ""


@dataclass(frozen=True)
class Answer:
    """What a call comes back with. error: an error number, or 0. data: what was read, or the text of a file. folder: the number that
    the opened folder goes by; device: the device was opened; block: the number of a block device, as stat has it; regular: it is a
    regular file; ready: what is waited for is there; value: the number of the program that was started, or how it ended."""

    error: int = 0
    data: bytes | None = None
    folder: int = -1
    device: bool = False
    block: tuple[int, int] | None = None
    hung_up: bool = False
    regular: bool = False
    ready: bool = True
    value: int = 0


@dataclass(frozen=True)
class Over:
    """The program has ended by itself with a status, or (negative) by a signal."""

    status: int


class Agent(Protocol):
    """Whoever makes the calls: it makes the next one when the last was answered."""

    def next(self) -> Call | Over:
        """The call that waits for an answer, or how it has ended."""
        ...

    def answer(self, answer: Answer) -> None:
        """Let the call that waits come back."""
        ...

    def start(self) -> None:
        """Start it (again)."""
        ...

    def kill(self, number: int) -> None:
        """Send it a signal."""
        ...
