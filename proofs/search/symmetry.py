"""Symmetry is earned: that swapping VMs commutes with every step is checked, before and while states are kept sorted.

No term can name a VM, so no network makes one special; an engine might, by what it remembers or by where it looks. Checked is
every swap of two neighbours, which is enough: each permutation is made of such swaps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proofs.world.compiled import Compiled

State = tuple[int, ...]
"""The host's number, then the VMs' numbers."""

Edge = tuple[int, int, int, int, int]
"""An event's number, the host afterwards, the VM's number before and after, its position (all -1: no single VM)."""

Successors = Callable[[State], Iterable[tuple[Edge, State]]]
"""Every step out of a state, VMs kept apart."""

Shown = Callable[[int], str]
"""A number in words."""


class NotInterchangeable(ValueError):
    """One VM is special: a state, and what is possible with two of its VMs swapped that is not possible as they stand."""


def swaps(vms: int) -> Iterator[tuple[int, ...]]:
    """The orders of so many VMs in which two neighbours have changed places."""
    for i in range(vms - 1):
        yield (*range(i), i + 1, i, *range(i + 2, vms))


def reordered(state: State, order: tuple[int, ...]) -> State:
    """The state with its VMs in another order."""
    return (state[0], *(state[1 + i] for i in order))


def check_steps(
    steps: Successors, states: Iterable[State], event: Shown = str, vm: Shown = str, host: Shown = str
) -> int:
    """How many swaps commute with every step out of these states, and with its label: the event, and the VM that it happens to.
    event, vm, host: how a refusal names them. Raises NotInterchangeable at the first that does not, and ValueError if there is
    none to check."""
    checked = 0
    for state in states:
        straight = Counter(steps(state))
        for order in swaps(len(state) - 1):
            other = reordered(state, order)
            wanted = Counter(dict(_swapped(straight, order)))
            got = straight if other == state else Counter(steps(other))
            if wanted != got:
                ((edge, target), _), *_ = sorted((wanted - got or got - wanted).items())
                raise NotInterchangeable(_refusal(state, order, edge, target, bool(wanted - got), event, vm, host))
            checked += 1
    if not checked:
        raise ValueError("no two VMs were swapped: of one VM, or of no state, there is nothing to check")
    return checked


def _swapped(steps: Counter[tuple[Edge, State]], order: tuple[int, ...]) -> Iterator[tuple[tuple[Edge, State], int]]:
    for ((event, host, before, after, at), target), times in steps.items():
        yield ((event, host, before, after, at if at < 0 else order.index(at)), reordered(target, order)), times


def _refusal(
    state: State, order: tuple[int, ...], edge: Edge, target: State, missing: bool, event: Shown, vm: Shown, host: Shown
) -> str:
    one = next(i for i, at in enumerate(order) if i != at)
    where = f"host {host(state[0])}; " + "; ".join(f"VM {i + 1} {vm(number)}" for i, number in enumerate(state[1:]))
    whom = "" if edge[4] < 0 else f" of VM {edge[4] + 1}"
    told = "is possible as they stand, and not swapped" if missing else "is possible swapped, and not as they stand"
    after = ", ".join(vm(number) for number in target[1:])
    return (
        f"VM {one + 1} and VM {one + 2} are not interchangeable: with them swapped, {event(edge[0])}{whom} "
        f"(to host {host(target[0])}, VMs {after}) {told}, at {where}"
    )


def check_starts(states: Collection[State], vm: Shown = str) -> None:
    """Raises NotInterchangeable if a start with two VMs swapped is no start, and ValueError if there are no starts."""
    if not states:
        raise ValueError("no start states: there is nothing to check")
    known = frozenset(states)
    for state in states:
        for order in swaps(len(state) - 1):
            if reordered(state, order) not in known:
                one = next(i for i, at in enumerate(order) if i != at)
                shown = "; ".join(f"VM {i + 1} {vm(number)}" for i, number in enumerate(state[1:]))
                raise NotInterchangeable(
                    f"VM {one + 1} and VM {one + 2} are not interchangeable: a run starts with {shown}, and not with "
                    "them swapped"
                )


def permutations_of(state: State) -> int:
    """For how many states, VMs kept apart, a sorted one stands."""
    found, times = 1, Counter[int]()
    for left, number in enumerate(state[1:], 1):
        times[number] += 1
        found = found * left // times[number]
    return found


def check_compiled(compiled: Compiled, steps: Successors, states: Iterable[State]) -> int:
    """`check_steps` for a slice: a refusal names its events, and the states of its machines."""

    def shown_host(number: int) -> str:
        return _shown(compiled.host_vars.decode(compiled.hosts[number]))

    def shown_vm(number: int) -> str:
        form, own = compiled.locals[number]
        return _shown(compiled.vm_vars[form].decode(own))

    return check_steps(steps, states, lambda number: compiled.events[number].name, shown_vm, shown_host)


def _shown(states: dict[str, str]) -> str:
    return f"({', '.join(f'{name} {state}' for name, state in sorted(states.items()))})"
