"""`shadowproof simulate`: some run of a backup or a restore, from a start of one's own, in which the faults that are asked for happen.

What comes next is drawn from what is possible; a seed says which draws, so that the same is drawn again. What it gives is events: who
tells them lets them happen on the machines (`play`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from model.notation import Shape
from model.notation.run import Index
from model.versions import option
from proofs.sample.walk import Begin, Walk
from proofs.world.world import Column
from properties.vocabulary import SESSION_STARTS
from shadowproof.ask import AskError
from shadowproof.tell.playing.play import Subject
from shadowproof.tell.playing.start import Starts

TRIES = 200
"""Runs that are drawn until one has every fault that is asked for."""

OF = 4
"""Runs that have every fault, of which one is taken."""

STEPS = 400
"""A run is not drawn any longer; sessions take some thirty."""

DUE = 30
"""A fault is due at a step that is drawn from so many: else what may always happen would end most runs before others can."""

FAULT, AGAIN = 0.5, 0.02
"""How often a fault that is due is drawn where it may happen; and one that has happened."""

SILENT = 0.5
"""How often what a fault silences never comes in a run."""

KINDS = {name.partition("_")[0]: name for name in SESSION_STARTS}
"""What may be simulated, and the event that it begins with."""


@dataclass(frozen=True)
class Simulated:
    """A run that was drawn. silenced: what could go on at its end, and never does, each with its fault. missing: faults that happened in
    none of the runs drawn."""

    steps: tuple[tuple[str, Index], ...]
    silenced: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]


def kind(name: str) -> str:
    """The event that a backup, or a restore, begins with. Raises AskError."""
    if name not in KINDS:
        raise AskError(f"{name!r} cannot be simulated. Write {' or '.join(KINDS)}.")
    return KINDS[name]


def simulate(
    subject: Subject, shapes: Sequence[Shape], starts: Starts, column: Column, first: str, seed: int
) -> Simulated:
    """Of the first runs drawn in which every fault of the column happens the longest, since to give up early is always possible; where
    there is none, the first of those with most of them. first: the event that it begins with. Raises AskError if it cannot."""
    whole: Starts = starts | {(name, ()): state for name, state in column.readings}
    begin = Begin(column, tuple(shapes), whole)
    found: list[Simulated] = []
    for number in range(TRIES):
        found.append(_Drawn(subject, begin, first, Random(f"{seed} {number}")).run())
        if sum(not one.missing for one in found) == OF:
            break
    fewest = min(len(one.missing) for one in found)
    best = [one for one in found if len(one.missing) == fewest]
    return best[0] if fewest else max(best, key=lambda one: len(one.steps))


class _Drawn:
    """One run, as it is drawn."""

    def __init__(self, subject: Subject, begin: Begin, first: str, random: Random) -> None:
        self.walk, self.subject, self.first, self.random = Walk(subject.network, begin), subject, first, random
        faults = subject.network.faults
        self.silences = {name: faults[name].silences for name in sorted(begin.column.faults) if faults[name].silences}
        self.silent = frozenset(
            event for events in self.silences.values() if random.random() < SILENT for event in events
        )
        self.due = {name: random.randrange(DUE) for name in sorted(begin.column.faults)}
        self.happened: set[str] = set()

    def run(self) -> Simulated:
        self._begin()
        while len(self.walk.steps) < STEPS and not self._at_rest():
            number = self._next()
            if number is None:
                break
            self._take(number)
        missing = tuple(sorted(self.walk.begin.column.faults - self.happened))
        return Simulated(tuple(self.walk.steps), () if self._at_rest() else self._silenced(), missing)

    def _silenced(self) -> tuple[tuple[str, str], ...]:
        possible = dict.fromkeys(self._event(number) for number in sorted(self.walk.possible))
        return tuple(
            (event, fault)
            for event in possible
            for fault, events in self.silences.items()
            if event in events & self.silent
        )

    def _begin(self) -> None:
        """The first event; before it, faults that may happen between sessions."""
        while (early := [one for one in self._new() if self.due[self._fault(one) or ""] % 4 == 1]) and self._at_rest():
            self._take(self.random.choice(early))
        numbers = [number for number in self.walk.possible if self._event(number) == self.first]
        if not numbers:
            raise AskError(
                f"{self.first} cannot happen at this start. Leave out what is said of the VMs, or say otherwise."
            )
        self._take(numbers[0])

    def _take(self, number: int) -> None:
        self.walk.take(self.walk.board.acts[number])
        fault = self._fault(number)
        if fault is not None:
            self.happened.add(fault)

    def _next(self) -> int | None:
        """What comes next: a fault now and then, else an event, what has happened least rather; none: nobody goes on."""
        possible = sorted(self.walk.possible)
        for fault, events in self.silences.items():
            if any(self._event(number) in events & self.silent for number in possible):
                self.happened.add(fault)
        usual = [one for one in possible if self._fault(one) is None and self._event(one) not in self.silent]
        new = [one for one in self._new() if self.due[self._fault(one) or ""] <= len(self.walk.steps)]
        old = [one for one in possible if self._fault(one) in self.happened]
        draw = self.random.random()
        for chosen, often in ((new, FAULT), (old, AGAIN)):
            if chosen and draw < often:
                return self.random.choice(chosen)
        if not usual:
            return self.random.choice(self._new()) if self._new() else None
        weights = [1 / (1 + self.walk.seen[self._event(one)]) ** 3 for one in usual]
        return self.random.choices(usual, weights)[0]

    def _new(self) -> list[int]:
        """Faults that may happen now, and have not."""
        return [one for one in sorted(self.walk.possible) if self._fault(one) not in {None, *self.happened}]

    def _event(self, number: int) -> str:
        return self.walk.board.acts[number][0]

    def _fault(self, number: int) -> str | None:
        return self.walk.board.of_fault(self.walk.board.acts[number])

    def _at_rest(self) -> bool:
        return self.walk.run.holds(self.subject.at_rest)


def ending(found: Simulated, seed: int) -> Iterator[str]:
    """What is said after the story: what did not happen, and how to have the same again."""
    if found.silenced:
        yield f"Nobody goes on: {', '.join(f'{event} never comes ({fault})' for event, fault in found.silenced)}.\n"
    if len(found.steps) >= STEPS:
        yield f"Drawn no further than {STEPS} steps.\n"
    if found.missing:
        yield f"In none of {TRIES} runs that were drawn did this happen: {', '.join(found.missing)}.\n"
    yield f"The same again: --seed {seed}{option()}"
