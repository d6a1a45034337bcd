"""Each event is asked once for each projection of host and VM on what it reads.

An event (of one VM: the event at one of its members) reads and moves few machines, and asks few of the guards' bits. What it
does to a host state and a VM is told by what these projections are, as a difference of numbers: a state is written as a number
with a digit for each machine, and a move changes some digits. So an event is asked some twenty times in place of once for each
view, and what it does to many VMs is worked out at once.

A *branch* is an event in one class of host states, with what all VMs together contribute to the bits that it asks, and where it
leads the host; its row in `Projected.to` says where it leads each VM that it can happen to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from model.notation.machines import Actor
from model.notation.terms import HOST, And, Every, Some, Sort, Term, all_of, machines_of, walk
from proofs.views.labelled.branches import STAYS, Asking, Branch, Contribution, Part, Sweep
from proofs.views.labelled.digits import NOWHERE, Classes, Digits, Ints, Small, TooWide, grown, reads_of
from proofs.views.labelled.label_kernel import lead, number, rehash
from proofs.world.compiled import Compiled
from proofs.world.layout import States, is_local
from proofs.world.predicates import Step, Table, Test

IMPOSSIBLE = np.iinfo(np.int64).min
"""Of a class of VMs to which an event cannot happen: no difference of two states is so far down."""
MOST_BITS = 12
"""Bits that one event may ask of all VMs together."""
_ROWS = 320
"""Rows for branches that are made at a time: each is as long as there are VM states."""


class Projected:
    """The steps of a slice (of VMs of one form) by projections. States have the numbers that `compiled` gives them.

    to[row, vm]: one more than the VM state that a branch leads to; 0: nowhere. own[row, vm]: what it contributes to some bits.
    new_branches: for each host state the branches it has got since they were last taken. Raises TooWide.
    """

    def __init__(self, compiled: Compiled) -> None:
        if len(compiled.shapes) > 1:
            raise TooWide("VMs of several forms")
        self.compiled = compiled
        self.host_digits, self.vm_digits = Digits(compiled.host_vars), Digits(compiled.vm_vars[0])
        self.host_numbers: dict[int, int] = {}
        self.codes = np.zeros(64, dtype=np.int64)
        self._table = np.full((256, 2), NOWHERE, dtype=np.int64)
        self._count = np.zeros(1, dtype=np.int64)
        self.states = np.zeros((64, len(compiled.vm_vars[0].names)), dtype=np.int16)
        self.filled = np.zeros(64, dtype=np.uint8)
        self.to = np.zeros((_ROWS, 64), dtype=np.int32)
        self.own = np.zeros((16, 64), dtype=np.int32)
        self.rows = self.own_rows = 0
        self.branches: list[Branch] = []
        self.new_branches: dict[int, list[int]] = {}
        self.contributions: dict[tuple[int, ...], Contribution] = {}
        self._host_classes: dict[tuple[int, ...], Classes] = {}
        self._vm_classes: dict[tuple[int, ...], Classes] = {}
        self._own_tests: list[tuple[bool, Test]] = []
        self._contributing: list[tuple[Contribution, int, int]] = []
        for every, _, tests in compiled.state_bits:
            self._own_tests.append((every, tests[0]))
        self.sweep_ends: dict[tuple[int, int], int] = {}
        self.askings: list[Asking] = []
        self.sweeps: list[Sweep] = []
        for e, event in enumerate(compiled.events):
            if is_local(event):
                self.askings += (self._asking(e, part) for part in compiled.members(event, 0))
            else:
                self.sweeps.append(self._sweep(e))
        starts = np.array([compiled.locals[vm][1] for vm in compiled.starts], dtype=np.int64)
        self.starts = self._vms_of(starts @ self.vm_digits.strides).tolist()

    # -- what there is ------------------------------------------------------------------------------------------------

    def _asking(self, e: int, part: tuple[Sort, int] | None) -> Asking:
        compiled = self.compiled
        event = compiled.events[e]
        names = [(a, name) for a in compiled.taking(event) for name in compiled.instances(a, event, 0, part)]
        hosts = [a for a in compiled.taking(event) if a.sort == HOST]
        said = compiled.expand_in(compiled.world.when[event.name], 0, part)
        terms = [said]
        for actor in hosts:
            terms += self._rows_of(actor, event.name, 0, part)
        for actor, name in names:
            terms += self._rows_of(actor, event.name, 0, _own(actor, name, part))
        reads = reads_of(compiled, terms, [*(a.name for a in hosts), *(name for _, name in names)])
        of_host, of_vm, rest = self._sorted(said)
        return Asking(
            e,
            compiled.test(rest, 0),
            compiled.test(of_host, 0),
            compiled.test(of_vm, 0),
            [Table(compiled, a, a.name, event, 0, part) for a in hosts],
            [Table(compiled, a, name, event, 0, part) for a, name in names],
            self.contribution(reads.bits),
            self.classes_of_hosts(reads.host),
            self.classes_of_vms(reads.vm),
        )

    def _sorted(self, guard: Term) -> tuple[Term, Term, Term]:
        """What a guard asks of the host alone, of the VM alone, and the rest."""
        found: tuple[list[Term], list[Term], list[Term]] = ([], [], [])
        host, vm = self.compiled.host_vars.at, self.compiled.vm_vars[0].at
        for part in guard.parts if isinstance(guard, And) else (guard,):
            names = machines_of(part)
            of_several = any(isinstance(one, (Every, Some)) for one in walk(part))
            found[2 if of_several else 0 if names <= host.keys() else 1 if names <= vm.keys() else 2].append(part)
        return all_of(*found[0]), all_of(*found[1]), all_of(*found[2])

    def _sweep(self, e: int) -> Sweep:
        compiled = self.compiled
        event = compiled.events[e]
        hosts = [a for a in compiled.taking(event) if a.sort == HOST]
        names = [(a, name) for a in compiled.taking(event) for name in compiled.instances(a, event, 0, None)]
        terms = [compiled.world.when[event.name]]
        for actor in hosts:
            terms += self._rows_of(actor, event.name, None, None)
        of_host = reads_of(compiled, terms, [a.name for a in hosts])
        bits, parts = set(of_host.bits), []
        for actor, name in names:
            reads = reads_of(compiled, self._rows_of(actor, event.name, 0, _own(actor, name, None)), [name])
            bits |= set(reads.bits)
            table = Table(compiled, actor, name, event, 0, None)
            parts.append(Part(table, self.classes_of_hosts(reads.host), self.classes_of_vms(reads.vm)))
        return Sweep(
            e,
            compiled.test(compiled.world.when[event.name]),
            [Table(compiled, a, a.name, event, None, None) for a in hosts],
            self.classes_of_hosts(of_host.host),
            parts,
            self.contribution(tuple(sorted(bits))),
        )

    def classes_of_hosts(self, places: tuple[int, ...]) -> Classes:
        """Host states that are alike in these places."""
        if places not in self._host_classes:
            self._host_classes[places] = Classes(places, self.host_digits)
        return self._host_classes[places]

    def classes_of_vms(self, places: tuple[int, ...]) -> Classes:
        """VM states that are alike in these places; it is known of which class each VM is that was met."""
        if places not in self._vm_classes:
            found = self._vm_classes[places] = Classes(places, self.vm_digits)
            found.known = np.zeros(len(self.codes), dtype=np.int32)
            if len(met := np.flatnonzero(self.filled)):
                found.known[met] = found.of(self.states[met])
        return self._vm_classes[places]

    def _rows_of(self, actor: Actor, event: str, form: int | None, part: tuple[Sort, int] | None) -> list[Term]:
        compiled = self.compiled
        rules = compiled.world.rules(actor, event)
        terms = [rule.when for found in rules.values() for rule in found]
        return terms if form is None else [compiled.expand_in(term, form, part) for term in terms]

    def contribution(self, bits: tuple[int, ...]) -> Contribution:
        """What VMs contribute to these bits. Raises TooWide."""
        if len(bits) > MOST_BITS:
            raise TooWide(f"an event asks {len(bits)} things of all VMs together")
        if bits not in self.contributions:
            compiled = self.compiled
            reads = reads_of(compiled, [compiled.expand_in(compiled.state_bits[k][1], 0) for k in bits])
            values = tuple(self.of_bits(bits, value) for value in range(1 << len(bits)))
            self.contributions[bits] = Contribution(
                bits, values, self.classes_of_hosts(reads.host), self.classes_of_vms(reads.vm)
            )
        return self.contributions[bits]

    def of_bits(self, bits: tuple[int, ...], value: int) -> int:
        """A contribution to some bits as one to all bits."""
        return sum(1 << k for i, k in enumerate(bits) if value >> i & 1)

    # -- hosts and VMs ------------------------------------------------------------------------------------------------

    def meet_host(self, host: int) -> None:
        """Get ready for a host state: it has its branches."""
        states = self.compiled.hosts[host]
        self.host_numbers[self.host_digits.number(states)] = host
        self.new_branches[host] = []
        kinds = {places: classes.of_one(states) for places, classes in self._host_classes.items()}
        for asking in self.askings:
            kind = kinds[tuple(asking.host.places)]
            if kind not in asking.hosts:
                asking.hosts[kind] = []
                if self._is_able(asking.of_host, asking.when_host, Step(states, (), 0), states):
                    asking.able_hosts.append(kind)
                    before = len(self.branches)
                    self._ask(asking, [kind], asking.able_vms)
                    self._lead_all(before)
            asking.hosts[kind].append(host)
            self.new_branches[host] += asking.of_class.get(kind, ())
        for sweep in self.sweeps:
            self._ask_sweep(sweep, host, kinds)

    def _ask_sweep(self, sweep: Sweep, host: int, kinds: Mapping[tuple[int, ...], int]) -> None:
        own, before = kinds[tuple(sweep.host.places)], len(self.branches)
        if own not in sweep.ends:
            sweep.ends[own] = list(self._ends(sweep, self.compiled.hosts[host]))
        if not sweep.ends[own]:
            return
        of_parts = tuple([kinds[tuple(part.host.places)] for part in sweep.parts])
        for value, change in sweep.ends[own]:
            key = (value, *of_parts)
            if key not in sweep.branches:
                sweep.branches[key] = self._branch(sweep, value, 0, bool(sweep.parts))
                self.branches[-1].kinds = of_parts
            self.sweep_ends[host, sweep.branches[key]] = self._host_moved(host, change)
            self.new_branches[host].append(sweep.branches[key])
        self._lead_all(before)

    def _ends(self, sweep: Sweep, states: States) -> Iterator[tuple[int, int]]:
        """The contributions with which a sweep can happen in a host state, and the difference that each makes to it."""
        for value, bits in enumerate(sweep.asks.values):
            step, states2 = Step(states, (), 0, bits), list(states)
            if sweep.when(step) and all(table.move(step, states2) for table in sweep.of_host):
                yield value, self.host_digits.change(states, states2)

    def host_after(self, host: int, branch: int) -> int:
        """Where a branch leads the host (met or not)."""
        if not self.branches[branch].asking.local:
            return self.sweep_ends[host, branch]
        return self._host_moved(host, self.branches[branch].host_change)

    def _host_moved(self, host: int, change: int) -> int:
        if not change:
            return host
        code = self.host_digits.number(self.compiled.hosts[host]) + change
        found = self.host_numbers.get(code)
        return self.compiled.host_id(self._host_states(code)) if found is None else found

    def _host_states(self, code: int) -> States:
        found = []
        for actor in self.compiled.host_vars.actors:
            code, digit = divmod(code, len(actor.states))
            found.append(digit)
        return tuple(found)

    def meet_vms(self, vms: Ints) -> None:
        """Get ready for VM states: it is known where each branch leads them, and what they contribute."""
        self.states[vms] = self.codes[vms][:, None] // self.vm_digits.strides % self.vm_digits.sizes
        self.filled[vms] = 1
        for classes in self._vm_classes.values():
            classes.known[vms] = classes.of(self.states[vms])
        before = len(self.branches)
        for asking in self.askings:
            new = [vm for vm in range(asking.asked, len(asking.vm.examples)) if self._is_able_vm(asking, vm)]
            asking.asked = len(asking.vm.examples)
            asking.able_vms += new
            self._ask(asking, asking.able_hosts, new)
        for branch in self.branches[:before]:
            self._lead(branch, vms)
        self._lead_all(before)
        for contribution, host, row in self._contributing:
            self._contribute(contribution, host, row, vms)

    @property
    def vms(self) -> int:
        """How many VM states have a number."""
        return int(self._count[0])

    def local(self, vm: int) -> int:
        """The number that `compiled` gives a VM state."""
        states = self.codes[vm] // self.vm_digits.strides % self.vm_digits.sizes
        return self.compiled.local_id(0, tuple(states.tolist()))

    def room(self, vms: int) -> None:
        """Room for so many VM states."""
        size = len(self.codes)
        if vms > size:
            more = max(vms, 4 * size) - size
            now = size + more
            self.codes, self.filled = grown(self.codes, now), grown(self.filled, now)
            self.states = grown(self.states, now, self.states.shape[1])
            self.to = grown(self.to, len(self.to), now, used=(self.rows, self._last_met()))
            self.own = grown(self.own, len(self.own), now, used=(self.own_rows, self._last_met()))
            table = np.full((1 << (2 * now - 1).bit_length(), 2), NOWHERE, dtype=np.int64)
            rehash(self._table, table)
            self._table = table
            for classes in self._vm_classes.values():
                classes.known = grown(classes.known, now)

    def _last_met(self) -> int:
        """One more than the last VM state that was met."""
        return int(np.flatnonzero(self.filled)[-1]) + 1 if self.filled.any() else 0

    # -- asking -------------------------------------------------------------------------------------------------------

    def _is_able(self, tables: Iterable[Table], when: Test, step: Step, states: States) -> bool:
        """Whether the machines of host or VM have rows for where they are, and are where the guard wants them. A machine that has none
        stands in the way, whatever else is so."""
        return all(table.knows(states) for table in tables) and when(step)

    def _is_able_vm(self, asking: Asking, vm: int) -> bool:
        own = asking.vm.examples[vm]
        return self._is_able(asking.of_vm, asking.when_vm, Step((), own, 0), own)

    def _ask(self, asking: Asking, hosts: Iterable[int], vms: Iterable[int]) -> None:
        """Ask an event about classes of host states and VMs to which it can happen at all; new branches come to the hosts that have
        them."""
        for vm in vms:
            for host in hosts:
                for value, bits in enumerate(asking.asks.values):
                    self._ask_one(asking, host, vm, value, bits)

    def _ask_one(self, asking: Asking, host: int, vm: int, value: int, bits: int) -> None:
        states, own = asking.host.examples[host], asking.vm.examples[vm]
        step = Step(states, own, 0, bits)
        if not asking.when(step):
            return
        states2, own2 = list(states), list(own)
        if not all(table.move(step, states2) for table in asking.of_host):
            return
        if not all(table.move(step, own2) for table in asking.of_vm):
            return
        key = (host, value, self.host_digits.change(states, states2))
        if key not in asking.branches:
            asking.branches[key] = self._branch(asking, value, key[2], True)
            asking.of_class.setdefault(host, []).append(asking.branches[key])
            for one in asking.hosts[host]:
                self.new_branches[one].append(asking.branches[key])
        self.branches[asking.branches[key]].change[vm] = self.vm_digits.change(own, own2)

    def _branch(self, asking: Asking | Sweep, value: int, host_change: int, moves: bool) -> int:
        row = STAYS
        if moves:
            row, self.rows = self.rows, self.rows + 1
            if self.rows > len(self.to):
                used = (self.rows - 1, self._last_met())
                self.to = grown(self.to, len(self.to) + _ROWS, self.to.shape[1], used=used)
        self.branches.append(Branch(asking, value, host_change, row))
        return len(self.branches) - 1

    def _lead_all(self, first: int) -> None:
        """Where branches from this one on lead all VMs that were met."""
        if first < len(self.branches):
            met = np.flatnonzero(self.filled)
            for branch in self.branches[first:]:
                self._lead(branch, met)

    def _lead(self, branch: Branch, vms: Ints) -> None:
        if branch.row == STAYS or not len(vms):
            return
        if isinstance(branch.asking, Sweep):
            parts = (self._of_part(branch, branch.asking, i, vms) for i in range(len(branch.kinds)))
            self.to[branch.row, vms] = self._vms_of(self.codes[vms] + sum(parts, np.zeros(len(vms), np.int64))) + 1
            return
        told = np.full(len(branch.asking.vm.examples), IMPOSSIBLE, dtype=np.int64)
        for kind, by in branch.change.items():
            told[kind] = by
        while not lead(vms, branch.asking.vm.known, told, self.codes, self._table, self._count, self.to[branch.row]):
            self.room(2 * len(self.codes))

    def _of_part(self, branch: Branch, sweep: Sweep, i: int, vms: Ints) -> Ints:
        """What one machine of the VMs adds to their numbers in a sweep."""
        part, kinds = sweep.parts[i], sweep.parts[i].vm.known[vms]
        told = np.zeros(len(part.vm.examples), dtype=np.int64)
        for kind in _different(kinds):
            if (i, kind) not in branch.moved:
                own = part.vm.examples[kind]
                states = part.host.examples[branch.kinds[i]]
                moved = list(own)
                if not part.table.move(Step(states, own, 0, sweep.asks.values[branch.value]), moved):
                    raise ValueError(f"{self.compiled.events[sweep.event].name} waits for a single VM")
                branch.moved[i, kind] = self.vm_digits.change(own, moved)
            told[kind] = branch.moved[i, kind]
        return told[kinds]

    def _vms_of(self, codes: Ints) -> Small:
        """The numbers of VM states, new ones for those that have none."""
        found = np.empty(len(codes), dtype=np.int32)
        while not number(codes, self.codes, self._table, self._count, found):
            self.room(2 * len(self.codes))
        return found

    # -- what VMs contribute ------------------------------------------------------------------------------------------

    def own_row(self, contribution: Contribution, host: int) -> int:
        """The row of `own` for a host state; NOWHERE: no bits are asked."""
        if not contribution.bits:
            return NOWHERE
        kind = contribution.host.of_one(self.compiled.hosts[host])
        if kind not in contribution.rows:
            row, self.own_rows = self.own_rows, self.own_rows + 1
            if self.own_rows > len(self.own):
                used = (self.own_rows - 1, self._last_met())
                self.own = grown(self.own, 2 * len(self.own), self.own.shape[1], used=used)
            contribution.rows[kind] = row
            self._contributing.append((contribution, kind, row))
            known = np.flatnonzero(self.filled)
            if len(known):
                self._contribute(contribution, kind, row, known)
        return contribution.rows[kind]

    def _contribute(self, contribution: Contribution, host: int, row: int, vms: Ints) -> None:
        kinds = contribution.vm.known[vms]
        states = contribution.host.examples[host]
        told = np.zeros(len(contribution.vm.examples), dtype=np.int32)
        for kind in _different(kinds):
            step = Step(states, contribution.vm.examples[kind], 0)
            for i, k in enumerate(contribution.bits):
                every, test = self._own_tests[k]
                told[kind] |= (test(step) != every) << i
        self.own[row, vms] = told[kinds]


def _different(kinds: Small) -> list[int]:
    """The numbers that occur, in order: small ones, so that they need not be sorted."""
    found: list[int] = np.flatnonzero(np.bincount(kinds)).tolist()
    return found


def _own(actor: Actor, name: str, part: tuple[Sort, int] | None) -> tuple[Sort, int] | None:
    """Which part a machine's guards are about: itself, where it belongs to one."""
    return (actor.sort, int(name.split("#")[1])) if "#" in name else part
