"""What an argument needs: for each event, the fewest of its rules with which it leads from phase to phase as it is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from model.notation.terms import And, machines_of
from proofs.why.tables.claims import claim_of_step, step_breaks
from proofs.why.tables.free import Changes, Happening, Label, Rules, Said, Values
from proofs.why.tables.views import Localised, View
from properties.kinds import Property, Step


@dataclass(frozen=True)
class Phase:
    """Host states that belong together, and what a VM may be in each of them."""

    hosts: tuple[Values, ...]
    vms: frozenset[Values]


@dataclass(frozen=True)
class Leads:
    """What an event does in a phase: to which phases it leads (numbers), and the rules without which it would not be so."""

    event: str
    phase: int
    to: tuple[int, ...]
    rules: tuple[Label, ...]


class Needed:
    """The events that lead on, or that would break what is said but for their rules."""

    def __init__(self, of: Localised, found: Property, phases: Sequence[Phase]) -> None:
        self.of, self.found, self.phases = of, found, phases
        self._out: tuple[View, View] | None = None
        self.row = {host: number for number, phase in enumerate(phases) for host in phase.hosts}

    def leads(self) -> list[Leads]:
        found = []
        for one in self.of.rules.happenings:
            self.of.rules.in_time()
            for number in range(len(self.phases)):
                to = self._to(self.of, one, number)
                if to is None:
                    raise ValueError(f"{one.event.name} breaks what is said")
                rules = self._fewest(one, number)
                if to - {number} or rules:
                    found.append(Leads(one.event.name, number, tuple(sorted(to)), rules))
        return found

    def _fewest(self, one: Happening, number: int) -> tuple[Label, ...]:
        """The fewest rules of an event with which it keeps what is said, in this phase: what forbids it, and where it leads."""
        forbids, moves = self.rules_of(one)
        kept = list(forbids)
        if self.goes(one, number, frozenset(forbids)):
            kept = []
        for label in list(kept):
            fewer = [other for other in kept if other != label]
            if self.goes(one, number, frozenset(forbids) - frozenset(fewer)):
                kept = fewer
        dropped = frozenset(forbids) - frozenset(kept)
        return (*kept, *(label for label in moves if not self.goes(one, number, dropped | {label})))

    def goes(self, one: Happening, number: int, dropped: frozenset[Label]) -> bool:
        """Whether the event keeps what is said without these rules."""
        rules = Rules(self.of.rules.compiled, dropped, only=one.event.name)
        same = next(other for other in rules.happenings if other.member == one.member)
        return self._to(Localised(rules, self.of.kept), same, number) is not None

    def rules_of(self, one: Happening) -> tuple[list[Label], list[Label]]:
        """The rules of an event that may forbid it, those first that say least of what is looked at; and those that lead on."""
        name, world, kept = one.event.name, self.of.rules.world, self.of.kept
        when = world.when[name]
        found: list[tuple[int, Label]] = []
        for i, part in enumerate(when.parts if isinstance(when, And) else (when,)):
            speaks = bool({n.split("#")[0] for n in kept} & machines_of(part))
            found.append((2 if speaks else 1, ("when", name, str(i))))
        for machine, actor in (*one.host, *(one.vm if one.local else ())):
            if world.blocks(actor, name):
                found.append((3 if machine in kept else 0, ("takes part", name, machine)))
        moves = [m for m, actor in (*one.host, *one.vm) if m in kept and world.moves(actor, name)]
        forbids = [label for _, label in sorted(found, key=lambda pair: pair[0])]
        return forbids, [("moves", name, machine) for machine in moves]

    def out_of(self, one: Happening, number: int) -> tuple[View, View] | None:
        """Where an event leads out of what is said, from this phase: a view before it, and after it; None: nowhere."""
        self._out = None
        return self._out if self._to(self.of, one, number) is None else None

    def _to(self, of: Localised, one: Happening, number: int) -> set[int] | None:
        """The phases that an event leads to from this one; None: it breaks what is said."""
        phase, found = self.phases[number], set[int]()
        if not of.matters(one) and not self._claimed(of, one):
            return found
        groups: dict[Values, list[Values]] = {}
        for vm in phase.vms:
            groups.setdefault(tuple(vm[i] for i in of.reading[id(one)].vms), []).append(vm)
        for host in phase.hosts:
            for vms in groups.values() if one.local else [[()]]:
                for effect in of.effects(one, (host, vms[0])):
                    if not of.witnessed(host, phase.vms, effect.said):
                        continue
                    host2 = of.led(host, effect)
                    to = self.row.get(host2)
                    vm = next(iter(phase.vms)) if not one.local else vms[0]
                    self._out = (host, vm), (host2, of.led_vm(vm, effect.vm))
                    if to is None or (one.local and not self._stay(of, vms, effect.vm, to)):
                        return None
                    if not self._others(of, one, host, number, effect.said, groups, to):
                        return None
                    found.add(to)
        if isinstance(self.found, Step):
            at = ((host, phase.vms) for host in phase.hosts)
            views = step_breaks(of, one, at, self.found)
            self._out = None if views is None else (views[0], views[0])
            return None if views is not None else found
        return found

    def _claimed(self, of: Localised, one: Happening) -> bool:
        return isinstance(self.found, Step) and claim_of_step(of, one, self.found) is not None

    def _stay(self, of: Localised, vms: Iterable[Values], changes: Changes, to: int) -> bool:
        """Whether VMs are, after these changes, as one may be in a phase."""
        for vm in vms:
            if (led := of.led_vm(vm, changes)) not in self.phases[to].vms:
                self._out = self._out and ((self._out[0][0], vm), (self._out[1][0], led))
                return False
        return True

    def _others(
        self,
        of: Localised,
        one: Happening,
        host: Values,
        number: int,
        said: Said,
        groups: Mapping[Values, list[Values]],
        to: int,
    ) -> bool:
        """Whether the VMs to which an event does not happen, or all if it happens to all, may be so in the phase after."""
        before, after = self.phases[number].vms, self.phases[to].vms
        if one.local or not one.vm:
            return all(self._stay(of, [vm], (), to) for vm in before - after if of.fits((host, vm), said))
        for vms in groups.values():
            if of.fits((host, vms[0]), said):
                for changes in of.moves(one, (host, vms[0]), said):
                    if not self._stay(of, vms, changes, to):
                        return False
        return True
