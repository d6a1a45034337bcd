"""Localise: the smallest set of machines with which the closed set still shows a promise, all others left free.

From the promise's own machines upwards: where the views of those looked at break it, the first step is found on the way there
that no state of the network takes, and the machines are added that tell it from those that are taken. Then downwards: whatever
the others can do without is left free again, so that in the end none can be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from model.notation.terms import machines_of
from proofs.views.saturation import Views
from proofs.why.tables.claims import breaks, close_for
from proofs.why.tables.free import NoReason, Rules, Values
from proofs.why.tables.views import Closure, Localised, Taken, View
from properties.kinds import Always, Property, Step


def own_machines(rules: Rules, found: Property) -> frozenset[str]:
    """The machines that a promise speaks of, those of them that are in the slice."""
    named = machines_of(found.term) if isinstance(found, (Always, Step)) else frozenset[str]()
    return frozenset(name for name in rules.actors if name.split("#")[0] in named)


def localised(rules: Rules, found: Property, views: Views) -> Closure:
    """The closed views of the smallest set of machines that show a promise, which the views of all of them show. Raises NoReason if
    none does."""
    own = kept = own_machines(rules, found)
    real: list[View] = []
    while True:
        closure = close_for(Localised(rules, kept), found)
        bad = breaks(closure, found)
        if bad is None:
            return _without_others(closure, found, own)
        real = real or real_views(rules, views)
        more = _Telling(closure, real).of(bad, found)
        if not more:
            raise NoReason(f"with {len(kept)} machines looked at, {found.name} does not follow")
        kept |= more


def real_views(rules: Rules, views: Views) -> list[View]:
    """The closed set of all machines of the slice, of each kind of configuration one."""
    compiled = rules.compiled
    found = []
    for place, here in views.at.items():
        host = compiled.hosts[views.host(place)]
        states = tuple(compiled.host_vars.decode(host)[name] for name in rules.host_names)
        for vm in here:
            known = compiled.vm_vars[0].decode(compiled.locals[vm][1])
            found.append((states, tuple(known[name] for name in rules.vm_names)))
    return found


def _without_others(closure: Closure, found: Property, own: frozenset[str]) -> Closure:
    """The same with every machine left free that can be; of several orders the one that leaves the fewest."""
    rules, best = closure.of.rules, closure
    more = [name for name in rules.actors if name in closure.of.kept - own]
    for order in (more, more[::-1]):
        smaller = closure
        for name in order:
            tried = close_for(Localised(rules, smaller.of.kept - {name}), found)
            if breaks(tried, found) is None:
                smaller = tried
        if len(smaller.of.kept) < len(best.of.kept):
            best = smaller
    return best


class _Telling:
    """Machines that tell a step of the views from all that the network takes."""

    def __init__(self, closure: Closure, real: Sequence[View]) -> None:
        self.closure, self.of_, self.real = closure, closure.of, real
        rules = closure.of.rules
        self.at_host = {name: i for i, name in enumerate(rules.host_names)}
        self.at_vm = {name: i for i, name in enumerate(rules.vm_names)}
        self.known = {self._seen(view, closure.of) for view in real}

    def _seen(self, view: View, of: Localised) -> View:
        """A view of all machines, as far as it is looked at."""
        host, vm = view
        return tuple(host[self.at_host[n]] for n in of.hosts), tuple(vm[self.at_vm[n]] for n in of.vms)

    def of(self, broken: Sequence[View], found: Property) -> frozenset[str]:
        """Machines to be looked at as well, so that what is broken comes about no longer in this way."""
        for view in broken:
            if view not in self.known:
                return self._on_the_way(view)
        names = [*self.of_.rules.host_names, *self.of_.rules.vm_names]
        return self._fewest(names, lambda more: not self._breaks(broken, found, more))

    def _on_the_way(self, view: View) -> frozenset[str]:
        """Of the first step to this view that leads out of what is real."""
        while True:
            taken = self.closure.at[view[0]][view[1]]
            if taken is None:
                return frozenset()
            unreal = next((one for one in self._needed(taken) if one not in self.known), None)
            if unreal is None:
                tells = partial(self._forbids, taken, view)
                return self._fewest(sorted(taken.happening.reads), tells)
            view = unreal

    def _needed(self, taken: Taken) -> list[View]:
        """The views that a step needs: where it starts, who moves, and those of which something is said."""
        rules, host = self.of_.rules, taken.before[0]
        views = [taken.before, *([] if taken.mover is None else [taken.mover])]
        here = [(host, vm) for vm in self.closure.at[host]]
        here.sort(key=lambda view: view not in self.known)
        for number, holds in taken.said:
            one = rules.of_one(number, holds)
            if one is not None:
                views += [view for view in here if self.of_.so(one, view) and self.of_.fits(view, taken.said)][:1]
        return views

    def _fewest(self, names: Sequence[str], tells: Callable[[frozenset[str]], bool]) -> frozenset[str]:
        """The fewest of these machines that tell; first without configuration, then without VMs' machines, then hosts'."""
        rules = self.of_.rules
        more = frozenset(name for name in names if name in rules.actors and name not in self.of_.kept)
        if not tells(more):
            return frozenset()
        order = sorted(more, key=lambda n: (n not in rules.world.constant, n in self.at_host, names.index(n)))
        for name in order:
            if tells(more - {name}):
                more -= {name}
        return more

    def _forbids(self, taken: Taken, after: View, more: frozenset[str]) -> bool:
        """Whether the step is taken from no view of the network, as far as it is looked at with these machines as well."""
        wider = Localised(self.of_.rules, self.of_.kept | more)
        for host, here in self._real(taken.before[0], wider).items():
            if any(self._narrow(wider, led) == after for led in self._led(wider, taken, host, here)):
                return False
        return True

    def _real(self, before: Values, wider: Localised) -> dict[Values, set[Values]]:
        """The views of the network of which the host looks like this, as far as they are looked at."""
        at: dict[Values, set[Values]] = {}
        for view in self.real:
            if self._seen(view, self.of_)[0] == before:
                host, vm = self._seen(view, wider)
                at.setdefault(host, set()).add(vm)
        return at

    def _led(self, of: Localised, taken: Taken, host: Values, here: set[Values]) -> Iterator[View]:
        """Where the event that is taken leads the VMs of the network that look like this."""
        one = taken.happening
        owns = [vm for vm in here if self._narrow(of, (host, vm)) == taken.before]
        movers = [vm for vm in here if self._narrow(of, (host, vm)) == taken.mover] if one.local else [()]
        for mover in movers if owns else ():
            for effect in of.effects(one, (host, mover)):
                if not of.witnessed(host, here, effect.said):
                    continue
                host2 = of.led(host, effect)
                if one.local and taken.mover == taken.before:
                    yield (host2, of.led_vm(mover, effect.vm))
                for vm in owns:
                    if of.fits((host, vm), effect.said):
                        for changes in of.moves(one, (host, vm), effect.said):
                            yield (host2, of.led_vm(vm, changes))

    def _narrow(self, wider: Localised, view: View) -> View:
        host, vm = dict(zip(wider.hosts, view[0], strict=True)), dict(zip(wider.vms, view[1], strict=True))
        return tuple(host[n] for n in self.of_.hosts), tuple(vm[n] for n in self.of_.vms)

    def _breaks(self, broken: Sequence[View], found: Property, more: frozenset[str]) -> bool:
        """Whether views of the network that look like these break what is claimed, with these machines looked at as well."""
        wider = Localised(self.of_.rules, self.of_.kept | more)
        at: dict[Values, dict[Values, Taken | None]] = {}
        for view in self.real:
            if self._seen(view, self.of_) in broken:
                host, vm = self._seen(view, wider)
                at.setdefault(host, {})[vm] = None
        return breaks(Closure(wider, at), found) is not None
