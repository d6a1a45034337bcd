"""Compile a world, or a slice of it, into small numbers and remembered steps.

The host's machines together are one number, each VM's machines together another; what an event does to them is worked out
from the tables once for each combination that is met, and remembered. The protocol is read from the tables; nothing of it
is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from itertools import product
from weakref import proxy

from model.notation.events import Event
from model.notation.run import Shape
from model.notation.terms import HOST, And, Every, Some, Term, machines_of, walk
from proofs.world.alike import Alike, Configurations
from proofs.world.layout import States, Variables, is_local
from proofs.world.parts import sorts_looked_at
from proofs.world.predicates import Predicates, Step, Table, Test
from proofs.world.stand_ins import StandIns
from proofs.world.terms import closed
from proofs.world.world import Slice, World


class Compiled(Predicates):
    """A slice of a world, ready to be explored.

    part: the machines and events that are looked at. shapes: what VMs there may be. allowed: for each shape, which start
    states a machine may have (None: all). terms: further terms (properties) that tell configurations apart; with `late`, only
    those of them that have to, and the others find what they tell apart by `Variants`. together: VMs of several shapes that
    nothing tells apart start as one of them. Raises ValueError if there is no VM, or none can start: of no run everything holds.
    """

    def __init__(
        self,
        world: World,
        part: Slice,
        shapes: Sequence[Shape],
        terms: Sequence[Term] = (),
        allowed: Sequence[Mapping[str, frozenset[str]] | None] | None = None,
        reduce: bool = True,
        late: bool = False,
        together: bool = False,
    ) -> None:
        looked_at = sorts_looked_at(world, part, terms) if together else world.network.parts
        super().__init__(world, part, shapes, allowed, looked_at)
        self.host_ids: dict[States, int] = {}
        self.hosts: list[States] = []
        self.local_ids: dict[tuple[int, States], int] = {}
        self.locals: list[tuple[int, States]] = []
        self._asked_by_vms = 0
        self._give_bits()
        self.guard_bits = (1 << len(self.state_bits)) - 1
        self._part_events = [e for e, event in enumerate(self.events) if event.scope.sort in self.parts]
        self.start_hosts = [
            self.host_id(self.host_vars.encode(dict(zip(self.host_vars.names, states, strict=True))))
            for states in product(*(sorted(world.starts[name]) for name in self.host_vars.names))
        ]
        # what is known of it goes with it, and waits for nobody who looks for garbage in cycles
        itself: Compiled = proxy(self)
        self._configurations = configurations = Configurations(itself, terms, late=late, together=together)
        self.terms = configurations.terms
        starts = [
            (form, one) for form in sorted(set(configurations.like)) for one in configurations.starts(form, reduce)
        ]
        self.stand_ins = StandIns(itself, configurations, starts, together=together)
        self.starts: list[int] = []
        for form, start in self.stand_ins.starts:
            self.starts.append(self.local_id(form, self.vm_vars[form].encode(start)))
        if not self.starts:
            raise ValueError("no VM can start: what is allowed, and what must hold at the start, leave it no state")
        self._settled = (-1, -1)
        self.settle()

    def host_id(self, states: States) -> int:
        found = self.host_ids.get(states)
        if found is None:
            found = self.host_ids[states] = len(self.hosts)
            self.hosts.append(states)
        return found

    def local_id(self, form: int, states: States) -> int:
        key = (form, states)
        found = self.local_ids.get(key)
        if found is None:
            found = self.local_ids[key] = len(self.locals)
            self.locals.append(key)
        return found

    def alike(self, form: int) -> list[Alike]:
        """Which configurations of a VM of one form are alike: no guard and none of `terms` tells them apart."""
        return self._configurations.alike(form)

    def asked_by(self, form: int, event: Event) -> frozenset[Term]:
        """What an event asks of a VM of one form."""
        return self._configurations.seen_by(form, event)

    def settle(self) -> None:
        """Drop what is remembered of steps if terms have been given bits since."""
        if self._settled != (bits := (len(self.state_bits), sum(map(len, self.step_bits.values())))):
            self._settled = bits
            self._forget()

    def _forget(self) -> None:
        self._bits: dict[int, dict[int, int]] = {}
        self._own_bits: dict[int, int] = {}
        of_host = self.for_each_shape(
            lambda form: [
                bool(machines_of(self.expand_in(body, form)) & self.host_vars.at.keys())
                for _, body, _ in self.state_bits
            ]
        )
        self._bits_of_vm = [[k for k, reads in enumerate(reading) if not reads] for reading in of_host]
        self._bits_of_both = [[k for k, reads in enumerate(reading) if reads] for reading in of_host]
        self._step_bits: dict[tuple[int, int, int, int, int, bool], int] = {}
        self._host: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self._vm: dict[tuple[int, int, int], list[tuple[int, int, int]]] = {}
        self._all: dict[tuple[int, int, int, int], int] = {}
        self._host_candidates: dict[tuple[int, int, int], int] = {}
        self._vm_candidates: dict[int, int] = {}

    def _give_bits(self) -> None:
        """Give bits to what events ask of all VMs."""
        for event in self.events:
            for term in self._guards(event):
                for part in _quantified(term):
                    if part.sort == self.sort:
                        bit = self.bit_of(isinstance(part, Every), part.body)
                        self._asked_by_vms |= bit if is_local(event) else 0

    def _guards(self, event: Event) -> Iterator[Term]:
        """The guard of an event, and those of the rows of who takes part."""
        yield self.world.when[event.name]
        for actor in self.taking(event):
            for rules in self.world.rules(actor, event.name).values():
                yield from (rule.when for rule in rules)

    @cached_property
    def _tables(self) -> _Tables:
        """What events do. Labelled views do without: they ask each event what it reads (`projection.py`)."""
        return _Tables(proxy(self))

    def _candidates(self, host: int, bits: int, local: int, step: Step) -> Iterator[int]:
        """The events of one VM that neither the host alone nor the VM alone rules out."""
        form = self.first[step.form]
        key = (form, host, bits & self._asked_by_vms)
        by_host = self._host_candidates.get(key)
        if by_host is None:
            by_host = self._host_candidates[key] = self._tables.by_host[form].left(step.host, step)
        by_vm = self._vm_candidates.get(local)
        if by_vm is None:
            by_vm = self._vm_candidates[local] = self._tables.by_vm[form].left(step.vm, step)
        left = by_host & by_vm
        while left:
            lowest = left & -left
            yield lowest.bit_length() - 1
            left ^= lowest
        yield from self._part_events

    def bits_of_all(self, host: int, locals_: Sequence[int]) -> int:
        """The quantified bits of a whole state."""
        known = self._bits.get(host)
        if known is None:
            known = self._bits[host] = {}
        found = 0
        for local in locals_:
            bits = known.get(local)
            if bits is None:
                bits = known[local] = self._bits_of(host, local)
            found |= bits
        return found

    def _bits_of(self, host: int, local: int) -> int:
        """The quantified bits that one VM contributes: for "some", that it fits; for "every", that it does not."""
        form, states = self.locals[local]
        own = self._own_bits.get(local)
        if own is None:
            step = Step((), states, form)
            own = self._own_bits[local] = self._fitting(self._bits_of_vm[form], step)
        return own | self._fitting(self._bits_of_both[form], Step(self.hosts[host], states, form))

    def _fitting(self, bits: Sequence[int], step: Step) -> int:
        found, table = 0, self.state_bits
        for k in bits:
            every, _, tests = table[k]
            if tests[step.form](step) != every:
                found |= 1 << k
        return found

    def bits_of_step(self, event: int, host: int, local: int, host2: int, local2: int, here: bool) -> int:
        """The same for quantified terms that speak of a step."""
        key = (event, host, local, host2, local2, here)
        found = self._step_bits.get(key)
        if found is None:
            name = self.events[event].name
            form, states = self.locals[local]
            step = Step(self.hosts[host], states, form, 0, self.hosts[host2], self.locals[local2][1], 0, 0, name, here)
            table = self.step_bits.get(name, [])
            found = sum(1 << k for k, (every, _, tests) in enumerate(table) if tests[form](step) != every)
            self._step_bits[key] = found
        return found

    def host_steps(self, host: int, bits: int) -> list[tuple[int, int]]:
        """(event, host afterwards) for every event of the host or of all VMs that is enabled."""
        key = (host, bits & self.guard_bits)
        found = self._host.get(key)
        if found is None:
            found = []
            step = Step(self.hosts[host], (), 0, bits)
            for e in range(len(self.events)):
                when = self._tables.when_host[e]
                if when is None or not when(step):
                    continue
                moved = self._move(self._tables.of_host[e], step, self.host_vars, list(step.host))
                if moved is not None:
                    found.append((e, self.host_id(tuple(moved))))
            self._host[key] = found
        return found

    def all_step(self, event: int, host: int, bits: int, local: int) -> int:
        """What an event that happens to the host or to all VMs makes of one VM."""
        key = (event, host, bits & self.guard_bits, local)
        found = self._all.get(key)
        if found is None:
            form, states = self.locals[local]
            step = Step(self.hosts[host], states, form, bits)
            moved = self._move(self._tables.of_vm[event][form][0], step, self.vm_vars[form], list(states))
            if moved is None:
                raise ValueError(f"{self.events[event].name} waits for a single VM")
            found = self._all[key] = self.local_id(form, tuple(moved))
        return found

    def vm_steps(self, host: int, bits: int, local: int) -> list[tuple[int, int, int]]:
        """(event, host afterwards, VM afterwards) for every event that can happen to this VM or a part of it."""
        key = (host, bits & self._asked_by_vms, local)
        found = self._vm.get(key)
        if found is None:
            found = []
            form, states = self.locals[local]
            step = Step(self.hosts[host], states, form, bits)
            for e in self._candidates(host, bits, local, step):
                for when, tables in zip(self._tables.when_vm[e][form], self._tables.of_vm[e][form], strict=True):
                    if not when(step):
                        continue
                    host2, vm2 = list(step.host), list(states)
                    for table in tables:
                        target = host2 if table.of_host else vm2
                        if not table.move(step, target):
                            break
                    else:
                        found.append((e, self.host_id(tuple(host2)), self.local_id(form, tuple(vm2))))
            self._vm[key] = found
        return found

    def _move(self, tables: Sequence[Table], step: Step, vars_: Variables, target: list[int]) -> list[int] | None:
        return target if all(table.move(step, target) for table in tables) else None


@lru_cache(maxsize=1 << 16)
def _quantified(term: Term) -> tuple[Every | Some, ...]:
    """The quantifiers in a term; kept, since slices of a world ask the same."""
    return tuple(part for part in walk(term) if isinstance(part, (Every, Some)))


class _Tables:
    """What events do, by event: the host's tables and guards, and those of each form's VMs, for each member of a VM. by_host, by_vm: for
    each form the events of one VM, as the host alone and the VM alone leave them."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.of_host: list[list[Table]] = []
        self.of_vm: list[list[list[list[Table]]]] = []
        self.when_host: list[Test | None] = []
        self.when_vm: list[list[list[Test]]] = []
        self.by_host = {form: _Sieve(compiled.host_vars, form) for form in compiled.first}
        self.by_vm = {form: _Sieve(compiled.vm_vars[form], form) for form in compiled.first}
        for event in compiled.events:
            local, when = is_local(event), compiled.world.when[event.name]
            hosts = [a for a in compiled.taking(event) if a.sort == HOST]
            self.of_host.append([] if local else [Table(compiled, a, a.name, event, None, None) for a in hosts])
            self.when_host.append(None if local else compiled.test(when))
            self.of_vm.append(compiled.for_each_shape(partial(self._tables, event)))
            self.when_vm.append(compiled.for_each_shape(partial(self._guards, event)))

    def _tables(self, event: Event, form: int) -> list[list[Table]]:
        """The machines' part in an event, for each member of a VM that it may happen to (the VM itself, or a part)."""
        compiled, found = self.compiled, []
        for part in compiled.members(event, form):
            names = [(a, name) for a in compiled.taking(event) for name in compiled.instances(a, event, form, part)]
            names = [(a, a.name) for a in compiled.taking(event) if a.sort == HOST and is_local(event)] + names
            found.append([Table(compiled, actor, name, event, form, part) for actor, name in names])
        return found

    def _guards(self, event: Event, form: int) -> list[Test]:
        """Whether an event of one VM may happen to it, or to each of its parts."""
        compiled = self.compiled
        if not is_local(event):
            return []
        if event.scope.sort == compiled.sort:
            self._sort_out(event, form)
        when = compiled.world.when[event.name]
        return [compiled.test(compiled.expand_in(when, form, part), form) for part in compiled.members(event, form)]

    def _sort_out(self, event: Event, form: int) -> None:
        """Note the parts of a guard that the host alone, or the VM alone, decides: most events are ruled out by them."""
        compiled, number = self.compiled, len(self.when_vm)
        when = compiled.expand_in(compiled.world.when[event.name], form)
        parts = when.parts if isinstance(when, And) else (when,)
        hosts, vms = compiled.host_vars, compiled.vm_vars[form]
        of_host, of_vm = self.by_host[form], self.by_vm[form]
        for table in self.of_vm[number][form][0]:
            (of_host if table.of_host else of_vm).asks_to_know(number, table)
        of_host.asks(number, [(_place(p, hosts), compiled.test(p)) for p in parts if _is_of_host(compiled, p)])
        of_vm.asks(number, [(_place(p, vms), compiled.test(p, form)) for p in parts if _is_of_vm(p, vms)])


