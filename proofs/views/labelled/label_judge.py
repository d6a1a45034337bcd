"""What a labelled closed set shows: for a term, the columns in which some state, or some step, made of its views fulfils it.

As in `fulfilment.py`: what VMs contribute to what a term asks of all VMs is joined, and the term is asked about what is joined; here
everything that is joined carries its columns. What neither reads a VM nor asks about VMs is decided by the host's steps alone.
A term may tell configurations apart that no guard does: a VM contributes what any of its variants does (`variants.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import numpy as np

from model.notation.events import Event
from model.notation.terms import Every, Some, Term, machines_of, speaks_of_a_step, walk
from proofs.views.labelled.branches import STAYS
from proofs.views.labelled.digits import VmClasses
from proofs.views.labelled.label_kernel import Ints, Small
from proofs.views.labelled.labels import Labelled
from proofs.views.variants import Variants
from proofs.world.compiled import Compiled
from proofs.world.layout import is_local
from proofs.world.predicates import Step, Test
from proofs.world.terms import of_event
from proofs.world.world import fold

Kinds = dict[int, int]
"""What VMs contribute, with the columns in which one does."""


def joint_kinds(kinds: Mapping[int, int]) -> Kinds:
    """What one or more VMs of these kinds contribute together, with the columns in which they can."""
    found: Kinds = {}
    for kind, label in kinds.items():
        for other, known in list(found.items()):
            if both := known & label:
                found[kind | other] = found.get(kind | other, 0) | both
        found[kind] = found.get(kind, 0) | label
    return found


class Judging:
    """What the views of a closed set show, term by term. The terms are those that the slice was prepared for."""

    def __init__(self, closed: Labelled) -> None:
        self.closed, self.compiled, self.steps = closed, closed.compiled, closed.steps
        self.states = self.steps.states[: self.steps.met]
        self._classes: dict[tuple[tuple[int, ...], Term | None], tuple[VmClasses, list[Small]]] = {}
        self._puts: dict[Term, list[list[list[int]]]] = {}
        self.vms: dict[int, Ints] = {}
        self.labels: dict[int, Small] = {}
        for host in closed.places:
            rows = closed.rows(host)
            if len(rows):
                self.vms[host] = closed.views.vms[rows].astype(np.int64)
                self.labels[host] = closed.labels_of(host, rows)

    @cached_property
    def taken(self) -> dict[int, list[tuple[int, int, int, int]]]:
        """By event: host state, host state afterwards, place among its branches, and the columns in which it is taken."""
        found: dict[int, list[tuple[int, int, int, int]]] = {}
        for host, place in self.closed.places.items():
            for i in np.flatnonzero(place.fired).tolist():
                event = self.steps.branches[place.numbers[i]].asking.event
                label = self.closed.labels.label(int(place.fired[i]))
                found.setdefault(event, []).append((host, int(place.branches[i, 1]), i, label))
        return found

    def of_states(self, term: Term, asked: int) -> int:
        """The columns among those asked in which some state made of the views fulfils a term about states."""
        return _OfStates(self, term).found(asked)

    def of_steps(self, term: Term, asked: int) -> int:
        """The columns among those asked in which some step fulfils a term about steps."""
        found = 0
        for e, test in self.compiled.step_tests(term).items():
            if e in self.taken and asked & ~found:
                found |= _OfSteps(self, term, e, test).found(asked & ~found)
        return found

    @cached_property
    def _constant(self) -> list[int]:
        """The places of machines whose states are put in (`variants.py`)."""
        return [self.compiled.vm_vars[0].at[name] for name in self.compiled.stand_ins.constant[0]]

    @cached_property
    def _configured(self) -> tuple[Small, list[int]]:
        """How each VM is configured, as a number; and for each such number a VM."""
        config = VmClasses(self._constant, self.steps.vm_digits).of(self.states)
        return config, np.unique(config, return_index=True)[1].tolist()

    def _put(self, term: Term) -> list[list[list[int]]]:
        """For each number of `_configured`, the configurations that a term tells apart of those for which it stands."""
        if term not in self._puts:
            variants = Variants(self.compiled, term)
            of = (variants.of(self.steps.local(vm)) for vm in self._configured[1])
            self._puts[term] = [[[self.compiled.locals[v][1][i] for i in self._constant] for v in vms] for vms in of]
        return self._puts[term]

    def classes(self, places: tuple[int, ...], term: Term) -> tuple[VmClasses, list[Small]]:
        """VMs that are alike in these places; and for each variant that a term tells apart, the class of every VM (-1: it has fewer).
        What is read alike is worked out once."""
        varied = bool(self.steps.met) and not set(self._constant).isdisjoint(places)
        key = (places, term if varied else None)
        if key not in self._classes:
            found = VmClasses(places, self.steps.vm_digits)
            kinds = list(self._kinds(found, term)) if varied else [found.of(self.states)]
            self._classes[key] = found, kinds
        return self._classes[key]

    def _kinds(self, classes: VmClasses, term: Term) -> Iterator[Small]:
        (config, _), puts = self._configured, self._put(term)
        for j in range(max(map(len, puts))):
            has = np.array([len(put) > j for put in puts])[config]
            filled = np.array([put[min(j, len(put) - 1)] for put in puts], dtype=np.int16)[config]
            states = self.states.copy()
            states[:, self._constant] = filled
            found = np.full(len(states), -1, dtype=np.int32)
            found[has] = classes.of(states[has])
            yield found

    def grouped(self, kinds: Ints, labels: Small, within: int) -> Kinds:
        """The columns in which each kind occurs (what is below 0 is none)."""
        found = {kind: label & within for kind, label in self.closed.labels.gathered(kinds, labels)}
        return {kind: label for kind, label in found.items() if label}


class _Asked:
    """What a term asks of VMs: bits of states, and of an event's steps, and what they read. kinds: for each variant the class
    of every VM, as far as the term reads it (-1: the VM has fewer variants)."""

    def __init__(self, judging: Judging, term: Term, said: Term, event: Event | None, more: Iterable[int] = ()) -> None:
        compiled = judging.compiled
        self.judging, self.compiled, self.said = judging, compiled, said
        self.name = "" if event is None else event.name
        bodies = {
            (isinstance(part, Every), part.body)
            for part in walk(said)
            if isinstance(part, (Every, Some)) and part.sort == compiled.sort
        }
        own = [k for k, (every, body, _) in enumerate(compiled.state_bits) if (every, body) in bodies]
        self.before = sorted({*own, *more})
        self.after = own if event is not None else []
        of_event = enumerate(compiled.step_bits.get(self.name, [])) if event is not None else ()
        self.of_step = [k for k, (every, body, _) in of_event if (every, body) in bodies and speaks_of_a_step(body)]
        self.asks_vms = bool(bodies)
        told = [compiled.expand_in(body, 0) for _, body in bodies]
        told += [compiled.expand_in(compiled.state_bits[k][1], 0) for k in self.before]
        names = machines_of(said).union(*map(machines_of, told))
        host, vm = compiled.host_vars.at, compiled.vm_vars[0].at
        self.host = judging.steps.classes_of_hosts(tuple(sorted(host[n] for n in names if n in host)))
        self.kinds: list[Small] = []
        if self.asks_vms:
            self.vm, self.kinds = judging.classes(tuple(sorted(vm[n] for n in names if n in vm)), term)
        self._known: dict[tuple[int, ...], int] = {}
        self._hosts: dict[int, int] = {}

    def kind_of_host(self, host: int) -> int:
        if host not in self._hosts:
            self._hosts[host] = self.host.of(self.compiled.hosts[host])
        return self._hosts[host]

    def told(self, host: int, host2: int, vm: int, vm2: int, here: bool) -> int:
        """What a VM of a class contributes, before, after, and to the step, side by side. host2: -1 where nothing happens."""
        key = (self.kind_of_host(host), self.kind_of_host(host2) if host2 >= 0 else -1, vm, vm2, int(here))
        if key not in self._known:
            self._known[key] = self._told(host, host2, self.vm.examples[vm], self.vm.examples[vm2], here)
        return self._known[key]

    def _told(self, host: int, host2: int, vm: tuple[int, ...], vm2: tuple[int, ...], here: bool) -> int:
        compiled, found, at = self.compiled, 0, 0
        states = compiled.hosts[host]
        step = Step(states, vm, 0)
        for k in self.before:
            every, _, tests = compiled.state_bits[k]
            found |= (tests[0](step) != every) << at
            at += 1
        if host2 >= 0:
            step = Step(compiled.hosts[host2], vm2, 0)
            for k in self.after:
                every, _, tests = compiled.state_bits[k]
                found |= (tests[0](step) != every) << at
                at += 1
            step = Step(states, vm, 0, 0, compiled.hosts[host2], vm2, 0, 0, self.name, here)
            for k in self.of_step:
                every, _, tests = compiled.step_bits[self.name][k]
                found |= (tests[0](step) != every) << at
                at += 1
        return found

    def snapshot(self, host: int, host2: int, joined: int) -> Step:
        """What the term is asked of, where VMs together contribute so much."""
        compiled, bits, after, of_step = self.compiled, 0, 0, 0
        for k in self.before:
            bits, joined = bits | (joined & 1) << k, joined >> 1
        for k in self.after:
            after, joined = after | (joined & 1) << k, joined >> 1
        for k in self.of_step:
            of_step, joined = of_step | (joined & 1) << k, joined >> 1
        if host2 < 0:
            return Step(compiled.hosts[host], (), 0, bits)
        return Step(compiled.hosts[host], (), 0, bits, compiled.hosts[host2], (), after, of_step, self.name)


class _OfStates:
    def __init__(self, judging: Judging, term: Term) -> None:
        self.judging, self.test = judging, judging.compiled.state_test(term)
        self.asked = _Asked(judging, term, fold(term, judging.compiled.world.reach), None)

    def found(self, asked: int) -> int:
        found = 0
        for host, vms in self.judging.vms.items():
            labels = self.judging.labels[host]
            if asked & ~found:
                found |= self._of_host(host, vms, labels, asked & ~found)
        return found

    def _of_host(self, host: int, vms: Ints, labels: Small, asked: int) -> int:
        if not self.asked.asks_vms:
            return self.judging.closed.labels.any_of(labels) & asked if self._holds(host, 0) else 0
        kinds: Kinds = {}
        for of_vm in self.asked.kinds:
            classes = of_vm[vms].astype(np.int64)
            for kind, label in self.judging.grouped(classes, labels, asked).items():
                told = self.asked.told(host, -1, kind, kind, True)
                kinds[told] = kinds.get(told, 0) | label
        return _union(label for joined, label in joint_kinds(kinds).items() if self._holds(host, joined))

    def _holds(self, host: int, joined: int) -> bool:
        return self.test(self.asked.snapshot(host, -1, joined))


class _OfSteps:
    """A term about the steps of one event."""

    def __init__(self, judging: Judging, term: Term, e: int, test: Test) -> None:
        compiled: Compiled = judging.compiled
        event = compiled.events[e]
        self.judging, self.compiled, self.e, self.test = judging, compiled, e, test
        said = of_event(compiled.world, fold(term, compiled.world.reach), event)
        of_vms = [a.asks.bits for a in judging.steps.askings if a.event == e]
        of_all = [a.asks.bits for a in judging.steps.sweeps if a.event == e]
        self.more = sorted({k for bits in (*of_vms, *of_all) for k in bits})
        self.asked = _Asked(judging, term, said, event, self.more)
        self.local = is_local(event)
        self.everybody = compiled.for_all[e]
        self._fits: dict[tuple[int, int, int], bool] = {}
        self._moved: dict[tuple[int, int], list[tuple[Ints, Ints]]] = {}

    def found(self, asked: int) -> int:
        found = 0
        for host, host2, i, label in self.judging.taken[self.e]:
            left = asked & label & ~found
            if left:
                found |= self._of_branch(host, host2, i, left)
        return found

    def _of_branch(self, host: int, host2: int, i: int, left: int) -> int:
        if not self.asked.asks_vms:
            return left if self._holds(host, host2, 0) else 0
        judging = self.judging
        place = judging.closed.places[host]
        branch = judging.steps.branches[place.numbers[i]]
        row, own_row = branch.row, int(place.branches[i, 4])
        vms, labels = judging.vms[host], judging.labels[host]
        base = judging.closed.labels.label(int(place.taken[i])) & left
        if own_row >= 0:
            fits = (judging.steps.told(own_row, vms) & ~branch.value) == 0
            vms, labels = vms[fits], labels[fits]
        value = judging.steps.of_bits(branch.asking.asks.bits, branch.value)
        wanted = [(value >> k & 1) for k in branch.asking.asks.bits]
        self._want = [(self.asked.before.index(k), w) for k, w in zip(branch.asking.asks.bits, wanted, strict=True)]
        if not self.local:
            together = self._kinds(host, host2, row if self.everybody else STAYS, vms, labels, self.everybody, base)
            return _union(label for kind, label in joint_kinds(together).items() if self._fulfils(host, host2, kind))
        own = self._kinds(host, host2, row, vms, labels, True, base)
        found = _union(label for kind, label in own.items() if self._fulfils(host, host2, kind))
        if not base & ~found:
            return found
        others = joint_kinds(self._kinds(host, host2, STAYS, vms, labels, False, base))
        for kind, label in own.items():
            for other, known in others.items():
                if (both := label & known & ~found) and self._fulfils(host, host2, kind | other):
                    found |= both
        return found

    def _kinds(self, host: int, host2: int, row: int, vms: Ints, labels: Small, here: bool, within: int) -> Kinds:
        """What VMs contribute that move as a branch leads them, or stay."""
        if row != STAYS:
            to = self.judging.steps.vms.to[row, vms] - 1
            goes = to >= 0
            vms, labels, to = vms[goes], labels[goes], to[goes].astype(np.int64)
        else:
            to = vms
        kinds: Kinds = {}
        for of_vm in self.asked.kinds:
            one, two = of_vm[vms].astype(np.int64), of_vm[to].astype(np.int64)
            both = np.where((one >= 0) & (two >= 0), one << 32 | two, -1)
            for pair, label in self.judging.grouped(both, labels, within).items():
                told = self.asked.told(host, host2, pair >> 32, pair & 0xFFFFFFFF, here)
                kinds[told] = kinds.get(told, 0) | label
        return kinds

    def _fulfils(self, host: int, host2: int, joined: int) -> bool:
        if any((joined >> at & 1) != wanted for at, wanted in self._want):
            return False  # these VMs together do not contribute what the step was taken with
        return self._holds(host, host2, joined)

    def _holds(self, host: int, host2: int, joined: int) -> bool:
        key = (self.asked.kind_of_host(host), self.asked.kind_of_host(host2), joined)
        if key not in self._fits:
            self._fits[key] = self.test(self.asked.snapshot(host, host2, joined))
        return self._fits[key]


def _union(labels: Iterable[int]) -> int:
    found = 0
    for label in labels:
        found |= label
    return found
