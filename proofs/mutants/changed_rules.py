"""The rules that a mutant changes, right and wrong side by side: whether the two take the same steps where they are looked at.

Rules see and move few machines. So states are looked at as far as those machines go, and each such view of them once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from model.notation import Actor, Network
from model.notation.events import Event
from model.notation.run import Shape
from model.notation.terms import HOST, Every, In, Some, Sort, Term, machines_of, some, walk
from proofs.mutants.operators import Mutant
from proofs.views.labelled.label_judge import Kinds, joint_kinds
from proofs.world.any_number.other_parts import LabelledAt
from proofs.world.compiled import Compiled
from proofs.world.layout import States, Variables
from proofs.world.world import Column, Slice, World

At = Mapping[States, Collection[States]]
"""For each state of the host's machines the states of one VM's machines that go with it."""


MOST_RIGHT_SIDES = 4
"""Of so many rules what the right ones do is remembered at a time."""


class AsReached(World):
    """A world in which machines are where they are said to be able to be, and nowhere else."""

    def _grow(self) -> bool:
        return False


class Rules:
    """The changed events of a mutant. network: the right one, with its observers. changed: the mutant's, without."""

    def __init__(self, network: Network, mutant: Mutant, changed: Network) -> None:
        self.network, self.mutant, self.changed = network, mutant, changed

    def tolerated(self, column: Column) -> tuple[str, ...]:
        """Those that can happen in a column."""
        faults = ((name, self.network.events[name].fault) for name in self.mutant.events)
        return tuple(name for name, fault in faults if fault is None or fault in column.faults)

    def small(self, of: Network, events: Iterable[str]) -> Network:
        """These events only, by the tables and guards of one of the two networks, watched as the right one is."""
        actors = {**self.network.actors, **of.actors}
        return replace(self.network, actors=actors, events={name: of.events[name] for name in events})

    def fair(self, events: Iterable[str]) -> bool:
        """Whether the mutant is as fair to these events as the right network is."""
        return all(self.network.events[name].fair == self.changed.events[name].fair for name in events)

    @cached_property
    def machines(self) -> frozenset[str]:
        """The machines that decide what the rules do: whether the events happen, and where they lead the changed machine."""
        deciding = {self.mutant.machine} - {""}
        taking = {a for of in (self.network, self.changed) for e in self.mutant.events for a in of.participants(e)}
        for of in (self.network, self.changed):
            deciding |= {name for event in self.mutant.events for name in machines_of(of.events[event].when)}
        deciding |= {a.name for a in taking if not a.observer and any(a.blocks(e) for e in self.mutant.events)}
        while more := {name for a in taking if a.name in deciding for name in self._read_by(a)} - deciding:
            deciding |= more
        return frozenset(deciding)

    @cached_property
    def taking_part(self) -> frozenset[str]:
        """The machines whose reach has a say in how the rules are put together: those that they read, and all that take part."""
        both = (self.network, self.changed)
        return self.machines | {a.name for of in both for e in self.mutant.events for a in of.participants(e)}

    def _read_by(self, actor: Actor) -> set[str]:
        """What a machine's rows for the changed events read."""
        rules = (rule for event in self.mutant.events for s in actor.states for rule in actor.rules(event, s))
        return {name for rule in rules for name in machines_of(rule.when)}

    @cached_property
    def parts(self) -> tuple[Sort, ...]:
        """The sorts of parts that the rules look at, or whose machines the mutant changes."""
        both, of_parts = (self.network, self.changed), self.network.parts
        sorts = {self.network.actors[name].sort for name in self.machines | ({self.mutant.machine} - {""})}
        terms = (term for of in both for event in self.mutant.events for term in _terms_of(of, of.events[event]))
        sorts |= {part.sort for term in terms for part in walk(term) if isinstance(part, (Every, Some))}
        sorts |= {self.network.events[event].scope.sort for event in self.mutant.events}
        return tuple(sort for sort in of_parts if sort in sorts)

    @cached_property
    def starts_elsewhere(self) -> bool:
        """Whether the mutant does not start as the right network does: it says so, or takes the last row of a machine of the host that
        may start in several states, which then is a reading, fixed in one of them."""
        if not self.mutant.events:
            return True
        actor = self.changed.actors.get(self.mutant.machine)
        return actor is not None and actor.sort == HOST and not actor.moves and len(actor.starts) > 1

    @cached_property
    def told_apart(self) -> tuple[Term, ...]:
        """What tells VMs apart that may start so, under the mutant's rules: what its guards read, and the starts from which a row leads
        elsewhere than from others. Also where the right rules say the same: their event may never happen, or their row never fit, so
        that nothing asks it there."""
        network, apart = self.changed, {a.name for a in self.changed.actors.values() if _starts_apart(a)}
        found = (
            _said(term, event, network)
            for event in map(network.events.__getitem__, self.mutant.events)
            for term in (*_terms_of(network, event), *self._leading_alike(event))
            if machines_of(term) <= self.machines and machines_of(term) & apart
        )
        return tuple(dict.fromkeys(found))

    def _leading_alike(self, event: Event) -> Iterator[Term]:
        """For each machine of a VM, or part, that the event moves: the starts from which it does so alike, but for the first such."""
        for actor in self.changed.participants(event.name):
            if actor.observer or not _starts_apart(actor):
                continue
            alike: dict[object, list[str]] = {}
            for state in actor.starts:
                rules = actor.rules(event.name, state)
                leads = tuple((None if rule.dest == state else rule.dest, rule.when) for rule in rules)
                alike.setdefault(leads, []).append(state)
            yield from (In(actor.name, frozenset(states)) for states in list(alike.values())[1:])


