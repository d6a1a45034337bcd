"""Mutants held against closed sets of many columns at once: each view carries the columns in which it is reachable
(`proofs/views/labelled`), so a rule, right and wrong, is looked at once for all of them.

The family's network says each rule as its columns read it. A mutant's rules are read likewise; where a column reads the right rule and
the wrong one alike, it is no different there. What is left is a question: one rule, as some columns read it, beside what they read in
its place. Either may be that it never happens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from math import prod
from operator import or_

import numpy as np

from model.notation import FALSE, HOST, Actor, Event, Move, Network
from model.notation.network import build
from model.notation.run import Shape
from model.notation.terms import Happens, In, Term
from model.views import LEFT_OUT_WHERE_NOT_ASKED
from proofs.mutants.changed_rules import Pair, RightSides, Rules, slice_of
from proofs.views.labelled.digits import TooWide
from proofs.views.labelled.family import AsRead, Family
from proofs.views.labelled.label_kernel import Ints
from proofs.views.labelled.labels import Labelled
from proofs.views.labelled.starts import starts_by_column
from proofs.views.saturation import TooManyViews
from proofs.world.any_number.any_parts import AnyParts
from proofs.world.any_number.other_parts import LabelledAt, OtherParts
from proofs.world.compiled import Compiled
from proofs.world.layout import States
from proofs.world.world import Column, Slice, World

LIMIT = 16_000_000
"""Views at most, in all columns together: those of rules about ports and disks are the largest, and of columns one by one they take
many times as long."""

MOST_SETS = 3
"""Closed sets that are kept at a time: mutants of one set are asked about one after the other."""

MOST_STARTS = 2
"""Times as many starts as the right network tells apart: as many may be told apart for mutants that are asked about together."""


MOST_CODES = 1 << 62
"""States of some machines together that one number can stand for."""

MOST_COMPILED = 8
"""Slices that are kept as they were compiled: how many starts they tell apart is asked of many before one is closed."""


@dataclass(frozen=True, eq=False)
class Question:
    """A rule of a mutant, as some columns read it. rules: right and wrong, said for any number of parts. label: the columns."""

    rules: Rules
    label: int


@dataclass(frozen=True, eq=False)
class Batch:
    """Questions that are asked of one closed set: of a slice of a world, with starts told apart by these terms."""

    world: World
    part: Slice
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Answer:
    """Where a mutant's rules differ, as columns. open: those in which that cannot be known so. views: by column, how many were looked at
    (none, where it reads the right rules and the wrong ones alike)."""

    differs: int = 0
    open: int = 0
    views: tuple[int, ...] = ()


class LabelledSets:
    """Mutants of a network (with its observers), and the closed sets that they are held against. start: one VM that may be. closed:
    how many were made. Raises NotForAnyNumber."""

    def __init__(
        self, network: Network, columns: Sequence[Column], start: Mapping[str, frozenset[str]], mutants: Sequence[Rules]
    ) -> None:
        self.start = start
        self.family = Family(network, columns)
        self.closed = 0
        self._sets: dict[Batch, LabelledSet | None] = {}
        self._worlds: dict[frozenset[str], World] = {}
        self._cones: dict[tuple[object, ...], Slice] = {}
        self._batches: dict[Question, Batch] = {}
        self._number: dict[Batch, int] = {}
        self._slices: dict[tuple[World, Slice, tuple[Term, ...]], Compiled] = {}
        self._right_sides = RightSides()
        self.shape = Shape({sort.name: 1 for sort in network.parts})
        reading = _Reading(self.family, mutants)
        asked = [(one, reading.rules(one)) for one in reading.asked]
        changed = [(rules.changed, rules.mutant.events, rules.mutant.machine) for _, rules in asked]
        self.any_parts = AnyParts(reading.network, self.family.column, (), changed)
        self.others = OtherParts(self.any_parts)
        self.questions: dict[str, list[Question]] = {one.mutant.name: [] for one in mutants}
        for (one, rules), said in zip(asked, self.any_parts.changed, strict=True):
            question = Question(Rules(self.any_parts.network, rules.mutant, said), one.label)
            self.questions[rules.mutant.name].append(question)

    def answer(self, name: str) -> Answer:
        """What is known of a mutant in all columns."""
        differs = unknown = 0
        looked_at: dict[LabelledSet, int] = {}
        for one in self.questions[name]:
            batch = self._batch(one)
            known = self._set(batch)
            if known is None:
                unknown |= one.label
            else:
                looked_at[known] = looked_at.get(known, 0) | one.label
                differs |= self._differs(one, batch.world, known)
        views = (
            sum(known.views[bit] for known, label in looked_at.items() if label >> bit & 1)
            for bit in range(len(self.family.columns))
        )
        return Answer(differs, unknown, tuple(views))

    def batches_of(self, name: str) -> list[int]:
        """What the questions of a mutant are asked of, by numbers."""
        return sorted(
            self._number.setdefault(self._batch(one), len(self._number)) for one in self.questions.get(name, ())
        )

    def _differs(self, question: Question, world: World, known: LabelledSet) -> int:
        rules, actors = question.rules, self.any_parts.network.actors
        machines = rules.machines & known.part.machines
        more = [name for name in actors if name in rules.machines & self.any_parts.more]
        pair = Pair(rules, world, known.part.machines | set(more), self.shape, self.start, self._right_sides)
        variables = self._variables(machines)
        at = self.others.beside(more, machines, known.to(*variables), variables[1])
        return pair.where(at, question.label)

    def _variables(self, machines: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The variables of host and VM that these machines are, in their order."""
        here, parts = set(machines), self.any_parts.network.parts
        actors = [actor for actor in self.any_parts.network.actors.values() if actor.name in here]
        host = tuple(actor.name for actor in actors if actor.sort == HOST)
        return host, tuple(f"{a.name}#0" if a.sort in parts else a.name for a in actors if a.sort != HOST)

    def _world(self, rules: Rules) -> World:
        """All columns without what nobody waits for, unless the rules move it."""
        out = frozenset[str]() if rules.machines & LEFT_OUT_WHERE_NOT_ASKED else LEFT_OUT_WHERE_NOT_ASKED
        if out not in self._worlds:
            self._worlds[out] = World(self.any_parts.network, self.family.column, out)
        return self._worlds[out]

    def _part(self, rules: Rules, world: World) -> Slice:
        """All that decides what may happen, and what the changed rules move."""
        machines, changed = tuple(sorted(rules.machines - self.any_parts.more)), rules.mutant.machine
        set_off = changed if len(world.reach.get(changed, ())) == 1 else ""
        key = (world.leaves_out, machines, set_off)
        if key not in self._cones:
            events = Happens(frozenset(event.name for event in world.events))
            moved = (In(name, frozenset(sorted(world.reach[name])[:1])) for name in machines)
            self._cones[key] = slice_of(world, [events, *moved], set_off)
        return self._cones[key]

    @cached_property
    def _slice_of(self) -> dict[Question, tuple[World, Slice]]:
        """What decides what each question asks."""
        worlds = {one: self._world(one.rules) for questions in self.questions.values() for one in questions}
        return {one: (world, self._part(one.rules, world)) for one, world in worlds.items()}

    def _batch(self, question: Question) -> Batch:
        """What a question is asked of: one closed set, of all that look at the same slice, as far as they tell few starts apart."""
        if question not in self._batches:
            world, part = self._slice_of[question]
            alike = [one for one, of in self._slice_of.items() if of == (world, part)]
            most = MOST_STARTS * len(self._compiled(world, part, ()).starts)
            for some, terms in self._told_apart(world, part, alike, most):
                self._batches |= dict.fromkeys(some, Batch(world, part, terms))
        return self._batches[question]

    def _told_apart(
        self, world: World, part: Slice, questions: Sequence[Question], most: int
    ) -> Iterator[tuple[Sequence[Question], tuple[Term, ...]]]:
        """Questions, by halves until so few starts are told apart, with what they tell apart."""
        terms = tuple(dict.fromkeys(term for one in questions for term in one.rules.told_apart))
        if len(questions) == 1 or len(self._compiled(world, part, terms).starts) <= most:
            yield questions, terms
            return
        middle = len(questions) // 2
        for half in (questions[:middle], questions[middle:]):
            yield from self._told_apart(world, part, half, most)

    def _compiled(self, world: World, part: Slice, terms: tuple[Term, ...]) -> Compiled:
        key = (world, part, terms)
        if key not in self._slices:
            if len(self._slices) >= MOST_COMPILED:
                self._slices.pop(next(iter(self._slices)))
            self._slices[key] = Compiled(world, part, (self.shape,), terms)
        return self._slices[key]

    def _set(self, batch: Batch) -> LabelledSet | None:
        """The closed set of a batch; None: it cannot be had."""
        if batch not in self._sets:
            if len(self._sets) >= MOST_SETS:
                self._sets.pop(next(iter(self._sets)))
            self.closed += 1
            self._sets[batch] = self._closed(batch)
        return self._sets[batch]

    def _closed(self, batch: Batch) -> LabelledSet | None:
        columns, events = len(self.family.columns), sorted(batch.part.events)
        allowed = {name: self.family.allowed[name] for name in events if name in self.family.allowed}
        try:
            compiled = self._compiled(batch.world, batch.part, batch.terms)
            starts = starts_by_column(compiled, allowed, columns, batch.terms)
            return LabelledSet(batch.part, Labelled(compiled, columns, allowed, starts, LIMIT))
        except (TooManyViews, TooWide):
            return None


