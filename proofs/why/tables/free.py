"""Some machines looked at, the others left free: what one event makes of a host and of a VM of which only these are known.

A machine that is left free may be in any state that it can reach, anew at each step; so every run of the network is a run of
these steps, and what holds of them holds of it. Where VMs are spoken of together (`every`, `some`), any view of the same host may
be another VM.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import inf
from typing import Any

from model.notation.decide import possible
from model.notation.events import Event
from model.notation.machines import Actor
from model.notation.terms import (
    FALSE,
    HOST,
    TRUE,
    After,
    And,
    Const,
    Every,
    Happens,
    In,
    Same,
    Some,
    Term,
    Unchanged,
    all_of,
    any_of,
    machines_of,
    rebuilt,
)
from proofs.solvers.symbolic import Member
from proofs.world.compiled import Compiled
from proofs.world.terms import of_event
from proofs.world.world import fold

Known = Mapping[str, frozenset[str]]
Values = tuple[str, ...]
Label = tuple[str, ...]
Changes = tuple[tuple[str, str], ...]
"""Machines, each with the state that it goes to."""
Said = tuple[tuple[int, bool], ...]
"""What is taken to be so of quantified terms, by number."""

_YES = frozenset({"yes"})
_EITHER = frozenset({"yes", "no"})
_LOOKS = 64
_THEN, _STAYS, _HERE = "'", "=", "here"


class NoReason(RuntimeError):
    """No argument was found. The message says what was tried."""


class TooMany(NoReason):
    """More views than can be called few."""


@dataclass(frozen=True)
class Effect:
    """One way in which an event can happen: what is then so of all VMs, and where it leads the machines that are looked at."""

    said: Said
    host: Changes
    vm: Changes


@dataclass(frozen=True)
class Happening:
    """One event, of one member of a VM: its guard and the machines' rows, said of one VM. local: it happens to one VM."""

    event: Event
    member: Member | None
    when: Term
    host: tuple[tuple[str, Actor], ...]
    vm: tuple[tuple[str, Actor], ...]
    rows: Mapping[str, Mapping[str, tuple[tuple[Term, str | None], ...]]]
    reads: frozenset[str]
    local: bool


