"""A program's calls and what they come back with, apart from how they are made: by a program that runs, or as they were recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

OPEN, STAT, LOOK, CONTROL, WAIT, READ, WRITE, CLOSE = (
    "open", "stat", "look", "control", "wait", "read", "write", "close",
)  # fmt: skip
"""What is called: open a path, ask what a path is, ask whether it is there, freeze or thaw what a descriptor is of, wait for the
device; read, write and close the device."""

FREEZES, THAWS = "freeze", "thaw"


@dataclass(frozen=True)
class Call:
    """One call. what: see above; path: where it has one; number: the folder that a descriptor stands for, or how much may be read;
    data: what is written; or for `control` which of the two."""

    what: str
    path: str = ""
    number: int = 0
    data: bytes = b""
    control: str = ""


@dataclass(frozen=True)
class Answer:
    """What a call comes back with. error: an error number, or 0. data: what was read, or the text of a file. folder: the number that
    the opened folder goes by; device: the device was opened; block: the number of a block device, as stat has it."""

    error: int = 0
    data: bytes | None = None
    folder: int = -1
    device: bool = False
    block: tuple[int, int] | None = None
    hung_up: bool = False


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
