"""Alike configurations: which start states of one VM no guard and no property can tell apart.

Machines that never move are configuration. Two configurations are alike if every guard and every property becomes the same
term when they are filled in; one of each class is kept. The classes are exact, and are tested against the full search.

Where views are closed, what only a property reads need not be told apart before: `Variants` (`variants.py`) puts it in
afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from weakref import WeakKeyDictionary

import numpy as np

from model.notation.events import Event
from model.notation.machines import Actor
from model.notation.terms import FALSE, HOST, Term, all_of, machines_of
from proofs.world.layout import Layout, Parts, is_local
from proofs.world.rows import Codes, Rows, together
from proofs.world.world import World, fold

States = tuple[str, ...]
Limits = Sequence[tuple[Term, dict[str, States]]]
_SEEN_BY: WeakKeyDictionary[World, dict[tuple[str, Parts, tuple[str, ...]], frozenset[Term]]] = WeakKeyDictionary()
"""What events ask of a VM with such parts, by who takes part, for each world."""


@dataclass(frozen=True)
class Configuration:
    """How VMs of one form may be configured. free: the states that each machine may start in; settled: those of them that it
    stays in for good; seen: what looks at them, with the machines that it reads; limits: what holds of them at the start;
    groups: the machines with a choice of such states, together where something looks at them together."""

    free: Mapping[str, States]
    settled: Mapping[str, frozenset[str]]
    seen: Mapping[Term, frozenset[str]]
    limits: Limits
    groups: Sequence[Sequence[str]]

    def is_settled(self, group: Sequence[str]) -> bool:
        """Whether none of these machines ever moves, wherever it starts."""
        return all(self.settled[name] == frozenset(self.free[name]) for name in group)


@dataclass(frozen=True)
class Alike:
    """Configuration machines of a VM that are looked at together: their names, and for each combination of their states all
    that no guard and no property tells from it. settled: none of them ever moves, wherever it starts."""

    names: tuple[str, ...]
    like: Mapping[States, tuple[States, ...]]
    settled: bool


class Configurations:
    """Which configurations the VMs of a layout have, and which of them are alike.

    terms: what tells them apart besides guards; with `late`, of these only those that have to. together: forms that are like
    one another count as one; `like`: for each form the first that is like it.
    """

    def __init__(self, layout: Layout, terms: Sequence[Term], *, late: bool, together: bool) -> None:
        self.layout = layout
        self._alike: dict[int, list[Alike]] = {}
        self._configurations: dict[tuple[int, tuple[Term, ...] | None], Configuration] = {}
        self._seen: dict[tuple[int, tuple[Term, ...]], Mapping[Term, frozenset[str]]] = {}
        self._seen_by = _SEEN_BY.setdefault(layout.world, {})
        self._settled: dict[tuple[str, str], bool] = {}
        self.like = self._like_forms() if together else list(range(len(layout.shapes)))
        self.terms = self._told_apart_before(terms) if late else tuple(terms)

    def starts(self, form: int, reduce: bool) -> Iterator[dict[str, str]]:
        """The start states of a VM of one form: one for each class of configurations, times the free states that move."""
        found = self._configuration(form, self.terms if reduce else None)
        chosen = [self._classes(group, found, reduce) for group in found.groups]
        fixed = {name for group in found.groups for name in group}
        moving = [name for name in self.layout.vm_vars[form].names if name not in fixed]
        limits = [(term, tuple(sorted(machines_of(term) & found.free.keys())), unseen) for term, unseen in found.limits]
        known: dict[object, bool] = {}
        for configuration in product(*chosen):
            base = {name: state for part in configuration for name, state in part.items()}
            for states in product(*(found.free[name] for name in moving)):
                start = {**base, **dict(zip(moving, states, strict=True))}
                if all(_possible(start, term, read, unseen, known) for term, read, unseen in limits):
                    yield start

    def alike(self, form: int) -> list[Alike]:
        """Which configurations of a VM of one form are alike, wherever it stands: exchanging them changes nothing else."""
        if form not in self._alike:
            self._alike[form] = list(self._alike_of(self._configuration(form, self.terms)))
        return self._alike[form]

    def _alike_of(self, configuration: Configuration) -> Iterator[Alike]:
        for group in configuration.groups:
            yield Alike(tuple(group), self._signatures(group, configuration).like, configuration.is_settled(group))

    def is_settled(self, actor: Actor, state: str) -> bool:
        """Whether a machine that starts in this state stays there for good: it is configuration, as far as this VM goes."""
        key = (actor.name, state)
        if key not in self._settled:
            self._settled[key] = not any(
                rule.dest not in {None, state}
                for event in self.layout.events
                if event.name in actor.machine.events
                for rule in self.layout.world.rules(actor, event.name).get(state, ())
            )
        return self._settled[key]

    def _like_forms(self) -> list[int]:
        """For each form the first that is like it: what is looked at has the same parts, and may start in the same states."""
        bound = frozenset[str]().union(*map(machines_of, self.layout.world.network.at_start))
        first: dict[object, int] = {}
        found = []
        for form, allowed in enumerate(self.layout.allowed):
            names = {*self.layout.vm_vars[form].names, *(name for name in allowed if name.split("#")[0] in bound)}
            told = (self.layout.first[form], frozenset((name, allowed[name]) for name in names & allowed.keys()))
            found.append(first.setdefault(told, form))
        return found

    def _told_apart_before(self, terms: Sequence[Term]) -> tuple[Term, ...]:
        """Those of the terms that have to be told apart before views are closed: they read a machine that is configuration in
        some of its start states only, or one that stands in a guard together with such a machine."""
        read = {
            form: [(term, frozenset[str]().union(*map(machines_of, self.layout.bodies(form, term)))) for term in terms]
            for form in set(self.layout.first)
        }
        early: tuple[Term, ...] = ()
        while True:
            found = set(early)
            for form in sorted(set(self.like)):
                configuration = self._configuration(form, early)
                unsettled = {n for group in configuration.groups if not configuration.is_settled(group) for n in group}
                found |= {term for term, names in read[self.layout.first[form]] if names & unsettled}
            if found == set(early):
                return early
            early = tuple(term for term in terms if term in found)

    def _configuration(self, form: int, terms: tuple[Term, ...] | None) -> Configuration:
        """How a VM may be configured that guards and these terms look at (None: nothing does)."""
        key = (form, terms)
        if key not in self._configurations:
            vars_, starts, allowed = self.layout.vm_vars[form], self.layout.world.starts, self.layout.allowed[form]
            actors = list(zip(vars_.names, vars_.actors, strict=True))
            free = {
                name: tuple(s for s in actor.states if s in starts[actor.name] and s in allowed.get(name, {s}))
                for name, actor in actors
            }
            settled = {
                name: frozenset(state for state in free[name] if self.is_settled(actor, state))
                for name, actor in actors
            }
            seen = {} if terms is None else self._seen_terms(form, terms)
            limits = self._limits(form)
            fixed = [name for name in vars_.names if settled[name] and len(free[name]) > 1]
            groups = _groups(fixed, [*seen.values(), *(machines_of(term) for term, _ in limits)])
            self._configurations[key] = Configuration(free, settled, seen, limits, groups)
        return self._configurations[key]

    def _part_in_events(self, name: str, state: str) -> tuple[object, ...]:
        """What a settled machine does in events: where it lets them pass."""
        actor = self.layout.world.network.actors[name.split("#", maxsplit=1)[0]]
        return tuple(
            (event.name, self.layout.world.rules(actor, event.name).get(state, ()))
            for event in self.layout.events
            if event.name in actor.machine.events
        )

    def _seen_terms(self, form: int, terms: tuple[Term, ...]) -> Mapping[Term, frozenset[str]]:
        """Everything that could look at a VM's configuration: guards of events and of moves, and the terms; each with the
        machines that it reads. For all forms of a shape it is the same."""
        key = (self.layout.first[form], terms)
        if key not in self._seen:
            bodies = (self.layout.bodies(form, self.layout.world.folded(term)) for term in terms)
            found = set(self._seen_terms(form, ())) if terms else self._seen_by_guards(form)
            read = {term: machines_of(term) for term in sorted(found.union(*bodies), key=repr)}
            self._seen[key] = {term: names for term, names in read.items() if names}
        return self._seen[key]

    def _seen_by_guards(self, form: int) -> set[Term]:
        return set[Term]().union(*(self.seen_by(form, event) for event in self.layout.events))

    def seen_by(self, form: int, event: Event) -> frozenset[Term]:
        """What an event asks of a VM of one form: its guard, and the guards of who takes part. Slices in which the same machines take
        part ask the same."""
        key = (event.name, self.layout.parts_of[form], tuple(actor.name for actor in self.layout.taking(event)))
        if key not in self._seen_by:
            self._seen_by[key] = frozenset(self._asked_by(form, event))
        return self._seen_by[key]

    def _asked_by(self, form: int, event: Event) -> set[Term]:
        world, when = self.layout.world, self.layout.world.when[event.name]
        found = {*self.layout.bodies(form, when), *self._said_of_vm(form, event, when)}
        for actor in self.layout.taking(event):
            for rule in (rule for rules in world.rules(actor, event.name).values() for rule in rules):
                found.update(self.layout.bodies(form, rule.when))
                if actor.sort == self.layout.sort:
                    found.add(self.layout.expand_in(rule.when, form))
                elif actor.sort == HOST:
                    found |= self._said_of_vm(form, event, rule.when)
                else:
                    count = self.layout.shapes[form].parts.get(actor.sort.name, 0)
                    found |= {self.layout.expand_in(rule.when, form, (actor.sort, j)) for j in range(count)}
        return found

    def _said_of_vm(self, form: int, event: Event, term: Term) -> set[Term]:
        """A term of an event of one VM, or of a part, as it is said of a VM of this form."""
        if not is_local(event):
            return set()
        return {self.layout.expand_in(term, form, part) for part in self.layout.members(event, form)}

    def _limits(self, form: int) -> list[tuple[Term, dict[str, States]]]:
        """What holds at the start, with the machines that are not kept and the states they may start in."""
        starts, allowed = self.layout.world.starts, self.layout.allowed[form]
        found = []
        kept = set(self.layout.vm_vars[form].names)
        for term in self.layout.world.network.at_start:
            whole = self.layout.expand_in(term, form)
            unseen = {
                name: tuple(sorted(starts[name.split("#")[0]] & allowed.get(name, starts[name.split("#")[0]])))
                for name in machines_of(whole) - kept
            }
            if machines_of(whole) & kept or whole == FALSE:
                found.append((whole, unseen))
        return found

    def _classes(self, group: Sequence[str], found: Configuration, reduce: bool) -> list[dict[str, str]]:
        """One configuration of each class; every configuration if nothing is to be reduced."""
        classes: dict[object, States] = {}
        for signature, states in self._signatures(group, found).all:
            classes.setdefault(signature if reduce else states, states)
        return [dict(zip(group, states, strict=True)) for states in classes.values()]

    def _signatures(self, group: Sequence[str], found: Configuration) -> _Signatures:
        """Every configuration of a group that may be at the start, with a number that stands for all that anything can see of it;
        what is asked again of another slice is remembered."""
        names = frozenset(group)
        about = tuple(term for term, read in found.seen.items() if read & names)
        bound = tuple(term for term, _ in found.limits if machines_of(term) & names)
        parts = tuple((name, s, self._part_in_events(name, s)) for name in group for s in sorted(found.settled[name]))
        key = (tuple(group), tuple(found.free[name] for name in group), parts, about, bound)
        if key not in _SIGNATURES:
            if len(_SIGNATURES) >= MOST_REMEMBERED:
                _SIGNATURES.clear()
            _SIGNATURES[key] = _Signatures(tuple(_signed(group, found.free, found.settled, about, bound, parts)))
        return _SIGNATURES[key]


def _possible(
    start: Mapping[str, str],
    term: Term,
    read: Sequence[str],
    unseen: Mapping[str, States],
    known: dict[object, bool],
) -> bool:
    """Whether a term can hold of start states, for some start states of the machines that are not kept. read: the machines of which it
    reads start states. known: of these, whether it can."""
    key = (term, *[start[name] for name in read])
    if key not in known:
        left = fold(term, {name: frozenset({start[name]}) for name in read})
        names = sorted(unseen)
        known[key] = any(
            fold(left, {n: frozenset({s}) for n, s in zip(names, states, strict=True)}) == all_of()
            for states in product(*(unseen[name] for name in names))
        )
    return known[key]


def _groups(fixed: Sequence[str], read: Iterable[frozenset[str]]) -> list[list[str]]:
    """Machines that are read together, directly or by way of others."""
    groups: list[set[str]] = [{name} for name in fixed]
    for names in read:
        touched = [group for group in groups if group & names]
        if len(touched) > 1:
            groups = [group for group in groups if group not in touched] + [set().union(*touched)]
    return [sorted(group) for group in sorted(groups, key=sorted)]


@dataclass(frozen=True)
class _Signatures:
    """Configurations of a group, each with its number. like: for each those of the same number."""

    all: tuple[tuple[int, States], ...]

    @cached_property
    def like(self) -> Mapping[States, tuple[States, ...]]:
        classes: dict[int, list[States]] = {}
        for number, states in self.all:
            classes.setdefault(number, []).append(states)
        return {one: together for members in classes.values() for together in [tuple(members)] for one in members}


_SIGNATURES: dict[object, _Signatures] = {}
MOST_REMEMBERED = 1_000


def _signed(
    group: Sequence[str],
    free: Mapping[str, States],
    settled: Mapping[str, frozenset[str]],
    seen: Sequence[Term],
    limits: Sequence[Term],
    parts: Sequence[tuple[str, str, tuple[object, ...]]],
) -> Iterator[tuple[int, States]]:
    rows = Rows.product({name: free[name] for name in group})
    for term in limits:
        codes, terms = rows.read(term)
        if FALSE in terms:
            rows = rows.only(codes != terms.index(FALSE))
    part_in_events = {(name, state): part for name, state, part in parts}
    told = [rows.told(name, {s: part_in_events.get((name, s), s) for s in free[name]}) for name in group]
    told += [rows.read(term, settled)[0] for term in seen]
    told.append(_left(rows, limits))
    for i, number in enumerate(together(told, len(rows)).tolist()):
        yield number, rows.row(i)


def _left(rows: Rows, limits: Sequence[Term]) -> Codes:
    """What of the limits is left to be said of other machines, whichever limit says it."""
    numbers: dict[Term, int] = {all_of(): 0}
    left = np.zeros((len(rows), len(limits)), dtype=np.int64)
    for i, term in enumerate(limits):
        codes, terms = rows.read(term)
        left[:, i] = np.array([numbers.setdefault(one, len(numbers)) for one in terms], dtype=np.int64)[codes]
    return together(np.sort(left, axis=1).T, len(rows))
