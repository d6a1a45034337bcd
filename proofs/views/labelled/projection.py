"""Each event is asked once for each projection of host and VM on what it reads.

An event (of one VM: the event at one of its members) reads and moves few machines, and asks few of the guards' bits. What it
does to a host state and a VM is told by what these projections are, as a difference of numbers: a state is written as a number
with a digit for each machine, and a move changes some digits. So an event is asked some twenty times in place of once for each
view, and what it does to many VMs is worked out at once.

A *branch* is an event in one class of host states, with what all VMs together contribute to the bits that it asks, and where it
leads the host; its row in `Vms.to` says where it leads each VM that it can happen to. That is worked out when a VM is there that it
happens to, from what is told of the VM's classes: most branches meet few of the VMs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from model.notation.machines import Actor
from model.notation.terms import HOST, And, Every, Some, Sort, Term, all_of, machines_of, walk
from proofs.views.labelled.branches import STAYS, Asking, Branch, Contribution, OfHosts, OfVms, Part, Sweep, Told
from proofs.views.labelled.digits import NOWHERE, Digits, HostClasses, TooWide, VmClasses, grown, reads_of
from proofs.views.labelled.label_kernel import IMPOSSIBLE, Ints, Vms, number, rehash
from proofs.world.compiled import Compiled
from proofs.world.layout import States, is_local
from proofs.world.predicates import Step, Table, Test

MOST_BITS = 12
"""Bits that one event may ask of all VMs together."""
_ROWS = 320
"""Rows that are made at a time."""


class Projected:
    """The steps of a slice (of VMs of one form) by projections. States have the numbers that `compiled` gives them.

    vms: VM states, and what is told of them. met: how many of them it is told of; the others wait for `meet_vms`. new_branches: for
    each host state the branches it has got since they were last taken. Raises TooWide.
    """

    def __init__(self, compiled: Compiled) -> None:
        if len(compiled.shapes) > 1:
            raise TooWide("VMs of several forms")
        self.compiled = compiled
        self.host_digits, self.vm_digits = Digits(compiled.host_vars), Digits(compiled.vm_vars[0])
        self._host_numbers: dict[int, int] = {}
        self._host_codes: dict[int, int] = {}
        self.states = np.zeros((0, len(compiled.vm_vars[0].names)), dtype=np.int16)
        self.met = 0
        self.count = np.zeros(1, dtype=np.int64)
        self.branches: list[Branch] = []
        self.new_branches: dict[int, list[int]] = {}
        self.contributions: dict[tuple[int, ...], Contribution] = {}
        self._host_classes: dict[tuple[int, ...], HostClasses] = {}
        self._vm_classes: dict[tuple[int, ...], VmClasses] = {}
        self._own_tests: list[tuple[bool, Test]] = []
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
        self._of_hosts: dict[HostClasses, OfHosts] = {}
        self._of_vms: dict[VmClasses, OfVms] = {}
        for asking in self.askings:
            self._of_hosts.setdefault(asking.host, OfHosts()).askings.append(asking)
            self._of_vms.setdefault(asking.vm, OfVms()).askings.append(asking)
        for sweep in self.sweeps:
            self._of_hosts.setdefault(sweep.host, OfHosts()).sweeps.append(sweep)
        self._told: list[Told] = []
        classes = np.zeros((len(self._vm_classes), 0), dtype=np.int32)
        self.vms = Vms(
            np.zeros(0, np.int64), np.full((2, 2), NOWHERE, np.int64), classes, np.zeros((0, 0), np.int64),
            np.zeros(0, np.int32), np.zeros((_ROWS, 0), np.int32), np.zeros(1, np.int32), np.zeros(0, np.int32),
        )  # fmt: skip
        self.room()

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
            compiled.test(self._sorted(compiled.world.when[event.name])[0]),
            [Table(compiled, a, a.name, event, None, None) for a in hosts],
            self.classes_of_hosts(of_host.host),
            parts,
            self.contribution(tuple(sorted(bits))),
        )

    def classes_of_hosts(self, places: tuple[int, ...]) -> HostClasses:
        """Host states that are alike in these places."""
        if places not in self._host_classes:
            self._host_classes[places] = HostClasses(places, self.host_digits)
        return self._host_classes[places]

    def classes_of_vms(self, places: tuple[int, ...]) -> VmClasses:
        """VM states that are alike in these places; it is known of which class each VM is that was met."""
        if places not in self._vm_classes:
            self._vm_classes[places] = VmClasses(places, self.vm_digits, len(self._vm_classes))
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
        states, new = self.compiled.hosts[host], list[int]()
        self.new_branches[host] = new
        kinds = {classes: classes.of(states) for classes in self._host_classes.values()}
        for classes, of_hosts in self._of_hosts.items():
            kind = kinds[classes]
            if kind not in of_hosts.met:
                of_hosts.met[kind], of_hosts.branches[kind] = [], []
                self._ask_kind(of_hosts, kind, states)
            of_hosts.met[kind].append(host)
            new += of_hosts.branches[kind]
            for sweep, found in of_hosts.ends[kind]:
                self._ask_sweep(sweep, found, host, kinds)

    def _ask_kind(self, of_hosts: OfHosts, kind: int, states: States) -> None:
        """Ask events about a class of host states that is new."""
        step = Step(states, (), 0)
        for asking in of_hosts.askings:
            if self._is_able(asking.of_host, asking.when_host, step, states):
                asking.able_hosts.append(kind)
                self._ask(asking, [kind], asking.able_vms)
        ends = ((sweep, list(self._ends(sweep, states))) for sweep in of_hosts.sweeps)
        of_hosts.ends[kind] = [(sweep, found) for sweep, found in ends if found]

    def _ask_sweep(
        self, sweep: Sweep, ends: Sequence[tuple[int, int]], host: int, kinds: Mapping[HostClasses, int]
    ) -> None:
        of_parts = tuple([kinds[part.host] for part in sweep.parts])
        for value, change in ends:
            key = (value, *of_parts)
            if key not in sweep.branches:
                rows = [self._row_of_part(sweep, i, kind, value) for i, kind in enumerate(of_parts)]
                sweep.branches[key] = self._branch(sweep, value, 0, rows)
            self.sweep_ends[host, sweep.branches[key]] = self._host_moved(host, change)
            self.new_branches[host].append(sweep.branches[key])

    def _ends(self, sweep: Sweep, states: States) -> Iterator[tuple[int, int]]:
        """The contributions with which a sweep can happen in a host state, and the difference that each makes to it."""
        if not self._is_able(sweep.of_host, sweep.when_host, Step(states, (), 0), states):
            return
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
        if host not in self._host_codes:
            self._host_codes[host] = self.host_digits.number(self.compiled.hosts[host])
        code = self._host_codes[host] + change
        found = self._host_numbers.get(code)
        if found is None:
            found = self._host_numbers[code] = self.compiled.host_id(self._host_states(code))
            self._host_codes[found] = code
        return found

    def _host_states(self, code: int) -> States:
        found = []
        for actor in self.compiled.host_vars.actors:
            code, digit = divmod(code, len(actor.states))
            found.append(digit)
        return tuple(found)

    def meet_vms(self) -> None:
        """Get ready for the VM states that were not met: it is told where each branch leads them, and what they contribute."""
        new = slice(self.met, int(self.count[0]))
        if len(self.states) < len(self.vms.codes):
            self.states = grown(self.states, len(self.vms.codes), self.states.shape[1])
        self.states[new] = self.vms.codes[new, None] // self.vm_digits.strides % self.vm_digits.sizes
        self.met = new.stop
        for classes in self._vm_classes.values():
            self.vms.known[classes.number, new] = classes.of(self.states[new])
        self._widen()
        for row, told in enumerate(self._told):
            self._tell(row, told)
        for classes, of_vms in self._of_vms.items():
            for kind in range(of_vms.asked, len(classes.examples)):
                own = classes.examples[kind]
                step = Step((), own, 0)
                for asking in of_vms.askings:
                    if self._is_able(asking.of_vm, asking.when_vm, step, own):
                        asking.able_vms.append(kind)
                        self._ask(asking, asking.able_hosts, [kind])
            of_vms.asked = len(classes.examples)

    def local(self, vm: int) -> int:
        """The number that `compiled` gives a VM state that was met."""
        return self.compiled.local_id(0, tuple(self.states[vm].tolist()))

    def number(self, states: States) -> int:
        """The number of a VM state."""
        code = self.vm_digits.number(states)
        while (found := number(code, self.vms, self.count)) < 0:
            self.room()
        return found

    def is_full(self) -> bool:
        """Whether there is no room for another VM state."""
        return int(self.count[0]) == len(self.vms.codes)

    def room(self) -> None:
        """Room for twice as many VM states."""
        vms, now = self.vms, max(1024, 2 * len(self.vms.codes))
        table = np.full((2 * now, 2), NOWHERE, dtype=np.int64)
        rehash(vms.table, table)
        self.vms = vms._replace(
            codes=grown(vms.codes, now),
            table=table,
            known=grown(vms.known, len(vms.known), now),
            to=grown(vms.to, len(vms.to), now, used=(len(vms.begins) - 1, vms.to.shape[1])),
        )

    # -- what is told of VMs ------------------------------------------------------------------------------------------

    def _row(self, told: Told) -> int:
        """A row of `told`, filled as far as classes are known."""
        row, vms = len(self._told), self.vms
        self._told.append(told)
        if row == len(vms.told):
            now = row + _ROWS
            self.vms = vms._replace(
                told=grown(vms.told, now, vms.told.shape[1], fill=IMPOSSIBLE), classes=grown(vms.classes, now)
            )
        self.vms.classes[row] = told.classes.number
        self._tell(row, told)
        return row

    def _tell(self, row: int, told: Told) -> None:
        if told.of is not None:
            for kind in range(told.known, len(told.classes.examples)):
                self.vms.told[row, kind] = told.of(told.classes.examples[kind])
            told.known = len(told.classes.examples)

    def _widen(self) -> None:
        """Room for what is told of every class."""
        most, vms = max((len(classes.examples) for classes in self._vm_classes.values()), default=0), self.vms
        if most > vms.told.shape[1]:
            self.vms = vms._replace(told=grown(vms.told, len(vms.told), 2 * most, fill=IMPOSSIBLE))

    # -- asking -------------------------------------------------------------------------------------------------------

    def _is_able(self, tables: Iterable[Table], when: Test, step: Step, states: States) -> bool:
        """Whether the machines of host or VM have rows for where they are, and are where the guard wants them. A machine that has none
        stands in the way, whatever else is so."""
        for table in tables:
            if not table.knows(states):
                return False
        return when(step)

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
            asking.branches[key] = self._branch(asking, value, key[2], [self._row(Told(asking.vm))])
            of_hosts = self._of_hosts[asking.host]
            of_hosts.branches[host].append(asking.branches[key])
            for one in of_hosts.met[host]:
                self.new_branches[one].append(asking.branches[key])
        row = self.branches[asking.branches[key]].row
        self.vms.told[self.vms.rows[self.vms.begins[row]], vm] = self.vm_digits.change(own, own2)

    def _branch(self, asking: Asking | Sweep, value: int, host_change: int, rows: Sequence[int]) -> int:
        """A new branch; rows: of `told`, what adds to the VMs' codes (none: all stay)."""
        at, vms = STAYS, self.vms
        if rows:
            at = len(vms.begins) - 1
            begins = np.append(vms.begins, np.int32(vms.begins[-1] + len(rows)))
            self.vms = vms._replace(begins=begins, rows=np.append(vms.rows, np.array(rows, dtype=np.int32)))
            if at == len(vms.to):
                self.vms = self.vms._replace(to=grown(vms.to, at + _ROWS, vms.to.shape[1]))
        self.branches.append(Branch(asking, value, host_change, at))
        return len(self.branches) - 1

    def _row_of_part(self, sweep: Sweep, i: int, host: int, value: int) -> int:
        """The row of `told` that says what one machine of the VMs adds to their codes in a sweep."""
        if (i, host, value) not in sweep.rows:
            part = sweep.parts[i]
            states, bits = part.host.examples[host], sweep.asks.values[value]

            def moved(own: States) -> int:
                own2 = list(own)
                if not part.table.move(Step(states, own, 0, bits), own2):
                    raise ValueError(f"{self.compiled.events[sweep.event].name} waits for a single VM")
                return self.vm_digits.change(own, own2)

            sweep.rows[i, host, value] = self._row(Told(part.vm, moved))
        return sweep.rows[i, host, value]

    # -- what VMs contribute ------------------------------------------------------------------------------------------

    def own_row(self, contribution: Contribution, host: int) -> int:
        """The row of `told` for a host state; NOWHERE: no bits are asked."""
        if not contribution.bits:
            return NOWHERE
        kind = contribution.host.of(self.compiled.hosts[host])
        if kind not in contribution.rows:
            states = contribution.host.examples[kind]
            tests = [self._own_tests[k] for k in contribution.bits]

            def contributed(own: States) -> int:
                step = Step(states, own, 0)
                return sum((test(step) != every) << i for i, (every, test) in enumerate(tests))

            contribution.rows[kind] = self._row(Told(contribution.vm, contributed))
        return contribution.rows[kind]

    def told(self, row: int, vms: Ints) -> Ints:
        """What a row of `told` says of VMs that were met."""
        found: Ints = self.vms.told[row, self.vms.known[self.vms.classes[row], vms]]
        return found


def _own(actor: Actor, name: str, part: tuple[Sort, int] | None) -> tuple[Sort, int] | None:
    """Which part a machine's guards are about: itself, where it belongs to one."""
    return (actor.sort, int(name.split("#")[1])) if "#" in name else part
