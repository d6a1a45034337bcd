"""What an event does, worked out from the tables: when it can happen, and which machines it moves where."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from model.notation.decide import possible
from model.notation.events import Event
from model.notation.machines import Actor
from model.notation.terms import (
    FALSE,
    HOST,
    TRUE,
    And,
    Every,
    In,
    Not,
    Some,
    Term,
    all_of,
    any_of,
    machines_of,
    walk,
)
from proofs.export.promela_terms import Member, Reach, Vocabulary, settle
from proofs.world.terms import part_name

Cases = tuple[tuple[Term, str], ...]
"""When a machine goes where."""


@dataclass(frozen=True)
class Update:
    """Where an event moves one machine: the states it goes to, each with when it does (never two at once); else it stays."""

    name: str
    cases: Cases

    @property
    def reads(self) -> frozenset[str]:
        return frozenset[str]().union(*(machines_of(when) for when, _ in self.cases))

    @property
    def for_sure(self) -> bool:
        """Whether it goes to one state, whatever it is in before."""
        return self.cases[0][0] == TRUE

    def to(self, state: str, before: Reach) -> set[str]:
        """The states that it may be in after the event, if it is in this state before."""
        known = {**before, self.name: frozenset({state})}
        found = {dest for when, dest in self.cases if settle(when, known) != FALSE}
        stays = settle(any_of(*(when for when, _ in self.cases)), known) != TRUE
        return found | {state} if stays else found


@dataclass(frozen=True)
class Happening:
    """An event as it happens to the host, to one VM (or one part of it), or to every VM.

    guard: what must hold before it. before, after: the states that machines of the host, and of the VM in question, can be in
    before and after it. updates: what it may move, of the host and of the VM (each VM, if it happens to all). only: where it
    is not the whole event but a case of it, when that is, and where some machines go then (None: they stay).
    """

    event: Event
    part: Member | None
    guard: tuple[Term, ...]
    before: Reach
    after: Reach
    updates: tuple[Update, ...]
    only: tuple[Term, ...] = ()
    going: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def of_one(self) -> bool:
        """Whether it happens to one VM, or to a part of one."""
        return self.event.scope.sort != HOST and not self.event.scope.all

    @property
    def moved(self) -> frozenset[str]:
        return frozenset(update.name for update in self.updates)

    def to(self, name: str, state: str) -> set[str]:
        """The states that a machine of the host may be in after the event, if it is in this state before."""
        update = next((one for one in self.updates if one.name == name), None)
        return {state} if update is None else update.to(state, self.before)


def happenings(vocabulary: Vocabulary) -> Iterator[Happening]:
    """Every event of the slice, of every part that it may happen to; those that never can are left out."""
    for event in vocabulary.compiled.events:
        for part in vocabulary.compiled.members(event, 0) if not event.scope.all else [None]:
            found = _happening(vocabulary, event, part)
            if found is not None:
                yield found


def cases_of(vocabulary: Vocabulary, whole: Happening, machines: Collection[str]) -> Iterator[Happening]:
    """An event taken apart, so that in each case it is sure where it moves these machines of the host."""
    unsure = next((one for one in whole.updates if one.name in machines and not one.for_sure), None)
    if unsure is None:
        yield whole
        return
    outcomes: list[tuple[Sequence[Term], str | None]] = [([when], dest) for when, dest in unsure.cases]
    outcomes.append(([~when for when, _ in unsure.cases], None))
    for only, dest in outcomes:
        going = {**whole.going, unsure.name: dest}
        found = _happening(vocabulary, whole.event, whole.part, (*whole.only, *only), going)
        if found is not None:
            yield from cases_of(vocabulary, found, machines)


def _happening(
    vocabulary: Vocabulary,
    event: Event,
    part: Member | None,
    only: Sequence[Term] = (),
    going: Mapping[str, str | None] | None = None,
) -> Happening | None:
    taking = list(_taking_part(vocabulary, event, part))
    needed = [vocabulary.said(vocabulary.world.when[event.name], part), *only]
    needed += [
        _can_move(vocabulary, event, actor, name, own)
        for actor, name, own in taking
        if vocabulary.world.blocks(actor, event.name)
    ]
    narrowed = _narrowed(needed, vocabulary.reach)
    if narrowed is None:
        return None
    before, rest = narrowed
    own_states = [In(name, states) for name, states in before.items() if states != vocabulary.reach[name]]
    own_states.sort(key=lambda one: (_rank(vocabulary, one), len(one.states) / len(vocabulary.reach[one.actor])))
    rest.sort(key=lambda one: _rank(vocabulary, one))
    updates, after, sure = [], dict(before), going or {}
    for actor, name, own in taking:
        if name in sure:
            dest = sure[name]
            cases: Cases = ((TRUE, dest),) if dest is not None and before[name] != {dest} else ()
        else:
            cases = _cases(vocabulary, event, actor, name, own, before)
        if cases:
            updates.append(Update(name, cases))
            leaves = any_of(*(when for when, _ in cases))
            stays = {s for s in before[name] if possible(In(name, frozenset({s})) & ~leaves, before)}
            after[name] = frozenset(stays | {dest for _, dest in cases})
    guard = sorted([*own_states, *rest], key=lambda one: _rank(vocabulary, one))
    return Happening(event, part, tuple(guard), before, after, tuple(updates), tuple(only), sure)


def _rank(vocabulary: Vocabulary, term: Term) -> int:
    """What is cheap to ask is asked first: the host, the VM, all VMs."""
    if any(isinstance(part, (Every, Some)) for part in walk(term)):
        return 2
    return int(not all(vocabulary.variables[name].of_host for name in machines_of(term)))


def _taking_part(
    vocabulary: Vocabulary, event: Event, part: Member | None
) -> Iterator[tuple[Actor, str, Member | None]]:
    """The machines that take part, of the host and of one VM: with their names there, and the part that they belong to."""
    compiled = vocabulary.compiled
    for actor in vocabulary.world.network.participants(event.name):
        if actor.name not in compiled.kept:
            continue
        if actor.sort not in compiled.parts:
            yield actor, actor.name, part
        elif part is not None:
            yield actor, part_name(actor.name, part[1]), part
        else:
            for number in range(compiled.shapes[0].parts.get(actor.sort.name, 0)):
                yield actor, part_name(actor.name, number), (actor.sort, number)


def _can_move(vocabulary: Vocabulary, event: Event, actor: Actor, name: str, own: Member | None) -> Term:
    """The machine is in a state of which some row fits."""
    alike: dict[Term, set[str]] = {}
    for state, rules in vocabulary.world.rules(actor, event.name).items():
        alike.setdefault(any_of(*(rule.when for rule in rules)), set()).add(state)
    return any_of(
        *(
            all_of(settle(In(name, frozenset(states)), vocabulary.reach), vocabulary.said(when, own))
            for when, states in alike.items()
        )
    )


def _narrowed(needed: Sequence[Term], reach: Reach) -> tuple[dict[str, frozenset[str]], list[Term]] | None:
    """The states that machines can be in where all of this holds, and what has to be asked besides; None: it never does."""
    known, rest = dict(reach), list(needed)
    while True:
        whole = settle(all_of(*rest), known)
        if whole == FALSE:
            return None
        parts = whole.parts if isinstance(whole, And) else () if whole == TRUE else (whole,)
        rest = []
        for part in parts:
            match part:
                case In(name, states):
                    known[name] &= states
                case Not(In(name, states)):
                    known[name] -= states
                case _:
                    rest.append(part)
        if not all(known.values()):
            return None
        if len(rest) == len(parts):
            return known, rest


def _cases(vocabulary: Vocabulary, event: Event, actor: Actor, name: str, own: Member | None, before: Reach) -> Cases:
    """Where the machine goes, and when. (No two rows fit at once: the network was checked for that when it was built.)"""
    alike: dict[tuple[Term, str], set[str]] = {}
    for state, rules in vocabulary.world.rules(actor, event.name).items():
        for rule in rules:
            if rule.dest is not None and state in before[name]:
                alike.setdefault((rule.when, rule.dest), set()).add(state)
    found: dict[str, Term] = {}
    for (when, dest), states in alike.items():
        fits = settle(all_of(In(name, frozenset(states)), vocabulary.said(when, own)), before)
        found[dest] = any_of(found.get(dest, FALSE), fits)
    found = {dest: when for dest, when in found.items() if when != FALSE}
    if len(found) == 1:
        ((dest, when),) = found.items()
        elsewhere = In(name, before[name] - {dest})
        if before[name] <= {dest}:
            return ()
        if not possible(all_of(settle(elsewhere, before), ~when), before):
            return ((TRUE, dest),)
    changing = any(possible(when & ~In(name, frozenset({dest})), before) for dest, when in found.items())
    return tuple((when, dest) for dest, when in found.items()) if changing else ()
