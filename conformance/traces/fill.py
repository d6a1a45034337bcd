"""A trace of which not all was seen: the states in which a run may be after each line, with the fewest steps that lead there.

A search over the lines: from the states after one, steps that nobody saw (up to `MOST_UNSEEN` in a row) lead to those in which the next
can happen. The first round has no fault but those that are seen in the trace, the next any one more. All of it is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from conformance.traces.answers import Accepted, Answer, Open, Rejected
from conformance.traces.clocks import Clocks, Over, worst
from conformance.traces.follow import tried
from conformance.traces.form import Header, Line, TraceError
from conformance.traces.reasons import contradicted, rejected
from conformance.traces.table import State, Steps
from model.notation.run import Index
from model.windows import FREEZE_TO_THAW
from proofs.answers.memory import replays
from proofs.answers.verdict import RunFound
from proofs.world.world import Column

MOST_UNSEEN = 40
"""Steps that nobody saw, between two lines."""

FURTHER = 6
"""Steps by which a way to a line may be longer than the shortest, where it is not looked at all of them."""

MOST_NODES = 60_000
"""States (each with its faults) that are looked at in a round, all lines together."""

MOST_LOOKED_AT = 1_500
"""States that are looked at to say what forbids a line."""

Node = tuple[State, int, float | None]
"""A state; the faults that it took, as bits; at the latest when Freeze was delivered, where the time matters."""


@dataclass
class _Round:
    """One search. budget: how many faults it may take besides those that are seen; None: all that are tolerated. further: see
    FURTHER; None: every way is looked at."""

    steps: Steps
    lines: Sequence[Line]
    tolerated: frozenset[str]
    free: int
    budget: int | None
    further: int | None
    unseen: int
    entries: list[tuple[int, int, bool]] = field(default_factory=list)
    looked: int = 0
    is_cut: bool = False
    late: list[Over] = field(default_factory=list)

    def run(
        self, starts: Sequence[State], told: Callable[[int], None] | None
    ) -> tuple[int, dict[Node, tuple[int, int]]]:
        """How many lines are explained, and the states after them, each with the length of the run and its entry."""
        self.low, self.high = _times(self.lines)
        self.bit = {fault: 1 << k for k, fault in enumerate(sorted(self.steps.network.faults))}
        self.mask = [0 if fault is None else self.bit[fault] for fault in self.steps.fault]
        self.may = [fault is None or fault in self.tolerated for fault in self.steps.fault]
        self.telling = self.steps.telling({name for line in self.lines for (name, _), _ in line.states})
        now: dict[Node, tuple[int, int]] = {}
        for start in starts:
            now[start, 0, None] = (0, self._entry(-1 - len(now), -1, seen=False))
        for k, line in enumerate(self.lines):
            after = self._line(k, line, now)
            if not after:
                return k, now
            now = after
            if told is not None:
                told(k)
        return len(self.lines), now

    def _entry(self, before: int, act: int, *, seen: bool) -> int:
        self.entries.append((before, act, seen))
        return len(self.entries) - 1

    def _line(self, k: int, line: Line, now: dict[Node, tuple[int, int]]) -> dict[Node, tuple[int, int]]:
        """The states after a line."""
        wanted = self.steps.number((line.event, line.at)) if line.event else -1
        heap = [(length, at, 0, node) for at, (node, (length, _)) in enumerate(now.items())]
        heap.sort(key=lambda one: one[:2])
        telling = self.telling
        known = {(telling(node[0]), *node[1:]): entry for node, (_, entry) in now.items()}
        found: dict[Node, tuple[int, int]] = {}
        reached: set[tuple[State, int, float | None]] = set()
        order, longest = len(heap), None
        self.late = []
        while heap:
            length, _, depth, node = heappop(heap)
            if longest is not None and length > longest:
                break
            self.looked += 1
            if self.looked > MOST_NODES:
                self.is_cut = True
                break
            here = known[telling(node[0]), node[1], node[2]]
            there = self._taken(k, line, wanted, node)
            if there is not None:
                if (what := (telling(there[0]), *there[1:])) not in reached:
                    reached.add(what)
                    entry = here if wanted < 0 else self._entry(here, wanted, seen=True)
                    found[there] = (length + (wanted >= 0), entry)
                if longest is None and self.further is not None:
                    longest = length + self.further
            if depth >= self.unseen:
                continue
            for number in self.steps.possible(node[0]):
                onward = self._onward(number, node, self.low[k], self.high[k + 1])
                if onward is not None and (what := (telling(onward[0]), *onward[1:])) not in known:
                    known[what] = self._entry(here, number, seen=False)
                    order += 1
                    heappush(heap, (length + 1, order, depth + 1, onward))
        return found

    def _taken(self, k: int, line: Line, wanted: int, node: Node) -> Node | None:
        """Where a line leads from here, if it can be what was seen."""
        there: Node | None = node
        if wanted >= 0:
            if wanted not in self.steps.possible(node[0]):
                return None
            there = self._onward(wanted, node, self.low[k + 1], self.high[k + 1], at=line.number)
        return there if there is not None and not contradicted(self.steps, there[0], line) else None

    def _onward(self, number: int, node: Node, low: float | None, high: float | None, at: int = 0) -> Node | None:
        """Where a step leads, if its faults are allowed, and no window is overrun. low, high: between which times it is."""
        if not self.may[number]:
            return None
        mask = node[1] | self.mask[number]
        if self.budget is not None and (mask & ~self.free).bit_count() > self.budget:
            return None
        event, since = self.steps.board.acts[number][0], node[2]
        if event == FREEZE_TO_THAW.opens:
            since = high
        elif event in FREEZE_TO_THAW.closes:
            if since is not None and low is not None and low - since > FREEZE_TO_THAW.seconds:
                if at:
                    self.late.append(Over(FREEZE_TO_THAW, low - since, at))
                return None
            since = None
        return self.steps.after(node[0], number), mask, since

    def path(self, entry: int) -> tuple[int, list[tuple[int, bool]]]:
        """The start's number, and the acts that led there, each with whether it was seen."""
        acts = []
        while (found := self.entries[entry])[1] >= 0:
            acts.append((found[1], found[2]))
            entry = found[0]
        return -1 - found[0], acts[::-1]