def slice_of(world: World, terms: Iterable[Term], set_off: str) -> Slice:
    """What decides some terms and, where a machine is named that stays in one state, what decides its rows as well: they may set it
    off."""
    if not set_off:
        return world.cone(terms)
    actor = world.network.actors[set_off]
    events = [event.name for event in world.events if event.name in actor.machine.events]
    rules = (rule for event in events for found in world.rules(actor, event).values() for rule in found)
    read = sorted(frozenset[str]().union(*(machines_of(rule.when) for rule in rules)))
    part = world.cone([*terms, *(In(name, frozenset(sorted(world.reach[name])[:1])) for name in read)])
    return replace(part, machines=part.machines | {set_off})


def _starts_apart(actor: Actor) -> bool:
    """Whether VMs, or their parts, may differ in where this machine starts."""
    return actor.sort != HOST and len(actor.starts) > 1


def _terms_of(network: Network, event: Event) -> list[Term]:
    """The guards of an event, and of the rows of all machines but observers that take part in it."""
    actors = [actor for actor in network.participants(event.name) if not actor.observer]
    rows = [rule.when for a in actors for state in a.states for rule in a.rules(event.name, state)]
    return list(dict.fromkeys([event.when, *rows]))


def _said(term: Term, event: Event, network: Network) -> Term:
    """A guard about one VM, or one part of it, said of some VM; one about the host, or about all VMs, as it is."""
    local = not event.scope.all and event.scope.sort != HOST
    names = machines_of(term)
    if not local and all(network.actors[name].sort == HOST for name in names):
        return term
    for part in network.parts:
        if any(network.actors[name].sort == part for name in names):
            return some(network.replicated, some(part, term))
    return some(network.replicated, term)


class RightSides:
    """The right rules of pairs, with what was worked out of their steps: mutants of one rule, which come one after the other, have them
    in common. All are of VMs of one shape and one start."""

    def __init__(self) -> None:
        self._known: dict[tuple[World, Network, frozenset[str], tuple[str, ...]], Compiled] = {}

    def of(self, pair: Pair) -> Compiled:
        """The right rules of a pair."""
        key = (pair.world, pair.rules.network, pair.machines, pair.events)
        if key not in self._known:
            if len(self._known) >= MOST_RIGHT_SIDES:
                self._known.pop(next(iter(self._known)))
            self._known[key] = pair.side(pair.rules.network)
        return self._known[key]