class LabelledSet:
    """Closed views of a slice with the columns in which each is reachable. part: the slice. views: by column, how many."""

    def __init__(self, part: Slice, closed: Labelled) -> None:
        self.part, self.views = part, closed.counts
        compiled, steps = closed.compiled, closed.steps
        self.host_vars, self.vm_vars = compiled.host_vars, compiled.vm_vars[0]
        self._known: dict[tuple[tuple[str, ...], tuple[str, ...]], LabelledAt] = {}
        rows, hosts, labels = [], [], []
        for host in closed.places:
            found = closed.rows(host)
            rows.append(found)
            labels.append(closed.labels_of(host, found))
            hosts.append(np.full(len(found), host, dtype=np.int64))
        self._hosts = np.array(compiled.hosts, dtype=np.int64).reshape(len(compiled.hosts), -1)
        self._of_host = np.concatenate(hosts)
        every = np.concatenate(rows)
        self._of_vm = closed.views.vms[every].astype(np.int64)
        self._vms = steps.states[: steps.met].astype(np.int64)
        self._every, self._labels = closed.labels, np.concatenate(labels)

    def to(self, host: tuple[str, ...], vm: tuple[str, ...]) -> LabelledAt:
        """The views as far as these variables of host and VM go."""
        if (host, vm) not in self._known:
            found: dict[States, dict[States, int]] = {}
            for of_host, of_vm, label in self._seen(host, vm):
                found.setdefault(of_host, {})[of_vm] = label
            self._known[host, vm] = found
        return self._known[host, vm]

    def _seen(self, host: tuple[str, ...], vm: tuple[str, ...]) -> Iterator[tuple[States, States, int]]:
        of_host, hosts = _numbered(self._hosts[:, [self.host_vars.at[name] for name in host]])
        of_vm, vms = _numbered(self._vms[:, [self.vm_vars.at[name] for name in vm]])
        codes = of_host[self._of_host] * len(vms) + of_vm[self._of_vm]
        for code, label in self._every.gathered(codes, self._labels):
            yield hosts[code // len(vms)], vms[code % len(vms)], label


def _numbered(states: Ints) -> tuple[Ints, list[States]]:
    """The number of each row among those that differ, and these."""
    rows, width = states.shape
    if not width or not rows:
        return np.zeros(rows, dtype=np.int64), [()] if not width else []
    sizes = [int(size) for size in states.max(axis=0) + 1]
    if prod(sizes) >= MOST_CODES:
        found, numbers = np.unique(states, axis=0, return_inverse=True)
    else:
        codes, numbers = np.unique(np.ravel_multi_index(tuple(states.T), sizes), return_inverse=True)
        found = np.column_stack(np.unravel_index(codes, sizes))
    return numbers.reshape(-1).astype(np.int64), [tuple(row) for row in found.tolist()]


@dataclass(frozen=True)
class _Asked:
    """A rule that a mutant changes. name: of the rule in the family's terms. now: what is read in its place (None: it never happens).
    label: the columns in which both is so."""

    of: Rules
    event: str
    name: str
    now: AsRead | None
    label: int


class _Reading:
    """What mutants' rules are in the terms of a family. network: the family's, in which what only mutants let happen never does."""

    def __init__(self, family: Family, mutants: Iterable[Rules]) -> None:
        self.family = family
        self._new: dict[str, tuple[Event, AsRead]] = {}
        self.asked = [asked for one in mutants for event in one.mutant.events for asked in self._of_event(one, event)]
        self.network = self._with_what_is_new()

    def _of_event(self, one: Rules, event: str) -> Iterator[_Asked]:
        right = self.family.as_read(self.family.origin, event)
        wrong = self.family.as_read(one.small(one.changed, [event]), event)
        for name, was in zip(self.family.variants[event], right, strict=True):
            left = was.label
            for now in wrong:
                left &= ~now.label
                if (label := was.label & now.label) and was.says != now.says:
                    yield _Asked(one, event, name, now, label)
            if left:
                yield _Asked(one, event, name, None, left)
        for now in wrong:
            left = now.label & ~reduce(or_, (was.label for was in right), 0)
            if left:
                yield _Asked(one, event, self._named(one, event, now), now, left)

    def _named(self, one: Rules, event: str, now: AsRead) -> str:
        """The name of a rule that no column has without the mutant."""
        name = f"{event}, as no column has it ({len(self._new) + 1})"
        never = replace(one.network.events[event], name=name, when=FALSE, fault=None)
        self._new[name] = never, now
        return name

    def _with_what_is_new(self) -> Network:
        network = self.family.network
        if not self._new:
            return network
        moves: dict[str, list[Move]] = {name: [] for name in network.actors}
        for name, (_, now) in self._new.items():
            for actor, rows in now.rows.items():
                moves[actor] += (replace(row, event=name) for row in rows)
        actors = [_with_rows(actor, [*actor.moves, *moves[actor.name]]) for actor in network.actors.values()]
        events = [*network.events.values(), *(event for event, _ in self._new.values())]
        return build(actors, events, network.faults.values(), network.at_start)

    def rules(self, asked: _Asked) -> Rules:
        """The two rules, beside each other."""
        network, name, now = self.network, asked.name, asked.now
        was = network.events[name]
        if now is None:
            event, actors = replace(was, when=FALSE), dict[str, Actor]()
        else:
            event = replace(was, when=now.when, fair=now.fair)
            changed = [network.actors[asked.of.mutant.machine]] if asked.of.mutant.machine else []
            actors = {one.name: _with_rows(one, self._moves(one, name, now)) for one in changed}
        wrong = replace(network, actors={**network.actors, **actors}, events={**network.events, name: event})
        return Rules(network, replace(asked.of.mutant, events=(name,)), wrong)

    def _moves(self, actor: Actor, name: str, now: AsRead) -> list[Move]:
        others = [move for move in actor.moves if move.event != name]
        return [*others, *(replace(move, event=name) for move in now.rows.get(actor.name, ()))]


def _with_rows(actor: Actor, rows: Sequence[Move]) -> Actor:
    if tuple(rows) == actor.moves:
        return actor
    starts = frozenset(state for state in actor.enum if state.name in actor.starts)
    new = Actor(actor.name, actor.enum, of=actor.sort, starts=starts, says=actor.says, observer=actor.observer)
    new.place = actor.place
    return new.table(*rows) if rows else new
