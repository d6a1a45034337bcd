"""Say less: the few phases in which a VM may be differently, and in each as much as the promise allows.

Two phases that need not be told apart are one; a machine that may as well be anywhere is not spoken of. Whatever is allowed in
addition is closed under all events again, so that what is said keeps itself; and the promise must still follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, product

from proofs.views.saturation import Views
from proofs.why.tables.claims import breaks, watching
from proofs.why.tables.free import TooMany, Values
from proofs.why.tables.localise import Real, own_machines
from proofs.why.tables.views import Closing, Closure, Localised, View
from properties.kinds import Property

MOST_TRIED = 1_000_000
"""Views that come about, at most, while it is tried to say less; after that it stays as it is."""

Many = Callable[[frozenset[Values], Sequence[Values]], bool]
"""Whether it takes many words to say what a VM may be, of all that its machines can be anywhere."""

Asked = tuple[frozenset[Values], frozenset[Values]]
"""States of the host, and what VMs may be at each of them as well."""

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
        self.refused: list[Asked] = []
        self.left = MOST_TRIED
        real = [vm for here in Real(of.rules, views).at(of).values() for vm in here]
        here = [vm for vms in self.closing.found.at.values() for vm in vms]
        self.anywhere = tuple(tuple(sorted({vm[place] for vm in (*real, *here)})) for place in range(len(of.vms)))

    def done(self) -> Closure:
        self._merge()
        for place in range(len(self.of.vms)):
            for here, hosts in sorted(phases(self.closing.found).items(), key=lambda item: len(item[0])):
                self._try(self._with(here, hosts, place, self.anywhere[place]))
        self._where_it_may()
        self._merge()
        return self.closing.found

    def _merge(self) -> None:
        """Make one of two phases, as long as there are two that can be."""
        while any(self._try(asked) for asked in self._merged()):
            pass

    def _merged(self) -> Iterator[Asked]:
        """For each two phases, what would be so if they were one."""
        found = list(phases(self.closing.found).items())
        pairs = sorted(combinations(found, 2), key=lambda two: len(two[0][0] ^ two[1][0]))
        for (one, hosts), (two, others) in pairs:
            yield frozenset((*hosts, *others)), one | two

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

    def _with(self, here: frozenset[Values], hosts: Iterable[Values], place: int, states: Values) -> Asked:
        """A phase, one machine being in any of these states as well."""
        return frozenset(hosts), frozenset((*vm[:place], state, *vm[place + 1 :]) for vm in here for state in states)

    def _try(self, asked: Asked) -> bool:
        """Allow these VMs at these host states as well, if the promise still follows and the host goes nowhere else. What was refused
        once is refused with more, too."""
        hosts, vms = asked
        if self.left <= 0 or any(fewer <= hosts and some <= vms for fewer, some in self.refused):
            return False
        known = self.closing.found.at
        if all(vms <= known[host].keys() for host in hosts):
            return False
        wider = self._wider(product(sorted(hosts), sorted(vms)))
        if wider is None:
            self.refused.append(asked)
            return False
        self.closing = wider
        return True

    def _wider(self, views: Iterable[View]) -> Closing | None:
        """With these views as well; None if the host goes elsewhere, or the promise no longer follows."""
        watch, known = watching(self.of, self.found), self.closing.found.at

        def goes_wrong(closure: Closure, view: View) -> list[View] | None:
            if view[0] not in self.hosts:
                return [view]
            return watch(closure, view) if watch is not None else None

        wider = self.closing.fork(goes_wrong)
        wider.most = min(self.closing.most, len(self.closing.found) + self.left)
        try:
            wider.with_views(views)
        except TooMany:
            return None
        finally:
            self.left -= len(wider.found) - len(self.closing.found)
        at = {host: here for host, here in wider.found.at.items() if len(here) > len(known.get(host, ()))}
        return None if wider.found.broken or breaks(Closure(self.of, at), self.found) is not None else wider