class Pair:
    """The rules of a mutant, right and wrong, in a column, over the machines that they read or move. right: where the right rules are
    known from."""

    def __init__(
        self,
        rules: Rules,
        world: World,
        kept: frozenset[str],
        shape: Shape,
        start: Mapping[str, frozenset[str]],
        right: RightSides | None = None,
    ):
        self.rules, self.world, self.events = rules, world, rules.tolerated(world.column)
        self.machines = kept & rules.machines
        self._shape, self._start = shape, start
        self.sides = ((right or RightSides()).of(self), self.side(rules.changed))

    def side(self, of: Network) -> Compiled:
        """The rules as one of the two networks has them."""
        world = self.world
        small = AsReached(self.rules.small(of, self.events), world.column, world.leaves_out, reach=world.reach)
        part = Slice(self.machines, frozenset(self.events))
        return Compiled(small, part, (self._shape,), (), (self._start,), reduce=False)

    def differ(self, host: States, vm: States) -> bool:
        """Whether the two differ where a VM is all there are."""
        steps = []
        for side in self.sides:
            here, number = side.host_id(host), side.local_id(0, vm)
            steps.append(_steps(side, here, side.bits_of_all(here, [number]), number))
        ours, theirs = steps
        return ours != theirs or bool(ours and not self.rules.fair(self.events))

    def where(self, at: LabelledAt, asked: int) -> int:
        """The columns among those asked in which the two differ, of any of the VMs at a host state together."""
        fair, found = self.rules.fair(self.events), 0
        for host, vms in at.items():
            if not asked & ~found:
                break
            found |= self._where_at(host, vms, asked & ~found, fair)
        return found

    def _where_at(self, host: States, vms: Mapping[States, int], asked: int, fair: bool) -> int:
        one, two = self.sides
        width, found = len(one.state_bits), 0
        hosts = [side.host_id(host) for side in self.sides]
        kinds: Kinds = {}
        of_kind: dict[int, list[tuple[list[int], int]]] = {}
        for vm, label in vms.items():
            if here := label & asked:
                numbers = [side.local_id(0, vm) for side in self.sides]
                bits = one.bits_of_all(hosts[0], numbers[:1]) | two.bits_of_all(hosts[1], numbers[1:]) << width
                kinds[bits] = kinds.get(bits, 0) | here
                of_kind.setdefault(bits, []).append((numbers, here))
        for mask, label in joint_kinds(kinds).items():
            masks = (mask & ((1 << width) - 1), mask >> width)
            for own in [own for own in of_kind if not own & ~mask]:
                for numbers, here in of_kind[own]:
                    if here & label & ~found:
                        ours, theirs = (
                            _steps(side, hosts[k], masks[k], numbers[k]) for k, side in enumerate(self.sides)
                        )
                        if ours != theirs or (ours and not fair):
                            found |= here & label
        return found


def _steps(compiled: Compiled, host: int, mask: int, vm: int) -> set[object]:
    """What can happen with a VM, and what comes of host and VM."""
    found: set[object] = set()
    for event, host2 in compiled.host_steps(host, mask):
        then = compiled.all_step(event, host, mask, vm) if compiled.for_all[event] else vm
        found.add((compiled.events[event].name, compiled.hosts[host2], compiled.locals[then][1]))
    for event, host2, vm2 in compiled.vm_steps(host, mask, vm):
        found.add((compiled.events[event].name, compiled.hosts[host2], compiled.locals[vm2][1]))
    return found


class Projected:
    """States of host and VM, as far as some machines go; each choice of machines is worked out once."""

    def __init__(self, host: Variables, vm: Variables, at: At) -> None:
        self._host, self._vm, self._at = host, vm, at
        self._known: dict[frozenset[str], At] = {}

    def to(self, machines: frozenset[str]) -> At:
        if machines not in self._known:
            host_at, vm_at = (_places(variables, machines) for variables in (self._host, self._vm))
            found: dict[States, set[States]] = {}
            for host, vms in self._at.items():
                here = found.setdefault(tuple(host[i] for i in host_at), set())
                here.update(tuple(vm[i] for i in vm_at) for vm in vms)
            self._known[machines] = found
        return self._known[machines]


def _places(variables: Variables, machines: frozenset[str]) -> list[int]:
    return [i for i, name in enumerate(variables.names) if name.split("#")[0] in machines]