def _place(part: Term, vars_: Variables) -> int | None:
    """The place of the machine that decides a part of a guard; None where that takes several, or VMs together."""
    names = machines_of(part)
    return vars_.at[next(iter(names))] if len(names) == 1 and not _quantified(part) else None


def _is_of_host(compiled: Compiled, part: Term) -> bool:
    """Whether a part of a guard speaks of the host, or of all VMs, and not of the one that moves."""
    return machines_of(part) <= compiled.host_vars.at.keys() or closed(part, compiled.sort)


def _is_of_vm(part: Term, vms: Variables) -> bool:
    """Whether a part of a guard speaks of the VM that moves, and of nothing else."""
    return machines_of(part) <= vms.at.keys() and not _quantified(part)


class _Sieve:
    """Which events the states of the host, or those of a VM, do not rule out; sets of events are numbers, with a bit for each. What one
    machine decides alone is asked of each of its states once."""

    def __init__(self, vars_: Variables, form: int) -> None:
        self._sizes, self._form = [len(actor.states) for actor in vars_.actors], form
        self._events = 0
        self._rules_out: dict[int, list[int]] = {}
        self._tests: list[tuple[int, Test]] = []

    def asks_to_know(self, event: int, table: Table) -> None:
        """The event cannot happen where a machine is in a state for which it has no row."""
        self._events |= 1 << event
        self._rule_out(event, table.at, [k for k in range(self._sizes[table.at]) if k not in table.known])

    def asks(self, event: int, tests: Iterable[tuple[int | None, Test]]) -> None:
        """Nor can it where one of these tests fails; of each the place of the machine that it reads, if it reads no more than one."""
        self._events |= 1 << event
        for place, test in tests:
            if place is None:
                self._tests.append((1 << event, test))
                continue
            tried = [0] * len(self._sizes)
            for k in range(self._sizes[place]):
                tried[place] = k
                if not test(Step(tuple(tried), tuple(tried), self._form)):
                    self._rule_out(event, place, [k])

    def _rule_out(self, event: int, place: int, states: Iterable[int]) -> None:
        of_place = self._rules_out.setdefault(place, [0] * self._sizes[place])
        for k in states:
            of_place[k] |= 1 << event

    def left(self, states: States, step: Step) -> int:
        """The events that are not ruled out in these states. step: the same states, for the tests."""
        out = 0
        for place, of_place in self._rules_out.items():
            out |= of_place[states[place]]
        left = self._events & ~out
        for event, test in self._tests:
            if left & event and not test(step):
                left ^= event
        return left