def _times(lines: Sequence[Line]) -> tuple[list[float | None], list[float | None]]:
    """low[k + 1], high[k + 1]: the last time that is known at or before line k, and the first at or after it."""
    low: list[float | None] = [None]
    for line in lines:
        low.append(line.time if line.time is not None else low[-1])
    high: list[float | None] = [None]
    for line in reversed(lines):
        high.append(line.time if line.time is not None else high[-1])
    return low, [None, *high[:0:-1]]


def filled(
    header: Header,
    lines: Sequence[Line],
    steps: Steps,
    *,
    together: int = 1,
    name: str = "",
    told: Callable[[int], None] | None = None,
) -> Answer:
    """What explains these lines; or the first that nothing explains. together: how many faults are tried besides those that are seen.
    Raises TraceError where time runs backwards."""
    _refuse_backwards(lines, name)
    starts = steps.starts(header)
    if not starts:
        raise TraceError(f"{name}: no VM can start so. Leave out of start what does not go together.")
    seen = frozenset(
        fault for line in lines if line.event and (fault := steps.network.events[line.event].fault) is not None
    )
    furthest = -1
    best: Rejected | Open | None = None
    for budget, further in _rounds(header, together):
        tolerated = frozenset(steps.network.faults) if header.faults is None else header.faults
        unseen = 0 if header.complete else MOST_UNSEEN
        one = _Round(steps, lines, tolerated, _bits(steps, seen), budget, further, unseen)
        count, now = one.run(starts, told)
        if count == len(lines):
            return _accepted(header, lines, steps, starts, one, now)
        if count > furthest or (count == furthest and further is None):
            furthest = count
            best = _no(header, lines[count], count, steps, one, now, budget)
    assert best is not None  # noqa: S101 - there is one round at least
    return best


def _refuse_backwards(lines: Sequence[Line], name: str) -> None:
    last: float | None = None
    for line in lines:
        if line.time is not None and last is not None and line.time < last:
            raise TraceError(
                f"{name}, line {line.number}: time runs backwards, from {last:g} to {line.time:g}. Give lines in their order."
            )
        last = line.time if line.time is not None else last


def _bits(steps: Steps, faults: frozenset[str]) -> int:
    return sum(1 << k for k, fault in enumerate(sorted(steps.network.faults)) if fault in faults)


def _rounds(header: Header, together: int) -> Iterator[tuple[int | None, int | None]]:
    if header.complete:
        yield None, None
    elif header.faults is not None:
        yield from ((None, FURTHER), (None, None))
    else:
        yield from ((budget, further) for budget in range(together + 1) for further in (FURTHER, None))


def _accepted(
    header: Header,
    lines: Sequence[Line],
    steps: Steps,
    starts: Sequence[State],
    one: _Round,
    now: dict[Node, tuple[int, int]],
) -> Accepted:
    """The run of fewest faults, then of fewest steps, executed by the machines."""
    node = min(now, key=lambda node: (node[1].bit_count(), now[node][0], node[1]))
    number, acts = one.path(now[node][1])
    faults = frozenset(fault for k, fault in enumerate(sorted(steps.network.faults)) if node[1] >> k & 1)
    column = Column(faults, header.readings)
    chosen: list[tuple[str, Index]] = [steps.board.acts[act] for act, _ in acts]
    run = RunFound(steps.shapes, dict(zip(steps.keys, starts[number], strict=True)), tuple(chosen))
    if not replays(run, steps.network, column.faults):
        raise AssertionError("the machines refuse what the tables let through")
    clocks = Clocks()
    over = [late for line in lines if line.event for late in clocks.at(line.event, line.time, line.number)]
    inferred = tuple(k for k, (_, seen) in enumerate(acts, 1) if not seen)
    kept = tuple(late for late in worst(over) if not late.window.strict)
    return Accepted(len(acts), one.looked, column, run, inferred, kept, complete=False)


def _no(
    header: Header,
    line: Line,
    count: int,
    steps: Steps,
    one: _Round,
    now: dict[Node, tuple[int, int]],
    budget: int | None,
) -> Rejected | Open:
    """Why nothing explains a line."""
    said = (
        {0: "no fault", 1: "no fault, or any one"}.get(budget, f"up to {budget} faults") if budget is not None else ""
    )
    circumstances = said or tried(header.faults, header.readings)
    seen = one.free.bit_count()
    circumstances += f", besides the {seen} that are seen" if seen and budget is not None else ""
    if one.is_cut:
        return Open(line, f"{MOST_NODES:,} states were looked at ({circumstances})")
    first = [node[0] for node in sorted(now, key=lambda node: (node[1].bit_count(), now[node][0]))]
    near, at = dict.fromkeys(first), 0
    order = list(near)
    while at < len(order) and len(order) < MOST_LOOKED_AT and one.unseen:
        for number in steps.possible(order[at]):
            if one.may[number] and (steps.fault[number] is None or budget != 0):
                state = steps.after(order[at], number)
                if state not in near:
                    near[state] = None
                    order.append(state)
        at += 1
    events = sum(bool(before.event) for before in one.lines[:count])
    return rejected(steps, order, line, events, circumstances, first[:20], worst(one.late)[:1])
