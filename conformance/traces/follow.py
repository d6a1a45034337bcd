"""A complete trace is followed event by event, in time that grows with it and memory that does not.

In one state a line that was met before leads where it led before, so it is not even read again: that makes it quick.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from conformance.traces.answers import Accepted, Answer
from conformance.traces.clocks import Clocks, Over, worst
from conformance.traces.form import Line, TraceError
from conformance.traces.read import Lines
from conformance.traces.reasons import contradicted, rejected
from conformance.traces.table import State, Steps
from model.notation.run import Index
from proofs.answers.memory import replays
from proofs.answers.verdict import RunFound
from proofs.world.world import Column

LONGEST_TOLD = 2_000
"""Steps of a run that is kept, executed by the machines, and told."""

MOST_OVER = 20

MOST_KEPT, MOST_BYTES = 200_000, 50_000_000
"""Lines that are remembered, and their bytes; then all are forgotten."""

_TIME = re.compile(rb'\{"time": ?(-?\d{1,15}(?:\.\d{1,9})?), ?')
"""How a line with a time begins, if the time stands first: what follows may have been met before."""

_EACH = 20_000
"""Lines from one word of progress to the next."""


class _Node:
    """A state, and where the lines that were met in it lead: with the event, where its time matters."""

    __slots__ = ("led", "state")

    def __init__(self, state: State) -> None:
        self.state = state
        self.led: dict[bytes, tuple[_Node, str, Index]] = {}


class Follower:
    """Follows one complete trace from one start."""

    def __init__(self, trace: Lines, steps: Steps, start: State, told: Callable[[int], None] | None = None) -> None:
        self.trace, self.steps, self.start, self.told = trace, steps, start, told
        header = trace.header
        self.faults, self.readings, self.used = header.faults, header.readings, set[str]()
        self.tolerated = [fault is None or self.faults is None or fault in self.faults for fault in steps.fault]
        self.nodes: dict[State, _Node] = {}
        self.kept = self.bytes = self.events = self.states = 0
        self.acts: list[tuple[str, Index]] = []
        self.clocks, self.over = Clocks(), list[Over]()

    def answer(self) -> Answer:
        """Raises TraceError at a line that is none."""
        found = self._whole() if self.trace.is_whole else self._raw()
        return found or self._accepted()

    def _whole(self) -> Answer | None:
        node = self._node(self.start)
        for line in self.trace.lines():
            led = self._step(node, line)
            if not isinstance(led, _Node):
                return led
            node = led
            if (late := self._timed(line.event, line.time, line.number, node, line)) is not None:
                return late
        return None

    def _raw(self) -> Answer | None:
        node, match, clocks = self._node(self.start), _TIME.match, self.clocks.events
        last = float("-inf")
        for number, raw in self.trace.raw():
            found = match(raw)
            time, key = (float(found[1]), raw[found.end() :]) if found else (None, raw)
            hit = node.led.get(key)
            if hit is None:
                line = self.trace.meant(raw, number)
                time = line.time
                led = self._step(node, line)
                if not isinstance(led, _Node):
                    return led
                hit = (led, line.event, line.at)
                if time is None or found:
                    self._keep(node, key, hit)
            elif hit[1]:
                self.events += 1
                if len(self.acts) <= LONGEST_TOLD:
                    self.acts.append(hit[1:])
            if time is not None:
                if time < last:
                    raise TraceError(
                        f"{self.trace.name}, line {number}: time runs backwards, from {last:g} to {time:g}. Give lines in their order."
                    )
                last = time
                if hit[1] in clocks:
                    late = self._timed(hit[1], time, number, node, None, raw)
                    if late is not None:
                        return late
            node = hit[0]
            if not number % _EACH and self.told is not None:
                self.told(self.events)
        return None

    def _node(self, state: State) -> _Node:
        found = self.nodes.get(state)
        if found is None:
            found = self.nodes[state] = _Node(state)
            self.states = max(self.states, len(self.nodes))
            if len(self.nodes) > MOST_KEPT:
                self._forget()
        return found

    def _forget(self) -> None:
        for one in self.nodes.values():
            one.led = {}
        self.nodes.clear()
        self.kept = self.bytes = 0

    def _keep(self, node: _Node, key: bytes, hit: tuple[_Node, str, Index]) -> None:
        self.kept, self.bytes = self.kept + 1, self.bytes + len(key)
        if self.kept > MOST_KEPT or self.bytes > MOST_BYTES:
            self._forget()
        node.led[key] = hit

    def _step(self, node: _Node, line: Line) -> _Node | Answer:
        """Where a line leads; or why it leads nowhere."""
        steps, state = self.steps, node.state
        after = state
        if line.event:
            number = steps.number((line.event, line.at))
            if number not in steps.possible(state):
                return self._no(state, line)
            if not self.tolerated[number]:
                raise TraceError(
                    f"{self.trace.name}, line {line.number}: {line.event} is the fault {steps.fault[number]}, which the header does not "
                    "tolerate. Name it in faults, or leave faults out."
                )
            after = steps.after(state, number)
        if contradicted(steps, after, line):
            return self._no(state, line)
        if line.event:
            self.used.update(filter(None, [steps.fault[number]]))
            self.events += 1
            if len(self.acts) <= LONGEST_TOLD:
                self.acts.append((line.event, line.at))
        return self._node(after)

    def _no(self, state: State, line: Line, over: tuple[Over, ...] = ()) -> Answer:
        return rejected(self.steps, [state], line, self.events, tried(self.faults, self.readings), [state], over)

    def _timed(
        self, event: str, time: float | None, number: int, node: _Node, line: Line | None, raw: bytes = b""
    ) -> Answer | None:
        """Windows that an event closes too late: kept, or why it is no run."""
        found = self.clocks.at(event, time, number)
        strict = tuple(one for one in found if one.window.strict)
        if strict:
            return self._no(node.state, line or self.trace.meant(raw, number), strict)
        if len(self.over) < MOST_OVER:
            self.over += worst(found)
        return None

    def _accepted(self) -> Accepted:
        run, column = None, Column(frozenset(self.used) if self.faults is None else self.faults, self.readings)
        if len(self.acts) <= LONGEST_TOLD:
            starts = dict(zip(self.steps.keys, self.start, strict=True))
            run = RunFound(self.steps.shapes, starts, tuple(self.acts))
            if not replays(run, self.steps.network, column.faults):
                raise AssertionError("the machines refuse what the tables let through")
        return Accepted(self.events, self.states, column, run, over=tuple(self.over), complete=True)


def tried(faults: frozenset[str] | None, readings: tuple[tuple[str, str], ...]) -> str:
    """The circumstances of a trace, in words; None: any fault may happen."""
    if faults is None:
        return " + ".join(["any faults", *(f"{name}={value}" for name, value in readings)])
    return Column(faults, readings).name
