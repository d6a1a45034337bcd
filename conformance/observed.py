"""One moment out of what was read: what is so of the host, and of some VMs, at the same time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conformance.possible import MACHINES, OF_HOST, Possible, States, term_of
from conformance.texts.facts import Fact
from conformance.timing import Span
from model.actors.conditions import integration
from model.actors.power import Power, power
from model.notation import Term, some
from model.sorts import vm

MOST_VMS = 2
"""VMs of which a run is told."""


@dataclass(frozen=True)
class Observation:
    """What is so at one moment: of the host, and of some VMs; from these facts. earlier: facts of before, and hints. spans: what took how
    long. spoken: the faults that the text speaks for."""

    host: States
    vms: tuple[States, ...]
    facts: tuple[Fact, ...]
    earlier: tuple[Fact, ...] = ()
    spans: tuple[Span, ...] = ()
    spoken: frozenset[str] = frozenset()

    def term(self, more: States, vm_more: States) -> Term:
        """What is seen, as a term, of two VMs at most, which a search can take. more: what else is so of the host; vm_more: of the VM
        that was seen (or of some VM)."""
        found = term_of(meet(self.host, more) or {})
        seen = list(self.vms[:MOST_VMS]) or ([{}] if vm_more else [])
        for at, one in enumerate(seen):
            found = found & some(vm, term_of((meet(one, vm_more) or {}) if at == 0 else one))
        return found


def meet(one: States, other: States) -> dict[str, frozenset[str]] | None:
    """What is so if both are; None: they cannot both be."""
    found = dict(one)
    for name, states in other.items():
        found[name] = found.get(name, states) & states
        if not found[name]:
            return None
    return found


def observation(facts: Sequence[Fact], possible: Possible) -> Observation | None:
    """One moment out of facts: those that are so now; where there are none, the latest of a log, with as many before it as can be
    so at the same time. None: nothing is said of what the model has."""
    usable = [one for one in facts if one.machine in MACHINES]
    now = [one for one in usable if one.now]
    logged = [one for one in usable if not one.now and not one.weak]
    if now:
        return moment(now, [one for one in usable if not one.now])
    groups: dict[object, list[Fact]] = {}
    for one in logged:
        groups.setdefault(one.place, []).append(one)
    chosen: list[Fact] = []
    for group in reversed(list(groups.values())):
        tried = moment([*group, *chosen])
        if not chosen or (tried is not None and possible.label(tried.host, tried.vms)):
            chosen = [*group, *chosen]
    return moment(chosen, [one for one in usable if one not in chosen]) if chosen else None


def moment(facts: Sequence[Fact], earlier: Sequence[Fact] = ()) -> Observation | None:
    host: dict[str, frozenset[str]] = {}
    vms: dict[object, dict[str, frozenset[str]]] = {}
    for one in facts:
        of_host = MACHINES[one.machine] in OF_HOST
        key = one.of if one.of != "a VM" else (one.of, one.place)
        where = host if of_host else vms.setdefault(key, {})
        joined = meet(where, {one.machine: one.states})
        if joined is None:
            return None
        where.update(joined)
    return Observation(host, _most_telling_first(vms.values()), tuple(facts), tuple(earlier))


def _most_telling_first(vms: Iterable[States]) -> tuple[States, ...]:
    """VMs of which the same is known are one; those that are saved, or of which more than the power is known, come first."""
    known = {tuple(sorted((name, tuple(sorted(states))) for name, states in one.items())): one for one in vms}
    saved = frozenset({Power.SAVED.name})
    return tuple(
        sorted(
            known.values(),
            key=lambda one: (one.get(power.name) != saved, not one.keys() - {power.name, integration.name}),
        )
    )
