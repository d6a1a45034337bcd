"""Whether views, or steps of them, break a claim: some VMs of one host state together, or a step of one event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from model.notation.terms import TRUE, Term
from proofs.why.tables.free import Happening, Known, Said, Values, known_of
from proofs.why.tables.views import MOST_VIEWS, Closure, Localised, View, close
from properties.kinds import Always, Property, Step


class Watch:
    """Whether views break a claim about states. One way to break it at a host state: what is so of each VM, and of some each."""

    def __init__(self, of: Localised, found: Always) -> None:
        self.of, self.term = of, of.rules.broken(found.term)
        self._ways: dict[Values, list[tuple[Term, dict[Term, View | None]]]] = {}

    def ways(self, host: Values) -> list[tuple[Term, dict[Term, View | None]]]:
        if host not in self._ways:
            rules, found = self.of.rules, []
            for said, left in rules.ways(rules.fold(self.term, known_of(self.of.hosts, host))):
                if rules.can_hold(left):
                    found.append((self.of.each(said), dict.fromkeys(self.of.ones(said) or (self.of.each(said),))))
            self._ways[host] = found
        return self._ways[host]

    def __call__(self, closure: Closure, view: View) -> list[View] | None:
        """The views that break it together, once there is the last of them."""
        for _, ones in self.ways(view[0]):
            for one, met in ones.items():
                if met is None and self.of.so(one, view):
                    ones[one] = view
            views = [met for met in ones.values() if met is not None]
            if len(views) == len(ones):
                return views
        return None


def breaks(closure: Closure, found: Property) -> list[View] | None:
    """Views, or where a step of them starts, that break a claim; None if nothing does."""
    if closure.broken is not None:
        return closure.broken
    if isinstance(found, Always):
        watch = Watch(closure.of, found)
        every = ((host, vm) for host, here in closure.at.items() for vm in here)
        return next((views for view in every if (views := watch(closure, view)) is not None), None)
    return _step_broken(closure, found) if isinstance(found, Step) else None


def watching(of: Localised, found: Property) -> Watch | None:
    """What looks out for a claim about states while views are closed."""
    return Watch(of, found) if isinstance(found, Always) else None


def close_for(of: Localised, found: Property, most: int = MOST_VIEWS) -> Closure:
    """The closed views, or as many as it takes to break a claim about states. Raises TooMany if there are more than `most`."""
    return close(of, watching(of, found), most)


def _step_broken(closure: Closure, found: Step) -> list[View] | None:
    for one in closure.of.rules.happenings:
        if (views := step_breaks(closure.of, one, closure.at.items(), found)) is not None:
            return views
    return None


def claim_of_step(of: Localised, one: Happening, found: Step) -> Term | None:
    """What a claim about steps says that steps of an event must not be; None if none can be."""
    term = of.rules.broken(found.term, one.event)
    return term if of.rules.can_hold(term) else None


def step_breaks(
    of: Localised, one: Happening, at: Iterable[tuple[Values, Iterable[Values]]], found: Step
) -> list[View] | None:
    """Views of a host state out of which an event breaks a claim about its steps; None if there are none."""
    term = claim_of_step(of, one, found)
    if term is None:
        return None
    search = _StepSearch(of, one, term)
    return next((views for host, here in at if (views := search.at(host, list(here))) is not None), None)


class _StepSearch:
    """A step of one event that makes a (plain) term so. VMs that look alike to the event and the term are asked as one."""

    def __init__(self, of: Localised, one: Happening, term: Term) -> None:
        self.of, self.one, self.term = of, one, term
        read = {name.rstrip("'=") for name in of.rules.machines(term)} | one.reads
        self.places = [i for i, name in enumerate(of.vms) if name in read]
        self.told: dict[tuple[Values, Values], Values | None] = {}

    def at(self, host: Values, here: Sequence[Values]) -> list[View] | None:
        of, one = self.of, self.one
        alike = {tuple(vm[i] for i in self.places): vm for vm in here}
        vms = list(alike.values())
        for mover in vms if one.local else [()]:
            for effect in of.effects(one, (host, mover)):
                of.rules.in_time()  # in one state of the host there may be many of both
                if of.witnessed(host, vms, effect.said):
                    of_host = _step_known(of.hosts, host, of.led(host, effect))
                    known = [(vm, told) for vm in vms for told in self._known(host, vm, effect.said)]
                    if one.local:
                        known.append((mover, _step_known(of.vms, mover, of.led_vm(mover, effect.vm)) | _HERE))
                    if (found := self._fulfilled(host, of_host, known, effect.said)) is not None:
                        return [(host, mover), *found] if one.local else found
        return None

    def _known(self, host: Values, vm: Values, said: Said) -> Iterator[Known]:
        """What is so of a VM to which the event does not happen, or of each if it happens to all."""
        of, one = self.of, self.one
        if of.fits((host, vm), said):
            for changes in of.moves(one, (host, vm), said):
                yield _step_known(of.vms, vm, of.led_vm(vm, changes)) | (_NOT_HERE if one.local else _HERE)

    def _fulfilled(
        self, host: Values, of_host: Known, vms: Sequence[tuple[Values, Known]], before: Said
    ) -> list[View] | None:
        of, rules = self.of, self.of.rules
        for said, left in rules.ways(rules.fold(self.term, of_host)):
            if not rules.can_hold(left):
                continue
            each = of.each(said)
            fits = [(vm, known) for vm, known in vms if self._so(each, of_host, known)]
            ones = [*of.ones(said), *of.ones(before)] or [TRUE]
            met = [next((vm for vm, known in fits if self._so(one, of_host, known)), None) for one in ones]
            views = [(host, vm) for vm in met if vm is not None]
            if len(views) == len(ones):
                return views
        return None

    def _so(self, term: Term, of_host: Known, known: Known) -> bool:
        return term == TRUE or self.of.rules.can_hold(self.of.rules.fold(term, {**of_host, **known}))


_HERE = {"here": frozenset({"yes"})}
_NOT_HERE = {"here": frozenset({"no"})}


def _step_known(names: Sequence[str], before: Values, after: Values) -> dict[str, frozenset[str]]:
    """What is known of machines in a step: before it, after it, and whether they stay."""
    found = {}
    for name, one, two in zip(names, before, after, strict=True):
        found[name], found[name + "'"] = frozenset({one}), frozenset({two})
        found[name + "="] = frozenset({"yes" if one == two else "no"})
    return found
