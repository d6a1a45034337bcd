"""What is reachable of so many VMs: exact counts, and whether a term holds in every state, or of some step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from model.notation.terms import Every, Some, Term, walk
from proofs.many_vms.levels import Label, Tuples, entries_of
from proofs.many_vms.rules import Rules
from proofs.many_vms.steps import taken
from proofs.many_vms.tallies import count, count_sorted, masks, masks_of_levels, tuple_with
from proofs.search.symmetry import State
from proofs.views.variants import Variants
from proofs.world.compiled import Compiled
from proofs.world.predicates import Step
from proofs.world.world import fold


class StepsAside(RuntimeError):
    """These sets do not suit the network, or the question. The message says why, and what to do instead."""


ONLY_THESE = "these sets are those of the VMs that they were asked for, and of no others"


@dataclass(frozen=True)
class Reached:
    """The reachable states of some VMs. at: for each host state the tuples of VM states, as entries. kinds: the kind of each
    VM. repeats: the sets are those of every number of VMs of these kinds."""

    rules: Rules
    at: Mapping[int, Tuples]
    kinds: tuple[int, ...]
    repeats: bool

    @cached_property
    def _levels(self) -> list[Label]:
        of_kind = {kind: self.rules.entries.of_kind(kind) for kind in set(self.kinds)}
        return [of_kind[kind] for kind in self.kinds]

    # -- counts --------------------------------------------------------------------------------------------------------

    @property
    def states(self) -> int:
        """How many states there are, each VM told apart from the others."""
        return sum(count(tuples, self._levels)[0] for tuples in self.at.values())

    @property
    def states_up_to_swapping(self) -> int:
        """How many there are if VMs of one kind are not told apart."""
        blocks = [(self.rules.entries.of_kind(kind), n) for kind, n in sorted(Counter(self.kinds).items())]
        return sum(count_sorted(tuples, blocks) for tuples in self.at.values())

    @property
    def steps(self) -> int:
        """How many steps lead out of the states, each VM told apart from the others."""
        rules = self.rules
        return sum(
            self._steps(host, asked, mask, events, of_vms=of_vms)
            for host, tuples in self.at.items()
            for of_vms in (True, False)
            for asked, events in rules.by_bits(host, of_vms=of_vms).items()
            for mask in rules.masks(host, asked, tuples)
        )

    def _steps(self, host: int, asked: int, mask: int, events: Collection[int], *, of_vms: bool) -> int:
        rules = self.rules
        here = rules.within(host, asked, mask, self.at[host])
        if not of_vms:
            return len(list(rules.host_steps(host, mask, events))) * count(here, self._levels)[0]

        def taken(label: Label) -> int:
            return sum(len(rules.vm_steps(host, mask, entry, events)) for entry in entries_of(label))

        return count(here, self._levels, taken)[1]

    @property
    def hosts(self) -> int:
        """How many states of the host are reachable."""
        return sum(count(tuples, self._levels)[0] > 0 for tuples in self.at.values())

    @property
    def nodes(self) -> int:
        """The nodes of all sets."""
        return sum(map(len, self.at.values()))

    def of(self, vms: int) -> Reached:
        """The same for another number of VMs, all of one kind."""
        if not self.repeats or len(set(self.kinds)) > 1:
            raise StepsAside(f"{ONLY_THESE}; ask for the others as well")
        return replace(self, kinds=self.kinds[:1] * vms)

    # -- terms ---------------------------------------------------------------------------------------------------------

    def holds(self, term: Term) -> bool:
        """Whether a term about states holds in every state."""
        return self.example(~term) is None

    def example(self, term: Term) -> State | None:
        """A state that fulfils a term about states, as searches have it; the VMs stand in the order of their kinds."""
        compiled, rules = self.rules.compiled, self.rules
        test, asked = compiled.state_test(term), compiled.bits_in(term)
        self._prepare(term)
        for host, tuples in self.at.items():
            bits = rules.contributed(host, asked)
            for mask in sorted(masks_of_levels(tuples, self._levels, bits)):
                if test(Step(compiled.hosts[host], (), 0, mask)):
                    found = tuple_with(tuples, self._levels, bits, mask)
                    return (host, *(rules.entries.pairs[entry][1] for entry in found))
        return None

    def fewest(self, term: Term) -> int | None:
        """The fewest VMs, of whatever kinds, of which some state fulfils a term about states: as many as a search takes to
        find the shortest run to one. None: no number of VMs has one."""
        if not self.repeats:
            raise StepsAside(f"{ONLY_THESE}; search 1, 2, ... VMs")
        compiled = self.rules.compiled
        test, asked = compiled.state_test(term), compiled.bits_in(term)
        self._prepare(term)
        return min(
            (
                vms
                for host, tuples in self.at.items()
                for mask, vms in masks(tuples, self.rules.contributed(host, asked)).items()
                if test(Step(compiled.hosts[host], (), 0, mask))
            ),
            default=None,
        )

    def takes(self, term: Term) -> bool:
        """Whether some step out of these states fulfils a term about steps."""
        compiled, rules = self.rules.compiled, self.rules
        tests, needed = compiled.step_tests(term), compiled.bits_in(term)
        self._prepare(term)
        return any(
            found.fulfils(test, self.at[host], self._levels)
            for event, test in tests.items()
            for host in self.at
            for mask in rules.masks(host, rules.asked(event, host), self.at[host])
            for found in taken(rules, event, host, mask, needed, self.at[host].entries)
        )

    def _prepare(self, term: Term) -> None:
        """Get ready for a term. Start states that stand for others must stand for what the term reads as well."""
        compiled = self.rules.compiled
        compiled.settle()
        if not _bodies(compiled, term) <= {body for known in compiled.terms for body in _bodies(compiled, known)}:
            variants, starts = Variants(compiled, term), set(compiled.starts)
            if any(len(others := set(variants.of(start))) > 1 and not others <= starts for start in starts):
                raise StepsAside(
                    "the term may tell start states apart that count as alike; compile the network with it"
                )


def _bodies(compiled: Compiled, term: Term) -> set[Term]:
    """What a term says of every VM, or of some."""
    parts = walk(fold(term, compiled.world.reach))
    return {part.body for part in parts if isinstance(part, (Every, Some)) and part.sort == compiled.sort}
