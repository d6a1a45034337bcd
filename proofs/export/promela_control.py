"""Which machines of the host make good places to be in: a process at such a place tries only events that can happen there.

A SPIN process tries every option of a loop at every state. Places are the states of a few machines of the host together; they
add no state, for the variables are still there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from model.notation.terms import FALSE
from proofs.export.promela_events import Happening
from proofs.export.promela_terms import Vocabulary, settle

Place = tuple[str, ...]
"""The states of some machines of the host."""

MOST_PLACES = 100
MOST_HOSTS = 10_000
WORTH = 0.85
"""A machine is worth being part of the places if no more than this share of the options is left to be tried."""


@dataclass(frozen=True)
class Control:
    """Places, each with the events (by number) that can happen there."""

    machines: tuple[str, ...]
    places: Mapping[Place, tuple[int, ...]]

    def tried(self, happening: Sequence[Happening], vms: int) -> float:
        """How many options there are at a place, on average."""
        of_each = [sum(vms if happening[n].of_one else 1 for n in events) for events in self.places.values()]
        return sum(of_each) / len(of_each)


class Hosts:
    """The states that the host's machines can be in together, whatever VMs do; if they are not too many."""

    def __init__(self, vocabulary: Vocabulary, happening: Sequence[Happening]) -> None:
        self.happening, self.vms = happening, len(vocabulary.vms)
        self.names = [name for name, variable in vocabulary.variables.items() if variable.of_host]
        compiled = vocabulary.compiled
        starts = [compiled.host_vars.decode(compiled.hosts[host]) for host in compiled.start_hosts]
        self.events: dict[Place, tuple[int, ...]] = {}
        waiting = [tuple(start[name] for name in self.names) for start in starts]
        while waiting and len(self.events) <= MOST_HOSTS:
            host = waiting.pop()
            if host in self.events:
                continue
            at = dict(zip(self.names, host, strict=True))
            possible = [(n, one) for n, one in enumerate(happening) if _can_happen(one, at)]
            self.events[host] = tuple(n for n, _ in possible)
            for _, one in possible:
                waiting += product(*(sorted(one.to(name, state)) for name, state in at.items()))
        self.too_many = bool(waiting)

    def places(self, machines: tuple[str, ...]) -> Control:
        """The places that these machines make."""
        found: dict[Place, set[int]] = {}
        for host, events in self.events.items():
            place = tuple(state for name, state in zip(self.names, host, strict=True) if name in machines)
            found.setdefault(place, set()).update(events)
        in_order = tuple(name for name in self.names if name in machines)
        return Control(in_order, {place: tuple(sorted(events)) for place, events in found.items()})

    def best(self) -> Control:
        """The places that leave least to be tried, and are not too many: machines are added as long as it is worth it."""
        best, left = self.places(()), [] if self.too_many else self.names
        while left:
            found = [self.places((*best.machines, name)) for name in left]
            better = min(found, key=lambda one: one.tried(self.happening, self.vms))
            worth = better.tried(self.happening, self.vms) < WORTH * best.tried(self.happening, self.vms)
            if not worth or len(better.places) > MOST_PLACES:
                break
            best, left = better, [name for name in left if name not in better.machines]
        return best


def _can_happen(one: Happening, at: Mapping[str, str]) -> bool:
    if not all(state in one.before[name] for name, state in at.items()):
        return False
    known = {**one.before, **{name: frozenset({state}) for name, state in at.items()}}
    return not any(settle(term, known) == FALSE for term in one.guard)
