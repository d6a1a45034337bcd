"""What one VM may do while the others stand by: told apart by whether all VMs may do it at once."""

from __future__ import annotations

from functools import partial

from proofs.many_vms.levels import Label, entries_of, joined
from proofs.many_vms.rules import Options, Rules


class StepsOfAVm:
    """The steps of one VM that ask these bits, in a state of the host, where all VMs together contribute `mask` to them.

    stay: what any number of steps make of each entry, where host and mask are in the end what they were, whatever the other
    VMs contribute; so all VMs may take them. go: what each other step makes of it, by the host afterwards. moving: the events
    of those, and whether they move the host.
    """

    def __init__(self, rules: Rules, host: int, asked: int, mask: int) -> None:
        self.rules, self.host, self.asked, self.mask = rules, host, asked, mask
        self.events = rules.by_bits(host, of_vms=True)[asked]
        self.go: dict[int, Options] = {}
        self.moving: dict[int, bool] = {}
        self.stay: Options | None = None
        self._seen: Label = 0
        self._next: dict[int, Label] = {}
        self._becomes: dict[int, dict[int, Label]] = {}

    def learn(self, label: Label) -> None:
        """Look at the steps of these entries, and of all that they may become."""
        while new := label & ~self._seen:
            self._seen |= new
            for entry in entries_of(new):
                if not self._contributes(entry) & ~self.mask:
                    self._learn(entry)
            label = joined(self._next.get(entry, 0) for entry in entries_of(new))

    def _contributes(self, entry: int) -> int:
        return self.rules.bits(self.host, entry) & self.asked

    def _learn(self, entry: int) -> None:
        bits, gone = self._contributes(entry), list[tuple[int, int]]()
        for event, host2, entry2 in self.rules.vm_steps(self.host, self.mask, entry, self.events):
            if (
                host2 == self.host
                and not bits & ~self._contributes(entry2)
                and not self._contributes(entry2) & ~self.mask
            ):
                self._stay(entry, entry2)
                continue
            self.moving[event] = host2 != self.host
            becomes = self._becomes.setdefault(host2, {})
            becomes[entry] = becomes.get(entry, 0) | 1 << entry2
            if host2 not in self.go:
                self.go[host2] = self.rules.options(self.host, self.asked, partial(self._gone, host2))
            gone.append((host2, entry2))
        if gone and not bits:
            self._come_back(entry, gone)

    def _come_back(self, entry: int, gone: list[tuple[int, int]]) -> None:
        """Follow a VM until the host and the mask are again what they were. It contributed nothing, so the others contribute
        the mask; with another host nothing is known of them, and only what asks nothing is followed."""
        rules, seen = self.rules, set(gone)
        for host, now in gone:
            here = host == self.host
            mask = self.mask | self._contributes(now) if here else 0
            if here and mask == self.mask:
                self._stay(entry, now)
            events = rules.asking_no_more(host, self.asked if here else 0)
            new = {(host2, then) for _, host2, then in rules.vm_steps(host, mask, now, events)} - seen
            seen |= new
            gone += sorted(new)

    def _stay(self, entry: int, entry2: int) -> None:
        self._next[entry] = self._next.get(entry, 0) | 1 << entry2
        self.stay = self.stay or self.rules.options(self.host, self.asked, self._closed)

    def _gone(self, host2: int, entry: int) -> Label:
        return self._becomes[host2].get(entry, 0)

    def _closed(self, entry: int) -> Label:
        """All that any number of steps may make of an entry, itself among them."""
        found, new = 0, 1 << entry
        while new:
            found |= new
            new = joined(self._next.get(one, 0) for one in entries_of(new)) & ~found
        return found
