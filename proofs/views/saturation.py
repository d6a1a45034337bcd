"""Saturate: the closed set of views, for any number of VMs.

A view is the states of the host's machines together with those of one VM. The set starts with the initial views and is
closed under every event: a VM moves by itself, moves with all, or stands by while the host moves. What the other VMs
contribute to a quantified guard is whatever sets of views of the same host state can contribute; so nothing depends on how
many there are, and every reachable state of any number of VMs consists of views in the set.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from proofs.world.compiled import Compiled


class TooManyViews(RuntimeError):
    """More views than allowed: nothing is known. The message says how many there were."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps of views that differ in the moving VM only: where from, event, host before and after, contribution of all VMs
    before, and the VM before and after (None: all VMs move, or none)."""

    place: int
    event: int
    host: int
    host2: int
    mask: int
    moves: list[tuple[int, int]] | None


@dataclass
class Views:
    """A closed set of views. at: for each place, its VM states with the guard bits that each contributes; a place is a host
    state or, if exact, a host state with what all VMs together contribute. masks: for each place, what they may contribute.
    steps: how many were taken to close the set."""

    compiled: Compiled
    exact: bool = False
    at: dict[int, dict[int, int]] = field(default_factory=dict)
    masks: dict[int, set[int]] = field(default_factory=dict)
    steps: int = 0
    _places: list[tuple[int, int]] = field(default_factory=list)
    _numbers: dict[tuple[int, int], int] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(map(len, self.at.values()))

    def host(self, place: int) -> int:
        """The host state of a place."""
        return self._places[place][0] if self.exact else place

    def place(self, host: int, mask: int) -> int:
        """The place of a host state, and of what all VMs together contribute."""
        if not self.exact:
            return host
        if (host, mask) not in self._numbers:
            self._numbers[host, mask] = len(self._places)
            self._places.append((host, mask))
        return self._numbers[host, mask]

    @cached_property
    def by_event(self) -> dict[int, list[Steps]]:
        """Every step of the closed set, once it is closed, by event."""
        compiled = self.compiled
        found: dict[int, list[Steps]] = {}
        for place, here in self.at.items():
            host = self.host(place)
            for mask in self.masks[place]:
                for event, host2 in compiled.host_steps(host, mask):
                    found.setdefault(event, []).append(Steps(place, event, host, host2, mask, None))
                moves: dict[tuple[int, int], list[tuple[int, int]]] = {}
                for vm, bits in here.items():
                    if not bits & ~mask:
                        for event, host2, vm2 in compiled.vm_steps(host, mask, vm):
                            moves.setdefault((event, host2), []).append((vm, vm2))
                for (event, host2), moved in moves.items():
                    found.setdefault(event, []).append(Steps(place, event, host, host2, mask, moved))
        return found


def closure(kinds: Iterable[int], start: Iterable[int] = ()) -> set[int]:
    """All that can be joined from one or more of `kinds`, and from those and `start`."""
    found = set(start)
    for kind in kinds:
        if kind not in found:
            found |= {kind, *(kind | other for other in found)}
    return found


def saturate(compiled: Compiled, limit: int = 400_000, *, exact: bool = False) -> Views:
    """The least closed set of views. exact: know at each place what all VMs together contribute to the guards, which shows
    more and costs more. Raises TooManyViews beyond `limit`."""
    return (_ExactSaturation if exact else _Saturation)(compiled, limit).run()


def saturate_for(rounds: int, compiled: Compiled, limit: int = 400_000) -> Views:
    """The views that are there after so many rounds, in each of which all that was there before takes a step: not closed. Raises
    TooManyViews beyond `limit`."""
    return _Rounds(compiled, limit).run_for(rounds)


class _Saturation:
    """A place is looked at again whenever a VM state is new there."""

    exact = False

    def __init__(self, compiled: Compiled, limit: int) -> None:
        self.compiled, self.limit = compiled, limit
        self.views = Views(compiled, self.exact)
        self.size = self.joined = 0
        self.waiting: list[int] = []
        self.queued: set[int] = set()
        self.done: dict[tuple[int, int], _Done] = {}

    def run(self) -> Views:
        for host in self.compiled.start_hosts:
            self._start(host)
        while self.waiting:
            place = self.waiting.pop()
            self.queued.discard(place)
            here = self.views.at[place]
            if not self.exact:
                self.views.masks[place] = closure(set(here.values()), self.views.masks.get(place, set()))
            self.joined += len(self.views.masks[place])
            for mask in self.views.masks[place]:
                self._steps(place, mask, here)
            if max(self.size, self.joined // 100) > self.limit:
                raise TooManyViews(f"more than {self.limit:,} views of {len(self.views.at):,} host states")
        return self.views

    def _start(self, host: int) -> None:
        for vm in self.compiled.starts:
            self._add(host, vm)

    def _add(self, place: int, vm: int) -> None:
        here = self.views.at.setdefault(place, {})
        if vm not in here:
            here[vm] = self._guards(self.views.host(place), vm)
            self.size += 1
            if place not in self.queued:
                self.queued.add(place)
                self.waiting.append(place)

    def _add_all(self, place: int, vms: Collection[int]) -> None:
        for vm in set(vms).difference(self.views.at.get(place, ())):
            self._add(place, vm)

    def _guards(self, host: int, vm: int) -> int:
        return self.compiled.bits_of_all(host, (vm,)) & self.compiled.guard_bits

    def _new(self, place: int, mask: int, here: Mapping[int, int]) -> tuple[list[int], _Done]:
        """The VM states that are new where all VMs together contribute `mask`."""
        done = self.done.setdefault((place, mask), _Done())
        new = [vm for vm, bits in islice(here.items(), done.seen, None) if not bits & ~mask]
        done.seen = len(here)
        done.vms += new
        return new, done

    def _steps(self, host: int, mask: int, here: Mapping[int, int]) -> None:
        new, done = self._new(host, mask, here)
        if not new:
            return
        compiled, of_host = self.compiled, self.compiled.host_steps(host, mask)
        self.views.steps += len(new) * len(of_host)
        for event, host2 in of_host:
            moves = compiled.for_all[event]
            self._add_all(host2, {compiled.all_step(event, host, mask, vm) for vm in new} if moves else new)
        reached: set[int] = set()
        for vm in new:
            of_vm = compiled.vm_steps(host, mask, vm)
            for _, host2, vm2 in of_vm:
                self._add(host2, vm2)
                reached.add(host2)
            self.views.steps += len(of_vm)
        for host2 in done.reached:
            self._add_all(host2, new)
        for host2 in reached - done.reached - {host}:
            done.reached.add(host2)
            self._add_all(host2, done.vms)


class _Rounds(_Saturation):
    """What is new in a round takes its steps in the next one."""

    def run_for(self, rounds: int) -> Views:
        for host in self.compiled.start_hosts:
            self._start(host)
        at, masks = self.views.at, self.views.masks
        for _ in range(rounds):
            before = {place: dict(at[place]) for place in self.waiting}
            self.waiting, self.queued = [], set()
            for place, here in before.items():
                masks[place] = closure(set(here.values()), masks.get(place, set()))
                self.joined += len(masks[place])
                for mask in masks[place]:
                    self._steps(place, mask, here)
            if max(self.size, self.joined // 100) > self.limit:
                raise TooManyViews(f"more than {self.limit:,} views of {len(at):,} host states")
        for place, here in at.items():
            masks[place] = closure(set(here.values()))
        return self.views


@dataclass
class _Done:
    """For one place and contribution: how many VM states were looked at, those whose steps are taken, and the host states that
    a single VM's steps led to, with everyone else standing by."""

    seen: int = 0
    vms: list[int] = field(default_factory=list)
    reached: set[int] = field(default_factory=set)


