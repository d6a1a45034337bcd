"""Compile a world, or a slice of it, into small numbers and remembered steps.

The host's machines together are one number, each VM's machines together another; what an event does to them is worked out
from the tables once for each combination that is met, and remembered. The protocol is read from the tables; nothing of it
is written here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from typing import TypeVar

from model.notation.events import Event
from model.notation.machines import Actor
from model.notation.run import Shape
from model.notation.terms import (
    FALSE,
    HOST,
    After,
    And,
    Const,
    Every,
    Happens,
    In,
    Not,
    Or,
    Same,
    Some,
    Sort,
    Term,
    Unchanged,
    any_of,
    machines_of,
    speaks_of_a_step,
    walk,
)
from proofs.classes import (
    Alike,
    Configuration,
    alike,
    is_local,
    like_forms,
    starts_of_form,
    told_apart_before,
)
from proofs.parts import sorts_looked_at
from proofs.rows import Step, Table, Test
from proofs.said import can_hold, closed, expand, of_event, part_name
from proofs.stand_ins import StandIns
from proofs.variables import States, Variables, known_numbers
from proofs.world import Slice, World, fold

Found = TypeVar("Found")


class Compiled:
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
        network = world.network
        kept = part.machines
        if not shapes:
            raise ValueError("VMs of no shape: say what disks and adapters a VM has")
        if allowed is not None and len(allowed) != len(shapes):
            raise ValueError(f"{len(shapes)} shapes of VMs, and start states for {len(allowed)}: give each its own")
        self.world, self.kept, self.shapes = world, kept, tuple(shapes)
        self.sort, self.parts = network.replicated, network.parts
        self.part_of = {a.name: a.sort for a in network.actors.values() if a.sort in self.parts}
        actors = [a for a in network.actors.values() if a.name in kept]
        self.host_vars = Variables([(a.name, a) for a in actors if a.sort == HOST])
        self.state_bits: list[tuple[bool, Term, list[Test]]] = []
        self.step_bits: dict[str, list[tuple[bool, Term, list[Test]]]] = {}
        self.events = [e for e in world.events if e.name in part.events]
        self._taking = {e.name: [a for a in network.participants(e.name) if a.name in kept] for e in self.events}
        sorts = sorts_looked_at(world, part, terms) if together else self.parts
        told = [[shape.parts.get(sort.name, 0) for sort in sorts] for shape in shapes]
        self.first = [told.index(counts) for counts in told]
        self.vm_vars = self._for_each_shape(lambda form: Variables(list(self._vm_variables(actors, shapes[form]))))
        self.for_all = [event.scope.all for event in self.events]
        self.reads_bits_after: dict[int, bool] = {}
        self.host_ids: dict[States, int] = {}
        self.hosts: list[States] = []
        self.local_ids: dict[tuple[int, States], int] = {}
        self.locals: list[tuple[int, States]] = []
        self._event = ""
        self._asked = self._asked_by_vms = 0
        self._state_tests: dict[Term, Test] = {}
        self._step_tests: dict[Term, dict[int, Test]] = {}
        self._compile_events()
        self.guard_bits = (1 << len(self.state_bits)) - 1
        self._part_events = [e for e, event in enumerate(self.events) if event.scope.sort in self.parts]
        self.start_hosts = [
            self.host_id(self.host_vars.encode(dict(zip(self.host_vars.names, states, strict=True))))
            for states in product(*(sorted(world.starts[name]) for name in self.host_vars.names))
        ]
        self.starts: list[int] = []
        self.allowed: list[Mapping[str, frozenset[str]]] = [
            found or {} for found in ([None] * len(shapes) if allowed is None else allowed)
        ]
        self._alike: dict[int, list[Alike]] = {}
        self.configurations: dict[tuple[int, tuple[Term, ...] | None], Configuration] = {}
        self.seen: dict[tuple[int, tuple[Term, ...]], Mapping[Term, frozenset[str]]] = {}
        self.settled: dict[tuple[str, str], bool] = {}
        self.like = like_forms(self) if together else list(range(len(shapes)))
        self.terms = told_apart_before(self, terms) if late else tuple(terms)
        starts = [(form, start) for form in sorted(set(self.like)) for start in starts_of_form(self, form, reduce)]
        self.stand_ins = StandIns(self, starts, together=together)
        for form, start in self.stand_ins.starts:
            self.starts.append(self.local_id(form, self.vm_vars[form].encode(start)))
        if not self.starts:
            raise ValueError("no VM can start: what is allowed, and what must hold at the start, leave it no state")
        self._settled = (-1, -1)
        self.settle()

    def settle(self) -> None:
        """Drop what is remembered of steps if terms have been given bits since."""
        if self._settled != (bits := (len(self.state_bits), sum(map(len, self.step_bits.values())))):
            self._settled = bits
            self._forget()

    def _forget(self) -> None:
        self._bits: dict[int, dict[int, int]] = {}
        self._own_bits: dict[int, int] = {}
        of_host = self._for_each_shape(
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

    def _for_each_shape(self, work_out: Callable[[int], Found]) -> list[Found]:
        """Something for each form, worked out once for those of one shape, as far as it is looked at: they differ in how they
        may start only."""
        found = {form: work_out(form) for form in sorted(set(self.first))}
        return [found[form] for form in self.first]

    # -- what there is ------------------------------------------------------------------------------------------------

    def _vm_variables(self, actors: Sequence[Actor], shape: Shape) -> Iterator[tuple[str, Actor]]:
        for actor in actors:
            if actor.sort == self.sort:
                yield actor.name, actor
            elif actor.sort != HOST:
                for j in range(shape.parts.get(actor.sort.name, 0)):
                    yield part_name(actor.name, j), actor

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
        if form not in self._alike:
            self._alike[form] = alike(self, form)
        return self._alike[form]

    # -- terms --------------------------------------------------------------------------------------------------------

    def expand_in(self, term: Term, form: int, part: tuple[Sort, int] | None = None) -> Term:
        """The term for a VM of one form (and one part of it)."""
        return expand(term, self.shapes[form], self.part_of, {part[0]: part[1]} if part else {})

    def state_test(self, term: Term) -> Test:
        """A term about states, said of the whole network."""
        if term not in self._state_tests:
            self._state_tests[term] = self.test(fold(term, self.world.reach))
        return self._state_tests[term]

    def step_tests(self, term: Term) -> dict[int, Test]:
        """A term about steps, for each event of which it can be true at all."""
        if term in self._step_tests:
            return self._step_tests[term]
        found: dict[int, Test] = self._step_tests.setdefault(term, {})
        for i, event in enumerate(self.events):
            said = of_event(self.world, fold(term, self.world.reach), event)
            if said != FALSE and can_hold(self.world.network, said):
                self._event = event.name
                found[i] = self.test(said)
                self.reads_bits_after[i] = self.reads_bits_after.get(i, False) or any(
                    isinstance(part, After) and any(isinstance(p, (Every, Some)) for p in walk(part))
                    for part in walk(said)
                )
        return found

    def bits_in(self, term: Term) -> int:
        """The bits of quantified terms about states that a compiled term may read."""
        said = [fold(term, self.world.reach)]
        said += [of_event(self.world, said[0], event) for event in self.events] if speaks_of_a_step(term) else []
        bodies = {(type(part), part.body) for one in said for part in walk(one) if isinstance(part, (Every, Some))}
        return sum(
            1 << k for k, (every, body, _) in enumerate(self.state_bits) if (Every if every else Some, body) in bodies
        )

    def test(self, term: Term, form: int | None = None, *, post: bool = False) -> Test:
        """Compile a term (expanded, if it is said of a VM) into a test."""
        match term:
            case Const(value):
                return lambda step: value
            case In(actor, states):
                return self._read(actor, states, form, post)
            case Same(left, right):
                return self._same(left, right, form, post)
            case Unchanged(actor):
                return self._unchanged(actor, form)
            case Not(body):
                inner = self.test(body, form, post=post)
                return lambda step: not inner(step)
            case And(parts):
                tests = [self.test(part, form, post=post) for part in parts]
                return lambda step: all(test(step) for test in tests)
            case Or(parts):
                tests = [self.test(part, form, post=post) for part in parts]
                return lambda step: any(test(step) for test in tests)
            case After(body):
                return self.test(body, form, post=True)
            case Happens(events):
                if form is None:
                    return lambda step: step.event in events
                return lambda step: step.here and step.event in events
            case Every(sort, body) | Some(sort, body) if sort == self.sort:
                return self._quantified(isinstance(term, Every), body, post)
        raise TypeError(f"cannot compile {term}")

    def _read(self, actor: str, states: frozenset[str], form: int | None, post: bool) -> Test:
        if actor in self.host_vars.at:
            i, wanted = self.host_vars.at[actor], known_numbers(self.host_vars.number[actor], states)
            return (lambda step: step.host2[i] in wanted) if post else (lambda step: step.host[i] in wanted)
        if form is None:
            raise TypeError(f"{actor} is read without a VM")
        vars_ = self.vm_vars[form]
        i, wanted = vars_.at[actor], known_numbers(vars_.number[actor], states)
        return (lambda step: step.vm2[i] in wanted) if post else (lambda step: step.vm[i] in wanted)

    def _states_of(self, actor: str, form: int | None) -> tuple[str, ...]:
        vars_ = self.host_vars if actor in self.host_vars.at else self.vm_vars[form or 0]
        return vars_.actors[vars_.at[actor]].states

    def _same(self, left: str, right: str, form: int | None, post: bool) -> Test:
        shared = set(self._states_of(left, form)) & set(self._states_of(right, form))
        pairs = any_of(*(In(left, frozenset({s})) & In(right, frozenset({s})) for s in sorted(shared)))
        return self.test(pairs, form, post=post)

    def _unchanged(self, actor: str, form: int | None) -> Test:
        if actor in self.host_vars.at:
            i = self.host_vars.at[actor]
            return lambda step: step.host[i] == step.host2[i]
        if form is None:
            raise TypeError(f"{actor} is read without a VM")
        names = (
            [actor]
            if actor in self.vm_vars[form].at
            else [n for n in self.vm_vars[form].names if n.split("#")[0] == actor]
        )
        places = [self.vm_vars[form].at[name] for name in names]
        return lambda step: all(step.vm[i] == step.vm2[i] for i in places)

    def _quantified(self, every: bool, body: Term, post: bool) -> Test:
        of_step = speaks_of_a_step(body)
        table = self.step_bits.setdefault(self._event, []) if of_step else self.state_bits
        for k, (known_every, known, _) in enumerate(table):
            if known_every == every and known == body:
                bit = 1 << k
                break
        else:
            bit = 1 << len(table)
            row: list[Test] = []
            table.append((every, body, row))
            row.extend(self._for_each_shape(lambda form: self.test(self.expand_in(body, form), form)))
        if not of_step:
            self._asked |= bit
        if of_step:
            return (lambda step: not step.step_bits & bit) if every else (lambda step: bool(step.step_bits & bit))
        if post:
            return (lambda step: not step.bits2 & bit) if every else (lambda step: bool(step.bits2 & bit))
        return (lambda step: not step.bits & bit) if every else (lambda step: bool(step.bits & bit))

    # -- events -------------------------------------------------------------------------------------------------------

    def _compile_events(self) -> None:
        self._host_part: list[list[Table]] = []
        self._vm_part: list[list[list[list[Table]]]] = []
        self._when_host: list[Test | None] = []
        self._when_vm: list[list[list[Test]]] = []
        self._by_host: dict[int, list[tuple[int, Test]]] = {form: [] for form in self.first}
        self._by_vm: dict[int, list[tuple[int, Test]]] = {form: [] for form in self.first}
        for event in self.events:
            self._asked = 0
            local, when = is_local(event), self.world.when[event.name]
            hosts = [a for a in self.taking(event) if a.sort == HOST]
            self._host_part.append([] if local else [Table(self, a, a.name, event, None, None) for a in hosts])
            self._when_host.append(None if local else self.test(when))
            self._vm_part.append(self._for_each_shape(partial(self._tables, event)))
            self._when_vm.append(self._for_each_shape(partial(self._guards, event)))
            if local:
                self._asked_by_vms |= self._asked

    def _tables(self, event: Event, form: int) -> list[list[Table]]:
        """The machines' part in an event, for each member of a VM that it may happen to (the VM itself, or a part)."""
        found = []
        for part in self.members(event, form):
            names = [(a, name) for a in self.taking(event) for name in self.instances(a, event, form, part)]
            names = [(a, a.name) for a in self.taking(event) if a.sort == HOST and is_local(event)] + names
            found.append([Table(self, actor, name, event, form, part) for actor, name in names])
        return found

    def _guards(self, event: Event, form: int) -> list[Test]:
        """Whether an event of one VM may happen to it, or to each of its parts."""
        if not is_local(event):
            return []
        if event.scope.sort == self.sort:
            self._sort_out(event, form)
        when = self.world.when[event.name]
        return [self.test(self.expand_in(when, form, part), form) for part in self.members(event, form)]

    def _sort_out(self, event: Event, form: int) -> None:
        """Note the parts of a guard that the host alone, or the VM alone, decides: most events are ruled out by them."""
        number, when = len(self._when_vm), self.expand_in(self.world.when[event.name], form)
        of_host = [table for table in self._vm_part[number][form][0] if table.of_host]
        of_vm = [table for table in self._vm_part[number][form][0] if not table.of_host]
        parts = when.parts if isinstance(when, And) else (when,)
        own = set(self.vm_vars[form].names)
        local = [p for p in parts if machines_of(p) <= own and not any(isinstance(q, (Every, Some)) for q in walk(p))]
        local_tests = [self.test(part, form) for part in local]
        self._by_vm[form].append(
            (number, lambda step: all(t.knows(step.vm) for t in of_vm) and all(test(step) for test in local_tests))
        )
        of_all = [p for p in parts if not machines_of(p) - set(self.host_vars.names) or closed(p, self.sort)]
        host_tests = [self.test(part) for part in of_all]
        self._by_host[form].append(
            (number, lambda step: all(t.knows(step.host) for t in of_host) and all(test(step) for test in host_tests))
        )

    def _candidates(self, host: int, bits: int, local: int, step: Step) -> Iterator[int]:
        """The events of one VM that neither the host alone nor the VM alone rules out."""
        form = self.first[step.form]
        key = (form, host, bits & self._asked_by_vms)
        by_host = self._host_candidates.get(key)
        if by_host is None:
            by_host = self._host_candidates[key] = sum(1 << e for e, test in self._by_host[form] if test(step))
        by_vm = self._vm_candidates.get(local)
        if by_vm is None:
            by_vm = self._vm_candidates[local] = sum(1 << e for e, test in self._by_vm[form] if test(step))
        left = by_host & by_vm
        while left:
            lowest = left & -left
            yield lowest.bit_length() - 1
            left ^= lowest
        yield from self._part_events

    def taking(self, event: Event) -> list[Actor]:
        """The machines that take part in an event, those of them that are looked at."""
        return self._taking[event.name]

    def members(self, event: Event, form: int) -> list[tuple[Sort, int] | None]:
        """To what of a VM an event may happen: to the VM itself (None), or to each of its parts of a sort."""
        if event.scope.sort in self.parts:
            return [(event.scope.sort, j) for j in range(self.shapes[form].parts.get(event.scope.sort.name, 0))]
        return [None]

    def instances(self, actor: Actor, event: Event, form: int, part: tuple[Sort, int] | None) -> list[str]:
        """The variables of a VM that an actor has in an event (of one of its parts)."""
        if actor.sort == HOST or (event.scope.sort == HOST and not event.scope.all):
            return []
        if actor.sort == self.sort:
            return [actor.name]
        count = self.shapes[form].parts.get(actor.sort.name, 0)
        return [part_name(actor.name, part[1])] if part else [part_name(actor.name, j) for j in range(count)]

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
                when = self._when_host[e]
                if when is None or not when(step):
                    continue
                moved = self._move(self._host_part[e], step, self.host_vars, list(step.host))
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
            moved = self._move(self._vm_part[event][form][0], step, self.vm_vars[form], list(states))
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
                for when, tables in zip(self._when_vm[e][form], self._vm_part[e][form], strict=True):
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


__all__ = ["Compiled", "Step", "Test"]
