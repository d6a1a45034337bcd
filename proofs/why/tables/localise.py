"""Localise: the smallest set of machines with which the closed set still shows a promise, all others left free.

From the promise's own machines upwards: where the views of those looked at break it, the first step is found on the way there
that no state of the network takes, and the machines are added that tell it from those that are taken. Then downwards: whatever
the others can do without is left free again, so that in the end none can be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product

from model.notation.terms import machines_of
from proofs.views.saturation import Views
from proofs.why.tables.claims import breaks, claim_of_step, close_for
from proofs.why.tables.free import NoReason, Rules, TooMany, Values
from proofs.why.tables.views import Closure, Localised, Taken, View
from properties.kinds import Always, Property, Step

_FEW = 1_000
"""Views that are few, whatever it would be without."""


def own_machines(rules: Rules, found: Property) -> frozenset[str]:
    """The machines that a promise speaks of, those of them that are in the slice."""
    named = machines_of(found.term) if isinstance(found, (Always, Step)) else frozenset[str]()
    return frozenset(name for name in rules.actors if name.split("#")[0] in named)


def localised(rules: Rules, found: Property, views: Views) -> Closure:
    """The closed views of the smallest set of machines that show a promise, which the views of all of them show. Raises NoReason if
    none does."""
    own = kept = own_machines(rules, found)
    real = Real(rules, views)
    while True:
        closure = close_for(Localised(rules, kept), found)
        bad = breaks(closure, found)
        if bad is None:
            return _without_others(closure, found, own)
        more = _Telling(closure, real).of(bad, found)
        if not more:
            raise NoReason(f"with {len(kept)} machines looked at, {found.name} does not follow")
        kept |= more


class Real:
    """The closed set of all machines of the slice, with all put in for which each of its VMs stands, as far as that is looked at."""

    def __init__(self, rules: Rules, views: Views) -> None:
        self.compiled, self.views = rules.compiled, views
        self._at: dict[frozenset[str], dict[Values, set[Values]]] = {}
        self._vms: dict[tuple[str, ...], dict[int, frozenset[Values]]] = {}

    def at(self, of: Localised) -> Mapping[Values, set[Values]]:
        """What VMs are, by what the host is, of the machines that are looked at."""
        if of.kept not in self._at:
            found: dict[Values, set[Values]] = {}
            vms = self._vms.setdefault(of.vms, {})
            for place, here in self.views.at.items():
                host = self.compiled.host_vars.decode(self.compiled.hosts[self.views.host(place)])
                at = found.setdefault(tuple(host[name] for name in of.hosts), set())
                for vm in here:
                    if vm not in vms:
                        vms[vm] = frozenset(self._stands_for(vm, of.vms))
                    at |= vms[vm]
            self._at[of.kept] = found
        return self._at[of.kept]

    def _stands_for(self, vm: int, names: Sequence[str]) -> Iterator[Values]:
        """What the VMs for which one stands are, as far as these machines go."""
        compiled, (form, states) = self.compiled, self.compiled.locals[vm]
        now, ins = compiled.vm_vars[form].decode(states), compiled.stand_ins
        for other, configured in ins.members(form, ins.config(form, states)):
            known = {**now, **dict(zip(ins.constant[other], configured, strict=True))}
            alike = []
            for group in compiled.alike(other):
                asked = [i for i, name in enumerate(group.names) if name in names]
                if group.settled and asked:
                    like = group.like[tuple(known[name] for name in group.names)]
                    told = {tuple((group.names[i], one[i]) for i in asked) for one in like}
                    alike.append(told)
            for chosen in product(*alike):
                told_apart = {**known, **{name: state for one in chosen for name, state in one}}
                yield tuple(told_apart[name] for name in names)


def _without_others(closure: Closure, found: Property, own: frozenset[str]) -> Closure:
    """The same with every machine left free that can be; of several orders the one that leaves the fewest."""
    rules, best = closure.of.rules, closure
    more = [name for name in rules.actors if name in closure.of.kept - own]
    for order in (more, more[::-1]):
        smaller = closure
        for name in order:
            smaller = _left_free(smaller, name, found) or smaller
        if len(smaller.of.kept) < len(best.of.kept):
            best = smaller
    return best


def _left_free(closure: Closure, name: str, found: Property) -> Closure | None:
    """The same with one machine left free; None if the promise no longer follows, or so many views come about that less is not
    shorter."""
    of = Localised(closure.of.rules, closure.of.kept - {name})
    try:
        tried = close_for(of, found, most=_FEW + 2 * len(closure))
    except TooMany:
        return None
    return tried if breaks(tried, found) is None else None


class _Telling:
    """Machines that tell a step of the views from all that the network takes."""

    def __init__(self, closure: Closure, real: Real) -> None:
        self.closure, self.of_, self.real = closure, closure.of, real
        self.at_host = {name: i for i, name in enumerate(closure.of.rules.host_names)}
        self.known = real.at(closure.of)

    def of(self, broken: Sequence[View], found: Property) -> frozenset[str]:
        """Machines to be looked at as well, so that what is broken comes about no longer in this way."""
        for view in broken:
            if not self._is_known(view):
                return self._on_the_way(view)
        return self._fewest(self._asked(found), lambda more: not self._breaks(broken, found, more))

    def _is_known(self, view: View) -> bool:
        return view[1] in self.known.get(view[0], ())

    def _asked(self, found: Property) -> list[str]:
        """The machines that can tell whether a claim is broken: those that it speaks of, and those that decide a step that it speaks of."""
        rules, read = self.of_.rules, set(own_machines(self.of_.rules, found))
        if isinstance(found, Always):  # machines that move tell which views are of one moment
            read |= rules.actors.keys() - rules.world.constant
        if isinstance(found, Step):
            for one in rules.happenings:
                if claim_of_step(self.of_, one, found) is not None:
                    read |= one.reads
        return [name for name in (*rules.host_names, *rules.vm_names) if name in read]

    def _on_the_way(self, view: View) -> frozenset[str]:
        """Of the first step to this view that leads out of what is real."""
        while True:
            taken = self.closure.at[view[0]][view[1]]
            if taken is None:
                return frozenset()
            unreal = next((one for one in self._needed(taken) if not self._is_known(one)), None)
            if unreal is None:
                tells = partial(self._forbids, taken, view)
                return self._fewest(sorted(taken.happening.reads), tells)
            view = unreal

    def _needed(self, taken: Taken) -> list[View]:
        """The views that a step needs: where it starts, who moves, and those of which something is said."""
        rules, host = self.of_.rules, taken.before[0]
        views = [taken.before, *([] if taken.mover is None else [taken.mover])]
        here = [(host, vm) for vm in self.closure.at[host]]
        here.sort(key=lambda view: not self._is_known(view))
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
        """What VMs of the network are where its host looks like this, as far as they are looked at."""
        return {host: here for host, here in self.real.at(wider).items() if self._narrow_host(wider, host) == before}

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
        vm = dict(zip(wider.vms, view[1], strict=True))
        return self._narrow_host(wider, view[0]), tuple(vm[n] for n in self.of_.vms)

    def _narrow_host(self, wider: Localised, host: Values) -> Values:
        states = dict(zip(wider.hosts, host, strict=True))
        return tuple(states[n] for n in self.of_.hosts)

    def _breaks(self, broken: Sequence[View], found: Property, more: frozenset[str]) -> bool:
        """Whether views of the network that look like these break what is claimed, with these machines looked at as well."""
        wider = Localised(self.of_.rules, self.of_.kept | more)
        at: dict[Values, dict[Values, Taken | None]] = {}
        for before in {host for host, _ in broken}:
            for host, here in self._real(before, wider).items():
                found_here = (vm for vm in here if self._narrow(wider, (host, vm)) in broken)
                at[host] = dict.fromkeys(sorted(found_here))
        return breaks(Closure(wider, at), found) is not None
