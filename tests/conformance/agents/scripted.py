"""Agents of our own, as scripts: each call of a script waits for its answer."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Protocol

from conformance.agents.calls import Answer, Call, Over

Script = Generator[Call, Answer, int]


class Runs(Protocol):
    """What an agent does from its start to its end, which has a status."""

    def run(self) -> Script: ...


class Scripted:
    """An agent that runs a script."""

    def __init__(self, script: Callable[[], Runs]) -> None:
        self._script = script
        self._over: Over | None = Over(0)
        self._waits: Call | None = None

    def start(self) -> None:
        self._run, self._over = self._script().run(), None
        self._waits = next(self._run)

    def next(self) -> Call | Over:
        if self._over is not None:
            return self._over
        assert self._waits is not None
        return self._waits

    def answer(self, answer: Answer) -> None:
        try:
            self._waits = self._run.send(answer)
        except StopIteration as ended:
            self._over = Over(ended.value)

    def kill(self, number: int) -> None:
        self._run.close()
        self._over = Over(-number)
