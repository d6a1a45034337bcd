"""Small networks by chance, with properties by chance: from a seed, so that each can be had again.

A network has one or two machines of the host, one to three of each VM, perhaps some of each VM's disks (and, if asked for, of its
adapters), and three to six events of all four scopes; guards and rows read whatever they may, with every quantifier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from hypothesis import settings

from model.notation import (
    HOST,
    TRUE,
    Actor,
    Event,
    Fault,
    Move,
    Network,
    Sort,
    States,
    Term,
    after,
    all_,
    all_of,
    any_of,
    build,
    event,
    every,
    happens,
    implies,
    on,
    same,
    some,
    stays,
    unchanged,
)
from model.notation.errors import DeclarationError
from model.notation.events import Scope
from proofs.world.world import Column
from properties.kinds import Always, Ends, Possible, Property, Step, always, ends, fired, possible, step

Kind = TypeVar("Kind", bound=Property)

vm = Sort("vm", of=HOST)
disk = Sort("disk", of=vm)
adapter = Sort("adapter", of=vm)


PARTS = (disk, adapter)


class Two(States):
    A = "a"
    B = "b"


class Three(States):
    A = "a"
    B = "b"
    C = "c"


@dataclass(frozen=True)
class Drawn:
    """A network, a column of it, and properties to be judged there."""

    seed: int
    network: Network
    column: Column
    properties: tuple[Property, ...]

    def of(self, kind: type[Kind]) -> tuple[Kind, ...]:
        return tuple(found for found in self.properties if isinstance(found, kind))


def drawn(
    seed: int, *, properties: int = 6, parts: bool | None = None, parts_alone: bool = True, adapters: bool = False
) -> Drawn:
    """parts: whether VMs have disks (None: by chance); adapters: those have adapters as well. parts_alone: events of a disk move disks
    only, else anything.
    A network that is refused, since events that nobody can take remain, is drawn once more."""
    for attempt in range(50):
        chance = _Chance(Random(f"{seed} {attempt}"), parts, parts_alone, adapters)
        try:
            return chance.network(seed, properties)
        except DeclarationError:
            continue
    raise AssertionError(f"nothing can be drawn from seed {seed}")


class _Chance:
    def __init__(self, random: Random, parts: bool | None, parts_alone: bool, adapters: bool) -> None:
        self.random, self.parts_alone = random, parts_alone
        self.parts = random.random() < 0.6 if parts is None else parts
        self.sorts = ((disk, adapter) if adapters else (disk,)) if self.parts else ()

    def yes(self, likelihood: float) -> bool:
        return self.random.random() < likelihood

    def network(self, seed: int, properties: int) -> Drawn:
        counts = {HOST: self.random.randint(1, 2), vm: self.random.randint(1, 2 if self.parts else 3)}
        counts |= {sort: self.random.choice((1, 1, 2)) for sort in self.sorts}
        self.actors = [self._machine(sort, i) for sort, count in counts.items() for i in range(count)]
        self.of = {sort: [a for a in self.actors if a.sort == sort] for sort in (HOST, vm, *PARTS)}
        rows: dict[Actor, list[Move | tuple[Move, ...]]] = {actor: [] for actor in self.actors}
        self.events: list[Event] = []
        faults = []
        for number in range(self.random.randint(3, 6)):
            name = f"e{number}"
            fault = name if self.yes(0.12) else None
            faults += [Fault(name, "somewhere", "A fault.")] if fault else []
            self._event(name, fault, rows)
        for actor, found in rows.items():
            if found:
                actor.table(*found)
        network = build(self.actors, self.events, faults, [self._at_start()] if self.yes(0.2) else [])
        column = Column(frozenset(fault.name for fault in faults if self.yes(0.7)))
        asked = [
            replace(make(), name=f"{make.__name__.strip('_')} {number}")
            for make in (self._always, self._step, self._possible, self._ends)
            for number in range(properties)
        ]
        return Drawn(seed, network, column, tuple(asked))

    def _machine(self, sort: Sort, number: int) -> Actor:
        states = self.random.choice((Two, Two, Three))
        first = next(iter(states))
        chosen = (
            {first} if self.yes(0.6) else set(self.random.sample(list(states), self.random.randint(1, len(states))))
        )
        return Actor(f"{sort} {number}", states, of=sort, starts=frozenset(chosen), says="A machine.")

    def _at_start(self) -> Term:
        """What holds of each VM at the start. It forbids no VMs without disks, and asks for no start of the host."""
        own = self._own_atom()
        own = own if self.yes(0.5) else any_of(own, self._own_atom())
        if not self.parts or self.yes(0.5):
            return own
        sort = self._sort()
        return implies(own, every(sort, self._own_atom(sort)))

    def _sort(self) -> Sort:
        """One of the sorts of parts."""
        return self.sorts[0] if len(self.sorts) == 1 else self.random.choice(self.sorts)

    def _own_atom(self, sort: Sort = vm) -> Term:
        """One machine is in some of its states, one of which it may start in."""
        one = self.random.choice(self.of[sort])
        more = self.random.sample(list(one.enum), self.random.randint(0, len(one.enum) - 2))
        return one.is_(frozenset({one.enum[self.random.choice(one.starts)], *more}))

    # -- events -------------------------------------------------------------------------------------------------------

    def _event(self, name: str, fault: str | None, rows: dict[Actor, list[Move | tuple[Move, ...]]]) -> None:
        kinds = [(Scope(HOST), 2), (Scope(vm), 5), (all_(vm), 2), *((Scope(sort), 3) for sort in self.sorts)]
        scope = self.random.choices([k for k, _ in kinds], [w for _, w in kinds])[0]
        taking = self._taking_part(scope)
        bound = HOST if scope.all else scope.sort
        self.events += event(
            name,
            at=scope,
            by="T-1",
            says="It happens.",
            fault=fault,
            fair=self.yes(0.75),
            when=TRUE if self.yes(0.35) else self.term(bound, depth=1),
        )
        for actor in taking:
            judged = scope.sort if actor.sort == HOST and not scope.all else actor.sort
            rows[actor] += self._rows(name, actor, judged, must_pass=_must_pass(scope, actor))

    def _taking_part(self, scope: Scope) -> list[Actor]:
        own = self.of[scope.sort]
        found = self.random.sample(own, self.random.randint(1, len(own)))
        if scope.sort in PARTS and self.parts_alone:
            return found
        below = [sort for sort in PARTS if scope.sort not in PARTS or sort == scope.sort]
        others = [] if scope.sort == HOST else [*self.of[HOST], *self.of[vm], *(a for s in below for a in self.of[s])]
        return found + [actor for actor in others if actor not in own and self.yes(0.3)]

    def _rows(self, name: str, actor: Actor, judged: Sort, *, must_pass: bool) -> list[Move | tuple[Move, ...]]:
        states = list(actor.enum)
        found: list[Move | tuple[Move, ...]] = []
        for source in self.random.sample(states, self.random.randint(1, len(states))):
            when = TRUE if self.yes(0.75) else self.term(judged, depth=1)
            found.append(on(name, source, self._towards(states, source), when))
            if when != TRUE and self.yes(0.5):
                found.append(on(name, source, self._towards(states, source), ~when))
        return [*found, stays(name)] if must_pass or self.yes(0.3) else found

    def _towards(self, states: Sequence[States], source: States) -> States:
        """Mostly on to the next state, for what only goes round and round shows little."""
        at = states.index(source)
        return states[min(at + 1, len(states) - 1)] if self.yes(0.5) else self.random.choice(states)

    # -- terms --------------------------------------------------------------------------------------------------------

    def term(self, about: Sort, *, depth: int = 2, used: tuple[Sort, ...] = (), of_step: bool = False) -> Term:
        """A term about one member. used: sorts that it may not quantify over."""
        below = [sort for sort in self._quantified(about) if sort not in used]
        if below and self.yes(0.5 if about == HOST else 0.25):
            sort = self.random.choice(below)
            within = (
                *used,
                sort,
                *([vm, *PARTS] if sort in PARTS else []),
            )  # below parts nothing is quantified: views would refuse
            body = self.term(sort, depth=max(depth - 1, 0), used=within, of_step=of_step)
            found = (every if self.yes(0.5) else some)(sort, body)
        elif depth and self.yes(0.5):
            joined = [self.term(about, depth=depth - 1, used=used, of_step=of_step) for _ in range(2)]
            found = (all_of if self.yes(0.5) else any_of)(*joined)
        else:
            found = self._of_step(about, used) if of_step and self.yes(0.5) else self._atom(about)
        return ~found if self.yes(0.25) else found

    def _quantified(self, about: Sort) -> list[Sort]:
        if about in PARTS:
            return [about, vm, *(sort for sort in self.sorts if sort != about)]
        return [vm] if about == HOST else [vm, *self.sorts]

    def _seen_from(self, about: Sort) -> list[Actor]:
        return {
            HOST: self.of[HOST],
            vm: self.of[HOST] + 3 * self.of[vm],
            **{sort: self.of[HOST] + self.of[vm] + 5 * self.of[sort] for sort in PARTS},
        }[about]

    def _atom(self, about: Sort) -> Term:
        one = self.random.choice(self._seen_from(about))
        if self.yes(0.1):
            other = self.random.choice(self._seen_from(about))
            return same(one, other) if one != other else self._atom(about)
        return one.is_(frozenset(self.random.sample(list(one.enum), self.random.randint(1, len(one.enum) - 1))))

    def _of_step(self, about: Sort, used: tuple[Sort, ...]) -> Term:
        choice = self.random.random()
        if choice < 0.35:
            return happens(*self.random.sample([e.name for e in self.events], 1 if self.yes(0.7) else 2))
        if choice < 0.55 and about not in PARTS:
            return unchanged(self.random.choice([a for a in self._seen_from(about) if a.sort not in PARTS]))
        return after(self.term(about, depth=1, used=used))

    # -- properties ---------------------------------------------------------------------------------------------------

    def _witness(self) -> Term:
        return fired(self.random.choice(self.events).name)

    def _always(self) -> Always:
        said = self.random.choice(
            (
                lambda: self.term(HOST, depth=3),
                lambda: every(vm, self.term(vm, used=(vm,))),
                lambda: any_of(self.term(HOST), self.term(HOST)),
                lambda: ~(some(vm, self._atom(vm)) & some(vm, self._atom(vm))),
            )
        )()
        return always("Always.", said, shows="T-1", witness=self._witness())

    def _step(self) -> Step:
        taken = self._witness()
        said = self.random.choice(
            (
                lambda: implies(taken, self.term(HOST, of_step=True)),
                lambda: every(vm, implies(taken, self.term(vm, used=(vm,), of_step=True))),
                lambda: implies(taken, every(vm, self.term(vm, used=(vm,), of_step=True))),
                lambda: every(vm, self._kept(vm)),
                lambda: self._kept(HOST),
            )
        )()
        return step("Each step.", said, shows="T-1", witness=taken)

    def _kept(self, about: Sort) -> Term:
        """What holds of a member, or something else, holds of it after the step as well."""
        one = self._atom(about)
        return implies(one, after(one | self._atom(about)))

    def _possible(self) -> Possible:
        return possible("Possible.", self._witness() & self.term(HOST, of_step=self.yes(0.3)), shows="T-1")

    def _ends(self) -> Ends:
        names = [found.name for found in self.events]
        without = self.random.sample(names, 1) if self.yes(0.4) else []
        rest = self.random.choice(
            (
                lambda: every(vm, self.term(vm, depth=1, used=(vm,))),
                lambda: every(vm, self._atom(vm)),
                lambda: self._atom(HOST) & every(vm, self._atom(vm)),
                lambda: self.term(HOST),
            )
        )()
        return ends("It ends.", rest, without=without, shows="T-1", witness=self._witness())


def _must_pass(scope: Scope, actor: Actor) -> bool:
    """Whether the network may not let this machine stand in the way of an event of this scope."""
    return actor.sort != HOST if scope.all else actor.sort in PARTS and scope.sort == vm


def random_count(each: int) -> int:
    """How many networks a test draws: for each example that Hypothesis would try (more of them in the nightly profile), fifty at least,
    since tests say how much they have to see."""
    return each * max(50, settings().max_examples)
