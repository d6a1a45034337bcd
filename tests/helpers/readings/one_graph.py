"""The whole graph by one reading, and where two readings differ about it: states, steps, depth, and what holds where.

A difference is told with the state in words, the event, and both answers. Searches that keep no graph are
asked in `searched.py` for what they do give.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from model.notation.run import Index
from tests.helpers.readings.readings import Happening, Judge, Reading
from tests.helpers.readings.setting import Setting, State

ENOUGH = 5
"""Differences that are told at most, of each kind."""


@dataclass(frozen=True)
class Graph:
    """All that can be reached. depth: of each state, from the nearest start. out: the steps out of it."""

    by: str
    setting: Setting
    depth: Mapping[State, int]
    out: Mapping[State, list[Happening]]

    @property
    def counts(self) -> tuple[int, int, int]:
        """States, steps, and the depth of the state farthest from the start."""
        return len(self.depth), sum(map(len, self.out.values())), max(self.depth.values())

    @property
    def swapped_counts(self) -> tuple[int, int, int]:
        """The same, where states that differ only in which VM is which are one; and so are steps of VMs in the same state."""
        swapped = self.setting.swapped
        steps = {(swapped(state), *self._unordered(state, one)) for state, out in self.out.items() for one in out}
        return len({swapped(state) for state in self.depth}), len(steps), self.counts[2]

    def _unordered(self, state: State, happening: Happening) -> tuple[str, State, State]:
        event, at, target = happening
        return event, self.setting.of_vm(state, at[0]) if at else (), self.setting.swapped(target)


def walked(setting: Setting, reading: Reading) -> Graph:
    """Breadth first through everything that a reading can reach."""
    depth = dict.fromkeys(reading.starts(), 0)
    out: dict[State, list[Happening]] = {}
    level, at = list(depth), 0
    while level:
        following, at = list[State](), at + 1
        for state in level:
            out[state] = reading.out(state)
            for _, _, target in out[state]:
                if target not in depth:
                    depth[target] = at
                    following.append(target)
        level = following
    return Graph(reading.name, setting, depth, out)


# -- two graphs -------------------------------------------------------------------------------------------------------


def differences(one: Graph, two: Graph) -> list[str]:
    """Where two graphs are not the same."""
    return [
        *few(_of_starts(one, two)),
        *few(
            line
            for state in one.depth
            if state in two.depth
            for line in of_a_state(one.setting, state, (one.by, one.out[state]), (two.by, two.out[state]))
        ),
        *few(
            f"{one.setting.said(state)}: {one.depth[state]} steps away by {one.by}, {two.depth[state]} by {two.by}"
            for state in one.depth
            if state in two.depth and one.depth[state] != two.depth[state]
        ),
    ]


def _of_starts(one: Graph, two: Graph) -> Iterator[str]:
    for first, second in ((one, two), (two, one)):
        for state, depth in first.depth.items():
            if depth == 0 and second.depth.get(state) != 0:
                yield f"{one.setting.said(state)}: a run may start so by {first.by}, and not by {second.by}"


def of_a_state(
    setting: Setting, state: State, one: tuple[str, Iterable[Happening]], two: tuple[str, Iterable[Happening]]
) -> Iterator[str]:
    """Where two readings, each named, differ about what can happen in a state."""
    (by_one, first), (by_two, second) = ((name, Counter(out)) for name, out in (one, two))
    for event, at in dict.fromkeys((event, at) for event, at, _ in (first - second) + (second - first)):
        answers = [
            f"{_leads(setting, state, [target for (e, a, target), n in out.items() if (e, a) == (event, at) for _ in range(n)])}"
            f" by {name}"
            for name, out in ((by_one, first), (by_two, second))
        ]
        yield f"where {setting.said(state)}: {event}{_of(at)} {', and '.join(answers)}"


def _leads(setting: Setting, state: State, targets: list[State]) -> str:
    """Where an event leads, in words: what it moves."""
    moved = [
        ", ".join(
            f"{name}{_of(at)} to {after}"
            for (name, at), before, after in zip(setting.keys, state, target, strict=True)
            if before != after
        )
        for target in targets
    ]
    return " or ".join(f"moves {found or 'nothing'}" for found in moved) or "is not possible"


def _of(at: Index) -> str:
    return f" of VM {at[0] + 1}" if at else ""


def few(lines: Iterable[str]) -> list[str]:
    """The first of them, and how many more there are."""
    found = list(lines)
    more = [f"... and {len(found) - ENOUGH} more of this kind"] if len(found) > ENOUGH else []
    return found[:ENOUGH] + more


# -- what holds -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Values:
    """What every property is worth in every state and at every step. asked: how many answers there were."""

    by: str
    of_states: Mapping[State, Mapping[str, bool]]
    of_steps: Mapping[tuple[State, Happening], Mapping[str, bool]]

    @property
    def asked(self) -> int:
        return sum(map(len, self.of_states.values())) + sum(map(len, self.of_steps.values()))


def valued(graph: Graph, judge: Judge) -> Values:
    """Ask a judge of everything in a graph."""
    return Values(
        judge.name,
        {state: judge.of_state(state) for state in graph.depth},
        {(state, one): judge.of_step(state, one) for state, out in graph.out.items() for one in out},
    )


def judged_otherwise(setting: Setting, one: Values, two: Values) -> list[str]:
    """Where two judges do not agree."""

    def told(name: str, at: str, first: bool | None, second: bool | None) -> str:
        return f"{name} is {first} by {one.by} and {second} by {two.by} {at}"

    def all_of_them() -> Iterator[str]:
        for state, values in one.of_states.items():
            for name in values.keys() | two.of_states[state].keys():
                answers = values.get(name), two.of_states[state].get(name)
                if answers[0] != answers[1]:
                    yield told(name, f"where {setting.said(state)}", *answers)
        for (state, happening), values in one.of_steps.items():
            other = two.of_steps[state, happening]
            for name in values.keys() | other.keys():
                answers = values.get(name), other.get(name)
                if answers[0] != answers[1]:
                    event = f"{happening[0]}{_of(happening[1])}"
                    yield told(name, f"of {event} where {setting.said(state)}", *answers)

    return few(all_of_them())


def nearest_broken(graph: Graph, values: Values) -> dict[str, int]:
    """How far the nearest state is that breaks a property, or out of which a step breaks it."""
    found = dict[str, int]()
    for state, broken in (
        *((state, {name for name, value in of.items() if not value}) for state, of in values.of_states.items()),
        *((state, {name for name, value in of.items() if not value}) for (state, _), of in values.of_steps.items()),
    ):
        for name in broken:
            found[name] = min(found.get(name, graph.depth[state]), graph.depth[state])
    return found