class Rules:
    """The rules of a slice, for VMs of its first form, with quantified terms put in as numbers. dropped: rules (labels, as
    `Symbolic.step` gives them) that are taken not to be there. only: the event
    that is asked about, if it is one only."""

    def __init__(self, compiled: Compiled, dropped: frozenset[Label] = frozenset(), only: str = "") -> None:
        self.compiled, self.world, self.dropped = compiled, compiled.world, dropped
        self.deadline, self.clock, self._looked = inf, time.process_time, 0
        self.host_names, self.vm_names = compiled.host_vars.names, compiled.vm_vars[0].names
        network = self.world.network
        self.reach = {n: self.world.reach[n.split("#")[0]] for n in (*self.host_names, *self.vm_names)}
        for name in list(self.reach):
            self.reach[name + _THEN] = self.reach[name]
            self.reach[name + _STAYS] = _EITHER
        self.reach[_HERE] = _EITHER
        self.actors = {n: network.actors[n.split("#")[0]] for n in (*self.host_names, *self.vm_names)}
        self.quantified: list[tuple[bool, Term]] = []
        self._numbers: dict[tuple[bool, Term], int] = {}
        self._read: dict[Term, tuple[str, ...]] = {}
        self._possible: dict[Term, bool] = {}
        self._folded: dict[tuple[Any, ...], Term] = {}
        self.happenings = [
            self._happening(event, member)
            for event in compiled.events
            if only in {"", event.name}
            for member in compiled.members(event, 0)
        ]

    def in_time(self) -> None:
        """Raises NoReason once the time is up (`deadline`, in seconds of computing, by `clock`). To look at it takes longer than most of
        what is timed, so that is done every so often."""
        self._looked += 1
        if self._looked % _LOOKS == 1 and self.clock() > self.deadline:
            raise NoReason("no table within the limit")

    # -- terms ------------------------------------------------------------------------------------------------------------

    def plain(self, term: Term, event: Event | None = None, *, then: bool = False) -> Term:
        """A term with what it says of VMs together as numbered bits, and what it says of a step as machines of their own."""
        match term:
            case In(name, states):
                return In(name + _THEN, states) if then else term
            case Same(left, right):
                return Same(left + _THEN, right + _THEN) if then else term
            case Every(sort, body) | Some(sort, body) if sort == self.compiled.sort:
                said = self.plain(self.compiled.expand_in(body, 0), event, then=then)
                return self._bit(isinstance(term, Every), said)
            case After(body):
                return self.plain(body, event, then=True)
            case Unchanged(name):
                return In(name + _STAYS, _YES)
            case Happens(events):
                return In(_HERE, _YES) if event is not None and event.name in events else FALSE
            case Every() | Some():
                return term
            case _:
                return rebuilt(term, lambda part: self.plain(part, event, then=then))

    def _bit(self, every: bool, body: Term) -> Term:
        key = (every, body)
        if key not in self._numbers:
            self._numbers[key] = len(self.quantified)
            self.quantified.append(key)
            self.reach[_bit_name(self._numbers[key])] = _EITHER
        return In(_bit_name(self._numbers[key]), _YES)

    def broken(self, term: Term, event: Event | None = None) -> Term:
        """That a claim is not so, of states or of steps of an event."""
        said = ~term if event is None else of_event(self.world, ~term, event)
        return self.plain(fold(said, self.world.reach), event)

    def _happening(self, event: Event, member: Member | None) -> Happening:
        compiled, world = self.compiled, self.world
        parts = world.when[event.name]
        conjuncts = parts.parts if isinstance(parts, And) else (parts,)
        kept = [one for i, one in enumerate(conjuncts) if ("when", event.name, str(i)) not in self.dropped]
        local = event.scope.sort != HOST and not event.scope.all
        when = all_of(*(self.plain(compiled.expand_in(one, 0, member) if local else one) for one in kept))
        hosts = [(a.name, a) for a in compiled.taking(event) if a.sort == HOST]
        vms = [(n, a) for a in compiled.taking(event) for n in compiled.instances(a, event, 0, member)]
        rows: dict[str, dict[str, tuple[tuple[Term, str | None], ...]]] = {}
        for name, actor in (*hosts, *vms):
            own = (actor.sort, int(name.split("#")[1])) if "#" in name else member
            of_vm = local or actor.sort != HOST
            rows[name] = {
                state: tuple(
                    (self.plain(compiled.expand_in(rule.when, 0, own) if of_vm else rule.when), rule.dest)
                    for rule in rules
                )
                for state, rules in world.rules(actor, event.name).items()
            }
        read = [when, *(guard for states in rows.values() for found in states.values() for guard, _ in found)]
        reads = frozenset[str]().union(*(self.machines(term) for term in read), rows)
        return Happening(event, member, when, tuple(hosts), tuple(vms), rows, reads, local)

    def machines(self, term: Term) -> frozenset[str]:
        """The machines that a plain term reads, those of other VMs included."""
        found = set(machines_of(term))
        for number in self.numbers(term):
            found |= self.machines(self.quantified[number][1])
        return frozenset(name for name in found if not name.startswith("?"))

    def numbers(self, term: Term) -> list[int]:
        """The quantified terms in a plain term."""
        return sorted(int(name[1:]) for name in machines_of(term) if name.startswith("?"))

    # -- what is so of a view, as far as it is known ------------------------------------------------------------------------

    def fold(self, term: Term, known: Known) -> Term:
        """The term with everything decided that is known; what was asked before is remembered, by all that it reads."""
        if isinstance(term, Const):
            return term
        names = self._read.get(term)
        if names is None:
            names = self._read[term] = tuple(machines_of(term))
        key = (term, *[known.get(name) for name in names])
        found = self._folded.get(key)
        if found is None:
            reach = self.reach
            found = self._folded[key] = fold(
                term, {n: known.get(n) or reach[n] for n in names if n in known or n in reach}
            )
        return found

    def can_hold(self, term: Term) -> bool:
        if isinstance(term, Const):
            return term.value
        if term not in self._possible:
            self._possible[term] = possible(term, self.reach)
        return self._possible[term]

    def of_each(self, number: int, holds: bool) -> Term | None:
        """What it says of each VM that a quantified term holds, or does not; None: it says that there is one."""
        every, body = self.quantified[number]
        return (body if holds else ~body) if every == holds else None

    def of_one(self, number: int, holds: bool) -> Term | None:
        """What it says of some VM; None: it says so of each."""
        every, body = self.quantified[number]
        return (body if holds else ~body) if every != holds else None

    def effects(self, one: Happening, known: Known) -> list[Effect]:
        """The ways in which an event can happen where machines are known to be so; to one VM, or to the host."""
        name, dropped = one.event.name, self.dropped
        ways: list[tuple[Term, Changes, Changes]] = []
        ways.append((self.fold(one.when, known), (), ()))
        members = one.vm if one.local else ()
        for machine, actor in (*one.host, *members):
            blocks = ("takes part", name, machine) not in dropped and self.world.blocks(actor, name)
            if machine not in known:
                if blocks:
                    fits = any_of(
                        *(
                            all_of(In(machine, frozenset({state})), *[any_of(*(g for g, _ in rows))])
                            for state, rows in one.rows[machine].items()
                            if rows
                        )
                    )
                    ways = [(all_of(term, self.fold(fits, known)), h, v) for term, h, v in ways]
                continue
            (state,) = known[machine]
            choices = list(self._choices(one, machine, state, known, blocks=blocks))
            of_host = actor.sort == HOST
            ways = [
                (
                    all_of(term, fits),
                    (*h, (machine, to)) if of_host and to != state else h,
                    v if of_host or to == state else (*v, (machine, to)),
                )
                for term, h, v in ways
                for fits, to in choices
                if term != FALSE
            ]
        return [effect for term, h, v in ways if term != FALSE for effect in self._said(term, h, v, known, one.local)]

    def _choices(
        self, one: Happening, machine: str, state: str, known: Known, *, blocks: bool
    ) -> Iterator[tuple[Term, str]]:
        rest: Term = TRUE
        for guard, dest in one.rows[machine].get(state, ()):
            said = self.fold(guard, known)
            if (fits := all_of(rest, said)) != FALSE:
                yield fits, state if dest is None or ("moves", one.event.name, machine) in self.dropped else dest
            rest = all_of(rest, ~said)
            if rest == FALSE:
                return
        if not blocks:
            yield rest, state

    def _said(self, term: Term, host: Changes, vm: Changes, known: Known, local: bool) -> Iterator[Effect]:
        """What has to be so of VMs together for a term to hold, each way; of the VM that moves each thing is so as well."""
        for said, left in self.ways(term):
            own = [each for number, holds in said if (each := self.of_each(number, holds)) is not None] if local else []
            if self.can_hold(all_of(left, *(self.fold(each, known) for each in own))):
                yield Effect(said, host, vm)

    def ways(self, term: Term) -> Iterator[tuple[Said, Term]]:
        """What may be taken to be so of the quantified terms in a term, and what is then left of it."""
        numbers = self.numbers(term)
        for values in product((True, False), repeat=len(numbers)):
            known = {_bit_name(k): _YES if v else frozenset({"no"}) for k, v in zip(numbers, values, strict=True)}
            left = self.fold(term, known)
            if left != FALSE:
                yield tuple(zip(numbers, values, strict=True)), left

    def moved(self, one: Happening, known: Known, said: Said) -> list[Changes]:
        """Where an event of all VMs leads one of them, each way."""
        bits = {_bit_name(k): _YES if v else frozenset({"no"}) for k, v in said}
        so = {**known, **bits}
        ways: list[tuple[Term, Changes]] = [(TRUE, ())]
        for machine, _ in one.vm:
            if machine in known:
                (state,) = known[machine]
                choices = list(self._choices(one, machine, state, so, blocks=False))
                ways = [
                    (all_of(term, fits), v if to == state else (*v, (machine, to)))
                    for term, v in ways
                    for fits, to in choices
                ]
        return [v for term, v in ways if self.can_hold(term)]


def _bit_name(number: int) -> str:
    return f"?{number}"


def known_of(names: Sequence[str], values: Iterable[str]) -> dict[str, frozenset[str]]:
    """Machines with the one state that each is in."""
    return {name: frozenset({value}) for name, value in zip(names, values, strict=True)}
