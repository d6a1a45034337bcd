"""The labelled closure as it is written down: the reference that the fast one is held against.

The rules of `saturation.py`, each fact with the columns in which it is so. What takes part in a step is joined by *and*: the VM
that moves, what all VMs together contribute, the event, and who stands by. Ways to the same view are joined by *or*.
"""

from __future__ import annotations

from collections.abc import Mapping

from proofs.world.compiled import Compiled

Labels = dict[int, int]


class PlainlyLabelled:
    """at: by host state and VM state the columns in which the view is reachable. See `labelled.Labelled`."""

    def __init__(self, compiled: Compiled, columns: int, allowed: Mapping[str, int], starting: int) -> None:
        self.compiled = compiled
        everywhere = (1 << columns) - 1
        self.allowed = [allowed.get(event.name, everywhere) for event in compiled.events]
        self.at: dict[int, Labels] = {}
        self._waiting: list[int] = []
        for host in compiled.start_hosts:
            for vm in compiled.starts:
                self._put(host, vm, starting)
        while self._waiting:
            self._hand_on(self._waiting.pop())

    def _put(self, host: int, vm: int, label: int) -> None:
        here = self.at.setdefault(host, {})
        if label & ~here.get(vm, 0):
            here[vm] = here.get(vm, 0) | label
            if host not in self._waiting:
                self._waiting.append(host)

    def masks(self, host: int) -> Labels:
        """What VMs may contribute together, one or more of them, with the columns in which they can."""
        found: Labels = {}
        for vm, label in self.at[host].items():
            own = self._guards(host, vm)
            for mask, known in list(found.items()):
                found[mask | own] = found.get(mask | own, 0) | self.both(known, label)
            found[own] = found.get(own, 0) | label
        return found

    def _guards(self, host: int, vm: int) -> int:
        return self.compiled.bits_of_all(host, (vm,)) & self.compiled.guard_bits

    def both(self, one: int, other: int) -> int:
        """The columns in which two things are so that take part in one step."""
        return one & other

    def _hand_on(self, host: int) -> None:
        compiled, here = self.compiled, dict(self.at[host])
        for mask, known in self.masks(host).items():
            able = {vm: self.both(label, known) for vm, label in here.items() if not self._guards(host, vm) & ~mask}
            for event, host2 in compiled.host_steps(host, mask):
                for vm, label in able.items():
                    vm2 = compiled.all_step(event, host, mask, vm) if compiled.for_all[event] else vm
                    self._put(host2, vm2, self.both(label, self.allowed[event]))
            caused: Labels = {}
            for vm, label in able.items():
                for event, host2, vm2 in compiled.vm_steps(host, mask, vm):
                    moved = self.both(label, self.allowed[event])
                    self._put(host2, vm2, moved)
                    self.cause(caused, host2, moved)
            for host2, moved in caused.items():
                for vm, label in able.items():
                    self._put(host2, vm, self.both(label, moved))

    def cause(self, caused: Labels, host2: int, moved: int) -> None:
        """Note that single VMs lead the host there in these columns: the union over all of them."""
        caused[host2] = caused.get(host2, 0) | moved
