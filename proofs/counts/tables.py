"""The network as complete tables of small numbers: for each host state what VMs there may be, and what each event makes of them.

Read off a closed set of views, so that nothing has to be worked out while states are visited. A state is a place (which host
state), and for each VM a digit (which of the VM states that the place knows). What an event makes of the host and of one VM
is looked up; what guards ask of all VMs together is one number, joined from the VMs' own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from model.notation.terms import Term
from proofs.views.saturation import Views, closure, saturate
from proofs.world.compiled import Compiled
from proofs.world.predicates import Step

STAY: tuple[int, ...] = ()
"""The map of digits of a step at which nobody else moves, and the place stays."""


@dataclass(frozen=True)
class Move:
    """What an event does at a place. place: where it leads. others: the digit of every VM afterwards, by its digit before
    (STAY: the same). digit: where the VM goes that moves by itself (None: all move, or none)."""

    event: int
    place: int
    others: tuple[int, ...]
    digit: int | None = None


@dataclass(frozen=True)
class Joined:
    """Sets of bits that VMs at one place may contribute together, numbered. own: the number of what each digit contributes.
    union: the number of two together."""

    sets: tuple[int, ...]
    own: tuple[int, ...]
    union: tuple[tuple[int, ...], ...]


def joined(bits: list[int]) -> Joined:
    """Number all that VMs with these bits may contribute together."""
    sets = tuple(sorted(closure(set(bits))))
    number = {found: k for k, found in enumerate(sets)}
    union = tuple(tuple(number[one | two] for two in sets) for one in sets)
    return Joined(sets, tuple(number[found] for found in bits), union)


class Tables:
    """The tables of a slice. views: a closed set of views of it (made if not given; raises TooManyViews)."""

    def __init__(self, compiled: Compiled, views: Views | None = None) -> None:
        self.compiled = compiled
        self.views = views or saturate(compiled)
        self.hosts = sorted(self.views.at)
        self.place = {host: p for p, host in enumerate(self.hosts)}
        self.alphabets = [sorted(self.views.at[host]) for host in self.hosts]
        self._digit = [{vm: d for d, vm in enumerate(alphabet)} for alphabet in self.alphabets]
        self.guards = [
            joined([self.views.at[host][vm] for vm in alphabet])
            for host, alphabet in zip(self.hosts, self.alphabets, strict=True)
        ]

    @cached_property
    def starts(self) -> list[tuple[int, list[int]]]:
        """The places that runs begin at, with the digits that a VM may begin with."""
        return [
            (self.place[host], sorted(self._digit[self.place[host]][vm] for vm in self.compiled.starts))
            for host in self.compiled.start_hosts
        ]

    @cached_property
    def of_host(self) -> list[list[list[Move]]]:
        """By place, and by what all VMs contribute: the moves of the host and of all VMs."""
        return [
            [list(self._of_host(p, mask)) for mask in guards.sets] for p, guards in enumerate(self.guards)
        ]  # fmt: skip

    @cached_property
    def of_vm(self) -> list[list[list[list[Move]]]]:
        """By place, by what all VMs contribute, and by digit: the moves of one VM."""
        return [
            [[list(self._of_vm(p, mask, d)) for d in range(len(self.alphabets[p]))] for mask in guards.sets]
            for p, guards in enumerate(self.guards)
        ]

    def _of_host(self, place: int, mask: int) -> Iterator[Move]:
        compiled, host = self.compiled, self.hosts[place]
        for event, host2 in compiled.host_steps(host, mask):
            digits, place2 = self._digit[self.place[host2]], self.place[host2]
            others = tuple(
                -1 if self.views.at[host][vm] & ~mask  # no VM is in this state where these bits are all
                else digits[compiled.all_step(event, host, mask, vm) if compiled.for_all[event] else vm]
                for vm in self.alphabets[place]
            )  # fmt: skip
            yield Move(event, place2, self._short(place, place2, others))

    def _of_vm(self, place: int, mask: int, digit: int) -> Iterator[Move]:
        host, vm = self.hosts[place], self.alphabets[place][digit]
        if self.views.at[host][vm] & ~mask:
            return
        for event, host2, vm2 in self.compiled.vm_steps(host, mask, vm):
            place2 = self.place[host2]
            others = tuple(self._digit[place2].get(one, -1) for one in self.alphabets[place])
            yield Move(event, place2, self._short(place, place2, others), self._digit[place2][vm2])

    def _short(self, place: int, place2: int, others: tuple[int, ...]) -> tuple[int, ...]:
        same = place == place2 and all(d in {-1, k} for k, d in enumerate(others))
        return STAY if same else others

    def looked_for(self, terms: Mapping[str, Term]) -> list[tuple[Joined, list[frozenset[str]]]]:
        """For each place, what its VMs contribute to terms about states, and which terms hold of it."""
        compiled = self.compiled
        tests = {name: compiled.state_test(term) for name, term in terms.items()}
        needed = 0
        for term in terms.values():
            needed |= compiled.bits_in(term)
        compiled.settle()
        found = []
        for host, alphabet in zip(self.hosts, self.alphabets, strict=True):
            seen = joined([compiled.bits_of_all(host, (vm,)) & needed for vm in alphabet])
            states = compiled.hosts[host]
            holds = [frozenset(n for n, t in tests.items() if t(Step(states, (), 0, bits))) for bits in seen.sets]
            found.append((seen, holds))
        return found

    def state(self, place: int, digits: tuple[int, ...]) -> tuple[int, ...]:
        """A state as the other engines write it: the host's number, then the VMs' numbers."""
        return (self.hosts[place], *(self.alphabets[place][d] for d in digits))
