"""Whether some state, or some step, made of a closed set of views fulfils a term: if none does, no run of any number of VMs
meets one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from model.notation.network import satisfiable
from model.notation.terms import HOST, Term
from proofs.views.saturation import Steps, Views, closure
from proofs.views.variants import Variants
from proofs.world.predicates import Step
from proofs.world.slices import of_still


def state_found(views: Views, term: Term) -> bool:
    """Whether some state made of the views fulfils a term about states."""
    return any(True for _ in places_of_state(views, term))


def places_of_state(views: Views, term: Term) -> Iterator[int]:
    """The places at which some state made of the views fulfils a term about states."""
    compiled = views.compiled
    test, needed = compiled.state_test(term), compiled.bits_in(term) | compiled.guard_bits
    variants = Variants(compiled, term)
    for place, here in views.at.items():
        host, masks = views.host(place), views.masks[place]
        states = compiled.hosts[host]
        kinds = {compiled.bits_of_all(host, (one,)) & needed for vm in here for one in variants.of(vm)}
        if any(bits & compiled.guard_bits in masks and test(Step(states, (), 0, bits)) for bits in closure(kinds)):
            yield place


def step_found(views: Views, term: Term) -> bool:
    """Whether some step out of a state made of the views fulfils a term about steps."""
    return any(True for _ in places_of_step(views, term))


def places_of_step(views: Views, term: Term) -> Iterator[int]:
    """The places at which some state made of the views has a step that fulfils a term about steps; each at least once."""
    return _StepSearch(views, term).places()


class _StepSearch:
    """What the VMs together contribute to a step: bits before, bits after and bits of the step, side by side in one number."""

    def __init__(self, views: Views, term: Term) -> None:
        self.views, self.compiled = views, views.compiled
        compiled = self.compiled
        self.tests = compiled.step_tests(term)
        self.needed = compiled.bits_in(term)
        self.before = self.needed | compiled.guard_bits
        self.variants = Variants(compiled, term)
        self.width = len(compiled.state_bits)
        self.after = {event for event in self.tests if compiled.reads_bits_after.get(event)}
        self.of_step = {event for event in self.tests if compiled.step_bits.get(compiled.events[event].name)}
        self._still: dict[int, int | None] = {}
        self._others: dict[tuple[int, int, int, int], frozenset[int]] = {}
        self._judged: set[tuple[int, int, int, int]] = set()

    def places(self) -> Iterator[int]:
        for event in self.tests:
            for steps in self.views.by_event.get(event, ()):
                if self._fulfilled(steps):
                    yield steps.place

    def _fulfilled(self, steps: Steps) -> bool:
        if steps.moves is None:
            everybody = self.compiled.for_all[steps.event]
            joined: Iterable[int] = self._of_movers(steps) if everybody else self._of_others(steps)
        else:
            others = self._of_others(steps)
            own = {
                self._bits(steps, one, two, here=True)
                for vm, vm2 in steps.moves
                for one, two in self.variants.of_step(vm, vm2)
            }
            joined = own.union(one | other for one in own for other in others)
        return any(self._judge(steps, bits) for bits in joined)

    def _of_movers(self, steps: Steps) -> set[int]:
        """What all VMs contribute where all of them move."""
        kinds, step = set[int](), self.compiled.all_step
        for vm, bits in self.views.at[steps.place].items():
            if not bits & ~steps.mask:
                vm2 = step(steps.event, steps.host, steps.mask, vm)
                kinds.update(self._bits(steps, *pair, here=True) for pair in self.variants.of_step(vm, vm2))
        return closure(kinds)

    def _of_others(self, steps: Steps) -> frozenset[int]:
        """What the VMs that stand by contribute."""
        event, still = steps.event, self._of_still(steps.event)
        key = (steps.place, steps.mask, steps.host2 if event in self.after else -1, event if still is None else -1)
        if key not in self._others:
            kinds = {
                self._bits(steps, one, one, here=False, of_step=still is None)
                for vm, bits in self.views.at[steps.place].items()
                if not bits & ~steps.mask
                for one in self.variants.of(vm)
            }
            self._others[key] = frozenset(closure(kinds))
        more = (still or 0) << 2 * self.width
        return frozenset(other | more for other in self._others[key]) if more else self._others[key]

    def _of_still(self, event: int) -> int | None:
        """The bits of a step of the event that every VM contributes which stands by; None if that depends on the VM."""
        if event not in self._still:
            found: int | None = 0
            network = self.compiled.world.network
            for k, (every, body, _) in enumerate(self.compiled.step_bits.get(self.compiled.events[event].name, ())):
                said = of_still(body, network, lambda name: network.actors[name].sort != HOST)
                never, ever = not satisfiable(network, said), not satisfiable(network, ~said)
                if not never and not ever:
                    found = None
                elif found is not None and ever != every:
                    found |= 1 << k
            self._still[event] = found
        return self._still[event]

    def _bits(self, steps: Steps, vm: int, vm2: int, *, here: bool, of_step: bool = True) -> int:
        compiled, event = self.compiled, steps.event
        found = compiled.bits_of_all(steps.host, (vm,)) & self.before
        if event in self.after:
            found |= (compiled.bits_of_all(steps.host2, (vm2,)) & self.needed) << self.width
        if of_step and event in self.of_step:
            found |= compiled.bits_of_step(event, steps.host, vm, steps.host2, vm2, here) << 2 * self.width
        return found

    def _judge(self, steps: Steps, joined: int) -> bool:
        compiled, low = self.compiled, (1 << self.width) - 1
        bits, after, of_step = joined & low, joined >> self.width & low, joined >> 2 * self.width
        if bits & compiled.guard_bits != steps.mask:
            return False  # these VMs together do not contribute what the step was taken with
        key = (steps.event, steps.host, steps.host2, joined)
        if key in self._judged:
            return False
        self._judged.add(key)
        name = compiled.events[steps.event].name
        whole = Step(compiled.hosts[steps.host], (), 0, bits, compiled.hosts[steps.host2], (), after, of_step, name)
        return self.tests[steps.event](whole)
