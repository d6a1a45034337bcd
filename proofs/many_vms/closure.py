"""Every reachable state of hundreds of VMs, exactly: for each state of the host, the set of tuples of VM states as a diagram.

What VMs do by themselves is applied to all levels at once, until nothing is new; a step that moves the host, with one VM, all
VMs or none, is one image. A guard over all VMs cuts a set by what its tuples together contribute to the bits that the guard
asks, and to no others. Where VMs do not have to act one at a time the sets look alike for every number of VMs, and one
closure answers for all numbers; elsewhere each VM gets a level of its own. What is too large steps aside, and says why.
"""

from __future__ import annotations

from collections.abc import Sequence

from proofs.many_vms.levels import Change, Room, TooManyNodes, Tuples, any_length, image, joined, of_levels, union
from proofs.many_vms.reach import Reached, StepsAside
from proofs.many_vms.rules import Entries, Options, Rules
from proofs.many_vms.vm_steps import StepsOfAVm
from proofs.world.compiled import Compiled

REPEATING = 100
"""Nodes of one set at most while one closure is to answer for every number of VMs."""

MOST_ENTRIES = 50_000
"""VM states at most, those of each kind of VM for themselves: a label has a bit for each."""


def reach(compiled: Compiled, vms: int | Sequence[Sequence[int]], *, limit_nodes: int = 300_000) -> Reached:
    """Every reachable state of so many VMs; or of VMs that may each start in the given VM states (numbers of `compiled`; VMs
    with the same ones are of one kind). limit_nodes: how many may be made on the way, which bounds time and memory. Raises
    StepsAside."""
    starts = [tuple(sorted(set(one))) for one in (vms if not isinstance(vms, int) else [compiled.starts] * vms)]
    if not starts or not all(starts):
        raise ValueError("there has to be a VM, and each has to start somewhere")
    kinds = sorted(set(starts))
    of_vms = sorted(kinds.index(one) for one in starts)
    entries = Entries()
    first = [joined(1 << entries.number(kind, local) for local in locals_) for kind, locals_ in enumerate(kinds)]
    rules = Rules(compiled, entries)
    try:
        return _reached(rules, any_length(joined(first)), tuple(of_vms), Room(limit_nodes, REPEATING), repeats=True)
    except TooManyNodes:
        levels = of_levels([first[kind] for kind in of_vms])
        return _reached(rules, levels, tuple(of_vms), Room(limit_nodes), repeats=False)


def _reached(rules: Rules, start: Tuples, kinds: tuple[int, ...], room: Room, *, repeats: bool) -> Reached:
    """All that is reached from the start. Raises StepsAside if too many nodes are made, and TooManyNodes if there are too many
    in one set."""
    closure = _Closure(rules, start, room)
    try:
        return Reached(rules, closure.run(), kinds, repeats)
    except TooManyNodes as reason:
        if room.made <= room.nodes:
            raise
        raise StepsAside(
            f"{reason} do not do for {closure.so_far()}; ask of fewer VMs or machines, or search"
        ) from None


class _Closure:
    """The least sets of tuples that hold the start and are closed under every step; a host state is looked at again whenever
    its set has grown."""

    def __init__(self, rules: Rules, start: Tuples, room: Room) -> None:
        self.rules, self.room = rules, room
        self.at: dict[int, Tuples] = {}
        self.waiting: dict[int, None] = {}
        self.steps_of_a_vm: dict[tuple[int, int, int], StepsOfAVm] = {}
        self.steps_of_host: dict[tuple[int, int, int], list[tuple[int, Options | None]]] = {}
        for host in rules.compiled.start_hosts:
            self._add(host, start)

    def run(self) -> dict[int, Tuples]:
        """Close the sets."""
        rules = self.rules
        while self.waiting:
            host = next(iter(self.waiting))
            del self.waiting[host]
            for move, of_vms in ((self._vms_move, True), (self._host_moves, False)):
                for asked in rules.by_bits(host, of_vms=of_vms):
                    for mask in rules.masks(host, asked, self.at[host]):
                        move(host, asked, mask)
            if len(rules.entries.pairs) > MOST_ENTRIES:
                raise StepsAside(f"a VM has more than {MOST_ENTRIES:,} states{_largest(rules)}; ask of fewer machines")
        return self.at

    def so_far(self) -> str:
        """What there is so far, and what makes VMs wait for one another."""
        moving = {event: host for steps in self.steps_of_a_vm.values() for event, host in steps.moving.items()}
        events = self.rules.compiled.events
        said = sorted(
            f"; {events[e].name} {'moves the host with a VM' if host else 'asks about all VMs'}"
            for e, host in moving.items()
        )
        return f"{len(self.at):,} states of the host and more to come{''.join(said[:3])}"

    def _add(self, host: int, new: Tuples) -> None:
        known = self.at.get(host, Tuples())
        whole = union(known, new, self.room)
        if whole != known:
            self.at[host] = whole
            self.waiting[host] = None

    def _vms_move(self, host: int, asked: int, mask: int) -> None:
        """First what all VMs may do at once; then what only one may do."""
        key = (host, asked, mask)
        if key not in self.steps_of_a_vm:
            self.steps_of_a_vm[key] = StepsOfAVm(self.rules, *key)
        steps = self.steps_of_a_vm[key]
        steps.learn(self.at[host].entries)
        if steps.stay is not None:
            self._add(host, image(self.at[host], Change(steps.stay, mask), self.room))
        for host2, options in steps.go.items():
            self._add(host2, image(self.at[host], Change(options, mask, once=True), self.room))

    def _host_moves(self, host: int, asked: int, mask: int) -> None:
        """The steps of the host, and of all VMs."""
        rules, key = self.rules, (host, asked, mask)
        if key not in self.steps_of_host:
            events = rules.by_bits(host, of_vms=False)[asked]
            steps = ((host2, rules.becomes(event, host, mask)) for event, host2 in rules.host_steps(host, mask, events))
            self.steps_of_host[key] = [
                (host2, becomes and rules.options(host, asked, becomes)) for host2, becomes in steps
            ]
        for host2, options in self.steps_of_host[key]:
            if options is None:
                self._add(host2, rules.within(host, asked, mask, self.at[host]))
            else:
                self._add(host2, image(self.at[host], Change(options, mask), self.room))


def _largest(rules: Rules) -> str:
    """The machines of a VM that take the most different states, as the middle of a sentence."""
    states: dict[str, set[int]] = {}
    for form, local in rules.compiled.locals:
        for name, state in zip(rules.compiled.vm_vars[form].names, local, strict=True):
            states.setdefault(name, set()).add(state)
    most = sorted(states, key=lambda name: -len(states[name]))[:3]
    return f" (most of them by {', '.join(most)})"
