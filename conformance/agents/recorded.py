"""Runs of an agent as they were recorded: what happened around it, and each of its calls with what came back. Facts, and no code.

A machine without the agent replays them: the recorded calls are put to the same guest and the same machines.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.agents.calls import LOOK, OPEN, STAT, Agent, Answer, Call, Over
from conformance.agents.lockstep import Disturbance, Lockstep

MOST_BYTES = 4_000_000


class RecordError(ValueError):
    """What was recorded cannot be read: says where, and what to do."""


@dataclass(frozen=True)
class Recorded:
    """One session: which file systems, what happened, and the calls, each with the error that came back (None: it was not answered)."""

    name: str
    systems: tuple[int, ...]
    happened: tuple[Disturbance, ...]
    calls: tuple[tuple[Call | Over, int | None], ...]

    def line(self) -> str:
        """As JSON, in one line."""
        happened = [[one.name, one.number, one.after, one.error] for one in self.happened]
        return json.dumps(
            {
                "name": self.name,
                "systems": self.systems,
                "happened": happened,
                "calls": [_as_json(*one) for one in self.calls],
            }
        )


def _as_json(call: Call | Over, error: int | None) -> list[Any]:
    if isinstance(call, Over):
        return ["over", call.status]
    return [call.what, call.path, call.number, call.data.hex(), call.control, error]


class Recording:
    """An agent whose calls are written down. Those that only ask how things are called, and those a program starts with, are not."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self.calls: list[tuple[Call | Over, int | None]] = []
        self.is_known: Callable[[str], bool] = lambda path: True
        """Whether opening a path is written down."""
        self._waits: Call | None = None

    def start(self) -> None:
        self._agent.start()

    def next(self) -> Call | Over:
        found = self._agent.next()
        if isinstance(found, Over):
            self.calls.append((found, None))
        else:
            self._waits = found
        return found

    def answer(self, answer: Answer) -> None:
        self._agent.answer(answer)
        self._write(answer.error)

    def kill(self, number: int) -> None:
        self._write(None)
        self._agent.kill(number)

    def _write(self, error: int | None) -> None:
        call, self._waits = self._waits, None
        if call is not None and call.what not in {STAT, LOOK} and (call.what != OPEN or self.is_known(call.path)):
            self.calls.append((call, error))

    def session(self, name: str, pair: Lockstep) -> Recorded:
        """What was recorded since the last time, as a session."""
        self._write(None)
        calls, self.calls = tuple(self.calls), []
        return Recorded(name, pair.systems, tuple(pair.happened), calls)


class Differs(AssertionError):
    """A call that was recorded comes back with something else now, or what is asked was never recorded."""


class Replayed:
    """Makes the calls that were recorded, and holds what they come back with against what came back then."""

    def __init__(self, session: Recorded) -> None:
        self._calls: Iterator[tuple[Call | Over, int | None]] = iter(session.calls)
        self._waits: tuple[Call | Over, int | None] | None = None

    def start(self) -> None:
        self._waits = None

    def next(self) -> Call | Over:
        if self._waits is None:
            self._waits = next(self._calls, None)
        if self._waits is None:
            raise Differs("more is asked of the agent than was recorded")
        return self._waits[0]

    def answer(self, answer: Answer) -> None:
        if self._waits is None or self._waits[1] != answer.error:
            raise Differs(f"{self._waits} comes back with error {answer.error}")
        self._waits = None

    def kill(self, number: int) -> None:
        self._waits = None


def replay(session: Recorded, pair: Callable[[Agent, tuple[int, ...]], Lockstep]) -> Lockstep:
    """The pair of machines and recorded agent, after all that happened. Raises Disagreement where the machines do not allow it, and
    Differs where the guest is another."""
    found = pair(Replayed(session), session.systems)
    for one in session.happened:
        if not found.happens(one):
            raise Differs(f"{session.name}: {one.name} cannot happen")
    found.go()
    return found


def save(path: Path, about: dict[str, str], sessions: Iterable[Recorded]) -> None:
    """Write sessions, after a line about the agent they were recorded of."""
    path.write_text("\n".join([json.dumps(about), *(one.line() for one in sessions)]) + "\n", encoding="utf-8")


def load(path: Path) -> tuple[dict[str, str], list[Recorded]]:
    """What is said of the agent, and the sessions. Raises RecordError at what is none."""
    if path.stat().st_size > MOST_BYTES:
        raise RecordError(f"{path.name} is larger than {MOST_BYTES:,} bytes. Name a file of recorded runs.")
    lines = path.read_text(encoding="utf-8").splitlines()
    try:
        about, *rest = [json.loads(line) for line in lines]
        return about, [_session(one) for one in rest]
    except (ValueError, KeyError, TypeError, IndexError) as problem:
        raise RecordError(f"{path.name} holds no recorded runs ({problem}). Take it from a checkout.") from problem


def _session(found: dict[str, Any]) -> Recorded:
    happened = tuple(Disturbance(*one) for one in found["happened"])
    return Recorded(found["name"], tuple(found["systems"]), happened, tuple(map(_call, found["calls"])))


def _call(found: Sequence[Any]) -> tuple[Call | Over, int | None]:
    if found[0] == "over":
        return Over(int(found[1])), None
    what, path, number, data, control, error = found
    return Call(what, path, number, bytes.fromhex(data), control), error