class _ExactSaturation(_Saturation):
    """What all VMs contribute after a step is joined from what those contribute that join to what they contributed before:
    both side by side in one number, before in the low bits."""

    exact = True

    def _start(self, host: int) -> None:
        for mask in closure({self._guards(host, vm) for vm in self.compiled.starts}):
            for vm in self.compiled.starts:
                if not self._guards(host, vm) & ~mask:
                    self._join(host, mask, vm)

    def _join(self, host: int, mask: int, vm: int) -> None:
        place = self.views.place(host, mask)
        self.views.masks[place] = {mask}
        self._add(place, vm)

    def _steps(self, place: int, mask: int, here: Mapping[int, int]) -> None:
        if not self._new(place, mask, here)[0]:
            return
        compiled, host = self.compiled, self.views.host(place)
        vms = list(here)
        for event, host2 in compiled.host_steps(host, mask):
            moves = compiled.for_all[event]
            moved = {vm: compiled.all_step(event, host, mask, vm) if moves else vm for vm in vms}
            self._arrive(host, host2, mask, moved, None)
        for vm in vms:
            for _, host2, vm2 in compiled.vm_steps(host, mask, vm):
                self._arrive(host, host2, mask, {other: other for other in vms}, (vm, vm2))
                self.views.steps += 1

    def _arrive(
        self, host: int, host2: int, mask: int, moved: Mapping[int, int], by_itself: tuple[int, int] | None
    ) -> None:
        """Add every view after a step in which VMs move so, and one of them by itself."""
        width = len(self.compiled.state_bits)
        pair = {vm: self._guards(host, vm) | self._guards(host2, vm2) << width for vm, vm2 in moved.items()}
        low = (1 << width) - 1
        joined = {0, *closure(set(pair.values()))}
        base = 0
        if by_itself is not None:
            vm, vm2 = by_itself
            base = self._guards(host, vm) | self._guards(host2, vm2) << width
            for other in joined:
                if (both := base | other) & low == mask:
                    self._join(host2, both >> width, vm2)
        for vm, vm2 in moved.items():
            own = base | pair[vm]
            for other in joined:
                if (both := own | other) & low == mask:
                    self._join(host2, both >> width, vm2)
