"""Steps out of sets of tuples: whether one of them fulfils a term."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from proofs.many_vms.levels import Label, Tuples, entries_of
from proofs.many_vms.rules import Rules
from proofs.many_vms.tallies import masks_of_levels
from proofs.world.predicates import Step, Test


@dataclass(frozen=True)
class Taken:
    """An event that leads from one state of the host to another, where all VMs together contribute `mask` to the bits that
    its guards ask. becomes: what it makes of the entries. needed: the bits that the term reads.

    What a VM contributes to the step is one number: bits before, bits after and bits of the step side by side, above a bit
    that says that the event happens to this VM alone.
    """

    rules: Rules
    event: int
    host: int
    host2: int
    mask: int
    needed: int
    becomes: Mapping[int, Label]
    _known: dict[Label, frozenset[int]] = field(default_factory=dict)

    def fulfils(self, test: Test, tuples: Tuples, levels: Sequence[Label]) -> bool:
        """Whether the step fulfils a term, out of some tuple with an entry of each level."""
        alone = int(self.rules.is_of_one_vm(self.event))
        return any(self._judge(test, bits) for bits in masks_of_levels(tuples, levels, self._of_label, once=alone))

    def _judge(self, test: Test, joined: int) -> bool:
        compiled, width = self.rules.compiled, len(self.rules.compiled.state_bits)
        low = (1 << width) - 1
        before, after, of_step = joined >> 1 & low, joined >> 1 + width & low, joined >> 1 + 2 * width
        if before & self.rules.asked(self.event, self.host) != self.mask:
            return False  # these VMs together do not contribute what the step was taken with
        name = compiled.events[self.event].name
        host, host2 = compiled.hosts[self.host], compiled.hosts[self.host2]
        return test(Step(host, (), 0, before, host2, (), after, of_step, name))

    def _of_label(self, label: Label) -> frozenset[int]:
        if label not in self._known:
            self._known[label] = frozenset(bits for entry in entries_of(label) for bits in self._of_entry(entry))
        return self._known[label]

    def _of_entry(self, entry: int) -> Iterator[int]:
        alone = self.rules.is_of_one_vm(self.event)
        for new in entries_of(self.becomes.get(entry, 0)):
            yield self._bits(entry, new, here=True) << 1 | alone
        if alone:
            yield self._bits(entry, entry, here=False) << 1

    def _bits(self, entry: int, entry2: int, *, here: bool) -> int:
        rules, compiled, event = self.rules, self.rules.compiled, self.event
        found = rules.bits(self.host, entry) & (self.needed | rules.asked(event, self.host))
        if compiled.reads_bits_after.get(event):
            found |= (rules.bits(self.host2, entry2) & self.needed) << len(compiled.state_bits)
        if compiled.step_bits.get(compiled.events[event].name):
            (_, vm), (_, vm2) = rules.entries.pairs[entry], rules.entries.pairs[entry2]
            of_step = compiled.bits_of_step(event, self.host, vm, self.host2, vm2, here)
            found |= of_step << 2 * len(compiled.state_bits)
        return found


def taken(rules: Rules, event: int, host: int, mask: int, needed: int, label: Label) -> Iterator[Taken]:
    """What an event does out of a state of the host, with VMs among these entries."""
    for host2, becomes in rules.moves(event, host, mask, label).items():
        yield Taken(rules, event, host, host2, mask, needed, becomes)
