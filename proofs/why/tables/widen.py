"""Say less: the few phases in which a VM may be differently, and in each as much as the promise allows.

Two phases that need not be told apart are one; a machine that may as well be anywhere is not spoken of. Whatever is allowed in
addition is closed under all events again, so that what is said keeps itself; and the promise must still follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations

from proofs.views.saturation import Views
from proofs.why.tables.claims import breaks, watching
from proofs.why.tables.free import Values
from proofs.why.tables.localise import own_machines, real_views
from proofs.why.tables.views import Closing, Closure, Localised, View
from properties.kinds import Property

Many = Callable[[frozenset[Values], Sequence[Values]], bool]
"""Whether it takes many words to say what a VM may be, of all that its machines can be anywhere."""

Phases = dict[frozenset[Values], list[Values]]
"""What a VM may be, with the host states in which it may."""


def phases(closure: Closure) -> Phases:
    """The host states of a closed set, those together in which VMs may be the same."""
    found: Phases = {}
    for host, here in closure.at.items():
        found.setdefault(frozenset(here), []).append(host)
    return found


def widened(of: Localised, found: Property, views: Views, many: Many) -> Closure:
    """A closed set that says as little as the promise takes. views: of all machines, which tell where each can be at all; many:
    where it takes many words to say what a VM may be, more is tried."""
    return _Widening(of, found, views, many).done()


class _Widening:
    def __init__(self, of: Localised, found: Property, views: Views, many: Many) -> None:
        self.of, self.found, self.many = of, found, many
        self.closing = Closing(of, None).with_views(of.starts())
        self.hosts = set(self.closing.found.at)
        real = [vm for _, vm in real_views(of.rules, views)]
        places = [of.rules.vm_names.index(name) for name in of.vms]
        here = [vm for vms in self.closing.found.at.values() for vm in vms]
        self.anywhere = tuple(
            tuple(sorted({vm[place] for vm in real} | {vm[i] for vm in here})) for i, place in enumerate(places)
        )

    def done(self) -> Closure:
        while any(self._try(views) for views in self._merged()):
            pass
        for place in range(len(self.of.vms)):
            for here, hosts in sorted(phases(self.closing.found).items(), key=lambda item: len(item[0])):
                self._try(self._with(here, hosts, place, self.anywhere[place]))
        self._where_it_may()
        while any(self._try(views) for views in self._merged()):
            pass
        return self.closing.found

    def _merged(self) -> Iterator[Iterable[View]]:
        """For each two phases, what would be so if they were one."""
        found = list(phases(self.closing.found).items())
        pairs = sorted(combinations(found, 2), key=lambda two: len(two[0][0] ^ two[1][0]))
        for (one, hosts), (two, others) in pairs:
            yield [(host, vm) for host in (*hosts, *others) for vm in one | two]

    def _where_it_may(self) -> None:
        """Where it takes many boxes to say what a VM may be: leave a machine free wherever one that the promise speaks of is in
        some state, if not everywhere."""
        own = own_machines(self.of.rules, self.found)
        about = [place for place, name in enumerate(self.of.vms) if name in own]
        for place, name in enumerate(self.of.vms):
            for other, state in ((i, state) for i in about for state in self.anywhere[i] if name not in own):
                for here, hosts in list(phases(self.closing.found).items()):
                    some = frozenset(vm for vm in here if vm[other] == state)
                    if some and self.many(here, self.anywhere):
                        self._try(self._with(some, hosts, place, self.anywhere[place]))

    def _with(self, here: frozenset[Values], hosts: Iterable[Values], place: int, states: Values) -> Iterator[View]:
        """The views of a phase, one machine being in any of these states as well."""
        found = {(*vm[:place], state, *vm[place + 1 :]) for vm in here for state in states}
        return ((host, vm) for host in hosts for vm in found)

    def _try(self, views: Iterable[View]) -> bool:
        """Allow these views as well, if the promise still follows and the host goes nowhere else."""
        wider = self.closing.fork(watching(self.of, self.found)).with_views(views)
        if len(wider.found) == len(self.closing.found) or breaks(wider.found, self.found) is not None:
            return False
        if not self.hosts.issuperset(wider.found.at):
            return False
        self.closing = wider
        return True
